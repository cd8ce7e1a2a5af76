"""Security of one's account: password, second factor, devices, keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import ConflictError, InvalidError, NotFoundError, ServiceError
from dinamis_service.identity.accounts import WrongCredentialsError
from dinamis_service.identity.api_keys import DESCRIPTION_LENGTH_MAX
from dinamis_service.identity.throttle import TooManyAttemptsError
from dinamis_service.requests.caller import Caller
from dinamis_service.soundness import printable
from dinamis_service.web.access import SIGN_IN_PATH, page_route, person_of
from dinamis_service.web.account.confirming import FIELD, raw, too_many, wrong_password
from dinamis_service.web.account.devices import place_name
from dinamis_service.web.forms import Said, form_data, refused, strange, text_of, typed
from dinamis_service.web.pages import Page

PATH = "/account/security"
PASSWORD, DEVICES, KEYS = "password", "devices", "keys"
KEYS_MAX = 50


class SecurityPages:
    """The page, as it is shown again after a refusal."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def show(self, page: Page, caller: Caller, said: Said) -> Response:
        """The page."""
        identity, sub = self.context.identity, caller.principal.sub
        places = identity.sessions.of(sub, page.browser)
        return page.render(
            "account/security.html",
            said.status,
            said=said,
            person=caller.principal,
            places=[(one, place_name(page, identity.clients, one)) for one in places],
            keys=identity.api_keys.list(sub),
            is_on=identity.second_factor.is_on(sub),
            codes_left=identity.second_factor.codes_left(sub),
            description_max=DESCRIPTION_LENGTH_MAX,
        )

    def change_password(self, page: Page, caller: Caller, form: Mapping[str, Any]) -> Response:
        """Replace the password. Raises `ServiceError` when it is refused."""
        new = raw(form, "password")
        must_agree(page, new, raw(form, "password_again"))
        changes = self.context.identity.passwords
        try:
            changes.change(
                caller.principal.sub, raw(form, FIELD), new, page.address, page.language, page.browser
            )
        except WrongCredentialsError:
            raise wrong_password(page) from None
        except TooManyAttemptsError as wait:
            raise too_many(page, wait) from None
        page.sign_in(caller.principal)  # a fresh secret: nobody who knew the one of before goes on
        return page.redirect(f"{PATH}?done={PASSWORD}")

    def end_sign_ins(self, page: Page, caller: Caller, form: Mapping[str, Any]) -> Response:
        """End one sign-in, or all of them. Raises `NotFoundError` where it is over already."""
        sessions, sub, place = self.context.identity.sessions, caller.principal.sub, text_of(form, "place")
        if place == "all":
            sessions.end_all(sub)
            page.sign_out()
            return page.redirect(SIGN_IN_PATH)
        if not sessions.end(sub, place):
            raise NotFoundError(
                page.text("Cette connexion avait déjà pris fin.", "That sign-in had ended already.")
            )
        return page.redirect(f"{PATH}?done={DEVICES}#devices")

    def change_keys(self, page: Page, caller: Caller, form: Mapping[str, Any]) -> Response:
        """Make a key and show its secret this once, or revoke one. Raises `ServiceError` when refused."""
        keys, sub = self.context.identity.api_keys, caller.principal.sub
        if revoked := text_of(form, "revoke"):
            if not keys.revoke(sub, revoked):
                raise NotFoundError(page.text("Vous n'avez pas de clé de ce nom.", "You have no such key."))
            return page.redirect(f"{PATH}?done={KEYS}#keys")
        if len(keys.list(sub)) >= KEYS_MAX:
            raise ConflictError(
                page.text(
                    f"Au plus {KEYS_MAX} clés : révoquez-en une.", f"At most {KEYS_MAX} keys: revoke one."
                )
            )
        access_key, secret_key = keys.create(sub, printable(text_of(form, "description")))
        return page.render("account/key.html", access_key=access_key, secret_key=secret_key)


def must_agree(page: Page, new: str, again: str) -> None:
    """Refuse a new password that was typed in two ways. Raises `InvalidError`."""
    if new != again:
        sentence = page.text("Les deux mots de passe diffèrent.", "The two passwords differ.")
        raise InvalidError(sentence, fields={"password_again": sentence})


def build_router(context: Context) -> APIRouter:
    """The page `/account/security`, with its forms of password, devices and keys."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages = SecurityPages(context)
    posted = Depends(form_data)

    @router.get(PATH)
    def show(request: Request, done: str = "") -> Response:
        page = Page(context, request)
        sentence = page.text(*_DONE[done]) if done in _DONE else ""
        return pages.show(page, person_of(page), Said(done=sentence))

    if context.identity.keeps_passwords:

        @router.post(PATH + "/password")
        def change_password(request: Request, data: FormData = posted) -> Response:
            return acting(context, request, data, PASSWORD, pages.change_password, pages.show)

    @router.post(PATH + "/devices")
    def end_sign_ins(request: Request, data: FormData = posted) -> Response:
        return acting(context, request, data, DEVICES, pages.end_sign_ins, pages.show)

    @router.post(PATH + "/keys")
    def change_keys(request: Request, data: FormData = posted) -> Response:
        return acting(context, request, data, KEYS, pages.change_keys, pages.show)

    return router


_DONE = {
    PASSWORD: (
        "Votre mot de passe a changé ; vos autres connexions ont pris fin.",
        "Your password has changed; your other sign-ins have ended.",
    ),
    DEVICES: ("Cette connexion a pris fin.", "That sign-in has ended."),
    KEYS: ("Cette clé n'ouvre plus rien.", "That key opens nothing any more."),
    "on": ("La double authentification est active.", "The second factor is on."),
    "off": ("La double authentification est désactivée.", "The second factor is off."),
}


def acting(  # noqa: PLR0917 (a form, what it does and what shows it again)
    context: Context,
    request: Request,
    data: FormData,
    of: str,
    act: Callable[[Page, Caller, Mapping[str, Any]], Response],
    show: Callable[[Page, Caller, Said], Response],
) -> Response:
    """Do what a form asks for, or show its page again with the reason; secrets that were typed are gone."""
    page, form = Page(context, request), typed(data)
    caller = person_of(page)
    shown = {name: value for name, value in form.items() if "password" not in name}
    if not page.came_from_here(text_of(form, "form_token")):
        return show(page, caller, strange(page, shown, of))
    try:
        return act(page, caller, form)
    except ServiceError as error:
        answer = show(page, caller, refused(page, error, shown, of))
        answer.headers.update(error.headers)
        return answer
