"""Signed layers: added, saved, reopened, released; nothing waits."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from urllib.parse import unquote

import pytest
from osgeo import gdal
from qgis.core import (
    QgsLayerDefinition,
    QgsMapSettings,
    QgsPathResolver,
    QgsProject,
)
from qgis.PyQt.QtGui import QColor

from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.qgisio import images, rasters

from .images import addresses_of, scene_of
from .layer_support import add, drawn, is_placeholder, restyle, shows_pixels, state_of
from .waiting import BLOCKED_MS, Caught, Ticker, run_for, wait_until


def test_a_scene_becomes_a_styled_layer_with_its_true_pixels(signed_in, hrefs, cog, project):
    [layer] = add(signed_in, hrefs())
    assert project.mapLayer(layer.id()) is layer
    assert layer.crs().authid() == "EPSG:2154"
    assert layer.name() == "Pléiades 2026-11-21 (Multispectral)"
    block = layer.dataProvider().block(1, layer.extent(), 1024, 1024)
    assert [block.value(row, row) for row in (0, 511, 1023)] == [
        cog[1][0, row, row] for row in (0, 511, 1023)
    ]
    renderer = layer.renderer()
    assert (renderer.redBand(), renderer.greenBand(), renderer.blueBand()) == (1, 2, 3)
    stretch = renderer.redContrastEnhancement()
    assert 150 < stretch.minimumValue() < 350
    assert 900 < stretch.maximumValue() < 1100
    assert shows_pixels(layer)


def test_opening_costs_no_more_requests_than_gdal_needs(signed_in, hrefs, scripted):
    [href] = hrefs()
    images.forget_addresses()
    images.open_header(scripted.signed(href, datetime.now(timezone.utc)))
    assert len(scripted.object_requests) <= 4
    assert all(path == "/objects/a0.tif" for _, path in scripted.object_requests)


def test_the_users_own_rasters_keep_their_side_files(signed_in, hrefs):
    """Options of GDAL go with our addresses and are set for no other file."""
    add(signed_in, hrefs())
    assert gdal.GetConfigOption("GDAL_DISABLE_READDIR_ON_OPEN") is None
    assert (
        gdal.GetPathSpecificOption(
            "/vsicurl/http://elsewhere.example/x.tif", "GDAL_DISABLE_READDIR_ON_OPEN", None
        )
        is None
    )


def test_layers_of_others_are_left_alone(controllers, project, tmp_path):
    foreign = "/vsicurl/https://bucket.elsewhere.example/a.tif?X-Amz-Algorithm=A&X-Amz-Signature=abc"
    for source in (
        foreign,
        "/data/a.tif",
        "dbname='x' host=y",
        "",
        "contextualWMSLegend=0&url=https://w.example",
    ):
        assert controllers.layers._paths.to_saved(source) == source
        assert controllers.layers._paths.to_opened(source) == source


@pytest.mark.parametrize(
    "damaged",
    [None, 3, "#dinamis:v1;", "/vsicurl/http://h/a.tif#dinamis:v1;item=%FF;bands=x", "\udce9X-Amz-"],
)
def test_the_callbacks_of_qgis_never_raise(controllers, damaged):
    assert controllers.layers._paths.to_saved(damaged) == damaged
    assert controllers.layers._paths.to_opened(damaged) == damaged


def test_a_project_comes_back_alive_with_style_order_name_and_visibility(signed_in, hrefs, project, tmp_path):
    layers = add(signed_in, hrefs(3))
    restyle(layers[1], project)
    before = state_of(project)
    path = str(tmp_path / "p.qgz")
    assert project.write(path)
    project.clear()
    settled = Caught(signed_in.layers.settled)
    assert project.read(path)
    assert all(
        is_placeholder(layer) for layer in project.mapLayers().values()
    )  # nothing was fetched on this thread
    assert all(layer.isValid() for layer in project.mapLayers().values())
    assert state_of(project) == before
    settled.wait(seconds=30)
    assert all(rasters.lives(layer) for layer in project.mapLayers().values())
    assert state_of(project) == before
    assert all(shows_pixels(layer) for layer in project.mapLayers().values())


def test_opening_never_stalls_the_window_when_the_network_is_far(
    signed_in, hrefs, scripted, project, tmp_path
):
    add(signed_in, hrefs(6))
    path = str(tmp_path / "p.qgz")
    assert project.write(path)
    project.clear()
    images.forget_addresses()
    scripted.object_delay_s = scripted.delay_s = 0.1
    requests = len(scripted.object_requests)
    settled = Caught(signed_in.layers.settled)
    assert project.read(path)
    assert len(scripted.object_requests) == requests  # QGIS itself read placeholders only
    with Ticker() as ticker:
        settled.wait(seconds=60)
    assert all(rasters.lives(layer) for layer in project.mapLayers().values())
    assert ticker.longest_ms < BLOCKED_MS
    assert (len(scripted.object_requests) - requests) / 6 <= 4


def test_a_hundred_layers_take_two_signing_requests(signed_in, hrefs, scripted, project, tmp_path):
    add(signed_in, hrefs(100))
    path = str(tmp_path / "p.qgz")
    assert project.write(path)
    project.clear()
    before = scripted.signings
    settled = Caught(signed_in.layers.settled)
    assert project.read(path)
    settled.wait(seconds=120)
    assert scripted.signings - before == 2
    assert sum(rasters.lives(layer) for layer in project.mapLayers().values()) == 100


def test_sign_out_releases_and_sign_in_brings_back(signed_in, hrefs, scripted, project):
    [layer] = add(signed_in, hrefs())
    restyle(layer, project)
    before = state_of(project)
    signed_in.session.sign_out()
    wait_until(lambda: is_placeholder(layer))
    assert layer.isValid()
    assert state_of(project) == before
    notices = Caught(signed_in.layers.notice)
    signed_in.layers.tick()
    assert notices.wait().action is not None
    signed_in.layers.tick()
    assert len(notices.values) == 1
    scripted.polls = ["granted"]
    notices.values[0].action.run()
    wait_until(lambda: rasters.lives(layer), 20)
    assert state_of(project) == before
    assert shows_pixels(layer)


def test_forbidden_gone_and_corrupt_are_told_apart(signed_in, hrefs, scripted, project, tmp_path):
    urls = hrefs(4)
    add(signed_in, urls)
    path = str(tmp_path / "p.qgz")
    assert project.write(path)
    project.clear()
    images.forget_addresses()
    scripted.refusals[urls[0]] = {"code": "forbidden", "detail": "Réservé aux membres de la mission."}
    del scripted.files["/objects/a1.tif"]
    scripted.files["/objects/a2.tif"] = b"this is not an image" * 100
    failed, settled = Caught(signed_in.layers.failed), Caught(signed_in.layers.settled)
    assert project.read(path)
    settled.wait(seconds=30)
    titles = sorted(notice.title for _, notice in failed.values)
    assert titles == sorted(["Not allowed", "Image gone", "Image not readable"])
    assert any("Réservé aux membres" in notice.text for _, notice in failed.values)
    assert all(notice.action is not None for _, notice in failed.values)
    assert sum(rasters.lives(layer) for layer in project.mapLayers().values()) == 1
    assert all(layer.isValid() for layer in project.mapLayers().values())
    # Refusals are not asked again by the clock, but on demand.
    asked = len(scripted.server.requests)
    signed_in.layers.tick()
    run_for(0.3)
    assert len(scripted.server.requests) == asked
    scripted.refusals.clear()
    failed.values[0][1].action.run()
    wait_until(lambda: sum(rasters.lives(layer) for layer in project.mapLayers().values()) == 2, 20)


def test_signed_out_nothing_is_added_and_it_says_why(controllers, scripted, hrefs):
    failed = Caught(controllers.layers.failed)
    controllers.loading.load([scene_of(hrefs()[0])])
    _scene, notice = failed.wait()
    assert notice.title == "Sign-in needed"


def test_a_qlr_and_a_copied_layer_come_alive(signed_in, hrefs, project, tmp_path):
    [layer] = add(signed_in, hrefs())
    qlr = str(tmp_path / "l.qlr")
    QgsLayerDefinition.exportLayerDefinition(qlr, [project.layerTreeRoot().findLayer(layer.id())])
    project.clear()
    QgsLayerDefinition.loadLayerDefinition(qlr, project, project.layerTreeRoot())
    [loaded] = project.mapLayers().values()
    wait_until(lambda: rasters.lives(loaded), 20)
    copy = loaded.clone()
    project.addMapLayer(copy)
    old = addresses_of(copy)
    time.sleep(1.1)
    signed_in.layers._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=7, minutes=45)
    signed_in.layers.tick()
    wait_until(lambda: addresses_of(copy) != old and addresses_of(loaded) != old)


def test_shutdown_leaves_neither_callbacks_nor_signatures(signed_in, hrefs, project, tmp_path):
    [layer] = add(signed_in, hrefs())
    signed_in.shutdown()
    assert is_placeholder(layer)
    marked = "/vsicurl/http://h/a.tif#dinamis:v1;x"
    assert QgsPathResolver().readPath(marked) == marked
    path = tmp_path / "p.qgs"
    assert project.write(str(path))
    assert "X-Amz-" not in unquote(path.read_text("utf-8"))


def test_a_project_saved_without_the_plugin_is_recovered(signed_in, hrefs, scripted, project, tmp_path):
    """The plugin was unloaded while its layers were open, and the person saved the project then."""
    add(signed_in, hrefs())
    signed_in.shutdown()
    path = str(tmp_path / "p.qgs")
    assert project.write(path)
    project.clear()
    again = type(signed_in)(open_url=lambda _url: True)
    scripted.polls = ["granted"]
    again.session.sign_in()
    wait_until(lambda: again.session.state is SessionState.SIGNED_IN)
    project.read(path)
    [layer] = project.mapLayers().values()
    wait_until(lambda: rasters.lives(layer) and layer.isValid(), 20)
    again.shutdown()


def test_the_placeholder_has_the_place_bands_and_type_of_the_image(signed_in, hrefs, project, tmp_path):
    [layer] = add(signed_in, hrefs())
    extent, bands, data_type = layer.extent(), layer.bandCount(), layer.dataProvider().dataType(1)
    signed_in.session.sign_out()
    wait_until(lambda: is_placeholder(layer))
    assert layer.extent() == extent
    assert layer.bandCount() == bands
    assert layer.dataProvider().dataType(1) == data_type
    image, _ = drawn(layer)
    assert {image.pixel(x, y) for x in range(128) for y in range(0, 128, 16)} == {image.pixel(0, 0)}
    assert QColor(image.pixel(64, 64)) == QgsMapSettings().backgroundColor()
    assert QgsProject.instance().mapLayer(layer.id()) is layer


def test_a_file_that_is_a_virtual_raster_itself_does_not_spoil_its_batch(signed_in, hrefs, scripted):
    good, odd = hrefs(2)
    name = "<SourceFilename>/etc/hostname</SourceFilename>"
    source = f"<SimpleSource>{name}<SourceBand>1</SourceBand></SimpleSource>"
    band = f'<VRTRasterBand dataType="Byte" band="1">{source}</VRTRasterBand>'
    document = f'<VRTDataset rasterXSize="8" rasterYSize="8">{band}</VRTDataset>'
    scripted.files["/objects/a1.tif"] = document.encode()
    added, failed = Caught(signed_in.layers.layer_added), Caught(signed_in.layers.failed)
    signed_in.loading.load([scene_of(good, scene_id="GOOD"), scene_of(odd, scene_id="ODD")])
    added.wait(seconds=30)
    scene, _ = failed.wait(seconds=30)
    assert scene.id == "ODD"
    assert len(added.values) == 1
