"""Areas of interest from real files and from bad ones."""

from __future__ import annotations

import json
import math
import os
import zipfile

import numpy as np
import pytest
from osgeo import ogr, osr
from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsRectangle
from shapely.geometry import Polygon

from dinamis_plugin.domain.errors import AoiError, AoiProblem, CancelledError
from dinamis_plugin.qgisio.area_files import SeveralLayersError, import_aoi_file
from dinamis_plugin.qgisio.geometry import aoi_from_extent, aoi_from_qgs, area_km2, from_qgs, to_qgs

WGS84 = QgsCoordinateReferenceSystem("EPSG:4326")
LAMBERT93 = QgsCoordinateReferenceSystem("EPSG:2154")

# Areas on the ellipsoid in km2. The official figures of the same départements are within a percent.
REAL_FILES = {
    "departement-26-drome.geojson": (1, "Drôme", 6559.3),
    "departement-29-finistere.geojson": (1, "Finistère", 6766.9),
    "departement-84-vaucluse.geojson": (1, "Vaucluse", 3578.2),
    "departement-974-la-reunion.geojson": (1, "La Réunion", 2503.5),
    "vaucluse_L93_crs_member.geojson": (1, "Vaucluse", 3578.2),
    "drome_trou.kml": (1, "Drôme", 6559.3),
    "montpellier.kmz": (6, "Castelnau-le-Lez", 11.1),
    "communes_montpellier_6.geojson": (6, "Castelnau-le-Lez", 11.1),
    "communes_montpellier_L93_shp.zip": (6, "Castelnau-le-Lez", 11.1),
    "perimetre_montpellier.gpx": (1, "Montpellier", 57.1),
    "communes-34-herault.geojson": (1, "communes-34-herault", 6230.2),
}


@pytest.mark.parametrize("name", sorted(REAL_FILES))
def test_real_files(realdata, name):
    count, first, area = REAL_FILES[name]
    aois = import_aoi_file(str(realdata / "aoi" / name))
    assert len(aois) == count
    assert aois[0].name == first
    assert aois[0].area_km2 == pytest.approx(area, abs=0.1)
    assert all(aoi.geometry.is_valid for aoi in aois)


def test_lambert_93_by_crs_member_lies_where_the_same_file_in_degrees_does(realdata):
    metres = import_aoi_file(str(realdata / "aoi" / "vaucluse_L93_crs_member.geojson"))[0].geometry
    degrees = import_aoi_file(str(realdata / "aoi" / "departement-84-vaucluse.geojson"))[0].geometry
    assert metres.symmetric_difference(degrees).area < degrees.area * 1e-5


def test_hole_of_a_kml_stays_a_hole(realdata):
    drome = import_aoi_file(str(realdata / "aoi" / "drome_trou.kml"))[0].geometry
    assert sum(len(part.interiors) for part in getattr(drome, "geoms", [drome])) == 1


def test_really_invalid_commune_is_repaired_and_said(realdata):
    [aoi] = import_aoi_file(
        str(realdata / "aoi" / "commune-14174-conde-en-normandie_INVALID_ring_self_intersection.geojson")
    )
    assert aoi.geometry.is_valid
    assert aoi.note
    assert aoi.area_km2 == pytest.approx(63.2, abs=0.1)


def test_many_areas_become_one_and_it_is_said(realdata):
    [aoi] = import_aoi_file(str(realdata / "aoi" / "communes-34-herault.geojson"))
    assert "343" in aoi.note


def test_a_geopackage_of_several_layers_asks_which(realdata):
    path = str(realdata / "aoi" / "aoi_multicouches.gpkg")
    with pytest.raises(SeveralLayersError) as error:
        import_aoi_file(path)
    names = [layer.name for layer in error.value.layers]
    assert names == ["vaucluse_2154", "reunion_2975", "drome_trou_4326"]
    areas = [import_aoi_file(path, name)[0].area_km2 for name in names]
    assert areas == pytest.approx([3578.2, 2503.5, 6559.3], abs=0.1)


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text if isinstance(text, str) else json.dumps(text), "utf-8")
    return str(path)


def feature(geometry, **properties):
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": properties, "geometry": geometry}],
    }


def square(x, y, size=0.1):
    ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def refused(path, **kwargs):
    with pytest.raises(AoiError) as error:
        import_aoi_file(path, **kwargs)
    return error.value.kind


def test_bad_files_are_told_apart(tmp_path):
    assert refused(str(tmp_path / "gone.gpkg")) is AoiProblem.UNREADABLE
    assert refused(write(tmp_path, "empty.geojson", "")) is AoiProblem.UNREADABLE
    assert refused(write(tmp_path, "text.geojson", "this is no map")) is AoiProblem.UNREADABLE
    assert (
        refused(write(tmp_path, "cut.geojson", '{"type": "FeatureCollection", "features": [{'))
        is AoiProblem.UNREADABLE
    )
    none = {"type": "FeatureCollection", "features": []}
    assert refused(write(tmp_path, "none.geojson", none)) is AoiProblem.EMPTY
    point = feature({"type": "Point", "coordinates": [3, 43]})
    assert refused(write(tmp_path, "point.geojson", point)) is AoiProblem.NOT_AREA
    line = feature({"type": "LineString", "coordinates": [[3, 43], [4, 44]]})
    assert refused(write(tmp_path, "line.geojson", line)) is AoiProblem.NOT_AREA
    flat = feature({"type": "Polygon", "coordinates": [[[3, 43], [4, 43], [3, 43], [3, 43]]]})
    assert refused(write(tmp_path, "flat.geojson", flat)) is AoiProblem.EMPTY
    with zipfile.ZipFile(tmp_path / "notes.zip", "w") as archive:
        archive.writestr("notes.txt", "nothing to see")
    assert refused(str(tmp_path / "notes.zip")) is AoiProblem.UNREADABLE


