"""The tables of quotas and tariffs, as an action of `dinamis-service operator` (QUO-03)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, NotFoundError
from dinamis_service.quotas.publishing import NewVersion, publish
from dinamis_service.quotas.store import stored_of_year, version_of, versions
from dinamis_service.quotas.tables import StoredQuotaTable
from dinamis_service.requests.actions import Add, day, reason_of, refused_form
from dinamis_service.requests.caller import Caller


def register(add: Add) -> None:
    """Add the action."""
    tariffs = add("tariffs", _tariffs, "print the table of quotas and tariffs, or store a new version of it")
    tariffs.add_argument("--year", type=int, help="year of the table; by default this year")
    tariffs.add_argument("--version", type=int, help="a version of it; by default the one that applies")
    tariffs.add_argument("--history", action="store_true", help="list every version of every year")
    tariffs.add_argument("--set", type=Path, metavar="FILE", help="JSON of the new version")
    tariffs.add_argument(
        "--from", dest="valid_from", metavar="DAY", help="first day (UTC) of the new version"
    )
    tariffs.add_argument("--base", type=int, help="version that the new one was made from")
    tariffs.add_argument("--reason", help="why it changes")


def _tariffs(context: Context, operator: Caller, args: argparse.Namespace) -> None:
    """Print or change the table of a year."""
    if args.history:
        with context.database.reading() as session:
            for stored in versions(session):
                print(_heading(stored))
        return
    stored = _found(context, operator, args) if args.set is None else _published(context, operator, args)
    print(_heading(stored))
    print(json.dumps(stored.content, ensure_ascii=False, indent=2))


def _found(context: Context, operator: Caller, args: argparse.Namespace) -> StoredQuotaTable:
    """The table that was asked for."""
    now = context.clock()
    year = args.year or now.year
    with context.database.reading() as session:
        if args.version is None:
            return stored_of_year(session, year, now)
        stored = version_of(session, year, args.version)
    if stored is None:
        raise NotFoundError(
            operator.say(
                fr=f"Il n'y a pas de version {args.version} de la table {year}.",
                en=f"There is no version {args.version} of the table of {year}.",
            )
        )
    return stored


def _published(context: Context, operator: Caller, args: argparse.Namespace) -> StoredQuotaTable:
    """A new version from a file."""
    reason = reason_of(args, operator)
    try:
        content: Any = json.loads(args.set.read_text("utf-8"))
    except ValueError as error:
        raise InvalidError(
            operator.say(
                fr=f"{args.set} n'est pas du JSON : {error}.", en=f"{args.set} is not JSON: {error}."
            )
        ) from error
    try:
        body = NewVersion(
            year=args.year or context.clock().year,
            content=content,
            reason=reason,
            valid_from=day(args.valid_from, operator),
            base=args.base,
        )
    except ValidationError as error:
        raise refused_form(error, operator) from error
    return publish(context.database, context.clock, operator, body)


def _heading(stored: StoredQuotaTable) -> str:
    """A version on one line."""
    return (
        f"# {stored.year} v{stored.version}, {stored.author}, {stored.created:%Y-%m-%d}, "
        f"from {stored.valid_from}: {stored.reason}"
    )
