"""The panel of areas, wired to their controllers and to the map."""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, QObject
from qgis.PyQt.QtWidgets import QWidget

from ..controllers.app import Controllers
from ..controllers.messages import Notice, NoticeLevel
from ..domain.aoi import Aoi, count_vertices
from ..domain.place import Place
from .aoi_bands import AoiBands, to_qgs
from .aoi_panel import AoiPanel, Measure
from .map_sight import go_to, to_canvas
from .map_tools import ToolSwitch
from .notices import NoticeArea
from .questions import AoiQuestions
from .vertex_tool import MOST_VERTICES

translate = QCoreApplication.translate


class AreasDesk(QObject):
    """Takes areas in by the panel, and shows them there and on the map."""

    def __init__(
        self,
        owner: QWidget,
        controllers: Controllers,
        *,
        canvas: QgsMapCanvas,
        tools: ToolSwitch,
        measure: Measure,
        notices: NoticeArea,
    ) -> None:
        super().__init__(owner)
        self._do = controllers
        self._aois = controllers.aois
        self._canvas = canvas
        self._notices = notices
        self.panel = AoiPanel(canvas, tools, measure)
        self.bands = AoiBands(canvas)
        self.questions = AoiQuestions(owner, self._aois)
        self._wire_panel()
        self._wire_areas()
        self._wire_places()
        self._wire_kept()
        controllers.quotas.changed.connect(self.panel.set_quotas)

    def shut_down(self) -> None:
        """Give the canvas back and leave nothing on it."""
        self.panel.shut_down()
        self.bands.remove()

    def _wire_panel(self) -> None:
        panel, aois = self.panel, self._aois
        panel.drawn.connect(lambda geometry: aois.add_geometry(geometry, self._crs()))
        panel.edited.connect(lambda number, geometry: aois.replace(number, geometry, self._crs()))
        panel.extent_requested.connect(lambda: aois.add_extent(self._canvas.extent(), self._crs()))
        panel.selection_requested.connect(self._selection_wanted)
        panel.file_requested.connect(aois.import_file)
        panel.text_pasted.connect(aois.import_text)
        panel.import_cancelled.connect(aois.cancel_import)
        panel.removed.connect(aois.remove)
        panel.cleared.connect(aois.clear)
        panel.list.renamed.connect(aois.rename)
        panel.list.zoom_requested.connect(self._zoom)
        panel.list.edit_requested.connect(self._edit)

    def _wire_areas(self) -> None:
        aois = self._aois
        aois.changed.connect(self._changed)
        aois.measured.connect(self.panel.set_total)
        aois.simplified.connect(self.panel.set_tolerance)
        aois.importing.connect(self.panel.set_importing)
        aois.came.connect(self._came)
        for told in (aois.failed, aois.notice):
            told.connect(self._tell)

    def _wire_places(self) -> None:
        places, edit = self._do.places, self.panel.places
        edit.typed.connect(places.suggest)
        edit.place_chosen.connect(self._place_chosen)
        edit.name_entered.connect(places.look_up)
        places.suggested.connect(edit.show_places)
        places.found.connect(self._place_found)
        places.failed.connect(self._tell)

    def _wire_kept(self) -> None:
        kept, panel = self._do.kept, self.panel
        panel.list.keep_requested.connect(self._keep)
        panel.kept_wanted.connect(self._kept_wanted)
        panel.kept_forgotten.connect(kept.forget)
        kept.changed.connect(lambda: panel.set_kept(kept.names))
        for told in (kept.notice, kept.failed):
            told.connect(self._tell)
        kept.load()

    def _tell(self, notice: Notice) -> None:
        self._notices.show_notice("aoi", notice)

    def _crs(self) -> QgsCoordinateReferenceSystem:
        return self._canvas.mapSettings().destinationCrs()

    def _aoi(self, number: int) -> Aoi | None:
        aois = self._aois.aois
        return aois[number] if 0 <= number < len(aois) else None

    def _selection_wanted(self) -> None:
        """The selection of the layer in hand, or of all layers of the map where that has none."""
        current = self._canvas.currentLayer()
        layers = [current] if _has_selection(current) else self._canvas.layers()
        self._aois.add_selection([layer for layer in layers if _has_selection(layer)])

    def _place_chosen(self, place: Place) -> None:
        self._do.places.choose(place)

    def _place_found(self, aoi: Aoi) -> None:
        self.panel.places.clear()
        self._aois.add_areas([aoi])
        self._zoom(len(self._aois.aois) - 1)

    def _keep(self, number: int) -> None:
        aoi = self._aoi(number)
        if aoi is not None:
            self._do.kept.keep(aoi)

    def _kept_wanted(self, name: str) -> None:
        aoi = self._do.kept.area(name)
        if aoi is not None:
            self._aois.add_areas([aoi])
            self._zoom(len(self._aois.aois) - 1)

    def _edit(self, number: int) -> None:
        aoi = self._aoi(number)
        if aoi is None:
            return
        if count_vertices(aoi.outline) > MOST_VERTICES or aoi.outline is not aoi.geometry:
            self._tell(
                Notice(
                    NoticeLevel.WARNING,
                    translate("Dinamis", "Too detailed to be edited here"),
                    translate("Dinamis", "“{name}” has more than {count} vertices.").format(
                        name=aoi.name, count=MOST_VERTICES
                    ),
                    translate(
                        "Dinamis", "Change it with the editing tools of QGIS, then take it as selection."
                    ),
                )
            )
            return
        geometry = to_qgs(aoi.geometry)
        if to_canvas(self._canvas, geometry):
            self._zoom(number, only_if_hidden=True)
            self.panel.edit(number, geometry)

    def _zoom(self, number: int, *, only_if_hidden: bool = False) -> None:
        aoi = self._aoi(number)
        if aoi is None:
            return
        geometry = to_qgs(aoi.outline)
        if not to_canvas(self._canvas, geometry):
            return
        box = geometry.boundingBox()
        if not (only_if_hidden and self._canvas.extent().contains(box)):
            go_to(self._canvas, box)

    def _came(self, first: int) -> None:
        """Show where areas are that were read: a map that shows none of them hides a mistake."""
        seen = self._canvas.extent()
        boxes = []
        for aoi in self._aois.aois[first:]:
            geometry = to_qgs(aoi.outline)
            if to_canvas(self._canvas, geometry):
                boxes.append(geometry.boundingBox())
        if boxes and not any(seen.intersects(box) for box in boxes):
            self._zoom(first)

    def _changed(self) -> None:
        self._notices.clear("aoi")
        self.panel.set_aois(self._aois.aois, self._aois.total_area_km2)
        self.bands.show(self._aois.aois)


def _has_selection(layer: object) -> bool:
    return isinstance(layer, QgsVectorLayer) and layer.isValid() and layer.selectedFeatureCount() > 0
