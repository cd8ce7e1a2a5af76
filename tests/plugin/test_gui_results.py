"""The list of results, and what can be done with a scene."""

from __future__ import annotations

import pytest
from qgis.core import QgsMimeDataUtils
from qgis.PyQt.QtCore import QEvent, QItemSelectionModel, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QImage, QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication

from dinamis_plugin.domain.search import SearchQuery
from dinamis_plugin.gui import formats
from dinamis_plugin.gui.results import ResultsPage
from dinamis_plugin.gui.results_columns import ANGLE, CLOUD, DATE, SENSOR
from dinamis_plugin.gui.results_model import SCENE_ROLE, ResultsModel
from dinamis_plugin.integrations.mime import scene_mime

from .gui_support import canvas, child, click, dock, make_aoi, make_scene, no_mime, pointer, window  # noqa: F401
from .waiting import Caught, run_for, wait_until

DISPLAY = Qt.ItemDataRole.DisplayRole
WHY_NOT = "Sign in to load, download and order images."


@pytest.fixture
def model(qgis_app, qtmodeltester):
    made = ResultsModel(scene_mime)
    qtmodeltester.check(made)
    return made


@pytest.fixture
def page(qtbot):
    made = ResultsPage(no_mime)
    qtbot.addWidget(made)
    made.resize(480, 800)
    made.show()
    made.start(SearchQuery())
    return made


def column(model, number):
    return [model.index(row, number).data() for row in range(model.rowCount())]


def order_of(model):
    return [model.scene(row).id for row in range(model.rowCount())]


# The model


def test_a_row_tells_sensor_time_cloud_and_angle(model):
    scene = make_scene(7, "PLEIADES NEO")
    model.append([scene])
    assert model.index(0, SENSOR).data() == "Pléiades Neo"
    assert model.index(0, DATE).data() == formats.moment(scene.acquired)
    assert model.index(0, CLOUD).data() == "7"
    assert model.index(0, ANGLE).data() in ("10.5", "10,5")
    assert model.index(0, SENSOR).data(SCENE_ROLE) is scene


def test_times_are_local(model):
    scene = make_scene(0)
    local = scene.acquired.astimezone()
    model.append([scene])
    text = model.index(0, DATE).data()
    assert f"{local:%H:%M}" in text


def test_newest_first_until_told_otherwise(model):
    model.append([make_scene(3), make_scene(1)])
    model.append([make_scene(2)])
    assert order_of(model) == ["scene-1", "scene-2", "scene-3"]


def test_unknown_values_come_last_in_either_direction(model):
    unknown = make_scene(1, **{"eo:cloud_cover": None})
    model.append([make_scene(9), unknown, make_scene(4)])
    model.sort(CLOUD, Qt.SortOrder.AscendingOrder)
    assert order_of(model) == ["scene-4", "scene-9", "scene-1"]
    model.sort(CLOUD, Qt.SortOrder.DescendingOrder)
    assert order_of(model) == ["scene-9", "scene-4", "scene-1"]
    assert column(model, CLOUD)[-1] == formats.DASH


def test_a_page_that_comes_keeps_the_order_chosen(model):
    model.sort(CLOUD, Qt.SortOrder.AscendingOrder)
    model.append([make_scene(20), make_scene(5)])
    model.append([make_scene(10)])
    assert column(model, CLOUD) == ["5", "10", "20"]


def test_the_same_scene_is_listed_once(model):
    model.append([make_scene(1)])
    model.append([make_scene(1), make_scene(2)])
    assert model.rowCount() == 2


def test_a_drag_holds_the_scenes_and_no_address(model):
    model.append([make_scene(1), make_scene(2)])
    data = model.mimeData([model.index(0, 0), model.index(0, 1), model.index(1, 0)])
    assert model.mimeTypes() == data.formats()
    uris = QgsMimeDataUtils.decodeUriList(data)
    assert ["scene-1" in uri.uri for uri in uris] == [True, False]
    assert not any("http" in uri.uri for uri in uris)
    assert model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_scenes_are_found_by_name(model):
    scene = make_scene(1)
    model.append([scene])
    assert model.find("pleiades", "scene-1") is scene
    assert model.find("other", "scene-1") is None
    model.clear()
    assert model.find("pleiades", "scene-1") is None


# The page


