"""STAC items from other catalogues' files, made fit for this one (CAT-37)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from dinamis_service.catalogue.engine import OBJECT_SCHEME, Item
from dinamis_service.catalogue.ingest import collection_of
from dinamis_service.catalogue.missions import PLATFORMS, normal_mission, normal_platform
from dinamis_service.catalogue.moments import format_moment, parse_moment

_LINES = {".ndjson", ".geojsonl", ".jsonl"}
_DATES = ("datetime", "start_datetime", "end_datetime", "created", "updated")
_ORDERABLE = {"PLEIADES", "PLEIADES NEO", "SPOT 6/7"}


class StacFileError(ValueError):
    """A file or an item of it that cannot be taken; the message says which and why."""


def read_items(path: Path, collection: str | None = None) -> tuple[list[Item], list[str]]:
    """Items of a file, normalised, with remarks on what had to be settled (such as naive dates).

    Args:
        path: JSON (an item or a FeatureCollection), or one item a line.
        collection: where they go; by default the collection of their mission.

    Raises:
        StacFileError: the file is not what it should be, or an item lacks what the catalogue needs.
    """
    remarks: dict[str, int] = {}
    items = [_normal(raw, collection, remarks) for raw in _raw_items(path)]
    if not items:
        raise StacFileError("there is no STAC item in this file")
    return items, [f"{remark} ({count})" for remark, count in remarks.items()]


def _raw_items(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        documents = text.splitlines() if path.suffix.lower() in _LINES else [text]
        parsed = [json.loads(document) for document in documents if document.strip()]
    except (OSError, ValueError, RecursionError) as error:
        msg = f"not readable as JSON ({error})"
        raise StacFileError(msg) from error
    for document in parsed:
        kind = document.get("type") if isinstance(document, dict) else None
        if kind == "Feature":
            yield document
        elif kind == "FeatureCollection" and isinstance(document.get("features"), list):
            yield from document["features"]
        else:
            raise StacFileError("neither a STAC item nor a collection of items")


def _normal(raw: dict[str, Any], collection: str | None, remarks: dict[str, int]) -> Item:
    name = raw.get("id") if isinstance(raw, dict) else None
    properties = raw.get("properties") if isinstance(raw, dict) else None
    if not isinstance(name, str) or not name or not isinstance(properties, dict):
        raise StacFileError("an item without an id or properties")
    properties = _dated(name, dict(properties), remarks)
    platform = normal_platform(str(properties.get("platform", "")))
    if platform is None:
        msg = f"item {name}: unknown platform {properties.get('platform')!r} (known: {', '.join(PLATFORMS)})"
        raise StacFileError(msg)
    mission = normal_mission(str(properties.get("dinamis:mission", ""))) or PLATFORMS[platform].mission
    properties |= {"platform": platform, "dinamis:mission": mission}
    properties.setdefault("constellation", PLATFORMS[platform].constellation)
    properties.setdefault("gsd", PLATFORMS[platform].gsd)
    _check_range(name, properties, "eo:cloud_cover", 100)
    _check_range(name, properties, "view:incidence_angle", 90)
    if "dinamis:product_type" not in properties and mission in _ORDERABLE:
        properties |= {"dinamis:product_type": "orderable", "order:status": "orderable"}
    return {
        **raw,
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": raw.get("stac_extensions", []),
        "collection": collection or collection_of(platform, mission),
        "properties": properties,
        "assets": _assets(name, raw.get("assets")),
        "links": [],
    }


def _dated(name: str, properties: dict[str, Any], remarks: dict[str, int]) -> dict[str, Any]:
    """Dates in UTC. One without a time zone is taken as UTC, with a remark.

    Some catalogues put the date of processing in `datetime`: when the acquisition's start and end are told
    and `datetime` lies outside of them, the start is the moment.
    """
    for key in _DATES:
        if properties.get(key) is not None:
            properties[key] = _moment(name, key, properties[key], remarks)
    start, end, moment = (properties.get(key) for key in ("start_datetime", "end_datetime", "datetime"))
    if moment and start and end and not parse_moment(start) <= parse_moment(moment) <= parse_moment(end):
        properties["datetime"] = start
        _remark(remarks, "datetime lies outside of the acquisition: its start was taken")
    if not moment and not (start and end):
        msg = f"item {name}: no date of acquisition"
        raise StacFileError(msg)
    properties.setdefault("datetime", None)
    return properties


def _moment(name: str, key: str, value: Any, remarks: dict[str, int]) -> str:
    try:
        return format_moment(parse_moment(str(value)))
    except ValueError:
        pass
    try:
        naive = datetime.fromisoformat(str(value))
    except ValueError as error:
        msg = f"item {name}: {key} is not a date: {value!r}"
        raise StacFileError(msg) from error
    if naive.tzinfo is None:
        _remark(remarks, "dates without a time zone were taken as UTC")
        return format_moment(parse_moment(f"{naive.isoformat()}Z"))
    return format_moment(naive)


def _remark(remarks: dict[str, int], remark: str) -> None:
    remarks[remark] = remarks.get(remark, 0) + 1


def _check_range(name: str, properties: dict[str, Any], key: str, most: float) -> None:
    value = properties.get(key)
    if value is None:
        properties.pop(key, None)
    elif not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        msg = f"item {name}: {key} is {value!r}, not a number from 0 to {most:g}"
        raise StacFileError(msg)


def _assets(name: str, assets: Any) -> dict[str, Any]:
    """Assets with the type and title that clients need; keys without slashes."""
    if assets is None:
        return {}
    if not isinstance(assets, dict):
        msg = f"item {name}: assets are not an object"
        raise StacFileError(msg)
    fit = {}
    for key, asset in assets.items():
        href = asset.get("href") if isinstance(asset, dict) else None
        if not isinstance(href, str) or href.startswith(OBJECT_SCHEME):
            msg = f"item {name}: asset {key} has no usable href"
            raise StacFileError(msg)
        fit[key.replace("/", "_")] = {"title": key, "type": "application/octet-stream", **asset}
    return fit
