"""Which files may be attached to a message, and whether one is of the type that its name says (REQ-14)."""

from __future__ import annotations

import json
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple
from xml.etree.ElementTree import ParseError

import puremagic
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

NAME_MAX = 150
_HEAD = 8192
_GEOMETRIES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_GEOJSON = frozenset({*_GEOMETRIES, "GeometryCollection", "Feature", "FeatureCollection"})
_WHITE = frozenset("\t\n\r\f")
_GPKG_AT, _GPKG_IDS = 68, (b"GPKG", b"GP10", b"GP11")  # the application id in the header of SQLite


class Kind(NamedTuple):
    """A type of files: its media type, and the test that a file is of it."""

    media_type: str
    is_one: Callable[[BinaryIO], bool]


def kind_of(name: str) -> Kind | None:
    """The type that the name of a file says; None for one that may not be attached."""
    return KINDS.get(PurePosixPath(name).suffix.lower())


def safe_name(name: str) -> str:
    """The name of a file as it is kept: no folder, nothing that is not shown, not too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(one for one in unicodedata.normalize("NFC", last) if unicodedata.category(one)[0] != "C")
    path = PurePosixPath(" ".join(shown.split()).strip(". "))
    return f"{path.stem[: NAME_MAX - len(path.suffix)]}{path.suffix}"[:NAME_MAX]


def _magic(media_type: str) -> Callable[[BinaryIO], bool]:
    """A test by the first bytes."""

    def is_one(file: BinaryIO) -> bool:
        return media_type in _recognised(file)

    return is_one


def _recognised(file: BinaryIO) -> set[str]:
    """Media types that the first bytes may be of; none for text."""
    file.seek(0)
    try:
        return {one.mime_type for one in puremagic.magic_string(file.read(_HEAD))}
    except (puremagic.PureError, ValueError):  # nothing known, or nothing at all
        return set()


def _archive(*parts: str, mimetype: str = "") -> Callable[[BinaryIO], bool]:
    """A test that a file is a zip with these `parts` in it, or one that begins with its own media type."""

    def is_one(file: BinaryIO) -> bool:
        try:
            with zipfile.ZipFile(file) as archive:
                names = set(archive.namelist())
                told = archive.read("mimetype")[:100].decode("ascii") if mimetype else ""
        except (zipfile.BadZipFile, KeyError, ValueError, OSError, NotImplementedError, RuntimeError):
            return False
        return names.issuperset(parts) and told.startswith(mimetype)

    return is_one


def _is_text(file: BinaryIO) -> bool:
    """Whether a file is text, in UTF-8 or the encoding of Windows."""
    file.seek(0)
    content = file.read()
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return all(one.isprintable() or one in _WHITE or not one.isascii() for one in text)
    return False


def _is_geojson(file: BinaryIO) -> bool:
    file.seek(0)
    try:
        document = json.loads(file.read())
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("type") in _GEOJSON


def _is_kml(file: BinaryIO) -> bool:
    file.seek(0)
    root = None
    try:
        for _event, element in iterparse(file, events=("start",), forbid_dtd=True):
            root = root if root is not None else element
    except (ParseError, DefusedXmlException, ValueError):
        return False
    return root is not None and str(root.tag).rpartition("}")[2] == "kml"


def _is_gpkg(file: BinaryIO) -> bool:
    file.seek(_GPKG_AT)
    return file.read(4) in _GPKG_IDS and _magic("application/x-sqlite3")(file)


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

KINDS: dict[str, Kind] = {
    ".pdf": Kind("application/pdf", _magic("application/pdf")),
    ".png": Kind("image/png", _magic("image/png")),
    ".jpg": Kind("image/jpeg", _magic("image/jpeg")),
    ".jpeg": Kind("image/jpeg", _magic("image/jpeg")),
    ".txt": Kind("text/plain", _is_text),
    ".csv": Kind("text/csv", _is_text),
    ".docx": Kind(
        f"{_OFFICE}.wordprocessingml.document", _archive("[Content_Types].xml", "word/document.xml")
    ),
    ".xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", _archive("[Content_Types].xml", "xl/workbook.xml")),
    ".odt": Kind(f"{_OPEN}.text", _archive("content.xml", mimetype=f"{_OPEN}.text")),
    ".ods": Kind(f"{_OPEN}.spreadsheet", _archive("content.xml", mimetype=f"{_OPEN}.spreadsheet")),
    ".zip": Kind("application/zip", _archive()),
    ".geojson": Kind("application/geo+json", _is_geojson),
    ".gpkg": Kind("application/geopackage+sqlite3", _is_gpkg),
    ".kml": Kind("application/vnd.google-earth.kml+xml", _is_kml),
}
"""Types that may be attached, by the end of the name."""
