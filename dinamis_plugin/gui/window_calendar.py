"""The window of a programming request on a calendar: two days, picked by mouse or keyboard (REQ-25)."""

from __future__ import annotations

from datetime import date, timedelta

from qgis.PyQt.QtCore import QCoreApplication, QDate, QEvent, QRect, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QPainter, QTextCharFormat
from qgis.PyQt.QtWidgets import QCalendarWidget, QToolButton

from ..domain.order_draft import SHORTEST_WINDOW_DAYS
from . import formats
from .theme import STEP, colours, is_styled, mix, themed_icon
from .widgets import on_theme_change

translate = QCoreApplication.translate

_ROUND = 3


class WindowCalendar(QCalendarWidget):
    """The first click or Enter is the first day, the next one the last day; between them the days are marked.

    Days that are over are off, and while the last day is picked, those too soon after the first one.

    Signals:
        picked: first and last day, as dates.
        hint_changed: what the next pick is for.
    """

    picked = pyqtSignal(object, object)
    hint_changed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("programmingCalendar")
        self.setAccessibleName(translate("Dinamis", "Calendar of the window"))
        self.setLocale(formats.locale())
        self.setFirstDayOfWeek(formats.locale().firstDayOfWeek())
        self.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.setGridVisible(False)
        self._start: date | None = None
        self._end: date | None = None
        self._picks_end = False
        self.set_today(formats.to_date(QDate.currentDate()))
        self._dress()
        self.clicked.connect(self._pick)
        self.activated.connect(self._pick)

    def set_today(self, today: date) -> None:
        """Switch off the days before this one."""
        self.setMinimumDate(formats.to_qdate(today))

    def set_days(self, start: date, end: date) -> None:
        """Mark a window; no signal."""
        self._start, self._end, self._picks_end = start, end, False
        self.setSelectedDate(formats.to_qdate(start))
        self.updateCells()
        self._tell()

    @property
    def earliest_end(self) -> date | None:
        """The first day that can end the window, while its end is picked."""
        if not self._picks_end or self._start is None:
            return None
        return self._start + timedelta(days=SHORTEST_WINDOW_DAYS - 1)

    def hint(self) -> str:
        """What the next pick is for, and why some days are off."""
        earliest = self.earliest_end
        if earliest is None:
            return translate("Dinamis", "Pick the first day: click, or arrows and Enter.")
        return translate(
            "Dinamis",
            "Pick the last day, {day} at the earliest: a satellite passes within days and clouds decide,"
            " so a window has at least {days} days.",
        ).format(day=formats.day(earliest), days=SHORTEST_WINDOW_DAYS)

    def paintCell(self, painter: QPainter, rect: QRect, day: QDate) -> None:  # noqa: N802 - Qt's name
        """Draw a day: off, within the window, or one of its two ends."""
        shade = colours()
        when = formats.to_date(day)
        off = day < self.minimumDate() or self._comes_too_soon(when)
        inside = self._start is not None and self._start <= when <= (self._end or self._start)
        is_end = when in (self._start, self._end)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade.window)
        painter.drawRect(rect)
        if inside:
            painter.setBrush(shade.accent if is_end else mix(shade.window, shade.accent, 0.3))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), _ROUND, _ROUND)
        text = shade.accent_text if is_end else shade.text
        if off:
            text = shade.faint
        elif day.month() != self.monthShown() and not is_end:
            text = shade.muted
        painter.setPen(text)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), str(day.day()))
        if day == self.selectedDate() and self._has_keyboard():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), _ROUND, _ROUND)
        painter.restore()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for all six weeks: Qt's own leaves the frame out that themes of QGIS draw around the days."""
        return super().minimumSizeHint() + QSize(0, STEP)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self._dress)

    def _has_keyboard(self) -> bool:
        """Whether the keyboard moves the mark of the day."""
        inside = self.focusWidget()
        return inside is not None and inside.hasFocus()

    def _pick(self, day: QDate) -> None:
        when = formats.to_date(day)
        if not self._picks_end or self._start is None or when < self._start:
            self._start, self._end, self._picks_end = when, None, True
        elif self._comes_too_soon(when) or when == self._start:
            self._tell()
            return
        else:
            self._end, self._picks_end = when, False
            self.picked.emit(self._start, self._end)
        self.updateCells()
        self._tell()

    def _comes_too_soon(self, when: date) -> bool:
        earliest = self.earliest_end
        return earliest is not None and self._start is not None and self._start < when < earliest

    def _tell(self) -> None:
        self.hint_changed.emit(self.hint())

    def _dress(self) -> None:
        """Write Saturday and Sunday as the other days, and use arrows of ours."""
        plain = QTextCharFormat()
        plain.setForeground(colours().text)
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.setWeekdayTextFormat(day, plain)
        # Qt lays the accent under the arrows; the themes of QGIS do not.
        shade = colours().text if is_styled() else colours().accent_text
        for name, icon in (("qt_calendar_prevmonth", "previous"), ("qt_calendar_nextmonth", "next")):
            button = self.findChild(QToolButton, name)
            if button is not None:
                button.setIcon(themed_icon(icon, shade))
        self.updateCells()
