"""The merge of two entities: the other one is searched, what moves is shown, then it is done (REG-46)."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.registry import entity_admin, merging
from dinamis_service.registry.entity_admin import MEMBER
from dinamis_service.requests.caller import Caller
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import Said, form_data, text_of, tried, typed, whole_number
from dinamis_service.web.operator.entities import LIST_PATH
from dinamis_service.web.operator.entities import PATH as ENTITY_PATH
from dinamis_service.web.operator.listing import Id
from dinamis_service.web.pages import Page

PATH = ENTITY_PATH + "/merge"
FOUND_MAX = 20


def build_router(context: Context) -> APIRouter:
    """The page of a merge."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    posted = Depends(form_data)

    @router.get(PATH)
    def show(request: Request, entity_id: Id, words: str = "", into: str = "") -> Response:
        page = Page(context, request)
        return _show(context, page, operator_of(page), entity_id, into, words=words, said=Said())

    @router.post(PATH)
    def merge(request: Request, entity_id: Id, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        operator, into = operator_of(page), text_of(form, "into")

        def act() -> None:
            seen = whole_number(form, "version"), whole_number(form, "into_version")
            merging.merge(
                context.database,
                operator,
                entity_id,
                into,
                text_of(form, "reason")[:2000],
                seen=seen,
                now=context.clock(),
            )

        said = tried(page, form, act)
        if said is not None:
            return _show(context, page, operator, entity_id, into, words="", said=said)
        return page.redirect(f"{LIST_PATH}/{into}?done=1")

    return router


def _show(
    context: Context, page: Page, operator: Caller, entity_id: str, into: str, *, words: str, said: Said
) -> Response:
    """The search of the other entity, or the preview of the merge with it."""
    words = words.replace("\x00", "").strip()[:200]
    with context.database.reading() as session:
        source = entity_admin.entity_of(session, operator, entity_id)
        target = entity_admin.entity_of(session, operator, into.replace("\x00", "")) if into else None
        found = (
            entity_admin.look_through(session, words, state=MEMBER, limit=FOUND_MAX + 1) if words else None
        )
        moves = merging.moves(session, source)
    warnings = [] if target is None else merging.warnings(source, target)
    return page.render(
        "operator/merge.html",
        said.status,
        source=source,
        target=target,
        words=words,
        found=[] if found is None else [one for one in found.rows if one.id != source.id][:FOUND_MAX],
        total=0 if found is None else found.total,
        moves=moves,
        warnings=[one.told(page.language) for one in warnings],
        said=said,
    )
