"""What is painted on the ground of the map and moves with it."""

from __future__ import annotations

from qgis.core import QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QRectF


class GroundItem(QgsMapCanvasItem):
    """An item of the size of the canvas that follows it while it is dragged."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """The whole canvas."""
        return QRectF(0, 0, self._canvas.width(), self._canvas.height())

    def updatePosition(self) -> None:  # noqa: N802 - Qt's name
        """Follow the canvas while it is dragged."""
        corner = self._canvas.mapSettings().visiblePolygon()
        if not corner.isEmpty():
            top_left = corner.at(0)
            self.setPos(self.toCanvasCoordinates(QgsPointXY(top_left.x(), top_left.y())))
