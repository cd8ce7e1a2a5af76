"""The OpenAPI document, with the addresses that the published clients read in it, and a page to read it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field

from dinamis_service.catalogue.routes import PREFIX as CATALOGUE
from dinamis_service.context import Context, base_url
from dinamis_service.errors import refusals
from dinamis_service.identity.deps import token_address
from dinamis_service.language import pick_language, text

DOCUMENT_PATH = "/openapi.json"
PAGE_PATH = "/docs"
_KEY_HEADERS = ("AccessKey", "SecretKey")


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: str = Field(examples=["urn:dinamis:problem:invalid"])
    title: str = Field(description="Name of the status")
    status: int
    code: str = Field(examples=["invalid"])
    detail: str = Field(description="One sentence for a person, French or English by `Accept-Language`")
    errors: list[FieldProblem] | None = Field(None, description="Where fields of a form are meant")


def install(app: FastAPI, context: Context) -> None:
    """Serve the document, and the page: FastAPI's own page is made of scripts from elsewhere."""

    @cache
    def document() -> dict[str, Any]:
        return _with_problems(_with_partial_items(_with_paired_headers(app.openapi())))

    async def openapi(request: Request) -> JSONResponse:
        base = base_url(request, context.settings)
        token_url = await run_in_threadpool(token_address, context, request)  # it may ask another issuer
        own = {"servers": [{"url": base}], "components": _components(document(), token_url)}
        return JSONResponse(document() | own)

    async def page(request: Request) -> HTMLResponse:
        return HTMLResponse(_page(document(), request))

    app.openapi_url, app.docs_url = DOCUMENT_PATH, PAGE_PATH  # stac-fastapi links to them
    app.add_route(DOCUMENT_PATH, openapi, include_in_schema=False)
    app.add_route(PAGE_PATH, page, include_in_schema=False)


def _components(document: dict[str, Any], token_url: str) -> dict[str, Any]:
    """Components of the document, with the whole token address: published clients take it as it is."""
    schemes = dict(document["components"]["securitySchemes"])
    flows = {"password": {"scopes": {}, "tokenUrl": token_url}}
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


def _with_partial_items(document: dict[str, Any]) -> dict[str, Any]:
    """The document, with pages of a search as they are: `fields` leaves out what STAC wants of an item."""
    for path in ("/search", "/collections/{collection_id}/items"):
        for operation in document["paths"][CATALOGUE + path].values():
            found = operation["responses"].get("200", {})  # a POST of items, which creates them, answers 201
            for content in found.get("content", {}).values():
                content["schema"] = {"$ref": "#/components/schemas/ItemPage"}
    counts = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
    document["components"]["schemas"]["ItemPage"] = {
        "type": "object",
        "title": "A page of items",
        "required": ["type", "features", "links", "numberReturned"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": {"type": "object", "required": ["id", "collection"]}},
            "links": {"type": "array", "items": {"type": "object", "required": ["rel", "href"]}},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "facets": {"type": "object", "additionalProperties": counts},
        },
    }
    return document


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The document, with the refusals that follow from what an operation takes (FastAPI tells others)."""
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            told = operation["responses"]
            told.pop("422", None)
            for status, answer in refusals(*_refusals_of(path, method, operation)).items():
                told.setdefault(str(status), answer)
            told["default"] = _UNFORESEEN
    return document


def _refusals_of(path: str, method: str, operation: dict[str, Any]) -> Iterator[int]:
    """Statuses of the refusals that an operation may answer by its kind."""
    takes_body, named = "requestBody" in operation, "{" in path
    if operation.get("security"):
        yield 401
    if named and method != "put":
        yield 404
    if takes_body:
        yield from (400, 413)
    if takes_body or operation.get("parameters"):
        yield 400 if path.startswith(CATALOGUE) else 422  # STAC API wants 400 for what others call invalid


_UNFORESEEN = {**refusals(500)[500], "description": "An unforeseen error, or a part that does not answer"}


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
