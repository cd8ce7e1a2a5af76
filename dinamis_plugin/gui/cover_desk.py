"""Covering the areas, wired to the results and to the map."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, QObject
from qgis.PyQt.QtWidgets import QWidget

from ..controllers.app import Controllers
from ..controllers.cover import Covering
from ..domain.scene import Scene
from .cover_bar import CoverBar
from .gaps_band import GapsBand
from .notices import NoticeArea
from .results import ResultsPage

translate = QCoreApplication.translate


class CoverDesk(QObject):
    """Has the scenes chosen, ticks them and draws what they leave open.

    Attributes:
        bar: to be put into the page of results.
    """

    def __init__(
        self,
        owner: QWidget,
        controllers: Controllers,
        page: ResultsPage,
        canvas: QgsMapCanvas,
        notices: NoticeArea,
    ) -> None:
        super().__init__(owner)
        self._cover = controllers.cover
        self._aois = controllers.aois
        self._search = controllers.search
        self._cart = controllers.cart
        self._page = page
        self._notices = notices
        self._matched = 0
        self._loading_all = False
        self._running = False
        self.bar = CoverBar()
        self.gaps = GapsBand(canvas)
        self.bar.wanted.connect(self._wanted)
        self.bar.cleared.connect(self.clear)
        self.bar.more_wanted.connect(self._load_all)
        self._cover.busy.connect(self._busy)
        self._cover.ready.connect(self._ready)
        self._cover.failed.connect(lambda notice: self._notices.show_notice("cover", notice))
        self._aois.changed.connect(self._void)
        self._search.started.connect(self._void)
        self._search.finished.connect(self._page_came)
        self._search.failed.connect(self._load_failed)
        self._show_why_not()

    def clear(self) -> None:
        """Take the gaps off the map; what is chosen in the list stays."""
        self.gaps.clear()
        self.bar.clear()

    def shut_down(self) -> None:
        """Leave the canvas for good."""
        self._cover.cancel()
        self.gaps.remove()

    def _scenes(self) -> list[Scene]:
        """Those found that a person can have: metadata alone cover nothing."""
        return [scene for scene in self._page.model.found if scene.is_obtainable]

    def _wanted(self) -> None:
        if self._running or self._loading_all:
            self._loading_all = False
            self._cover.cancel()
            self.bar.set_busy(busy=False)
        else:
            self._notices.clear("cover")
            self._cover.run(self._aois.aois, self._scenes())

    def _busy(self, busy: bool) -> None:
        self._running = busy
        self.bar.set_busy(busy=busy)

    def _ready(self, covering: Covering) -> None:
        self._choose(covering.scenes)
        self.gaps.show(covering.outline)
        loaded = len(self._page.model.found)
        self.bar.show_covering(covering, loaded, max(self._matched, loaded))

    def _choose(self, scenes: Sequence[Scene]) -> None:
        """Tick the scenes, and choose them in the list, so that the map shows which they are."""
        self._cart.put(scenes, ticked=True)
        self._page.view.choose_all(scenes)

    def _void(self) -> None:
        """Other areas or results: what was said of the earlier ones is no longer true."""
        self._loading_all = False
        self._cover.cancel()
        self.clear()
        self._show_why_not()

    def _page_came(self, matched: int | None, _loaded: int) -> None:
        self._matched = matched or 0
        self._show_why_not()
        if self._loading_all:
            self._loading_all = False
            self._cover.run(self._aois.aois, self._scenes())

    def _load_all(self) -> None:
        self._loading_all = True
        self.bar.set_busy(busy=True)
        self._search.load_all()

    def _load_failed(self, _notice: object) -> None:
        if self._loading_all:
            self._loading_all = False
            self.bar.set_busy(busy=False)

    def _show_why_not(self) -> None:
        reason = ""
        if not self._aois.aois:
            reason = translate("Dinamis", "Add an area first.")
        elif not self._page.model.found:
            reason = translate("Dinamis", "Search first: there are no results to choose from.")
        self.bar.set_why_not(reason)
