"""Rational functions (RPC) that stand for a physical sensor model, so that there is one way of rectifying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.rpc import RPC

Array = NDArray[np.float64]
Locate = Callable[[Array, Array, Array], tuple[Array, Array]]
"""Longitude and latitude (degrees) of rows, columns (0 is the middle of the first) and heights (metres)."""

LOWEST, HIGHEST = -500.0, 9_000.0
"""Heights of the land above the ellipsoid, metres."""
_GRID = (15, 15, 7)
"""Rows, columns and heights of the grid that is fitted; the one that is checked lies between."""
_ROUNDS = 5
_REGULAR = 1e-10
"""Weight of keeping coefficients small, so that those which the grid does not tell do not run away."""


@dataclass(frozen=True)
class Fitted:
    """Rational functions, and by how many pixels they differ at most from the model between the points."""

    rpc: RPC
    residual: float


@dataclass(frozen=True)
class _Scale:
    """A range of values as -1 to 1."""

    offset: float
    scale: float

    @classmethod
    def of(cls, values: Array) -> _Scale:
        low, high = float(values.min()), float(values.max())
        return cls((low + high) / 2, (high - low) / 2)

    def down(self, values: Array) -> Array:
        return (values - self.offset) / self.scale


def fitted(locate: Locate, rows: int, columns: int) -> Fitted:
    """Rational functions for an image of so many rows and columns, by regularised least squares.

    Raises:
        ValueError: a pixel of the image does not see the ground.
    """
    row, column, height = _grid(rows, columns, _GRID)
    lon, lat = _located(locate, row, column, height)
    middle = float(lon[0])
    lon = _near(lon, middle)
    lines, samples = _Scale.of(row), _Scale.of(column)
    lons, lats, heights = _Scale.of(lon), _Scale.of(lat), _Scale(0.0, HIGHEST)
    terms = _terms(lons.down(lon), lats.down(lat), heights.down(height))
    line_num, line_den = _ratio(terms, lines.down(row))
    sample_num, sample_den = _ratio(terms, samples.down(column))

    row, column, height = _grid(rows, columns, tuple(2 * size + 1 for size in _GRID))
    lon, lat = _located(locate, row, column, height)
    terms = _terms(lons.down(_near(lon, middle)), lats.down(lat), heights.down(height))
    line_error = (terms @ line_num) / (terms @ line_den) - lines.down(row)
    sample_error = (terms @ sample_num) / (terms @ sample_den) - samples.down(column)
    residual = np.hypot(line_error * lines.scale, sample_error * samples.scale).max()
    rpc = RPC(
        height_off=heights.offset,
        height_scale=heights.scale,
        lat_off=lats.offset,
        lat_scale=lats.scale,
        long_off=(lons.offset + 180) % 360 - 180,
        long_scale=lons.scale,
        line_off=lines.offset,
        line_scale=lines.scale,
        samp_off=samples.offset,
        samp_scale=samples.scale,
        line_num_coeff=line_num.tolist(),
        line_den_coeff=line_den.tolist(),
        samp_num_coeff=sample_num.tolist(),
        samp_den_coeff=sample_den.tolist(),
    )
    return Fitted(rpc, float(residual))


def _grid(rows: int, columns: int, sizes: tuple[int, ...]) -> tuple[Array, Array, Array]:
    """Rows, columns and heights of a grid over the image, its edges and the heights of the land."""
    ends = ((-0.5, rows - 0.5), (-0.5, columns - 0.5), (LOWEST, HIGHEST))
    axes = [np.linspace(*end, size) for end, size in zip(ends, sizes, strict=True)]
    row, column, height = (part.ravel() for part in np.meshgrid(*axes, indexing="ij"))
    return row, column, height


def _located(locate: Locate, row: Array, column: Array, height: Array) -> tuple[Array, Array]:
    lon, lat = locate(row, column, height)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise ValueError("the image does not see the ground")
    return lon, lat


def _near(lon: Array, middle: float) -> Array:
    """Longitudes less than half a turn from one of them, though the image crosses the antimeridian."""
    return (lon - middle + 180) % 360 - 180 + middle


def _terms(lon: Array, lat: Array, height: Array) -> Array:
    """The 20 terms (n, 20) of the cubic polynomials, in the order of RPC00B."""
    one = np.ones_like(lon)
    return np.stack(
        [
            one, lon, lat, height, lon * lat, lon * height, lat * height, lon**2, lat**2, height**2,
            lon * lat * height, lon**3, lon * lat**2, lon * height**2, lon**2 * lat, lat**3, lat * height**2,
            lon**2 * height, lat**2 * height, height**3,
        ],
        axis=1,
    )  # fmt: skip


def _ratio(terms: Array, values: Array) -> tuple[Array, Array]:
    """Coefficients of two polynomials whose ratio gives the values; the second begins with 1.

    The equations are linear once multiplied by the denominator; each round divides them by the last one.
    """
    count = terms.shape[1]
    below = np.ones(len(values))
    solved = np.zeros(2 * count - 1)
    for _ in range(_ROUNDS):
        equations = np.hstack([terms, -values[:, np.newaxis] * terms[:, 1:]]) / below[:, np.newaxis]
        left = equations.T @ equations / len(values) + _REGULAR * np.eye(equations.shape[1])
        solved = np.linalg.solve(left, equations.T @ (values / below) / len(values))
        below = 1 + terms[:, 1:] @ solved[count:]
    return solved[:count], np.concatenate([[1.0], solved[count:]])
