"""Missions that an entity commissioned or does, with their end; the first may be ended early (QUO-11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import ForbiddenError, InvalidError, NotFoundError, ServiceError
from dinamis_service.identity.principal import Principal
from dinamis_service.registry import mission_life
from dinamis_service.registry.tables import Entity, Mission
from dinamis_service.web.access import page_route, referent_of
from dinamis_service.web.entity.desk import changing, day_of, reason_of
from dinamis_service.web.entity.mission_view import Sheet, describe
from dinamis_service.web.forms import Said, form_data, refused, strange, text_of, typed
from dinamis_service.web.land import Land
from dinamis_service.web.pages import Page

LIST_PATH = "/entity/missions"
PATH = LIST_PATH + "/{mission_id}"


class MissionPages:
    """Shows missions to the referents of both entities."""

    def __init__(self, context: Context, land: Land) -> None:
        self._context = context
        self._land = land

    def list(self, page: Page, person: Principal) -> Response:
        """The missions of an entity."""
        today = self._context.clock().date()
        with self._context.database.reading() as session:
            rows = [
                {
                    "mission": one,
                    "contractor": session.get_one(Entity, one.contractor_id).name,
                    "commissioner": session.get_one(Entity, one.commissioner_id).name,
                    "over": one.ends < today,
                }
                for one in mission_life.of_entity(session, person.entity_id)
            ]
        return page.render("entity/missions.html", rows=rows)

    def show(self, page: Page, person: Principal, mission_id: str, said: Said) -> Response:
        """The sheet of a mission."""
        today = self._context.clock().date()
        with self._context.database.reading() as session:
            mission = _of(session, page, person, mission_id)
            ended = mission.ends < today
            return page.render(
                "entity/mission.html",
                said.status,
                mission=mission,
                sheet_of=describe(page, Sheet.of(mission), self._land),
                contractor=session.get_one(Entity, mission.contractor_id),
                commissioner=session.get_one(Entity, mission.commissioner_id),
                over=ended,
                may_end=not ended and mission.commissioner_id == person.entity_id and mission.ends > today,
                earliest=max(today, mission.starts).isoformat(),
                said=said,
            )

    def end(self, page: Page, person: Principal, mission_id: str, form: Mapping[str, Any]) -> None:
        """End a mission on the day of the form. Raises `ServiceError`."""
        reason, last = reason_of(page, form, required=True), day_of(page, form, "last")
        if last is None:
            sentence = page.text("Donnez le dernier jour.", "Give the last day.")
            raise InvalidError(sentence, fields={"last": sentence})
        with changing(self._context, page, person) as session:
            mission = _of(session, page, person, mission_id)
            if mission.commissioner_id != person.entity_id:
                raise ForbiddenError(
                    page.text(
                        "Seule l'entité publique partenaire met fin à une mission.",
                        "Only the public partner entity ends a mission.",
                    )
                )
            mission_life.end_early(
                session, mission, last, by=person, now=self._context.clock(), reason=reason
            )


def build_router(context: Context, land: Land) -> APIRouter:
    """The list of the missions and the sheet of each."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages = MissionPages(context, land)
    posted = Depends(form_data)

    @router.get(LIST_PATH)
    def list_missions(request: Request) -> Response:
        page = Page(context, request)
        return pages.list(page, referent_of(page).principal)

    @router.get(PATH)
    def show(request: Request, mission_id: str, done: str = "") -> Response:
        page = Page(context, request)
        said = Said(
            done=page.text("La nouvelle fin est enregistrée.", "The new end is recorded.") if done else ""
        )
        return pages.show(page, referent_of(page).principal, mission_id, said)

    @router.post(PATH)
    def end(request: Request, mission_id: str, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        person = referent_of(page).principal
        if not page.came_from_here(text_of(form, "form_token")):
            return pages.show(page, person, mission_id, strange(page, form))
        try:
            pages.end(page, person, mission_id, form)
        except ServiceError as error:
            return pages.show(page, person, mission_id, refused(page, error, form))
        return page.redirect(f"{LIST_PATH}/{mission_id}?done=1")

    return router


def _of(session: Session, page: Page, person: Principal, mission_id: str) -> Mission:
    """A mission that the referent's entity commissioned or does. Raises `NotFoundError`."""
    mission = session.get(Mission, mission_id)
    if mission is None or person.entity_id not in {mission.commissioner_id, mission.contractor_id}:
        raise NotFoundError(page.text("Cette mission n'existe pas.", "There is no such mission."))
    return mission
