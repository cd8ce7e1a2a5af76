"""The filters of a search."""

from __future__ import annotations

from datetime import date

import pytest
from qgis.PyQt.QtCore import QDate, QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QWidget

from dinamis_plugin.domain.search import FIRST_DAY, MISSIONS, ProductType, SearchQuery
from dinamis_plugin.gui.crumbs import crumbs
from dinamis_plugin.gui.filters import FiltersPage

from .gui_support import child, click, make_aoi
from .waiting import Caught


@pytest.fixture
def page(qtbot):
    made = FiltersPage(QWidget())
    qtbot.addWidget(made)
    made.resize(320, 900)
    made.show()
    return made


def test_filters_left_open_are_no_filters(page):
    assert page.query([]) == SearchQuery()


def test_every_filter_reaches_the_query(page):
    QTest.keyClicks(child(page, "searchTextEdit"), "  Montpellier ")
    combo = child(page, "productTypeCombo")
    combo.setCurrentIndex(combo.findData("orderable"))
    child(page, "startDateEdit").setDate(QDate(2025, 3, 1))
    child(page, "endDateEdit").setDate(QDate(2025, 9, 30))
    child(page, "cloudSpin").setValue(20)
    child(page, "incidenceSpin").setValue(15)
    aoi = make_aoi()
    assert page.query([aoi]) == SearchQuery(
        aois=(aoi,),
        start=date(2025, 3, 1),
        end=date(2025, 9, 30),
        product_type=ProductType.ORDERABLE,
        max_cloud=20,
        max_incidence=15,
        text="Montpellier",
    )


def test_slider_and_number_of_the_cloud_go_together(page):
    slider, spin = child(page, "cloudSlider"), child(page, "cloudSpin")
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert spin.value() == 0
    spin.setValue(35)
    assert slider.value() == 35


def test_a_click_excludes_a_mission_and_all_brings_it_back(page):
    view = child(page, "missionList")
    rect = view.visualItemRect(view.item(0))
    QTest.mouseClick(
        view.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QPoint(10, rect.center().y()),
    )
    everyone = tuple(code for code, _ in MISSIONS)
    assert page.query([]).missions == everyone[1:]
    every = child(page, "allMissionsCheck")
    assert every.checkState() == Qt.CheckState.PartiallyChecked
    click(every, QPoint(8, every.height() // 2))
    assert page.query([]).missions == ()
    assert every.checkState() == Qt.CheckState.Checked


def test_without_any_mission_the_search_says_why_not(page):
    every = child(page, "allMissionsCheck")
    click(every, QPoint(8, every.height() // 2))
    assert not child(page, "searchButton").isEnabled()
    assert child(page, "filtersHintLabel").isVisible()
    assert child(page, "searchButton").toolTip() == child(page, "filtersHintLabel").text()


def test_dates_in_the_wrong_order_say_why_not(page):
    child(page, "startDateEdit").setDate(QDate(2025, 3, 2))
    child(page, "endDateEdit").setDate(QDate(2025, 3, 1))
    assert not child(page, "searchButton").isEnabled()
    child(page, "endDateEdit").setDate(QDate(2025, 3, 2))
    assert child(page, "searchButton").isEnabled()
    assert not child(page, "filtersHintLabel").isVisible()


@pytest.mark.parametrize(
    "name",
    [
        "searchTextEdit",
        "productTypeCombo",
        "missionList",
        "startDateEdit",
        "endDateEdit",
        "cloudSpin",
        "cloudSlider",
        "incidenceSpin",
    ],
)
def test_enter_searches_from_every_filter(page, name):
    asked = Caught(page.search_requested)
    QTest.keyClick(child(page, name), Qt.Key.Key_Return)
    assert len(asked.values) == 1


def test_enter_takes_what_is_being_typed(page):
    spin = child(page, "cloudSpin")
    spin.setKeyboardTracking(False)
    spin.selectAll()
    QTest.keyClicks(spin, "12")
    QTest.keyClick(spin, Qt.Key.Key_Return)
    assert page.query([]).max_cloud == 12


def test_reset_opens_every_filter(page):
    test_every_filter_reaches_the_query(page)
    click(child(page, "resetFiltersButton"))
    assert page.query([]) == SearchQuery()


def test_each_active_filter_is_a_crumb_that_opens_it_again(page):
    child(page, "cloudSpin").setValue(20)
    child(page, "startDateEdit").setDate(QDate(2025, 3, 1))
    child(page, "searchTextEdit").setText("Sète")
    child(page, "missionList").item(0).setCheckState(Qt.CheckState.Unchecked)
    names = [name for name, _text in crumbs(page.query([make_aoi()]))]
    assert names == ["aois", "text", "missions", "dates", "cloud"]
    for name in names[1:]:
        page.reset_filter(name)
    assert page.query([]) == SearchQuery()


def test_tab_goes_through_the_filters(page):
    child(page, "searchTextEdit").setFocus()
    seen = set()
    widget = page
    for _ in range(40):
        widget = widget.nextInFocusChain()
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and page.isAncestorOf(widget):
            seen.add(widget.objectName())
    assert {
        "productTypeCombo",
        "missionList",
        "cloudSlider",
        "cloudSpin",
        "incidenceSpin",
        "searchButton",
    } <= seen


def test_the_oldest_day_is_that_of_spot_1():
    assert date(1986, 1, 1) == FIRST_DAY
