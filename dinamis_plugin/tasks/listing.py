"""All that a search finds: received in one thread, made into scenes in another, handed on in handfuls."""

from __future__ import annotations

import queue
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable

from ..api.catalogue import CatalogueClient, PageReader
from ..domain.errors import CancelledError, DinamisError
from ..domain.scene import Scene
from ..domain.search import SearchQuery
from ..qgisio import log
from ..qgisio.transport import spawn
from .courtesy import Courtesy, no_collections
from .runner import TaskContext

PAGE = 1000
"""Items of a page: Qt sends a question and its body apart, the second 40 ms later to most services."""
HANDFUL = 1000
"""Scenes that are handed on together: what the GUI thread lists at once."""
AHEAD = 2
"""Pages that may wait to be made into scenes."""
_BURST = 20
"""Scenes made between two looks at the GUI thread: a millisecond."""
_POLL_S = 0.05


@dataclass(frozen=True)
class Handful:
    """Some of the scenes of a search, with the number of all that match."""

    scenes: tuple[Scene, ...]
    matched: int


class Listing:
    """Lists what a query finds from its beginning, so that any catalogue's way of paging will do.

    While the service makes the next page, the last one is made into scenes; the GUI thread, which lists and
    draws meanwhile, goes first. To be made on the GUI thread, with the number of matches: to count them again
    can take longer than the scenes.
    """

    def __init__(self, catalogue: CatalogueClient, query: SearchQuery, most: int, matched: int) -> None:
        self._catalogue = catalogue
        self._query = query
        self._most = most
        self._reader = PageReader(matched)
        self._documents: queue.Queue[Mapping[str, Any] | DinamisError | None] = queue.Queue(AHEAD)
        self._courtesy = Courtesy()
        self._stopped = False

    def __call__(self, context: TaskContext) -> int:
        """Hand on every `Handful` by `context.tell`, `most` scenes at the most.

        Returns:
            The number of matches that the catalogue counts.

        Raises:
            DinamisError: As `CatalogueClient` raises them; what was handed on stays good.
        """
        wait = spawn(lambda: self._receive(lambda: self._stopped or context.cancelled()))
        try:
            with no_collections():
                return self._make(context)
        finally:
            self._stopped = True
            wait()
            self._courtesy.end()

    def _receive(self, stopped: Callable[[], bool]) -> None:
        try:
            received = 0
            for document in self._catalogue.documents(self._query, PAGE, stopped):
                received += len(document.get("features") or ())
                if not self._put(document, stopped) or received >= self._most:
                    break
            self._put(None, stopped)
        except DinamisError as error:
            self._put(error, stopped)
        except Exception as fault:  # noqa: BLE001 - what a thread does not catch would end QGIS
            log.fault("listing", fault)
            self._put(DinamisError(type(fault).__name__), stopped)

    def _put(self, document: Mapping[str, Any] | DinamisError | None, stopped: Callable[[], bool]) -> bool:
        while not stopped():
            try:
                self._documents.put(document, timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False

    def _get(self, context: TaskContext) -> Mapping[str, Any] | None:
        while not context.cancelled():
            try:
                document = self._documents.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if isinstance(document, DinamisError):
                raise document
            return document
        raise CancelledError

    def _make(self, context: TaskContext) -> int:
        reader, left = self._reader, self._most
        while left > 0 and (document := self._get(context)) is not None:
            scenes: list[Scene] = []
            for scene in reader.scenes(document):
                scenes.append(scene)
                left -= 1
                if not left % _BURST:
                    self._courtesy.stand_back()
                if len(scenes) == HANDFUL or not left:
                    self._hand_on(context, scenes, reader.matched)
                    scenes = []
                if not left:
                    break
            self._hand_on(context, scenes, reader.matched)
        return reader.matched

    @staticmethod
    def _hand_on(context: TaskContext, scenes: list[Scene], matched: int) -> None:
        if context.cancelled():
            raise CancelledError
        if scenes:
            context.tell(Handful(tuple(scenes), matched))
