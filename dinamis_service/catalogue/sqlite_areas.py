"""The area of a search, and which footprints it meets: exactly, without reading most of them."""

from __future__ import annotations

import json
import sqlite3
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.sqlite_blocks import Records, lines_of

Box = tuple[float, float, float, float]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

_MAX_BOXES = 8
"""Extents of an area that are looked up one by one."""
_MAX_PARTS = 200
"""Parts of an area from which on its whole extent is looked up."""
_MANY = 2000
"""Records from which on the grid of an area pays for its making."""
_WIDER = 4
"""Times that an area is wider than most footprints."""
_GRID = 128
_SAMPLES = (
    np.array(
        [
            [1, 1, 1, 1],
            [4, 0, 0, 0],
            [0, 4, 0, 0],
            [0, 0, 4, 0],
            [0, 0, 0, 4],
            [2, 2, 0, 0],
            [0, 2, 2, 0],
            [0, 0, 2, 2],
            [2, 0, 0, 2],
        ]
    )
    / 4
)
"""Points of a quadrilateral, as weights of its corners: middle, corners, middles of the sides."""
_SLACK = 1e-6
_TOLERANCE = 1e-4
"""Degrees within which corners, which are rounded, tell nothing."""
_AROUND = 9
"""Cells around a footprint's centre, which is rounded too."""
_POINTS = 8
_HULL = 24
_SHAPES = 5000
"""Footprints read at once."""


