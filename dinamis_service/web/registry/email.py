"""Check of an e-mail address, from which an account is asked for (REG-04)."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import write
from dinamis_service.registry.links import Purpose, issue
from dinamis_service.web.access import page_route
from dinamis_service.web.forms import form_data, text_of, typed
from dinamis_service.web.pages import Page

PATH = "/registry/email"


def build_router(context: Context) -> APIRouter:
    """The page that asks for an address."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    posted = Depends(form_data)

    @router.get(PATH)
    def show(request: Request) -> Response:
        return Page(context, request).render("registry/email.html", sent="", error="")

    @router.post(PATH)
    def send(request: Request, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        if not page.came_from_here(text_of(form, "form_token")):
            return page.render("registry/email.html", 403, sent="", error=page.stale())
        address, now = text_of(form, "email").casefold(), context.clock()
        with context.database.session() as session:
            link = issue(session, Purpose.ACCOUNT, address, now)
            write(
                session,
                Letter.CHECK_ADDRESS,
                address=address,
                name="",
                language=page.language,
                moment=now,
                facts={"link": link.id, "purpose": link.purpose, "path": "/registry/account"},
            )
        return page.render("registry/email.html", sent=address, error="")

    return router
