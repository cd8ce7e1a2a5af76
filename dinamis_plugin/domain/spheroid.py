"""Areas on the WGS 84 ellipsoid of shapes in degrees, edges taken as straight in longitude and latitude."""

from __future__ import annotations

import math

from shapely.geometry.base import BaseGeometry

from .aoi import rings_of

_AXIS_KM = 6378.137
_E2 = 0.0066943799901413165
_E = math.sqrt(_E2)
_LONG_EDGE = 0.02
"""Degrees of latitude beyond which the middle of an edge is looked at too."""


def ellipsoidal_km2(geometry: BaseGeometry) -> float:
    """Measure polygons in EPSG:4326, holes taken off, in square kilometres.

    The integral of the area south of each edge, by the latitude that keeps areas (authalic). Meridians and
    parallels are exact; other edges of some degrees differ from geodesics by what lies between the two.
    """
    total = 0.0
    for shell, *holes in rings_of(geometry):
        total += _ring(shell) - sum(map(_ring, holes))
    return total


def _ring(coords: list[tuple[float, float]]) -> float:
    total = 0.0
    x, y = coords[0]
    height = _south(y)
    for next_x, next_y in coords[1:]:
        next_height = _south(next_y)
        mean = (height + next_height) / 2
        if abs(next_y - y) > _LONG_EDGE:
            mean = (mean + 2 * _south((y + next_y) / 2)) / 3  # Simpson
        total += (next_x - x) * mean
        x, y, height = next_x, next_y, next_height
    return abs(math.radians(total)) * _AXIS_KM**2 / 2


def _south(latitude: float) -> float:
    """Give the area from the equator to a latitude, per radian of longitude and half the axis squared."""
    sine = math.sin(math.radians(latitude))
    scaled = _E * sine
    return (1 - _E2) * (sine / (1 - scaled * scaled) + math.atanh(scaled) / _E)