def test_the_choice_survives_sorting(page):
    page.add_scenes([make_scene(number) for number in range(10)])
    page.view.selectRow(2)
    chosen = page.view.selected_scenes()
    page.view.sortByColumn(CLOUD, Qt.SortOrder.DescendingOrder)
    assert page.view.selected_scenes() == chosen


def test_exact_count_and_what_is_listed(page):
    page.add_scenes([make_scene(number) for number in range(5)])
    page.show_count(17149, 5)
    text = child(page, "resultsCountLabel").text()
    assert formats.number(17149) in text
    assert "5" in text.split("·")[1]
    more = Caught(page.more_requested)
    click(child(page, "loadMoreButton"))
    assert len(more.values) == 1
    page.show_count(5, 5)
    assert not child(page, "loadMoreButton").isVisible()


def buttons(page):
    return {
        name: child(page, name)
        for name in ("addToMapButton", "downloadButton", "orderButton", "zoomToButton")
    }


def test_without_a_sign_in_every_button_says_why(page):
    page.set_why_not(WHY_NOT)
    page.add_scenes([make_scene(1), make_scene(2, kind="orderable")])
    page.view.selectAll()
    for name in ("addToMapButton", "downloadButton", "orderButton"):
        button = child(page, name)
        assert not button.isEnabled()
        assert button.toolTip() == WHY_NOT
    hint = child(page, "resourcesHintLabel")
    assert hint.isVisible()
    assert hint.text() == WHY_NOT
    assert child(page, "zoomToButton").isEnabled()


def test_open_data_needs_no_sign_in(page):
    page.set_why_not(WHY_NOT)
    page.add_scenes([make_scene(1, **{"dinamis:access": "open"})])
    page.view.selectRow(0)
    assert child(page, "addToMapButton").isEnabled()
    assert not child(page, "orderButton").isEnabled()


@pytest.mark.parametrize(
    ("kind", "loadable", "orderable"), [("downloadable", True, False), ("orderable", False, True)]
)
def test_what_can_be_done_follows_the_type(page, kind, loadable, orderable):
    page.add_scenes([make_scene(1, kind=kind)])
    page.view.selectRow(0)
    shown = buttons(page)
    assert shown["addToMapButton"].isEnabled() is loadable
    assert shown["downloadButton"].isEnabled() is loadable
    assert shown["orderButton"].isEnabled() is orderable
    assert child(page, "resourcesHintLabel").isVisible()


def test_nothing_chosen_says_so(page):
    page.add_scenes([make_scene(1)])
    assert not any(button.isEnabled() for button in buttons(page).values())
    assert "list" in child(page, "resourcesHintLabel").text()


def test_each_button_hands_the_chosen_scenes_on(page):
    page.add_scenes([make_scene(1), make_scene(2, kind="orderable"), make_scene(3)])
    page.view.selectRow(0)
    flag = QItemSelectionModel.SelectionFlag
    page.view.selectionModel().select(page.model.index(1, 0), flag.Select | flag.Rows)
    signals = (page.add_requested, page.download_requested, page.order_requested, page.zoom_requested)
    for button, signal in zip(buttons(page).values(), signals):
        caught = Caught(signal)
        click(button)
        assert [scene.id for scene in caught.values[0]] == ["scene-1", "scene-2"]


