"""The list of requests and drafts, two lines a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, Qt

from ..domain.kept_draft import KeptDraft
from ..domain.order import Order
from ..domain.order_list import Entry, changed_at, entry_sensor, entry_state
from . import formats
from .request_words import TONE_OF_STATE, kind_label, sensor_label, state_label
from .two_lines import SECOND_LINE_ROLE, TONE_ROLE, VALUE_ROLE

translate = QCoreApplication.translate


class OrdersModel(QAbstractTableModel):
    """Requests and drafts: identifier or title, state, day of submission, area."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these."""
        self.beginResetModel()
        self._entries = list(entries)
        self.endResetModel()

    def entry(self, row: int) -> Entry:
        """The request or draft of a row."""
        return self._entries[row]

    def row_of(self, entry_id: str) -> int:
        """The row of a request or draft, -1 when it is not listed."""
        return next((row for row, entry in enumerate(self._entries) if entry.id == entry_id), -1)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Rows."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Identifier, state, submission, area."""
        return 0 if parent.isValid() else 4

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell; the first one also knows the second line of its row."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        values = {
            Qt.ItemDataRole.DisplayRole: lambda: self._cells(entry)[index.column()],
            SECOND_LINE_ROLE: lambda: self._second_line(entry),
            TONE_ROLE: lambda: TONE_OF_STATE[entry_state(entry)],
            Qt.ItemDataRole.ToolTipRole: lambda: self._tip(entry),
            Qt.ItemDataRole.AccessibleTextRole: lambda: f"{_name(entry)}, {self._second_line(entry)}",
            VALUE_ROLE: lambda: entry,
        }
        return values[role]() if role in values else None

    def _cells(self, entry: Entry) -> tuple[str, ...]:
        if isinstance(entry, KeptDraft):
            return entry.title, _state_text(entry), formats.moment(entry.changed), ""
        created = formats.moment(entry.created) if entry.created else ""
        area = "" if entry.area_km2 is None else formats.area(entry.area_km2)
        return entry.id, _state_text(entry), created, area

    def _second_line(self, entry: Entry) -> str:
        parts = [_state_text(entry)]
        if isinstance(entry, Order) and entry.unread:
            parts.append(translate("Dinamis", "%n new message(s)", "", entry.unread))
        changed = changed_at(entry)
        if changed:
            parts.append(formats.day(changed.astimezone().date()))
        if isinstance(entry, Order) and entry.area_km2 is not None:
            parts.append(formats.area(entry.area_km2))
        return " · ".join(parts)

    def _tip(self, entry: Entry) -> str:
        what = f"{sensor_label(entry_sensor(entry))} {formats.DASH} {kind_label(entry.kind)}"
        lines = [_name(entry), f"{what} {formats.DASH} {_state_text(entry)}"]
        return "\n".join(lines + (_order_lines(entry) if isinstance(entry, Order) else []))


def _order_lines(order: Order) -> list[str]:
    lines = [f"{order.project_id} {order.project_title}".strip()]
    if not order.own:
        lines.append(translate("Dinamis", "Requester: {person}").format(person=order.requester))
    if order.created:
        lines.append(translate("Dinamis", "Submitted {when}").format(when=formats.moment(order.created)))
    if order.updated:
        lines.append(translate("Dinamis", "Last change {when}").format(when=formats.moment(order.updated)))
    if order.excess_km2:
        beyond = formats.area(order.excess_km2)
        lines.append(translate("Dinamis", "{area} beyond the quota").format(area=beyond))
    if order.price_eur:
        lines.append(formats.euros(order.price_eur))
    return [line for line in (*lines, order.task.text, order.reason) if line]


def _name(entry: Entry) -> str:
    return entry.title if isinstance(entry, KeptDraft) else entry.id


def _state_text(entry: Entry) -> str:
    if isinstance(entry, KeptDraft) and entry.sending is not None:
        return translate("Dinamis", "Sent, no answer yet")
    return state_label(entry_state(entry))
