"""The search in the catalogue, page by page (CAT-15, CAT-19)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..api.catalogue import CatalogueClient, Page
from ..domain.counts import FACETS
from ..domain.errors import CancelledError, DinamisError
from ..domain.scene import Scene
from ..domain.search import SearchQuery
from ..tasks.courtesy import collect_again
from ..tasks.listing import PAGE, Handful, Listing
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .session import SessionController
from .session_notices import no_service
from .turns import Farewell

translate = QCoreApplication.translate

FIRST_PAGE = 100
"""Small enough to be parsed without holding Python's lock for long: the GUI thread shares it."""
MOST = 10_000
"""Scenes that `load_all` lists at the most: more are no list to choose from, and filters narrow it."""


class _Pages:
    """The pages of one search, fetched one at a time by tasks that follow each other."""

    def __init__(self, catalogue: CatalogueClient, query: SearchQuery, page_size: int, skip: int = 0) -> None:
        self._cancelled: Callable[[], bool] = lambda: False
        # Between the steps that the service keeps numbers of, counting takes longer than the page.
        counted = not query.between_steps
        pages = catalogue.pages(
            query, page_size, self._is_cancelled, facets=FACETS if counted else (), counted=counted
        )
        self._pages: Iterator[Page] = iter(pages)
        self._skip = skip

    def _is_cancelled(self) -> bool:
        """Ask the task that fetches now, which is another one for every page."""
        return self._cancelled()

    def next(self, context: TaskContext) -> Page | None:
        """Fetch the next page in a worker thread; None after the last one."""
        self._cancelled = context.cancelled
        while self._skip:
            self._skip -= 1
            next(self._pages, None)
        return next(self._pages, None)


