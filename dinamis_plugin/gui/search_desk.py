"""The filters and the results, wired to the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QWidget

from ..controllers.app import Controllers
from ..controllers.messages import Notice
from ..domain.counts import Counts
from ..domain.scene import Scene
from ..domain.search import SearchQuery, Sorting
from .filters import FiltersPage
from .footprints import FootprintsItem
from .notices import NoticeArea
from .results import ResultsPage

REST_MS = 300
"""Time without a change after which the search follows the filters."""


class SearchDesk(QObject):
    """Runs the search that the filters describe, by itself after each change, and shows what comes in.

    What is listed stays until the first page of the next search is there (CAT-22).

    Signals:
        page_wanted: the page that the person should see now, one of the two.
        counted: the exact number of scenes that match, None while it is not known.
    """

    page_wanted = pyqtSignal(object)
    counted = pyqtSignal(object)

    def __init__(
        self,
        owner: QWidget,
        controllers: Controllers,
        *,
        pages: tuple[FiltersPage, ResultsPage],
        footprints: FootprintsItem,
        notices: NoticeArea,
    ) -> None:
        super().__init__(owner)
        self._session = controllers.session
        self._service = controllers.session.service
        self._search = controllers.search
        self._counts = controllers.counts
        self._aois = controllers.aois
        self._filters, self._results = pages
        self._footprints = footprints
        self._notices = notices
        self._following = False
        self._outdated = False
        self._asked = SearchQuery(sort=self._results.sort or Sorting())
        self._chosen: list[Scene] = []
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._follow)
        self._wire_filters(controllers)
        self._results.cancel_requested.connect(self._search.cancel)
        self._results.more_requested.connect(self._search.load_more)
        self._results.filters_requested.connect(lambda: self.page_wanted.emit(self._filters))
        self._results.retry_requested.connect(self.run)
        self._results.order_chosen.connect(self._order_chosen)
        self._results.crumb_removed.connect(self._crumb_removed)
        self._search.started.connect(self._started)
        self._search.loading.connect(self._loading)
        self._search.answered.connect(lambda _page: self._answered())
        self._search.page_ready.connect(self._page_came)
        self._search.finished.connect(self._finished)
        self._search.failed.connect(self._failed)
        self._counts.changed.connect(self._counts_came)
        self._counts.failed.connect(lambda _error: self._counts_came(Counts()))

    def _wire_filters(self, controllers: Controllers) -> None:
        words, free_text = self._filters.words, controllers.free_text
        self._filters.search_requested.connect(self.run)
        self._filters.changed.connect(self._changed)
        self._filters.crumb_removed.connect(self._crumb_removed)
        self._aois.changed.connect(self._changed)
        words.asked.connect(lambda text, suggest: free_text.ask(text, suggest=suggest))
        words.chip_removed.connect(free_text.take_away)
        free_text.rewritten.connect(words.rewrite)
        free_text.read.connect(words.show_reading)
        free_text.suggested.connect(words.show_suggestions)

    def run(self) -> None:
        """Search with the filters as they stand, and show the results."""
        self._rest.stop()
        self._following = False
        self._asked = self._query()
        self._search.run(self._asked)

    def search_for(self, name: str) -> None:
        """Search everywhere for what bears this name."""
        self._filters.search_for(name)
        self._aois.clear()
        self.page_wanted.emit(self._results)
        self.run()

    def service_changed(self) -> None:
        """Where it is another service: show its numbers, and search there for what was searched for."""
        service = self._session.service
        if service is self._service or service is None:
            return
        self._service = service
        self._filters.words.ask_again()
        if self._search.query is None and self._results.isHidden():
            self._counts.ask(self._query())
        else:
            self._follow()

    def look_at_results(self) -> None:
        """The results are looked at: they list what the filters tell the number of, also before a search."""
        if self._search.query is None and self._session.service is not None and not self._filters.problem:
            self._follow()

    def _query(self) -> SearchQuery:
        """What the filters describe, in the order of the list where a catalogue may know it."""
        return replace(self._filters.query(self._aois.aois), sort=self._results.sort or self._asked.sort)

    def _order_chosen(self) -> None:
        """The first page is another one in another order: ask for it where not all is listed."""
        query = self._query()
        if self._results.is_whole or query.sort == self._asked.sort or self._search.query is None:
            self._asked = replace(self._asked, sort=query.sort)
            self._results.show_note()
        else:
            self._chosen = self._results.view.selected_scenes()
            self._follow()

    def _changed(self) -> None:
        """Another search is wanted: show it, and ask when the person rests."""
        query = self._query()
        self._filters.set_areas(any_=bool(query.aois))
        self._filters.show_crumbs(query)
        if self._filters.problem or query == self._asked or self._session.service is None:
            self._rest.stop()
        else:
            self._rest.start()

    def _follow(self) -> None:
        """Search for what the filters describe now; the person stays where they are."""
        self._rest.stop()
        self._following = True
        self._asked = self._query()
        self._search.run(self._asked)

    def _started(self) -> None:
        self._notices.clear("search")
        self.counted.emit(None)
        self._outdated = True
        if not self._following:
            self._renew()
            self.page_wanted.emit(self._results)

    def _renew(self) -> None:
        """Take away what an earlier search found."""
        self._outdated = False
        self._footprints.clear()
        if self._search.query is not None:
            self._results.start(self._search.query)

    def _loading(self, loading: bool) -> None:
        self._results.set_busy(busy=loading)
        self._filters.set_busy(busy=loading)

    def _answered(self) -> None:
        if self._outdated:
            self._renew()
        self._results.set_in_order(in_order=self._search.in_order)

    def _page_came(self, scenes: Sequence[Scene], matched: int | None) -> None:
        self._results.add_scenes(scenes)
        self._footprints.add(scenes)
        if self._chosen:
            chosen, self._chosen = self._chosen, []
            self._results.view.choose_all(chosen, shown=False)
        self.counted.emit(matched)

    def _finished(self, matched: int | None, loaded: int) -> None:
        if self._outdated:  # cancelled before anything came
            return
        self._results.show_count(matched, loaded)
        self._filters.show_total(matched)
        self.counted.emit(matched)
        if loaded == matched or loaded == self._results.model.rowCount():
            self._results.set_busy(busy=False)

    def _counts_came(self, counts: Counts) -> None:
        self._filters.show_counts(counts)
        if counts.total is not None:
            self.counted.emit(counts.total)
        elif self._search.matched is None:
            self._results.stop_counting()

    def _failed(self, notice: Notice) -> None:
        if self._outdated or not self._results.model.rowCount():
            self._filters.show_counts(Counts())
        self._results.show_failure(notice.text)
        # A search that nobody asked for by a button pushes away nothing that is still to be read.
        if not self._following or set(self._notices.subjects) <= {"search"}:
            self._notices.show_notice("search", notice)

    def _crumb_removed(self, name: str) -> None:
        """Open a filter wide, or all; the search follows as after any other change."""
        if name in ("", "aois"):
            self._aois.clear()
        if name == "":
            self._filters.reset()
        elif name != "aois":
            self._filters.reset_filter(name)
