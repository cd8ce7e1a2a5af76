"""Command line of the service: `dinamis-service <command>`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from dinamis_service import __version__, check_command
from dinamis_service.catalogue import export_command, ingest_command
from dinamis_service.catalogue.freetext import command as gazetteer_command
from dinamis_service.catalogue.harvest import command as harvest_command
from dinamis_service.demo import command as demo_command
from dinamis_service.errors import ServiceError
from dinamis_service.identity import keys_command
from dinamis_service.registry import retention_command
from dinamis_service.requests import operator_command
from dinamis_service.serving import add_server_arguments, apply_server_arguments, run_server
from dinamis_service.settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        Exit code: 0 done, 1 refused or problems found, 2 wrong arguments or settings.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every look at the schema
    args = _parser().parse_args(argv)
    try:
        return int(args.handler(args, Settings()))
    except ValidationError as error:
        for item in error.errors():
            name = "_".join(["DINAMIS", *map(str, item["loc"])]).upper()
            _complain(f"{name}: {item['msg']}")
        return 2
    except ServiceError as error:
        _complain(error.detail)
        return 1
    except OSError as error:
        _complain(str(error))
        return 1
    except DBAPIError as error:  # its own text shows the statement too
        _complain(str(error.orig).strip())
        return 1


def _parser() -> argparse.ArgumentParser:
    """Parser with every command registered."""
    parser = argparse.ArgumentParser(
        prog="dinamis-service", description="Service of the DINAMIS plugin; settings are DINAMIS_* variables."
    )
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _register_serve(subparsers)
    for command in (
        demo_command,
        ingest_command,
        harvest_command,
        gazetteer_command,
        export_command,
        operator_command,
        retention_command,
        keys_command,
        check_command,
    ):
        command.register(subparsers)
    return parser


def _register_serve(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `serve`."""
    parser = subparsers.add_parser("serve", help="serve the catalogue, signing, quotas and requests")
    add_server_arguments(parser)
    parser.set_defaults(handler=_serve)


def _serve(args: argparse.Namespace, settings: Settings) -> int:
    """Serve until told to stop."""
    run_server(apply_server_arguments(settings, args), args.ready_file)
    return 0


def _complain(sentence: str) -> None:
    """Tell the person at the terminal what went wrong."""
    print(f"dinamis-service: {sentence}", file=sys.stderr)
