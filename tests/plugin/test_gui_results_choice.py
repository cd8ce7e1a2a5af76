"""Ticks, groups, columns and thumbnails of the results, by mouse and keyboard."""

from __future__ import annotations

import pytest
from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QColor, QImage, QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QMenu

from dinamis_plugin.controllers.cart import CartController
from dinamis_plugin.domain.cart import key_of
from dinamis_plugin.domain.search import SearchQuery, SortBy, Sorting
from dinamis_plugin.gui import formats
from dinamis_plugin.gui.results import ResultsPage
from dinamis_plugin.gui.results_columns import (
    ANGLE,
    CLOUD,
    COVERAGE,
    DATE,
    PRODUCT,
    SENSOR,
    TYPE,
    percent_text,
)
from dinamis_plugin.gui.results_groups import Group, Grouping

from .gui_support import canvas, child, click, dock, make_aoi, make_scene, no_mime, window  # noqa: F401
from .waiting import Caught, run_for, wait_until

LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def page(qtbot):
    made = ResultsPage(no_mime, CartController())
    qtbot.addWidget(made)
    made.resize(520, 900)
    made.show()
    made.start(SearchQuery())
    return made


def ids(scenes):
    return [scene.id for scene in scenes]


def ticked(page):
    return ids(page._cart.cart)


def click_box(page, row):
    view = page.view
    place = view.visualRect(page.model.index(row, TYPE))
    QTest.mouseClick(view.viewport(), LEFT, NO_KEY, QPoint(place.left() + 8, place.center().y()))


def click_cell(page, row, modifier=NO_KEY):
    place = page.view.visualRect(page.model.index(row, DATE)).center()
    QTest.mouseClick(page.view.viewport(), LEFT, modifier, place)


# Ticks


def test_a_box_is_ticked_by_the_mouse_and_leaves_what_is_highlighted(page):
    page.add_scenes([make_scene(number) for number in range(4)])
    click_cell(page, 2)
    click_box(page, 0)
    assert ticked(page) == ["scene-0"]
    assert ids(page.view.selected_scenes()) == ["scene-2"]
    click_box(page, 0)
    assert ticked(page) == []


def test_two_quick_clicks_on_a_box_are_two_clicks_and_open_nothing(page):
    page.add_scenes([make_scene(1)])
    added = Caught(page.add_requested)
    place = page.view.visualRect(page.model.index(0, TYPE))
    spot = QPoint(place.left() + 8, place.center().y())
    click_box(page, 0)
    QTest.mouseDClick(page.view.viewport(), LEFT, NO_KEY, spot)
    assert ticked(page) == []
    assert not added.values


def test_space_ticks_all_highlighted_rows_and_takes_their_ticks_away(page):
    page.add_scenes([make_scene(number) for number in range(4)])
    click_cell(page, 1)
    click_cell(page, 2, Qt.KeyboardModifier.ShiftModifier)
    page.view.setFocus()
    QTest.keyClick(page.view, Qt.Key.Key_Space)
    assert ticked(page) == ["scene-1", "scene-2"]
    QTest.keyClick(page.view, Qt.Key.Key_Space)
    assert ticked(page) == []


def test_what_is_ticked_lasts_through_pages_and_searches_and_can_be_listed(page):
    page.add_scenes([make_scene(1), make_scene(2)])
    click_box(page, 1)
    page.add_scenes([make_scene(3)])
    assert ticked(page) == ["scene-2"]
    page.start(SearchQuery(max_cloud=10))
    page.add_scenes([make_scene(7)])
    bar = child(page, "cartBar")
    assert bar.isVisible()
    assert "1" in child(page, "cartLabel").whole_text()
    click(child(page, "cartOnlyButton"))
    assert ids(page.model.scenes()) == ["scene-2"]
    assert page.model.find("pleiades", "scene-2") is not None
    click(child(page, "cartOnlyButton"))
    assert ids(page.model.scenes()) == ["scene-7"]
    click(child(page, "cartClearButton"))
    assert not bar.isVisible()
    assert ticked(page) == []


def test_the_last_tick_taken_away_brings_the_results_back(page):
    page.add_scenes([make_scene(1), make_scene(2)])
    click_box(page, 0)
    click(child(page, "cartOnlyButton"))
    assert page.model.rowCount() == 1
    click_box(page, 0)
    assert page.model.rowCount() == 2
    assert not child(page, "cartOnlyButton").isChecked()


