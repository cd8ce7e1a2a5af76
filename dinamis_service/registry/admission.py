"""What a positive instruction makes of an adhesion: the entity, and the account of its referent."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.registry.sectors import category_of
from dinamis_service.registry.tables import Adhesion, Entity


def admit(session: Session, adhesion: Adhesion, *, author: str, now: datetime) -> Entity:
    """Make the entity of a validated adhesion and the account of its referent."""
    form = adhesion.form
    told, sector, referent = form["entity"], form["sector"], form["referent"]
    entity = Entity(
        id=str(uuid.uuid4()),
        name=told["name"],
        acronym=told["acronym"],
        category=category_of(form),
        nationality=told["nationality"],
        parent=told.get("parent", ""),
        address=told["address"],
        postcode=told["postcode"],
        town=told["town"],
        eligibility=sector.get("eligibility", ""),
        interest=sector.get("interest", ""),
        sector=sector.get("sector", ""),
        sector_type=sector.get("sector_type", ""),
        activity=sector.get("activity", ""),
        legal_representative=form["legal_representative"],
        admitted_at=now,
    )
    session.add(entity)
    session.add(
        Account(
            id=str(uuid.uuid4()),
            username=adhesion.email,
            email=adhesion.email,
            given_name=referent["given_name"],
            family_name=referent["family_name"],
            password_hash=adhesion.password_hash or "",
            created_at=now,
            validated_at=now,
            validated_by=author[:36],
            entity=entity,
            roles=[AccountRole(role=role) for role in ("user", "referent")],
        )
    )
    session.flush()
    adhesion.entity_id = entity.id
    return entity
