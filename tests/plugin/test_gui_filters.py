"""The filters of a search."""

from __future__ import annotations

from datetime import date

import pytest
from qgis.PyQt.QtCore import QDate, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QToolButton, QWidget

from dinamis_plugin.domain.counts import Counts
from dinamis_plugin.domain.search import FIRST_DAY, ProductType, SearchQuery
from dinamis_plugin.gui import formats
from dinamis_plugin.gui.crumbs import crumbs
from dinamis_plugin.gui.filters import FiltersPage
from dinamis_plugin.gui.missions import Choice

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
        "startBound",
        "endBound",
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


def test_the_breadcrumb_of_the_filters_removes_one_and_all(page):
    removed = Caught(page.crumb_removed)
    page.show_crumbs(SearchQuery(max_cloud=20, text="Sète"))
    click(child(page, "crumb_cloud"))
    click(child(page, "crumbsClearButton"))
    assert removed.values == ["cloud", ""]
    page.show_crumbs(SearchQuery(max_cloud=20))
    assert [chip.objectName() for chip in page.findChildren(QToolButton) if "crumb" in chip.objectName()] == [
        "crumb_cloud"
    ]


def test_a_search_is_shown_as_the_filters_that_describe_it(page):
    query = SearchQuery(
        start=date(2019, 2, 3),
        end=date(2020, 5, 6),
        missions=("PWH", "SPOT 1"),
        without_missions=("JILIN",),
        product_type=ProductType.DOWNLOADABLE,
        max_cloud=0,
        max_incidence=7,
        text="Sète",
    )
    page.show_query(query)
    assert page.query([]) == query
    changed = Caught(page.changed)
    page.show_query(query)
    assert not changed.values


def test_numbers_stand_beside_what_they_count(page):
    combo, button = child(page, "productTypeCombo"), child(page, "searchButton")
    page.show_counts(Counts(1234, {"PWH": 4}, {}, {"downloadable": 34, "orderable": 1200}))
    assert formats.number(1234) in combo.itemText(0)
    assert formats.number(34) in combo.itemText(combo.findData("downloadable"))
    assert formats.number(1234) in button.text()
    page.set_busy(busy=True)
    assert formats.number(1234) not in button.text()
    page.set_busy(busy=False)
    page.show_counts(Counts())
    assert not any(char.isdigit() for char in combo.itemText(0) + button.text())


@pytest.mark.parametrize(("total", "advised"), [(0, True), (1, False), (10_000, False), (10_001, True)])
def test_nothing_found_and_far_too_much_come_with_advice(page, total, advised):
    page.show_total(total)
    assert child(page, "filtersAdviceLabel").isVisible() is advised


def test_the_slider_stops_where_the_service_keeps_numbers(page):
    slider, spin = child(page, "cloudSlider"), child(page, "cloudSpin")
    slider.sliderMoved.emit(43)
    assert spin.value() == 40
    assert not page.query([]).between_steps
    spin.setValue(43)
    assert page.query([]).max_cloud == 43


def test_each_active_filter_is_a_crumb_that_opens_it_again(page):
    child(page, "cloudSpin").setValue(20)
    child(page, "startDateEdit").setDate(QDate(2025, 3, 1))
    child(page, "searchTextEdit").setText("Sète")
    child(page, "missionList").choose({"SPOT 5": Choice.EXCLUDED, "PWH": Choice.INCLUDED})
    child(page, "uncoveredCheck").setChecked(True)
    names = [name for name, _text in crumbs(page.query([make_aoi()]))]
    assert names == ["aois", "text", "uncovered", "missions", "without", "dates", "cloud"]
    for name in names[1:]:
        page.reset_filter(name)
    assert page.query([]) == SearchQuery()


def test_tab_goes_through_the_filters(page):
    child(page, "searchTextEdit").setFocus()
    expected = [
        "searchTextEdit",
        "productTypeCombo",
        "startBound",
        "endBound",
        "startDateEdit",
        "endDateEdit",
        "cloudSlider",
        "cloudSpin",
        "incidenceSpin",
        "missionList",
        "searchButton",
    ]
    seen, widget = [], page
    while (widget := widget.nextInFocusChain()) is not page:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.objectName() in expected:
            seen.append(widget.objectName())
    assert seen == expected


def test_the_oldest_day_is_that_of_spot_1():
    assert date(1986, 1, 1) == FIRST_DAY
