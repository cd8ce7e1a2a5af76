"""How fast one person may have URLs signed, whichever process answers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dinamis_service.signing.tables import Pace

_FILLS_IN = timedelta(minutes=1)
_FORGOTTEN_AT_ONCE = 100
_KNOWN_MAX = 10_000

_TABLE = cast(Table, Pace.__table__)


def _locked(insert: Any) -> Any:
    """Gives a caller's row, made when missing, and keeps it from others until the transaction ends."""
    same = insert(_TABLE).on_conflict_do_update(index_elements=["caller"], set_={"caller": _TABLE.c.caller})
    return same.returning(_TABLE.c.left, _TABLE.c.at)


# Statements made once, on tables and not on classes: what is left of their cost is the database's.
_LOCKED = {"sqlite": _locked(sqlite.insert), "postgresql": _locked(postgresql.insert)}
_SPENT = update(_TABLE).where(_TABLE.c.caller == bindparam("who"))


@dataclass(frozen=True)
class Bucket:
    """Tokens that a caller has left at a moment, of `size` at most; an empty bucket fills in one minute."""

    left: float
    at: datetime

    def later(self, now: datetime, size: int) -> Bucket:
        """The bucket as it is `now`; a clock that stepped back gives nothing and takes nothing."""
        gained = max(0.0, (now - self.at) / _FILLS_IN) * size
        return Bucket(min(size, self.left + gained), now)

    def wait_s(self, tokens: int, size: int) -> float:
        """Seconds until `tokens` are there; 0.0 when they are.

        A batch larger than a full bucket waits for a full one only, and empties it.
        """
        return max(0.0, min(tokens, size) - self.left) * _FILLS_IN.total_seconds() / size

    def without(self, tokens: int, size: int) -> Bucket:
        """The bucket after `tokens`, which are there, were taken."""
        return Bucket(self.left - min(tokens, size), self.at)


class RateLimit:
    """A bucket of tokens for each caller, filled at a steady pace.

    The buckets lie in the state, where each look costs a turn at writing; what this process last knew of them
    is kept beside, so that someone who floods it is turned away at no cost.

    Args:
        per_minute: tokens of a full bucket; 0 sets no limit.
    """

    def __init__(self, per_minute: int) -> None:
        self._size = per_minute
        self._known: OrderedDict[str, Bucket] = OrderedDict()
        self._knowing = Lock()

    def expect(self, caller: str, tokens: int, now: datetime) -> float:
        """Take `tokens` from what this process knows of the bucket; 0.0 when they may be there.

        Otherwise the seconds to wait, as other processes only take more. Asked before `take`, and before
        whatever is dearer.
        """
        if self._size == 0:
            return 0.0
        with self._knowing:
            bucket = self._known.get(caller, Bucket(self._size, now)).later(now, self._size)
            wait_s = bucket.wait_s(tokens, self._size)
            self._know(caller, bucket if wait_s else bucket.without(tokens, self._size))
        return wait_s

    def take(self, session: Session, caller: str, tokens: int, now: datetime) -> float:
        """Take `tokens` from the caller's bucket; 0.0 when they were there, else the seconds to wait.

        Callers of one name take turns until the transaction of `session` ends.
        """
        if self._size == 0:
            return 0.0
        bucket = self._locked(session, caller, now).later(now, self._size)
        wait_s = bucket.wait_s(tokens, self._size)
        if not wait_s:
            bucket = bucket.without(tokens, self._size)
            session.connection().execute(_SPENT, {"who": caller, "left": bucket.left, "at": bucket.at})
        with self._knowing:
            self._know(caller, bucket)
        return wait_s

    def forget(self, session: Session, now: datetime) -> None:
        """Drop some callers whose bucket is full again; one that another process is busy with is left."""
        stale = select(Pace.caller).where(Pace.at < now - _FILLS_IN).limit(_FORGOTTEN_AT_ONCE)
        session.execute(delete(Pace).where(Pace.caller.in_(stale.with_for_update(skip_locked=True))))

    def _know(self, caller: str, bucket: Bucket) -> None:
        """Keep what is known of a bucket, and forget the one that was asked for longest ago."""
        self._known[caller] = bucket
        self._known.move_to_end(caller)
        if len(self._known) > _KNOWN_MAX:
            self._known.popitem(last=False)

    def _locked(self, session: Session, caller: str, now: datetime) -> Bucket:
        """The caller's bucket, a full one at first, for this transaction alone."""
        connection = session.connection()
        values = {"caller": caller, "left": self._size, "at": now}
        left, at = connection.execute(_LOCKED[connection.dialect.name], values).one()
        return Bucket(left, at)
