"""Moments and intervals as STAC writes them (RFC 3339), and as integers that indexes compare exactly."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np

from dinamis_service.catalogue.engine import SearchError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", flags=re.ASCII)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The moment in UTC so many microseconds after 1970; `OverflowError` beyond the years 1 to 9999."""
    return _EPOCH + microseconds * _MICROSECOND


def parse_moment(value: str) -> datetime:
    """An aware moment in UTC from RFC 3339 text; `ValueError` for anything else, naive text included."""
    if not _RFC3339.fullmatch(value):
        msg = f"{value!r} is not a moment with its time zone, such as 2023-06-01T10:30:00Z"
        raise ValueError(msg)
    return datetime.fromisoformat(value.upper()).astimezone(UTC)


def format_moment(moment: datetime) -> str:
    """RFC 3339 text in UTC, to the millisecond where there are any."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds' if utc.microsecond else 'seconds')}Z"


def parse_interval(value: str | None) -> tuple[datetime | None, datetime | None]:
    """Both ends of a STAC `datetime` parameter (a moment, or `start/end` with `..` or nothing for open).

    Raises:
        SearchError: when it is neither, is open at both ends, or ends before it starts.
    """
    if value is None:
        return None, None
    parts = value.split("/")
    try:
        ends = [None if part in ("", "..") else parse_moment(part) for part in parts]
    except (ValueError, OverflowError):
        ends = []
    if len(ends) == 1 and ends[0] is not None:
        return ends[0], ends[0]
    if len(ends) == 2 and any(ends):  # noqa: PLR2004 - start and end
        start, end = ends
        if start is None or end is None or start <= end:
            return start, end
    raise SearchError(
        fr=f"« datetime » : « {value[:80]} » n'est ni un instant ni un intervalle comme"
        " 2023-01-01T00:00:00Z/2023-12-31T23:59:59Z, ouvert par « .. » à une seule de ses fins.",
        en=f"'datetime': '{value[:80]}' is neither a moment nor an interval like"
        " 2023-01-01T00:00:00Z/2023-12-31T23:59:59Z, open by '..' at one end only.",
        parameter="datetime",
    )


def months(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Windows of a calendar month at most that follow each other from start to end."""
    windows = []
    first = start
    while first < end:
        following = (first.replace(day=1) + timedelta(days=32)).replace(
            day=1, hour=0, minute=0, second=0, microsecond=0
        )
        last = min(following, end)
        windows.append((first, last))
        first = last
    return windows


def month_number(microseconds: int) -> int:
    """Months since January 1970 (UTC) of a moment."""
    moment = from_microseconds(microseconds)
    return (moment.year - _EPOCH.year) * 12 + moment.month - 1


def month_begin(month: int) -> int:
    """The first moment, in microseconds since 1970, of a month counted from January 1970 (UTC)."""
    return int(np.datetime64(month, "M").astype("M8[us]").astype(np.int64))
