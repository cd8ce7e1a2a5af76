"""Signatures of addresses (CAT-37): when they end, and how they are taken out of any text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from re import Match, Pattern
from urllib.parse import unquote

from .secret import Secret

_DEEPEST_ENCODING = 3
_DATE = re.compile(r"X-Amz-Date=(\d{8}T\d{6}Z)", re.IGNORECASE)
_LIFETIME = re.compile(r"X-Amz-Expires=(\d{1,9})", re.IGNORECASE)

# An ampersand, plain, escaped for XML any number of times or for JSON, but not the start of another entity.
_AMPERSAND = r"(?:&(?:(?:amp|#0*38|#x0*26);)*(?!(?:amp|quot|apos|lt|gt|#x?[0-9a-f]+);)|\\u0026)"


def _signature_pattern(depth: int) -> Pattern[str]:
    """Build the pattern of signature parameters in a text that was percent-encoded `depth` times."""
    if depth == 0:
        mark, separator, equals = r"\?", _AMPERSAND, r"(?:=|\\u003d)"
        value = r"(?:[A-Za-z0-9._~+/=-]|%[0-9A-Fa-f]{2})*"
    else:
        percent = "%" + "25" * (depth - 1)
        mark, separator, equals = percent + "3F", percent + "26", percent + "3D"
        value = rf"(?:[A-Za-z0-9._~+/-]|{percent}(?:3D|2F|2B)|{percent}25(?:25)*[0-9A-Fa-f]{{2}})*"
    # A lazy client leaves the semicolons between signed header names as they are.
    parameter = (
        rf"(?:X-Amz-SignedHeaders{equals}{value}(?:;[a-z][a-z0-9-]*)*|X-Amz-[A-Za-z0-9-]+{equals}{value})"
    )
    return re.compile(
        rf"(?:(?P<mark>{mark})|(?P<before>{separator})|(?<![A-Za-z0-9_-])){parameter}(?:{separator}{parameter})*"
        rf"(?P<next>{separator}(?=[A-Za-z0-9_.~%-]))?",
        re.IGNORECASE,
    )


_PATTERNS = tuple(_signature_pattern(depth) for depth in range(_DEEPEST_ENCODING + 1))


@dataclass(frozen=True)
class SignedUrl:
    """An address that opens without credentials for a while.

    Attributes:
        href: The address with its signature: never shown, logged or saved.
        expires_at: Aware UTC time at which it stops to work; None for an address that needs no signature.
    """

    href: str = field(repr=False)
    expires_at: datetime | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "href", Secret(self.href))

    @classmethod
    def read(cls, href: str) -> SignedUrl:
        """Read the end out of an address that was signed elsewhere, by the clock of who signed it."""
        return cls(href, expiry_of(href))

    def set_by(self, ahead: timedelta) -> SignedUrl:
        """Tell the end by the clock of this machine, which the other one is `ahead` of."""
        return self if self.expires_at is None else SignedUrl(self.href, self.expires_at - ahead)


def strip_signature(text: str) -> str:
    """Take every signature out of a text and leave all else as it is.

    The text may be an address, a GDAL source such as `/vsicurl?url=<percent-encoded>`, a VRT, a project file
    or a message: signatures are found plain, with `&amp;` and percent-encoded up to three times. Applying it
    twice changes nothing more.
    """
    while is_signed(text):
        for pattern in _PATTERNS:
            text = pattern.sub(_without_signature, text)
    return text


def is_signed(text: str) -> bool:
    """Say whether a text holds a signature in any form that `strip_signature` knows."""
    return "x-amz-" in text.lower() and any(pattern.search(text) for pattern in _PATTERNS)


def expiry_of(url: str) -> datetime | None:
    """Read from a signed address the UTC time at which it ends; None when it is not signed."""
    span = _validity(url)
    return span[1] if span else None


def renewal_time(signed: SignedUrl, margin: timedelta) -> datetime | None:
    """Say when a signature has to be renewed: `margin` before its end, or half its life if that is shorter.

    Without the second part a signature shorter than the margin would be renewed without a pause.
    """
    if signed.expires_at is None:
        return None
    span = _validity(signed.href)
    if span:
        margin = min(margin, (span[1] - span[0]) / 2)
    return signed.expires_at - margin


def _without_signature(match: Match[str]) -> str:
    if not match["next"]:
        return ""
    if match["mark"]:
        return match["mark"]
    return match["next"] if match["before"] else ""


def _validity(url: str) -> tuple[datetime, datetime] | None:
    for _ in range(_DEEPEST_ENCODING + 1):
        began, lasts = _DATE.search(url), _LIFETIME.search(url)
        if began and lasts:
            try:
                start = datetime.strptime(began[1].upper(), "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
                return start, start + timedelta(seconds=int(lasts[1]))
            except (ValueError, OverflowError):
                return None
        url = unquote(url)
    return None
