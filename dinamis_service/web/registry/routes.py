"""Every page of adhesion, of the creation of accounts and of the documents."""

from __future__ import annotations

from fastapi import APIRouter

from dinamis_service.context import Context
from dinamis_service.routing import take_in
from dinamis_service.web.access import page_route
from dinamis_service.web.registry import account, adhesion, documents, portal, validation, verify


def build_router(context: Context) -> APIRouter:
    """The pages under `/registry` up to the instruction, and those under `/documents`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    for pages in (portal, account, adhesion, validation, verify, documents):
        take_in(router, pages.build_router(context))
    return router
