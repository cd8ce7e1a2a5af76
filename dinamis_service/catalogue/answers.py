"""Answers that say when they changed, so that clients need not fetch again what they have (RFC 9110, 13)."""

from __future__ import annotations

import hashlib
from email.utils import format_datetime
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from dinamis_service.catalogue.moments import parse_moment

_NOT_MODIFIED = 304
_TAG_LENGTH = 32


def conditional(
    request: Request, document: Any, media_type: str, updated: str | None = None, tag: str | None = None
) -> Response:
    """The document as JSON; by GET with its `ETag`, or 304 for a client that names it in `If-None-Match`.

    Args:
        request: what is answered.
        document: the answer.
        media_type: of the answer.
        updated: RFC 3339 moment of its last change where that is known, for `Last-Modified`.
        tag: of what is answered, where a change is made under its condition; by default one of the answer.
    """
    body = orjson.dumps(document)  # a page of a hundred items takes json longer to write than SQLite to find
    if request.method == "POST":
        return Response(body, media_type=media_type)
    tag = tag or weak_tag(body)
    headers = _headers(tag, updated)
    return not_modified(request, tag, updated) or Response(body, media_type=media_type, headers=headers)


def not_modified(request: Request, tag: str, updated: str | None = None) -> Response | None:
    """The answer 304 for a client that has what bears this `ETag`; None for any other."""
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known or tag.removeprefix("W/") in known or "*" in known:
        return Response(status_code=_NOT_MODIFIED, headers=_headers(tag, updated))
    return None


def weak_tag(content: bytes) -> str:
    """An `ETag` of what an answer is made of; weak, as it is the same compressed or not."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:_TAG_LENGTH]}"'


def _headers(tag: str, updated: str | None) -> dict[str, str]:
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Language, Accept-Encoding"}
    if updated is not None:
        headers["Last-Modified"] = format_datetime(parse_moment(updated), usegmt=True)
    return headers
