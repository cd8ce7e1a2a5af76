"""The search follows the filters by itself: against the real service, and against answers that come late."""

from __future__ import annotations

import threading

import pytest
import requests
from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle
from qgis.PyQt.QtCore import QDate, QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QToolButton

from dinamis_plugin.gui import formats
from dinamis_plugin.gui.missions import Choice
from dinamis_plugin.gui.results_columns import ANGLE, CLOUD, DATE, PRODUCT, SENSOR
from dinamis_plugin.gui.search_desk import REST_MS

from .gui_support import LEFT, canvas, child, click, dock, window  # noqa: F401 - fixtures
from .waiting import Caught, wait_until

NO_KEY = Qt.KeyboardModifier.NoModifier


def numbers(live, **search):
    """What the service itself says of a search: how many, and by mission, month and product type."""
    body = {"limit": 1, "facets": ["mission", "month", "product_type"], "filter-lang": "cql2-json", **search}
    answer = requests.post(f"{live.url}/stac/search", json=body, timeout=30).json()
    return answer["numberMatched"], answer["facets"]


def mission(codes):
    return {"op": "in", "args": [{"property": "dinamis:mission"}, list(codes)]}


def shown_counts(dock):  # noqa: F811
    """The numbers beside the missions."""
    view = child(dock, "missionList")
    items = [view.item(row) for row in range(view.count())]
    role = Qt.ItemDataRole.UserRole
    return {item.data(role): item.data(role + 2) for item in items if item.data(role + 2)}


def count_in_tab(dock):  # noqa: F811
    tabs = child(dock, "mainTabs")
    digits = "".join(filter(str.isdigit, tabs.tabToolTip(tabs.indexOf(dock.results))))
    return int(digits) if digits else None


def press_on(dock, code, choice):  # noqa: F811
    view = child(dock, "missionList")
    row = next(r for r in range(view.count()) if view.item(r).data(Qt.ItemDataRole.UserRole) == code)
    QTest.mouseClick(view.viewport(), LEFT, NO_KEY, view.mark_rect(row, choice).center())


def connect(controllers, url):
    controllers.settings.service_url = url
    controllers.session.connect_service()
    wait_until(lambda: controllers.session.service is not None, 30)


@pytest.fixture
def joined(dock, controllers, live):  # noqa: F811
    """The dock, connected to the real service and not signed in, with the numbers of the whole catalogue."""
    connect(controllers, live.url)
    wait_until(lambda: shown_counts(dock), 30)
    return dock


def test_the_numbers_are_there_before_anything_is_searched_for(joined, live):
    total, facets = numbers(live)
    assert count_in_tab(joined) == total
    assert shown_counts(joined) == facets["mission"]
    assert joined.results.model.rowCount() == 0
    assert child(joined, "mainTabs").currentWidget() is joined.filters


def test_looking_at_the_results_lists_what_the_numbers_tell_of(joined, live):
    tabs = child(joined, "mainTabs")
    tabs.setCurrentWidget(joined.results)
    wait_until(lambda: joined.results.model.rowCount() == 100, 20)
    assert child(joined, "resultsEmpty").isHidden()
    assert count_in_tab(joined) == numbers(live)[0]


def test_results_that_a_restart_shows_again_are_listed(dock, controllers, live):  # noqa: F811
    child(dock, "mainTabs").setCurrentWidget(dock.results)
    connect(controllers, live.url)
    wait_until(lambda: dock.results.model.rowCount() == 100, 30)
    assert child(dock, "mainTabs").currentWidget() is dock.results


def test_each_change_is_followed_by_count_list_missions_and_map(joined, live):
    press_on(joined, "PLEIADES", Choice.INCLUDED)
    total, _ = numbers(live, filter=mission(["PLEIADES"]))
    wait_until(lambda: count_in_tab(joined) == total, 20)
    wait_until(lambda: joined.results.model.rowCount() == min(total, 100), 20)
    wait_until(lambda: joined.found.footprints.ready, 20)
    wait_until(lambda: "PWH" in shown_counts(joined), 20)
    assert shown_counts(joined) == numbers(live)[1]["mission"]  # what another choice would find
    assert child(joined, "mainTabs").currentWidget() is joined.filters
    press_on(joined, "SPOT 5", Choice.EXCLUDED)
    press_on(joined, "PLEIADES", Choice.INCLUDED)
    total, _ = numbers(live, filter={"op": "not", "args": [mission(["SPOT 5"])]})
    wait_until(lambda: count_in_tab(joined) == total, 20)


