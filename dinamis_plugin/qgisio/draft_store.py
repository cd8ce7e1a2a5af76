"""Drafts in the profile: a file each, written whole or not at all, so that no crash takes one along."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from pathlib import Path

from ..domain.errors import BadAnswerError, FileGoneError
from ..domain.kept_draft import KeptDraft
from ..domain.parsing import mapping_of
from .whole_file import profile_file, write_whole

_NAME = re.compile(r"[0-9A-Za-z-]{1,64}")


class DraftStore:
    """The drafts of everybody who uses this profile; called from worker threads."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or profile_file("drafts")
        self._lock = threading.RLock()

    def all(self, owner: str) -> list[KeptDraft]:
        """The drafts of one person, those to be forgotten in the account too among them."""
        with self._lock:
            found = [self._read(path) for path in sorted(self._folder.glob("*.json"))]
        return [draft for draft in found if draft is not None and draft.owner == owner]

    def get(self, draft_id: str) -> KeptDraft | None:
        """One draft, None when it is not here."""
        path = self._path(draft_id)
        with self._lock:
            return self._read(path) if path is not None and path.exists() else None

    def put(self, draft: KeptDraft) -> None:
        """Keep a draft in the place of the one with its identifier.

        Raises:
            FileGoneError: The disk refuses.
        """
        path = self._path(draft.id)
        if path is None:
            return
        try:
            with self._lock:
                write_whole(path, json.dumps({"version": 1, **draft.to_file()}, ensure_ascii=False))
        except OSError as error:
            raise FileGoneError(str(error.strerror or "")) from None

    def forget(self, draft_id: str) -> None:
        """Keep a draft no longer."""
        path = self._path(draft_id)
        if path is not None:
            with self._lock, contextlib.suppress(OSError):
                path.unlink()

    @contextlib.contextmanager
    def held(self):
        """Let nobody else read or write meanwhile."""
        with self._lock:
            yield

    def _path(self, draft_id: str) -> Path | None:
        """Where it lies; None for an identifier of somebody else that is no name of a file."""
        return self._folder / f"{draft_id}.json" if _NAME.fullmatch(draft_id) else None

    def _read(self, path: Path) -> KeptDraft | None:
        try:
            return KeptDraft.from_file(mapping_of(json.loads(path.read_text("utf-8"))))
        except (ValueError, RecursionError, BadAnswerError):
            with contextlib.suppress(OSError):  # it may still be mended by hand
                path.replace(path.with_name(path.name + ".broken"))
        except OSError:
            pass
        return None
