"""Numbers as people type them, in one of the two languages."""

from __future__ import annotations

import re
from decimal import Decimal

from dinamis_service.language import Language

_SPACES = str.maketrans("", "", " \u00a0\u202f")
_PLAIN = re.compile(r"-?\d{1,20}([.,]\d{0,20})?")
_ENGLISH_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")


def read_number(written: str, language: Language) -> Decimal:
    """A number with a point or a comma; in English, commas between groups of three are thousands.

    Raises:
        ValueError: it is not one.
    """
    plain = written.translate(_SPACES)
    if language == "en" and _ENGLISH_THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _PLAIN.fullmatch(plain):
        msg = f"{written[:60]!r} is not a number"
        raise ValueError(msg)
    return Decimal(plain.replace(",", "."))


def type_number(value: Decimal, language: Language) -> str:
    """A number as one would type it: `1500,25` or `1500.25`; `read_number` reads the same."""
    written = format(value, "f")
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return written.replace(".", ",") if language == "fr" else written
