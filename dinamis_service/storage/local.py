"""Objects in a folder of this machine, with URLs signed by a key of our own."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from dinamis_service import secret_files
from dinamis_service.storage.conditions import Version
from dinamis_service.storage.sigv4 import Signer
from dinamis_service.storage.store import InvalidKeyError, StoreFullError, always

KEY_FILE = "signing.json"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_SUCH_PLACE = frozenset({errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EILSEQ})


class LocalObjectStore:
    """A folder of objects; nothing outside of it is ever read or written, symbolic links are refused.

    Every folder on the way is opened from the one before, as a folder and not through a link: nobody can
    exchange one for a link between a look and its use.

    Args:
        root: folder of the objects, made when missing.
        keys: folder of the signing key pair, made once, readable by the service's user only.
    """

    address = None

    def __init__(self, root: Path, keys: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = os.path.realpath(root)
        self._signer = Signer(*load_or_create_key(keys))
        self.presign = self._signer.presign
        self.presigner = self._signer.presigner
        self.verify = self._signer.verify

    def exists(self, key: str) -> bool:
        """Whether there is an object of this key."""
        try:
            self._locate(key)
        except FileNotFoundError:
            return False
        return True

    def existing(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that name an object."""
        return {key for key in keys if self.exists(key)}

    def may_hold(self, key: str) -> bool:
        """Whether an object of this key could be stored."""
        try:
            _parts(key)
        except InvalidKeyError:
            return False
        return True

    def size(self, key: str) -> int:
        """Size of the object in bytes."""
        return self._locate(key)[1].st_size

    def version(self, key: str) -> Version:
        """Version of the object that there is now."""
        return Version.of_file(self._locate(key)[1])

    def open(self, key: str) -> BinaryIO:
        """The object, open for reading."""
        try:
            *folders, name = _parts(key)
            with self._folder(folders) as folder:
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe would wait
                handle = os.open(name, flags, dir_fd=folder)
        except (InvalidKeyError, OSError, ValueError):
            raise FileNotFoundError(key) from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise FileNotFoundError(key)
        return os.fdopen(handle, "rb")

    def path(self, key: str) -> Path:
        """File of the object."""
        return Path(self._locate(key)[0])

    def put_file(self, key: str, source: Path) -> None:
        """Store a copy of `source` under `key`, whole or not at all, and on the disk when it returns."""
        with source.open("rb") as original, self.writing(key) as copy:
            shutil.copyfileobj(original, copy, 1 << 20)

    @contextmanager
    def writing(self, key: str, admit: Callable[[], None] = always) -> Iterator[BinaryIO]:
        """A file that becomes the object when the block ends well, and is on the disk then."""
        *folders, name = _parts(key)
        try:
            with self._folder(folders, make=True) as folder, _arriving(folder, name, admit) as file:
                yield file
        except OSError as error:
            if error.errno in _FULL:
                raise StoreFullError(error.errno, os.strerror(error.errno)) from error
            if error.errno in _NO_SUCH_PLACE:
                msg = f"{key!r} leads through a file or a link, or is too long"
                raise InvalidKeyError(msg) from error
            raise

    def probe(self) -> None:
        """Look into the folder."""
        with os.scandir(self._root) as entries:
            next(entries, None)

    @contextmanager
    def _folder(self, names: Sequence[str], *, make: bool = False) -> Iterator[int]:
        """Descriptor of a folder of the store."""
        handle = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in names:
                if make:
                    _make_folder(name, handle)
                below = os.open(name, _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = below
            yield handle
        finally:
            os.close(handle)

    def _locate(self, key: str) -> tuple[str, os.stat_result]:
        """Path and status of an object; every folder on the way is a true folder of the store.

        Raises:
            FileNotFoundError: no such object, or the key cannot name one.
        """
        try:
            parts = _parts(key)
        except InvalidKeyError:
            raise FileNotFoundError(key) from None
        path = self._root
        for number, part in enumerate(parts, 1):
            path = f"{path}/{part}"
            try:
                status = os.lstat(path)
            except (OSError, ValueError):  # a name too long, or not of this file system, names nothing
                raise FileNotFoundError(key) from None
            wanted = stat.S_ISREG if number == len(parts) else stat.S_ISDIR
            if not wanted(status.st_mode):
                raise FileNotFoundError(key)
        return path, status


def _make_folder(name: str, parent: int) -> None:
    """Make a folder that is not there yet, and let its name survive a power cut."""
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=parent)
        os.fsync(parent)


@contextmanager
def _arriving(folder: int, name: str, admit: Callable[[], None]) -> Iterator[BinaryIO]:
    """A hidden file that takes its name in the open folder at the end of the block, or goes.

    From the look of `admit` until it has its name the folder is locked: for every process and thread of the
    service, since each opened the folder by itself.
    """
    partial = f".partial-{secrets.token_hex(8)}"
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            fcntl.flock(folder, fcntl.LOCK_EX)
            admit()
            _be_younger(file.fileno(), folder, name)
            os.rename(partial, name, src_dir_fd=folder, dst_dir_fd=folder)
            fcntl.flock(folder, fcntl.LOCK_UN)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(partial, dir_fd=folder)
        raise
    os.fsync(folder)


def _be_younger(file: int, folder: int, name: str) -> None:
    """Give a file a later date than what it replaces: it tells versions apart, and clocks tick slowly."""
    try:
        before_ns = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime_ns
    except FileNotFoundError:
        return
    status = os.fstat(file)
    if status.st_mtime_ns <= before_ns:
        os.utime(file, ns=(status.st_atime_ns, before_ns + 1))
        os.fsync(file)


def _parts(key: str) -> list[str]:
    """Names in a key.

    Raises:
        InvalidKeyError: the key is empty, absolute, or has a name that is hidden or leads elsewhere.
    """
    parts = key.split("/")
    if any(not part or part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        msg = f"{key!r} cannot be the key of an object"
        raise InvalidKeyError(msg)
    return parts


def load_or_create_key(folder: Path) -> tuple[str, str]:
    """Identifier and secret of the signing key, made on first use and never changed.

    Raises:
        ValueError: the key file is not one of ours.
    """
    secret_files.read_or_create(folder / KEY_FILE, _new_key)
    return read_key(folder)


def read_key(folder: Path) -> tuple[str, str]:
    """Identifier and secret of the signing key.

    Raises:
        OSError: there is none, or it cannot be read.
        ValueError: the key file is not one of ours.
    """
    path = folder / KEY_FILE
    try:
        pair = json.loads(path.read_text(encoding="utf-8"))
        return str(pair["key_id"]), str(pair["secret"])
    except (ValueError, KeyError, TypeError):
        msg = f"{path} is not a signing key"
        raise ValueError(msg) from None


def _new_key() -> str:
    """A fresh key pair, as it is stored."""
    return json.dumps({"key_id": secrets.token_hex(10).upper(), "secret": secrets.token_urlsafe(30)})


def problems(root: Path) -> Iterator[str]:
    """What is wrong with a folder of objects: what cannot be read, and what the service would refuse."""
    if not root.is_dir():
        yield f"there is no folder {root}"
        return
    failures: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=failures.append):
        for name in folders + files:
            path = Path(folder, name)
            if path.is_symlink():
                yield f"{path} is a symbolic link, which is never followed"
            elif name.startswith("."):
                yield f"{path} was left by an interrupted upload; it may be removed"
            elif not os.access(path, os.R_OK):
                yield f"{path} cannot be read"
    yield from map(str, failures)
