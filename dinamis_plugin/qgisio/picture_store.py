"""Small pictures kept on the disk, in the profile of QGIS, the least used of which go first.

A file is named by the digest of its address without a signature, and begins with the digest of what follows:
nothing that is damaged is ever shown. A folder that cannot be written, or a full disk, costs the pictures of
the next session and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from pathlib import Path

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QImage

from ..domain.signed_url import strip_signature
from .whole_file import profile_file

_DIGEST_BYTES = 32
_ROOM_MADE = 0.9
"""Share of the bound that is left after tidying, so that not every picture tidies."""
_SUFFIX, _UNFINISHED = ".picture", ".new"


def picture_folder() -> Path:
    """Where the pictures lie."""
    return profile_file("pictures")


class PictureStore:
    """Pictures by their address; for worker threads, several at once.

    Args:
        folder: Where they lie; made when the first one is kept.
        limit_bytes: What they may take on the disk together.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._tidying = threading.Lock()
        self._taken: int | None = None

    def read(self, href: str) -> bytes | None:
        """Give a picture as it was kept; None when there is none, or it is damaged."""
        path = self._path(href)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        data = content[_DIGEST_BYTES:]
        if content[:_DIGEST_BYTES] != hashlib.sha256(data).digest():
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return data

    def keep(self, href: str, data: bytes) -> bool:
        """Keep a picture; says whether the disk took it."""
        path = self._path(href)
        fresh = path.with_name(f"{path.stem}.{threading.get_ident()}{_UNFINISHED}")
        size = _DIGEST_BYTES + len(data)
        if size > self._limit:
            return False
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(hashlib.sha256(data).digest() + data)
            os.replace(fresh, path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink()
            return False
        with self._tidying:
            self._taken = None if self._taken is None else self._taken + size
            if self._taken is None or self._taken > self._limit:
                self._tidy()
        return True

    def _path(self, href: str) -> Path:
        name = hashlib.sha256(strip_signature(href).encode("utf-8")).hexdigest()
        return self._folder / f"{name}{_SUFFIX}"

    def _tidy(self) -> None:
        """Measure what there is, and throw away the least used until there is room again."""
        files: list[tuple[float, int, Path]] = []
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                if path.suffix in (_SUFFIX, _UNFINISHED):
                    with contextlib.suppress(OSError):
                        known = path.stat()
                        files.append((known.st_mtime, known.st_size, path))
        self._taken = sum(size for _, size, _ in files)
        if self._taken <= self._limit:
            return
        for _, size, path in sorted(files):
            if self._taken <= self._limit * _ROOM_MADE:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                self._taken -= size


def no_larger(image: QImage, most_px: int) -> QImage:
    """Give a picture whose sides have so many pixels at most, for any thread; a null one stays null."""
    if image.isNull() or max(image.width(), image.height()) <= most_px:
        return image
    ratio = Qt.AspectRatioMode.KeepAspectRatio
    return image.scaled(most_px, most_px, ratio, Qt.TransformationMode.SmoothTransformation)
