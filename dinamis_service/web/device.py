"""The page where a person lets a device sign in: code, sign-in, consent, done.

Without JavaScript; each step is a form that leads on by a redirection, so that a page may be reloaded.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dinamis_service.context import Context
from dinamis_service.identity.devices import (
    ExpiredCodeError,
    PendingRequest,
    UnknownCodeError,
    normal_user_code,
)
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.provider_routes import DEVICE_PATH
from dinamis_service.identity.service import Identity
from dinamis_service.identity.throttle import TooManyAttemptsError
from dinamis_service.web.pages import Page
from dinamis_service.web.sign_in import NOTHING_YET, Refused, slowed, try_sign_in

ACCEPTED, REFUSED = "accepted", "refused"


class DeviceForm(BaseModel):
    """Fields of the forms of every step; `step` says which one was sent."""

    step: str = ""
    form_token: str = ""
    user_code: str = ""
    login: str = ""
    password: str = ""
    asked: str = ""
    code: str = ""
    decision: str = ""


def build_router(context: Context) -> APIRouter:
    """The page at `verification_uri`."""
    router = APIRouter(include_in_schema=False)
    identity = context.identity

    @router.get(DEVICE_PATH)
    def show(request: Request, user_code: str = "", step: str = "", result: str = "") -> Response:
        page = Page(context, request)
        if result in (ACCEPTED, REFUSED):
            return page.render("device_done.html", accepted=result == ACCEPTED, person=page.person)
        if step != "consent":
            return _ask_code(page, user_code)
        wanted = _find(page, identity, user_code)
        return wanted if isinstance(wanted, Response) else _ask_person(page, identity, wanted)

    @router.post(DEVICE_PATH)
    def advance(request: Request, form: Annotated[DeviceForm, Form()]) -> Response:
        page = Page(context, request)
        if not page.came_from_here(form.form_token):
            return _ask_code(page, form.user_code, 403, _stranger(page))
        if form.step == "sign-out":
            page.sign_out()
            return page.redirect(_consent_address(form.user_code) if form.user_code else DEVICE_PATH)
        wanted = _find(page, identity, form.user_code)
        if isinstance(wanted, Response):
            return wanted
        if form.step == "sign-in":
            return _sign_in(page, identity, form, wanted)
        person = page.person
        if form.step == "decision" and person is not None:
            return _decide(page, identity, form, wanted, person)
        return page.redirect(_consent_address(wanted.user_code))

    return router


def _find(page: Page, identity: Identity, user_code: str) -> PendingRequest | Response:
    """The device's request of this code, or the page that says why there is none."""
    try:
        return identity.devices.find(user_code, page.address)
    except UnknownCodeError:
        sentence = page.text(
            "Ce code n'existe pas ou a déjà servi. Vérifiez-le, ou relancez la connexion dans l'application.",
            "This code does not exist or has been used. Check it, or start again in the application.",
        )
        return _ask_code(page, user_code, 400, sentence)
    except ExpiredCodeError:
        sentence = page.text(
            "Ce code a expiré. Relancez la connexion dans l'application pour en obtenir un nouveau.",
            "This code has expired. Start the sign-in again in the application to get a new one.",
        )
        return _ask_code(page, user_code, 410, sentence)
    except TooManyAttemptsError as wait:
        refused = slowed(page, wait)
        return refused.finish(_ask_code(page, user_code, refused.status, refused.sentence))


def _sign_in(page: Page, identity: Identity, form: DeviceForm, wanted: PendingRequest) -> Response:
    refused = try_sign_in(page, identity, form.login, form.password, asked=form.asked, code=form.code)
    if refused is not None:
        return refused.finish(_ask_password(page, identity, wanted, refused, form.login))
    return page.redirect(_consent_address(wanted.user_code))


def _decide(
    page: Page, identity: Identity, form: DeviceForm, wanted: PendingRequest, person: Principal
) -> Response:
    accepted = form.decision == "accept"
    try:
        identity.devices.decide(wanted.user_code, person.sub, accepted=accepted)
    except (UnknownCodeError, ExpiredCodeError):  # between the look at the code and the decision
        return page.redirect(_consent_address(wanted.user_code))
    return page.redirect(f"{DEVICE_PATH}?{urlencode({'result': ACCEPTED if accepted else REFUSED})}")


def _ask_code(page: Page, user_code: str, status: int = 200, error: str = "") -> Response:
    code = normal_user_code(user_code) if user_code.strip() else ""
    return page.render("device_code.html", status, user_code=code, error=error)


def _ask_person(page: Page, identity: Identity, wanted: PendingRequest) -> Response:
    """Consent of whoever is signed in in the browser; else a sign-in."""
    person = page.person
    if person is None:
        return _ask_password(page, identity, wanted)
    return page.render(
        "device_consent.html",
        user_code=wanted.user_code,
        application=identity.clients.named(wanted.client_id),
        stays="offline_access" in wanted.scope.split(),
        person=person,
    )


def _ask_password(
    page: Page, identity: Identity, wanted: PendingRequest, refused: Refused = NOTHING_YET, login: str = ""
) -> Response:
    return page.render(
        "device_sign_in.html",
        refused.status,
        user_code=wanted.user_code,
        application=identity.clients.named(wanted.client_id),
        login=login,
        error=refused.sentence,
        asked=refused.asked,
    )


def _consent_address(user_code: str) -> str:
    return f"{DEVICE_PATH}?{urlencode({'user_code': user_code, 'step': 'consent'})}"


def _stranger(page: Page) -> str:
    return page.text(
        "Cette page était périmée ou venait d'ailleurs. Vérifiez le code et continuez ; votre navigateur "
        "doit accepter les cookies de ce site.",
        "This page was out of date or came from elsewhere. Check the code and continue; your browser has to "
        "accept the cookies of this site.",
    )
