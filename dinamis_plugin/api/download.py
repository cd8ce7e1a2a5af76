"""Files brought to the disk: streamed, resumed after a cut, and there under their name only when whole."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Callable

import requests

from ..domain.errors import (
    BadAnswerError,
    CancelledError,
    DiskFullError,
    FileGoneError,
    ForbiddenError,
    ServiceUnreachableError,
)
from ..domain.parsing import mapping_of, text_of
from ..domain.signed_url import strip_signature
from .faults import error_of_answer, error_of_exception
from .http import Cancel, never

Progress = Callable[[int, "int | None"], None]
"""Told the bytes on the disk and the bytes in all (None when not known)."""

ATTEMPTS_WITHOUT_GAIN = 4
FIRST_PAUSE_S = 0.5
SPARE_BYTES = 16 * 1024 * 1024
"""Room that is left on the disk for the rest of the machine."""

_PIECE_BYTES = 64 * 1024
_STEP_S = 0.1
_OK, _PARTIAL, _FORBIDDEN, _UNSATISFIABLE = 200, 206, 403, 416
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


def download(
    session: requests.Session,
    signed_url_provider: Callable[[], str],
    target: Path,
    progress: Progress | None = None,
    cancel: Cancel = never,
    *,
    timeout_s: float = 20.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Bring a file to the disk.

    The file grows beside its name, as `<name>.part`, and takes its name when it is whole. After a cut it goes
    on where it stopped, also in a later call, unless the file has changed at the service. Cancelling leaves
    nothing.

    Args:
        session: Transport.
        signed_url_provider: Gives an address that opens; asked again when one has expired.
        target: Where the file goes; one that is there is replaced at the end.
        progress: Told how far it is.
        cancel: Says to give up.
        timeout_s: Longest silence of the service, in seconds.
        sleep: Waits some seconds.

    Returns:
        The target.

    Raises:
        DiskFullError: There is not enough room.
        FileGoneError: The folder is not there or cannot be written to.
        CancelledError: `cancel` said so.
        DinamisError: What the service or the network says.
    """
    transfer = _Transfer(session, _Part(target), progress or _silent, cancel, timeout_s)
    try:
        _repeat(transfer, signed_url_provider, cancel, sleep)
        transfer.part.finish()
    except (CancelledError, DiskFullError):
        transfer.part.remove()
        raise
    return target


def _repeat(
    transfer: _Transfer,
    signed_url_provider: Callable[[], str],
    cancel: Cancel,
    sleep: Callable[[float], None],
) -> None:
    failures, pause = 0, FIRST_PAUSE_S
    while True:
        before = transfer.part.size
        try:
            transfer.run(signed_url_provider())
        except (ServiceUnreachableError, ForbiddenError) as error:
            if transfer.part.size > before:
                failures, pause = 0, FIRST_PAUSE_S
            failures += 1
            # A refused address may have expired on the way: a new one settles it, or it is a true refusal.
            if failures >= (2 if isinstance(error, ForbiddenError) else ATTEMPTS_WITHOUT_GAIN):
                raise
        else:
            return
        _wait(pause, cancel, sleep)
        pause *= 2


class _Part:
    """The growing file and the note beside it that says which file it is the start of."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.json")

    @property
    def size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def resumable_tag(self, href: str) -> str:
        """Give the validator with which the rest can be asked for, empty when it has to start anew."""
        try:
            note = mapping_of(json.loads(self._note.read_text("utf-8")))
        except (OSError, ValueError):
            return ""
        return text_of(note.get("etag")) if note.get("href") == strip_signature(href) and self.size else ""

    def begin(self, href: str, etag: str) -> None:
        """Note which file begins here; a weak validator cannot promise the same bytes."""
        strong = etag if etag and not etag.startswith("W/") else ""
        self._note.write_text(json.dumps({"href": strip_signature(href), "etag": strong}), "utf-8")

    def finish(self) -> None:
        with _disk(self.target):
            os.replace(self.path, self.target)
            self._note.unlink()

    def remove(self) -> None:
        for path in (self.path, self._note):
            with contextlib.suppress(OSError):
                path.unlink()


@dataclass
class _Transfer:
    session: requests.Session
    part: _Part
    progress: Progress
    cancel: Cancel
    timeout_s: float

    def run(self, href: str) -> None:
        """Fetch the file or the rest of it, whole or with an error."""
        _check(self.cancel)
        tag = self.part.resumable_tag(href)
        headers = {"Accept-Encoding": "identity"}
        if tag:
            headers.update({"Range": f"bytes={self.part.size}-", "If-Range": tag})
        try:
            with self.session.get(href, headers=headers, stream=True, timeout=self.timeout_s) as response:
                self._take(href, response)
        except requests.RequestException as error:
            raise error_of_exception(error) from None

    def _take(self, href: str, response: requests.Response) -> None:
        if response.status_code == _UNSATISFIABLE:
            self.part.remove()
            raise ServiceUnreachableError("the file has become shorter")
        if response.status_code not in {_OK, _PARTIAL}:
            raise error_of_answer(response.status_code, response.headers, None)
        if "html" in response.headers.get("Content-Type", ""):
            raise BadAnswerError("a page came instead of the file")
        start, total = _extent(response)
        if start not in {0, self.part.size}:
            raise BadAnswerError.about("Content-Range", str(start))
        with _disk(self.part.target):
            self._check_room(start, total)
            if start == 0:
                self.part.begin(href, response.headers.get("ETag", ""))
            with self.part.path.open("r+b" if start else "wb") as file:
                file.seek(start)
                self._write(file, response, start, total)
        if total is not None and self.part.size < total:
            raise ServiceUnreachableError("the file was cut short")

    def _write(self, file: IO[bytes], response: requests.Response, start: int, total: int | None) -> None:
        done = start
        for piece in _pieces(response):
            _check(self.cancel)
            file.write(piece)
            done += len(piece)
            self.progress(done, total)
        file.flush()
        os.fsync(file.fileno())

    def _check_room(self, start: int, total: int | None) -> None:
        free = shutil.disk_usage(self.part.target.parent).free
        reused = self.part.size - start
        if total is not None and total - start + SPARE_BYTES > free + reused:
            raise DiskFullError(str(self.part.target.parent))


def _extent(response: requests.Response) -> tuple[int, int | None]:
    """Say where an answer starts in the file, and how long the file is."""
    if response.status_code == _PARTIAL:
        found = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        if not found:
            raise BadAnswerError.about("Content-Range", "missing")
        return int(found[1]), int(found[2]) if found[2].isdigit() else None
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """Give the body piece by piece; a fault of the network is never one of the disk, which looks alike."""
    try:
        yield from response.iter_content(_PIECE_BYTES)
    except requests.RequestException:
        raise
    except OSError as error:
        raise requests.ConnectionError(str(error)) from None


@contextlib.contextmanager
def _disk(target: Path) -> Iterator[None]:
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


def _wait(seconds: float, cancel: Cancel, sleep: Callable[[float], None]) -> None:
    while seconds > 0:
        _check(cancel)
        sleep(min(seconds, _STEP_S))
        seconds -= _STEP_S


def _check(cancel: Cancel) -> None:
    if cancel():
        raise CancelledError


def _silent(_done: int, _total: int | None) -> None:
    """Tell nobody."""
