"""Slowing down those who guess: growing delays, never a lock.

An attempt is counted before it is judged, so that guesses made in parallel count too; a right one is given
back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dinamis_service.clock import Clock
from dinamis_service.db import Database
from dinamis_service.identity.digests import digest
from dinamis_service.identity.tables import Attempt

MEMORY = timedelta(hours=1)
"""Failures older than this are forgotten."""
_SUBSCRIBER_BITS = 64


def origin(address: str) -> str:
    """Whom an address of the network stands for: one IPv4 address, or what one subscriber has of IPv6.

    A subscriber changes freely among the addresses of a /64 at least; IPv4 written as IPv6 is that address.
    What is no address stands for itself.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Network((found.packed, _SUBSCRIBER_BITS), strict=False))


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
        self.claim_all([(limit, what)])

    def claim_all(self, counts: Sequence[tuple[Limit, str]]) -> None:
        """Count one attempt for each of several counts, or for none: who is held up by one fails in no other.

        Raises:
            TooManyAttemptsError: an earlier failure is too recent; nothing is counted.
        """
        with self._database.session() as session:
            session.execute(delete(Attempt).where(Attempt.failed_at < self._clock() - MEMORY))
            attempts = [(limit, self._row(session, _key(limit, what))) for limit, what in _ordered(counts)]
            now = self._clock()  # once the rows are ours: whoever had them before may have written later ones
            if (blocked := max(attempt.blocked_until for _, attempt in attempts)) > now:
                raise TooManyAttemptsError(_seconds(blocked - now))
            for limit, attempt in attempts:
                attempt.failures += 1
                attempt.failed_at = now
                attempt.blocked_until = now + timedelta(seconds=limit.delay_s(attempt.failures))

    def release(self, limit: Limit, what: str) -> None:
        """Give back the attempt just counted at `what`: it was right."""
        self.release_all([(limit, what)])

    def release_all(self, counts: Sequence[tuple[Limit, str]]) -> None:
        """Give back the attempts just counted."""
        with self._database.session() as session:
            for limit, what in _ordered(counts):
                attempt = session.get(Attempt, _key(limit, what), with_for_update=True)
                if attempt is not None:
                    attempt.failures -= 1
                    attempt.blocked_until = self._clock()

    def _row(self, session: Session, key: str) -> Attempt:
        """The count of this key, made when missing, and ours until the transaction ends."""
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        now = self._clock()
        fresh = {"key": key, "failures": 0, "failed_at": now, "blocked_until": now}
        session.execute(dialect.insert(Attempt).values(**fresh).on_conflict_do_nothing())
        return session.get_one(Attempt, key, with_for_update=True)


def _ordered(counts: Sequence[tuple[Limit, str]]) -> list[tuple[Limit, str]]:
    """The counts in the order in which everyone takes them, so that nobody waits for each other."""
    return sorted(counts, key=lambda one: _key(*one))


def _key(limit: Limit, what: str) -> str:
    """Key of a count; hashed, since people type passwords in the place of names."""
    return digest(f"{limit.name}\n{what}")


def _seconds(delay: timedelta) -> int:
    return max(1, round(delay.total_seconds()))
