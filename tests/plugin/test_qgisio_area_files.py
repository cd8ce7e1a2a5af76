"""Areas from archives, pasted text, selections, and from files that are not what they should be."""

from __future__ import annotations

import contextlib
import json
import resource
import struct
import zipfile

import pytest
from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsProject, QgsVectorLayer
from shapely.geometry import box, mapping

from dinamis_plugin.domain.aoi import Aoi
from dinamis_plugin.domain.errors import AoiError, AoiProblem
from dinamis_plugin.qgisio import area_archives
from dinamis_plugin.qgisio.area_files import SeveralLayersError, import_aoi_file, import_aoi_text
from dinamis_plugin.qgisio.kept_areas import read_kept, write_kept
from dinamis_plugin.qgisio.selection import SelectedFeatures, areas_of_selections

LAMBERT93 = QgsCoordinateReferenceSystem("EPSG:2154")
L93_SQUARE = "POLYGON((770000 6280000,780000 6280000,780000 6290000,770000 6290000,770000 6280000))"
KM2_100 = pytest.approx(100, rel=0.005)  # Lambert 93 stretches by some parts in a thousand


def geojson(*shapes, **more):
    features = [{"type": "Feature", "properties": {}, "geometry": mapping(shape)} for shape in shapes]
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


def refused(act, *args, **kwargs):
    with pytest.raises(AoiError) as error:
        act(*args, **kwargs)
    return error.value.kind


def shapefile(realdata):
    """The parts of the real shapefile, by their ending."""
    with zipfile.ZipFile(realdata / "aoi" / "communes_montpellier_L93_shp.zip") as archive:
        return {name[-4:]: archive.read(name) for name in archive.namelist()}


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return str(path)


@pytest.fixture
def raw_shapefiles():
    """Have GDAL hand out the texts of shapefiles undecoded, as QGIS has it where it has a window."""
    gdal.SetConfigOption("SHAPE_ENCODING", "")
    yield
    gdal.SetConfigOption("SHAPE_ENCODING", None)


# Archives


def test_a_shapefile_in_a_folder_of_a_zip(tmp_path, realdata):
    parts = {f"export/données/communes{end}": data for end, data in shapefile(realdata).items()}
    path = zipped(tmp_path / "a.zip", {"lisez-moi.txt": "bonjour", **parts})
    aois = import_aoi_file(path)
    assert aois[0].area_km2 == pytest.approx(11.1, abs=0.1)
    assert len(aois) == 6


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("latin-1", b"ISO-8859-1"),
        ("cp850", b"CP850"),
        ("utf-8", b"UTF-8"),
        ("cp1252", b"nobody knows"),
        ("utf-8", b""),
    ],
)
def test_the_names_of_a_shapefile_in_its_encoding(tmp_path, realdata, raw_shapefiles, encoding, declared):
    parts = shapefile(realdata)
    parts[".dbf"] = parts[".dbf"].replace("Pérols ".encode("latin-1"), "Pérol".encode(encoding).ljust(7))
    parts[".dbf"] = parts[".dbf"].replace("Védas ".encode("latin-1"), "Véda".encode(encoding).ljust(6))
    parts[".cpg"] = declared
    members = {f"a{end}": data for end, data in parts.items() if data}
    names = [aoi.name for aoi in import_aoi_file(zipped(tmp_path / "a.zip", members))]
    assert names[4:] == ["Pérol", "Saint-Jean-de-Véda"]


def test_layers_in_several_folders_of_a_zip_are_asked_for(tmp_path, realdata):
    parts = shapefile(realdata)
    members = {f"{folder}/communes{end}": data for folder in ("nord", "sud") for end, data in parts.items()}
    path = zipped(tmp_path / "a.zip", {**members, "est/zone.geojson": geojson(box(3, 43, 3.1, 43.1))})
    with pytest.raises(SeveralLayersError) as error:
        import_aoi_file(path)
    names = [layer.name for layer in error.value.layers]
    assert sorted(names) == ["est/zone", "nord/communes", "sud/communes"]
    assert len(import_aoi_file(path, "sud/communes")) == 6
    assert len(import_aoi_file(path, "est/zone")) == 1


def test_a_zipped_shapefile_without_prj_asks_for_its_system(tmp_path, realdata):
    parts = {f"a/b{end}": data for end, data in shapefile(realdata).items() if end != ".prj"}
    path = zipped(tmp_path / "a.zip", parts)
    assert refused(import_aoi_file, path) is AoiProblem.NO_CRS
    assert import_aoi_file(path, crs=LAMBERT93)[0].area_km2 == pytest.approx(11.1, abs=0.1)


def test_a_system_that_nobody_knows_is_asked_for(tmp_path, realdata):
    parts = {f"b{end}": data for end, data in shapefile(realdata).items()}
    path = zipped(tmp_path / "a.zip", {**parts, "b.prj": b"PROJCS[nobody knows"})
    assert refused(import_aoi_file, path) is AoiProblem.NO_CRS


