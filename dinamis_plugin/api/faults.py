"""From what HTTP and the network say to the errors of the domain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from urllib3.exceptions import ReadTimeoutError

from ..domain.errors import (
    BadAnswerError,
    ChangedMeanwhileError,
    ConflictError,
    DinamisError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    NotSignedInError,
    ServiceFailureError,
    ServiceUnreachableError,
    TimedOutError,
    TooManyRequestsError,
    UnavailableError,
    UntrustedCertificateError,
)
from ..domain.parsing import mapping_of, number_of, objects_of, text_of
from ..domain.signed_url import strip_signature

_PLAIN_ERRORS: dict[int, type[DinamisError]] = {
    401: NotSignedInError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: NotFoundError,
    412: ChangedMeanwhileError,
}
_REFUSED_INPUT = frozenset({400, 413, 422})
_TOO_MANY, _UNAVAILABLE = 429, 503
_LONGEST_DETAIL = 500
_PASSING_STATUS = frozenset({502, 504})
LONGEST_PAUSE_S = 8.0


def error_of_answer(status: int, headers: Mapping[str, str], document: Any) -> DinamisError:
    """Turn a refusal into an error; `document` is its JSON, None when it has none."""
    problem = mapping_of(document)
    detail = _detail(problem)
    if status in _PLAIN_ERRORS:
        return _PLAIN_ERRORS[status](detail)
    if status in _REFUSED_INPUT:
        return InvalidRequestError(detail, _fields(problem))
    if status == _TOO_MANY:
        return TooManyRequestsError(detail, retry_after(headers))
    if status == _UNAVAILABLE:
        return UnavailableError(detail, retry_after(headers))
    return ServiceFailureError(detail, status)


def error_of_exception(error: requests.RequestException) -> DinamisError:
    """Turn a fault of the network into an error; addresses in it lose their signature."""
    detail = strip_signature(str(error))[:_LONGEST_DETAIL]
    if isinstance(error, requests.Timeout):
        return TimedOutError(detail)
    # While a body is read, requests wraps the time-out of urllib3 in a ConnectionError.
    if error.args and isinstance(error.args[0], ReadTimeoutError):
        return TimedOutError(detail)
    if isinstance(error, requests.exceptions.SSLError):
        return UntrustedCertificateError(detail)
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema)):
        return InvalidRequestError(detail, {"url": "not_an_address"})
    if isinstance(error, (requests.TooManyRedirects, requests.exceptions.ContentDecodingError)):
        return BadAnswerError(detail)
    return ServiceUnreachableError(detail)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read the pause that an answer asks for, in seconds; None when it asks for none."""
    value = headers.get("Retry-After", "")
    seconds = number_of(value)
    if seconds is None:
        moment, sent = http_date(value), http_date(headers.get("Date", ""))
        if moment is None:
            return None
        seconds = (moment - (sent or datetime.now(timezone.utc))).total_seconds()
    return max(0.0, seconds)


def pause_before_repeating(error: DinamisError, pause: float) -> float | None:
    """Give the seconds to wait before a call is repeated, None when that would not help."""
    if isinstance(error, TimedOutError):
        return None
    if isinstance(error, ServiceFailureError):
        return pause if error.status in _PASSING_STATUS else None
    if isinstance(error, (TooManyRequestsError, UnavailableError)) and error.retry_after_s is not None:
        return error.retry_after_s if error.retry_after_s <= LONGEST_PAUSE_S else None
    return min(pause, LONGEST_PAUSE_S)


def http_date(value: str) -> datetime | None:
    """Read a time of an HTTP header as aware UTC; None when it is not one."""
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError):
        return None
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def _detail(problem: Mapping[str, Any]) -> str:
    """Find the sentence of a refusal: RFC 9457, OAuth 2.0, or FastAPI's own."""
    for key in ("detail", "description", "error_description", "title", "error"):
        text = text_of(problem.get(key))
        if text:
            return strip_signature(text)[:_LONGEST_DETAIL]
    messages = [text_of(entry.get("msg")) for entry in objects_of(problem.get("detail"))]
    return "; ".join(message for message in messages if message)[:_LONGEST_DETAIL]


def _fields(problem: Mapping[str, Any]) -> dict[str, str]:
    fields = {
        text_of(entry.get("field")): text_of(entry.get("message"))
        for entry in objects_of(problem.get("errors"))
    }
    for entry in objects_of(problem.get("detail")):
        place = entry.get("loc")
        if isinstance(place, list) and place:
            fields[str(place[-1])] = text_of(entry.get("msg"))
    fields.pop("", None)
    return fields
