"""The open-data licence extended to an entity over a Region (SUP-10): a kind of licence, with dates."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dinamis_service.db import Database
from dinamis_service.errors import ConflictError, InvalidError, NotFoundError
from dinamis_service.notifications.letters import Letter
from dinamis_service.registry.entity_admin import MEMBER, entity_of, required_reason, tell_referents
from dinamis_service.registry.events import note
from dinamis_service.registry.regions import REGIONS
from dinamis_service.registry.tables import Entity, Extension
from dinamis_service.requests.caller import Caller


class ExtensionForm(BaseModel):
    """A Region, and the first and last day (UTC, included; no last day: without end)."""

    model_config = ConfigDict(extra="forbid")

    region: Annotated[str, Field(max_length=3)]
    starts: date
    ends: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends is not None and self.ends < self.starts:
            raise PydanticCustomError("closes_before", "closes before it opens")
        return self


def extensions_of(session: Session, entity_id: str) -> Sequence[Extension]:
    """Extensions of an entity, the newest first."""
    found = select(Extension).where(Extension.entity_id == entity_id)
    return session.scalars(found.order_by(Extension.starts.desc(), Extension.region)).all()


def in_force(session: Session, entity_id: str, today: date) -> Sequence[Extension]:
    """Extensions of an entity that hold today (UTC)."""
    return [one for one in extensions_of(session, entity_id) if holds(one, today)]


def holds(extension: Extension, today: date) -> bool:
    """Whether an extension holds on a day (UTC)."""
    return extension.starts <= today and (extension.ends is None or today <= extension.ends)


def grant(database: Database, caller: Caller, entity_id: str, form: ExtensionForm, *, now: datetime) -> None:
    """Extend the open-data licence to an entity over a Region.

    Raises:
        InvalidError: there is no such Region.
        ConflictError: the entity is closed, or has one over this Region on some of these days.
    """
    with database.session() as session:
        entity = entity_of(session, caller, entity_id)
        session.get_one(Entity, entity_id, with_for_update=True)  # grants of one entity wait for each other
        if form.region not in REGIONS:
            sentence = caller.say(fr="Choisissez une Région.", en="Choose a Region.")
            raise InvalidError(sentence, fields={"region": sentence})
        if entity.state != MEMBER:
            raise ConflictError(caller.say(fr="Cette entité est close.", en="This entity is closed."))
        if _overlapping(session, entity_id, form):
            raise ConflictError(
                caller.say(
                    fr="L'entité a déjà une extension sur cette Région pendant ces jours.",
                    en="The entity has an extension over this Region on these days already.",
                )
            )
        author = caller.principal.name
        session.add(
            Extension(
                id=str(uuid.uuid4()),
                entity_id=entity_id,
                region=form.region,
                starts=form.starts,
                ends=form.ends,
                granted_by=author,
                granted_at=now,
            )
        )
        region = REGIONS[form.region]
        note(
            session,
            ("entity", entity_id),
            "extended",
            author=author,
            now=now,
            name=region,
            starts=form.starts.isoformat(),
            ends=form.ends.isoformat() if form.ends else "",
        )
        tell_referents(session, entity, Letter.LICENCE_EXTENDED, now, region=region, days=_days(form))


def end(
    database: Database, caller: Caller, extension_id: str, last: date, reason: str, *, now: datetime
) -> str:
    """Let an extension end on a day (UTC, included); gives the id of its entity.

    Raises:
        NotFoundError: there is none.
        InvalidError: the day is before its first one, or no reason is given.
    """
    with database.session() as session:
        extension = session.get(Extension, extension_id, with_for_update=True)
        if extension is None:
            raise NotFoundError(
                caller.say(fr="Cette extension n'existe pas.", en="There is no such extension.")
            )
        entity_of(session, caller, extension.entity_id)
        reason = required_reason(caller, reason)
        if last < extension.starts:
            sentence = caller.say(
                fr="Le dernier jour précède le premier.", en="The last day is before the first one."
            )
            raise InvalidError(sentence, fields={"last": sentence})
        extension.ends = last
        note(
            session,
            ("entity", extension.entity_id),
            "extension_ended",
            author=caller.principal.name,
            now=now,
            reason=reason,
            name=REGIONS.get(extension.region, extension.region),
            ends=last.isoformat(),
        )
        return extension.entity_id


def _overlapping(session: Session, entity_id: str, form: ExtensionForm) -> bool:
    wanted = select(Extension.id).where(
        Extension.entity_id == entity_id,
        Extension.region == form.region,
        or_(Extension.ends.is_(None), Extension.ends >= form.starts),
    )
    if form.ends is not None:
        wanted = wanted.where(Extension.starts <= form.ends)
    return session.scalar(wanted.limit(1)) is not None


def _days(form: ExtensionForm) -> str:
    """Both days, as any reader of either language reads them (ISO 8601)."""
    return f"{form.starts.isoformat()} / {form.ends.isoformat() if form.ends else '…'} (UTC)"
