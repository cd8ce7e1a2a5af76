"""Areas of interest: drawn with the mouse, imported, listed, taken out."""

from __future__ import annotations

import json

import pytest
from qgis.core import QgsCoordinateReferenceSystem
from qgis.gui import QgsMapToolZoom
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from qgis.PyQt.QtGui import QDropEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QInputDialog
from shapely.geometry import box, mapping

from dinamis_plugin.gui.aoi_bands import AoiBands
from dinamis_plugin.gui.aoi_panel import AoiPanel
from dinamis_plugin.gui.map_tools import ToolSwitch
from dinamis_plugin.plugin import _area_km2
from dinamis_plugin.qgisio.area_files import LayerInfo

from .gui_support import RIGHT, canvas, child, click, dock, make_aoi, pointer, window  # noqa: F401
from .waiting import Caught, wait_until


@pytest.fixture
def panel(window, canvas):  # noqa: F811

    made = AoiPanel(canvas, ToolSwitch(canvas), _area_km2)
    made.setParent(window)
    made.resize(320, 400)
    made.show()
    yield made
    made.shut_down()
    QApplication.processEvents()


def corners(geometry):
    box_ = geometry.boundingBox()
    return box_.xMinimum(), box_.yMinimum(), box_.xMaximum(), box_.yMaximum()


def test_a_rectangle_by_dragging(panel, canvas, pointer):  # noqa: F811
    before = canvas.mapTool()
    drawn = Caught(panel.drawn)
    click(child(panel, "drawRectangleButton"))
    assert child(panel, "drawRectangleButton").isChecked()
    pointer.drag((100, 100), (300, 200))
    assert len(drawn.values) == 1
    to_map = canvas.getCoordinateTransform().toMapCoordinates
    expected = (*to_map(100, 200), *to_map(300, 100))
    assert corners(drawn.values[0]) == pytest.approx(expected)
    assert canvas.mapTool() is before
    assert not child(panel, "drawRectangleButton").isChecked()


def test_a_rectangle_by_two_clicks(panel, pointer):  # noqa: F811
    drawn = Caught(panel.drawn)
    click(child(panel, "drawRectangleButton"))
    pointer.click(100, 100)
    assert not drawn.values
    pointer.move(250, 250)
    pointer.click(250, 250)
    assert len(drawn.values) == 1


@pytest.mark.parametrize("ending", ["right", "double", "enter"])
def test_a_polygon_ends_in_three_ways(panel, canvas, pointer, ending):  # noqa: F811
    before, centre = canvas.mapTool(), canvas.center()
    drawn = Caught(panel.drawn)
    click(child(panel, "drawPolygonButton"))
    pointer.click(100, 100)
    pointer.click(300, 100)
    if ending == "double":
        pointer.double_click(300, 300)
    else:
        pointer.click(300, 300)
        if ending == "right":
            pointer.click(150, 350, RIGHT)
        else:
            pointer.key(Qt.Key.Key_Return)
    assert len(drawn.values) == 1
    assert len(drawn.values[0].asPolygon()[0]) == 4
    assert canvas.mapTool() is before
    assert canvas.center() == centre


@pytest.mark.parametrize("button", ["drawRectangleButton", "drawPolygonButton"])
def test_escape_gives_up(panel, canvas, pointer, button):  # noqa: F811
    before = canvas.mapTool()
    drawn = Caught(panel.drawn)
    click(child(panel, button))
    pointer.click(100, 100)
    pointer.move(200, 220)
    pointer.key(Qt.Key.Key_Escape)
    assert not drawn.values
    assert canvas.mapTool() is before
    assert not child(panel, button).isChecked()


def test_backspace_takes_the_last_corner_back(panel, pointer):  # noqa: F811
    drawn = Caught(panel.drawn)
    click(child(panel, "drawPolygonButton"))
    for corner in ((100, 100), (300, 100), (300, 300), (500, 500)):
        pointer.click(*corner)
    pointer.key(Qt.Key.Key_Backspace)
    pointer.click(0, 0, RIGHT)
    assert len(drawn.values[0].asPolygon()[0]) == 4


def test_a_double_click_ends_also_when_its_release_is_lost(panel, pointer, canvas):  # noqa: F811
    drawn = Caught(panel.drawn)
    click(child(panel, "drawPolygonButton"))
    pointer.click(100, 100)
    pointer.click(300, 100)
    pointer.click(300, 300)
    middle = QPoint(300, 300)
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    assert len(drawn.wait().asPolygon()[0]) == 4


def test_a_polygon_of_two_corners_is_no_area(panel, canvas, pointer):  # noqa: F811
    drawn = Caught(panel.drawn)
    click(child(panel, "drawPolygonButton"))
    pointer.click(100, 100)
    pointer.click(300, 100)
    pointer.click(0, 0, RIGHT)
    assert not drawn.values


def test_the_area_shows_while_drawing(panel, pointer):  # noqa: F811
    click(child(panel, "drawRectangleButton"))
    pointer.press(100, 100)
    pointer.move(300, 300, buttons=Qt.MouseButton.LeftButton)
    hint = child(panel, "aoiHintLabel").text()
    # 200 of 600 pixels of 50 km at 43.5 degrees north, where Web Mercator stretches by 1.38.
    assert "km²" in hint
    assert 140 < float(hint.split()[0].replace(",", ".")) < 160


