"""The command `dinamis-service export`: items into a file for other programs."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from dinamis_service.catalogue.areas import read_box
from dinamis_service.catalogue.documents import Addresses
from dinamis_service.catalogue.engine import Item, SearchError
from dinamis_service.catalogue.engines import open_catalogue
from dinamis_service.catalogue.export import Selection, batches, write_ndjson
from dinamis_service.catalogue.moments import parse_interval
from dinamis_service.clock import utc_now
from dinamis_service.settings import Settings

_FORMATS = {".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "geoparquet", ".geoparquet": "geoparquet"}
Writer = Callable[[Iterator[list[Item]], Addresses, Path], int]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `export`."""
    parser = subparsers.add_parser(
        "export",
        help="write items into a file (GeoParquet, NDJSON)",
        description="Writes the items of the catalogue, or those that meet every condition, as GeoParquet (a"
        " row for each) or NDJSON (a STAC item a line, which `ingest` takes back).",
    )
    parser.add_argument("file", type=Path, help="what to write; its end tells the format")
    parser.add_argument(
        "--format", choices=sorted(set(_FORMATS.values())), help="where the name does not tell"
    )
    parser.add_argument(
        "--collection", action="append", default=[], help="only of this collection; repeatable"
    )
    parser.add_argument("--bbox", type=float, nargs=4, metavar=("W", "S", "E", "N"), help="area, degrees")
    parser.add_argument("--datetime", help="acquisitions, such as 2023-01-01T00:00:00Z/..")
    parser.add_argument("--base-url", help="address of the service in links; by default that of the settings")
    parser.add_argument("--data-dir", type=Path, help="folder of the databases, keys and objects")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the file, whole or not at all. 1 when nothing could be written, 2 for wrong arguments."""
    settings = settings.in_folder(args.data_dir)
    kind = args.format or _FORMATS.get(args.file.suffix.lower())
    if kind is None:
        return _wrong(f"{args.file.name}: the name ends neither with .parquet nor with .ndjson; see --format")
    if args.bbox and not all(map(math.isfinite, args.bbox)):
        return _wrong("--bbox takes four finite numbers")
    try:
        start, end = parse_interval(args.datetime)
    except SearchError as error:
        return _wrong(str(error))
    geometry = read_box(args.bbox) if args.bbox else None
    catalogue = open_catalogue(settings)
    try:
        known = {collection["id"] for collection in catalogue.collections()}
        unknown = [name for name in args.collection if name not in known]
        if unknown:
            return _wrong(f"no collection {', '.join(unknown)} (there are: {', '.join(sorted(known))})")
        selection = Selection(tuple(args.collection), geometry, start, end)
        found = batches(catalogue, selection, utc_now())
        addresses = Addresses.seen_from((args.base_url or settings.own_url).rstrip("/"), settings)
        count = _written(_writer(kind), found, addresses, args.file)
    finally:
        catalogue.close()
    print(f"{args.file}: {count} items")
    return 0


def _written(write: Writer, items: Iterator[list[Item]], addresses: Addresses, target: Path) -> int:
    """Write beside the file and put it in its place at the end."""
    partial = target.with_name(f".{target.name}.partial")
    try:
        count = write(items, addresses, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _writer(kind: str) -> Writer:
    """The writer of a format; pyarrow takes its time to load and is asked for by no other command."""
    if kind == "ndjson":
        return write_ndjson
    from dinamis_service.catalogue.export_parquet import write_geoparquet  # noqa: PLC0415

    return write_geoparquet


def _wrong(sentence: str) -> int:
    print(f"dinamis-service export: {sentence}", file=sys.stderr)
    return 2
