"""A place on its way into the gazetteer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

Box = tuple[float, float, float, float]
_HALF_TURN = 180.0
_TURN = 360.0


@dataclass(frozen=True)
class RawPlace:
    """A place with its names and its outline.

    Args:
        key: `kind/code`, such as `commune/34172`.
        name: in French.
        name_en: in English, when it is another.
        within: keys of the places that hold it, the nearest first.
        others: further names it is found by.
        population: of the place, for ranking.
        weight: what ranking adds to the population's logarithm.
        outline: longitude and latitude, EPSG:4326; a point where only the centre is known.
        coast: land within reach of its coast; None where there is none.
    """

    key: str
    name: str
    outline: BaseGeometry
    name_en: str = ""
    within: Sequence[str] = ()
    others: Iterable[str] = ()
    population: int = 0
    weight: float = 0.0
    coast: BaseGeometry | None = None
    proper: Sequence[str] = field(default_factory=tuple)

    @property
    def kind(self) -> str:
        """What sort of place it is."""
        return self.key.partition("/")[0]


def lighter(geometry: BaseGeometry, most: int, tolerance: float = 0.001) -> BaseGeometry:
    """The geometry with at most `most` vertices, never smaller than it was.

    It is widened by the tolerance (degrees) before it is simplified by as much, so that a search over it
    misses nothing; the tolerance doubles until it is light enough.
    """
    found = geometry
    while shapely.get_num_coordinates(found) > most:
        widened = shapely.buffer(shapely.simplify(geometry, tolerance / 2), tolerance, quad_segs=2)
        found = shapely.simplify(widened, tolerance / 2)
        tolerance *= 2
    return clipped(found)


def clipped(geometry: BaseGeometry) -> BaseGeometry:
    """What of the geometry lies on the map, which ends at the antimeridian and the poles."""
    west, south, east, north = geometry.bounds
    if west >= -_HALF_TURN and east <= _HALF_TURN and south >= -_HALF_TURN / 2 and north <= _HALF_TURN / 2:
        return geometry
    return shapely.intersection(geometry, shapely.box(-_HALF_TURN, -90, _HALF_TURN, 90))


def box_of(geometry: BaseGeometry) -> Box:
    """Bounds, going across the antimeridian (west > east) where that is the shorter way round (RFC 7946)."""
    west, south, east, north = geometry.bounds
    spans = sorted((part.bounds[0], part.bounds[2]) for part in shapely.get_parts(geometry))
    merged = [list(spans[0])]
    for start, end in spans[1:]:
        if start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    if len(merged) == 1:
        return west, south, east, north
    gaps = [(after[0] - before[1], before[1], after[0]) for before, after in pairwise(merged)]
    widest, before, after = max(gaps)
    if widest <= merged[0][0] + _TURN - merged[-1][1]:
        return west, south, east, north
    return after, south, before, north
