"""Keys and mouse that the list and the thumbnails have in common: boxes ticked, scenes opened and hovered."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt
from qgis.PyQt.QtGui import QKeyEvent, QMouseEvent
from qgis.PyQt.QtWidgets import QAbstractItemView

from .results_model import ResultsModel

_View: Any = object
"""For the types: what it is put before is a view."""


class Ticking(_View):
    """To be put before a view of Qt, which has the signals `hovered` and `opened` and knows its boxes."""

    def tell_pointer(self, model: ResultsModel) -> None:
        """Tell which scene the pointer is over, and that one was double-clicked."""
        self._model = model
        self.entered.connect(lambda index: self.hovered.emit(model.scene(index.row())))
        self.viewportEntered.connect(lambda: self.hovered.emit(None))
        self.doubleClicked.connect(self._double_clicked)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens the chosen scenes, Space ticks them."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            toggle_chosen(self, self._model)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click on a box, or on a group, ticks and leaves what is highlighted."""
        index = self.indexAt(event.pos())
        if event.button() == Qt.MouseButton.LeftButton and self._on_box(index, event.pos()):
            self._model.toggle([index.row()])
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Two quick clicks on a box are two clicks."""
        if self._on_box(self.indexAt(event.pos()), event.pos()):
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """What a press on a box has done is not undone by the release."""
        if self._on_box(self.indexAt(event.pos()), event.pos()):
            self.setState(QAbstractItemView.State.NoState)
            event.accept()
        else:
            super().mouseReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is under the pointer any more."""
        super().leaveEvent(event)
        self.hovered.emit(None)

    def _on_box(self, index: QModelIndex, place: QPoint) -> bool:
        raise NotImplementedError

    def _double_clicked(self, index: QModelIndex) -> None:
        if self._model.scene(index.row()) is not None:
            self.opened.emit()


def toggle_chosen(view: QAbstractItemView, model: ResultsModel) -> None:
    """Tick the highlighted rows, or the row above a group in which the keyboard stands."""
    rows = {index.row() for index in view.selectionModel().selectedIndexes()}
    current = view.currentIndex()
    if current.isValid() and (not rows or model.scene(current.row()) is None):
        rows = {current.row()}
    model.toggle(sorted(rows))
