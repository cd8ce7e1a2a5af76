"""Which footprint lies under the pointer on the map."""

from __future__ import annotations

from qgis.core import QgsPointXY
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, QTimer

from .footprints import FootprintsItem


class HoverWatch(QObject):
    """Tells which scene lies under the pointer, at most twenty-five times a second."""

    def __init__(self, canvas: QgsMapCanvas, item: FootprintsItem, tell) -> None:
        super().__init__()
        self._canvas = canvas
        self._item = item
        self._tell = tell
        self._point: QgsPointXY | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(40)
        self._timer.timeout.connect(self._look)
        canvas.xyCoordinates.connect(self._moved)

    def remove(self) -> None:
        """Stop watching."""
        self._timer.stop()
        self._canvas.xyCoordinates.disconnect(self._moved)

    def _moved(self, point: QgsPointXY) -> None:
        self._point = QgsPointXY(point)
        if not self._timer.isActive():
            self._timer.start()

    def _look(self) -> None:
        found = self._item.scenes_at(self._point) if self._point is not None else []
        self._tell(found[0] if found else None)
