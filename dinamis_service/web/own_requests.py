"""One's own image requests with their state, to be followed in QGIS (REG-49)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import func, select

from dinamis_service.context import Context
from dinamis_service.requests.states import State
from dinamis_service.requests.tables import Order
from dinamis_service.web.access import page_route, person_of
from dinamis_service.web.navigation import OWN_REQUESTS as PATH
from dinamis_service.web.pages import Page

PAGE_SIZE = 25


def build_router(context: Context) -> APIRouter:
    """The page of one's requests, the newest first; drafts are in QGIS alone."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(PATH)
    def show(request: Request, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> Response:
        shown = Page(context, request)
        own = (Order.owner_sub == person_of(shown).principal.sub) & (Order.state != State.DRAFT.value)
        with context.database.reading() as session:
            total = session.scalar(select(func.count()).select_from(Order).where(own)) or 0
            last = max(1, -(-total // PAGE_SIZE))
            number = min(page, last)
            newest = select(Order).where(own).order_by(Order.sequence.desc())
            orders = session.scalars(newest.offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)).unique().all()
            return shown.render(
                "own_requests.html", orders=orders, total=total, number=number, last=last, base=shown.base
            )

    return router
