"""Objects in a folder of this machine, with URLs signed by a key of our own."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import stat
import tempfile
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from dinamis_service import secret_files
from dinamis_service.storage.sigv4 import Signer
from dinamis_service.storage.store import InvalidKeyError

KEY_FILE = "signing.json"


class LocalObjectStore:
    """A folder of objects; nothing outside of it is ever read or written, symbolic links are refused.

    Args:
        root: folder of the objects, made when missing.
        keys: folder of the signing key pair, made once, readable by the service's user only.
    """

    def __init__(self, root: Path, keys: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = os.path.realpath(root)
        self._signer = Signer(*load_or_create_key(keys))

    def exists(self, key: str) -> bool:
        """Whether there is an object of this key."""
        try:
            self._locate(key)
        except FileNotFoundError:
            return False
        return True

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

    def open(self, key: str) -> BinaryIO:
        """The object, open for reading."""
        return os.fdopen(os.open(self._locate(key)[0], os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")

    def path(self, key: str) -> Path:
        """File of the object."""
        return Path(self._locate(key)[0])

    def put_file(self, key: str, source: Path) -> None:
        """Store a copy of `source` under `key`, whole or not at all, and on the disk when it returns."""
        target = Path(self._root, *_parts(key))
        self._refuse_links(target.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".partial-", delete=False) as copy:
            try:
                with source.open("rb") as original:
                    shutil.copyfileobj(original, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
                os.fchmod(copy.fileno(), 0o644)
                Path(copy.name).replace(target)
            except BaseException:
                Path(copy.name).unlink(missing_ok=True)
                raise

    def presign(self, url: str, method: str, now: datetime, duration_s: int) -> str:
        """`url` signed for `method` with our key."""
        return self._signer.presign(url, method, now, duration_s)

    def verify(self, method: str, url: str, host: str, now: datetime) -> None:
        """Accept a URL that we signed for this method and host, or raise SignatureError."""
        self._signer.verify(method, url, host, now)

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

    def _refuse_links(self, folder: Path) -> None:
        """Refuse to write through a symbolic link.

        Raises:
            InvalidKeyError: a folder on the way is a link.
        """
        if os.path.realpath(folder) != str(folder):
            msg = f"{folder} goes through a symbolic link"
            raise InvalidKeyError(msg)


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
