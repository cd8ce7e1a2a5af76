"""Numbers of zones that several processes count, write to and give up at once are those of a plain count."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from catalogue_model import facets, matches
from test_catalogue_sqlite import some_items

from dinamis_service.catalogue import collections, sqlite_zones
from dinamis_service.catalogue.engine import FACETS, SearchRequest
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.catalogue.sqlite_areas import Area
from dinamis_service.catalogue.sqlite_blocks import RECORD
from dinamis_service.catalogue.sqlite_zones import Cubes

AREAS = [shapely.box(1 + number / 10, 41, 5, 45 - number / 10) for number in range(8)]
SEAMED = shapely.union_all([*AREAS[:2], shapely.box(178, -5, 180, 5), shapely.box(-180, -5, -178, 5)])


def _serve(path: Path, seed: int) -> None:
    """A worker that expects areas again and again, others each time, as after a new gazetteer."""
    catalogue, rng = SqliteCatalogue(path, durable=False), random.Random(seed)
    while True:
        catalogue.expect([SEAMED, *rng.sample(AREAS, 4)])
        catalogue.settle()


def _write(path: Path, seed: int) -> None:
    """Put in and take out items of one's own, in lots of many sizes."""
    catalogue, rng = SqliteCatalogue(path, durable=False), random.Random(seed)
    items = [{**item, "id": f"{seed}-{item['id']}"} for item in some_items(seed, 400)]
    for _ in range(40):
        catalogue.upsert(rng.sample(items, rng.choice([1, 20, 200])))
        for item in rng.sample(items, rng.choice([1, 10])):
            catalogue.delete("pleiades", item["id"])
    catalogue.close()


def _started(target: Any, calls: Sequence[tuple[Any, ...]]) -> list[multiprocessing.process.BaseProcess]:
    spawn = multiprocessing.get_context("spawn")
    made = [spawn.Process(target=target, args=arguments, daemon=True) for arguments in calls]
    for process in made:
        process.start()
    return made


@pytest.mark.long
def test_processes_that_count_and_write_at_once_agree(tmp_path: Path) -> None:
    """Some of those that count are killed on the way and begin again."""
    path = tmp_path / "catalogue.sqlite"
    catalogue = SqliteCatalogue(path, durable=False)
    collections.install(catalogue)
    catalogue.upsert(some_items(31, 3000))
    workers = _started(_serve, [(path, 1), (path, 2)])
    writers = _started(_write, [(path, 3), (path, 4)])
    try:
        for turn in range(4):
            time.sleep(1.5)
            assert workers[0].pid is not None
            os.kill(workers[0].pid, signal.SIGKILL)
            workers[0].join()
            workers[:1] = _started(_serve, [(path, 5 + turn)])
        for writer in writers:
            writer.join(120)
            assert writer.exitcode == 0
    finally:
        for process in [*workers, *writers]:
            process.kill()
            process.join()
    assert catalogue.check() == []
    catalogue.expect([SEAMED, *AREAS])
    catalogue.settle()
    held = catalogue.search(SearchRequest(limit=10_000, counted=False)).items
    for area in [SEAMED, *AREAS]:
        request = SearchRequest(geometry=area, facets=FACETS, limit=0)
        with catalogue._reading() as connection:
            assert sqlite_zones.is_kept(connection, Area(area), pinned=True)
        found, wanted = catalogue.search(request), matches(held, request)
        assert (found.matched, found.facets) == (len(wanted), facets(wanted))
    assert catalogue.check() == []
    catalogue.close()


def test_a_zone_that_gave_way_while_it_was_counted_leaves_nothing(tmp_path: Path) -> None:
    """As when the lock of those that count was deleted, and another one began."""
    catalogue = SqliteCatalogue(tmp_path / "catalogue.sqlite", durable=False)
    collections.install(catalogue)
    catalogue.upsert(some_items(32, 100))
    with catalogue._writing() as connection:
        first = sqlite_zones.add_zone(connection, Area(AREAS[0]), pinned=True)
        sqlite_zones.add_zone(connection, Area(AREAS[1]), pinned=True)
        counted = Cubes()
        records = connection.execute("SELECT records FROM block").fetchone()[0]
        counted.add(first, np.frombuffer(records, RECORD))
        sqlite_zones.finish_zone(connection, first, counted)
    assert catalogue.check() == []
    catalogue.close()


def test_an_area_that_cannot_be_counted_keeps_no_other_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = SqliteCatalogue(tmp_path / "catalogue.sqlite", durable=False)
    collections.install(catalogue)
    catalogue.upsert(some_items(33, 100))
    boxes = Area.boxes.func

    def failing(area: Area) -> Any:
        if area.geometry.equals(AREAS[0]):
            raise shapely.GEOSException("TopologyException")
        return boxes(area)

    monkeypatch.setattr(Area, "boxes", property(failing))
    catalogue.expect(AREAS[:2])
    catalogue.settle()
    with sqlite3.connect(catalogue.path) as connection:
        assert connection.execute("SELECT count(*) FROM zone WHERE ready AND pinned").fetchone() == (1,)
    assert catalogue.check() == []
    catalogue.close()
