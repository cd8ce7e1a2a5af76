"""The three use cases of the workshops, played at the dock of a person who is signed in (SUP-12).

The service is the real one with its small demonstration: two looks of Pléiades at the coast, and one of
Sentinel-2 inland. Each click is counted: at most 8, 10 and 12 from an empty dock to the result.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtWidgets import QApplication, QLabel, QWidget

from dinamis_plugin.domain.order import OrderState
from dinamis_plugin.gui.missions import Choice
from dinamis_plugin.gui.results_columns import TYPE

from .gui_support import canvas, child, dock, window  # noqa: F401 - fixtures
from .hand import MOST_TABS, PATIENCE_S, Hand, seen
from .waiting import wait_until

COAST = QgsRectangle(3.895, 43.515, 3.925, 43.535)
"""Degrees: around the images of Pléiades."""
COAST_AND_INLAND = QgsRectangle(3.70, 43.50, 3.95, 43.66)
"""Degrees: the same and the image of Sentinel-2."""
NIMES = QgsRectangle(4.42, 43.75, 4.66, 43.92)
"""Degrees: where the archive has scenes of Pléiades to order."""
SHA_256 = "1220"
"""How a multihash of this kind begins."""
DEGREES = QgsCoordinateReferenceSystem("EPSG:4326")


@pytest.fixture
def desk(dock, window, controllers, sign_in_live):  # noqa: F811
    """The dock beside the map, of a person who is signed in and has not asked for anything yet."""
    window.resize(1000, 900)
    window.resizeDocks([dock], [360], Qt.Orientation.Horizontal)
    sign_in_live(controllers)
    dock.activateWindow()
    wait_until(lambda: "(" in dock._tabs.tabToolTip(dock._tabs.indexOf(dock.results)), PATIENCE_S)
    assert not controllers.aois.aois
    assert dock.results.model.rowCount() == 0
    return dock


@pytest.fixture
def hand(desk):
    return Hand()


def show(canvas, degrees):  # noqa: F811
    """Turn the map to a place, as a person who works there has."""
    canvas.setExtent(_on_map(canvas, degrees).buffered(8000))
    canvas.refresh()
    wait_until(lambda: not canvas.isDrawing(), PATIENCE_S)


def _on_map(canvas, degrees):  # noqa: F811
    settings = canvas.mapSettings()
    turn = QgsCoordinateTransform(DEGREES, settings.destinationCrs(), settings.transformContext())
    return turn.transformBoundingBox(degrees)


def draw(hand, canvas, degrees):  # noqa: F811
    """Draw a rectangle on the map: one click and one drag."""
    box, to_pixels = _on_map(canvas, degrees), canvas.getCoordinateTransform()
    west_north = to_pixels.transform(box.xMinimum(), box.yMaximum()).toQPointF().toPoint()
    east_south = to_pixels.transform(box.xMaximum(), box.yMinimum()).toQPointF().toPoint()
    hand.click("drawRectangleButton")
    hand.drag(canvas.viewport(), west_north, east_south)
    wait_until(lambda: child(canvas.window(), "aoiList").count() == 1, PATIENCE_S)


def want(hand, desk, *missions):
    """Press + at missions: one click each."""
    view = child(desk, "missionList")
    for code in missions:
        rows = [row for row in range(view.count()) if view.item(row).data(Qt.ItemDataRole.UserRole) == code]
        hand.press(view.viewport(), view.mark_rect(rows[0], Choice.INCLUDED).center())


def listed(desk):
    """The scenes of the list, once what is listed is what the filters ask for."""
    model = desk.results.model
    wait_until(lambda: model.rowCount() > 0 and not seen("searchProgress"), PATIENCE_S)
    return [model.scene(row) for row in range(model.rowCount())]


def first(scenes, mission, *, orderable=False):
    """Row of the first scene of a mission that can be downloaded, or ordered."""
    for row, scene in enumerate(scenes):
        if scene.mission == mission and (scene.is_orderable if orderable else scene.is_downloadable):
            return row
    return pytest.fail(f"no {mission} among {[(one.mission, one.product_type) for one in scenes]}")


def press_row(hand, desk, row, *, box=False):
    """Press a row of the list, or the box in it."""
    view = desk.results.view
    index = desk.results.model.index(row, TYPE if box else TYPE + 1)
    view.scrollTo(index)
    rect = view.visualRect(index)
    hand.press(view.viewport(), QPoint(rect.left() + 10, rect.center().y()) if box else rect.center())


def files_of(scenes, folder):
    """Wait until nothing but the images of the scenes lies in the folder, each whole; gives the files."""
    images = [scene.preferred_asset() for scene in scenes]

    def done():
        files = list(folder.iterdir())
        return len(files) == len(images) and {file.suffix for file in files} == {".tif"}

    wait_until(done, PATIENCE_S)
    files = sorted(folder.iterdir())
    hashes = [SHA_256 + hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    assert sorted(hashes) == sorted(image.checksum for image in images)
    return files


def read_from(project, file):
    """Wait for the layer that reads a file; it is whole where its pixels differ."""

    def layers():
        return [one for one in project.mapLayers().values() if Path(one.source()) == file]

    wait_until(layers, PATIENCE_S)
    layer = layers()[0]
    assert isinstance(layer, QgsRasterLayer)
    assert layer.isValid()
    block = layer.dataProvider().block(1, layer.extent(), 32, 32)
    assert len({block.value(row, column) for row in range(32) for column in range(32)}) > 5


def test_01_search_and_download_pleiades_or_spot_6_7(desk, hand, canvas, project, tmp_path):  # noqa: F811
    show(canvas, COAST)
    draw(hand, canvas, COAST)
    want(hand, desk, "PLEIADES", "SPOT 6/7")
    hand.click("searchButton")
    scenes = listed(desk)
    assert {scene.mission for scene in scenes} <= {"PLEIADES", "SPOT 6/7"}
    row = first(scenes, "PLEIADES")
    press_row(hand, desk, row)
    hand.click("downloadButton")
    hand.meet("downloadDialog")
    hand.type(str(tmp_path))
    hand.click("downloadStartButton")
    [file] = files_of([scenes[row]], tmp_path)
    read_from(project, file)
    assert hand.clicks <= 8


def test_02_the_same_plus_sentinel_2(desk, hand, canvas, project, tmp_path):  # noqa: F811
    show(canvas, COAST_AND_INLAND)
    draw(hand, canvas, COAST_AND_INLAND)
    want(hand, desk, "PLEIADES", "SPOT 6/7", "SENTINEL 2")
    hand.click("searchButton")
    scenes = listed(desk)
    rows = [first(scenes, "PLEIADES"), first(scenes, "SENTINEL 2")]
    for row in rows:
        press_row(hand, desk, row, box=True)
    hand.click("downloadButton")
    hand.meet("downloadDialog")
    hand.type(str(tmp_path))
    hand.click("downloadStartButton")
    files = files_of([scenes[row] for row in rows], tmp_path)
    assert len(files) == len(rows)
    for file in files:
        read_from(project, file)
    assert hand.clicks <= 10


def test_03_search_the_archives_of_airbus_before_ordering(desk, hand, canvas):  # noqa: F811
    show(canvas, NIMES)
    draw(hand, canvas, NIMES)
    hand.choose("productTypeCombo", "orderable")
    hand.click("searchButton")
    scenes = listed(desk)
    assert all(scene.is_orderable for scene in scenes)
    press_row(hand, desk, first(scenes, "PLEIADES", orderable=True))
    hand.click("orderButton")
    hand.meet("orderDialog")
    make_a_project(hand)
    chosen = seen("orderProjectCombo")[0]
    assert chosen.currentText().endswith("Trait de cote")
    hand.click("orderSubmitButton")
    wait_until(lambda: seen("orderIdLabel"), PATIENCE_S)
    made = seen("orderIdLabel")[0].text()
    assert made.startswith(chosen.currentData())
    hand.click("orderCloseButton")
    orders = child(desk, "ordersView").model()
    wait_until(lambda: orders.row_of(made) >= 0, PATIENCE_S)
    assert orders.entry(orders.row_of(made)).state is OrderState.SUBMITTED
    shown = child(desk, "ordersView")
    assert shown.isVisible()
    assert shown.currentIndex().data() == made
    assert hand.clicks <= 12


def make_a_project(hand):
    """Two clicks; the fields are filled in by the keyboard."""
    hand.click("orderNewProjectButton")
    hand.meet("projectDialog")
    for name in ("Title", "Description", "Objectives", "Methodology", "Results"):
        hand.tab_to(f"project{name}Edit")
        hand.type("Trait de cote")
    hand.click("projectSubmitButton")
    wait_until(lambda: not seen("projectDialog"), PATIENCE_S)


def test_01_by_the_keyboard_alone(desk, hand, canvas, project, tmp_path):  # noqa: F811
    show(canvas, COAST)
    child(desk, "searchTextEdit").setFocus(Qt.FocusReason.TabFocusReason)
    hand.tab_to("canvasExtentButton")
    hand.key(Qt.Key.Key_Space)
    wait_until(lambda: child(desk, "aoiList").count() == 1, PATIENCE_S)
    hand.tab_to("productTypeCombo")
    hand.key(Qt.Key.Key_Down)
    hand.tab_to("missionList")
    go_to_mission(hand, desk, "PLEIADES")
    hand.key(Qt.Key.Key_Plus)
    go_to_mission(hand, desk, "SPOT 6/7")
    hand.key(Qt.Key.Key_Plus)
    hand.key(Qt.Key.Key_Return)
    scenes = listed(desk)
    assert {scene.mission for scene in scenes} <= {"PLEIADES", "SPOT 6/7"}
    assert all(scene.is_downloadable for scene in scenes)
    hand.tab_to("resultsView")
    hand.key(Qt.Key.Key_Down)
    [scene] = desk.results.view.selected_scenes()
    hand.tab_to("downloadButton")
    hand.key(Qt.Key.Key_Space)
    hand.meet("downloadDialog")
    hand.type(str(tmp_path))
    hand.tab_to("downloadStartButton")
    hand.key(Qt.Key.Key_Space)
    [file] = files_of([scene], tmp_path)
    read_from(project, file)
    assert hand.clicks == 0
    assert hand.keys - len(str(tmp_path)) <= 90  # of which most are Tab


def go_to_mission(hand, desk, code):
    """Walk the list of missions by arrows."""
    view = child(desk, "missionList")
    for _ in range(2 * view.count()):
        if view.currentItem() is not None and view.currentItem().data(Qt.ItemDataRole.UserRole) == code:
            return
        hand.key(Qt.Key.Key_Down)
    pytest.fail(f"arrows never came to {code}")


def is_told(widget):
    """Whether a widget says what it is: by a name for screen readers, its words or its tooltip."""
    words = widget.text() if hasattr(widget, "text") else ""
    return bool(widget.accessibleName() or words or widget.toolTip())


def focusable(root):
    """The visible widgets of the dock or of a dialog that take the keyboard now, without parts of others.

    A label whose text can be selected takes it from the mouse only; what it says is its name.
    """
    return [
        widget
        for widget in root.findChildren(QWidget)
        if widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.focusProxy() is None
        and not isinstance(widget, QLabel)
        and not widget.objectName().startswith("qt_")
    ]


def walk(hand, start):
    """Press Tab from a widget until it comes round; gives all widgets it came to."""
    start.activateWindow()  # a screen does so when a dialog closes; offscreen nothing does
    wait_until(start.isActiveWindow, PATIENCE_S)
    start.setFocus(Qt.FocusReason.TabFocusReason)
    passed = []
    for _ in range(MOST_TABS):
        here = QApplication.focusWidget()
        if passed and here is start:
            return passed
        passed.append(here)
        hand.key(Qt.Key.Key_Tab)
    return pytest.fail("Tab does not come round")


def check_every_widget(hand, root, start, where):
    """Each widget that takes the keyboard is told, and Tab comes to it from the first one."""
    QApplication.processEvents()
    wanted = focusable(root)
    untold = [f"{type(one).__name__} {one.objectName()}" for one in wanted if not is_told(one)]
    assert not untold, f"{where}: no name, words or tooltip: {untold}"
    passed = walk(hand, start)
    missed = [f"{type(one).__name__} {one.objectName()}" for one in wanted if one not in passed]
    assert not missed, f"{where}: Tab does not come to {missed}"


def check_dialog(hand, name):
    """As `check_every_widget`, from where the keyboard is when the dialog opens."""
    hand.meet(name)
    check_every_widget(hand, seen(name)[0], QApplication.focusWidget(), name)


def check_pages(hand, dock, *pages):  # noqa: F811
    tabs = child(dock, "mainTabs")
    for page in pages:
        tabs.setCurrentWidget(page)
        check_every_widget(hand, dock.widget(), tabs.tabBar(), page.objectName())


def test_every_widget_is_told_and_tab_comes_to_it_signed_out(dock):  # noqa: F811
    check_pages(Hand(), dock, dock.filters, dock.results, dock.requests, dock.account)


def test_every_widget_is_told_and_tab_comes_to_it(desk, hand, canvas, tmp_path, project):  # noqa: F811
    show(canvas, COAST)
    draw(hand, canvas, COAST)
    check_pages(hand, desk, desk.filters)
    hand.click("searchButton")
    scenes = listed(desk)
    row = first(scenes, "PLEIADES")
    press_row(hand, desk, row, box=True)
    press_row(hand, desk, row)
    check_pages(hand, desk, desk.results)
    hand.click("downloadButton")
    check_dialog(hand, "downloadDialog")
    seen("downloadFolderEdit")[0].setFocus()
    hand.type(str(tmp_path))
    hand.click("downloadStartButton")
    files_of([scenes[row]], tmp_path)
    hand.click("downloadsToggle")
    wait_until(lambda: seen("downloadRow") and not seen("downloadPauseButton"), PATIENCE_S)
    desk.results.head.show_as(thumbnails=True)
    check_pages(hand, desk, desk.results, desk.requests, desk.account)


def test_every_widget_of_an_order_is_told_and_tab_comes_to_it(desk, hand, canvas):  # noqa: F811
    show(canvas, NIMES)
    draw(hand, canvas, NIMES)
    hand.choose("productTypeCombo", "orderable")
    hand.click("searchButton")
    press_row(hand, desk, first(listed(desk), "PLEIADES", orderable=True))
    hand.click("orderButton")
    hand.meet("orderDialog")
    wait_until(lambda: seen("field_processing_level"), PATIENCE_S)
    check_dialog(hand, "orderDialog")
    hand.click("orderNewProjectButton")
    check_dialog(hand, "projectDialog")
