"""The public partner of a contractor, which validates the partnership after the signature (REG-41)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import inform
from dinamis_service.registry.tables import Adhesion, Entity


def announce(session: Session, adhesion: Adhesion, now: datetime) -> None:
    """Tell the referents of the partner that a partnership waits for them, once it was signed (REG-41)."""
    partner = session.get_one(Entity, adhesion.partner_id)
    facts = {
        "entity": partner.name,
        "contractor": adhesion.form["entity"]["name"],
        "title": adhesion.form["mission"]["title"],
        "path": f"/entity/partnerships/{adhesion.id}",
    }
    referents = session.scalars(
        select(Account)
        .join(AccountRole, AccountRole.account_id == Account.id)
        .where(Account.entity_id == partner.id, Account.state == "active", AccountRole.role == "referent")
    )
    for referent in referents.unique().all():
        inform(session, referent, Letter.PARTNERSHIP_TO_VALIDATE, moment=now, facts=facts)
