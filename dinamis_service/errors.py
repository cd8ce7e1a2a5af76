"""Refusals of the service and how they are told: RFC 9457 problem documents."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.routing import Match

from dinamis_service.busy import BusyError
from dinamis_service.catalogue.engine import CatalogueDownError
from dinamis_service.language import Language, pick_language, text
from dinamis_service.storage.store import StoreDownError, StoreFullError

log = logging.getLogger("dinamis")

PROBLEM = "application/problem+json"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


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


class TextsUnsignedError(ForbiddenError):
    """The person may do this once they have signed the charter and licences that it needs (REG-45)."""

    code = "texts-unsigned"


class NotFoundError(ServiceError):
    """There is no such thing, or not for this person."""

    status = HTTPStatus.NOT_FOUND
    code = "not-found"


class ConflictError(ServiceError):
    """The thing is not in the state that the request takes for granted."""

    status = HTTPStatus.CONFLICT
    code = "conflict"


class PreconditionFailedError(ServiceError):
    """The thing is not as the caller saw it (`If-Match`)."""

    status = HTTPStatus.PRECONDITION_FAILED
    code = "changed-meanwhile"


class PreconditionRequiredError(ServiceError):
    """The change does not say which version of the thing was seen (`If-Match`)."""

    status = HTTPStatus.PRECONDITION_REQUIRED
    code = "precondition-required"


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


class StorageFullError(ServiceError):
    """There is no room for what is sent."""

    status = HTTPStatus.INSUFFICIENT_STORAGE
    code = "storage-full"


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
    return JSONResponse(body, status, headers, media_type=PROBLEM)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of the refusals that a route adds to those of every route of its kind."""
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {one: {"description": HTTPStatus(one).phrase, "content": content} for one in statuses}


def _code(status: HTTPStatus) -> str:
    """Code of a refusal that a library raised: ours for that status, or else the name of the status."""
    codes = {kind.status: kind.code for kind in ServiceError.__subclasses__()}
    return codes.get(status, status.phrase.lower().replace(" ", "-"))


_PHRASES = {
    "Not Found": ("Cette adresse n'existe pas.", "There is nothing at this address."),
    "Method Not Allowed": (
        "Cette méthode n'existe pas à cette adresse.",
        "This method does not exist at this address.",
    ),
    "There was an error parsing the body": (
        "Le corps de la requête est illisible.",
        "The body of the request cannot be read.",
    ),
}
"""What the frameworks say by themselves, in English only."""

