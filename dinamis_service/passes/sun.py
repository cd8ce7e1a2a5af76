"""Where the sun stands."""

from __future__ import annotations

import math
from datetime import UTC, datetime


def sun_position(when: datetime, longitude: float, latitude: float) -> tuple[float, float]:
    """Elevation and azimuth (clockwise from north) of the sun in degrees, to about half a degree."""
    utc = when.astimezone(UTC)
    day = utc.timetuple().tm_yday + utc.hour / 24
    declination = math.radians(-23.44 * math.cos(2 * math.pi * (day + 10) / 365.25))
    angle = 2 * math.pi * (day - 81) / 364
    equation = 9.87 * math.sin(2 * angle) - 7.53 * math.cos(angle) - 1.5 * math.sin(angle)
    hour = utc.hour + utc.minute / 60 + equation / 60 + longitude / 15
    hour_angle = math.radians(15 * (hour - 12))
    phi = math.radians(latitude)
    high = math.sin(phi) * math.sin(declination) + math.cos(phi) * math.cos(declination) * math.cos(
        hour_angle
    )
    elevation = math.asin(high)
    azimuth = math.atan2(
        -math.sin(hour_angle), math.tan(declination) * math.cos(phi) - math.sin(phi) * math.cos(hour_angle)
    )
    return math.degrees(elevation), math.degrees(azimuth) % 360
