"""Looks for secrets in the objects of Python, in settings and in files.

The tokens that are looked for are kept backwards, so that the search does not find itself.
"""

from __future__ import annotations

import gc
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

SIGNATURE = re.compile(r"X-Amz-Signature(=|%3D)[0-9a-fA-F]{16}")
JWT = re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}")
MOST_BYTES = 50_000_000


class Needle:
    """What may not be found: given tokens, any JWT, any signature."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = [token[::-1] for token in tokens]

    def in_text(self, text: str) -> str:
        """Name the kind of secret a text holds; empty when it holds none."""
        if SIGNATURE.search(text):
            return "signature"
        if JWT.search(text):
            return "access token"
        return "refresh token" if any(token[::-1] in text for token in self.tokens) else ""


def in_objects(needle: Needle) -> list[str]:
    """Describe the live objects of Python that hold a secret: kind, and what refers to it."""
    found = []
    for holder in gc.get_objects():
        for value in gc.get_referents(holder):
            kind = needle.in_text(_text(value)) if isinstance(value, (str, bytes, bytearray)) else ""
            if kind:
                found.append(f"{kind} in {_describe(holder)}")
    return sorted(set(found))


def _describe(holder: object) -> str:
    keys = [str(key) for key in holder][:6] if isinstance(holder, dict) else []
    return f"{type(holder).__module__}.{type(holder).__name__} {keys or ''}".strip()


def _text(value: str | bytes | bytearray) -> str:
    return value if isinstance(value, str) else bytes(value[:MOST_BYTES]).decode("utf-8", "replace")


def in_files(needle: Needle, folders: Iterable[Path]) -> list[str]:
    """Name the files below the folders that hold a secret, zipped projects opened."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_size < MOST_BYTES and not _of_the_service(path, folder):
                found += [f"{kind} in {path.relative_to(folder)}" for kind in _kinds(needle, path)]
    return found


def _of_the_service(path: Path, folder: Path) -> bool:
    """The databases of the service hold digests and images, and are not of the person's machine."""
    return path.relative_to(folder).parts[0] == "data"


def _kinds(needle: Needle, path: Path) -> Iterator[str]:
    for content in _contents(path):
        for encoding in ("utf-8", "utf-16-le"):
            kind = needle.in_text(content.decode(encoding, "replace"))
            if kind:
                yield kind


def _contents(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as zipped:
            yield from (zipped.read(name) for name in zipped.namelist())
