"""Names of files that every file system takes, and that clash with none that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from .scene import Asset, Scene

_NOT_IN_NAMES = re.compile(r"[^\w.+-]+")
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
"""Names that Windows keeps for itself, whatever the suffix."""
_LONGEST_STEM_BYTES = 150
_SUFFIXES = (".tif", ".tiff", ".jp2")


def safe_stem(text: str) -> str:
    """Make a file name without a suffix out of any text: never empty, hidden, reserved or too long."""
    stem = _NOT_IN_NAMES.sub("_", text).strip("._")
    stem = stem.encode("utf-8")[:_LONGEST_STEM_BYTES].decode("utf-8", "ignore").strip("._") or "image"
    return f"_{stem}" if stem.partition(".")[0].lower() in _DEVICES else stem


def file_name(scene: Scene, asset: Asset, *, clipped: bool = False) -> str:
    """Name the file of an image; a part of it is always a TIFF."""
    suffix = PurePosixPath(urlsplit(asset.href).path).suffix.lower()
    if clipped:
        return f"{safe_stem(f'{scene.id}_{asset.key}_clip')}.tif"
    return f"{safe_stem(f'{scene.id}_{asset.key}')}{suffix if suffix in _SUFFIXES else '.tif'}"


def alternatives(name: str) -> Iterator[str]:
    """Give the name itself, then `name-2.tif`, `name-3.tif` and so on without an end."""
    yield name
    stem, dot, suffix = name.rpartition(".")
    number = 2
    while True:
        yield f"{stem}-{number}{dot}{suffix}" if dot else f"{name}-{number}"
        number += 1
