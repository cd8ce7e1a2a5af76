"""The contact form, for anybody: four purposes, and the mailbox for Pléiades Neo (SUP-01, SUP-03, SUP-13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import TooManyRequestsError
from dinamis_service.notifications.operator_letters import PURPOSES
from dinamis_service.registry.contact import Contact, MessageForm, Purpose
from dinamis_service.web.access import page_route
from dinamis_service.web.forms import Said, checked, form_data, text_of, tried, typed
from dinamis_service.web.navigation import CONTACT as PATH
from dinamis_service.web.pages import Page

_FIELDS = ("purpose", "name", "email", "text")


def build_router(context: Context) -> APIRouter:
    """The page of the form."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    contact = Contact(context)
    posted = Depends(form_data)

    @router.get(PATH)
    def show(request: Request, purpose: str = "", sent: str = "") -> Response:
        page = Page(context, request)
        if sent:
            return page.render("contact_sent.html", person=page.person)
        chosen = {"purpose": purpose} if purpose in list(Purpose) else {}
        return _ask(context, page, Said(form=chosen))

    @router.post(PATH)
    def send(request: Request, data: FormData = posted) -> Response:
        page, form = Page(context, request), typed(data)

        def act() -> None:
            message = checked(page, MessageForm, _message(page, form))
            contact.send(message, page.person, page.address, page.language)

        said = tried(page, form, act)
        if said is None:
            return page.redirect(f"{PATH}?sent=1")
        answer = _ask(context, page, said)
        if said.status == TooManyRequestsError.status:
            answer.headers["Retry-After"] = "60"
        return answer

    return router


def _message(page: Page, form: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed; who is signed in writes under their own name and address."""
    written: dict[str, Any] = {name: text_of(form, name) for name in _FIELDS}
    written["text"] = written["text"].replace("\r\n", "\n")
    written["purpose"] = written["purpose"] or None
    if page.person is not None:
        written |= {"name": page.person.name, "email": page.person.email}
    return written


def _ask(context: Context, page: Page, said: Said) -> Response:
    return page.render(
        "contact.html",
        said.status,
        values={name: text_of(said.form, name) for name in _FIELDS},
        purposes=[(value, words.told(page.language)) for value, words in PURPOSES.items()],
        pneo=context.settings.pneo_contact_address,
        person=page.person,
        said=said,
    )
