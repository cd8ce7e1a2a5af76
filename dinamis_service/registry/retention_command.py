"""`dinamis-service retention`: deletes and forgets now what the service does once an hour by itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from dinamis_service.app import create_context
from dinamis_service.registry import retention
from dinamis_service.settings import Settings


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `retention`."""
    parser = subparsers.add_parser(
        "retention", help="delete and forget what was kept about people for as long as the settings say"
    )
    parser.add_argument("--data-dir", type=Path, help="folder of the databases, keys and objects")
    parser.set_defaults(handler=_run)


def _run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it and say how many."""
    context = create_context(settings.in_folder(args.data_dir))
    try:
        with context.database.session() as session:
            done = retention.apply(session, context.settings, context.clock())
        done["folders of project files"] = retention.remove_files(context.database, context.settings)
    finally:
        context.catalogue.close()
        context.database.close()
    for what, count in done.items():
        print(f"{count:>8}  {what}")
    return 0
