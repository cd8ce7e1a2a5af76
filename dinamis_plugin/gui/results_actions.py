"""What can be done with scenes: the buttons below the list, and why some of them are off (CAT-26, CAT-31)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QBoxLayout, QMenu, QToolButton, QWidget

from ..domain.scene import Scene
from . import formats
from .load_menu import LoadMenu, load_button
from .theme import HALF, STEP, Role, make_primary
from .widgets import ButtonGrid, column, label, tool_button

translate = QCoreApplication.translate

LAYER, CITATION = "layer", "citation"
EXPORTS = (LAYER, "gpkg", "geojson", "csv", "stac", CITATION)


class ActionBar(QWidget):
    """The buttons; each works on the ticked scenes when there are any, else on those highlighted.

    Signals:
        add_requested, download_requested, order_requested: list of Scenes.
        load_requested: list of Scenes and the `Way` to load them in.
        view_requested: a Scene and one of its view services.
        export_requested: one of EXPORTS, and a list of Scenes, empty for all that are listed.
    """

    add_requested = pyqtSignal(object)
    download_requested = pyqtSignal(object)
    order_requested = pyqtSignal(object)
    load_requested = pyqtSignal(object, object)
    view_requested = pyqtSignal(object, object)
    export_requested = pyqtSignal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self._low = False
        self._scenes: list[Scene] = []
        self._ticked = False
        self._why_not = ""
        self._texts: dict[QToolButton, str] = {}
        self._hint = label(role=Role.MUTED, name="resourcesHintLabel")
        self.add = self._action(
            translate("Dinamis", "Add to map"), "add_layer", "addToMapButton", self.add_requested
        )
        make_primary(self.add)
        self.load_menu = LoadMenu(self)
        self.load_menu.way_chosen.connect(lambda way: self.load_requested.emit(self._scenes, way))
        self.load_menu.view_chosen.connect(self.view_requested)
        self._load_as = load_button(self.load_menu)
        self.download = self._action(
            translate("Dinamis", "Download…"), "download", "downloadButton", self.download_requested
        )
        self.order = self._action(
            translate("Dinamis", "Order…"), "order", "orderButton", self.order_requested
        )
        self.export_menu = QMenu(self)
        self.export_menu.setObjectName("exportMenu")
        self._export = tool_button(translate("Dinamis", "Export"), "export", name="exportButton")
        self._texts[self._export] = self._export.text()
        self._export.setMenu(self.export_menu)
        self._export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._fill_exports()
        self._grid = ButtonGrid([self._load_as, self.download, self.order, self._export])
        self._line = column(self.add, self._grid, spacing=HALF)
        self.setLayout(column(self._line, self._hint, spacing=STEP))

    def set_scenes(self, scenes: Sequence[Scene], *, ticked: bool) -> None:
        """Say what the buttons work on, and whether it is what is ticked."""
        self._scenes, self._ticked = list(scenes), ticked
        self._update()

    def set_why_not(self, sentence: str) -> None:
        """Say why images may not be used; empty when they may."""
        self._why_not = sentence
        self._update()

    def _action(self, text: str, icon: str, name: str, signal) -> QToolButton:
        button = tool_button(text, icon, name=name)
        button.clicked.connect(lambda: signal.emit(list(self._scenes)))
        self._texts[button] = text
        return button

    def _fill_exports(self) -> None:
        for kind, text in zip(EXPORTS, _export_titles()):
            if kind in ("gpkg", CITATION):
                self.export_menu.addSeparator()
            action = self.export_menu.addAction(text)
            action.setObjectName(f"export_{kind}")
            action.triggered.connect(
                lambda _=False, kind=kind: self.export_requested.emit(kind, list(self._scenes))
            )

    def set_low(self, *, low: bool) -> None:
        """Take one line: all but the first button show icons, and only a missing sign-in is said below."""
        if low != self._low:
            self._low = low
            way = QBoxLayout.Direction.LeftToRight if low else QBoxLayout.Direction.TopToBottom
            self._line.setDirection(way)
            style = (
                Qt.ToolButtonStyle.ToolButtonIconOnly if low else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            )
            for button in (self._load_as, self.download, self.order, self._export):
                button.setToolButtonStyle(style)
            self._update()

    def _update(self) -> None:
        scenes = self._scenes
        loadable, orderable = self._why_not_load(), self._why_not_order()
        downloadable = sum(scene.is_downloadable for scene in scenes)
        counts = {
            self.add: downloadable,
            self.download: downloadable,
            self.order: sum(map(can_order, scenes)),
            self._export: len(scenes),
        }
        for button, count in counts.items():
            several = count > 1 or (count > 0 and self._ticked)
            text = self._texts[button]
            short = translate("Dinamis", "Add") if self._low and button is self.add else text
            told = f" ({formats.number(count)})" if several else ""
            button.setText(f"{short}{told}")
            button.setAccessibleName(f"{text}{told}")
        self._grid.fit()
        for button, reason in ((self.add, loadable), (self.download, loadable), (self.order, orderable)):
            button.setEnabled(not reason)
            button.setToolTip(reason or self._tip(button))
        self._export.setToolTip(self._tip(self._export) if scenes else _all_listed())
        self.load_menu.set_scenes(scenes, images=not loadable)
        shows = len(scenes) == 1 and bool(scenes[0].services)
        self._load_as.setEnabled(not loadable or shows)
        self._load_as.setToolTip(self._load_as.text() if self._load_as.isEnabled() else loadable)
        self._hint.setText(self._hint_for(loadable, orderable))
        nothing = bool(self._why_not and loadable and orderable)
        self._hint.setVisible(bool(self._hint.text()) and (nothing or not self._low))

    def _tip(self, button: QToolButton) -> str:
        if not self._ticked:
            return button.accessibleName()
        words = translate("Dinamis", "for the %n ticked scene(s)", "", len(self._scenes))
        return f"{self._texts[button]} {formats.DASH} {words}"

    def _why_not_load(self) -> str:
        if self._why_not and not (self._scenes and all(scene.open_data for scene in self._scenes)):
            return self._why_not
        if not self._scenes:
            return nothing_chosen()
        if not any(scene.is_obtainable for scene in self._scenes):
            return _metadata_only()
        if not any(scene.is_downloadable for scene in self._scenes):
            return translate("Dinamis", "Not downloadable: this archive has to be ordered first.")
        return ""

    def _why_not_order(self) -> str:
        if self._why_not:
            return self._why_not
        if not self._scenes:
            return nothing_chosen()
        if not any(scene.is_obtainable for scene in self._scenes):
            return _metadata_only()
        if not any(map(can_order, self._scenes)):
            return translate("Dinamis", "Nothing to order: already in the DINAMIS catalogue.")
        return ""

    def _hint_for(self, loadable: str, orderable: str) -> str:
        if not self._scenes:
            return self._why_not or nothing_chosen()
        return loadable or orderable


def can_order(scene: Scene) -> bool:
    """Whether a scene can be ordered, from a sensor that has quotas."""
    return scene.is_orderable and bool(scene.sensor)


def nothing_chosen() -> str:
    """What to do first."""
    return translate("Dinamis", "Choose one or more scenes in the list.")


def _metadata_only() -> str:
    return translate("Dinamis", "Metadata only: there is no image to load or to order.")


def _all_listed() -> str:
    return translate("Dinamis", "Nothing is chosen: all listed scenes are exported.")


def _export_titles() -> tuple[str, ...]:
    return (
        translate("Dinamis", "Footprints as a layer"),
        translate("Dinamis", "Footprints to GeoPackage…"),
        translate("Dinamis", "Footprints to GeoJSON…"),
        translate("Dinamis", "Table to CSV…"),
        translate("Dinamis", "Items to STAC…"),
        translate("Dinamis", "Copy a citation with the licence"),
    )
