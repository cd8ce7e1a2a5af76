"""The menu of the saved searches in the dock, and the state that comes back after a restart."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtWidgets import QInputDialog, QMenu
from shapely.geometry import box

from dinamis_plugin.domain.aoi import Aoi
from dinamis_plugin.domain.search import ProductType, SearchQuery
from dinamis_plugin.gui.searches_menu import show_news

from .gui_support import canvas, child, dock, window  # noqa: F401 - fixtures
from .test_controllers_saved_searches import find, names, no_searches_of_others, save, settled  # noqa: F401

QUERY = SearchQuery(
    aois=(Aoi("Thau", box(3.6, 43.4, 3.7, 43.5), 90.0),),
    missions=("PLEIADES",),
    product_type=ProductType.ORDERABLE,
    max_cloud=20,
    max_incidence=15,
    text="PHR",
)


def action(menu, name):
    return next(one for one in menu.actions() if one.objectName() == name)


def submenu(dock, title):  # noqa: F811
    menus = [one.menu() for one in dock.saved.menu.actions() if one.menu() is not None]
    return next(one for one in menus if one.title().startswith(title))


def answer(dock, name):  # noqa: F811
    dialog = dock.window().findChild(QInputDialog, "searchNameDialog")
    dialog.setTextValue(name)
    dialog.accept()


@pytest.fixture
def filled(dock, controllers):  # noqa: F811
    """A dock whose filters and areas describe a search."""
    dock.saved.show_query(QUERY)
    assert dock.saved.query() == QUERY
    return dock


def test_what_the_filters_describe_is_saved_and_comes_back(filled, controllers):
    action(filled.saved.menu, "saveSearchAction").trigger()
    answer(filled, "  Étang & mer ")
    settled(controllers)
    assert names(controllers.saved) == ["Étang & mer"]
    filled.saved.show_query(SearchQuery())
    assert filled.saved.query() == SearchQuery()
    action(submenu(filled, "Étang && mer"), "run").trigger()
    settled(controllers)
    assert filled.saved.query() == QUERY
    assert find(controllers, "Étang & mer").last_seen is not None


def test_a_search_is_renamed_replaced_and_deleted(filled, controllers, monkeypatch):
    save(controllers, "a", QUERY)
    action(submenu(filled, "a"), "rename").trigger()
    answer(filled, "b")
    settled(controllers)
    assert names(controllers.saved) == ["b"]
    filled.saved.show_query(SearchQuery(text="SPOT"))
    action(submenu(filled, "b"), "replace").trigger()
    settled(controllers)
    assert find(controllers, "b").query == SearchQuery(text="SPOT")
    for sure in (False, True):
        monkeypatch.setattr("dinamis_plugin.gui.saved_desk.confirmed", lambda *_, sure=sure, **__: sure)
        action(submenu(filled, "b"), "delete").trigger()
        settled(controllers)
        assert names(controllers.saved) == ([] if sure else ["b"])


def test_defaults_are_set_applied_and_taken_back(filled, controllers):
    menu = submenu(filled, "My default filters")
    assert not action(menu, "applyDefaults").isEnabled()
    action(menu, "setDefaults").trigger()
    settled(controllers)
    filled.saved.show_query(SearchQuery())
    action(submenu(filled, "My default filters"), "applyDefaults").trigger()
    settled(controllers)
    assert filled.saved.query() == QUERY
    action(submenu(filled, "My default filters"), "clearDefaults").trigger()
    settled(controllers)
    assert controllers.saved.defaults is None
    assert filled.saved.query() == SearchQuery(aois=QUERY.aois), "areas are not filters"


def test_new_scenes_are_told_on_the_button_and_in_a_notice(dock, controllers):  # noqa: F811
    save(controllers, "a")
    told = []
    dock.saved.found_news.connect(told.append)
    controllers.saved._counts_came({controllers.saved.searches[0].id: 1234})
    assert "1,234" in child(dock, "searchesButton").text().replace("\u202f", ",").replace("\xa0", ",")
    assert "new" in submenu(dock, "a").title()
    assert told == [1234]
    assert "news" in dock.notices.subjects
    action(submenu(dock, "a"), "run").trigger()
    settled(controllers)
    assert child(dock, "searchesButton").text() == "My searches"
    show_news(child(dock, "searchesButton"), 0)


def test_menus_that_went_leave_nothing_behind(dock, controllers):  # noqa: F811
    save(controllers, "a")
    for _ in range(5):
        controllers.saved.refresh()
        settled(controllers)
    assert len(dock.saved.menu.findChildren(QMenu)) == 2


def test_the_last_state_comes_back_with_its_tab(filled, controllers):
    filled.last_state.restore()
    settled(controllers)
    assert filled.saved.query() == QUERY, "what the person did meanwhile stays"
    filled._tabs.setCurrentWidget(filled.results)
    filled.last_state.write()
    filled.saved.show_query(SearchQuery())
    filled._tabs.setCurrentWidget(filled.filters)
    filled.last_state.restore()
    settled(controllers)
    assert filled.saved.query() == QUERY
    assert filled._tabs.currentWidget() is filled.results


def test_a_new_session_without_a_last_state_begins_with_the_defaults(dock, controllers):  # noqa: F811
    controllers.saved.set_defaults(SearchQuery(max_cloud=5))
    settled(controllers)
    dock.last_state.restore()
    settled(controllers)
    controllers.saved.refresh()
    settled(controllers)
    assert dock.saved.query() == SearchQuery(max_cloud=5)
