"""Lists of orders and projects, two lines a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QRect,
    QSize,
    Qt,
)
from qgis.PyQt.QtGui import QFont, QFontMetrics, QPainter
from qgis.PyQt.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ..domain.order import Order, OrderKind, OrderState
from ..domain.project import Project, ProjectStatus
from . import formats
from .theme import HALF, STEP, Tone, colours

translate = QCoreApplication.translate

TONE_ROLE = Qt.ItemDataRole.UserRole + 1
SECOND_LINE_ROLE = Qt.ItemDataRole.UserRole + 2
VALUE_ROLE = Qt.ItemDataRole.UserRole

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


class ProjectsModel(QAbstractTableModel):
    """Projects: title, identifier, end, number of requests, status."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._projects: list[Project] = []

    def set_projects(self, projects: Sequence[Project]) -> None:
        """Show these."""
        self.beginResetModel()
        self._projects = list(projects)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Projects listed."""
        return 0 if parent.isValid() else len(self._projects)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Title, identifier, end, requests, status."""
        return 0 if parent.isValid() else 5

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell; the first one also knows the second line of its row."""
        if not index.isValid():
            return None
        project = self._projects[index.row()]
        open_now = project.status is ProjectStatus.OPEN
        values = {
            Qt.ItemDataRole.DisplayRole: lambda: self._cells(project)[index.column()],
            SECOND_LINE_ROLE: lambda: self._second_line(project),
            TONE_ROLE: lambda: Tone.SUCCESS if open_now else Tone.NEUTRAL,
            Qt.ItemDataRole.ToolTipRole: lambda: project.description or project.title,
            Qt.ItemDataRole.AccessibleTextRole: lambda: f"{project.title}, {self._second_line(project)}",
            VALUE_ROLE: lambda: project,
        }
        return values[role]() if role in values else None

    def _cells(self, project: Project) -> tuple[str, ...]:
        return (
            project.title,
            project.id,
            formats.day(project.end_date),
            formats.number(project.request_count),
            _status_label(project.status),
        )

    def _second_line(self, project: Project) -> str:
        count = translate("Dinamis", "%n request(s)", "", project.request_count)
        parts = [project.id, _status_label(project.status), count]
        if project.end_date:
            parts.append(translate("Dinamis", "until {day}").format(day=formats.day(project.end_date)))
        return " · ".join(parts)


class TwoLineDelegate(QStyledItemDelegate):
    """Draws a row as a title over a dot and a quiet second line."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 - Qt's name
        """Two lines and room around them."""
        height = option.fontMetrics.height()
        return QSize(super().sizeHint(option, index).width(), 2 * height + HALF + 2 * STEP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw the ground as the style does, then the two lines."""
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        title, shown.text = shown.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, shown, painter, option.widget)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        shade = colours()
        text = shade.selected_text if selected else shade.text
        quiet = text if selected else shade.muted
        area = option.rect.adjusted(STEP, STEP, -STEP, -STEP)
        height = option.fontMetrics.height()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bold = QFont(option.font)
        bold.setBold(True)
        first = QRect(area.left(), area.top(), area.width(), height)
        self._line(painter, first, _fitted(title, bold, first, Qt.TextElideMode.ElideMiddle), bold, text)
        second = QRect(area.left() + 2 * STEP, area.top() + height + HALF, area.width() - 2 * STEP, height)
        said = _fitted(index.data(SECOND_LINE_ROLE), option.font, second, Qt.TextElideMode.ElideRight)
        self._line(painter, second, said, option.font, quiet)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade.tone(index.data(TONE_ROLE)))
        painter.drawEllipse(QRect(area.left(), second.center().y() - HALF, STEP + 1, STEP + 1))
        painter.restore()

    def _line(self, painter: QPainter, rect: QRect, text: str, font: QFont, colour) -> None:
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)


def _fitted(text: str, font: QFont, rect: QRect, mode: Qt.TextElideMode) -> str:
    return QFontMetrics(font).elidedText(text, mode, rect.width())


def _status_label(status: ProjectStatus) -> str:
    return translate("Dinamis", "Open") if status is ProjectStatus.OPEN else translate("Dinamis", "Closed")
