"""The command `dinamis-service ingest`: images and STAC items from files."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dinamis_service.catalogue import collections, stac_files
from dinamis_service.catalogue.engine import CatalogueEngine, ItemError
from dinamis_service.catalogue.engines import open_catalogue
from dinamis_service.catalogue.ingest import (
    Scene,
    Stores,
    asset_key,
    collection_of,
    ingest_cog,
)
from dinamis_service.catalogue.missions import MISSIONS, PLATFORMS, normal_mission, normal_platform
from dinamis_service.catalogue.moments import parse_moment
from dinamis_service.catalogue.rasters import RasterError, describe
from dinamis_service.catalogue.stac_files import StacFileError
from dinamis_service.clock import Clock, utc_now
from dinamis_service.settings import Settings
from dinamis_service.storage.local import LocalObjectStore

_IMAGES = {".tif", ".tiff", ".jp2", ".img", ".vrt", ".png", ".jpg"}
_DOCUMENTS = {".json", ".geojson", ".ndjson", ".geojsonl", ".jsonl"}
_BAND_SUFFIX = re.compile(r"[_-](PAN|P|MS|XS)$", re.IGNORECASE)


@dataclass(frozen=True)
class _Stores:
    """Catalogue and objects of the settings, without the rest of the service."""

    catalogue: CatalogueEngine
    objects: LocalObjectStore
    clock: Clock


class _ArgumentError(ValueError):
    """What the command was told does not hold together."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `ingest`."""
    parser = subparsers.add_parser(
        "ingest",
        help="put images or STAC items into the catalogue",
        description="Each image is a scene of its own; files that differ by a last _PAN and _MS (or _P and"
        " _XS) are one scene. STAC items come from JSON (an item, or a collection of items) or one item"
        " a line.",
    )
    parser.add_argument("sources", nargs="+", type=Path, metavar="FILE|FOLDER", help="what to put in")
    parser.add_argument("--collection", help=f"one of {', '.join(sorted(set(MISSIONS.values())))}")
    parser.add_argument("--platform", help=f"satellite: {', '.join(PLATFORMS)}")
    parser.add_argument("--mission", help=f"mission: {', '.join(MISSIONS)}; by default the satellite's")
    parser.add_argument("--datetime", help="acquisition with its time zone, such as 2023-06-01T10:30:00Z")
    parser.add_argument("--cloud", type=float, help="percent of the scene under clouds")
    parser.add_argument("--incidence", type=float, help="degrees from the vertical")
    parser.add_argument("--id", help="identifier of the scene; all files are then assets of it")
    parser.add_argument("--title", default="", help="name of the scene for people")
    parser.add_argument("--open", action="store_true", help="open data: anyone may download it")
    parser.add_argument("--data-dir", type=Path, help="folder of the databases, keys and objects")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Ingest every source; a refused one is told and the others still go in. 1 when any was refused."""
    if args.data_dir is not None:
        settings = settings.model_copy(update={"data_dir": args.data_dir})
    catalogue = open_catalogue(settings)
    stores = _Stores(catalogue, LocalObjectStore(settings.objects_root, settings.data_dir / "keys"), utc_now)
    try:
        collections.install(catalogue)
        files = list(_files(args.sources))
        images = [path for path in files if path.suffix.lower() not in _DOCUMENTS]
        documents = [path for path in files if path.suffix.lower() in _DOCUMENTS]
        refused = _ingest_images(stores, args, images) if images else 0
        return 1 if refused + _ingest_documents(stores, args, documents) else 0
    finally:
        catalogue.close()


def _ingest_images(stores: Stores, args: argparse.Namespace, images: Sequence[Path]) -> int:
    """How many scenes were refused."""
    try:
        common = _scene(args)
    except (_ArgumentError, ValueError) as error:
        _complain(str(error))
        return 1
    groups = _grouped(images, args.id)
    return sum(not _ingest_scene(stores, replace(common, id=name), files) for name, files in groups.items())


def _ingest_scene(stores: Stores, scene: Scene, files: Sequence[Path]) -> bool:
    """Whether the scene went in."""
    try:
        assets = _assets(files)
        item = ingest_cog(stores, scene, assets)
    except (RasterError, ItemError, _ArgumentError) as error:
        _complain(str(error))
        return False
    print(f"{item['collection']}/{item['id']}: {', '.join(assets)}")
    return True


def _ingest_documents(stores: Stores, args: argparse.Namespace, documents: Iterable[Path]) -> int:
    """How many documents were refused."""
    refused = 0
    for path in documents:
        try:
            items, remarks = stac_files.read_items(path, collection=args.collection)
            count = stores.catalogue.upsert(items)
        except (StacFileError, ItemError) as error:
            _complain(f"{path.name}: {error}")
            refused += 1
            continue
        for remark in remarks:
            print(f"{path.name}: {remark}")
        print(f"{path.name}: {count} items")
    return refused


def _scene(args: argparse.Namespace) -> Scene:
    """What the options say of the scenes."""
    platform = normal_platform(args.platform or "")
    if platform is None:
        msg = f"--platform must be one of {', '.join(PLATFORMS)}"
        raise _ArgumentError(msg)
    mission = normal_mission(args.mission) if args.mission else PLATFORMS[platform].mission
    if mission is None:
        msg = f"--mission must be one of {', '.join(MISSIONS)}"
        raise _ArgumentError(msg)
    if args.datetime is None:
        msg = "--datetime is needed: an image does not tell when it was taken"
        raise _ArgumentError(msg)
    moment: datetime = parse_moment(args.datetime)
    if args.cloud is not None and not 0 <= args.cloud <= 100:  # noqa: PLR2004 - percent
        msg = "--cloud is a percentage, 0 to 100"
        raise _ArgumentError(msg)
    if args.incidence is not None and not 0 <= args.incidence <= 90:  # noqa: PLR2004 - degrees
        msg = "--incidence is an angle, 0 to 90 degrees"
        raise _ArgumentError(msg)
    return Scene(
        id="",
        collection=args.collection or collection_of(platform, mission),
        platform=platform,
        mission=mission,
        moment=moment,
        title=args.title,
        cloud=args.cloud,
        incidence=args.incidence,
        extra={"dinamis:access": "open"} if args.open else {},
    )


def _files(sources: Iterable[Path]) -> Iterator[Path]:
    """Files as named, and those of folders that may be images or items."""
    for source in sources:
        if source.is_dir():
            found = (path for path in sorted(source.rglob("*")) if path.is_file())
            yield from (path for path in found if path.suffix.lower() in _IMAGES | _DOCUMENTS)
        else:
            yield source


def _grouped(images: Iterable[Path], one: str | None) -> dict[str, list[Path]]:
    """Files by the scene they belong to."""
    groups: dict[str, list[Path]] = {}
    for path in images:
        name = one or _BAND_SUFFIX.sub("", path.stem)
        groups.setdefault(re.sub(r"[^A-Za-z0-9._-]+", "_", name), []).append(path)
    return groups


def _assets(files: Sequence[Path]) -> dict[str, Path]:
    """Files by their asset key, which their bands tell."""
    assets: dict[str, Path] = {}
    for path in files:
        key = asset_key(describe(path).bands)
        if key in assets:
            msg = f"{assets[key].name} and {path.name} would both be the image '{key}' of one scene"
            raise _ArgumentError(msg)
        assets[key] = path
    return assets


def _complain(sentence: str) -> None:
    print(f"dinamis-service ingest: {sentence}", file=sys.stderr)