def test_a_zip_under_another_name_is_read(tmp_path, realdata):
    source = realdata / "aoi" / "communes_montpellier_L93_shp.zip"
    for name in ("a.shp", "b.dat", "c.kmz"):
        path = tmp_path / name
        path.write_bytes(source.read_bytes())
        assert len(import_aoi_file(str(path))) == 6


def test_kmz_whose_document_has_another_name(tmp_path, realdata):
    kml = (realdata / "aoi" / "drome_trou.kml").read_bytes()
    [aoi] = import_aoi_file(zipped(tmp_path / "a.kmz", {"files/drome.kml": kml}))
    assert aoi.area_km2 == pytest.approx(6559.3, abs=0.1)


def test_a_bomb_is_refused_at_once(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zone.geojson", b" " * 50_000_000)
    assert refused(import_aoi_file, str(tmp_path / "bomb.zip")) is AoiProblem.TOO_LARGE


def test_a_bomb_that_lies_about_its_size_is_no_layer(tmp_path):
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zone.geojson", b" " * 50_000_000)
    data, size = path.read_bytes(), struct.pack("<I", 50_000_000)
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, struct.pack("<I", 1000)))
    assert refused(import_aoi_file, str(path)) is AoiProblem.UNREADABLE


def test_an_archive_of_too_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(area_archives, "MAX_MEMBERS", 3)
    path = zipped(tmp_path / "a.zip", {f"{number}.txt": "" for number in range(4)})
    assert refused(import_aoi_file, path) is AoiProblem.TOO_LARGE


@pytest.mark.parametrize("cut", [30, 200, 4000])
def test_a_broken_archive(tmp_path, realdata, cut):
    data = (realdata / "aoi" / "communes_montpellier_L93_shp.zip").read_bytes()
    path = tmp_path / "a.zip"
    path.write_bytes(data[:-cut])
    assert refused(import_aoi_file, str(path)) is AoiProblem.UNREADABLE


def test_names_that_leave_the_archive_are_only_names(tmp_path):
    path = zipped(tmp_path / "a.zip", {"../../zone.geojson": geojson(box(3, 43, 3.1, 43.1))})
    with contextlib.suppress(AoiError):
        import_aoi_file(path)
    assert not (tmp_path.parent.parent / "zone.geojson").exists()


# Files that are not what they should be


def sparse(path, head, size=1_000_000_000):
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return str(path)


@pytest.mark.parametrize(
    ("name", "head", "kinds"),
    [
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', {AoiProblem.TOO_LARGE}),
        (
            "a.kml",
            b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2">',
            {AoiProblem.TOO_LARGE},
        ),
        ("a.gpkg", b"", {AoiProblem.UNREADABLE}),
        ("a.zip", b"PK\3\4", {AoiProblem.UNREADABLE}),
        ("a.shp", b"\0\0\x27\x0a", {AoiProblem.UNREADABLE, AoiProblem.EMPTY}),
        ("a", b"", {AoiProblem.UNREADABLE}),
    ],
)
def test_a_gigabyte_is_refused_at_once(tmp_path, name, head, kinds):
    assert refused(import_aoi_file, sparse(tmp_path / name, head)) in kinds


def test_a_wrong_ending_does_no_harm(tmp_path):
    path = tmp_path / "zone.txt"
    path.write_text(geojson(box(3, 43, 3.1, 43.1)), "utf-8")
    assert len(import_aoi_file(str(path))) == 1
    path = tmp_path / "zone.gpkg"
    path.write_text(geojson(box(3, 43, 3.1, 43.1)), "utf-8")
    assert len(import_aoi_file(str(path))) == 1


def polygon(coordinates):
    return f'{{"type":"Polygon","coordinates":{coordinates}}}'


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        (polygon("[[[NaN,43],[4,43],[4,44],[NaN,43]]]"), {AoiProblem.INVALID, AoiProblem.UNREADABLE}),
        (polygon("[[[1e999,43],[4,43],[4,44],[1e999,43]]]"), {AoiProblem.INVALID, AoiProblem.UNREADABLE}),
        ('{"type":"Feature","properties":{},"geometry":null}', {AoiProblem.EMPTY}),
        (polygon("[]"), {AoiProblem.EMPTY, AoiProblem.NOT_AREA, AoiProblem.UNREADABLE}),
        (polygon("[[[3,43],[4,43]]]"), {AoiProblem.EMPTY, AoiProblem.NOT_AREA, AoiProblem.UNREADABLE}),
        (polygon('"here"'), {AoiProblem.EMPTY, AoiProblem.UNREADABLE}),
        (polygon('[[["a","b"],["c","d"],["e","f"]]]'), {AoiProblem.EMPTY, AoiProblem.UNREADABLE}),
        ("[" * 100_000, {AoiProblem.UNREADABLE}),
        ("<kml><Placemark>", {AoiProblem.UNREADABLE, AoiProblem.EMPTY}),
        ("\0" * 5000, {AoiProblem.UNREADABLE}),
    ],
    ids=["nan", "infinite", "no-geometry", "no-ring", "points", "text", "words", "deep", "cut-kml", "zeros"],
)
def test_broken_coordinates_are_refused(tmp_path, content, kinds):
    path = tmp_path / "bad.geojson"
    path.write_text(content, "utf-8")
    assert refused(import_aoi_file, str(path)) in kinds


