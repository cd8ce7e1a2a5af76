"""Lists whose rows are a title over a quiet second line with a dot."""

from __future__ import annotations

from qgis.PyQt.QtCore import QAbstractItemModel, QEvent, QModelIndex, QRect, QSize, Qt
from qgis.PyQt.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from qgis.PyQt.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from .theme import HALF, STEP, colours

VALUE_ROLE = Qt.ItemDataRole.UserRole
TONE_ROLE = Qt.ItemDataRole.UserRole + 1
SECOND_LINE_ROLE = Qt.ItemDataRole.UserRole + 2
QUIET_ROLE = Qt.ItemDataRole.UserRole + 3
"""Whether a row has been read and its title needs no weight."""


class _RowList(QListView):
    """A list without a horizontal scroll bar, whose rows are as wide as it is."""

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Lay the rows out again: Qt does so only when the list gets wider."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape lets go of the row in hand."""
        if event.key() == Qt.Key.Key_Escape:
            self.clearSelection()
            self.setCurrentIndex(self.rootIndex())
        else:
            super().keyPressEvent(event)


def row_list(model: QAbstractItemModel, name: str, accessible: str) -> QListView:
    """A list of a model whose first column knows the roles above."""
    view = _RowList()
    view.setObjectName(name)
    view.setAccessibleName(accessible)
    view.setModel(model)
    view.setItemDelegate(TwoLineDelegate(view))
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setUniformItemSizes(True)
    return view


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
        bold.setBold(not index.data(QUIET_ROLE))
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
