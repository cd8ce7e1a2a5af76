"""The thread that looks after the registry while the service runs.

It reminds people of ends, forgets what was kept long enough, and brings people into the external directory.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from dinamis_service.context import Context
from dinamis_service.notifications.lease import Leaseholder
from dinamis_service.registry import retention
from dinamis_service.registry.directory import HttpDirectory, directory_of
from dinamis_service.registry.directory_queue import DirectoryQueue
from dinamis_service.registry.reminders import remind
from dinamis_service.regular import Regular

POLL_S = 30.0
AGEING = timedelta(hours=1)
"""Between two looks at what may be forgotten, which reads every account."""
_LEASE = timedelta(minutes=5)


class Upkeep(Regular):
    """Does what is due every half minute, in one process of all."""

    def __init__(self, context: Context, poll_s: float = POLL_S) -> None:
        super().__init__("registry", self.turn, poll_s, first_s=poll_s)
        self._context = context
        self._lease = Leaseholder("registry", _LEASE)
        self._directory: HttpDirectory | None = directory_of(context.settings)
        self._aged_at: datetime | None = None

    def stop(self) -> None:
        """Stop, and let another process do it."""
        super().stop()
        if self._lease.held and not self._thread.is_alive():
            with suppress(SQLAlchemyError), self._context.database.session() as session:
                self._lease.give_back(session)  # else it ends by itself
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
