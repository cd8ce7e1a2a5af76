"""The page of one request, and the decisions taken on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, PreconditionFailedError, ServiceError
from dinamis_service.numbers import read_number
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.decisions import ENDS, Decision, possible
from dinamis_service.requests.instruction import Instruction
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.products import PRODUCTS
from dinamis_service.requests.states import Actor
from dinamis_service.requests.tables import Order
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.land import Land
from dinamis_service.web.operator.drop import describe_delivery
from dinamis_service.web.operator.request_view import (
    describe_decisions,
    describe_request,
    others_of_project,
)
from dinamis_service.web.pages import Page

PATH = "/operator/requests/{order_id}"


class DecisionForm(BaseModel):
    """A decision as it is sent; `seen` is the number of changes of state that the page showed."""

    form_token: str = ""
    seen: int = 0
    decision: str = ""
    reason: str = ""
    eur: str = ""


@dataclass(frozen=True)
class Said:
    """What the page says after a form was sent: done, or refused with what was typed kept.

    Args:
        of: `deliver` for the form of a delivery.
        seen: number of changes of state that the form knew of, where it was refused for not knowing all.
    """

    status: int = 200
    of: str = ""
    done: str = ""
    error: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    seen: int | None = None


def address_of(order_id: str) -> str:
    """Address of the page of a request."""
    return f"/operator/requests/{quote(order_id, safe='')}"


class RequestPages:
    """Shows requests to operators."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.orders = Orders(context.database, context.catalogue, context.clock)
        self._land = Land(SqliteGazetteer(context.settings.gazetteer_file))

    def show(self, page: Page, operator: Caller, order_id: str, said: Said) -> Response:
        """The page of a request, with what is to be said about the form that was sent."""
        order = self.orders.get(operator, order_id)
        actor = Actor.REQUESTER if order.owner_sub == operator.principal.sub else Actor.OPERATOR
        with self.context.database.reading() as session:
            others = others_of_project(session, order)
        return page.render(
            "operator/request.html",
            said.status,
            **describe_request(page, order, self.context.catalogue, self._land),
            own=actor is Actor.REQUESTER,
            decisions=describe_decisions(page, order, actor),
            deliverable=Decision.DELIVER in possible(order, actor),
            delivery=describe_delivery(self.context, PRODUCTS[order.product_id].collection),
            others=others,
            said=said,
            news=[] if said.seen is None else order.changes[said.seen :],
        )


def build_router(context: Context, pages: RequestPages) -> APIRouter:
    """The page of a request and its form of decisions."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(PATH)
    def show(request: Request, order_id: str, done: str = "") -> Response:
        page = Page(context, request)
        return pages.show(page, operator_of(page), order_id, Said(done=_done(page, done)))

    @router.post(PATH)
    def decide(request: Request, order_id: str, form: Annotated[DecisionForm, Form()]) -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        if not page.came_from_here(form.form_token):
            return pages.show(page, operator, order_id, Said(403, error=page.stale(), form=form.model_dump()))
        try:
            _decide(pages, page, operator, order_id, form)
        except ServiceError as error:
            return pages.show(
                page, operator, order_id, refused(page, error, "", form.model_dump(), form.seen)
            )
        return page.redirect(f"{address_of(order_id)}?done={form.decision}")

    return router


def refused(page: Page, error: ServiceError, of: str, form: Mapping[str, Any], seen: int) -> Said:
    """How a refusal is said on the page of the request, which may have changed meanwhile."""
    errors = {name: page.typeset(sentence) for name, sentence in error.fields.items()}
    changed = seen if isinstance(error, PreconditionFailedError) else None
    return Said(error.status, of, "", page.typeset(error.detail), errors, form, changed)


def require_seen(page: Page, order: Order, seen: int) -> None:
    """Refuse what is decided on a page that does not show the request as it is.

    Raises:
        PreconditionFailedError: it changed meanwhile.
    """
    if len(order.changes) != seen:
        raise PreconditionFailedError(
            page.text(
                "Cette demande a changé depuis que la page a été affichée : rien n'a été enregistré.",
                "This request changed since the page was shown: nothing was kept.",
            )
        )


def _decide(pages: RequestPages, page: Page, operator: Caller, order_id: str, form: DecisionForm) -> None:
    """Have a decision made.

    Raises:
        ServiceError: it is refused.
    """
    require_seen(page, pages.orders.get(operator, order_id), form.seen)
    instruction = Instruction(pages.orders, operator)
    reason = form.reason.strip() or None
    decision = _decision(page, form)
    if decision in ENDS:
        instruction.end(order_id, ENDS[decision], reason)
    elif decision is Decision.QUOTE:
        instruction.quote(order_id, _eur(page, form.eur), reason)
    elif decision is Decision.REFUSE:
        instruction.refuse(order_id, reason)
    elif decision is Decision.PRODUCE:
        instruction.produce(order_id, reason)
    else:
        instruction.accept(order_id, reason)


def _decision(page: Page, form: DecisionForm) -> Decision:
    known = [one for one in Decision if one.value == form.decision and one is not Decision.DELIVER]
    if not known:
        sentence = page.text("Choisissez une décision.", "Choose a decision.")
        raise InvalidError(sentence, fields={"decision": sentence})
    return known[0]


def _eur(page: Page, written: str) -> Decimal | None:
    """The typed price in euros; None leaves it to the table."""
    if not written.strip():
        return None
    try:
        return read_number(written)
    except ValueError as error:
        sentence = page.text(f"« {written} » n'est pas un prix.", f"'{written}' is not a price.")
        raise InvalidError(sentence, fields={"eur": sentence}) from error


def _done(page: Page, done: str) -> str:
    """What was just done, in words; empty for anything else in the address."""
    if done not in list(Decision):
        return ""
    if done == Decision.DELIVER:
        return page.text(
            "La livraison est au catalogue, pour tous les membres.",
            "The delivery is in the catalogue, for every member.",
        )
    return page.text("La décision est enregistrée.", "The decision is recorded.")
