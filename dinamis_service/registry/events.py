"""What operators did with entities, accounts and super-entities: written with it, never rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dinamis_service.registry.tables import RegistryEvent

About = Literal["entity", "account", "super"]


def note(
    session: Session,
    about: tuple[About, str],
    event: str,
    *,
    author: str,
    now: datetime,
    reason: str = "",
    **facts: Any,
) -> None:
    """Write down what was done to `about`, a kind and an id; `facts` are what JSON can hold."""
    kind, about_id = about
    session.add(
        RegistryEvent(
            moment=now,
            author=author,
            about_kind=kind,
            about_id=about_id,
            event=event,
            facts=facts,
            reason=reason,
        )
    )


def events_of(session: Session, about: About, about_id: str) -> Sequence[RegistryEvent]:
    """What was done to it, the newest first."""
    found = select(RegistryEvent).where(RegistryEvent.about_kind == about, RegistryEvent.about_id == about_id)
    return session.scalars(found.order_by(RegistryEvent.id.desc())).all()
