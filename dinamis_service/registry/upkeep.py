"""The thread that looks after the registry while the service runs.

It reminds people of ends, forgets what was kept long enough, and brings people into the external directory.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from dinamis_service.context import Context
from dinamis_service.notifications.lease import Leaseholder
from dinamis_service.registry import retention
from dinamis_service.registry.directory import HttpDirectory, directory_of
from dinamis_service.registry.directory_queue import DirectoryQueue
from dinamis_service.registry.reminders import remind

log = logging.getLogger("dinamis.registry")

POLL_S = 30.0
AGEING = timedelta(hours=1)
"""Between two looks at what may be forgotten, which reads every account."""
_LEASE = timedelta(minutes=5)
_END_S = 5.0


class Upkeep:
    """Does what is due every half minute, in one process of all; whatever fails, it goes on."""

    def __init__(self, context: Context, poll_s: float = POLL_S) -> None:
        self._context = context
        self._poll_s = poll_s
        self._lease = Leaseholder("registry", _LEASE)
        self._directory: HttpDirectory | None = directory_of(context.settings)
        self._aged_at: datetime | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="registry", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after what is done now, if that ends soon."""
        self._stopping.set()
        self._thread.join(_END_S)
        if self._directory is not None:
            self._directory.close()

    def turn(self) -> None:
        """Do what is due, unless another process does."""
        database, now, aged = self._context.database, self._context.clock(), False
        with database.session() as session:
            if not self._lease.take(session, now):
                return
            remind(session, now, self._context.settings.reminder_days)
            if self._aged_at is None or now - self._aged_at >= AGEING:
                retention.apply(session, self._context.settings, now)
                self._aged_at, aged = now, True
        if aged:
            retention.remove_files(database, self._context.settings)
        if self._directory is not None:
            DirectoryQueue(database, self._directory, self._context.clock).run_due()

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
