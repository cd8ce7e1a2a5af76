"""Saved searches: a round trip of every filter, readers that forgive, and a merge that loses nothing."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from dinamis_plugin.domain.aoi import Aoi
from dinamis_plugin.domain.errors import BadAnswerError, InvalidRequestError
from dinamis_plugin.domain.saved_search import (
    MAX_NAME,
    SavedSearch,
    brought_along,
    document_from_text,
    document_of,
    free_name,
    name_key,
    query_of,
    renamed,
    since,
)
from dinamis_plugin.domain.search import MISSIONS, ProductType, SearchQuery, SortBy, Sorting

HOLED = Polygon(box(3, 43, 4, 44).exterior.coords, [box(3.2, 43.2, 3.3, 43.3).exterior.coords])
ACROSS = MultiPolygon([box(178, -18, 180, -16), box(-180, -18, -179.123456789012, -16)])

squares = st.builds(
    lambda x, y, side: box(x, y, x + side, y + side),
    st.floats(-170, 170),
    st.floats(-80, 80),
    st.floats(0.001, 5),
)
areas = st.builds(
    Aoi,
    st.text(max_size=20).filter(lambda text: text.isprintable()),
    st.one_of(st.just(HOLED), st.just(ACROSS), squares),
    st.floats(0, 1e6),
)
queries = st.builds(
    SearchQuery,
    aois=st.lists(areas, max_size=3).map(tuple),
    start=st.one_of(st.none(), st.dates(date(1986, 1, 1), date(2010, 1, 1))),
    end=st.one_of(st.none(), st.dates(date(2010, 1, 1), date(2030, 1, 1))),
    missions=st.lists(st.sampled_from([code for code, _ in MISSIONS]), unique=True).map(tuple),
    product_type=st.sampled_from(ProductType),
    max_cloud=st.one_of(st.none(), st.integers(0, 100)),
    max_incidence=st.one_of(st.none(), st.integers(0, 90)),
    text=st.text(max_size=20).filter(lambda text: text.isprintable()),
    uncovered=st.booleans(),
)


@given(queries)
def test_every_filter_and_the_exact_areas_come_back(query):
    text = json.dumps(document_of(query, "title"))
    again = query_of(document_from_text(text))
    assert again == query
    for one, other in zip(query.aois, again.aois):
        assert other.geometry.equals(one.geometry)
        assert list(other.geometry.bounds) == list(one.geometry.bounds)


def test_the_order_of_the_list_is_no_part_of_a_search():
    in_order = document_of(SearchQuery(sort=Sorting(SortBy.CLOUD)), "title")
    assert in_order["query"] == document_of(SearchQuery(), "title")["query"]


def test_the_document_says_the_stac_search_too():
    document = document_of(SearchQuery(start=date(2025, 1, 1), max_cloud=10), "Title")
    assert (document["type"], document["version"], document["title"]) == ("dinamis-search", 1, "Title")
    assert document["stac"]["filter-lang"] == "cql2-json"
    assert document["stac"]["datetime"].startswith("2025-01-01")


def test_what_is_unknown_or_broken_leaves_a_filter_open():
    document = document_of(SearchQuery(max_cloud=10, text="PHR"), "x")
    document["query"].update(
        sharpness=3, product_type="moon", max_incidence="steep", start="soon", missions=7
    )
    document["version"] = 9
    assert query_of(document) == SearchQuery(max_cloud=10, text="PHR")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"type": "Feature"}', '{"type": "dinamis-search"}'])
def test_what_is_no_search_is_refused(text):
    with pytest.raises(InvalidRequestError) as refusal:
        document_from_text(text)
    assert refusal.value.fields == {"document": "not_a_search"}


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {},
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": [[[1, "x"], [2, 3], [4, 5], [1, 1]]]},
        {"type": "Polygon", "coordinates": [[[1e9, 0], [1e9, 1], [1e9 + 1, 1], [1e9, 0]]]},
    ],
)
def test_a_search_without_one_of_its_areas_would_be_another(geometry):
    document = document_of(SearchQuery(aois=(Aoi("a", HOLED, 1.0),)), "x")
    document["query"]["aois"][0]["geometry"] = geometry
    with pytest.raises(InvalidRequestError) as refusal:
        query_of(document)
    assert refusal.value.fields == {"document": "broken_area"}


def saved(number, name, text="", **values):
    return SavedSearch(str(number), name, document_of(SearchQuery(text=text), name), **values)


def test_an_entry_comes_back_and_a_nameless_one_is_refused():
    one = saved(1, "a", is_default=True, last_seen=datetime(2026, 1, 1, tzinfo=timezone.utc))
    assert SavedSearch.from_json({"id": "1", **one.to_json()}) == one
    with pytest.raises(BadAnswerError):
        SavedSearch.from_json({"id": "1"})


def test_a_rename_reaches_the_document():
    assert renamed(saved(1, "a"), "b").document["title"] == "b"


@given(st.text(min_size=1, max_size=200), st.lists(st.text(max_size=10), max_size=5))
def test_a_free_name_is_free_and_fits(name, taken):
    given_names = [*taken, name]
    found = free_name(name, given_names)
    assert name_key(found) not in {name_key(one) for one in given_names}
    assert len(found) <= MAX_NAME


names = st.sampled_from(["a", "A", "b", "a (2)", "c"])
texts = st.sampled_from(["", "x", "y"])
searches = st.lists(st.tuples(names, texts, st.booleans()), max_size=5)


@given(searches, searches)
def test_no_search_is_lost_or_doubled_at_sign_in(local, account):
    there = []
    for number, (name, text, default) in enumerate(account):
        free = free_name(name, [one.name for one in there])
        is_default = default and not any(one.is_default for one in there)
        there.append(saved(f"account-{number}", free, text, is_default=is_default, etag="x"))
    mine = [
        saved(f"local-{n}", name, text, is_default=default) for n, (name, text, default) in enumerate(local)
    ]
    fresh, known = brought_along(mine, there)
    assert sorted(one.id for one in [*fresh, *known]) == sorted(one.id for one in mine)
    after = [*there, *fresh]
    assert len({name_key(one.name) for one in after}) == len(after)
    assert sum(one.is_default for one in after) <= 1
    for one in mine:
        assert any(other.document["query"] == one.document["query"] for other in after)
    again, _ = brought_along(mine, after)
    assert again == [], "taken up after a lost answer, nothing is made twice"


def test_what_is_new_is_a_condition_more():
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
    newer = {"op": ">", "args": [{"property": "created"}, {"timestamp": "2026-01-01T00:00:00Z"}]}
    assert since({}, moment)["filter"] == newer
    cloudy = SearchQuery(max_cloud=10).to_stac()
    assert since(cloudy, moment)["filter"] == {"op": "and", "args": [cloudy["filter"], newer]}
