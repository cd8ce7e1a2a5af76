"""The OpenAPI document, with the addresses that the published clients read in it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from dinamis_service.context import Context, base_url
from dinamis_service.identity.deps import TOKEN_PATH

_KEY_HEADERS = ("AccessKey", "SecretKey")


def install(app: FastAPI, context: Context) -> None:
    """Serve `/openapi.json` with the addresses of the caller; called last, when every route is there."""
    document = app.openapi()
    for path in document["paths"].values():
        for operation in path.values():
            if "security" in operation:
                operation["security"] = _paired(operation["security"])

    @app.get("/openapi.json", include_in_schema=False)
    def openapi(request: Request) -> JSONResponse:
        base = base_url(request, context.settings)
        return JSONResponse(
            document | {"servers": [{"url": base}], "components": _components(document, base)}
        )


def _components(document: dict[str, Any], base: str) -> dict[str, Any]:
    """Components of the document, with the whole token address: published clients take it as it is."""
    schemes = dict(document["components"]["securitySchemes"])
    token_url = base + TOKEN_PATH
    schemes["OAuth2PasswordBearer"] = schemes["OAuth2PasswordBearer"] | {
        "flows": {"password": {"scopes": {}, "tokenUrl": token_url}}
    }
    return document["components"] | {"securitySchemes": schemes}


def _paired(ways: list[dict[str, list[str]]]) -> list[dict[str, list[str]]]:
    """Ways to sign in, with the two headers of an API key as one way (FastAPI tells them as two)."""
    others = [way for way in ways if not way.keys() & set(_KEY_HEADERS)]
    return others if len(others) == len(ways) else [*others, {name: [] for name in _KEY_HEADERS}]
