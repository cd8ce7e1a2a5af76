"""The public partner of a contractor validates the partnership, or refuses it (REG-38, REG-41 to REG-43).

It does so after the legal representative of the contractor signed and before DINAMIS instructs the request;
a refusal ends the request.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.identity.principal import Principal
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import inform, write
from dinamis_service.registry import adhesion_store
from dinamis_service.registry.account_life import referents_of
from dinamis_service.registry.adhesion_states import Event, State
from dinamis_service.registry.tables import Adhesion, Entity

PENDING, ACCEPTED, REFUSED = "pending", "accepted", "refused"


def announce(session: Session, adhesion: Adhesion, now: datetime) -> None:
    """Tell the referents of the partner that a partnership waits for them, once it was signed (REG-41)."""
    partner = session.get_one(Entity, adhesion.partner_id)
    facts = {**_facts(adhesion, partner), "path": f"/entity/partnerships/{adhesion.id}"}
    for referent in referents_of(session, partner.id, now):
        inform(session, referent, Letter.PARTNERSHIP_TO_VALIDATE, moment=now, facts=facts)


def of_partner(session: Session, entity_id: str) -> list[Adhesion]:
    """Adhesions that name this entity as their partner and were signed: those that wait come first."""
    found = select(Adhesion).where(
        Adhesion.partner_id == entity_id,
        Adhesion.signed_at.is_not(None),
        Adhesion.partnership.in_((PENDING, ACCEPTED, REFUSED)),
    )
    newest = session.scalars(found.order_by(Adhesion.signed_at.desc(), Adhesion.id)).all()
    return sorted(newest, key=lambda one: not is_pending(one))


def is_pending(adhesion: Adhesion) -> bool:
    """Whether the partner has to decide."""
    return adhesion.state == State.PARTNER and adhesion.partnership == PENDING


def decide(
    session: Session, adhesion: Adhesion, *, accept: bool, by: Principal, now: datetime, reason: str = ""
) -> None:
    """Validate or refuse a partnership, once; the future referent and the legal representative are told.

    Raises:
        IllegalStepError: somebody has decided already, or the request has ended.
    """
    event = Event.ACCEPT_PARTNERSHIP if accept else Event.REFUSE_PARTNERSHIP
    adhesion_store.change(session, adhesion, event, author=by.name, now=now, reason=reason)
    adhesion.partnership = ACCEPTED if accept else REFUSED
    if not accept:
        adhesion.decided_at = now
    letter = Letter.PARTNERSHIP_ACCEPTED if accept else Letter.PARTNERSHIP_REFUSED
    facts = _facts(adhesion, session.get_one(Entity, adhesion.partner_id)) | {"reason": reason}
    for address, name in _asking(adhesion):
        write(
            session,
            letter,
            address=address,
            name=name,
            language=adhesion.language,
            moment=now,
            facts=facts,
        )


def _facts(adhesion: Adhesion, partner: Entity) -> dict[str, Any]:
    return {
        "entity": partner.name,
        "contractor": adhesion.form["entity"]["name"],
        "title": adhesion.form["mission"]["title"],
    }


def _asking(adhesion: Adhesion) -> list[tuple[str, str]]:
    """Addresses and names of the future referent and of the legal representative, each address once."""
    referent, legal = adhesion.form["referent"], adhesion.form["legal_representative"]
    people = {legal["email"]: legal, adhesion.email: referent}
    return [(email, f"{one['given_name']} {one['family_name']}") for email, one in people.items()]
