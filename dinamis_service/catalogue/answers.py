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
    # weak: compressed or not, it is the same
    tag = tag or f'W/"{hashlib.sha256(body).hexdigest()[:_TAG_LENGTH]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Language, Accept-Encoding"}
    if updated is not None:
        headers["Last-Modified"] = format_datetime(parse_moment(updated), usegmt=True)
    known = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known or tag.removeprefix("W/") in known or "*" in known:
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
