"""Changes of the state of adhesions, each written down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from dinamis_service.registry.adhesion_states import TRANSITIONS, State
from dinamis_service.registry.tables import Adhesion, AdhesionEvent


class IllegalStepError(Exception):
    """An event that cannot happen in the state of the adhesion."""


def change(
    session: Session, adhesion: Adhesion, event: str, *, author: str, now: datetime, reason: str = ""
) -> None:
    """Let an event happen to an adhesion whose row is locked.

    Raises:
        IllegalStepError: it cannot happen in this state.
    """
    step = TRANSITIONS[event]
    if State(adhesion.state) not in step.origins:
        msg = f"{event} in state {adhesion.state}"
        raise IllegalStepError(msg)
    adhesion.state = step.to.value
    adhesion.version += 1
    if step.to in (State.VALIDATED, State.REFUSED):
        adhesion.decided_at = now
    session.add(
        AdhesionEvent(
            adhesion_id=adhesion.id,
            moment=now,
            author=author,
            event=event,
            state=adhesion.state,
            reason=reason,
        )
    )
