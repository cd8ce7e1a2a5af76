"""A forgotten password: a link by mail, and the page that it opens."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from dinamis_service.context import Context
from dinamis_service.errors import ServiceError
from dinamis_service.identity.password_changes import RESET_PATH
from dinamis_service.identity.throttle import TooManyAttemptsError
from dinamis_service.registry.links import DeadLinkError
from dinamis_service.web.access import SIGN_IN_PATH, page_route
from dinamis_service.web.account.security import must_agree
from dinamis_service.web.forms import Said, refused, strange
from dinamis_service.web.pages import Page
from dinamis_service.web.sign_in import slowed

PATH = "/password"
ANSWER_S = 0.4
"""The page comes after this time, whether the address is known or not."""


def build_router(context: Context) -> APIRouter:
    """The pages `/password` and `/password/new`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(PATH)
    def show(request: Request, sent: str = "") -> Response:
        return Page(context, request).render("password.html", sent=bool(sent), said=Said())

    @router.post(PATH)
    async def ask(
        request: Request,
        email: Annotated[str, Form()] = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        began = time.monotonic()
        answer = await run_in_threadpool(_ask, context, request, email, form_token)
        await asyncio.sleep(max(0.0, ANSWER_S - (time.monotonic() - began)))
        return answer

    @router.get(RESET_PATH)
    def open_link(request: Request, link: str = "") -> Response:
        page = Page(context, request)
        if not context.identity.passwords.is_alive(link):
            return _dead(page)
        return page.render("password_new.html", link=link, said=Said())

    @router.post(RESET_PATH)
    def choose(
        request: Request,
        link: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        password_again: Annotated[str, Form()] = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        page = Page(context, request)
        if not page.came_from_here(form_token):
            said = strange(page, {})
            return page.render("password_new.html", said.status, link=link, said=said)
        try:
            must_agree(page, password, password_again)
            context.identity.passwords.reset(link, password, page.language)
        except DeadLinkError:
            return _dead(page)
        except ServiceError as error:
            said = refused(page, error, {})
            return page.render("password_new.html", said.status, link=link, said=said)
        return page.redirect(f"{SIGN_IN_PATH}?changed=1")

    return router


def _ask(context: Context, request: Request, email: str, form_token: str) -> Response:
    page = Page(context, request)
    if not page.came_from_here(form_token):
        said = strange(page, {"email": email})
        return page.render("password.html", said.status, sent=False, said=said)
    try:
        context.identity.passwords.ask_reset(email, page.address, page.language)
    except TooManyAttemptsError as wait:
        refusal = slowed(page, wait)
        said = Said(refusal.status, error=refusal.sentence, form={"email": email})
        return refusal.finish(page.render("password.html", said.status, sent=False, said=said))
    return page.redirect(f"{PATH}?sent=1")


def _dead(page: Page) -> Response:
    sentence = page.text(
        "Ce lien n'existe pas, a déjà servi ou a expiré. Demandez-en un autre.",
        "This link does not exist, was used or has expired. Ask for another.",
    )
    return page.render("password.html", 404, sent=False, said=Said(404, error=sentence))
