"""Footprints as a layer and as files, read back by QGIS, GDAL and pystac."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest
from osgeo import gdal, ogr
from qgis.core import QgsVectorLayer, QgsWkbTypes
from qgis.PyQt.QtCore import QDateTime
from shapely import wkb
from shapely.geometry import MultiPolygon, box

from dinamis_plugin._vendor import pystac
from dinamis_plugin.domain.cart import key_of
from dinamis_plugin.domain.errors import CancelledError, FileGoneError
from dinamis_plugin.domain.footprint_table import Format, kinds
from dinamis_plugin.domain.search import SearchQuery
from dinamis_plugin.qgisio.footprint_export import write_items, write_table

from .gui_support import make_scene
from .waiting import Caught, wait_until

SCENES = [
    make_scene(1),
    replace(make_scene(2), cloud=None, footprint=MultiPolygon([box(179, 0, 180, 1), box(-180, 0, -179, 1)])),
    make_scene(3, kind="orderable", title='Île "é", \n deux lignes'),
]
SHARES = {key_of(SCENES[0]): 0.125}
FILES = (Format.GPKG, Format.GEOJSON, Format.CSV)


def never():
    return False


@pytest.mark.parametrize("form", FILES)
def test_gdal_reads_back_what_was_written(form, tmp_path):
    path = tmp_path / f"out{form.value}"
    write_table(path, form, SCENES, SHARES, never)
    dataset = gdal.OpenEx(
        str(path), gdal.OF_VECTOR, open_options=["AUTODETECT_TYPE=YES"] if form is Format.CSV else []
    )
    layer = dataset.GetLayer(0)
    assert layer.GetFeatureCount() == 3
    for scene, feature in zip(SCENES, layer):
        name = "item_id" if form is Format.GEOJSON else "id"
        assert feature.GetField(name) == scene.id
        assert feature.GetField("title") == scene.title
        assert feature.GetField("cloud_cover") == scene.cloud
        assert feature.GetField("datetime").startswith(f"{scene.acquired:%Y/%m/%d %H:%M}")
        geometry = feature.GetGeometryRef()
        assert wkb.loads(bytes(geometry.ExportToWkb())).equals(scene.footprint)
    dataset = None
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_geopackage_has_typed_columns(tmp_path):
    path = tmp_path / "out.gpkg"
    write_table(path, Format.GPKG, SCENES, SHARES, never)
    layer = QgsVectorLayer(str(path), "out", "ogr")
    assert layer.isValid()
    assert layer.crs().authid() == "EPSG:4326"
    assert layer.wkbType() == QgsWkbTypes.Type.MultiPolygon
    feature = next(layer.getFeatures())
    assert isinstance(feature["datetime"], QDateTime)
    assert feature["aoi_coverage"] == 12.5
    assert feature["open_data"] is False
    assert set(kinds()) <= set(layer.fields().names())


def test_a_table_opens_in_a_spreadsheet(tmp_path):
    path = tmp_path / "out.csv"
    write_table(path, Format.CSV, SCENES, SHARES, never)
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [scene.id for scene in SCENES]
    assert rows[0]["WKT"].startswith("MULTIPOLYGON")


@pytest.mark.parametrize("form", FILES)
def test_a_cancelled_export_leaves_what_was_there(form, tmp_path):
    path = tmp_path / f"out{form.value}"
    path.write_bytes(b"precious")
    with pytest.raises(CancelledError):
        write_table(path, form, SCENES, {}, lambda: True)
    assert path.read_bytes() == b"precious"
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("form", FILES)
def test_what_was_there_is_replaced_and_a_bad_place_is_told(form, tmp_path):
    path = tmp_path / f"out{form.value}"
    path.write_bytes(b"old")
    write_table(path, form, SCENES[:1], {}, never)
    assert ogr.Open(str(path)).GetLayer(0).GetFeatureCount() == 1
    with pytest.raises(FileGoneError):
        write_table(tmp_path / "missing" / f"out{form.value}", form, SCENES, {}, never)


def test_no_signature_is_written(tmp_path):
    signed = "http://h/ms.tif?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=feed"
    scene = replace(SCENES[0], thumbnail_href=signed)
    for form in FILES:
        write_table(tmp_path / f"out{form.value}", form, [scene], {}, never)
    write_items(tmp_path / "out.json", [{"id": "a", "assets": {"ms": {"href": signed}}}])
    for path in tmp_path.iterdir():
        assert b"X-Amz" not in path.read_bytes(), path.name


def test_a_layer_of_footprints_is_added_to_the_project(controllers, project):
    scenes = [replace(make_scene(number % 40), id=f"s{number}") for number in range(1200)]
    added, busy = Caught(controllers.exports.layer_added), Caught(controllers.exports.busy)
    controllers.exports.add_layer(scenes, {key_of(scenes[0]): 0.5}, "Footprints")
    layer = added.wait(seconds=30)
    assert project.mapLayer(layer.id()) is layer
    assert layer.isValid()
    assert layer.featureCount() == 1200
    assert layer.crs().authid() == "EPSG:4326"
    first = next(layer.getFeatures())
    assert first["id"] == "s0"
    assert first["aoi_coverage"] == 50.0
    assert isinstance(first["datetime"], QDateTime)
    assert abs(first["datetime"].toSecsSinceEpoch() - scenes[0].acquired.timestamp()) < 1
    assert first.geometry().boundingBox().width() == pytest.approx(0.1)
    assert busy.values == [True, False]
    assert layer.startEditing()
    assert layer.rollBack()


def test_items_of_the_real_service_are_valid_stac(controllers, live, tmp_path):
    controllers.settings.service_url = live.url
    controllers.session.connect_service(live.url)
    wait_until(lambda: controllers.session.service is not None, 30)
    came = Caught(controllers.search.page_ready)
    controllers.search.run(SearchQuery())
    scenes, _ = came.wait(seconds=30)
    written = Caught(controllers.exports.written)
    path = tmp_path / "items.json"
    controllers.exports.write(path, Format.STAC, scenes[:30], {})
    assert written.wait(seconds=30) == (path, 30)
    collection = pystac.ItemCollection.from_file(str(path))
    assert [item.id for item in collection] == [scene.id for scene in scenes[:30]]
    assert [len(item.assets) > 0 for item in collection] == [bool(scene.assets) for scene in scenes[:30]]
    assert json.loads(path.read_text("utf-8"))["type"] == "FeatureCollection"
    cited = Caught(controllers.exports.cited)
    controllers.exports.cite(scenes[:5])
    text = cited.wait(seconds=30)
    assert "©" in text
    assert all(scene.id in text for scene in scenes[:5])


def test_without_a_service_stac_is_refused_with_a_notice(controllers, tmp_path):
    failed = Caught(controllers.exports.failed)
    controllers.exports.write(tmp_path / "a.json", Format.STAC, SCENES, {})
    assert failed.wait().text
    assert not list(tmp_path.iterdir())
