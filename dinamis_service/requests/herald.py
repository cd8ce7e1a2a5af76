"""The thread that announces calls for requests on the day they open (REQ-27)."""

from __future__ import annotations

import logging
import threading

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.requests.calls import announce_openings

log = logging.getLogger("dinamis.calls")

POLL_S = 60.0
_END_S = 5.0


class Herald:
    """Looks for calls that opened, as long as the service lives; whatever fails, it goes on.

    Several processes may look: the transaction that announces an opening counts it, and one is the first.
    """

    def __init__(self, database: Database, clock: Clock, poll_s: float = POLL_S) -> None:
        self._database = database
        self._clock = clock
        self._poll_s = poll_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="calls", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the look of now."""
        self._stopping.set()
        self._thread.join(_END_S)

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            pause = self._poll_s
            try:
                announce_openings(self._database, self._clock())
            except Exception:  # a database that is down: nothing may end this thread
                log.exception("calls are announced later")