def test_filters_combine_and_each_chip_takes_one_away(joined, live, controllers):
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    controllers.aois.add_extent(QgsRectangle(3.0, 43.0, 4.5, 44.5), degrees)
    child(joined, "startDateEdit").setDate(QDate(2020, 1, 1))
    child(joined, "cloudSpin").setValue(30)
    box = [3.0, 43.0, 4.5, 44.5]
    clouds = {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 30]}
    period = "2020-01-01T00:00:00Z/.."
    total, facets = numbers(live, bbox=box, datetime=period, filter=clouds)
    wait_until(lambda: count_in_tab(joined) == total, 20)
    wait_until(lambda: shown_counts(joined) == facets["mission"], 20)
    every, _ = numbers(live, bbox=box, filter=clouds)
    timeline = joined.filters.dates.timeline
    wait_until(lambda: sum(bar.count for bar in timeline._bars) == every, 20)
    child(joined, "mainTabs").setCurrentWidget(joined.results)
    click(child(joined.results, "crumb_cloud"))
    total, _ = numbers(live, bbox=box, datetime=period)
    wait_until(lambda: count_in_tab(joined) == total, 20)
    assert child(joined, "mainTabs").currentWidget() is joined.results
    click(child(joined.results, "crumbsClearButton"))
    wait_until(lambda: count_in_tab(joined) == numbers(live)[0], 20)
    assert not controllers.aois.aois


