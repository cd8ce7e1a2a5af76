"""Who looked at, or took away, data about a person or an entity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import AccessRecord

ACCOUNT, ENTITY = "account", "entity"


class Action(StrEnum):
    """What is done with data about somebody; others may be written down too."""

    VIEWED = "viewed"
    LISTED = "listed"
    CHANGED = "changed"
    EXPORTED = "exported"


def record(  # noqa: PLR0917 (who, what, how, when)
    session: Session, actor: Principal | None, about_kind: str, about_id: str, action: str, now: datetime
) -> None:
    """Write down that `actor` (None: the service by itself) did `action` with data about somebody.

    Args:
        session: the transaction of what is done.
        actor: who.
        about_kind: `account` or `entity`.
        about_id: which.
        action: one of `Action`, or another word.
        now: moment.
    """
    session.add(
        AccessRecord(
            moment=now,
            actor_id=actor.sub if actor else None,
            actor=actor.name if actor else "",
            about_kind=about_kind,
            about_id=about_id,
            action=action,
        )
    )


def about_account(session: Session, sub: str, limit: int) -> Sequence[AccessRecord]:
    """Who looked at the data of the person `sub`, the newest first."""
    of_person = (AccessRecord.about_kind == ACCOUNT) & (AccessRecord.about_id == sub)
    return session.scalars(
        select(AccessRecord).where(of_person).order_by(AccessRecord.id.desc()).limit(limit)
    ).all()
