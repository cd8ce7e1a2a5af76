"""Areas of interest: made clean, split at the antimeridian, joined, and made small enough to be sent."""

from __future__ import annotations

import copy
import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Union, cast

from shapely.affinity import translate
from shapely.errors import ShapelyError
from shapely.geometry import JOIN_STYLE, MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union
from shapely.prepared import prep
from shapely.validation import make_valid
from shapely.wkb import dumps, loads

from .errors import AoiError, AoiProblem

AreaGeometry = Union[Polygon, MultiPolygon]
Point = tuple[float, float]
Vertices = Iterable[tuple[float, ...]]

MAX_VERTICES = 2_000_000
"""More vertices than any administrative boundary has: beyond, the machine of the person would stall."""

MAX_OUTLINE_VERTICES = 10_000
"""More than a screen can show; one of 200,000 may take seconds each time that the map is painted."""

UNREADABLE_GEOMETRY = (
    AoiError,
    ShapelyError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""All that shapely, 1.8 or 2, raises on a malformed GeoJSON geometry."""

_TURN, _HALF_TURN, _POLE = 360.0, 180.0, 90.0
_WORLD = box(-_HALF_TURN, -_POLE, _HALF_TURN, _POLE)
_FARTHEST = _HALF_TURN + _TURN
_FIRST_TOLERANCE = 1e-5
_METRES_PER_DEGREE = 111_694.0
"""At the poles, where a degree of latitude is longest."""
_MITRE_LIMIT = 2.0
_BUFFERED_VERTICES = 10_000
"""Vertices up to which an area is buffered as it is: what has many spikes takes minutes beyond."""
_SPIKY = 100
_BORDER_CELLS = 4000


@dataclass(frozen=True)
class Aoi:
    """An area of interest (CAT-11 to CAT-13).

    Attributes:
        name: What the person sees in the list.
        geometry: Polygon or MultiPolygon in EPSG:4326 (longitude, latitude), valid, cut at the antimeridian.
        area_km2: Area on the WGS 84 ellipsoid.
        note: What was done to it on the way in, such as a repair; empty when nothing was.
        place: Identifier in the gazetteer of the service whose outline it is; empty for any other area.
        outline: What is drawn of it: the geometry, or a coarser one where that is too detailed to be painted.
    """

    name: str
    geometry: AreaGeometry = field(hash=False)  # shapely 1.8 cannot hash it
    area_km2: float
    note: str = ""
    place: str = ""
    outline: AreaGeometry = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the outline here, where the area is made: for a file that is a worker thread."""
        object.__setattr__(self, "outline", outline_of(self.geometry))

    def renamed(self, name: str) -> Aoi:
        """The same area under another name; its outline is not made again."""
        other = copy.copy(self)
        object.__setattr__(other, "name", name)
        return other


def query_area(aois: Sequence[Aoi]) -> tuple[AreaGeometry | None, float]:
    """Give what is sent to a catalogue for these areas, and how far it goes beyond them in degrees.

    A place of the gazetteer goes as it came: a catalogue may have counted that very outline beforehand.
    """
    return _last_query.of(tuple(aois))


class _LastQuery:
    """What was made of the areas asked for last: a search and the panel ask for the same, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._aois: tuple[Aoi, ...] = ()
        self._answer: tuple[AreaGeometry | None, float] = (None, 0.0)

    def of(self, aois: tuple[Aoi, ...]) -> tuple[AreaGeometry | None, float]:
        """Give the answer known, or make it; whoever asks meanwhile waits for it."""
        with self._lock:
            if [id(aoi) for aoi in aois] != [id(aoi) for aoi in self._aois]:
                self._answer = _made_for_query(aois)
                self._aois = aois
            return self._answer


_last_query = _LastQuery()


def _made_for_query(aois: tuple[Aoi, ...]) -> tuple[AreaGeometry | None, float]:
    if len(aois) == 1 and aois[0].place:
        return aois[0].geometry, 0.0
    whole = combine(aois)
    return (None, 0.0) if whole is None else simplify_for_query(whole)


def degrees_in_metres(degrees: float) -> float:
    """Give the length of so many degrees of a meridian, the longest a tolerance can be anywhere."""
    return degrees * _METRES_PER_DEGREE


def combine(aois: Iterable[Aoi]) -> AreaGeometry | None:
    """Join the areas into one, each place counted once; None when there is no area."""
    geometries = [aoi.geometry for aoi in aois]
    if not geometries:
        return None
    if len(geometries) == 1:
        return geometries[0]
    return polygonal(unary_union(geometries))


def covered_part(area: AreaGeometry, footprints: Iterable[AreaGeometry]) -> AreaGeometry | None:
    """Give the part of an area that footprints cover; None when there is none."""
    part = polygonal(area.intersection(unary_union(list(footprints))))
    return None if part.is_empty else part


def extent_polygon(west: float, south: float, east: float, north: float) -> AreaGeometry:
    """Make the area of an extent in degrees; west of more than east means across the antimeridian.

    Longitudes that the canvas shows beyond 180 degrees are brought back.

    Raises:
        AoiError: EMPTY when the extent has no area, INVALID when a bound is not a number, OUTSIDE when it
            lies more than a turn beside the globe.
    """
    if not all(map(math.isfinite, (west, south, east, north))):
        raise AoiError(AoiProblem.INVALID)
    if west > _FARTHEST or east < -_FARTHEST:
        raise AoiError(AoiProblem.OUTSIDE, f"{west:g}, {east:g}")
    width = min(east - west if west <= east else east - west + _TURN, _TURN)
    west = -_HALF_TURN if width == _TURN else (west + _HALF_TURN) % _TURN - _HALF_TURN
    south, north = max(-_POLE, min(south, north)), min(_POLE, max(south, north))
    if width <= 0 or north <= south:
        raise AoiError(AoiProblem.EMPTY)
    return polygonal(unary_union(list(_wrapped(box(west, south, west + width, north)))))


def repair(geometry: BaseGeometry) -> tuple[AreaGeometry, bool]:
    """Make any geometry in EPSG:4326 a usable area.

    Heights are dropped, the antimeridian cuts the area, self-intersections are resolved, points and lines
    that come with areas are left out.

    Returns:
        The valid area, and whether its shape had to be repaired.

    Raises:
        AoiError: EMPTY, NOT_AREA, INVALID (not numbers), OUTSIDE (not degrees) or TOO_COMPLEX.
    """
    if geometry.is_empty:
        raise AoiError(AoiProblem.EMPTY)
    if count_vertices(geometry) > MAX_VERTICES:
        raise AoiError(AoiProblem.TOO_COMPLEX, str(count_vertices(geometry)))
    parts = [_flat(part) for part in _polygons(geometry)]
    if not parts:
        raise AoiError(AoiProblem.NOT_AREA, str(geometry.geom_type))
    area = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    _require_degrees(vertices(area))
    area = split_antimeridian(area)
    repaired = not area.is_valid
    if repaired:
        area = polygonal(make_valid(area))
    if area.is_empty or area.area <= 0:
        raise AoiError(AoiProblem.EMPTY)
    return area, repaired


def split_antimeridian(area: AreaGeometry) -> AreaGeometry:
    """Cut an area that crosses the antimeridian, so that every longitude lies within -180 and 180.

    A ring crosses when an edge jumps by more than half of the globe, as reprojection leaves it, or when its
    longitudes run beyond 180 degrees. An area that does not cross comes back as it is.
    """
    parts = list(_polygons(area))
    if not any(_crosses(part) for part in parts):
        return area
    pieces: list[BaseGeometry] = []
    for part in parts:
        whole = _unwrapped(part) if _crosses(part) else part
        pieces.extend(_wrapped(whole if whole.is_valid else make_valid(whole)))
    return polygonal(unary_union(pieces))


def simplify_for_query(geometry: AreaGeometry, max_vertices: int = 500) -> tuple[AreaGeometry, float]:
    """Make an area small enough for a search, never smaller than it is: no scene that meets it is lost.

    Returns:
        An area of at most `max_vertices` vertices that covers the given one, and the distance in degrees that
        it may go beyond it (0.0 when nothing was changed).
    """
    simple, tolerance, step = geometry, 0.0, _FIRST_TOLERANCE
    if count_vertices(geometry) > _BUFFERED_VERTICES and _is_spiky(geometry):
        simple, tolerance = _covering_cells(geometry)
    while count_vertices(simple) > max_vertices:
        if step > _POLE:
            return box(*geometry.bounds), _HALF_TURN
        # The outline moves out by one step and back in by less than a step: it cannot cut into the area.
        grown = simple.buffer(step, join_style=JOIN_STYLE.mitre, mitre_limit=_MITRE_LIMIT)
        candidate = polygonal(grown.simplify(step * 0.9).intersection(_WORLD))
        if candidate.covers(simple):
            simple = candidate
            tolerance += (_MITRE_LIMIT + 1) * step
        step *= 2
    return simple, tolerance


def _is_spiky(geometry: AreaGeometry) -> bool:
    """Tell whether the outline is so long for its place that its buffers meet themselves everywhere."""
    return bool(geometry.length > _SPIKY * box(*geometry.bounds).length)


def _covering_cells(geometry: AreaGeometry) -> tuple[AreaGeometry, float]:
    """Cover an area by cells, halved along its border until there are many; gives their diagonal, too."""
    met = prep(geometry)
    west, south, east, north = geometry.bounds
    inside: list[BaseGeometry] = []
    border: list[BaseGeometry] = [box(west, south, east, north)]
    while len(border) < _BORDER_CELLS:
        quarters = [quarter for cell in border for quarter in _quarters(cell) if met.intersects(quarter)]
        border = []
        for quarter in quarters:
            (inside if met.contains(quarter) else border).append(quarter)
    west, south, east, north = border[0].bounds
    return polygonal(unary_union([*inside, *border])), math.hypot(east - west, north - south)


def _quarters(cell: BaseGeometry) -> list[BaseGeometry]:
    west, south, east, north = cell.bounds
    x, y = (west + east) / 2, (south + north) / 2
    return [box(west, south, x, y), box(x, south, east, y), box(west, y, x, north), box(x, y, east, north)]


def outline_of(geometry: AreaGeometry, max_vertices: int = MAX_OUTLINE_VERTICES) -> AreaGeometry:
    """Make an area coarse enough to be painted at once; only for the eye, since it may lie on both sides."""
    outline, step = geometry, _FIRST_TOLERANCE
    while count_vertices(outline) > max_vertices:
        outline = polygonal(outline.simplify(step, preserve_topology=False))
        step *= 2
    return box(*geometry.bounds) if outline.is_empty and not geometry.is_empty else outline


def count_vertices(geometry: BaseGeometry) -> int:
    """Count the vertices of any geometry, closing points included."""
    if hasattr(geometry, "geoms"):
        return sum(count_vertices(part) for part in geometry.geoms)
    if isinstance(geometry, Polygon):
        return sum(len(ring.coords) for ring in _rings(geometry))
    return len(geometry.coords)


def vertices(geometry: BaseGeometry) -> Iterator[Point]:
    """Give the vertices of any geometry, closing points included, without heights."""
    if hasattr(geometry, "geoms"):
        for part in geometry.geoms:
            yield from vertices(part)
    elif isinstance(geometry, Polygon):
        for ring in _rings(geometry):
            yield from vertices(ring)
    else:
        for vertex in geometry.coords:
            yield vertex[0], vertex[1]


def rings_of(geometry: BaseGeometry) -> Iterator[list[list[Point]]]:
    """Give the rings of each polygon of a geometry, the shell first, without heights."""
    for polygon in _polygons(geometry):
        yield [[(vertex[0], vertex[1]) for vertex in ring.coords] for ring in _rings(polygon)]


def polygonal(geometry: BaseGeometry) -> AreaGeometry:
    """Keep the areas of a geometry, as one Polygon or MultiPolygon (empty when it has none)."""
    parts = [part for part in _polygons(geometry) if not part.is_empty]
    if len(parts) == 1:
        return parts[0]
    joined = unary_union(parts) if parts else Polygon()
    return cast(AreaGeometry, joined)


def _polygons(geometry: BaseGeometry) -> Iterator[Polygon]:
    if isinstance(geometry, Polygon):
        if not geometry.is_empty:
            yield geometry
    elif hasattr(geometry, "geoms"):
        for part in geometry.geoms:
            yield from _polygons(part)


def _flat(polygon: Polygon) -> Polygon:
    """Drop the heights."""
    return cast(Polygon, loads(dumps(polygon, output_dimension=2))) if polygon.has_z else polygon


def _rings(polygon: Polygon) -> list[BaseGeometry]:
    return [] if polygon.is_empty else [polygon.exterior, *polygon.interiors]


def _require_degrees(points: Iterable[Point]) -> None:
    for x, y in points:
        if not (math.isfinite(x) and math.isfinite(y)):
            raise AoiError(AoiProblem.INVALID, f"{x}, {y}")
        if abs(x) > _FARTHEST or abs(y) > _POLE + 1e-6:
            raise AoiError(AoiProblem.OUTSIDE, f"{x}, {y}")


def _crosses(polygon: Polygon) -> bool:
    west, _, east, _ = polygon.bounds
    if west < -_HALF_TURN or east > _HALF_TURN:
        return True
    return any(_has_jump(ring.coords) for ring in _rings(polygon))


def _has_jump(coords: Vertices) -> bool:
    """Say whether a ring goes round the back; a whole turn, from -180 to 180, is a band of the world."""
    longitudes = [vertex[0] for vertex in coords]
    return any(_HALF_TURN < abs(b - a) < _TURN for a, b in zip(longitudes, longitudes[1:]))


def _unwrapped(polygon: Polygon) -> Polygon:
    """Make the longitudes of a polygon run on beyond 180 degrees, holes beside their shell."""
    shell = _unwrapped_ring(polygon.exterior.coords)
    west = min(x for x, _ in shell)
    holes = []
    for interior in polygon.interiors:
        hole = _unwrapped_ring(interior.coords)
        shift = _TURN * math.ceil((west - 1e-9 - min(x for x, _ in hole)) / _TURN)
        holes.append([(x + shift, y) for x, y in hole])
    return Polygon(shell, holes)


def _unwrapped_ring(coords: Vertices) -> list[Point]:
    ring: list[Point] = []
    for vertex in coords:
        turns = round((vertex[0] - ring[-1][0]) / _TURN) if ring else 0
        ring.append((vertex[0] - _TURN * turns, vertex[1]))
    return ring


def _wrapped(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    """Bring what lies beyond 180 degrees back onto the globe, piece by piece."""
    for turn in (-2, -1, 0, 1, 2):
        piece = geometry.intersection(translate(_WORLD, xoff=_TURN * turn))
        if not piece.is_empty and piece.area > 0:
            yield translate(piece, xoff=-_TURN * turn)
