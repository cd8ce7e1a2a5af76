"""Endpoints of the OpenID Connect provider, laid out as Keycloak lays them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from dinamis_service.context import Context, base_url
from dinamis_service.identity.authorization import PROMPTS
from dinamis_service.identity.clients import SCOPES, Client, known_scope
from dinamis_service.identity.deps import issuer
from dinamis_service.identity.key_files import ALGORITHM
from dinamis_service.identity.oauth_errors import OAuthError
from dinamis_service.identity.service import REALM_PATH, Identity

PROTOCOL_PATH = f"{REALM_PATH}/protocol/openid-connect"
DEVICE_PATH = f"{REALM_PATH}/device"
AUTHORIZATION_PATH = f"{PROTOCOL_PATH}/auth"
LOGOUT_PATH = f"{PROTOCOL_PATH}/logout"
CODE_GRANT = "authorization_code"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REFRESH_GRANT = "refresh_token"

AUTH_METHODS = ["none", "client_secret_basic", "client_secret_post"]
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class ClientForm(BaseModel):
    """What every client sends; a missing field is refused as OAuth2 says, not as a form of ours."""

    client_id: str = ""
    client_secret: str = ""


class DeviceForm(ClientForm):
    """A device asks for codes (RFC 8628 3.1)."""

    scope: str = ""


class TokenForm(ClientForm):
    """A client asks for tokens; a scope may be repeated, the one that was consented to holds."""

    grant_type: str = ""
    device_code: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    refresh_token: str = ""


class RevocationForm(ClientForm):
    """A client gives a token back (RFC 7009 2.1)."""

    token: str = ""


class DeviceAuthorization(BaseModel):
    """Codes for a device (RFC 8628 3.2); times in seconds."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class TokenAnswer(BaseModel):
    """Tokens (RFC 6749 5.1); times in seconds."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    token_type: str
    id_token: str | None = None
    session_state: str
    scope: str


class OAuthRefusal(BaseModel):
    """A refusal of an OAuth2 endpoint (RFC 6749 5.2)."""

    error: str
    error_description: str


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": OAuthRefusal, "description": "Refused, `error` says why"},
    401: {"model": OAuthRefusal, "description": "Unknown client"},
}


def build_router(context: Context) -> APIRouter:
    """Discovery, device authorization, tokens, revocation and keys; web.authorization has the pages."""
    router = APIRouter(tags=["identity"])
    identity, settings = context.identity, context.settings

    @router.get(f"{REALM_PATH}/.well-known/openid-configuration")
    def openid_configuration(request: Request) -> dict[str, Any]:
        """Discovery document of the OpenID Connect provider."""
        return _discovery(base_url(request, settings))

    @router.post(f"{PROTOCOL_PATH}/auth/device", response_model=DeviceAuthorization, responses=REFUSALS)
    def device_authorization(request: Request, form: Annotated[DeviceForm, Form()]) -> JSONResponse:
        """Start a sign-in of a device (RFC 8628): its codes, and the page where a person types one."""
        page = base_url(request, settings) + DEVICE_PATH
        return _answer(request, identity, form, lambda client: _start(identity, client, form, page))

    @router.post(f"{PROTOCOL_PATH}/token", response_model=TokenAnswer, responses=REFUSALS)
    def token(request: Request, form: Annotated[TokenForm, Form()]) -> JSONResponse:
        """Tokens for a code, for a device code that a person accepted, or for a refresh token."""
        own = issuer(request, settings)
        return _answer(request, identity, form, lambda client: _grant(identity, client, form, own))

    @router.post(f"{PROTOCOL_PATH}/revoke", responses={401: REFUSALS[401]})
    def revoke(request: Request, form: Annotated[RevocationForm, Form()]) -> JSONResponse:
        """End the sign-in of a token (RFC 7009): its refresh and access tokens end with it."""
        return _answer(request, identity, form, lambda client: _revoke(identity, client, form))

    @router.get(f"{PROTOCOL_PATH}/certs")
    def certs() -> dict[str, Any]:
        """Public keys that verify our tokens (JWKS)."""
        return identity.tokens.public_keys()

    return router


def _discovery(base: str) -> dict[str, Any]:
    return {
        "issuer": base + REALM_PATH,
        "authorization_endpoint": base + AUTHORIZATION_PATH,
        "device_authorization_endpoint": f"{base}{PROTOCOL_PATH}/auth/device",
        "token_endpoint": f"{base}{PROTOCOL_PATH}/token",
        "revocation_endpoint": f"{base}{PROTOCOL_PATH}/revoke",
        "userinfo_endpoint": f"{base}{PROTOCOL_PATH}/userinfo",
        "end_session_endpoint": base + LOGOUT_PATH,
        "jwks_uri": f"{base}{PROTOCOL_PATH}/certs",
        "grant_types_supported": [CODE_GRANT, DEVICE_GRANT, REFRESH_GRANT],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": sorted(PROMPTS),
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": AUTH_METHODS,
        "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
        "scopes_supported": list(SCOPES),
    }


def _start(identity: Identity, client: Client, form: DeviceForm, page: str) -> dict[str, Any]:
    if not client.device:
        raise OAuthError("unauthorized_client", "The client may not use the device grant")
    codes = identity.devices.start(client.client_id, known_scope(form.scope))
    return {
        "device_code": codes.device_code,
        "user_code": codes.user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={codes.user_code}",
        "expires_in": codes.expires_in,
        "interval": codes.interval,
    }


def _grant(identity: Identity, client: Client, form: TokenForm, issuer_url: str) -> dict[str, Any]:
    if form.grant_type == DEVICE_GRANT:
        return identity.devices.poll(form.device_code, client.client_id, issuer_url).answer()
    if form.grant_type == REFRESH_GRANT:
        return identity.tokens.refresh(form.refresh_token, client.client_id, issuer_url).answer()
    if form.grant_type == CODE_GRANT:
        tokens = identity.codes.redeem(form.code, client, form.redirect_uri, form.code_verifier, issuer_url)
        return tokens.answer()
    raise OAuthError("unsupported_grant_type", "Only the code, device and refresh grants are supported")


def _revoke(identity: Identity, client: Client, form: RevocationForm) -> dict[str, Any]:
    identity.tokens.revoke(form.token, client.client_id)
    return {}


def _answer(
    request: Request, identity: Identity, form: ClientForm, produce: Callable[[Client], dict[str, Any]]
) -> JSONResponse:
    """The body that `produce` gives to a client that is who it says, or the refusal as RFC 6749 tells it."""
    try:
        client = identity.clients.authenticate(*_client_of(request, form))
        return JSONResponse(produce(client), headers=NO_STORE)
    except OAuthError as refusal:
        body = {"error": refusal.error, "error_description": refusal.description}
        asked = {"WWW-Authenticate": "Basic"} if refusal.status == HTTPStatus.UNAUTHORIZED else {}
        return JSONResponse(body, refusal.status, headers=NO_STORE | asked)


def _client_of(request: Request, form: ClientForm) -> tuple[str, str]:
    """Identifier and secret of the client, of the form or of HTTP Basic (RFC 6749 2.3.1), never both."""
    kind, _, sent = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.client_id, form.client_secret
    try:
        name, colon, secret = base64.b64decode(sent, validate=True).decode().partition(":")
    except ValueError:
        raise OAuthError("invalid_client", "The Authorization header cannot be read", status=401) from None
    client_id = unquote_plus(name)
    if not colon or form.client_secret or form.client_id not in ("", client_id):
        raise OAuthError("invalid_request", "The client says twice, or not wholly, who it is")
    return client_id, unquote_plus(secret)
