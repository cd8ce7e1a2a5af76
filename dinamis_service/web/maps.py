"""Maps that the service draws itself, as SVG: a zone and scenes over coasts, borders and a graticule.

Positions are longitude and latitude in EPSG:4326, drawn with degrees of longitude shortened as they are at
the middle of the map. A map across the antimeridian goes on beyond 180 degrees.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.freetext.gazetteer import Box
from dinamis_service.language import Language
from dinamis_service.quotas.words import number

WIDTH, HEIGHT = 760.0, 520.0
"""Size of the drawing, in its own units; the page scales it."""

_MARGIN = 0.35  # of the size of what is shown, on each side
_SMALLEST = 0.02  # degrees of latitude that a map shows at least
_STEPS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60)
_LINES = 7
_TURN = 360.0
_HALF_TURN = 180.0
_POLE = 90.0
_KM_PER_DEGREE = 111.2
_BARS_KM = tuple(digit * 10**power for power in range(-1, 4) for digit in (1, 2, 5))
_CORNER = 80.0  # of the drawing, left free of labels of meridians for those of parallels
_SPECK = 0.8  # units of the drawing
_LONGEST_BAR = 0.25  # of the width


@dataclass(frozen=True)
class Frame:
    """Part of the world that a map shows, in degrees, in the proportions of the drawing."""

    west: float
    south: float
    east: float
    north: float

    @property
    def box(self) -> BaseGeometry:
        """The same as a shape."""
        return shapely.box(self.west, self.south, self.east, self.north)

    @property
    def scale(self) -> float:
        """Units of the drawing for a degree of latitude."""
        return HEIGHT / (self.north - self.south)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a position is on the drawing."""
        across = WIDTH / (self.east - self.west)
        return (x - self.west) * across, (self.north - y) * self.scale

    def path(self, shape: BaseGeometry) -> str:
        """Outlines of the surfaces of a shape as a path of SVG, to a tenth of a unit."""
        parts = getattr(shape, "geoms", [shape])
        rings = [
            ring
            for part in parts
            if part.geom_type == "Polygon" and self._is_seen(part.bounds)
            for ring in (part.exterior, *part.interiors)
        ]
        return "".join(self._ring(ring.coords) for ring in rings)

    def _is_seen(self, bounds: tuple[float, float, float, float]) -> bool:
        """Whether something of these bounds is more than a speck of the drawing."""
        return max(bounds[2] - bounds[0], bounds[3] - bounds[1]) * self.scale > _SPECK

    def _ring(self, coordinates: Iterable[Sequence[float]]) -> str:
        points = [self.place(x, y) for x, y, *_ in coordinates]
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points[:-1]) + "Z"


@dataclass(frozen=True)
class Line:
    """A meridian or parallel with its label, in units of the drawing."""

    path: str
    label: str
    x: float
    y: float
    anchor: str


@dataclass(frozen=True)
class Mark:
    """A named shape on the map."""

    name: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    """What a template needs to draw a map."""

    frame: Frame
    zone: str
    scenes: list[Mark] = field(default_factory=list)
    land: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    bar_km: str = ""
    bar_units: float = 0.0
    width: float = WIDTH
    height: float = HEIGHT


def draw(
    zone: BaseGeometry,
    scenes: Sequence[tuple[str, BaseGeometry]],
    land: Callable[[Box], Iterable[BaseGeometry]],
    language: Language,
) -> Drawing:
    """The map of a zone and of the scenes about it.

    Args:
        zone: what was asked for.
        scenes: footprints with their names.
        land: gives outlines of what lies in a box (degrees); asked twice for a map across the antimeridian.
        language: in which numbers are written.
    """
    shown, *footprints = _together([zone, *(footprint for _, footprint in scenes)])
    frame = _frame(shapely.union_all([shapely.box(*one.bounds) for one in (shown, *footprints)]).bounds)
    bar = _bar_km(frame)
    return Drawing(
        frame=frame,
        zone=frame.path(shown),
        scenes=[
            _mark(frame, name, footprint) for (name, _), footprint in zip(scenes, footprints, strict=True)
        ],
        land=[path for shape in _land(frame, land) if (path := frame.path(shape))],
        lines=[*_lines(frame, language)],
        bar_km=number(Decimal(str(bar)), language),
        bar_units=bar / _KM_PER_DEGREE * frame.scale,
    )


