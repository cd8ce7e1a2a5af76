"""Drawing freehand, by a radius, and by a distance from a line (CAT-12)."""

from __future__ import annotations

from typing import Callable

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsDistanceArea,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
)
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent
from qgis.PyQt.QtCore import QCoreApplication, Qt

from ..domain.aoi import AreaGeometry
from ..domain.errors import AoiError
from ..domain.shapes import circle, widened_line
from . import formats
from .aoi_bands import WGS84, to_qgs
from .map_tools import DrawingTool, ManyPointsTool, TwoPointTool

translate = QCoreApplication.translate

DISTANCE_M = 500.0
_LEAST_MOVE_PX = 3
_LEAST_RING = 3


class FreehandTool(DrawingTool):
    """An outline that follows the pointer while the button is down."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas, self._outline)
        self._last = None

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._points = [event.mapPoint()]
            self._last = event.pos()

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Follow, some pixels at a time."""
        if self._points and (event.pos() - self._last).manhattanLength() >= _LEAST_MOVE_PX:
            self._last = event.pos()
            self._points.append(event.mapPoint())
            self._sketch()

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End; a right click gives up."""
        if event.button() == Qt.MouseButton.RightButton:
            self._reset()
            self.cancelled.emit()
        elif self._points:
            self._finish(self._points)

    def _outline(self, points: list[QgsPointXY]) -> QgsGeometry:
        """The ring without what a pixel hides: the hand trembles."""
        if len(points) < _LEAST_RING:
            return QgsGeometry()
        return QgsGeometry.fromPolygonXY([points]).simplify(self._canvas.mapUnitsPerPixel())


class CircleTool(TwoPointTool):
    """A circle on the ellipsoid: its centre, then any point of it."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas, self._circle)
        self._radius_m = 0.0

    @property
    def measured(self) -> str:
        """The radius."""
        return translate("Dinamis", "radius {length}").format(length=length_text(self._radius_m))

    def _circle(self, points: list[QgsPointXY]) -> QgsGeometry:
        if len(points) < 2:  # noqa: PLR2004 - centre and rim
            return QgsGeometry()

        def make(degrees: list[tuple[float, float]]) -> AreaGeometry:
            self._radius_m = _distance_m(degrees[0], degrees[-1])
            return circle(*degrees[0], self._radius_m)

        return _on_the_ellipsoid(self._canvas, points, make)


class WidenedLineTool(ManyPointsTool):
    """What lies within a distance of a line; `distance_m` may change while it is drawn."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas, self._band_of)
        self.distance_m = DISTANCE_M

    def widen(self, distance_m: float) -> None:
        """Use another distance, in metres."""
        self.distance_m = distance_m
        if self._points:
            self._sketch()

    def _band_of(self, points: list[QgsPointXY]) -> QgsGeometry:
        if len(set(map(tuple, points))) < 2:  # noqa: PLR2004 - a line has two ends
            return QgsGeometry()
        return _on_the_ellipsoid(self._canvas, points, lambda degrees: widened_line(degrees, self.distance_m))


def length_text(metres: float) -> str:
    """A length in metres, or in kilometres from one on."""
    if metres < 1000:  # noqa: PLR2004 - metres of a kilometre
        return translate("Dinamis", "{length} m").format(length=formats.number(metres))
    return translate("Dinamis", "{length} km").format(length=formats.number(metres / 1000, 1))


def _on_the_ellipsoid(
    canvas: QgsMapCanvas,
    points: list[QgsPointXY],
    make: Callable[[list[tuple[float, float]]], AreaGeometry],
) -> QgsGeometry:
    """Make a shape of points in the CRS of the canvas, by degrees; empty where none can be made."""
    crs = canvas.mapSettings().destinationCrs()
    wgs84 = QgsCoordinateReferenceSystem(WGS84)
    there = QgsCoordinateTransform(crs, wgs84, QgsProject.instance())
    try:
        made = to_qgs(make([(moved.x(), moved.y()) for moved in map(there.transform, points)]))
        made.transform(QgsCoordinateTransform(wgs84, crs, QgsProject.instance()))
    except (AoiError, QgsCsException):
        return QgsGeometry()
    return made


def _distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    measure = QgsDistanceArea()
    measure.setEllipsoid("WGS84")
    measure.setSourceCrs(QgsCoordinateReferenceSystem(WGS84), QgsProject.instance().transformContext())
    return float(measure.measureLine(QgsPointXY(*one), QgsPointXY(*other)))
