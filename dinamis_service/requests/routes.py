"""Routes of the image requests: products and orders as STAPI, and those of our own beside them."""

from typing import Annotated, Any

import stapi_pydantic as stapi
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from dinamis_service.context import Context, base_url
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.quotas.table import RequestKind
from dinamis_service.requests import documents, estimate_routes, products, project_routes
from dinamis_service.requests.deps import caller_of, language_of
from dinamis_service.requests.documents import GEOJSON, Addresses
from dinamis_service.requests.opportunities import monthly_chances
from dinamis_service.requests.orders import Orders, Submission
from dinamis_service.requests.products import product_of
from dinamis_service.requests.tables import Order
from dinamis_service.requests.validation import check_limits, check_window, check_zone
from dinamis_service.soundness import SOUND, JsonObject

PAGE_DEFAULT = 100
PAGE_MAX = 1000
SEQUENCE_MAX = 2**63 - 1  # what a database can number


class GeoJson(JSONResponse):
    """An answer that is GeoJSON."""

    media_type = GEOJSON


class SearchBody(BaseModel):
    """Where, when and within which limits."""

    datetime: str = Field(examples=["2026-12-01T00:00:00Z/2026-12-31T00:00:00Z"])
    geometry: JsonObject = Field(description="GeoJSON Polygon or MultiPolygon, EPSG:4326")
    filter: JsonObject | None = Field(None, description="CQL2 JSON: limits over the queryables")


class OrderBody(SearchBody):
    """A request."""

    order_parameters: JsonObject = Field(description="By the JSON Schema of the product")


class Reason(BaseModel):
    """Why."""

    reason: Annotated[str, Field(max_length=2000), SOUND] | None = None


def build_router(context: Context) -> APIRouter:
    """Routes of the requests and of what surrounds them."""
    router = APIRouter(tags=["image requests"])
    orders = Orders(context.database, context.catalogue, context.clock)
    router.include_router(project_routes.build_router(context))
    router.include_router(estimate_routes.build_router(context, orders))
    _add_products(router, context)
    _add_orders(router, context, orders)
    return router


def _add_products(router: APIRouter, context: Context) -> None:
    """What can be requested, open to everyone; feasibility, for members."""
    signed_in = Depends(require_principal(context))

    def addresses(request: Request) -> Addresses:
        return Addresses(base_url(request, context.settings))

    @router.get("/stapi/", response_model=stapi.RootResponse)
    def root(request: Request) -> Any:
        """Landing page of the STAPI."""
        return documents.root_document(context.settings.title, addresses(request))

    @router.get("/stapi/conformance", response_model=stapi.Conformance)
    def conformance() -> Any:
        """Conformance classes."""
        return documents.conformance_document(documents.CONFORMANCE)

    @router.get("/stapi/products", response_model=stapi.ProductsCollection)
    def list_products(request: Request) -> Any:
        """Every product."""
        return documents.products_document(language_of(request), addresses(request))

    @router.get("/stapi/products/{product_id}", response_model=stapi.Product)
    def get_product(request: Request, product_id: str) -> Any:
        """One product."""
        product = product_of(product_id, language_of(request))
        return documents.product_document(product, language_of(request), addresses(request))

    @router.get("/stapi/products/{product_id}/conformance", response_model=stapi.Conformance)
    def product_conformance(request: Request, product_id: str) -> Any:
        """Conformance classes of a product."""
        product_of(product_id, language_of(request))
        return documents.conformance_document(documents.PRODUCT_CONFORMANCE)

    @router.get("/stapi/products/{product_id}/queryables")
    def queryables(request: Request, product_id: str) -> dict[str, Any]:
        """JSON Schema of what a request's filter may limit."""
        return products.queryables(product_of(product_id, language_of(request)), language_of(request))

    @router.get("/stapi/products/{product_id}/order-parameters")
    def order_parameters(request: Request, product_id: str) -> dict[str, Any]:
        """JSON Schema of the order parameters, from which forms are built."""
        return products.order_parameters(product_of(product_id, language_of(request)), language_of(request))

    @router.post("/stapi/products/{product_id}/opportunities", response_class=GeoJson)
    def opportunities(
        request: Request, product_id: str, body: SearchBody, _principal: Principal = signed_in
    ) -> JSONResponse:
        """Feasibility of a request, from what the archive says of the same months."""
        language = language_of(request)
        product = product_of(product_id, language)
        zone = check_zone(body.geometry, language)
        window = check_window(product, body.datetime, context.clock(), language)
        limits = check_limits(product, body.filter, language)
        chances = (
            monthly_chances(context.catalogue, product.collection, zone.shape, window, limits.values)
            if product.kind is RequestKind.PROGRAMMING
            else []
        )
        document = documents.opportunities_document(
            product,
            zone,
            chances,
            limits.values,
            body.model_dump(),
            language=language,
            addresses=addresses(request),
        )
        return GeoJson(document)


