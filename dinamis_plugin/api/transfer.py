"""Bytes of one remote file, fetched by several connections into one local file."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import Callable

import requests

from ..domain.download import LEAST_SPAN, Journal, Piece, Placing, Plan, Span, joined, length
from ..domain.errors import (
    BadAnswerError,
    CancelledError,
    DamagedFileError,
    DinamisError,
    ServiceUnreachableError,
    TooManyRequestsError,
    UnavailableError,
)
from .answers import Extent, Patience, Slowness, pieces, write_all
from .link import PASSING, Asker, Link, ReplacedError
from .part import Part, disk

REPLACEMENTS = 3
"""How often a file may change at the service before it is given up."""
KEEP_S = 2.0

_TELL_S = 0.1
_BUSY = (TooManyRequestsError, UnavailableError)


class Transfer:
    """One file on its way.

    One connection asks first and learns what the file is; when it is worth while, others take parts of what
    is left. Each repeats its own request after a fault; a fault that lasts ends all of them.
    """

    def __init__(self, link: Link, part: Part) -> None:
        self._link = link
        self._part = part
        self._lock = threading.Lock()
        self._asker = Asker(link)
        self._error: Exception | None = None
        self._told_at = 0.0
        self._wanted: tuple[Span, ...] | None = None
        self._promised: int | None = None
        self._tag = ""
        self._ranges = True
        self._begin_anew()

    def run(self, wanted: tuple[Span, ...] | None, promised: int | None, tag: str = "") -> int | None:
        """Fetch what is wanted (None for the whole file) into the part file.

        Gives the length that the part file has then, None when the service did not say how long the file is.
        Where `tag` says which validator the file has to have, another file is refused.
        """
        self._wanted, self._promised, self._tag = None if wanted is None else joined(wanted), promised, tag
        self._resume()
        for _ in range(REPLACEMENTS):
            try:
                self._fetch_all()
            except ReplacedError:
                self._begin_anew()
                continue
            if self._extent is None or (self._wanted is None and self._extent.size is None):
                return None
            return length(self._plan.wanted) if self._plan is not None else 0
        raise DamagedFileError("the file changes at the service again and again")

    # What is known

    def _begin_anew(self) -> None:
        self._extent: Extent | None = None
        self._plan: Plan | None = None
        self._placing: Placing | None = None
        self._error = None

    def _resume(self) -> None:
        """Take over what an earlier session left, when it was after the same bytes."""
        journal = self._part.journal(self._asker.address())
        if journal is None or journal.wanted != self._wanted or self._tag not in {"", journal.etag}:
            return
        self._know(Extent(0, journal.size, True, journal.etag, ""), journal.done)

    def _know(self, extent: Extent, done: tuple[Span, ...] = ()) -> None:
        """Learn what the file is."""
        if self._promised is not None and extent.size is not None and extent.size != self._promised:
            self._part.remove()
            msg = f"{extent.size} bytes instead of {self._promised}"
            raise DamagedFileError(msg)
        if self._tag and extent.tag != self._tag:
            self._part.remove()
            raise DamagedFileError("the file has changed at the service")
        self._extent = extent
        if self._wanted is not None:
            self._placing = Placing(self._wanted)
            self._plan = Plan(self._wanted, done, LEAST_SPAN)
        elif extent.size is not None:
            self._plan = Plan([(0, extent.size)], done)

    def _known(self) -> Extent:
        if self._extent is None:
            raise BadAnswerError("nothing is known of the file yet")
        return self._extent

    def _journal(self) -> Journal:
        extent, plan = self._known(), self._plan
        wanted = None if self._placing is None else self._placing.spans
        done = plan.done if plan is not None else ()
        return Journal(self._asker.address(), extent.strong_tag, extent.size, wanted, done)

    # Fetching

    def _fetch_all(self) -> None:
        over = threading.Event()
        keeper: Callable[[], object] | None = None
        helpers: list[Callable[[], object]] = []

        def crew() -> None:
            """Called when the first connection knows the file: the others start, and the note is kept."""
            nonlocal keeper
            thread = threading.Thread(target=self._keep, args=(over,), daemon=True)
            thread.start()
            keeper = thread.join
            if self._plan is not None and self._has_ranges():
                with self._lock:
                    count = self._plan.lines(self._link.lines) - 1
                helpers.extend(self._link.spawn(self._help) for _ in range(count))

        try:
            self._guarded(lambda: self._lead(crew))
            for wait in helpers:
                wait()
            while self._error is None and self._plan is not None and not self._plan.finished:
                self._guarded(self._work)  # what a helper gave back
        finally:
            over.set()
            for wait in [*helpers, *([keeper] if keeper else [])]:
                wait()
            self._save_last()
        if self._error is not None:
            raise self._error

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do the work of one connection; its error ends the others."""
        try:
            work()
        except Exception as error:  # noqa: BLE001 - raised again by the first thread
            with self._lock:
                if self._error is None or isinstance(error, ReplacedError):
                    self._error = error

    def _has_ranges(self) -> bool:
        return self._ranges and self._extent is not None and bool(self._extent.strong_tag)

    def _lead(self, crew: Callable[[], None]) -> None:
        """Open the first connection, learn what the file is, and work."""
        if self._plan is not None:  # resumed
            crew()
            self._work()
            return
        told = False

        def opened() -> None:
            nonlocal told
            if not told:
                told = True
                crew()

        patience = Patience()
        while True:
            before = self._count()
            try:
                self._first_answer(opened)
                break
            except PASSING as error:
                self._asker.bear(patience, error, self._count() - before, self._check)
                if self._plan is not None and self._has_ranges():
                    break  # the rest is asked for by ranges
        if self._plan is not None:
            self._work(patience)

    def _first_answer(self, opened: Callable[[], None]) -> None:
        """Ask for the whole file, or the first span that is wanted, and take what comes."""
        first = None
        if self._wanted:
            start, end = self._wanted[0]
            first = (start, min(end, start + LEAST_SPAN))
        with self._asker.answer(first) as response:
            extent = Extent.of(response)
            if first is not None and not extent.partial:
                raise BadAnswerError("the service does not give parts of a file")
            self._know(extent)
            needed = self._plan.total if self._plan is not None else 0
            self._part.check_room(needed)
            self._part.begin(self._journal())
            if self._plan is None:
                opened()
                self._pour_all(response)
                return
            with self._lock:
                piece = self._plan.take()
            opened()
            if piece is not None:
                try:
                    self._pour(piece, response)
                finally:
                    self._leave(piece)

    def _help(self) -> None:
        self._guarded(lambda: self._work(helps=True))

    def _work(self, patience: Patience | None = None, *, helps: bool = False) -> None:
        """Fetch pieces until there is none to take."""
        patience = patience or Patience()
        while True:
            with self._lock:
                piece = self._plan.take() if self._plan is not None and self._error is None else None
            if piece is None:
                return
            try:
                self._fetch(piece)
                patience = Patience()
            except PASSING as error:
                if helps and isinstance(error, _BUSY):
                    return  # too many connections for the service: one less
                gained = piece.at - piece.start
                self._leave(piece)
                piece = None
                self._asker.bear(patience, error, gained, self._check)
            finally:
                if piece is not None:
                    self._leave(piece)

    def _fetch(self, piece: Piece) -> None:
        with self._asker.answer((piece.at, piece.end), self._known().strong_tag) as response:
            extent = Extent.of(response)
            if not extent.same_file(self._known()):
                raise ReplacedError
            if not extent.partial:
                self._ranges = False  # a service that gives whole files only: by one connection then
                raise ReplacedError
            if extent.start != piece.at:
                raise BadAnswerError.about("Content-Range", str(extent.start))
            self._pour(piece, response)

    def _check(self) -> None:
        if self._link.cancel():
            raise CancelledError
        if self._error is not None:
            raise CancelledError  # another connection has ended the transfer: its error counts

    # Bytes

    def _pour(self, piece: Piece, response: requests.Response) -> None:
        """Write what comes of a piece to its place."""
        slow = Slowness()
        with disk(self._part.target), self._part.path.open("r+b", buffering=0) as file:
            file.seek(piece.at if self._placing is None else self._placing.place(piece.at))
            for data in pieces(response):
                self._check()
                room = piece.end - piece.at
                write_all(file, memoryview(data)[:room])
                self._gain(piece, min(len(data), room))
                if piece.at >= piece.end:
                    return
                slow.note(len(data))
        raise ServiceUnreachableError("the file was cut short")

    def _gain(self, piece: Piece, count: int) -> None:
        with self._lock:
            piece.at += min(count, piece.end - piece.at)
            self._tell()

    def _pour_all(self, response: requests.Response) -> None:
        """Write a file whose length the service does not say: only where its end can be told from a cut."""
        chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
        if self._promised is None and not chunked:
            raise BadAnswerError("the service does not say how long the file is")
        slow, count = Slowness(), 0
        with disk(self._part.target), self._part.path.open("wb", buffering=0) as file:
            for data in pieces(response):
                self._check()
                write_all(file, memoryview(data))
                count += len(data)
                slow.note(len(data))
                self._link.progress(count, None)

    def _leave(self, piece: Piece) -> None:
        with self._lock:
            plan = self._plan
            if plan is None:
                return
            plan.leave(piece)
            if plan.finished:
                self._told_at = 0.0
                self._tell()

    def _count(self) -> int:
        with self._lock:
            return self._plan.count if self._plan is not None else 0

    def _tell(self) -> None:
        now = time.monotonic()
        if self._plan is not None and now - self._told_at >= _TELL_S:
            self._told_at = now
            self._link.progress(self._plan.count, self._plan.total)

    # Keeping

    def _keep(self, over: threading.Event) -> None:
        """Keep the note true while the file grows; plain disk work, in a thread of its own."""
        while not over.wait(KEEP_S):
            self._guarded(self._save)

    def _save(self) -> None:
        """Bring what is here to the disk, then note it: never the other way round."""
        with self._lock:
            journal = self._journal()
        with disk(self._part.target):
            with self._part.path.open("r+b") as file:
                os.fsync(file.fileno())
            self._part.save(journal)

    def _save_last(self) -> None:
        if self._extent is not None and not isinstance(self._error, (ReplacedError, DamagedFileError)):
            with contextlib.suppress(DinamisError):
                self._save()
