"""How rows get into the tables of `sqlite`, and out of them, within one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dinamis_service.catalogue.engine import ItemError
from dinamis_service.catalogue.sqlite_areas import Area
from dinamis_service.catalogue.sqlite_blocks import (
    Records,
    add_records,
    make_records,
    remove_record,
    shards_of,
)
from dinamis_service.catalogue.sqlite_rows import SHARED_FACTS, Row
from dinamis_service.catalogue.sqlite_zones import WORLD, Cubes, read_zones

Key = tuple[str, int]
"""An item's id and the number of its collection."""

_PUT_KIND = f"""
INSERT OR IGNORE INTO kind (facts, collection, {", ".join(SHARED_FACTS)})
VALUES (?, ?{", ?" * len(SHARED_FACTS)})
"""  # noqa: S608 - names of columns
_INDEXED = "kind, moment, ifnull(moment_end, moment), cloud, incidence, geom"


@dataclass(frozen=True)
class _Indexed:
    """What blocks and zones know of a row: kind, first and last moment, cloud, incidence, footprint (WKB)."""

    coll: int
    rid: int
    facts: tuple[Any, ...]


class Kinds:
    """Numbers of collections and of rows of shared facts, made for the first item of its kind."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Make them within the transaction that the caller has begun."""
        self._connection = connection
        self._numbers: dict[tuple[Any, ...], tuple[int, int]] = {}

    def of(self, row: Row) -> tuple[int, int]:
        """Numbers of a row's collection and of its shared facts."""
        known = self._numbers.get(row.shared)
        if known is not None:
            return known
        find = "SELECT coll FROM collection WHERE id = ?"
        coll = self._connection.execute(find, (row.collection,)).fetchone()
        if coll is None:
            msg = f"item {row.id}: there is no collection {row.collection!r}"
            raise ItemError(msg)
        facts = json.dumps(row.shared)
        self._connection.execute(_PUT_KIND, (facts, *row.shared))
        kind = self._connection.execute("SELECT kind FROM kind WHERE facts = ?", (facts,)).fetchone()
        self._numbers[row.shared] = (coll[0], kind[0])
        return self._numbers[row.shared]


class Writer:
    """Puts rows in and takes them out; `finish` before the transaction is committed."""

    def __init__(self, connection: sqlite3.Connection, zones: dict[int, Area]) -> None:
        """Write within the transaction that the caller has begun.

        Args:
            connection: in the transaction.
            zones: those of the last writer, brought up to date; no other thread may look at them meanwhile.
        """
        self._connection = connection
        self._kinds = Kinds(connection)
        self._cubes = Cubes()
        self._zones = zones
        read_zones(connection, zones, ready=False)

    def put(self, batch: Sequence[Row]) -> None:
        """Rows in, replacing those of the same id and collection; of two with one id, the later stays."""
        rows: dict[Key, Row] = {(row.id, self._kinds.of(row)[0]): row for row in batch}
        known = self._known(list(rows))
        free = count(self._connection.execute("SELECT ifnull(max(rid), 0) + 1 FROM item").fetchone()[0])
        old, new, narrow, documents, objects = [], [], [], [], []
        for key, row in rows.items():
            kind, before = self._kinds.of(row)[1], known.get(key)
            rid = next(free) if before is None else before.rid
            last = row.moment if row.moment_end is None else row.moment_end
            now = _Indexed(key[1], rid, (kind, row.moment, last, row.cloud, row.incidence, row.geom))
            if now != before:
                new.append(now)
                old += [] if before is None else [before]
            facts = (row.moment, row.moment_end, row.created, row.cloud, row.incidence, row.geom)
            narrow.append((rid, *key, kind, *facts))
            documents.append((rid, row.body))
            objects += [(name, rid) for name in row.objects]
        self._unindex(old)
        execute = self._connection.executemany
        execute("DELETE FROM object WHERE rid = ?", [(before.rid,) for before in known.values()])
        execute("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", narrow)
        execute("INSERT OR REPLACE INTO doc VALUES (?, ?)", documents)
        try:
            execute("INSERT INTO object VALUES (?, ?)", objects)
        except sqlite3.IntegrityError as error:
            msg = "an asset names an object that another item or asset holds already"
            raise ItemError(msg) from error
        self._index(new)

    def delete(self, collection: str, item_id: str) -> bool:
        """Take a row out; whether it was there."""
        coll = self._connection.execute("SELECT coll FROM collection WHERE id = ?", [collection]).fetchone()
        found = {} if coll is None else self._known([(item_id, coll[0])])
        self._unindex(list(found.values()))
        for row in found.values():
            for table in ("item", "doc", "object"):
                self._connection.execute(f"DELETE FROM {table} WHERE rid = ?", [row.rid])  # noqa: S608
        return bool(found)

    def finish(self) -> None:
        """Write the numbers of the zones."""
        self._cubes.write(self._connection)

    def _known(self, keys: list[Key]) -> dict[Key, _Indexed]:
        """Rows that are there already."""
        sql = (
            f"SELECT i.id, i.coll, i.rid, {_INDEXED} FROM json_each(?) AS asked"  # noqa: S608 - names above
            " CROSS JOIN item AS i ON i.id = asked.value"
        )
        wanted = set(keys)
        rows = self._connection.execute(sql, [json.dumps([item_id for item_id, _ in keys])])
        return {
            (item_id, coll): _Indexed(coll, rid, tuple(facts))
            for item_id, coll, rid, *facts in rows
            if (item_id, coll) in wanted
        }

    def _index(self, rows: list[_Indexed]) -> None:
        if not rows:
            return
        records, shards = self._count(rows, 1)
        for shard in np.unique(shards):
            add_records(self._connection, int(shard), records[shards == shard])

    def _unindex(self, rows: list[_Indexed]) -> None:
        if not rows:
            return
        records, shards = self._count(rows, -1)
        for place, shard in enumerate(shards.tolist()):
            remove_record(self._connection, shard, records[place : place + 1])

    def _count(self, rows: list[_Indexed], sign: int) -> tuple[Records, NDArray[np.int64]]:
        """Records of rows and the shard of each, counted in every zone that they lie in."""
        kinds, moments, lasts, clouds, angles, shapes = zip(*(row.facts for row in rows), strict=True)
        footprints = shapely.from_wkb(shapes)
        columns = {
            "rid": [row.rid for row in rows],
            "kind": kinds,
            "moment": moments,
            "last": lasts,
            "cloud": clouds,
            "incidence": angles,
        }
        records = make_records(columns, footprints)
        self._cubes.add(WORLD, records, sign)
        for zone, area in self._zones.items():
            self._cubes.add(zone, records[shapely.intersects(area.geometry, footprints)], sign)
        return records, shards_of(np.array([row.coll for row in rows]), records)
