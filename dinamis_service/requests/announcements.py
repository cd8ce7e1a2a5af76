"""Who is told of what happens to a request (REQ-24): the requester, or the operators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dinamis_service.notifications.posting import Kind, News, Topic, tell, tell_operators
from dinamis_service.quotas.geometry import AREA_STEP
from dinamis_service.quotas.words import Words
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.history import price_cents
from dinamis_service.requests.message_tables import OrderMessage
from dinamis_service.requests.states import Actor, State
from dinamis_service.requests.tables import Order, Project

EXCERPT = 300

_TO_OPERATORS: dict[tuple[bool, State], tuple[Kind, Topic]] = {
    (True, State.ACCEPTED): (Kind.QUOTATION, Topic.QUOTATION_ACCEPTED),
    (True, State.CANCELLED): (Kind.QUOTATION, Topic.QUOTATION_DECLINED),
    (False, State.CANCELLED): (Kind.STATE, Topic.CANCELLED),
}
"""What operators are told of what a requester did: whether a quotation waited, and where it led."""


def submitted(session: Session, order: Order, caller: Caller, moment: datetime) -> None:
    """Tell the operators of a new request."""
    facts = {
        "author": order.owner_name,
        "request": order.kind,
        "sensor": order.sensor,
        "area_km2": str(AREA_STEP * order.area_units),
    }
    tell_operators(session, caller.principal.sub, _news(order, Kind.STATE, Topic.SUBMITTED, moment, facts))


def moved(session: Session, order: Order, source: State, actor: Actor, caller: Caller) -> None:
    """Tell of a change of state from `source`: the requester, or the operators if the requester made it."""
    change = order.changes[-1]
    state = State(order.state)
    facts: dict[str, Any] = {"author": change.author, "reason": change.reason, "state": state.value}
    if actor is Actor.OPERATOR:
        kind, topic = Kind.STATE, Topic.STATE
        if state is State.QUOTATION:
            kind, topic = Kind.QUOTATION, Topic.QUOTATION
            facts["cents"] = price_cents(order)
        elif state is State.DELIVERED:
            kind, topic = Kind.DELIVERY, Topic.DELIVERY
            facts["count"] = len(order.delivered_items)
        tell(session, order.owner_sub, _news(order, kind, topic, change.moment, facts))
    elif (source is State.QUOTATION, state) in _TO_OPERATORS:
        kind, topic = _TO_OPERATORS[source is State.QUOTATION, state]
        tell_operators(session, caller.principal.sub, _news(order, kind, topic, change.moment, facts))


def written(session: Session, order: Order, message: OrderMessage) -> None:
    """Tell the other side of a message."""
    excerpt = message.text if len(message.text) <= EXCERPT else f"{message.text[:EXCERPT]}…"
    facts = {"author": message.author, "excerpt": excerpt, "files": len(message.attachments)}
    if message.side == Actor.REQUESTER:
        news = _news(order, Kind.MESSAGE, Topic.QUESTION, message.moment, facts)
        tell_operators(session, message.author_sub, news)
    else:
        news = _news(order, Kind.MESSAGE, Topic.ANSWER, message.moment, facts)
        tell(session, order.owner_sub, news)


def project_changed(
    session: Session, project: Project, caller: Caller, what: Words, *, reason: str | None, moment: datetime
) -> None:
    """Tell the owner of a project what an operator changed of it."""
    if caller.principal.sub != project.owner_sub:
        facts = {"what": what._asdict(), "reason": reason, "author": caller.principal.name}
        news = News(Kind.PROJECT, Topic.PROJECT, moment, project_id=project.id, facts=facts)
        tell(session, project.owner_sub, news)


def _news(order: Order, kind: Kind, topic: Topic, moment: datetime, facts: dict[str, Any]) -> News:
    return News(kind, topic, moment, order_id=order.id, project_id=order.project_id, facts=facts)