_VALIDATIONS = {
    "missing": ("valeur manquante", "value missing"),
    "json_invalid": ("ce n'est pas du JSON", "this is not JSON"),
    "extra_forbidden": ("champ inconnu", "unknown field"),
    "string_too_long": ("au plus {max_length} caractères", "at most {max_length} characters"),
    "string_too_short": ("au moins {min_length} caractère(s)", "at least {min_length} character(s)"),
    "too_long": ("au plus {max_length} éléments", "at most {max_length} items"),
    "too_short": ("au moins {min_length} élément(s)", "at least {min_length} item(s)"),
    "greater_than": ("doit dépasser {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("au moins {ge}", "at least {ge}"),
    "less_than": ("doit rester sous {lt}", "must be less than {lt}"),
    "less_than_equal": ("au plus {le}", "at most {le}"),
    "literal_error": ("une valeur parmi {expected}", "one of {expected}"),
    "enum": ("une valeur parmi {expected}", "one of {expected}"),
    "decimal_max_places": ("au plus {decimal_places} décimales", "at most {decimal_places} decimals"),
    "decimal_whole_digits": ("un nombre démesuré", "a number beyond all measure"),
    "finite_number": ("il faut un nombre fini", "a finite number is expected"),
    "closes_before": ("se ferme avant de s'ouvrir", "closes before it opens"),
    "unsound_depth": ("au plus {most} niveaux", "at most {most} levels"),
    "no_phone": ("un numéro de téléphone est attendu", "a telephone number is expected"),
    "no_country": ("un pays de la liste est attendu", "a country of the list is expected"),
    "no_email": ("une adresse électronique est attendue", "an e-mail address is expected"),
    "no_heading": ("commence par un titre (« # Titre »)", "begins with a heading ('# Title')"),
    "no_date": ("une date s'écrit AAAA-MM-JJ", "a date is written YYYY-MM-DD"),
    "unsound_text": ("contient ce qui n'est pas du texte", "holds characters that are not text"),
    "no_geojson": ("ce n'est pas une géométrie GeoJSON", "this is not a GeoJSON geometry"),
    "which_ones": ("soit ids, soit all", "either ids or all"),
    "uuid_parsing": ("un UUID est attendu", "a UUID is expected"),
    "unsound_number": ("contient un nombre démesuré", "holds a number beyond all measure"),
}
"""Sentences for what pydantic and our own checks find, by the type of the finding, its values in braces."""

_EXPECTED = {
    "string": ("un texte", "a text"),
    "int": ("un nombre entier", "a whole number"),
    "float": ("un nombre", "a number"),
    "decimal": ("un nombre", "a number"),
    "bool": ("vrai ou faux", "true or false"),
    "list": ("une liste", "a list"),
    "dict": ("un objet", "an object"),
    "model_attributes": ("un objet", "an object"),
    "date": ("une date", "a date"),
    "datetime": ("une date et une heure", "a date and time"),
}
"""What is expected where a finding is of the kind `int_parsing` or `int_type`."""


_FAILURES: dict[type[Exception], tuple[type[ServiceError], str, str, str]] = {
    CatalogueDownError: (
        UnavailableError,
        "the catalogue does not answer",
        "Le catalogue ne répond pas en ce moment ; réessayez dans quelques instants.",
        "The catalogue does not answer now; try again in a few moments.",
    ),
    StoreDownError: (
        UnavailableError,
        "the store of objects does not answer",
        "Le stockage des images ne répond pas en ce moment ; réessayez dans quelques instants.",
        "The storage of images does not answer now; try again in a few moments.",
    ),
    StoreFullError: (
        StorageFullError,
        "there is no room for an object",
        "Il n'y a plus de place pour cet objet ; rien n'en a été gardé.",
        "There is no room left for this object; nothing of it was kept.",
    ),
}
"""Refusal, line of the log and sentence in French and English for what parts of the service fail with."""


def busy_sentence(language: Language, busy: BusyError) -> str:
    """Why a sign-in, or the choice of a password, has to wait."""
    return text(
        language,
        fr=f"Trop de connexions en ce moment : réessayez dans {busy.seconds} s.",
        en=f"Too many sign-ins right now: try again in {busy.seconds} s.",
    )


def retry_after(busy: BusyError) -> dict[str, str]:
    """The header that says to programs when to come back."""
    return {"Retry-After": str(busy.seconds)}


def findings(to: HTTPConnection | str, error: RequestValidationError) -> list[dict[str, str]]:
    """What is wrong with a request, field by field, in words for `to`: its caller, or a language."""
    return [{"field": _field(found), "message": _told(to, found)} for found in error.errors()]


def _field(found: dict[str, Any]) -> str:
    """Name of a field as the client wrote it; empty for a body that could not be read at all."""
    if found["type"] == "json_invalid":
        return ""
    _place, *names = found["loc"]  # the place is body, query, path or header
    return ".".join(map(str, names))


def _told(to: HTTPConnection | str, found: dict[str, Any]) -> str:
    """A finding of pydantic in words."""
    kind = str(found["type"])
    if kind in _VALIDATIONS:
        fr, en = _VALIDATIONS[kind]
        return text(to, fr=fr, en=en).format_map(found.get("ctx", {}))
    expected = _EXPECTED.get(kind.rpartition("_")[0]) or _EXPECTED.get(kind.partition("_")[0])
    if expected is not None:
        return text(to, fr=f"il faut {expected[0]}", en=f"{expected[1]} is expected")
    return text(to, fr="valeur non valable", en=str(found["msg"]))


def _allowed(request: Request) -> list[str]:
    """Methods that any route has at the address of a request: each route knows of its own alone."""
    routes = request.app.router.routes
    return [
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def install(app: FastAPI) -> None:
    """Give `app` its one table from exceptions to problem documents."""

    @app.exception_handler(ServiceError)
    async def _service_error(_request: Request, error: ServiceError) -> JSONResponse:
        errors = [{"field": field, "message": message} for field, message in error.fields.items()]
        extra: dict[str, Any] = {"errors": errors} if errors else {}
        return problem(error.status, error.code, error.detail, headers=error.headers, **extra)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = findings(request, error)
        detail = "; ".join(": ".join(filter(None, found.values())) for found in errors)
        return problem(422, "invalid", detail, errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        known = HTTPStatus(error.status_code)
        said = str(error.detail)
        fr, en = _PHRASES.get(said, (said, said))
        detail = text(request, fr=fr, en=en)
        headers = dict(error.headers or {})
        if known is HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(_allowed(request))
        return problem(known, _code(known), detail, headers=headers)

    @app.exception_handler(BusyError)
    async def _busy(request: Request, busy: BusyError) -> JSONResponse:
        language = pick_language(request.headers.get("accept-language"))
        told = busy_sentence(language, busy)
        return problem(429, TooManyRequestsError.code, told, headers=retry_after(busy))

    async def _failing(request: Request, error: Exception) -> JSONResponse:
        kind, said, fr, en = _FAILURES[type(error)]
        log.error("%s: %s %s: %s", said, request.method, request.url.path, error)
        headers = {"Retry-After": "10"} if kind is UnavailableError else {}
        return problem(kind.status, kind.code, text(request, fr=fr, en=en), headers=headers)

    for failure in _FAILURES:
        app.add_exception_handler(failure, _failing)

    @app.exception_handler(Exception)
    async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("unforeseen error on %s %s", request.method, request.url.path, exc_info=error)
        sentence = text(
            request,
            fr="Le service a rencontré une erreur imprévue ; elle est enregistrée.",
            en="The service met an unforeseen error; it has been recorded.",
        )
        return problem(500, "internal", sentence)
