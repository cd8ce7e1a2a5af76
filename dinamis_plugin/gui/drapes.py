"""Quicklooks laid on the map where their scenes lie: for the eye only, never in the project (CAT-29)."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsProject,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QPointF, QRectF
from qgis.PyQt.QtGui import QImage, QPainter, QPolygonF, QTransform

from ..domain.cart import Key, key_of
from ..domain.quicklook import Ground, ground_of
from ..domain.scene import Scene
from .ground_item import GroundItem


class DrapesItem(GroundItem):
    """Paints pictures on the ground between their corners, below the footprints."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas)
        self._laid: dict[Key, tuple[Scene, QImage]] = {}
        self._corners: dict[Key, QPolygonF] = {}
        self.setZValue(15)
        canvas.extentsChanged.connect(self._moved)
        canvas.destinationCrsChanged.connect(self._crs_changed)
        self._moved()

    def lay(self, scene: Scene, image: QImage) -> bool:
        """Lay a picture on the ground; False when the catalogue does not say where, or the map cannot."""
        corners = self._place(scene)
        if corners is None or image.isNull():
            return False
        self._laid[key_of(scene)] = (scene, image)
        self._corners[key_of(scene)] = corners
        self.update()
        return True

    def take(self, scenes: Iterable[Scene]) -> None:
        """Take pictures away."""
        for scene in scenes:
            self._laid.pop(key_of(scene), None)
            self._corners.pop(key_of(scene), None)
        self.update()

    def clear(self) -> None:
        """Take all pictures away."""
        self._laid.clear()
        self._corners.clear()
        self.update()

    def holds(self, scene: Scene) -> bool:
        """Whether the picture of a scene lies on the map."""
        return key_of(scene) in self._laid

    @property
    def scenes(self) -> list[Scene]:
        """Whose pictures lie on the map."""
        return [scene for scene, _ in self._laid.values()]

    def __len__(self) -> int:
        """How many lie on the map."""
        return len(self._laid)

    def remove(self) -> None:
        """Leave the canvas for good."""
        self._canvas.extentsChanged.disconnect(self._moved)
        self._canvas.destinationCrsChanged.disconnect(self._crs_changed)
        self._canvas.scene().removeItem(self)

    def paint(self, painter: QPainter, option=None, widget=None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint each picture, warped to its four corners."""
        to_screen = self._canvas.getCoordinateTransform().transform()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        view = self.boundingRect()
        for key, (_, image) in self._laid.items():
            corners = to_screen.map(self._corners[key])
            warp = QTransform()
            frame = QRectF(image.rect())
            source = QPolygonF([frame.topLeft(), frame.topRight(), frame.bottomRight(), frame.bottomLeft()])
            if corners.boundingRect().intersects(view) and QTransform.quadToQuad(source, corners, warp):
                painter.save()
                painter.setTransform(warp, True)
                painter.drawImage(0, 0, image)
                painter.restore()

    def _place(self, scene: Scene) -> QPolygonF | None:
        ground = ground_of(scene)
        return None if ground is None else self._to_map(ground)

    def _to_map(self, ground: Ground) -> QPolygonF | None:
        system = QgsCoordinateReferenceSystem(f"EPSG:{ground.epsg}")
        target = self._canvas.mapSettings().destinationCrs()
        polygon = QPolygonF([QPointF(x, y) for x, y in ground.corners])
        try:
            QgsCoordinateTransform(system, target, QgsProject.instance()).transformPolygon(polygon)
        except QgsCsException:
            return None
        return polygon

    def _moved(self) -> None:
        self.prepareGeometryChange()
        self.updatePosition()
        self.update()

    def _crs_changed(self) -> None:
        self._corners.clear()
        for key, (scene, _) in list(self._laid.items()):
            corners = self._place(scene)
            if corners is None:
                del self._laid[key]
            else:
                self._corners[key] = corners
        self._moved()
