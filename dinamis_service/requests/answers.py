"""What is answered to a request as it stands: it is cancelled, its quotation is accepted or declined.

Sending an answer again changes nothing: a request that is already where the answer leads stays there.
"""

from __future__ import annotations

from dinamis_service.errors import ConflictError
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.states import Actor, State
from dinamis_service.requests.tables import Order
from dinamis_service.requests.visibility import require_actor, require_unchanged


def cancel(
    orders: Orders, caller: Caller, order_id: str, reason: str | None, if_match: str | None = None
) -> Order:
    """Cancel a request while it is legal.

    Raises:
        NotFoundError: the caller cannot see the request.
        ForbiddenError: the caller only looks on.
        PreconditionFailedError: it is not as `if_match` says any more.
        ConflictError: it cannot be cancelled from where it is.
    """

    def check(order: Order) -> bool:
        return _is_news(order, State.CANCELLED, caller, if_match)

    return orders.move(caller, order_id, [State.CANCELLED], reason, check=check)


def accept_quotation(orders: Orders, caller: Caller, order_id: str, if_match: str | None = None) -> Order:
    """Accept the price of one's own request.

    Raises:
        NotFoundError: the caller cannot see the request.
        ForbiddenError: the request is somebody else's.
        PreconditionFailedError: it is not as `if_match` says any more.
        ConflictError: it does not wait for that.
    """
    return _answer_quotation(orders, caller, order_id, target=State.ACCEPTED, reason=None, if_match=if_match)


def decline_quotation(
    orders: Orders, caller: Caller, order_id: str, reason: str | None, if_match: str | None = None
) -> Order:
    """Decline the price of one's own request, which cancels it.

    Raises:
        NotFoundError, ForbiddenError, PreconditionFailedError, ConflictError: as `accept_quotation`.
    """
    return _answer_quotation(
        orders, caller, order_id, target=State.CANCELLED, reason=reason, if_match=if_match
    )


def _answer_quotation(
    orders: Orders,
    caller: Caller,
    order_id: str,
    *,
    target: State,
    reason: str | None,
    if_match: str | None,
) -> Order:
    def check(order: Order) -> bool:
        require_actor(order, caller, Actor.REQUESTER)
        news = _is_news(order, target, caller, if_match)
        if news and order.state != State.QUOTATION:
            raise ConflictError(
                caller.say(
                    fr=f"La demande {order.id} n'attend pas de réponse à un devis.",
                    en=f"Request {order.id} does not wait for an answer to a quotation.",
                )
            )
        return news

    return orders.move(caller, order_id, [target], reason, check=check)


def _is_news(order: Order, target: State, caller: Caller, if_match: str | None) -> bool:
    """Whether the request is not at `target` yet; then it has to be as the caller saw it."""
    if order.state == target:
        return False
    require_unchanged(order, caller, if_match)
    return True