def _together(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """The shapes side by side, those cut at the antimeridian moved beyond 180 degrees to be whole."""
    moved = [_beyond(shape) for shape in shapes]
    return min((list(shapes), moved), key=_breadth)


def _breadth(shapes: Sequence[BaseGeometry]) -> float:
    bounds = [shape.bounds for shape in shapes]
    breadth = float(max(one[2] for one in bounds) - min(one[0] for one in bounds))
    return round(breadth, 9)  # a shape that was moved is no narrower for it


def _beyond(shape: BaseGeometry) -> BaseGeometry:
    """A shape with its western parts moved by a whole turn to the east."""
    parts = getattr(shape, "geoms", [shape])
    return shapely.union_all(
        [shapely.affinity.translate(one, _TURN) if one.bounds[0] < 0 else one for one in parts]
    )


def _frame(bounds: tuple[float, float, float, float]) -> Frame:
    """What a map of these bounds shows: some of what is around, in the proportions of the drawing."""
    west, south, east, north = bounds
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    shortening = max(math.cos(math.radians(middle_y)), 0.05)
    ratio = WIDTH / HEIGHT
    height = max(north - south, (east - west) * shortening / ratio, _SMALLEST) * (1 + 2 * _MARGIN)
    height = min(height, 2 * _POLE)
    width = min(max(height * ratio / shortening, east - west), _TURN)
    middle_y = min(max(middle_y, height / 2 - _POLE), _POLE - height / 2)
    return Frame(middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2)


def _land(frame: Frame, land: Callable[[Box], Iterable[BaseGeometry]]) -> Iterable[BaseGeometry]:
    """Outlines in the frame, cut to it and as simple as the drawing is fine."""
    for turn in (-_TURN, 0.0, _TURN):
        west, east = max(frame.west - turn, -_HALF_TURN), min(frame.east - turn, _HALF_TURN)
        if west >= east:
            continue
        for shape in land((west, frame.south, east, frame.north)):
            cut = shapely.clip_by_rect(shape, west, frame.south, east, frame.north)
            simple = shapely.simplify(cut, 0.4 / frame.scale)
            yield shapely.affinity.translate(simple, turn)


def _mark(frame: Frame, name: str, shape: BaseGeometry) -> Mark:
    inside = shape.representative_point()
    x, y = frame.place(inside.x, inside.y)
    return Mark(name, frame.path(shape), round(x, 1), round(y, 1))


def _lines(frame: Frame, language: Language) -> Iterable[Line]:
    """Graticule with its labels along the lower and the left edge."""
    west_sign = "W" if language == "en" else "O"
    for value in _multiples(frame.west, frame.east):
        x, _ = frame.place(value, frame.north)
        label = _degrees(value - _TURN * round(value / _TURN), ("E", west_sign), language)
        told = label if _CORNER < x < WIDTH - _CORNER / 2 else ""
        yield Line(f"M{x:.1f} 0V{HEIGHT:g}", told, round(x, 1), HEIGHT - 6, "middle")
    for value in _multiples(frame.south, frame.north):
        _, y = frame.place(frame.west, value)
        yield Line(
            f"M0 {y:.1f}H{WIDTH:g}", _degrees(value, ("N", "S"), language), 6, round(y - 4, 1), "start"
        )


def _multiples(low: float, high: float) -> Iterable[float]:
    """Round numbers of degrees between two values, a few."""
    step = next((one for one in _STEPS if (high - low) / one <= _LINES), _STEPS[-1])
    first, last = math.ceil(low / step), math.floor(high / step)
    return (round(one * step, 6) for one in range(first, last + 1))


def _degrees(value: float, sides: tuple[str, str], language: Language) -> str:
    written = number(Decimal(str(abs(round(value, 3)))), language, 3)
    return f"{written}°" if value in (0, _HALF_TURN, -_HALF_TURN) else f"{written}°\u00a0{sides[value < 0]}"


def _bar_km(frame: Frame) -> float:
    """Length of the scale bar, a round number of kilometres."""
    most = _LONGEST_BAR * WIDTH / frame.scale * _KM_PER_DEGREE
    return float(max((one for one in _BARS_KM if one <= most), default=_BARS_KM[0]))


def shape_of(geometry: Any) -> BaseGeometry:
    """A shape of GeoJSON."""
    return shapely.geometry.shape(geometry)
