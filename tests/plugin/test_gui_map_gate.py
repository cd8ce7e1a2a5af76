"""A project of many layers: they come onto the map a few at a time, and nothing else changes."""

from __future__ import annotations

import time

import pytest
from osgeo import gdal
from qgis.core import QgsProject
from qgis.gui import QgsLayerTreeMapCanvasBridge, QgsMapCanvas
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject

from dinamis_plugin.gui.map_gate import MANY, MapGate
from dinamis_plugin.qgisio import images, rasters
from dinamis_plugin.qgisio.images import CACHE_BYTES

from .layer_support import add, is_placeholder, state_of
from .waiting import Caught, run_for, wait_until

COUNT = MANY + 8
FEW = 6


@pytest.fixture
def canvas(qgis_app, project):
    """A map that follows the layer tree, as QGIS's own does."""
    made = QgsMapCanvas()
    made.resize(200, 200)
    made.setParallelRenderingEnabled(True)
    made.show()
    bridge = QgsLayerTreeMapCanvasBridge(project.layerTreeRoot(), made)
    heard = project.readProject.connect(lambda _document: bridge.setCanvasLayers())
    yield made
    project.readProject.disconnect(heard)
    sip.delete(bridge)
    sip.delete(made)


@pytest.fixture
def gate(canvas, signed_in):
    """The gate before the map."""
    parent = QObject()
    made = MapGate(canvas, signed_in.layers, parent)
    yield made
    made.remove()
    sip.delete(parent)


@pytest.fixture
def many(signed_in, hrefs, project, tmp_path):
    """A project of so many layers that the map is crowded, saved and closed."""
    layers = add(signed_in, hrefs(8, "m"))
    extent = layers[0].extent()
    project.addMapLayers([layers[number % 8].clone() for number in range(COUNT - 8)])
    path = str(tmp_path / "many.qgz")
    assert project.write(path)
    project.clear()
    return path, extent


@pytest.fixture(autouse=True)
def roomy():
    """A cache of GDAL that holds all images of a test, as far as it is asked for its size."""
    gdal.SetConfigOption("CPL_VSIL_CURL_CACHE_SIZE", "1000000000")
    yield
    gdal.SetConfigOption("CPL_VSIL_CURL_CACHE_SIZE", str(CACHE_BYTES))


def names(layers):
    return [layer.id() for layer in layers]


def on_the_map(project):
    return names(project.layerTreeRoot().layerOrder())


def test_layers_of_a_large_project_come_a_few_at_a_time(many, gate, canvas, signed_in, project):
    path, extent = many
    seen, drawings = [], []
    canvas.layersChanged.connect(lambda: seen.append([is_placeholder(one) for one in canvas.layers()]))
    canvas.renderStarting.connect(
        lambda: drawings.append((len(canvas.layers()), canvas.isParallelRenderingEnabled()))
    )
    settled = Caught(signed_in.layers.settled)
    assert project.read(path)
    canvas.setExtent(extent)
    saved = state_of(project)
    wait_until(lambda: len(gate.layer_ids()) == COUNT)
    assert canvas.layers() == []
    settled.wait(seconds=60)
    wait_until(lambda: len(canvas.layers()) == COUNT, 30)
    assert names(canvas.layers()) == gate.layer_ids() == on_the_map(project)
    assert all(map(rasters.lives, canvas.layers()))
    counts = [len(layers) for layers in seen]
    assert any(0 < count < COUNT for count in counts)
    # Only when the layer tree has just spoken are there placeholders; no drawing begins between.
    assert not any(any(layers) for layers in seen if len(layers) < COUNT)
    # Two dozen at a time, in two rounds; a busy machine may let some come after their round.
    assert len({count for count, _parallel in drawings} - {0}) <= FEW
    assert not any(parallel for count, parallel in drawings if count > MANY)
    wait_until(canvas.isParallelRenderingEnabled, 30)
    assert canvas.mapUpdateInterval() == 250
    assert state_of(project) == saved


def test_what_is_refused_shows_its_placeholder(many, gate, canvas, signed_in, scripted, project):  # noqa: PLR0917
    path, extent = many
    addresses = [f"{scripted.url}/objects/m{number}.tif" for number in range(8)]
    scripted.refusals.update({one: {"code": "forbidden", "detail": "Not for you."} for one in addresses})
    failed = Caught(signed_in.layers.failed)
    assert project.read(path)
    canvas.setExtent(extent)
    failed.wait(seconds=30)
    wait_until(lambda: names(canvas.layers()) == on_the_map(project))
    assert all(map(is_placeholder, canvas.layers()))
    assert signed_in.layers.coming() == frozenset()