def test_actions_work_on_what_is_ticked_and_the_buttons_say_how_many(page):
    page.add_scenes([make_scene(1), make_scene(2), make_scene(3, kind="orderable")])
    click_cell(page, 0)
    assert "(" not in child(page, "addToMapButton").text()
    click_box(page, 1)
    click_box(page, 2)
    assert child(page, "addToMapButton").text().endswith("(1)")
    assert child(page, "orderButton").text().endswith("(1)")
    assert child(page, "exportButton").text().endswith("(2)")
    for name, signal in (
        ("addToMapButton", page.add_requested),
        ("downloadButton", page.download_requested),
        ("orderButton", page.order_requested),
    ):
        caught = Caught(signal)
        click(child(page, name))
        assert ids(caught.values[0]) == ["scene-2", "scene-3"]


def test_with_nothing_chosen_all_that_is_listed_is_exported(page):
    page.add_scenes([make_scene(1), make_scene(2)])
    exported = Caught(page.export_requested)
    next(a for a in page.actions_bar.export_menu.actions() if a.objectName() == "export_csv").trigger()
    click_cell(page, 1)
    next(a for a in page.actions_bar.export_menu.actions() if a.objectName() == "export_stac").trigger()
    assert [(kind, ids(scenes)) for kind, scenes in exported.values] == [
        ("csv", ["scene-1", "scene-2"]),
        ("stac", ["scene-2"]),
    ]


# Groups


def test_groups_by_day_and_by_pass_stand_above_their_scenes(page):
    late = make_scene(1)
    page.add_scenes([make_scene(0), late, make_scene(2)])
    page.head.grouping_wanted.emit(Grouping.DAY)
    rows = [page.model.row(number) for number in range(page.model.rowCount())]
    assert [isinstance(row, Group) for row in rows] == [True, False] * 3
    assert page.model.scene(0) is None
    assert "1" in page.model.group_title(0)
    page.head.grouping_wanted.emit(Grouping.ACQUISITION)
    assert "Pléiades" in page.model.group_title(0)
    page.head.grouping_wanted.emit(Grouping.NONE)
    assert page.model.rowCount() == 3


def test_what_is_chosen_stays_chosen_when_the_list_is_divided(page):
    page.add_scenes([make_scene(number) for number in range(6)])
    for row in (0, 1, 4):
        page.view.choose(page.model.scene(row), more=True)
    chosen = set(ids(page.view.selected_scenes()))
    told = Caught(page.selection_changed)
    for grouping in (Grouping.DAY, Grouping.ACQUISITION, Grouping.NONE):
        page.head.grouping_wanted.emit(grouping)
        assert set(ids(page.view.selected_scenes())) == chosen
    assert len(chosen) == 3
    assert len(told.values) <= 2 * 3
    assert page.view.currentIndex().row() == 0


def test_a_thousand_chosen_rows_are_chosen_again_at_once(page):
    page.add_scenes([make_scene(number) for number in range(1000)])
    page.view.selectAll()
    told = Caught(page.selection_changed)
    page.head.grouping_wanted.emit(Grouping.DAY)
    assert len(page.view.selected_scenes()) == 1000
    assert len(told.values) <= 2


def test_one_pass_is_one_group(page):
    same = [
        make_scene(0, datetime="2026-11-01T10:40:00Z"),
        make_scene(1, datetime="2026-11-01T10:43:00Z"),
        make_scene(2, datetime="2026-11-01T18:00:00Z"),
    ]
    page.add_scenes(same)
    page._group(Grouping.ACQUISITION)
    groups = [row for row in map(page.model.row, range(page.model.rowCount())) if isinstance(row, Group)]
    assert [ids(group.scenes) for group in groups] == [["scene-2"], ["scene-1", "scene-0"]]


def test_a_click_and_a_key_on_a_group_tick_all_of_it(page):
    page.add_scenes(
        [make_scene(0, datetime="2026-11-01T10:40:00Z"), make_scene(1, datetime="2026-11-01T10:41:00Z")]
    )
    page._group(Grouping.DAY)
    place = page.view.visualRect(page.model.index(0, SENSOR)).center()
    QTest.mouseClick(page.view.viewport(), LEFT, NO_KEY, place)
    assert sorted(ticked(page)) == ["scene-0", "scene-1"]
    assert page.model.tick_state(0) == Qt.CheckState.Checked
    click_box(page, 1)
    assert page.model.tick_state(0) == Qt.CheckState.PartiallyChecked
    page.view.setCurrentIndex(page.model.index(0, SENSOR))
    QTest.keyClick(page.view, Qt.Key.Key_Space)
    assert page.model.tick_state(0) == Qt.CheckState.Checked


def test_pages_that_come_join_their_groups(page):
    page._group(Grouping.DAY)
    page.add_scenes([make_scene(0), make_scene(2)])
    page.add_scenes([make_scene(1)])
    assert ids(page.model.scenes()) == ["scene-0", "scene-1", "scene-2"]


