"""The STAC API under /stac: stac-fastapi's routes and models over our own client."""

from __future__ import annotations

from typing import Annotated, Any

import attr
from fastapi import APIRouter, Depends, FastAPI, Path, Request
from fastapi.exceptions import RequestValidationError
from stac_fastapi.api.app import StacApi
from stac_fastapi.api.models import (
    CollectionUri,
    EmptyRequest,
    create_get_request_model,
    create_post_request_model,
)
from stac_fastapi.api.routes import create_async_endpoint
from stac_fastapi.extensions import (
    AggregationExtension,
    QueryExtension,
    SortExtension,
    TokenPaginationExtension,
)
from stac_fastapi.extensions.fields import FieldsConformanceClasses
from stac_fastapi.extensions.filter import FilterConformanceClasses
from stac_fastapi.extensions.filter.client import BaseFiltersClient
from stac_fastapi.extensions.free_text import FreeTextConformanceClasses
from stac_fastapi.extensions.query import QueryConformanceClasses
from stac_fastapi.extensions.sort import SortConformanceClasses
from stac_fastapi.types.config import ApiSettings
from stac_fastapi.types.extension import ApiExtension
from starlette.responses import Response

from dinamis_service import __version__, errors
from dinamis_service.catalogue import wire
from dinamis_service.catalogue.aggregations import AggregationClient
from dinamis_service.catalogue.answers import conditional
from dinamis_service.catalogue.client import CatalogueClient
from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.catalogue.freetext.narrowing import TextSearch
from dinamis_service.catalogue.parameters import no_collection
from dinamis_service.catalogue.queryables import QUERYABLES, occurring
from dinamis_service.catalogue.transactions import Transactions
from dinamis_service.context import Context, base_url
from dinamis_service.language import pick_language, text

PREFIX = "/stac"
_TOLD_MAX = 5
"""Findings told in one sentence; all of them are listed beside it."""


def mount(app: FastAPI, context: Context) -> None:
    """Put the STAC API on `app` under /stac."""
    texts = TextSearch(SqliteGazetteer(context.settings.gazetteer_file), context.clock)
    conditions = _conditions(context)
    extensions = [
        *conditions,
        SortExtension(
            conformance_classes=[
                "https://api.stacspec.org/v1.0.0/item-search#sort",  # the one clients look for
                SortConformanceClasses.ITEM_SEARCH_SORT,
                SortConformanceClasses.FEATURES_SORT,
            ]
        ),
        wire.Fields(conformance_classes=[FieldsConformanceClasses.SEARCH, FieldsConformanceClasses.ITEMS]),
        TokenPaginationExtension(),
        wire.OwnParameters(),
        Transactions(context, PREFIX),
    ]
    aggregation = _Aggregation(client=AggregationClient(context=context, texts=texts))
    aggregation.GET = create_get_request_model(conditions, base_model=wire.AggregateGet)
    aggregation.POST = create_post_request_model(conditions, base_model=wire.AggregatePost)
    others = dict(app.exception_handlers)
    StacApi(
        app=app,
        router=APIRouter(prefix=PREFIX, tags=["STAC"]),
        settings=ApiSettings(
            _env_file=None,
            stac_fastapi_title=context.settings.title,
            stac_fastapi_description="Catalogue d'images satellitaires DINAMIS",
            stac_fastapi_version=__version__,
            openapi_url=str(app.openapi_url),
            docs_url=str(app.docs_url),
        ),
        client=CatalogueClient(context=context, texts=texts, landing_page_id="dinamis"),
        extensions=[*extensions, aggregation],
        exceptions={},
        middlewares=[],  # compression would break the byte ranges of /objects
        search_get_request_model=create_get_request_model(extensions, base_model=wire.SearchGet),
        search_post_request_model=create_post_request_model(extensions, base_model=wire.SearchPost),
        items_get_request_model=create_get_request_model(extensions, base_model=wire.ItemsGet),
        health_check=lambda: {"status": "UP"},
    )
    _restore_handlers(app, others)


