"""Saved searches in the profile and in the account of the real service (CAT-39, CAT-40)."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest
import requests
from shapely.geometry import box

from dinamis_plugin.controllers.app import Controllers
from dinamis_plugin.domain.aoi import Aoi
from dinamis_plugin.domain.saved_search import SavedSearch, document_of
from dinamis_plugin.domain.search import SearchQuery
from dinamis_plugin.qgisio.whole_file import profile_file, write_whole

from .waiting import Caught, run_for, wait_until

QUERY = SearchQuery(aois=(Aoi("Thau", box(3.6, 43.4, 3.7, 43.5), 90.0),), max_cloud=20, text="PHR")
FILES = ("searches.json", "searches.json.broken", "last_state.json")


@pytest.fixture(autouse=True)
def no_searches_of_others(qgis_app):
    """Start every test with the profile of a new person."""
    for name in FILES:
        profile_file(name).unlink(missing_ok=True)
    yield
    for name in FILES:
        profile_file(name).unlink(missing_ok=True)


def names(saved):
    return [one.name for one in saved.searches]


def settled(controllers):
    wait_until(lambda: not controllers.runner.busy, 30)


def another(open_url=lambda _url: True):
    return Controllers(open_url=open_url)


def save(controllers, name, query=QUERY):
    controllers.saved.save(name, query)
    settled(controllers)


def find(controllers, name):
    return next(one for one in controllers.saved.searches if one.name == name)


def test_a_search_outlives_the_session(controllers):
    save(controllers, "Étang")
    other = another()
    other.saved.refresh()
    settled(other)
    assert names(other.saved) == ["Étang"]
    assert find(other, "Étang").query == QUERY
    other.shutdown()


def test_names_are_unique_and_not_empty(controllers):
    failed = Caught(controllers.saved.failed)
    save(controllers, "a")
    for name in ("A ", "", "  "):
        save(controllers, name)
    assert names(controllers.saved) == ["a"]
    assert len(failed.values) == 3


def test_rename_replace_and_delete(controllers):
    save(controllers, "a")
    save(controllers, "b")
    controllers.saved.rename(find(controllers, "a"), "b")
    settled(controllers)
    assert names(controllers.saved) == ["a", "b"]
    controllers.saved.rename(find(controllers, "a"), "c")
    settled(controllers)
    controllers.saved.replace(find(controllers, "c"), SearchQuery(text="SPOT"))
    settled(controllers)
    assert find(controllers, "c").query == SearchQuery(text="SPOT")
    assert find(controllers, "c").document["title"] == "c"
    controllers.saved.delete(find(controllers, "b"))
    settled(controllers)
    assert names(controllers.saved) == ["c"]


def test_defaults_are_no_search_of_the_list(controllers):
    controllers.saved.set_defaults(SearchQuery(max_cloud=5))
    settled(controllers)
    controllers.saved.set_defaults(SearchQuery(max_cloud=7))
    settled(controllers)
    assert names(controllers.saved) == []
    assert controllers.saved.defaults.query == SearchQuery(max_cloud=7)
    controllers.saved.clear_defaults()
    settled(controllers)
    assert controllers.saved.defaults is None


def test_a_shared_file_comes_back_and_a_broken_one_is_refused(controllers, tmp_path):
    save(controllers, "Thau")
    exported = Caught(controllers.saved.exported)
    controllers.saved.export(find(controllers, "Thau"), str(tmp_path / "thau"))
    path = exported.wait()
    assert path.endswith("thau.dinamis-search.json")
    controllers.saved.import_file(path)
    settled(controllers)
    assert names(controllers.saved) == ["Thau", "Thau (2)"]
    assert find(controllers, "Thau (2)").query == QUERY
    failed = Caught(controllers.saved.failed)
    broken = tmp_path / "broken.dinamis-search.json"
    for content in (b"", b"{", b"\xff\xfe\x00", b'{"type": "FeatureCollection", "features": []}'):
        broken.write_bytes(content)
        controllers.saved.import_file(str(broken))
        settled(controllers)
    assert [notice.text for notice in failed.values] == ["This is not a saved search of DINAMIS."] * 4
    controllers.saved.import_file(str(tmp_path / "absent.json"))
    settled(controllers)
    assert len(failed.values) == 5
    assert names(controllers.saved) == ["Thau", "Thau (2)"]


def test_a_broken_file_of_the_profile_is_put_aside(controllers):
    write_whole(profile_file("searches.json"), "{ not json")
    save(controllers, "a")
    assert names(controllers.saved) == ["a"]
    assert profile_file("searches.json.broken").read_text("utf-8") == "{ not json"


def test_offline_there_is_no_news_and_no_complaint(controllers):
    failed = Caught(controllers.saved.failed)
    save(controllers, "a")
    controllers.saved.count_news()
    settled(controllers)
    assert failed.values == []


def test_searches_come_along_into_the_account_and_none_is_lost(live, controllers, sign_in_live):
    save(controllers, "Thau")
    save(controllers, "Sète", SearchQuery(text="SPOT"))
    sign_in_live(controllers)
    wait_until(lambda: controllers.saved.in_account and len(controllers.saved.searches) >= 2, 30)
    settled(controllers)
    assert {"Thau", "Sète"} <= set(names(controllers.saved))
    assert find(controllers, "Thau").query == QUERY
    assert json.loads(profile_file("searches.json").read_text("utf-8"))["searches"] == []

    controllers.saved.rename(find(controllers, "Sète"), "Port de Sète")
    settled(controllers)
    stale = find(controllers, "Thau")
    controllers.saved.replace(stale, SearchQuery(text="once"))
    settled(controllers)
    failed = Caught(controllers.saved.failed)
    controllers.saved.replace(stale, SearchQuery(text="twice"))
    failed.wait()
    settled(controllers)
    assert find(controllers, "Thau").query == SearchQuery(text="once")

    controllers.session.sign_out()
    settled(controllers)
    assert names(controllers.saved) == []
    save(controllers, "Thau")  # made signed out, of a name that the account has
    sign_in_live(controllers)
    wait_until(lambda: "Thau (2)" in names(controllers.saved), 30)
    settled(controllers)
    assert find(controllers, "Thau (2)").query == QUERY
    for one in controllers.saved.searches:
        controllers.saved.delete(one)
    settled(controllers)
    assert names(controllers.saved) == []


def test_what_came_into_the_catalogue_since_is_counted(live, controllers):
    """All of the demonstration is new to who looked before it was made, nothing to who looks from now on."""
    long_ago = datetime(1980, 1, 1, tzinfo=timezone.utc)
    query = SearchQuery(max_cloud=50)
    old = SavedSearch("old", "old", document_of(query, "old"), last_seen=long_ago)
    fresh = SavedSearch("new", "new", document_of(query, "new"), last_seen=datetime.now(timezone.utc))
    entries = [{"id": one.id, **one.to_json()} for one in (old, fresh)]
    write_whole(profile_file("searches.json"), json.dumps({"version": 1, "searches": entries}))
    news = Caught(controllers.saved.news)
    controllers.settings.service_url = live.url
    controllers.session.connect_service()
    counts = news.wait(seconds=60)
    conditions = {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 50]}
    body = {"filter": conditions, "filter-lang": "cql2-json", "limit": 1}
    expected = requests.post(f"{live.url}/stac/search", json=body, timeout=30).json()["numberMatched"]
    assert expected > 0
    assert counts == {"old": expected}
    controllers.saved.looked_at(controllers.saved.searches[1])
    settled(controllers)
    controllers.saved.count_news()
    settled(controllers)
    assert news.values[-1] == {}


def test_the_last_state_comes_back(controllers):
    controllers.last_state.write(QUERY, {"tab": "resultsTab"})
    settled(controllers)
    came = []
    other = another()
    other.last_state.read(lambda query, window: came.append((query, window)))
    settled(other)
    assert came == [(QUERY, {"tab": "resultsTab"})]
    write_whole(profile_file("last_state.json"), "{")
    other.last_state.read(lambda query, window: came.append((query, window)))
    settled(other)
    assert came[-1] == (None, {})
    other.shutdown()
    run_for(0.05)


def test_where_a_service_keeps_no_searches_they_stay_in_the_profile(signed_in):
    failed = Caught(signed_in.saved.failed)
    settled(signed_in)
    save(signed_in, "a")
    assert names(signed_in.saved) == ["a"]
    assert not signed_in.saved.in_account
    assert failed.values == []


def test_what_could_not_come_along_stays_and_comes_later(scripted, controllers):
    save(controllers, "a")
    controllers.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    scripted.down.add("/api/searches")
    failed = Caught(controllers.saved.failed)
    controllers.session.sign_in()
    failed.wait(seconds=30)
    settled(controllers)
    kept = json.loads(profile_file("searches.json").read_text("utf-8"))["searches"]
    assert [one["name"] for one in kept] == ["a"]
