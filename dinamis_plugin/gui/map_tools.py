"""Drawing areas on the canvas: a rectangle or a polygon, in the canvas CRS (CAT-11, CAT-12)."""

from __future__ import annotations

from typing import Callable

from qgis.core import QgsGeometry, QgsPointXY, QgsRectangle, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import QPoint, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeyEvent
from qgis.PyQt.QtWidgets import QApplication

from .theme import Tone, colours

_MIN_VERTICES = 3
#: A tablet may swallow the release after a double click; the drawing does not wait for it longer.
_RELEASE_MS = 400


class OwnTool(QgsMapTool):
    """A tool of the plugin, never the one that `ToolSwitch` comes back to."""


class DrawingTool(OwnTool):
    """What the tools share: the rubber band, Escape, and the signals.

    Signals:
        drawn: the finished QgsGeometry, in the CRS of the canvas.
        cancelled: Escape was pressed, or there was nothing to finish.
        sketched: the geometry so far, while it is drawn.
    """

    drawn = pyqtSignal(object)
    cancelled = pyqtSignal()
    sketched = pyqtSignal(object)

    def __init__(self, canvas: QgsMapCanvas, shape: Callable[[list[QgsPointXY]], QgsGeometry]) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._shape = shape
        self._points: list[QgsPointXY] = []
        self._band: QgsRubberBand | None = None
        self.setCursor(Qt.CursorShape.CrossCursor)

    @property
    def measured(self) -> str:
        """What is told of the drawing beside its area, such as a radius; may be empty."""
        return ""

    def deactivate(self) -> None:
        """Forget a drawing that was not finished."""
        self._reset()
        super().deactivate()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape gives up, Backspace takes the last point back, Enter finishes."""
        if event.key() == Qt.Key.Key_Escape:
            self._reset()
            self.cancelled.emit()
            event.accept()
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and self._points:
            self._points.pop()
            self._sketch()
            event.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish(self._points)
            event.accept()

    def _sketch(self, pointer: QgsPointXY | None = None) -> None:
        if self._band is None:
            self._band = sketch_band(self._canvas)
        geometry = self._shape(self._points if pointer is None else [*self._points, pointer])
        self._band.setToGeometry(geometry, None)
        self.sketched.emit(geometry)

    def _finish(self, points: list[QgsPointXY]) -> None:
        geometry = self._shape(points)
        self._reset()
        if geometry.isEmpty() or geometry.type() != QgsWkbTypes.GeometryType.PolygonGeometry:
            self.cancelled.emit()
        else:
            self.drawn.emit(geometry)

    def _reset(self) -> None:
        self._points = []
        if self._band is not None:
            self._canvas.scene().removeItem(self._band)
            self._band = None


class TwoPointTool(DrawingTool):
    """A shape by dragging from one point to another, or by clicking both."""

    def __init__(self, canvas: QgsMapCanvas, shape: Callable[[list[QgsPointXY]], QgsGeometry]) -> None:
        super().__init__(canvas, shape)
        self._pressed_at = QPoint()

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The first point."""
        if event.button() == Qt.MouseButton.LeftButton and not self._points:
            self._pressed_at = event.pos()
            self._points = [event.mapPoint()]

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Show the shape to the pointer."""
        if self._points:
            self._sketch(event.mapPoint())

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The second point, unless the pointer did not move since the first."""
        if event.button() == Qt.MouseButton.RightButton:
            self._reset()
            self.cancelled.emit()
            return
        moved = (event.pos() - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
        if self._points and moved:
            self._finish([self._points[0], event.mapPoint()])


class RectangleTool(TwoPointTool):
    """A rectangle by two corners."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas, _rectangle)


class ManyPointsTool(DrawingTool):
    """A shape by clicking its points; a right click or a double click ends it."""

    def __init__(self, canvas: QgsMapCanvas, shape: Callable[[list[QgsPointXY]], QgsGeometry]) -> None:
        super().__init__(canvas, shape)
        self._ending = False

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A point where the pointer is."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._points.append(event.mapPoint())
            self._sketch()

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Show the shape to the pointer."""
        if self._points and not self._ending:
            self._sketch(event.mapPoint())

    def canvasDoubleClickEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """End at the release that follows: sooner, the release would go to the tool that comes next."""
        self._ending = True
        QTimer.singleShot(_RELEASE_MS, self._end_without_release)

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End on a right click or after a double click."""
        if self._ending or event.button() == Qt.MouseButton.RightButton:
            self._finish(self._points)

    def _end_without_release(self) -> None:
        if self._ending:
            self._finish(self._points)

    def _reset(self) -> None:
        self._ending = False
        super()._reset()


class PolygonTool(ManyPointsTool):
    """A polygon by its corners."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas, _polygon)


def _rectangle(corners: list[QgsPointXY]) -> QgsGeometry:
    if len(corners) < 2:  # noqa: PLR2004 - two corners make a rectangle
        return QgsGeometry()
    return QgsGeometry.fromRect(QgsRectangle(corners[0], corners[-1]))


def _polygon(points: list[QgsPointXY]) -> QgsGeometry:
    ring = [point for number, point in enumerate(points) if number == 0 or point != points[number - 1]]
    if len(ring) < _MIN_VERTICES:
        return QgsGeometry.fromPolylineXY(ring) if len(ring) > 1 else QgsGeometry()
    return QgsGeometry.fromPolygonXY([ring])


class PickTool(OwnTool):
    """Clicks on the map that choose what lies there.

    Signals:
        picked: the clicked QgsPointXY, in the CRS of the canvas, and whether Ctrl adds it to the choice.
        cancelled: Escape was pressed.
    """

    picked = pyqtSignal(object, bool)
    cancelled = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose at a left click, leave at a right click."""
        if event.button() == Qt.MouseButton.LeftButton:
            more = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.picked.emit(event.mapPoint(), more)
        else:
            self.cancelled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Escape leaves the tool."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            event.accept()


class ToolSwitch:
    """Takes the canvas for one tool at a time and gives it back to the tool the person had before."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._before: QgsMapTool | None = None

    def take(self, tool: QgsMapTool) -> None:
        """Activate a tool of ours; a tool of ours is never the one to come back to."""
        current = self._canvas.mapTool()
        if not isinstance(current, OwnTool):
            self._before = current
        self._canvas.setMapTool(tool)

    def give_back(self, tool: QgsMapTool) -> None:
        """Put the earlier tool back, unless the person has already chosen another one."""
        if self._canvas.mapTool() is not tool:
            return
        if self._before is not None:
            self._canvas.setMapTool(self._before)
        else:
            self._canvas.unsetMapTool(tool)
        self._before = None


def sketch_band(canvas: QgsMapCanvas) -> QgsRubberBand:
    """The rubber band of what is being drawn."""
    return _band(canvas, colours().tone(Tone.WARNING), Qt.PenStyle.DashLine, 40)


def area_band(canvas: QgsMapCanvas) -> QgsRubberBand:
    """The rubber band of an area of interest."""
    return _band(canvas, colours().tone(Tone.DANGER), Qt.PenStyle.SolidLine, 14)


def band_of(canvas: QgsMapCanvas, colour: QColor, fill: int) -> QgsRubberBand:
    """A rubber band in a colour, its inside as opaque as `fill` (0 to 255)."""
    return _band(canvas, colour, Qt.PenStyle.SolidLine, fill)


def _band(canvas: QgsMapCanvas, colour: QColor, style: Qt.PenStyle, fill: int) -> QgsRubberBand:
    band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
    ground = QColor(colour)
    ground.setAlpha(fill)
    band.setStrokeColor(colour)
    band.setFillColor(ground)
    band.setLineStyle(style)
    band.setWidth(2)
    return band
