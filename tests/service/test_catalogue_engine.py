"""Every engine answers as a plain reading of every item would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
from catalogue_model import (
    COLLECTIONS,
    ENGINES,
    all_pages,
    facets,
    items,
    make_item,
    matches,
    moments,
    requests,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from dinamis_service.catalogue import collections
from dinamis_service.catalogue.engine import (
    CatalogueEngine,
    Item,
    ItemError,
    SearchError,
    SearchRequest,
    SortKey,
)
from dinamis_service.catalogue.filters import parse_filter


@pytest.fixture(params=list(ENGINES))
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CatalogueEngine]:
    engine = ENGINES[request.param](tmp_path)
    collections.install(engine)
    yield engine
    engine.close()


@pytest.mark.parametrize("name", list(ENGINES))
def test_every_answer_equals_reading_every_item(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever is put in, replaced and taken out in between, and however often something is asked."""

    class Comparison(RuleBasedStateMachine):
        @initialize()
        def open(self) -> None:
            self.engine = ENGINES[name](tmp_path_factory.mktemp("engine"))
            collections.install(self.engine)
            self.held: dict[tuple[str, str], Item] = {}

        @rule(batch=st.lists(items(), min_size=1, max_size=30))
        def put(self, batch: list[Item]) -> None:
            assert self.engine.upsert(batch) == len(batch)
            self.held |= {(item["collection"], item["id"]): item for item in batch}  # the later stays

        @rule(number=st.integers(0, 25), collection=st.sampled_from(COLLECTIONS))
        def delete(self, number: int, collection: str) -> None:
            there = self.held.pop((collection, f"I{number}"), None)
            assert self.engine.delete(collection, f"I{number}") == (there is not None)

        @rule(request=requests())
        def search(self, request: SearchRequest) -> None:
            expected = matches(self.held.values(), request)
            for _ in range(3):  # what an engine remembers of a search must not change its answer
                ids, totals = all_pages(self.engine, request)
                assert ids == [item["id"] for item in expected]
                assert totals == {len(expected)}
            result = self.engine.search(request)
            assert result.items == expected[: request.limit]
            wanted = facets(expected)
            assert result.facets == {facet: wanted[facet] for facet in request.facets}

        @rule(request=requests())
        def search_in_parts(self, request: SearchRequest) -> None:
            expected = matches(self.held.values(), request)
            page = self.engine.search(replace(request, counted=False, facets=()))
            assert (page.items, page.matched, page.facets) == (expected[: request.limit], None, {})
            total = self.engine.search(replace(request, limit=0))
            assert (total.items, total.matched, total.next_token) == ([], len(expected), None)

        @invariant()
        def is_sound(self) -> None:
            assert self.engine.check() == []
            assert self.engine.count() == len(self.held)

        def teardown(self) -> None:
            self.engine.close()

    examples = 8 if name == "pgstac" else 25  # tables are made in each
    Comparison.TestCase.settings = settings(max_examples=examples, stateful_step_count=12, deadline=None)
    run_state_machine_as_test(Comparison, settings=Comparison.TestCase.settings)


