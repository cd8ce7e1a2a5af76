"""How much of an area of interest each scene covers (CAT-24)."""

from __future__ import annotations

from typing import Any, Callable

from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.validation import make_valid

from .aoi import AreaGeometry, polygonal

Measure = Callable[[BaseGeometry], float]

_FEW_VERTICES = 120
_DEEPEST = 12


class AreaPieces:
    """An area cut into pieces with few vertices: a footprint meets some of them, and most of those whole.

    A region of 10,000 vertices cut by 10,000 footprints one after the other takes minutes.
    """

    def __init__(self, area: AreaGeometry, measure: Measure) -> None:
        """Cut an area in EPSG:4326.

        Args:
            area: valid, not empty.
            measure: gives the size of a geometry in EPSG:4326, in any unit.
        """
        self._measure = measure
        self._root = _Piece(area, measure, 0)

    def share(self, footprint: AreaGeometry) -> float:
        """Share of the area that lies in a footprint, 0 to 1."""
        if self._root.size <= 0 or footprint.is_empty:
            return 0.0
        covered = self._root.covered(footprint, self._measure)
        return min(1.0, max(0.0, covered / self._root.size))


class _Piece:
    """A part of the area: whole, or cut in four."""

    def __init__(self, area: BaseGeometry, measure: Measure, depth: int) -> None:
        self._bounds = area.bounds
        self._frame = box(*area.bounds)
        self._area = area
        self._parts: list[_Piece] = []
        if _vertices(area) > _FEW_VERTICES and depth < _DEEPEST:
            quarters = (_areas(_common(area, quarter)) for quarter in _quarters(area.bounds))
            self._parts = [_Piece(part, measure, depth + 1) for part in quarters if not part.is_empty]
        self.size: float = sum(part.size for part in self._parts) if self._parts else measure(area)

    def covered(self, footprint: BaseGeometry, measure: Measure) -> float:
        """Size of what lies in a footprint."""
        if not _meet(self._bounds, footprint.bounds):
            return 0.0
        if _holds(footprint.bounds, self._bounds) and _contains(footprint, self._frame):
            return self.size
        if self._parts:
            return sum(part.covered(footprint, measure) for part in self._parts)
        common = _areas(_common(self._area, footprint))
        return 0.0 if common.is_empty else measure(common)


def _areas(geometry: BaseGeometry) -> BaseGeometry:
    """The areas of what an intersection gives, which may have points and lines beside."""
    return geometry if isinstance(geometry, (Polygon, MultiPolygon)) else polygonal(geometry)


def _vertices(area: BaseGeometry) -> int:
    parts: list[Any] = list(getattr(area, "geoms", (area,)))
    return sum(len(ring.coords) for part in parts for ring in (part.exterior, *part.interiors))


def _quarters(bounds: tuple[float, float, float, float]) -> list[BaseGeometry]:
    west, south, east, north = bounds
    x, y = (west + east) / 2, (south + north) / 2
    return [box(west, south, x, y), box(x, south, east, y), box(west, y, x, north), box(x, y, east, north)]


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _holds(outer: tuple[float, ...], inner: tuple[float, ...]) -> bool:
    west, south = outer[0] <= inner[0], outer[1] <= inner[1]
    return west and south and inner[2] <= outer[2] and inner[3] <= outer[3]


def _contains(footprint: BaseGeometry, frame: BaseGeometry) -> bool:
    try:
        return bool(footprint.contains(frame))
    except ShapelyError:
        return False


def _common(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """What two geometries share; what suppliers draw is not always valid."""
    try:
        return one.intersection(other)
    except ShapelyError:
        return make_valid(one).intersection(make_valid(other))
