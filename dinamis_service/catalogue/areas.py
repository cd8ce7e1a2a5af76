"""Areas that a search asks for, read from GeoJSON and boxes: sound, on the globe, and bounded in cost.

Positions are longitude and latitude in EPSG:4326. What is written is what is meant (RFC 7946): an edge from
-179 to 179 spans the world; across the antimeridian an area goes on beyond 180 (or -180), comes in two parts,
or is a box whose west is greater than its east.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Sequence
from typing import Any

import antimeridian
import numpy as np
import shapely
from shapely.affinity import translate
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.engine import SearchError

MAX_VERTICES = 100_000
"""Vertices of an area: reading and testing that many takes half a second."""
MAX_REPAIRED = 20_000
"""Vertices of an area that crosses itself."""
MAX_CROSSINGS = 5_000
"""Places where an area may cross itself: repair costs more than their square."""

_HALF_TURN, _TURN, _POLE = 180.0, 360.0, 90.0
_BBOX_2D, _BBOX_3D = 4, 6
_COLLECTION = shapely.GeometryType.GEOMETRYCOLLECTION
_CHUNK = 20
"""Segments looked up at once, so that a hopeless tangle is found out early."""
_TYPES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
_WORLD = shapely.box(-_HALF_TURN, -_POLE, _HALF_TURN, _POLE)


def read_box(numbers: Sequence[Any], parameter: str = "bbox") -> BaseGeometry:
    """The area of a box `west, south, east, north` (or with heights); two parts across the antimeridian.

    Raises:
        SearchError: it is not 4 or 6 finite numbers of a place on the globe, south first.
    """
    if len(numbers) not in (_BBOX_2D, _BBOX_3D) or not all(map(_is_finite, numbers)):
        raise SearchError(
            fr=f"« {parameter} » : il faut 4 nombres (ouest, sud, est, nord), ou 6 avec les altitudes.",
            en=f"'{parameter}': 4 numbers are expected (west, south, east, north), or 6 with heights.",
            parameter=parameter,
        )
    half = len(numbers) // 2
    west, south, east, north = map(float, (*numbers[:2], *numbers[half : half + 2]))
    if not (min(west, east) >= -_HALF_TURN and max(west, east) <= _HALF_TURN):
        raise _off_globe(parameter)
    if not -_POLE <= south <= north <= _POLE:
        raise SearchError(
            fr=f"« {parameter} » : il faut une latitude sud au plus égale à la latitude nord,"
            " toutes deux entre -90 et 90.",
            en=f"'{parameter}': a southern latitude not above the northern one is expected, both within -90"
            " and 90.",
            parameter=parameter,
        )
    if west <= east:
        return shapely.box(west, south, east, north)
    return shapely.multipolygons(
        [shapely.box(west, south, _HALF_TURN, north), shapely.box(-_HALF_TURN, south, east, north)]
    )


def read_area(geojson: Any, parameter: str = "intersects") -> BaseGeometry:
    """The area of a GeoJSON geometry of any type, or of a Feature's.

    Rings that cross themselves are repaired, heights dropped, what lies beyond 180 degrees brought back.

    Raises:
        SearchError: it is no geometry, is off the globe, or too large or too tangled to be searched with.
    """
    if isinstance(geojson, dict) and geojson.get("type") == "Feature":
        geojson = geojson.get("geometry")
    area = shapely.force_2d(_parse(geojson, parameter))
    vertices = int(shapely.get_num_coordinates(area))
    if vertices > MAX_VERTICES:
        raise SearchError(
            fr=f"« {parameter} » : la géométrie a {vertices} sommets, le maximum est {MAX_VERTICES}.",
            en=f"'{parameter}': the geometry has {vertices} vertices, the maximum is {MAX_VERTICES}.",
            parameter=parameter,
        )
    west, south, east, north = area.bounds
    if not all(map(math.isfinite, area.bounds)) or not np.isfinite(shapely.get_coordinates(area)).all():
        raise _off_globe(parameter)
    if south < -_POLE or north > _POLE or west < -_TURN or east > _TURN:
        raise _off_globe(parameter)
    area = _sound(area, parameter)
    return area if west >= -_HALF_TURN and east <= _HALF_TURN else _brought_back(area)


def _is_finite(number: Any) -> bool:
    return isinstance(number, (int, float)) and not isinstance(number, bool) and math.isfinite(number)


def _parse(geojson: Any, parameter: str) -> BaseGeometry:
    wrong = SearchError(
        fr=f"« {parameter} » : il faut une géométrie GeoJSON ({', '.join(_TYPES)}).",
        en=f"'{parameter}': a GeoJSON geometry is expected ({', '.join(_TYPES)}).",
        parameter=parameter,
    )
    if not isinstance(geojson, dict) or geojson.get("type") not in _TYPES:
        raise wrong
    try:
        area = shapely.from_geojson(json.dumps(geojson))
    except (ShapelyError, ValueError, TypeError) as error:
        raise wrong from error
    if shapely.is_missing(area) or area.is_empty:
        raise wrong
    return area


def _off_globe(parameter: str) -> SearchError:
    return SearchError(
        fr=f"« {parameter} » : il faut des longitudes entre -180 et 180 et des latitudes entre -90 et 90.",
        en=f"'{parameter}': longitudes within -180 and 180 and latitudes within -90 and 90 are expected.",
        parameter=parameter,
    )


def _sound(area: BaseGeometry, parameter: str) -> BaseGeometry:
    """The area with the rings that cross themselves repaired."""
    if area.is_valid:
        return area
    parts = shapely.get_parts([area])
    while shapely.get_num_geometries(parts).sum() > len(parts) or _COLLECTION in shapely.get_type_id(parts):
        parts = shapely.get_parts(parts)
    tangled = parts[~shapely.is_valid(parts)]
    if shapely.get_num_coordinates(area) > MAX_REPAIRED or _crosses_too_often(tangled):
        raise SearchError(
            fr=f"« {parameter} » : la géométrie se croise elle-même ; elle n'est réparée que jusqu'à"
            f" {MAX_REPAIRED} sommets et {MAX_CROSSINGS} croisements.",
            en=f"'{parameter}': the geometry crosses itself; it is repaired up to {MAX_REPAIRED} vertices and"
            f" {MAX_CROSSINGS} crossings only.",
            parameter=parameter,
        )
    return shapely.union_all(shapely.make_valid(parts, method="structure", keep_collapsed=True))


def _crosses_too_often(parts: Any) -> bool:
    """Whether the outlines of these parts may cross themselves more often than can be repaired in time."""
    met = 0
    for part in parts:
        points, ring = shapely.get_coordinates(shapely.get_parts(shapely.boundary(part)), return_index=True)
        segments = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)[ring[1:] == ring[:-1]])
        tree = shapely.STRtree(segments)
        for start in range(0, len(segments), _CHUNK):
            chunk = segments[start : start + _CHUNK]
            if tree.query(chunk).shape[1] > _CHUNK * MAX_CROSSINGS:
                return True
            met += tree.query(chunk, predicate="crosses").shape[1]
            if met > 2 * MAX_CROSSINGS:  # each is met from both sides
                return True
    return False


def _brought_back(area: BaseGeometry) -> BaseGeometry:
    """The area with its parts beyond 180 degrees where they are on the globe."""
    turned = [translate(area, xoff=turn) for turn in (-_TURN, 0.0, _TURN)]
    there = [shapely.intersection(part, _WORLD) for part in turned]
    return shapely.union_all([part for part in there if not part.is_empty])


def on_the_globe(footprints: Any) -> Any:
    """Footprints of scenes, those cut that cross the antimeridian or go around a pole.

    No scene is half the world wide: a wider footprint is read as crossing, however its provider wrote it.
    """
    bounds = shapely.bounds(footprints)
    west, east = bounds[:, 0], bounds[:, 2]
    for place in np.flatnonzero((east - west > _HALF_TURN) | (west < -_HALF_TURN) | (east > _HALF_TURN)):
        footprints[place] = _cut(footprints[place])
    return footprints


def _cut(footprint: BaseGeometry) -> BaseGeometry:
    """A footprint cut at the antimeridian; itself where it has no surface to be cut."""
    parts = [part for part in shapely.get_parts(footprint) if part.geom_type == "Polygon"]
    if not parts or not np.isfinite(shapely.get_coordinates(footprint)).all():
        return footprint
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of windings that it rights by itself
        cut = [
            antimeridian.fix_polygon(
                part,
                force_north_pole=_goes_round(part) and part.bounds[1] > 0,
                force_south_pole=_goes_round(part) and part.bounds[3] < 0,
                great_circle=False,
            )
            for part in parts
        ]
    return shapely.union_all([_brought_back(part) for part in cut])


def _goes_round(polygon: BaseGeometry) -> bool:
    """Whether the outline goes once around a pole."""
    longitudes = shapely.get_coordinates(shapely.get_exterior_ring(polygon))[:, 0]
    steps = (np.diff(longitudes) + _HALF_TURN) % _TURN - _HALF_TURN
    return bool(abs(steps.sum()) > _HALF_TURN)
