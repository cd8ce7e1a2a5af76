"""What the answers of one connection say: which bytes of which file, how slow, and when it is enough."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import requests

from ..domain.errors import BadAnswerError, DinamisError, ForbiddenError, NotSignedInError, TimedOutError

ATTEMPTS_WITHOUT_GAIN = 4
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
LONGEST_ASKED_PAUSE_S = 600.0
SLOW_WINDOW_S, SLOW_BYTES = 30.0, 16 * 1024
"""A connection that brings less in this time is taken for dead."""

PARTIAL = 206
_GAIN_BYTES = 64 * 1024
_PIECE_BYTES = 256 * 1024
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


@dataclass(frozen=True)
class Extent:
    """What an answer holds.

    Attributes:
        start: Its first byte in the file.
        size: Length of the whole file, None when not said.
        partial: Whether it is an answer to a range.
        tag: ETag, may be empty.
        date: Last-Modified, may be empty.
    """

    start: int
    size: int | None
    partial: bool
    tag: str
    date: str

    @classmethod
    def of(cls, response: requests.Response) -> Extent:
        """Read it from the headers of an answer.

        Raises:
            BadAnswerError: a part of a file that does not say which.
        """
        headers = response.headers
        tag, date = headers.get("ETag", ""), headers.get("Last-Modified", "")
        if response.status_code == PARTIAL:
            found = _CONTENT_RANGE.match(headers.get("Content-Range", ""))
            if not found:
                raise BadAnswerError.about("Content-Range", "missing")
            size = int(found[3]) if found[3].isdecimal() else None
            return cls(int(found[1]), size, True, tag, date)
        said = headers.get("Content-Length", "")
        return cls(0, int(said) if said.isdecimal() else None, False, tag, date)

    @property
    def strong_tag(self) -> str:
        """The validator that promises the same bytes, empty when there is none."""
        return "" if self.tag.startswith("W/") else self.tag

    def same_file(self, other: Extent) -> bool:
        """Whether two answers are of the same file, as far as they say."""
        pairs: list[tuple[object, object]] = [(self.tag, other.tag), (self.size, other.size)]
        if not (self.tag and other.tag):
            pairs.append((self.date, other.date))
        return all(one == two for one, two in pairs if one and two)


class Patience:
    """Counts the faults of one connection since it last gained something."""

    def __init__(self) -> None:
        self._failures = 0
        self._refusals = 0

    def pause_after(self, error: DinamisError, gained: int) -> float | None:
        """Give the seconds to wait before another try, None when it is enough."""
        if gained >= _GAIN_BYTES:
            self._failures = self._refusals = 0
        self._failures += 1
        # A refused address may have expired on the way: a new one settles it, or it is a true refusal.
        if isinstance(error, (ForbiddenError, NotSignedInError)):
            self._refusals += 1
            return 0.0 if self._refusals < 2 else None  # noqa: PLR2004 - the second in a row
        if self._failures >= ATTEMPTS_WITHOUT_GAIN:
            return None
        pause = min(FIRST_PAUSE_S * float(2 ** (self._failures - 1)), LONGEST_PAUSE_S)
        asked: float | None = getattr(error, "retry_after_s", None)
        if asked is None:
            return pause
        return max(pause, asked) if asked <= LONGEST_ASKED_PAUSE_S else None


class Slowness:
    """Watches for a connection that drips."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bytes = 0

    def note(self, count: int) -> None:
        """Raise when too little came for too long."""
        self._bytes += count
        now = time.monotonic()
        if now - self._began < SLOW_WINDOW_S:
            return
        if self._bytes < SLOW_BYTES:
            raise TimedOutError("the file drips in too slowly")
        self._began, self._bytes = now, 0


def write_all(file: IO[bytes], view: memoryview) -> None:
    """Write all of it: a raw file may take less than it is given, as on a disk that fills up."""
    while view:
        view = view[file.write(view) :]


def pieces(response: requests.Response) -> Iterator[bytes]:
    """Give the body piece by piece; a fault of the network is never one of the disk, which looks alike."""
    try:
        yield from response.iter_content(_PIECE_BYTES)
    except requests.RequestException:
        raise
    except OSError as error:
        raise requests.ConnectionError(str(error)) from None
