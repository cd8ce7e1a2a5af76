"""Zones: read from GeoJSON, made sound or refused with the reason, and measured on the ellipsoid.

Positions are longitude and latitude in EPSG:4326. Edges are measured as geodesics, as QGIS does, so that
both programs show the same surface.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import shapely
import shapely.affinity
from pyproj import Geod
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from dinamis_service.quotas.words import Words, sentence
from dinamis_service.soundness import is_number

MAX_VERTICES = 20_000
"""Vertices of one zone; the most detailed French departement has some 5,000."""

AREA_STEP = Decimal("0.0001")
"""Surfaces are kept to 100 square metres, the finest that a price can tell apart."""

_GEOD = Geod(ellps="WGS84")
_HALF_TURN = 180.0
_TURN = 360.0
_POLE = 90.0
_RING_MINIMUM = 4
_TOUCHES_ITSELF = "Ring Self-intersection"

Point = tuple[float, float]
Ring = list[Point]

TOUCHING = Words(
    "Un contour de la zone se touche lui-même : il a été séparé en deux.",
    "An outline of the zone touches itself: it was split in two.",
)
CROSSING = Words(
    "La zone est comprise comme traversant le 180e méridien : elle y a été coupée.",
    "The zone is read as crossing the 180th meridian: it was cut there.",
)


class ZoneError(ValueError):
    """A zone that cannot be used; `words` says why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True)
class Zone:
    """A sound zone, its parts not overlapping, and what was repaired to make it so."""

    shape: Polygon | MultiPolygon
    repairs: tuple[Words, ...] = ()

    @property
    def area_km2(self) -> Decimal:
        """Surface in square kilometres."""
        return area_km2(self.shape)


def read_zone(geometry: Any) -> Zone:
    """Read a GeoJSON Polygon or MultiPolygon (REQ-11).

    Overlapping parts are merged, rings that touch themselves split, zones across the antimeridian cut there.

    Raises:
        ZoneError: it is not a surface, has too many vertices, is off the globe, crosses itself or is empty.
    """
    polygons = _coordinates(geometry)
    vertices = sum(len(ring) for polygon in polygons for ring in polygon)
    if vertices > MAX_VERTICES:
        raise ZoneError(
            sentence(
                "La zone a {count} sommets, le maximum est {most} : simplifiez-la.",
                "The zone has {count} vertices, the maximum is {most}: simplify it.",
                count=vertices,
                most=MAX_VERTICES,
            )
        )
    repairs: list[Words] = []
    parts = [_sound(_polygon(polygon), repairs) for polygon in polygons]
    merged = _surfaces(shapely.union_all(parts))
    wrapped = _wrapped(merged)
    if wrapped is not merged:
        repairs.append(CROSSING)
    if area_km2(wrapped) < AREA_STEP:
        raise ZoneError(Words("La zone n'a pas de surface.", "The zone has no surface."))
    return Zone(wrapped, tuple(dict.fromkeys(repairs)))


def read_footprint(geometry: Mapping[str, Any]) -> BaseGeometry:
    """Footprint of a catalogue scene; those of the archive are trusted and only made valid."""
    return _surfaces(shapely.make_valid(shapely.geometry.shape(dict(geometry))))


def within_footprints(zone: Zone, footprints: Iterable[BaseGeometry]) -> Zone | None:
    """The part of `zone` that the scenes cover, overlaps counted once; None when they cover nothing of it."""
    covered = _surfaces(zone.shape.intersection(shapely.union_all(list(footprints))))
    return None if area_km2(covered) < AREA_STEP else Zone(covered, zone.repairs)


def area_km2(shape: BaseGeometry) -> Decimal:
    """Surface on the WGS 84 ellipsoid, in square kilometres; its parts must not overlap."""
    total = math.fsum(_polygon_area(polygon) for polygon in _polygons(shape))
    return Decimal(total / 1e6).quantize(AREA_STEP, ROUND_HALF_UP)


def _polygon_area(polygon: Polygon) -> float:
    """Square metres of a polygon less its holes."""
    shell, *holes = (
        abs(_GEOD.geometry_area_perimeter(Polygon(ring))[0])
        for ring in (polygon.exterior, *polygon.interiors)
    )
    return float(max(0.0, shell - math.fsum(holes)))


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    """Polygons of `shape`, dropping points and lines that an operation left."""
    parts = getattr(shape, "geoms", [shape])
    return [part for part in parts if isinstance(part, Polygon) and not part.is_empty]


def _surfaces(shape: BaseGeometry) -> Polygon | MultiPolygon:
    """`shape` as a polygon, or a multipolygon when it has several parts or none."""
    polygons = [one for part in getattr(shape, "geoms", [shape]) for one in _polygons(part)]
    oriented = [shapely.orient_polygons(one) for one in polygons]  # as RFC 7946 wants them
    return oriented[0] if len(oriented) == 1 else MultiPolygon(oriented)


