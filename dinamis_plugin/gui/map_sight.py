"""Where areas lie on the map, and the map moved to where something is to be seen."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
)
from qgis.gui import QgsMapCanvas

from ..domain.aoi import AreaGeometry, outline_of
from .aoi_bands import WGS84, to_qgs

_MARGIN = 1.1


def to_canvas(canvas: QgsMapCanvas, geometry: QgsGeometry) -> bool:
    """Bring an area from EPSG:4326 to the CRS of a map; false where the map cannot show it."""
    degrees = QgsCoordinateReferenceSystem(WGS84)
    crs = canvas.mapSettings().destinationCrs()
    try:
        geometry.transform(QgsCoordinateTransform(degrees, crs, QgsProject.instance()))
    except QgsCsException:
        return False
    return geometry.boundingBox().isFinite()


def go_to(canvas: QgsMapCanvas, box: QgsRectangle) -> None:
    """Move a map to a box in its CRS, with a little room around."""
    around = QgsRectangle(box)
    around.scale(_MARGIN)
    canvas.setExtent(around)
    canvas.refresh()


def bring_into_view(canvas: QgsMapCanvas, areas: Iterable[AreaGeometry]) -> None:
    """Move a map that shows none of some areas (EPSG:4326) to all of them."""
    whole = QgsRectangle()
    whole.setMinimal()
    seen = canvas.extent()
    for area in areas:
        geometry = to_qgs(outline_of(area))
        if to_canvas(canvas, geometry):
            box = geometry.boundingBox()
            if seen.intersects(box):
                return
            whole.combineExtentWith(box)
    if whole.isFinite() and not whole.isEmpty():
        go_to(canvas, whole)
