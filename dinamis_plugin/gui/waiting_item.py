"""Where the images lie that wait: an outline and a word on the canvas, and nothing in the project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Callable

from qgis.core import QgsRasterLayer
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QPainter, QPen, QPolygonF

from ..controllers.layers import SignedLayersController
from .theme import colours

_MARGIN_PX = 6


class WaitingItem(QgsMapCanvasItem):
    """Outlines the layers of the map that show placeholders; each says why where there is room for it."""

    def __init__(
        self, canvas: QgsMapCanvas, controller: SignedLayersController, shown: Callable[[], Iterable[str]]
    ) -> None:
        super().__init__(canvas)
        self._shown = shown
        self._canvas = canvas
        self._controller = controller
        self.setZValue(15)
        for signal in self._signals():
            signal.connect(self._changed)
        controller.waiting_changed.connect(self._changed)

    def remove(self) -> None:
        """Leave the canvas for good."""
        for signal in self._signals():
            signal.disconnect(self._changed)
        self._controller.waiting_changed.disconnect(self._changed)
        self._canvas.scene().removeItem(self)

    def outlines(self) -> Iterator[tuple[QgsRasterLayer, QPolygonF]]:
        """Each waiting layer of the map with its outline in pixels of the canvas."""
        shown = set(self._shown())
        settings, to_pixels = self._canvas.mapSettings(), self._canvas.getCoordinateTransform()
        for layer in self._controller.waiting():
            if layer.id() not in shown or not layer.crs().isValid():
                continue  # hidden, or nobody knows yet where it lies
            box = settings.layerExtentToOutputExtent(layer, layer.extent())
            corners = (
                to_pixels.transform(x, y)
                for x, y in (
                    (box.xMinimum(), box.yMaximum()),
                    (box.xMaximum(), box.yMaximum()),
                    (box.xMaximum(), box.yMinimum()),
                    (box.xMinimum(), box.yMinimum()),
                )
            )
            yield layer, QPolygonF([QPointF(corner.x(), corner.y()) for corner in corners])

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """The whole canvas."""
        return QRectF(0, 0, self._canvas.width(), self._canvas.height())

    def updatePosition(self) -> None:  # noqa: N802 - Qt's name
        """Follow the canvas."""
        self.prepareGeometryChange()
        self.setPos(0, 0)

    def paint(self, painter: QPainter, option=None, widget=None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the outlines, and in each why it waits."""
        pen = QPen(colours().accent, 1.5, Qt.PenStyle.DashLine)
        for layer, outline in self.outlines():
            painter.setPen(pen)
            painter.drawPolygon(outline)
            words, inside = self._controller.why_waiting(layer), outline.boundingRect()
            room = painter.fontMetrics().boundingRect(words)
            if room.width() + 2 * _MARGIN_PX < inside.width() and room.height() < inside.height():
                painter.drawText(inside, int(Qt.AlignmentFlag.AlignCenter), words)

    def _signals(self) -> tuple:
        canvas = self._canvas
        return canvas.extentsChanged, canvas.destinationCrsChanged, canvas.layersChanged

    def _changed(self, *_: object) -> None:
        self.update()