@pytest.mark.parametrize("why", ["more than GDAL keeps", "slow"])
def test_what_cannot_be_read_beforehand_is_drawn_as_usual(  # noqa: PLR0917
    many, gate, canvas, signed_in, scripted, project, why
):
    path, extent = many
    if why == "slow":
        gate._late.setInterval(1)
    else:
        gdal.SetConfigOption("CPL_VSIL_CURL_CACHE_SIZE", "1000000")
    drawings = []
    canvas.renderStarting.connect(
        lambda: drawings.append((len(canvas.layers()), canvas.isParallelRenderingEnabled()))
    )
    images.forget_addresses()
    settled = Caught(signed_in.layers.settled)
    assert project.read(path)
    canvas.setExtent(extent)
    settled.wait(seconds=60)
    wait_until(lambda: len(canvas.layers()) == COUNT, 30)
    wait_until(lambda: drawings and drawings[-1][0] == COUNT and not canvas.isDrawing(), 30)
    assert all(parallel for _count, parallel in drawings)
    assert all(map(rasters.lives, canvas.layers()))
    assert canvas.mapUpdateInterval() == 250


@pytest.mark.parametrize("count", [1, COUNT])
def test_layers_hidden_meanwhile_stay_hidden(many, gate, canvas, signed_in, project, count):  # noqa: PLR0917
    path, extent = many
    settled = Caught(signed_in.layers.settled)
    assert project.read(path)
    canvas.setExtent(extent)
    wait_until(lambda: len(gate.layer_ids()) == COUNT)
    hidden = gate.layer_ids()[:count]
    for name in hidden:
        project.layerTreeRoot().findLayer(name).setItemVisibilityChecked(False)
    settled.wait(seconds=60)
    wait_until(lambda: not signed_in.layers.coming(), 30)
    run_for(0.2)
    assert names(canvas.layers()) == [name for name in on_the_map(project) if name not in hidden]


def test_the_map_is_given_back_whole_while_images_come(many, canvas, signed_in, project):
    path, extent = many
    parent = QObject()
    gate = MapGate(canvas, signed_in.layers, parent)
    assert project.read(path)
    canvas.setExtent(extent)
    wait_until(lambda: len(gate.layer_ids()) == COUNT)
    assert canvas.layers() == []
    gate.remove()
    sip.delete(parent)
    assert names(canvas.layers()) == on_the_map(project)
    assert canvas.isParallelRenderingEnabled()
    assert canvas.mapUpdateInterval() == 250
    run_for(0.5)


def test_another_project_opened_meanwhile_is_shown(many, gate, canvas, signed_in, project, tmp_path):  # noqa: PLR0917
    path, extent = many
    assert project.read(path)
    canvas.setExtent(extent)
    wait_until(lambda: len(gate.layer_ids()) == COUNT)
    few = QgsProject()
    assert few.write(str(tmp_path / "few.qgz"))
    assert project.read(str(tmp_path / "few.qgz"))
    assert signed_in.layers.coming() == frozenset()
    settled = Caught(signed_in.layers.settled)
    assert project.read(path)
    settled.wait(seconds=60)
    wait_until(lambda: len(canvas.layers()) == COUNT, 30)
    assert all(map(rasters.lives, canvas.layers()))


def test_a_project_closed_while_its_layers_are_read_beforehand(  # noqa: PLR0917
    many, gate, canvas, signed_in, scripted, project
):
    path, extent = many
    images.forget_addresses()
    scripted.object_delay_s = 0.2
    assert project.read(path)
    canvas.setExtent(extent)
    wait_until(lambda: gate._rehearsal is not None, 60)
    project.clear()
    wait_until(lambda: gate._rehearsal is None, 30)
    run_for(0.5)
    assert canvas.layers() == []
    assert gate.layer_ids() == []
    wait_until(lambda: canvas.isParallelRenderingEnabled() and canvas.mapUpdateInterval() == 250, 30)


def test_the_plugin_goes_while_layers_are_read_beforehand(many, canvas, signed_in, scripted, project):
    path, extent = many
    parent = QObject()
    gate = MapGate(canvas, signed_in.layers, parent)
    images.forget_addresses()
    scripted.object_delay_s = 0.2
    assert project.read(path)
    canvas.setExtent(extent)
    wait_until(lambda: gate._rehearsal is not None, 60)
    began = time.monotonic()
    gate.remove()
    assert time.monotonic() - began < 1
    sip.delete(parent)
    wait_until(lambda: not canvas.isDrawing(), 60)
    run_for(1)
    assert names(canvas.layers()) == on_the_map(project)
