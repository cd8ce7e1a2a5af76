"""Which picture shows a scene, and where on the ground it lies."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import rotate
from shapely.geometry import MultiPolygon, Polygon, box

from dinamis_plugin.domain.quicklook import ground_of, picture_href
from dinamis_plugin.domain.scene import Asset, Scene


def scene(footprint, assets=(), thumbnail="http://h/thumb.png"):
    made = Scene.from_stac({"id": "a", "properties": {"datetime": "2026-01-01T00:00:00Z"}})
    return replace(made, footprint=footprint, assets=tuple(assets), thumbnail_href=thumbnail)


def asset(key="ms", **more):
    return Asset(key, f"http://h/{key}.tif", key, "image/tiff; application=geotiff", **more)


def test_the_picture_is_the_largest_to_look_at():
    quick = Asset("quicklook", "http://h/q.jpg", "q", "image/jpeg", ("overview",))
    assert picture_href(scene(Polygon(), [asset(), quick])) == "http://h/q.jpg"
    assert picture_href(scene(Polygon(), [asset()])) == "http://h/thumb.png"
    raster = Asset("overview", "http://h/o.tif", "o", "image/tiff", ("overview",))
    assert picture_href(scene(Polygon(), [raster])) == "http://h/thumb.png"


def test_it_lies_on_the_grid_of_the_image_where_that_is_known():
    image = asset(epsg=32631, shape=(200, 100), transform=(2.0, 0.0, 500000.0, 0.0, -2.0, 4800000.0))
    ground = ground_of(scene(box(0, 0, 1, 1), [image]))
    assert ground.epsg == 32631
    assert ground.corners == (
        (500000.0, 4800000.0),
        (500200.0, 4800000.0),
        (500200.0, 4799600.0),
        (500000.0, 4799600.0),
    )


@given(st.floats(-12, 12), st.floats(0.05, 1), st.floats(0.6, 1.6), st.integers(0, 3), st.booleans())
def test_a_picture_between_four_corners_begins_in_the_north_west(tilt, size, ratio, first, backwards):
    upright = box(3, 43, 3 + size, 43 + size * ratio)
    tilted = rotate(upright, tilt, origin="centroid")
    ring = list(tilted.exterior.coords)[:-1]
    ring = ring[first:] + ring[:first]
    ground = ground_of(scene(Polygon(ring[::-1] if backwards else ring)))
    west, south, east, north = upright.bounds
    expected = Polygon([(west, north), (east, north), (east, south), (west, south)])
    turned = list(rotate(expected, tilt, origin=tilted.centroid).exterior.coords)[:4]
    assert ground.epsg == 4326
    for corner, wanted in zip(ground.corners, turned):
        assert corner == pytest.approx(wanted, abs=1e-9)


def test_points_along_a_side_are_no_corners():
    ring = [(0, 0), (0.5, 0), (1, 0), (1, 1), (0, 1), (0, 0.3)]
    assert ground_of(scene(Polygon(ring))).corners == ((0, 1), (1, 1), (1, 0), (0, 0))


@given(st.integers(5, 12), st.floats(0, 360))
def test_any_other_footprint_is_filled_by_its_box(count, turn):
    angles = [math.radians(turn + 360 * number / count) for number in range(count)]
    footprint = Polygon([(math.cos(angle), math.sin(angle)) for angle in angles])
    west, south, east, north = footprint.bounds
    corners = ((west, north), (east, north), (east, south), (west, south))
    assert ground_of(scene(footprint)).corners == corners


def test_nothing_says_where_it_lies():
    assert ground_of(scene(Polygon())) is None
    both = MultiPolygon([box(179, 0, 180, 1), box(-180, 0, -179, 1)])
    assert ground_of(scene(both)) is None
