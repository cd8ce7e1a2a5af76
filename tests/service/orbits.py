"""Orbits for tests: two-line elements of sun-synchronous satellites, and the real positions of one."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sgp4.api import WGS72, Satrec, jday
from sgp4.exporter import export_tle

_DAYS_FROM = datetime(1949, 12, 31, tzinfo=UTC)


def elements_at(
    epoch: datetime, *, node: float, anomaly: float, inclination: float = 98.2, per_day: float = 14.585
) -> tuple[str, str]:
    """Two lines of a nearly circular orbit; angles in degrees, `per_day` revolutions."""
    satellite = Satrec()
    satellite.sgp4init(
        WGS72,
        "i",
        99001,
        (epoch - _DAYS_FROM).total_seconds() / 86400,
        1e-5,
        0.0,
        0.0,
        1.3e-4,
        math.radians(90),
        math.radians(inclination),
        math.radians(anomaly % 360),
        per_day * 2 * math.pi / 1440,
        math.radians(node % 360),
    )
    satellite.classification, satellite.intldesg = "U", "26001A"
    line1, line2 = export_tle(satellite)
    return line1, line2


def named(name: str, lines: tuple[str, str]) -> str:
    """A file of one satellite."""
    return "\n".join((name, *lines)) + "\n"


def real_positions(path: Path) -> list[tuple[datetime, np.ndarray]]:
    """The earth-fixed positions (metres) of the satellite around an acquisition, from its DIMAP."""
    points = re.findall(
        r"<Point>\s*<LOCATION_VALUES[^>]*>([^<]+)</LOCATION_VALUES>.*?<UTC_TIME>([^<]+)</UTC_TIME>\s*</Point>",
        path.read_text("utf-8"),
        re.DOTALL,
    )
    return [
        (datetime.fromisoformat(moment), np.array([float(one) for one in place.split()]))
        for place, moment in points
    ]


def day_of(moment: datetime) -> tuple[float, float]:
    """The Julian day of the propagator."""
    second = moment.second + moment.microsecond / 1e6
    day, fraction = jday(moment.year, moment.month, moment.day, moment.hour, moment.minute, second)
    return day, fraction
