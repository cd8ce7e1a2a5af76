"""One search at a time in a process, long ones in turns with the others.

Threads of Python that compute side by side take the interpreter's lock from each other at every row that
SQLite gives, and each is slower than all of them one after the other. Processes are what uses several
processors.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from dinamis_service.catalogue.engine import search_too_long

_STEPS = 500
"""Steps of SQLite's machine after which a statement pauses: each may compare a footprint with an area."""


class Turns:
    """A lock that is given to whoever has waited longest, and that its holder can pass on for a while."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, and hold it in the block."""
        self._wait(self._enter())
        try:
            yield
        finally:
            self._leave()

    def pause(self) -> None:
        """Let those who wait go first; called by the holder."""
        with self._guard:
            if not self._waiting:
                return
            place = self._queue()
            self._waiting.popleft().release()
        self._wait(place)

    def _enter(self) -> threading.Lock | None:
        with self._guard:
            if self._held:
                return self._queue()
            self._held = True
        return None

    def _queue(self) -> threading.Lock:
        place = threading.Lock()
        place.acquire()
        self._waiting.append(place)
        return place

    def _wait(self, place: threading.Lock | None) -> None:
        if place is not None:
            place.acquire()

    def _leave(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class Pace:
    """How a search goes on: others go first now and then, and some day its time is over."""

    def __init__(self, turns: Turns, seconds: float) -> None:
        """Begin now, as the holder of the turn; what others take of the time counts, too."""
        self._turns = turns
        self._end = time.monotonic() + seconds

    def pause(self) -> None:
        """Let others go first.

        Raises:
            SearchError: the time is over.
        """
        if self._pause_within():
            raise search_too_long()

    @contextmanager
    def kept_by(self, connection: sqlite3.Connection) -> Iterator[None]:
        """In the block, statements of the connection pause as well, and are ended when the time is over.

        Raises:
            SearchError: the time was over.
        """
        connection.set_progress_handler(self._pause_within, _STEPS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise search_too_long() from error
            raise
        finally:
            connection.set_progress_handler(None, 0)

    def _pause_within(self) -> bool:
        """Let others go first; whether the time is over."""
        self._turns.pause()
        return time.monotonic() > self._end
