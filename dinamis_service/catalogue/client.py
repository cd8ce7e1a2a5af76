"""The routes of the STAC API, answered from the catalogue engine."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import attr
from fastapi import Request
from stac_fastapi.types.core import BaseCoreClient
from starlette.responses import Response

from dinamis_service.catalogue.answers import conditional
from dinamis_service.catalogue.coverage import over_gaps
from dinamis_service.catalogue.documents import (
    GEOJSON,
    JSON,
    Addresses,
    collection_document,
    entity_tag,
    item_document,
)
from dinamis_service.catalogue.engine import SearchResult
from dinamis_service.catalogue.freetext.narrowing import TextSearch
from dinamis_service.catalogue.parameters import no_collection, refusing
from dinamis_service.catalogue.searching import Asked, asked_by_get, asked_by_post, request_of, within
from dinamis_service.context import Context, base_url
from dinamis_service.errors import NotFoundError
from dinamis_service.language import text

_ONCE = ("token", "facets")
"""Parameters that the link to the next page does not repeat: facets are those of all pages."""


@attr.s
class CatalogueClient(BaseCoreClient):
    """Answers the routes of the STAC API from the catalogue engine."""

    context: Context = attr.ib(kw_only=True)
    texts: TextSearch = attr.ib(kw_only=True)

    def landing_page(self, **kwargs: Any) -> Any:
        """Root of the catalogue, with a link to each collection."""
        request: Request = kwargs["request"]
        root = f"{self._addresses(request).stac}/"
        page = self._landing_page(
            base_url=root, conformance_classes=self.conformance_classes(), extension_schemas=[]
        )
        base = base_url(request, self.context.settings)
        children = [
            {
                "rel": "child",
                "type": JSON,
                "title": found.get("title"),
                "href": f"{root}collections/{found['id']}",
            }
            for found in self.context.catalogue.collections()
        ]
        page["links"] += [
            *children,
            {
                "rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                "type": "application/schema+json",
                "title": text(request, fr="Propriétés interrogeables", en="Queryable properties"),
                "href": f"{root}queryables",
            },
            *({"rel": name, "type": JSON, "href": f"{root}{name}"} for name in ("aggregate", "aggregations")),
            {
                "rel": "service-desc",
                "type": "application/vnd.oai.openapi+json;version=3.0",
                "title": "OpenAPI",
                "href": f"{base}{request.app.openapi_url}",
            },
            {
                "rel": "service-doc",
                "type": "text/html",
                "title": "OpenAPI (HTML)",
                "href": f"{base}{request.app.docs_url}",
            },
        ]
        return conditional(request, {**page, "stac_version": "1.0.0"}, JSON)

    def post_search(self, search_request: Any, **kwargs: Any) -> Any:
        """Search by POST; the link to the next page carries the whole body again."""
        request: Request = kwargs["request"]
        body = search_request.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={*_ONCE})
        url = f"{self._addresses(request).stac}/search"

        def next_link(token: str) -> dict[str, Any]:
            following = {**body, "token": token}
            return {"rel": "next", "type": GEOJSON, "method": "POST", "href": url, "body": following}

        return self._page(request, asked_by_post(search_request), url, next_link)

    def get_search(self, **kwargs: Any) -> Any:  # type: ignore[override]
        """Search by GET."""
        request: Request = kwargs["request"]
        with refusing(request):
            asked = asked_by_get(kwargs)
        return self._get(request, "/search", asked)

    def item_collection(self, collection_id: str, **kwargs: Any) -> Any:  # type: ignore[override]
        """Items of one collection."""
        request: Request = kwargs["request"]
        if self.context.catalogue.collection(collection_id) is None:
            raise no_collection(request, collection_id)
        with refusing(request):
            asked = within(asked_by_get(kwargs), collection_id)
        return self._get(request, f"/collections/{quote(collection_id, safe='')}/items", asked)

    def get_item(self, item_id: str, collection_id: str, **kwargs: Any) -> Any:
        """One item."""
        request: Request = kwargs["request"]
        found = self.context.catalogue.get(collection_id, item_id)
        if found is None:
            raise NotFoundError(
                text(
                    request,
                    fr=f"Il n'y a pas de scène « {item_id} » dans la collection « {collection_id} ».",
                    en=f"There is no item '{item_id}' in the collection '{collection_id}'.",
                )
            )
        document = item_document(found, self._addresses(request))
        updated = found["properties"].get("updated")
        return conditional(request, document, GEOJSON, updated, tag=entity_tag(found))

    def all_collections(self, **kwargs: Any) -> Any:
        """Every collection."""
        request: Request = kwargs["request"]
        addresses = self._addresses(request)
        found = [collection_document(one, addresses) for one in self.context.catalogue.collections()]
        links = [
            {"rel": "self", "type": JSON, "href": f"{addresses.stac}/collections"},
            {"rel": "root", "type": JSON, "href": f"{addresses.stac}/"},
            {"rel": "parent", "type": JSON, "href": f"{addresses.stac}/"},
        ]
        return conditional(request, {"collections": found, "links": links}, JSON)

    def get_collection(self, collection_id: str, **kwargs: Any) -> Any:
        """One collection."""
        request: Request = kwargs["request"]
        found = self.context.catalogue.collection(collection_id)
        if found is None:
            raise no_collection(request, collection_id)
        return conditional(request, collection_document(found, self._addresses(request)), JSON)

    def _get(self, request: Request, path: str, asked: Asked) -> Response:
        """One page of a search whose conditions are query parameters."""
        url = f"{self._addresses(request).stac}{path}"
        parameters = [(key, value) for key, value in request.query_params.multi_items() if key not in _ONCE]

        def next_link(token: str) -> dict[str, Any]:
            query = urlencode([*parameters, ("token", token)])
            return {"rel": "next", "type": GEOJSON, "method": "GET", "href": f"{url}?{query}"}

        return self._page(request, asked, url, next_link)

    def _page(self, request: Request, asked: Asked, url: str, next_link: Any) -> Response:
        """The search's answer as a GeoJSON feature collection."""
        with refusing(request):
            result = self._search(asked)
        addresses = self._addresses(request)
        links = [
            {"rel": "self", "type": GEOJSON, "href": url},
            {"rel": "root", "type": JSON, "href": f"{addresses.stac}/"},
        ]
        if result.next_token is not None:
            links.append(next_link(result.next_token))
        document: dict[str, Any] = {
            "type": "FeatureCollection",
            "features": [asked.fields.apply(item_document(item, addresses)) for item in result.items],
            "links": links,
            "numberReturned": len(result.items),
        }
        if result.matched is not None:
            document["numberMatched"] = result.matched
        if asked.facets:
            document["facets"] = result.facets
        return conditional(request, document, GEOJSON)

    def _search(self, asked: Asked) -> SearchResult:
        search = request_of(asked, self.context.settings.search_limit_max, self.texts)
        wanted = over_gaps(self.context.catalogue, search) if asked.uncovered else search
        if wanted is None:  # nothing can be new where everything is covered
            return SearchResult([], 0, None, {name: {} for name in search.facets})
        return self.context.catalogue.search(wanted)

    def _addresses(self, request: Request) -> Addresses:
        return Addresses.seen_from(base_url(request, self.context.settings), self.context.settings)
