"""Areas drawn by further tools; their vertices; paste, selection, names, quotas."""

from __future__ import annotations

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QMimeData, Qt, QUrl
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QApplication, QLineEdit, QMenu
from shapely.geometry import box

from dinamis_plugin.controllers.kept_areas import KeptAreas
from dinamis_plugin.domain.aoi import Aoi
from dinamis_plugin.qgisio.kept_areas import kept_path

from .gui_support import RIGHT, canvas, child, click, dock, make_quotas, pointer, window  # noqa: F401
from .waiting import run_for, wait_until

CTRL = Qt.KeyboardModifier.ControlModifier
MONTPELLIER = box(3.8, 43.5, 3.9, 43.7)


@pytest.fixture(autouse=True)
def nothing_kept_by_others(qgis_app):
    """Start every test without areas that an earlier one kept."""
    kept_path().unlink(missing_ok=True)
    yield
    kept_path().unlink(missing_ok=True)


def act(dock, name):  # noqa: F811
    """Trigger the entry of a menu of the panel."""
    dock.areas.panel.findChild(QAction, name).trigger()


def names(controllers):
    return [aoi.name for aoi in controllers.aois.aois]


def add(controllers, *shapes):
    controllers.aois.add_areas([Aoi(f"Zone {n}", one, 100.0) for n, one in enumerate(shapes, 1)])


# Drawing


def test_freehand_follows_the_pointer(dock, controllers, pointer):  # noqa: F811
    act(dock, "drawFreehandAction")
    assert child(dock, "drawMoreButton").isChecked()
    path = [(100, 100), (200, 90), (300, 100), (310, 200), (300, 300), (200, 310), (100, 300)]
    pointer.press(*path[0])
    for place in path[1:]:
        pointer.move(*place, buttons=Qt.MouseButton.LeftButton)
    assert "km²" in child(dock, "aoiHintLabel").text()
    pointer.release(*path[-1])
    [aoi] = controllers.aois.aois
    # 200 of 600 pixels of 50 km at 43.5 degrees north, and the bulges.
    assert 145 < aoi.area_km2 < 175
    assert not child(dock, "drawMoreButton").isChecked()


def test_a_circle_is_round_on_the_ground(dock, controllers, pointer, canvas):  # noqa: F811
    act(dock, "drawCircleAction")
    pointer.click(300, 300)
    pointer.move(340, 300)
    assert "km" in child(dock, "aoiHintLabel").text()
    pointer.click(340, 300)
    [aoi] = controllers.aois.aois
    radius_km = 40 / 600 * 50 * 0.7253  # cosine of 43.5 degrees: Web Mercator stretches
    assert aoi.area_km2 == pytest.approx(3.1416 * radius_km**2, rel=0.03)


def test_the_surroundings_of_a_line_follow_the_distance(dock, controllers, pointer):  # noqa: F811
    spin = child(dock, "lineDistanceSpin")
    act(dock, "drawLineAction")
    assert spin.isVisible()
    spin.setValue(1000)
    pointer.click(100, 300)
    pointer.move(400, 300)
    pointer.click(400, 300)
    pointer.click(400, 300, RIGHT)
    [aoi] = controllers.aois.aois
    length_km = 300 / 600 * 50 * 0.7253
    assert aoi.area_km2 == pytest.approx(2 * length_km + 3.1416, rel=0.03)
    assert not spin.isVisible()


def test_a_line_of_one_click_is_no_area(dock, controllers, pointer):  # noqa: F811
    act(dock, "drawLineAction")
    pointer.click(100, 300)
    pointer.click(100, 300, RIGHT)
    assert not controllers.aois.aois


# Vertices


@pytest.fixture
def square(dock, controllers, canvas, pointer):  # noqa: F811
    """A square of 200 pixels under edit; its corners by pixel."""
    to_map = canvas.getCoordinateTransform().toMapCoordinates
    drawn = QgsGeometry.fromRect(QgsRectangle(to_map(200, 400), to_map(400, 200)))
    controllers.aois.add_geometry(drawn, QgsCoordinateReferenceSystem("EPSG:3857"), "Carré")
    dock.areas.panel.list.edit_requested.emit(0)
    return controllers.aois.aois[0].area_km2


