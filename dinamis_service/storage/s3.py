"""Objects in a bucket of any S3; its URLs are signed here, since that takes no call of the network."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dinamis_service.storage.conditions import Version
from dinamis_service.storage.sigv4 import Signer
from dinamis_service.storage.store import InvalidKeyError, StoreDownError, always

KEY_BYTES = 1024
"""Longest key that S3 takes."""
_AT_ONCE = 16  # questions on their way at a time
_KNOWN_S = 300
_KNOWN_MAX = 100_000
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


@dataclass(frozen=True)
class Bucket:
    """Where a bucket is, and the keys that open it.

    Args:
        name: of the bucket.
        endpoint: address of the S3, without the bucket; empty for that of Amazon.
        region: as signatures name it.
        key_id: access key.
        secret: secret key.
        address: of the bucket, where clients read its objects.
    """

    name: str
    endpoint: str
    region: str
    key_id: str
    secret: str = field(repr=False)
    address: str


class S3ObjectStore:
    """A bucket of objects, read by clients from the S3 itself."""

    def __init__(self, bucket: Bucket) -> None:
        """Prepare the client; nothing is asked of the S3 yet."""
        self.address = bucket.address
        self._bucket = bucket.name
        self._client: Any = boto3.session.Session().client(
            "s3",
            endpoint_url=bucket.endpoint or None,
            region_name=bucket.region,
            aws_access_key_id=bucket.key_id,
            aws_secret_access_key=bucket.secret,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=60,
                max_pool_connections=2 * _AT_ONCE,
                retries={"mode": "standard", "max_attempts": 2},
                # checksums of Amazon's own that other makers of S3 refuse
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )
        self._known: dict[str, float] = {}
        self._guard = threading.Lock()
        signer = Signer(bucket.key_id, bucket.secret, bucket.region)
        self.presign = signer.presign
        self.presigner = signer.presigner
        self.verify = signer.verify

    def exists(self, key: str) -> bool:
        """Whether there is an object of this key; a yes is remembered for five minutes."""
        now = time.monotonic()
        if self._known.get(key, 0.0) > now:
            return True
        try:
            self._head(key)
        except FileNotFoundError:
            return False
        with self._guard:
            if len(self._known) >= _KNOWN_MAX:
                self._known.clear()
            self._known[key] = now + _KNOWN_S
        return True

    def existing(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that name an object, several asked for at a time."""
        asked = list(dict.fromkeys(keys))
        pool = ThreadPoolExecutor(_AT_ONCE)
        try:
            return {key for key, there in zip(asked, pool.map(self.exists, asked), strict=True) if there}
        finally:
            pool.shutdown(cancel_futures=True)  # when the first question fails, the others are not asked

    def may_hold(self, key: str) -> bool:
        """Whether an object of this key could be stored; the names of folders are those a folder takes."""
        parts = key.split("/")
        fine = all(part and not part.startswith(".") for part in parts) and key.isprintable()
        return fine and "\\" not in key and len(key.encode(errors="replace")) <= KEY_BYTES

    def size(self, key: str) -> int:
        """Size of the object in bytes."""
        return int(self._head(key)["ContentLength"])

    def version(self, key: str) -> Version:
        """Version of the object that there is now."""
        told = self._head(key)
        return Version(told["ETag"], told["LastModified"].replace(microsecond=0))

    def open(self, key: str) -> BinaryIO:
        """A copy of the object in a file that goes when it is closed."""
        file = tempfile.TemporaryFile(prefix="dinamis-s3-")  # noqa: SIM115 - it is handed over open
        try:
            self._client.download_fileobj(self._bucket, self._named(key), file)
        except (BotoCoreError, ClientError, InvalidKeyError) as error:
            file.close()
            _tell_reading(key, error)
        file.seek(0)
        return file

    def path(self, key: str) -> None:  # noqa: ARG002 - of the protocol
        """No file of this machine."""
        return

    def put_file(self, key: str, source: Path) -> None:
        """Store a copy of `source`, in parts when it is large; S3 shows an object when it is whole."""
        with source.open("rb") as file:
            self._upload(key, file)

    @contextmanager
    def writing(self, key: str, admit: Callable[[], None] = always) -> Iterator[BinaryIO]:
        """A file of this machine that is sent at the end of the block."""
        self._named(key)
        with tempfile.TemporaryFile(prefix="dinamis-s3-") as file:
            yield file
            admit()
            file.seek(0)
            self._upload(key, file)

    def probe(self) -> None:
        """Ask for the bucket."""
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except (BotoCoreError, ClientError) as error:
            raise _down(error) from error

    def _upload(self, key: str, file: BinaryIO) -> None:
        named = self._named(key)
        try:
            self._client.upload_fileobj(file, self._bucket, named)
        except (BotoCoreError, ClientError) as error:
            raise _down(error) from error

    def _head(self, key: str) -> dict[str, Any]:
        """What S3 tells of an object.

        Raises:
            FileNotFoundError: there is none, or the key cannot name one.
        """
        try:
            return dict(self._client.head_object(Bucket=self._bucket, Key=self._named(key)))
        except (BotoCoreError, ClientError, InvalidKeyError) as error:
            _tell_reading(key, error)

    def _named(self, key: str) -> str:
        """The key, which can name an object.

        Raises:
            InvalidKeyError: it cannot.
        """
        if not self.may_hold(key):
            msg = f"{key!r} cannot be the key of an object"
            raise InvalidKeyError(msg)
        return key


def _tell_reading(key: str, error: Exception) -> NoReturn:
    """Raise what a reader is told of a failure."""
    absent = isinstance(error, ClientError) and error.response["Error"]["Code"] in _ABSENT
    if absent or isinstance(error, InvalidKeyError):
        raise FileNotFoundError(key) from None
    raise _down(error) from error


def _down(error: Exception) -> StoreDownError:
    """A failure of the S3 in words; neither keys nor signed addresses are among them."""
    if isinstance(error, ClientError):
        return StoreDownError(f"the S3 refuses: {error.response['Error'].get('Code')}")
    return StoreDownError(f"the S3 does not answer: {type(error).__name__}")
