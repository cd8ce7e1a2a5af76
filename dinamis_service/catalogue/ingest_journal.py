"""The journal of ingestion: what came in from where, so that a run repeated or resumed does the rest only."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dinamis_service.clock import Clock

_SCHEMA = """
CREATE TABLE IF NOT EXISTS scene (
  collection TEXT NOT NULL, id TEXT NOT NULL, fingerprint TEXT NOT NULL, state TEXT NOT NULL,
  at TEXT NOT NULL, PRIMARY KEY (collection, id)
) WITHOUT ROWID
"""


class IngestJournal:
    """States of scenes in one small SQLite file; a scene is `started`, then `done`.

    A scene found as `started` was cut short: its objects may lie in the store without an item, and the next
    run puts them, and the item, in again.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._connection.execute(_SCHEMA)

    def is_done(self, collection: str, item_id: str, fingerprint: str) -> bool:
        """Whether the scene came in whole from the very same files with the same options."""
        row = self._connection.execute(
            "SELECT 1 FROM scene WHERE collection = ? AND id = ? AND fingerprint = ? AND state = 'done'",
            (collection, item_id, fingerprint),
        ).fetchone()
        return row is not None

    def start(self, collection: str, item_id: str, fingerprint: str) -> None:
        """Note that a scene begins to come in."""
        self._note(collection, item_id, fingerprint, "started")

    def finish(self, collection: str, item_id: str, fingerprint: str) -> None:
        """Note that a scene is in."""
        self._note(collection, item_id, fingerprint, "done")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _note(self, collection: str, item_id: str, fingerprint: str, state: str) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO scene VALUES (?, ?, ?, ?, ?)",
            (collection, item_id, fingerprint, state, self._clock().isoformat()),
        )


def fingerprint(files: Iterable[Path], options: Mapping[str, Any]) -> str:
    """Short name of the state of files (name, size, time of change) and of the options they come in with."""
    facts = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(files)]
    told = json.dumps([facts, dict(options)], default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