def test_latitudes_before_longitudes_are_put_right_where_it_is_certain_and_it_is_said(tmp_path):
    path = tmp_path / "fiji.geojson"
    path.write_text(geojson(box(-18, 177, -17, 178)), "utf-8")
    [aoi] = import_aoi_file(str(path))
    assert aoi.geometry.bounds == (177, -18, 178, -17)
    assert aoi.note


def test_an_unknown_code_in_a_geojson_in_metres_asks(tmp_path):
    path = tmp_path / "a.geojson"
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}}
    path.write_text(geojson(box(770000, 6280000, 780000, 6290000), crs=crs), "utf-8")
    assert refused(import_aoi_file, str(path)) is AoiProblem.NO_CRS


def test_a_file_that_sends_to_another_place_is_not_followed(tmp_path):
    (tmp_path / "real.geojson").write_text(geojson(box(3, 43, 3.1, 43.1)), "utf-8")
    path = tmp_path / "a.vrt"
    path.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="real"><SrcDataSource>{tmp_path}/real.geojson'
        "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        "utf-8",
    )
    assert refused(import_aoi_file, str(path)) is AoiProblem.UNREADABLE


def test_a_track_that_nearly_closes_is_an_area_and_one_way_is_none(tmp_path):
    def gpx(*points):
        steps = "".join(f'<trkpt lat="{lat}" lon="{lon}"/>' for lon, lat in points)
        head = (
            '<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
        )
        return f"{head}<trk><name>tour</name><trkseg>{steps}</trkseg></trk></gpx>"

    path = tmp_path / "a.gpx"
    path.write_text(gpx((3, 43), (3.1, 43), (3.1, 43.1), (3, 43.1), (3, 43.002)), "utf-8")
    [aoi] = import_aoi_file(str(path))
    assert aoi.name == "tour"
    assert aoi.area_km2 == pytest.approx(90, rel=0.02)
    path.write_text(gpx((3, 43), (3.1, 43), (3.1, 43.1), (3.2, 43.2)), "utf-8")
    assert refused(import_aoi_file, str(path)) is AoiProblem.NOT_AREA


# Pasted text


@pytest.mark.parametrize(
    "text",
    [
        f"SRID=2154;{L93_SQUARE}",
        geojson(
            box(770000, 6280000, 780000, 6290000),
            crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}},
        ),
    ],
    ids=["ewkt", "geojson"],
)
def test_the_system_of_a_pasted_text_is_heeded(text):
    [aoi] = import_aoi_text(text, "Zone 1")
    assert aoi.area_km2 == KM2_100
    assert aoi.name == "Zone 1"
    assert 3.8 < aoi.geometry.bounds[0] < 4.1


def test_wkt_in_degrees_is_taken_and_in_metres_asks():
    [aoi] = import_aoi_text("MULTIPOLYGON(((3 43,3.1 43,3.1 43.1,3 43)))", "Zone 1")
    assert aoi.geometry.bounds == (3, 43, 3.1, 43.1)
    assert refused(import_aoi_text, L93_SQUARE, "x") is AoiProblem.NO_CRS
    assert import_aoi_text(L93_SQUARE, "x", LAMBERT93)[0].area_km2 == KM2_100


def test_rows_of_qgis_and_texts_of_two_systems():
    triangles = ["Polygon ((3 43, 3.1 43, 3.1 43.1, 3 43))", "Polygon ((4 43, 4.1 43, 4.1 43.1, 4 43))"]
    rows = f"wkt_geom\tnom\n{triangles[0]}\tNord\n{triangles[1]}\tSud"
    assert [aoi.name for aoi in import_aoi_text(rows, "x")] == ["Nord", "Sud"]
    both = import_aoi_text(f"SRID=2154;{L93_SQUARE} SRID=4326;POLYGON((3 43,3.1 43,3.1 43.1,3 43))", "x")
    assert both[0].area_km2 == KM2_100
    assert both[1].geometry.bounds == pytest.approx((3, 43, 3.1, 43.1))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Bonjour", AoiProblem.NOT_TEXT),
        ("", AoiProblem.NOT_TEXT),
        ("{}", AoiProblem.NOT_TEXT),
        ("POLYGON((3 43,4 43", AoiProblem.NOT_TEXT),
        ("POLYGON((a b,c d))", AoiProblem.NOT_TEXT),
        ("POINT(3 43)", AoiProblem.NOT_AREA),
        ("POLYGON EMPTY", AoiProblem.NOT_TEXT),
        (
            "SRID=999999;POLYGON((770000 6280000,780000 6280000,780000 6290000,770000 6280000))",
            AoiProblem.NO_CRS,
        ),
    ],
)
def test_a_text_that_is_no_area_says_why(text, kind):
    assert refused(import_aoi_text, text, "x") is kind


