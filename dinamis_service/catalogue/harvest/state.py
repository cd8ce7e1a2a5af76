"""What is remembered of a source between two harvests: how far it was walked, and since when it is known."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from dinamis_service.catalogue.harvest.fetch import Validators
from dinamis_service.catalogue.harvest.source import Cursor
from dinamis_service.catalogue.moments import format_moment, parse_moment

_SCHEMA = """
CREATE TABLE IF NOT EXISTS source (
  name TEXT PRIMARY KEY, asked TEXT NOT NULL, complete TEXT, began TEXT, cursor TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS document (
  name TEXT NOT NULL, url TEXT NOT NULL, etag TEXT, modified TEXT, body TEXT, PRIMARY KEY (name, url)
) WITHOUT ROWID;
DROP TABLE IF EXISTS tag;
"""
"""`tag` is what files of former versions have: what it knew is read once more."""
_STALE = timedelta(days=2)
"""Age of a walk cut short at which it begins anew: the other catalogue's paging does not live for ever."""


@dataclass(frozen=True)
class Known:
    """A document that was read before.

    Args:
        validators: that its server told.
        body: what is needed of it again; None for an item, which is in the catalogue.
    """

    validators: Validators
    body: dict[str, Any] | None = None


class Documents(Protocol):
    """Documents that were read before."""

    def get(self, url: str) -> Known | None:
        """What is known of the document at an address."""
        ...

    def put(self, documents: Mapping[str, Known]) -> None:
        """Remember documents by their addresses."""
        ...


class HarvestState:
    """State of one source in the file of all sources.

    Args:
        path: the SQLite file, made when absent.
        name: of the source.
        asked: what is asked of it; with another question everything begins anew.
    """

    def __init__(self, path: Path, name: str, asked: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._name = name
        self._connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._connection.executescript(_SCHEMA)
        row = self._connection.execute("SELECT asked FROM source WHERE name = ?", (name,)).fetchone()
        if row is None or row[0] != asked:
            self.forget()
            self._connection.execute("INSERT INTO source (name, asked) VALUES (?, ?)", (name, asked))

    def complete_until(self) -> datetime | None:
        """When the last harvest that came to its end began."""
        written = self._value("complete")
        return parse_moment(written) if written else None

    def resume(self, now: datetime) -> tuple[datetime, Cursor] | None:
        """When the harvest that was cut short began, and where it stood."""
        began, cursor = self._value("began"), self._value("cursor")
        if not began or not cursor or now - parse_moment(began) > _STALE:
            return None
        return parse_moment(began), json.loads(cursor)

    def stand(self, began: datetime, cursor: Cursor) -> None:
        """Note where the walk stands: everything before is in the catalogue."""
        self._set(began=format_moment(began), cursor=json.dumps(cursor))

    def restart(self) -> None:
        """Forget where a walk stood."""
        self._set(began=None, cursor=None)

    def finish(self, began: datetime) -> None:
        """Note that a walk that began then came to its end."""
        self._set(complete=format_moment(began), began=None, cursor=None)

    def forget(self) -> None:
        """Know nothing of the source any more."""
        for table in ("source", "document"):
            self._connection.execute(f"DELETE FROM {table} WHERE name = ?", (self._name,))  # noqa: S608

    def get(self, url: str) -> Known | None:
        """What is known of the document at an address."""
        row = self._connection.execute(
            "SELECT etag, modified, body FROM document WHERE name = ? AND url = ?", (self._name, url)
        ).fetchone()
        if row is None:
            return None
        etag, modified, body = row
        return Known(Validators(etag, modified), None if body is None else json.loads(body))

    def put(self, documents: Mapping[str, Known]) -> None:
        """Remember documents by their addresses."""
        rows = [
            (
                self._name,
                url,
                known.validators.etag,
                known.validators.modified,
                None if known.body is None else json.dumps(known.body),
            )
            for url, known in documents.items()
        ]
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """One wait for the disk, however many rows are written in the block."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _value(self, column: str) -> str | None:
        row = self._connection.execute(
            f"SELECT {column} FROM source WHERE name = ?",  # noqa: S608 - names of columns
            (self._name,),
        ).fetchone()
        return None if row is None else row[0]

    def _set(self, **values: str | None) -> None:
        columns = ", ".join(f"{name} = ?" for name in values)
        self._connection.execute(
            f"UPDATE source SET {columns} WHERE name = ?",  # noqa: S608 - names of columns
            (*values.values(), self._name),
        )
