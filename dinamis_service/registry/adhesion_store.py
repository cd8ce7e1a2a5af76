"""Adhesions in the state: found by their mailed link, kept as they are typed, changed by a table."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from dinamis_service.quotas.words import Words
from dinamis_service.registry.adhesion_states import TITLES, TRANSITIONS, UNDER_WAY, Event, State
from dinamis_service.registry.tables import Adhesion, AdhesionEvent, MailedLink

DRAFT_LIFE = timedelta(days=90)
"""A draft that nobody accepted is forgotten after this time, with all that was typed."""


class IllegalStepError(Exception):
    """An adhesion is not where an event could happen to it; `words` says so."""

    def __init__(self, state: State) -> None:
        title = TITLES[state]
        self.words = Words(
            f"Cette demande d'adhésion est maintenant : {title.fr}. Rien n'a été changé.",
            f"This adhesion request is now: {title.en}. Nothing was changed.",
        )
        self.state = state
        super().__init__(self.words.en)


def change(
    session: Session, adhesion: Adhesion, event: str, *, author: str, now: datetime, reason: str = ""
) -> None:
    """Let an event happen to an adhesion, and write down who did it, when and why.

    The row is locked first and read anew: of two decisions at once the second one is refused.

    Raises:
        IllegalStepError: its state does not allow the event.
    """
    session.flush()
    session.refresh(adhesion, with_for_update=True)
    transition = TRANSITIONS[Event(event)]
    if State(adhesion.state) not in transition.origins:
        raise IllegalStepError(State(adhesion.state))
    adhesion.state = transition.to.value
    adhesion.version += 1
    if transition.to in (State.VALIDATED, State.REFUSED):
        adhesion.decided_at = now
    session.add(
        AdhesionEvent(
            adhesion_id=adhesion.id,
            moment=now,
            author=author,
            event=Event(event).value,
            state=adhesion.state,
            reason=reason,
        )
    )


def history(session: Session, adhesion_id: str) -> list[AdhesionEvent]:
    """What happened to an adhesion, the first event first."""
    events = select(AdhesionEvent).where(AdhesionEvent.adhesion_id == adhesion_id)
    return list(session.scalars(events.order_by(AdhesionEvent.id)))


def of_link(session: Session, link: MailedLink) -> Adhesion | None:
    """The adhesion that the owner of a mailed link has begun, whichever of their links it was.

    One that is under way comes before a draft, and the newest before the others.
    """
    if link.about_id:
        return session.get(Adhesion, link.about_id)
    return of_address(session, link.email)


def of_address(session: Session, email: str) -> Adhesion | None:
    """The adhesion of an address that is not over yet; one under way before a draft."""
    found = session.scalars(
        select(Adhesion)
        .where(Adhesion.email == email, Adhesion.state.in_([State.DRAFT, *UNDER_WAY]))
        .order_by(Adhesion.created_at.desc())
    ).all()
    return min(found, key=lambda one: one.state == State.DRAFT, default=None)


def abandoned(now: datetime) -> ColumnElement[bool]:
    """Drafts that nobody came back to."""
    return (Adhesion.state == State.DRAFT) & (Adhesion.created_at < now - DRAFT_LIFE)


def begin(session: Session, link: MailedLink, language: str, now: datetime) -> Adhesion:
    """The draft of a link, made at its first use."""
    adhesion = Adhesion(
        id=str(uuid.uuid4()),
        email=link.email,
        language=language,
        state=State.DRAFT.value,
        form={},
        created_at=now,
        version=1,
    )
    session.add(adhesion)
    link.about_id = adhesion.id
    return adhesion


def keep(adhesion: Adhesion, step: str, typed: dict[str, Any]) -> None:
    """Keep what was typed at a step; the rest of the form stays as it is."""
    adhesion.form = {**adhesion.form, step: {**adhesion.form.get(step, {}), **typed}}
