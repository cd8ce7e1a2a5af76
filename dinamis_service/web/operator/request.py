"""The page of one request, and the decisions taken on it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, ServiceError
from dinamis_service.identity.digests import new_secret
from dinamis_service.numbers import read_number
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.decisions import ENDS, Decision, possible
from dinamis_service.requests.delivery_jobs import FAILED, DeliveryJobs
from dinamis_service.requests.instruction import Instruction
from dinamis_service.requests.messages import Messages
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.products import PRODUCTS
from dinamis_service.requests.states import Actor, State
from dinamis_service.requests.tasks import current_task
from dinamis_service.requests.visibility import entity_tag, require_actor
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import NOTHING_SEEN, Said, refused, strange
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
    """A decision as it is sent; the page showed the request at `etag`, with `seen` changes of state."""

    form_token: str = ""
    etag: str = NOTHING_SEEN
    seen: int = 0
    decision: str = ""
    reason: str = ""
    eur: str = ""


def address_of(order_id: str) -> str:
    """Address of the page of a request."""
    return f"/operator/requests/{quote(order_id, safe='')}"


class RequestPages:
    """Shows requests to operators."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.messages = Messages(context)
        self.jobs = DeliveryJobs(context.settings.data_dir)
        self.orders = Orders(context.database, context.catalogue, context.clock)
        self._land = Land(SqliteGazetteer(context.settings.gazetteer_file))

    def show(self, page: Page, operator: Caller, order_id: str, said: Said) -> Response:
        """The page of a request, with what is to be said about the form that was sent."""
        order = self.orders.get(operator, order_id)
        actor = require_actor(order, operator)
        with self.context.database.reading() as session:
            others = others_of_project(session, order)
        job = self.jobs.of(order_id)
        return page.render(
            "operator/request.html",
            said.status,
            **describe_request(page, order, self.context.catalogue, self._land),
            etag=entity_tag(order),
            task=current_task(State(order.state)).words.told(page.language),
            own=actor is Actor.REQUESTER,
            decisions=describe_decisions(page, order, actor),
            deliverable=Decision.DELIVER in possible(order, actor) and (job is None or job.state == FAILED),
            job=job,
            progress=None if job is None else self.jobs.progress(job),
            delivery=describe_delivery(self.context, PRODUCTS[order.product_id].collection),
            others=others,
            thread=self.messages.read(operator, order_id),
            message_key=new_secret(),
            said=said,
            news=order.changes[said.form["seen"] :] if said.stale else [],
        )


def build_router(context: Context, pages: RequestPages) -> APIRouter:
    """The page of a request and its form of decisions."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(PATH)
    def show(request: Request, order_id: str, done: str = "") -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        if done == Decision.DELIVER and pages.orders.get(operator, order_id).state != State.DELIVERED:
            done = ""  # it goes on, or it failed
        return pages.show(page, operator, order_id, Said(done=_done(page, done)))

    @router.post(PATH)
    def decide(request: Request, order_id: str, form: Annotated[DecisionForm, Form()]) -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        if not page.came_from_here(form.form_token):
            return pages.show(page, operator, order_id, strange(page, form.model_dump()))
        try:
            _decide(pages, page, operator, order_id, form)
        except ServiceError as error:
            return pages.show(page, operator, order_id, refused(page, error, form.model_dump()))
        return page.redirect(f"{address_of(order_id)}?done={form.decision}")

    return router


def _decide(pages: RequestPages, page: Page, operator: Caller, order_id: str, form: DecisionForm) -> None:
    """Have a decision made.

    Raises:
        ServiceError: it is refused.
    """
    instruction = Instruction(pages.orders, operator, form.etag)
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
        return read_number(written, page.language)
    except ValueError as error:
        sentence = page.text(f"« {written} » n'est pas un prix.", f"'{written}' is not a price.")
        raise InvalidError(sentence, fields={"eur": sentence}) from error


def _done(page: Page, done: str) -> str:
    """What was just done, in words; empty for anything else in the address."""
    if done == "message":
        return page.text("Le message est envoyé.", "The message is sent.")
    if done not in list(Decision):
        return ""
    if done == Decision.DELIVER:
        return page.text(
            "La livraison est au catalogue, pour tous les membres.",
            "The delivery is in the catalogue, for every member.",
        )
    return page.text("La décision est enregistrée.", "The decision is recorded.")
