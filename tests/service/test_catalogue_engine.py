"""The SQLite engine answers as a plain reading of every item would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from dinamis_service.catalogue import collections
from dinamis_service.catalogue.engine import (
    Item,
    ItemError,
    SearchError,
    SearchRequest,
    SortKey,
)
from dinamis_service.catalogue.filters import parse_filter
from dinamis_service.catalogue.sqlite import SqliteCatalogue

START = datetime(2015, 1, 1, tzinfo=UTC)
COLLECTIONS = ["pleiades", "spot-6-7", "sentinel-2"]


def make_item(number: int, **changes: Any) -> Item:
    """A square of a tenth of a degree at a place and day that depend on the number."""
    west, south = changes.pop("place", (number % 7 * 0.3, number % 5 * 0.3))
    size = changes.pop("size", 0.1)
    properties = {
        "datetime": (START + timedelta(days=number)).isoformat().replace("+00:00", "Z"),
        "platform": "PHR1A",
        "dinamis:product_type": "orderable",
        **changes.pop("properties", {}),
    }
    ring = [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
    ]
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": f"ITEM-{number:04d}",
        "collection": "pleiades",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [west, south, west + size, south + size],
        "properties": properties,
        "assets": {},
        "links": [],
        **changes,
    }


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[SqliteCatalogue]:
    engine = SqliteCatalogue(tmp_path / "catalogue.sqlite")
    collections.install(engine)
    yield engine
    engine.close()


def all_pages(engine: SqliteCatalogue, request: SearchRequest) -> tuple[list[str], set[int]]:
    """Ids of every page, and the totals that the pages told."""
    ids, totals, token = [], set(), None
    while True:
        result = engine.search(SearchRequest(**{**request.__dict__, "token": token}))
        ids += [item["id"] for item in result.items]
        totals.add(result.matched)
        token = result.next_token
        if token is None:
            return ids, totals


degrees = st.integers(-20, 20).map(lambda number: number / 10)
percent = st.one_of(st.none(), st.sampled_from([0, 5, 5.5, 20, 60, 100]))


@st.composite
def items(draw: st.DrawFn) -> Item:
    number = draw(st.integers(0, 400))
    clouds = draw(percent)
    properties: dict[str, Any] = {"platform": draw(st.sampled_from(["PHR1A", "SPOT6", "S2A"]))}
    if clouds is not None:
        properties["eo:cloud_cover"] = clouds
    if draw(st.booleans()):
        properties["view:incidence_angle"] = draw(st.sampled_from([0, 12.5, 30]))
    return make_item(
        number,
        id=f"I{draw(st.integers(0, 25))}",
        collection=draw(st.sampled_from(COLLECTIONS)),
        place=(draw(degrees), draw(degrees)),
        size=draw(st.sampled_from([0.05, 0.5])),
        properties=properties,
    )


triangle = st.lists(st.tuples(degrees, degrees), min_size=3, max_size=3).map(
    lambda corners: shapely.Polygon(corners).buffer(0.01)
)
filters = st.sampled_from(
    [
        None,
        "eo:cloud_cover < 20",
        "eo:cloud_cover IS NULL OR view:incidence_angle >= 12.5",
        "NOT (eo:cloud_cover BETWEEN 5 AND 60)",
        "platform IN ('S2A', 'SPOT6') AND eo:cloud_cover <> 5",
        "platform LIKE 'S%' AND id LIKE 'I_'",
        "datetime > TIMESTAMP('2015-06-01T00:00:00Z')",
    ]
)


def cql2_matches(text: str | None, item: Item) -> bool:
    """The sampled filters, said again in Python with CQL2's three-valued logic."""
    properties = item["properties"]
    cloud, angle = properties.get("eo:cloud_cover"), properties.get("view:incidence_angle")
    platform, name = properties["platform"], item["id"]
    return {
        None: True,
        "eo:cloud_cover < 20": cloud is not None and cloud < 20,
        "eo:cloud_cover IS NULL OR view:incidence_angle >= 12.5": cloud is None
        or (angle is not None and angle >= 12.5),
        "NOT (eo:cloud_cover BETWEEN 5 AND 60)": cloud is not None and not 5 <= cloud <= 60,
        "platform IN ('S2A', 'SPOT6') AND eo:cloud_cover <> 5": platform in ("S2A", "SPOT6")
        and cloud is not None
        and cloud != 5,
        "platform LIKE 'S%' AND id LIKE 'I_'": platform.startswith("S") and len(name) == 2,
        "datetime > TIMESTAMP('2015-06-01T00:00:00Z')": properties["datetime"] > "2015-06-01T00:00:00Z",
    }[text]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stored=st.lists(items(), max_size=40),
    geometry=st.one_of(st.none(), triangle),
    chosen=st.lists(st.sampled_from(COLLECTIONS), max_size=2, unique=True),
    days=st.one_of(st.none(), st.tuples(st.integers(0, 400), st.integers(0, 400)).map(sorted)),
    text=filters,
    sort=st.sampled_from(["datetime", "eo:cloud_cover", "view:incidence_angle", "id", "platform"]),
    descending=st.booleans(),
    limit=st.integers(1, 7),
)
def test_every_search_equals_reading_every_item(  # noqa: PLR0917 - hypothesis draws them all
    tmp_path_factory: pytest.TempPathFactory,
    stored: list[Item],
    geometry: Any,
    chosen: list[str],
    days: list[int] | None,
    text: str | None,
    sort: str,
    descending: bool,
    limit: int,
) -> None:
    engine = SqliteCatalogue(tmp_path_factory.mktemp("engine") / "catalogue.sqlite", durable=False)
    try:
        collections.install(engine)
        engine.upsert(stored)
        held = {(item["collection"], item["id"]): item for item in stored}  # the later replaces
        bounds = [START + timedelta(days=day) for day in days] if days else [None, None]
        request = SearchRequest(
            collections=tuple(chosen),
            geometry=geometry,
            start=bounds[0],
            end=bounds[1],
            filter=parse_filter(text) if text else None,
            sort=(SortKey(sort, descending),),
            limit=limit,
        )

        def wanted(item: Item) -> bool:
            moment = datetime.fromisoformat(item["properties"]["datetime"])
            return (
                (not chosen or item["collection"] in chosen)
                and (geometry is None or bool(shapely.intersects(shape(item["geometry"]), geometry)))
                and (days is None or bounds[0] <= moment <= bounds[1])
                and cql2_matches(text, item)
            )

        def value(item: Item) -> Any:
            return item["id"] if sort == "id" else item["properties"].get(sort)

        expected = sorted(filter(wanted, held.values()), key=lambda item: (item["id"], item["collection"]))
        known = [item for item in expected if value(item) is not None]
        known.sort(key=value, reverse=descending)  # stable, also in reverse
        expected = known + [item for item in expected if value(item) is None]
        ids, totals = all_pages(engine, request)
        assert ids == [item["id"] for item in expected]
        assert totals == {len(expected)}
        assert engine.check() == []
    finally:
        engine.close()


