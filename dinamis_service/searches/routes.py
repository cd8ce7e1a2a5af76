"""Routes of the saved searches."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from dinamis_service.catalogue.moments import format_moment
from dinamis_service.context import Context, base_url
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.language import pick_language
from dinamis_service.preconditions import IfMatch
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.idempotency import IdempotencyKey
from dinamis_service.searches.rules import SearchChange, SearchForm
from dinamis_service.searches.store import Searches, entity_tag
from dinamis_service.searches.tables import SavedSearch

PATH = "/api/searches"


class SearchOut(BaseModel):
    """A saved search."""

    id: str
    name: str
    document: dict[str, Any] = Field(description="As it was sent")
    is_default: bool
    last_seen: str | None
    created: str
    changed: str
    etag: str = Field(description="For `If-Match`")


class SearchList(BaseModel):
    """Saved searches, by name."""

    searches: list[SearchOut]


def build_router(context: Context) -> APIRouter:
    """Routes of the saved searches: each person sees and changes their own."""
    router = APIRouter(tags=["saved searches"])
    searches = Searches(context.database, context.clock)
    signed_in = Depends(require_principal(context))

    def who(request: Request, principal: Principal = signed_in) -> Caller:
        return Caller(principal, pick_language(request.headers.get("accept-language")))

    own = Depends(who)

    def told(response: Response, search: SavedSearch) -> dict[str, Any]:
        response.headers["ETag"] = entity_tag(search)
        return _document(search)

    @router.get(PATH, response_model=SearchList)
    def list_searches(caller: Caller = own) -> Any:
        """Own searches, by name."""
        return {"searches": [_document(one) for one in searches.list(caller)]}

    @router.post(
        PATH,
        status_code=201,
        response_model=SearchOut,
        responses={
            200: {"model": SearchOut, "description": "The search that the same key made before"},
            **refusals(409),
        },
    )
    def create_search(
        request: Request,
        response: Response,
        form: SearchForm,
        idempotency_key: IdempotencyKey = None,
        caller: Caller = own,
    ) -> Any:
        """Save a search (CAT-40)."""
        search, created = searches.create(caller, form, idempotency_key)
        response.status_code = 201 if created else 200
        response.headers["Location"] = f"{base_url(request, context.settings)}{PATH}/{search.id}"
        return told(response, search)

    @router.get(PATH + "/{search_id}", response_model=SearchOut)
    def get_search(response: Response, search_id: str, caller: Caller = own) -> Any:
        """One search."""
        return told(response, searches.get(caller, search_id))

    @router.put(PATH + "/{search_id}", response_model=SearchOut, responses=refusals(404, 409, 412))
    def replace_search(
        response: Response,
        search_id: str,
        form: SearchForm,
        if_match: IfMatch = None,
        caller: Caller = own,
    ) -> Any:
        """Put other content in the place of a search; `last_seen` never goes back."""
        return told(response, searches.replace(caller, search_id, form, if_match))

    @router.patch(PATH + "/{search_id}", response_model=SearchOut, responses=refusals(409, 412))
    def change_search(
        response: Response,
        search_id: str,
        change: SearchChange,
        if_match: IfMatch = None,
        caller: Caller = own,
    ) -> Any:
        """Rename a search, make it the default (CAT-39), or say when its results were last looked at."""
        return told(response, searches.change(caller, search_id, change, if_match))

    @router.delete(PATH + "/{search_id}", status_code=204, responses=refusals(412))
    def delete_search(search_id: str, if_match: IfMatch = None, caller: Caller = own) -> Response:
        """Forget a search."""
        searches.delete(caller, search_id, if_match)
        return Response(status_code=204)

    return router


def _document(search: SavedSearch) -> dict[str, Any]:
    return {
        "id": search.id,
        "name": search.name,
        "document": search.document,
        "is_default": search.is_default,
        "last_seen": _moment(search.last_seen),
        "created": format_moment(search.created),
        "changed": format_moment(search.changed),
        "etag": entity_tag(search),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else format_moment(moment)
