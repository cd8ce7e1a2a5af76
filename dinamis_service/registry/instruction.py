"""The instruction of adhesions by DINAMIS: looked through, validated, refused, closed (REG-27, REG-28)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dinamis_service.db import Database
from dinamis_service.errors import ConflictError, InvalidError, NotFoundError, PreconditionFailedError
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import write
from dinamis_service.registry.adhesion_states import TRANSITIONS, Event, State
from dinamis_service.registry.adhesion_store import IllegalStepError, change
from dinamis_service.registry.admission import admit
from dinamis_service.registry.entities import plain
from dinamis_service.registry.entity_admin import close_entity
from dinamis_service.registry.tables import Adhesion, Entity
from dinamis_service.requests.caller import Caller, require_operator

REASON_MAX = 2000


class Decision(StrEnum):
    """What operators decide about an adhesion; each is an event of `adhesion_states`."""

    VALIDATE = "validate"
    REFUSE = "refuse"
    CLOSE = "close"


REASONED = frozenset({Decision.REFUSE, Decision.CLOSE})
"""Decisions that are not made without a reason: the entity is told it."""
LISTED = tuple(state for state in State if state is not State.DRAFT)
"""A form that nobody has accepted yet is its author's alone."""


@dataclass(frozen=True)
class Found:
    """Adhesions of one state (or of all), and how many there are of each with these words."""

    rows: Sequence[Adhesion]
    total: int
    counts: Mapping[State, int]


def look_through(session: Session, state: State | None, words: str, *, offset: int, limit: int) -> Found:
    """Adhesions whose entity, addresses or people bear every one of the words, the oldest to decide first."""
    every = select(Adhesion).where(Adhesion.state.in_([one.value for one in LISTED]))
    found = list(session.scalars(every.order_by(Adhesion.accepted_at, Adhesion.id)))
    asked = plain(words).split()
    found = [one for one in found if all(word in _told(one) for word in asked)]
    counts: dict[State, int] = {one: sum(row.state == one for row in found) for one in LISTED}
    rows = [one for one in found if state is None or one.state == state]
    if state not in (State.INSTRUCTION, State.PARTNER, State.ACCEPTED):
        rows.reverse()
    return Found(rows[offset : offset + limit], len(rows), counts)


def awaiting(session: Session) -> tuple[int, datetime | None]:
    """How many adhesions wait for a decision, and since when the oldest of them does."""
    row = session.execute(
        select(func.count(), func.min(Adhesion.signed_at)).where(Adhesion.state == State.INSTRUCTION.value)
    ).one()
    return row[0], row[1]


def possible(adhesion: Adhesion) -> list[Decision]:
    """Decisions that may be made now."""
    return [one for one in Decision if State(adhesion.state) in TRANSITIONS[Event(one.value)].origins]


def find(session: Session, caller: Caller, adhesion_id: str, *, lock: bool = False) -> Adhesion:
    """An adhesion that was sent.

    Raises:
        ForbiddenError: the caller is no operator.
        NotFoundError: there is none.
    """
    require_operator(caller)
    found = session.get(Adhesion, adhesion_id, with_for_update=lock, populate_existing=lock)
    if found is None or found.state == State.DRAFT:
        raise NotFoundError(caller.say(fr="Cette adhésion n'existe pas.", en="There is no such adhesion."))
    return found


def decide(
    database: Database,
    caller: Caller,
    adhesion_id: str,
    decision: Decision,
    reason: str,
    *,
    seen: int,
    now: datetime,
) -> None:
    """Decide about an adhesion as it was seen, at version `seen`.

    Raises:
        PreconditionFailedError: it is another one by now, as after the decision of somebody else.
        InvalidError: no reason where one is needed.
        ConflictError: the decision cannot be made in this state, or another entity bears the name by now.
    """
    reason = reason.strip()
    with database.session() as session:
        adhesion = find(session, caller, adhesion_id, lock=True)
        if adhesion.version != seen:
            raise PreconditionFailedError(
                caller.say(
                    fr="Cette adhésion a changé entre-temps : relisez-la.",
                    en="This adhesion changed meanwhile: read it again.",
                )
            )
        if decision in REASONED and not reason:
            sentence = caller.say(fr="Dites pourquoi.", en="Say why.")
            raise InvalidError(sentence, fields={"reason": sentence})
        _decided(session, caller, adhesion, decision, reason=reason, now=now)


def _decided(
    session: Session, caller: Caller, adhesion: Adhesion, decision: Decision, *, reason: str, now: datetime
) -> None:
    author = caller.principal.name
    try:
        change(session, adhesion, decision.value, author=author, now=now, reason=reason)
    except IllegalStepError as error:
        raise ConflictError(error.words.told(caller.language)) from error
    if decision is Decision.VALIDATE:
        admit(session, adhesion, author=author, now=now)
    elif decision is Decision.REFUSE:
        _tell_refusal(session, adhesion, reason, now)
    elif adhesion.entity_id is not None:
        entity = session.get_one(Entity, adhesion.entity_id, with_for_update=True)
        close_entity(session, entity, author=author, now=now, reason=reason)


def _tell_refusal(session: Session, adhesion: Adhesion, reason: str, now: datetime) -> None:
    """A letter to the future referent and to the legal representative."""
    form = adhesion.form
    people = {adhesion.email: form.get("referent", {})}
    legal = form.get("legal_representative", {})
    if legal.get("email"):
        people.setdefault(legal["email"], legal)
    for address, person in people.items():
        write(
            session,
            Letter.ADHESION_REFUSED,
            address=address,
            name=f"{person.get('given_name', '')} {person.get('family_name', '')}".strip(),
            language=adhesion.language,
            moment=now,
            facts={"entity": form["entity"]["name"], "reason": reason},
        )


def _told(adhesion: Adhesion) -> str:
    """What an adhesion is searched by."""
    form = adhesion.form
    told = [adhesion.email]
    for part, names in _SEARCHED.items():
        told += [str(form.get(part, {}).get(name, "")) for name in names]
    return plain(" ".join(told))


_SEARCHED = {
    "entity": ("name", "acronym", "town"),
    "legal_representative": ("given_name", "family_name", "email"),
    "referent": ("given_name", "family_name"),
}
