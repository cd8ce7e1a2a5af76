"""What of a remote file is wanted, what of it is here, and how fast the rest comes (CAT-30)."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .parsing import mapping_of, number_of, text_of
from .signed_url import strip_signature

Span = tuple[int, int]
"""Bytes of a file, from the first to the one after the last."""

LEAST_SPAN = 4 * 1024 * 1024
"""Bytes below which it does not pay to open one more connection."""

_RATE_WINDOW_S = 5.0


def joined(spans: Iterable[Span], gap: int = 0) -> tuple[Span, ...]:
    """Sort spans and join those that touch, overlap, or lie at most `gap` bytes apart; empty ones go."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1] + gap:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def without(wanted: Iterable[Span], done: Iterable[Span]) -> tuple[Span, ...]:
    """Give what of `wanted` does not lie in `done`."""
    left: list[Span] = []
    taken = joined(done)
    for first, last in joined(wanted):
        start = first
        for begin, end in taken:
            if end <= start:
                continue
            if begin >= last:
                break
            left.append((start, begin))
            start = end
        left.append((start, last))
    return joined(left)


def length(spans: Iterable[Span]) -> int:
    """Count the bytes of spans that do not overlap."""
    return sum(end - start for start, end in spans)


@dataclass
class Piece:
    """A span that one connection fetches; another one may take its end away.

    Attributes:
        start: Where it began.
        at: The next byte to come.
        end: The byte after its last.
    """

    start: int
    at: int
    end: int

    @property
    def left(self) -> int:
        """Bytes still to come."""
        return self.end - self.at