# Columns


def shown(page):
    header = page.view.header
    numbers = [header.logicalIndex(place) for place in range(header.count())]
    return [number for number in numbers if not header.isSectionHidden(number)]


def test_there_are_as_many_columns_as_there_is_room_for(page):
    page.add_scenes([make_scene(1)])
    page.view.set_with_area(with_area=True)
    font = page.font()
    font.setPointSizeF(9)
    page.setFont(font)
    page.resize(780, 800)
    QApplication.processEvents()
    assert shown(page) == [TYPE, SENSOR, DATE, CLOUD, ANGLE, COVERAGE, PRODUCT]
    page.resize(320, 800)
    QApplication.processEvents()
    assert COVERAGE not in shown(page)
    assert {TYPE, SENSOR, DATE, CLOUD} <= set(shown(page))


def test_columns_are_chosen_by_the_menu_and_dragged_to_their_place(page):
    chosen = Caught(page.view.header.chosen)
    menu = QMenu()
    page.view.header.fill_menu(menu)
    next(action for action in menu.actions() if action.objectName() == "column_product").trigger()
    next(action for action in menu.actions() if action.objectName() == "column_angle").trigger()
    assert PRODUCT in shown(page)
    assert ANGLE not in shown(page)
    header = page.view.header
    middle = header.height() // 2
    start = QPoint(header.sectionViewportPosition(CLOUD) + 10, middle)
    end = QPoint(header.sectionViewportPosition(SENSOR) + 5, middle)
    viewport = header.viewport()
    QTest.mousePress(viewport, LEFT, NO_KEY, start)
    for part in range(1, 9):
        spot = start + (end - start) * part / 8
        move = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(spot), QPointF(viewport.mapToGlobal(spot)), LEFT, LEFT, NO_KEY
        )
        QApplication.sendEvent(viewport, move)
    QTest.mouseRelease(viewport, LEFT, NO_KEY, end)
    assert shown(page).index(CLOUD) < shown(page).index(SENSOR)
    assert chosen.values[-1].index("cloud") < chosen.values[-1].index("sensor")
    again = QMenu()
    header.fill_menu(again)
    next(action for action in again.actions() if action.objectName() == "usualColumnsAction").trigger()
    assert shown(page)[:5] == [TYPE, SENSOR, DATE, CLOUD, ANGLE]


def test_columns_groups_and_form_come_back(dock):  # noqa: F811
    dock.results.view.header._set([TYPE, CLOUD, SENSOR])
    dock.results.head.grouping_wanted.emit(Grouping.DAY)
    child(dock, "mainTabs").setCurrentWidget(dock.results)
    click(child(dock, "thumbnailsButton"))
    settings = dock._do.settings
    again = ResultsPage(no_mime)
    again.show_as(
        settings.results_grouping, settings.results_columns, thumbnails=settings.results_as_thumbnails
    )
    assert shown(again) == [TYPE, CLOUD, SENSOR]
    assert again.model.order.grouping is Grouping.DAY
    assert again._list.currentWidget() is again.thumbnails
    QgsSettings().remove("plugins/dinamis")
    again.deleteLater()


def test_the_share_of_the_area_is_shown_and_sorted_by(page):
    scenes = [make_scene(number) for number in range(3)]
    page.add_scenes(scenes)
    page.model.sort(COVERAGE, Qt.SortOrder.DescendingOrder)
    page.set_shares({key_of(scenes[0]): 0.2, key_of(scenes[2]): 0.999})
    assert ids(page.model.scenes()) == ["scene-2", "scene-0", "scene-1"]
    texts = [page.model.index(row, COVERAGE).data() for row in range(3)]
    assert texts == ["99", "20", formats.DASH]


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0"), (0.0001, "<1"), (0.5, "50"), (0.998, "99"), (1, "100")]
)
def test_all_and_nothing_are_said_of_all_and_nothing_only(qgis_app, share, text):
    assert percent_text(share) == text


@pytest.mark.parametrize(
    ("column", "sort", "in_order", "said"),
    [
        (CLOUD, Sorting(SortBy.CLOUD, descending=False), True, False),
        (CLOUD, Sorting(SortBy.CLOUD, descending=False), False, True),
        (COVERAGE, Sorting(), True, True),
    ],
)
def test_the_order_says_where_it_is_of_what_is_listed_only(page, column, sort, in_order, said):
    page.start(SearchQuery(sort=sort))
    page.set_in_order(in_order=in_order)
    page.view.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    page.add_scenes([make_scene(number) for number in range(3)])
    page.show_count(50, 3)
    note = child(page, "resultsNoteLabel")
    assert note.isVisible() == said
    assert not said or "3" in note.text()
    page.show_count(3, 3)
    assert not note.isVisible()


