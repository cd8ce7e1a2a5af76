"""The embedded catalogue engine: one SQLite file with an R*Tree of longitude, latitude and time.

Laid out for tens of millions of items: a narrow row per item carries what is filtered and sorted by, facts
that many items share are one row of `kind`, and the STAC document lies apart, compressed, read for the page
alone.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count, islice
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.engine import (
    Item,
    ItemError,
    SearchError,
    SearchRequest,
    SearchResult,
)
from dinamis_service.catalogue.sqlite_rows import SHARED_FACTS, Row, document_of, rows_of
from dinamis_service.catalogue.sqlite_search import CHUNK, Plan, exact, plan, time_axis

_SCHEMA = """
CREATE TABLE IF NOT EXISTS collection (coll INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS kind (
  kind INTEGER PRIMARY KEY, facts TEXT NOT NULL UNIQUE, collection TEXT NOT NULL, platform TEXT,
  constellation TEXT, mission TEXT, product_type TEXT, access TEXT, synthetic INTEGER, order_status TEXT,
  gsd REAL
);
CREATE TABLE IF NOT EXISTS item (
  rid INTEGER PRIMARY KEY, id TEXT NOT NULL, coll INTEGER NOT NULL REFERENCES collection,
  kind INTEGER NOT NULL REFERENCES kind, moment INTEGER NOT NULL, moment_end INTEGER, created INTEGER,
  cloud REAL, incidence REAL, geom BLOB NOT NULL, UNIQUE (id, coll)
);
CREATE INDEX IF NOT EXISTS item_moment ON item (moment DESC, id);
CREATE INDEX IF NOT EXISTS item_kind ON item (kind, moment, cloud, incidence);
CREATE INDEX IF NOT EXISTS item_span ON item (moment_end) WHERE moment_end IS NOT NULL;
CREATE VIRTUAL TABLE IF NOT EXISTS footprint USING rtree(rid, x0, x1, y0, y1, t0, t1);
CREATE TABLE IF NOT EXISTS doc (rid INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS object (key TEXT PRIMARY KEY, rid INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS object_rid ON object (rid);
"""

_PUT_KIND = f"""
INSERT OR IGNORE INTO kind (facts, collection, {", ".join(SHARED_FACTS)})
VALUES (?, ?{", ?" * len(SHARED_FACTS)})
"""  # noqa: S608 - names of columns
_BATCH = 1000
_FEW = 5000
"""Matches that are sorted sooner than found by walking the whole catalogue in order."""


class SqliteCatalogue:
    """A `CatalogueEngine` over one SQLite file; threads borrow connections from a pool that grows at need."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """Open the catalogue at `path`, made when absent.

        Args:
            path: the file.
            durable: an acknowledged write survives a power cut; False is for a file that is thrown away
                when its making is interrupted.
        """
        self.path = path
        self._synchronous = "FULL" if durable else "OFF"
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._closed = False
        self._kinds: dict[tuple[Any, ...], tuple[int, int]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._borrowed() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        with self._writing() as connection:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)

    def search(self, request: SearchRequest) -> SearchResult:
        """Answer one page of a search, counting exactly over one snapshot of the catalogue."""
        with self._reading() as connection:
            spans = connection.execute("SELECT EXISTS (SELECT 1 FROM item WHERE moment_end IS NOT NULL)")
            searched = plan(request, any_span=bool(spans.fetchone()[0]))
            try:
                if request.geometry is None:
                    matched, rows = _indexed(connection, searched, request.limit)
                else:
                    matched, rows = _refined(connection, searched, request.geometry, request.limit)
            except sqlite3.OperationalError as error:
                raise _too_complex(error) from error
            page = rows[: request.limit]
            more = len(rows) > request.limit
            items = self._documents(connection, [row[0] for row in page])
        token = searched.token_of(page[-1]) if more and page else None
        return SearchResult(items, matched, token)

    def get(self, collection: str, item_id: str) -> Item | None:
        """The item of that collection and id."""
        return self._one(
            "SELECT i.rid FROM item i JOIN collection c ON c.coll = i.coll WHERE i.id = ? AND c.id = ?",
            item_id,
            collection,
        )

    def find(self, item_ids: Sequence[str]) -> list[Item]:
        """Items of any collection that bear one of these ids, in the order of the ids."""
        sql = (
            "SELECT i.rid FROM json_each(?) AS asked JOIN item i ON i.id = asked.value"
            " ORDER BY asked.key, i.coll"
        )
        unique = list(dict.fromkeys(item_ids))
        with self._reading() as connection:
            rids = [row[0] for row in connection.execute(sql, [json.dumps(unique)])]
            return self._documents(connection, rids)

    def item_of_object(self, key: str) -> Item | None:
        """The item one of whose assets is the object of that key."""
        return self._one("SELECT rid FROM object WHERE key = ?", key)

    def upsert(self, items: Iterable[Item]) -> int:
        """Put items in, replacing those of the same collection and id, all or none."""
        total = 0
        remaining = iter(items)
        with self._writing() as connection:
            while batch := list(islice(remaining, _BATCH)):
                self._put(connection, rows_of(batch))
                total += len(batch)
        return total

    def delete(self, collection: str, item_id: str) -> bool:
        """Take an item out; whether it was there."""
        with self._writing() as connection:
            row = connection.execute(
                "SELECT i.rid FROM item i JOIN collection c ON c.coll = i.coll WHERE i.id = ? AND c.id = ?",
                (item_id, collection),
            ).fetchone()
            if row is None:
                return False
            for table in ("item", "footprint", "doc", "object"):
                connection.execute(f"DELETE FROM {table} WHERE rid = ?", row)  # noqa: S608 - names above
        return True

    def count(self) -> int:
        """Number of items."""
        with self._reading() as connection:
            return int(connection.execute("SELECT count(*) FROM doc").fetchone()[0])

    def collections(self) -> list[dict[str, Any]]:
        """Every collection, by id."""
        with self._reading() as connection:
            rows = connection.execute("SELECT body FROM collection ORDER BY id").fetchall()
        return [json.loads(row[0]) for row in rows]

    def collection(self, collection: str) -> dict[str, Any] | None:
        """The collection of that id."""
        with self._reading() as connection:
            row = connection.execute("SELECT body FROM collection WHERE id = ?", (collection,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def put_collection(self, collection: dict[str, Any]) -> None:
        """Put a collection in, replacing the one of the same id."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO collection (id, body) VALUES (?, ?)"
                " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (collection["id"], json.dumps(collection, ensure_ascii=False)),
            )

    def check(self) -> list[str]:
        """What is wrong inside the file, one sentence each."""
        problems = []
        with self._reading() as connection:
            for (line,) in connection.execute("PRAGMA quick_check"):
                if line != "ok":
                    problems.append(f"catalogue file: {line}")
            tree = connection.execute("SELECT rtreecheck('footprint')").fetchone()[0]
            if tree != "ok":
                problems.append(f"catalogue spatial index: {tree}")
            for table in ("footprint", "doc"):
                sql = f"SELECT count(*) FROM item WHERE rid NOT IN (SELECT rid FROM {table})"  # noqa: S608
                missing = connection.execute(sql).fetchone()[0]
                if missing:
                    problems.append(f"{missing} items lack their {table}")
        return problems

    def close(self) -> None:
        """Close every connection, those that are lent when they come back."""
        with self._guard:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    def _put(self, connection: sqlite3.Connection, batch: list[Row]) -> None:
        """Rows into the five tables, within the caller's transaction; of two with one id, the later stays."""
        rows = {(row.id, *self._kind(connection, row)[:1]): row for row in batch}
        rids = self._rids(connection, list(rows))
        replaced = [(rid,) for rid, new in rids.values() if not new]
        for table in ("footprint", "object"):
            connection.executemany(f"DELETE FROM {table} WHERE rid = ?", replaced)  # noqa: S608 - names above
        narrow, boxes, documents, objects = [], [], [], []
        for key, row in rows.items():
            rid = rids[key][0]
            last = row.moment if row.moment_end is None else row.moment_end
            x0, y0, x1, y1 = row.bounds
            facts = (row.moment, row.moment_end, row.created, row.cloud, row.incidence, row.geom)
            narrow.append((rid, *key, self._kinds[row.shared][1], *facts))
            boxes.append((rid, x0, x1, y0, y1, time_axis(row.moment), time_axis(last)))
            documents.append((rid, row.body))
            objects += [(name, rid) for name in row.objects]
        connection.executemany("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", narrow)
        connection.executemany("INSERT INTO footprint VALUES (?, ?, ?, ?, ?, ?, ?)", boxes)
        connection.executemany("INSERT OR REPLACE INTO doc VALUES (?, ?)", documents)
        try:
            connection.executemany("INSERT INTO object VALUES (?, ?)", objects)
        except sqlite3.IntegrityError as error:
            msg = "an asset names an object that another item or asset holds already"
            raise ItemError(msg) from error

    def _rids(
        self, connection: sqlite3.Connection, keys: list[tuple[str, int]]
    ) -> dict[tuple[str, int], tuple[int, bool]]:
        """Row id of each (id, collection), and whether it is a new one."""
        found = connection.execute(
            "SELECT i.id, i.coll, i.rid FROM json_each(?) AS asked JOIN item i ON i.id = asked.value",
            [json.dumps([item_id for item_id, _ in keys])],
        )
        present = {(item_id, coll): rid for item_id, coll, rid in found}
        free = count(connection.execute("SELECT ifnull(max(rid), 0) + 1 FROM item").fetchone()[0])
        return {key: (present[key], False) if key in present else (next(free), True) for key in keys}

    def _kind(self, connection: sqlite3.Connection, row: Row) -> tuple[int, int]:
        """Numbers of an item's collection and of its row of shared facts, made for the first of its kind."""
        known = self._kinds.get(row.shared)
        if known is not None:
            return known
        coll = connection.execute("SELECT coll FROM collection WHERE id = ?", (row.collection,)).fetchone()
        if coll is None:
            msg = f"item {row.id}: there is no collection {row.collection!r}"
            raise ItemError(msg)
        facts = json.dumps(row.shared)
        connection.execute(_PUT_KIND, (facts, *row.shared))
        kind = connection.execute("SELECT kind FROM kind WHERE facts = ?", (facts,)).fetchone()
        self._kinds[row.shared] = (coll[0], kind[0])
        return self._kinds[row.shared]

    def _one(self, sql: str, *values: str) -> Item | None:
        with self._reading() as connection:
            row = connection.execute(sql, values).fetchone()
            return None if row is None else self._documents(connection, [row[0]])[0]

    def _documents(self, connection: sqlite3.Connection, rids: list[int]) -> list[Item]:
        """Documents of these rows, in their order."""
        sql = "SELECT d.body FROM json_each(?) AS asked JOIN doc d ON d.rid = asked.value ORDER BY asked.key"
        rows = connection.execute(sql, [json.dumps(rids)])
        return [document_of(row[0]) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A snapshot: everything read in the block is of one moment."""
        with self._borrowed() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction of the one writer."""
        with self._borrowed() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                self._kinds.clear()  # rows of kinds made in this transaction are gone
                raise

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        """A connection for the calling thread alone, until the end of the block."""
        with self._guard:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect()
        try:
            yield connection
        finally:
            with self._guard:
                if self._closed:
                    connection.close()
                else:
                    self._idle.append(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        for pragma in (f"synchronous={self._synchronous}", "foreign_keys=ON", "mmap_size=1073741824"):
            connection.execute(f"PRAGMA {pragma}")
        return connection


def _indexed(connection: sqlite3.Connection, searched: Plan, limit: int) -> tuple[int, list[Any]]:
    """Count and rows of a search without geometry: indexes alone answer it."""
    matched = connection.execute(searched.count_sql, searched.values).fetchone()[0]
    page_sql = searched.few_sql if matched <= _FEW else searched.page_sql
    rows = connection.execute(page_sql, [*searched.values, *searched.after_values, limit + 1])
    return int(matched), rows.fetchall()


def _refined(
    connection: sqlite3.Connection, searched: Plan, geometry: BaseGeometry, limit: int
) -> tuple[int, list[Any]]:
    """Count and rows of a search by geometry: candidates come in order and are tested exactly."""
    cursor = connection.execute(searched.candidates_sql, [*searched.after_values, *searched.values])
    matched = 0
    page: list[Any] = []
    area = exact(geometry)
    while chunk := cursor.fetchmany(CHUNK):
        hits = shapely.intersects(area, shapely.from_wkb([row[1] for row in chunk]))
        matched += int(hits.sum())
        if len(page) <= limit:
            page.extend((row[0], *row[3:]) for row, hit in zip(chunk, hits, strict=True) if hit and row[2])
    return matched, page[: limit + 1]


def _too_complex(error: sqlite3.OperationalError) -> SearchError:
    return SearchError(
        fr=f"La recherche est trop complexe ({error}).", en=f"The search is too complex ({error})."
    )
