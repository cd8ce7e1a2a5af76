"""The range server of the objects: `/objects/<key>`."""

from __future__ import annotations

import mimetypes
import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, BinaryIO
from urllib.parse import quote, unquote, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, StreamingResponse

from dinamis_service.context import Context, base_url
from dinamis_service.errors import (
    ForbiddenError,
    InvalidError,
    NotFoundError,
    PreconditionFailedError,
    problem,
    refusals,
)
from dinamis_service.language import text
from dinamis_service.signing.journal import note
from dinamis_service.storage.access import OpenObject, open_object
from dinamis_service.storage.addresses import PREFIX
from dinamis_service.storage.conditions import Version, verdict_on_none
from dinamis_service.storage.ranges import (
    ByteRange,
    Multipart,
    UnsatisfiableRangeError,
    parse_ranges,
    read_range,
)
from dinamis_service.storage.store import InvalidKeyError, SignatureError

_ELSEWHERE_S = 3600  # life of an address that a client is sent on to
_CONDITIONS = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")
_AT_ONCE = 1 << 20  # a body up to this size is read in one go, without a thread for each chunk

_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole object, with its own media type", **_BYTES},
    206: {"description": "The ranges asked for; several come as `multipart/byteranges`", **_BYTES},
    307: {"description": "The object is read at the S3 that holds it, at the address of `Location`"},
    304: {"description": "The object is the one of `If-None-Match` or `If-Modified-Since`"},
    **refusals(403, 412, 416),
}


def build_router(context: Context) -> APIRouter:
    """Routes that read and write objects."""
    router = APIRouter(tags=["objects"])

    @router.head(PREFIX + "{key:path}", response_class=Response, responses=_ANSWERS)
    @router.get(PREFIX + "{key:path}", response_class=Response, responses=_ANSWERS)
    def read(request: Request, key: str) -> Response:
        """Bytes of an object: whole, or the ranges asked for.

        Needs a signature in the query, except for thumbnails and open data.
        """
        key = _key_of(request)
        unsigned = "X-Amz-Signature" not in request.query_params
        public = open_object(context.catalogue, key) if unsigned else None
        end = context.clock() + timedelta(seconds=_ELSEWHERE_S)
        if public is None:
            end = min(end, _signature_end(context, request, "GET"))  # what HEAD tells, GET tells too
        if context.objects.address is not None:
            return _elsewhere(context, request, key, end, public)
        try:
            file = context.objects.open(key)
        except FileNotFoundError:
            detail = text(
                request, fr="Cet objet n'existe pas, ou plus.", en="There is no such object, or no longer."
            )
            raise NotFoundError(detail) from None
        return _answer(request, key, file, context.clock(), public=public is not None)

    @router.put(PREFIX + "{key:path}", response_class=Response, responses=refusals(403, 412, 413, 507))
    async def write(request: Request, key: str) -> Response:
        """Store an object at an address that `/sign_urls_put` signed; it appears once it is whole."""
        key = _key_of(request)
        _signature_end(context, request, "PUT")
        await run_in_threadpool(_require_version, context, request, key)
        try:
            writing = context.objects.writing(key, lambda: _require_version(context, request, key))
            async with contextmanager_in_threadpool(writing) as file:
                await _receive(request, file)
        except InvalidKeyError:
            raise InvalidError(
                text(request, fr="Ce nom d'objet n'est pas valable.", en="This is not a valid object name.")
            ) from None
        except ClientDisconnect:
            return Response(status_code=400)  # for the access log: nobody is there to read it
        return Response(status_code=200)  # as S3 says

    return router


def _conditions(request: Request) -> dict[str, str]:
    """The headers that make the request depend on the version of the object."""
    headers = request.headers
    return {name: ", ".join(headers.getlist(name)) for name in _CONDITIONS if name in headers}


def _require_version(context: Context, request: Request, key: str) -> None:
    """Refuse an upload that is meant for another version of the object, or for none.

    Raises:
        PreconditionFailedError: it is.
    """
    conditions = _conditions(request)
    if not conditions:
        return
    try:
        verdict = context.objects.version(key).verdict(conditions, reads=False)
    except FileNotFoundError:
        verdict = verdict_on_none(conditions)
    if verdict == "failed":
        raise _changed(request)


def _changed(request: Request) -> PreconditionFailedError:
    """Refusal of a request for another version of the object."""
    return PreconditionFailedError(
        text(
            request,
            fr="L'objet n'est pas, ou plus, dans la version attendue.",
            en="The object is not, or no longer, in the version that was expected.",
        )
    )


async def _receive(request: Request, file: BinaryIO) -> None:
    """Write the body into `file`.

    Raises:
        ClientDisconnect: the client went away, or sent another length than it announced.
    """
    received = 0
    async for chunk in request.stream():
        await run_in_threadpool(file.write, chunk)
        received += len(chunk)
    if received != int(request.headers.get("content-length", received)):
        raise ClientDisconnect


def _key_of(request: Request) -> str:
    """Key in the path as it was sent: decoded once, never normalised."""
    raw: bytes = request.scope["raw_path"]
    return unquote(raw.decode("ascii", "replace")[len(PREFIX) :])


