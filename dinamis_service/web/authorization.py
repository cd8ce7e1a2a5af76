"""The pages of the authorization code: sign-in where needed, consent, and the way back to the client.

Every step can be asked for again: it begins with the whole request, which is read and checked anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from dinamis_service.context import Context
from dinamis_service.errors import TooLargeError
from dinamis_service.identity.authorization import (
    AuthorizationRequest,
    RedirectedError,
    StrayRequestError,
    answer_address,
    read_request,
)
from dinamis_service.identity.deps import issuer
from dinamis_service.identity.principal import Principal
from dinamis_service.identity.provider_routes import AUTHORIZATION_PATH
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.web.access import SIGN_IN_PATH, page_route
from dinamis_service.web.pages import HEADERS, Page

CONSENT_PATH = f"{REALM_PATH}/consent"
# Said by our own redirections only: since when the sign-in must hold, and that it has just been done.
AFTER, BACK = "dinamis_after", "dinamis_back"

LONGEST_ADDRESS = 16_000
"""Letters: servers and proxies take no longer address."""
_MOMENT = re.compile(r"[0-9]{1,12}")

Pairs = list[tuple[str, str]]


def build_router(context: Context) -> APIRouter:
    """The authorization endpoint and the page of consent."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    flow = _Flow(context)

    @router.get(AUTHORIZATION_PATH)
    def authorize(request: Request) -> Response:
        return flow.advance(Page(context, request), parse_qsl(request.url.query, keep_blank_values=True))

    @router.post(AUTHORIZATION_PATH)
    async def authorize_by_form(request: Request) -> Response:
        """The same request in a body, which OpenID Connect allows: led on as an address."""
        sent = [(name, str(value)) for name, value in (await request.form()).multi_items()]
        address, page = f"{AUTHORIZATION_PATH}?{urlencode(sent)}", Page(context, request)
        if len(address) > LONGEST_ADDRESS:
            sentence = page.text("Cette demande est trop longue.", "This request is too long.")
            return page.render_refusal(TooLargeError.status, sentence)
        return page.redirect(address)

    @router.post(CONSENT_PATH)
    def consent(
        request: Request,
        asked: Annotated[str, Form()] = "",
        decision: Annotated[str, Form()] = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        page, sent = Page(context, request), parse_qsl(asked, keep_blank_values=True)
        if not page.came_from_here(form_token):
            return page.render_refusal(403, page.stale())
        return flow.decide(page, sent, decision)

    return router


class _Flow:
    """One authorization request, from its address to its answer."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._identity = context.identity

    def advance(self, page: Page, sent: Pairs) -> Response:
        """The next step of a request: sign-in, consent, or the answer."""
        own = {name: value for name, value in sent if name in (AFTER, BACK)}
        sent = [(name, value) for name, value in sent if name not in own]
        wanted = self._read(page, sent)
        if isinstance(wanted, Response):
            return wanted
        if BACK in own:  # by a form of ours, whose policy forbids that its redirections leave the site
            kept = {AFTER: own[AFTER]} if AFTER in own else {}
            return page.render("onward.html", address=_address(sent, **kept))
        return self._with_person(page, wanted, sent, own.get(AFTER, ""))

    def _with_person(self, page: Page, wanted: AuthorizationRequest, sent: Pairs, after: str) -> Response:
        """The answer for who is signed in, where the client may have it; else who does is asked."""
        person, since = page.person, page.signed_in_at
        if person is None or since is None or not self._holds(page, wanted, since, after):
            if "none" in wanted.prompt:
                return self._refuse(page, wanted.refusal("login_required", "Nobody is signed in"))
            return self._ask_sign_in(page, wanted, sent)
        if wanted.client.trusted and "consent" not in wanted.prompt:
            return self._answer(page, wanted, person, since)
        if "none" in wanted.prompt:
            return self._refuse(page, wanted.refusal("consent_required", "The person is asked each time"))
        return _ask_consent(page, wanted, sent, person)

    def decide(self, page: Page, sent: Pairs, decision: str) -> Response:
        """The answer to a request that a person has looked at."""
        wanted = self._read(page, sent)
        if isinstance(wanted, Response):
            return wanted
        person, since = page.person, page.signed_in_at
        if decision == "other":
            page.sign_out()
            return page.redirect(_address(sent))
        if decision == "refuse":
            return self._refuse(page, wanted.refusal("access_denied", "The person refused"))
        if decision != "accept" or person is None or since is None:
            return page.redirect(_address(sent))
        return self._answer(page, wanted, person, since)

    def _read(self, page: Page, sent: Pairs) -> AuthorizationRequest | Response:
        try:
            return read_request(self._identity.clients, sent)
        except StrayRequestError:
            sentence = page.text(
                "L'application qui vous a envoyé ici n'est pas connue de ce service, ou son adresse de "
                "retour n'est pas la sienne. Rien ne lui a été transmis.",
                "The application that sent you here is not known to this service, or its return address is "
                "not its own. Nothing was passed on to it.",
            )
            return page.render_refusal(400, sentence)
        except RedirectedError as refusal:
            return self._refuse(page, refusal)

    def _refuse(self, page: Page, refusal: RedirectedError) -> Response:
        return page.redirect(refusal.address(issuer(page.request, self._context.settings)))

    def _holds(self, page: Page, wanted: AuthorizationRequest, since: datetime, after: str) -> bool:
        """Whether the sign-in of the browser is the one that the client asks for."""
        own = issuer(page.request, self._context.settings)
        if wanted.id_token_hint is not None:
            hinted = self._identity.tokens.hinted(wanted.id_token_hint, own)
            if hinted is None or page.person is None or hinted.get("sub") != page.person.sub:
                return False
        if _MOMENT.fullmatch(after):
            return since.timestamp() >= int(after)
        if wanted.prompt & {"login", "select_account"}:
            return False
        return wanted.max_age is None or self._context.clock() - since <= timedelta(seconds=wanted.max_age)

    def _ask_sign_in(self, page: Page, wanted: AuthorizationRequest, sent: Pairs) -> Response:
        """The sign-in, which leads back here; one that was there before is not enough then."""
        fresh = wanted.max_age is not None or bool(wanted.prompt & {"login", "select_account"})
        after = {AFTER: str(int(self._context.clock().timestamp()))} if fresh else {}
        asked = [(name, value) for name, value in sent if name != "id_token_hint"]
        query = {"next": _address(asked, **after, **{BACK: "1"}), "login": wanted.login_hint}
        return page.redirect(f"{SIGN_IN_PATH}?{urlencode({name: one for name, one in query.items() if one})}")

    def _answer(
        self, page: Page, wanted: AuthorizationRequest, person: Principal, since: datetime
    ) -> Response:
        code = self._identity.codes.issue(wanted, person.sub, since)
        own = issuer(page.request, self._context.settings)
        return page.redirect(answer_address(wanted.redirect_uri, {"code": code}, wanted.state, own))


def _ask_consent(page: Page, wanted: AuthorizationRequest, sent: Pairs, person: Principal) -> Response:
    response = page.render(
        "consent.html",
        action=CONSENT_PATH,
        asked=urlencode(sent),
        application=wanted.client.name,
        where=urlsplit(wanted.redirect_uri).netloc,
        stays="offline_access" in wanted.scope.split(),
        person=person,
    )
    response.headers["Content-Security-Policy"] = policy_towards(wanted.redirect_uri)
    return response


def policy_towards(address: str) -> str:
    """The policy of pages whose form leads, by a redirection, to a registered address elsewhere."""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    return HEADERS["Content-Security-Policy"].replace("form-action 'self'", f"form-action 'self' {origin}")


def _address(sent: Sequence[tuple[str, str]], **own: str) -> str:
    return f"{AUTHORIZATION_PATH}?{urlencode([*sent, *own.items()])}"
