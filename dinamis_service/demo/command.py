"""The command `dinamis-service demo`."""

from __future__ import annotations

import argparse
import json
import os
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from dinamis_service.context import Context
from dinamis_service.demo.build import Plan, prepare
from dinamis_service.registry import demo_accounts
from dinamis_service.requests import demo as demo_projects
from dinamis_service.serving import add_server_arguments, apply_server_arguments, run_server
from dinamis_service.settings import Settings

ACCOUNTS_FILE = "accounts.json"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `demo`."""
    parser = subparsers.add_parser(
        "demo", help="build the demonstration once (synthetic images, example accounts) and serve it"
    )
    add_server_arguments(parser)
    plan = Plan()
    parser.add_argument("--scenes", type=_whole, default=plan.scenes, help="scenes known by metadata alone")
    parser.add_argument(
        "--images", choices=("full", "small", "none"), default=plan.images, help="how many images to make"
    )
    parser.add_argument("--seed", type=_whole, default=plan.seed, help="same seed, same demonstration")
    parser.add_argument("--lan", action="store_true", help="listen on every address of this machine")
    parser.add_argument("--build-only", action="store_true", help="build and stop")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Build what is missing, then serve until told to stop."""
    settings = apply_server_arguments(settings, args)
    if args.lan and args.host is None:
        settings = settings.model_copy(update={"host": "0.0.0.0"})  # noqa: S104 - that is what --lan asks for
    settings = settings.model_copy(update={"demo": True, "catalogue_url": None})  # it has its own
    built = prepare(settings, Plan(args.seed, args.scenes, args.images), _say)
    word = "built" if built.fresh else "reused"
    plan = built.plan
    _say(f"demonstration {word} in {built.seconds:.1f} s: {plan.scenes} scenes, {plan.images} images")
    if args.build_only:
        return 0
    run_server(settings, args.ready_file, before=partial(_people, seed=built.plan.seed, say=_say))
    return 0


def _people(context: Context, seed: int, say: Callable[[str], None]) -> None:
    """Example accounts, told in a file that only its owner reads, and the scientific user's projects."""
    accounts = demo_accounts.seed(context, random.Random(seed))  # noqa: S311 - identifiers, not secrets
    scientist = context.identity.principal_by_email(accounts[0]["email"])
    if scientist is not None:
        demo_projects.seed(context, scientist)
    path = context.settings.data_dir / ACCOUNTS_FILE
    _write_private(path, accounts)
    say(f"accounts: {path}; mails: {context.settings.outbox_dir}")


def _write_private(path: Path, accounts: list[dict[str, Any]]) -> None:
    draft = path.with_name(f".{path.name}.partial")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(accounts, file, ensure_ascii=False, indent=1)
    draft.replace(path)


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        msg = "must not be negative"
        raise argparse.ArgumentTypeError(msg)
    return number


def _say(line: str) -> None:
    print(line, flush=True)
