"""The saved searches of who is not signed in, and shared ones: files, written whole or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..domain.errors import BadAnswerError, FileGoneError, InvalidRequestError
from ..domain.parsing import mapping_of, objects_of
from ..domain.saved_search import MAX_FILE_BYTES, SavedSearch, document_from_text
from .whole_file import profile_file, read_json, write_whole


class ProfileSearches:
    """The searches in the profile; called from worker threads.

    Raises:
        FileGoneError: From every method: the file cannot be read or written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or profile_file("searches.json")
        self._lock = threading.Lock()

    def all(self) -> list[SavedSearch]:
        """All of them, by name."""
        with self._lock:
            return self._read()

    def put(self, search: SavedSearch) -> SavedSearch:
        """Keep one, in the place of the one with its identifier."""
        with self._lock:
            others = [one for one in self._read() if one.id != search.id]
            self._write([*others, search])
        return search

    def seen(self, search: SavedSearch) -> SavedSearch:
        """Say when its results were last looked at."""
        return self.put(search)

    def delete(self, search: SavedSearch) -> None:
        """Forget one."""
        with self._lock:
            self._write(one for one in self._read() if one.id != search.id)

    def _read(self) -> list[SavedSearch]:
        try:
            document = read_json(self._path)
        except OSError as error:
            raise FileGoneError(str(error)) from None
        found = (_entry(entry) for entry in objects_of(mapping_of(document).get("searches")))
        return sorted((one for one in found if one is not None), key=lambda one: one.name.casefold())

    def _write(self, searches: Iterable[SavedSearch]) -> None:
        entries = [{"id": one.id, **one.to_json()} for one in searches]
        try:
            write_whole(self._path, json.dumps({"version": 1, "searches": entries}, ensure_ascii=False))
        except OSError as error:
            raise FileGoneError(str(error)) from None


def write_search(path: Path, search: SavedSearch) -> None:
    """Write a search as a file to share.

    Raises:
        FileGoneError: The disk refuses.
    """
    try:
        write_whole(path, json.dumps(search.document, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise FileGoneError(str(error)) from None


def read_search(path: Path) -> dict[str, Any]:
    """Read a shared search.

    Raises:
        FileGoneError: It cannot be read.
        InvalidRequestError: It is broken, none, or far too large to be one.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InvalidRequestError("too large", {"document": "not_a_search"})
        return document_from_text(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise InvalidRequestError("not text", {"document": "not_a_search"}) from None
    except OSError as error:
        raise FileGoneError(str(error)) from None


def _entry(entry: Any) -> SavedSearch | None:
    try:
        return SavedSearch.from_json(entry)
    except BadAnswerError:
        return None
