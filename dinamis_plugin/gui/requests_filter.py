"""Which requests are listed and in which order: words, state, sensor, project (REQ-24)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QFormLayout, QLineEdit, QWidget

from ..domain.order import OrderState
from ..domain.order_list import Entry, OrderFilter, Sorting, entry_project, entry_sensor
from .request_words import sensor_label, state_label
from .theme import HALF, STEP
from .widgets import ElidedCombo, column, row, tool_button

translate = QCoreApplication.translate


class RequestsFilter(QWidget):
    """A line to type in, and further choices that are folded away.

    Signals:
        changed: something else is to be listed.
    """

    changed = pyqtSignal()

    def __init__(self, *beside: QWidget) -> None:
        super().__init__()
        self._text = QLineEdit()
        self._text.setObjectName("requestsSearchEdit")
        self._text.setPlaceholderText(translate("Dinamis", "Search the requests"))
        self._text.setAccessibleName(self._text.placeholderText())
        self._text.setClearButtonEnabled(True)
        self._text.textChanged.connect(lambda _text: self.changed.emit())
        self._more = tool_button(
            translate("Dinamis", "Filter and sort"), "columns", name="requestsFilterButton", text_shown=False
        )
        self._more.setCheckable(True)
        self.state = self._combo("requestsStateCombo", translate("Dinamis", "State"))
        self.sensor = self._combo("requestsSensorCombo", translate("Dinamis", "Sensor"))
        self.project = self._combo("requestsProjectCombo", translate("Dinamis", "Project"))
        self.sorting = self._combo("requestsSortCombo", translate("Dinamis", "Sorted by"))
        choices = QWidget()
        form = QFormLayout(choices)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(STEP)
        form.setVerticalSpacing(HALF)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for combo in (self.state, self.sensor, self.project, self.sorting):
            form.addRow(combo.accessibleName(), combo)
        choices.hide()
        self._more.toggled.connect(choices.setVisible)
        line = row(self._text, self._more, *beside, spacing=HALF)
        self.setLayout(column(line, choices, spacing=HALF))
        self._fill()

    def _fill(self) -> None:
        self._put(self.state, [(state_label(state), state) for state in OrderState], None)
        sortings = {
            Sorting.CHANGED: translate("Dinamis", "Last change"),
            Sorting.CREATED: translate("Dinamis", "Submission"),
            Sorting.NAME: translate("Dinamis", "Identifier"),
            Sorting.STATE: translate("Dinamis", "State"),
            Sorting.AREA: translate("Dinamis", "Area"),
        }
        self.sorting.blockSignals(True)
        for sorting, text in sortings.items():
            self.sorting.addItem(text, sorting)
        self.sorting.blockSignals(False)
        self.offer(())

    @property
    def wanted(self) -> OrderFilter:
        """What is chosen."""
        return OrderFilter(
            state=self.state.currentData(),
            sensor=self.sensor.currentData() or "",
            project_id=self.project.currentData() or "",
            text=self._text.text(),
        )

    @property
    def order(self) -> Sorting:
        """By what it is sorted."""
        return self.sorting.currentData()

    def offer(self, entries: Sequence[Entry]) -> None:
        """Offer the sensors and projects that there are; what is chosen stays chosen."""
        sensors = sorted({entry_sensor(entry) for entry in entries} - {""})
        projects = sorted({entry_project(entry) for entry in entries} - {""})
        titles = {entry_project(entry): getattr(entry, "project_title", "") for entry in entries}
        self._put(self.sensor, [(sensor_label(one), one) for one in sensors], self.sensor.currentData())
        named = [(f"{one} {titles[one]}".strip(), one) for one in projects]
        self._put(self.project, named, self.project.currentData())

    def clear(self) -> None:
        """Leave everything."""
        self._text.clear()
        for combo in (self.state, self.sensor, self.project):
            combo.setCurrentIndex(0)

    def _put(self, combo: ElidedCombo, choices: Sequence[tuple[str, object]], chosen: object) -> None:
        combo.blockSignals(True)
        combo.clear()
        combo.addItem(translate("Dinamis", "All of them"), None)
        for text, value in choices:
            combo.addItem(text, value)
        values = [value for _text, value in choices]
        combo.setCurrentIndex(values.index(chosen) + 1 if chosen in values else 0)
        combo.blockSignals(False)

    def _combo(self, name: str, title: str) -> ElidedCombo:
        combo = ElidedCombo()
        combo.setObjectName(name)
        combo.setAccessibleName(title)
        combo.currentIndexChanged.connect(lambda _index: self.changed.emit())
        return combo
