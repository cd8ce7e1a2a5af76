"""Zip archives that hold map layers: which of their files are layers, and whether they may be unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..domain.errors import AoiError, AoiProblem

MAX_MEMBERS = 5_000
MAX_UNPACKED = 1_500_000_000
"""Bytes that an archive may unpack to: far more than any areas take, and what a disk or memory bears."""
MAX_RATIO = 300
"""Times by which a member may grow: text of coordinates grows tenfold, zeros a thousandfold."""
_SMALL = 10_000_000
"""Bytes up to which a member may grow as it likes."""

_LAYERS = (
    ".shp", ".gpkg", ".geojson", ".json", ".kml", ".gml", ".gpx", ".fgb", ".tab", ".mif", ".dxf", ".sqlite"
)  # fmt: skip
_UNREADABLE = (OSError, ValueError, NotImplementedError, zipfile.BadZipFile)


class Member(NamedTuple):
    """A file of an archive that may hold layers.

    Attributes:
        label: Its path in the archive without the ending, as a person reads it.
        source: How GDAL opens it.
        bytes: Its size, unpacked.
    """

    label: str
    source: str
    bytes: int


def is_archive(path: Path) -> bool:
    """Tell whether a file is a zip, whatever its name says."""
    try:
        return zipfile.is_zipfile(path)
    except OSError:
        return False


def members(path: Path) -> list[Member]:
    """Find the files of an archive that may hold layers, in folders too.

    Raises:
        AoiError: UNREADABLE when it is broken or encrypted, TOO_LARGE when it would unpack to too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except _UNREADABLE:
        raise AoiError(AoiProblem.UNREADABLE, path.name) from None
    _require_bounds(path, entries)
    found = [entry for entry in entries if _is_layer(entry.filename)]
    if any(entry.flag_bits & 1 for entry in found):
        raise AoiError(AoiProblem.UNREADABLE, path.name)
    return [
        Member(
            str(PurePosixPath(entry.filename).with_suffix("")),
            f"/vsizip/{{{path.resolve()}}}/{entry.filename}",
            entry.file_size,
        )
        for entry in found
    ]


def _is_layer(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return not hidden and path.suffix.lower() in _LAYERS


def _require_bounds(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    swollen = any(
        entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
        for entry in entries
    )
    if swollen or len(entries) > MAX_MEMBERS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise AoiError(AoiProblem.TOO_LARGE, path.name)
