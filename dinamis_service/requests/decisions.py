"""Which decisions operators may make on a request as it stands now (REQ-22)."""

from __future__ import annotations

from enum import StrEnum

from dinamis_service.quotas.table import RequestKind
from dinamis_service.requests.history import price_cents
from dinamis_service.requests.states import Actor, State, may_move, way_to
from dinamis_service.requests.tables import Order


class Decision(StrEnum):
    """What somebody who instructs a request decides."""

    ACCEPT = "accept"
    QUOTE = "quote"
    REFUSE = "refuse"
    PRODUCE = "produce"
    DELIVER = "deliver"
    FAIL = "fail"
    EXPIRE = "expire"
    CANCEL = "cancel"


ENDS = {
    Decision.FAIL: State.FAILED,
    Decision.EXPIRE: State.EXPIRED,
    Decision.CANCEL: State.CANCELLED,
}
"""Decisions that end a request before its delivery."""

DELIVERABLE = frozenset({State.ACCEPTED, State.PRODUCTION, State.PROGRAMMED, State.ACQUIRING})
"""States from which a delivery walks the rest of the way by itself."""

_ARBITRATED = {Decision.QUOTE: State.QUOTATION, Decision.REFUSE: State.REJECTED}


def steps_of(decision: Decision, order: Order) -> list[State]:
    """States that a decision walks a request through; steps that follow from each other are all there.

    Whether each is legal from where the request is, is `may_move`'s to say.
    """
    state, kind = State(order.state), RequestKind(order.kind)
    if decision in ENDS:
        return [ENDS[decision]]
    if decision in _ARBITRATED:
        target = _ARBITRATED[decision]
        return [target] if state is State.ARBITRATION else [State.ARBITRATION, target]
    if decision is Decision.PRODUCE:
        return [_next_phase(state, kind)]
    target = State.ACCEPTED if decision is Decision.ACCEPT else State.DELIVERED
    return way_to(state, target, kind)


def possible(order: Order, actor: Actor) -> list[Decision]:
    """The decisions that `actor` may make on the request now."""
    return [one for one in Decision if _suits(one, order) and _is_legal(one, order, actor)]


def reason_needed(decision: Decision, order: Order) -> bool:
    """Whether a decision must be explained: it goes against the requester, or is made in their place."""
    in_their_place = decision is Decision.ACCEPT and order.state == State.QUOTATION
    return in_their_place or decision is Decision.REFUSE or decision in ENDS


def needs_quotation(order: Order) -> bool:
    """Whether a request has something to pay that neither a quotation nor the project's budget covers."""
    return price_cents(order) != 0 and order.budget_cents is None and order.state != State.QUOTATION


def _suits(decision: Decision, order: Order) -> bool:
    """Whether the price and the phase of a request leave room for a decision."""
    if decision is Decision.ACCEPT:
        return not needs_quotation(order)
    if decision is Decision.QUOTE:
        return price_cents(order) != 0
    if decision is Decision.DELIVER:
        return order.state in DELIVERABLE
    return True


def _is_legal(decision: Decision, order: Order, actor: Actor) -> bool:
    """Whether each step of a decision may be made."""
    kind, source = RequestKind(order.kind), State(order.state)
    for target in steps_of(decision, order):
        if not may_move(source, target, actor, kind):
            return False
        source = target
    return True


def _next_phase(state: State, kind: RequestKind) -> State:
    """Production of archive scenes; tasking, then acquisition, of new ones."""
    if kind is RequestKind.ARCHIVE:
        return State.PRODUCTION
    return State.ACQUIRING if state is State.PROGRAMMED else State.PROGRAMMED