def test_a_text_with_a_coordinate_that_is_no_number_is_refused():
    """GDAL reads "nan" since its version 3.10."""
    problem = refused(import_aoi_text, "POLYGON((nan 43,4 43,4 44,nan 43))", "x")
    assert problem in {AoiProblem.NOT_TEXT, AoiProblem.INVALID}


def test_pasted_kml(realdata):
    [aoi] = import_aoi_text((realdata / "aoi" / "drome_trou.kml").read_text("utf-8"), "x")
    assert aoi.area_km2 == pytest.approx(6559.3, abs=0.1)


# Selections and kept areas


def memory(crs, *wkts, name="couche", kind="Polygon"):
    layer = QgsVectorLayer(f"{kind}?crs={crs}&field=nom:string", name, "memory")
    for number, wkt in enumerate(wkts):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        feature.setAttribute("nom", f"{name} {number}")
        layer.dataProvider().addFeature(feature)
    return layer


def test_selections_of_layers_in_several_systems(project):
    metres = memory("EPSG:2154", L93_SQUARE, L93_SQUARE, name="l93")
    degrees = memory("EPSG:4326", "POLYGON((3 43,3.1 43,3.1 43.1,3 43))", name="wgs")
    lines = memory(
        "EPSG:4326", "LINESTRING(3 43,3.1 43,3.1 43.1,3 43)", "LINESTRING(3 43,4 44)", kind="LineString"
    )
    for layer in (metres, degrees, lines):
        QgsProject.instance().addMapLayer(layer)
        layer.selectAll()
    metres.selectByIds([min(metres.selectedFeatureIds())])
    aois = areas_of_selections([SelectedFeatures.of(layer) for layer in (metres, degrees, lines)])
    assert [aoi.name for aoi in aois] == ["l93 0", "wgs 0", "couche 0"]
    assert aois[0].area_km2 == KM2_100
    assert aois[1].geometry.bounds == (3, 43, 3.1, 43.1)


def test_a_selection_that_is_no_area(project):
    points = memory("EPSG:4326", "POINT(3 43)", kind="Point")
    QgsProject.instance().addMapLayer(points)
    assert refused(areas_of_selections, [SelectedFeatures.of(points)]) is AoiProblem.NO_SELECTION
    points.selectAll()
    assert refused(areas_of_selections, [SelectedFeatures.of(points)]) is AoiProblem.NOT_AREA
    nowhere = memory("EPSG:4326", L93_SQUARE)
    nowhere.setCrs(QgsCoordinateReferenceSystem())
    QgsProject.instance().addMapLayer(nowhere)
    nowhere.selectAll()
    assert refused(areas_of_selections, [SelectedFeatures.of(nowhere)]) is AoiProblem.NO_CRS


def test_kept_areas_come_back_exactly_and_what_was_broken_is_left_out(tmp_path):
    path = tmp_path / "dinamis" / "areas.geojson"
    kept = [
        Aoi("Été", box(1 / 3, 43, 4, 44), 1.0),
        Aoi("Guyane", box(-54, 2, -51, 6), 1.0, place="region/03"),
    ]
    write_kept(kept, path)
    again = read_kept(path)
    assert [(aoi.name, aoi.place, aoi.geometry.wkb) for aoi in again] == [
        (aoi.name, aoi.place, aoi.geometry.wkb) for aoi in kept
    ]
    document = json.loads(path.read_text("utf-8"))
    document["features"][0]["geometry"] = None
    path.write_text(json.dumps(document), "utf-8")
    assert [aoi.name for aoi in read_kept(path)] == ["Guyane"]
    for broken in ("", "[]", '{"features": 3}', "{"):
        path.write_text(broken, "utf-8")
        assert read_kept(path) == []


def test_a_disk_that_refuses_leaves_the_earlier_file(tmp_path):
    path = tmp_path / "areas.geojson"
    write_kept([Aoi("a", box(3, 43, 4, 44), 1.0)], path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        with pytest.raises(OSError):
            write_kept([Aoi("b", box(3, 43, 4, 44), 1.0)], path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == [path]
    assert [aoi.name for aoi in read_kept(path)] == ["a"]
