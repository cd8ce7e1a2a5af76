"""Two dates compared on a real canvas: the line, the transparency, and what ends it."""

from __future__ import annotations

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsRasterLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QApplication

from dinamis_plugin.gui.compare_bar import CompareBar
from dinamis_plugin.gui.map_tools import ToolSwitch

from .gui_support import canvas, child, click, flush_deletions, pointer, window  # noqa: F401
from .sensors import MISSIONS, write_scene
from .waiting import run_for, wait_until


@pytest.fixture
def dates(tmp_path, project, canvas):  # noqa: F811
    """A dark and a light image of the same place, in the project and on the map."""
    bands, pixel, _ = MISSIONS["PLEIADES"]
    layers = []
    for name, scale in (("dark", 0.2), ("light", 1.0)):
        path = write_scene(tmp_path / f"{name}.tif", bands, pixel, scale=scale, byte=True)
        layers.append(QgsRasterLayer(str(path), name, "gdal"))
    project.addMapLayers(layers)
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:2154"))
    canvas.setLayers([layers[1], layers[0]])
    area = layers[0].extent()
    # soil and roofs, right of the water and the forest
    area.setXMinimum(area.center().x())
    area.setYMaximum(area.yMinimum() + area.width())
    canvas.setExtent(area)
    yield layers
    canvas.setLayers([])


@pytest.fixture
def bar(canvas, dates):  # noqa: F811
    made = CompareBar(canvas, ToolSwitch(canvas))
    yield made
    made.shut_down()
    flush_deletions()


def pictures_are_there(bar):
    wait_until(lambda: not bar.item._left.image.isNull() and not bar.item._right.image.isNull(), 20)
    wait_until(lambda: not bar.item.drawing, 20)


def lightness(canvas, x, y=200):  # noqa: F811
    QApplication.processEvents()
    return canvas.grab().toImage().pixelColor(x, y).lightness()


def test_the_line_parts_the_two_dates(bar, canvas, dates, pointer):  # noqa: F811
    dark, light = dates
    bar.start(dark, light)
    pictures_are_there(bar)
    assert lightness(canvas, 150) < 40 < lightness(canvas, 450) - 100
    pointer.drag((300, 300), (500, 300))
    assert bar.item.share == pytest.approx(500 / 600, abs=0.02)
    assert lightness(canvas, 450) < 80
    assert lightness(canvas, 590) > 120
    pointer.key(Qt.Key.Key_Left)
    assert bar.item.share == pytest.approx(500 / 600 - 0.02, abs=0.02)


def test_the_earlier_date_is_let_through(bar, canvas, dates):  # noqa: F811
    bar.start(*dates)
    pictures_are_there(bar)
    slider = child(bar, "compareTransparencySlider")
    seen = []
    for value in (0, 50, 100):
        slider.setValue(value)
        seen.append(lightness(canvas, 150))
    assert seen[0] < seen[1] < seen[2]
    assert seen[2] > 3 * seen[0]


def test_the_pictures_follow_the_map(bar, canvas, dates):  # noqa: F811
    bar.start(*dates)
    pictures_are_there(bar)
    area = canvas.extent()
    area.scale(0.5)
    canvas.setExtent(area)
    wait_until(lambda: bar.item._left.extent.width() < 1.1 * canvas.extent().width(), 20)
    pictures_are_there(bar)
    assert bar.item._left.extent.width() == pytest.approx(canvas.extent().width(), rel=0.01)


def test_the_tool_before_comes_back_and_nothing_is_left(bar, canvas, dates):  # noqa: F811
    before = canvas.mapTool()
    bar.start(*dates)
    assert canvas.mapTool() is bar.tool
    assert child(bar, "compareSwipeButton").isChecked()
    click(child(bar, "compareCloseButton"))
    assert canvas.mapTool() is before
    assert not bar.isVisible()
    assert not bar.item.isVisible()


def test_escape_ends_it(bar, canvas, dates, pointer):  # noqa: F811
    bar.start(*dates)
    pointer.key(Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_other_layers_can_be_chosen(bar, canvas, dates):  # noqa: F811
    bar.start(dates[0])
    left, right = child(bar, "compareLeftCombo"), child(bar, "compareRightCombo")
    assert left.currentLayer() is dates[0]
    assert right.currentLayer() is dates[1]
    left.setLayer(dates[1])
    right.setLayer(dates[0])
    pictures_are_there(bar)
    run_for(0.2)
    assert lightness(canvas, 150) > 70 > lightness(canvas, 450)


def test_it_ends_with_its_layers(bar, canvas, dates, project):  # noqa: F811
    bar.start(*dates)
    project.removeMapLayer(dates[0].id())
    assert not bar.isVisible()
    canvas.setLayers([])
    run_for(0.2)


def test_a_project_that_is_closed_ends_it(bar, canvas, dates):  # noqa: F811
    bar.start(*dates)
    canvas.setLayers([])
    QgsProject.instance().clear()
    run_for(0.2)
    assert not bar.isVisible()
    assert not sip.isdeleted(bar.item)
