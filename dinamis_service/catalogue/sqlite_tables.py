"""The tables of `sqlite`: made, brought up to date, counted anew and checked."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dinamis_service.catalogue import sqlite_blocks, sqlite_zones
from dinamis_service.catalogue.filters import meets
from dinamis_service.catalogue.sqlite_areas import Area, Pause, go_on
from dinamis_service.catalogue.sqlite_blocks import RECORD, Reach, Records, find_blocks, read_blocks
from dinamis_service.catalogue.sqlite_documents import DICTIONARY_TABLE
from dinamis_service.catalogue.sqlite_zones import WORLD, Cubes

TABLES = """
CREATE TABLE IF NOT EXISTS collection (coll INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS kind (
  kind INTEGER PRIMARY KEY, facts TEXT NOT NULL UNIQUE, collection TEXT NOT NULL, platform TEXT,
  constellation TEXT, mission TEXT, product_type TEXT, access TEXT, synthetic INTEGER, order_status TEXT,
  gsd REAL
);
CREATE TABLE IF NOT EXISTS item (
  rid INTEGER PRIMARY KEY, id TEXT NOT NULL, coll INTEGER NOT NULL REFERENCES collection,
  kind INTEGER NOT NULL REFERENCES kind, moment INTEGER NOT NULL, moment_end INTEGER, created INTEGER,
  cloud REAL, incidence REAL, geom BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS doc (rid INTEGER PRIMARY KEY, body BLOB NOT NULL);
"""
INDEXES = """
CREATE UNIQUE INDEX IF NOT EXISTS item_id ON item (id, coll);
CREATE INDEX IF NOT EXISTS item_moment ON item (moment);
CREATE INDEX IF NOT EXISTS item_created ON item (created);
CREATE INDEX IF NOT EXISTS item_span ON item (moment_end, moment) WHERE moment_end IS NOT NULL;
CREATE TABLE IF NOT EXISTS object (key TEXT PRIMARY KEY, rid INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS object_rid ON object (rid);
"""
OBJECTS = "CREATE TABLE loaded_object (key TEXT NOT NULL, rid INTEGER NOT NULL)"
"""Objects of items that are being loaded, until their index is made."""
_VERSION = 3
_BLOCKS_SINCE = 2
_PAGE_BYTES = 8192
_CACHE_KIB = 32_768
_MAPPED_BYTES = 2**31 - 65_536
_ROWS = 20_000
_ROW = "rid, kind, coll, moment, ifnull(moment_end, moment), cloud, incidence, geom"
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_DIGESTS = 2**64


def connect(path: Path, synchronous: str) -> sqlite3.Connection:
    """A connection with manual transactions, for any thread but one at a time."""
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    for pragma in (
        f"page_size={_PAGE_BYTES}",
        f"synchronous={synchronous}",
        "foreign_keys=ON",
        f"mmap_size={_MAPPED_BYTES}",
        f"cache_size=-{_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("meets", 2, meets, deterministic=True)
    return connection


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables that are not there; a file of the first version gets its blocks and numbers.

    One of the second version loses the numbers of all areas but the world: they are counted again.
    """
    connection.execute("PRAGMA journal_mode=WAL")
    if connection.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == _BLOCKS_SINCE:
            connection.execute("DELETE FROM cube WHERE zone <> ?", [WORLD])
            connection.execute("DROP TABLE zone")
            make(connection)
        elif version != _VERSION:
            for index in ("item_moment", "item_kind", "item_span"):
                connection.execute(f"DROP INDEX IF EXISTS {index}")
            connection.execute("DROP TABLE IF EXISTS footprint")
            make(connection, TABLES, INDEXES)
            count_anew(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def make(connection: sqlite3.Connection, *schemas: str) -> None:
    """Make tables and indexes, and those of blocks, zones and dictionaries."""
    for schema in (*schemas, DICTIONARY_TABLE, sqlite_blocks.SCHEMA, sqlite_zones.SCHEMA):
        for statement in schema.split(";"):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_VERSION}")


def count_anew(connection: sqlite3.Connection) -> None:
    """Make the blocks and the numbers of the world from the rows, within the caller's transaction."""
    for table in ("block", "span", "cube"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names above
    connection.execute("DELETE FROM zone WHERE zone <> ?", [WORLD])
    total = connection.execute("SELECT count(*) FROM item").fetchone()[0]
    if not total:
        return
    cubes, shards, done = Cubes(), np.empty(total, np.int64), 0
    file = connection.execute("PRAGMA database_list").fetchone()[2]
    with tempfile.TemporaryFile(dir=Path(file).parent) as spool:  # gigabytes better not held in memory
        for some, of_shard in _records(connection):
            cubes.add(WORLD, some)
            spool.write(some.tobytes())
            shards[done : done + len(some)] = of_shard
            done += len(some)
        spool.flush()
        records = np.memmap(spool, RECORD, mode="r", shape=total)
        order = np.argsort(shards, kind="stable")
        starts = np.flatnonzero(np.diff(shards[order], prepend=-1))
        for part in np.split(order, starts[1:]):
            sqlite_blocks.write_cut(connection, int(shards[part[0]]), np.asarray(records[part]))
    cubes.write(connection)


def count_zone(
    connection: sqlite3.Connection,
    zone: int,
    area: Area,
    cubes: Cubes,
    *,
    sign: int = 1,
    pause: Pause = go_on,
) -> Iterator[None]:
    """Count the items of an area into the numbers of a zone (or take them back), ten thousands at a step."""
    reach = Reach(area.boxes)
    for records in read_blocks(connection, find_blocks(connection, reach), reach):
        cubes.add(zone, records[area.meets_records(connection, records, pause)], sign)
        yield


def problems(connection: sqlite3.Connection) -> Iterator[str]:
    """What is wrong inside the file, one sentence each."""
    for (line,) in connection.execute("PRAGMA quick_check"):
        if line != "ok":
            yield f"catalogue file: {line}"
    tree = connection.execute("SELECT rtreecheck('span')").fetchone()[0]
    if tree != "ok":
        yield f"catalogue spatial index: {tree}"
    lacking = "SELECT count(*) FROM item WHERE rid NOT IN (SELECT rid FROM doc)"
    if missing := connection.execute(lacking).fetchone()[0]:
        yield f"{missing} items lack their doc"
    items, docs = (
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - names here
        for table in ("item", "doc")
    )
    if items != docs:
        yield f"there are {docs} documents of {items} items"
    yield from _wrong_blocks(connection)
    yield from _wrong_numbers(connection)


def _wrong_blocks(connection: sqlite3.Connection) -> Iterator[str]:
    """Blocks hold each row once, as it is, in its shard; told by sums, for there may be many millions."""
    sums: Counter[int] = Counter()
    for shard, n, body in connection.execute("SELECT shard, n, records FROM block"):
        records = np.frombuffer(body, RECORD)
        sums[shard] += int(_digests(records).sum())
        if len(records) != n:
            yield f"a block of the shard {shard} holds {len(records)} records instead of {n}"
    for records, shards in _records(connection):
        digests = _digests(records)
        for shard in np.unique(shards).tolist():
            sums[shard] -= int(digests[shards == shard].sum())
    for shard, rest in sums.items():
        if rest % _DIGESTS:
            yield f"the blocks of the shard {shard} do not hold what its rows say"


def _digests(records: Records) -> NDArray[np.uint64]:
    """A number for each record that another one will not have."""
    words = np.ascontiguousarray(records).view(np.uint64).reshape(len(records), -1)
    digests = np.zeros(len(records), np.uint64)
    for place in range(words.shape[1]):
        digests = (digests ^ words[:, place]) * _MULTIPLIER
        digests ^= digests >> np.uint64(29)
    return digests


def _wrong_numbers(connection: sqlite3.Connection) -> Iterator[str]:
    """The numbers of each zone are those of a recount."""
    recount = Cubes()
    areas: dict[int, Area] = {}
    sqlite_zones.read_zones(connection, areas, ready=True)
    for body in connection.execute("SELECT records FROM block"):
        records = np.frombuffer(body[0], RECORD)
        recount.add(WORLD, records, -1)
    for zone, area in areas.items():
        for _ in count_zone(connection, zone, area, recount, sign=-1):
            pass
    for zone, kind, month in recount.differences(connection):
        yield f"zone {zone} is miscounted: kind {kind}, month {month}"


def _records(connection: sqlite3.Connection) -> Iterator[tuple[Records, NDArray[np.int64]]]:
    """Records as the rows make them, and the shard of each."""
    cursor = connection.execute(f"SELECT {_ROW} FROM item")  # noqa: S608 - names of columns
    while rows := cursor.fetchmany(_ROWS):
        rids, kinds, colls, moments, lasts, clouds, angles, shapes = zip(*rows, strict=True)
        columns = {
            "rid": rids,
            "kind": kinds,
            "moment": moments,
            "last": lasts,
            "cloud": clouds,
            "incidence": angles,
        }
        records = sqlite_blocks.make_records(columns, shapely.from_wkb(shapes))
        yield records, sqlite_blocks.shards_of(np.array(colls), records)


def put_collections(connection: sqlite3.Connection, collections: Iterable[dict[str, Any]]) -> None:
    """Put collections in, replacing those of the same id."""
    connection.executemany(
        "INSERT INTO collection (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        [(one["id"], json.dumps(one, ensure_ascii=False)) for one in collections],
    )
