"""Routes of the requests as STAPI orders, with the answers that requesters give to them."""

from collections.abc import Callable
from typing import Annotated, Any

import stapi_pydantic as stapi
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from dinamis_service import __version__
from dinamis_service.catalogue.answers import conditional, not_modified, weak_tag
from dinamis_service.context import Context
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.preconditions import IfMatch
from dinamis_service.requests import answers, order_documents
from dinamis_service.requests.bodies import GeoJson, Reason, SearchBody
from dinamis_service.requests.deps import addresses_of, caller_of
from dinamis_service.requests.documents import GEOJSON
from dinamis_service.requests.idempotency import IdempotencyKey
from dinamis_service.requests.listing import Wanted
from dinamis_service.requests.messages import Messages
from dinamis_service.requests.moments import Moment
from dinamis_service.requests.orders import Orders, Submission
from dinamis_service.requests.states import State
from dinamis_service.requests.tables import Order
from dinamis_service.requests.visibility import entity_tag
from dinamis_service.soundness import JsonObject

PAGE_DEFAULT = 100
PAGE_MAX = 1000
SEQUENCE_MAX = 2**63 - 1  # what a database can number

States = Annotated[list[State], Query(alias="state", description="In this state, or in one of these")]
OfProject = Annotated[str | None, Query(description="Under this project")]


class OrderBody(SearchBody):
    """A request."""

    order_parameters: JsonObject = Field(description="By the JSON Schema of the product")


def build_router(context: Context, orders: Orders, messages: Messages) -> APIRouter:
    """Routes of the requests as STAPI orders."""
    router = APIRouter()
    _add_reading(router, context, orders, messages)
    _add_changes(router, context, orders, messages)
    return router


def _add_reading(router: APIRouter, context: Context, orders: Orders, messages: Messages) -> None:
    signed_in, chosen = Depends(require_principal(context)), Depends(_wanted)
    told = _teller(context, messages)

    @router.get(
        "/stapi/orders",
        response_class=GeoJson,
        response_model=stapi.OrderCollection[stapi.OrderStatus],
        responses={304: {"description": "The page is the one of `If-None-Match`"}},
    )
    def list_orders(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
        following: Annotated[
            int | None, Query(alias="next", ge=0, le=SEQUENCE_MAX, description="From the link `next`")
        ] = None,
        wanted: Wanted = chosen,
        principal: Principal = signed_in,
    ) -> Response:
        """Requests one may see, newest first: own ones, those under own projects; all for an operator."""
        caller, place = caller_of(request, principal), addresses_of(request, context)
        fingerprint = orders.fingerprint(caller, limit + 1, following, wanted)
        tag = weak_tag(f"{__version__} {caller.language} {place.base} {limit} {fingerprint}".encode())
        if unchanged := not_modified(request, tag):
            return unchanged
        found = orders.page(caller, limit + 1, following, wanted)
        page = found[:limit]
        more = None
        if len(found) > limit:
            more = str(request.url.include_query_params(next=page[-1].sequence).query)
            more = f"{place.root}/orders?{more}"
        document = order_documents.orders_document(page, messages.unread(caller, page), caller, place, more)
        return conditional(request, document, GEOJSON, tag=tag)

    @router.get(
        "/stapi/orders/{order_id}", response_class=GeoJson, response_model=stapi.Order[stapi.OrderStatus]
    )
    def get_order(request: Request, order_id: str, principal: Principal = signed_in) -> JSONResponse:
        """One request."""
        order = orders.get(caller_of(request, principal), order_id)
        return told(request, principal, order)

    @router.get("/stapi/orders/{order_id}/statuses", response_model=stapi.OrderStatuses[stapi.OrderStatus])
    def statuses(request: Request, order_id: str, principal: Principal = signed_in) -> Any:
        """History of a request, oldest first."""
        order = orders.get(caller_of(request, principal), order_id)
        return order_documents.statuses_document(order, addresses_of(request, context))


def _add_changes(router: APIRouter, context: Context, orders: Orders, messages: Messages) -> None:
    signed_in = Depends(require_principal(context))
    told = _teller(context, messages)

    @router.post(
        "/stapi/products/{product_id}/orders",
        status_code=201,
        response_class=GeoJson,
        response_model=stapi.Order[stapi.OrderStatus],
        responses={
            200: {"description": "The request that the same key made before"},
            **refusals(404, 409),
        },
    )
    def create_order(
        request: Request,
        product_id: str,
        body: OrderBody,
        idempotency_key: IdempotencyKey = None,
        principal: Principal = signed_in,
    ) -> JSONResponse:
        """Make a request."""
        submission = Submission(product_id, body.datetime, body.geometry, body.filter, body.order_parameters)
        order, created = orders.submit(caller_of(request, principal), submission, idempotency_key)
        return told(request, principal, order, 201 if created else 200)

    action: dict[str, Any] = {
        "response_class": GeoJson,
        "response_model": stapi.Order[stapi.OrderStatus],
        "responses": refusals(403, 409, 412),
    }

    @router.post("/stapi/orders/{order_id}/cancel", **action)
    def cancel(
        request: Request,
        order_id: str,
        why: Reason | None = None,
        if_match: IfMatch = None,
        principal: Principal = signed_in,
    ) -> JSONResponse:
        """Cancel a request while that is possible."""
        caller = caller_of(request, principal)
        order = answers.cancel(orders, caller, order_id, why.reason if why else None, if_match)
        return told(request, principal, order)

    @router.post("/stapi/orders/{order_id}/accept", **action)
    def accept(
        request: Request, order_id: str, if_match: IfMatch = None, principal: Principal = signed_in
    ) -> JSONResponse:
        """Accept the quotation of one's request."""
        order = answers.accept_quotation(orders, caller_of(request, principal), order_id, if_match)
        return told(request, principal, order)

    @router.post("/stapi/orders/{order_id}/decline", **action)
    def decline(
        request: Request,
        order_id: str,
        why: Reason | None = None,
        if_match: IfMatch = None,
        principal: Principal = signed_in,
    ) -> JSONResponse:
        """Decline the quotation of one's request, which cancels the request."""
        caller = caller_of(request, principal)
        order = answers.decline_quotation(orders, caller, order_id, why.reason if why else None, if_match)
        return told(request, principal, order)


def _wanted(
    states: States = [],  # noqa: B006 (FastAPI copies it)
    project_id: OfProject = None,
    changed_since: Annotated[
        Moment | None, Query(description="Changed, or got a message, at this moment or later")
    ] = None,
) -> Wanted:
    """What of the requests a list is asked for."""
    return Wanted(states, project_id, changed_since)


def _teller(context: Context, messages: Messages) -> Callable[..., JSONResponse]:
    """What answers with a request."""

    def told(request: Request, principal: Principal, order: Order, status: int = 200) -> JSONResponse:
        caller, place = caller_of(request, principal), addresses_of(request, context)
        headers, unread = {"ETag": entity_tag(order)}, 0
        if status == 201:  # noqa: PLR2004 (Created)
            headers["Location"] = place.order(order.id)
        else:
            unread = messages.unread(caller, [order]).get(order.sequence, 0)
        return GeoJson(order_documents.order_document(order, unread, caller, place), status, headers)

    return told
