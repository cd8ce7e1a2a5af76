"""The stored quota tables: the one that applies to a moment, all versions, and new ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dinamis_service.quotas.table import QuotaTable, TableError, read_table
from dinamis_service.quotas.tables import StoredQuotaTable
from dinamis_service.quotas.words import Words, sentence

SEED_AUTHOR = "DINAMIS"
YEARS_AHEAD = 5


class OutdatedTableError(Exception):
    """A version was made from one that is not the newest of its year any more."""


def table_of(session: Session, moment: datetime) -> QuotaTable:
    """The table by which a request of `moment` is judged."""
    return _read(stored_table(session, moment))


def _read(stored: StoredQuotaTable) -> QuotaTable:
    return _read_once(json.dumps(stored.content), stored.year, stored.version)


@lru_cache(maxsize=32)
def _read_once(content: str, year: int, version: int) -> QuotaTable:
    """A version as the rules see it; every request is judged by one, and they never change."""
    return read_table(json.loads(content), year, version)


def stored_table(session: Session, moment: datetime) -> StoredQuotaTable:
    """The version that applies at `moment`, as it is stored.

    Of those that existed then, the one that applies from the latest day; a year without a table goes on with
    the one before. A moment before the first table is judged by the first; `seed` stores the published ones.
    """
    existing = select(StoredQuotaTable)
    applying = existing.where(
        StoredQuotaTable.created <= moment, StoredQuotaTable.valid_from <= moment.astimezone(UTC).date()
    ).order_by(StoredQuotaTable.valid_from.desc(), StoredQuotaTable.version.desc())
    found = session.scalars(applying.limit(1)).first()
    if found is not None:
        return found
    return session.scalars(existing.order_by(StoredQuotaTable.year, StoredQuotaTable.version).limit(1)).one()


def table_of_year(session: Session, year: int, now: datetime) -> QuotaTable:
    """The table of a year as it is known now."""
    return _read(stored_of_year(session, year, now))


def stored_of_year(session: Session, year: int, now: datetime) -> StoredQuotaTable:
    """The version that applies to a year now, the last that did, or for a year ahead the planned one."""
    if year <= now.year:
        return stored_table(session, min(now, datetime(year, 12, 31, 23, 59, 59, 999_999, UTC)))
    planned = select(StoredQuotaTable).where(StoredQuotaTable.year <= year)
    return session.scalars(
        planned.order_by(StoredQuotaTable.valid_from.desc(), StoredQuotaTable.version.desc()).limit(1)
    ).one()


def versions(session: Session) -> Sequence[StoredQuotaTable]:
    """Every version of every year, newest first."""
    newest_first = select(StoredQuotaTable).order_by(
        StoredQuotaTable.year.desc(), StoredQuotaTable.version.desc()
    )
    return session.scalars(newest_first).all()


def version_of(session: Session, year: int, version: int) -> StoredQuotaTable | None:
    """One version, or None."""
    return session.get(StoredQuotaTable, (year, version))


def add_version(
    session: Session,
    year: int,
    content: Mapping[str, Any],
    *,
    author: str,
    reason: str,
    now: datetime,
    valid_from: date | None = None,
    base: int | None = None,
) -> StoredQuotaTable:
    """Store a new version of the table of `year`; requests already made keep the one they were judged by.

    Args:
        session: transaction that the version becomes part of.
        year: this one, or one ahead.
        content: the whole table.
        author: for operators.
        reason: for everybody.
        now: present moment.
        valid_from: first day (UTC) of the version; by default today, or the first day of a year ahead.
        base: the version that this one was made from, where its author says so.

    Raises:
        TableError: the content is not a sound table, or year and day cannot be.
        OutdatedTableError: another version was stored meanwhile.
    """
    today = now.astimezone(UTC).date()
    starts = _first_day(year, valid_from, today)
    newest = session.scalar(select(func.max(StoredQuotaTable.version)).where(StoredQuotaTable.year == year))
    if base is not None and base != (newest or 0):
        raise OutdatedTableError
    table = read_table(content, year, (newest or 0) + 1)
    stored = StoredQuotaTable(
        year=year,
        version=table.version,
        valid_from=starts,
        content=dict(content),
        author=author,
        reason=reason,
        created=now,
    )
    try:
        with session.begin_nested():
            session.add(stored)
    except IntegrityError as error:  # on PostgreSQL a twin may store the same number meanwhile
        raise OutdatedTableError from error
    return stored


def _first_day(year: int, valid_from: date | None, today: date) -> date:
    """First day of a version: never behind, so that what was judged stays judged."""
    if not today.year <= year <= today.year + YEARS_AHEAD:
        raise TableError(
            sentence(
                "Une table vaut pour {first} à {last}, pas pour {year}.",
                "A table is for {first} to {last}, not for {year}.",
                first=str(today.year),
                last=str(today.year + YEARS_AHEAD),
                year=str(year),
            )
        )
    earliest = max(today, date(year, 1, 1))
    starts = valid_from or earliest
    if starts < earliest or starts.year != year:
        raise TableError(
            Words(
                f"La table vaut à partir d'un jour de {year}, au plus tôt le {earliest:%d/%m/%Y}.",
                f"The table applies from a day of {year} on, not before {earliest.isoformat()}.",
            )
        )
    return starts


def seed(session: Session, now: datetime) -> None:
    """Store the published figures in an empty database; a competitor that does the same is no harm."""
    if session.scalar(select(StoredQuotaTable.year).limit(1)) is not None:
        return
    published = json.loads(resources.files(__package__).joinpath("seed.json").read_text("utf-8"))
    try:
        with session.begin_nested():
            session.add_all(
                StoredQuotaTable(
                    year=year,
                    version=1,
                    valid_from=date(year, 1, 1),
                    content={"sensors": published["sensors"]},
                    author=SEED_AUTHOR,
                    reason=published["reason"],
                    created=now,
                )
                for year in published["years"]
            )
    except IntegrityError:
        session.expire_all()
