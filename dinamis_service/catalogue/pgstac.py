"""The catalogue engine over pgstac, for catalogues that outgrow one file or that other STAC tools share.

Items lie in pgstac's tables as pgstac puts them there; counts, facets and pages are asked of these tables,
not of pgstac's `search`, which remembers counts for a day.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar

import orjson
import psycopg
from psycopg import errors
from psycopg_pool import ConnectionPool
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue import pgstac_schema
from dinamis_service.catalogue.engine import (
    SEARCH_S,
    CatalogueDownError,
    Facets,
    Item,
    ItemError,
    SearchError,
    SearchRequest,
    SearchResult,
    search_too_long,
)
from dinamis_service.catalogue.paging import token_after
from dinamis_service.catalogue.pgstac_rows import ITEM, item_of
from dinamis_service.catalogue.pgstac_schema import LOCK, Connection
from dinamis_service.catalogue.pgstac_search import plan, read_counts
from dinamis_service.catalogue.pgstac_write import Writer

Answer = TypeVar("Answer")
log = logging.getLogger("dinamis")

CONNECTIONS = 16
WRITING_S = 3600
WAITING_S = 15
"""Longest time to wait for a connection: PostgreSQL recovers that long from the death of a process."""
_PAUSE_S = 0.2
_CONNECTION = "08"
_PASSING = (_CONNECTION, "40", "57P")
"""Classes of SQLSTATE that a second try may find gone: the connection, another writer, a restart."""
_OF_THE_STATEMENT = ("54", "57014")
"""It is too complex, or took too long."""
_BATCH = 5000
_READING = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_ITEM_COLUMNS = 3


class PgstacCatalogue:
    """A `CatalogueEngine` over a PostgreSQL database with PostGIS; threads borrow connections from a pool."""

    def __init__(self, url: str, *, reading_s: float = SEARCH_S) -> None:
        """Open the catalogue at `url`, making or migrating its schema where that is needed.

        Args:
            url: address of the database, `postgresql://user:password@host:port/name`.
            reading_s: longest time that a search may take, in seconds.

        Raises:
            CatalogueDownError: it cannot be reached.
        """
        try:
            pgstac_schema.prepare(url)
        except psycopg.OperationalError as error:
            raise CatalogueDownError(str(error).strip()) from error
        self._reading_ms = round(reading_s * 1000)
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            min_size=1,
            max_size=CONNECTIONS,
            timeout=WAITING_S,
            kwargs={"autocommit": True, "prepare_threshold": None, "application_name": "dinamis"},
            configure=self._configure,
            check=ConnectionPool.check_connection,
            name="catalogue",
            open=True,
        )

    def search(self, request: SearchRequest) -> SearchResult:
        """Answer one page of a search, counting exactly over one snapshot of the catalogue."""
        searched = plan(request)

        def ask(connection: Connection) -> SearchResult:
            rows: list[tuple[Any, ...]] = []
            matched: int | None = None
            facets: Facets = {}
            if request.limit:
                rows = connection.execute(searched.page_sql, searched.page_values).fetchall()
            if request.counted or request.facets:
                counts = connection.execute(searched.count_sql, searched.count_values).fetchall()
                matched, facets = read_counts(counts, request.facets)
            page = rows[: request.limit]
            token = None
            if len(rows) > request.limit and page:
                token = token_after(searched.keys, page[-1][_ITEM_COLUMNS:])
            items = [item_of(*row[:_ITEM_COLUMNS]) for row in page]
            return SearchResult(items, matched if request.counted else None, token, facets)

        try:
            return self._read(ask)
        except psycopg.OperationalError as error:
            raise search_too_long() from error
        except (psycopg.DataError, psycopg.InternalError) as error:  # such as text with a NUL in it
            raise SearchError(
                fr=f"La recherche contient une valeur que la base refuse ({error}).",
                en=f"The search holds a value that the database refuses ({error}).",
            ) from error

    def get(self, collection: str, item_id: str) -> Item | None:
        """The item of that collection and id."""
        return self._one("pgstac.items AS p WHERE p.id = %s AND p.collection = %s", item_id, collection)

    def find(self, item_ids: Sequence[str]) -> list[Item]:
        """Items of any collection that bear one of these ids, in the order of the ids."""
        sql = (
            f"SELECT {ITEM} FROM unnest(%s::text[]) WITH ORDINALITY AS asked (id, place)"  # noqa: S608
            " JOIN pgstac.items AS p ON p.id = asked.id JOIN pgstac.collections AS c ON c.id = p.collection"
            " ORDER BY asked.place, c.key"
        )
        unique = [item_id for item_id in dict.fromkeys(item_ids) if _is_storable(item_id)]
        return [item_of(*row) for row in self._rows(sql, unique)]

    def item_of_object(self, key: str) -> Item | None:
        """The item one of whose assets is the object of that key."""
        return self.items_of_objects([key]).get(key)

    def items_of_objects(self, keys: Iterable[str]) -> dict[str, Item]:
        """Those of the keys that are objects of an item, each with its item."""
        sql = (
            f"SELECT o.key, {ITEM} FROM dinamis.object AS o"  # noqa: S608
            " JOIN pgstac.items AS p ON p.id = o.item AND p.collection = o.collection WHERE o.key = ANY(%s)"
        )
        asked = [key for key in dict.fromkeys(keys) if _is_storable(key)]
        return {key: item_of(*row) for key, *row in self._rows(sql, asked)}

    def upsert(self, items: Iterable[Item]) -> int:
        """Put items in, replacing those of the same collection and id, all or none."""

        def put(connection: Connection) -> int:
            total, remaining, writer = 0, iter(items), Writer(connection)
            while batch := list(islice(remaining, _BATCH)):
                writer.put(batch)
                total += len(batch)
            return total

        return self._write(put)

    def delete(self, collection: str, item_id: str) -> bool:
        """Take an item out; whether it was there."""
        return _is_storable(collection, item_id) and self._write(
            lambda connection: Writer(connection).delete(collection, item_id)
        )

    def count(self) -> int:
        """Number of items."""
        return int(self._rows("SELECT count(*) FROM pgstac.items")[0][0])

    def collections(self) -> list[dict[str, Any]]:
        """Every collection, by id."""
        rows = self._rows('SELECT content::text FROM pgstac.collections ORDER BY id COLLATE "C"')
        return [orjson.loads(row[0]) for row in rows]

    def collection(self, collection: str) -> dict[str, Any] | None:
        """The collection of that id."""
        if not _is_storable(collection):
            return None
        rows = self._rows("SELECT content::text FROM pgstac.collections WHERE id = %s", collection)
        return dict(orjson.loads(rows[0][0])) if rows else None

    def put_collection(self, collection: dict[str, Any]) -> None:
        """Put a collection in, replacing the one of the same id."""
        body = orjson.dumps(collection).decode()
        self._write(lambda connection: connection.execute("SELECT pgstac.upsert_collection(%s)", [body]))

    def expect(self, areas: Sequence[BaseGeometry]) -> None:
        """Nothing is prepared: wide areas are counted when they are searched."""

    def check(self) -> list[str]:
        """What is wrong inside the database, one sentence each."""
        return self._read(lambda connection: list(pgstac_schema.problems(connection)))

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def _one(self, source: str, *values: str) -> Item | None:
        if not _is_storable(*values):
            return None
        rows = self._rows(f"SELECT {ITEM} FROM {source}", *values)  # noqa: S608 - written above
        return item_of(*rows[0]) if rows else None

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._read(lambda connection: connection.execute(sql, values or None).fetchall())

    def _read(self, ask: Callable[[Connection], Answer]) -> Answer:
        """What `ask` finds in one snapshot, asked again where the connection broke meanwhile."""
        deadline = time.monotonic() + WAITING_S
        while True:
            try:
                return self._read_once(ask)
            except psycopg.OperationalError as error:  # noqa: PERF203 - asking again is what it is for
                state = error.sqlstate or _CONNECTION
                if state.startswith(_OF_THE_STATEMENT):
                    raise
                if time.monotonic() > deadline or not state.startswith(_PASSING):
                    raise CatalogueDownError(str(error).strip()) from error
                log.warning("the catalogue's connection broke; asking again")
                time.sleep(_PAUSE_S)

    def _read_once(self, ask: Callable[[Connection], Answer]) -> Answer:
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(_READING)
            return ask(connection)

    def _write(self, change: Callable[[Connection], Answer]) -> Answer:
        """What `change` returns, once all of it is on disk."""
        try:
            with self._pool.connection() as connection, connection.transaction():
                connection.execute(f"SET LOCAL statement_timeout = {WRITING_S * 1000}")
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
                return change(connection)
        except (
            psycopg.DataError,
            psycopg.IntegrityError,
            psycopg.InternalError,
            errors.RaiseException,
            errors.ProgramLimitExceeded,
        ) as error:
            raise ItemError(str(error).partition("\n")[0]) from error
        except psycopg.OperationalError as error:
            raise CatalogueDownError(str(error).strip()) from error

    def _configure(self, connection: Connection) -> None:
        for name, value in (
            ("search_path", "pgstac, dinamis, public"),
            ("timezone", "UTC"),
            ("synchronous_commit", "on"),
            ("statement_timeout", f"{self._reading_ms}"),
        ):
            connection.execute("SELECT set_config(%s, %s, false)", [name, value])


def _is_storable(*texts: str) -> bool:
    """Whether the database can hold these texts, hence have something by their name."""
    return not any("\0" in text for text in texts)
