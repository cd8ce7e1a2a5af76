"""Conditions of HTTP on the version of an object (RFC 9110, sections 8.8 and 13), without a server around."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

Verdict = Literal["met", "not-modified", "failed"]
"""What becomes of a request: it is served, or answered by 304 or by 412."""

_SECOND = timedelta(seconds=1)
# an element of a list, empty ones too, and what comes after it
_ELEMENT = re.compile(r'[ \t]*(?:((?:W/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(,|\Z)')


@dataclass(frozen=True)
class Version:
    """One version of an object.

    Args:
        tag: strong entity tag, in its quotes.
        modified: moment of its last change, in UTC and cut to the second.
    """

    tag: str
    modified: datetime

    @classmethod
    def of_file(cls, status: os.stat_result) -> Version:
        """The version that a file is."""
        return cls(
            f'"{status.st_mtime_ns:x}-{status.st_size:x}"', datetime.fromtimestamp(int(status.st_mtime), UTC)
        )

    def headers(self, now: datetime) -> dict[str, str]:
        """The headers that name the version to clients.

        A change in this very second could be followed by another that bears the same date: the date is told
        once that second is over, hence names one version to whoever has it.
        """
        told = {"ETag": self.tag}
        if self._is_dated(now):
            told["Last-Modified"] = format_datetime(self.modified, usegmt=True)
        return told

    def verdict(self, request: Mapping[str, str], *, reads: bool) -> Verdict:
        """What the headers of a request for this version say should become of it, in the order of the RFC.

        Args:
            request: headers of the request, by names in lower case.
            reads: whether it is a GET or HEAD.
        """
        return _verdict(self, request, reads=reads)

    def is_of_if_range(self, condition: str | None, now: datetime) -> bool:
        """Whether ranges of this version are wanted: `condition` is the `If-Range` header (None: absent).

        Only what is sure to name one version does: a strong tag, or a date that `headers` could have told.
        """
        if condition is None:
            return True
        if '"' in condition[:3]:
            return condition.strip() == self.tag
        return self._is_dated(now) and _moment(condition) == self.modified

    def _is_dated(self, now: datetime) -> bool:
        return now - self.modified >= _SECOND


def verdict_on_none(request: Mapping[str, str]) -> Verdict:
    """What the headers of an upload say should become of it where there is no object yet."""
    return _verdict(None, request, reads=False)


def _verdict(version: Version | None, request: Mapping[str, str], *, reads: bool) -> Verdict:
    match, unmodified = request.get("if-match"), _moment(request.get("if-unmodified-since"))
    if match is not None:
        if version is None or not _names(match, version.tag, strongly=True):
            return "failed"
    elif unmodified is not None and version is not None and version.modified > unmodified:
        return "failed"
    none_match, modified = request.get("if-none-match"), _moment(request.get("if-modified-since"))
    if none_match is not None:
        if version is not None and _names(none_match, version.tag, strongly=False):
            return "not-modified" if reads else "failed"
    elif reads and modified is not None and version is not None and version.modified <= modified:
        return "not-modified"
    return "met"


def _names(condition: str, tag: str, *, strongly: bool) -> bool:
    """Whether a list of tags, or the `*` for any, names the tag; what is no list names none."""
    if condition.strip() == "*":
        return True
    named: set[str] = set()
    position, after = 0, ","
    while after:
        element = _ELEMENT.match(condition, position)
        if element is None:
            return False
        position, after = element.end(), element[2]
        named.add(element[1] or "")
    return tag in named or (not strongly and f"W/{tag}" in named)


def _moment(written: str | None) -> datetime | None:
    """The moment of an HTTP date in any of its three forms; None for what is none, which counts as absent."""
    if written is None:
        return None
    try:
        found = parsedate_to_datetime(written)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
