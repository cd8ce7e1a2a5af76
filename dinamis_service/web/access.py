"""Who may open a page, and how pages refuse: in words on a page, never in JSON."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute

from dinamis_service.busy import BusyError
from dinamis_service.context import Context
from dinamis_service.errors import (
    ForbiddenError,
    NotSignedInError,
    ServiceError,
    busy_sentence,
    findings,
    retry_after,
)
from dinamis_service.requests.caller import Caller
from dinamis_service.web.pages import Page

SIGN_IN_PATH = "/sign-in"


def page_route(context: Context) -> type[APIRoute]:
    """Kind of route whose refusals are pages; who is not signed in is asked to sign in and led back."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            answer = super().get_route_handler()

            async def handler(request: Request) -> Response:
                try:
                    return await answer(request)
                except NotSignedInError:
                    return _to_sign_in(Page(context, request))
                except BusyError as busy:
                    page = Page(context, request)
                    return page.render_refusal(429, busy_sentence(page.language, busy), retry_after(busy))
                except ServiceError as error:
                    return Page(context, request).render_refusal(error.status, error.detail, _waits(error))
                except RequestValidationError as error:
                    page = Page(context, request)
                    told = "; ".join(": ".join(one.values()) for one in findings(page.language, error))
                    return page.render_refusal(422, told)

            return handler

    return PageRoute


def person_of(page: Page) -> Caller:
    """Who is signed in on a page.

    Raises:
        NotSignedInError: nobody is.
    """
    if page.person is None:
        raise NotSignedInError(page.text("Connectez-vous d'abord.", "Sign in first."))
    return page.caller(page.person)


def operator_of(page: Page) -> Caller:
    """The operator who is signed in on a page.

    Raises:
        NotSignedInError: nobody is.
        ForbiddenError: somebody else is.
    """
    caller = person_of(page)
    if not caller.principal.is_operator:
        raise ForbiddenError(
            page.text(
                "Cette page est réservée aux opérateurs de DINAMIS.",
                "This page is for the operators of DINAMIS.",
            )
        )
    return caller


def _waits(error: ServiceError) -> dict[str, str]:
    """When to come back, of what a refusal says to programs."""
    return {name: value for name, value in error.headers.items() if name == "Retry-After"}


def referent_of(page: Page) -> Caller:
    """The referent of an entity who is signed in on a page.

    Raises:
        NotSignedInError: nobody is.
        ForbiddenError: somebody else is.
    """
    caller = person_of(page)
    if "referent" not in caller.principal.roles:
        raise ForbiddenError(
            page.text(
                "Cette page est réservée aux référents DINAMIS des entités.",
                "This page is for the DINAMIS contacts of the entities.",
            )
        )
    return caller


def _to_sign_in(page: Page) -> Response:
    """The sign-in, which leads back to the page; what a form sent is not done after it."""
    url = page.request.url
    wanted = url.path + (f"?{url.query}" if url.query else "")
    lost = {} if page.request.method in ("GET", "HEAD") else {"lost": "1"}
    return page.redirect(f"{SIGN_IN_PATH}?{urlencode({'next': wanted, **lost})}")
