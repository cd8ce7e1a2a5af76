"""Work that the service does by itself, again and again, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("dinamis")

_END_S = 5.0


class Regular:
    """Looks for something to be done as long as the service lives; whatever fails, it goes on.

    Args:
        name: of the thread.
        look: does what is to be done; several processes may do so at once.
        poll_s: seconds between two looks.
        first_s: seconds before the first one.
    """

    def __init__(self, name: str, look: Callable[[], object], poll_s: float, first_s: float = 0.0) -> None:
        self._name = name
        self._look = look
        self._poll_s = poll_s
        self._first_s = first_s
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the look of now, if it ends soon."""
        self.stopping.set()
        self._thread.join(_END_S)

    def _run(self) -> None:
        pause = self._first_s
        while not self.stopping.wait(pause):
            self._turn()
            pause = self._poll_s

    def _turn(self) -> None:
        try:
            self._look()
        except Exception:  # a database that is down, a full disk: nothing may end this thread
            if not self.stopping.is_set():  # else they are closed under it
                log.exception("%s: later", self._name)
