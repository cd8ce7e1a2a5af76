"""The STAC API under /stac: stac-fastapi's routes and models over our own client."""

from __future__ import annotations

from typing import Any, Literal, cast

import attr
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError
from stac_fastapi.api.app import StacApi
from stac_fastapi.api.models import (
    ItemCollectionUri,
    create_get_request_model,
    create_post_request_model,
    create_request_model,
)
from stac_fastapi.extensions import (
    FieldsExtension,
    FilterExtension,
    QueryExtension,
    SortExtension,
    TokenPaginationExtension,
)
from stac_fastapi.extensions.fields import FieldsConformanceClasses
from stac_fastapi.extensions.fields.request import FieldsExtensionGetRequest
from stac_fastapi.extensions.filter.client import BaseFiltersClient
from stac_fastapi.extensions.filter.request import FilterExtensionGetRequest
from stac_fastapi.extensions.pagination.request import GETTokenPagination
from stac_fastapi.extensions.sort import SortConformanceClasses
from stac_fastapi.extensions.sort.request import SortExtensionGetRequest
from stac_fastapi.types.config import ApiSettings
from stac_fastapi.types.search import APIRequest, BaseSearchPostRequest
from starlette.responses import Response

from dinamis_service import __version__, errors
from dinamis_service.catalogue.client import CatalogueClient
from dinamis_service.catalogue.filters import MAX_DEPTH
from dinamis_service.catalogue.parameters import no_collection
from dinamis_service.catalogue.queryables import QUERYABLES
from dinamis_service.catalogue.transactions import Transactions
from dinamis_service.context import Context, base_url
from dinamis_service.language import pick_language, text
from dinamis_service.soundness import sound_json

PREFIX = "/stac"
_SEARCH_DEPTH = 2 * MAX_DEPTH + 10
"""Levels of a search: those of its filter, which JSON writes as two each, and of a geometry."""
_TOLD_MAX = 5
"""Findings told in one sentence; all of them are listed beside it."""


class _PostFilter(BaseModel):
    """Filter of a POST search, in either encoding of CQL2."""

    filter_expr: dict[str, Any] | bool | str | None = Field(None, alias="filter", description="A CQL2 filter")
    filter_crs: str | None = Field(None, alias="filter-crs", description="CRS of spatial literals: CRS84")
    filter_lang: Literal["cql2-json", "cql2-text"] | None = Field(
        None, alias="filter-lang", description="Encoding of the filter; its type tells when absent"
    )


@attr.s
class _Filter(FilterExtension):
    POST = _PostFilter


class _PostSearch(BaseSearchPostRequest):
    """Body of a search, looked at before the checks of the library, which trust it to be a sound object."""

    @model_validator(mode="before")
    @classmethod
    def _sound(cls, body: Any) -> Any:
        if not isinstance(body, dict):
            raise PydanticCustomError("dict_type", "an object is expected")
        return sound_json(body, _SEARCH_DEPTH)


def mount(app: FastAPI, context: Context) -> None:
    """Put the STAC API on `app` under /stac."""
    extensions = [
        _Filter(client=_Queryables(context)),
        SortExtension(
            conformance_classes=[
                "https://api.stacspec.org/v1.0.0/item-search#sort",  # the one clients look for
                SortConformanceClasses.ITEM_SEARCH_SORT,
                SortConformanceClasses.FEATURES_SORT,
            ]
        ),
        FieldsExtension(
            conformance_classes=[FieldsConformanceClasses.SEARCH, FieldsConformanceClasses.ITEMS]
        ),
        QueryExtension(),
        TokenPaginationExtension(),
        Transactions(context, PREFIX),
    ]
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
        client=CatalogueClient(context=context, landing_page_id="dinamis"),
        extensions=extensions,
        exceptions={},
        middlewares=[],  # compression would break the byte ranges of /objects
        search_get_request_model=create_get_request_model(extensions),
        search_post_request_model=create_post_request_model(extensions, base_model=_PostSearch),
        items_get_request_model=_items_request_model(),
        health_check=lambda: {"status": "UP"},
    )
    _restore_handlers(app, others)


def _items_request_model() -> type[APIRequest]:
    """Parameters of `/collections/{id}/items`: those of a search, as far as they make sense there."""
    mixins = [
        GETTokenPagination,
        FilterExtensionGetRequest,
        SortExtensionGetRequest,
        FieldsExtensionGetRequest,
    ]
    model = create_request_model("ItemCollectionGetRequest", base_model=ItemCollectionUri, mixins=mixins)
    return cast("type[APIRequest]", model)


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

    def get_queryables(self, collection_id: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """JSON Schema of the properties, titles in the caller's language."""
        request: Request = kwargs["request"]
        if collection_id is not None and self.context.catalogue.collection(collection_id) is None:
            raise no_collection(request, collection_id)
        language = pick_language(request.headers.get("accept-language"))
        where = f"{PREFIX}/collections/{collection_id}" if collection_id else PREFIX
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{base_url(request, self.context.settings)}{where}/queryables",
            "type": "object",
            "title": text(language, fr="Propriétés interrogeables", en="Queryable properties"),
            "properties": {name: found.schema(language) for name, found in QUERYABLES.items()},
            "additionalProperties": False,
        }