def test_the_hint_tells_what_the_mouse_does_until_it_did(square, dock, pointer):  # noqa: F811
    hint = child(dock, "aoiHintLabel")
    assert "right click on it deletes" in hint.text()
    pointer.drag((400, 200), (500, 100))
    assert "km²" in hint.text()


def test_the_share_told_in_an_edit_is_that_of_all_areas(square, dock, controllers, pointer):  # noqa: F811
    other = QgsGeometry.fromRect(QgsRectangle(0, 0, 50000, 50000))
    controllers.aois.add_geometry(other, QgsCoordinateReferenceSystem("EPSG:3857"), "Autre")
    wait_until(lambda: controllers.aois.total_area_km2 is not None)
    dock.areas.panel.set_quotas(make_quotas())
    share = child(dock, "aoiShareLabel")
    before = share.accessibleDescription()
    dock.areas.panel.list.edit_requested.emit(0)
    pointer.drag((400, 200), (500, 100))
    assert share.accessibleDescription() != before
    pointer.drag((500, 100), (400, 200))
    assert share.accessibleDescription() == before


def test_a_vertex_is_dragged(square, controllers, pointer):  # noqa: F811
    pointer.drag((400, 200), (500, 100))
    pointer.key(Qt.Key.Key_Return)
    [aoi] = controllers.aois.aois
    assert aoi.name == "Carré"
    assert aoi.area_km2 == pytest.approx(square * 1.5, rel=0.01)


def test_an_edge_is_dragged_to_insert_a_vertex(square, controllers, pointer):  # noqa: F811
    pointer.drag((300, 200), (300, 100))
    pointer.click(50, 50, RIGHT)
    [aoi] = controllers.aois.aois
    assert len(aoi.geometry.exterior.coords) == 6
    assert aoi.area_km2 == pytest.approx(square * 1.25, rel=0.01)


@pytest.mark.parametrize("way", ["right", "delete"])
def test_a_vertex_is_deleted(square, controllers, pointer, way):  # noqa: F811
    if way == "right":
        pointer.click(400, 200, RIGHT)
    else:
        pointer.move(400, 200)
        pointer.key(Qt.Key.Key_Delete)
    pointer.key(Qt.Key.Key_Return)
    assert controllers.aois.aois[0].area_km2 == pytest.approx(square / 2, rel=0.01)


def test_the_last_triangle_stays(square, controllers, pointer):  # noqa: F811
    for corner in ((400, 200), (400, 400), (200, 400)):
        pointer.click(*corner, RIGHT)
    pointer.key(Qt.Key.Key_Return)
    assert controllers.aois.aois[0].area_km2 == pytest.approx(square / 2, rel=0.01)


def test_undo_and_giving_up(square, controllers, pointer, canvas):  # noqa: F811
    pointer.drag((400, 200), (500, 100))
    pointer.drag((200, 400), (100, 500))
    QTest.keyClick(canvas, Qt.Key.Key_Z, CTRL)
    pointer.key(Qt.Key.Key_Return)
    assert controllers.aois.aois[0].area_km2 == pytest.approx(square * 1.5, rel=0.01)


def test_escape_leaves_the_area_as_it_was(square, dock, controllers, pointer, canvas):  # noqa: F811
    tool = canvas.mapTool()
    pointer.drag((400, 200), (500, 100))
    pointer.key(Qt.Key.Key_Escape)
    assert controllers.aois.aois[0].area_km2 == square
    assert canvas.mapTool() is not tool
    assert not child(dock, "aoiHintLabel").isVisible()


def test_what_is_too_detailed_is_not_edited_but_said(dock, controllers, canvas):  # noqa: F811
    before = canvas.mapTool()
    turn = range(4000)
    ring = " ,".join(f"{3 + n * 1e-5} {43 + (n % 2) * 1e-4}" for n in turn)
    controllers.aois.import_text(f"POLYGON(({ring}, 3.04 44, 3 43))")
    wait_until(lambda: controllers.aois.aois)
    dock.areas.panel.list.edit_requested.emit(0)
    assert child(dock, "noticeLabel").isVisible()
    assert canvas.mapTool() is before


# Paste and selection


def copy(text):
    QApplication.clipboard().setText(text)


