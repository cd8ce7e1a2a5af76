"""Coordinates that their coordinate reference system cannot mean are refused, and all others are not."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
)

from dinamis_plugin.domain.errors import AoiError, AoiProblem
from dinamis_plugin.qgisio.area_files import import_aoi_file
from dinamis_plugin.qgisio.geometry import aoi_from_extent, aoi_from_qgs

from .gui_support import canvas, child, dock, window  # noqa: F401
from .waiting import wait_until

WGS84 = QgsCoordinateReferenceSystem("EPSG:4326")
#: Systems with the middle of where they are used.
SYSTEMS = {
    "EPSG:3857": (3.6, 43.6),
    "EPSG:2154": (3.0, 46.5),
    "EPSG:32631": (3.0, 43.6),
    "EPSG:3035": (10.0, 50.0),
    "EPSG:2975": (55.5, -21.1),
    "EPSG:2193": (174.0, -41.0),
    "EPSG:3832": (179.0, -10.0),
    "EPSG:4258": (3.0, 46.5),
    "EPSG:3031": (20.0, -75.0),
}


def square(x, y, half):
    return QgsGeometry.fromRect(QgsRectangle(x - half, y - half, x + half, y + half))


def place(authid, lon, lat):
    crs = QgsCoordinateReferenceSystem(authid)
    point = QgsCoordinateTransform(WGS84, crs, QgsCoordinateTransformContext()).transform(
        QgsPointXY(lon, lat)
    )
    return crs, point.x(), point.y()


def metre(crs):
    return 1e-5 if crs.isGeographic() else 1.0


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(SYSTEMS)), st.floats(-15, 15), st.floats(-12, 12), st.floats(10, 20_000))
def test_what_is_drawn_in_or_around_the_area_of_use_is_taken_where_it_is(qgis_app, authid, east, north, half):
    lon, lat = SYSTEMS[authid][0] + east, SYSTEMS[authid][1] + north
    crs, x, y = place(authid, lon, lat)
    size = half * metre(crs)
    aoi = aoi_from_qgs(square(x, y, size), crs, "x")
    extent = aoi_from_extent(QgsRectangle(x - size, y - size, x + size, y + size), crs, "x")
    within = QgsGeometry.fromPointXY(QgsPointXY((lon + 180) % 360 - 180, lat))
    for found in (aoi, extent):
        outline = QgsGeometry.fromWkt(found.geometry.wkt)
        assert outline.distance(within) < 1e-6
        assert found.area_km2 < 40 * (2 * half / 1000) ** 2  # Web Mercator shrinks, it never does so much


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(SYSTEMS)),
    st.floats(1e8, 1e12),
    st.sampled_from([(-1, 0), (1, 0), (0, -1), (0, 1)]),
    st.floats(10, 1e8),
)
def test_what_lies_beyond_any_meaning_is_refused(qgis_app, authid, far, way, half):
    crs, x, y = place(authid, *SYSTEMS[authid])
    x, y = x + way[0] * far, y + way[1] * far
    assume(half < far / 2)
    with pytest.raises(AoiError) as error:
        aoi_from_qgs(square(x, y, half), crs, "x")
    assert error.value.kind is AoiProblem.OUTSIDE
    if not crs.isGeographic():  # the map of a geographic system may show the whole globe, and more
        with pytest.raises(AoiError) as error:
            aoi_from_extent(QgsRectangle(x - half, y - half, x + half, y + half), crs, "x")
        assert error.value.kind is AoiProblem.OUTSIDE


def test_one_vertex_too_far_is_enough(qgis_app):
    crs, x, y = place("EPSG:2154", 3.0, 46.5)
    drawn = QgsGeometry.fromPolygonXY([[QgsPointXY(x, y), QgsPointXY(1e9, y), QgsPointXY(x, y + 1000)]])
    with pytest.raises(AoiError) as error:
        aoi_from_qgs(drawn, crs, "x")
    assert error.value.kind is AoiProblem.OUTSIDE


def test_degrees_taken_for_metres_of_lambert_93_are_refused(qgis_app):
    with pytest.raises(AoiError) as error:
        aoi_from_qgs(square(3.6, 43.6, 0.1), QgsCoordinateReferenceSystem("EPSG:2154"), "x")
    assert error.value.kind is AoiProblem.OUTSIDE


def test_the_world_shown_again_beside_itself_is_still_the_world(qgis_app):
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    turn = 40_075_016.686
    here = aoi_from_qgs(square(400_000, 5_400_000, 5000), mercator, "x")
    for shift in (-turn, turn):
        beside = aoi_from_qgs(square(400_000 + shift, 5_400_000, 5000), mercator, "x")
        assert beside.geometry.symmetric_difference(here.geometry).area < 1e-9
    across = aoi_from_qgs(square(turn / 2, 0, 100_000), mercator, "x")
    assert across.geometry.bounds[0::2] == (-180, 180)


def metres_file(tmp_path, authid, x):
    ring = [[x, 6_280_000], [x + 1000, 6_280_000], [x + 1000, 6_281_000], [x, 6_280_000]]
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{authid}"}},
        "features": [
            {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        ],
    }
    path = tmp_path / f"{authid}-{x}.geojson"
    path.write_text(json.dumps(document), "utf-8")
    return str(path)


@pytest.mark.parametrize("authid", ["2154", "3857"])
def test_a_file_is_judged_by_the_same_rule(qgis_app, tmp_path, authid):
    assert import_aoi_file(metres_file(tmp_path, authid, 770_000))[0].area_km2 < 1
    with pytest.raises(AoiError) as error:
        import_aoi_file(metres_file(tmp_path, authid, 10**9))
    assert error.value.kind is AoiProblem.OUTSIDE


def test_the_dock_says_it_and_adds_nothing(dock, controllers, tmp_path):  # noqa: F811
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    huge = QgsRectangle(1e9, 1e5, 1e9 + 1e6, 1e6)
    for act in (
        lambda: controllers.aois.add_geometry(QgsGeometry.fromRect(huge), mercator),
        lambda: controllers.aois.add_extent(huge, mercator),
        lambda: controllers.aois.import_file(metres_file(tmp_path, "2154", 10**9)),
    ):
        dock.notices.clear("aoi")
        act()
        wait_until(child(dock, "noticeTextLabel").isVisible)
        assert "has no meaning" in child(dock, "noticeTextLabel").text()
        assert not controllers.aois.aois
