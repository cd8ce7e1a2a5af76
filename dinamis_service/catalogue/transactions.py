"""Items put in, changed and taken out over HTTP by operators (STAC API Transaction extension, CAT-58)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Annotated, Any

import attr
from fastapi import APIRouter, Body, Depends, FastAPI, Path, Request
from pydantic import AfterValidator
from stac_fastapi.api.models import GeoJSONResponse
from stac_fastapi.extensions.transaction.transaction import TransactionConformanceClasses
from stac_fastapi.types.extension import ApiExtension
from starlette.responses import Response

from dinamis_service.catalogue.documents import Addresses, entity_tag, item_document, stored_item
from dinamis_service.catalogue.engine import Item, ItemError
from dinamis_service.catalogue.moments import format_moment
from dinamis_service.catalogue.orderable_view import put_items
from dinamis_service.catalogue.parameters import no_collection
from dinamis_service.catalogue.stac_items import Remarks, StacFileError, fit_item
from dinamis_service.context import Context, base_url
from dinamis_service.errors import (
    BadRequestError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    PreconditionFailedError,
    refusals,
)
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.language import text
from dinamis_service.preconditions import IfMatch, is_match
from dinamis_service.routing import take_in
from dinamis_service.soundness import sound_json

_ITEMS = "/collections/{collection_id}/items"
_ITEM = _ITEMS + "/{item_id}"
_DEPTH = 24
"""Levels of an item: deeper than any geometry or extension, and far from what exhausts a stack."""

_JsonBody = Annotated[dict[str, Any], AfterValidator(lambda value: sound_json(value, _DEPTH))]
CollectionId = Annotated[str, Path(description="Identifier of the collection")]
ItemId = Annotated[str, Path(description="Identifier of the item")]


@attr.s
class Transactions(ApiExtension):
    """Routes and conformance class of the extension, for items."""

    context: Context = attr.ib()
    prefix: str = attr.ib()
    conformance_classes: list[str] = attr.ib(factory=lambda: [str(TransactionConformanceClasses.ITEMS)])
    schema_href: str | None = attr.ib(default=None)

    def register(self, app: FastAPI) -> None:
        """Add the routes to the application."""
        take_in(app, build_router(self.context, self.prefix))


def build_router(context: Context, prefix: str) -> APIRouter:
    """Routes for operators; everyone else gets 401 or 403."""
    router = APIRouter(prefix=prefix, tags=["STAC Transaction"], default_response_class=GeoJSONResponse)
    operator = [Depends(_require_operator(context))]
    may = refusals(401, 403)
    lock = threading.Lock()  # between looking at an item and changing it nobody else changes it

    @router.post(_ITEMS, status_code=201, dependencies=operator, responses=may | refusals(404, 409))
    def create_item(
        request: Request,
        collection_id: CollectionId,
        body: Annotated[_JsonBody, Body()],
    ) -> Response:
        """Put in an item, or those of a feature collection, all or none; 409 when one is there already."""
        with lock:
            return _Edit(context, request, collection_id).create(body)

    @router.put(_ITEM, dependencies=operator, responses=may | refusals(404, 412))
    def replace_item(
        request: Request,
        collection_id: CollectionId,
        item_id: ItemId,
        body: Annotated[_JsonBody, Body()],
        if_match: IfMatch = None,
    ) -> Response:
        """Replace an item by another of the same identifier."""
        with lock:
            return _Edit(context, request, collection_id).replace(item_id, body, if_match)

    @router.patch(_ITEM, dependencies=operator, responses=may | refusals(404, 412))
    def change_item(
        request: Request,
        collection_id: CollectionId,
        item_id: ItemId,
        body: Annotated[_JsonBody, Body(media_type="application/merge-patch+json")],
        if_match: IfMatch = None,
    ) -> Response:
        """Change members of an item (RFC 7396 merge patch): null takes one out."""
        with lock:
            return _Edit(context, request, collection_id).change(item_id, body, if_match)

    @router.delete(_ITEM, status_code=204, dependencies=operator, responses=may | refusals(404, 412))
    def delete_item(
        request: Request,
        collection_id: CollectionId,
        item_id: ItemId,
        if_match: IfMatch = None,
    ) -> Response:
        """Take an item out; its objects stay in the store, out of reach."""
        with lock:
            return _Edit(context, request, collection_id).delete(item_id, if_match)

    return router


def _require_operator(context: Context) -> Callable[..., Principal]:
    """Dependency giving who calls, refused when no operator."""
    principal = require_principal(context)

    def operator(request: Request, found: Principal = Depends(principal)) -> Principal:  # noqa: B008
        if not found.is_operator:
            raise ForbiddenError(
                text(
                    request,
                    fr="Seul un opérateur peut modifier le catalogue.",
                    en="Only an operator may change the catalogue.",
                )
            )
        return found

    return operator


@attr.s(auto_attribs=True, frozen=True)
class _Edit:
    """One change of one collection, as its caller asks for it."""

    context: Context
    request: Request
    collection: str

    def create(self, body: dict[str, Any]) -> Response:
        """Put in one item or several."""
        self._known_collection()
        several = body.get("type") == "FeatureCollection"
        documents = body.get("features") if several else [body]
        if not isinstance(documents, list) or not documents:
            raise self._bad("features", "a list of items", "une liste de scènes")
        items = [self._stored(document, None) for document in documents]
        for item in items:
            if self.context.catalogue.get(self.collection, item["id"]) is not None:
                raise ConflictError(
                    self._say(
                        f"Il y a déjà une scène « {item['id']} ».",
                        f"There is an item '{item['id']}' already.",
                    )
                )
        self._upsert(items)
        addresses = self._addresses()
        if not several:
            return self._answer(items[0], 201)
        made = [item_document(item, addresses) for item in items]
        return GeoJSONResponse({"type": "FeatureCollection", "features": made, "links": []}, 201)

    def replace(self, item_id: str, body: dict[str, Any], if_match: str | None) -> Response:
        """Put another document in the place of an item."""
        present = self._present(item_id, if_match)
        item = self._stored({"id": item_id, **body}, present)
        if item["id"] != item_id:
            raise self._bad("id", f"'{item_id}', as in the address", f"« {item_id} », comme dans l'adresse")
        self._upsert([item])
        return self._answer(item, 200)

    def change(self, item_id: str, patch: dict[str, Any], if_match: str | None) -> Response:
        """Merge a patch into an item."""
        present = self._present(item_id, if_match)
        merged = _merged(item_document(present, self._addresses()), patch)
        item = self._stored(merged, present)
        if item["id"] != item_id:
            raise self._bad("id", "unchanged", "inchangé")
        self._upsert([item])
        return self._answer(item, 200)

    def delete(self, item_id: str, if_match: str | None) -> Response:
        """Take an item out."""
        self._present(item_id, if_match)
        self.context.catalogue.delete(self.collection, item_id)
        return Response(status_code=204)

    def _stored(self, document: Any, present: Item | None) -> Item:
        """The document as the catalogue keeps it, with its dates of publication and of change."""
        if isinstance(document, dict) and document.get("collection", self.collection) != self.collection:
            raise self._bad(
                "collection",
                f"'{self.collection}', as in the address",
                f"« {self.collection} », comme dans l'adresse",
            )
        try:
            fit = fit_item(document, self.collection, Remarks())
        except StacFileError as error:
            raise BadRequestError(self._say(f"Scène refusée : {error}", f"Item refused: {error}")) from error
        item = stored_item(fit, self._addresses(), self.context.objects.exists)
        now = format_moment(self.context.clock())
        created = (present or {}).get("properties", {}).get("created") or now
        changed = {"updated": now} if present is not None else {}
        return {**item, "properties": {**item["properties"], "created": created, **changed}}

    def _present(self, item_id: str, if_match: str | None) -> Item:
        """The item to change, which the caller has seen as it is when an `If-Match` says so."""
        self._known_collection()
        present = self.context.catalogue.get(self.collection, item_id)
        if present is None:
            raise NotFoundError(
                self._say(f"Il n'y a pas de scène « {item_id} ».", f"There is no item '{item_id}'.")
            )
        if not is_match(if_match, entity_tag(present)):
            raise PreconditionFailedError(
                self._say(
                    "La scène a changé entre-temps : relisez-la.",
                    "The item changed meanwhile: read it again.",
                )
            )
        return present

    def _known_collection(self) -> None:
        if self.context.catalogue.collection(self.collection) is None:
            raise no_collection(self.request, self.collection)

    def _upsert(self, items: list[Item]) -> None:
        try:
            put_items(self.context.catalogue, items)
        except ItemError as error:
            raise BadRequestError(self._say(f"Scène refusée : {error}", f"Item refused: {error}")) from error

    def _answer(self, item: Item, status: int) -> Response:
        document = item_document(item, self._addresses())
        headers = {"ETag": entity_tag(item)}
        if status == 201:  # noqa: PLR2004 - created
            headers["Location"] = self._addresses().item(self.collection, item["id"])
        return GeoJSONResponse(document, status, headers=headers)

    def _addresses(self) -> Addresses:
        return Addresses.seen_from(base_url(self.request, self.context.settings), self.context.settings)

    def _say(self, fr: str, en: str) -> str:
        return text(self.request, fr=fr, en=en)

    def _bad(self, name: str, en: str, fr: str) -> BadRequestError:
        return BadRequestError(self._say(f"« {name} » : il faut {fr}.", f"'{name}': {en} is expected."))


def _merged(target: Any, patch: Any) -> Any:
    """A document with a merge patch (RFC 7396) applied."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merged(merged.get(key), value)
    return merged
