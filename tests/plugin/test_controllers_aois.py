"""The list of areas: what is added, refused and asked."""

from __future__ import annotations

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsRectangle

from dinamis_plugin.controllers.aois import AoiController

from .waiting import Caught, Ticker, wait_until

WGS84 = QgsCoordinateReferenceSystem("EPSG:4326")


@pytest.fixture
def aois(runner):
    return AoiController(runner)


def test_areas_that_overlap_count_once(aois):
    changed = Caught(aois.changed)
    assert aois.add_extent(QgsRectangle(3, 45, 4, 46), WGS84)
    assert aois.add_geometry(QgsGeometry.fromRect(QgsRectangle(3.5, 45, 4, 46)), WGS84)
    assert len(changed.values) == 2
    assert aois.total_area_km2 == pytest.approx(8686.4, abs=0.1)
    aois.remove(0)
    assert aois.total_area_km2 == pytest.approx(4343.19, abs=0.1)
    aois.clear()
    assert aois.total_area_km2 == 0
    assert len(changed.values) == 4
    aois.clear()
    assert len(changed.values) == 4


def test_a_bad_drawing_changes_nothing(aois):
    failed = Caught(aois.failed)
    changed = Caught(aois.changed)
    assert not aois.add_geometry(QgsGeometry.fromWkt("LineString(3 43, 4 44)"), WGS84)
    assert failed.wait().text
    assert changed.values == []


def test_a_file_is_read_in_a_task_while_the_window_lives(aois, realdata):
    changed = Caught(aois.changed)
    with Ticker() as ticker:
        aois.import_file(str(realdata / "aoi" / "communes-34-herault.geojson"))
        changed.wait(seconds=20)
    assert [aoi.name for aoi in aois.aois] == ["communes-34-herault"]
    assert ticker.longest_ms < 50


def test_layers_and_crs_are_asked_for(aois, realdata, tmp_path):
    asked = Caught(aois.layer_needed)
    path = str(realdata / "aoi" / "aoi_multicouches.gpkg")
    aois.import_file(path)
    asked_path, layers = asked.wait()
    assert asked_path == path
    changed = Caught(aois.changed)
    aois.import_file(path, layers[1].name)
    changed.wait()
    assert aois.aois[0].name == "La Réunion"

    metres = tmp_path / "metres.geojson"
    ring = "[[770000,6280000],[771000,6280000],[771000,6281000],[770000,6280000]]"
    metres.write_text('{"type":"Polygon","coordinates":[' + ring + "]}")
    needed = Caught(aois.crs_needed)
    aois.import_file(str(metres))
    assert needed.wait() == (str(metres), "")
    aois.import_file(str(metres), crs=QgsCoordinateReferenceSystem("EPSG:2154"))
    wait_until(lambda: len(aois.aois) == 2)


def test_an_unreadable_file_says_so_and_a_repair_too(aois, realdata, tmp_path):
    failed, notices, busy = Caught(aois.failed), Caught(aois.notice), Caught(aois.importing)
    bad = tmp_path / "bad.kml"
    bad.write_text("no")
    aois.import_file(str(bad))
    assert failed.wait().hint
    assert busy.values == [True, False]
    name = "commune-14174-conde-en-normandie_INVALID_ring_self_intersection.geojson"
    aois.import_file(str(realdata / "aoi" / name))
    assert "Condé-en-Normandie" in notices.wait().text
