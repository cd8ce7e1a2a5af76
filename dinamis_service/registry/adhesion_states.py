"""The states of an adhesion and the steps between them (REG-27, REG-28; domain.md 3.9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where an adhesion stands."""

    DRAFT = "draft"
    ACCEPTED = "accepted"
    PARTNER = "partner"
    INSTRUCTION = "instruction"
    VALIDATED = "validated"
    REFUSED = "refused"
    CLOSED = "closed"


@dataclass(frozen=True)
class Step:
    """From which states an event leads to which one, and who brings it about."""

    origins: frozenset[State]
    to: State
    who: str


TRANSITIONS: dict[str, Step] = {
    "accept": Step(frozenset({State.DRAFT}), State.ACCEPTED, "referent"),
    "sign": Step(frozenset({State.ACCEPTED}), State.INSTRUCTION, "legal_representative"),
    "sign_with_partner": Step(frozenset({State.ACCEPTED}), State.PARTNER, "legal_representative"),
    "partner_accept": Step(frozenset({State.PARTNER}), State.INSTRUCTION, "partner"),
    "partner_refuse": Step(frozenset({State.PARTNER}), State.REFUSED, "partner"),
    "validate": Step(frozenset({State.INSTRUCTION}), State.VALIDATED, "operator"),
    "refuse": Step(frozenset({State.INSTRUCTION, State.PARTNER}), State.REFUSED, "operator"),
    "close": Step(frozenset({State.VALIDATED}), State.CLOSED, "operator"),
}
