"""Single trees on a jittered grid: crowns stay inside their cell, so that one look per pixel finds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dinamis_service.demo.materials import Material
from dinamis_service.demo.world import Bytes, Floats, Ints, scatter


@dataclass(frozen=True)
class Crowns:
    """Where crowns are, and what one sees of each."""

    there: NDArray[np.bool_]
    number: NDArray[np.uint16]
    height: Bytes
    shade: Floats

    def plant(self, number: NDArray[np.uint16], height: Bytes, texture: Floats) -> None:
        """Put the crowns over a ground, in place."""
        np.copyto(number, self.number, where=self.there)
        np.copyto(height, self.height, where=self.there)
        np.copyto(texture, self.shade, where=self.there)


def trees(x: Floats, y: Floats, cell: float, density: Floats, salt: int) -> Crowns:
    """Trees of one grid.

    Args:
        x: metres eastwards, one row.
        y: metres northwards, one column.
        cell: side of a cell, in metres; crowns are half as wide to almost as wide.
        density: share of the cells around that hold a tree.
        salt: tells grids apart.
    """
    columns, rows = np.floor(x[0] / cell).astype(np.int32), np.floor(y[:, 0] / cell).astype(np.int32)
    left, low = columns.min(), rows.min()
    column = np.arange(left, columns.max() + 1, dtype=np.int32)
    row = np.arange(low, rows.max() + 1, dtype=np.int32)[:, None]
    chance = scatter(column, row, salt)
    radius = np.float32(cell) * (np.float32(0.24) + np.float32(0.2 / 255) * (chance & 0xFF))
    room = np.float32(cell / 2) - radius

    def spread(values: NDArray[Any]) -> NDArray[Any]:
        """A value of each cell at each pixel."""
        spread_out: NDArray[Any] = values[rows - low][:, columns - left]
        return spread_out

    middle_x = ((column + np.float32(0.5)) * np.float32(cell) + room * _signed(chance >> 8)).astype(
        np.float32
    )
    middle_y = ((row + np.float32(0.5)) * np.float32(cell) + room * _signed(chance >> 16)).astype(np.float32)
    wide = spread(radius)
    east, north = (x - spread(middle_x)) / wide, (y - spread(middle_y)) / wide
    dome = 1 - east * east - north * north
    there = (dome > 0) & (spread((chance >> 24).astype(np.uint8)) < density * 255)
    material = np.where((chance >> 5) & 3 == 0, Material.LEAFY, Material.PINE).astype(np.uint16)
    number = spread(material * np.uint16(256) + (chance & 0xFF).astype(np.uint16))
    height = (8 + wide * (np.float32(3.6) + np.float32(2.8) * np.maximum(dome, 0))).astype(np.uint8)
    shade = np.float32(0.07) * east - np.float32(0.15) * north + np.float32(0.12) * dome - np.float32(0.06)
    return Crowns(there, number, height, shade)


def _signed(bits: Ints) -> Floats:
    """-1 to 1 from the low eight bits."""
    return (bits & 0xFF).astype(np.float32) * np.float32(2 / 255) - 1
