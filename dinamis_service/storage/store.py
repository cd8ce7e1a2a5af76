"""What the service asks of the place where objects lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from dinamis_service.storage.conditions import Version

SignatureFault = Literal["missing", "malformed", "early", "expired", "wrong"]


class SignatureError(Exception):
    """A signed URL is not valid; `fault` says why, and whoever answers finds the sentence."""

    def __init__(self, fault: SignatureFault) -> None:
        super().__init__(fault)
        self.fault: SignatureFault = fault


class InvalidKeyError(ValueError):
    """The key cannot name an object: empty, not relative, or pointing outside of the store."""


class StoreDownError(ConnectionError):
    """The place where objects lie does not answer now, or refuses us."""


class StoreFullError(OSError):
    """There is no room for the object; nothing of it was kept."""


def always() -> None:
    """Any object may be replaced."""


class ObjectStore(Protocol):
    """Files by key (`folder/file.tif`), read by anyone who holds a signed URL."""

    @property
    def address(self) -> str | None:
        """Address at which the store serves its objects by itself; None where our range server does."""

    def exists(self, key: str) -> bool:
        """Whether there is an object of this key; False too for a key that cannot name one."""

    def existing(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that name an object; where asking takes time, all are asked for at once."""

    def may_hold(self, key: str) -> bool:
        """Whether an object of this key could be stored."""

    def size(self, key: str) -> int:
        """Size of the object in bytes.

        Raises:
            FileNotFoundError: no such object.
        """

    def version(self, key: str) -> Version:
        """Version of the object that there is now.

        Raises:
            FileNotFoundError: no such object.
        """

    def open(self, key: str) -> BinaryIO:
        """The object, open for reading.

        Raises:
            FileNotFoundError: no such object.
        """

    def path(self, key: str) -> Path | None:
        """File of the object where it lies on this machine.

        Raises:
            FileNotFoundError: no such object.
        """

    def put_file(self, key: str, source: Path) -> None:
        """Store a copy of `source` under `key`; readers see the old object or the whole new one.

        Raises:
            InvalidKeyError: the key cannot name an object.
            StoreFullError: there is no room for it.
        """

    def writing(self, key: str, admit: Callable[[], None] = always) -> AbstractContextManager[BinaryIO]:
        """A file that becomes the object when the block ends well, whole or not at all.

        Args:
            key: of the object.
            admit: looks, at the end of the block, whether the object may be replaced, and raises when it may
                not. In a local folder nothing replaces the object between its look and ours.

        Raises:
            InvalidKeyError: the key cannot name an object.
            StoreFullError: there is no room for it.
        """

    def presign(self, url: str, method: str, now: datetime, duration_s: int) -> str:
        """`url` with a signature in its query that allows `method` for `duration_s` seconds from `now`."""

    def presigner(self, method: str, now: datetime, duration_s: int) -> Callable[[str], str]:
        """What gives many URLs the signatures of one moment."""

    def verify(self, method: str, url: str, host: str, now: datetime) -> datetime:
        """End (UTC) of the signature of a URL, sent with the header `Host: host`.

        Raises:
            SignatureError: it is not signed, or not by us, or not for this request, or not any more.
        """

    def probe(self) -> None:
        """Ask for nothing in particular.

        Raises:
            OSError: the store does not answer.
        """