def test_another_tool_of_the_person_is_kept(panel, canvas, pointer):  # noqa: F811
    zoom = QgsMapToolZoom(canvas, False)
    click(child(panel, "drawPolygonButton"))
    pointer.click(100, 100)
    canvas.setMapTool(zoom)
    assert not child(panel, "drawPolygonButton").isChecked()
    assert canvas.mapTool() is zoom
    canvas.unsetMapTool(zoom)
    sip.delete(zoom)


def test_from_one_tool_to_the_other_and_back_to_the_persons(panel, canvas, pointer):  # noqa: F811
    before = canvas.mapTool()
    click(child(panel, "drawRectangleButton"))
    click(child(panel, "drawPolygonButton"))
    assert not child(panel, "drawRectangleButton").isChecked()
    click(child(panel, "drawPolygonButton"))
    assert canvas.mapTool() is before


def test_the_list_shows_names_and_sizes(panel):
    panel.set_aois([make_aoi("Zone 1", km2=12.5), make_aoi("Zone 2", km2=1500)], 1512.5)
    assert child(panel, "aoiList").count() == 2
    assert "km²" in child(panel, "aoiAreaLabel").text()
    assert child(panel, "clearAoisButton").isVisible()


def test_delete_takes_the_area_in_hand_out(panel):
    removed = Caught(panel.removed)
    panel.set_aois([make_aoi("Zone 1"), make_aoi("Zone 2")], 180)
    view = child(panel, "aoiList")
    view.setCurrentRow(1)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert removed.values == [1]


def test_the_cross_of_a_row_takes_it_out(panel):
    removed = Caught(panel.removed)
    panel.set_aois([make_aoi("Zone 1"), make_aoi("Zone 2")], 180)
    QApplication.processEvents()
    view = child(panel, "aoiList")
    click(child(view.itemWidget(view.item(0)), "removeAoiButton"))
    assert removed.values == [0]


def test_a_dropped_file_is_imported(panel, tmp_path):
    asked = Caught(panel.file_requested)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.gpkg"))])
    event = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    panel.dropEvent(event)
    assert asked.values == [str(tmp_path / "a.gpkg")]


def test_bands_follow_the_crs_of_the_canvas(canvas):  # noqa: F811
    bands = AoiBands(canvas)
    bands.show([make_aoi(west=3.6, south=43.5)])
    first = bands.bands[0].asGeometry().boundingBox()
    assert first.xMinimum() == pytest.approx(400750, abs=100)
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:2154"))
    second = bands.bands[0].asGeometry().boundingBox()
    assert 740_000 < second.xMinimum() < 760_000
    bands.remove()
    assert not bands.bands


# In the dock, with the controllers


def test_drawn_areas_are_listed_and_shown_on_the_map(dock, pointer, controllers):  # noqa: F811
    click(child(dock, "drawRectangleButton"))
    pointer.drag((100, 100), (300, 200))
    click(child(dock, "canvasExtentButton"))
    assert child(dock, "aoiList").count() == 2
    assert len(dock.areas.bands.bands) == 2
    assert child(dock, "aoiAreaLabel").text() == "Computing…"
    wait_until(lambda: controllers.aois.total_area_km2)
    assert 1200 < controllers.aois.total_area_km2 < 1400
    assert "km²" in child(dock, "aoiAreaLabel").text()
    click(child(dock, "clearAoisButton"))
    assert child(dock, "aoiList").count() == 0
    assert not dock.areas.bands.bands
    assert not child(dock, "aoiAreaLabel").text()


def write_geojson(path, *shapes):
    features = [{"type": "Feature", "properties": {}, "geometry": mapping(shape)} for shape in shapes]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return str(path)


def test_a_typed_path_is_imported_at_enter(dock, tmp_path, controllers):  # noqa: F811
    edit = child(dock, "aoiPathEdit")
    QTest.keyClicks(edit, write_geojson(tmp_path / "zone.geojson", box(3.6, 43.5, 3.7, 43.6)))
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert not child(dock, "importAoiButton").isEnabled()
    wait_until(lambda: controllers.aois.aois)
    assert child(dock, "importAoiButton").isEnabled()
    assert child(dock, "aoiList").count() == 1


def test_a_file_that_cannot_be_read_is_said_and_the_areas_stay(dock, tmp_path):  # noqa: F811
    click(child(dock, "canvasExtentButton"))
    path = tmp_path / "broken.geojson"
    path.write_text("{", encoding="utf-8")
    edit = child(dock, "aoiPathEdit")
    QTest.keyClicks(edit, str(path))
    QTest.keyClick(edit, Qt.Key.Key_Return)
    wait_until(child(dock, "noticeLabel").isVisible)
    assert child(dock, "aoiList").count() == 1
    assert edit.text() == str(path)


def test_a_file_of_several_layers_asks_which_one(dock, controllers):  # noqa: F811

    asked = Caught(controllers.aois.importing)
    layers = [LayerInfo("communes", 3), LayerInfo("parcels", 9)]
    controllers.aois.layer_needed.emit("/nowhere/a.gpkg", layers)
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QInputDialog) and w.isVisible())
    assert dialog.comboBoxItems() == ["communes", "parcels"]
    dialog.setTextValue("parcels")
    dialog.accept()
    wait_until(lambda: asked.values == [True, False])
