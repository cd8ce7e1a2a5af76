"""How much a user has asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dinamis_service.quotas.geometry import AREA_STEP
from dinamis_service.quotas.table import Sensor
from dinamis_service.requests.states import ABANDONED
from dinamis_service.requests.tables import Order


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
