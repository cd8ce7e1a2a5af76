"""Routes of the drafts, and of what is copied into one."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from dinamis_service.catalogue.moments import format_moment
from dinamis_service.context import Context, base_url
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import require_principal
from dinamis_service.identity.principal import Principal
from dinamis_service.preconditions import NeededIfMatch
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.deps import caller_of
from dinamis_service.requests.drafts import DraftForm, Drafts, NewDraft, entity_tag
from dinamis_service.requests.idempotency import IdempotencyKey
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.tables import Draft

PATH = "/api/drafts"


class DraftOut(BaseModel):
    """A draft."""

    id: str
    product_id: str
    title: str
    content: dict[str, Any] = Field(description="`datetime`, `geometry`, `filter`, `order_parameters`")
    created: str
    changed: str
    etag: str = Field(description="For `If-Match`")


class DraftList(BaseModel):
    """Drafts, last changed first."""

    drafts: list[DraftOut]


def build_router(context: Context, orders: Orders) -> APIRouter:
    """Routes of the drafts: each person sees and changes their own."""
    router = APIRouter()
    drafts = Drafts(context.database, context.clock)
    signed_in = Depends(require_principal(context))
    made_before: dict[int | str, dict[str, Any]] = {
        200: {"model": DraftOut, "description": "The draft that was made before"},
        **refusals(409),
    }

    def who(request: Request, principal: Principal = signed_in) -> Caller:
        return caller_of(request, principal)

    own = Depends(who)

    def told(response: Response, draft: Draft) -> dict[str, Any]:
        response.headers["ETag"] = entity_tag(draft)
        return _document(draft)

    def made(request: Request, response: Response, draft: Draft, *, now: bool) -> dict[str, Any]:
        response.status_code = 201 if now else 200
        response.headers["Location"] = f"{base_url(request, context.settings)}{PATH}/{draft.id}"
        return told(response, draft)

    @router.get(PATH, response_model=DraftList)
    def list_drafts(caller: Caller = own) -> Any:
        """Own drafts, last changed first."""
        return {"drafts": [_document(draft) for draft in drafts.list(caller)]}

    @router.post(PATH, status_code=201, response_model=DraftOut, responses=made_before)
    def create_draft(
        request: Request,
        response: Response,
        draft: NewDraft,
        idempotency_key: IdempotencyKey = None,
        caller: Caller = own,
    ) -> Any:
        """Keep a draft; the same identifier with the same body makes one only."""
        kept, now = drafts.create(caller, draft, idempotency_key)
        return made(request, response, kept, now=now)

    @router.get(PATH + "/{draft_id}", response_model=DraftOut)
    def get_draft(response: Response, draft_id: str, caller: Caller = own) -> Any:
        """One draft."""
        return told(response, drafts.get(caller, draft_id))

    @router.put(PATH + "/{draft_id}", response_model=DraftOut, responses=refusals(404, 412, 428))
    def replace_draft(
        response: Response,
        draft_id: str,
        form: DraftForm,
        if_match: NeededIfMatch = None,
        caller: Caller = own,
    ) -> Any:
        """Put other content in the place of a draft."""
        return told(response, drafts.replace(caller, draft_id, form, if_match))

    @router.delete(PATH + "/{draft_id}", status_code=204, responses=refusals(412, 428))
    def delete_draft(draft_id: str, if_match: NeededIfMatch = None, caller: Caller = own) -> Response:
        """Throw a draft away."""
        drafts.delete(caller, draft_id, if_match)
        return Response(status_code=204)

    @router.post(
        "/api/orders/{order_id}/duplicate", status_code=201, response_model=DraftOut, responses=made_before
    )
    def duplicate_order(
        request: Request,
        response: Response,
        order_id: str,
        idempotency_key: IdempotencyKey = None,
        caller: Caller = own,
    ) -> Any:
        """Copy a request into a new draft of one's own."""
        draft, now = drafts.duplicate(caller, orders.get(caller, order_id), idempotency_key)
        return made(request, response, draft, now=now)

    return router


def _document(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "product_id": draft.product_id,
        "title": draft.title,
        "content": draft.content,
        "created": format_moment(draft.created),
        "changed": format_moment(draft.changed),
        "etag": entity_tag(draft),
    }
