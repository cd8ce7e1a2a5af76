"""What `test_machine_clock` runs under libfaketime: layers are open while the clock of the machine jumps."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import requests
from qgis.core import QgsRectangle
from qgis.gui import QgsMapCanvas
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QTimer

from dinamis_plugin.domain.lease import Clocks
from dinamis_plugin.domain.search import ProductType
from dinamis_plugin.qgisio import images, rasters

from .images import addresses_of
from .layer_support import shows_pixels
from .test_controllers_live import MONTPELLIER, member, search  # noqa: F401 - a fixture
from .waiting import Caught, run_for, wait_until

CLOCK = Path(os.environ["FAKETIME_TIMESTAMP_FILE"])
REFUSED = re.compile(r"(?:GET|HEAD) /objects/\S+ 403 ")


class Map:
    """A map of layers, and what a person would see of them meanwhile."""

    def __init__(self, layers):
        self.layers, self.placeholders, self.blank = layers, [], []
        self.canvas = QgsMapCanvas()
        self.canvas.resize(300, 300)
        self.canvas.setDestinationCrs(layers[0].crs())
        self.canvas.setLayers(layers)
        self.canvas.setExtent(QgsRectangle(layers[0].extent()))
        self.canvas.show()
        drawn = Caught(self.canvas.mapCanvasRefreshed)
        self.canvas.refresh()
        drawn.wait(seconds=30)
        wait_until(lambda: not self.canvas.isDrawing(), 30)
        assert self._shows_pixels()
        self.canvas.mapCanvasRefreshed.connect(self._look)
        self._timer = QTimer()
        self._timer.timeout.connect(self._look_at_layers)
        self._timer.start(20)

    def close(self):
        self._timer.stop()
        sip.delete(self.canvas)

    def _look(self):
        if not self._shows_pixels():
            self.blank.append(Clocks().now())

    def _look_at_layers(self):
        self.placeholders += [layer.name() for layer in self.layers if not rasters.lives(layer)]

    def _shows_pixels(self):
        picture = self.canvas.grab().toImage()
        return len({picture.pixel(x, y) for x in range(0, 300, 10) for y in range(0, 300, 10)}) > 10


def jump(by):
    """Set the clock of every process that reads the file; tells how far it went, in seconds."""
    before, steady = Clocks().now(), Clocks().steady()
    CLOCK.write_text(f"{by}\n", "ascii")
    return (Clocks().now() - before).total_seconds(), Clocks().steady() - steady


@pytest.fixture
def opened(member, project):  # noqa: F811
    """Two layers of the real service on a map."""
    scenes, _ = search(member, product_type=ProductType.DOWNLOADABLE, aois=(MONTPELLIER,))
    added = Caught(member.layers.layer_added)
    member.loading.load(scenes[:2])
    added.wait(2, 60)
    shown = Map(added.values)
    yield member, shown, scenes
    shown.close()


def refusals(live):
    """How often the service refused an image."""
    return len(REFUSED.findall((live.folder / "service.log").read_text("utf-8")))


def renewed(shown, old):
    return all(rasters.lives(layer) and not set(addresses_of(layer)) & old for layer in shown.layers)


def test_after_nine_hours_of_sleep(opened, live):
    """The machine slept, and for the service as many hours passed: what was signed before has ended."""
    _, shown, _ = opened
    old = {url for layer in shown.layers for url in addresses_of(layer)}
    wall_s, steady_s = jump("+9h")
    assert wall_s == pytest.approx(9 * 3600, abs=60)
    assert steady_s == pytest.approx(9 * 3600, abs=60)
    wait_until(lambda: renewed(shown, old), 60)
    run_for(3)
    assert (shown.placeholders, shown.blank) == ([], [])
    assert refusals(live) == 0  # nobody asked with what had ended
    assert {requests.get(url.partition("#")[0], timeout=20).status_code for url in old} == {403}
    assert refusals(live) == len(old)
    images.forget_addresses()
    assert all(map(shows_pixels, shown.layers))


def test_after_the_clock_is_set_back_and_forward(opened):
    """Only the wall clock of this machine is set: the service and the steady clock go on."""
    controllers, shown, scenes = opened
    old = {url for layer in shown.layers for url in addresses_of(layer)}
    wall_s, steady_s = jump("-1d")
    assert wall_s == pytest.approx(-86_400, abs=60)
    assert abs(steady_s) < 60
    run_for(7)  # the clock of layers ticks every five seconds
    images.forget_addresses()
    assert all(map(shows_pixels, shown.layers))
    added = Caught(controllers.layers.layer_added)
    controllers.loading.load(scenes[2:3])
    assert shows_pixels(added.wait(seconds=60))
    jump("+9h")
    wait_until(lambda: renewed(shown, old), 60)
    run_for(3)
    images.forget_addresses()
    assert all(map(shows_pixels, shown.layers))
    assert (shown.placeholders, shown.blank) == ([], [])
