"""Orbital elements, as an action of `dinamis-service operator`."""

from __future__ import annotations

import argparse
from pathlib import Path

from dinamis_service.catalogue.missions import PLATFORMS
from dinamis_service.context import Context
from dinamis_service.errors import InvalidError
from dinamis_service.passes.elements import VALID_AFTER, ElementsError, TwoLines, load, newest, read_elements
from dinamis_service.requests.actions import Add
from dinamis_service.requests.caller import Caller


def register(add: Add) -> None:
    """Add the action."""
    elements = add("elements", _elements, "list the orbital elements, or load a file of two-line elements")
    elements.add_argument("file", nargs="?", type=Path, metavar="FILE")
    elements.add_argument("--platform", choices=sorted(PLATFORMS), help="satellite of a file without names")


def _elements(context: Context, operator: Caller, args: argparse.Namespace) -> None:
    """Load a file when one is given; then say what is there and until when it tells passes."""
    if args.file is not None:
        sets = _read(args.file, args.platform, operator)
        with context.database.session() as session:
            load(session, sets, author=operator.principal.username, now=context.clock())
    with context.database.reading() as session:
        for platform, one in sorted(newest(session).items()):
            print(f"{platform}  {one.epoch:%Y-%m-%dT%H:%M:%SZ}  -> {one.epoch + VALID_AFTER:%Y-%m-%d}")


def _read(path: Path, platform: str | None, operator: Caller) -> list[TwoLines]:
    """The sound elements of a file, at least one."""
    try:
        sets = read_elements(path.read_text("utf-8"), platform)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError(
            operator.say(fr=f"{path} n'est pas lisible : {error}.", en=f"{path} cannot be read: {error}.")
        ) from error
    except ElementsError as error:
        raise InvalidError(
            operator.say(
                fr=f"{path} : éléments orbitaux refusés, ligne {error}.",
                en=f"{path}: orbital elements refused, line {error}.",
            )
        ) from error
    if not sets:
        raise InvalidError(
            operator.say(
                fr=f"{path} n'a d'éléments d'aucun satellite connu ; nommez-le par --platform.",
                en=f"{path} has elements of no known satellite; name it with --platform.",
            )
        )
    return sets