def test_more_than_a_list_can_hold_is_said(page):
    page.add_scenes([make_scene(1)])
    page.show_count(20000, 10000)
    page.show_too_many(20000, 10000)
    note = child(page, "resultsNoteLabel")
    assert note.isVisible()
    for name in ("loadMoreButton", "loadAllButton"):  # neither could keep its word
        assert not child(page, name).isVisible()


# Thumbnails


def test_thumbnails_share_the_choice_and_ask_for_what_is_in_view(page):
    scenes = [make_scene(number) for number in range(200)]
    page.add_scenes(scenes)
    click_cell(page, 1)
    asked = Caught(page.in_view)
    click(child(page, "thumbnailsButton"))
    first = asked.wait()
    assert scenes[0] in first
    assert len(first) < 60
    view = page.thumbnails
    assert view.selectionModel().isSelected(page.model.index(1, SENSOR))
    tile = view.visualRect(page.model.index(2, TYPE))
    QTest.mouseClick(view.viewport(), LEFT, NO_KEY, tile.center())
    assert ids(page.view.selected_scenes()) == ["scene-2"]
    QTest.mouseClick(view.viewport(), LEFT, NO_KEY, view.box_of(tile).center())
    assert ticked(page) == ["scene-2"]
    count = len(asked.values)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    wait_until(lambda: len(asked.values) > count)
    assert scenes[199] in asked.values[-1]
    assert scenes[0] not in asked.values[-1]


def test_the_picture_of_a_tile_is_painted(page):
    page.add_scenes([make_scene(1)])
    click(child(page, "thumbnailsButton"))
    picture = QImage(50, 50, QImage.Format.Format_RGB32)
    picture.fill(QColor(250, 10, 20))
    page.show_picture(page.model.scene(0), picture)
    run_for(0.1)
    tile = page.thumbnails.visualRect(page.model.index(0, TYPE))
    drawn = page.thumbnails.viewport().grab().toImage()
    colour = drawn.pixelColor(tile.center().x(), tile.top() + 60)
    assert (colour.red(), colour.green()) == (250, 10)


# Menu and keys


def test_the_menu_of_a_row_offers_all_by_keyboard_too(page):
    page.add_scenes([make_scene(1), make_scene(2)])
    click_cell(page, 1)
    menu = QMenu()
    page.menu.fill(menu)
    looked, laid, zoomed = (
        Caught(signal) for signal in (page.quicklook_requested, page.map_requested, page.zoom_requested)
    )
    for action in menu.actions()[:3]:
        action.trigger()
    assert looked.values[0].id == "scene-2"
    assert ids(laid.values[0]) == ["scene-2"]
    assert ids(zoomed.values[0]) == ["scene-2"]
    page.activateWindow()
    page.view.setFocus()
    wait_until(page.view.hasFocus, 5)
    for key in (Qt.Key.Key_Q, Qt.Key.Key_P, Qt.Key.Key_Z):
        QTest.keyClick(page.view, key)
    assert [len(caught.values) for caught in (looked, laid, zoomed)] == [2, 2, 2]
    QTest.keyClick(page.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "scene-2"


def test_the_pointer_on_the_map_is_shown_in_the_list(page):
    scenes = [make_scene(number) for number in range(3)]
    page.add_scenes(scenes)
    place = page.view.visualRect(page.model.index(1, DATE))
    spot = place.topRight() + QPoint(-3, 2)
    before = page.view.viewport().grab().toImage().pixelColor(spot)
    page.mark(scenes[1])
    assert page.view.viewport().grab().toImage().pixelColor(spot) != before
    page.mark(None)
    assert page.view.viewport().grab().toImage().pixelColor(spot) == before


def test_coverage_of_a_search_is_measured_and_listed(dock):  # noqa: F811
    aoi = make_aoi(west=3.6, south=43.5, side=0.1)
    dock._do.coverage.start([aoi])
    scenes = [make_scene(1, lon=3.6), make_scene(2, lon=3.65), make_scene(3, lon=9)]
    dock._do.search.page_ready.emit(scenes, 3)
    wait_until(lambda: len(dock._do.coverage.shares) == 3)
    shares = [dock._do.coverage.shares[key_of(scene)] for scene in scenes]
    assert shares == pytest.approx([1.0, 0.5, 0.0], abs=0.001)
    assert dock.results.model.share_of(scenes[1]) == pytest.approx(0.5, abs=0.001)
