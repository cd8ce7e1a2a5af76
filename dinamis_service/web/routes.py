"""Pages of the service: the portal, the sign-in of devices, and the files they are dressed with."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from dinamis_service.catalogue.engine import UNKNOWN, SearchRequest
from dinamis_service.catalogue.missions import mission_title
from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError
from dinamis_service.language import text
from dinamis_service.registry.extensions import in_force
from dinamis_service.registry.regions import REGIONS
from dinamis_service.registry.tables import Extension
from dinamis_service.routing import take_in
from dinamis_service.web import (
    authorization,
    contact,
    device,
    end_session,
    help_page,
    own_requests,
    password,
    sign_in,
    sign_in_elsewhere,
)
from dinamis_service.web.account import routes as account_routes
from dinamis_service.web.entity import routes as entity_routes
from dinamis_service.web.operator import routes as operator_routes
from dinamis_service.web.pages import STATIC, Page
from dinamis_service.web.registry import routes as registry_routes

STATIC_LIFE_S = 3600


def build_router(context: Context) -> APIRouter:
    """Every page."""
    router = APIRouter(include_in_schema=False)
    files = {path.name: path for path in STATIC.iterdir() if path.is_file()}

    @router.get("/")
    def home(request: Request) -> Response:
        page = Page(context, request)
        return page.render(
            "home.html",
            base=page.base,
            missions=_products_per_mission(context, page),
            extensions=_extensions(context, page),
        )

    @router.get("/static/{name}")
    def static(request: Request, name: str) -> Response:
        if name not in files:
            raise NotFoundError(text(request, fr="Ce fichier n'existe pas.", en="There is no such file."))
        return FileResponse(files[name], headers={"Cache-Control": f"public, max-age={STATIC_LIFE_S}"})

    own = (device, sign_in, authorization, end_session, password)
    ways_in = own if context.identity.external is None else (sign_in_elsewhere,)
    for pages in (*ways_in, account_routes, contact, help_page, own_requests):
        take_in(router, pages.build_router(context))
    take_in(router, operator_routes.build_router(context))
    take_in(router, entity_routes.build_router(context))
    take_in(router, registry_routes.build_router(context))
    return router


def _extensions(context: Context, page: Page) -> list[tuple[Extension, str]]:
    """Regions over which the open-data licence is extended to the entity of who is signed in (SUP-10)."""
    if page.person is None:
        return []
    with context.database.reading() as session:
        found = in_force(session, page.person.entity_id, context.clock().date())
    return [(one, REGIONS.get(one.region, one.region)) for one in found]


def _products_per_mission(context: Context, page: Page) -> list[tuple[str, str]]:
    """Missions of the catalogue and their numbers of products as a person reads them, most first (CAT-57)."""
    counts = context.catalogue.search(SearchRequest(limit=0, facets=("mission",))).facets["mission"]
    separator = page.text(fr="\u202f", en=",")
    return [
        (
            page.text(fr="Autres", en="Others") if mission == UNKNOWN else mission_title(mission),
            f"{number:,}".replace(",", separator),
        )
        for mission, number in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
