"""The portal with its two cases, and the check of the e-mail address (REG-01 to REG-06, SUP-08)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dinamis_service.context import Context
from dinamis_service.identity.throttle import TooManyAttemptsError
from dinamis_service.registry.addresses import LENGTH_MAX, AddressError
from dinamis_service.registry.adhesion import Adhesions
from dinamis_service.registry.entities import members
from dinamis_service.registry.tables import Entity
from dinamis_service.web.access import page_route
from dinamis_service.web.pages import Page
from dinamis_service.web.sign_in import slowed

PATH, EMAIL_PATH = "/registry", "/registry/email"
SHOWN = 10
_WORDS_MAX = 200


class EmailForm(BaseModel):
    """An address that is to be proved, for an account in `entity` or, without one, for an adhesion."""

    form_token: str = ""
    email: str = ""
    entity: str = ""


def build_router(context: Context) -> APIRouter:
    """The pages `/registry` and `/registry/email`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    adhesions = Adhesions(context)

    @router.get(PATH)
    def portal(request: Request, entity: str = "") -> Response:
        page = Page(context, request)
        words = entity.strip()[:_WORDS_MAX]
        with context.database.reading() as session:
            found = members(session, words) if words else []
        return page.render(
            "registry/portal.html", words=words, found=found[:SHOWN], count=len(found), shown=SHOWN
        )

    @router.get(EMAIL_PATH)
    def ask(request: Request, entity: str = "") -> Response:
        return _ask(Page(context, request), context, entity)

    @router.post(EMAIL_PATH)
    def check(request: Request, form: Annotated[EmailForm, Form()]) -> Response:
        page = Page(context, request)
        if not page.came_from_here(form.form_token):
            return _ask(page, context, form.entity, 403, typed=form.email, error=page.stale())
        try:
            email = adhesions.check_address(form.email, page.address, page.language, form.entity)
        except AddressError as error:
            told = page.typeset(error.words.told(page.language))
            return _ask(page, context, form.entity, 422, typed=form.email, error=told)
        except TooManyAttemptsError as wait:
            refused = slowed(page, wait)
            return refused.finish(
                _ask(page, context, form.entity, 429, typed=form.email, error=refused.sentence)
            )
        return page.render("registry/email_sent.html", email=email)

    return router


def _ask(
    page: Page, context: Context, entity_id: str, status: int = 200, *, typed: str = "", error: str = ""
) -> Response:
    """The form of the address; an entity that is no member is as none."""
    with context.database.reading() as session:
        entity = session.get(Entity, entity_id) if entity_id else None
    member = entity if entity is not None and entity.state == "member" else None
    return page.render("registry/email.html", status, entity=member, email=typed[:LENGTH_MAX], error=error)
