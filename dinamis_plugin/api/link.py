"""How a file is reached: requests for parts of it, signed anew when they must be, repeated after faults."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Callable

import requests

from ..domain.download import Span
from ..domain.errors import (
    BadAnswerError,
    CancelledError,
    DinamisError,
    ForbiddenError,
    NotSignedInError,
    ServiceFailureError,
    ServiceUnreachableError,
    TooManyRequestsError,
    UnavailableError,
)
from .answers import PARTIAL, Extent, Patience, pieces
from .faults import error_of_answer, error_of_exception
from .http import Cancel, never

Progress = Callable[[int, "int | None"], None]
"""Told the bytes on the disk and the bytes in all (None when not known)."""
Spawn = Callable[[Callable[[], None]], Callable[[], object]]
"""Starts some work in a thread, and gives what waits for its end."""

LINES = 4
"""Connections at once for one file."""

PASSING = (
    ServiceUnreachableError,
    ServiceFailureError,
    TooManyRequestsError,
    UnavailableError,
    ForbiddenError,
    NotSignedInError,
)
"""Faults after which another try may do."""

_STEP_S = 0.1
_OK, _UNSATISFIABLE = 200, 416


class ReplacedError(Exception):
    """The file at the service is not the one that was begun."""


def silent(_done: int, _total: int | None) -> None:
    """Tell nobody."""


def spawn_thread(work: Callable[[], None]) -> Callable[[], object]:
    """Run some work in a thread; gives what waits for its end."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread.join


@dataclass(frozen=True)
class Link:
    """How a file is reached, and who hears of it.

    Attributes:
        session: Transport, for all threads.
        sign: Gives an address that opens; asked again when one has expired.
        progress: Told how far it is, from any thread, one call at a time.
        cancel: Says to stop; what has come stays for a later call, `Part.remove` takes it away.
        lines: Connections at once.
        spawn: Starts a thread that may use the session.
        timeout_s: Longest silence of the service, in seconds.
        sleep: Waits some seconds.
    """

    session: requests.Session
    sign: Callable[[], str]
    progress: Progress = silent
    cancel: Cancel = never
    lines: int = LINES
    spawn: Spawn = spawn_thread
    timeout_s: float = 20.0
    sleep: Callable[[float], None] = time.sleep


class Asker:
    """Asks for bytes of one file, from any number of threads."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._lock = threading.Lock()
        self._href = ""

    def address(self) -> str:
        """Give the address that opens now; for a log or a file it has to lose its signature."""
        with self._lock:
            if not self._href:
                self._href = self.link.sign()
            return self._href

    @contextlib.contextmanager
    def answer(self, span: Span | None, tag: str = "") -> Iterator[requests.Response]:
        """Ask for a span, or for the whole file; gives an answer that holds bytes.

        Args:
            span: What to ask for, None for the whole file.
            tag: Validator of the file that is meant: another file is answered whole.

        Raises:
            ReplacedError: The file has become too short for the span.
            DinamisError: As `api.faults` knows them.
        """
        href = self.address()
        headers = {"Accept-Encoding": "identity"}
        if span is not None:
            headers["Range"] = f"bytes={span[0]}-{span[1] - 1}"
            if tag:
                headers["If-Range"] = tag
        try:
            with self.link.session.get(
                href, headers=headers, stream=True, timeout=self.link.timeout_s
            ) as response:
                self._refuse(href, response, span)
                yield response
        except requests.RequestException as error:
            raise error_of_exception(error) from None

    def bear(self, patience: Patience, error: DinamisError, gained: int, check: Callable[[], None]) -> None:
        """Wait before another try, or raise the error when it lasts; `check` may end the wait by raising."""
        pause = patience.pause_after(error, gained)
        if pause is None:
            raise error
        while pause > 0:
            check()
            self.link.sleep(min(pause, _STEP_S))
            pause -= _STEP_S

    def read(self, span: Span) -> tuple[bytes, Extent]:
        """Give a small span of the file, cut at its end, and what the file is.

        Raises:
            BadAnswerError: The service does not give parts of files.
            DinamisError: As `answer`.
        """
        patience = Patience()
        while True:
            self._check()
            try:
                with self.answer(span) as response:
                    extent = Extent.of(response)
                    if not extent.partial or extent.start != span[0]:
                        raise BadAnswerError("the service does not give parts of a file")
                    data = b"".join(pieces(response))
                    if len(data) < min(span[1], extent.size or span[1]) - span[0]:
                        raise ServiceUnreachableError("the file was cut short")
                    return data, extent
            except PASSING as error:
                self.bear(patience, error, 0, self._check)

    def _check(self) -> None:
        if self.link.cancel():
            raise CancelledError

    def _refuse(self, href: str, response: requests.Response, span: Span | None) -> None:
        if response.status_code == _UNSATISFIABLE and span is not None:
            raise ReplacedError
        if response.status_code not in {_OK, PARTIAL}:
            error = error_of_answer(response.status_code, response.headers, None)
            if isinstance(error, (ForbiddenError, NotSignedInError)):
                self._forget(href)
            raise error
        if "html" in response.headers.get("Content-Type", ""):
            raise BadAnswerError("a page came instead of the file")

    def _forget(self, href: str) -> None:
        """Let the next request be signed anew: this address was refused, it may have ended on the way."""
        with self._lock:
            if self._href == href:
                self._href = self.link.sign()
