"""The list of orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, Qt

from ..domain.order import Order, OrderKind, OrderState
from . import formats
from .theme import Tone
from .two_lines import SECOND_LINE_ROLE, TONE_ROLE, VALUE_ROLE

translate = QCoreApplication.translate

TONE_OF_STATE = {
    OrderState.DRAFT: Tone.NEUTRAL,
    OrderState.SUBMITTED: Tone.INFO,
    OrderState.ARBITRATION: Tone.WARNING,
    OrderState.QUOTATION: Tone.WARNING,
    OrderState.ACCEPTED: Tone.INFO,
    OrderState.PRODUCTION: Tone.INFO,
    OrderState.PROGRAMMED: Tone.INFO,
    OrderState.ACQUIRING: Tone.INFO,
    OrderState.DELIVERED: Tone.SUCCESS,
    OrderState.REJECTED: Tone.DANGER,
    OrderState.CANCELLED: Tone.NEUTRAL,
    OrderState.FAILED: Tone.DANGER,
    OrderState.EXPIRED: Tone.NEUTRAL,
}


def state_label(state: OrderState) -> str:
    """The name of a state for a person."""
    return {
        OrderState.DRAFT: translate("Dinamis", "Draft"),
        OrderState.SUBMITTED: translate("Dinamis", "Submitted"),
        OrderState.ARBITRATION: translate("Dinamis", "In arbitration"),
        OrderState.QUOTATION: translate("Dinamis", "Quotation to accept"),
        OrderState.ACCEPTED: translate("Dinamis", "Accepted"),
        OrderState.PRODUCTION: translate("Dinamis", "In production"),
        OrderState.PROGRAMMED: translate("Dinamis", "Programmed"),
        OrderState.ACQUIRING: translate("Dinamis", "Acquisition in progress"),
        OrderState.DELIVERED: translate("Dinamis", "Delivered"),
        OrderState.REJECTED: translate("Dinamis", "Rejected"),
        OrderState.CANCELLED: translate("Dinamis", "Cancelled"),
        OrderState.FAILED: translate("Dinamis", "Failed"),
        OrderState.EXPIRED: translate("Dinamis", "Expired"),
    }[state]


def kind_label(kind: OrderKind) -> str:
    """Archive or acquisition, for a person."""
    if kind is OrderKind.ARCHIVE:
        return translate("Dinamis", "Archive")
    return translate("Dinamis", "Acquisition")


class OrdersModel(QAbstractTableModel):
    """Requests, newest first: identifier, state, day of submission, area."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._orders: list[Order] = []

    def set_orders(self, orders: Sequence[Order]) -> None:
        """Show these."""
        self.beginResetModel()
        self._orders = list(orders)
        self.endResetModel()

    def order(self, row: int) -> Order:
        """The order of a row."""
        return self._orders[row]

    def row_of(self, order_id: str) -> int:
        """The row of an order, -1 when it is not listed."""
        return next((row for row, order in enumerate(self._orders) if order.id == order_id), -1)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Orders listed."""
        return 0 if parent.isValid() else len(self._orders)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Identifier, state, submission, area."""
        return 0 if parent.isValid() else 4

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell; the first one also knows the second line of its row."""
        if not index.isValid():
            return None
        order = self._orders[index.row()]
        values = {
            Qt.ItemDataRole.DisplayRole: lambda: self._cells(order)[index.column()],
            SECOND_LINE_ROLE: lambda: self._second_line(order),
            TONE_ROLE: lambda: TONE_OF_STATE[order.state],
            Qt.ItemDataRole.ToolTipRole: lambda: self._tip(order),
            Qt.ItemDataRole.AccessibleTextRole: lambda: f"{order.id}, {self._second_line(order)}",
            VALUE_ROLE: lambda: order,
        }
        return values[role]() if role in values else None

    def _cells(self, order: Order) -> tuple[str, ...]:
        created = formats.moment(order.created) if order.created else ""
        area = "" if order.area_km2 is None else formats.area(order.area_km2)
        return order.id, state_label(order.state), created, area

    def _second_line(self, order: Order) -> str:
        parts = [state_label(order.state)]
        changed = order.updated or order.created
        if changed:
            parts.append(formats.day(changed.astimezone().date()))
        if order.area_km2 is not None:
            parts.append(formats.area(order.area_km2))
        return " · ".join(parts)

    def _tip(self, order: Order) -> str:
        lines = [order.id, f"{kind_label(order.kind)} {formats.DASH} {state_label(order.state)}"]
        if order.created:
            lines.append(translate("Dinamis", "Submitted {when}").format(when=formats.moment(order.created)))
        if order.updated:
            lines.append(
                translate("Dinamis", "Last change {when}").format(when=formats.moment(order.updated))
            )
        if order.excess_km2:
            beyond = formats.area(order.excess_km2)
            lines.append(translate("Dinamis", "{area} beyond the quota").format(area=beyond))
        if order.price_eur:
            lines.append(formats.euros(order.price_eur))
        if order.reason:
            lines.append(order.reason)
        return "\n".join(lines)
