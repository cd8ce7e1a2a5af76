"""Archives of deliveries, unpacked with care: nothing leaves the folder, nothing grows without bound."""

from __future__ import annotations

import errno
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from dinamis_service.catalogue.products.facts import ProductError

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
_CHUNK = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Limits:
    """What an archive may hold.

    Args:
        files: number of its files.
        total: bytes of all files unpacked.
        ratio: times its own size that it may grow to, once above `small`; images hardly compress.
        small: bytes that any archive may grow to.
    """

    files: int = 100_000
    total: int = 500 << 30
    ratio: int = 100
    small: int = 256 << 20


def is_archive(path: Path) -> bool:
    """Whether the name of the file is that of an archive."""
    return path.name.lower().endswith(SUFFIXES)


@contextmanager
def unpacked(path: Path, limits: Limits | None = None) -> Iterator[Path]:
    """A folder with the files of an archive, for the time of the block.

    Raises:
        ProductError: it is damaged, protected by a password, too large, or names files outside of itself.
    """
    with tempfile.TemporaryDirectory(prefix="dinamis-unpack-") as name:
        target = Path(name)
        try:
            _Unpacker(path, target, limits or Limits()).run()
        except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, RuntimeError, ValueError) as error:
            if isinstance(error, ProductError):
                raise
            if isinstance(error, OSError) and error.errno in _FULL:
                raise _no_room(path) from error
            raise ProductError(
                fr=f"{path.name} : archive illisible ou abîmée ({error}).",
                en=f"{path.name}: the archive cannot be read, or is damaged ({error}).",
            ) from error
        yield target


class _Unpacker:
    """Writes the files of one archive, counting what it really writes: headers may lie.

    The files are as old as the archive, so that the journal knows them again.
    """

    def __init__(self, path: Path, target: Path, limits: Limits) -> None:
        self._path = path
        self._target = target
        self._files = limits.files
        own = path.stat().st_size
        self._changed = path.stat().st_mtime_ns
        accepted = min(limits.total, max(limits.small, own * limits.ratio))
        room = max(0, shutil.disk_usage(target).free - limits.small)
        self._bytes, self._is_tight = min(accepted, room), room < accepted

    def run(self) -> None:
        """Write every file."""
        if self._path.name.lower().endswith(".zip"):
            with zipfile.ZipFile(self._path) as archive:
                for entry in archive.infolist():
                    if not entry.is_dir():
                        with archive.open(entry) as source:
                            self._write(entry.filename, source)
            return
        with tarfile.open(self._path) as bundle:
            for member in bundle:
                if member.isdir():
                    continue
                if not member.isfile():
                    raise self._refused(member.name)
                opened = bundle.extractfile(member)
                if opened is not None:
                    with opened:
                        self._write(member.name, opened)

    def _write(self, name: str, source: IO[bytes]) -> None:
        self._files -= 1
        if self._files < 0:
            raise self._too_large()
        target = self._target / self._safe(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            while chunk := source.read(_CHUNK):
                self._bytes -= len(chunk)
                if self._bytes < 0:
                    raise _no_room(self._path) if self._is_tight else self._too_large()
                file.write(chunk)
        os.utime(target, ns=(self._changed, self._changed))

    def _safe(self, name: str) -> PurePosixPath:
        """The name as a path below the target."""
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or not path.parts or ":" in path.parts[0] or "\0" in name:
            raise self._refused(name)
        return path

    def _refused(self, name: str) -> ProductError:
        return ProductError(
            fr=f"{self._path.name} : « {name} » sort de l'archive ou n'est pas un fichier.",
            en=f"{self._path.name}: '{name}' leads out of the archive or is no file.",
        )

    def _too_large(self) -> ProductError:
        return ProductError(
            fr=f"{self._path.name} : l'archive grandit au-delà de ce qui est accepté.",
            en=f"{self._path.name}: the archive grows beyond what is accepted.",
        )


def _no_room(path: Path) -> ProductError:
    return ProductError(
        fr=f"{path.name} : il n'y a pas assez de place sur le disque pour ouvrir l'archive.",
        en=f"{path.name}: there is not enough room on the disk to open the archive.",
    )
