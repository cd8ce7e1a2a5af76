"""The super-entities: made, renamed, taken away; entities are put into them on their own pages (REG-48)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import select
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import NotFoundError
from dinamis_service.registry import super_entities
from dinamis_service.registry.events import events_of
from dinamis_service.registry.super_entities import SuperForm
from dinamis_service.registry.tables import Entity
from dinamis_service.requests.caller import Caller
from dinamis_service.web.access import operator_of, page_route
from dinamis_service.web.forms import Said, checked, form_data, text_of, tried, typed, whole_number
from dinamis_service.web.operator.event_words import told_events
from dinamis_service.web.operator.listing import Id
from dinamis_service.web.pages import Page

LIST_PATH = "/operator/super-entities"
PATH = LIST_PATH + "/{super_id}"


def build_router(context: Context) -> APIRouter:
    """The list of the super-entities and the page of each."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    posted = Depends(form_data)

    @router.get(LIST_PATH)
    def list_them(request: Request, done: str = "") -> Response:
        page = Page(context, request)
        operator_of(page)
        said = Said(done=page.text("C'est enregistré.", "It is recorded.") if done else "")
        return _list(context, page, said)

    @router.post(LIST_PATH)
    def create(request: Request, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        operator = operator_of(page)
        said = tried(
            page,
            form,
            lambda: super_entities.create(context.database, operator, _form(page, form), context.clock()),
        )
        return page.redirect(f"{LIST_PATH}?done=1") if said is None else _list(context, page, said)

    @router.get(PATH)
    def show(request: Request, super_id: Id, done: str = "") -> Response:
        page = Page(context, request)
        said = Said(done=page.text("C'est enregistré.", "It is recorded.") if done else "")
        return _show(context, page, operator_of(page), super_id, said)

    @router.post(PATH)
    def change(request: Request, super_id: Id, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)
        operator = operator_of(page)
        said = tried(page, form, lambda: _change(context, page, operator, super_id, form))
        if said is not None:
            return _show(context, page, operator, super_id, said)
        gone = text_of(form, "act") == "delete"
        return page.redirect(f"{LIST_PATH}?done=1" if gone else f"{LIST_PATH}/{super_id}?done=1")

    return router


def _change(context: Context, page: Page, operator: Caller, super_id: str, form: Mapping[str, Any]) -> None:
    act, now = text_of(form, "act"), context.clock()
    if act == "rename":
        super_entities.rename(context.database, operator, super_id, _form(page, form), now)
    elif act == "delete":
        super_entities.delete(context.database, operator, super_id, now)
    elif act == "add":
        entity_id = text_of(form, "entity")
        seen = _version(context, entity_id)
        super_entities.group(context.database, operator, super_id, entity_id, seen=seen, now=now)
    elif act == "remove":
        seen = whole_number(form, "version")
        super_entities.group(context.database, operator, None, text_of(form, "entity"), seen=seen, now=now)
    else:
        raise NotFoundError(page.text("Ce formulaire n'existe pas.", "There is no such form."))


def _version(context: Context, entity_id: str) -> int:
    """Version of an entity that is chosen in a list, which shows nothing that could have changed."""
    with context.database.reading() as session:
        return session.scalar(select(Entity.version).where(Entity.id == entity_id)) or 0


def _form(page: Page, form: Mapping[str, Any]) -> SuperForm:
    return checked(page, SuperForm, {name: text_of(form, name) for name in ("name", "acronym")})


def _list(context: Context, page: Page, said: Said) -> Response:
    with context.database.reading() as session:
        rows, numbers = super_entities.every(session)
    return page.render("operator/super_entities.html", said.status, rows=rows, numbers=numbers, said=said)


def _show(context: Context, page: Page, operator: Caller, super_id: str, said: Said) -> Response:
    with context.database.reading() as session:
        found = super_entities.super_of(session, operator, super_id)
        names = select(Entity).order_by(Entity.name)
        inside = session.scalars(names.where(Entity.super_entity_id == super_id)).all()
        free = session.scalars(names.where(Entity.super_entity_id.is_(None), Entity.state == "member")).all()
        history = told_events(page, events_of(session, "super", super_id))
    return page.render(
        "operator/super_entity.html",
        said.status,
        group=found,
        inside=inside,
        free=[(one.id, f"{one.name} ({one.acronym})") for one in free],
        history=history,
        said=said,
    )
