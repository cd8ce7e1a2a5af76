"""How items get into pgstac's tables, and out of them, within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from psycopg import errors

from dinamis_service.catalogue.engine import Item, ItemError
from dinamis_service.catalogue.moments import from_microseconds
from dinamis_service.catalogue.pgstac_rows import private_of
from dinamis_service.catalogue.pgstac_schema import Connection
from dinamis_service.catalogue.sqlite_rows import Row, rows_of

_PUT = "INSERT INTO pgstac.items_staging_upsert (content) SELECT unnest(%s::text[])::jsonb"
"""pgstac's own way in: it makes partitions and keeps the ranges that its searches go by."""
_FACTS = "unnest(%s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[])"
_DIFFERING = f"""
SELECT r.* FROM {_FACTS} AS r (id, collection, moment, last, private)
JOIN pgstac.items AS p ON p.id = r.id AND p.collection = r.collection
WHERE (p.datetime, p.end_datetime, p.private) IS DISTINCT FROM (r.moment, r.last, r.private::jsonb)
"""  # noqa: S608 - written above
_RANGES = f"""
SELECT r.collection, min(r.moment), max(r.moment), min(r.last), max(r.last)
FROM {_FACTS} AS r (id, collection, moment, last, private)
JOIN pgstac.collections AS c ON c.id = r.collection
GROUP BY r.collection, date_trunc(c.partition_trunc, r.moment)
"""  # noqa: S608
_CORRECT = f"""
UPDATE pgstac.items AS p SET datetime = r.moment, end_datetime = r.last, private = r.private::jsonb
FROM {_FACTS} AS r (id, collection, moment, last, private) WHERE p.id = r.id AND p.collection = r.collection
"""  # noqa: S608


class Writer:
    """Puts items in and takes them out, within the transaction that the caller has begun."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        known = connection.execute("SELECT id FROM pgstac.collections").fetchall()
        self._collections = {row[0] for row in known}

    def put(self, batch: Sequence[Item]) -> None:
        """Items in, replacing those of the same id and collection; of two with one id, the later stays."""
        pairs = zip(rows_of(batch, orjson.dumps), batch, strict=True)
        items = {(row.id, row.collection): (row, item) for row, item in pairs}
        for row, _ in items.values():
            if row.collection not in self._collections:
                msg = f"item {row.id}: there is no collection {row.collection!r}"
                raise ItemError(msg)
        bodies = [row.body.decode() for row, _ in items.values()]
        self._connection.execute(_PUT, [bodies])
        self._correct([_facts(row, item) for row, item in items.values()])
        self._put_objects([row for row, _ in items.values()])

    def delete(self, collection: str, item_id: str) -> bool:
        """Take an item out; whether it was there."""
        gone = self._connection.execute(
            "DELETE FROM pgstac.items WHERE id = %s AND collection = %s", [item_id, collection]
        )
        self._connection.execute(
            "DELETE FROM dinamis.object WHERE item = %s AND collection = %s", [item_id, collection]
        )
        return gone.rowcount > 0

    def _correct(self, facts: list[tuple[Any, ...]]) -> None:
        """Set what pgstac understands otherwise, in partitions whose ranges allow for it."""
        differing = self._connection.execute(_DIFFERING, _columns(facts)).fetchall()
        if not differing:
            return
        columns = _columns(differing)
        for collection, *ends in self._connection.execute(_RANGES, columns).fetchall():
            self._connection.execute(
                "SELECT pgstac.check_partition(%s, tstzrange(%s, %s, '[]'), tstzrange(%s, %s, '[]'))",
                [collection, *ends],
            )
        self._connection.execute(_CORRECT, columns)

    def _put_objects(self, rows: list[Row]) -> None:
        """Say anew which objects are these items'; those of items that another tool took out are free."""
        self._connection.execute(
            "DELETE FROM dinamis.object AS o USING unnest(%s::text[], %s::text[]) AS r (item, collection)"
            " WHERE o.item = r.item AND o.collection = r.collection",
            [[row.id for row in rows], [row.collection for row in rows]],
        )
        objects = [(key, row.collection, row.id) for row in rows for key in row.objects]
        if not objects:
            return
        self._connection.execute(
            "DELETE FROM dinamis.object AS o WHERE o.key = ANY(%s) AND NOT EXISTS"
            " (SELECT FROM pgstac.items AS p WHERE p.id = o.item AND p.collection = o.collection)",
            [[key for key, _, _ in objects]],
        )
        try:
            self._connection.execute(
                "INSERT INTO dinamis.object SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])",
                _columns(objects),
            )
        except errors.UniqueViolation as error:
            msg = "an asset names an object that another item or asset holds already"
            raise ItemError(msg) from error


def _facts(row: Row, item: Item) -> tuple[Any, ...]:
    """What pgstac's columns should hold of an item."""
    last = row.moment if row.moment_end is None else row.moment_end
    moments = (from_microseconds(row.moment), from_microseconds(last))
    return (row.id, row.collection, *moments, private_of(item))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
