"""Signed layers: added, saved, reopened, renewed, released; nothing secret is written and nothing waits."""

from __future__ import annotations

import time
import zipfile
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, unquote

import pytest
from osgeo import gdal
from qgis.core import (
    QgsLayerDefinition,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsPathResolver,
    QgsProject,
    QgsRasterLayer,
    QgsReadWriteContext,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtXml import QDomDocument

from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.signed_url import expiry_of
from dinamis_plugin.qgisio import images, rasters
from dinamis_plugin.qgisio.layer_paths import PLACEHOLDERS

from .images import addresses_of, make_cog, scene_of
from .waiting import Caught, Ticker, run_for, wait_until


@pytest.fixture(scope="module")
def cog(tmp_path_factory):
    path = tmp_path_factory.mktemp("cog") / "image.tif"
    return path, make_cog(path)


@pytest.fixture
def signed_in(controllers, scripted):
    controllers.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    controllers.session.sign_in()
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN)
    return controllers


@pytest.fixture
def hrefs(scripted, cog):
    def publish(count=1, prefix="a"):
        paths = [f"/objects/{prefix}{number}.tif" for number in range(count)]
        data = cog[0].read_bytes()
        scripted.files.update(dict.fromkeys(paths, data))
        return [scripted.url + path for path in paths]

    return publish


def add(controllers, hrefs):
    added, failed = Caught(controllers.layers.layer_added), Caught(controllers.layers.failed)
    scenes = [scene_of(href, scene_id=f"S{number}") for number, href in enumerate(hrefs)]
    controllers.layers.add_scenes(scenes)
    wait_until(lambda: len(added.values) + len(failed.values) == len(hrefs), 60)
    assert failed.values == []
    return added.values