def _signature_end(context: Context, request: Request, method: str) -> datetime:
    """End (UTC) of the signature of the request, which is accepted.

    Raises:
        ForbiddenError: with the reason in the language of the caller.
    """
    base = base_url(request, context.settings)
    served = {base + PREFIX, f"{context.settings.objects_base(base)}/"}  # a proxy may use other paths
    faults: list[SignatureError] = []
    for address in served:
        try:
            return _verified(context, request, method, urlsplit(address).path)
        except SignatureError as error:  # noqa: PERF203 - of two addresses
            faults.append(error)
    raise ForbiddenError(_reason(request, max(faults, key=lambda error: error.fault != "wrong")))


def _verified(context: Context, request: Request, method: str, folder: str) -> datetime:
    """End of the signature of a request, were the objects under the path `folder`."""
    name = request.scope["raw_path"].decode("ascii", "replace")[len(PREFIX) :]
    url, host = f"{folder}{name}?{request.url.query}", request.headers.get("host", "")
    return context.objects.verify(method, url, host, context.clock())


def _reason(request: Request, error: SignatureError) -> str:
    """Sentence for a signature that is not accepted."""
    if error.fault == "missing":
        return text(
            request,
            fr="Cette adresse n'est pas signée : connectez-vous et demandez une adresse signée.",
            en="This address is not signed: sign in and ask for a signed address.",
        )
    if error.fault == "expired":
        return text(
            request,
            fr="La signature de cette adresse a expiré : demandez une nouvelle adresse signée.",
            en="The signature of this address has expired: ask for a new signed address.",
        )
    if error.fault == "early":
        return text(
            request,
            fr="La signature de cette adresse n'est pas encore valable.",
            en="The signature of this address is not valid yet.",
        )
    return text(
        request,
        fr="La signature de cette adresse n'est pas valable.",
        en="The signature of this address is not valid.",
    )


def _elsewhere(
    context: Context, request: Request, key: str, end: datetime, public: OpenObject | None
) -> Response:
    """Send the client on to the store that serves the object by itself, for no longer than until `end`.

    What anyone may read gets its signature here; what came with one is in the journal since that was given.
    """
    address = f"{context.objects.address}/{quote(key)}"
    now = context.clock().replace(microsecond=0)
    left_s = max(1, int((end - now).total_seconds()))
    if public is not None:
        expiry = now + timedelta(seconds=left_s)
        with context.database.session() as session:
            note(session, None, [public], method=request.method, at=now, expires_at=expiry)
    signed = context.objects.presign(address, request.method, now, left_s)
    return RedirectResponse(signed, 307, {"Cache-Control": "no-store"})


def _answer(request: Request, key: str, file: BinaryIO, now: datetime, *, public: bool) -> Response:
    """The answer to a GET or HEAD of an open object; takes care of closing it."""
    status = os.fstat(file.fileno())
    size, version = status.st_size, Version.of_file(status)
    media_type = mimetypes.guess_type(key)[0] or "application/octet-stream"
    headers = {
        **version.headers(now),
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=3600" if public else "private",
        "Content-Security-Policy": "sandbox; default-src 'none'",  # an uploaded page or drawing runs nothing
    }
    verdict = version.verdict(_conditions(request), reads=True)
    if verdict != "met":
        file.close()
        if verdict == "failed":
            raise _changed(request)
        return Response(status_code=304, headers=headers)
    wanted_version = version.is_of_if_range(request.headers.get("if-range"), now)
    try:
        ranges = parse_ranges(request.headers.get("range") if wanted_version else None, size)
    except UnsatisfiableRangeError:
        file.close()
        detail = text(
            request,
            fr=f"L'objet n'a que {size} octets.",
            en=f"The object has {size} bytes only.",
        )
        return problem(416, "invalid", detail, headers={"Content-Range": f"bytes */{size}"})
    if len(ranges) > 1:
        multipart = Multipart(ranges, size, media_type, secrets.token_hex(16))
        headers |= {"Content-Type": multipart.media_type, "Content-Length": str(len(multipart))}
        return _send(request, file, 206, headers, multipart.read(file))
    wanted = ranges[0] if ranges else ByteRange(0, size)
    headers |= {"Content-Type": media_type, "Content-Length": str(len(wanted))}
    if ranges:
        headers["Content-Range"] = wanted.header(size)
    return _send(request, file, 206 if ranges else 200, headers, read_range(file, wanted))


def _send(
    request: Request, file: BinaryIO, status: int, headers: dict[str, str], body: Iterator[bytes]
) -> Response:
    """The answer with this body, read at once when it is small."""
    if request.method == "HEAD" or int(headers["Content-Length"]) <= _AT_ONCE:
        with file:
            content = b"" if request.method == "HEAD" else b"".join(body)
        return Response(content, status, headers)
    return StreamingResponse(_closing(file, body), status, headers)


def _closing(file: BinaryIO, body: Iterator[bytes]) -> Iterator[bytes]:
    """The body, with the file closed at its end, also when the client goes away."""
    with file:
        yield from body
