"""Refusals of the service and how they are told: RFC 9457 problem documents."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

log = logging.getLogger("dinamis")


class ServiceError(Exception):
    """A refusal with a sentence for the person, and optionally the fields it is about.

    Args:
        detail: one clear sentence, in the language of the caller where the raiser knows it.
        fields: field name to sentence, shown beside the fields of a form.
        headers: headers of the answer, such as `Retry-After`.
    """

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "internal"

    def __init__(
        self, detail: str, *, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields or {}
        self.headers = headers or {}


class BadRequestError(ServiceError):
    """The request cannot be understood."""

    status = HTTPStatus.BAD_REQUEST
    code = "bad-request"


class NotSignedInError(ServiceError):
    """No valid token or key came with the request."""

    status = HTTPStatus.UNAUTHORIZED
    code = "not-signed-in"

    def __init__(self, detail: str, **kwargs: Any) -> None:
        kwargs.setdefault("headers", {"WWW-Authenticate": "Bearer"})
        super().__init__(detail, **kwargs)


class ForbiddenError(ServiceError):
    """The person is known and may not do this."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"


class NotFoundError(ServiceError):
    """There is no such thing, or not for this person."""

    status = HTTPStatus.NOT_FOUND
    code = "not-found"


class ConflictError(ServiceError):
    """The thing is not in the state that the request takes for granted."""

    status = HTTPStatus.CONFLICT
    code = "conflict"


class InvalidError(ServiceError):
    """The request does not hold together; `fields` says where."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid"


class TooLargeError(ServiceError):
    """The body is larger than the service takes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    code = "too-large"


class TooManyRequestsError(ServiceError):
    """Too many requests; `Retry-After` says when to come back."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too-many-requests"


class UnavailableError(ServiceError):
    """A part of the service does not answer now."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"


def problem(status: int, code: str, detail: str, **extra: Any) -> JSONResponse:
    """A problem document (RFC 9457) as an answer."""
    headers = extra.pop("headers", None)
    body = {
        "type": f"urn:dinamis:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _code(status: int) -> str:
    """Code of a refusal that a library raised: ours for that status, or else the name of the status."""
    codes = {kind.status: kind.code for kind in ServiceError.__subclasses__()}
    known = HTTPStatus(status)
    return codes.get(known, known.phrase.lower().replace(" ", "-"))


def install(app: FastAPI) -> None:
    """Give `app` its one table from exceptions to problem documents."""

    @app.exception_handler(ServiceError)
    async def _service_error(_request: Request, error: ServiceError) -> JSONResponse:
        errors = [{"field": field, "message": message} for field, message in error.fields.items()]
        extra: dict[str, Any] = {"errors": errors} if errors else {}
        return problem(error.status, error.code, error.detail, headers=error.headers, **extra)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {"field": ".".join(str(part) for part in item["loc"] if part != "body"), "message": item["msg"]}
            for item in error.errors()
        ]
        detail = "; ".join(f"{item['field']}: {item['message']}" for item in errors)
        return problem(422, "invalid", detail or "invalid request", errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, _code(error.status_code), str(error.detail), headers=error.headers)

    @app.exception_handler(Exception)
    async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("unforeseen error on %s %s", request.method, request.url.path, exc_info=error)
        return problem(500, "internal", "The service met an unforeseen error; it has been recorded.")
