"""A form built from the fields that the service describes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication, QDate, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ..domain.errors import InvalidRequestError
from ..domain.form import FieldKind, FormField, collect, settled
from ..domain.form_limits import is_empty
from . import formats
from .theme import HALF, STEP, Role
from .widgets import ElidedCombo, Section, label

translate = QCoreApplication.translate

_LARGE = 10**9
#: Asked for by the dialog itself.
_HANDLED = (FieldKind.PROJECT, FieldKind.ITEMS)


class SchemaForm(QWidget):
    """One widget for each field, named `field_<property>`, grouped by section.

    Options that exclude each other follow the one that was chosen last: what is impossible beside it cannot
    be chosen, and the reason is said below.

    Signals:
        changed: a value changed.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._given: tuple[FormField, ...] = ()
        """The fields as the service describes them; `_fields` without what is impossible here."""
        self._fields: tuple[FormField, ...] = ()
        self._impossible: dict[tuple[str, Any], str] = {}
        self._widgets: dict[str, QWidget] = {}
        self._problems: dict[str, QWidget] = {}
        self._reasons: dict[str, QWidget] = {}
        self._settling = False
        self.sections = {name: Section(_section_title(name)) for name in ("request", "production", "")}
        self._built: list[QWidget] = []
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * STEP)
        for name, section in self.sections.items():
            section.setObjectName(f"section_{name or 'options'}")
            layout.addWidget(section)
        self.sections[""].hide()
        self.setLayout(layout)

    def set_fields(self, fields: Sequence[FormField]) -> None:
        """Build the form anew; what was filled in under the same name stays."""
        kept = self.values()
        for built in self._built:
            built.hide()
            built.deleteLater()
        self._built.clear()
        self._given = tuple(field for field in fields if field.kind not in _HANDLED)
        self._fields = tuple(map(self._possible, self._given))
        self._widgets.clear()
        self._problems.clear()
        self._reasons.clear()
        members: dict[str, list[FormField]] = {}
        for field in self._fields:
            members.setdefault(field.section if field.section in self.sections else "", []).append(field)
        for name, some in members.items():
            built = self._rows(some)
            self._built.append(built)
            self.sections[name].add(built)
        self.sections[""].setVisible("" in members)
        self.put(kept)

    def set_impossible(self, name: str, value: Any, reason: str) -> None:
        """Let a choice of a field not be taken, for this reason; take it back where there is none."""
        if self._impossible.get((name, value), "") == reason:
            return
        self._impossible.pop((name, value), None)
        if reason:
            self._impossible[name, value] = reason
        self._fields = tuple(map(self._possible, self._given))
        self._settle()
        for field in self._fields:
            if field.name == name and field.kind is FieldKind.CHOICE:
                self._offer(field, self.values())

    def _possible(self, field: FormField) -> FormField:
        for (name, value), reason in self._impossible.items():
            if name == field.name:
                field = field.without(value, reason)
        return field

    def put(self, values: Mapping[str, Any]) -> None:
        """Fill values in by property; what the form does not ask for is left out."""
        self._settling = True
        for name, value in values.items():
            if name in self._widgets:
                _put(self._widgets[name], value)
        self._settling = False
        self._settle()

    @property
    def names(self) -> frozenset[str]:
        """Properties that are asked for."""
        return frozenset(self._widgets)

    def filled(self) -> dict[str, Any]:
        """What is filled in so far, by property, right or wrong."""
        return {name: value for name, value in self.values().items() if not is_empty(value)}

    def values(self) -> dict[str, Any]:
        """What the widgets hold, by property."""
        return {name: _value(widget) for name, widget in self._widgets.items()}

    def parameters(self) -> dict[str, Any]:
        """The parameters to send.

        Raises:
            InvalidRequestError: a field is missing or wrong.
        """
        return collect(self._fields, self.values())

    def problems(self) -> dict[str, str]:
        """Sentences on what is missing or wrong, by property."""
        try:
            self.parameters()
        except InvalidRequestError as error:
            return {name: _problem_text(code) for name, code in error.fields.items()}
        return {}

    def mark(self, problems: dict[str, str]) -> None:
        """Say under each field what is wrong with it."""
        for name, place in self._problems.items():
            place.setText(problems.get(name, ""))
            place.setVisible(name in problems)

    def _changed(self, name: str) -> None:
        if not self._settling:
            self._settle(name)
            self.changed.emit()

    def _settle(self, kept: str = "") -> None:
        """Let the other fields follow the one that was chosen, and offer what is left."""
        before = self.values()
        values = settled(self._fields, before, kept)
        self._settling = True
        for name, value in values.items():
            if value != before[name]:
                _put(self._widgets[name], value)
        self._settling = False
        for field in self._fields:
            if field.limits:
                self._offer(field, values)

    def _offer(self, field: FormField, values: dict[str, Any]) -> None:
        """Grey what is impossible beside the other values, and say why."""
        reason = field.reason(values)
        combo = self._widgets[field.name]
        if isinstance(combo, QComboBox):
            left = [choice.value for choice in field.choices_left(values)]
            for number in range(combo.count()):
                value = combo.itemData(number)
                possible = value is None or value in left
                combo.model().item(number).setEnabled(possible)
                combo.setItemData(number, "" if possible else reason, Qt.ItemDataRole.ToolTipRole)
        self._reasons[field.name].setText(reason)
        self._reasons[field.name].setVisible(bool(reason))

    def _rows(self, fields: Sequence[FormField]) -> QWidget:
        made = QWidget()
        form = QFormLayout(made)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(STEP)
        form.setVerticalSpacing(STEP)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for field in fields:
            widget = _widget(field)
            widget.setObjectName(f"field_{field.name}")
            widget.setAccessibleName(field.title)
            widget.setToolTip(field.description)
            _on_change(widget, partial(self._changed, field.name))
            reason = label(role=Role.MUTED, name=f"reason_{field.name}")
            reason.hide()
            problem = label(role=Role.WARNING, name=f"problem_{field.name}")
            problem.hide()
            cell = QVBoxLayout()
            cell.setSpacing(HALF)
            for part in (widget, reason, problem):
                cell.addWidget(part)
            title = label(f"{field.title} *" if field.required else field.title, wrap=False)
            title.setBuddy(widget)
            if isinstance(widget, QCheckBox):
                widget.setText(field.title)
                form.addRow(cell)
            else:
                form.addRow(title, cell)
            self._widgets[field.name] = widget
            self._problems[field.name] = problem
            self._reasons[field.name] = reason
        return made


