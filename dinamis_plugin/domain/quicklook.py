"""The picture that shows a scene before it is downloaded or ordered, and where on the ground it lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shapely.geometry import MultiPolygon, Polygon

from .scene import Asset, Scene

Point = tuple[float, float]

_CORNERS = 4
_STRAIGHT = 1e-3
"""Sine of the angle between two sides of a ring below which they are one side."""


@dataclass(frozen=True)
class Ground:
    """Where the corners of a picture lie.

    Attributes:
        epsg: Coordinate system of the corners.
        corners: Upper left, upper right, lower right and lower left of the picture, x before y.
    """

    epsg: int
    corners: tuple[Point, Point, Point, Point]


def picture_href(scene: Scene) -> str:
    """Address of the largest picture to look at, empty when there is none (CAT-29)."""
    for asset in scene.assets:
        if "overview" in asset.roles and asset.media_type.startswith("image/") and not asset.is_image:
            return asset.href if "tiff" not in asset.media_type else scene.thumbnail_href
    return scene.thumbnail_href


def ground_of(scene: Scene) -> Ground | None:
    """Where the picture of a scene is to be laid (CAT-29); None when the catalogue does not say.

    The picture is made from the scene's image: where its grid is known, it is laid on it. The pictures of
    images that are not rectified show the ground between the corners of the footprint.
    """
    for asset in (scene.preferred_asset(), *scene.images):
        grid = None if asset is None else _grid(asset)
        if grid is not None:
            return grid
    return _quadrangle(scene)


def _grid(asset: Asset) -> Ground | None:
    if asset.epsg is None or asset.shape is None or asset.transform is None:
        return None
    rows, columns = asset.shape
    a, b, c, d, e, f = asset.transform

    def at(column: int, row: int) -> Point:
        return a * column + b * row + c, d * column + e * row + f

    return Ground(asset.epsg, (at(0, 0), at(columns, 0), at(columns, rows), at(0, rows)))


def _quadrangle(scene: Scene) -> Ground | None:
    footprint = scene.footprint
    if footprint.is_empty or isinstance(footprint, MultiPolygon):
        return None  # a picture cut by the antimeridian cannot be laid on one map
    corners = _four_corners(footprint)
    return Ground(4326, _from_north_west(corners, footprint.bounds))


def _four_corners(footprint: Polygon) -> list[Point]:
    """The corners of the footprint, or of the box around it when it has not four of them."""
    ring = [(float(point[0]), float(point[1])) for point in footprint.exterior.coords][:-1]
    count = len(ring)
    bends = [ring[i] for i in range(count) if _bends(ring[i - 1], ring[i], ring[(i + 1) % count])]
    if len(bends) == _CORNERS:
        return bends
    west, south, east, north = footprint.bounds
    return [(west, north), (east, north), (east, south), (west, south)]


def _bends(before: Point, point: Point, after: Point) -> bool:
    one = (point[0] - before[0], point[1] - before[1])
    other = (after[0] - point[0], after[1] - point[1])
    lengths = math.hypot(*one) * math.hypot(*other)
    return lengths > 0 and abs(one[0] * other[1] - one[1] * other[0]) > _STRAIGHT * lengths


def _from_north_west(
    corners: Sequence[Point], bounds: tuple[float, float, float, float]
) -> tuple[Point, Point, Point, Point]:
    """Turn the ring clockwise and begin where its corners are nearest to those of the box around it."""
    west, south, east, north = bounds
    box = ((west, north), (east, north), (east, south), (west, south))
    doubled = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, [*corners[1:], corners[0]]))
    clockwise = list(corners) if doubled < 0 else list(corners)[::-1]
    turns = [clockwise[start:] + clockwise[:start] for start in range(_CORNERS)]
    best = min(turns, key=lambda turn: sum(math.dist(corner, other) for corner, other in zip(turn, box)))
    return best[0], best[1], best[2], best[3]
