"""The panel of areas, wired to their controller and to the map."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QWidget

from ..controllers.aois import AoiController
from .aoi_bands import AoiBands
from .aoi_panel import AoiPanel, Measure
from .map_tools import ToolSwitch
from .notices import NoticeArea
from .questions import AoiQuestions


class AreasDesk(QObject):
    """Takes areas in by the panel, and shows them there and on the map."""

    def __init__(
        self,
        owner: QWidget,
        aois: AoiController,
        *,
        canvas: QgsMapCanvas,
        tools: ToolSwitch,
        measure: Measure,
        notices: NoticeArea,
    ) -> None:
        super().__init__(owner)
        self._aois = aois
        self._canvas = canvas
        self._notices = notices
        self.panel = AoiPanel(canvas, tools, measure)
        self.bands = AoiBands(canvas)
        self.questions = AoiQuestions(owner, aois)
        self.panel.drawn.connect(self._drawn)
        self.panel.extent_requested.connect(self._extent_wanted)
        self.panel.file_requested.connect(aois.import_file)
        self.panel.removed.connect(aois.remove)
        self.panel.cleared.connect(aois.clear)
        aois.changed.connect(self._changed)
        aois.measured.connect(self.panel.set_total)
        aois.importing.connect(self.panel.set_importing)
        for told in (aois.failed, aois.notice):
            told.connect(lambda notice: self._notices.show_notice("aoi", notice))

    def shut_down(self) -> None:
        """Give the canvas back and leave nothing on it."""
        self.panel.shut_down()
        self.bands.remove()

    def _crs(self) -> QgsCoordinateReferenceSystem:
        return self._canvas.mapSettings().destinationCrs()

    def _drawn(self, geometry: QgsGeometry) -> None:
        self._aois.add_geometry(geometry, self._crs())

    def _extent_wanted(self) -> None:
        self._aois.add_extent(self._canvas.extent(), self._crs())

    def _changed(self) -> None:
        self._notices.clear("aoi")
        self.panel.set_aois(self._aois.aois, self._aois.total_area_km2)
        self.bands.show(self._aois.aois)
