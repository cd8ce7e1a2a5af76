"""Filling a new catalogue with millions of items at once: many processes make rows, one writes them.

The file is made under another name, without journal and without indexes, which are made at the end; it gets
its name when it is whole and on the disk. A load that was interrupted leaves nothing but the other name,
which the next one throws away.
"""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue import sqlite_tables, sqlite_zones
from dinamis_service.catalogue.engine import Item, ItemError
from dinamis_service.catalogue.sqlite_areas import Area
from dinamis_service.catalogue.sqlite_documents import Documents, train
from dinamis_service.catalogue.sqlite_rows import Row, rows_of
from dinamis_service.catalogue.sqlite_write import Kinds
from dinamis_service.catalogue.sqlite_zones import Cubes

Part = Callable[[], Iterable[Item]]
"""Makes some ten thousand items, in whichever process; it must be picklable."""

_AHEAD = 2
"""Parts made for each process before they are written."""
_CELL = 0.25
_documents: Documents


def load(
    path: Path,
    collections: Sequence[dict[str, Any]],
    parts: Sequence[Part],
    *,
    areas: Sequence[BaseGeometry] = (),
    processes: int = 2,
    say: Callable[[str], None] = lambda _: None,
) -> int:
    """Make the catalogue at `path` from parts; of items with one id and collection, the last stays.

    Args:
        path: the file, which must not exist.
        collections: all that the items are of.
        parts: the items.
        areas: those whose numbers are kept from the beginning, as `CatalogueEngine.expect` takes them.
        processes: processes that make rows, beside the one that writes.
        say: told how far it is.

    Returns:
        The number of items of the catalogue.

    Raises:
        FileExistsError: there is a catalogue already.
        ItemError: an item cannot be held; nothing is kept.
    """
    if path.exists():
        raise FileExistsError(path)
    partial = path.with_name(f"{path.name}.loading")
    partial.unlink(missing_ok=True)
    connection = sqlite_tables.connect(partial, "OFF")
    try:
        for pragma in ("journal_mode=MEMORY", "locking_mode=EXCLUSIVE", "threads=2"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        sqlite_tables.make(connection, sqlite_tables.TABLES, sqlite_tables.OBJECTS)
        sqlite_tables.put_collections(connection, collections)
        _fill(connection, parts, processes, say)
        say("indexes")
        _index(connection)
        say("blocks")
        sqlite_tables.count_anew(connection)
        if areas:
            say(f"numbers of {len(areas)} areas")
            _count_areas(connection, areas)
        connection.execute("COMMIT")
        number = int(connection.execute("SELECT count(*) FROM doc").fetchone()[0])
    finally:
        connection.close()
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(path)
    return number


def _fill(
    connection: sqlite3.Connection, parts: Sequence[Part], processes: int, say: Callable[[str], None]
) -> None:
    """Write the rows of every part, in their order."""
    made = train(parts[0]()) if parts else None
    if made is not None:
        connection.execute("INSERT INTO dictionary VALUES (?, ?)", made)
    kinds, done = Kinds(connection), 0
    dictionaries = {} if made is None else dict([made])
    for number, rows in enumerate(_rows_of_parts(parts, processes, dictionaries), 1):
        _write(connection, kinds, done, rows)
        done += len(rows)
        if number % 20 == 0 or number == len(parts):
            say(f"{done} items")


def _count_areas(connection: sqlite3.Connection, areas: Sequence[BaseGeometry]) -> None:
    for area in map(Area, areas):
        zone, counted = sqlite_zones.add_zone(connection, area, pinned=True), Cubes()
        for _ in sqlite_tables.count_zone(connection, zone, area, counted):
            pass
        sqlite_zones.finish_zone(connection, zone, counted)


def _rows_of_parts(
    parts: Sequence[Part], processes: int, dictionaries: dict[int, bytes]
) -> Iterator[list[tuple[Any, ...]]]:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawn, initializer=_prepare, initargs=(dictionaries,)) as pool:
        waiting: deque[Future[list[tuple[Any, ...]]]] = deque()
        try:
            for part in parts:
                waiting.append(pool.submit(_make, part))
                if len(waiting) > _AHEAD * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _prepare(dictionaries: dict[int, bytes]) -> None:
    global _documents  # noqa: PLW0603 - the one thing a process of the pool keeps
    _documents = Documents(dictionaries)


def _make(part: Part) -> list[tuple[Any, ...]]:
    """Rows of a part, neighbours together; plain tuples travel faster between processes."""
    rows = rows_of(list(part()), _documents.pack)
    rows.sort(key=lambda row: (row.bounds[0] // _CELL, row.bounds[1] // _CELL))
    return [tuple(row) for row in rows]


def _write(connection: sqlite3.Connection, kinds: Kinds, done: int, rows: list[tuple[Any, ...]]) -> None:
    items, documents, objects = [], [], []
    for rid, row in enumerate((Row(*values) for values in rows), done + 1):
        coll, kind = kinds.of(row)
        facts = (row.moment, row.moment_end, row.created, row.cloud, row.incidence, row.geom)
        items.append((rid, row.id, coll, kind, *facts))
        documents.append((rid, row.body))
        objects += [(name, rid) for name in row.objects]
    connection.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", items)
    connection.executemany("INSERT INTO doc VALUES (?, ?)", documents)
    connection.executemany("INSERT INTO loaded_object VALUES (?, ?)", objects)


def _index(connection: sqlite3.Connection) -> None:
    """Make the indexes; where items came twice, the later stays."""
    unique, *others = filter(str.strip, sqlite_tables.INDEXES.split(";"))
    try:
        connection.execute(unique)
    except sqlite3.IntegrityError:
        connection.execute("CREATE INDEX twice ON item (id, coll)")
        connection.execute("DELETE FROM item WHERE rid NOT IN (SELECT max(rid) FROM item GROUP BY id, coll)")
        connection.execute("DROP INDEX twice")
        for table in ("doc", "loaded_object"):
            connection.execute(f"DELETE FROM {table} WHERE rid NOT IN (SELECT rid FROM item)")  # noqa: S608
        connection.execute(unique)
    for statement in others:
        connection.execute(statement)
    try:
        connection.execute("INSERT INTO object SELECT key, rid FROM loaded_object ORDER BY key")
    except sqlite3.IntegrityError as error:
        msg = "an asset names an object that another item or asset holds already"
        raise ItemError(msg) from error
    connection.execute("DROP TABLE loaded_object")
