"""Two layers drawn over each other on the map, with a line that is dragged between them (CAT-30)."""

from __future__ import annotations

from qgis.core import QgsMapLayer, QgsMapRendererParallelJob, QgsMapSettings, QgsPointXY, QgsRectangle
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem, QgsMapMouseEvent
from qgis.PyQt.QtCore import QObject, QPointF, QRectF, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen

from .map_tools import OwnTool

_REST_MS = 60
"""The map has to be still for so long before its pictures are drawn anew."""
_GRIP_PX = 14
_STEP = 0.02


class _Picture(QObject):
    """One layer drawn in the background; what is shown is the last picture that was finished.

    Args:
        canvas: the map.

    Signals:
        ready: there is another picture.
    """

    ready = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._job: QgsMapRendererParallelJob | None = None
        self.layer: QgsMapLayer | None = None
        self.image = QImage()
        self.extent = QgsRectangle()

    @property
    def drawing(self) -> bool:
        """Whether another picture is on its way."""
        return self._job is not None

    def draw(self) -> None:
        """Begin to draw the layer for what the map shows; an earlier drawing is given up."""
        self.stop()
        if self.layer is None:
            return
        settings = QgsMapSettings(self._canvas.mapSettings())
        settings.setLayers([self.layer])
        settings.setBackgroundColor(QColor(0, 0, 0, 0))
        settings.setIsTemporal(False)  # two dates are compared: the time of the map hides one of them
        job = QgsMapRendererParallelJob(settings)
        job.setParent(self)  # Python would delete it while it says that it has finished
        job.finished.connect(self._finished)
        job.finished.connect(job.deleteLater)
        self._job = job
        job.start()

    def stop(self) -> None:
        """Give up what is being drawn."""
        job, self._job = self._job, None
        if job is not None:
            job.finished.disconnect(self._finished)
            job.cancelWithoutBlocking()

    def forget(self) -> None:
        """Show nothing."""
        self.stop()
        self.layer = None
        self.image = QImage()

    def _finished(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            self.image = job.renderedImage()
            self.extent = job.mapSettings().visibleExtent()
            self.ready.emit()


class SwipeItem(QgsMapCanvasItem):
    """The earlier layer left of a line, the later one right of it; the earlier one may be let through."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._left, self._right = _Picture(canvas), _Picture(canvas)
        for picture in (self._left, self._right):
            picture.ready.connect(self._picture_came)
        self._share = 0.5
        self._opacity = 1.0
        self._rest = QTimer()
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._draw)
        self.setZValue(15)
        self.hide()
        canvas.extentsChanged.connect(self._rest.start)
        canvas.destinationCrsChanged.connect(self._rest.start)

    @property
    def share(self) -> float:
        """Where the line is, as a share of the width of the map."""
        return self._share

    def show_layers(self, left: QgsMapLayer, right: QgsMapLayer) -> None:
        """Compare these."""
        self.stop()
        self._left.layer, self._right.layer = left, right
        for layer in {left, right}:
            layer.repaintRequested.connect(self._rest.start)
        self.show()
        self._draw()

    def stop(self) -> None:
        """Compare nothing."""
        for layer in {self._left.layer, self._right.layer}:
            if layer is not None:
                layer.repaintRequested.disconnect(self._rest.start)
        self._rest.stop()
        self._left.forget()
        self._right.forget()
        self.hide()

    def set_share(self, share: float) -> None:
        """Put the line at a share of the width of the map."""
        self._share = min(max(share, 0.0), 1.0)
        self.update()

    def set_opacity(self, opacity: float) -> None:
        """Let the later layer through the earlier one: 1 hides it, 0 shows it alone."""
        self._opacity = opacity
        self.update()

    def remove(self) -> None:
        """Leave the canvas for good."""
        self.stop()
        self._canvas.extentsChanged.disconnect(self._rest.start)
        self._canvas.destinationCrsChanged.disconnect(self._rest.start)
        for picture in (self._left, self._right):
            picture.ready.disconnect(self._picture_came)
            picture.deleteLater()
        self._canvas.scene().removeItem(self)

    @property
    def drawing(self) -> bool:
        """Whether pictures are on their way."""
        return self._left.drawing or self._right.drawing

    # Painting

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """The whole canvas."""
        return QRectF(0, 0, self._canvas.width(), self._canvas.height())

    def updatePosition(self) -> None:  # noqa: N802 - Qt's name
        """Stay where the window is, whatever the map shows."""
        self.setPos(0, 0)

    def paint(self, painter: QPainter, option=None, widget=None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint both sides, and the line between them."""
        line = self._share * self._canvas.width()
        whole = self.boundingRect()
        self._paint(painter, self._right, whole, 1.0)
        self._paint(painter, self._left, QRectF(0, 0, line, whole.height()), self._opacity)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((QColor(0, 0, 0, 150), 4.0), (QColor(255, 255, 255), 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(QPointF(line, 0), QPointF(line, whole.height()))
        painter.setPen(QPen(QColor(0, 0, 0, 150), 1.0))
        painter.setBrush(QColor(255, 255, 255))
        painter.drawEllipse(QPointF(line, whole.height() / 2), _GRIP_PX / 2, _GRIP_PX / 2)

    def _paint(self, painter: QPainter, picture: _Picture, side: QRectF, opacity: float) -> None:
        if picture.image.isNull():
            return
        corners = (
            QgsPointXY(picture.extent.xMinimum(), picture.extent.yMaximum()),
            QgsPointXY(picture.extent.xMaximum(), picture.extent.yMinimum()),
        )
        top_left, bottom_right = (self.toCanvasCoordinates(corner) for corner in corners)
        painter.save()
        painter.setClipRect(side)
        painter.setOpacity(opacity)
        painter.drawImage(QRectF(top_left, bottom_right), picture.image)
        painter.restore()

    def _picture_came(self) -> None:
        self.update()

    def _draw(self) -> None:
        self._left.draw()
        self._right.draw()


class SwipeTool(OwnTool):
    """Drags the line.

    Signals:
        moved: the share of the width of the map at which the line should be.
        cancelled: Escape was pressed.
    """

    moved = pyqtSignal(float)
    cancelled = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas, item: SwipeItem) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._item = item
        self.setCursor(Qt.CursorShape.SplitHCursor)

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Bring the line to the pointer."""
        self._follow(event)

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the line along while the button is pressed."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The arrows move the line, Escape ends."""
        steps = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            event.accept()
        elif event.key() in steps:
            self.moved.emit(self._item.share + steps[event.key()])
            event.accept()

    def _follow(self, event: QgsMapMouseEvent) -> None:
        self.moved.emit(event.pos().x() / max(self._canvas.width(), 1))
