"""Super-entities: groupings of entities, for those who look at figures (REG-48). They give no right."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dinamis_service.db import Database
from dinamis_service.errors import ConflictError, InvalidError, NotFoundError
from dinamis_service.registry.entity_admin import MEMBER, entity_of, ungroup_all
from dinamis_service.registry.events import note
from dinamis_service.registry.tables import Entity, SuperEntity
from dinamis_service.requests.caller import Caller, require_operator

_LINE = r"^[^\x00-\x1f\x7f]*$"


class SuperForm(BaseModel):
    """Name of a super-entity."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_LINE)
    ]
    acronym: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=_LINE)] = ""


def every(session: Session) -> tuple[Sequence[SuperEntity], Mapping[str, int]]:
    """Every super-entity by name, and the number of entities in each."""
    counted = (
        select(Entity.super_entity_id, func.count())
        .where(Entity.super_entity_id.is_not(None))
        .group_by(Entity.super_entity_id)
    )
    numbers = {one: number for one, number in session.execute(counted) if one is not None}
    rows = session.scalars(select(SuperEntity).order_by(func.lower(SuperEntity.name), SuperEntity.id)).all()
    return rows, numbers


def super_of(session: Session, caller: Caller, super_id: str, *, lock: bool = False) -> SuperEntity:
    """A super-entity.

    Raises:
        ForbiddenError: the caller is no operator.
        NotFoundError: there is none.
    """
    require_operator(caller)
    found = session.get(SuperEntity, super_id, with_for_update=lock)
    if found is None:
        raise NotFoundError(
            caller.say(fr="Cette super-entité n'existe pas.", en="There is no such super-entity.")
        )
    return found


def create(database: Database, caller: Caller, form: SuperForm, now: datetime) -> str:
    """Make a super-entity without entities; gives its id."""
    require_operator(caller)
    with database.session() as session:
        _require_free(session, caller, form.name)
        made = SuperEntity(id=str(uuid.uuid4()), name=form.name, acronym=form.acronym, created_at=now)
        session.add(made)
        note(session, ("super", made.id), "created", author=caller.principal.name, now=now, name=form.name)
        return made.id


def rename(database: Database, caller: Caller, super_id: str, form: SuperForm, now: datetime) -> None:
    """Give a super-entity another name or acronym."""
    with database.session() as session:
        found = super_of(session, caller, super_id, lock=True)
        if form.name != found.name:
            _require_free(session, caller, form.name)
        note(
            session,
            ("super", super_id),
            "renamed",
            author=caller.principal.name,
            now=now,
            before=found.name,
            name=form.name,
        )
        found.name, found.acronym = form.name, form.acronym


def delete(database: Database, caller: Caller, super_id: str, now: datetime) -> None:
    """Take a super-entity away; its entities stay what they are."""
    with database.session() as session:
        found = super_of(session, caller, super_id, lock=True)
        ungroup_all(session, super_id)
        note(session, ("super", super_id), "deleted", author=caller.principal.name, now=now, name=found.name)
        session.delete(found)


def group(
    database: Database, caller: Caller, super_id: str | None, entity_id: str, *, seen: int, now: datetime
) -> None:
    """Put an entity into a super-entity, out of the one that it was in; into none with None.

    Raises:
        PreconditionFailedError: the entity is another one by now.
        ConflictError: it is closed.
    """
    with database.session() as session:
        into = None if super_id is None else super_of(session, caller, super_id, lock=True)
        entity = entity_of(session, caller, entity_id, seen=seen)
        if into is not None and entity.state != MEMBER:
            raise ConflictError(caller.say(fr="Cette entité est close.", en="This entity is closed."))
        if entity.super_entity_id == super_id:
            return
        entity.super_entity_id = super_id
        entity.version += 1
        author = caller.principal.name
        note(
            session,
            ("entity", entity.id),
            "ungrouped" if into is None else "grouped",
            author=author,
            now=now,
            name="" if into is None else into.name,
        )


def _require_free(session: Session, caller: Caller, name: str) -> None:
    if session.scalar(select(SuperEntity.id).where(SuperEntity.name == name)) is not None:
        sentence = caller.say(
            fr="Une autre super-entité porte déjà ce nom.", en="Another super-entity has this name already."
        )
        raise InvalidError(sentence, fields={"name": sentence})