def drawn(layer):
    """Draw a layer; gives the picture and the errors."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(layer.extent())
    settings.setOutputSize(QSize(128, 128))
    job = QgsMapRendererSequentialJob(settings)
    done = Caught(job.finished)
    job.start()
    wait_until(lambda: done.values or not job.isActive(), 30)
    return job.renderedImage(), [error.message for error in job.errors()]


def shows_pixels(layer):
    image, errors = drawn(layer)
    colours = {image.pixel(x, y) for x in range(0, 128, 8) for y in range(0, 128, 8)}
    return not errors and len(colours) > 10


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


def saved_texts(project, layer, tmp_path):
    """Everything that QGIS writes about a layer."""
    texts = {}
    for relative in (True, False):
        project.writeEntryBool("Paths", "/Absolute", not relative)
        for suffix in ("qgs", "qgz"):
            path = tmp_path / f"p{int(relative)}.{suffix}"
            assert project.write(str(path))
            if suffix == "qgz":
                with zipfile.ZipFile(path) as archive:
                    texts[path.name] = "\n".join(
                        archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
                    )
            else:
                texts[path.name] = path.read_text("utf-8")
    qlr = tmp_path / "layer.qlr"
    ok, message = QgsLayerDefinition.exportLayerDefinition(
        str(qlr), [project.layerTreeRoot().findLayer(layer.id())]
    )
    assert ok, message
    texts["qlr"] = qlr.read_text("utf-8")
    qml = tmp_path / "style.qml"
    layer.saveNamedStyle(str(qml))
    texts["qml"] = qml.read_text("utf-8")
    document = QDomDocument()
    QgsLayerDefinition.exportLayerDefinition(
        document, [project.layerTreeRoot().findLayer(layer.id())], QgsReadWriteContext()
    )
    texts["clipboard"] = document.toString()
    texts["metadata"] = layer.htmlMetadata() if is_placeholder(layer) else ""
    return texts


def is_placeholder(layer):
    return PLACEHOLDERS in layer.source()


def test_nothing_that_is_saved_holds_a_signature(signed_in, hrefs, project, tmp_path):
    [layer] = add(signed_in, hrefs())
    assert rasters.lives(layer)
    for name, text in saved_texts(project, layer, tmp_path).items():
        plain = unquote(unquote(text))
        assert "X-Amz-" not in plain, name
        assert PLACEHOLDERS not in plain, name
    assert rasters.lives(layer)  # the live layer keeps it


def test_the_quoted_form_of_gdal_is_stripped_too(signed_in, hrefs, scripted, project, tmp_path):
    [href] = hrefs()
    signed = scripted.signed(href, datetime.now(timezone.utc))
    layer = QgsRasterLayer(
        f"/vsicurl?list_dir=no&empty_dir=yes&url={quote(signed, safe='')}", "by hand", "gdal"
    )
    assert layer.isValid()
    project.addMapLayer(layer)
    for name, text in saved_texts(project, layer, tmp_path).items():
        assert "X-Amz-" not in unquote(unquote(text)), name


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


def restyle(layer, project):
    layer.renderer().setRedBand(3)
    layer.renderer().setOpacity(0.4)
    layer.setName("My name")
    project.layerTreeRoot().findLayer(layer.id()).setItemVisibilityChecked(False)


def state_of(project):
    root = project.layerTreeRoot()
    return [
        (
            layer.id(),
            layer.name(),
            root.findLayer(layer.id()).itemVisibilityChecked(),
            layer.renderer().redBand(),
            round(layer.renderer().opacity(), 3),
            layer.renderer().redContrastEnhancement().maximumValue(),
        )
        for layer in root.layerOrder()
    ]


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
    assert ticker.longest_ms < 50
    assert (len(scripted.object_requests) - requests) / 6 <= 4


def test_a_hundred_layers_take_two_signing_requests(signed_in, hrefs, scripted, project, tmp_path):
    add(signed_in, hrefs(100))
    path = str(tmp_path / "p.qgz")
    assert project.write(path)
    project.clear()
    before = sum(request.path == "/sign_urls" for request in scripted.server.requests)
    settled = Caught(signed_in.layers.settled)
    assert project.read(path)
    settled.wait(seconds=120)
    assert sum(request.path == "/sign_urls" for request in scripted.server.requests) - before == 2
    assert sum(rasters.lives(layer) for layer in project.mapLayers().values()) == 100


def test_sign_out_releases_and_sign_in_brings_back(signed_in, hrefs, scripted, project):
    [layer] = add(signed_in, hrefs())
    restyle(layer, project)
    before = state_of(project)
    signed_in.session.sign_out()
    assert is_placeholder(layer)
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


def test_a_signature_is_renewed_before_its_end_and_nobody_notices(signed_in, hrefs, scripted, project):
    [layer] = add(signed_in, hrefs())
    old = addresses_of(layer)
    told = Caught(layer.repaintRequested, layer.dataSourceChanged, layer.styleChanged, layer.rendererChanged)
    controller = signed_in.layers
    controller.tick()
    run_for(0.3)
    assert addresses_of(layer) == old  # eight hours are left
    time.sleep(1.1)  # a signature of another second is another one
    controller._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=7, minutes=31)
    controller.tick()
    wait_until(lambda: addresses_of(layer) != old)
    assert expiry_of(addresses_of(layer)[0]) > expiry_of(old[0])
    assert told.values == []
    assert shows_pixels(layer)


def test_after_a_long_sleep_the_expired_layer_is_renewed(signed_in, hrefs, scripted):
    scripted.lifetime_s = 2
    [layer] = add(signed_in, hrefs())
    old = addresses_of(layer)
    time.sleep(2.2)
    scripted.lifetime_s = 3600
    signed_in.layers.tick()
    wait_until(lambda: addresses_of(layer) != old)
    images.forget_addresses()
    assert shows_pixels(layer)


def test_a_service_that_is_away_takes_no_signature_that_still_works(signed_in, hrefs, scripted):
    [layer] = add(signed_in, hrefs())
    scripted.down.add("/sign_urls")
    failed = Caught(signed_in.layers.failed)
    signed_in.layers._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=7, minutes=31)
    signed_in.layers.tick()
    failed.wait(seconds=30)
    assert rasters.lives(layer)
    signed_in.layers._clocks.now = lambda: datetime.now(timezone.utc) + timedelta(hours=9)
    signed_in.layers.tick()
    failed.wait(2, seconds=30)
    assert is_placeholder(layer)


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
    controllers.layers.add_scene(scene_of(hrefs()[0]))
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
    assert layer.extent() == extent
    assert layer.bandCount() == bands
    assert layer.dataProvider().dataType(1) == data_type
    assert QgsProject.instance().mapLayer(layer.id()) is layer
