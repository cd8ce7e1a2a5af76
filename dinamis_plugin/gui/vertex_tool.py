"""Changing the outline of an area on the map: vertices are dragged, inserted, deleted, and it is undone."""

from __future__ import annotations

from qgis.core import QgsGeometry, QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsRubberBand
from qgis.PyQt.QtCore import QEvent, QObject, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeyEvent, QKeySequence

from .map_tools import OwnTool, sketch_band
from .theme import Tone, colours

MOST_VERTICES = 3_000
"""More handles than a screen can show apart, and than can be drawn at each move of the pointer."""
_REACH_PX = 10


class VertexTool(OwnTool):
    """Drag a vertex, drag an edge to insert one, right click or Delete to take one out.

    Enter, or a right click beside the outline, ends; Ctrl+Z or Backspace undoes; Escape gives up.

    Signals:
        edited: the changed QgsGeometry, in the CRS of the canvas.
        cancelled: it was given up, or nothing was changed.
        sketched: the geometry so far.
    """

    edited = pyqtSignal(object)
    cancelled = pyqtSignal()
    sketched = pyqtSignal(object)

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._geometry = QgsGeometry()
        self._before: list[QgsGeometry] = []
        self._dragged: int | None = None
        self._hovered: int | None = None
        self._bands: tuple[QgsRubberBand, QgsRubberBand, QgsRubberBand] | None = None
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def begin(self, geometry: QgsGeometry) -> None:
        """Show the handles of an area, given in the CRS of the canvas, which has this tool already."""
        self._geometry = QgsGeometry(geometry)
        self._before = []
        handles = _points_band(self._canvas, QgsRubberBand.IconType.ICON_BOX, 7)
        mark = _points_band(self._canvas, QgsRubberBand.IconType.ICON_CIRCLE, 13)
        self._bands = (sketch_band(self._canvas), handles, mark)
        self._draw()  # nothing to tell yet: the hint says what the mouse does

    def activate(self) -> None:
        """Take the keys that QGIS has shortcuts for."""
        super().activate()
        self._canvas.installEventFilter(self)

    def deactivate(self) -> None:
        """Leave nothing on the canvas."""
        self._canvas.removeEventFilter(self)
        self._clear()
        super().deactivate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Say that Ctrl+Z and Delete are for the outline, not for the layer in hand."""
        if event.type() == QEvent.Type.ShortcutOverride and _is_ours(event):
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take hold of a vertex, or make one on the edge under the pointer."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        vertex = self._vertex_at(event.mapPoint())
        if vertex is not None:
            self._remember()
            self._dragged = vertex
            return
        edge = self._edge_at(event.mapPoint())
        if edge is not None:
            self._remember()
            self._geometry.insertVertex(event.mapPoint().x(), event.mapPoint().y(), edge)
            self._dragged = edge
            self._show()

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Move what is held, or mark what could be."""
        point = event.mapPoint()
        if self._dragged is not None:
            self._geometry.moveVertex(point.x(), point.y(), self._dragged)
            self._show()
        else:
            self._hover(point)

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Let go; a right click deletes the vertex under it, or ends."""
        if event.button() == Qt.MouseButton.RightButton:
            vertex = self._vertex_at(event.mapPoint())
            if vertex is None:
                self._finish()
            else:
                self._delete(vertex)
        elif self._dragged is not None:
            self._dragged = None
            if self._geometry.equals(self._before[-1]):
                self._before.pop()
            self._hover(event.mapPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """End, give up, undo, delete."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        elif event.matches(QKeySequence.StandardKey.Undo) or event.key() == Qt.Key.Key_Backspace:
            self._undo()
        elif event.key() == Qt.Key.Key_Delete and self._hovered is not None:
            self._delete(self._hovered)
        else:
            return
        event.accept()

    def _finish(self) -> None:
        if self._before:
            self.edited.emit(QgsGeometry(self._geometry))
        else:
            self.cancelled.emit()

    def _undo(self) -> None:
        self._dragged = None
        if self._before:
            self._geometry = self._before.pop()
            self._show()

    def _delete(self, vertex: int) -> None:
        """Take a vertex out; with the third of a ring goes the ring, and the last ring stays."""
        smaller = QgsGeometry(self._geometry)
        if smaller.deleteVertex(vertex) and not smaller.isEmpty() and smaller.area() > 0:
            self._remember()
            self._geometry = smaller
            self._hovered = None
            self._show()

    def _remember(self) -> None:
        self._before.append(QgsGeometry(self._geometry))

    def _reach(self) -> float:
        """How near counts as on it, in map units, squared."""
        return (_REACH_PX * self._canvas.mapUnitsPerPixel()) ** 2

    def _vertex_at(self, point: QgsPointXY) -> int | None:
        if self._geometry.isEmpty():
            return None
        _, vertex, _, _, squared = self._geometry.closestVertex(point)
        return vertex if 0 <= squared <= self._reach() else None

    def _edge_at(self, point: QgsPointXY) -> int | None:
        if self._geometry.isEmpty():
            return None
        squared, _, after, _ = self._geometry.closestSegmentWithContext(point)
        return after if 0 <= squared <= self._reach() else None

    def _hover(self, point: QgsPointXY) -> None:
        if self._bands is None:
            return
        mark = self._bands[2]
        mark.reset(QgsWkbTypes.GeometryType.PointGeometry)
        self._hovered = self._vertex_at(point)
        if self._hovered is not None:
            mark.addPoint(QgsPointXY(self._geometry.vertexAt(self._hovered)))
        elif self._edge_at(point) is not None:
            mark.addPoint(self._geometry.closestSegmentWithContext(point)[1])

    def _show(self) -> None:
        self._draw()
        self.sketched.emit(self._geometry)

    def _draw(self) -> None:
        if self._bands is None:
            return
        outline, handles, mark = self._bands
        outline.setToGeometry(self._geometry, None)
        corners = [QgsPointXY(vertex) for vertex in self._geometry.vertices()]
        handles.setToGeometry(QgsGeometry.fromMultiPointXY(corners), None)
        mark.reset(QgsWkbTypes.GeometryType.PointGeometry)

    def _clear(self) -> None:
        for band in self._bands or ():
            self._canvas.scene().removeItem(band)
        self._bands = None
        self._dragged = self._hovered = None
        self._before = []


def _is_ours(event: QKeyEvent) -> bool:
    keys = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
    return event.matches(QKeySequence.StandardKey.Undo) or event.key() in keys


def _points_band(canvas: QgsMapCanvas, icon: QgsRubberBand.IconType, size: int) -> QgsRubberBand:
    band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PointGeometry)
    band.setIcon(icon)
    band.setIconSize(size)
    band.setStrokeColor(QColor(colours().tone(Tone.DANGER)))
    band.setWidth(2)
    return band
