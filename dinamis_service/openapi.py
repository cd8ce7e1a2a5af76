"""The OpenAPI document, with the addresses that the published clients read in it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from dinamis_service.context import Context, base_url
from dinamis_service.discovery import REALM

_WAYS_IN = [{"OAuth2PasswordBearer": []}, {"AccessKey": [], "SecretKey": []}]


def install(app: FastAPI, context: Context) -> None:
    """Serve `/openapi.json`; called last, when every route is there."""
    document = app.openapi()
    _mark_protected(app, document)

    @app.get("/openapi.json", include_in_schema=False)
    def openapi(request: Request) -> JSONResponse:
        base = base_url(request, context.settings)
        schemes = document.get("components", {}).get("securitySchemes", {}) | _security_schemes(base)
        components = document.get("components", {}) | {"securitySchemes": schemes}
        return JSONResponse(document | {"components": components, "servers": [{"url": base}]})


def _security_schemes(base: str) -> dict[str, Any]:
    """How a client signs in; the published clients derive every OAuth2 address from this `tokenUrl`."""
    token_url = f"{base}{REALM}/protocol/openid-connect/token"
    return {
        "OAuth2PasswordBearer": {
            "type": "oauth2",
            "flows": {"password": {"scopes": {}, "tokenUrl": token_url}},
            "description": "Access token from the device flow, whose address is beside this one",
        },
        "AccessKey": {"type": "apiKey", "in": "header", "name": "access-key"},
        "SecretKey": {"type": "apiKey", "in": "header", "name": "secret-key"},
    }
