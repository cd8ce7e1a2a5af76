"""The home page of a referent: pending actions, and the entity at a glance (ACC-05, REG-42, REG-49)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dinamis_service.context import Context
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.tables import Account
from dinamis_service.registry import partnerships
from dinamis_service.registry.account_life import WAITING, referents_of
from dinamis_service.registry.adhesion_states import TITLES, State
from dinamis_service.registry.entity_figures import accounts_by_status
from dinamis_service.registry.succession import RANKS
from dinamis_service.registry.tables import Entity
from dinamis_service.web.access import page_route, referent_of
from dinamis_service.web.entity.desk import row_of
from dinamis_service.web.pages import Page

PATH = "/entity/"
REQUESTS_PATH = "/entity/requests"
HELP_PATH = "/entity/help"
REQUESTS_SHOWN = 200


def build_router(context: Context) -> APIRouter:
    """Home, requests and help."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(PATH)
    def home(request: Request) -> Response:
        page = Page(context, request)
        person, now = referent_of(page).principal, context.clock()
        with context.database.reading() as session:
            return page.render(
                "entity/home.html",
                entity=session.get_one(Entity, person.entity_id),
                waiting=[row_of(page, one, now) for one in _waiting(session, person)],
                partnerships=[
                    one
                    for one in partnerships.of_partner(session, person.entity_id)
                    if partnerships.is_pending(one)
                ],
                referents=referents_of(session, person.entity_id, now),
                figures=accounts_by_status(session, person.entity_id, now),
            )

    @router.get(REQUESTS_PATH)
    def requests(request: Request) -> Response:
        page = Page(context, request)
        person, now = referent_of(page).principal, context.clock()
        with context.database.reading() as session:
            newest = (
                select(Account)
                .where(Account.entity_id == person.entity_id)
                .where(or_(Account.state == WAITING, Account.validated_at.is_not(None)))
                .order_by(Account.state != WAITING, Account.created_at.desc())
            )
            return page.render(
                "entity/requests.html",
                accounts=[row_of(page, one, now) for one in session.scalars(newest.limit(REQUESTS_SHOWN))],
                partnerships=[
                    (one, page.text(*TITLES[State(one.state)]))
                    for one in partnerships.of_partner(session, person.entity_id)[:REQUESTS_SHOWN]
                ],
            )

    @router.get(HELP_PATH)
    def help_page(request: Request) -> Response:
        page = Page(context, request)
        referent_of(page)
        return page.render("entity/help.html", ranks=[page.text(*one) for one in RANKS.values()])

    return router


def _waiting(session: Session, person: Principal) -> list[Account]:
    """Accounts that wait for the referent, the one that waits longest first."""
    waiting = select(Account).where(Account.entity_id == person.entity_id, Account.state == WAITING)
    return list(session.scalars(waiting.order_by(Account.created_at, Account.id)))
