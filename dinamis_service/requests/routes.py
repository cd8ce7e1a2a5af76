"""Routes of the image requests: products and orders as STAPI, and those of our own beside them."""

from typing import Any

import stapi_pydantic as stapi
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from dinamis_service.context import Context
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.passes.elements import newest
from dinamis_service.passes.forecast import Forecast, forecast
from dinamis_service.quotas.table import RequestKind
from dinamis_service.requests import (
    call_routes,
    csv_routes,
    documents,
    draft_routes,
    estimate_routes,
    message_routes,
    order_routes,
    products,
    project_routes,
)
from dinamis_service.requests.bodies import GeoJson, SearchBody
from dinamis_service.requests.deps import addresses_of, language_of
from dinamis_service.requests.messages import Messages
from dinamis_service.requests.opportunities import monthly_chances
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.products import INCIDENCE, product_of
from dinamis_service.requests.validation import check_limits, check_window, check_zone


def build_router(context: Context) -> APIRouter:
    """Routes of the requests and of what surrounds them."""
    router = APIRouter(tags=["image requests"])
    orders = Orders(context.database, context.catalogue, context.clock)
    router.include_router(call_routes.build_router(context))
    router.include_router(project_routes.build_router(context))
    router.include_router(estimate_routes.build_router(context, orders))
    _add_products(router, context)
    messages = Messages(context)
    router.include_router(order_routes.build_router(context, orders, messages))
    router.include_router(message_routes.build_router(context, messages))
    router.include_router(csv_routes.build_router(context, orders))
    router.include_router(draft_routes.build_router(context, orders))
    return router


def _add_products(router: APIRouter, context: Context) -> None:
    """What can be requested, open to everyone; feasibility, for members."""
    signed_in = Depends(require_principal(context))

    @router.get("/stapi/", response_model=stapi.RootResponse)
    def root(request: Request) -> Any:
        """Landing page of the STAPI."""
        return documents.root_document(context.settings.title, addresses_of(request, context))

    @router.get("/stapi/conformance", response_model=stapi.Conformance)
    def conformance() -> Any:
        """Conformance classes."""
        return documents.conformance_document(documents.CONFORMANCE)

    @router.get("/stapi/products", response_model=stapi.ProductsCollection)
    def list_products(request: Request) -> Any:
        """Every product."""
        return documents.products_document(language_of(request), addresses_of(request, context))

    @router.get("/stapi/products/{product_id}", response_model=stapi.Product)
    def get_product(request: Request, product_id: str) -> Any:
        """One product."""
        product = product_of(product_id, language_of(request))
        return documents.product_document(product, language_of(request), addresses_of(request, context))

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
        """Feasibility of a request, from the archive of the same months and the passes of the satellites."""
        language = language_of(request)
        product = product_of(product_id, language)
        zone = check_zone(body.geometry, language)
        window = check_window(product, body.datetime, context.clock(), language)
        limits = check_limits(product, body.filter, language)
        chances, passes = [], Forecast((), "")
        if product.kind is RequestKind.PROGRAMMING:
            values = limits.values
            chances = monthly_chances(context.catalogue, product.collection, zone.shape, window, values)
            with context.database.reading() as session:
                elements = newest(session)
            passes = forecast(
                elements,
                product.collection,
                zone.shape,
                (window.start, window.end),
                max_incidence=values[INCIDENCE],
                language=language,
            )
        document = documents.opportunities_document(
            product,
            zone,
            chances,
            passes,
            limits.values,
            body=body.model_dump(),
            language=language,
            addresses=addresses_of(request, context),
        )
        return GeoJson(document)
