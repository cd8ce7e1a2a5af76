"""Sign-in to the pages of the service and sign-out of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dinamis_service.context import Context
from dinamis_service.identity.accounts import WrongCredentialsError
from dinamis_service.identity.service import Identity
from dinamis_service.identity.throttle import TooManyAttemptsError
from dinamis_service.web.access import SIGN_IN_PATH, page_route
from dinamis_service.web.pages import Page, own_path

SIGN_OUT_PATH = "/sign-out"
OPERATOR_HOME, HOME = "/operator/home", "/"


class SignInForm(BaseModel):
    """Fields of the sign-in."""

    form_token: str = ""
    login: str = ""
    password: str = ""
    next: str = ""


@dataclass(frozen=True)
class Refused:
    """Why a person was not signed in; `wait_s` is how long they should wait, in seconds."""

    status: int
    sentence: str
    wait_s: int | None = None

    def finish(self, response: Response) -> Response:
        """An answer that says also to programs how long to wait."""
        if self.wait_s is not None:
            response.headers["Retry-After"] = str(self.wait_s)
        return response


def try_sign_in(page: Page, identity: Identity, login: str, password: str) -> Refused | None:
    """Sign a person in in the browser of the page; None when it succeeded."""
    try:
        page.sign_in(identity.accounts.authenticate(login, password, page.address))
    except WrongCredentialsError:
        return Refused(
            401,
            page.text(
                "L'adresse ou le mot de passe ne convient pas.", "The address or the password is not right."
            ),
        )
    except TooManyAttemptsError as wait:
        return slowed(page, wait)
    return None


def slowed(page: Page, wait: TooManyAttemptsError) -> Refused:
    """The refusal of an attempt that came too soon."""
    sentence = page.text(
        f"Trop d'essais : attendez {wait.seconds} s avant le suivant.",
        f"Too many attempts: wait {wait.seconds} s before the next one.",
    )
    return Refused(429, sentence, wait.seconds)


def build_router(context: Context) -> APIRouter:
    """The pages `/sign-in` and `/sign-out`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(SIGN_IN_PATH)
    def show(request: Request, next: str = "", lost: str = "") -> Response:  # noqa: A002 (name of the parameter)
        page = Page(context, request)
        error = ""
        if lost:
            error = page.text(
                "Votre connexion avait pris fin : rien n'a été enregistré. Connectez-vous, puis recommencez.",
                "Your sign-in had ended: nothing was kept. Sign in, then do it again.",
            )
        return _ask(page, next, error=error)

    @router.post(SIGN_IN_PATH)
    def sign_in(request: Request, form: Annotated[SignInForm, Form()]) -> Response:
        page = Page(context, request)
        if not page.came_from_here(form.form_token):
            return _ask(page, form.next, 403, form.login, page.stale())
        refused = try_sign_in(page, context.identity, form.login, form.password)
        if refused is not None:
            return refused.finish(_ask(page, form.next, refused.status, form.login, refused.sentence))
        return page.redirect(own_path(form.next, _home(page)))

    @router.post(SIGN_OUT_PATH)
    def sign_out(request: Request, form_token: Annotated[str, Form()] = "") -> Response:
        page = Page(context, request)
        if page.came_from_here(form_token):
            page.sign_out()
        return page.redirect(HOME)

    return router


def _ask(page: Page, wanted: str, status: int = 200, login: str = "", error: str = "") -> Response:
    return page.render("sign_in.html", status, next=own_path(wanted, ""), login=login, error=error)


def _home(page: Page) -> str:
    """Where somebody begins who has just signed in."""
    return OPERATOR_HOME if page.person is not None and page.person.is_operator else HOME
