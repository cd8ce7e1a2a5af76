"""What is pgstac's own affair: killed processes, slow searches, other tools on the same tables."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
import shapely
from catalogue_model import PARSED, all_pages, facets, make_item, matches
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres import PostgresServer, server
from pypgstac.db import PgstacDB
from pypgstac.load import Loader, Methods

from dinamis_service.catalogue import collections
from dinamis_service.catalogue.engine import FACETS, CatalogueDownError, Item, SearchError, SearchRequest
from dinamis_service.catalogue.pgstac import PgstacCatalogue
from dinamis_service.catalogue.pgstac_search import plan

WORLD = SearchRequest(facets=FACETS, limit=1000)


@pytest.fixture
def url() -> str:
    return server().new_database(pgstac=True)


@pytest.fixture
def catalogue(url: str) -> Iterator[PgstacCatalogue]:
    engine = PgstacCatalogue(url)
    collections.install(engine)
    yield engine
    engine.close()


def ask_pgstac(connection: psycopg.Connection[Any], **body: Any) -> dict[str, Any]:
    """What pgstac's own `search` answers, as stac-fastapi-pgstac asks it."""
    connection.execute("SET search_path TO pgstac, public")
    row = connection.execute("SELECT search(%s)", [json.dumps(body)]).fetchone()
    assert row is not None
    return dict(row[0])


def load(url: str, items: list[Item]) -> None:
    """Items in by pypgstac, as other tools do it."""
    with PgstacDB(dsn=url) as database:
        Loader(database).load_items(iter(items), insert_mode=Methods.upsert)


def test_other_tools_find_what_we_put_in(catalogue: PgstacCatalogue, url: str) -> None:
    items = [make_item(number, properties={"eo:cloud_cover": number}) for number in range(20)]
    catalogue.upsert(items)
    with psycopg.connect(url) as connection:
        condition = {"op": "<", "args": [{"property": "eo:cloud_cover"}, 5]}
        told = ask_pgstac(connection, filter=condition, sortby=[{"field": "datetime", "direction": "asc"}])
    assert [item["id"] for item in told["features"]] == [item["id"] for item in items[:5]]
    assert told["features"][3]["properties"] == items[3]["properties"]
    assert shapely.geometry.shape(told["features"][3]["geometry"]).equals(
        shapely.geometry.shape(items[3]["geometry"])
    )


def test_what_other_tools_put_in_is_found_and_counted_at_once(catalogue: PgstacCatalogue, url: str) -> None:
    """pgstac's own count of a search is remembered for a day; ours is not asked of it."""
    first = [make_item(number) for number in range(12)]
    load(url, first)
    with psycopg.connect(url) as connection:
        assert ask_pgstac(connection, conf={"context": "on"})["numberMatched"] == 12
        connection.commit()
        items = [*first, *(make_item(number) for number in range(12, 30))]
        load(url, items)
        assert ask_pgstac(connection, conf={"context": "on"})["numberMatched"] == 12  # the old number
    result = catalogue.search(WORLD)
    assert (result.matched, result.facets) == (30, facets(items))
    assert result.items == matches(items, WORLD)
    assert catalogue.check() == []


def test_what_another_tool_took_out_is_told_and_its_objects_are_free(
    catalogue: PgstacCatalogue, url: str
) -> None:
    catalogue.upsert([make_item(1, assets={"pan": {"href": "objects:a.tif"}})])
    with psycopg.connect(url) as connection:
        connection.execute("SET search_path TO pgstac, public")
        connection.execute("SELECT delete_item('ITEM-0001', 'pleiades')")
    assert catalogue.item_of_object("a.tif") is None
    assert catalogue.check() == ["object a.tif belongs to item ITEM-0001, which is not there"]
    catalogue.upsert([make_item(2, assets={"pan": {"href": "objects:a.tif"}})])
    assert catalogue.item_of_object("a.tif") == catalogue.get("pleiades", "ITEM-0002")
    assert catalogue.check() == []


