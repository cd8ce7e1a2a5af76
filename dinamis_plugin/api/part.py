"""The growing file of a download, and the journal beside it that lets a later session go on.

`<name>.part` grows beside `<name>`; `<name>.part.json` says which bytes of it are safely on the disk. Both go
when the file takes its name, which is when it is whole and proved, and not before.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import requests

from ..domain.checksum import Checksum
from ..domain.download import Journal, Placing
from ..domain.errors import CancelledError, DamagedFileError, DiskFullError, FileGoneError
from ..domain.file_names import alternatives
from ..domain.signed_url import strip_signature
from .http import Cancel, never

SPARE_BYTES = 16 * 1024 * 1024
"""Room that is left on the disk for the rest of the machine."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_HASHED_BYTES = 1024 * 1024


class Part:
    """The growing file of one target."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.json")
        self._fresh = target.with_name(target.name + ".part.json.new")
        self.work = target.with_name(target.name + ".part.work")
        self.raw = target.with_name(target.name + ".part.raw")
        """Where an image is made out of the bytes that came: `raw` first, `work` in its final form."""
        self._saving = threading.Lock()

    def journal(self, href: str) -> Journal | None:
        """Give the note of an earlier session, None when nothing can be resumed with it."""
        try:
            journal = Journal.from_text(self._note.read_text("utf-8"))
            size = self.path.stat().st_size
        except (OSError, ValueError):
            return None
        if journal is None or journal.href != strip_signature(href) or not journal.etag:
            return None
        if not journal.done or size < _end_of(journal):
            return None
        return journal

    def begin(self, journal: Journal) -> None:
        """Make the file anew, empty, with its note first: a note of another file would vouch for it."""
        with disk(self.target):
            self.save(journal)
            self.path.open("wb").close()

    def save(self, journal: Journal) -> None:
        """Write the note, whole or not at all, also when the machine stops; its bytes are on the disk."""
        with self._saving:
            with self._fresh.open("w", encoding="utf-8") as file:
                file.write(journal.to_text())
                file.flush()
                os.fsync(file.fileno())
            os.replace(self._fresh, self._note)

    def check_room(self, needed: int) -> None:
        """See that so many bytes more fit on the disk.

        Raises:
            DiskFullError: they do not.
        """
        with disk(self.target):
            if needed + SPARE_BYTES > shutil.disk_usage(self.target.parent).free:
                raise DiskFullError(str(self.target.parent))

    def check(self, size: int | None, checksum: Checksum | None, cancel: Cancel = never) -> None:
        """Prove length and checksum of what lies on the disk; what fails is removed.

        Raises:
            DamagedFileError: it is not what was promised.
        """
        with disk(self.target):
            wrong = ""
            if size is not None and self.path.stat().st_size != size:
                wrong = f"{self.path.stat().st_size} bytes instead of {size}"
            elif checksum is not None and self._digest(checksum, cancel) != checksum.digest:
                wrong = "checksum"
        if wrong:
            self.remove()
            raise DamagedFileError(wrong)

    def finish(self) -> None:
        """Give the whole file its name."""
        with disk(self.target):
            os.replace(self.path, self.target)
            _sync_folder(self.target.parent)
        self.remove()

    def remove(self) -> None:
        """Leave nothing, not even what GDAL was writing when QGIS was killed."""
        for path in (self.path, *self.path.parent.glob(f"{glob.escape(self.path.name)}.*")):
            with contextlib.suppress(OSError):
                path.unlink()

    def _digest(self, checksum: Checksum, cancel: Cancel) -> bytes:
        hasher = checksum.hasher()
        with self.path.open("rb") as file:
            while piece := file.read(_HASHED_BYTES):
                if cancel():
                    raise CancelledError
                hasher.update(piece)
        return bytes(hasher.digest())


def reserve(folder: Path, name: str, href: str) -> Path:
    """Choose the name of a download in its folder: one that clashes with nothing, or that of its own rest.

    The name is taken at once, by an empty `.part` file, so that no other download can choose it.

    Raises:
        FileGoneError: The folder is not there or cannot be written to.
    """
    for candidate in alternatives(name):
        target = folder / candidate
        part = Part(target)
        if part.journal(href) is not None and not target.exists():
            return target
        with disk(target):
            if os.path.lexists(target):
                continue
            try:
                part.path.open("xb").close()
            except FileExistsError:
                continue
        return target
    raise AssertionError  # the names never end


@contextlib.contextmanager
def disk(target: Path) -> Iterator[None]:
    """Turn what the disk says into our errors; faults of the network, which are OSErrors too, pass."""
    try:
        yield
    except requests.RequestException:
        raise
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFullError(str(target.parent)) from None
        detail = f"{target}: {error.strerror}"
        raise FileGoneError(detail) from None


def _end_of(journal: Journal) -> int:
    """Give the length that the file on the disk has at least."""
    last = journal.done[-1][1]
    return last if journal.wanted is None else Placing(journal.wanted).place(last)


def _sync_folder(folder: Path) -> None:
    """Have the new name survive a stop of the machine, where folders can be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
