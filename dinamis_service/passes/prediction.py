"""When satellites pass over a place so that they can take it: pure computing from orbital elements."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sgp4.api import Satrec, jday

from dinamis_service.passes.elements import VALID_AFTER, VALID_BEFORE, TwoLines
from dinamis_service.passes.sun import sun_position

MIN_SUN_DEG = 15.0
"""Optical images are taken by daylight; below this height of the sun shadows cover too much."""

_COARSE_S, _FINE_S = 20.0, 1.0
_LOW_ORBIT_MARGIN = 0.15
"""How much the cosine of an incidence may change in a coarse step of a low orbit."""
_A_M, _F = 6_378_137.0, 1 / 298.257223563  # WGS 84
_DAY_S = 86_400.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pass:
    """One pass over a place.

    Attributes:
        moment: when the satellite sees the place under its smallest angle, UTC, to about a second.
        incidence: that angle between the line of sight and the vertical of the place, degrees.
        sun_elevation: height of the sun then, degrees.
        direction: `ascending` or `descending`.
    """

    platform: str
    moment: datetime
    incidence: float
    sun_elevation: float
    direction: str


def span_of(elements: TwoLines, start: datetime, end: datetime) -> tuple[datetime, datetime] | None:
    """The part of a window (UTC) for which elements tell passes, if any."""
    first = max(start, elements.epoch - VALID_BEFORE)
    last = min(end, elements.epoch + VALID_AFTER)
    return (first, last) if first < last else None


def passes_of(
    elements: TwoLines,
    longitude: float,
    latitude: float,
    span: tuple[datetime, datetime],
    max_incidence: float,
) -> list[Pass]:
    """Passes by day of one satellite over a place of the ellipsoid (EPSG:4326) within `span`, in order.

    `max_incidence` is the largest angle in degrees.
    """
    satellite, (start, end) = elements.satellite, span
    seconds = np.arange(0.0, (end - start).total_seconds(), _COARSE_S)
    cosines, _ = _sight(satellite, start, seconds, longitude, latitude)
    least = math.cos(math.radians(max_incidence))
    found = []
    for index in _peaks(cosines, least - _LOW_ORBIT_MARGIN):
        fine = np.arange(seconds[index] - _COARSE_S, seconds[index] + _COARSE_S, _FINE_S)
        closer, rising = _sight(satellite, start, fine, longitude, latitude)
        best = int(np.argmax(closer))
        moment = start + timedelta(seconds=float(fine[best]))
        sun, _ = sun_position(moment, longitude, latitude)
        if closer[best] >= least and sun >= MIN_SUN_DEG and start <= moment <= end:
            angle = math.degrees(math.acos(min(1.0, float(closer[best]))))
            direction = "ascending" if rising[best] > 0 else "descending"
            found.append(Pass(elements.platform, moment, angle, sun, direction))
    return found


def incidence_cosines(positions: Floats, longitude: float, latitude: float) -> Floats:
    """Cosines of the angles under which satellites see a place of the ellipsoid, from its vertical.

    `positions` are earth-fixed (n, 3), metres; below zero the satellite is under the horizon.
    """
    lon, lat = math.radians(longitude), math.radians(latitude)
    up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
    squared = _F * (2 - _F)
    normal = _A_M / math.sqrt(1 - squared * math.sin(lat) ** 2)
    place = up * normal * np.array([1.0, 1.0, 1 - squared])
    sights = positions - place
    cosines: Floats = sights @ up / np.linalg.norm(sights, axis=1)
    return cosines


def _sight(
    satellite: Satrec, start: datetime, seconds: Floats, longitude: float, latitude: float
) -> tuple[Floats, Floats]:
    """Cosines of incidence at moments after `start`, and the northward speeds; -1 where the model fails."""
    moment = start.astimezone(UTC)
    day, fraction = jday(
        moment.year,
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second + moment.microsecond / 1e6,
    )
    days = np.full(seconds.shape, day)
    fractions = fraction + seconds / _DAY_S
    errors, positions, velocities = satellite.sgp4_array(days, fractions)
    cosines = incidence_cosines(_earth_fixed(positions, days, fractions) * 1000.0, longitude, latitude)
    return np.where(errors == 0, cosines, -1.0), velocities[:, 2]


def _earth_fixed(positions: Floats, days: Floats, fractions: Floats) -> Floats:
    """Positions of the model's frame (true equator, mean equinox) turned with the earth.

    UT1 is taken for UTC (under a second, hence under 500 m) and the motion of the pole left out (under 20 m).
    """
    centuries = (days - 2451545.0 + fractions) / 36525.0
    sidereal_s = (
        67310.54841
        + (876600 * 3600 + 8640184.812866) * centuries
        + 0.093104 * centuries**2
        - 6.2e-6 * centuries**3
    )
    angles = np.radians(sidereal_s / 240.0)
    cos, sin = np.cos(angles), np.sin(angles)
    x, y, z = positions.T
    turned: Floats = np.column_stack((cos * x + sin * y, cos * y - sin * x, z))
    return turned


def _peaks(values: Floats, least: float) -> list[int]:
    """Places of the local maxima that reach `least`."""
    if values.size == 0:
        return []
    before = np.concatenate(([-np.inf], values[:-1]))
    after = np.concatenate((values[1:], [-np.inf]))
    return [int(one) for one in np.flatnonzero((values >= before) & (values > after) & (values >= least))]