def _add_orders(router: APIRouter, context: Context, orders: Orders) -> None:
    """Requests as STAPI orders."""
    signed_in = Depends(require_principal(context))

    def addresses(request: Request) -> Addresses:
        return Addresses(base_url(request, context.settings))

    def answer(request: Request, principal: Principal, order: Order, status: int = 200) -> JSONResponse:
        place = addresses(request)
        document = documents.order_document(order, caller_of(request, principal), place)
        headers = {"Location": place.order(order.id)} if status == 201 else None  # noqa: PLR2004 (Created)
        return GeoJson(document.model_dump(mode="json"), status, headers)

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
        idempotency_key: Annotated[
            str | None, Header(description="The same key with the same body makes one request only")
        ] = None,
        principal: Principal = signed_in,
    ) -> JSONResponse:
        """Make a request."""
        submission = Submission(product_id, body.datetime, body.geometry, body.filter, body.order_parameters)
        order, created = orders.submit(caller_of(request, principal), submission, idempotency_key)
        return answer(request, principal, order, 201 if created else 200)

    @router.get(
        "/stapi/orders", response_class=GeoJson, response_model=stapi.OrderCollection[stapi.OrderStatus]
    )
    def list_orders(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
        following: Annotated[
            int | None, Query(alias="next", ge=0, le=SEQUENCE_MAX, description="From the link `next`")
        ] = None,
        principal: Principal = signed_in,
    ) -> JSONResponse:
        """Own requests, newest first; every request for an operator."""
        caller = caller_of(request, principal)
        found = orders.page(caller, limit + 1, following)
        page, place = found[:limit], addresses(request)
        more = f"{place.root}/orders?limit={limit}&next={page[-1].sequence}" if len(found) > limit else None
        document = documents.orders_document(page, caller, place, more)
        return GeoJson(document.model_dump(mode="json", by_alias=True))

    @router.get(
        "/stapi/orders/{order_id}", response_class=GeoJson, response_model=stapi.Order[stapi.OrderStatus]
    )
    def get_order(request: Request, order_id: str, principal: Principal = signed_in) -> JSONResponse:
        """One request."""
        return answer(request, principal, orders.get(caller_of(request, principal), order_id))

    @router.get("/stapi/orders/{order_id}/statuses", response_model=stapi.OrderStatuses[stapi.OrderStatus])
    def statuses(request: Request, order_id: str, principal: Principal = signed_in) -> Any:
        """History of a request, oldest first."""
        order = orders.get(caller_of(request, principal), order_id)
        return documents.statuses_document(order, addresses(request))

    @router.post(
        "/stapi/orders/{order_id}/cancel",
        response_class=GeoJson,
        response_model=stapi.Order[stapi.OrderStatus],
        responses=refusals(409),
    )
    def cancel(
        request: Request, order_id: str, why: Reason | None = None, principal: Principal = signed_in
    ) -> JSONResponse:
        """Cancel a request while that is possible."""
        caller = caller_of(request, principal)
        return answer(request, principal, orders.cancel(caller, order_id, why.reason if why else None))

    @router.post(
        "/stapi/orders/{order_id}/accept",
        response_class=GeoJson,
        response_model=stapi.Order[stapi.OrderStatus],
        responses=refusals(409),
    )
    def accept(request: Request, order_id: str, principal: Principal = signed_in) -> JSONResponse:
        """Accept the quotation of one's request."""
        caller = caller_of(request, principal)
        return answer(request, principal, orders.accept_quotation(caller, order_id))
