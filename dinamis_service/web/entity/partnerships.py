"""The pending action "Valider le partenariat", with the mission sheet of the contractor (REG-42, REG-43)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, NotFoundError, ServiceError
from dinamis_service.identity.access_records import record
from dinamis_service.identity.principal import Principal
from dinamis_service.registry import partnerships
from dinamis_service.registry.adhesion_states import TITLES, State
from dinamis_service.registry.tables import Adhesion, Entity
from dinamis_service.registry.uploads import ProjectFiles
from dinamis_service.web.access import page_route, referent_of
from dinamis_service.web.entity.desk import changing, reason_of
from dinamis_service.web.entity.mission_view import Sheet, describe
from dinamis_service.web.forms import Said, form_data, refused, strange, text_of, typed
from dinamis_service.web.land import Land
from dinamis_service.web.pages import Page
from dinamis_service.web.registry.adhesion import project_file_answer

PATH = "/entity/partnerships/{adhesion_id}"
DONE = {
    "accept": (
        "Le partenariat est validé ; l'instance DINAMIS instruit maintenant la demande.",
        "The partnership is validated; the DINAMIS body now instructs the request.",
    ),
    "refuse": ("Le partenariat est refusé.", "The partnership is refused."),
}


class PartnershipPages:
    """Shows partnerships to the referents of the public partner, and keeps their answer."""

    def __init__(self, context: Context, land: Land) -> None:
        self._context = context
        self._land = land

    def show(self, page: Page, person: Principal, adhesion_id: str, said: Said) -> Response:
        """The sheet; that it was looked at is written down."""
        now = self._context.clock()
        with self._context.database.session() as session:
            adhesion = _of(session, page, person, adhesion_id)
            record(session, person, "adhesion", adhesion.id, "partnership", now)
            form, partner = adhesion.form, session.get_one(Entity, person.entity_id)
            return page.render(
                "entity/partnership.html",
                said.status,
                adhesion=adhesion,
                state=page.text(*TITLES[State(adhesion.state)]),
                pending=partnerships.is_pending(adhesion),
                contractor=form["entity"],
                referent=form["referent"],
                representative=form["legal_representative"],
                mission=describe(page, _sheet(form["mission"]), self._land),
                file=adhesion.project_file,
                partner=partner,
                said=said,
            )

    def file(self, page: Page, person: Principal, adhesion_id: str) -> Response:
        """The description file, taken away to be read; who took it is written down."""
        with self._context.database.session() as session:
            adhesion = _of(session, page, person, adhesion_id)
            answer = project_file_answer(page, ProjectFiles(self._context.settings), adhesion)
            record(session, person, "adhesion", adhesion.id, "download", self._context.clock())
        return answer

    def decide(self, page: Page, person: Principal, adhesion_id: str, form: dict[str, Any]) -> str:
        """Keep the answer of a form; tell which it was.

        Raises:
            ServiceError: it is refused.
        """
        act = text_of(form, "act")
        if act not in DONE:
            raise InvalidError(page.text("Action inconnue.", "Unknown action."))
        reason = reason_of(page, form, required=act == "refuse")
        with changing(self._context, page, person) as session:
            partnerships.decide(
                session,
                _of(session, page, person, adhesion_id),
                accept=act == "accept",
                by=person,
                now=self._context.clock(),
                reason=reason,
            )
        return act


def build_router(context: Context, land: Land) -> APIRouter:
    """The sheet of each partnership."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages = PartnershipPages(context, land)
    posted = Depends(form_data)

    @router.get(PATH)
    def show(request: Request, adhesion_id: str, done: str = "") -> Response:
        page = Page(context, request)
        said = Said(done=page.text(*DONE[done]) if done in DONE else "")
        return pages.show(page, referent_of(page).principal, adhesion_id, said)

    @router.get(PATH + "/file")
    def read(request: Request, adhesion_id: str) -> Response:
        page = Page(context, request)
        return pages.file(page, referent_of(page).principal, adhesion_id)

    @router.post(PATH)
    def decide(request: Request, adhesion_id: str, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        person = referent_of(page).principal
        if not page.came_from_here(text_of(form, "form_token")):
            return pages.show(page, person, adhesion_id, strange(page, form))
        try:
            done = pages.decide(page, person, adhesion_id, form)
        except ServiceError as error:
            return pages.show(page, person, adhesion_id, refused(page, error, form))
        return page.redirect(f"/entity/partnerships/{adhesion_id}?done={done}")

    return router


def _of(session: Session, page: Page, person: Principal, adhesion_id: str) -> Adhesion:
    """A signed adhesion that names the referent's entity as its partner. Raises `NotFoundError`."""
    adhesion = session.get(Adhesion, adhesion_id)
    if adhesion is None or adhesion.partner_id != person.entity_id or adhesion.signed_at is None:
        raise NotFoundError(page.text("Ce partenariat n'existe pas.", "There is no such partnership."))
    return adhesion


def _sheet(mission: dict[str, Any]) -> Sheet:
    """The mission of a form."""
    return Sheet(mission["title"], mission["starts"], mission["ends"], mission["area"], mission["wishes"])
