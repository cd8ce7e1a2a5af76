"""The map goes to what it does not show, and stays where it shows some of it."""

from __future__ import annotations

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle
from qgis.gui import QgsMapCanvas
from shapely.geometry import box

from dinamis_plugin.gui.map_sight import bring_into_view

HERE, THERE = box(3.0, 43.0, 3.2, 43.2), box(-54.2, 3.9, -54.0, 4.1)


@pytest.fixture
def canvas(qtbot):
    made = QgsMapCanvas()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    made.setExtent(QgsRectangle(2.9, 42.9, 3.1, 43.1))
    return made


def test_a_map_that_shows_one_of_them_stays(canvas):
    before = canvas.extent()
    bring_into_view(canvas, [THERE, HERE])
    bring_into_view(canvas, [])
    assert canvas.extent() == before


def test_a_map_that_shows_none_goes_to_all_of_them(canvas):
    bring_into_view(canvas, [THERE])
    assert canvas.extent().contains(QgsRectangle(*THERE.bounds))
    assert canvas.extent().width() < 2
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    bring_into_view(canvas, [HERE])
    assert canvas.extent().contains(QgsRectangle(334_000, 5_311_950, 356_200, 5_342_000))
