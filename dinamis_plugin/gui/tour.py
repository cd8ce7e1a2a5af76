"""A guided tour: parts of a widget are shown one after the other, each with a bubble that explains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, QRectF, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from qgis.PyQt.QtWidgets import QWidget

from .theme import HALF, STEP, Role, colours, make_primary
from .widgets import Card, column, label, push_button, row

translate = QCoreApplication.translate

_DIMMED = 150
_WIDEST = 360


@dataclass(frozen=True)
class Stop:
    """One stop of a tour.

    Attributes:
        part: The widget to show; where it is not to be seen, what holds it.
        title: What it is.
        text: What it is for.
        prepare: Brings it into view.
    """

    part: QWidget
    title: str
    text: str
    prepare: Callable[[], None] = lambda: None


class Tour(QWidget):
    """Lies over a widget, dims all of it but the part that is explained, and takes mouse and keyboard.

    Signals:
        ended: the last stop was left, or the tour was given up.
    """

    ended = pyqtSignal()

    def __init__(self, over: QWidget, stops: Sequence[Stop]) -> None:
        super().__init__(over)
        self.setObjectName("tutorial")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._over = over
        self._stops = list(stops)
        self._number = 0
        self._title = label(role=Role.TITLE, name="tutorialTitle")
        self._text = label(name="tutorialText")
        self._place = label(role=Role.MUTED, wrap=False, name="tutorialPlace")
        self._skip = push_button(translate("Dinamis", "Skip"), name="tutorialSkipButton")
        self._skip.clicked.connect(self.end)
        self._back = push_button(translate("Dinamis", "Previous"), name="tutorialBackButton")
        self._back.clicked.connect(lambda: self.go(self._number - 1))
        self._next = push_button("", name="tutorialNextButton")
        make_primary(self._next)
        self._next.clicked.connect(lambda: self.go(self._number + 1))
        self._bubble = Card()
        self._bubble.setParent(self)
        self._bubble.setObjectName("tutorialBubble")
        self._bubble.setAutoFillBackground(True)
        buttons = row(self._skip, self._back, self._next, spacing=HALF)
        buttons.insertStretch(1, 1)
        self._bubble.setLayout(
            column(self._title, self._text, self._place, buttons, margins=STEP + HALF, spacing=HALF)
        )
        over.installEventFilter(self)
        self.setGeometry(over.rect())
        self.show()
        self.raise_()
        self.go(0)

    @property
    def number(self) -> int:
        """Which stop is shown, from 0 on."""
        return self._number

    def go(self, number: int) -> None:
        """Show a stop; beyond the last one the tour ends."""
        if number >= len(self._stops):
            self.end()
            return
        self._number = max(0, number)
        stop = self._stops[self._number]
        stop.prepare()
        self._title.setText(stop.title)
        self._text.setText(stop.text)
        self._place.setText(
            translate("Dinamis", "{number} of {count}").format(
                number=self._number + 1, count=len(self._stops)
            )
        )
        last = self._number == len(self._stops) - 1
        self._next.setText(translate("Dinamis", "Finish") if last else translate("Dinamis", "Next"))
        self._back.setEnabled(self._number > 0)
        self.setAccessibleName(f"{stop.title}. {stop.text}")
        self.raise_()
        self._arrange()
        self._next.setFocus()

    def end(self) -> None:
        """Leave the tour."""
        self._over.removeEventFilter(self)
        self.hide()
        self.deleteLater()
        self.ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay as large as what it lies over."""
        if watched is self._over and event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.setGeometry(self._over.rect())
            self._arrange()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows go on and back, Escape ends."""
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.go(self._number + 1)
        elif event.key() in steps:
            self.go(self._number + steps[event.key()])
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Keep clicks from what lies below."""
        event.accept()

    def spot(self) -> QRect:
        """Where the part lies that is explained; empty where it is not to be seen."""
        part: QWidget | None = self._stops[self._number].part
        while part is not None and not part.isVisible():  # as while nobody is signed in: what stands for it
            part = part.parentWidget()
        if part is None or not self._over.isAncestorOf(part):
            return QRect()
        corner = part.mapTo(self._over, QPoint(0, 0))
        found = QRect(corner, part.size()).adjusted(-HALF, -HALF, HALF, HALF)
        return found.intersected(self.rect().adjusted(2, 2, -2, -2))

    def _arrange(self) -> None:
        """Put the bubble below the part, above it, or where most room is."""
        width = min(_WIDEST, self.width() - 2 * STEP)
        self._bubble.setFixedWidth(max(1, width))
        self._bubble.layout().activate()
        height = max(self._bubble.layout().heightForWidth(width), self._bubble.minimumSizeHint().height())
        self._bubble.resize(width, height)
        spot, area = self.spot(), self.rect().adjusted(STEP, STEP, -STEP, -STEP)
        left = max(area.left(), min(spot.center().x() - width // 2, area.right() - width))
        below, above = spot.bottom() + STEP, spot.top() - STEP - height
        if spot.isEmpty():
            left, top = area.center().x() - width // 2, area.center().y() - height // 2
        elif below + height <= area.bottom():
            top = below
        elif above >= area.top():
            top = above
        else:  # the part fills the whole: lie over its end
            top = area.bottom() - height
        self._bubble.move(left, top)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Dim everything but the part."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRect(QRectF(self.rect()))
        spot = self.spot()
        if not spot.isEmpty():
            hole = QPainterPath()
            hole.addRoundedRect(QRectF(spot), HALF, HALF)
            path = path.subtracted(hole)
        painter.fillPath(path, QColor(0, 0, 0, _DIMMED))
        if not spot.isEmpty():
            painter.setPen(QPen(colours().accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(spot), HALF, HALF)