def test_two_writers_wait_for_each_other(catalogue: PgstacCatalogue, url: str) -> None:
    others = [PgstacCatalogue(url) for _ in range(2)]
    faults: list[Exception] = []

    def write(engine: PgstacCatalogue, turn: int) -> None:
        try:
            for number in range(turn, 60, 3):
                engine.upsert([make_item(number), make_item(number * 31 % 60, properties={"gsd": turn})])
        except Exception as fault:  # noqa: BLE001 - told by the test
            faults.append(fault)

    threads = [
        threading.Thread(target=write, args=(engine, turn))
        for turn, engine in enumerate([catalogue, *others])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for engine in others:
        engine.close()
    assert faults == []
    assert catalogue.count() == 60


def test_a_search_that_lasts_too_long_is_ended(url: str) -> None:
    engine = PgstacCatalogue(url, reading_s=0.2)
    try:
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE pgstac.items IN ACCESS EXCLUSIVE MODE")
            started = time.monotonic()
            with pytest.raises(SearchError, match="too long"):
                engine.search(WORLD)
            assert time.monotonic() - started < 5
        assert engine.search(WORLD).matched == 0
    finally:
        engine.close()


def test_kill_9_of_the_database_loses_nothing_acknowledged() -> None:
    """PostgreSQL starts anew when one of its processes is killed; the same engine goes on afterwards.

    Where the blow meets a read, the engine asks again and nobody is told; so blows fall until two met
    a write.
    """
    alone = PostgresServer()
    try:
        url = alone.new_database(pgstac=True)
        catalogue = PgstacCatalogue(url)
        collections.install(catalogue)
        done: list[int] = []
        cut = 0
        for blow in range(10):
            cut += _write_until_killed(catalogue, url, done, after_s=0.3 + 0.1 * blow)
            ids, totals = all_pages(catalogue, SearchRequest(limit=500))  # waits for the recovery
            assert {f"ITEM-{number:06d}" for number in done} <= set(ids)
            assert len(ids) - len(done) <= cut  # what was under way, whole or not at all
            assert totals == {len(ids)}
            for item_id in ids:
                found = catalogue.item_of_object(f"{item_id}.tif")
                assert found is not None
                assert found["id"] == item_id
            if cut == 2:
                break
        assert cut == 2
        assert len(done) > 4
        assert catalogue.check() == []
        catalogue.close()
    finally:
        alone.stop()


def _write_until_killed(catalogue: PgstacCatalogue, url: str, done: list[int], after_s: float) -> bool:
    """Items in, one after the other, noted once acknowledged; whether the blow cut a write."""
    killer = threading.Timer(after_s, _kill_backends, [url])
    killer.start()
    number = 1000 * (done[-1] // 1000 + 1) if done else 0
    try:
        while killer.is_alive():
            item_id = f"ITEM-{number:06d}"
            item = make_item(number % 4000, id=item_id, assets={"pan": {"href": f"objects:{item_id}.tif"}})
            catalogue.upsert([item])
            done.append(number)
            number += 1
    except CatalogueDownError:
        return True
    finally:
        killer.join()
    return False


def _kill_backends(url: str) -> None:
    """Kill the processes of PostgreSQL that write for the engine, as the kernel does when memory is short."""
    with psycopg.connect(url) as connection:
        query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'dinamis' AND state <> 'idle'"
        pids: list[tuple[int]] = []
        while not pids:
            pids = connection.execute(query).fetchall()
    for (pid,) in pids:
        os.kill(pid, signal.SIGKILL)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pattern=st.lists(st.sampled_from(["*", "?", "[*]", "[?]", "[[]", "a", "B", "%", "_", "\\", "é", "\n"])),
    text=st.text(st.sampled_from("aABb*?[]%_\\é\n"), max_size=6),
)
def test_patterns_mean_what_they_mean_to_sqlite(shared: Any, pattern: list[str], text: str) -> None:
    glob = "".join(pattern)
    expected = shared[0].execute("SELECT glob(?, ?)", [glob, text]).fetchone()[0]
    assert shared[1].execute("SELECT dinamis.glob(%s, %s)", [glob, text]).fetchone() == (bool(expected),)


@pytest.fixture
def shared(url: str) -> Iterator[Any]:
    with sqlite3.connect(":memory:") as embedded, psycopg.connect(url) as connection:
        yield embedded, connection


def test_searches_use_the_indexes_of_pgstac(catalogue: PgstacCatalogue, url: str) -> None:
    catalogue.upsert([make_item(number) for number in range(50)])
    area = replace(WORLD, geometry=shapely.box(0, 0, 1, 1), filter=PARSED["eo:cloud_cover < 20"])
    newest = SearchRequest(limit=2)
    after = replace(newest, token=catalogue.search(newest).next_token)
    with psycopg.connect(url) as connection:
        connection.execute("SET search_path TO pgstac, dinamis, public")
        connection.execute("SET enable_seqscan = off; SET enable_sort = off")

        def explained(sql: str, values: list[Any]) -> str:
            return "\n".join(row[0] for row in connection.execute(f"EXPLAIN {sql}", values))

        searched = plan(area)
        assert "geometry && " in explained(searched.count_sql, searched.count_values)
        for request in (newest, after):
            text = explained(plan(request).page_sql, plan(request).page_values)
            assert "_datetime_end_datetime_idx" in text
            assert "Presorted Key: p" in text
        assert "Index Cond: (datetime <= " in text


def test_a_text_that_postgresql_cannot_hold_is_refused_or_nowhere(catalogue: PgstacCatalogue) -> None:
    assert catalogue.get("pleiades", "a\0b") is None
    assert catalogue.collection("a\0b") is None
    assert catalogue.find(["a\0b"]) == []
    assert catalogue.item_of_object("a\0b") is None
    assert not catalogue.delete("pleiades", "a\0b")
    with pytest.raises(SearchError):
        catalogue.search(replace(WORLD, ids=("a\0b",)))
