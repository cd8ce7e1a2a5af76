"""Figures of one entity: its accounts, and the requests and downloads of its people in a year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dinamis_service.db import Database
from dinamis_service.identity.tables import Account
from dinamis_service.registry.account_life import Status, status_of
from dinamis_service.registry.statistics import downloaded, sent_in
from dinamis_service.requests.tables import Order
from dinamis_service.signing.monthly import RunningMonth, by_month


@dataclass(frozen=True)
class Downloads:
    """What was downloaded of one sensor in one month (UTC); open data apart."""

    month: str
    sensor: str
    people: int
    images: int


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


def figures_of(
    database: Database, entity_id: str, now: datetime, running: RunningMonth | None = None
) -> Figures:
    """The figures of an entity, of this year."""
    counted = by_month(database, now, running)
    had = [
        Downloads(one.month, downloaded(one), one.people, one.images)
        for one in counted
        if one.entity_id == entity_id and one.month.startswith(f"{now.year}-")
    ]
    with database.reading() as session:
        people = select(Account.id).where(Account.entity_id == entity_id)
        sent = (
            select(Order.sensor, Order.state, func.count())
            .where(Order.owner_sub.in_(people), sent_in(now.year))
            .group_by(Order.sensor, Order.state)
            .order_by(Order.sensor, Order.state)
        )
        return Figures(
            now.year,
            accounts_by_status(session, entity_id, now),
            {(sensor, state): count for sensor, state, count in session.execute(sent)},
            sorted(had, key=astuple),
        )


def accounts_by_status(session: Session, entity_id: str, now: datetime) -> Mapping[Status, int]:
    """How many accounts of an entity have which status; those of none are left out."""
    found = session.scalars(select(Account).where(Account.entity_id == entity_id))
    counted = Counter(status_of(one, now) for one in found)
    return {status: counted[status] for status in Status if counted[status]}
