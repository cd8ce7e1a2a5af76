"""Where things are: between degrees, the canvas and its pixels."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QPoint
from qgis.utils import iface

WGS84 = "EPSG:4326"


def _transform(source: str, target: str) -> QgsCoordinateTransform:
    system = QgsCoordinateReferenceSystem
    return QgsCoordinateTransform(system(source), system(target), QgsProject.instance())


def canvas_box(bbox: Sequence[float], *, margin: float) -> QgsRectangle:
    """Return a box of degrees in the CRS of the project, wider by a part of its size on each side."""
    box = _transform(WGS84, QgsProject.instance().crs().authid()).transformBoundingBox(QgsRectangle(*bbox))
    box.grow(margin * max(box.width(), box.height()))
    return box


def pixel(longitude: float, latitude: float) -> QPoint:
    """Return where a place is drawn on the canvas."""
    canvas = iface.mapCanvas()
    point = _transform(WGS84, canvas.mapSettings().destinationCrs().authid()).transform(
        QgsPointXY(longitude, latitude)
    )
    return canvas.getCoordinateTransform().transform(point).toQPointF().toPoint()


def degrees(spot: QPoint) -> QgsPointXY:
    """Return the place drawn at a pixel of the canvas."""
    canvas = iface.mapCanvas()
    point = canvas.getCoordinateTransform().toMapCoordinates(spot)
    return _transform(canvas.mapSettings().destinationCrs().authid(), WGS84).transform(point)
