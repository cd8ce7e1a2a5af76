"""Circles and widened lines on the ellipsoid, measured by other formulas than those that made them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from dinamis_plugin.domain.aoi import repair
from dinamis_plugin.domain.errors import AoiError, AoiProblem
from dinamis_plugin.domain.shapes import circle, destination, widened_line

A, E2 = 6_378_137.0, 0.00669437999014


def authalic(lat):
    """The area of the ellipsoid between the equator and a latitude, for one radian of longitude, by a²."""
    s, e = math.sin(math.radians(lat)), math.sqrt(E2)
    return (1 - E2) * (s / (1 - E2 * s * s) - math.log((1 - e * s) / (1 + e * s)) / (2 * e)) / 2


def ellipsoid_area(geometry):
    """Square metres of polygons in degrees, edges straight in degrees: exact sums of strips, cut finely."""
    total = 0.0
    for part in getattr(geometry, "geoms", [geometry]):
        for ring, sign in [(part.exterior, 1), *((hole, -1) for hole in part.interiors)]:
            points = list(ring.coords)
            strips = sum(
                math.radians(x2 - x1) * (authalic(y1) + 4 * authalic((y1 + y2) / 2) + authalic(y2)) / 6
                for (x1, y1), (x2, y2) in zip(points, points[1:])
            )
            total += sign * abs(strips)
    return total * A * A


def haversine(one, other):
    """Metres on a sphere: within half a percent of the ellipsoid."""
    (x1, y1), (x2, y2) = ((math.radians(v) for v in point) for point in (one, other))
    h = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(h))


def test_the_published_geodesic_of_flinders_peak():
    lon, lat = destination(
        144 + 25 / 60 + 29.52440 / 3600, -(37 + 57 / 60 + 3.72030 / 3600), 306.868158, 54972.271
    )
    assert lon == pytest.approx(143 + 55 / 60 + 35.38390 / 3600, abs=3e-7)
    assert lat == pytest.approx(-(37 + 39 / 60 + 10.15610 / 3600), abs=3e-7)


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(-75, 75), st.floats(10, 100_000))
def test_the_polygon_of_a_circle_has_its_area(lon, lat, radius):
    made = circle(lon, lat, radius)
    assert made.is_valid
    assert ellipsoid_area(made) == pytest.approx(math.pi * radius**2, rel=2e-3)
    for vertex in made.exterior.coords:
        assert haversine((lon, lat), vertex) == pytest.approx(radius, rel=0.01)


@settings(deadline=None)
@given(st.floats(0, 0.4), st.floats(-70, 70), st.floats(1000, 100_000))
def test_a_circle_over_the_antimeridian_keeps_its_area_in_two_parts(west, lat, radius):
    made = circle(180 - west, lat, radius)
    area, repaired = repair(made)
    assert not repaired
    assert box(-180, -90, 180, 90).covers(area)
    assert ellipsoid_area(area) == pytest.approx(math.pi * radius**2, rel=2e-3)
    if made.bounds[2] > 180.001:
        assert len(area.geoms) == 2


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.tuples(st.floats(3, 5), st.floats(43, 45)), min_size=2, max_size=4),
    st.floats(50, 20_000),
)
def test_a_widened_line_holds_what_is_near_and_nothing_else(points, distance):
    band = widened_line(points, distance)
    assert band.is_valid
    for lon, lat in points:
        assert band.buffer(1e-9).covers(circle(lon, lat, distance * 0.99))
    # Degrees of longitude are shorter than those of latitude: in them nothing lies farther than this.
    farthest = distance / (111_000 * math.cos(math.radians(45.3)))
    assert LineString(points).buffer(farthest * 1.03).covers(band)


@pytest.mark.parametrize(("length", "distance"), [(1.0, 500.0), (3.0, 20_000.0)])
def test_a_straight_line_becomes_a_band_with_round_ends(length, distance):
    band = widened_line([(10.0, 0.0), (10.0 + length, 0.0)], distance)
    metres = math.radians(length) * A
    assert ellipsoid_area(band) == pytest.approx(2 * distance * metres + math.pi * distance**2, rel=3e-3)


def test_a_line_on_one_spot_is_a_circle():
    assert widened_line([(3.0, 43.0), (3.0, 43.0)], 100).contains(Point(3, 43))


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: circle(3, 43, 0), AoiProblem.EMPTY),
        (lambda: circle(3, 43, math.nan), AoiProblem.EMPTY),
        (lambda: circle(3, 89.9, 50_000), AoiProblem.OUTSIDE),
        (lambda: circle(3, -89.9, 50_000), AoiProblem.OUTSIDE),
        (lambda: circle(3, 91, 50), AoiProblem.OUTSIDE),
        (lambda: circle(3, 43, 9e6), AoiProblem.OUTSIDE),
        (lambda: widened_line([], 10), AoiProblem.EMPTY),
    ],
)
def test_what_has_no_shape_says_why(make, kind):
    with pytest.raises(AoiError) as raised:
        make()
    assert raised.value.kind is kind
