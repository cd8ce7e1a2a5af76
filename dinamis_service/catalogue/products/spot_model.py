"""The viewing geometry of SPOT 1 to 5: the place on the ground that a pixel of level 1A sees (CAT-55).

The conventions are those of the SPOT satellite geometry handbook (S-NT-73-12). Positions and velocities are
in the rotating Earth frame (ITRF, metres and metres a second), angles in radians. The orbital frame has Z
away from the centre of the Earth, X = velocity x Z (to the right of the track) and Y = Z x X. A detector with
the look angles (psi_x, psi_y) sees along (-tan psi_y, tan psi_x, -1) of the satellite. Roll and pitch are
told in a frame turned half around Z, so that they turn the other way than yaw does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

Array = NDArray[np.float64]

_INTERPOLATED = 8
"""Points of the ephemeris that a position is interpolated from (Lagrange)."""
_EQUATORIAL, _POLAR = 6_378_137.0, 6_356_752.314245
"""Half axes of the ellipsoid WGS84, metres."""


@dataclass(frozen=True)
class Ephemeris:
    """Where the satellite is: seconds (n), positions (n, 3) and velocities (n, 3), in the order of time."""

    times: Array
    positions: Array
    velocities: Array


@dataclass(frozen=True)
class Attitudes:
    """How the satellite is turned: seconds (n) and pitch, roll, yaw (n, 3), in the order of time."""

    times: Array
    angles: Array


@dataclass(frozen=True)
class SpotModel:
    """The model of one image.

    Args:
        ephemeris: at seconds from the moment of the line `centre_line`.
        attitudes: likewise; linear between, and held beyond the first and the last.
        look: psi_x and psi_y (n, 2) of detectors spread evenly over the columns.
        centre_line: row whose moment is the origin of times; rows and columns count from 0.
        line_period: seconds from row to row.
        rows: of the image.
        columns: of the image.
    """

    ephemeris: Ephemeris
    attitudes: Attitudes
    look: Array
    centre_line: float
    line_period: float
    rows: int
    columns: int

    def times(self, rows: Array) -> Array:
        """Seconds from the origin of times at which rows are seen."""
        return (rows - self.centre_line) * self.line_period

    def locate(self, rows: Array, columns: Array, heights: Array) -> tuple[Array, Array]:
        """Longitude and latitude (degrees, WGS84) of what pixels see, not a number where they miss the Earth.

        Args:
            rows: from 0 at the middle of the first row, of any fraction.
            columns: likewise.
            heights: of the ground above the ellipsoid, metres.
        """
        shape = np.broadcast_shapes(rows.shape, columns.shape, heights.shape)
        rows, columns, heights = (np.broadcast_to(part, shape).ravel() for part in (rows, columns, heights))
        times = self.times(rows)
        positions = _lagrange(self.ephemeris.times, self.ephemeris.positions, times)
        velocities = _lagrange(self.ephemeris.times, self.ephemeris.velocities, times)
        looks = np.einsum("nij,nj->ni", _turned(self._angles(times)), self._seen(columns))
        rays = np.einsum("nij,nj->ni", _orbital(positions, velocities), looks)
        lon, lat = _ground(positions, rays / np.linalg.norm(rays, axis=1, keepdims=True), heights)
        return lon.reshape(shape), lat.reshape(shape)

    def _angles(self, times: Array) -> Array:
        told = self.attitudes
        return np.stack([np.interp(times, told.times, angles) for angles in told.angles.T], axis=1)

    def _seen(self, columns: Array) -> Array:
        """Directions of columns in the frame of the satellite, beyond the edges in a straight line."""
        steps = len(self.look) - 1
        places = columns * (steps / (self.columns - 1))
        before = np.clip(np.floor(places).astype(int), 0, steps - 1)
        share = (places - before)[:, np.newaxis]
        psi = self.look[before] * (1 - share) + self.look[before + 1] * share
        return np.stack([-np.tan(psi[:, 1]), np.tan(psi[:, 0]), np.full(len(psi), -1.0)], axis=1)


def _lagrange(known: Array, values: Array, times: Array) -> Array:
    """Values at other times, by the polynomial through the nearest points on both sides."""
    size = min(_INTERPOLATED, len(known))
    first = np.clip(np.searchsorted(known, times) - size // 2, 0, len(known) - size)
    chosen = first[:, np.newaxis] + np.arange(size)
    around = known[chosen]
    weights = np.ones_like(around)
    for point in range(size):
        for other in range(size):
            if other != point:
                weights[:, point] *= (times - around[:, other]) / (around[:, point] - around[:, other])
    made: Array = np.einsum("np,npi->ni", weights, values[chosen])
    return made


def _turned(angles: Array) -> Array:
    """Rotations (n, 3, 3) from the frame of the satellite to the orbital frame: pitch x roll x yaw."""
    (pitch_cos, roll_cos, yaw_cos), (pitch_sin, roll_sin, yaw_sin) = np.cos(angles.T), np.sin(angles.T)
    zero, one = np.zeros(len(angles)), np.ones(len(angles))
    pitch = [[one, zero, zero], [zero, pitch_cos, pitch_sin], [zero, -pitch_sin, pitch_cos]]
    roll = [[roll_cos, zero, -roll_sin], [zero, one, zero], [roll_sin, zero, roll_cos]]
    yaw = [[yaw_cos, -yaw_sin, zero], [yaw_sin, yaw_cos, zero], [zero, zero, one]]
    first, second, third = (np.moveaxis(np.array(turn), 2, 0) for turn in (pitch, roll, yaw))
    return first @ second @ third


def _orbital(positions: Array, velocities: Array) -> Array:
    """Rotations (n, 3, 3) from the orbital frame to that of the Earth."""
    up = positions / np.linalg.norm(positions, axis=1, keepdims=True)
    right = np.cross(velocities, up)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    return np.stack([right, np.cross(up, right), up], axis=2)


@cache
def _geodetic() -> Transformer:
    return Transformer.from_crs("EPSG:4978", "EPSG:4979", always_xy=True)


def _ground(origins: Array, rays: Array, heights: Array) -> tuple[Array, Array]:
    """Where rays first meet the ellipsoid larger by the height: within a centimetre of that height."""
    axes = np.stack([_EQUATORIAL + heights, _EQUATORIAL + heights, _POLAR + heights], axis=1)
    from_unit, along = origins / axes, rays / axes
    square, half = (along**2).sum(axis=1), (from_unit * along).sum(axis=1)
    inside = half**2 - square * ((from_unit**2).sum(axis=1) - 1)
    with np.errstate(invalid="ignore"):
        distance = (-half - np.sqrt(inside)) / square
    lon, lat, _ = _geodetic().transform(*(origins + distance[:, np.newaxis] * rays).T)
    missed = ~np.isfinite(lon) | ~(distance > 0)  # behind the satellite, where it looks up
    return np.where(missed, np.nan, lon), np.where(missed, np.nan, lat)