def test_a_shapefile_without_prj_asks_for_its_crs_and_takes_the_one_given(tmp_path, realdata):
    with zipfile.ZipFile(realdata / "aoi" / "communes_montpellier_L93_shp.zip") as archive:
        archive.extractall(tmp_path)
    for path in tmp_path.rglob("*.prj"):
        path.unlink()
    shape = str(next(tmp_path.rglob("*.shp")))
    assert refused(shape) is AoiProblem.NO_CRS
    assert import_aoi_file(shape, crs=LAMBERT93)[0].area_km2 == pytest.approx(11.1, abs=0.1)


def test_geojson_in_metres_without_its_crs_member_asks_too(tmp_path):
    path = write(tmp_path, "metres.geojson", feature(square(770000, 6280000, 1000), nom="Carré"))
    assert refused(path) is AoiProblem.NO_CRS
    [aoi] = import_aoi_file(path, crs=LAMBERT93)
    assert aoi.name == "Carré"
    assert aoi.area_km2 == pytest.approx(1.0, rel=0.01)


def test_a_huge_geometry_is_refused_before_it_is_built(tmp_path):
    angle = np.linspace(0, 2 * np.pi, 2_100_000)
    circle = Polygon(np.column_stack([10 + np.cos(angle), 45 + np.sin(angle)]))
    path = str(tmp_path / "huge.gpkg")
    dataset = ogr.GetDriverByName("GPKG").CreateDataSource(path)
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(4326)
    layer = dataset.CreateLayer("huge", reference, ogr.wkbPolygon)
    row = ogr.Feature(layer.GetLayerDefn())
    row.SetGeometry(ogr.CreateGeometryFromWkb(circle.wkb))
    layer.CreateFeature(row)
    del row, layer, dataset
    assert refused(path) is AoiProblem.TOO_COMPLEX


def test_reading_can_be_cancelled(realdata):
    with pytest.raises(CancelledError):
        import_aoi_file(str(realdata / "aoi" / "communes-34-herault.geojson"), cancelled=lambda: True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(tmp_path):
    path = write(tmp_path, "mine.geojson", feature(square(3, 43)))
    os.chmod(path, 0)
    assert refused(path) is AoiProblem.UNREADABLE


def test_drawings_are_moved_from_the_crs_of_the_canvas():
    drawn = QgsGeometry.fromRect(QgsRectangle(770000, 6280000, 780000, 6290000))
    aoi = aoi_from_qgs(drawn, LAMBERT93, "Zone")
    west, south, east, north = aoi.geometry.bounds
    assert 3.8 < west < east < 4.1
    assert 43.5 < south < north < 43.8
    assert aoi.area_km2 == pytest.approx(100, rel=0.005)  # Lambert 93 stretches by some parts in a thousand


def test_extents_of_projected_canvases_follow_their_bent_sides():
    extent = QgsRectangle(100000, 6000000, 1200000, 7100000)
    dense = aoi_from_extent(extent, LAMBERT93, "France")
    corners = aoi_from_qgs(QgsGeometry.fromRect(extent), LAMBERT93, "France")
    assert dense.geometry.symmetric_difference(corners.geometry).area > 0.1


def test_areas_without_sense_are_refused():
    with pytest.raises(AoiError) as error:
        aoi_from_extent(QgsRectangle(), WGS84, "x")
    assert error.value.kind is AoiProblem.EMPTY
    with pytest.raises(AoiError) as error:
        aoi_from_qgs(QgsGeometry(), WGS84, "x")
    assert error.value.kind is AoiProblem.EMPTY
    with pytest.raises(AoiError) as error:
        aoi_from_qgs(QgsGeometry.fromRect(QgsRectangle(0, 0, 1, 1)), QgsCoordinateReferenceSystem(), "x")
    assert error.value.kind is AoiProblem.NO_CRS


def test_one_degree_square_has_the_area_geodesy_gives_it():
    geometry = from_qgs(QgsGeometry.fromRect(QgsRectangle(3, 45, 4, 46)))
    assert area_km2(geometry) == pytest.approx(8686.379, abs=0.01)
    assert to_qgs(geometry).area() == pytest.approx(1.0)


def test_curved_drawings_become_polygons():
    circle = QgsGeometry.fromWkt("CurvePolygon(CircularString(3 43, 4 44, 5 43, 4 42, 3 43))")
    aoi = aoi_from_qgs(circle, WGS84, "x")
    assert aoi.geometry.area == pytest.approx(math.pi, rel=0.001)
