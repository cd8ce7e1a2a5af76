"""The command `dinamis-service ingest`: suppliers' products, images and STAC items from files (CAT-58)."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from dinamis_service.catalogue import collections
from dinamis_service.catalogue.documents import Addresses
from dinamis_service.catalogue.engines import open_catalogue
from dinamis_service.catalogue.ingest import Scene, collection_of
from dinamis_service.catalogue.ingest_journal import IngestJournal
from dinamis_service.catalogue.ingest_products import Wishes
from dinamis_service.catalogue.ingest_run import CommonError, IngestRun, Stores
from dinamis_service.catalogue.missions import MISSIONS, PLATFORMS, normal_mission, normal_platform
from dinamis_service.catalogue.moments import parse_moment
from dinamis_service.catalogue.products.ortho import Ortho
from dinamis_service.clock import utc_now
from dinamis_service.settings import Settings
from dinamis_service.storage.stores import open_objects

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `ingest`."""
    parser = subparsers.add_parser(
        "ingest",
        help="put products, images or STAC items into the catalogue",
        description="Products as suppliers deliver them (DIMAP of Pléiades, Pléiades Neo, SPOT 1 to 7) tell"
        " themselves what they are, in folders and in archives (zip, tar, tar.gz). Of other images each is a"
        " scene of its own; files that differ by a last _PAN and _MS (or _P and _XS) are one scene."
        " STAC items come from JSON (an item, or a collection of items) or one item a line. What came in"
        " already, from the same files with the same options, is passed over.",
    )
    parser.add_argument("sources", nargs="+", type=Path, metavar="FILE|FOLDER", help="what to put in")
    parser.add_argument("--collection", help=f"one of {', '.join(sorted(set(MISSIONS.values())))}")
    parser.add_argument("--platform", help=f"satellite of plain images: {', '.join(PLATFORMS)}")
    parser.add_argument("--mission", help=f"mission: {', '.join(MISSIONS)}; by default the satellite's")
    parser.add_argument("--datetime", help="acquisition of plain images, such as 2023-06-01T10:30:00Z")
    parser.add_argument("--cloud", type=float, help="percent of the scene under clouds")
    parser.add_argument("--incidence", type=float, help="degrees from the vertical")
    parser.add_argument("--id", help="identifier of the scene; all plain images are then assets of it")
    parser.add_argument("--title", default="", help="name of the scene for people")
    parser.add_argument("--open", action="store_true", help="open data: anyone may download it")
    parser.add_argument("--ortho", action="store_true", help="orthorectify raw products (by their RPC)")
    parser.add_argument("--dem", type=Path, help="terrain for --ortho, heights in metres above the ellipsoid")
    parser.add_argument("--height", type=float, help="height of a flat ground for --ortho, metres")
    parser.add_argument("--crs", help="coordinate system of --ortho, such as EPSG:2154; by default UTM")
    parser.add_argument("--resolution", type=float, help="size of a pixel of --ortho; by default the image's")
    parser.add_argument("--again", action="store_true", help="also what came in already")
    parser.add_argument("--report", type=Path, help="write what became of each scene as JSON to this file")
    parser.add_argument("--data-dir", type=Path, help="folder of the databases, keys and objects")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Ingest every source; a refused one is told and the others still go in. 1 when any was refused."""
    settings = settings.in_folder(args.data_dir)
    try:
        wishes = _wishes(args)
    except (CommonError, ValueError) as error:
        _complain(str(error))
        return 1
    with _opened(settings) as (stores, journal):
        ingest = IngestRun(stores, journal, wishes, lambda: _scene(args), again=args.again, one_id=args.id)
        for source in args.sources:
            ingest.take(source)
    report = ingest.report
    for line in report.lines:
        if line.state == "refused":
            _complain(line.detail)
    report.write_table(sys.stdout)
    if args.report is not None:
        report.write_json(args.report)
    return 1 if report.count("refused") else 0


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Stores, IngestJournal]]:
    """Catalogue, objects and journal of the settings, without the rest of the service."""
    catalogue = open_catalogue(settings)
    journal = IngestJournal(settings.data_dir / "ingest.sqlite", utc_now)
    try:
        collections.install(catalogue)
        addresses = Addresses.seen_from(settings.own_url, settings)
        yield Stores(catalogue, open_objects(settings), utc_now, addresses), journal
    finally:
        journal.close()
        catalogue.close()


def _wishes(args: argparse.Namespace) -> Wishes:
    """What the options say of products."""
    if not args.ortho and any(value is not None for value in (args.dem, args.height, args.crs)):
        raise CommonError("--dem, --height and --crs go with --ortho")
    if args.dem is not None and not args.dem.is_file():
        msg = f"--dem {args.dem}: there is no such file"
        raise CommonError(msg)
    if args.resolution is not None and not args.resolution > 0:
        raise CommonError("--resolution is a positive number")
    if args.id is not None and not _ID.fullmatch(args.id):
        raise CommonError("--id takes letters, digits, '.', '_' and '-'")
    ortho = Ortho(args.dem, args.height, args.crs, args.resolution) if args.ortho else None
    return Wishes(
        collection=args.collection,
        mission=_mission(args.mission) if args.mission else None,
        title=args.title,
        ortho=ortho,
        extra=_extra(args),
    )


def _scene(args: argparse.Namespace) -> Scene:
    """What the options say of plain images."""
    platform = normal_platform(args.platform or "")
    if platform is None:
        msg = f"--platform must be one of {', '.join(PLATFORMS)}"
        raise CommonError(msg)
    mission = _mission(args.mission) if args.mission else PLATFORMS[platform].mission
    if args.datetime is None:
        raise CommonError("--datetime is needed: an image does not tell when it was taken")
    moment: datetime = parse_moment(args.datetime)
    if args.cloud is not None and not 0 <= args.cloud <= 100:  # noqa: PLR2004 - percent
        raise CommonError("--cloud is a percentage, 0 to 100")
    if args.incidence is not None and not 0 <= args.incidence <= 90:  # noqa: PLR2004 - degrees
        raise CommonError("--incidence is an angle, 0 to 90 degrees")
    return Scene(
        id="",
        collection=args.collection or collection_of(platform, mission),
        platform=platform,
        mission=mission,
        moment=moment,
        title=args.title,
        cloud=args.cloud,
        incidence=args.incidence,
        extra=_extra(args),
    )


def _mission(name: str) -> str:
    mission = normal_mission(name)
    if mission is None:
        msg = f"--mission must be one of {', '.join(MISSIONS)}"
        raise CommonError(msg)
    return mission


def _extra(args: argparse.Namespace) -> dict[str, str]:
    return {"dinamis:access": "open"} if args.open else {}


def _complain(sentence: str) -> None:
    print(f"dinamis-service ingest: {sentence}", file=sys.stderr)
