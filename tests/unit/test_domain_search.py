"""A search says to STAC exactly what the person filled in."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box, shape

from dinamis_plugin._vendor.pystac_client.item_search import ItemSearch
from dinamis_plugin.domain.aoi import Aoi, count_vertices
from dinamis_plugin.domain.errors import InvalidRequestError
from dinamis_plugin.domain.search import MISSIONS, ProductType, SearchQuery, SortBy, Sorting

CODES = [code for code, _ in MISSIONS]
QUERIES = st.builds(
    SearchQuery,
    missions=st.lists(st.sampled_from(CODES), unique=True).map(tuple),
    without_missions=st.lists(st.sampled_from(CODES), unique=True).map(tuple),
    product_type=st.sampled_from(ProductType),
    max_cloud=st.none() | st.integers(0, 100),
    max_incidence=st.none() | st.integers(0, 90),
    text=st.text(max_size=20),
)


def conditions(query: SearchQuery) -> list:
    written = query.to_stac().get("filter")
    if written is None:
        return []
    return written["args"] if written["op"] == "and" else [written]


@given(QUERIES)
def test_each_filter_that_is_set_is_one_condition_and_no_other(query):
    found = conditions(query)
    expected = sum(
        (
            bool(query.missions),
            bool(query.without_missions),
            query.product_type is not ProductType.ALL,
            query.max_cloud not in (None, 100),
            query.max_incidence not in (None, 90),
            len(query.text.split()),
        )
    )
    assert len(found) == expected
    by_property = {str(c["args"][0].get("property")): c for c in found if c["op"] not in ("or", "not")}
    left_out = [c["args"][0] for c in found if c["op"] == "not"]
    missions_out = [{"property": "dinamis:mission"}, list(query.without_missions)]
    assert left_out == ([{"op": "in", "args": missions_out}] if query.without_missions else [])
    if query.missions:
        assert by_property["dinamis:mission"]["args"][1] == list(query.missions)
    if query.max_cloud not in (None, 100):
        assert by_property["eo:cloud_cover"] == {
            "op": "<=",
            "args": [{"property": "eo:cloud_cover"}, query.max_cloud],
        }
    if query.product_type is not ProductType.ALL:
        assert by_property["dinamis:product_type"]["args"][1] == query.product_type.value


@given(QUERIES)
def test_pystac_client_takes_the_arguments_as_they_are(query):
    arguments = query.to_stac()
    search = ItemSearch("http://h.example/search", limit=10, **arguments)
    body = search.get_parameters()
    assert body.get("filter") == arguments.get("filter")
    assert body["sortby"][0] == {"field": "datetime", "direction": "desc"}


@given(st.sampled_from(SortBy), st.booleans())
def test_an_order_is_total_and_ties_stand_newest_first(by, descending):
    keys = SearchQuery(sort=Sorting(by, descending)).to_stac()["sortby"]
    names = [key["field"] for key in keys]
    assert keys[0] == {"field": by.value, "direction": "desc" if descending else "asc"}
    assert len(set(names)) == len(names)
    assert names[-2:] == (["datetime", "id"])
    assert by is SortBy.DATE or keys[1]["direction"] == "desc"


def test_days_count_whole_in_utc():
    query = SearchQuery(start=date(2024, 2, 1), end=date(2024, 2, 29))
    assert query.to_stac()["datetime"] == "2024-02-01T00:00:00Z/2024-02-29T23:59:59.999000Z"
    assert SearchQuery(start=date(2024, 2, 1)).to_stac()["datetime"] == "2024-02-01T00:00:00Z/.."
    assert SearchQuery(end=date(2024, 2, 1)).to_stac()["datetime"] == "../2024-02-01T23:59:59.999000Z"
    assert "datetime" not in SearchQuery().to_stac()


@pytest.mark.parametrize("start", [None, date(2024, 2, 1)])
@pytest.mark.parametrize("end", [None, date(2024, 2, 29)])
def test_pystac_client_passes_the_interval_on_unchanged(start, end):
    arguments = SearchQuery(start=start, end=end).to_stac()
    body = ItemSearch("http://h.example/search", **arguments).get_parameters()
    assert body.get("datetime") == arguments.get("datetime")


def test_days_in_the_wrong_order_are_refused_naming_the_field():
    with pytest.raises(InvalidRequestError) as caught:
        SearchQuery(start=date(2024, 2, 2), end=date(2024, 2, 1)).to_stac()
    assert "start" in caught.value.fields
    same_day = SearchQuery(start=date(2024, 2, 1), end=date(2024, 2, 1))
    assert same_day.to_stac()["datetime"].startswith("2024-02-01T00:00:00Z/2024-02-01T23")


def test_areas_are_joined_and_small_enough_to_send():
    areas = (Aoi("a", Point(3, 43).buffer(1, 500), 1.0), Aoi("b", box(3, 43, 6, 44), 1.0))
    sent = shape(SearchQuery(aois=areas).to_stac()["intersects"])
    assert count_vertices(sent) <= 500
    assert all(sent.covers(aoi.geometry) for aoi in areas)


def looked_for(text: str) -> list[tuple[str, str]]:
    (condition,) = conditions(SearchQuery(text=text))
    assert condition["op"] == "or"
    return [(test["args"][0]["property"], test["args"][1]) for test in condition["args"]]


def test_a_word_is_looked_for_in_what_names_a_scene():
    assert looked_for("Pléiades") == [
        ("id", "%Pléiades%"),
        ("id", "%PLEIADES%"),
        ("platform", "%PLEIADES%"),
        ("dinamis:mission", "%PLEIADES%"),
    ]
    assert ("platform", "%SPOT6%") in looked_for("spot6")


def test_a_day_is_found_in_identifiers():
    assert ("id", "%20250214%") in looked_for("2025-02-14")
    assert ("id", "%202502%") in looked_for("2025-02")
    assert ("id", "%6-7%") in looked_for("6-7")


def test_jokers_are_only_letters():
    assert looked_for("50%_a\\")[0] == ("id", "%50\\%\\_a\\\\%")


def test_every_word_counts():
    assert len(conditions(SearchQuery(text="neo 2025"))) == 2


@given(QUERIES)
def test_a_catalogue_that_reads_texts_gets_the_same_without_the_words(query):
    written, wordless = query.to_stac(words=False), SearchQuery(**{**vars(query), "text": ""}).to_stac()
    assert written == wordless


@pytest.mark.parametrize(
    ("limits", "between"),
    [
        ({}, False),
        ({"max_cloud": 0}, False),
        ({"max_cloud": 20, "max_incidence": 35}, False),
        ({"max_cloud": 13}, True),
        ({"max_cloud": 20, "max_incidence": 33}, True),
    ],
)
def test_limits_between_the_steps_of_the_service_are_known(limits, between):
    assert SearchQuery(**limits).between_steps is between
