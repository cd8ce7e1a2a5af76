"""The filters and the results, wired to the search."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QWidget

from ..controllers.aois import AoiController
from ..controllers.messages import Notice
from ..controllers.search import SearchController
from ..domain.scene import Scene
from .filters import FiltersPage
from .footprints import FootprintsItem
from .notices import NoticeArea
from .results import ResultsPage


class SearchDesk(QObject):
    """Runs the search that the filters describe, and shows what comes in.

    Signals:
        page_wanted: the page that the person should see now, one of the two.
        counted: the exact number of scenes that match, None while it is not known.
    """

    page_wanted = pyqtSignal(object)
    counted = pyqtSignal(object)

    def __init__(
        self,
        owner: QWidget,
        search: SearchController,
        aois: AoiController,
        *,
        pages: tuple[FiltersPage, ResultsPage],
        footprints: FootprintsItem,
        notices: NoticeArea,
    ) -> None:
        super().__init__(owner)
        self._search = search
        self._aois = aois
        self._filters, self._results = pages
        self._footprints = footprints
        self._notices = notices
        self._filters.search_requested.connect(self.run)
        self._results.cancel_requested.connect(search.cancel)
        self._results.more_requested.connect(search.load_more)
        self._results.filters_requested.connect(lambda: self.page_wanted.emit(self._filters))
        self._results.crumb_removed.connect(self._crumb_removed)
        search.started.connect(self._started)
        search.loading.connect(self._loading)
        search.page_ready.connect(self._page_came)
        search.finished.connect(self._finished)
        search.failed.connect(self._failed)

    def run(self) -> None:
        """Search with the filters as they stand."""
        self._search.run(self._filters.query(self._aois.aois))

    def search_for(self, name: str) -> None:
        """Search everywhere for what bears this name."""
        self._filters.search_for(name)
        self.page_wanted.emit(self._results)
        self._search.run(self._filters.query(()))

    def _started(self) -> None:
        query = self._search.query
        self._notices.clear("search")
        self._footprints.clear()
        self.counted.emit(None)
        if query is not None:
            self._results.start(query)
        self.page_wanted.emit(self._results)

    def _loading(self, loading: bool) -> None:
        self._results.set_busy(busy=loading)
        self._filters.set_busy(busy=loading)

    def _page_came(self, scenes: Sequence[Scene], matched: int) -> None:
        self._results.add_scenes(scenes)
        self._footprints.add(scenes)
        self.counted.emit(matched)

    def _finished(self, matched: int, loaded: int) -> None:
        self._results.show_count(matched, loaded)
        self.counted.emit(matched)
        if loaded == matched or loaded == self._results.model.rowCount():
            self._results.set_busy(busy=False)

    def _failed(self, notice: Notice) -> None:
        self._results.show_failure(notice.text)
        self._notices.show_notice("search", notice)

    def _crumb_removed(self, name: str) -> None:
        if name in ("", "aois"):
            self._aois.clear()
        if name == "":
            self._filters.reset()
        elif name != "aois":
            self._filters.reset_filter(name)
        self.run()