@attr.s
class _Aggregation(AggregationExtension):
    """The library gives GET and POST of a route one operation id, and each must have its own."""

    def register(self, app: FastAPI) -> None:
        """Put the routes on the application."""
        client = self.client
        for name, path, model in (
            ("Aggregations", "/aggregations", EmptyRequest),
            ("Collection Aggregations", "/collections/{collection_id}/aggregations", CollectionUri),
        ):
            for method in ("GET", "POST"):
                endpoint = create_async_endpoint(client.get_aggregations, model)
                self.router.add_api_route(PREFIX + path, endpoint, methods=[method], name=name)
        for path in ("/aggregate", "/collections/{collection_id}/aggregate"):
            uri = _of_collection if "{" in path else None
            for method, given in (("GET", self.GET), ("POST", self.POST)):
                endpoint = create_async_endpoint(client.aggregate, given)
                needed = [Depends(uri)] if uri else None
                self.router.add_api_route(
                    PREFIX + path, endpoint, methods=[method], name="Aggregate", dependencies=needed
                )
        app.include_router(self.router, tags=["STAC"])


def _of_collection(collection_id: Annotated[str, Path(description="Collection ID")]) -> str:
    """Name the parameter of the path, which the library's models of the conditions lack."""
    return collection_id


def _conditions(context: Context) -> list[ApiExtension]:
    """What can be asked of the items that are searched, counted or aggregated, beside place and time."""
    return [
        wire.Filter(
            client=_Queryables(context),
            conformance_classes=[
                FilterConformanceClasses.FILTER,
                FilterConformanceClasses.SEARCH,
                FilterConformanceClasses.ITEMS,
                FilterConformanceClasses.CQL2_TEXT,
                FilterConformanceClasses.CQL2_JSON,
                FilterConformanceClasses.BASIC_CQL2,
                FilterConformanceClasses.ADVANCED_COMPARISON_OPERATORS,
                FilterConformanceClasses.BASIC_SPATIAL_FUNCTIONS,
                FilterConformanceClasses.BASIC_SPATIAL_FUNCTIONS_PLUS,
            ],
        ),
        QueryExtension(conformance_classes=[QueryConformanceClasses.SEARCH, QueryConformanceClasses.ITEMS]),
        wire.FreeText(
            conformance_classes=[FreeTextConformanceClasses.SEARCH, FreeTextConformanceClasses.ITEMS]
        ),
    ]


def _restore_handlers(app: FastAPI, others: dict[Any, Any]) -> None:
    """Undo stac-fastapi's handler of invalid requests, which it sets for the whole application.

    Under /stac they stay 400, as the STAC API asks; elsewhere the service answers as before.
    """
    usual = others.get(RequestValidationError)

    async def invalid(request: Request, error: RequestValidationError) -> Response:
        if usual is not None and not request.url.path.startswith(f"{PREFIX}/"):
            answer: Response = await usual(request, error)
            return answer
        found = errors.findings(request, error)
        detail = "; ".join(": ".join(filter(None, one.values())) for one in found[:_TOLD_MAX])
        return errors.problem(400, "bad-request", detail, errors=found)

    app.add_exception_handler(RequestValidationError, invalid)  # type: ignore[arg-type]


@attr.s
class _Queryables(BaseFiltersClient):
    """What can be filtered by (`/queryables`)."""

    context: Context = attr.ib()

    def get_queryables(self, collection_id: str | None = None, **kwargs: Any) -> Any:
        """JSON Schema of the properties, titles in the caller's language."""
        request: Request = kwargs["request"]
        if collection_id is not None and self.context.catalogue.collection(collection_id) is None:
            raise no_collection(request, collection_id)
        language = pick_language(request.headers.get("accept-language"))
        where = f"{PREFIX}/collections/{collection_id}" if collection_id else PREFIX
        names = occurring(self.context.catalogue, collection_id) if collection_id else QUERYABLES
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{base_url(request, self.context.settings)}{where}/queryables",
            "type": "object",
            "title": text(language, fr="Propriétés interrogeables", en="Queryable properties"),
            "properties": {
                "geometry": {
                    "title": text(language, fr="Emprise", en="Footprint"),
                    "$ref": "https://geojson.org/schema/Geometry.json",
                },
                **{name: QUERYABLES[name].schema(language) for name in names},
            },
            "additionalProperties": False,
        }
        return conditional(request, schema, "application/schema+json")
