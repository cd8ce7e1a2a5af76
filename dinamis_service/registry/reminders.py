"""Letters some days before an account expires, or a mission ends: each once for each end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.identity.tables import Account
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import inform
from dinamis_service.registry.account_life import ACTIVE, referents_of
from dinamis_service.registry.mission_life import facts_of
from dinamis_service.registry.tables import Entity, Mission


def remind(session: Session, now: datetime, days: int) -> int:
    """Write the letters about what ends within so many days; tell how many ends were told of."""
    return _of_accounts(session, now, days) + _of_missions(session, now, days)


def _of_accounts(session: Session, now: datetime, days: int) -> int:
    ending = session.scalars(
        select(Account)
        .join(Entity, Account.entity_id == Entity.id)
        .where(
            Account.state == ACTIVE,
            Entity.state == "member",
            Account.reminded_at.is_(None),
            Account.expires_at > now,
            Account.expires_at <= now + timedelta(days=days),
        )
        .with_for_update(of=Account)
    ).all()
    for account in ending:
        account.reminded_at = now
        day = account.expires_at.date().isoformat() if account.expires_at else ""
        inform(
            session,
            account,
            Letter.ACCOUNT_ENDS,
            moment=now,
            facts={"entity": account.entity.name, "day": day},
        )
    return len(ending)


def _of_missions(session: Session, now: datetime, days: int) -> int:
    today = now.date()
    ending = session.scalars(
        select(Mission)
        .where(
            Mission.reminded_at.is_(None), Mission.ends >= today, Mission.ends <= today + timedelta(days=days)
        )
        .with_for_update()
    ).all()
    for mission in ending:
        mission.reminded_at = now
        facts = facts_of(session, mission)
        for referent in referents_of(session, mission.contractor_id, now):
            inform(session, referent, Letter.MISSION_ENDS, moment=now, facts=facts)
    return len(ending)
