"""Slowing down those who guess: growing delays, never a lock.

An attempt is counted before it is judged, so that guesses made in parallel count too; a right one is given
back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.digests import digest
from dinamis_service.identity.tables import Attempt

MEMORY = timedelta(hours=1)
"""Failures older than this are forgotten."""


@dataclass(frozen=True)
class Limit:
    """How many failures are free, and the longest delay in seconds, reached by doubling."""

    name: str
    free: int
    longest_s: int

    def delay_s(self, failures: int) -> int:
        """Seconds to wait after that many failures."""
        over = failures - self.free
        return 0 if over <= 0 else min(self.longest_s, 2 ** min(over, 30))


class TooManyAttemptsError(Exception):
    """The next attempt is allowed only in `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"next attempt in {seconds} s")
        self.seconds = seconds


class Throttle:
    """Counts of failures, kept in the state so that a restart does not forget them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def claim(self, limit: Limit, what: str) -> None:
        """Count one attempt at `what`.

        Raises:
            TooManyAttemptsError: an earlier failure is too recent; nothing is counted.
        """
        with self._database.session() as session:
            session.execute(delete(Attempt).where(Attempt.failed_at < self._clock() - MEMORY))
            attempt = session.get(Attempt, _key(limit, what), with_for_update=True)
            now = self._clock()  # once the row is ours: whoever had it before may have written a later moment
            if attempt is None:
                attempt = Attempt(key=_key(limit, what), failures=0, blocked_until=now)
                session.add(attempt)
            if attempt.blocked_until > now:
                raise TooManyAttemptsError(_seconds(attempt.blocked_until - now))
            attempt.failures += 1
            attempt.failed_at = now
            attempt.blocked_until = now + timedelta(seconds=limit.delay_s(attempt.failures))

    def release(self, limit: Limit, what: str) -> None:
        """Give back the attempt just counted at `what`: it was right."""
        with self._database.session() as session:
            attempt = session.get(Attempt, _key(limit, what), with_for_update=True)
            if attempt is not None:
                attempt.failures -= 1
                attempt.blocked_until = self._clock()


def _key(limit: Limit, what: str) -> str:
    """Key of a count; hashed, since people type passwords in the place of names."""
    return digest(f"{limit.name}\n{what}")


def _seconds(delay: timedelta) -> int:
    return max(1, round(delay.total_seconds()))
