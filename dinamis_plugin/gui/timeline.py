"""The timeline: scenes per month as bars, and two bounds dragged or moved by keys (CAT-09, CAT-10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from qgis.PyQt.QtCore import QCoreApplication, QEvent, QPoint, QRect, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from qgis.PyQt.QtWidgets import QSizePolicy, QToolTip, QWidget

from ..domain.months import (
    YEAR,
    Bar,
    Span,
    bars,
    first_day,
    last_day,
    marked_years,
    month_of,
    months_per_bar,
)
from . import formats
from .theme import HALF, STEP, colours, mix
from .timeline_bound import BOUND_WIDTH, Bound
from .widgets import on_theme_change

translate = QCoreApplication.translate

_PLOT = 56
_LEAST_BAR = 3
"""Height of the plot and width of a bar, in pixels."""
_ZOOM = 2.0
_ONE_DAY = timedelta(days=1)


class Timeline(QWidget):
    """Bars over months; what lies between the bounds is searched.

    Ctrl and the wheel zoom, a drag moves the months shown, a double click chooses the months of a bar.

    Args:
        whole: First and last day there are; the bounds do not leave them.

    Signals:
        bounds_changed: first and last day, moved by the person.
        view_changed: other months are shown.
    """

    bounds_changed = pyqtSignal(object, object)
    view_changed = pyqtSignal()

    def __init__(self, whole: tuple[date, date]) -> None:
        super().__init__()
        self.setObjectName("timeline")
        self.setAccessibleName(translate("Dinamis", "Timeline: scenes per month"))
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(120)
        self._days = whole
        self._whole = Span(month_of(whole[0]), month_of(whole[1]))
        self._view = self._whole
        self._start, self._end = whole
        self._counts: Mapping[int, int] | None = None
        self._bars: list[Bar] = []
        self._grabbed: tuple[int, Span] | None = None
        self._hovered: int | None = None
        self.start_bound = Bound(
            self, "startBound", translate("Dinamis", "First month of the search"), self._start_to
        )
        self.end_bound = Bound(
            self, "endBound", translate("Dinamis", "Last month of the search"), self._end_to
        )

    # What the page tells

    def set_counts(self, counts: Mapping[int, int] | None) -> None:
        """Show numbers of scenes by month (`domain.months`); None where they are not known."""
        self._counts = counts
        self._add_up()

    def set_bounds(self, start: date, end: date) -> None:
        """Show these days as what is searched; no signal."""
        self._start, self._end = start, end
        self._place_bounds()
        self.update()

    def zoom(self, factor: float, around: float = 0.5) -> None:
        """Show `factor` times as many months."""
        self._show(self._view.zoomed(factor, around, self._whole))

    def zoom_in(self) -> None:
        """Show half as many months, around those that are searched where they are in view."""
        chosen = (self._x(self._start) + self._x(self._end)) / 2
        inside = self._plot().left() < chosen < self._plot().right()
        around = (chosen - self._plot().left()) / self._plot().width() if inside else 0.5
        self.zoom(1 / _ZOOM, around)

    def zoom_out(self) -> None:
        """Show twice as many months."""
        self.zoom(_ZOOM)

    @property
    def can_zoom_in(self) -> bool:
        """Whether there is more to see from nearer."""
        return self._view.length > YEAR

    @property
    def can_zoom_out(self) -> bool:
        """Whether there is more to see from farther."""
        return self._view != self._whole

    # Places

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The plot, and the years under it."""
        return QSize(240, _PLOT + HALF + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high, and narrow."""
        return QSize(120, self.sizeHint().height())

    def month_at(self, x: float) -> int:
        """The month under a place of the plot."""
        return int(self._months_at(x) // 1)

    def x_of(self, month: int) -> int:
        """The middle of a month, in pixels."""
        return round(self._x(first_day(month)) + self._month_width() / 2)

    def tip_of(self, month: int) -> str:
        """What there is to say on a month: its number of scenes, and that of its bar."""
        if self._counts is None:
            return translate("Dinamis", "This catalogue does not tell the number of scenes per month.")
        tip = _told(formats.month(first_day(month)), self._counts.get(month, 0))
        bar = self._bar_of(month)
        if bar is not None and bar.span.length > 1:
            ends = (formats.month(first_day(place)) for place in (bar.span.first, bar.span.last))
            tip += "\n" + _told(f" {formats.DASH} ".join(ends), bar.count)
        return tip

    def _plot(self) -> QRect:
        return QRect(BOUND_WIDTH // 2, 0, max(1, self.width() - BOUND_WIDTH), _PLOT)

    def _month_width(self) -> float:
        return self._plot().width() / self._view.length

    def _months_at(self, x: float) -> float:
        share = (x - self._plot().left()) / self._plot().width()
        return self._view.first + min(max(share, 0.0), 0.999999) * self._view.length

    def _x(self, day: date) -> float:
        month = month_of(day)
        part = (day.day - 1) / last_day(month).day
        return self._plot().left() + (month + part - self._view.first) * self._month_width()

    def _bar_of(self, month: int) -> Bar | None:
        return next((bar for bar in self._bars if bar.span.first <= month <= bar.span.last), None)

    # Bounds

    def _start_to(self, x: float | None, months: int) -> None:
        """Move the first bound to a place, or by months."""
        here = month_of(self._start)
        month = here + months if x is None else round(self._months_at(x))
        month = min(max(month, self._whole.first), month_of(self._end))
        self._move(max(first_day(month), self._days[0]), self._end, month)

    def _end_to(self, x: float | None, months: int) -> None:
        """Move the last bound to a place, or by months."""
        here = month_of(self._end)
        month = here + months if x is None else round(self._months_at(x)) - 1
        month = min(max(month, month_of(self._start)), self._whole.last)
        self._move(self._start, min(last_day(month), self._days[1]), month)

    def _move(self, start: date, end: date, month: int) -> None:
        if not self._view.first <= month <= self._view.last:
            shift = month - (self._view.first if month < self._view.first else self._view.last)
            self._show(self._view.moved(shift, self._whole))
        if (start, end) != (self._start, self._end):
            self.set_bounds(start, end)
            self.bounds_changed.emit(start, end)

    def _place_bounds(self) -> None:
        places = ((self.start_bound, self._start), (self.end_bound, self._end + _ONE_DAY))
        for bound, day in places:
            plot = self._plot()
            x = min(max(self._x(day), plot.left()), plot.right() + 1)
            bound.setGeometry(round(x) - BOUND_WIDTH // 2, 0, BOUND_WIDTH, _PLOT)
        self.start_bound.say(formats.day(self._start))
        self.end_bound.say(formats.day(self._end))

    def _show(self, view: Span) -> None:
        if view != self._view:
            self._view = view
            self._add_up()
            self._place_bounds()
            self.view_changed.emit()

    def _add_up(self) -> None:
        months = months_per_bar(self._view, self._plot().width() // _LEAST_BAR)
        self._bars = bars(self._counts or {}, self._view, months)
        total = sum(bar.count for bar in self._bars)
        ends = (formats.month(first_day(month)) for month in (self._view.first, self._view.last))
        told = _told(f" {formats.DASH} ".join(ends), total)
        self.setAccessibleDescription("" if self._counts is None else told)
        self.update()

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the bars to the width."""
        super().resizeEvent(event)
        self._add_up()
        self._place_bounds()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom with Ctrl; without, the page scrolls."""
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        around = (self._months_at(event.position().x()) - self._view.first) / self._view.length
        self.zoom(1 / _ZOOM if event.angleDelta().y() > 0 else _ZOOM, around)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take hold of the months shown."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = (event.pos().x(), self._view)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Move the months shown, or say what is under the pointer."""
        if self._grabbed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            x, view = self._grabbed
            self._show(view.moved(round((x - event.pos().x()) / self._month_width()), self._whole))
            return
        self._hover(self.month_at(event.pos().x()) if self._plot().contains(event.pos()) else None)
        if self._hovered is not None:
            QToolTip.showText(
                self.mapToGlobal(event.pos() + QPoint(0, STEP)), self.tip_of(self._hovered), self
            )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Let go."""
        self._grabbed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Search the months of a bar."""
        bar = self._bar_of(self.month_at(event.pos().x()))
        if bar is not None:
            start, end = (
                max(first_day(bar.span.first), self._days[0]),
                min(last_day(bar.span.last), self._days[1]),
            )
            self._move(start, end, bar.span.first)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """No month is under the pointer any more."""
        super().leaveEvent(event)
        self._hover(None)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self.update)

    def _hover(self, month: int | None) -> None:
        if month != self._hovered:
            self._hovered = month
            self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name and signature
        """Draw ground, bars and years."""
        painter, shade, plot = QPainter(self), colours(), QRectF(self._plot())
        painter.fillRect(plot, shade.raised)
        left = min(max(self._x(self._start), plot.left()), plot.right())
        right = min(max(self._x(self._end + _ONE_DAY), plot.left()), plot.right())
        chosen = QRectF(left, plot.top(), max(right - left, 0.0), plot.height())
        painter.fillRect(chosen, mix(shade.window, shade.accent, 0.16))
        self._draw_bars(painter, mix(shade.window, shade.text, 0.3))
        painter.save()
        painter.setClipRect(chosen)
        self._draw_bars(painter, shade.accent)
        painter.restore()
        painter.setPen(QPen(shade.line, 1))
        painter.drawLine(int(plot.left()), _PLOT, int(plot.right()), _PLOT)
        self._draw_years(painter)
        if not self._bars:
            none = translate("Dinamis", "No scene")
            unknown = translate("Dinamis", "Scenes per month: not known")
            painter.setPen(shade.muted)
            inside = plot.adjusted(BOUND_WIDTH, 0, -BOUND_WIDTH, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(inside, int(flags), unknown if self._counts is None else none)

    def _draw_bars(self, painter: QPainter, colour) -> None:
        most = max((bar.count for bar in self._bars), default=0)
        width = self._month_width()
        gap = 1.0 if self._bars and width * self._bars[0].span.length > _LEAST_BAR else 0.0
        for bar in self._bars:
            left = self._plot().left() + (bar.span.first - self._view.first) * width
            height = max(2.0, (_PLOT - HALF) * bar.count / most)
            rect = QRectF(left, _PLOT - height, max(width * bar.span.length - gap, 1.0), height)
            hovered = self._hovered is not None and bar.span.first <= self._hovered <= bar.span.last
            painter.fillRect(rect, colours().text if hovered else colour)

    def _draw_years(self, painter: QPainter) -> None:
        metrics, plot = self.fontMetrics(), self._plot()
        room = metrics.horizontalAdvance("2026") + STEP
        painter.setPen(colours().muted)
        for year in marked_years(self._view, plot.width() // room):
            x = round(self._x(date(year, 1, 1)))
            painter.drawLine(x, _PLOT, x, _PLOT + HALF - 1)
            left = min(max(x - room // 2, 0), self.width() - room)
            cell = QRect(left, _PLOT + HALF - 1, room, metrics.height())
            painter.drawText(cell, int(Qt.AlignmentFlag.AlignCenter), str(year))


def _told(when: str, count: int) -> str:
    scenes = formats.scenes(count)
    return translate("Dinamis", "{when}: {scenes}").format(when=when, scenes=scenes)
