"""The fewest scenes that cover an area, the cleanest and newest of equally few, and what they leave open.

The fewest scenes for a few witness points are looked for exactly (`set_cover`); where their footprints leave
a patch open that another scene shows, a witness is set there, and again. The choice that leaves nothing open
is then the best for the whole area, and no overlay of thousands of footprints was needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Callable, cast

from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union
from shapely.prepared import prep
from shapely.validation import make_valid

from .aoi import UNREADABLE_GEOMETRY, AreaGeometry, count_vertices, outline_of, polygonal
from .errors import CancelledError
from .set_cover import cheapest_cover
from .spheroid import ellipsoidal_km2

LOSS = 1e-4
"""Part of the area for which no scene is taken: what lies between two images that touch."""

_NODES = 4000
"""Branches of the exact search in all; beyond, the choice is the best one found."""
_ROUNDS = 60
_WITNESSES = 200
"""Most witnesses set in one round, in the largest patches."""
_COARSE_VERTICES = 2000
_FEW_PARTS = 50
_PLACE = 1e-8
"""Half the side, in degrees, of the place that a witness stands for: a millimetre."""
_CUTS = ((0.618, 0.618), (0.382, 0.764), (0.764, 0.382), (0.236, 0.854), (0.854, 0.236), (1.0, 0.571))
_CHUNK = 100
_UNKNOWN_CLOUD = 100.0
_COUNT_UNIT, _CLOUD_UNIT = 1 << 80, 1 << 50
"""One scene weighs more than the clouds of all, and a thousandth percent of clouds more than all ages."""


@dataclass(frozen=True)
class Footprint:
    """A scene to choose from.

    Attributes:
        geometry: Polygon or MultiPolygon in EPSG:4326, cut at the antimeridian; may be invalid or empty.
        cloud: Cloud cover in percent; None counts as wholly clouded.
        acquired: Aware time of acquisition.
    """

    geometry: BaseGeometry
    cloud: float | None
    acquired: datetime


@dataclass(frozen=True)
class Cover:
    """A choice of scenes.

    Attributes:
        chosen: Their numbers in the list, what covers most first.
        gaps: What none of them covers, in EPSG:4326; empty when there is nothing.
        gap_share: Part of the area that the gaps are, 0 to 1, measured on the ellipsoid.
        proven: Whether it is proven that no choice has fewer scenes; a hard case may end without.
    """

    chosen: tuple[int, ...]
    gaps: AreaGeometry
    gap_share: float
    proven: bool = True


def cover_area(
    area: AreaGeometry, footprints: Sequence[Footprint], cancelled: Callable[[], bool] = lambda: False
) -> Cover:
    """Choose the fewest scenes that leave open at most `LOSS` of what all of them together cover.

    Among equally few, those with the least sum of clouds, then the newest. Never more than a greedy choice.

    Raises:
        CancelledError: `cancelled` said so.
    """
    work = _Work(area, footprints, cancelled)
    if not work.shapes:
        return Cover((), area, 1.0)
    chosen: list[int] = []
    reachable = work.meet(area, work.union(work.shapes))
    coarse = _coarse(reachable)
    for within in [reachable] if coarse is reachable else [coarse, reachable]:
        chosen = work.settle(within)
    if not work.proven:
        rival = work.greedy(coarse)
        if work.is_covered(reachable, rival) and work.cost(rival) < work.cost(chosen):
            chosen = rival
    gaps = work.without(area, chosen)
    whole = ellipsoidal_km2(area)
    share = ellipsoidal_km2(gaps) / whole if whole else 0.0
    sizes = {number: ellipsoidal_km2(work.meet(coarse, work.shapes[number])) for number in chosen}
    order = sorted(chosen, key=lambda number: (-sizes[number], work.costs[number], number))
    return Cover(tuple(order), gaps, min(share, 1.0), work.proven)


class _Work:
    """The footprints that meet an area, the witnesses so far, and who covers them."""

    def __init__(
        self, area: AreaGeometry, footprints: Sequence[Footprint], cancelled: Callable[[], bool]
    ) -> None:
        self._cancelled = cancelled
        self._nodes = _NODES
        self.proven = True
        self.shapes = self._meeting(area, footprints)
        self._bounds = {number: shape.bounds for number, shape in self.shapes.items()}
        self.costs = _costs({number: footprints[number] for number in self.shapes})
        self._members: dict[int, int] = {}
        self._witnesses = 0

    def _meeting(self, area: AreaGeometry, footprints: Sequence[Footprint]) -> dict[int, AreaGeometry]:
        """Give the shapes that meet the area, by their numbers; equal ones once, by the best of them."""
        west, south, east, north = area.bounds
        near = prep(area)
        found: dict[int, AreaGeometry] = {}
        by_shape: dict[bytes, int] = {}
        costs = _costs(dict(enumerate(footprints)))
        for number, footprint in enumerate(footprints):
            if number % _CHUNK == 0:
                self._check()
            shape = _sound(footprint.geometry)
            x0, y0, x1, y1 = shape.bounds if not shape.is_empty else (east, north, west, south)
            if x0 >= east or x1 <= west or y0 >= north or y1 <= south or not near.intersects(shape):
                continue
            twin = by_shape.setdefault(shape.wkb, number)
            if costs[number] < costs[twin]:
                found.pop(twin)
                by_shape[shape.wkb] = number
            if by_shape[shape.wkb] == number:
                found[number] = shape
        return found

    def settle(self, within: AreaGeometry) -> list[int]:
        """Choose for the witnesses, and set more of them, until no patch is left open."""
        chosen: list[int] = []
        for _ in range(_ROUNDS):
            self._check()
            chosen, exact = cheapest_cover(self._members, self.costs, self._go_on)
            self.proven = self.proven and exact
            open_part = self.without(within, chosen)
            if self._is_little(open_part, within):
                return chosen
            if not self._watch(open_part, chosen):
                break
        self.proven = False
        return self._completed(within, chosen)

    def greedy(self, within: AreaGeometry) -> list[int]:
        """Take again and again the scene that covers most of what is open."""
        return self._completed(within, [])

    def is_covered(self, within: AreaGeometry, chosen: Iterable[int]) -> bool:
        """Tell whether a choice leaves open at most `LOSS` of an area."""
        return self._is_little(self.without(within, chosen), within)

    def cost(self, chosen: Iterable[int]) -> int:
        """Sum what the scenes of a choice cost."""
        return sum(self.costs[number] for number in chosen)

    def without(self, within: AreaGeometry, chosen: Iterable[int]) -> AreaGeometry:
        """Give the part of an area that a choice leaves open."""
        shapes = {number: self.shapes[number] for number in chosen}
        return _overlay(BaseGeometry.difference, within, self.union(shapes)) if shapes else within

    def union(self, shapes: dict[int, AreaGeometry]) -> AreaGeometry:
        """Join shapes, chunk by chunk of neighbours so that a cancel is heard in between."""
        rest = [shapes[number] for number in sorted(shapes, key=lambda one: self._bounds[one])]
        while len(rest) > 1:
            joined = []
            for start in range(0, len(rest), _CHUNK):
                self._check()
                joined.append(_joined(rest[start : start + _CHUNK]))
            rest = joined
        return rest[0] if rest else Polygon()

    def meet(self, one: AreaGeometry, other: AreaGeometry) -> AreaGeometry:
        """Give what two shapes have in common."""
        self._check()
        return _overlay(BaseGeometry.intersection, one, other)

    def _completed(self, within: AreaGeometry, chosen: Sequence[int]) -> list[int]:
        """Add the scenes that cover most of what is open; gains only fall, so old ones order the queue."""
        taken = list(chosen)
        rest = self.without(within, taken)
        left, little = ellipsoidal_km2(rest), LOSS * ellipsoidal_km2(within)
        gains = {number: float("inf") for number in self.shapes.keys() - set(taken)}
        while gains and left > little:
            best, gain = -1, 0.0
            for number in sorted(gains, key=lambda one: (-gains[one], self.costs[one])):
                if gains[number] <= gain:
                    break
                gains[number] = ellipsoidal_km2(self.meet(rest, self.shapes[number]))
                if gains[number] > gain:
                    best, gain = number, gains[number]
            if best < 0:
                break
            del gains[best]
            taken.append(best)
            left -= gain
            rest = _overlay(BaseGeometry.difference, rest, self.shapes[best])
        return taken

    def _watch(self, open_part: AreaGeometry, chosen: Sequence[int]) -> bool:
        """Set witnesses in the largest patches; False when there is no place for any."""
        patches = sorted(_parts(open_part), key=lambda part: -part.area)[:_WITNESSES]
        before = self._witnesses
        for patch in patches:
            seen = next((found for found in map(self._seen_by, _points(patch)) if found), None)
            if seen and not seen & set(chosen):
                for number in seen:
                    self._members[number] = self._members.get(number, 0) | 1 << self._witnesses
                self._witnesses += 1
        return self._witnesses > before

    def _seen_by(self, point: Point) -> set[int] | None:
        """Give who covers a point; None where a footprint ends there: it stands for no place around it."""
        self._check()
        x, y = point.x, point.y
        place = box(x - _PLACE, y - _PLACE, x + _PLACE, y + _PLACE)
        found: set[int] = set()
        for number, (west, south, east, north) in self._bounds.items():
            if west > x + _PLACE or east < x - _PLACE or south > y + _PLACE or north < y - _PLACE:
                continue
            if self.shapes[number].contains(place):
                found.add(number)
            elif self.shapes[number].intersects(place):
                return None
        return found

    def _go_on(self) -> bool:
        self._check()
        self._nodes -= 1
        return self._nodes > 0

    def _check(self) -> None:
        if self._cancelled():
            raise CancelledError

    @staticmethod
    def _is_little(part: AreaGeometry, whole: AreaGeometry) -> bool:
        return part.is_empty or ellipsoidal_km2(part) <= LOSS * ellipsoidal_km2(whole)


def _costs(footprints: dict[int, Footprint]) -> dict[int, int]:
    """Weigh each scene: one more scene before all clouds, clouds before age."""
    newest = max((one.acquired for one in footprints.values()), default=None)
    costs = {}
    for number, footprint in footprints.items():
        cloud = _UNKNOWN_CLOUD if footprint.cloud is None else footprint.cloud
        age = int((newest - footprint.acquired).total_seconds()) if newest else 0
        costs[number] = _COUNT_UNIT + round(cloud * 1000) * _CLOUD_UNIT + age
    return costs


def _coarse(area: AreaGeometry) -> AreaGeometry:
    """Give an area of few vertices on which to choose; the choice is then seen to on the exact one.

    One of many parts stays as it is: made coarse, small parts vanish.
    """
    if count_vertices(area) <= _COARSE_VERTICES or len(_parts(area)) > _FEW_PARTS:
        return area
    coarse = _sound(outline_of(area, _COARSE_VERTICES))
    return area if coarse.is_empty else coarse


def _sound(geometry: BaseGeometry) -> AreaGeometry:
    """Give the areas of any geometry, repaired; empty for what has none."""
    try:
        return polygonal(geometry if geometry.is_valid else make_valid(geometry))
    except UNREADABLE_GEOMETRY:
        return Polygon()


def _joined(shapes: Sequence[AreaGeometry]) -> AreaGeometry:
    try:
        return _areas(unary_union(list(shapes)))
    except UNREADABLE_GEOMETRY:
        return _areas(unary_union([_sound(shape.buffer(0)) for shape in shapes]))


def _overlay(
    act: Callable[[BaseGeometry, BaseGeometry], BaseGeometry], one: AreaGeometry, other: AreaGeometry
) -> AreaGeometry:
    """Overlay two shapes; where rounding made one of them invalid, it is repaired first."""
    try:
        return _areas(act(one, other))
    except UNREADABLE_GEOMETRY:
        return _areas(act(_sound(one.buffer(0)), _sound(other.buffer(0))))


def _points(patch: Polygon) -> Iterator[Point]:
    """Give places well within a patch; the edges of tiles meet in the middle, hence others than that too."""
    yield patch.representative_point()
    west, south, east, north = patch.bounds
    core = patch.buffer(-patch.area / patch.length / 4)  # without the splinters that rounding leaves
    for across, up in _CUTS:
        corner = box(west, south, west + across * (east - west), south + up * (north - south))
        for piece in (core.intersection(corner), core.difference(corner)):
            parts = _parts(polygonal(piece))
            if parts and not parts[0].is_empty:
                yield max(parts, key=lambda part: part.area).representative_point()


def _areas(geometry: BaseGeometry) -> AreaGeometry:
    """Keep the areas of what an overlay gave, whose parts need no joining unless lines are among them."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return cast(AreaGeometry, geometry)
    return polygonal(geometry)


def _parts(geometry: AreaGeometry) -> list[Polygon]:
    return list(geometry.geoms) if hasattr(geometry, "geoms") else [geometry]
