"""Who sees a request, and in what capacity they may act on it: the one place of these rights."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from dinamis_service.errors import ForbiddenError, NotFoundError
from dinamis_service.preconditions import require_match
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.project_access import usable_by
from dinamis_service.requests.states import Actor
from dinamis_service.requests.tables import Order, Project


def may_see(caller: Caller) -> ColumnElement[bool]:
    """Requests that are shown to a person: own ones and those under projects they see; all to operators.

    A condition rather than a function of one request, so that lists and single requests obey the same rule.
    """
    if caller.principal.is_operator:
        return true()
    projects = select(Project.id).where(usable_by(caller))
    return or_(Order.owner_sub == caller.principal.sub, Order.project_id.in_(projects))


def is_own(order: Order, caller: Caller) -> bool:
    """Whether the person made the request."""
    return order.owner_sub == caller.principal.sub


def actor_of(order: Order, caller: Caller) -> Actor | None:
    """In what capacity the person acts on a request they see; None for who only looks on.

    Operators are the requesters of their own requests: nobody decides on what they asked for themselves.
    """
    if is_own(order, caller):
        return Actor.REQUESTER
    return Actor.OPERATOR if caller.principal.is_operator else None


def require_actor(order: Order, caller: Caller, *allowed: Actor) -> Actor:
    """The capacity in which the person acts.

    Raises:
        ForbiddenError: they only look on, or not in one of those `allowed` (all, by default).
    """
    actor = actor_of(order, caller)
    if actor is None or (allowed and actor not in allowed):
        raise ForbiddenError(
            caller.say(
                fr=f"Vous pouvez consulter la demande {order.id}, pas y faire cela.",
                en=f"You may read request {order.id}, not do this with it.",
            )
        )
    return actor


def find(session: Session, caller: Caller, order_id: str, *, lock: bool = False) -> Order:
    """A request that the person may see, locked until the transaction ends when it is to be changed.

    Raises:
        NotFoundError: there is none for them.
    """
    wanted = select(Order).where(Order.id == order_id, may_see(caller))
    if lock:
        wanted = wanted.with_for_update(of=Order)
    order = session.scalars(wanted).one_or_none()
    if order is None:
        raise NotFoundError(
            caller.say(
                fr=f"Il n'y a pas de demande « {order_id} » pour vous.",
                en=f"There is no request '{order_id}' for you.",
            )
        )
    return order


def entity_tag(order: Order) -> str:
    """The `ETag` of a request: another one after each change of state."""
    return f'"{order.id}-{order.version}"'


def require_unchanged(order: Order, caller: Caller, if_match: str | None) -> None:
    """Refuse an action on a request that is not as the person saw it; without `If-Match`, never.

    Raises:
        PreconditionFailedError: it changed meanwhile.
    """
    require_match(if_match, entity_tag(order), caller.language)
