"""Coordinates in a text: latitude, then longitude, as people write them."""

from __future__ import annotations

import re

from dinamis_service.catalogue.freetext.gazetteer import Place
from dinamis_service.catalogue.freetext.reading import FoundPlace
from dinamis_service.catalogue.freetext.text import Text

_DECIMAL = r"[+-]?\d{1,3}[.]\d+"
_COMMA = r"[+-]?\d{1,3},\d+"
_PATTERNS = (
    re.compile(
        rf"(?<![\w.,-])(?P<lat>{_DECIMAL})\s*°?\s*(?P<ns>[ns])?\s*[,; ]\s*(?P<lon>{_DECIMAL})\s*°?\s*(?P<ew>[eow])?(?![\w.%])"
    ),
    re.compile(
        rf"(?<![\w.,-])(?P<lat>{_COMMA})\s*°?\s*(?P<ns>[ns])?\s*[; ]\s*(?P<lon>{_COMMA})\s*°?\s*(?P<ew>[eow])?(?![\w.,%])"
    ),
    re.compile(
        r"(?<![\w.,-])(?P<lat>\d{1,2})\s*°?\s*(?P<ns>[ns])\s*[,; ]?\s*(?P<lon>\d{1,3})\s*°?\s*(?P<ew>[eow])(?![\w.%])"
    ),
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