def _section_title(name: str) -> str:
    return {
        "request": translate("Dinamis", "Request parameters"),
        "production": translate("Dinamis", "Production parameters"),
    }.get(name, translate("Dinamis", "Options"))


def _problem_text(code: str) -> str:
    return {
        "missing": translate("Dinamis", "To be filled in."),
        "not_a_choice": translate("Dinamis", "Not one of the choices."),
        "out_of_range": translate("Dinamis", "Outside of the allowed range."),
        "too_long": translate("Dinamis", "Too long."),
        "not_together": translate("Dinamis", "Not possible together with the other options."),
    }.get(code, code)


def _widget(field: FormField) -> QWidget:
    maker = {
        FieldKind.CHOICE: _choice,
        FieldKind.CHOICES: _choices,
        FieldKind.INTEGER: _integer,
        FieldKind.NUMBER: _number,
        FieldKind.BOOLEAN: lambda _field: QCheckBox(),
        FieldKind.MULTILINE: _multiline,
        FieldKind.DATE: _date,
    }.get(field.kind, _line)
    widget = maker(field)
    if field.default is not None:
        _put(widget, field.default)
    return widget


def _choice(field: FormField) -> QComboBox:
    combo = ElidedCombo()
    if not field.required and field.default is None:
        combo.addItem("", None)
    for choice in field.choices:
        combo.addItem(choice.title, choice.value)
    return combo


