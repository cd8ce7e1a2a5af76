"""The requests as operators look through them: filtered, counted by state, a page at a time (REQ-22)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, func, or_, select
from sqlalchemy.orm import Session, defer

from dinamis_service.quotas.table import RequestKind, Sensor
from dinamis_service.requests.states import State
from dinamis_service.requests.tables import Order, Project

AWAITING_OPERATOR = frozenset(
    {
        State.SUBMITTED,
        State.ARBITRATION,
        State.ACCEPTED,
        State.PRODUCTION,
        State.PROGRAMMED,
        State.ACQUIRING,
    }
)
"""States in which the next step is an operator's or the supplier's, not the requester's."""


@dataclass(frozen=True)
class QueueFilter:
    """Which requests are looked for; what is left out does not narrow.

    Args:
        states: those of a request may be.
        text: words, each in the identifier, the requester's name or address, or the title of the project.
    """

    states: frozenset[State] = frozenset(State)
    sensor: Sensor | None = None
    kind: RequestKind | None = None
    project_id: str = ""
    text: str = ""
    newest_first: bool = False


@dataclass(frozen=True)
class Queued:
    """Some requests of the queue.

    Args:
        rows: requests, without their zone and parameters.
        total: requests that the filter finds.
        counts: requests of each state that the rest of the filter finds.
    """

    rows: Sequence[Order]
    total: int
    counts: Mapping[State, int]


def look_through(session: Session, wanted: QueueFilter, *, offset: int, limit: int) -> Queued:
    """Requests of the queue from number `offset` on, oldest first unless the filter says otherwise."""
    found = _found(wanted)
    counted = select(found.c.state, func.count()).group_by(found.c.state)
    counts = {State(state): number for state, number in session.execute(counted)}
    sequences = select(found.c.sequence)
    if not wanted.states.issuperset(counts):
        sequences = sequences.where(found.c.state.in_(wanted.states))
    by = found.c.sequence.desc() if wanted.newest_first else found.c.sequence
    # the rows of the page are found by their narrow columns before they are read whole
    numbers = list(session.scalars(sequences.order_by(by).offset(offset).limit(limit)))
    whole = select(Order).where(Order.sequence.in_(numbers))
    orders = session.scalars(whole.options(defer(Order.geometry), defer(Order.parameters))).unique()
    rows = sorted(orders, key=lambda order: numbers.index(order.sequence))
    return Queued(rows, sum(number for state, number in counts.items() if state in wanted.states), counts)


def _found(wanted: QueueFilter) -> Subquery:
    """Number and state of the requests that all of the filter but its states finds."""
    narrow = select(Order.sequence, Order.state).where(*_conditions(wanted))
    return (narrow.join(Project) if wanted.text else narrow).subquery()


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    """All of the filter but its states."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.sensor is not None:
        conditions.append(Order.sensor == wanted.sensor)
    if wanted.kind is not None:
        conditions.append(Order.kind == wanted.kind)
    if wanted.project_id:
        conditions.append(Order.project_id == wanted.project_id)
    for word in wanted.text.split():
        places = (Order.id, Order.owner_name, Order.owner_email, Project.title)
        conditions.append(or_(*(place.icontains(word, autoescape=True) for place in places)))
    return conditions
