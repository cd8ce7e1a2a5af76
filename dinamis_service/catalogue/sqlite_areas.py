"""The area of a search, and which footprints it meets: exactly, without reading most of them."""

from __future__ import annotations

import json
import sqlite3
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.sqlite_blocks import Records

Box = tuple[float, float, float, float]
Mask = NDArray[np.bool_]

_MAX_BOXES = 8
"""Parts of an area that are looked up one by one; beyond, its whole extent is."""
_MANY = 2000
"""Boxes from which on the grid of an area pays for its making."""
_GRID = 64
_SLACK = 1e-6
_SHAPES = 5000
"""Footprints read at once."""


class Area:
    """The area of a search made valid, and prepared for many tests."""

    def __init__(self, geometry: BaseGeometry) -> None:
        """Take a geometry in longitude and latitude."""
        self.geometry: BaseGeometry = shapely.make_valid(geometry)
        shapely.prepare(self.geometry)

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """Extents (x0, y0, x1, y1) of its parts, or of the whole where they are many."""
        parts = list(shapely.get_parts(self.geometry))
        if not 1 <= len(parts) <= _MAX_BOXES:
            parts = [self.geometry]
        return tuple(part.bounds for part in parts)

    def meets(self, shapes: list[bytes]) -> Mask:
        """Which of these footprints (WKB) the area intersects."""
        met: Mask = shapely.intersects(self.geometry, shapely.from_wkb(shapes))
        return met

    def meets_records(self, connection: sqlite3.Connection, records: Records) -> Mask:
        """Which of these records' footprints the area intersects; only those near its border are read."""
        met = np.zeros(len(records), bool)
        open_ = np.arange(len(records))
        if len(records) > _MANY:
            inside, outside = self._sorted_out(records)
            met[inside] = True
            open_ = np.flatnonzero(~(inside | outside))
        for first in range(0, len(open_), _SHAPES):
            part = open_[first : first + _SHAPES]
            met[part] = self.meets(_footprints(connection, records["rid"][part]))
        return met

    def _sorted_out(self, records: Records) -> tuple[Mask, Mask]:
        """Records whose boxes lie inside the area for certain, and those outside of it for certain."""
        inside, outside, (west, south), (wide, high) = self._grid
        columns = [
            np.floor((records[name] - west) / wide + slack).astype(np.int64)
            for name, slack in (("x0", -_SLACK), ("x1", _SLACK))
        ]
        rows = [
            np.floor((records[name] - south) / high + slack).astype(np.int64)
            for name, slack in (("y0", -_SLACK), ("y1", _SLACK))
        ]
        within = (columns[0] >= 0) & (columns[1] < _GRID) & (rows[0] >= 0) & (rows[1] < _GRID)
        left, right = np.clip(columns[0], 0, _GRID - 1), np.clip(columns[1], 0, _GRID - 1) + 1
        low, top = np.clip(rows[0], 0, _GRID - 1), np.clip(rows[1], 0, _GRID - 1) + 1
        cells = (right - left) * (top - low)

        def all_of(sums: NDArray[np.int64]) -> Mask:
            found: Mask = sums[top, right] - sums[low, right] - sums[top, left] + sums[low, left] == cells
            return found

        return within & all_of(inside), all_of(outside)

    @cached_property
    def _grid(self) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[float, float], tuple[float, float]]:
        """Cells inside and outside of the area as running sums, the south-west corner and a cell's size."""
        west, south, east, north = self.geometry.bounds
        wide, high = max((east - west) / _GRID, 1e-9), max((north - south) / _GRID, 1e-9)
        x, y = west + wide * np.arange(_GRID + 1), south + high * np.arange(_GRID + 1)
        cells = shapely.box(x[None, :-1], y[:-1, None], x[None, 1:], y[1:, None])
        outside = ~shapely.intersects(self.geometry, cells)
        inside = np.zeros_like(outside)
        inside[~outside] = shapely.covers(self.geometry, cells[~outside])
        sums = [
            np.pad(cells_are.astype(np.int64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
            for cells_are in (inside, outside)
        ]
        return sums[0], sums[1], (west, south), (wide, high)


def _footprints(connection: sqlite3.Connection, rids: NDArray[np.int64]) -> list[bytes]:
    """Footprints (WKB) of these rows, in their order."""
    asked = rids.tolist()
    sql = "SELECT i.rid, i.geom FROM json_each(?) AS asked CROSS JOIN item AS i ON i.rid = asked.value"
    found = dict(connection.execute(sql, [json.dumps(asked)]))
    return [found[rid] for rid in asked]
