"""Circles and widened lines on the ellipsoid, for areas that are drawn by a distance (CAT-12)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from shapely.geometry import MultiPoint, Polygon
from shapely.ops import unary_union

from .aoi import AreaGeometry, Point, polygonal
from .errors import AoiError, AoiProblem

_A, _B = 6_378_137.0, 6_356_752.314245
_FLATTENING = 1 - _B / _A
CIRCLE_VERTICES = 64
_CAP_VERTICES = 48
_LONGEST_STEP_DEG = 0.5
"""Longer parts of a line are cut: between two circles their hull is a band of that width only nearby."""
_ITERATIONS, _CLOSE = 100, 1e-13
FARTHEST_M = 2_000_000.0
"""No image is searched within more; the shape would no longer look like what was meant."""


def destination(lon: float, lat: float, bearing_deg: float, distance_m: float) -> Point:
    """Go a distance from a point on the WGS 84 ellipsoid (Vincenty's direct problem).

    Args:
        lon: Degrees; the result goes on from it, beyond 180 where the way crosses the antimeridian.
        lat: Degrees.
        bearing_deg: Clockwise from north.
        distance_m: Metres.
    """
    bearing = math.radians(bearing_deg)
    tan_u = (1 - _FLATTENING) * math.tan(math.radians(lat))
    cos_u = 1 / math.hypot(1, tan_u)
    sin_u = tan_u * cos_u
    sigma_1 = math.atan2(tan_u, math.cos(bearing))
    sin_alpha = cos_u * math.sin(bearing)
    cos2_alpha = 1 - sin_alpha**2
    u2 = cos2_alpha * (_A**2 - _B**2) / _B**2
    big_a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
    big_b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
    first = sigma = distance_m / (_B * big_a)
    for _ in range(_ITERATIONS):
        mid = math.cos(2 * sigma_1 + sigma)
        sin_s, cos_s = math.sin(sigma), math.cos(sigma)
        inner = cos_s * (2 * mid**2 - 1) - big_b / 6 * mid * (4 * sin_s**2 - 3) * (4 * mid**2 - 3)
        before, sigma = sigma, first + big_b * sin_s * (mid + big_b / 4 * inner)
        if abs(sigma - before) < _CLOSE:
            break
    sin_s, cos_s = math.sin(sigma), math.cos(sigma)
    mid = math.cos(2 * sigma_1 + sigma)
    rest = sin_u * sin_s - cos_u * cos_s * math.cos(bearing)
    new_lat = math.atan2(
        sin_u * cos_s + cos_u * sin_s * math.cos(bearing),
        (1 - _FLATTENING) * math.hypot(sin_alpha, rest),
    )
    on_sphere = math.atan2(sin_s * math.sin(bearing), cos_u * cos_s - sin_u * sin_s * math.cos(bearing))
    c = _FLATTENING / 16 * cos2_alpha * (4 + _FLATTENING * (4 - 3 * cos2_alpha))
    turn = sigma + c * sin_s * (mid + c * cos_s * (2 * mid**2 - 1))
    change = on_sphere - (1 - c) * _FLATTENING * sin_alpha * turn
    return lon + math.degrees(change), math.degrees(new_lat)


def circle(lon: float, lat: float, radius_m: float, vertices: int = CIRCLE_VERTICES) -> Polygon:
    """Make the circle round a point, in EPSG:4326; it may run on beyond 180 degrees.

    Its vertices lie a little outside, so that the area of the polygon is that of the circle.

    Raises:
        AoiError: EMPTY without a radius, OUTSIDE when it is wider than `FARTHEST_M` or holds a pole.
    """
    if not radius_m > 0:
        raise AoiError(AoiProblem.EMPTY)
    if radius_m > FARTHEST_M or not abs(lat) < 90:  # noqa: PLR2004 - degrees
        raise AoiError(AoiProblem.OUTSIDE, f"{lon:g}, {lat:g}, {radius_m:g} m")
    part = 2 * math.pi / vertices
    outer = radius_m * math.sqrt(part / math.sin(part))
    ring = [destination(lon, lat, 360 * number / vertices, outer) for number in range(vertices)]
    if ring[0][1] < lat or ring[vertices // 2][1] > lat or max(abs(x - lon) for x, _ in ring) > 90:  # noqa: PLR2004 - degrees
        raise AoiError(AoiProblem.OUTSIDE, f"{lon:g}, {lat:g}, {radius_m:g} m")
    return Polygon(ring)


def widened_line(points: Iterable[Point], distance_m: float) -> AreaGeometry:
    """Make the area within a distance of a line, in EPSG:4326; it may run on beyond 180 degrees.

    Args:
        points: Longitudes and latitudes; longitudes run on across the antimeridian.
        distance_m: Metres, to each side and round the ends.

    Raises:
        AoiError: EMPTY without a point or a distance, OUTSIDE as `circle` raises it.
    """
    line = _stepped(list(points))
    if not line:
        raise AoiError(AoiProblem.EMPTY)
    caps = [circle(lon, lat, distance_m, _CAP_VERTICES).exterior.coords[:] for lon, lat in line]
    if len(caps) == 1:
        return Polygon(caps[0])
    hulls = [MultiPoint([*one, *other]).convex_hull for one, other in zip(caps, caps[1:])]
    return polygonal(unary_union(hulls))


def _stepped(points: Sequence[Point]) -> list[Point]:
    """Cut the long parts of a line, and leave out points that lie on each other."""
    stepped: list[Point] = []
    for lon, lat in points:
        if not stepped:
            stepped.append((lon, lat))
            continue
        x, y = stepped[-1]
        count = math.ceil(max(abs(lon - x), abs(lat - y)) / _LONGEST_STEP_DEG)
        stepped.extend(
            (x + (lon - x) * step / count, y + (lat - y) * step / count) for step in range(1, count + 1)
        )
    return stepped
