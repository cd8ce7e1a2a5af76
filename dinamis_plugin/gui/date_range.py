"""The dates of a search: two fields and the timeline, always in step (CAT-09, CAT-10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from qgis.PyQt.QtCore import QCoreApplication, QDate, pyqtSignal
from qgis.PyQt.QtWidgets import QDateEdit, QWidget

from ..domain.search import FIRST_DAY
from . import formats
from .theme import HALF
from .timeline import Timeline
from .widgets import column, label, row, tool_button

translate = QCoreApplication.translate


class DateRange(QWidget):
    """First and last day of acquisition, from the first image of SPOT 1 to today.

    Signals:
        changed: another day was chosen, by a field or by a bound.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.today = formats.to_date(QDate.currentDate())
        self.first = _date_edit("startDateEdit", translate("Dinamis", "First day of acquisition"))
        self.last = _date_edit("endDateEdit", translate("Dinamis", "Last day of acquisition"))
        self.timeline = Timeline((FIRST_DAY, self.today))
        self._nearer = tool_button(
            translate("Dinamis", "Fewer months on the timeline"),
            "zoom",
            name="timelineInButton",
            text_shown=False,
        )
        self._farther = tool_button(
            translate("Dinamis", "More months on the timeline"),
            "zoom_out",
            name="timelineOutButton",
            text_shown=False,
        )
        self.tools = QWidget()
        self.tools.setLayout(row(self._farther, self._nearer, spacing=HALF))
        fields = row(self.first, label(formats.DASH, wrap=False), self.last, spacing=HALF)
        fields.setStretch(0, 1)
        fields.setStretch(2, 1)
        self.setLayout(column(self.timeline, fields, spacing=HALF))
        self._nearer.clicked.connect(self.timeline.zoom_in)
        self._farther.clicked.connect(self.timeline.zoom_out)
        self.timeline.view_changed.connect(self._show_tools)
        self.timeline.bounds_changed.connect(self.set_days)
        self.reset()
        self._show_tools()
        for edit in (self.first, self.last):
            edit.dateChanged.connect(self._day_changed)

    def days(self) -> tuple[date, date]:
        """First and last day, as the fields have them."""
        return formats.to_date(self.first.date()), formats.to_date(self.last.date())

    def bounds(self) -> tuple[date | None, date | None]:
        """First and last day of a search; an end left wide open is no bound."""
        first, last = self.days()
        return (first if first > FIRST_DAY else None), (last if last < self.today else None)

    @property
    def reversed(self) -> bool:
        """Whether the first day comes after the last one."""
        first, last = self.days()
        return first > last

    def set_days(self, first: date | None, last: date | None) -> None:
        """Choose both days at once; None opens an end wide."""
        days = (first or FIRST_DAY, last or self.today)
        if days == self.days():
            return
        for edit, day in zip((self.first, self.last), days):
            edit.blockSignals(True)
            edit.setDate(formats.to_qdate(day))
            edit.blockSignals(False)
        self._day_changed()

    def reset(self) -> None:
        """Open both ends wide."""
        self.set_days(None, None)

    def set_counts(self, counts: Mapping[int, int] | None) -> None:
        """Show the scenes of each month."""
        self.timeline.set_counts(counts)

    def _day_changed(self) -> None:
        if not self.reversed:
            self.timeline.set_bounds(*self.days())
        self.changed.emit()

    def _show_tools(self) -> None:
        self._nearer.setEnabled(self.timeline.can_zoom_in)
        self._farther.setEnabled(self.timeline.can_zoom_out)


def _date_edit(name: str, accessible: str) -> QDateEdit:
    edit = QDateEdit()
    edit.setObjectName(name)
    edit.setAccessibleName(accessible)
    edit.setToolTip(accessible)
    formats.localise(edit)
    edit.setMinimumDate(formats.to_qdate(FIRST_DAY))
    return edit
