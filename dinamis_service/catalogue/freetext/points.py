"""Coordinates in a text: latitude, then longitude, as people write them."""

from __future__ import annotations

import re

from dinamis_service.catalogue.freetext.gazetteer import Place
from dinamis_service.catalogue.freetext.reading import FoundPlace
from dinamis_service.catalogue.freetext.text import Text

_DECIMAL = r"[+-]?\d{1,3}[.]\d+"
_COMMA = r"[+-]?\d{1,3},\d+"
_WHOLE = r"\d{1,3}"


def _pattern(number: str, between: str, *, turned: str = "?") -> re.Pattern[str]:
    """Two numbers of a kind; `turned` says whether north and east must be told."""
    latitude = rf"(?<![\w.,-])(?P<lat>{number})\s*°?\s*(?P<ns>[ns]){turned}"
    longitude = rf"(?P<lon>{number})\s*°?\s*(?P<ew>[eow]){turned}(?![\w.,%])"
    return re.compile(rf"{latitude}\s*{between}\s*{longitude}")


_PATTERNS = (
    _pattern(_DECIMAL, "[,; ]"),
    _pattern(_COMMA, "[; ]"),
    _pattern(_WHOLE, "[,; ]?", turned=""),
)
_LATITUDES, _LONGITUDES = 90, 180


def take_points(text: Text) -> list[FoundPlace]:
    """Points that a text gives by their coordinates, degrees of WGS 84."""
    found = []
    for pattern in _PATTERNS:
        for match in text.take(pattern):
            latitude = _signed(match["lat"], match["ns"] == "s")
            longitude = _signed(match["lon"], match["ew"] in ("o", "w"))
            if abs(latitude) <= _LATITUDES and abs(longitude) <= _LONGITUDES:
                name = f"{latitude:g}, {longitude:g}"
                bbox = (longitude, latitude, longitude, latitude)
                key = f"point/{latitude:g},{longitude:g}"
                found.append(FoundPlace(Place(0, key, name, name, bbox), match[0].strip()))
    return found


def _signed(written: str, negative: bool) -> float:
    value = float(written.replace(",", "."))
    return -value if negative else value
