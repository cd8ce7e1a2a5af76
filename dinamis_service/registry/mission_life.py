"""How missions of contractors end: told before, and earlier where their commissioning entity says so."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.identity.principal import Principal
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import inform
from dinamis_service.quotas.words import Words
from dinamis_service.registry.account_life import end_of, referents_of, told_at
from dinamis_service.registry.events import note
from dinamis_service.registry.missions import MissionError
from dinamis_service.registry.tables import Entity, Mission

ENDED = "mission_ended"


def of_entity(session: Session, entity_id: str) -> list[Mission]:
    """Missions that an entity commissioned or does, those that end last first."""
    theirs = (Mission.commissioner_id == entity_id) | (Mission.contractor_id == entity_id)
    return list(session.scalars(select(Mission).where(theirs).order_by(Mission.ends.desc(), Mission.id)))


def end_early(
    session: Session, mission: Mission, last: date, *, by: Principal, now: datetime, reason: str = ""
) -> None:
    """Let a mission have another last day (UTC), sooner than it had; both entities are told.

    Raises:
        MissionError: it has ended, or would not end sooner, or before it began.
    """
    session.refresh(mission, with_for_update=True)
    today = now.date()
    if mission.ends < today:
        raise MissionError(Words("Cette mission a déjà pris fin.", "This mission has ended already."))
    earliest = max(today, mission.starts)
    if not earliest <= last < mission.ends:
        raise MissionError(
            Words(
                f"Le dernier jour va du {earliest:%d/%m/%Y} à la veille du {mission.ends:%d/%m/%Y}.",
                f"The last day is from {earliest} to the day before {mission.ends}.",
            )
        )
    mission.ends, mission.reminded_at = last, told_at(end_of(last), now)
    facts = facts_of(session, mission) | {"reason": reason}
    for entity_id in (mission.commissioner_id, mission.contractor_id):
        note(
            session,
            ("entity", entity_id),
            ENDED,
            author=by.name,
            now=now,
            reason=reason,
            title=mission.title,
            day=last.isoformat(),
        )
        for referent in referents_of(session, entity_id, now):
            inform(session, referent, Letter.MISSION_SHORTENED, moment=now, facts=facts)


def facts_of(session: Session, mission: Mission) -> dict[str, Any]:
    """What a letter says of a mission."""
    return {
        "title": mission.title,
        "entity": session.get_one(Entity, mission.commissioner_id).name,
        "contractor": session.get_one(Entity, mission.contractor_id).name,
        "day": mission.ends.isoformat(),
    }
