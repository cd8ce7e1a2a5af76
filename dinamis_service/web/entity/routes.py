"""Every page of the referents."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError
from dinamis_service.routing import take_in
from dinamis_service.web.access import page_route, referent_of
from dinamis_service.web.entity import accounts, home, missions, partnerships, settings, statistics
from dinamis_service.web.land import Land
from dinamis_service.web.pages import Page


def build_router(context: Context) -> APIRouter:
    """The pages under `/entity/`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    land = Land(SqliteGazetteer(context.settings.gazetteer_file))
    for pages in (home, accounts, settings, statistics):
        take_in(router, pages.build_router(context))
    for pages_with_maps in (partnerships, missions):
        take_in(router, pages_with_maps.build_router(context, land))

    @router.get("/entity")
    def begin(request: Request) -> Response:
        return Page(context, request).redirect(home.PATH)

    @router.get("/entity/{rest:path}")
    def nothing(request: Request) -> Response:
        page = Page(context, request)
        referent_of(page)
        raise NotFoundError(page.text("Cette page n'existe pas.", "There is no such page."))

    return router
