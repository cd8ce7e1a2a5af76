"""The command `dinamis-service harvest`: items of other catalogues, once or again and again."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

from dinamis_service.catalogue import collections
from dinamis_service.catalogue.engine import SearchError
from dinamis_service.catalogue.engines import open_catalogue
from dinamis_service.catalogue.harvest.fetch import Bounds, Fetcher, FetchError, trusted_hosts
from dinamis_service.catalogue.harvest.oneatlas import SEARCH, TOKENS, ApiKey, OneAtlas
from dinamis_service.catalogue.harvest.run import Harvest, HarvestReport
from dinamis_service.catalogue.harvest.schedule import AlreadyRunningError, alone, interval, repeat
from dinamis_service.catalogue.harvest.source import Source, Wanted
from dinamis_service.catalogue.harvest.stac_api import StacApi, is_api
from dinamis_service.catalogue.harvest.state import HarvestState
from dinamis_service.catalogue.harvest.static import StaticCatalogue
from dinamis_service.catalogue.missions import MISSIONS
from dinamis_service.catalogue.moments import parse_interval
from dinamis_service.clock import utc_now
from dinamis_service.settings import Settings

_KINDS = ("auto", "stac-api", "static", "oneatlas")
_TOLD = 10
"""Refusals and remarks that are printed; the report has more."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `harvest`."""
    parser = subparsers.add_parser(
        "harvest",
        help="gather items of another catalogue",
        description="Walks through a STAC API, a static STAC catalogue or the supplier's archive and puts its"
        " items into the catalogue, with names as they are here. The next time only what changed is asked"
        " for; a walk that was cut short goes on where it stood. What is refused is told with the reason.",
    )
    parser.add_argument("url", nargs="?", help="address of the catalogue; may be left out for oneatlas")
    parser.add_argument("--kind", choices=_KINDS, default="auto", help="by default found out at the address")
    parser.add_argument("--name", help="short name of the source; by default the host of the address")
    parser.add_argument("--collection", help=f"where items go: {', '.join(sorted(set(MISSIONS.values())))}")
    parser.add_argument("--only", action="append", default=[], help="a collection (oneatlas: constellation)")
    parser.add_argument("--bbox", type=float, nargs=4, metavar=("W", "S", "E", "N"), help="area, degrees")
    parser.add_argument("--datetime", help="acquisitions, such as 2023-01-01T00:00:00Z/..")
    parser.add_argument("--full", action="store_true", help="everything from the beginning")
    parser.add_argument("--every", help="again after this time, such as 6h; until stopped")
    parser.add_argument("--key-variable", help="environment variable with the key (oneatlas)")
    parser.add_argument(
        "--token-url", default=TOKENS, help="address that gives tokens for the key (oneatlas)"
    )
    parser.add_argument("--report", type=Path, help="write what was done as JSON to this file")
    parser.add_argument("--data-dir", type=Path, help="folder of the databases, keys and objects")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Harvest once, or until a signal. 1 when the harvest did not come to its end, 2 for wrong arguments."""
    settings = settings.in_folder(args.data_dir)
    try:
        wanted = _wanted(args)
        every = interval(args.every) if args.every else None
    except (ValueError, SearchError) as error:
        _complain(str(error))
        return 2
    stop = threading.Event()
    if every is None:
        return _once(args, settings, wanted, stop)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return repeat(lambda: _once(args, settings, wanted, stop), every, stop)


def _once(args: argparse.Namespace, settings: Settings, wanted: Wanted, stop: threading.Event) -> int:
    """One harvest, unless one of the same source is running."""
    name = args.name
    folder = settings.data_dir / "harvest"
    asked = json.dumps([args.url, args.kind, args.collection, args.only, args.bbox, args.datetime])
    try:
        with alone(folder / f"{name}.lock"):
            catalogue = open_catalogue(settings)
            state = HarvestState(folder / "state.sqlite", name, asked)
            fetcher = Fetcher(trusted_hosts(args.url, args.token_url), Bounds(), sleep=stop.wait)
            try:
                collections.install(catalogue)
                harvest = Harvest(catalogue, state, name, args.collection, utc_now, stop.is_set)
                report = harvest.run(_source(args, fetcher, state), wanted, full=args.full)
            finally:
                fetcher.close()
                state.close()
                catalogue.close()
    except AlreadyRunningError:
        _complain(f"{name} is being harvested already")
        return 1
    except FetchError as error:
        _complain(str(error))
        return 1
    _tell(report)
    if args.report is not None:
        args.report.write_text(
            json.dumps(vars(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    return 0 if report.complete else 1


def _source(args: argparse.Namespace, fetcher: Fetcher, state: HarvestState) -> Source:
    """The source of the kind that is named, or found out."""
    if args.kind == "oneatlas":
        key = os.environ.get(args.key_variable or "", "")
        if key:
            fetcher.credentials = ApiKey(fetcher, key, args.token_url).headers
        return OneAtlas(fetcher, utc_now(), args.url)
    if args.kind == "static":
        return StaticCatalogue(fetcher, args.url, state)
    answer = fetcher.get(args.url)
    if is_api(answer.document):
        return StacApi(fetcher, answer.url, answer.document)
    if args.kind == "stac-api":
        msg = f"{args.url}: no STAC API that can be searched"
        raise FetchError(msg)
    return StaticCatalogue(fetcher, args.url, state)


def _wanted(args: argparse.Namespace) -> Wanted:
    """What the options ask for; the address and the name of the source are settled with it."""
    if args.url is None:
        if args.kind != "oneatlas":
            raise ValueError("an address is needed")
        args.url = SEARCH
    parts = urlsplit(args.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        msg = f"{args.url!r} is no address of the web"
        raise ValueError(msg)
    args.name = args.name or re.sub(r"[^A-Za-z0-9._-]", "_", parts.netloc)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", args.name):
        raise ValueError("--name takes letters, digits, '.', '_' and '-'")
    if args.key_variable and args.key_variable not in os.environ:
        msg = f"--key-variable: {args.key_variable} is not set"
        raise ValueError(msg)
    start, end = parse_interval(args.datetime)
    bbox = tuple(args.bbox) if args.bbox else None
    return Wanted(tuple(args.only), bbox, start, end)


def _tell(report: HarvestReport) -> None:
    """Print what was done."""
    state = "complete" if report.complete else f"NOT complete: {report.error}"
    print(f"{report.source}: {state}")
    counts = ("pages", "new", "changed", "unchanged", "duplicates", "held", "refused")
    print("  " + ", ".join(f"{getattr(report, name)} {name}" for name in counts))
    for title, found in (("refused", report.reasons), ("remark", report.remarks)):
        for sentence, count in found.most_common(_TOLD):
            print(f"  {title} ({count}): {sentence}")


def _complain(sentence: str) -> None:
    print(f"dinamis-service harvest: {sentence}", file=sys.stderr)
