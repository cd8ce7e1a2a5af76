"""The thread that looks after the registry while the service runs: what was kept long enough is forgotten."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from dinamis_service.context import Context
from dinamis_service.notifications.lease import Leaseholder
from dinamis_service.registry import retention

log = logging.getLogger("dinamis.registry")

POLL_S = 3600.0
_LEASE = timedelta(minutes=5)
_END_S = 5.0


class Upkeep:
    """Does what is due every hour, in one process of all; whatever fails, it goes on."""

    def __init__(self, context: Context, poll_s: float = POLL_S) -> None:
        self._context = context
        self._poll_s = poll_s
        self._lease = Leaseholder("registry", _LEASE)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="registry", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after what is done now, if that ends soon."""
        self._stopping.set()
        self._thread.join(_END_S)

    def turn(self) -> None:
        """Do what is due, unless another process does."""
        now = self._context.clock()
        with self._context.database.session() as session:
            if self._lease.take(session, now):
                retention.apply(session, self._context.settings, now)

    def _run(self) -> None:
        while not self._stopping.wait(self._poll_s):
            self._try_turn()
        if self._lease.held:
            with suppress(SQLAlchemyError), self._context.database.session() as session:
                self._lease.give_back(session)  # else it ends by itself

    def _try_turn(self) -> None:
        try:
            self.turn()
        except Exception:  # a database that is down, a full disk: nothing may end this thread
            log.exception("the upkeep of the registry waits")
