"""The numbers beside the filters, kept in step with what is searched for (CAT-07, CAT-10, CAT-22)."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..api.catalogue import CatalogueClient, Page
from ..domain.counts import FACETS, Counts, narrowed_by, opened
from ..domain.errors import CancelledError, DinamisError
from ..domain.search import SearchQuery
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .search import SearchController
from .session import SessionController

translate = QCoreApplication.translate


class CountsController(QObject):
    """Knows how many scenes there are: with each search, and before the first one when it is asked.

    An answer to an earlier question is dropped.

    Signals:
        changed: the `Counts`, empty where the catalogue tells none.
        failed: a DinamisError; there are no numbers now.
    """

    changed = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        search: SearchController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._search = search
        self._work: TaskHandle | None = None
        search.started.connect(self._drop)
        search.answered.connect(self._take)

    def ask(self, query: SearchQuery) -> None:
        """Ask for all numbers of a search."""
        self._ask(query, Counts(), [], whole=True)

    def _take(self, page: Page) -> None:
        """Take the numbers that came with the first page of a search, and ask for those that did not."""
        query = self._search.query
        if query is None:
            return
        if not page.counted or page.countable:
            self.ask(query)
            return
        known = Counts(page.matched)
        narrow = narrowed_by(query)
        open_ = {facet: numbers for facet, numbers in page.facets.items() if facet not in narrow}
        self._ask(query, known.with_facets(open_), narrow if page.facets else [], whole=False)

    def _drop(self) -> None:
        """Ask no more: the search is another one now."""
        if self._work is not None:
            self._work.drop()
            self._work = None

    def _ask(self, query: SearchQuery, known: Counts, narrow: list[str], *, whole: bool) -> None:
        self._drop()
        service = self._session.service
        if service is None or not (whole or narrow):
            self.changed.emit(known)
            return

        def work(context: TaskContext) -> Counts:
            catalogue = service.catalogue
            if whole:
                return _all_counts(catalogue, query, context)
            return _more_counts(catalogue, query, known, narrow, context)

        self._work = self._runner.run(
            translate("Dinamis", "Counting scenes"), work, self._came, self._failed, cancel_previous="counts"
        )

    def _came(self, counts: Counts) -> None:
        self._work = None
        if counts.total is not None:
            self._search.set_matched(counts.total)
        self.changed.emit(counts)

    def _failed(self, error: DinamisError) -> None:
        self._work = None
        if not isinstance(error, CancelledError):
            self.failed.emit(error)


def _all_counts(catalogue: CatalogueClient, query: SearchQuery, context: TaskContext) -> Counts:
    narrow = narrowed_by(query)
    wanted = [facet for facet in FACETS if facet not in narrow]
    total, facets = catalogue.count(query, wanted, context.cancelled)
    known = Counts(total).with_facets(facets)
    tells = bool(facets) or not wanted
    return _more_counts(catalogue, query, known, narrow, context) if tells else known


def _more_counts(
    catalogue: CatalogueClient, query: SearchQuery, known: Counts, narrow: list[str], context: TaskContext
) -> Counts:
    for facet in narrow:
        _, facets = catalogue.count(opened(query, facet), [facet], context.cancelled)
        known = known.with_facets(facets)
    return known
