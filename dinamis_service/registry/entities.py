"""Member entities: finding and adding them."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from dinamis_service.db import Database
from dinamis_service.registry.kinds import user_kind
from dinamis_service.registry.tables import Entity


def add_entity(
    database: Database, *, name: str, acronym: str, category: int, entity_id: str | None = None
) -> Entity:
    """Add the entity, or give back the one that already bears this name.

    Raises:
        ValueError: `category` is not one of 1 to 11.
    """
    user_kind(category)
    with database.session() as session:
        known = session.scalar(select(Entity).where(Entity.name == name))
        if known is not None:
            return known
        entity = Entity(id=entity_id or str(uuid.uuid4()), name=name, acronym=acronym, category=category)
        session.add(entity)
        return entity
