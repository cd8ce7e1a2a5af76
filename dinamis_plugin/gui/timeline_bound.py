"""One bound of the timeline: a grip of its own, for the mouse, the keyboard and screen readers (CAT-09)."""

from __future__ import annotations

from typing import Callable, Optional

from qgis.PyQt.QtCore import QCoreApplication, QRectF, Qt
from qgis.PyQt.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from qgis.PyQt.QtWidgets import QWidget

from ..domain.months import YEAR
from .theme import colours

translate = QCoreApplication.translate

BOUND_WIDTH = 13
_GRIP = (7, 22)
_FAR = 100 * YEAR
"""Months: farther than any timeline goes."""

_MONTHS = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_PageDown: -YEAR,
    Qt.Key.Key_PageUp: YEAR,
    Qt.Key.Key_Home: -_FAR,
    Qt.Key.Key_End: _FAR,
}
Move = Callable[[Optional[float], int], None]


class Bound(QWidget):
    """A grip on a line; arrows move it by a month, Page Up and Down by a year, Home and End to the end.

    Args:
        timeline: Where it stands.
        name: Of the widget.
        title: What it bounds.
        move: Called with a place of the timeline, or with None and a number of months.
    """

    def __init__(self, timeline: QWidget, name: str, title: str, move: Move) -> None:
        super().__init__(timeline)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self._title = title
        self._move = move

    def say(self, day: str) -> None:
        """Say where it stands."""
        self.setAccessibleDescription(day)
        keys = translate("Dinamis", "Drag it, or move it with the arrow keys; Page Up and Page Down: a year")
        self.setToolTip(f"{self._title}\n{day}\n{keys}")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Move by keys."""
        months = _MONTHS.get(event.key())
        if months is None:
            super().keyPressEvent(event)
            return
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier and abs(months) == 1
        self._move(None, months * YEAR if shifted else months)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take hold; the months shown stay where they are."""
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._move(self.mapToParent(event.pos()).x(), 0)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show the focus, above the other bound."""
        super().focusInEvent(event)
        self.raise_()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Show that the focus left."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Draw the line and the grip."""
        shade, painter = colours(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.width() / 2
        painter.setPen(QPen(shade.accent, 2))
        painter.drawLine(int(middle), 0, int(middle), self.height())
        width, height = _GRIP
        grip = QRectF(middle - width / 2, (self.height() - height) / 2, width, height)
        painter.setPen(QPen(shade.text if self.hasFocus() else shade.window, 2 if self.hasFocus() else 1))
        painter.setBrush(shade.accent)
        painter.drawRoundedRect(grip, 3, 3)
