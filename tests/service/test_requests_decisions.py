"""Decisions that are offered on a request: those that instruction takes, and no others."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from clocks import MovableClock
from requesters import Requester
from running import SignedIn
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.errors import ConflictError, InvalidError
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.decisions import DELIVERABLE, ENDS, Decision, possible, reason_needed
from dinamis_service.requests.instruction import Instruction
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.states import Actor, State
from dinamis_service.requests.tables import Order

ELSEWHERE = {"archive": {State.PROGRAMMED, State.ACQUIRING}, "programming": {State.PRODUCTION}}
PRICES = {"free": 0, "priced": 5000, "to be quoted": None}


@pytest.fixture
def orders(context: Context, clock: MovableClock) -> Orders:
    return Orders(context.database, context.catalogue, clock)


def made(context: Context, order_id: str, **values: Any) -> None:
    """Bring a request into a state that the rules alone would take many steps to reach."""
    with context.database.session() as session:
        order = session.scalars(select(Order).where(Order.id == order_id)).one()
        for name, value in values.items():
            setattr(order, name, value)


def tried(instruction: Instruction, decision: Decision, order_id: str, reason: str | None) -> Order:
    if decision in ENDS:
        return instruction.end(order_id, ENDS[decision], reason)
    if decision is Decision.REFUSE:
        return instruction.refuse(order_id, reason)
    if decision is Decision.QUOTE:
        return instruction.quote(order_id, Decimal("12.50"), reason)
    return getattr(instruction, decision.value)(order_id, reason)


@pytest.mark.parametrize("kind", ["archive", "programming"])
def test_what_is_offered_is_what_is_taken(
    context: Context, client: Any, signed_in: Callable[..., SignedIn], orders: Orders, kind: str
) -> None:
    requester = Requester(client, signed_in())
    operator = Caller(signed_in("operator").principal, "en")
    instruction = Instruction(orders, operator)
    order_id = requester.submit()["id"]
    assessment = dict(orders.get(operator, order_id).assessment)
    taken = 0
    for state, (price, cents) in product(set(State) - ELSEWHERE[kind], PRICES.items()):
        judged = {**assessment, "price": {**assessment["price"], "cents": cents}}
        values = {"state": state.value, "kind": kind, "assessment": judged, "quoted_cents": None}
        for decision in Decision:
            made(context, order_id, **values)
            order = orders.get(operator, order_id)
            offered = decision in possible(order, Actor.OPERATOR)
            if decision is Decision.DELIVER:  # takes files; the states it starts from are its own rule
                assert offered == (state in DELIVERABLE)
                continue
            if decision is Decision.QUOTE and price == "free":
                assert not offered
                continue
            if offered and reason_needed(decision, order):
                with pytest.raises(InvalidError, match="reason"):
                    tried(instruction, decision, order_id, "  ")
            try:
                tried(instruction, decision, order_id, "because")
            except ConflictError:
                assert not offered, (state, price, decision)
            else:
                assert offered, (state, price, decision)
                taken += 1
    assert taken > 30


def test_an_operator_does_not_instruct_their_own_request(
    context: Context, client: Any, signed_in: Callable[..., SignedIn], orders: Orders
) -> None:
    operator = signed_in("operator")
    order_id = Requester(client, operator).submit()["id"]
    order = orders.get(Caller(operator.principal, "en"), order_id)
    assert possible(order, Actor.REQUESTER) == [Decision.CANCEL]