def _choices(field: FormField) -> QListWidget:
    made = QListWidget()
    for choice in field.choices:
        item = QListWidgetItem(choice.title)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setData(Qt.ItemDataRole.UserRole, choice.value)
        item.setCheckState(Qt.CheckState.Unchecked)
        made.addItem(item)
    made.setMaximumHeight((made.fontMetrics().height() + HALF) * min(len(field.choices), 6) + STEP)
    return made


def _integer(field: FormField) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(
        round(field.minimum) if field.minimum is not None else -_LARGE,
        round(field.maximum) if field.maximum is not None else _LARGE,
    )
    return spin


def _number(field: FormField) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(
        field.minimum if field.minimum is not None else -_LARGE,
        field.maximum if field.maximum is not None else _LARGE,
    )
    return spin


def _multiline(_field: FormField) -> QPlainTextEdit:
    edit = QPlainTextEdit()
    edit.setTabChangesFocus(True)
    edit.setFixedHeight(edit.fontMetrics().lineSpacing() * 3 + 2 * STEP)
    return edit


def _date(_field: FormField) -> QDateEdit:
    edit = QDateEdit(QDate.currentDate())
    formats.localise(edit)
    return edit


def _line(field: FormField) -> QLineEdit:
    edit = QLineEdit()
    if field.max_length:
        edit.setMaxLength(field.max_length)
    if field.kind is FieldKind.TEXTS:
        edit.setPlaceholderText(translate("Dinamis", "Separate with commas"))
        edit.setProperty("listed", True)
    return edit


def _value(widget: QWidget) -> Any:
    readers = (
        (QComboBox, QComboBox.currentData),
        (QListWidget, _checked),
        (QSpinBox, QSpinBox.value),
        (QDoubleSpinBox, QDoubleSpinBox.value),
        (QCheckBox, QCheckBox.isChecked),
        (QPlainTextEdit, lambda edit: edit.toPlainText().strip()),
        (QDateEdit, lambda edit: formats.to_date(edit.date()).isoformat()),
        (QLineEdit, _words),
    )
    return next(read(widget) for kind, read in readers if isinstance(widget, kind))


def _checked(made: QListWidget) -> list[Any]:
    items = [made.item(number) for number in range(made.count())]
    chosen = [item for item in items if item.checkState() == Qt.CheckState.Checked]
    return [item.data(Qt.ItemDataRole.UserRole) for item in chosen]


def _words(edit: QLineEdit) -> str | list[str]:
    if not edit.property("listed"):
        return edit.text().strip()
    return [word.strip() for word in edit.text().split(",") if word.strip()]


def _put(widget: QWidget, value: Any) -> None:
    writers = (
        (QComboBox, lambda combo: combo.setCurrentIndex(max(0, combo.findData(value)))),
        (QListWidget, lambda made: _check(made, value or ())),
        ((QSpinBox, QDoubleSpinBox), lambda spin: spin.setValue(value)),
        (QCheckBox, lambda box: box.setChecked(bool(value))),
        (QPlainTextEdit, lambda edit: edit.setPlainText(str(value))),
        (QDateEdit, lambda edit: edit.setDate(formats.to_qdate(date.fromisoformat(value)))),
        (QLineEdit, lambda edit: edit.setText(_joined(value))),
    )
    next(write for kind, write in writers if isinstance(widget, kind))(widget)


def _joined(value: Any) -> str:
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)


def _check(made: QListWidget, values: Sequence[Any]) -> None:
    for number in range(made.count()):
        item = made.item(number)
        chosen = item.data(Qt.ItemDataRole.UserRole) in values
        item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)


def _on_change(widget: QWidget, tell: Callable[[], None]) -> None:
    signals = (
        (QComboBox, "currentIndexChanged"),
        (QListWidget, "itemChanged"),
        ((QSpinBox, QDoubleSpinBox), "valueChanged"),
        (QCheckBox, "toggled"),
        (QDateEdit, "dateChanged"),
        ((QPlainTextEdit, QLineEdit), "textChanged"),
    )
    name = next(name for kind, name in signals if isinstance(widget, kind))
    getattr(widget, name).connect(lambda *_: tell())
