"""Downloads by month, counted once for each month that is over: the journal grows, the answer stays quick.

What is counted stays known when the journal is purged.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dinamis_service.db import Database
from dinamis_service.registry.tables import Entity
from dinamis_service.signing.statistics import Counted, Tallies, counted
from dinamis_service.signing.tables import DownloadMonth, SignatureBatch

_COUNTED = ""
"""Access in the row that says that a month was counted; no object is signed for it."""
_LATE = timedelta(hours=1)
"""After its end, time for the calls of a month to be written down."""
_SETTLED = timedelta(minutes=10)
"""After this time every call is written down, whatever the order in which they were."""


class RunningMonth:
    """The months that are not over, as one process has counted them so far: only what came since is read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: tuple[datetime, int] | None = None
        self._until = datetime(1970, 1, 1, tzinfo=UTC)
        self._kept = Tallies()

    def lines(self, session: Session, start: datetime, now: datetime) -> list[Counted]:
        """Lines from `start` until now."""
        merged = select(func.count()).where(Entity.merged_into_id.is_not(None))
        of = start, session.scalar(merged) or 0  # a merge gives the journal to another entity
        settled = now - _SETTLED
        with self._lock:
            if self._of != of or settled < self._until:
                self._of, self._until, self._kept = of, start, Tallies()
            if settled > self._until:
                self._kept.read(session, self._until, settled)
                self._until = settled
            latest = Tallies()
            latest.read(session, self._until, now + _LATE)
            return list(self._kept.lines(latest))


def by_month(database: Database, now: datetime, running: RunningMonth | None = None) -> list[Counted]:
    """Downloads of every month until now; those of months that are over are counted and kept first."""
    running = running or RunningMonth()
    _count_past_months(database, now)
    with database.reading() as session:
        kept = session.scalars(select(DownloadMonth).where(DownloadMonth.access != _COUNTED)).all()
        last = session.scalar(select(func.max(DownloadMonth.month)))
        start = _after(last) if last else datetime(1970, 1, 1, tzinfo=UTC)
        latest = running.lines(session, start, now)
    return [
        Counted(one.month, one.entity_id, one.mission, one.access, one.people, one.images, one.signatures)
        for one in kept
    ] + latest


def move_downloads(session: Session, source_id: str, target_id: str) -> None:
    """Let what the people of one entity downloaded count for another one's."""
    session.execute(
        update(SignatureBatch).where(SignatureBatch.entity_id == source_id).values(entity_id=target_id)
    )
    for row in session.scalars(select(DownloadMonth).where(DownloadMonth.entity_id == source_id)).all():
        held = session.get(DownloadMonth, (row.month, target_id, row.mission, row.access))
        if held is None:
            row.entity_id = target_id
            continue
        held.people += row.people
        held.images += row.images
        held.signatures += row.signatures
        session.delete(row)


def _count_past_months(database: Database, now: datetime) -> None:
    with database.reading() as session:
        last = session.scalar(select(func.max(DownloadMonth.month)))
        first = session.scalar(select(func.min(SignatureBatch.at)))
    start = _after(last) if last else first and _start(first)
    for month in _over(start, now) if start else ():
        with database.session() as session:
            _keep(session, month, counted(session, month, _next(month)))


def _keep(session: Session, month: datetime, found: Iterable[Counted]) -> None:
    """Write the lines of a month, unless another process does so at the same time."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    mark = Counted(f"{month:%Y-%m}", "", "", _COUNTED, 0, 0, 0)
    for one in (mark, *found):
        row = dialect.insert(DownloadMonth).values(**one._asdict())
        session.execute(row.on_conflict_do_nothing())


def _over(start: datetime, now: datetime) -> Iterator[datetime]:
    """Beginnings of the months from `start` on that are over."""
    while _next(start) + _LATE <= now:
        yield start
        start = _next(start)


def _after(month: str) -> datetime:
    return _next(datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC))


def _start(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, 1, tzinfo=UTC)


def _next(month: datetime) -> datetime:
    return datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)
