"""Every page of the operators."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError
from dinamis_service.routing import take_in
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.operator import (
    access,
    accounts,
    adhesions,
    calls,
    contact,
    delivery,
    entities,
    home,
    merging,
    messages,
    outbox,
    projects,
    queue,
    statistics,
    super_entities,
    tariffs,
    texts,
)
from dinamis_service.web.operator import request as request_pages
from dinamis_service.web.operator.request import RequestPages
from dinamis_service.web.pages import Page


def build_router(context: Context) -> APIRouter:
    """The pages under `/operator/`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    take_in(router, queue.build_router(context))
    requests = RequestPages(context)
    take_in(router, request_pages.build_router(context, requests))
    take_in(router, delivery.build_router(context, requests))
    take_in(router, messages.build_router(context, requests))
    fresh = statistics.FreshFigures(context)
    take_in(router, home.build_router(context, fresh))
    take_in(router, statistics.build_router(context, fresh))
    for pages in (
        projects,
        tariffs,
        calls,
        outbox,
        adhesions,
        entities,
        merging,
        super_entities,
        accounts,
        access,
        texts,
        contact,
    ):
        take_in(router, pages.build_router(context))

    @router.get("/operator")
    def begin(request: Request) -> Response:
        return Page(context, request).redirect(home.PATH)

    @router.get("/operator/{rest:path}")
    def nothing(request: Request) -> Response:
        page = Page(context, request)
        operator_of(page)
        raise NotFoundError(page.text("Cette page n'existe pas.", "There is no such page."))

    return router
