"""The OpenAPI document, with the addresses that the published clients read in it, and a page to read it."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from dinamis_service.context import Context, base_url
from dinamis_service.identity.deps import TOKEN_PATH
from dinamis_service.language import pick_language, text

DOCUMENT_PATH = "/openapi.json"
PAGE_PATH = "/docs"
_KEY_HEADERS = ("AccessKey", "SecretKey")


def install(app: FastAPI, context: Context) -> None:
    """Serve the document, and the page: FastAPI's own page is made of scripts from elsewhere."""

    @cache
    def document() -> dict[str, Any]:
        return _with_paired_headers(app.openapi())

    async def openapi(request: Request) -> JSONResponse:
        base = base_url(request, context.settings)
        own = {"servers": [{"url": base}], "components": _components(document(), base)}
        return JSONResponse(document() | own)

    async def page(request: Request) -> HTMLResponse:
        return HTMLResponse(_page(document(), request))

    app.openapi_url, app.docs_url = DOCUMENT_PATH, PAGE_PATH  # stac-fastapi links to them
    app.add_route(DOCUMENT_PATH, openapi, include_in_schema=False)
    app.add_route(PAGE_PATH, page, include_in_schema=False)


def _components(document: dict[str, Any], base: str) -> dict[str, Any]:
    """Components of the document, with the whole token address: published clients take it as it is."""
    schemes = dict(document["components"]["securitySchemes"])
    flows = {"password": {"scopes": {}, "tokenUrl": base + TOKEN_PATH}}
    schemes["OAuth2PasswordBearer"] = schemes["OAuth2PasswordBearer"] | {"flows": flows}
    components: dict[str, Any] = document["components"] | {"securitySchemes": schemes}
    return components


def _with_paired_headers(document: dict[str, Any]) -> dict[str, Any]:
    """The document, with the two headers of an API key as one way to sign in (FastAPI tells them as two)."""
    for path in document["paths"].values():
        for operation in path.values():
            ways = operation.get("security", [])
            others = [way for way in ways if not way.keys() & set(_KEY_HEADERS)]
            if len(others) < len(ways):
                operation["security"] = [*others, {name: [] for name in _KEY_HEADERS}]
    return document


def _page(document: dict[str, Any], request: Request) -> str:
    """A table of the routes."""
    rows = "".join(
        f"<tr><td><code>{method.upper()}</code></td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(operation.get('description') or operation.get('summary', ''))}</td></tr>"
        for path, operations in sorted(document["paths"].items())
        for method, operation in operations.items()
    )
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    language = pick_language(request.headers.get("accept-language"))
    hint = text(
        language,
        fr="Les champs de chaque route sont décrits dans",
        en="The fields of every route are described in",
    )
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
        f'<h1>{title}</h1><p>{hint} <a href="openapi.json">openapi.json</a>.</p><table>{rows}</table></html>'
    )
