"""Reading JSON of other people: what is missing or strange becomes None or a clear error, never a crash."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from .errors import BadAnswerError

# Python 3.9 reads neither a Z nor a fraction of any other length than 3 or 6.
_ISO_8601 = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<minute>\d{2}:\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)? ?"
    r"(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?"
)


def text_of(value: Any) -> str:
    """Give the text of a JSON value that should be a string, empty for anything else."""
    return value if isinstance(value, str) else ""


def number_of(value: Any) -> float | None:
    """Give a finite number, also when it is written as a string; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def between(value: Any, low: float, high: float) -> float | None:
    """Give a number of a known range, None when it is none or out of it."""
    number = number_of(value)
    return number if number is not None and low <= number <= high else None


def mapping_of(value: Any) -> Mapping[str, Any]:
    """Give a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def objects_of(value: Any) -> list[Mapping[str, Any]]:
    """Give the JSON objects of a list, leaving everything else out."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def texts_of(value: Any) -> tuple[str, ...]:
    """Give the strings of a list, leaving everything else out."""
    return tuple([entry for entry in value if isinstance(entry, str)]) if isinstance(value, list) else ()


def numbers_of(value: Any) -> tuple[float, ...]:
    """Give the numbers of a list, leaving everything else out."""
    numbers = [number_of(entry) for entry in value] if isinstance(value, list) else []
    return tuple(number for number in numbers if number is not None)


def utc_of(value: Any) -> datetime | None:
    """Read an ISO 8601 time as aware UTC; without a zone it is taken for UTC; None when it is not a time."""
    found = _ISO_8601.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        return None
    zone = (found["zone"] or "Z").upper().replace(":", "").replace("Z", "+0000")
    clock = f"{found['minute'] or '00:00'}:{found['second'] or '00'}.{(found['fraction'] or '')[:6]:0<6}"
    try:
        moment = datetime.fromisoformat(f"{found['day']}T{clock}{zone[:3]}:{zone[3:] or '00'}")
        return moment.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def date_of(value: Any) -> date | None:
    """Read the day of an ISO 8601 date or time in UTC; None when it is neither."""
    moment = utc_of(value)
    return moment.date() if moment else None


def iso_utc(moment: datetime) -> str:
    """Write an aware time the way the service does: UTC, with a Z.

    Fractions of a second are kept when there are any.
    """
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def interval(start: date | datetime | None, end: date | datetime | None) -> str:
    """Write a STAC interval; a day counts whole, from its first to its last millisecond in UTC."""
    return f"{_bound(start, last=False)}/{_bound(end, last=True)}"


def required_text(document: Mapping[str, Any], key: str) -> str:
    """Give a string that the contract promises.

    Raises:
        BadAnswerError: When it is missing or empty.
    """
    value = text_of(document.get(key))
    if not value:
        raise BadAnswerError.about(key, "missing")
    return value


def required_id(document: Mapping[str, Any]) -> str:
    """Give an identifier that the contract promises; some are numbers.

    Raises:
        BadAnswerError: When it is missing or empty.
    """
    value = document.get("id")
    whole = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if whole else required_text(document, "id")


def required_number(document: Mapping[str, Any], key: str) -> float:
    """Give a number that the contract promises.

    Raises:
        BadAnswerError: When it is missing or not a number.
    """
    value = number_of(document.get(key))
    if value is None:
        raise BadAnswerError.about(key, "missing")
    return value


def required_objects(document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Give the JSON objects of a list that the contract promises: no list is not an empty one.

    Raises:
        BadAnswerError: When the list is missing.
    """
    if not isinstance(document.get(key), list):
        raise BadAnswerError.about(key, "missing")
    return objects_of(document[key])


def _bound(value: date | datetime | None, *, last: bool) -> str:
    if value is None:
        return ".."
    if isinstance(value, datetime):
        return iso_utc(value)
    midnight = datetime(value.year, value.month, value.day, tzinfo=timezone.utc)
    return iso_utc(midnight + timedelta(days=1, milliseconds=-1) if last else midnight)
