"""The list of areas: what is added, refused and asked."""

from __future__ import annotations

import numpy as np
import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsRectangle
from shapely.geometry import Polygon, box

from dinamis_plugin.controllers.aois import AoiController
from dinamis_plugin.domain.aoi import Aoi, combine
from dinamis_plugin.qgisio.geometry import area_km2

from .waiting import BLOCKED_MS, Caught, Ticker, run_for, wait_until

WGS84 = QgsCoordinateReferenceSystem("EPSG:4326")


@pytest.fixture
def aois(runner):
    return AoiController(runner)


def test_areas_that_overlap_count_once(aois):
    changed = Caught(aois.changed)
    assert aois.add_extent(QgsRectangle(3, 45, 4, 46), WGS84)
    assert aois.add_geometry(QgsGeometry.fromRect(QgsRectangle(3.5, 45, 4, 46)), WGS84)
    assert len(changed.values) == 2
    assert aois.total_area_km2 is None
    assert Caught(aois.measured).wait() == aois.total_area_km2 == pytest.approx(8686.4, abs=0.1)
    aois.remove(0)
    assert aois.total_area_km2 == pytest.approx(4343.19, abs=0.1)
    aois.clear()
    assert aois.total_area_km2 == 0
    assert len(changed.values) == 4
    aois.clear()
    assert len(changed.values) == 4


def test_the_sum_of_an_earlier_list_is_not_told(aois):
    measured = Caught(aois.measured)
    for west in range(3, 8):
        aois.add_extent(QgsRectangle(west, 45, west + 1, 46), WGS84)
    measured.wait()
    aois.add_extent(QgsRectangle(8, 45, 9, 46), WGS84)
    while len(aois.aois) > 1:
        aois.remove(0)
    run_for(0.3)
    assert len(measured.values) == 1
    assert aois.total_area_km2 == pytest.approx(8686.4, abs=0.1)


def rough(x, seed, count=200_000):
    """A coast of so many vertices round a centre."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    shift = np.random.default_rng(seed).uniform(0, 6, 14)
    radius = 0.5 + sum(0.15 / 2**k * np.sin(2**k * angle + shift[k - 1]) for k in range(1, 15))
    return Polygon(np.column_stack([x + radius * np.cos(angle), 43.6 + radius * np.sin(angle)]))


def test_huge_areas_are_joined_and_clipped_while_the_window_lives(aois):
    huge = [Aoi(str(seed), rough(3.6 + seed / 2, seed), 1.0) for seed in range(2)]
    measured, zones = Caught(aois.measured), Caught(aois.zone_ready)
    scenes = [box(3.5, 43.5, 3.7, 43.7), box(3.6, 43.5, 3.8, 43.7)]
    with Ticker() as ticker:
        aois._add(huge)
        aois.find_zone()
        aois.find_zone(scenes)
        measured.wait(seconds=30)
        zones.wait(seconds=30)
    assert ticker.longest_ms < BLOCKED_MS
    whole = combine(huge)
    assert measured.values == [pytest.approx(area_km2(whole))]
    assert len(zones.values) == 1
    assert zones.values[0].symmetric_difference(whole.intersection(combine_boxes(scenes))).area < 1e-12


def combine_boxes(boxes):
    return combine([Aoi("", one, 1.0) for one in boxes])


def test_without_areas_there_is_no_zone(aois):
    zones = Caught(aois.zone_ready)
    aois.find_zone([box(3, 43, 4, 44)])
    assert zones.wait() is None
    aois.add_extent(QgsRectangle(8, 45, 9, 46), WGS84)
    aois.find_zone([box(3, 43, 4, 44)])
    assert zones.wait(2) is None
    aois.find_zone()
    assert zones.wait(3).bounds == (8, 45, 9, 46)


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
    assert ticker.longest_ms < BLOCKED_MS


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
