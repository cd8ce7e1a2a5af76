"""The menu on scenes, and its keys, for the list and the thumbnails alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication, QObject, QPoint, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QAbstractItemView, QAction, QApplication, QMenu

from ..domain.scene import Scene
from .results_actions import ActionBar
from .results_model import ResultsModel
from .results_ticking import toggle_chosen
from .theme import themed_icon

translate = QCoreApplication.translate


class ResultsMenu(QObject):
    """Actions on what is highlighted; those of the buttons work on what the buttons work on.

    Signals:
        quicklook_requested: the Scene to show on the whole screen.
        map_requested: list of Scenes whose quicklooks are laid on the map, or taken from it.
        zoom_requested: list of Scenes.
    """

    quicklook_requested = pyqtSignal(object)
    map_requested = pyqtSignal(object)
    zoom_requested = pyqtSignal(object)

    def __init__(
        self,
        model: ResultsModel,
        views: Sequence[QAbstractItemView],
        highlighted: Callable[[], list[Scene]],
        bar: ActionBar,
    ) -> None:
        super().__init__(views[0])
        self._model = model
        self._views = views
        self._highlighted = highlighted
        self._bar = bar
        self._own = [
            self._action(
                translate("Dinamis", "Quicklook on the whole screen"), "quicklook", "Q", self._quicklook
            ),
            self._action(translate("Dinamis", "Quicklook on the map"), "drape", "P", self._on_map),
            self._action(translate("Dinamis", "Zoom to"), "zoom", "Z", self._zoom),
        ]
        self._tick = self._action(
            translate("Dinamis", "Tick, or take the tick away"), "check", "", self._toggle
        )
        self._copy = self._action(translate("Dinamis", "Copy the identifier"), "copy", "", self._copy_names)
        self._copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        for view in views:
            view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            view.customContextMenuRequested.connect(lambda place, view=view: self._ask(view, place))

    def _action(self, text: str, icon: str, key: str, act: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.setProperty("dinamisIcon", icon)
        if key:
            action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda _=False: act())
        for view in self._views:
            view.addAction(action)
        return action

    def fill(self, menu: QMenu) -> None:
        """Put all that can be done with the highlighted scenes into a menu."""
        for action in (*self._own, self._tick, self._copy):
            action.setIcon(themed_icon(action.property("dinamisIcon")))
            action.setEnabled(bool(self._highlighted()))
        self._tick.setText(f"{translate('Dinamis', 'Tick, or take the tick away')}\t{_space()}")
        menu.addActions(self._own)
        menu.addSeparator()
        menu.addAction(self._tick)
        menu.addSeparator()
        for button, icon in (
            (self._bar.add, "add_layer"),
            (self._bar.download, "download"),
            (self._bar.order, "order"),
        ):
            entry = menu.addAction(themed_icon(icon), button.text())
            entry.setEnabled(button.isEnabled())
            entry.setToolTip(button.toolTip())
            entry.triggered.connect(lambda _=False, button=button: button.click())
        exports = menu.addMenu(themed_icon("export"), translate("Dinamis", "Export"))
        exports.addActions(self._bar.export_menu.actions())
        menu.addSeparator()
        menu.addAction(self._copy)

    def _ask(self, view: QAbstractItemView, place: QPoint) -> None:
        index = view.indexAt(place)
        if not self._highlighted() and self._model.scene(index.row()) is None:
            return
        menu = QMenu(view)
        menu.setObjectName("sceneMenu")
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill(menu)
        menu.popup(view.viewport().mapToGlobal(place))

    def _quicklook(self) -> None:
        scenes = self._highlighted()
        if scenes:
            self.quicklook_requested.emit(scenes[0])

    def _on_map(self) -> None:
        if self._highlighted():
            self.map_requested.emit(self._highlighted())

    def _zoom(self) -> None:
        if self._highlighted():
            self.zoom_requested.emit(self._highlighted())

    def _toggle(self) -> None:
        view = next((view for view in self._views if view.isVisible()), self._views[0])
        toggle_chosen(view, self._model)

    def _copy_names(self) -> None:
        QApplication.clipboard().setText("\n".join(scene.id for scene in self._highlighted()))


def _space() -> str:
    return QKeySequence(Qt.Key.Key_Space).toString(QKeySequence.SequenceFormat.NativeText)
