"""The embedded catalogue engine: one SQLite file.

Laid out for tens of millions of items. A narrow row per item carries its footprint and what it is sorted by;
facts that many items share are one row of `kind`; what searches filter by lies in `sqlite_blocks` again, as
arrays of neighbours; numbers of wide areas are kept in `sqlite_zones`; and the STAC document lies apart,
compressed, read for the page alone. All of it changes in one transaction.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue import sqlite_tables
from dinamis_service.catalogue.engine import SEARCH_S, Item, SearchError, SearchRequest, SearchResult
from dinamis_service.catalogue.sqlite_answers import Search
from dinamis_service.catalogue.sqlite_areas import Area
from dinamis_service.catalogue.sqlite_blocks import BLOCK
from dinamis_service.catalogue.sqlite_documents import SAMPLES, Documents, train
from dinamis_service.catalogue.sqlite_rows import rows_of
from dinamis_service.catalogue.sqlite_watch import Watch
from dinamis_service.catalogue.sqlite_write import Writer
from dinamis_service.catalogue.turns import Pace, Turns

_BATCH = 5000
WATCHED_ROWS = 250_000
"""Records read for an area from which on its numbers are kept, once it is searched a second time."""


class SqliteCatalogue:
    """A `CatalogueEngine` over one SQLite file; threads borrow connections from a pool that grows at need."""

    def __init__(
        self,
        path: Path,
        *,
        durable: bool = True,
        watched_rows: int = WATCHED_ROWS,
        search_s: float = SEARCH_S,
    ) -> None:
        """Open the catalogue at `path`, made when absent.

        Args:
            path: the file.
            durable: an acknowledged write survives a power cut; False is for a file that is thrown away
                when its making is interrupted.
            watched_rows: records read for an area from which on its numbers are kept.
            search_s: longest time that a search may take, in seconds.
        """
        self.path = path
        self._synchronous = "FULL" if durable else "OFF"
        self._watched_rows = watched_rows
        self._search_s = search_s
        self._turns = Turns()
        self._watch = Watch(path, self._turns, self._reading, self._writing)
        self._zones: dict[int, Area] = {}
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._closed = False
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._borrowed() as connection:
            sqlite_tables.prepare(connection)

    def search(self, request: SearchRequest) -> SearchResult:
        """Answer one page of a search, counting exactly over one snapshot of the catalogue."""
        with self._turns.turn(), self._reading() as connection:
            pace = Pace(self._turns, self._search_s)
            try:
                with pace.kept_by(connection):
                    search = Search(connection, request, pace.pause)
                    answer = search.answer()
            except sqlite3.OperationalError as error:
                raise _too_complex(error) from error
            items = self._read_documents(connection, [row[0] for row in answer.rows])
        if search.area is not None and answer.blocks_read * BLOCK >= self._watched_rows:
            self._watch.notice(search.area)
        return SearchResult(items, answer.matched, answer.next_token, answer.facets)

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
            return self._read_documents(connection, rids)

    def item_of_object(self, key: str) -> Item | None:
        """The item one of whose assets is the object of that key."""
        return self.items_of_objects([key]).get(key)

    def items_of_objects(self, keys: Iterable[str]) -> dict[str, Item]:
        """Those of the keys that are objects of an item, each with its item."""
        sql = "SELECT o.key, o.rid FROM json_each(?) AS asked JOIN object o ON o.key = asked.value"
        asked = list(dict.fromkeys(keys))
        with self._reading() as connection:
            rids = dict(connection.execute(sql, [json.dumps(asked)]).fetchall())
            items = self._read_documents(connection, [rids[key] for key in asked if key in rids])
        return dict(zip((key for key in asked if key in rids), items, strict=True))

    def upsert(self, items: Iterable[Item]) -> int:
        """Put items in, replacing those of the same collection and id, all or none."""
        total = 0
        remaining = iter(items)
        with self._writing() as connection:
            writer = Writer(connection, self._zones)
            while batch := list(islice(remaining, _BATCH)):
                writer.put(rows_of(batch, self._packing(connection, batch).pack))
                total += len(batch)
            writer.finish()
        return total

    def delete(self, collection: str, item_id: str) -> bool:
        """Take an item out; whether it was there."""
        with self._writing() as connection:
            writer = Writer(connection, self._zones)
            there = writer.delete(collection, item_id)
            writer.finish()
        return there

    def count(self) -> int:
        """Number of items."""
        with self._reading() as connection:
            return int(connection.execute("SELECT ifnull(sum(n), 0) FROM block").fetchone()[0])

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
            sqlite_tables.put_collections(connection, [collection])

    def check(self) -> list[str]:
        """What is wrong inside the file, one sentence each."""
        with self._reading() as connection:
            return list(sqlite_tables.problems(connection))

    def expect(self, areas: Sequence[BaseGeometry]) -> None:
        """Keep the numbers of these areas whether they are searched or not; counted in the background."""
        self._watch.expect(areas)

    def settle(self) -> None:
        """Wait until the numbers of all areas that were expected or noticed are kept."""
        self._watch.settle()

    def close(self) -> None:
        """Close every connection, those that are lent when they come back."""
        self._watch.stop()
        with self._guard:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    def _packing(self, connection: sqlite3.Connection, batch: list[Item]) -> Documents:
        """What compresses documents; the first large batch trains the dictionary of all."""
        documents = Documents.of(connection)
        if documents.trained or len(batch) < SAMPLES:
            return documents
        made = train(batch)
        if made is None:
            return documents
        connection.execute("INSERT INTO dictionary VALUES (?, ?)", made)
        return Documents.of(connection)

    def _one(self, sql: str, *values: str) -> Item | None:
        with self._reading() as connection:
            row = connection.execute(sql, values).fetchone()
            return None if row is None else self._read_documents(connection, [row[0]])[0]

    def _read_documents(self, connection: sqlite3.Connection, rids: list[int]) -> list[Item]:
        """Documents of these rows, in their order."""
        if not rids:
            return []
        sql = "SELECT d.rid, d.body FROM json_each(?) AS asked CROSS JOIN doc AS d ON d.rid = asked.value"
        found = dict(connection.execute(sql, [json.dumps(rids)]))
        documents = Documents.of(connection)
        return [documents.unpack(found[rid]) for rid in rids]

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
                raise

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        """A connection for the calling thread alone, until the end of the block."""
        with self._guard:
            connection = self._idle.pop() if self._idle else None
        connection = connection or sqlite_tables.connect(self.path, self._synchronous)
        try:
            yield connection
        finally:
            with self._guard:
                if self._closed:
                    connection.close()
                else:
                    self._idle.append(connection)


def _too_complex(error: sqlite3.OperationalError) -> SearchError:
    return SearchError(
        fr=f"La recherche est trop complexe ({error}).", en=f"The search is too complex ({error})."
    )