def test_what_nothing_downloadable_covers_is_found_in_an_area_only(joined, live, controllers):
    check = child(joined, "uncoveredCheck")
    assert not check.isEnabled()
    controllers.aois.add_extent(QgsRectangle(3.0, 43.0, 4.5, 44.5), QgsCoordinateReferenceSystem("EPSG:4326"))
    click(check, QPoint(8, check.height() // 2))
    total, _ = numbers(live, bbox=[3.0, 43.0, 4.5, 44.5], uncovered=True)
    assert total > 0
    wait_until(lambda: count_in_tab(joined) == total, 20)
    wait_until(lambda: joined.results.model.rowCount() == min(total, 100), 20)
    click(child(joined.filters, "crumb_uncovered"))
    assert not check.isChecked()


def test_a_limit_between_the_steps_is_counted_after_its_page(joined, live):
    child(joined, "cloudSpin").setValue(13)
    total, facets = numbers(live, filter={"op": "<=", "args": [{"property": "eo:cloud_cover"}, 13]})
    wait_until(lambda: count_in_tab(joined) == total, 20)
    wait_until(lambda: shown_counts(joined) == facets["mission"], 20)
    assert joined.results.model.rowCount() == 100
    assert formats.number(total) in child(joined, "resultsCountLabel").text()
    child(joined, "loadMoreButton").click()
    wait_until(lambda: joined.results.model.rowCount() == 200, 20)
    assert count_in_tab(joined) == total


def test_a_bound_dragged_is_followed_when_it_rests(joined, live):
    timeline = joined.filters.dates.timeline
    bound = timeline.start_bound
    bound.setFocus()
    for _ in range(3):
        QTest.keyClick(bound, Qt.Key.Key_PageUp)
    total, _ = numbers(live, datetime="1989-01-01T00:00:00Z/..")
    wait_until(lambda: count_in_tab(joined) == total, 20)
    assert QApplication.focusWidget() in (bound, None)


def test_words_are_read_and_places_suggested_while_typing_goes_on(joined, live):
    line = child(joined, "searchTextEdit")
    joined.activateWindow()
    line.setFocus()
    QTest.keyClicks(line, "pleiades Montpell")
    popup = joined.filters.words._completer.popup()
    if not live_has_places(live):
        pytest.skip("the service has no gazetteer here (DINAMIS_GAZETTEER_PATH)")
    wait_until(popup.isVisible, 20)
    QTest.keyClicks(line, "ie")
    assert line.text() == "pleiades Montpellie"
    wait_until(lambda: popup.isVisible() and popup.model().rowCount() > 0, 20)
    asked = Caught(joined.filters.search_requested)
    assert not popup.currentIndex().isValid()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    title = popup.currentIndex().data()
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert line.text() == f"pleiades {title}"
    assert not asked.values
    wait_until(lambda: joined.findChildren(QToolButton, "understood_place"), 20)
    total, _ = numbers(live, q=[line.text()])
    wait_until(lambda: count_in_tab(joined) == total, 20)
    click(child(joined.filters, "crumb_text"))
    assert line.text() == ""
    assert not child(joined, "understoodChips").isVisible()


def test_what_was_understood_goes_chip_by_chip(joined, live):
    line = child(joined, "searchTextEdit")
    line.setText("images Pléiades sauf spot 5, nuages < 10 %, 2023")
    chips = child(joined, "understoodChips")

    def shown():
        return [one for one in chips.findChildren(QToolButton) if one.isVisible()]

    for number, kind, left in (
        (4, "cloud", "images Pléiades sauf spot 5, 2023"),
        (3, "period", "images Pléiades sauf spot 5"),
        (2, "mission", "sauf spot 5"),
        (1, "mission", ""),
    ):
        wait_until(lambda number=number: len(shown()) == number, 20)
        assert all(chip.accessibleName() for chip in shown())
        click(next(chip for chip in shown() if chip.objectName() == f"understood_{kind}"))
        wait_until(lambda left=left: joined.filters.words.text() == left, 20)
    wait_until(lambda: count_in_tab(joined) == numbers(live)[0], 20)


def test_words_that_were_typed_on_are_not_written_over(joined):
    joined.filters.words.set_text("Pléiades 2023")
    joined.filters.words.rewrite("Pléiades", "")
    assert joined.filters.words.text() == "Pléiades 2023"


def live_has_places(live):
    return bool(requests.get(f"{live.url}/places?q=Montpellier", timeout=20).json()["places"])


def test_enter_among_suggestions_searches_for_what_was_typed(joined, live):
    if not live_has_places(live):
        pytest.skip("the service has no gazetteer here (DINAMIS_GAZETTEER_PATH)")
    line = child(joined, "searchTextEdit")
    joined.activateWindow()
    line.setFocus()
    QTest.keyClicks(line, "Montpell")
    popup = joined.filters.words._completer.popup()
    wait_until(popup.isVisible, 20)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert line.text() == "Montpell"
    assert not popup.isVisible()
    assert child(joined, "mainTabs").currentWidget() is joined.results


SORTED = [
    (CLOUD, Qt.SortOrder.AscendingOrder, "+eo:cloud_cover"),
    (ANGLE, Qt.SortOrder.DescendingOrder, "-view:incidence_angle"),
    (SENSOR, Qt.SortOrder.AscendingOrder, "+dinamis:mission"),
    (SENSOR, Qt.SortOrder.DescendingOrder, "-dinamis:mission"),
    (PRODUCT, Qt.SortOrder.DescendingOrder, "-dinamis:product_type"),
    (DATE, Qt.SortOrder.AscendingOrder, "+datetime"),
]


def first_ids(live, order, count):
    """What the service itself gives first in an order, ties with the newest first."""
    direction = "desc" if order.startswith("-") else "asc"
    keys = [{"field": order[1:], "direction": direction}, {"field": "datetime", "direction": "desc"}]
    body = {"limit": count, "sortby": keys[:1] if order[1:] == "datetime" else keys}
    answer = requests.post(f"{live.url}/stac/search", json=body, timeout=30).json()
    return [feature["id"] for feature in answer["features"]]


@pytest.mark.parametrize(("column", "way", "order"), SORTED, ids=[order for *_, order in SORTED])
def test_a_column_is_sorted_by_the_service_page_after_page(joined, live, column, way, order):
    child(joined, "mainTabs").setCurrentWidget(joined.results)
    wait_until(lambda: joined.results.model.rowCount() == 100, 20)
    joined.results.view.sortByColumn(column, way)
    wanted = first_ids(live, order, 200)
    wait_until(lambda: [scene.id for scene in joined.results.model.scenes()] == wanted[:100], 20)
    assert child(joined, "resultsNoteLabel").isHidden()
    wait_until(lambda: child(joined, "loadMoreButton").isEnabled(), 20)
    click(child(joined, "loadMoreButton"))
    wait_until(lambda: [scene.id for scene in joined.results.model.scenes()] == wanted, 20)
    press_on(joined, "PLEIADES", Choice.INCLUDED)  # the order stays with the next search
    total, _ = numbers(live, filter=mission(["PLEIADES"]))
    wait_until(lambda: joined.results.model.rowCount() == min(100, total), 20)
    assert joined._do.search.query.sort == joined.results.sort


def test_the_scene_in_hand_stays_in_hand_where_the_new_page_has_it(joined, live):
    child(joined, "mainTabs").setCurrentWidget(joined.results)
    wait_until(lambda: joined.results.model.rowCount() == 100, 20)
    joined.results.view.sortByColumn(CLOUD, Qt.SortOrder.AscendingOrder)
    clear = first_ids(live, "+eo:cloud_cover", 100)
    wait_until(lambda: joined.results.model.scenes()[0].id == clear[0], 20)
    wait_until(lambda: joined.results.model.rowCount() == 100, 20)
    joined.results.view.selectRow(3)
    joined.results.view.sortByColumn(CLOUD, Qt.SortOrder.DescendingOrder)
    joined.results.view.sortByColumn(CLOUD, Qt.SortOrder.AscendingOrder)
    wait_until(lambda: not joined._do.search.busy, 20)
    wait_until(lambda: [one.id for one in joined.results.view.selected_scenes()] == [clear[3]], 20)


def test_words_that_mean_nothing_are_named(joined):
    child(joined, "searchTextEdit").setText("Pléiades blork")
    wait_until(lambda: "blork" in child(joined, "freeTextNoteLabel").text(), 20)
    wait_until(lambda: count_in_tab(joined) == 0, 20)
    assert "words" in child(joined, "filtersAdviceLabel").text()


def test_search_and_enter_show_the_results(joined):
    click(child(joined, "searchButton"))
    assert child(joined, "mainTabs").currentWidget() is joined.results
    wait_until(lambda: joined.results.model.rowCount() == 100, 20)


# Answers that come late, wrong or not at all


def catalogue(url, *, counts=True):
    """The landing page of a catalogue with item search."""
    classes = ["core", "item-search", "item-search#filter", "item-search#sort"]
    claims = [f"https://api.stacspec.org/v1.0.0/{name}" for name in classes]
    return {
        "type": "Catalog",
        "id": "c",
        "description": "c",
        "stac_version": "1.0.0",
        "conformsTo": claims + (["urn:dinamis:stac:item-search#facets"] if counts else []),
        "links": [
            {"rel": "self", "href": f"{url}/stac"},
            {"rel": "search", "href": f"{url}/stac/search", "method": "POST"},
        ],
    }


def item(number):
    return {
        "type": "Feature",
        "id": f"s{number}",
        "geometry": {"type": "Point", "coordinates": [3, 43]},
        "properties": {"datetime": "2024-05-01T00:00:00Z", "dinamis:mission": "PWH"},
    }


@pytest.fixture
def slow(dock, controllers, scripted, server):  # noqa: F811
    """The dock at a catalogue whose searches wait for `release`; `asked` are their bodies."""
    asked, release = [], threading.Event()
    release.set()

    def search(request, _handler):
        asked.append(request.json)
        release.wait(20)
        found = [item(len(asked))]
        answer = {"type": "FeatureCollection", "features": found, "links": [], "numberMatched": len(asked)}
        return 200, answer

    server.routes["/stac"] = lambda _request, _handler: (200, catalogue(scripted.url, counts=False))
    server.routes["/stac/search"] = search
    connect(controllers, scripted.url)
    wait_until(lambda: asked, 20)
    dock.asked, dock.release = asked, release
    yield dock
    release.set()


def test_a_catalogue_that_cannot_sort_by_a_column_is_asked_for_the_newest(slow):
    """The type of product is a word of DINAMIS: elsewhere what is listed is sorted, which is said."""
    wait_until(lambda: count_in_tab(slow) == 1, 20)
    child(slow, "mainTabs").setCurrentWidget(slow.results)
    wait_until(lambda: slow.results.model.rowCount() == 1, 20)
    wait_until(lambda: count_in_tab(slow) > 1, 20)
    before = len(slow.asked)
    slow.results.view.sortByColumn(PRODUCT, Qt.SortOrder.AscendingOrder)
    wait_until(lambda: len(slow.asked) > before, 20)
    assert slow.asked[-1]["sortby"][0] == {"field": "datetime", "direction": "desc"}
    wait_until(lambda: not child(slow, "resultsNoteLabel").isHidden(), 20)
    slow.results.view.sortByColumn(CLOUD, Qt.SortOrder.AscendingOrder)
    wait_until(lambda: slow.asked[-1]["sortby"][0]["field"] == "eo:cloud_cover", 20)
    wait_until(lambda: child(slow, "resultsNoteLabel").isHidden(), 20)


def test_of_many_changes_only_the_last_is_asked_for(slow):
    wait_until(lambda: count_in_tab(slow) == 1, 20)
    before = len(slow.asked)
    for limit in range(90, 10, -10):
        child(slow, "cloudSpin").setValue(limit)
    wait_until(lambda: slow.results.model.rowCount() == 1, 20)
    assert len(slow.asked) == before + 1
    assert slow.asked[-1]["filter"]["args"][1] == 20


def test_a_late_answer_to_an_earlier_search_is_dropped(slow):
    wait_until(lambda: count_in_tab(slow) == 1, 20)
    slow.release.clear()
    child(slow, "cloudSpin").setValue(50)
    wait_until(lambda: len(slow.asked) == 2, 20)
    child(slow, "cloudSpin").setValue(40)
    wait_until(lambda: len(slow.asked) == 3, 20)
    came = Caught(slow.search._search.page_ready)
    slow.release.set()
    wait_until(lambda: slow.results.model.rowCount() == 1, 20)
    QTest.qWait(200)
    assert len(came.values) == 1
    assert slow.asked[-1]["filter"]["args"][1] == 40


def test_what_is_listed_stays_until_the_next_page_is_there(slow):
    click(child(slow, "searchButton"))
    wait_until(lambda: slow.results.model.rowCount() == 1, 20)
    child(slow, "mainTabs").setCurrentWidget(slow.filters)
    slow.release.clear()
    child(slow, "cloudSpin").setValue(50)
    wait_until(lambda: len(slow.asked) == 3, 20)
    assert slow.results.model.rowCount() == 1
    assert child(slow, "mainTabs").currentWidget() is slow.filters
    slow.release.set()
    wait_until(lambda: count_in_tab(slow) == 3, 20)


def test_typing_is_not_interrupted_by_the_answers(slow):
    line = child(slow, "searchTextEdit")
    slow.activateWindow()
    line.setFocus()
    for letter in "spot 2020":
        QTest.keyClick(line, letter)
        QTest.qWait(REST_MS // 4)
    wait_until(lambda: slow.results.model.rowCount() == 1, 20)
    assert line.text() == "spot 2020"
    assert line.hasFocus()


def test_a_catalogue_without_numbers_says_so_and_works(slow):
    child(slow, "cloudSpin").setValue(50)
    wait_until(lambda: slow.results.model.rowCount() == 1, 20)
    assert shown_counts(slow) == {}
    assert "facets" not in slow.asked[-1]
    view = child(slow, "missionList")
    assert "not known" in view.item(0).toolTip()
    timeline = slow.filters.dates.timeline
    assert "does not tell" in timeline.tip_of(timeline.month_at(100))


def test_a_search_that_fails_says_so_and_keeps_the_list(slow, server):
    click(child(slow, "searchButton"))
    wait_until(lambda: slow.results.model.rowCount() == 1, 20)
    server.routes["/stac/search"] = lambda _request, _handler: (400, {"code": "bad-request", "detail": "no"})
    child(slow, "cloudSpin").setValue(50)
    wait_until(lambda: child(slow, "noticeLabel").isVisible(), 20)
    assert slow.results.model.rowCount() == 1
    assert count_in_tab(slow) is None


def test_dates_in_the_wrong_order_are_not_asked_for(slow):
    wait_until(lambda: count_in_tab(slow) == 1, 20)
    before = len(slow.asked)
    child(slow, "endDateEdit").setDate(QDate(2020, 1, 1))
    child(slow, "startDateEdit").setDate(QDate(2021, 1, 1))
    QTest.qWait(2 * REST_MS)
    assert len(slow.asked) == before
    assert child(slow, "filtersHintLabel").isVisible()


def test_without_a_service_changes_are_quiet(dock):  # noqa: F811
    child(dock, "cloudSpin").setValue(50)
    QTest.qWait(2 * REST_MS)
    assert not dock.notices.isVisible() or not child(dock, "noticeLabel").isVisible()


def test_a_catalogue_that_reads_no_texts_gets_the_words_as_conditions(slow):
    child(slow, "searchTextEdit").setText("neo")
    wait_until(lambda: slow.results.model.rowCount() == 1, 20)
    assert "q" not in slow.asked[-1]
    assert slow.asked[-1]["filter"]["op"] == "or"


def test_a_catalogue_that_cannot_tell_what_is_covered_says_so(slow, controllers):
    controllers.aois.add_extent(QgsRectangle(3.0, 43.0, 4.5, 44.5), QgsCoordinateReferenceSystem("EPSG:4326"))
    check = child(slow, "uncoveredCheck")
    click(check, QPoint(8, check.height() // 2))
    wait_until(lambda: "what is covered" in child(slow, "noticeTextLabel").text(), 20)
    assert not any(body.get("uncovered") for body in slow.asked)
