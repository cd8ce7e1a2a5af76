"""Turning the second factor on and off: QR code, confirmation, codes for its loss."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import segno
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from dinamis_service.context import Context
from dinamis_service.errors import ConflictError, InvalidError, NotFoundError
from dinamis_service.identity.accounts import WrongCredentialsError
from dinamis_service.identity.second_factor import Proposal, StaleError
from dinamis_service.identity.tables import Account
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.posting import inform
from dinamis_service.requests.caller import Caller
from dinamis_service.web.access import page_route, person_of
from dinamis_service.web.account.confirming import confirm
from dinamis_service.web.account.security import PATH as SECURITY_PATH
from dinamis_service.web.account.security import SecurityPages, acting
from dinamis_service.web.forms import Said, form_data, text_of
from dinamis_service.web.pages import HEADERS, Page

PATH = f"{SECURITY_PATH}/second-factor"
PICTURE_PATH = f"{PATH}/qr.svg"
FORM = "second_factor"


def build_router(context: Context) -> APIRouter:
    """The steps of the second factor."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    pages, factor = SecurityPages(context), context.identity.second_factor
    posted = Depends(form_data)

    @router.get(PATH)
    def show(request: Request) -> Response:
        return Page(context, request).redirect(f"{SECURITY_PATH}#second-factor")

    @router.get(PICTURE_PATH)
    def picture(request: Request, of: str = "") -> Response:
        page = Page(context, request)
        person = person_of(page).principal
        try:
            proposal = factor.proposed(person.sub, of)
        except StaleError:
            raise NotFoundError(page.text("Ce code n'existe pas.", "There is no such code.")) from None
        drawn = io.BytesIO()
        address = proposal.address(person, context.settings.title)
        segno.make(address, error="m").save(drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff")
        return Response(drawn.getvalue(), media_type="image/svg+xml", headers=HEADERS)

    @router.post(PATH)
    def act(request: Request, data: FormData = posted) -> Response:
        return acting(context, request, data, FORM, _Steps(context).do, _again(context, pages))

    return router


class _Steps:
    """What the buttons of the second factor do."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._factor = context.identity.second_factor

    def do(self, page: Page, caller: Caller, form: Mapping[str, Any]) -> Response:
        """One step. Raises `ServiceError` when it is refused."""
        act, sub = text_of(form, "act"), caller.principal.sub
        if act == "confirm":
            return self._turn_on(page, caller, form)
        confirm(self._context, page, sub, form)
        if act == "propose":
            if self._factor.is_on(sub):
                raise _on_already(page)
            return show_proposal(page, self._factor.propose(sub))
        if not self._factor.is_on(sub):
            raise ConflictError(page.text("Elle est déjà désactivée.", "It is off already."))
        if act == "codes":
            return page.render("account/codes.html", codes=self._factor.renew_codes(sub))
        self._factor.turn_off(sub)
        self._tell(caller, Letter.SECOND_FACTOR_OFF)
        return page.redirect(f"{SECURITY_PATH}?done=off")

    def _turn_on(self, page: Page, caller: Caller, form: Mapping[str, Any]) -> Response:
        try:
            codes = self._factor.turn_on(caller.principal.sub, text_of(form, "sealed"), text_of(form, "code"))
        except StaleError:
            raise _on_already(page) from None
        except WrongCredentialsError:
            sentence = page.text(
                "Ce code ne convient pas : vérifiez l'heure de votre téléphone et donnez le code affiché.",
                "This code is not right: check the time of your telephone and give the code it shows.",
            )
            raise InvalidError(sentence, fields={"code": sentence}) from None
        self._tell(caller, Letter.SECOND_FACTOR_ON)
        return page.render("account/codes.html", codes=codes)

    def _tell(self, caller: Caller, letter: Letter) -> None:
        with self._context.database.session() as session:
            account = session.get_one(Account, caller.principal.sub)
            inform(session, account, letter, moment=self._context.clock(), facts={})


def _again(context: Context, pages: SecurityPages) -> Any:
    """Shows the proposal again where its code was refused, the page of the security otherwise."""

    def show(page: Page, caller: Caller, said: Said) -> Response:
        sealed = text_of(said.form, "sealed")
        if text_of(said.form, "act") == "confirm" and said.errors.get("code"):
            proposal = context.identity.second_factor.proposed(caller.principal.sub, sealed)
            return show_proposal(page, proposal, said)
        return pages.show(page, caller, said)

    return show


def show_proposal(page: Page, proposal: Proposal, said: Said | None = None) -> Response:
    """The QR code of a secret, the secret itself, and the field of the first code."""
    said = said or Said()
    groups = [proposal.secret[start : start + 4] for start in range(0, len(proposal.secret), 4)]
    return page.render(
        "account/second_factor.html",
        said.status,
        said=said,
        sealed=proposal.sealed,
        secret=" ".join(groups),
        picture=PICTURE_PATH,
    )


def _on_already(page: Page) -> ConflictError:
    return ConflictError(
        page.text(
            "Rien n'a changé : recommencez, cette page était périmée ou la double authentification est déjà "
            "active.",
            "Nothing changed: start again, this page was out of date or the second factor is on already.",
        )
    )