def _coordinates(geometry: Any) -> list[list[Ring]]:
    """Rings of each polygon of a GeoJSON geometry, checked to be positions on the globe."""
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise ZoneError(
            sentence(
                "La zone doit être un polygone ou un multipolygone GeoJSON, pas « {kind} ».",
                'The zone must be a GeoJSON Polygon or MultiPolygon, not "{kind}".',
                kind=str(kind),
            )
        )
    given = geometry.get("coordinates")
    polygons = [given] if kind == "Polygon" else given
    if not _is_list(polygons) or not polygons or not all(_is_list(one) and one for one in polygons):
        raise ZoneError(Words("La zone est vide ou mal écrite.", "The zone is empty or badly written."))
    return [[_ring(ring) for ring in polygon] for polygon in polygons]


def _is_list(value: Any) -> bool:
    """Whether `value` is a list, and not a text that merely behaves like one."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def _ring(ring: Any) -> Ring:
    """Positions of one ring, closed when its last point was left out."""
    positions = [_position(one) for one in ring] if _is_list(ring) else []
    if positions and positions[0] != positions[-1]:
        positions.append(positions[0])
    if len(positions) < _RING_MINIMUM:
        raise ZoneError(
            Words(
                "Un contour de la zone a moins de trois points distincts.",
                "An outline of the zone has fewer than three distinct points.",
            )
        )
    return positions


def _position(value: Any) -> Point:
    """Longitude and latitude of one position; a height is ignored."""
    numbers = list(value[:2]) if _is_list(value) else []
    if len(numbers) < 2 or not all(map(is_number, numbers)):  # noqa: PLR2004 (longitude and latitude)
        raise ZoneError(
            sentence(
                "La zone contient une position illisible : {value}.",
                "The zone holds a position that cannot be read: {value}.",
                value=str(value)[:60],
            )
        )
    longitude, latitude = float(numbers[0]), float(numbers[1])
    if abs(latitude) > _POLE or abs(longitude) > _TURN:
        raise ZoneError(
            sentence(
                "La position {value} est hors du globe : donnez la zone en longitude, latitude (EPSG:4326).",
                "Position {value} is not on the globe: give the zone as longitude, latitude (EPSG:4326).",
                value=f"({longitude:g}, {latitude:g})",
            )
        )
    return longitude, latitude


def _polygon(rings: list[Ring]) -> Polygon:
    """A polygon whose rings do not jump at the antimeridian, all on the same side of it."""
    shell = _unrolled(rings[0])
    holes = []
    for ring in rings[1:]:
        hole = _unrolled(ring)
        shift = round((shell[0][0] - hole[0][0]) / _TURN) * _TURN
        holes.append([(x + shift, y) for x, y in hole])
    return Polygon(shell, holes)


def _unrolled(ring: Ring) -> Ring:
    """`ring` with each edge going the short way round, so that longitudes may pass 180 degrees.

    A zone drawn across the antimeridian comes with a jump from 179 to -179; read as it is written, it would
    be measured as the rest of the world.
    """
    unrolled = [ring[0]]
    for x, y in ring[1:]:
        turns = round((unrolled[-1][0] - x) / _TURN) if abs(x - unrolled[-1][0]) > _HALF_TURN else 0
        unrolled.append((x + turns * _TURN, y))
    if unrolled[0] != unrolled[-1]:
        raise ZoneError(
            Words(
                "La zone fait le tour du globe ou entoure un pôle : découpez-la.",
                "The zone goes around the globe or a pole: cut it into parts.",
            )
        )
    return unrolled


def _sound(polygon: Polygon, repairs: list[Words]) -> BaseGeometry:
    """A valid polygon; a ring that only touches itself is repaired, one that crosses itself is refused."""
    if polygon.is_valid:
        return polygon
    reason = shapely.is_valid_reason(polygon)
    if reason.startswith(_TOUCHES_ITSELF):
        repairs.append(TOUCHING)
        return shapely.make_valid(polygon, method="structure", keep_collapsed=False)
    if polygon.convex_hull.area == 0:
        raise ZoneError(Words("La zone n'a pas de surface.", "The zone has no surface."))
    place = reason.partition("[")[2].rstrip("]") or "?"
    raise ZoneError(
        sentence(
            "Un contour de la zone se croise ou sort des autres, près de {place} (longitude, latitude).",
            "An outline of the zone crosses itself or another one, near {place} (longitude, latitude).",
            place=place,
        )
    )


def _wrapped(shape: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """`shape` between -180 and 180 degrees, cut at the antimeridian; itself when it does not pass it."""
    west, _, east, _ = shape.bounds
    if west >= -_HALF_TURN and east <= _HALF_TURN:
        return shape
    parts = []
    for turn in range(-2, 3):
        low = turn * _TURN - _HALF_TURN
        part = shape.intersection(shapely.box(low, -_POLE, low + _TURN, _POLE))
        parts.append(shapely.affinity.translate(part, -turn * _TURN))
    return _surfaces(shapely.union_all(parts))
