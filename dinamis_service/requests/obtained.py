"""What an entity obtained: the scenes that were delivered to its people's requests (QUO-11)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.identity.tables import Account
from dinamis_service.requests.states import State
from dinamis_service.requests.tables import Order


def obtained_by(session: Session, entity_id: str) -> frozenset[tuple[str, str]]:
    """Collection and id of every scene delivered to a request of the entity."""
    delivered = session.scalars(
        select(Order.delivered_items)
        .join(Account, Account.id == Order.owner_sub)
        .where(Account.entity_id == entity_id, Order.state == State.DELIVERED)
    )
    return frozenset((item["collection"], item["id"]) for items in delivered for item in items)
