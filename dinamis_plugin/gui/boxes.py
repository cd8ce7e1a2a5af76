"""The boxes of rows that can be ticked, drawn where a list paints itself."""

from __future__ import annotations

from qgis.PyQt.QtCore import QPointF, QRect, QRectF, Qt
from qgis.PyQt.QtGui import QPainter, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QAbstractItemView, QStyle, QStyleOptionViewItem

from .theme import colours, is_styled

_TICK, _DASH = ((0.22, 0.52), (0.42, 0.74), (0.8, 0.26)), ((0.25, 0.5), (0.75, 0.5))
"""Marks in a box, as shares of its sides."""


def paint_box(painter: QPainter, place: QRect, state: Qt.CheckState, view: QAbstractItemView) -> None:
    """Draw the box of a row as its style does; in a theme of QGIS that ticks by a colour, with a mark."""
    if not is_styled():
        option = QStyleOptionViewItem()
        option.initFrom(view)
        option.rect = place
        option.state |= {
            Qt.CheckState.Checked: QStyle.StateFlag.State_On,
            Qt.CheckState.PartiallyChecked: QStyle.StateFlag.State_NoChange,
        }.get(state, QStyle.StateFlag.State_Off)
        check = QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck
        view.style().drawPrimitive(check, option, painter, view)
        return
    shade, frame = colours(), QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(shade.text, 1))
    painter.setBrush(shade.window)
    painter.drawRect(frame)
    painter.setPen(QPen(shade.text, 2))
    marks = {Qt.CheckState.Checked: _TICK, Qt.CheckState.PartiallyChecked: _DASH}.get(state, ())
    points = [frame.topLeft() + QPointF(x * frame.width(), y * frame.height()) for x, y in marks]
    painter.drawPolyline(QPolygonF(points))
    painter.restore()
