"""In which states the requests were last seen, by person: what changed while QGIS was closed is told then."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..domain.parsing import mapping_of
from .whole_file import profile_file, write_whole


class SeenOrders:
    """A file in the profile; called from worker threads. A disk that refuses costs the news, nothing else."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or profile_file("seen_requests.json")
        self._lock = threading.Lock()

    def exchange(self, owner: str, now: Mapping[str, str]) -> dict[str, str] | None:
        """Remember the states of now, and give those remembered before; None when there were none yet."""
        with self._lock:
            everybody = dict(self._read())
            before = everybody.get(owner)
            if before != now:
                everybody[owner] = dict(now)
                with contextlib.suppress(OSError):
                    write_whole(self._path, json.dumps({"version": 1, "seen": everybody}))
        if not isinstance(before, dict):
            return None
        return {name: state for name, state in before.items() if isinstance(state, str)}

    def _read(self) -> Mapping[str, Any]:
        try:
            return mapping_of(mapping_of(json.loads(self._path.read_text("utf-8"))).get("seen"))
        except (OSError, ValueError, RecursionError):
            return {}