@pytest.mark.parametrize("name", ["sqlite, zones", "pgstac"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=requests(), rounds=st.lists(st.lists(items(), max_size=4), max_size=12), data=st.data())
def test_pages_stay_stable_while_items_come_and_go(
    name: str,
    tmp_path_factory: pytest.TempPathFactory,
    request: SearchRequest,
    rounds: list[list[Item]],
    data: st.DataObject,
) -> None:
    """Nothing twice, and nothing missed of what is there all the time."""
    engine = ENGINES[name](tmp_path_factory.mktemp("engine"))
    try:
        collections.install(engine)
        lasting = [
            make_item(number, id=f"L{number}", properties={"datetime": data.draw(moments).isoformat()})
            for number in range(20)
        ]
        engine.upsert(lasting)
        seen: list[tuple[str, str]] = []
        coming = {f"{turn}-{place}" for turn, batch in enumerate(rounds) for place in range(len(batch))}
        for turn in range(60):
            result = engine.search(request)
            seen += [(item["collection"], item["id"]) for item in result.items]
            if result.next_token is None:
                break
            request = replace(request, token=result.next_token)
            batch = rounds[turn] if turn < len(rounds) else []
            engine.upsert({**item, "id": f"{turn}-{place}"} for place, item in enumerate(batch))
            if coming and turn % 3 == 2:
                engine.delete("pleiades", f"{turn - 1}-0")
        assert len(seen) == len(set(seen))
        expected = matches(lasting, replace(request, token=None))
        assert {(item["collection"], item["id"]) for item in expected} <= set(seen)
    finally:
        engine.close()


def test_pages_stay_stable_while_items_come_in(catalogue: CatalogueEngine) -> None:
    catalogue.upsert(make_item(number) for number in range(0, 200, 2))
    request = SearchRequest(limit=10)
    seen: list[str] = []
    token = None
    for number in range(1, 200, 2):
        result = catalogue.search(replace(request, token=token))
        seen += [item["id"] for item in result.items]
        token = result.next_token
        if token is None:
            break
        catalogue.upsert([make_item(number)])
    assert len(seen) == len(set(seen))
    assert {f"ITEM-{number:04d}" for number in range(0, 200, 2)} <= set(seen)


def test_token_of_another_sort_is_refused(catalogue: CatalogueEngine) -> None:
    catalogue.upsert(make_item(number) for number in range(5))
    token = catalogue.search(SearchRequest(limit=2)).next_token
    with pytest.raises(SearchError):
        catalogue.search(SearchRequest(limit=2, token=token, sort=(SortKey("id"),)))


@pytest.mark.parametrize("token", ["", "x", "bnVsbA", "W10", "WyItZGF0ZXRpbWUsK2lkLCtjb2xsZWN0aW9uIl0"])
def test_forged_token_is_refused(catalogue: CatalogueEngine, token: str) -> None:
    with pytest.raises(SearchError):
        catalogue.search(SearchRequest(token=token))


def test_item_that_lasts_is_found_at_any_moment_of_it(catalogue: CatalogueEngine) -> None:
    lasting = {
        "datetime": None,
        "start_datetime": "2020-01-01T00:00:00Z",
        "end_datetime": "2020-01-31T00:00:00Z",
    }
    catalogue.upsert([make_item(1, properties=lasting), make_item(2)])
    middle = datetime(2020, 1, 15, tzinfo=UTC)
    for area in (None, shapely.box(0, 0, 5, 5)):
        found = catalogue.search(SearchRequest(start=middle, end=middle, geometry=area))
        assert [item["id"] for item in found.items] == ["ITEM-0001"]
    later = datetime(2020, 2, 15, tzinfo=UTC)
    assert catalogue.search(SearchRequest(start=later)).matched == 0


def test_replacing_an_item_moves_it(catalogue: CatalogueEngine) -> None:
    catalogue.upsert([make_item(1, assets={"pan": {"href": "objects:a/1.tif"}})])
    catalogue.upsert([make_item(1, place=(50.0, 10.0), assets={"ms": {"href": "objects:a/2.tif"}})])
    assert catalogue.search(SearchRequest(geometry=shapely.box(0, 0, 5, 5))).matched == 0
    assert catalogue.search(SearchRequest(geometry=shapely.box(49, 9, 51, 11))).matched == 1
    assert catalogue.item_of_object("a/1.tif") is None
    assert catalogue.item_of_object("a/2.tif") == catalogue.get("pleiades", "ITEM-0001")
    assert catalogue.count() == 1
    assert catalogue.delete("pleiades", "ITEM-0001")
    assert not catalogue.delete("pleiades", "ITEM-0001")
    assert catalogue.item_of_object("a/2.tif") is None
    assert catalogue.check() == []


def test_items_of_many_objects_are_found_at_once(catalogue: CatalogueEngine) -> None:
    two = {"pan": {"href": "objects:a/pan.tif"}, "ms": {"href": "objects:a/ms.tif"}}
    catalogue.upsert([make_item(1, assets=two), make_item(2, assets={"pan": {"href": "objects:b/pan.tif"}})])
    asked = ["b/pan.tif", "a/pan.tif", "no.tif", "a/pan.tif\0", "a/ms.tif", "b/pan.tif", ""]
    found = catalogue.items_of_objects(asked)
    first, second = (catalogue.get("pleiades", f"ITEM-000{number}") for number in (1, 2))
    assert found == {"b/pan.tif": second, "a/pan.tif": first, "a/ms.tif": first}
    assert catalogue.items_of_objects([]) == {}


def test_an_item_comes_back_as_it_was_put_in(catalogue: CatalogueEngine) -> None:
    """Also what engines may drop: nulls, digits beyond the fifteenth, a `datetime` within a period."""
    catalogue.put_collection(
        {
            **collections.standard_collections()[0],
            "item_assets": {"pan": {"type": "image/tiff", "roles": ["data"]}},
        }
    )
    item = make_item(
        1,
        place=(0.1 + 0.2, 1 / 3),
        properties={
            "datetime": "2020-06-15T10:30:00.123456Z",
            "start_datetime": "2020-06-01T00:00:00Z",
            "end_datetime": "2020-06-30T00:00:00Z",
            "platform": None,
            "eo:bands": [{"name": "B0", "center_wavelength": None}, None],
        },
        assets={
            "pan": {"href": "objects:p.tif", "type": "image/tiff"},
            "ms": {"href": "objects:m.tif", "title": None},
        },
    )
    for _ in range(2):  # replaced by itself, too
        catalogue.upsert([item])
        assert catalogue.get("pleiades", "ITEM-0001") == item
    later = SearchRequest(start=datetime(2020, 6, 20, tzinfo=UTC))
    assert catalogue.search(later).matched == 0
    assert catalogue.search(SearchRequest(facets=("month",))).facets["month"] == {"2020-06": 1}
    assert catalogue.check() == []


def test_areas_may_stand_anywhere_in_a_filter(catalogue: CatalogueEngine) -> None:
    stored = [make_item(number) for number in range(40)]
    catalogue.upsert(stored)
    area = shapely.box(0, 0, 0.65, 0.65)
    meets = {"op": "s_intersects", "args": [{"property": "geometry"}, shapely.geometry.mapping(area)]}
    within = [
        one["id"] for one in stored if shapely.intersects(shapely.geometry.shape(one["geometry"]), area)
    ]
    outside = [one["id"] for one in stored if one["id"] not in within]
    early = {"op": "<", "args": [{"property": "id"}, "ITEM-0005"]}
    for condition, expected in (
        ({"op": "not", "args": [meets]}, outside),
        (
            {"op": "or", "args": [early, {"op": "not", "args": [meets]}]},
            sorted({*outside, *_first(stored, 5)}),
        ),
        ({"op": "and", "args": [early, meets]}, sorted({*within} & {*_first(stored, 5)})),
    ):
        request = SearchRequest(filter=parse_filter(condition), sort=(SortKey("id"),), limit=100)
        found = catalogue.search(request)
        assert [item["id"] for item in found.items] == expected
        assert found.matched == len(expected)


def _first(items: list[Item], count: int) -> list[str]:
    return [item["id"] for item in items[:count]]


def test_same_id_lives_in_two_collections(catalogue: CatalogueEngine) -> None:
    catalogue.upsert([make_item(1), make_item(1, collection="sentinel-2")])
    assert {item["collection"] for item in catalogue.find(["ITEM-0001"])} == {"pleiades", "sentinel-2"}
    found = catalogue.find(["absent", "ITEM-0001", "ITEM-0001"])
    assert len(found) == 2


@pytest.mark.parametrize(
    "spoilt",
    [
        make_item(9, collection="nowhere"),
        make_item(9, geometry=None),
        make_item(9, geometry={"type": "Polygon", "coordinates": [[[0, 0]]]}),
        make_item(9, properties={"datetime": "2020-01-01T00:00:00"}),
        make_item(9, properties={"datetime": None}),
        make_item(9, properties={"eo:cloud_cover": "clear"}),
        make_item(
            9, properties={"start_datetime": "2020-02-01T00:00:00Z", "end_datetime": "2020-01-01T00:00:00Z"}
        ),
        make_item(9, assets={"a": {"href": "objects:same"}, "b": {"href": "objects:same"}}),
    ],
    ids=["collection", "no geometry", "bad geometry", "naive", "no date", "cloud", "period", "object twice"],
)
def test_an_item_that_cannot_be_held_lets_none_of_its_batch_in(
    catalogue: CatalogueEngine, spoilt: Item
) -> None:
    with pytest.raises(ItemError):
        catalogue.upsert([make_item(1), spoilt])
    assert catalogue.count() == 0
    catalogue.upsert([make_item(1)])
    assert catalogue.search(SearchRequest(collections=("pleiades",))).matched == 1
