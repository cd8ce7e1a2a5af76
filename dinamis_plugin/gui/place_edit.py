"""One line for the name of a place, with suggestions, or for the path of a file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QModelIndex, QRect, QStringListModel, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent, QKeySequence
from qgis.PyQt.QtWidgets import QApplication, QCompleter, QLineEdit

from ..domain.pasted import PastedKind, kind_of
from ..domain.place import Place

translate = QCoreApplication.translate

_PATH = re.compile(
    r"[/\\]|\.(gpkg|shp|zip|geojson|json|kml|kmz|gpx|gml|fgb|tab|mif|dxf|sqlite|csv)$", re.IGNORECASE
)


class PlaceEdit(QLineEdit):
    """Suggests places while the person types; Enter takes one, or imports the file whose path it is.

    Signals:
        typed: the beginning of a name, to be answered by `show_places`.
        place_chosen: a Place.
        name_entered: a name for which nothing was suggested yet.
        path_entered: the path of a file.
        area_pasted: the clipboard holds an area or a file, not a name.
    """

    typed = pyqtSignal(str)
    place_chosen = pyqtSignal(object)
    name_entered = pyqtSignal(str)
    path_entered = pyqtSignal(str)
    area_pasted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("aoiPathEdit")
        self.setAccessibleName(translate("Dinamis", "Name of a place, or path of an area file"))
        self.setPlaceholderText(translate("Dinamis", "Add a place or a file"))
        self.setToolTip(
            translate(
                "Dinamis",
                "Adds an area: type the name of a place, or type or drop the path of a file, then Enter",
            )
        )
        self.setClearButtonEnabled(True)
        self._places: list[Place] = []
        self._asked = ""
        self._titles = QStringListModel(self)
        completer = QCompleter(self._titles, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(8)
        completer.popup().setObjectName("placeSuggestions")
        completer.popup().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        completer.activated[QModelIndex].connect(self._activated)
        self.setCompleter(completer)
        self.textEdited.connect(self._text_edited)
        self.returnPressed.connect(self._entered)

    def show_places(self, text: str, places: Sequence[Place]) -> None:
        """Suggest these places, unless the person has typed on."""
        if text != self.text().strip() or _PATH.search(text):
            return
        self._places, self._asked = list(places), text
        self._titles.setStringList([place.title for place in places])
        if places and self.hasFocus():
            # As wide as the panel: names differ at their ends, by the region.
            self.completer().complete(QRect(0, 0, self.parentWidget().width() - 2 * self.x(), self.height()))
        else:
            self.completer().popup().hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """An area in the clipboard is no name: it goes to the areas."""
        if event.matches(QKeySequence.StandardKey.Paste) and clipboard_holds_area():
            self.area_pasted.emit()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _text_edited(self, text: str) -> None:
        self._places = []
        if _PATH.search(text):
            self.completer().popup().hide()
        else:
            self.typed.emit(text)

    def _activated(self, index: QModelIndex) -> None:
        if index.row() < len(self._places):
            self.place_chosen.emit(self._places[index.row()])

    def _entered(self) -> None:
        popup = self.completer().popup()
        if popup.isVisible() and popup.currentIndex().isValid():
            return  # the completer takes that one
        text = self.text().strip().strip('"')
        if not text:
            return
        popup.hide()
        if _PATH.search(text):
            self.path_entered.emit(text)
        elif self._places and self._asked == text:
            self.place_chosen.emit(self._places[0])
        else:
            self.name_entered.emit(text)


def clipboard_holds_area() -> bool:
    """Tell whether the clipboard holds a file, or a text that is an area by its beginning."""
    data = QApplication.clipboard().mimeData()
    return any(url.isLocalFile() for url in data.urls()) or kind_of(data.text()) is not PastedKind.OTHER
