"""The menu of the ways in which the chosen scenes can be loaded (CAT-30)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QMenu, QToolButton, QWidget

from ..controllers.styling import style_titles
from ..domain.loading import STYLE_OF, Way, ways
from ..domain.scene import Scene
from .widgets import tool_button

translate = QCoreApplication.translate


class LoadMenu(QMenu):
    """Filled when it is opened: with many scenes chosen, what fits together takes a moment to find out.

    Signals:
        way_chosen: a `Way`.
        view_chosen: a Scene and one of its view services.
    """

    way_chosen = pyqtSignal(object)
    view_chosen = pyqtSignal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("loadAsMenu")
        self.setToolTipsVisible(True)
        self._scenes: Sequence[Scene] = ()
        self._images = False
        self.aboutToShow.connect(self._fill)

    def set_scenes(self, scenes: Sequence[Scene], *, images: bool) -> None:
        """Offer the ways of these scenes; their images only where they may be used."""
        self._scenes = tuple(scenes)
        self._images = images

    def _fill(self) -> None:
        self.clear()
        titles = _titles()
        for way in ways(self._scenes) if self._images else ():
            action = self.addAction(titles[way])
            action.setObjectName(f"loadAs_{way.value}")
            action.triggered.connect(lambda _=False, way=way: self.way_chosen.emit(way))
        if len(self._scenes) == 1:
            self._add_views(self._scenes[0])

    def _add_views(self, scene: Scene) -> None:
        if scene.services and not self.isEmpty():
            self.addSeparator()
        for service in scene.services:
            kind = service.kind.upper()
            action = self.addAction(f"{service.title} ({kind})" if service.title else kind)
            action.setObjectName(f"loadView_{service.kind}")
            action.triggered.connect(lambda _=False, service=service: self.view_chosen.emit(scene, service))


def load_button(menu: LoadMenu) -> QToolButton:
    """The button that opens the menu."""
    button = tool_button(translate("Dinamis", "Load as…"), "load_as", name="loadAsButton")
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


def _titles() -> dict[Way, str]:
    styles = style_titles()
    return {
        **{way: styles[kind] for way, kind in STYLE_OF.items()},
        Way.IMAGE: translate("Dinamis", "Image"),
        Way.SHARPENED: translate("Dinamis", "Pansharpened (one layer)"),
        Way.MOSAIC: translate("Dinamis", "Mosaic (one layer)"),
        Way.TIME_SERIES: translate("Dinamis", "Time series"),
        Way.COMPARE: translate("Dinamis", "Compare the first and the last date"),
    }
