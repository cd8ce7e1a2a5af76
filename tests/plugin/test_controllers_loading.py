"""Scenes of every sensor loaded in every way, signed by a service, drawn, saved and opened again."""

from __future__ import annotations

import zipfile
from datetime import datetime, timedelta, timezone
from urllib.parse import unquote

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsDateTimeRange, QgsRectangle
from qgis.PyQt.QtCore import QDateTime, Qt
from shapely.geometry import box, mapping

from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.loading import Way, ways
from dinamis_plugin.domain.scene import Scene
from dinamis_plugin.domain.styles import StyleKind
from dinamis_plugin.domain.view_service import ViewService
from dinamis_plugin.qgisio import layer_facts, rasters

from .sensors import FIELDS, GROUND, MISSIONS, SIZE, colour_of, drawn, write_scene
from .waiting import BLOCKED_MS, Caught, Ticker, run_for, wait_until

WATER, FOREST, SOIL, ROOFS = FIELDS
FIRST = datetime(2023, 6, 12, 10, 44, tzinfo=timezone.utc)
COG = "image/tiff; application=geotiff; profile=cloud-optimized"
COLLECTION = {
    "type": "Collection",
    "id": "images",
    "title": "Pléiades",
    "license": "etalab-2.0",
    "providers": [{"name": "Airbus DS", "roles": ["producer"]}, {"name": "DINAMIS", "roles": ["host"]}],
    "links": [{"rel": "license", "href": "https://licence.example/etalab", "title": "Licence Ouverte 2.0"}],
}


@pytest.fixture
def signed_in(controllers, scripted):
    controllers.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    scripted.documents = {"/stac/collections/images": COLLECTION}
    controllers.session.sign_in()
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN)
    return controllers


@pytest.fixture
def publish(scripted, tmp_path):
    """Put a scene of a mission onto the server; gives it as the catalogue would."""

    def make(mission, name="a", when=FIRST, *, west=770_000.0, cloud=0, scale=1.0, told=True):
        bands, coarse, fine = MISSIONS[mission]
        assets = {}
        for key, names, pixel in (("ms", bands, coarse), ("pan", ("pan",), fine)):
            if pixel is None:
                continue
            path = tmp_path / f"{name}-{key}.tif"
            write_scene(path, names, pixel, size=round(SIZE * coarse / pixel), west=west, scale=scale)
            scripted.files[f"/objects/{path.name}"] = path.read_bytes()
            assets[key] = {"href": f"{scripted.url}/objects/{path.name}", "type": COG, "title": key}
            if told:
                band = {"data_type": "uint16", "nodata": 0, "spatial_resolution": pixel}
                assets[key] |= {"proj:epsg": 2154, "raster:bands": [band] * len(names)}
        properties = {
            "datetime": when.isoformat(),
            "title": f"{mission} {name}",
            "platform": {"PLEIADES": "PHR1A", "PWH": "PHR1A"}.get(mission, mission),
            "dinamis:mission": mission,
            "dinamis:product_type": "downloadable",
            "eo:cloud_cover": cloud,
        }
        geometry = mapping(box(3.8, 43.5, 3.9, 43.6))
        item = {"id": name, "collection": "images", "properties": properties, "geometry": geometry}
        return Scene.from_stac({**item, "assets": assets})

    return make


def load(controllers, scenes, way, count=1):
    added = Caught(controllers.layers.layer_added)
    failed = Caught(controllers.layers.failed, controllers.loading.failed)
    controllers.loading.load(scenes, way)
    wait_until(lambda: len(added.values) >= count or failed.values, 60)
    assert failed.values == []
    run_for(0.05)
    assert len(added.values) == count
    return added.values