class SearchController(QObject):
    """Runs one search at a time; answers to an earlier one are dropped.

    Signals:
        started: a search begins; earlier results are void.
        loading: True while a page is on its way.
        answered: the first `Page`, with the numbers that came with it; before its `page_ready`.
        page_ready: list of new Scenes, and the number of scenes that match, None while it is being counted.
        finished: matched (or None) and loaded numbers, after each page and when the matches were counted.
        failed: a Notice; scenes loaded before stay, and `load_more` tries again.
        progressed: loaded and wanted numbers, while `load_all` lists them.
        too_many: matched and listed numbers, when the list ends at `MOST` with more left.
    """

    started = pyqtSignal()
    loading = pyqtSignal(bool)
    answered = pyqtSignal(object)
    page_ready = pyqtSignal(object, object)
    finished = pyqtSignal(object, int)
    failed = pyqtSignal(object)
    progressed = pyqtSignal(int, int)
    too_many = pyqtSignal(int, int)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._query: SearchQuery | None = None
        self._pages: _Pages | None = None
        self._work: TaskHandle | None = None
        self._matched: int | None = 0
        self._listed: dict[tuple[str, str], Scene] = {}
        self._answered = False
        self._in_order = True
        self._farewell = Farewell(self)
        self._at_end = True
        self.page_size = FIRST_PAGE

    @property
    def can_load_more(self) -> bool:
        """Whether there are scenes that were not loaded yet, and room for them."""
        return not self._at_end and not self.busy and len(self._listed) < MOST

    @property
    def can_load_all(self) -> bool:
        """Whether `load_all` would list more."""
        return self.can_load_more and self._matched is not None

    @property
    def busy(self) -> bool:
        """Whether a page is on its way."""
        return self._work is not None

    @property
    def query(self) -> SearchQuery | None:
        """What was searched last."""
        return self._query

    @property
    def matched(self) -> int | None:
        """How many scenes match, None where that is not known."""
        return self._matched

    @property
    def in_order(self) -> bool:
        """Whether the catalogue sorts all that matches as the search asks."""
        return self._in_order

    def run(self, query: SearchQuery) -> None:
        """Start a new search with this query."""
        self._drop()
        service = self._session.service
        if service is None:
            self.failed.emit(no_service(self._session.why_not, self._session.connect_service))
            return
        self._query = query
        self._matched = 0
        self._farewell.take(self._listed.values())
        collect_again()
        self._listed.clear()
        self._at_end = self._answered = False
        self.started.emit()
        self._pages = _Pages(service.catalogue, query, self.page_size)
        self._fetch(self._pages)

    def set_matched(self, matched: int) -> None:
        """Take the number of matches, counted after a page that came without it."""
        if self._matched is None:
            self._matched = matched
            self.finished.emit(matched, len(self._listed))

    def load_more(self) -> None:
        """Fetch the next page, if there is one and none is on its way."""
        if not self.can_load_more:
            return
        service = self._session.service
        if self._pages is None and service is not None and self._query is not None:
            # The pages before the break are asked for again: a broken sequence cannot be taken up.
            size = max(self.page_size, PAGE) if len(self._listed) > PAGE else self.page_size
            self._pages = _Pages(service.catalogue, self._query, size, skip=len(self._listed) // size)
        if self._pages is not None:
            self._fetch(self._pages)

    def load_all(self) -> None:
        """Fetch all that is left, `MOST` scenes at the most; `cancel` stops it and keeps what came."""
        service = self._session.service
        if not self.can_load_all or service is None or self._query is None or self._matched is None:
            return
        self._pages = None
        self.loading.emit(True)
        self._work = self._runner.run(
            translate("Dinamis", "Searching the catalogue"),
            Listing(service.catalogue, self._query, MOST, self._matched),
            self._all_came,
            self._page_failed,
            cancel_previous="search",
            on_part=self._handful_came,
        )

    def cancel(self) -> None:
        """Stop waiting for a page; what was loaded stays."""
        if self.busy:
            self._drop()
            self.finished.emit(self._matched, len(self._listed))

    def _fetch(self, pages: _Pages) -> None:
        self.loading.emit(True)
        self._work = self._runner.run(
            translate("Dinamis", "Searching the catalogue"),
            pages.next,
            self._page_came,
            self._page_failed,
            cancel_previous="search",
        )

    def _page_came(self, page: Page | None) -> None:
        self._work = None
        self.loading.emit(False)
        scenes: list[Scene] = [] if page is None else list(page.scenes)
        if page is not None:
            # A number that was counted meanwhile stays: the pages of that search do not tell it.
            self._matched = page.matched if page.counted else (self._matched or None)
            if not self._answered:
                self._answered = True
                self._in_order = page.in_order
                self.answered.emit(page)
        self._show(scenes)
        self._at_end = page is None or (self._matched is not None and len(self._listed) >= self._matched)
        self._finish()

    def _handful_came(self, handful: Handful) -> None:
        self._matched = handful.matched
        self._show(handful.scenes)
        self.progressed.emit(len(self._listed), min(handful.matched, MOST))

    def _all_came(self, matched: int) -> None:
        self._work = None
        self.loading.emit(False)
        self._matched = matched
        self._at_end = len(self._listed) < MOST or matched <= MOST
        self._finish()

    def _finish(self) -> None:
        self.finished.emit(self._matched, len(self._listed))
        if len(self._listed) >= MOST and self._matched is not None and self._matched > len(self._listed):
            self.too_many.emit(self._matched, len(self._listed))

    def _show(self, scenes: Iterable[Scene]) -> None:
        """Hand on those that were not handed on yet: a listing of all begins with the first page again."""
        fresh = {(scene.collection, scene.id): scene for scene in scenes}
        fresh = {name: scene for name, scene in fresh.items() if name not in self._listed}
        self._listed.update(fresh)
        self.page_ready.emit(list(fresh.values()), self._matched)

    def _page_failed(self, error: DinamisError) -> None:
        self._work = None
        self._pages = None
        self.loading.emit(False)
        if isinstance(error, CancelledError):
            self.finished.emit(self._matched, len(self._listed))
        else:
            self.failed.emit(self._session.notice_for(error))

    def _drop(self) -> None:
        if self._work is not None:
            self._work.drop()
            self._work = None
            self.loading.emit(False)
        self._pages = None
