"""One search at a time in a process, long ones in turns with the others.

Threads of Python that compute side by side take the interpreter's lock from each other at every row that
SQLite gives, and each is slower than all of them one after the other. Processes are what uses several
processors.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


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
