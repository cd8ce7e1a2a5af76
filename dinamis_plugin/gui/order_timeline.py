"""The changes of state of a request, drawn as a line from the first to the last (REQ-24)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QPointF, Qt
from qgis.PyQt.QtGui import QPainter, QPaintEvent, QPen
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ..domain.follow_up import StatusChange
from . import formats
from .request_words import TONE_OF_STATE, by_label, state_label
from .theme import HALF, STEP, Role, colours
from .widgets import label

translate = QCoreApplication.translate

_RADIUS = 5.0


class OrderTimeline(QWidget):
    """When, to which state, by whom and why; the newest first."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("orderTimeline")
        self._layout = QVBoxLayout()
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setLayout(self._layout)

    def set_changes(self, changes: Sequence[StatusChange]) -> None:
        """Show these, given with the oldest first."""
        while self._layout.count():
            step = self._layout.takeAt(0).widget()
            step.hide()
            step.deleteLater()
        for number, change in enumerate(reversed(changes)):
            is_last = number == len(changes) - 1
            self._layout.addWidget(_Step(change, is_first=number == 0, is_last=is_last))


class _Step(QWidget):
    """One change beside its dot; the line goes on to the change before."""

    def __init__(self, change: StatusChange, *, is_first: bool, is_last: bool) -> None:
        super().__init__()
        self.setObjectName("orderTimelineStep")
        self._tone = TONE_OF_STATE[change.state]
        self._is_first, self._is_last = is_first, is_last
        self._state = label(state_label(change.state), role=Role.TITLE)
        when = formats.moment(change.moment) if change.moment else ""
        by = by_label(change)
        told = " · ".join(part for part in (when, by) if part)
        layout = QVBoxLayout()
        layout.setContentsMargins(3 * STEP, HALF, 0, HALF)
        layout.setSpacing(0)
        layout.addWidget(self._state)
        if told:
            layout.addWidget(label(told, role=Role.MUTED))
        if change.reason:
            layout.addWidget(label(change.reason))
        self.setLayout(layout)
        self.setAccessibleName(", ".join(part for part in (self._state.text(), told, change.reason) if part))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Draw the dot in the colour of the state, and the line through it."""
        shade = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QPointF(_RADIUS + 1, self._state.geometry().center().y())
        painter.setPen(QPen(shade.line, 2))
        top = middle.y() if self._is_first else 0.0
        bottom = middle.y() if self._is_last else float(self.height())
        painter.drawLine(QPointF(middle.x(), top), QPointF(middle.x(), bottom))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade.tone(self._tone))
        painter.drawEllipse(middle, _RADIUS, _RADIUS)