class Plan:
    """Shares what is missing of a file out between connections. Whoever uses it from threads locks it.

    A connection that has nothing to do takes the second half of the largest piece that another one is at, so
    that all of them end at about the same time, however fast each is.

    Args:
        wanted: What shall come.
        done: What of it is here.
        largest: Bytes of a piece at most. One that is taken from is asked for to its end all the same, and
            what comes beyond is thrown away: no harm for a whole file, but not what parts are asked for.
    """

    def __init__(self, wanted: Sequence[Span], done: Iterable[Span] = (), largest: int | None = None) -> None:
        self.wanted = joined(wanted)
        self._done: list[Span] = list(without(self.wanted, without(self.wanted, done)))
        self._waiting: deque[Span] = deque()
        for start, end in without(self.wanted, self._done):
            step = largest or end - start
            self._waiting.extend((at, min(at + step, end)) for at in range(start, end, step))
        self._active: list[Piece] = []

    @property
    def total(self) -> int:
        """Bytes that are wanted."""
        return length(self.wanted)

    @property
    def count(self) -> int:
        """Bytes that are here."""
        return length(self._done) + sum(piece.at - piece.start for piece in self._active)

    @property
    def done(self) -> tuple[Span, ...]:
        """What is here."""
        return joined([*self._done, *((piece.start, piece.at) for piece in self._active)])

    @property
    def finished(self) -> bool:
        """Whether all that is wanted is here."""
        return not self._waiting and not self._active

    def lines(self, most: int) -> int:
        """Say how many connections are worth while for what is missing."""
        left = self.total - self.count
        return max(1, min(most, left // LEAST_SPAN, most))

    def take(self) -> Piece | None:
        """Give a piece to fetch, None when there is none worth a connection of its own."""
        if self._waiting:
            start, end = self._waiting.popleft()
            piece = Piece(start, start, end)
        else:
            largest = max(self._active, key=lambda active: active.left, default=None)
            if largest is None or largest.left < 2 * LEAST_SPAN:
                return None
            middle = largest.at + largest.left // 2
            piece = Piece(middle, middle, largest.end)
            largest.end = middle
        self._active.append(piece)
        return piece

    def leave(self, piece: Piece) -> None:
        """End the work at a piece: what came of it is done, the rest waits again."""
        self._active.remove(piece)
        if piece.at > piece.start:
            self._done = list(joined([*self._done, (piece.start, piece.at)]))
        if piece.left > 0:
            self._waiting.appendleft((piece.at, piece.end))


class Placing:
    """Where the bytes of spans lie in a file that holds nothing but these spans, one after the other."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = joined(spans)
        self._places: list[tuple[int, int, int]] = []
        place = 0
        for start, end in self.spans:
            self._places.append((start, end, place))
            place += end - start
        self.length = place

    def place(self, at: int) -> int:
        """Give the place of a byte of the remote file; of one after a span, the end of that span."""
        for start, end, place in self._places:
            if start <= at <= end:
                return place + at - start
        raise ValueError(at)

    def regions(self) -> list[tuple[int, int, int]]:
        """Give for each span its place in the remote file, its place here, and its length."""
        return [(start, place, end - start) for start, end, place in self._places]


# Journal


@dataclass(frozen=True)
class Journal:
    """The note beside a growing file: which file it is, and which bytes of it are safely on the disk.

    Attributes:
        href: Address without a signature.
        etag: Strong validator; empty when nothing can be resumed.
        size: Length of the whole remote file in bytes, None when the service does not say.
        wanted: What of it shall come; None for all of it.
        done: What of it is on the disk.
    """

    href: str
    etag: str = ""
    size: int | None = None
    wanted: tuple[Span, ...] | None = None
    done: tuple[Span, ...] = ()

    def to_text(self) -> str:
        """Write it as JSON, without a signature."""
        document = {
            "href": strip_signature(self.href),
            "etag": self.etag,
            "size": self.size,
            "wanted": None if self.wanted is None else [list(span) for span in self.wanted],
            "done": [list(span) for span in self.done],
        }
        return json.dumps(document)

    @classmethod
    def from_text(cls, text: str) -> Journal | None:
        """Read it; None for anything that is not whole and sensible."""
        try:
            document = mapping_of(json.loads(text))
        except (ValueError, RecursionError):
            return None
        size = number_of(document.get("size"))
        done = _spans(document.get("done"))
        wanted = None if document.get("wanted") is None else _spans(document.get("wanted"))
        if size is None or done is None or (wanted is None and document.get("wanted") is not None):
            return None
        asked = ((0, int(size)),) if wanted is None else wanted
        if without([*asked, *done], [(0, int(size))]) or without(done, asked):
            return None
        return cls(text_of(document.get("href")), text_of(document.get("etag")), int(size), wanted, done)


def _spans(value: object) -> tuple[Span, ...] | None:
    if not isinstance(value, list):
        return None
    spans: list[Span] = []
    for entry in value:
        if not (isinstance(entry, list) and len(entry) == 2 and all(type(one) is int for one in entry)):  # noqa: PLR2004
            return None
        if not 0 <= entry[0] < entry[1]:
            return None
        spans.append((entry[0], entry[1]))
    return joined(spans)


# Rate


@dataclass
class RateMeter:
    """Measures bytes per second over the last few seconds, by a clock that no one can set."""

    _points: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, now_s: float, count: int) -> None:
        """Note how many bytes are here at a time of a steady clock."""
        if self._points and count < self._points[-1][1]:
            self._points.clear()  # it began anew
        self._points.append((now_s, count))
        while len(self._points) > 2 and self._points[1][0] <= now_s - _RATE_WINDOW_S:  # noqa: PLR2004
            self._points.popleft()

    @property
    def rate(self) -> float:
        """Bytes per second, 0 while that is not known."""
        if len(self._points) < 2:  # noqa: PLR2004 - a rate takes two points
            return 0.0
        (began, first), (ended, last) = self._points[0], self._points[-1]
        return (last - first) / (ended - began) if ended > began else 0.0

    def remaining_s(self, total: int | None) -> float | None:
        """Seconds until the end at this rate, None while that is not known."""
        if total is None or not self._points or self.rate <= 0:
            return None
        return max(0.0, (total - self._points[-1][1]) / self.rate)
