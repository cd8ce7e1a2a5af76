"""The help of the pages, by role (REG-49)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dinamis_service.context import Context
from dinamis_service.web.navigation import HELP as PATH
from dinamis_service.web.pages import Page


def build_router(context: Context) -> APIRouter:
    """The page of the help."""
    router = APIRouter(include_in_schema=False)

    @router.get(PATH)
    def show(request: Request) -> Response:
        page = Page(context, request)
        roles = page.person.roles if page.person else frozenset()
        return page.render(
            "help.html", roles=roles, base=page.base, pneo=context.settings.pneo_contact_address
        )

    return router
