"""Member entities as operators keep them: the reference list, corrected and closed (REG-03, REG-28)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from dinamis_service.db import Database, numbers_by
from dinamis_service.errors import ConflictError, InvalidError, NotFoundError, PreconditionFailedError
from dinamis_service.identity.tables import Account, AccountRole
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import inform
from dinamis_service.registry.adhesion_states import Event, State
from dinamis_service.registry.adhesion_store import change
from dinamis_service.registry.events import note
from dinamis_service.registry.tables import Adhesion, Entity
from dinamis_service.requests.caller import Caller, require_operator

MEMBER, CLOSED = "member", "closed"


def _text(longest: int, shortest: int = 1) -> type[str]:
    constraint = StringConstraints(
        strip_whitespace=True, min_length=shortest, max_length=longest, pattern=r"^[^\x00-\x1f\x7f]*$"
    )
    return Annotated[str, constraint]  # type: ignore[return-value]


class EntityForm(BaseModel):
    """What operators may correct of an entity; its legal representative is changed by its referent."""

    model_config = ConfigDict(extra="forbid")

    acronym: _text(40)  # type: ignore[valid-type]
    name: _text(200)  # type: ignore[valid-type]
    nationality: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    category: Annotated[int, Field(ge=1, le=11)]
    parent: _text(200, 0) = ""  # type: ignore[valid-type]
    address: _text(200, 0) = ""  # type: ignore[valid-type]
    postcode: _text(20, 0) = ""  # type: ignore[valid-type]
    town: _text(120, 0) = ""  # type: ignore[valid-type]


@dataclass(frozen=True)
class Listed:
    """Entities of one state, with the number of their accounts; and how many there are of each state."""

    rows: Sequence[Entity]
    accounts: Mapping[str, int]
    total: int
    counts: Mapping[str, int]


def look_through(
    session: Session,
    words: str,
    *,
    state: str = "",
    category: int = 0,
    super_id: str = "",
    offset: int = 0,
    limit: int | None = None,
) -> Listed:
    """Entities by name, with every one of the words in name, acronym, parent or town."""
    conditions = [
        or_(*(place.icontains(word, autoescape=True) for place in _SEARCHED)) for word in words.split()
    ]
    if category:
        conditions.append(Entity.category == category)
    if super_id:
        conditions.append(Entity.super_entity_id == super_id)
    counted = select(Entity.state, func.count()).where(*conditions).group_by(Entity.state)
    counts = {MEMBER: 0, CLOSED: 0, **numbers_by(session, counted)}
    if state:
        conditions.append(Entity.state == state)
    found = select(Entity).where(*conditions).order_by(func.lower(Entity.name), Entity.id)
    rows = session.scalars(found.offset(offset).limit(limit)).all()
    total = counts.get(state, 0) if state else sum(counts.values())
    return Listed(rows, accounts_of(session), total, counts)


def accounts_of(session: Session) -> dict[str, int]:
    """How many accounts the people of each entity have, the closed ones left out."""
    counted = select(Account.entity_id, func.count()).where(Account.state == "active")
    return numbers_by(session, counted.group_by(Account.entity_id))


def entity_of(session: Session, caller: Caller, entity_id: str, *, seen: int | None = None) -> Entity:
    """An entity, locked where it is to be changed, which it is only as it was seen, at version `seen`.

    Raises:
        ForbiddenError: the caller is no operator.
        NotFoundError: there is none.
        PreconditionFailedError: it is another one by now.
    """
    require_operator(caller)
    lock = seen is not None
    found = session.get(Entity, entity_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise NotFoundError(caller.say(fr="Cette entité n'existe pas.", en="There is no such entity."))
    if seen is not None and found.version != seen:
        raise PreconditionFailedError(
            caller.say(
                fr="Cette entité a changé entre-temps : relisez-la.",
                en="This entity changed meanwhile: read it again.",
            )
        )
    return found


def edit(
    database: Database,
    caller: Caller,
    entity_id: str,
    form: EntityForm,
    reason: str,
    *,
    seen: int,
    now: datetime,
) -> None:
    """Correct what is known of an entity; what changed is written down.

    Raises:
        InvalidError: another entity bears the name, or no reason is given.
    """
    with database.session() as session:
        entity = entity_of(session, caller, entity_id, seen=seen)
        reason = required_reason(caller, reason)
        after = form.model_dump()
        before = {name: getattr(entity, name) for name in after}
        changed = {name: [before[name], value] for name, value in after.items() if before[name] != value}
        if "name" in changed and session.scalar(select(Entity.id).where(Entity.name == form.name)):
            sentence = caller.say(
                fr="Une autre entité porte déjà ce nom.", en="Another entity has this name already."
            )
            raise InvalidError(sentence, fields={"name": sentence})
        for name, value in after.items():
            setattr(entity, name, value)
        entity.version += 1
        note(
            session,
            ("entity", entity.id),
            "edited",
            author=caller.principal.name,
            now=now,
            reason=reason,
            changed=changed,
        )


def close(
    database: Database, caller: Caller, entity_id: str, reason: str, *, seen: int, now: datetime
) -> None:
    """Close an entity with its adhesion: none of its people may come in any more.

    Raises:
        ConflictError: it is closed already.
    """
    with database.session() as session:
        entity = entity_of(session, caller, entity_id, seen=seen)
        reason = required_reason(caller, reason)
        if entity.state != MEMBER:
            raise ConflictError(
                caller.say(fr="Cette entité est déjà close.", en="This entity is closed already.")
            )
        author = caller.principal.name
        adhesions = select(Adhesion).where(
            Adhesion.entity_id == entity.id, Adhesion.state == State.VALIDATED.value
        )
        for adhesion in session.scalars(adhesions.with_for_update()):
            change(session, adhesion, Event.CLOSE, author=author, now=now, reason=reason)
        close_entity(session, entity, author=author, now=now, reason=reason)


def close_entity(session: Session, entity: Entity, *, author: str, now: datetime, reason: str) -> None:
    """Close an entity whose row is locked, and tell its referents why."""
    entity.state, entity.closed_at = CLOSED, now
    entity.version += 1
    note(session, ("entity", entity.id), "closed", author=author, now=now, reason=reason)
    tell_referents(session, entity, Letter.ENTITY_CLOSED, now, reason=reason)


def reopen(
    database: Database, caller: Caller, entity_id: str, reason: str, *, seen: int, now: datetime
) -> None:
    """Open a closed entity again with its adhesion: its people may come in as before (REG-46).

    Raises:
        ConflictError: it is a member, or lives on in the one that it was merged into.
    """
    with database.session() as session:
        entity = entity_of(session, caller, entity_id, seen=seen)
        reason = required_reason(caller, reason)
        if entity.merged_into_id is not None:
            raise ConflictError(
                caller.say(
                    fr="Cette entité a été fusionnée : elle ne se rouvre pas.",
                    en="This entity was merged: it cannot be opened again.",
                )
            )
        if entity.state == MEMBER:
            raise ConflictError(caller.say(fr="Cette entité est adhérente.", en="This entity is a member."))
        author = caller.principal.name
        adhesions = select(Adhesion).where(
            Adhesion.entity_id == entity.id, Adhesion.state == State.CLOSED.value
        )
        for adhesion in session.scalars(adhesions.with_for_update()):
            decided_at = adhesion.decided_at
            change(session, adhesion, Event.RESUME, author=author, now=now, reason=reason)
            adhesion.decided_at = decided_at  # it was admitted then
        entity.state, entity.closed_at = MEMBER, None
        entity.version += 1
        note(session, ("entity", entity.id), "reopened", author=author, now=now, reason=reason)
        tell_referents(session, entity, Letter.ENTITY_REOPENED, now, reason=reason)


def tell_referents(session: Session, entity: Entity, letter: Letter, now: datetime, **facts: str) -> None:
    """Tell the referents of an entity, by mail and among their notifications."""
    referents = (
        select(Account)
        .join(AccountRole)
        .where(Account.entity_id == entity.id, AccountRole.role == "referent", Account.state == "active")
    )
    for account in session.scalars(referents).unique().all():
        inform(session, account, letter, moment=now, facts={"entity": entity.name, **facts})


def required_reason(caller: Caller, reason: str) -> str:
    """A reason that was given.

    Raises:
        InvalidError: none was.
    """
    if not reason.strip():
        sentence = caller.say(fr="Dites pourquoi.", en="Say why.")
        raise InvalidError(sentence, fields={"reason": sentence})
    return reason.strip()


def ungroup_all(session: Session, super_id: str) -> None:
    """Take every entity out of a super-entity."""
    session.execute(update(Entity).where(Entity.super_entity_id == super_id).values(super_entity_id=None))


_SEARCHED = (Entity.name, Entity.acronym, Entity.parent, Entity.town)