def test_enter_and_double_click_add_to_the_map(page):
    page.add_scenes([make_scene(1)])
    page.view.selectRow(0)
    added = Caught(page.add_requested)
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    assert len(added.values) == 1
    place = page.view.visualRect(page.model.index(0, DATE)).center()
    QTest.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    QTest.mouseDClick(page.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert len(added.values) == 2


def test_enter_does_nothing_where_nothing_can_be_added(page):
    page.set_why_not(WHY_NOT)
    page.add_scenes([make_scene(1)])
    page.view.selectRow(0)
    added = Caught(page.add_requested)
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    assert not added.values


def test_a_click_on_a_title_sorts(page):
    page.add_scenes([make_scene(number) for number in (4, 1, 9)])
    header = page.view.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(CLOUD) + 10, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    clouds = column(page.model, CLOUD)
    assert clouds in (["1", "4", "9"], ["9", "4", "1"])


def test_the_pointer_over_a_row_tells_its_scene(page):
    page.add_scenes([make_scene(1), make_scene(2)])
    hovered = Caught(page.hovered)
    place = page.view.visualRect(page.model.index(1, DATE)).center()
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(page.view.viewport(), event)
    assert hovered.values[-1].id == "scene-2"
    QApplication.sendEvent(page.view, QEvent(QEvent.Type.Leave))
    assert hovered.values[-1] is None


@pytest.mark.parametrize("width", [300, 320, 400, 480])
def test_every_cell_is_whole_at_any_width(page, width):
    font = page.font()
    font.setPointSizeF(9)  # the usual one of a desktop; larger ones get a scroll bar
    page.setFont(font)
    page.add_scenes([make_scene(number, "SPOT 6/7", platform="SPOT6") for number in range(40)])
    page.resize(width, 800)
    QApplication.processEvents()
    view, metrics = page.view, page.view.fontMetrics()
    assert sum(view.columnWidth(number) for number in range(5)) <= view.viewport().width()
    shown = [number for number in (SENSOR, DATE, CLOUD, ANGLE) if not view.isColumnHidden(number)]
    assert len(shown) == 4 or (width < 400 and shown == [SENSOR, DATE, CLOUD])
    for number in shown:
        text = page.model.index(0, number).data()
        assert metrics.horizontalAdvance(text) + 6 <= view.columnWidth(number), text


def test_crumbs_take_filters_away(page):
    page.start(SearchQuery(aois=(make_aoi(),), max_cloud=20))
    removed = Caught(page.crumb_removed)
    click(child(page, "crumb_cloud"))
    click(child(page, "crumbsClearButton"))
    assert removed.values == ["cloud", ""]


def test_empty_states_offer_one_thing_to_do(page):
    assert child(page, "resultsEmpty").isVisible()
    asked = Caught(page.filters_requested)
    page.set_busy(busy=True)
    assert not child(page, "resultsEmptyButton").isVisible()
    assert child(page, "searchProgress").isVisible()
    page.show_count(0, 0)
    page.set_busy(busy=False)
    assert not child(page, "searchProgress").isVisible()
    click(child(page, "resultsEmptyButton"))
    assert len(asked.values) == 1


def test_a_search_that_failed_can_be_tried_again_where_the_results_would_be(page):
    retried, asked = Caught(page.retry_requested), Caught(page.filters_requested)
    page.start(SearchQuery())
    page.show_failure("Nothing answers.")
    assert child(page, "resultsEmptyText").text() == "Nothing answers."
    click(child(page, "resultsEmptyButton"))
    assert (len(retried.values), len(asked.values)) == (1, 0)
    page.start(SearchQuery())
    page.show_count(0, 0)
    page.set_busy(busy=False)
    click(child(page, "resultsEmptyButton"))
    assert (len(retried.values), len(asked.values)) == (1, 1)


def test_nothing_is_promised_of_metadata_alone(page):
    page.add_scenes([make_scene(1, kind=None), make_scene(2, kind="orderable")])
    page.view.selectRow(0)
    hint, order = child(page, "resourcesHintLabel"), child(page, "orderButton")
    assert "Metadata only" in hint.text()
    assert "Metadata only" in order.toolTip()
    page.view.selectRow(1)
    assert "ordered first" in hint.text()


def test_the_row_in_hand_stays_in_view_when_the_card_comes_below_the_list(page):
    page.add_scenes([make_scene(number) for number in range(60)])
    run_for(0.05)
    view = page.view
    last = view.rowAt(view.viewport().height() - 2) - 1
    assert last > 1
    view.selectRow(last)
    view.setCurrentIndex(view.model().index(last, 1))
    run_for(0.1)
    assert child(page, "sceneCard").isVisible()
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()).center())


def test_a_low_page_describes_the_scene_shortly(page):
    page.add_scenes([make_scene(1)])
    page.view.selectRow(0)
    page.resize(page.width(), 700)
    run_for(0.05)
    assert child(page, "thumbnailLabel").isVisible()
    assert child(page, "sceneFactsLabel").isVisible()
    page.resize(page.width(), 450)
    run_for(0.05)
    assert not child(page, "thumbnailLabel").isVisible()
    assert not child(page, "sceneFactsLabel").isVisible()
    assert child(page, "sceneTitleLabel").isVisible()
    assert child(page, "quicklookButton").isVisible()
    assert child(page, "addToMapButton").text() == "Add"
    assert child(page, "addToMapButton").accessibleName() == "Add to map"
    assert child(page, "sceneCard").height() < 60
    assert page.actions_bar.height() < 60
    assert not child(page, "resourcesHintLabel").isVisible()  # the tip of the order button says it
    page.set_why_not("Sign in.")
    assert child(page, "resourcesHintLabel").isVisible()


