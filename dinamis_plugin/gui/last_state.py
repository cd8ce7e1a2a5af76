"""The filters, areas, tab and splitters of the last session, which come back after a restart."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QByteArray, QObject
from qgis.PyQt.QtWidgets import QSplitter, QTabWidget, QWidget

from ..controllers.app import Controllers
from ..domain.search import SearchQuery
from .saved_desk import SavedDesk


class LastState(QObject):
    """Reads the state once, then keeps it up to date: at each search and at the end.

    Without a state of an earlier session, the filters begin with the person's own defaults.
    """

    def __init__(self, dock: QWidget, controllers: Controllers, saved: SavedDesk, tabs: QTabWidget) -> None:
        super().__init__(dock)
        self._dock = dock
        self._controllers = controllers
        self._saved = saved
        self._tabs = tabs
        self._following = False
        self._last = controllers.last_state

    def restore(self) -> None:
        """Bring the last state back; what the person did meanwhile stays."""
        self._last.read(self._came)

    def write(self) -> None:
        """Write the state, when it was read before: the end of the session."""
        if self._following:
            self._last.write_now(self._saved.query(), self._window())

    def _came(self, query: SearchQuery | None, window: dict[str, Any]) -> None:
        untouched = self._saved.query() == SearchQuery()
        if query is not None and untouched:
            self._saved.show_query(query)
        if untouched:
            self._show_window(window)
        if query is None:
            self._controllers.saved.changed.connect(self._begin_with_defaults)
        self._controllers.saved.refresh()
        self._following = True
        self._controllers.search.started.connect(self._keep)

    def _begin_with_defaults(self) -> None:
        """Apply the defaults when they come, unless the person was quicker."""
        untouched = self._saved.query() == SearchQuery()
        if untouched and self._controllers.saved.defaults is None:
            return
        self._controllers.saved.changed.disconnect(self._begin_with_defaults)
        if untouched:
            self._saved.apply_defaults()

    def _keep(self) -> None:
        self._last.write(self._saved.query(), self._window())

    def _window(self) -> dict[str, Any]:
        page = self._tabs.currentWidget()
        return {
            "tab": "" if page is None else page.objectName(),
            "splitters": {
                one.objectName(): bytes(one.saveState().toHex()).decode("ascii") for one in self._splitters()
            },
        }

    def _show_window(self, window: dict[str, Any]) -> None:
        for number in range(self._tabs.count()):
            if window.get("tab") and self._tabs.widget(number).objectName() == window["tab"]:
                self._tabs.setCurrentIndex(number)
        kept = window.get("splitters")
        for one in self._splitters():
            state = kept.get(one.objectName()) if isinstance(kept, dict) else None
            if isinstance(state, str):
                one.restoreState(QByteArray.fromHex(QByteArray(state.encode("ascii", "ignore"))))

    def _splitters(self) -> list[QSplitter]:
        return [one for one in self._dock.findChildren(QSplitter) if one.objectName()]
