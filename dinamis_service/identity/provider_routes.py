"""Endpoints of the OpenID Connect provider, laid out as Keycloak lays them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from dinamis_service.context import Context, base_url
from dinamis_service.identity.clients import CLIENTS, SCOPES, known_scope
from dinamis_service.identity.deps import issuer
from dinamis_service.identity.oauth_errors import OAuthError
from dinamis_service.identity.service import REALM_PATH, Identity
from dinamis_service.identity.signer import ALGORITHM

PROTOCOL_PATH = f"{REALM_PATH}/protocol/openid-connect"
DEVICE_PATH = f"{REALM_PATH}/device"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REFRESH_GRANT = "refresh_token"

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class ClientForm(BaseModel):
    """What every client sends; a missing field is refused as OAuth2 says, not as a form of ours."""

    client_id: str = ""


class DeviceForm(ClientForm):
    """A device asks for codes (RFC 8628 3.1)."""

    scope: str = ""


class TokenForm(ClientForm):
    """A client asks for tokens; a scope may be repeated, the one that was consented to holds."""

    grant_type: str = ""
    device_code: str = ""
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
    """Discovery, device authorization, tokens, revocation and keys."""
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
        return _answer(form, lambda: _start(identity, form, page))

    @router.post(f"{PROTOCOL_PATH}/token", response_model=TokenAnswer, responses=REFUSALS)
    def token(request: Request, form: Annotated[TokenForm, Form()]) -> JSONResponse:
        """Tokens for a device code that a person accepted, or for a refresh token."""
        return _answer(form, lambda: _grant(identity, form, issuer(request, settings)))

    @router.post(f"{PROTOCOL_PATH}/revoke", responses={401: REFUSALS[401]})
    def revoke(form: Annotated[RevocationForm, Form()]) -> JSONResponse:
        """End the sign-in of a token (RFC 7009): its refresh and access tokens end with it."""
        return _answer(form, lambda: _revoke(identity, form))

    @router.get(f"{PROTOCOL_PATH}/certs")
    def certs() -> dict[str, Any]:
        """Public keys that verify our tokens (JWKS)."""
        return identity.tokens.public_keys()

    return router


def _discovery(base: str) -> dict[str, Any]:
    return {
        "issuer": base + REALM_PATH,
        "device_authorization_endpoint": f"{base}{PROTOCOL_PATH}/auth/device",
        "token_endpoint": f"{base}{PROTOCOL_PATH}/token",
        "revocation_endpoint": f"{base}{PROTOCOL_PATH}/revoke",
        "userinfo_endpoint": f"{base}{PROTOCOL_PATH}/userinfo",
        "jwks_uri": f"{base}{PROTOCOL_PATH}/certs",
        "grant_types_supported": [DEVICE_GRANT, REFRESH_GRANT],
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": list(SCOPES),
    }


def _start(identity: Identity, form: DeviceForm, page: str) -> dict[str, Any]:
    codes = identity.devices.start(form.client_id, known_scope(form.scope))
    return {
        "device_code": codes.device_code,
        "user_code": codes.user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={codes.user_code}",
        "expires_in": codes.expires_in,
        "interval": codes.interval,
    }


def _grant(identity: Identity, form: TokenForm, issuer_url: str) -> dict[str, Any]:
    if form.grant_type == DEVICE_GRANT:
        return identity.devices.poll(form.device_code, form.client_id, issuer_url).answer()
    if form.grant_type == REFRESH_GRANT:
        return identity.tokens.refresh(form.refresh_token, form.client_id, issuer_url).answer()
    raise OAuthError("unsupported_grant_type", "Only the device and refresh grants are supported")


def _revoke(identity: Identity, form: RevocationForm) -> dict[str, Any]:
    identity.tokens.revoke(form.token, form.client_id)
    return {}


def _answer(form: ClientForm, produce: Callable[[], dict[str, Any]]) -> JSONResponse:
    """The body that `produce` gives to a known client, or the refusal in the form of RFC 6749."""
    try:
        _check_client(form.client_id)
        return JSONResponse(produce(), headers=NO_STORE)
    except OAuthError as refusal:
        body = {"error": refusal.error, "error_description": refusal.description}
        return JSONResponse(body, refusal.status, headers=NO_STORE)


def _check_client(client_id: str) -> None:
    if client_id not in CLIENTS:
        raise OAuthError("invalid_client", "Unknown client", status=401)