def test_ctrl_v_in_the_panel_adds_what_was_copied(dock, controllers):  # noqa: F811
    copy("POLYGON((3 43,3.1 43,3.1 43.1,3 43))")
    QTest.keyClick(child(dock, "drawRectangleButton"), Qt.Key.Key_V, CTRL)
    wait_until(lambda: controllers.aois.aois)
    QTest.keyClick(child(dock, "aoiPathEdit"), Qt.Key.Key_V, CTRL)
    wait_until(lambda: len(controllers.aois.aois) == 2)
    assert child(dock, "aoiPathEdit").text() == ""
    act(dock, "pasteAoiAction")
    wait_until(lambda: len(controllers.aois.aois) == 3)


def test_a_name_is_pasted_as_a_name_and_no_area_elsewhere(dock, controllers):  # noqa: F811
    copy("Montpellier")
    QTest.keyClick(child(dock, "aoiPathEdit"), Qt.Key.Key_V, CTRL)
    assert child(dock, "aoiPathEdit").text() == "Montpellier"
    QTest.keyClick(child(dock, "drawRectangleButton"), Qt.Key.Key_V, CTRL)
    wait_until(child(dock, "noticeLabel").isVisible)
    assert not controllers.aois.aois


def test_a_copied_file_is_imported(dock, controllers, tmp_path):  # noqa: F811
    path = tmp_path / "a.wkt.csv"
    path.write_text('WKT,nom\n"POLYGON((3 43,3.1 43,3.1 43.1,3 43))",Nord\n', "utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    QApplication.clipboard().setMimeData(data)
    asked = []
    controllers.aois.crs_needed.connect(lambda *told: asked.append(told))
    QTest.keyClick(child(dock, "drawRectangleButton"), Qt.Key.Key_V, CTRL)
    wait_until(lambda: asked)
    dock.areas.questions._open.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    dock.areas.questions._open.accept()
    wait_until(lambda: names(controllers) == ["Nord"])


def test_metres_without_a_system_are_asked_about(dock, controllers):  # noqa: F811
    copy("POLYGON((770000 6280000,780000 6280000,780000 6290000,770000 6280000))")
    act(dock, "pasteAoiAction")
    wait_until(lambda: dock.areas.questions._open is not None)
    dock.areas.questions._open.setCrs(QgsCoordinateReferenceSystem("EPSG:2154"))
    dock.areas.questions._open.accept()
    wait_until(lambda: controllers.aois.aois)
    assert controllers.aois.aois[0].area_km2 == pytest.approx(50, rel=0.01)


def layer_of(name, *shapes):
    layer = QgsVectorLayer("Polygon?crs=EPSG:4326&field=nom:string", name, "memory")
    for number, one in enumerate(shapes):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(one.wkt))
        feature.setAttribute("nom", f"{name} {number}")
        layer.dataProvider().addFeature(feature)
    QgsProject.instance().addMapLayer(layer)
    return layer


def test_the_selection_of_the_layer_in_hand_or_of_all(dock, controllers, canvas):  # noqa: F811
    one, other = layer_of("a", box(3, 43, 4, 44), box(5, 43, 6, 44)), layer_of("b", box(7, 43, 8, 44))
    canvas.setLayers([one, other])
    canvas.setCurrentLayer(one)
    button = child(dock, "selectedFeaturesButton")
    click(button)
    wait_until(child(dock, "noticeLabel").isVisible)
    for layer in (one, other):
        layer.selectAll()
    click(button)
    wait_until(lambda: names(controllers) == ["a 0", "a 1"])
    controllers.aois.clear()
    one.selectByIds([])
    click(button)
    wait_until(lambda: names(controllers) == ["b 0"])
    canvas.setCurrentLayer(None)
    canvas.setLayers([])


def test_areas_are_shown_where_the_map_hides_them(dock, controllers, canvas):  # noqa: F811
    before = canvas.extent()
    copy("POLYGON((3.6 43.5,3.9 43.5,3.9 43.7,3.6 43.5))")
    act(dock, "pasteAoiAction")
    wait_until(lambda: controllers.aois.aois)
    assert canvas.extent() == before
    copy("POLYGON((43 3,43.1 3,43.1 3.1,43 3))")
    act(dock, "pasteAoiAction")
    wait_until(lambda: len(controllers.aois.aois) == 2)
    assert 4_700_000 < canvas.extent().center().x() < 4_900_000


