"""The footprint of a STAC item, as the well-known binary that QGIS reads quickly."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import Any

from shapely.geometry import Polygon, box, shape
from shapely.wkb import dumps

from .aoi import UNREADABLE_GEOMETRY, AreaGeometry, polygonal, split_antimeridian
from .parsing import number_of

_HALF_TURN, _POLE = 180.0, 90.0
_PLAIN_POINTS = 64
_WKB_POLYGON = 3


def footprint_wkb(item: Mapping[str, Any]) -> bytes:
    """Read the footprint, empty when it is unknown; by the bounding box where the geometry is none."""
    try:
        plain = plain_polygon(item["geometry"])
    except UNREADABLE_GEOMETRY:
        plain = None
    return plain or as_wkb(_footprint(item))


def as_wkb(geometry: AreaGeometry) -> bytes:
    """Write a geometry flat."""
    written: bytes = dumps(geometry, output_dimension=2)
    return written


def _footprint(item: Mapping[str, Any]) -> AreaGeometry:
    try:
        footprint = polygonal(shape(item["geometry"]))
        if not footprint.is_empty:
            return split_antimeridian(footprint)
    except UNREADABLE_GEOMETRY:
        # Shapely meets a malformed geometry in many ways: the bounding box then stands in.
        pass
    return _box(item.get("bbox"))


def plain_polygon(geometry: Mapping[str, Any]) -> bytes | None:
    """Write the commonest footprint without shapely: one small ring away from the antimeridian.

    None for anything else, which `polygonal` and `split_antimeridian` then judge.

    Raises:
        UNREADABLE_GEOMETRY: It has heights, or is no geometry at all.
    """
    if geometry["type"] != "Polygon" or len(geometry["coordinates"]) != 1:
        return None
    ring = geometry["coordinates"][0]
    if not 4 <= len(ring) <= _PLAIN_POINTS or ring[0] != ring[-1]:  # noqa: PLR2004 - a triangle, closed
        return None
    numbers = [number for x, y in ring for number in (x, y)]
    if not math.isfinite(sum(numbers)):
        return None
    longitudes, latitudes = numbers[::2], numbers[1::2]
    west, east = min(longitudes), max(longitudes)
    if west < -_HALF_TURN or east > _HALF_TURN or east - west >= _HALF_TURN:
        return None
    if min(latitudes) < -_POLE or max(latitudes) > _POLE:
        return None
    return struct.pack(f"<BIII{len(numbers)}d", 1, _WKB_POLYGON, 1, len(ring), *numbers)


def _box(bbox: Any) -> AreaGeometry:
    bounds = [number_of(value) for value in bbox] if isinstance(bbox, list) else []
    if len(bounds) == 6:  # noqa: PLR2004 - a box with heights
        bounds = bounds[:2] + bounds[3:5]
    if len(bounds) != 4 or any(bound is None for bound in bounds):  # noqa: PLR2004 - a flat box
        return Polygon()
    west, south, east, north = (bound for bound in bounds if bound is not None)
    return split_antimeridian(box(west, south, east + 360.0 if east < west else east, north))