def saved(project, path):
    assert project.write(str(path))
    with zipfile.ZipFile(path) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_every_sensor_is_loaded_in_its_styles(signed_in, publish):
    scenes = [publish(mission, mission.replace(" ", "-").replace("/", "-")) for mission in MISSIONS]
    nir, visible = GROUND[FOREST]["nir"], GROUND[FOREST]["red"]
    for way in (Way.TRUE_COLOUR, Way.FALSE_COLOUR, Way.NDVI):
        layers = load(signed_in, scenes, way, count=len(scenes))
        assert {layer_facts.follows_map(layer) for layer in layers} == {way is not Way.NDVI}
        for layer in layers:
            red, green, blue, _ = colour_of(drawn(layer), FOREST)
            if way is Way.FALSE_COLOUR:
                assert red > 1.5 * max(green, blue), layer.name()
            else:
                assert green > max(red, blue), layer.name()
            if way is Way.NDVI:
                block = layer.dataProvider().block(1, layer.extent(), SIZE, SIZE)
                value = block.value(SIZE // 2, SIZE * 3 // 8)
                assert value == pytest.approx((nir - visible) / (nir + visible), abs=1e-5)


def test_what_the_catalogue_does_not_tell_is_read_from_the_file(signed_in, publish):
    scene = publish("PLEIADES", told=False)
    [layer] = load(signed_in, [scene], Way.IMAGE)
    red, green, blue, _ = colour_of(drawn(layer), FOREST)
    assert green > max(red, blue)


def test_pan_and_multispectral_are_one_sharp_layer(signed_in, publish, scripted, project, tmp_path):
    scene = publish("PLEIADES")
    assert Way.SHARPENED in ways([scene])
    [layer] = load(signed_in, [scene], Way.SHARPENED)
    assert layer.name() == "PLEIADES a (pansharpened)"
    assert (layer.width(), layer.bandCount()) == (SIZE * 4, 4)
    red, green, blue, alpha = colour_of(drawn(layer), FOREST)
    assert green > max(red, blue)
    assert alpha == 255
    identity = rasters.identity_of(layer)
    assert [href.rpartition("/")[2] for href in identity.parts] == ["a-pan.tif", "a-ms.tif"]
    text = unquote(unquote(saved(project, tmp_path / "p.qgz")))
    assert "X-Amz" not in text
    assert "/vsimem" not in text
    project.clear()
    assert project.read(str(tmp_path / "p.qgz"))
    [again] = project.mapLayers().values()
    wait_until(lambda: rasters.lives(again), 30)
    assert colour_of(drawn(again), FOREST) == (red, green, blue, alpha)


def test_a_mosaic_is_one_layer_with_the_cleanest_on_top(signed_in, publish, project, tmp_path):
    east = 770_000.0 + 2 * SIZE / 2
    scenes = [
        publish("PLEIADES", "clean", west=east),
        publish("PLEIADES", "cloudy", FIRST + timedelta(days=40), cloud=60, scale=2.0),
    ]
    assert Way.MOSAIC in ways(scenes)
    [layer] = load(signed_in, scenes, Way.MOSAIC)
    assert layer.name().startswith("2023-06-12 / 2023-07-22 Pléiades PHR1A (mosaic of 2 image")
    assert (layer.width(), layer.height()) == (SIZE * 3 // 2, SIZE)
    area = layer.extent()
    block = layer.dataProvider().block(4, area, SIZE * 3 // 2, SIZE)
    assert block.value(SIZE // 2, 4) == GROUND[WATER]["nir"] * 20  # the cloudy one alone
    assert block.value(SIZE // 2, SIZE // 2 + 4) == GROUND[WATER]["nir"] * 10  # covered by the clean one
    signed_in.styling.set_style(layer, StyleKind.NDVI)
    wait_until(lambda: rasters.lives(layer), 30)
    value = layer.dataProvider().block(1, area, SIZE * 3 // 2, SIZE).value(SIZE // 2, SIZE * 3 // 4)
    nir, red = GROUND[FOREST]["nir"], GROUND[FOREST]["red"]
    assert value == pytest.approx((nir - red) / (nir + red), abs=1e-5)
    assert "X-Amz" not in unquote(unquote(saved(project, tmp_path / "p.qgz")))


@pytest.mark.parametrize("mission", [pytest.param("PLEIADES", marks=pytest.mark.long), "SPOT 5"])
def test_a_layer_changes_its_style_and_back(signed_in, publish, mission, project, tmp_path):
    [layer] = load(signed_in, [publish(mission)], Way.FALSE_COLOUR)
    layer.setOpacity(0.8)
    first, name = layer.id(), layer.name()
    before = colour_of(drawn(layer), FOREST)
    for kind in (StyleKind.NDVI, StyleKind.TRUE_COLOUR):
        signed_in.styling.set_style(layer, kind)
        wait_until(lambda: rasters.lives(layer), 30)
        run_for(0.6)
        red, green, blue, _ = colour_of(drawn(layer), FOREST)
        assert green > max(red, blue), kind
    text = unquote(unquote(saved(project, tmp_path / "p.qgz")))
    assert "X-Amz" not in text
    project.clear()
    assert project.read(str(tmp_path / "p.qgz"))
    layer = project.mapLayer(first)
    wait_until(lambda: rasters.lives(layer), 30)
    assert layer_facts.follows_map(layer)
    signed_in.styling.set_style(layer, StyleKind.FALSE_COLOUR)
    wait_until(lambda: rasters.lives(layer), 30)
    wait_until(lambda: colour_of(drawn(layer), FOREST) == pytest.approx(before, abs=3), 20)
    assert (layer.name(), layer.opacity()) == (name, 0.8)


def test_colours_follow_what_the_map_shows(signed_in, publish):
    [layer] = load(signed_in, [publish("PLEIADES")], Way.TRUE_COLOUR)
    whole = layer.extent()
    quarter = QgsRectangle(whole.xMinimum(), whole.yMinimum(), whole.center().x(), whole.center().y())
    wide = layer.renderer().redContrastEnhancement().maximumValue()
    system = QgsCoordinateReferenceSystem("EPSG:2154")
    with Ticker() as ticker:
        signed_in.styling.show(quarter, system, [layer])
        wait_until(lambda: layer.renderer().redContrastEnhancement().maximumValue() < wide / 2, 10)
    assert ticker.longest_ms < BLOCKED_MS
    signed_in.styling.set_follows_map(layer, follows=False)
    near = layer.renderer().redContrastEnhancement().maximumValue()
    signed_in.styling.show(whole, system, [layer])
    run_for(1.0)
    assert layer.renderer().redContrastEnhancement().maximumValue() == near
    signed_in.styling.set_follows_map(layer, follows=True)
    signed_in.styling.show(whole, system, [layer])
    wait_until(lambda: layer.renderer().redContrastEnhancement().maximumValue() > near, 10)


def test_limits_that_a_person_chose_are_left_alone(signed_in, publish):
    [layer] = load(signed_in, [publish("PLEIADES")], Way.TRUE_COLOUR)
    chosen = layer.renderer().clone()
    origin = chosen.minMaxOrigin()
    origin.setLimits(origin.Limits.None_)
    chosen.setMinMaxOrigin(origin)
    stretch = chosen.redContrastEnhancement()
    kept = (stretch.minimumValue(), stretch.maximumValue())
    layer.setRenderer(chosen)
    area = layer.extent()
    signed_in.styling.show(area.buffered(-area.width() / 3), layer.crs(), [layer])
    run_for(1.0)
    stretch = layer.renderer().redContrastEnhancement()
    assert (stretch.minimumValue(), stretch.maximumValue()) == kept


def test_a_time_series_shows_each_date_in_its_time(signed_in, publish, project):
    scenes = [
        publish("PLEIADES", "late", FIRST + timedelta(days=90), scale=0.5),
        publish("PLEIADES", "early", FIRST),
        publish("PLEIADES", "east", FIRST + timedelta(seconds=20), west=770_000.0 + 2 * SIZE),
    ]
    assert Way.TIME_SERIES in ways(scenes)
    ready = Caught(signed_in.loading.series_ready)
    layers = load(signed_in, scenes, Way.TIME_SERIES, count=2)
    whole = ready.wait()
    early, late = sorted(layers, key=lambda layer: layer.name())
    assert early.name().startswith("2023-06-12 10:44 UTC Pléiades PHR1A (mosaic of 2 image")
    [group] = project.layerTreeRoot().findGroups()
    assert group.name() == "2023-06-12 / 2023-09-10"
    assert [node.layer().id() for node in group.findLayers()] == [late.id(), early.id()]
    assert early.width() == 2 * SIZE  # the two images of the first pass are one layer
    assert layer_facts.time_of(early).end() == layer_facts.time_of(late).begin()
    assert project.timeSettings().temporalRange() == whole
    moment = QDateTime(2023, 7, 1, 0, 0, 0, 0, Qt.TimeSpec.UTC)
    july = QgsDateTimeRange(moment, moment.addDays(1))
    area = late.extent()
    assert colour_of(drawn([late, early], area, july), ROOFS)[3] == 255
    assert colour_of(drawn([late], area, july), ROOFS)[3] == 0
    september = QgsDateTimeRange(moment.addDays(75), moment.addDays(80))
    assert colour_of(drawn([early], area, september), ROOFS)[3] == 0


def test_two_dates_to_compare(signed_in, publish):
    scenes = [publish("PLEIADES", str(n), FIRST + timedelta(days=30 * n)) for n in (2, 0, 1)]
    ready = Caught(signed_in.loading.compare_ready)
    layers = load(signed_in, scenes, Way.COMPARE, count=2)
    earlier, later = ready.wait(seconds=60)
    assert {earlier.id(), later.id()} == {layer.id() for layer in layers}
    assert "2023-06-12" in earlier.name()
    assert "2023-08-11" in later.name()


def test_layers_of_one_acquisition_come_in_a_group(signed_in, publish, project):
    scenes = [
        publish("PLEIADES", "a", FIRST),
        publish("PLEIADES", "b", FIRST + timedelta(seconds=30)),
        publish("PLEIADES", "c", FIRST + timedelta(days=3)),
    ]
    layers = load(signed_in, scenes, Way.IMAGE, count=3)
    root = project.layerTreeRoot()
    [group] = root.findGroups()
    assert group.name() == "2023-06-12 10:44 UTC Pléiades PHR1A"
    assert {node.layer().name() for node in group.findLayers()} == {"PLEIADES a (ms)", "PLEIADES b (ms)"}
    assert len(root.findLayers()) == 3
    assert all(project.mapLayer(layer.id()) is layer for layer in layers)
    run_for(0.2)
    assert len(project.mapLayers()) == 3


def test_attribution_and_licence_are_in_the_metadata(signed_in, publish, project, scripted):
    layers = load(signed_in, [publish("PLEIADES", name) for name in "abc"], Way.IMAGE, count=3)
    wait_until(lambda: all(layer.metadata().licenses() for layer in layers))
    for layer in layers:
        metadata = layer.metadata()
        assert metadata.rights() == ["© Airbus DS / DINAMIS"]
        assert metadata.licenses() == ["etalab-2.0", "Licence Ouverte 2.0"]
        assert [link.url for link in metadata.links()] == ["https://licence.example/etalab"]
        holder = layer.serverProperties()
        holder = holder if hasattr(holder, "attribution") else layer
        assert holder.attribution() == "© Airbus DS / DINAMIS"
    asked = [request for request in scripted.server.requests if "/collections/" in request.path]
    assert len(asked) == 1


def test_without_a_sign_in_nothing_is_loaded_and_it_is_said(controllers, publish):
    failed = Caught(controllers.layers.failed)
    controllers.loading.load([publish("PLEIADES")], Way.NDVI)
    assert len(failed.values) == 1


def test_what_a_way_cannot_show_is_not_offered(publish):
    both = publish("PLEIADES")
    assert ways([both]) == (Way.IMAGE, Way.TRUE_COLOUR, Way.FALSE_COLOUR, Way.NDVI, Way.SHARPENED)
    assert Way.SHARPENED not in ways([publish("SENTINEL 2")])
    assert ways([]) == ()
    other = publish("PLEIADES", "b", FIRST + timedelta(minutes=1))
    assert Way.MOSAIC in ways([both, other])
    assert Way.TIME_SERIES not in ways([both, other])  # one pass


def test_a_view_service_of_a_scene_is_shown_or_it_is_said_why_not(signed_in, publish, project, scripted):
    scene = publish("PLEIADES")
    added, failed = Caught(signed_in.loading.view_added), Caught(signed_in.loading.failed)
    tiles = ViewService("xyz", f"{scripted.url}/tiles/{{z}}/{{x}}/{{y}}.png", "Ortho")
    signed_in.loading.load_view(scene, tiles)
    layer = added.wait(seconds=30)
    assert layer.isValid()
    assert project.mapLayer(layer.id()).name() == "PLEIADES a (Ortho)"
    signed_in.loading.load_view(scene, ViewService("wms", f"{scripted.url}/nothing"))
    about, notice = failed.wait(seconds=30)
    assert about is scene
    assert notice.text
    assert len(project.mapLayers()) == 1