# Names, keeping, quotas


def test_f2_renames_and_escape_does_not(dock, controllers):  # noqa: F811
    add(controllers, MONTPELLIER, box(1, 43, 2, 44))
    view = child(dock, "aoiList")
    for typed, key, wanted in (("Ville", Qt.Key.Key_Return, "Ville"), ("Autre", Qt.Key.Key_Escape, "Ville")):
        view.setCurrentRow(1)
        QTest.keyClick(view, Qt.Key.Key_F2)
        edit = child(dock, "aoiNameEdit")
        QTest.keyClicks(edit, typed)
        QTest.keyClick(edit, key)
        run_for(0.05)
        assert names(controllers) == ["Zone 1", wanted]
        assert not view.findChildren(QLineEdit)


def test_a_double_click_zooms_to_the_area(dock, controllers, canvas):  # noqa: F811
    add(controllers, box(1, 47, 2, 48))
    dock.areas.panel.list.setCurrentRow(0)
    QTest.keyClick(child(dock, "aoiList"), Qt.Key.Key_Return)
    assert 5_900_000 < canvas.extent().center().y() < 6_150_000


def test_an_area_is_kept_over_a_restart_and_kept_no_longer(dock, controllers):  # noqa: F811
    add(controllers, MONTPELLIER)
    dock.areas.panel.list.keep_requested.emit(0)
    wait_until(kept_path().exists)
    again = KeptAreas(controllers.runner)
    again.load()
    wait_until(lambda: again.names == ["Zone 1"])
    assert again.area("Zone 1").geometry.equals(MONTPELLIER)

    controllers.aois.clear()
    menu = dock.findChild(QMenu, "keptAreasMenu")
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    assert names(controllers) == ["Zone 1"]
    menu.findChild(QMenu, "forgetAreasMenu").actions()[0].trigger()
    assert controllers.kept.names == []
    wait_until(lambda: '"features": []' in kept_path().read_text("utf-8"))


def test_the_menu_of_a_row_does_what_it_says(dock, controllers):  # noqa: F811
    add(controllers, MONTPELLIER, box(1, 43, 2, 44))
    menu = dock.areas.panel.list.menu_of(0)
    assert len(menu.actions()) == 5
    menu.findChild(QAction, "removeAoiAction").trigger()
    run_for(0.05)
    assert names(controllers) == ["Zone 2"]


def test_the_share_of_the_quotas_follows_the_areas(dock, controllers, pointer):  # noqa: F811
    line = child(dock, "aoiShareLabel")
    add(controllers, box(3, 43, 3.1, 43.1))
    assert not line.isVisible()
    controllers.quotas.changed.emit(make_quotas())
    assert line.isVisible()
    controllers.aois.clear()
    assert not line.isVisible()
    controllers.aois.add_areas([Aoi("b", box(3, 43, 4, 44), 750.0)])
    assert "50" in line.whole_text()
    assert "1,500" in line.toolTip()
    controllers.aois.clear()
    click(child(dock, "drawRectangleButton"))
    pointer.click(100, 100)
    pointer.move(110, 110)
    assert "100 km²" in line.whole_text()  # the minimum of Pléiades, which so small an area stays below
    pointer.key(Qt.Key.Key_Escape)
    assert not line.isVisible()
    controllers.quotas.changed.emit([])


def test_a_very_detailed_area_tells_how_far_the_search_goes(dock, controllers, realdata):  # noqa: F811
    controllers.aois.import_file(str(realdata / "aoi" / "departement-29-finistere.geojson"))
    hint = child(dock, "aoiHintLabel")
    wait_until(lambda: "outline" in hint.text(), 20)
    assert len(controllers.aois.aois[0].geometry.geoms) == 37
    controllers.aois.clear()
    assert "outline" not in hint.text()


def test_reading_can_be_stopped(dock, controllers, realdata):  # noqa: F811
    controllers.aois.import_file(str(realdata / "aoi" / "communes-34-herault.geojson"))
    click(child(dock, "stopImportButton"))
    wait_until(child(dock, "importAoiButton").isEnabled)
    run_for(0.1)
    assert not controllers.aois.aois
    assert not child(dock, "noticeLabel").isVisible()