def test_pages_stay_stable_while_items_come_in(catalogue: SqliteCatalogue) -> None:
    catalogue.upsert(make_item(number) for number in range(0, 200, 2))
    request = SearchRequest(limit=10)
    seen: list[str] = []
    token = None
    for number in range(1, 200, 2):
        result = catalogue.search(SearchRequest(**{**request.__dict__, "token": token}))
        seen += [item["id"] for item in result.items]
        token = result.next_token
        if token is None:
            break
        catalogue.upsert([make_item(number)])
    assert len(seen) == len(set(seen))
    assert {f"ITEM-{number:04d}" for number in range(0, 200, 2)} <= set(seen)


def test_token_of_another_sort_is_refused(catalogue: SqliteCatalogue) -> None:
    catalogue.upsert(make_item(number) for number in range(5))
    token = catalogue.search(SearchRequest(limit=2)).next_token
    with pytest.raises(SearchError):
        catalogue.search(SearchRequest(limit=2, token=token, sort=(SortKey("id"),)))


@pytest.mark.parametrize("token", ["", "x", "bnVsbA", "W10", "WyItZGF0ZXRpbWUsK2lkLCtjb2xsZWN0aW9uIl0"])
def test_forged_token_is_refused(catalogue: SqliteCatalogue, token: str) -> None:
    with pytest.raises(SearchError):
        catalogue.search(SearchRequest(token=token))


def test_item_that_lasts_is_found_at_any_moment_of_it(catalogue: SqliteCatalogue) -> None:
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


def test_replacing_an_item_moves_it(catalogue: SqliteCatalogue) -> None:
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


def test_same_id_lives_in_two_collections(catalogue: SqliteCatalogue) -> None:
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
        make_item(9, assets={"a": {"href": "objects:same"}, "b": {"href": "objects:same"}}),
    ],
    ids=["collection", "no geometry", "bad geometry", "naive", "no date", "cloud", "object twice"],
)
def test_an_item_that_cannot_be_held_lets_none_of_its_batch_in(
    catalogue: SqliteCatalogue, spoilt: Item
) -> None:
    with pytest.raises(ItemError):
        catalogue.upsert([make_item(1), spoilt])
    assert catalogue.count() == 0
    catalogue.upsert([make_item(1)])
    assert catalogue.search(SearchRequest(collections=("pleiades",))).matched == 1


def test_typical_searches_scan_no_table(catalogue: SqliteCatalogue) -> None:
    """Layout for tens of millions of items: the plan of a search by area starts from the R*Tree."""
    import sqlite3  # noqa: PLC0415 - the plan is SQLite's own affair

    from dinamis_service.catalogue.sqlite_search import plan  # noqa: PLC0415

    request = SearchRequest(
        geometry=shapely.box(3, 43, 4, 44), start=START, filter=parse_filter("eo:cloud_cover < 10")
    )
    searched = plan(request, any_span=False)
    newest = plan(SearchRequest(start=START), any_span=False)
    with sqlite3.connect(catalogue.path) as connection:
        near = connection.execute(f"EXPLAIN QUERY PLAN {searched.candidates_sql}", searched.values).fetchall()
        page = connection.execute(f"EXPLAIN QUERY PLAN {newest.page_sql}", [*newest.values, 10]).fetchall()
    assert "VIRTUAL TABLE INDEX" in near[0][3]
    assert not any(row[3].startswith(("SCAN i", "SCAN k")) for row in near)
    assert any("item_moment" in row[3] for row in page)
