"""Metadata files of suppliers: read without entities, within a bound of size, by paths of element names."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import parse

from dinamis_service.catalogue.products.facts import ProductError

_LARGEST = 64 << 20
"""Bytes of the largest metadata that are read; the largest real ones have half a megabyte."""
_HEAD = 4096


def is_dimap(path: Path) -> bool:
    """Whether the file begins as a DIMAP document."""
    try:
        with path.open("rb") as file:
            return b"<Dimap_Document" in file.read(_HEAD)
    except OSError:
        return False


def read(path: Path) -> Element:
    """The root element of a file.

    Raises:
        ProductError: it is too large, is no XML, or declares entities.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ProductError(
                fr=f"{path.name} : métadonnées de plus de {_LARGEST >> 20} Mio.",
                en=f"{path.name}: metadata of more than {_LARGEST >> 20} MiB.",
            )
        root: Element | None = parse(path).getroot()
    except (OSError, ParseError, DefusedXmlException, ValueError) as error:
        if isinstance(error, ProductError):
            raise
        raise ProductError(
            fr=f"{path.name} : métadonnées illisibles ({error}).",
            en=f"{path.name}: the metadata cannot be read ({error}).",
        ) from error
    if root is None:
        raise ProductError(fr=f"{path.name} : document vide.", en=f"{path.name}: an empty document.")
    return root


def text(root: Element, *paths: str) -> str:
    """Text of the first of these paths that has any, else an empty one."""
    for path in paths:
        found = (root.findtext(path) or "").strip()
        if found:
            return found
    return ""


def number(root: Element, *paths: str) -> float | None:
    """Number at the first of these paths that has one."""
    return next((found for path in paths if (found := _number(text(root, path))) is not None), None)


def _number(written: str) -> float | None:
    try:
        found = float(written)
    except ValueError:
        return None
    return found if isfinite(found) else None


def needed(root: Element, path: Path, *paths: str) -> str:
    """Text of the first of these paths that has any.

    Raises:
        ProductError: none has.
    """
    found = text(root, *paths)
    if not found:
        name = paths[0].rpartition("/")[2]
        raise ProductError(
            fr=f"{path.name} : « {name} » manque dans les métadonnées.",
            en=f"{path.name}: '{name}' is missing in the metadata.",
        )
    return found


def needed_number(root: Element, path: Path, name: str) -> float:
    """Number at a path of element names.

    Raises:
        ProductError: there is none.
    """
    found = number(root, name)
    if found is None:
        last = name.rpartition("/")[2]
        raise ProductError(
            fr=f"{path.name} : « {last} » manque dans les métadonnées ou n'est pas un nombre.",
            en=f"{path.name}: '{last}' is missing in the metadata or is no number.",
        )
    return found
