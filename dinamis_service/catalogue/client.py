"""The routes of the STAC API, answered from the catalogue engine."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import attr
from fastapi import Request
from shapely.geometry.base import BaseGeometry
from stac_fastapi.types.core import BaseCoreClient
from starlette.responses import JSONResponse

from dinamis_service.catalogue.documents import (
    GEOJSON,
    JSON,
    Addresses,
    Fields,
    collection_document,
    item_document,
)
from dinamis_service.catalogue.engine import (
    NEWEST_FIRST,
    SearchError,
    SearchRequest,
    SearchResult,
    SortKey,
)
from dinamis_service.catalogue.filters import all_of, filter_of_query, parse_filter
from dinamis_service.catalogue.moments import parse_interval
from dinamis_service.catalogue.parameters import (
    box_of,
    filter_of_parameter,
    geometry_of,
    json_object,
    no_collection,
    refusal,
)
from dinamis_service.catalogue.responses import GeoJSONResponse
from dinamis_service.context import Context, base_url
from dinamis_service.errors import BadRequestError, NotFoundError
from dinamis_service.language import text


@attr.s
class CatalogueClient(BaseCoreClient):
    """Answers the routes of the STAC API from the catalogue engine."""

    context: Context = attr.ib(kw_only=True)

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
        return JSONResponse({**page, "stac_version": "1.0.0"})

    def post_search(self, search_request: Any, **kwargs: Any) -> Any:
        """Search by POST; the link to the next page carries the whole body again."""
        request: Request = kwargs["request"]
        asked = search_request
        geometry = box_of(request, asked.bbox) if asked.bbox else None
        if asked.intersects is not None:
            geometry = geometry_of(request, asked.intersects.model_dump_json())
        search = self._request(
            request,
            collections=asked.collections,
            ids=asked.ids,
            geometry=geometry,
            datetime=asked.datetime,
            limit=asked.limit,
            token=asked.token,
            sort=[SortKey(key.field, key.direction == "desc") for key in asked.sortby or ()],
            filter_expr=asked.filter_expr,
            query=asked.query,
        )
        body = asked.model_dump(mode="json", by_alias=True, exclude_unset=True)
        url = f"{self._addresses(request).stac}/search"

        def next_link(token: str) -> dict[str, Any]:
            return {
                "rel": "next",
                "type": GEOJSON,
                "method": "POST",
                "href": url,
                "body": {**body, "token": token},
            }

        fields = asked.fields
        wanted = Fields.of(fields.include, fields.exclude) if fields else Fields()
        return self._page(request, search, url, next_link, wanted)

    def get_search(self, **kwargs: Any) -> Any:  # type: ignore[override]
        """Search by GET."""
        return self._get(kwargs["request"], "/search", kwargs)

    def item_collection(self, collection_id: str, **kwargs: Any) -> Any:  # type: ignore[override]
        """Items of one collection."""
        request: Request = kwargs["request"]
        if self.context.catalogue.collection(collection_id) is None:
            raise no_collection(request, collection_id)
        return self._get(
            request, f"/collections/{collection_id}/items", {**kwargs, "collections": [collection_id]}
        )

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
        return GeoJSONResponse(item_document(found, self._addresses(request)))

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
        return JSONResponse({"collections": found, "links": links})

    def get_collection(self, collection_id: str, **kwargs: Any) -> Any:
        """One collection."""
        request: Request = kwargs["request"]
        found = self.context.catalogue.collection(collection_id)
        if found is None:
            raise no_collection(request, collection_id)
        return JSONResponse(collection_document(found, self._addresses(request)))

    def _get(self, request: Request, path: str, asked: dict[str, Any]) -> Any:
        """One page of a search whose conditions are query parameters."""
        if asked.get("bbox") and asked.get("intersects"):
            raise BadRequestError(
                text(
                    request,
                    fr="« bbox » et « intersects » ne vont pas ensemble.",
                    en="'bbox' and 'intersects' exclude each other.",
                )
            )
        geometry = box_of(request, asked["bbox"]) if asked.get("bbox") else None
        if asked.get("intersects"):
            geometry = geometry_of(request, asked["intersects"])
        search = self._request(
            request,
            collections=asked.get("collections"),
            ids=asked.get("ids"),
            geometry=geometry,
            datetime=asked.get("datetime"),
            limit=asked.get("limit"),
            token=asked.get("token"),
            sort=[
                SortKey(name.lstrip("+- "), name.startswith("-"))
                for name in asked.get("sortby") or ()
                if name
            ],
            filter_expr=filter_of_parameter(request, asked.get("filter_expr"), asked.get("filter_lang")),
            query=json_object(request, "query", asked.get("query")),
        )
        url = f"{self._addresses(request).stac}{path}"
        parameters = [(key, value) for key, value in request.query_params.multi_items() if key != "token"]

        def next_link(token: str) -> dict[str, Any]:
            query = urlencode([*parameters, ("token", token)])
            return {"rel": "next", "type": GEOJSON, "method": "GET", "href": f"{url}?{query}"}

        return self._page(request, search, url, next_link, Fields.of_query(asked.get("fields")))

    def _request(
        self,
        request: Request,
        *,
        geometry: BaseGeometry | None,
        datetime: str | None,
        filter_expr: Any,
        query: Any,
        **asked: Any,
    ) -> SearchRequest:
        try:
            start, end = parse_interval(datetime)
            written = None if filter_expr is None else parse_filter(filter_expr)
            conditions = all_of([written, filter_of_query(query) if query else None])
        except SearchError as error:
            raise refusal(request, error) from error
        limit = asked["limit"] or 10
        return SearchRequest(
            collections=tuple(asked["collections"] or ()),
            ids=tuple(asked["ids"] or ()),
            geometry=geometry,
            start=start,
            end=end,
            filter=conditions,
            sort=tuple(asked["sort"]) or NEWEST_FIRST,
            limit=min(limit, self.context.settings.search_limit_max),
            token=asked["token"],
        )

    def _page(self, request: Request, search: SearchRequest, url: str, next_link: Any, fields: Fields) -> Any:
        """The search's answer as a GeoJSON feature collection."""
        try:
            result: SearchResult = self.context.catalogue.search(search)
        except SearchError as error:
            raise refusal(request, error) from error
        addresses = self._addresses(request)
        links = [
            {"rel": "self", "type": GEOJSON, "href": url},
            {"rel": "root", "type": JSON, "href": f"{addresses.stac}/"},
        ]
        if result.next_token is not None:
            links.append(next_link(result.next_token))
        return GeoJSONResponse(
            {
                "type": "FeatureCollection",
                "features": [fields.apply(item_document(item, addresses)) for item in result.items],
                "links": links,
                "numberMatched": result.matched,
                "numberReturned": len(result.items),
            }
        )

    def _addresses(self, request: Request) -> Addresses:
        return Addresses(base_url(request, self.context.settings))