def test_cancel_is_offered_while_searching(page):
    page.set_busy(busy=True)
    cancelled = Caught(page.cancel_requested)
    click(child(page, "cancelSearchButton"))
    assert len(cancelled.values) == 1


def test_the_card_shows_the_scene_in_hand_and_its_picture_only(page):
    first, second = make_scene(1), make_scene(2)
    page.add_scenes([first, second])
    page.view.selectRow(0)
    assert child(page, "sceneTitleLabel").whole_text() == first.title
    picture = QImage(40, 20, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.red)
    label = child(page, "thumbnailLabel")
    page.show_picture(second, picture)
    assert label.pixmap().toImage().pixelColor(44, 44) != picture.pixelColor(0, 0)
    page.show_picture(first, picture)
    shown = label.pixmap().toImage()
    assert shown.pixelColor(shown.width() // 2, shown.height() // 2) == picture.pixelColor(0, 0)
    page.view.selectAll()
    assert not label.isVisible()


# In the dock


def search_came(dock, scenes, matched=None):  # noqa: F811
    dock.search._started()
    dock.search._page_came(scenes, matched or len(scenes))
    dock.search._finished(matched or len(scenes), len(scenes))
    wait_until(lambda: dock.found.footprints.ready)


def test_a_search_without_a_service_says_so(dock):  # noqa: F811
    click(child(dock, "searchButton"))
    assert child(dock, "noticeLabel").isVisible()


def test_results_show_on_the_map_and_map_clicks_choose(dock, canvas, pointer):  # noqa: F811
    below, above = make_scene(1, lon=3.6), make_scene(2, lon=3.62)
    search_came(dock, [below, above])
    before = canvas.mapTool()
    child(dock, "mainTabs").setCurrentWidget(dock.results)
    click(child(dock, "pickOnMapButton"))
    place = pointer.pixel(407000, 5395880)
    pointer.click(place.x(), place.y())
    popup = dock.found.popup
    assert popup.isVisible()
    stack = child(popup, "stackList")
    assert stack.count() == 2
    QTest.keyClick(stack, Qt.Key.Key_Down)
    QTest.keyClick(stack, Qt.Key.Key_Return)
    assert not popup.isVisible()
    first = dock.results.view.selected_scenes()
    assert len(first) == 1
    pointer.click(place.x(), place.y(), modifiers=Qt.KeyboardModifier.ControlModifier)
    other = next(row for row in range(2) if stack.item(row).data(SCENE_ROLE) is not first[0])
    spot = stack.visualItemRect(stack.item(other)).center()
    QTest.mouseClick(stack.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
    assert len(dock.results.view.selected_scenes()) == 2
    alone = pointer.pixel(401200, 5395880)
    pointer.click(alone.x(), alone.y())
    assert not popup.isVisible()
    assert [scene.id for scene in dock.results.view.selected_scenes()] == ["scene-1"]
    pointer.key(Qt.Key.Key_Escape)
    assert canvas.mapTool() is before
    assert not child(dock, "pickOnMapButton").isChecked()


def test_zoom_goes_to_the_chosen_scenes(dock, canvas):  # noqa: F811
    search_came(dock, [make_scene(1, lon=5.0, lat=45.0)])
    dock.results.view.selectRow(0)
    click(child(dock, "zoomToButton"))
    assert canvas.extent().contains(
        dock.found.footprints.extent_of([make_scene(1)]).center().x(),
        dock.found.footprints.extent_of([make_scene(1)]).center().y(),
    )


def test_scenes_are_found_for_the_drop_handler(dock):  # noqa: F811
    scene = make_scene(1)
    search_came(dock, [scene])
    assert dock.find_scene("pleiades", "scene-1") is scene


def test_the_tab_counts_where_there_is_room(dock):  # noqa: F811
    search_came(dock, [make_scene(1)], 17149)
    tabs = child(dock, "mainTabs")
    assert formats.number(17149) in tabs.tabToolTip(tabs.indexOf(dock.results))
