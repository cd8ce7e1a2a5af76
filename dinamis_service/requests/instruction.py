"""What operators do with a request: decide, quote, start production, end it (REQ-22)."""

from __future__ import annotations

from decimal import Decimal

from dinamis_service.errors import ConflictError, InvalidError
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.decisions import ENDS, Decision, needs_quotation, reason_needed, steps_of
from dinamis_service.requests.history import price_cents
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.states import State
from dinamis_service.requests.tables import Order
from dinamis_service.requests.visibility import entity_tag, require_unchanged


class Instruction:
    """Instruction of the requests by one operator.

    Steps that follow from each other are walked here and each is recorded: a request accepted straight
    after its submission passes through arbitration. A decision holds for the request as it was read for it:
    one that changes at the same moment raises `PreconditionFailedError`.

    Args:
        orders: the requests of the service.
        operator: who decides.
        if_match: `ETag` of the request as the operator saw it, where they say.
    """

    def __init__(self, orders: Orders, operator: Caller, if_match: str | None = None) -> None:
        self._orders = orders
        self._operator = operator
        self._if_match = if_match

    def accept(self, order_id: str, reason: str | None = None) -> Order:
        """Accept a request. One with something to pay needs a quotation first, and its acceptance a reason.

        What is paid on the budget of the project was agreed to when it was sent, and needs neither (QUO-10).

        Raises:
            ConflictError: it has something to pay that was not quoted, or cannot be accepted any more.
            InvalidError: a quotation is accepted for the requester without saying why.
        """
        order = self._orders.get(self._operator, order_id)
        if needs_quotation(order):
            raise ConflictError(
                self._operator.say(
                    fr=f"La demande {order_id} a quelque chose à payer : envoyez d'abord un devis.",
                    en=f"Request {order_id} has something to pay: send a quotation first.",
                )
            )
        return self._decide(Decision.ACCEPT, order, reason)

    def refuse(self, order_id: str, reason: str | None) -> Order:
        """Refuse a request, saying why.

        Raises:
            ConflictError: it is decided already.
            InvalidError: no reason is given.
        """
        return self._decide(Decision.REFUSE, self._orders.get(self._operator, order_id), reason)

    def quote(self, order_id: str, eur: Decimal | None, reason: str | None = None) -> Order:
        """Send a quotation for the requester to accept: `eur`, or what the table says.

        Raises:
            ConflictError: nothing is to be paid, or it is too late for a quotation.
            InvalidError: the price is not one, or has to be given because the table has none.
        """
        order = self._orders.get(self._operator, order_id)
        cents = price_cents(order) if eur is None else _cents(eur, self._operator)
        if cents is None:
            raise InvalidError(
                self._operator.say(
                    fr="La table n'a pas de prix pour ces crédits : donnez-le en euros.",
                    en="The table has no price for these credits: give it in euros.",
                )
            )
        if cents == 0:
            raise ConflictError(
                self._operator.say(
                    fr=f"La demande {order_id} n'a rien à payer : elle n'a pas besoin de devis.",
                    en=f"Request {order_id} has nothing to pay: it needs no quotation.",
                )
            )
        return self._decide(Decision.QUOTE, order, reason, quoted_cents=cents)

    def produce(self, order_id: str, reason: str | None = None) -> Order:
        """Start the next phase: production of archive scenes; tasking, then acquisition, of new ones.

        Raises:
            ConflictError: the request is not accepted, or in its last phase already.
        """
        return self._decide(Decision.PRODUCE, self._orders.get(self._operator, order_id), reason)

    def end(self, order_id: str, state: State, reason: str | None) -> Order:
        """End a request as failed, expired or cancelled, saying why.

        Raises:
            ConflictError: it cannot end that way from where it is.
            InvalidError: no reason is given.
        """
        decision = {end: one for one, end in ENDS.items()}[state]
        return self._decide(decision, self._orders.get(self._operator, order_id), reason)

    def _decide(self, decision: Decision, order: Order, reason: str | None, **values: int) -> Order:
        """Record the steps of a decision.

        Raises:
            InvalidError: it is left unexplained and must not be.
        """
        if reason_needed(decision, order) and not (reason or "").strip():
            sentence = self._operator.say(fr="Donnez la raison.", en="Give the reason.")
            raise InvalidError(sentence, fields={"reason": sentence})
        seen = self._if_match or entity_tag(order)

        def check(found: Order) -> bool:
            require_unchanged(found, self._operator, seen)
            return True

        steps = steps_of(decision, order)
        return self._orders.move(self._operator, order.id, steps, reason, check=check, **values)


def _cents(eur: Decimal, operator: Caller) -> int:
    """Whole cents of a price."""
    cents = eur * 100
    if not eur.is_finite() or cents < 0 or cents != int(cents):
        raise InvalidError(
            operator.say(fr=f"{eur} n'est pas un prix en euros.", en=f"{eur} is not a price in euros.")
        )
    return int(cents)
