"""Figures of the entity, for its referent: accounts, requests and downloads of this year."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dinamis_service.context import Context
from dinamis_service.registry.account_life import STATUS_WORDS
from dinamis_service.registry.entity_figures import figures_of
from dinamis_service.registry.tables import Entity
from dinamis_service.signing.monthly import RunningMonth
from dinamis_service.web.access import page_route, referent_of
from dinamis_service.web.pages import Page

PATH = "/entity/statistics"


def build_router(context: Context) -> APIRouter:
    """The page of the figures."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    running = RunningMonth()

    @router.get(PATH)
    def show(request: Request) -> Response:
        page = Page(context, request)
        person = referent_of(page).principal
        figures = figures_of(context.database, person.entity_id, context.clock(), running)
        with context.database.reading() as session:
            entity = session.get_one(Entity, person.entity_id)
        return page.render(
            "entity/statistics.html",
            entity=entity,
            figures=figures,
            accounts=[(page.text(*STATUS_WORDS[one]), count) for one, count in figures.accounts.items()],
            requests=[
                (page.show.sensor(sensor), page.show.state(state), count)
                for (sensor, state), count in figures.requests.items()
            ],
            downloads=[(one.month, one.sensor, one.people, one.images) for one in figures.downloads],
        )

    return router
