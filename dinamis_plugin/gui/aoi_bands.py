"""The areas of interest on the canvas."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry
from qgis.gui import QgsMapCanvas, QgsRubberBand

from ..domain.aoi import Aoi, AreaGeometry
from .map_tools import area_band

WGS84 = "EPSG:4326"


class AoiBands:
    """One rubber band for each area, drawn again when the canvas changes its CRS."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._bands: list[QgsRubberBand] = []
        self._aois: tuple[Aoi, ...] = ()
        canvas.destinationCrsChanged.connect(self._draw)

    @property
    def bands(self) -> tuple[QgsRubberBand, ...]:
        """What is on the canvas now."""
        return tuple(self._bands)

    def show(self, aois: Sequence[Aoi]) -> None:
        """Draw these areas in place of the earlier ones."""
        self._aois = tuple(aois)
        self._draw()

    def remove(self) -> None:
        """Leave the canvas for good."""
        self._canvas.destinationCrsChanged.disconnect(self._draw)
        self._clear()

    def _draw(self) -> None:
        self._clear()
        crs = QgsCoordinateReferenceSystem(WGS84)
        for aoi in self._aois:
            band = area_band(self._canvas)
            band.setToGeometry(to_qgs(aoi.outline), crs)
            self._bands.append(band)

    def _clear(self) -> None:
        for band in self._bands:
            self._canvas.scene().removeItem(band)
        self._bands.clear()


def to_qgs(geometry: AreaGeometry) -> QgsGeometry:
    """The same geometry for QGIS, through WKB."""
    made = QgsGeometry()
    made.fromWkb(geometry.wkb)
    return made
