"""The messages of the contact form: read, answered by mail, marked as handled (SUP-01)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from dinamis_service.context import Context
from dinamis_service.identity.access_records import record
from dinamis_service.notifications.operator_letters import PURPOSES
from dinamis_service.registry import contact
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.operator.listing import PAGE_SIZE
from dinamis_service.web.pages import Page

PATH = "/operator/contact"
HANDLED = "handled"
_ID_MAX = 2**31 - 1

MessageId = Annotated[int, Form(ge=1, le=_ID_MAX)]


def build_router(context: Context) -> APIRouter:
    """The list of the messages."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(PATH)
    def show(request: Request, state: str = "", before: int = _ID_MAX, done: str = "") -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        handled = state == HANDLED
        with context.database.session() as session:
            found = contact.page_of(
                session, operator, handled=handled, before=min(max(before, 0), _ID_MAX), limit=PAGE_SIZE + 1
            )
            waiting = contact.unhandled(session)
            record(session, operator.principal, "contact", "", "list", context.clock())
        return page.render(
            "operator/contact.html",
            messages=found[:PAGE_SIZE],
            more=found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None,
            handled=handled,
            waiting=waiting,
            purposes={value: words.told(page.language) for value, words in PURPOSES.items()},
            done=page.text("C'est enregistré.", "It is recorded.") if done else "",
            contact_address=context.settings.contact_address,
        )

    @router.post(PATH)
    def mark(
        request: Request,
        message: MessageId,
        handled: Annotated[str, Form()] = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        if not page.came_from_here(form_token):
            return page.render_refusal(403, page.stale())
        contact.mark(context, operator, message, handled=handled == "yes")
        return page.redirect(f"{PATH}?done=1" if handled == "yes" else f"{PATH}?state={HANDLED}&done=1")

    return router
