"""`dinamis-service keys`: the keys that sign tokens, looked at and replaced."""

from __future__ import annotations

import argparse
from pathlib import Path

from dinamis_service.clock import utc_now
from dinamis_service.identity.tokens import key_files
from dinamis_service.settings import Settings


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `keys`."""
    everywhere = argparse.ArgumentParser(add_help=False)
    everywhere.add_argument("--data-dir", type=Path, help="folder of the databases, keys and objects")
    parser = subparsers.add_parser("keys", help="list and replace the keys that sign tokens")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    listing = actions.add_parser("list", parents=[everywhere], help="those that verify tokens, oldest first")
    listing.set_defaults(handler=_list)
    rotating = actions.add_parser(
        "rotate",
        parents=[everywhere],
        help="make a new key, which signs at once; older ones verify until their tokens have ended",
    )
    rotating.add_argument(
        "--drop-old",
        action="store_true",
        help="delete the older keys at once, as after a theft: nobody is signed out, programs get new tokens",
    )
    rotating.set_defaults(handler=_rotate)


def _list(args: argparse.Namespace, settings: Settings) -> int:
    found = key_files(settings.in_folder(args.data_dir)).keys(utc_now())
    for one in found:
        does = "signs" if one is found[-1] else "verifies"
        print(f"{one.kid}  since {one.made_at:%Y-%m-%d %H:%M} UTC  {does}")
    return 0


def _rotate(args: argparse.Namespace, settings: Settings) -> int:
    made = key_files(settings.in_folder(args.data_dir)).rotate(utc_now(), drop=args.drop_old)
    print(f"{made.kid} signs from now on")
    return 0
