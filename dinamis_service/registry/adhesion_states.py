"""States of the adhesion of an entity, and every way from one to the next (REG-27, REG-28).

Decisions of ours: the partner validates the partnership after the legal representative signed and before
DINAMIS instructs, since operators judge a request that is whole; a refusal, by either, ends the request.
Until the legal representative has signed, the referent may take the form back and correct it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dinamis_service.quotas.words import Words


class State(StrEnum):
    """Where an adhesion is."""

    DRAFT = "draft"
    ACCEPTED = "accepted"
    PARTNER = "partner"
    INSTRUCTION = "instruction"
    VALIDATED = "validated"
    REFUSED = "refused"
    CLOSED = "closed"


class Event(StrEnum):
    """What happens to an adhesion."""

    ACCEPT = "accept"
    REOPEN = "reopen"
    SIGN = "sign"
    SIGN_WITH_PARTNER = "sign_with_partner"
    ACCEPT_PARTNERSHIP = "accept_partnership"
    REFUSE_PARTNERSHIP = "refuse_partnership"
    VALIDATE = "validate"
    REFUSE = "refuse"
    CLOSE = "close"
    RESUME = "resume"


class Who(StrEnum):
    """Whose decision an event is."""

    REFERENT = "referent"
    LEGAL_REPRESENTATIVE = "legal_representative"
    PARTNER = "partner"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Transition:
    """From which states an event leads where, and by whom."""

    origins: frozenset[State]
    to: State
    who: Who


TRANSITIONS: dict[Event, Transition] = {
    Event.ACCEPT: Transition(frozenset({State.DRAFT}), State.ACCEPTED, Who.REFERENT),
    Event.REOPEN: Transition(frozenset({State.ACCEPTED}), State.DRAFT, Who.REFERENT),
    Event.SIGN: Transition(frozenset({State.ACCEPTED}), State.INSTRUCTION, Who.LEGAL_REPRESENTATIVE),
    Event.SIGN_WITH_PARTNER: Transition(frozenset({State.ACCEPTED}), State.PARTNER, Who.LEGAL_REPRESENTATIVE),
    Event.ACCEPT_PARTNERSHIP: Transition(frozenset({State.PARTNER}), State.INSTRUCTION, Who.PARTNER),
    Event.REFUSE_PARTNERSHIP: Transition(frozenset({State.PARTNER}), State.REFUSED, Who.PARTNER),
    Event.VALIDATE: Transition(frozenset({State.INSTRUCTION}), State.VALIDATED, Who.OPERATOR),
    Event.REFUSE: Transition(
        frozenset({State.ACCEPTED, State.PARTNER, State.INSTRUCTION}), State.REFUSED, Who.OPERATOR
    ),
    Event.CLOSE: Transition(frozenset({State.VALIDATED}), State.CLOSED, Who.OPERATOR),
    Event.RESUME: Transition(frozenset({State.CLOSED}), State.VALIDATED, Who.OPERATOR),
}

UNDER_WAY = frozenset({State.ACCEPTED, State.PARTNER, State.INSTRUCTION})
"""Somebody still has to decide; the form may not be changed any more."""

TITLES: dict[State, Words] = {
    State.DRAFT: Words("En cours de saisie", "Being filled in"),
    State.ACCEPTED: Words(
        "À valider par le représentant légal", "To be validated by the legal representative"
    ),
    State.PARTNER: Words("Partenariat à valider", "Partnership to be validated"),
    State.INSTRUCTION: Words("En instruction", "Under instruction"),
    State.VALIDATED: Words("Validée", "Validated"),
    State.REFUSED: Words("Refusée", "Refused"),
    State.CLOSED: Words("Clôturée", "Closed"),
}
