"""What a choice of scenes leaves open, hatched on the canvas."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt.QtCore import Qt

from ..domain.aoi import AreaGeometry
from .aoi_bands import WGS84, to_qgs
from .theme import Tone, colours


class GapsBand:
    """One rubber band, drawn again when the canvas changes its CRS."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        self._canvas = canvas
        self._band: QgsRubberBand | None = None
        self._gaps: AreaGeometry | None = None
        canvas.destinationCrsChanged.connect(self._draw)

    @property
    def band(self) -> QgsRubberBand | None:
        """What is on the canvas now."""
        return self._band

    def show(self, gaps: AreaGeometry) -> None:
        """Draw gaps in EPSG:4326 in place of the earlier ones; nothing for empty ones."""
        self._gaps = None if gaps.is_empty else gaps
        self._draw()

    def clear(self) -> None:
        """Draw nothing."""
        self._gaps = None
        self._draw()

    def remove(self) -> None:
        """Leave the canvas for good."""
        self._canvas.destinationCrsChanged.disconnect(self._draw)
        self.clear()

    def _draw(self) -> None:
        if self._band is not None:
            self._canvas.scene().removeItem(self._band)
            self._band = None
        if self._gaps is None:
            return
        band = QgsRubberBand(self._canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
        colour = colours().tone(Tone.WARNING)
        band.setStrokeColor(colour)
        band.setFillColor(colour)
        band.setBrushStyle(Qt.BrushStyle.BDiagPattern)
        band.setWidth(2)
        band.setToGeometry(to_qgs(self._gaps), QgsCoordinateReferenceSystem(WGS84))
        self._band = band
