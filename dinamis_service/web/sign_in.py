"""Sign-in to the pages of the service and sign-out of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dinamis_service.busy import BusyError
from dinamis_service.context import Context
from dinamis_service.errors import busy_sentence
from dinamis_service.identity.accounts import ClosedAccountError, Closure, WrongCredentialsError
from dinamis_service.identity.second_factor import StaleError
from dinamis_service.identity.service import Identity
from dinamis_service.identity.throttle import TooManyAttemptsError
from dinamis_service.web.access import SIGN_IN_PATH, page_route
from dinamis_service.web.navigation import sections
from dinamis_service.web.pages import Page, own_path

SIGN_OUT_PATH = "/sign-out"
HOME = "/"


class SignInForm(BaseModel):
    """Fields of the sign-in."""

    form_token: str = ""
    login: str = ""
    password: str = ""
    asked: str = ""
    code: str = ""
    next: str = ""


@dataclass(frozen=True)
class Refused:
    """Why a person is not signed in, or not yet.

    Args:
        status: of the answer.
        sentence: what to tell; nothing where only the second factor is still missing.
        wait_s: how long they should wait, in seconds.
        asked: what the form of the second factor carries, where the password was right.
    """

    status: int
    sentence: str = ""
    wait_s: int | None = None
    asked: str = ""

    def finish(self, response: Response) -> Response:
        """An answer that says also to programs how long to wait."""
        if self.wait_s is not None:
            response.headers["Retry-After"] = str(self.wait_s)
        return response


NOTHING_YET = Refused(200)
"""Nobody has tried to sign in on the page."""


def try_sign_in(
    page: Page, identity: Identity, login: str, password: str, *, asked: str = "", code: str = ""
) -> Refused | None:
    """Sign a person in in the browser of the page; None when it succeeded.

    Where a second factor is on, the first form asks for the password and the second for a code: `asked` is
    what the second one carries.
    """
    try:
        return _let_in(page, identity, (login, password), asked, code)
    except TooManyAttemptsError as wait:
        return replace(slowed(page, wait), asked=asked)
    except BusyError as busy:
        sentence = page.typeset(busy_sentence(page.language, busy))
        return Refused(429, sentence, busy.seconds, asked)
    except (WrongCredentialsError, StaleError, ClosedAccountError) as error:
        return _not_let_in(page, error, asked)


def _let_in(
    page: Page, identity: Identity, credentials: tuple[str, str], asked: str, code: str
) -> Refused | None:
    if asked:
        page.sign_in(identity.second_factor.answer(asked, page.browser, code, page.address))
        return None
    person = identity.accounts.authenticate(*credentials, page.address, page.familiar)
    if identity.second_factor.is_on(person.sub):
        return Refused(200, asked=identity.second_factor.ask(person.sub, page.browser))
    page.sign_in(person)
    return None


def _not_let_in(page: Page, error: Exception, asked: str) -> Refused:
    if isinstance(error, ClosedAccountError):
        return Refused(403, page.text(*_CLOSED[error.why]))
    if isinstance(error, StaleError):
        return Refused(401, page.text("Trop tard : reconnectez-vous.", "Too late: sign in again."))
    return Refused(401, _wrong(page, asked), asked=asked)


def _wrong(page: Page, asked: str) -> str:
    if asked:
        return page.text(
            "Ce code ne convient pas, ou a déjà servi.", "This code is not right, or has been used."
        )
    return page.text(
        "L'adresse ou le mot de passe ne convient pas.", "The address or the password is not right."
    )


_CLOSED = {
    Closure.WAITING: (
        "Votre compte est en attente de validation par le référent DINAMIS de votre entité.",
        "Your account waits for validation by the DINAMIS referent of your entity.",
    ),
    Closure.REFUSED: (
        "Votre demande de compte a été refusée par le référent DINAMIS de votre entité.",
        "Your request for an account was refused by the DINAMIS referent of your entity.",
    ),
    Closure.CLOSED: (
        "Votre compte est fermé. Le référent DINAMIS de votre entité peut le rouvrir.",
        "Your account is closed. The DINAMIS referent of your entity can open it again.",
    ),
    Closure.EXPIRED: (
        "Votre compte a expiré. Le référent DINAMIS de votre entité peut le prolonger.",
        "Your account has expired. The DINAMIS referent of your entity can prolong it.",
    ),
    Closure.ENTITY: (
        "L'adhésion de votre entité a pris fin : votre compte ne permet plus de se connecter.",
        "The membership of your entity has ended: your account does not let you sign in any more.",
    ),
}
"""Why an account opens nothing, told to who gave its password."""


def slowed(page: Page, wait: TooManyAttemptsError) -> Refused:
    """The refusal of an attempt that came too soon."""
    sentence = page.text(
        f"Trop d'essais : attendez {wait.seconds} s avant le suivant.",
        f"Too many attempts: wait {wait.seconds} s before the next one.",
    )
    return Refused(429, sentence, wait.seconds)


def lost_sentence(page: Page) -> str:
    """Why somebody has to sign in who sent a form."""
    return page.text(
        "Votre connexion avait pris fin : rien n'a été enregistré. Connectez-vous, puis recommencez.",
        "Your sign-in had ended: nothing was kept. Sign in, then do it again.",
    )


def build_router(context: Context) -> APIRouter:
    """The pages `/sign-in` and `/sign-out`."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))

    @router.get(SIGN_IN_PATH)
    def show(
        request: Request,
        next: str = "",  # noqa: A002 (name of the parameter)
        lost: str = "",
        changed: str = "",
        login: str = "",
    ) -> Response:
        page = Page(context, request)
        if changed:
            done = page.text("Votre mot de passe a changé.", "Your password has changed.")
            return _ask(page, next, login, done=done)
        return _ask(page, next, login, Refused(200, lost_sentence(page)) if lost else NOTHING_YET)

    @router.post(SIGN_IN_PATH)
    def sign_in(request: Request, form: Annotated[SignInForm, Form()]) -> Response:
        page = Page(context, request)
        if not page.came_from_here(form.form_token):
            return _ask(page, form.next, form.login, Refused(403, page.stale()))
        refused = try_sign_in(
            page, context.identity, form.login, form.password, asked=form.asked, code=form.code
        )
        if refused is not None:
            return refused.finish(_ask(page, form.next, form.login, refused))
        return page.redirect(own_path(form.next, home_of(page)))

    @router.post(SIGN_OUT_PATH)
    def sign_out(request: Request, form_token: Annotated[str, Form()] = "") -> Response:
        return signed_out(Page(context, request), form_token, HOME)

    return router


def signed_out(page: Page, form_token: str, then: str) -> Response:
    """The page `then`, with nobody signed in any more where the wish came from a page of ours."""
    if page.came_from_here(form_token):
        page.sign_out()
    return page.redirect(then)


def _ask(
    page: Page, wanted: str, login: str = "", refused: Refused = NOTHING_YET, done: str = ""
) -> Response:
    return page.render(
        "sign_in.html",
        refused.status,
        next=own_path(wanted, ""),
        login=login,
        error=refused.sentence,
        asked=refused.asked,
        done=done,
    )


def home_of(page: Page) -> str:
    """Where somebody begins who has just signed in."""
    return sections(page.person)[0].link.address if page.person is not None else HOME
