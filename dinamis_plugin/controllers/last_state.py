"""The search of the last session, kept in the profile."""

from __future__ import annotations

import contextlib
import json
import threading
from pathlib import Path
from typing import Any, Callable

from qgis.PyQt.QtCore import QCoreApplication, QObject

from ..domain.errors import InvalidRequestError
from ..domain.parsing import mapping_of
from ..domain.saved_search import document_of, query_of
from ..domain.search import SearchQuery
from ..qgisio.whole_file import profile_file, write_whole
from ..tasks.runner import TaskRunner

translate = QCoreApplication.translate

_TITLE = "last"


class LastStateController(QObject):
    """Reads and writes it in tasks; a disk that refuses costs the coming back, and nothing else."""

    def __init__(self, runner: TaskRunner, parent: QObject | None = None, path: Path | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._path = path or profile_file("last_state.json")
        self._turn = threading.Lock()

    def read(self, ready: Callable[[SearchQuery | None, dict[str, Any]], None]) -> None:
        """Hand the last search to `ready`, None when there is none, and how the window was."""
        self._runner.run(
            translate("Dinamis", "Last filters and areas"),
            lambda _context: self._read(),
            lambda found: ready(*found),
        )

    def write(self, query: SearchQuery, window: dict[str, Any]) -> None:
        """Write in a task."""
        self._runner.run(
            translate("Dinamis", "Last filters and areas"),
            lambda _context: self.write_now(query, window),
            lambda _none: None,
        )

    def write_now(self, query: SearchQuery, window: dict[str, Any]) -> None:
        """Write at once: at the end of the session no task is run any more."""
        with contextlib.suppress(OSError, InvalidRequestError), self._turn:
            text = json.dumps({"search": document_of(query, _TITLE), "window": window}, ensure_ascii=False)
            write_whole(self._path, text)

    def _read(self) -> tuple[SearchQuery | None, dict[str, Any]]:
        try:
            document = mapping_of(json.loads(self._path.read_text("utf-8")))
        except (OSError, ValueError, RecursionError):
            return None, {}
        window = dict(mapping_of(document.get("window")))
        try:
            return query_of(mapping_of(document.get("search"))), window
        except InvalidRequestError:
            return None, window
