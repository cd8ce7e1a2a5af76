"""The member entities: the list of them, the page of each, corrected, closed, grouped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import InvalidError, NotFoundError
from dinamis_service.identity.access_records import record
from dinamis_service.identity.tables import Account
from dinamis_service.registry import entity_admin, extensions, super_entities
from dinamis_service.registry.entity_admin import CLOSED, MEMBER, EntityForm
from dinamis_service.registry.entity_export import STATES, rows
from dinamis_service.registry.events import events_of
from dinamis_service.registry.extensions import ExtensionForm
from dinamis_service.registry.legal_texts import current, texts_to_sign
from dinamis_service.registry.missions import missions_of
from dinamis_service.registry.nationalities import countries
from dinamis_service.registry.regions import REGIONS
from dinamis_service.registry.sectors import CATEGORIES
from dinamis_service.registry.tables import Entity, Mission, SuperEntity
from dinamis_service.requests.caller import Caller
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.downloads import csv_answer
from dinamis_service.web.forms import Said, checked, form_data, text_of, tried, typed, whole_number
from dinamis_service.web.operator.event_words import told_events
from dinamis_service.web.operator.listing import PAGE_SIZE, Id, View
from dinamis_service.web.pages import Page

LIST_PATH = "/operator/entities"
PATH = LIST_PATH + "/{entity_id}"
_FIELDS = tuple(EntityForm.model_fields)


class EntityPages:
    """Shows entities to operators."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def show(self, page: Page, operator: Caller, entity_id: str, said: Said) -> Response:
        """The page of an entity; that it was looked at is written down."""
        with self.context.database.session() as session:
            entity = entity_admin.entity_of(session, operator, entity_id)
            record(session, operator.principal, "entity", entity_id, "view", self.context.clock())
            told = self._told(session, page, entity)
        values = {name: getattr(entity, name) for name in _FIELDS}
        if said.form and said.of == "edit":
            values |= {name: text_of(said.form, name) for name in _FIELDS}
        return page.render(
            "operator/entity.html", said.status, entity=entity, values=values, said=said, **told
        )

    def _told(self, session: Session, page: Page, entity: Entity) -> dict[str, Any]:
        today = self.context.clock().date()
        named = session.get(Entity, entity.merged_into_id) if entity.merged_into_id else None
        people = select(Account).where(Account.entity_id == entity.id)
        missions = [*missions_of(session, entity.id), *_commissioned(session, entity.id)]
        return {
            "state": STATES[entity.state].told(page.language),
            "successor": named,
            "people": session.scalars(people.order_by(Account.family_name, Account.id)).unique().all(),
            "missions": missions,
            "super_entities": super_entities.every(session)[0],
            "super_entity": session.get(SuperEntity, entity.super_entity_id)
            if entity.super_entity_id
            else None,
            "extensions": [
                (one, REGIONS.get(one.region, one.region), extensions.holds(one, today))
                for one in extensions.extensions_of(session, entity.id)
            ],
            "regions": sorted(REGIONS.items(), key=lambda one: one[1]),
            "licences": current(session, texts_to_sign(entity.nationality)),
            "countries": list(countries(page.language).items()),
            "categories": [
                (number, f"{number}. {one.told(page.language)}") for number, one in CATEGORIES.items()
            ],
            "category": CATEGORIES[entity.category].told(page.language),
            "history": told_events(page, events_of(session, "entity", entity.id)),
            "today": today.isoformat(),
        }


def build_router(context: Context) -> APIRouter:
    """The list of the entities, as a page and as a table, and the page of each."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages = EntityPages(context)
    posted = Depends(form_data)

    @router.get(LIST_PATH)
    def list_entities(request: Request) -> Response:
        page = Page(context, request)
        operator_of(page)
        categories = [str(one) for one in CATEGORIES]
        view = View.of(request, words=None, state=[MEMBER, CLOSED], category=categories, group=None)
        with context.database.reading() as session:
            found = entity_admin.look_through(
                session,
                view["words"],
                state=view["state"],
                category=int(view["category"] or 0),
                super_id=view["group"],
                offset=view.offset,
                limit=PAGE_SIZE,
            )
            groups = super_entities.every(session)[0]
        return page.render(
            "operator/entities.html",
            view=view,
            found=found,
            states={value: words.told(page.language) for value, words in STATES.items()},
            groups=[(one.id, one.name) for one in groups],
            group_names={one.id: one.name for one in groups},
            categories=[
                (str(number), f"{number}. {one.told(page.language)}") for number, one in CATEGORIES.items()
            ],
        )

    @router.get(LIST_PATH + ".csv")
    def export(request: Request) -> Response:
        page = Page(context, request)
        operator = operator_of(page)
        with context.database.session() as session:
            record(session, operator.principal, "entity", "", "export", context.clock())
            lines = list(rows(session, page.language))
        return csv_answer("entites.csv" if page.language == "fr" else "entities.csv", lines)

    @router.get(PATH)
    def show(request: Request, entity_id: Id, done: str = "") -> Response:
        page = Page(context, request)
        said = Said(done=page.text("C'est enregistré.", "It is recorded.") if done else "")
        return pages.show(page, operator_of(page), entity_id, said)

    @router.post(PATH)
    def change(request: Request, entity_id: Id, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        operator = operator_of(page)
        said = tried(page, form, lambda: _change(context, page, operator, entity_id, form))
        if said is not None:
            return pages.show(page, operator, entity_id, said)
        return page.redirect(f"{LIST_PATH}/{entity_id}?done=1")

    return router


def _change(context: Context, page: Page, operator: Caller, entity_id: str, form: Mapping[str, Any]) -> None:
    """Do what one of the forms of the page asks for.

    Raises:
        ServiceError: it is refused.
    """
    act, seen, now = text_of(form, "act"), whole_number(form, "version"), context.clock()
    reason, database = text_of(form, "reason")[:2000], context.database
    if act == "edit":
        values = checked(page, EntityForm, {name: text_of(form, name) for name in _FIELDS})
        entity_admin.edit(database, operator, entity_id, values, reason, seen=seen, now=now)
    elif act == "close":
        entity_admin.close(database, operator, entity_id, reason, seen=seen, now=now)
    elif act == "reopen":
        entity_admin.reopen(database, operator, entity_id, reason, seen=seen, now=now)
    elif act == "group":
        super_id = text_of(form, "super_entity") or None
        super_entities.group(database, operator, super_id, entity_id, seen=seen, now=now)
    elif act == "extend":
        wanted = {"region": text_of(form, "region"), "starts": text_of(form, "starts")}
        wanted |= {"ends": text_of(form, "ends") or None}  # type: ignore[dict-item]
        extensions.grant(database, operator, entity_id, checked(page, ExtensionForm, wanted), now=now)
    elif act == "end-extension":
        extensions.end(database, operator, text_of(form, "extension"), _last_day(page, form), reason, now=now)
    else:
        raise NotFoundError(page.text("Ce formulaire n'existe pas.", "There is no such form."))


def _last_day(page: Page, form: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(text_of(form, "last"))
    except ValueError as error:
        sentence = page.text("Une date est attendue.", "A date is expected.")
        raise InvalidError(sentence, fields={"last": sentence}) from error


def _commissioned(session: Session, entity_id: str) -> list[Mission]:
    """Missions that others fulfil for an entity."""
    found = select(Mission).where(Mission.commissioner_id == entity_id)
    return list(session.scalars(found.order_by(Mission.created_at.desc(), Mission.id)))
