"""Figures of one entity: its accounts, and the requests and downloads of its people in a year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dinamis_service.identity.tables import Account
from dinamis_service.registry.account_life import Status, status_of
from dinamis_service.requests.states import State
from dinamis_service.requests.tables import Order
from dinamis_service.signing.statistics import Downloads, downloads


@dataclass(frozen=True)
class Figures:
    """What the people of an entity did in one year (UTC).

    Args:
        accounts: numbers by status, now.
        requests: numbers by sensor and state, of those sent in the year.
        downloads: lines of the year, by month and sensor.
    """

    year: int
    accounts: Mapping[Status, int]
    requests: Mapping[tuple[str, str], int]
    downloads: list[Downloads]

    @property
    def images(self) -> int:
        """Images downloaded, one that was had in two months counted in each."""
        return sum(one.images for one in self.downloads)


def figures_of(session: Session, entity_id: str, now: datetime) -> Figures:
    """The figures of an entity, of this year."""
    start, end = datetime(now.year, 1, 1, tzinfo=UTC), datetime(now.year + 1, 1, 1, tzinfo=UTC)
    people = select(Account.id).where(Account.entity_id == entity_id)
    sent = (
        select(Order.sensor, Order.state, func.count())
        .where(Order.owner_sub.in_(people), Order.state != State.DRAFT.value)
        .where(Order.created >= start, Order.created < end)
        .group_by(Order.sensor, Order.state)
        .order_by(Order.sensor, Order.state)
    )
    return Figures(
        now.year,
        accounts_by_status(session, entity_id, now),
        {(sensor, state): count for sensor, state, count in session.execute(sent)},
        list(downloads(session, start, end, entity_id)),
    )


def accounts_by_status(session: Session, entity_id: str, now: datetime) -> Mapping[Status, int]:
    """How many accounts of an entity have which status; those of none are left out."""
    found = session.scalars(select(Account).where(Account.entity_id == entity_id))
    counted = Counter(status_of(one, now) for one in found)
    return {status: counted[status] for status in Status if counted[status]}
