"""Listing all that a search finds, from a catalogue that pages by place: each scene once."""

from __future__ import annotations

import gc
import threading
import time

import pytest

from dinamis_plugin.controllers import search as module
from dinamis_plugin.controllers.turns import Farewell
from dinamis_plugin.domain.search import SearchQuery
from dinamis_plugin.tasks import listing
from dinamis_plugin.tasks.courtesy import Courtesy, collect_again, no_collections

from .waiting import Caught, run_for, wait_until


class Catalogue:
    """A STAC API with so many items, which are paged by their place."""

    def __init__(self, server, count):
        self.url = f"{server.url}/stac"
        self.items = [
            {
                "type": "Feature",
                "id": f"s{number}",
                "collection": "c",
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]],
                },
                "properties": {"datetime": f"2026-01-01T00:00:{number % 60:02}Z"},
                "assets": {},
                "links": [],
            }
            for number in range(count)
        ]
        self.sizes = []
        self.broken_from = None
        self.hold = threading.Event()
        self.hold.set()
        server.routes["/stac"] = self._landing
        server.routes["/stac/search"] = self._search

    def _landing(self, *_):
        return 200, {
            "type": "Catalog",
            "id": "t",
            "stac_version": "1.0.0",
            "description": "",
            "conformsTo": [
                "https://api.stacspec.org/v1.0.0/core",
                "https://api.stacspec.org/v1.0.0/item-search",
                "https://api.stacspec.org/v1.0.0/item-search#sort",
            ],
            "links": [{"rel": "search", "href": f"{self.url}/search", "method": "POST"}],
        }

    def _search(self, request, _handler):
        body = request.json
        first, limit = int(body.get("token", 0)), body["limit"]
        self.sizes.append(limit)
        if limit > module.FIRST_PAGE:
            self.hold.wait(10)
            if self.broken_from is not None and first >= self.broken_from:
                return 500, {"code": "broken", "detail": "broken"}
        page = self.items[first : first + limit]
        links = []
        if first + limit < len(self.items):
            following = {**body, "token": str(first + limit)}
            links = [{"rel": "next", "method": "POST", "href": f"{self.url}/search", "body": following}]
        return 200, {
            "type": "FeatureCollection",
            "features": page,
            "links": links,
            "numberMatched": len(self.items),
        }


@pytest.fixture
def small_pages(monkeypatch):
    """Pages and bounds a tenth as large."""
    monkeypatch.setattr(listing, "PAGE", 200)
    monkeypatch.setattr(listing, "HANDFUL", 70)
    monkeypatch.setattr(module, "PAGE", 200)


def start(connected, server, count):
    catalogue = Catalogue(server, count)
    search = connected.search
    shown = Caught(search.page_ready)
    search.run(SearchQuery())
    wait_until(lambda: not search.busy)
    assert len(shown.values[0][0]) == min(module.FIRST_PAGE, count)
    return catalogue, search, shown


def ids(shown):
    return [scene.id for scenes, _ in shown.values for scene in scenes]


@pytest.mark.usefixtures("small_pages")
def test_all_are_listed_once_in_their_order_with_progress(connected, server):
    catalogue, search, shown = start(connected, server, 950)
    progress, ended, many = Caught(search.progressed), Caught(search.finished), Caught(search.too_many)
    assert search.can_load_all
    search.load_all()
    wait_until(lambda: not search.busy)
    assert ids(shown) == [item["id"] for item in catalogue.items]
    assert progress.values[-1] == (950, 950)
    assert [done for done, _ in progress.values] == sorted(done for done, _ in progress.values)
    assert ended.values[-1] == (950, 950)
    assert not many.values
    assert not search.can_load_more
    assert set(catalogue.sizes[1:]) == {200}


@pytest.mark.usefixtures("small_pages")
def test_too_many_are_listed_up_to_the_bound_and_told(connected, server, monkeypatch):
    monkeypatch.setattr(module, "MOST", 330)
    _, search, shown = start(connected, server, 950)
    many = Caught(search.too_many)
    search.load_all()
    wait_until(lambda: not search.busy)
    assert len(ids(shown)) == len(set(ids(shown))) == 330
    assert many.values == [(950, 330)]
    assert not search.can_load_all
    assert not search.can_load_more


@pytest.mark.usefixtures("small_pages")
def test_a_cancelled_listing_keeps_what_came_and_goes_on_later(connected, server):
    catalogue, search, shown = start(connected, server, 950)
    search.progressed.connect(lambda *_: catalogue.hold.clear())
    search.load_all()
    wait_until(lambda: len(ids(shown)) > module.FIRST_PAGE)
    search.cancel()
    assert not search.busy
    listed = len(ids(shown))
    run_for(0.1)
    assert len(ids(shown)) == listed < 950
    catalogue.hold.set()
    while search.can_load_more:
        search.load_more()
        wait_until(lambda: not search.busy)
    assert sorted(ids(shown)) == sorted(item["id"] for item in catalogue.items)


@pytest.mark.usefixtures("small_pages")
def test_a_failure_keeps_what_came_and_may_be_tried_again(connected, server):
    catalogue, search, shown = start(connected, server, 950)
    catalogue.broken_from = 400
    failed = Caught(search.failed)
    search.load_all()
    wait_until(lambda: not search.busy)
    assert len(failed.values) == 1
    assert len(ids(shown)) == 400
    catalogue.broken_from = None
    search.load_all()
    wait_until(lambda: not search.busy)
    assert ids(shown) == [item["id"] for item in catalogue.items]


@pytest.mark.usefixtures("small_pages")
def test_a_new_search_drops_the_listing_of_the_last(connected, server):
    catalogue, search, shown = start(connected, server, 950)
    catalogue.hold.clear()
    search.load_all()
    run_for(0.1)
    search.run(SearchQuery())
    wait_until(lambda: not search.busy)
    catalogue.hold.set()
    run_for(0.2)
    assert ids(shown) == [f"s{number}" for number in range(module.FIRST_PAGE)] * 2


def test_the_collector_works_again_after_a_listing_and_a_failure():
    assert gc.isenabled()
    with no_collections():
        assert not gc.isenabled()
        with pytest.raises(ValueError), no_collections():
            raise ValueError
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count()
    collect_again()
    assert not gc.get_freeze_count()


def test_a_worker_stands_back_while_the_gui_thread_works_but_not_for_ever(qgis_app):
    courtesy, stood = Courtesy(), []

    def work():
        courtesy.stand_back()
        stood.append(True)

    courtesy._works()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(5)
    assert stood == [True]
    courtesy.end()
    run_for(0.02)


def test_objects_leave_in_turns(qgis_app):
    class Slow:
        def __del__(self):
            time.sleep(0.0001)

    farewell, leaving = Farewell(), [Slow() for _ in range(600)]
    farewell.take(leaving)
    leaving.clear()
    assert len(farewell._leaving) == 600
    wait_until(lambda: 0 < len(farewell._leaving) < 600)
    wait_until(lambda: not farewell._leaving)
