"""What surrounds every request: the size limit of bodies, the access log, security headers, compression."""

from __future__ import annotations

import logging
import re
import time
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dinamis_service.errors import TooLargeError, problem
from dinamis_service.language import pick_language, text
from dinamis_service.registry.uploads import MAX_BYTES as PROJECT_MAX_BYTES
from dinamis_service.requests.attachments import MAX_BYTES, MAX_FILES
from dinamis_service.settings import Settings
from dinamis_service.storage.addresses import PREFIX as OBJECTS

log = logging.getLogger("dinamis.access")

MESSAGE_MAX_BYTES = MAX_FILES * MAX_BYTES + 1024 * 1024
"""A message with as many files as it may have, and its text."""
_MARGIN = 1024 * 1024
"""What a form has besides its file."""
_MESSAGES = re.compile(r"/(api/orders|operator/requests)/[^/]+/messages")
_DELIVERY = re.compile(r"/operator/requests/[^/]+/delivery")
_PROJECT = "/registry/adhesion/file"
_FILE = "/attachments/"
_SIGNED = ("authorization", "secret-key", "cookie")

_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # an address may hold a code or a signature
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
}


class BodyLimit:
    """Refuses a body larger than the settings allow (413), announced or streamed."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what comes in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self._limit(scope, headers)
        sentence = _too_large(headers, limit)
        announced = headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > limit:
            await problem(TooLargeError.status, TooLargeError.code, sentence)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # FastAPI passes an HTTPException of a body through to the table of errors, and no other
                raise HTTPException(TooLargeError.status, sentence)
            return message

        await self._app(scope, counted, send)

    def _limit(self, scope: Scope, headers: Headers) -> int:
        """Bytes that a request may have: more for objects, and for messages with files of who signed in."""
        method, path = scope["method"], scope["path"]
        if _is_upload(scope):
            return self._settings.object_max_bytes
        if method == "POST" and _MESSAGES.fullmatch(path) and any(name in headers for name in _SIGNED):
            return MESSAGE_MAX_BYTES
        if method == "POST" and path == _PROJECT:
            return max(PROJECT_MAX_BYTES + _MARGIN, self._settings.body_max_bytes)
        return self._settings.body_max_bytes


def _is_upload(scope: Scope) -> bool:
    """Whether a request may bring whole images: an object, or a delivery of an operator."""
    method, path = scope["method"], scope["path"]
    return (method == "PUT" and path.startswith(OBJECTS)) or (
        method == "POST" and _DELIVERY.fullmatch(path) is not None
    )


def _too_large(headers: Headers, limit: int) -> str:
    """Sentence of the refusal."""
    language = pick_language(headers.get("accept-language"))
    return text(
        language, fr=f"La requête dépasse {limit} octets.", en=f"The request is larger than {limit} bytes."
    )


class AccessLog:
    """One line for each request: method, path, status, milliseconds. Never a query string, never a header.

    Query strings hold signatures and codes, headers hold tokens.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and write its line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0  # stays so when the client goes away before the answer

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        start = time.perf_counter()
        try:
            await self._app(scope, receive, watched)
        finally:
            elapsed_ms = (time.perf_counter() - start) * 1000
            log.info("%s %s %d %.0f ms", scope["method"], quote(scope["path"]), status, elapsed_ms)


class SecurityHeaders:
    """Adds the headers that keep browsers careful, where the answer does not say otherwise itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and complete its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, completed)


class Compression:
    """Compresses what is worth it, and never a file: its byte ranges are counted in the file itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressing = GZipMiddleware(app, minimum_size=1024, compresslevel=4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with or without compression."""
        plain = scope["type"] != "http" or scope["path"].startswith(OBJECTS) or _FILE in scope["path"]
        await (self._app if plain else self._compressing)(scope, receive, send)
