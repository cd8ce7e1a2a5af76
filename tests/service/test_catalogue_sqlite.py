"""What is SQLite's own affair: corners of footprints, zones, loading, files of the first version."""

from __future__ import annotations

import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import shapely
from catalogue_model import (
    FILTERS,
    PARSED,
    START,
    SettledCatalogue,
    all_pages,
    facets,
    make_item,
    matches,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from dinamis_service.catalogue import (
    collections,
    sqlite_answers,
    sqlite_load,
    sqlite_tables,
    sqlite_watch,
    sqlite_zones,
)
from dinamis_service.catalogue.engine import FACETS, Item, ItemError, SearchError, SearchRequest, SortKey
from dinamis_service.catalogue.filters import parse_filter
from dinamis_service.catalogue.paging import sort_keys
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.catalogue.sqlite_answers import Search
from dinamis_service.catalogue.sqlite_areas import Area
from dinamis_service.catalogue.sqlite_blocks import RECORD
from dinamis_service.catalogue.sqlite_months import within_its_months
from dinamis_service.catalogue.sqlite_page import Keeper
from dinamis_service.catalogue.sqlite_search import plan
from dinamis_service.catalogue.turns import Turns

STANDARD = collections.standard_collections()


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[SqliteCatalogue]:
    engine = SettledCatalogue(tmp_path / "catalogue.sqlite")
    collections.install(engine)
    yield engine
    engine.close()


def some_items(seed: int, count: int) -> list[Item]:
    """Footprints of every shape, some hair-thin, turned anyhow, sharing edges and corners with each other."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        middle = np.array([3, 43]) + rng.uniform(-3, 3, 2).round(int(rng.integers(0, 5)))
        corners = int(rng.choice([4, 4, 4, 4, 3, 5, 9]))
        angles = np.sort(rng.uniform(0, 2 * np.pi, corners))[:: rng.choice([-1, 1])]
        size = rng.choice([1e-5, 1e-3, 0.1, 0.5, 1.0])
        stretch = np.array([1, rng.choice([1e-4, 0.3, 1])])
        ring = middle + size * stretch * np.column_stack([np.cos(angles), np.sin(angles)])
        footprint: Any = shapely.Polygon(ring)
        kind = rng.random()
        if kind < 0.3:
            footprint = shapely.box(*middle, *(middle + size), ccw=bool(rng.integers(2)))
        elif kind < 0.35:
            footprint = shapely.MultiPolygon([footprint, shapely.box(*(middle + 1), *(middle + 1.2))])
        elif kind < 0.4:
            footprint = shapely.box(*middle, *(middle + size)).difference(
                shapely.box(*(middle + size / 3), *(middle + size / 2))
            )
        elif kind < 0.45:
            footprint = shapely.Point(*middle)
        properties = {
            "datetime": str(np.datetime64("2015-01-01T00:00:00.000", "ms") + int(rng.integers(10**10))) + "Z",
            "eo:cloud_cover": float(rng.integers(0, 1000) / 10),
            "view:incidence_angle": float(rng.integers(-20, 700) / 10),
        }
        geometry = orjson.loads(shapely.to_geojson(footprint))
        made.append(make_item(number, id=f"S{number:05d}", geometry=geometry, properties=properties))
    return made


def some_areas(seed: int, items: list[Item]) -> Iterator[Any]:
    """Areas of every shape; some of them touch footprints in one point or one edge."""
    rng = np.random.default_rng(seed)
    for number in range(60):
        middle = np.array([3, 43]) + rng.uniform(-3, 3, 2).round(int(rng.integers(0, 5)))
        angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 40))))
        radius = rng.choice([1e-6, 1e-3, 0.05, 0.5, 3, 9]) * rng.uniform(0.3, 1, len(angles))
        star = shapely.Polygon(middle + radius[:, None] * np.column_stack([np.cos(angles), np.sin(angles)]))
        other = shapely.geometry.shape(items[number]["geometry"])
        yield [
            star,
            star.difference(shapely.Point(*middle).buffer(float(radius.min()) / 2)),
            shapely.box(*middle, *(middle + radius[0])),
            shapely.union(star, shapely.box(*(middle + 2), *(middle + 3))),
            shapely.Point(shapely.get_coordinates(other)[0]),
            other.boundary if other.geom_type == "Polygon" else other,
        ][number % 6]


def test_footprints_are_told_apart_exactly(catalogue: SqliteCatalogue) -> None:
    """Thousands of footprints against areas that share points and edges with them, live and from zones."""
    held = some_items(1, 4000)
    catalogue.upsert(held)
    footprints = shapely.from_geojson([orjson.dumps(item["geometry"]) for item in held])
    for area in some_areas(2, held):
        wanted = int(shapely.intersects(footprints, shapely.make_valid(area)).sum())
        for _ in range(3):
            assert catalogue.search(SearchRequest(geometry=area, limit=0)).matched == wanted, area.wkt
    assert catalogue.check() == []


@given(parts=st.lists(st.tuples(*[st.floats(-80, 80)] * 2, *[st.floats(0.01, 9)] * 2), max_size=40))
def test_extents_of_an_area_hold_all_of_it(parts: list[tuple[float, float, float, float]]) -> None:
    boxes = [shapely.box(x, y, x + wide, y + high) for x, y, wide, high in parts or [(0, 0, 1, 1)]]
    area = Area(shapely.union_all(boxes))
    assert len(area.boxes) <= 8
    assert shapely.union_all([shapely.box(*box) for box in area.boxes]).covers(area.geometry)


def test_zones_answer_day_by_day_and_by_step(catalogue: SqliteCatalogue) -> None:
    """Every bound in time and every step of the sliders, over the world and over a zone."""
    held = some_items(3, 600)
    catalogue.upsert(held)
    area = shapely.box(1, 41, 5, 45)
    catalogue.search(SearchRequest(geometry=area))
    catalogue.search(SearchRequest(geometry=area))
    zones = "SELECT count(*) FROM zone"
    with sqlite3.connect(catalogue.path) as connection:
        assert connection.execute(zones).fetchone() == (2,)
    moments = sorted(
        np.datetime64(item["properties"]["datetime"][:-1]).astype("M8[ms]").astype(object) for item in held
    )
    rng = np.random.default_rng(4)
    for turn in range(120):
        ends = sorted(moment.replace(tzinfo=START.tzinfo) for moment in rng.choice(moments, 2))
        request = SearchRequest(
            geometry=[None, area][turn % 2],
            start=ends[0] if rng.random() < 0.7 else None,
            end=ends[1] if rng.random() < 0.7 else None,
            filter=PARSED[str(rng.choice([text for text in FILTERS if text]))] if turn % 3 else None,
            facets=FACETS,
            limit=0,
        )
        expected = matches(held, request)
        result = catalogue.search(request)
        assert result.matched == len(expected)
        told = facets(expected)
        assert result.facets == told, request


def test_watched_zones_are_few_and_follow_what_changes(catalogue: SqliteCatalogue) -> None:
    held = {item["id"]: item for item in some_items(5, 300)}
    catalogue.upsert(held.values())
    areas = [shapely.box(0, 40, 6, 43 + number / 10) for number in range(16)]
    for area in areas * 2:
        catalogue.search(SearchRequest(geometry=area))
    with sqlite3.connect(catalogue.path) as connection:
        assert connection.execute("SELECT count(*) FROM zone").fetchone() == (1 + 12,)
    moved = [
        {**item, "geometry": make_item(0, place=(3, 42))["geometry"]} for item in list(held.values())[:50]
    ]
    catalogue.upsert(moved)
    held |= {item["id"]: item for item in moved}
    for name in list(held)[100:130]:
        catalogue.delete("pleiades", name)
        del held[name]
    for area in areas:
        expected = matches(held.values(), SearchRequest(geometry=area))
        assert catalogue.search(SearchRequest(geometry=area, limit=0)).matched == len(expected)
    assert catalogue.check() == []


def zones_of(catalogue: SqliteCatalogue) -> list[tuple[bool, bool]]:
    """Whether each zone but the world is pinned, and ready."""
    with sqlite3.connect(catalogue.path) as connection:
        rows = connection.execute("SELECT pinned, ready FROM zone WHERE zone > 1 ORDER BY zone").fetchall()
    return [(bool(pinned), bool(ready)) for pinned, ready in rows]


def test_expected_areas_never_give_way(catalogue: SqliteCatalogue) -> None:
    """They are kept beside those that are noticed, until others are expected; an area can be both."""
    held = some_items(21, 300)
    catalogue.upsert(held)
    areas = [shapely.box(0, 40, 6, 43 + number / 10) for number in range(16)]
    for _ in range(2):
        catalogue.search(SearchRequest(geometry=areas[2]))  # noticed before it is expected
    catalogue.expect(areas[:3])
    catalogue.settle()
    assert sorted(zones_of(catalogue)) == [(True, True)] * 3
    for area in areas[3:] * 2:
        catalogue.search(SearchRequest(geometry=area))
    assert sorted(zones_of(catalogue)) == [(False, True)] * 12 + [(True, True)] * 3
    for area in areas:
        expected = len(matches(held, SearchRequest(geometry=area)))
        assert catalogue.search(SearchRequest(geometry=area, limit=0)).matched == expected
    catalogue.expect(areas[:1])
    catalogue.settle()
    assert zones_of(catalogue).count((True, True)) == 1
    assert catalogue.check() == []


def test_an_expected_area_is_answered_by_its_numbers_from_the_first_search(tmp_path: Path) -> None:
    area = shapely.box(1, 41, 5, 45)
    loaded = tmp_path / "catalogue.sqlite"
    sqlite_load.load(loaded, STANDARD, [partial(part_of, 22, 700)], areas=[area], processes=1)
    engine = SqliteCatalogue(loaded)
    try:
        request = SearchRequest(geometry=area, facets=("mission", "month"), limit=0)
        wanted = matches(part_of(22, 700), request)
        with engine._reading() as connection:
            answer = Search(connection, request, lambda: None).answer()
        assert (answer.blocks_read, answer.matched) == (0, len(wanted))
        assert answer.facets == {name: facets(wanted)[name] for name in request.facets}
        assert engine.check() == []
    finally:
        engine.close()


def test_what_is_written_while_a_zone_is_counted_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writers do not wait for the count, and it comes out right: after more and after fewer items."""
    engine, other = (SqliteCatalogue(tmp_path / "catalogue.sqlite", durable=False) for _ in range(2))
    begun, go_on = threading.Event(), threading.Event()
    count = sqlite_tables.count_zone

    def slowly(*args: Any, **more: Any) -> Iterator[None]:
        begun.set()
        assert go_on.wait(20)
        yield from count(*args, **more)

    monkeypatch.setattr(sqlite_watch, "count_zone", slowly)
    try:
        collections.install(engine)
        held = {item["id"]: item for item in some_items(23, 300)}
        engine.upsert(held.values())
        area = shapely.box(1, 41, 5, 45)
        engine.expect([area])
        assert begun.wait(20)
        for name in list(held)[:200]:
            other.delete("pleiades", name)
            del held[name]
        later = some_items(24, 250)[200:]
        other.upsert(later)
        held |= {item["id"]: item for item in later}
        request = SearchRequest(geometry=area, facets=FACETS, limit=0)
        wanted = matches(held.values(), request)
        assert other.search(request).matched == len(wanted)
        assert zones_of(engine) == [(True, False)]
        assert engine.check() == []
        go_on.set()
        engine.settle()
        assert zones_of(engine) == [(True, True)]
        found = engine.search(request)
        assert (found.matched, found.facets) == (len(wanted), facets(wanted))
        assert engine.check() == []
    finally:
        go_on.set()
        engine.close()
        other.close()


def test_a_count_that_was_interrupted_is_begun_again(tmp_path: Path) -> None:
    path, area = tmp_path / "catalogue.sqlite", shapely.box(1, 41, 5, 45)
    engine = SqliteCatalogue(path, durable=False)
    collections.install(engine)
    engine.upsert(some_items(25, 300))
    with engine._writing() as connection:  # as a process that is killed while it counts leaves it
        sqlite_zones.add_zone(connection, Area(area), pinned=True)
    engine.delete("pleiades", "S00001")
    engine.close()
    engine = SqliteCatalogue(path, durable=False)
    try:
        assert zones_of(engine) == [(True, False)]
        engine.expect([area])
        engine.settle()
        assert zones_of(engine) == [(True, True)]
        assert engine.check() == []
    finally:
        engine.close()


@pytest.mark.parametrize(
    "text",
    [
        " OR ".join(f"id LIKE '%x{number}x%'" for number in range(300)),
        f"NOT S_INTERSECTS(geometry, {shapely.Point(3, 43).buffer(0.01).wkt})",
    ],
)
def test_a_search_ends_when_its_time_is_over(tmp_path: Path, text: str) -> None:
    """Others are answered meanwhile, and its connection serves again."""
    path = tmp_path / "catalogue.sqlite"
    parts = [partial(part_of, 26, 6000)]
    sqlite_load.load(path, STANDARD, parts, processes=1)
    with sqlite3.connect(path) as connection:  # the same footprints many times, for the time of a load
        columns = "coll, kind, moment, moment_end, created, cloud, incidence, geom"
        for turn in range(40):
            connection.execute(
                f"INSERT INTO item (rid, id, {columns}) SELECT rid + {6000 * (turn + 1)}, id || '-{turn}',"
                f" {columns} FROM item WHERE rid <= 6000"
            )
    engine = SqliteCatalogue(path, search_s=1)
    request = SearchRequest(filter=parse_filter(text), limit=0)
    nearby = SearchRequest(geometry=shapely.box(2, 42, 4, 44), limit=5)
    wanted = engine.search(nearby)
    told: list[float] = []

    def ask_others() -> None:
        began = time.monotonic()
        for _ in range(5):
            assert engine.search(nearby).items
        told.append(time.monotonic() - began)

    try:
        other = threading.Timer(0.1, ask_others)
        other.start()
        began = time.monotonic()
        with pytest.raises(SearchError, match="too long"):
            engine.search(request)
        assert 1 <= time.monotonic() - began < 4
        other.join()
        assert told[0] < 1  # answered meanwhile
        for _ in range(20):  # whichever connection
            assert engine.search(nearby) == wanted
        assert all(len(engine.search(SearchRequest(ids=("S00001",))).items) == 1 for _ in range(5))
    finally:
        engine.close()


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_blocks_are_cut_again_as_they_grow(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Enough items of one place that its tail is cut, in batches and one by one."""
    engine = SqliteCatalogue(tmp_path_factory.mktemp("engine") / "catalogue.sqlite", durable=False)
    try:
        collections.install(engine)
        rng = np.random.default_rng(seed)
        numbers = iter(range(10_000))
        for size in [1, 300, 1, 2500, 1, 1, 700, *rng.integers(1, 900, 3).tolist()]:
            engine.upsert(
                make_item(number % 400, id=f"G{number}", place=rng.uniform(0.1, 2, 2).tolist())
                for number in (next(numbers) for _ in range(size))
            )
        assert engine.check() == []
        found = engine.search(SearchRequest(geometry=shapely.box(0, 0, 3, 3), limit=0))
        assert found.matched == engine.count() == next(numbers)
    finally:
        engine.close()


@pytest.mark.parametrize("walked", [3, 40])
def test_pages_are_the_same_however_far_is_walked(
    catalogue: SqliteCatalogue, monkeypatch: pytest.MonkeyPatch, walked: int
) -> None:
    held = some_items(9, 300)
    catalogue.upsert(held)
    monkeypatch.setattr(sqlite_answers, "_WALKED", walked)
    monkeypatch.setattr(sqlite_answers, "_WIDE_BLOCKS", 0)
    for area in (None, shapely.box(1, 41, 5, 45)):
        for text in (None, "eo:cloud_cover < 20", "eo:cloud_cover <= 20 AND view:incidence_angle <= 15"):
            for counted in (True, False):
                request = SearchRequest(geometry=area, filter=PARSED[text], limit=9, counted=counted)
                expected = [item["id"] for item in matches(held, request)]
                assert all_pages(catalogue, request)[0] == expected


def part_of(seed: int, count: int) -> list[Item]:
    return some_items(seed, count)


def test_loading_gives_the_catalogue_that_putting_in_gives(tmp_path: Path) -> None:
    """Also where an item comes twice: the later stays."""
    parts = [partial(part_of, seed, 700) for seed in (6, 7)]
    loaded = sqlite_load.load(tmp_path / "loaded.sqlite", STANDARD, parts, processes=1)
    one, other = SqliteCatalogue(tmp_path / "loaded.sqlite"), SqliteCatalogue(tmp_path / "put.sqlite")
    try:
        collections.install(other)
        for part in parts:
            other.upsert(part())
        assert loaded == one.count() == other.count() == 700
        assert one.check() == []
        for area in (None, shapely.box(2, 42, 4, 44)):
            request = SearchRequest(geometry=area, facets=FACETS, limit=100)
            assert one.search(request) == other.search(request)
        more = make_item(1, id="MORE", assets={"pan": {"href": "objects:more.tif"}})
        one.upsert([more])
        assert one.item_of_object("more.tif") == more
        assert one.check() == []
    finally:
        one.close()
        other.close()


def spoilt_part() -> list[Item]:
    return [make_item(1), make_item(2, geometry=None)]


def test_a_load_that_fails_leaves_no_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    with pytest.raises(ItemError, match="ITEM-0002"):
        sqlite_load.load(path, STANDARD, [spoilt_part], processes=1)
    assert not path.exists()
    assert sqlite_load.load(path, STANDARD, [partial(part_of, 8, 10)], processes=1) == 10
    with pytest.raises(FileExistsError):
        sqlite_load.load(path, STANDARD, [], processes=1)


FIRST_VERSION = """
CREATE TABLE collection (coll INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE kind (
  kind INTEGER PRIMARY KEY, facts TEXT NOT NULL UNIQUE, collection TEXT NOT NULL, platform TEXT,
  constellation TEXT, mission TEXT, product_type TEXT, access TEXT, synthetic INTEGER, order_status TEXT,
  gsd REAL
);
CREATE TABLE item (
  rid INTEGER PRIMARY KEY, id TEXT NOT NULL, coll INTEGER NOT NULL REFERENCES collection,
  kind INTEGER NOT NULL REFERENCES kind, moment INTEGER NOT NULL, moment_end INTEGER, created INTEGER,
  cloud REAL, incidence REAL, geom BLOB NOT NULL, UNIQUE (id, coll)
);
CREATE INDEX item_moment ON item (moment DESC, id);
CREATE INDEX item_kind ON item (kind, moment, cloud, incidence);
CREATE VIRTUAL TABLE footprint USING rtree(rid, x0, x1, y0, y1, t0, t1);
CREATE TABLE doc (rid INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE object (key TEXT PRIMARY KEY, rid INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX object_rid ON object (rid);
INSERT INTO collection VALUES (1, 'pleiades', '{"id": "pleiades"}');
INSERT INTO kind (kind, facts, collection, platform, product_type)
VALUES (1, '[]', 'pleiades', 'PHR1A', 'orderable');
"""


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path, held = tmp_path / "catalogue.sqlite", [make_item(number) for number in range(50)]
    with sqlite3.connect(path) as connection:
        connection.executescript(FIRST_VERSION)
        for number, item in enumerate(held, 1):
            shape = shapely.geometry.shape(item["geometry"])
            moment = int(np.datetime64(item["properties"]["datetime"][:-1], "us").astype(int))
            row = (number, item["id"], 1, 1, moment, None, None, None, None, shapely.to_wkb(shape))
            connection.execute("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            connection.execute("INSERT INTO doc VALUES (?, ?)", (number, zlib.compress(orjson.dumps(item))))
    catalogue = SqliteCatalogue(path)
    try:
        assert catalogue.check() == []
        request = SearchRequest(geometry=shapely.box(0, 0, 0.5, 0.5), limit=7)
        ids, totals = all_pages(catalogue, request)
        expected = matches(held, request)
        assert (ids, totals) == ([item["id"] for item in expected], {len(expected)})
        assert catalogue.search(replace(request, limit=50)).items == expected
        catalogue.upsert([held[0], make_item(60)])
        assert catalogue.delete("pleiades", "ITEM-0003")
        assert catalogue.check() == []
    finally:
        catalogue.close()


def test_a_file_of_the_second_version_is_brought_up_to_date(catalogue: SqliteCatalogue) -> None:
    """Its zones were neither pinned nor ever unready; those beside the world are counted again."""
    held, area = some_items(27, 300), shapely.box(1, 41, 5, 45)
    catalogue.upsert(held)
    catalogue.expect([area])
    catalogue.settle()
    with sqlite3.connect(catalogue.path) as connection:
        connection.execute("ALTER TABLE zone DROP COLUMN pinned")
        connection.execute("ALTER TABLE zone DROP COLUMN ready")
        connection.execute("PRAGMA user_version = 2")
    engine = SettledCatalogue(catalogue.path)
    try:
        assert engine.check() == []
        request = SearchRequest(geometry=area, facets=FACETS, limit=0)
        for _ in range(3):
            assert engine.search(request).facets == facets(matches(held, request))
        assert engine.search(replace(request, geometry=None)).matched == len(held)
        assert zones_of(engine) == [(False, True)]
        assert engine.check() == []
    finally:
        engine.close()


@pytest.mark.parametrize("table", ["block", "cube", "doc"])
def test_what_is_lost_is_noticed(catalogue: SqliteCatalogue, table: str) -> None:
    catalogue.upsert(make_item(number) for number in range(50))
    assert catalogue.check() == []
    with sqlite3.connect(catalogue.path) as connection:
        connection.execute(f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})")
    assert catalogue.check() != []


def test_walks_and_pages_use_indexes(catalogue: SqliteCatalogue) -> None:
    """Layout for tens of millions of items: nothing sorts or scans the table of items."""
    request = SearchRequest(start=START, filter=PARSED["eo:cloud_cover < 20"])
    searched = plan(request, any_span=False)
    with sqlite3.connect(catalogue.path) as connection:

        def steps(sql: str, values: list[Any]) -> list[str]:
            return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]

        walk = steps(searched.walk_sql, [*searched.values, *searched.after_values, 0])
        page = steps(searched.chosen_sql, ["[]", *searched.after_values, 10])
        stop = steps(searched.stop_sql, [*searched.stop_values, 10])
    assert "item_moment" in walk[0]
    assert not any("USE TEMP B-TREE FOR ORDER BY" in step for step in walk)
    assert any(step.startswith("SEARCH i USING INTEGER PRIMARY KEY") for step in page)
    assert "COVERING INDEX item_moment" in stop[0]


def test_a_long_search_lets_others_go_first() -> None:
    """Everybody gets a turn in the order of asking, also while one holds it long."""
    turns, told, started = Turns(), [], threading.Event()

    def long() -> None:
        with turns.turn():
            started.set()
            while len(told) < 3:
                turns.pause()
            told.append("long")

    def short(name: str) -> None:
        with turns.turn():
            told.append(name)

    threads = [threading.Thread(target=long)]
    threads[0].start()
    assert started.wait(5)
    for name in ("a", "b", "c"):
        threads.append(threading.Thread(target=short, args=(name,)))
        threads[-1].start()
        time.sleep(0.05)
    for thread in threads:
        thread.join(5)
    assert told == ["a", "b", "c", "long"]


def test_a_search_begins_where_its_kinds_of_items_end(catalogue: SqliteCatalogue) -> None:
    """A mission that ended long ago, among many newer items of others, is found without walking to it."""
    ended = [make_item(number, collection="spot-6-7") for number in range(40)]
    newer = [make_item(number) for number in range(3000, 3400)]
    catalogue.upsert([*ended, *newer])
    asked = SearchRequest(collections=("spot-6-7",), filter=PARSED["eo:cloud_cover < 20"], limit=7)
    with catalogue._reading() as connection:
        found = within_its_months(connection, asked, any_span=False)
        assert within_its_months(connection, SearchRequest(), any_span=False) == SearchRequest()
        spanning = within_its_months(connection, asked, any_span=True)
    first, last = START.replace(day=1), (START + timedelta(days=39)).replace(day=1)
    assert found.start == first
    assert found.end is not None
    assert last < found.end < (last + timedelta(days=32)).replace(day=1)
    assert (spanning.start, spanning.end) == (None, found.end)
    before = replace(asked, end=START - timedelta(days=400))
    with catalogue._reading() as connection:
        assert within_its_months(connection, before, any_span=False) == before
    assert catalogue.search(before).matched == 0


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    keys=st.lists(
        st.tuples(
            st.sampled_from(["datetime", "eo:cloud_cover", "view:incidence_angle", "platform", "gsd"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda key: key[0],
    ),
    from_page=st.booleans(),
)
def test_rows_of_the_page_are_kept_and_no_others(
    seed: int, keys: list[tuple[str, bool]], from_page: bool
) -> None:
    """Of thousands of rows with many ties, whatever they are sorted by, and on later pages too."""
    rng, limit = np.random.default_rng(seed), 20
    kinds: list[tuple[str | None, float | None]] = [("B", 0.5), (None, 1.5), ("A", None), ("B", 6.0)]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE kind (kind INTEGER PRIMARY KEY, platform TEXT, gsd REAL)")
    connection.executemany("INSERT INTO kind (platform, gsd) VALUES (?, ?)", kinds)
    records = np.zeros(6_000, RECORD)
    records["rid"] = rng.permutation(len(records))
    records["kind"] = rng.integers(1, len(kinds) + 1, len(records))
    records["moment"] = rng.integers(0, 60, len(records)) * 10**9
    for name in ("cloud", "incidence"):
        records[name] = rng.choice([np.nan, 0, 0.5, 7], len(records))
    order = sort_keys([SortKey(name, descending) for name, descending in keys])

    def value(row: Any, column: str) -> Any:
        if column.startswith("k."):
            return kinds[row["kind"] - 1][column == "k.gsd"]
        found = row[{"i.moment": "moment", "i.cloud": "cloud", "i.incidence": "incidence"}[column]].item()
        return None if np.isnan(found) else found

    def told(row: Any) -> tuple[Any, ...]:
        return tuple(value(row, key.column) for key, _ in order[: len(keys)])

    rows = list(records)
    for key, descending in reversed(order[: len(keys)]):
        known = [row for row in rows if value(row, key.column) is not None]
        known.sort(key=lambda row, column=key.column: value(row, column), reverse=descending)  # type: ignore[misc]
        rows = known + [row for row in rows if value(row, key.column) is None]
    last = None
    if from_page:
        at = int(rng.integers(len(rows)))
        last = told(rows[at])
        rows = [row for row in rows[at + 1 :] if told(row) != last]
    keeper = Keeper(connection, order, last=last, limit=limit)
    for part in np.array_split(records, 7):
        keeper.add(part)
    connection.close()
    page = {told(row) for row in rows[:limit]} | {last}
    assert sorted(keeper.rids()) == sorted(row["rid"].item() for row in records if told(row) in page)
