"""Sign-out at the wish of a client (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel

from dinamis_service.context import Context
from dinamis_service.identity.clients import Client
from dinamis_service.identity.deps import issuer
from dinamis_service.identity.provider_routes import LOGOUT_PATH
from dinamis_service.web.access import page_route
from dinamis_service.web.authorization import policy_towards
from dinamis_service.web.pages import Page


class LogoutForm(BaseModel):
    """What a client sends, and what the page of the question sends again with its token."""

    id_token_hint: str = ""
    client_id: str = ""
    post_logout_redirect_uri: str = ""
    state: str = ""
    form_token: str = ""


def build_router(context: Context) -> APIRouter:
    """The end-session endpoint."""
    router = APIRouter(include_in_schema=False, route_class=page_route(context))
    logout = _Logout(context)

    @router.get(LOGOUT_PATH)
    def by_address(
        request: Request,
        id_token_hint: str = "",
        client_id: str = "",
        post_logout_redirect_uri: str = "",
        state: str = "",
    ) -> Response:
        wanted = LogoutForm(
            id_token_hint=id_token_hint,
            client_id=client_id,
            post_logout_redirect_uri=post_logout_redirect_uri,
            state=state,
        )
        return logout.advance(Page(context, request), wanted)

    @router.post(LOGOUT_PATH)
    def by_form(request: Request, wanted: Annotated[LogoutForm, Form()]) -> Response:
        return logout.advance(Page(context, request), wanted)

    return router


class _Logout:
    """One wish to sign somebody out."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._identity = context.identity

    def advance(self, page: Page, wanted: LogoutForm) -> Response:
        """Sign out who is meant; ask first where it is not certain that the person wants it."""
        own = issuer(page.request, self._context.settings)
        hint = self._identity.tokens.hinted(wanted.id_token_hint, own) if wanted.id_token_hint else None
        client = self._client(wanted, hint)
        back = _way_back(client, wanted)
        person = page.person
        meant = hint is not None and person is not None and hint.get("sub") == person.sub
        confirmed = page.came_from_here(wanted.form_token)
        if person is not None and not meant and not confirmed:
            return _ask(page, wanted, client, back)
        if hint is not None and (meant or confirmed):
            self._identity.tokens.end_session(str(hint.get("sid", "")))
        if person is not None:
            page.sign_out()
        return page.redirect(back) if back else page.render("signed_out.html", elsewhere="")

    def _client(self, wanted: LogoutForm, hint: dict[str, Any] | None) -> Client | None:
        """The client that asks, None where what it says does not hold together."""
        told = "" if hint is None else str(hint.get("aud", ""))
        if told and wanted.client_id not in ("", told):
            return None
        return self._identity.clients.get(told or wanted.client_id)


def _way_back(client: Client | None, wanted: LogoutForm) -> str:
    """Where the browser goes afterwards: an address that the client has registered, or nowhere."""
    address = wanted.post_logout_redirect_uri
    if client is None or not address or not client.accepts_after_logout(address):
        return ""
    state = urlencode({"state": wanted.state}) if wanted.state else ""
    return f"{address}{('&' if '?' in address else '?') + state if state else ''}"


def _ask(page: Page, wanted: LogoutForm, client: Client | None, back: str) -> Response:
    response = page.render(
        "end_session.html",
        action=LOGOUT_PATH,
        asked=wanted.model_dump(exclude={"form_token"}),
        application="" if client is None else client.name,
    )
    if back:
        response.headers["Content-Security-Policy"] = policy_towards(back)
    return response
