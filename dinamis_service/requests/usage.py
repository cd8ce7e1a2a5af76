"""How much was asked for: by a user in a year, and under a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from dinamis_service.quotas.geometry import AREA_STEP
from dinamis_service.quotas.table import Sensor
from dinamis_service.requests.states import ABANDONED
from dinamis_service.requests.tables import Order, Project


@dataclass
class ProjectUsage:
    """What the requests of a project take; those that came to nothing have given theirs back.

    Args:
        requests: number of all of them.
        package_km2: free surface taken of the package, by sensor.
        budget_cents: committed on the budget.
    """

    requests: int = 0
    package_km2: dict[Sensor, Decimal] = field(default_factory=dict)
    budget_cents: int = 0


def requested_km2(session: Session, owner_sub: str, year: int) -> dict[Sensor, Decimal]:
    """Square kilometres asked by a user in `year` (UTC) by sensor, requests that came to nothing left out."""
    rows = session.execute(
        select(Order.sensor, func.sum(Order.area_units))
        .where(
            Order.owner_sub == owner_sub,
            Order.created >= datetime(year, 1, 1, tzinfo=UTC),
            Order.created < datetime(year + 1, 1, 1, tzinfo=UTC),
            Order.state.not_in(ABANDONED),
        )
        .group_by(Order.sensor)
    )
    return {Sensor(sensor): AREA_STEP * int(units) for sensor, units in rows}


def usage_of(session: Session, project_id: str) -> ProjectUsage:
    """What the requests of one project take."""
    return usages(session, Project.id == project_id).get(project_id, ProjectUsage())


def usages(session: Session, wanted: ColumnElement[bool]) -> dict[str, ProjectUsage]:
    """What the requests of each of the `wanted` projects take, of those that have any."""
    alive = Order.state.not_in(ABANDONED)
    rows = session.execute(
        select(
            Order.project_id,
            Order.sensor,
            func.count(),
            func.sum(case((alive, Order.package_units), else_=0)),
            func.sum(case((alive, func.coalesce(Order.budget_cents, 0)), else_=0)),
        )
        .where(Order.project_id.in_(select(Project.id).where(wanted)))
        .group_by(Order.project_id, Order.sensor)
    )
    found: dict[str, ProjectUsage] = {}
    for project_id, sensor, count, units, cents in rows:
        usage = found.setdefault(project_id, ProjectUsage())
        usage.requests += count
        usage.package_km2[Sensor(sensor)] = AREA_STEP * int(units)
        usage.budget_cents += int(cents)
    return found