class Area:
    """The area of a search made valid, and prepared for many tests."""

    def __init__(self, geometry: BaseGeometry, *, divided: bool = True) -> None:
        """Take a geometry in longitude and latitude; divided, parts that lie apart are looked at apart."""
        self._divided = divided
        self.geometry: BaseGeometry = shapely.make_valid(geometry)
        shapely.prepare(self.geometry)

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Some extents (x0, y0, x1, y1) that hold all of its parts, or the whole where these are many."""
        parts = shapely.get_parts(self.geometry)
        if not 1 <= len(parts) <= _MAX_PARTS:
            parts = np.array([self.geometry])
        boxes = shapely.bounds(parts)
        while len(boxes) > _MAX_BOXES:
            boxes = _with_two_joined(boxes)
        return tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in boxes.tolist())

    def meets(self, shapes: list[bytes]) -> Mask:
        """Which of these footprints (WKB) the area intersects."""
        met: Mask = shapely.intersects(self.geometry, shapely.from_wkb(shapes))
        return met

    def meets_records(self, connection: sqlite3.Connection, records: Records) -> Mask:
        """Which of these records' footprints the area intersects; few are read to tell."""
        met = np.zeros(len(records), bool)
        if not len(records):
            return met
        for piece in self._pieces:
            near = np.flatnonzero(~met & piece.touches(records))
            met[near] = piece.meets_records(connection, records[near])
        if self._pieces:
            return met
        open_ = np.arange(len(records))
        if len(records) > _MANY and self._is_wide(records):
            open_ = self._look_at_grid(records, met)
        open_ = self._look_at_corners(records, met, open_)
        for first in range(0, len(open_), _SHAPES):
            part = open_[first : first + _SHAPES]
            met[part] = self.meets(_footprints(connection, records["rid"][part]))
        return met

    def touches(self, records: Records) -> Mask:
        """Which of these records' boxes touch the extent of the area."""
        x0, y0, x1, y1 = self.geometry.bounds
        hit: Mask = (records["x0"] <= x1) & (records["x1"] >= x0)
        return hit & (records["y0"] <= y1) & (records["y1"] >= y0)

    @cached_property
    def _pieces(self) -> list[Area]:
        """The parts of the area by the extents that hold them, looked at closer than the whole; or none."""
        if not self._divided or len(self.boxes) == 1:
            return []
        parts, boxes = shapely.get_parts(self.geometry), np.array(self.boxes)
        bounds = shapely.bounds(parts)[:, None]
        held = (bounds[:, :, :2] >= boxes[:, :2]).all(axis=2) & (bounds[:, :, 2:] <= boxes[:, 2:]).all(axis=2)
        of_box = held.argmax(axis=1)
        groups = (parts[of_box == number] for number in np.unique(of_box))
        return [Area(shapely.union_all(group), divided=False) for group in groups]

    def _is_wide(self, records: Records) -> bool:
        """Whether the area is so much larger than most footprints that its grid tells something of them."""
        west, south, east, north = self.geometry.bounds
        wide, high = (
            float(np.median(records[end] - records[start])) for start, end in (("x0", "x1"), ("y0", "y1"))
        )
        return bool(min((east - west) / (wide + _TOLERANCE), (north - south) / (high + _TOLERANCE)) > _WIDER)

    def _look_at_corners(self, records: Records, met: Mask, open_: Places) -> Places:
        """Mark in `met` what the corners of footprints tell for certain; the places that they leave open."""
        others, open_ = open_[records["quad"][open_] == 0], open_[records["quad"][open_] == 1]
        near = records[open_]
        lines = lines_of(near["corners"])
        # no side is as long as both sides of the box
        slack = _TOLERANCE * (near["x1"] - near["x0"] + near["y1"] - near["y0"]).astype(float)

        def keep(kept: Mask) -> None:
            nonlocal open_, lines, slack
            open_, lines, slack = open_[kept], lines[:, :, kept], slack[kept]

        def hold(x: float, y: float) -> None:
            depth = lines[0] * x
            depth += lines[1] * y
            depth -= lines[2]
            within = depth.min(axis=0) > slack
            met[open_[within]] = True
            keep(~within)

        inner, *some = self._points.tolist()
        hold(*inner)
        for around in (shapely.get_coordinates(shapely.envelope(self.geometry)), self._hull):
            farthest = np.full(lines.shape[1:], -np.inf)
            for x, y in around.tolist():
                np.maximum(farthest, lines[0] * x + lines[1] * y - lines[2], out=farthest)
            keep(farthest.min(axis=0) > -slack)
        for point in some:
            hold(*point)
        return np.concatenate([others, open_])

    @cached_property
    def _points(self) -> NDArray[np.float64]:
        """Some points of the area; a footprint that holds one meets it."""
        inner = shapely.get_coordinates(shapely.point_on_surface(self.geometry))
        border = shapely.get_coordinates(self.geometry)
        some = border[np.linspace(0, len(border) - 1, min(_POINTS, len(border))).astype(int)]
        return np.concatenate([inner, some])

    @cached_property
    def _hull(self) -> NDArray[np.float64]:
        """Corners of a convex shape around the area; a footprint that lies apart from it does not meet it."""
        hull = shapely.get_coordinates(shapely.convex_hull(self.geometry))
        return hull if len(hull) <= _HULL else shapely.get_coordinates(shapely.envelope(self.geometry))

    def _look_at_grid(self, records: Records, met: Mask) -> Places:
        """Mark in `met` what lies inside the area for certain; the places of what may lie on its border."""
        (west, south), (wide, high) = self._grid_place
        inside, outside = self._grid
        left, right = (
            np.floor((records[name] - west) / wide + slack).astype(np.int64)
            for name, slack in (("x0", -_SLACK), ("x1", _SLACK))
        )
        low, top = (
            np.floor((records[name] - south) / high + slack).astype(np.int64)
            for name, slack in (("y0", -_SLACK), ("y1", _SLACK))
        )
        within = (left >= 0) & (right < _GRID) & (low >= 0) & (top < _GRID)
        left, right, low, top = (np.clip(one, 0, _GRID - 1) for one in (left, right, low, top))
        cells = (right - left + 1) * (top - low + 1)
        met |= within & (_sum_of(inside, left, right, low, top) == cells)
        open_ = np.flatnonzero(~met & (_sum_of(outside, left, right, low, top) < cells))
        open_ = open_[records["quad"][open_] == 1]
        corners = records["corners"][open_].astype(float)
        for weights in _SAMPLES:
            hit = self._is_deep_inside(weights @ corners)
            met[open_[hit]] = True
            open_, corners = open_[~hit], corners[~hit]
        return np.flatnonzero(~met & (_sum_of(outside, left, right, low, top) < cells))

    def _is_deep_inside(self, points: NDArray[np.float64]) -> Mask:
        """Whether points and the cells around them lie inside the area, however the points are rounded."""
        (west, south), (wide, high) = self._grid_place
        column = np.floor((points[:, 0] - west) / wide).astype(np.int64)
        row = np.floor((points[:, 1] - south) / high).astype(np.int64)
        held = (column > 0) & (column < _GRID - 1) & (row > 0) & (row < _GRID - 1)
        column, row = np.where(held, column, 1), np.where(held, row, 1)
        deep: Mask = held & (_sum_of(self._grid[0], column - 1, column + 1, row - 1, row + 1) == _AROUND)
        return deep

    @cached_property
    def _grid_place(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The south-west corner of the grid and a cell's size."""
        west, south, east, north = self.geometry.bounds
        return (west, south), ((east - west) / _GRID, (north - south) / _GRID)

    @cached_property
    def _grid(self) -> tuple[Places, Places]:
        """Cells inside and outside of the area, as running sums."""
        (west, south), (wide, high) = self._grid_place
        x, y = west + wide * np.arange(_GRID + 1), south + high * np.arange(_GRID + 1)
        cells = shapely.box(x[None, :-1], y[:-1, None], x[None, 1:], y[1:, None])
        outside = ~shapely.intersects(self.geometry, cells)
        inside = np.zeros_like(outside)
        inside[~outside] = shapely.covers(self.geometry, cells[~outside])
        running = [
            np.pad(of.astype(np.int64).cumsum(0).cumsum(1), ((1, 0), (1, 0))) for of in (inside, outside)
        ]
        return running[0], running[1]


def _with_two_joined(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The boxes with those two made one that need the least surface more for it."""
    low = np.minimum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.maximum(boxes[:, None, 2:], boxes[None, :, 2:])
    own = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    more = np.prod(high - low, axis=2) - own[:, None] - own[None, :]
    np.fill_diagonal(more, np.inf)
    one, other = np.unravel_index(np.argmin(more), more.shape)
    joined = np.concatenate([low[one, other], high[one, other]])
    return np.concatenate([np.delete(boxes, [one, other], axis=0), joined[None]])


def _sum_of(running: Places, left: Places, right: Places, low: Places, top: Places) -> Places:
    """Sums over rectangles of cells, ends included, from running sums."""
    upper: Places = running[top + 1, right + 1] - running[top + 1, left]
    return upper - running[low, right + 1] + running[low, left]


def _footprints(connection: sqlite3.Connection, rids: NDArray[np.int64]) -> list[bytes]:
    """Footprints (WKB) of these rows, in their order."""
    asked = rids.tolist()
    sql = "SELECT i.rid, i.geom FROM json_each(?) AS asked CROSS JOIN item AS i ON i.rid = asked.value"
    found = dict(connection.execute(sql, [json.dumps(asked)]))
    return [found[rid] for rid in asked]
