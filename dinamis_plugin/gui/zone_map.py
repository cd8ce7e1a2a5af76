"""A small map of a request: its zone, the scenes, and what of the zone no scene shows (REQ-08, REQ-11)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsProject,
    QgsRectangle,
)
from qgis.gui import QgsMapCanvas, QgsMapToolPan, QgsRubberBand, QgsVertexMarker
from qgis.PyQt.QtCore import QCoreApplication, QEvent, pyqtSignal
from qgis.PyQt.QtGui import QColor, QShowEvent
from qgis.PyQt.QtWidgets import QWidget
from shapely.ops import unary_union

from ..domain.aoi import AreaGeometry, outline_of, polygonal
from .aoi_bands import WGS84, to_qgs
from .map_tools import DrawingTool, PolygonTool, RectangleTool, band_of
from .theme import HALF, Role, Tone, colours
from .widgets import FlowLayout, column, label, on_theme_change, row, tool_button

translate = QCoreApplication.translate

_HEIGHT = 220
_ROOM = 1.15
_SLIVER = 1e-4
_LEAST_PX = 2 * HALF
"""What is smaller on the map, in pixels, is seen by a mark of that size."""


class ZoneMap(QWidget):
    """Shows a zone over the layers of QGIS's own map, and lets another zone be drawn.

    Signals:
        drawn: a finished QgsGeometry, in the CRS of `canvas`.
        cleared: what was drawn shall go.
    """

    drawn = pyqtSignal(object)
    cleared = pyqtSignal()

    def __init__(self, prefix: str, model: QgsMapCanvas | None = None, *, drawing: bool = True) -> None:
        super().__init__()
        self.canvas = QgsMapCanvas()
        self.canvas.setObjectName(f"{prefix}ZoneMap")
        self.canvas.setAccessibleName(translate("Dinamis", "Map of the zone of interest"))
        self.canvas.setFixedHeight(_HEIGHT)
        self.canvas.enableAntiAliasing(True)
        self._zone: AreaGeometry | None = None
        self._footprints: tuple[AreaGeometry, ...] = ()
        self._bands: list[QgsRubberBand] = []
        self._marks: list[QgsVertexMarker] = []
        self._shown: list[tuple[QColor, Sequence[AreaGeometry]]] = []
        self._model = model
        self._pan = QgsMapToolPan(self.canvas)
        self._legend = FlowLayout(2 * HALF)
        self._make_tools(prefix, drawing)
        self._follow()
        if model is not None:
            for changed in (model.layersChanged, model.destinationCrsChanged, model.canvasColorChanged):
                changed.connect(self._follow_in_view)
        self.canvas.extentsChanged.connect(self._mark)
        self.canvas.setMapTool(self._pan)
        self.setLayout(column(self.canvas, self._foot(drawing), self._legend, spacing=HALF))

    def _make_tools(self, prefix: str, drawing: bool) -> None:
        self._tools: list[DrawingTool] = []
        self._buttons = []
        shapes = (
            (RectangleTool, "rectangle", translate("Dinamis", "Draw a rectangle")),
            (PolygonTool, "polygon", translate("Dinamis", "Draw a polygon")),
        )
        for kind, icon, text in shapes if drawing else ():
            tool = kind(self.canvas)
            tool.drawn.connect(self._drawn)
            tool.cancelled.connect(self._put_down)
            button = tool_button(text, icon, name=f"{prefix}{icon.capitalize()}Button", text_shown=False)
            button.setCheckable(True)
            button.toggled.connect(lambda on, tool=tool: self._take(tool, on=on))
            self._tools.append(tool)
            self._buttons.append(button)
        self._clear = tool_button(
            translate("Dinamis", "Remove what was drawn"),
            "delete",
            name=f"{prefix}ClearZoneButton",
            text_shown=False,
        )
        self._clear.setEnabled(False)
        self._clear.clicked.connect(self.cleared)
        self._whole = tool_button(
            translate("Dinamis", "Show the whole zone"), "zoom", name=f"{prefix}WholeButton", text_shown=False
        )
        self._whole.clicked.connect(self.show_whole)
        self._hint = label(role=Role.MUTED, name=f"{prefix}DrawHint")

    def _foot(self, drawing: bool) -> QWidget:
        foot = QWidget()
        parts = [*self._buttons, self._clear, self._whole] if drawing else [self._whole]
        line = row(*parts, spacing=HALF)
        line.addWidget(self._hint, 1)
        foot.setLayout(line)
        return foot

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look like QGIS's own map as it is now: out of view nothing is drawn."""
        super().showEvent(event)
        self._follow()

    def _follow(self) -> None:
        """Use the layers, the CRS and the ground of another map."""
        crs = QgsCoordinateReferenceSystem("EPSG:3857")
        if self._model is not None:
            crs = self._model.mapSettings().destinationCrs()
            if self.isVisible():
                self.canvas.setLayers(self._model.layers())
            self.canvas.setCanvasColor(self._model.canvasColor())
        self.canvas.setDestinationCrs(crs if crs.isValid() else QgsCoordinateReferenceSystem(WGS84))

    def _follow_in_view(self) -> None:
        if self.isVisible():
            self._follow()

    # What is shown

    def show_zone(self, zone: AreaGeometry | None, footprints: Sequence[AreaGeometry] = ()) -> None:
        """Draw a zone, the scenes around it, and what of it they do not show."""
        before = (self._zone, self._footprints)
        self._zone = None if zone is None or zone.is_empty else outline_of(zone)
        self._footprints = tuple(outline_of(one) for one in footprints if not one.is_empty)
        if before != (self._zone, self._footprints):
            self._draw()
            self.show_whole()

    def set_clearable(self, clearable: bool) -> None:
        """Say whether something was drawn that can be removed."""
        self._clear.setEnabled(clearable)

    @property
    def missing(self) -> AreaGeometry | None:
        """The part of the zone that no scene shows, None when they show all of it."""
        if self._zone is None or not self._footprints:
            return None
        left = polygonal(self._zone.difference(unary_union(self._footprints)))
        return None if left.area <= self._zone.area * _SLIVER else left

    def show_whole(self) -> None:
        """Move the map to the zone and the scenes."""
        parts = [*self._footprints, *([self._zone] if self._zone is not None else [])]
        if not parts:
            return
        box = self._on_map(polygonal(unary_union([part.envelope for part in parts])))
        if box is None:
            return
        box.scale(_ROOM)
        self.canvas.setExtent(box)
        self.canvas.refresh()

    def _on_map(self, shape: AreaGeometry) -> QgsRectangle | None:
        """The box of a shape in the CRS of the map; None beyond what its projection can show."""
        crossing = QgsCoordinateTransform(
            QgsCoordinateReferenceSystem(WGS84),
            self.canvas.mapSettings().destinationCrs(),
            QgsProject.instance(),
        )
        try:
            return crossing.transformBoundingBox(to_qgs(shape).boundingBox())
        except QgsCsException:
            return None

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self._draw)

    def let_go(self) -> None:
        """Give up the tools before the canvas goes: QGIS would ask a tool that is gone."""
        self._model = None
        self.canvas.stopRendering()
        self.canvas.unsetMapTool(self.canvas.mapTool())

    def _draw(self) -> None:
        for band in self._bands:
            self.canvas.scene().removeItem(band)
        self._bands.clear()
        self._shown.clear()
        self._legend.clear()
        shade = colours()
        missing = self.missing
        if self._footprints:
            self._band(self._footprints, shade.tone(Tone.INFO), 30, translate("Dinamis", "Scenes"))
        if self._zone is not None:
            self._band([self._zone], shade.tone(Tone.SUCCESS), 50, translate("Dinamis", "Zone"))
        if missing is not None:
            self._band(
                [missing], shade.tone(Tone.DANGER), 60, translate("Dinamis", "Not shown by the scenes")
            )
        self._mark()

    def _band(self, shapes: Sequence[AreaGeometry], colour: QColor, fill: int, told: str) -> None:
        crs = QgsCoordinateReferenceSystem(WGS84)
        band = band_of(self.canvas, colour, fill)
        for shape in shapes:
            band.addGeometry(to_qgs(shape), crs)
        self._bands.append(band)
        self._shown.append((colour, shapes))
        self._legend.addWidget(_Key(colour, told))

    def _mark(self) -> None:
        """Mark what is too small to be seen: scenes on several continents, each a few kilometres wide."""
        for mark in self._marks:
            self.canvas.scene().removeItem(mark)
        self._marks.clear()
        least = _LEAST_PX * self.canvas.mapUnitsPerPixel()
        for colour, shapes in self._shown:
            for part in (part for shape in shapes for part in getattr(shape, "geoms", [shape])):
                box = self._on_map(part)
                if box is not None and max(box.width(), box.height()) < least:
                    self._marks.append(self._mark_at(box, colour))

    def _mark_at(self, box: QgsRectangle, colour: QColor) -> QgsVertexMarker:
        mark = QgsVertexMarker(self.canvas)
        mark.setIconType(QgsVertexMarker.IconType.ICON_CIRCLE)
        mark.setIconSize(_LEAST_PX)
        mark.setPenWidth(2)
        mark.setColor(colour)
        mark.setFillColor(colour)
        mark.setCenter(box.center())
        return mark

    # Drawing

    def _take(self, tool: DrawingTool, *, on: bool) -> None:
        if not on:
            if self.canvas.mapTool() is tool:
                self._put_down()
            return
        for other, button in zip(self._tools, self._buttons):
            button.setChecked(other is tool)
        self.canvas.setMapTool(tool)
        self.canvas.setFocus()
        self._hint.setText(
            translate("Dinamis", "Drag, or click two corners. Esc gives up.")
            if isinstance(tool, RectangleTool)
            else translate("Dinamis", "Click the corners; a right click or Enter ends.")
        )

    def _put_down(self) -> None:
        self.canvas.setMapTool(self._pan)
        self._hint.clear()
        for button in self._buttons:
            button.setChecked(False)

    def _drawn(self, geometry: object) -> None:
        self._put_down()
        self.drawn.emit(geometry)


class _Key(QWidget):
    """One line of the legend: a colour and what it stands for."""

    def __init__(self, colour: QColor, told: str) -> None:
        super().__init__()
        patch = QWidget()
        patch.setFixedSize(3 * HALF, 3 * HALF)
        patch.setStyleSheet(f"background: {colour.name()};")
        self.setLayout(row(patch, label(told, role=Role.MUTED, wrap=False), spacing=HALF))
