"""Text that people paste as areas: WKT, EWKT, rows copied in QGIS, GeoJSON, KML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

MAX_CHARACTERS = 64_000_000
NAME_FIELDS = ("nom", "name", "nom_com", "nom_commune", "libelle", "label", "title", "id")
"""Columns in which people name their areas, the likeliest first."""
_HEADER = "wkt_geom"
_START = re.compile(
    r"(?:SRID\s*=\s*(?P<srid>\d{1,6})\s*;\s*)?"
    r"(?P<kind>(?:MULTI)?(?:POLYGON|LINESTRING|POINT|CURVE|SURFACE)|GEOMETRYCOLLECTION|CURVEPOLYGON"
    r"|COMPOUNDCURVE|CIRCULARSTRING|TRIANGLE|TIN|POLYHEDRALSURFACE)\s*(?:ZM|Z|M)?\s*(?=\()",
    re.IGNORECASE,
)


class PastedKind(Enum):
    """What a text is."""

    WKT = "wkt"
    JSON = "json"
    XML = "xml"
    OTHER = "other"


@dataclass(frozen=True)
class PastedShape:
    """One geometry of a text.

    Attributes:
        wkt: Well-known text, without its SRID.
        srid: EPSG code that the text says, None when it says none.
        name: What stands beside it in a row copied in QGIS, may be empty.
    """

    wkt: str
    srid: int | None = None
    name: str = ""


def kind_of(text: str) -> PastedKind:
    """Tell what a text is by how it begins."""
    start = text.lstrip("\ufeff \t\r\n")[:2000]
    if start.startswith(("{", "[")):
        return PastedKind.JSON
    if start.startswith("<"):
        return PastedKind.XML
    if start.lower().startswith(_HEADER) or _START.match(start):
        return PastedKind.WKT
    return PastedKind.OTHER


def shapes_of(text: str) -> list[PastedShape]:
    """Find every well-known text; one that is not closed goes to the end, and cannot be read."""
    names = _names_of_rows(text)
    found, at = [], 0
    while (match := _START.search(text, at)) is not None:
        end = _closing(text, match.end())
        srid = match.group("srid")
        name = names.get(text.count("\n", 0, match.start()), "") if names else ""
        found.append(PastedShape(text[match.start("kind") : end], int(srid) if srid else None, name))
        at = end
    return found


def _closing(text: str, opening: int) -> int:
    depth = 0
    for mark in re.compile(r"[()]").finditer(text, opening):
        depth += 1 if mark.group() == "(" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def _names_of_rows(text: str) -> dict[int, str]:
    """Names by line of a table copied in QGIS: its first column of text that is called so."""
    header, _, _rest = text.partition("\n")
    columns = [column.strip().lower() for column in header.split("\t")]
    if columns[0] != _HEADER:
        return {}
    named = next((n for n, column in enumerate(columns) if column in NAME_FIELDS), None)
    if named is None:
        return {}
    rows = enumerate(line.split("\t") for line in text.splitlines())
    return {number: cells[named].strip() for number, cells in rows if number and len(cells) > named}
