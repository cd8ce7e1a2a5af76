"""The area of a search, and which footprints it meets: exactly, without reading most of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.sqlite_blocks import Records, lines_of

Box = tuple[float, float, float, float]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]
Pause = Callable[[], None]

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
_EFFORT = 500_000
"""Vertices of an area times shapes compared with it between two pauses: at worst about a second."""


def go_on() -> None:
    """The pause of those who need none."""


class Area:
    """The area of a search made valid, and prepared for many tests.

    Some areas are so intricate that one comparison takes a fifth of a second: what compares with many shapes
    calls a `pause` now and then, whose error ends it.
    """

    def __init__(self, geometry: BaseGeometry, *, divided: bool = True) -> None:
        """Take a geometry in longitude and latitude; divided, parts that lie apart are looked at apart."""
        self._divided = divided
        self.geometry: BaseGeometry = shapely.make_valid(geometry)
        shapely.prepare(self.geometry)
        self._cells: tuple[Places, Places] | None = None

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Some extents (x0, y0, x1, y1) that hold all of its parts, or the whole where these are many."""
        parts = shapely.get_parts(self.geometry)
        if not 1 <= len(parts) <= _MAX_PARTS:
            parts = np.array([self.geometry])
        boxes = _few_of(shapely.bounds(parts))
        return tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in boxes.tolist())

    def meets(self, shapes: list[bytes], pause: Pause = go_on) -> Mask:
        """Which of these footprints (WKB) the area intersects."""
        return self._compared(shapely.intersects, shapely.from_wkb(shapes), pause)

    def meets_records(self, connection: sqlite3.Connection, records: Records, pause: Pause = go_on) -> Mask:
        """Which of these records' footprints the area intersects; few are read to tell."""
        met = np.zeros(len(records), bool)
        if not len(records):
            return met
        for piece in self._pieces:
            near = np.flatnonzero(~met & piece.touches(records))
            met[near] = piece.meets_records(connection, records[near], pause)
        if self._pieces:
            return met
        open_ = np.arange(len(records))
        if len(records) > _MANY and self._is_wide(records):
            open_ = self._look_at_grid(records, met, pause)
        open_ = self._look_at_corners(records, met, open_)
        for first in range(0, len(open_), _SHAPES):
            part = open_[first : first + _SHAPES]
            met[part] = self.meets(_footprints(connection, records["rid"][part]), pause)
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

    def _look_at_grid(self, records: Records, met: Mask, pause: Pause) -> Places:
        """Mark in `met` what lies inside the area for certain; the places of what may lie on its border."""
        (west, south), (wide, high) = self._grid_place
        inside, outside = self._grid(pause)
        left, right, low, top = (  # as double, for single precision is off by more than the slack
            np.floor((records[name].astype(float) - start) / size + slack).astype(np.int64)
            for name, start, size, slack in (
                ("x0", west, wide, -_SLACK),
                ("x1", west, wide, _SLACK),
                ("y0", south, high, -_SLACK),
                ("y1", south, high, _SLACK),
            )
        )
        within = (left >= 0) & (right < _GRID) & (low >= 0) & (top < _GRID)
        left, right, low, top = (np.clip(one, 0, _GRID - 1) for one in (left, right, low, top))
        cells = (right - left + 1) * (top - low + 1)
        met |= within & (_sum_of(inside, left, right, low, top) == cells)
        open_ = np.flatnonzero(~met & (_sum_of(outside, left, right, low, top) < cells))
        open_ = open_[records["quad"][open_] == 1]
        corners = records["corners"][open_].astype(float)
        for weights in _SAMPLES:
            hit = self._is_deep_inside(inside, weights @ corners)
            met[open_[hit]] = True
            open_, corners = open_[~hit], corners[~hit]
        return np.flatnonzero(~met & (_sum_of(outside, left, right, low, top) < cells))

    def _is_deep_inside(self, inside: Places, points: NDArray[np.float64]) -> Mask:
        """Whether points and the cells around them lie inside the area, however the points are rounded."""
        (west, south), (wide, high) = self._grid_place
        column = np.floor((points[:, 0] - west) / wide).astype(np.int64)
        row = np.floor((points[:, 1] - south) / high).astype(np.int64)
        held = (column > 0) & (column < _GRID - 1) & (row > 0) & (row < _GRID - 1)
        column, row = np.where(held, column, 1), np.where(held, row, 1)
        deep: Mask = held & (_sum_of(inside, column - 1, column + 1, row - 1, row + 1) == _AROUND)
        return deep

    @cached_property
    def _grid_place(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The south-west corner of the grid and a cell's size."""
        west, south, east, north = self.geometry.bounds
        return (west, south), ((east - west) / _GRID, (north - south) / _GRID)

    def _grid(self, pause: Pause) -> tuple[Places, Places]:
        """Cells inside and outside of the area, as running sums; made once."""
        if self._cells is None:
            (west, south), (wide, high) = self._grid_place
            x, y = west + wide * np.arange(_GRID + 1), south + high * np.arange(_GRID + 1)
            cells = shapely.box(x[None, :-1], y[:-1, None], x[None, 1:], y[1:, None])
            outside = ~self._compared(shapely.intersects, cells.ravel(), pause).reshape(cells.shape)
            inside = np.zeros_like(outside)
            inside[~outside] = self._compared(shapely.covers, cells[~outside], pause)
            running = [
                np.pad(of.astype(np.int64).cumsum(0).cumsum(1), ((1, 0), (1, 0))) for of in (inside, outside)
            ]
            self._cells = running[0], running[1]
        return self._cells

    def _compared(self, test: Callable[..., Any], shapes: NDArray[np.object_], pause: Pause) -> Mask:
        """Which of these shapes pass a test of shapely against the area."""
        passed = np.zeros(len(shapes), bool)
        some = max(1, _EFFORT // max(1, int(shapely.get_num_coordinates(self.geometry))))
        for first in range(0, len(shapes), some):
            passed[first : first + some] = test(self.geometry, shapes[first : first + some])
            pause()
        return passed


def _few_of(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The boxes, those two made one again and again that need the least surface more for it."""
    boxes, left = boxes.copy(), np.ones(len(boxes), bool)
    more = np.array([_surface_more(box, boxes) for box in boxes])
    np.fill_diagonal(more, np.inf)
    for _ in range(len(boxes) - _MAX_BOXES):
        one, other = np.unravel_index(np.argmin(more), more.shape)
        boxes[one] = _joined(boxes[one], boxes[other])
        left[other] = False
        more[one] = more[:, one] = np.where(left, _surface_more(boxes[one], boxes), np.inf)
        more[other] = more[:, other] = more[one, one] = np.inf
    return boxes[left]


def _surface_more(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much larger a box joined with each of some others is than both."""
    more: NDArray[np.float64] = _surface(_joined(box, others)) - _surface(box) - _surface(others)
    return more


def _joined(box: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = np.minimum(box[:2], others[..., :2]), np.maximum(box[2:], others[..., 2:])
    return np.concatenate([low, high], axis=-1)


def _surface(boxes: NDArray[np.float64]) -> Any:
    return np.prod(boxes[..., 2:] - boxes[..., :2], axis=-1)


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
