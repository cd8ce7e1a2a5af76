"""Every page under `/account`."""

from __future__ import annotations

from fastapi import APIRouter

from dinamis_service.context import Context
from dinamis_service.routing import take_in
from dinamis_service.web.account import data, profile, second_factor, security, texts


def build_router(context: Context) -> APIRouter:
    """The pages of one's own account."""
    router = APIRouter(include_in_schema=False)
    of_passwords = (second_factor,) if context.identity.keeps_passwords else ()
    for pages in (profile, security, *of_passwords, texts, data):
        take_in(router, pages.build_router(context))
    return router
