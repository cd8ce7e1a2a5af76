"""STAC items of other catalogues, made fit for this one, whatever their providers' ways (CAT-03, CAT-37)."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.engine import OBJECT_SCHEME, Item
from dinamis_service.catalogue.ingest import collection_of
from dinamis_service.catalogue.missions import PLATFORMS, normal_mission, normal_platform
from dinamis_service.catalogue.moments import format_moment, parse_moment
from dinamis_service.catalogue.view_services import EXTENSION, are_complete, view_links

_DATES = ("datetime", "start_datetime", "end_datetime", "created", "updated")
_ORDERABLE = {"PLEIADES", "PLEIADES NEO", "SPOT 6/7"}
_KINDS: dict[str, tuple[type, ...]] = {
    "title": (str,),
    "constellation": (str,),
    "gsd": (int, float),
    "order:status": (str,),
    "dinamis:mission": (str,),
    "dinamis:product_type": (str,),
    "dinamis:access": (str,),
    "dinamis:source": (str,),
    "dinamis:synthetic": (bool,),
}
"""Types of the properties that the catalogue looks at; null is taken as absent."""
_UNKNOWN = -1
"""What some providers write for a cloud cover or an angle that they do not know."""
_CLOSE = 1e-5
"""Degrees by which a bounding box may differ from its geometry, about a metre."""
_HALF = 180.0

Remarks = Counter[str]
"""What had to be settled, and how often."""


class StacFileError(ValueError):
    """A file or an item of it that cannot be taken; the message says which and why."""


def fit_item(raw: Any, collection: str | None, remarks: Remarks) -> Item:
    """An item as this catalogue stores it.

    Args:
        raw: the item as it was read.
        collection: where it goes; by default the collection of its mission.
        remarks: what had to be settled is counted here.

    Raises:
        StacFileError: it lacks what the catalogue needs.
    """
    name = raw.get("id") if isinstance(raw, dict) else None
    properties = raw.get("properties") if isinstance(raw, dict) else None
    if not isinstance(name, str) or not name or not isinstance(properties, dict):
        raise StacFileError("an item without an id or properties")
    properties = _dated(name, _of_their_kinds(name, properties), remarks)
    platform = normal_platform(str(properties.get("platform", "")))
    if platform is None:
        msg = f"item {name}: unknown platform {properties.get('platform')!r} (known: {', '.join(PLATFORMS)})"
        raise StacFileError(msg)
    mission = normal_mission(str(properties.get("dinamis:mission", ""))) or PLATFORMS[platform].mission
    properties |= {"platform": platform, "dinamis:mission": mission}
    properties.setdefault("constellation", PLATFORMS[platform].constellation)
    properties.setdefault("gsd", PLATFORMS[platform].gsd)
    _check_range(name, properties, "eo:cloud_cover", 100, remarks)
    _check_range(name, properties, "view:incidence_angle", 90, remarks)
    if "dinamis:product_type" not in properties and mission in _ORDERABLE:
        properties |= {"dinamis:product_type": "orderable", "order:status": "orderable"}
    geometry, bbox = _place(name, raw, remarks)
    links = view_links(raw)
    told = raw.get("stac_extensions")
    extensions = [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
    if links and are_complete(links) and not any("web-map-links" in schema for schema in extensions):
        extensions.append(EXTENSION)
    return {
        **raw,
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": extensions,
        "collection": collection or collection_of(platform, mission),
        "geometry": geometry,
        "bbox": bbox,
        "properties": properties,
        "assets": _assets(name, raw.get("assets")),
        "links": links,
    }


def _of_their_kinds(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties without those that are null, all of the types that they should be of."""
    fit = {key: value for key, value in properties.items() if value is not None or key in _DATES}
    for key, kinds in _KINDS.items():
        value = fit.get(key)
        if value is not None and (not isinstance(value, kinds) or isinstance(value, bool) != (bool in kinds)):
            msg = f"item {name}: {key} is {value!r}"
            raise StacFileError(msg)
    return fit


def _dated(name: str, properties: dict[str, Any], remarks: Remarks) -> dict[str, Any]:
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
        remarks["datetime lies outside of the acquisition: its start was taken"] += 1
    if not moment and not (start and end):
        msg = f"item {name}: no date of acquisition"
        raise StacFileError(msg)
    properties.setdefault("datetime", None)
    return properties


def _moment(name: str, key: str, value: Any, remarks: Remarks) -> str:
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
        remarks["dates without a time zone were taken as UTC"] += 1
        return format_moment(parse_moment(f"{naive.isoformat()}Z"))
    return format_moment(naive)


def _check_range(name: str, properties: dict[str, Any], key: str, most: float, remarks: Remarks) -> None:
    value = properties.get(key)
    if value is None:
        properties.pop(key, None)
    elif value == _UNKNOWN:
        properties.pop(key)
        remarks[f"{key} of -1 was taken as unknown"] += 1
    elif not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        msg = f"item {name}: {key} is {value!r}, not a number from 0 to {most:g}"
        raise StacFileError(msg)


def _place(name: str, raw: Mapping[str, Any], remarks: Remarks) -> tuple[dict[str, Any], list[float]]:
    """Geometry and bounding box that agree with each other, longitude first."""
    told = raw.get("bbox")
    box = told if isinstance(told, list) and all(map(_is_finite, told)) else None
    written = raw.get("geometry")
    if written is None and box is not None and len(box) == 4:  # noqa: PLR2004 - sides of a box
        shape: BaseGeometry = shapely.box(*box)
        remarks["without a geometry, the bounding box was taken"] += 1
    else:
        shape = _shape(name, written)
    west, south, east, north = shape.bounds
    if not (west >= -_HALF and east <= _HALF and south >= -_HALF / 2 and north <= _HALF / 2):
        msg = f"item {name}: coordinates that are no longitude and latitude"
        raise StacFileError(msg)
    if not shape.is_valid:
        shape = shapely.make_valid(shape)
        remarks["geometries that cross themselves were mended"] += 1
        written = None
    geometry = written if isinstance(written, dict) else json.loads(shapely.to_geojson(shape))
    bounds = [west, south, east, north]
    if box is not None and _agree(box, bounds):
        return geometry, box
    if told is not None:
        remarks["a bounding box that did not fit its geometry was made anew"] += 1
    return geometry, bounds


def _shape(name: str, geometry: Any) -> BaseGeometry:
    try:
        shape = shapely.from_geojson(json.dumps(geometry))
    except (ShapelyError, TypeError, ValueError, RecursionError):
        shape = None
    if shape is None or shape.is_empty or not all(map(math.isfinite, shape.bounds)):
        msg = f"item {name}: no usable geometry"
        raise StacFileError(msg)
    return shape


def _agree(box: list[float], bounds: list[float]) -> bool:
    """Whether a box is that of the bounds; one across the antimeridian has its sides the other way round."""
    if len(box) == 6:  # noqa: PLR2004 - with heights
        box = [box[0], box[1], box[3], box[4]]
    if len(box) != len(bounds):
        return False
    crosses = box[0] > box[2] and bounds[2] - bounds[0] > _HALF
    pairs = list(zip(box, bounds, strict=True))
    return all(abs(one - other) <= _CLOSE for one, other in (pairs[1::2] if crosses else pairs))


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


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
