"""The areas of interest: drawing, importing, and the list with their size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QMimeData, pyqtSignal
from qgis.PyQt.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence
from qgis.PyQt.QtWidgets import QApplication, QFileDialog, QMenu, QToolButton

from ..domain.aoi import Aoi
from ..domain.quota import SensorQuota
from . import formats
from .aoi_list import AoiList
from .drawing import DrawingButtons
from .map_tools import ToolSwitch
from .place_edit import PlaceEdit
from .shape_tools import length_text
from .share_line import ShareLine
from .theme import HALF, Role, themed_icon
from .widgets import ButtonGrid, Section, label, on_theme_change, row, tool_button

translate = QCoreApplication.translate

_NATIVE = QKeySequence.SequenceFormat.NativeText
Measure = Callable[[QgsGeometry, QgsCoordinateReferenceSystem], "float | None"]


class AoiPanel(Section):
    """Asks for areas; the list shows what the controller holds.

    Signals:
        drawn: a QgsGeometry in the CRS of the canvas.
        edited: index of the area and its changed QgsGeometry in the CRS of the canvas.
        extent_requested: the canvas extent is wanted as an area.
        selection_requested: the selected features are wanted as areas.
        file_requested: path of a file to import.
        text_pasted: a text from the clipboard, to be read as areas.
        import_cancelled: the file that is being read is not wanted.
        removed: index of the area to take out.
        cleared: all areas are to be taken out.
        kept_wanted, kept_forgotten: name of a kept area to add, or to keep no longer.
    """

    drawn = pyqtSignal(object)
    edited = pyqtSignal(int, object)
    extent_requested = pyqtSignal()
    selection_requested = pyqtSignal()
    file_requested = pyqtSignal(str)
    text_pasted = pyqtSignal(str)
    import_cancelled = pyqtSignal()
    removed = pyqtSignal(int)
    cleared = pyqtSignal()
    kept_wanted = pyqtSignal(str)
    kept_forgotten = pyqtSignal(str)

    def __init__(self, canvas: QgsMapCanvas, tools: ToolSwitch, measure: Measure) -> None:
        self._total = label(role=Role.MUTED, name="aoiAreaLabel", wrap=False)
        super().__init__(translate("Dinamis", "Areas of interest"), beside=self._total)
        self._canvas = canvas
        self._measure = measure
        self._edited: int | None = None
        self._total_km2 = 0.0
        self._others_km2 = 0.0
        self._drawing_hint = ""
        self._tolerance_m = 0.0
        self._kept: list[str] = []
        self.drawing = DrawingButtons(canvas, tools, self)
        self.drawing.drawn.connect(self.drawn)
        self.drawing.edited.connect(lambda geometry: self.edited.emit(self._edited or 0, geometry))
        self.drawing.sketched.connect(self._sketched)
        self.drawing.changed.connect(self._tool_changed)
        self.places = PlaceEdit()
        self.places.path_entered.connect(self.file_requested)
        self.places.area_pasted.connect(self.paste)
        self.list = AoiList()
        self.list.remove_requested.connect(self.removed)
        self._shares = ShareLine()
        self._hint = label(role=Role.MUTED, name="aoiHintLabel")
        self._import = self._import_button()
        self._stop = tool_button(
            translate("Dinamis", "Stop reading"), "close", name="stopImportButton", text_shown=False
        )
        self._stop.clicked.connect(self.import_cancelled)
        self._stop.hide()
        self._kept_button = self._kept_areas_button()
        self._clear = tool_button(
            translate("Dinamis", "Remove all"),
            "delete",
            name="clearAoisButton",
            tip=translate("Dinamis", "Remove all areas"),
            text_shown=False,
        )
        self._clear.clicked.connect(self.cleared)
        self._build()
        self.setAcceptDrops(True)
        self.set_aois((), 0.0)

    def _build(self) -> None:
        extent = tool_button(
            translate("Dinamis", "Map extent"),
            "extent",
            name="canvasExtentButton",
            tip=translate("Dinamis", "Take what the map shows as an area"),
        )
        extent.clicked.connect(self.extent_requested)
        selection = tool_button(
            translate("Dinamis", "Selection"),
            "selection",
            name="selectedFeaturesButton",
            tip=translate(
                "Dinamis",
                "Take the selected features: of the layer in hand, or of all layers shown when it has none",
            ),
        )
        selection.clicked.connect(self.selection_requested)
        draw = self.drawing
        self.add(ButtonGrid([draw.rectangle, draw.polygon, draw.more, extent, selection, self._import]))
        self.add(draw.distance)
        self.add(row(self.places, self._kept_button, self._clear, spacing=HALF))
        self.add(self.list)
        self.add(self._shares)
        self.add(row(self._hint, self._stop, spacing=HALF))

    def set_aois(self, aois: Sequence[Aoi], total_km2: float | None) -> None:
        """Show the areas and their size together, None while that is being computed."""
        self.list.show_aois(aois)
        self.list.setVisible(bool(aois))
        self._clear.setVisible(bool(aois))
        self._tolerance_m = 0.0
        if not aois:
            self._total.setText("")
            self._shares.set_area(0.0)
            self._total_km2 = 0.0
        elif total_km2 is None:
            self._total.setText(translate("Dinamis", "Computing…"))
        else:
            self.set_total(total_km2)
        self._total.setAccessibleName(translate("Dinamis", "Area of all areas of interest"))
        self._say_idle()

    def set_total(self, total_km2: float) -> None:
        """Show the size of all areas together."""
        self._total_km2 = total_km2
        self._total.setText(formats.area(total_km2))
        self._shares.set_area(total_km2)

    def set_tolerance(self, metres: float) -> None:
        """Say how far the search goes beyond areas that are very detailed; 0 for exactly."""
        self._tolerance_m = metres
        self._say_idle()

    def set_quotas(self, quotas: Sequence[SensorQuota]) -> None:
        """Tell areas beside these quotas, none when signed out."""
        self._shares.set_quotas(quotas)

    def set_kept(self, names: Sequence[str]) -> None:
        """Offer these kept areas."""
        self._kept = list(names)

    def set_importing(self, importing: bool) -> None:
        """Show that a file is being read."""
        self._import.setEnabled(not importing)
        self.places.setEnabled(not importing)
        self._stop.setVisible(importing)
        if importing:
            self._say(translate("Dinamis", "Reading the file…"))
        else:
            self._say_idle()

    def edit(self, number: int, geometry: QgsGeometry) -> None:
        """Give the vertices of an area, in the CRS of the canvas, to the mouse."""
        before = self._measure(geometry, self._canvas.mapSettings().destinationCrs())
        self._others_km2 = max(0.0, self._total_km2 - (before or 0.0))
        self._edited = number
        self.drawing.edit(geometry)

    def paste(self) -> None:
        """Take what is in the clipboard: files, or a text."""
        data = QApplication.clipboard().mimeData()
        path = _local_file(data)
        if path:
            self.file_requested.emit(path)
        else:
            self.text_pasted.emit(data.text())

    def shut_down(self) -> None:
        """Give the canvas back and let the tools go."""
        self.drawing.shut_down()

    def event(self, event: QEvent) -> bool:
        """Have Ctrl+V for the areas while the panel is in use: QGIS pastes features by it."""
        if event.type() == QEvent.Type.ShortcutOverride and event.matches(QKeySequence.StandardKey.Paste):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Ctrl+V adds the area in the clipboard."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
            event.accept()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self.drawing.follow_theme)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Files may be dropped anywhere on the panel."""
        if _local_file(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Import the dropped file."""
        path = _local_file(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.file_requested.emit(path)

    def _import_button(self) -> QToolButton:
        button = tool_button(
            translate("Dinamis", "Import…"),
            "import",
            name="importAoiButton",
            tip=translate(
                "Dinamis", "Import areas from a file (GeoPackage, Shapefile, GeoJSON, KML, GPX, ZIP…)"
            ),
        )
        button.clicked.connect(self._choose_file)
        menu = QMenu(button)
        entries = (
            ("import", "importFileAction", translate("Dinamis", "File…"), self._choose_file),
            ("paste", "pasteAoiAction", translate("Dinamis", "Paste WKT, GeoJSON or features"), self.paste),
        )
        for icon, name, text, act in entries:
            # Told, not set: as a shortcut it would take Ctrl+V from the rest of QGIS.
            key = QKeySequence(QKeySequence.StandardKey.Paste).toString(_NATIVE) if icon == "paste" else ""
            action = menu.addAction(themed_icon(icon), f"{text}\t{key}" if key else text)
            action.setObjectName(name)
            action.triggered.connect(lambda _=False, act=act: act())
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        return button

    def _kept_areas_button(self) -> QToolButton:
        button = tool_button(
            translate("Dinamis", "Kept areas"),
            "bookmark",
            name="keptAreasButton",
            tip=translate("Dinamis", "Areas kept for later"),
            text_shown=False,
        )
        menu = QMenu(button)
        menu.setObjectName("keptAreasMenu")
        menu.aboutToShow.connect(lambda: self._fill_kept(menu))
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _fill_kept(self, menu: QMenu) -> None:
        menu.clear()
        for name in self._kept:
            menu.addAction(_plain(name)).triggered.connect(
                lambda _=False, name=name: self.kept_wanted.emit(name)
            )
        if not self._kept:
            menu.addAction(
                translate("Dinamis", "No area is kept yet: “Keep for later” in its menu")
            ).setEnabled(False)
            return
        menu.addSeparator()
        forget = menu.addMenu(translate("Dinamis", "Keep no longer"))
        forget.setObjectName("forgetAreasMenu")
        for name in self._kept:
            action = forget.addAction(_plain(name))
            action.triggered.connect(lambda _=False, name=name: self.kept_forgotten.emit(name))

    def _sketched(self, geometry: QgsGeometry, measured: str) -> None:
        km2 = self._measure(geometry, self._canvas.mapSettings().destinationCrs())
        if km2 is None:
            return
        others = self._total_km2 if self._edited is None else self._others_km2
        self._shares.set_area(others + km2)
        size = formats.area(km2)
        if self._edited is not None:
            text = translate("Dinamis", "{area} so far. Enter ends, Ctrl+Z undoes, Esc gives up.")
        elif self.drawing.ends_by_click:
            text = translate("Dinamis", "{area} so far. Right click or double click ends, Esc gives up.")
        else:
            text = translate("Dinamis", "{area} so far. Esc gives up.")
        self._say(text.format(area=f"{size} ({measured})" if measured else size))

    def _tool_changed(self, hint: str) -> None:
        self._shares.set_area(self._total_km2)
        self._drawing_hint = hint
        if hint:
            self._say(hint)
        else:
            self._edited = None
            self._say_idle()

    def _say_idle(self) -> None:
        if self._drawing_hint:
            return  # what was computed of the areas meanwhile does not take the words of the drawing away
        if self.list.count() == 0:
            self._say(translate("Dinamis", "No area: the whole catalogue is searched."))
        elif self._tolerance_m:
            self._say(
                translate(
                    "Dinamis",
                    "Very detailed: searched with a simpler outline, up to {length} around it. The exact one"
                    " is kept.",
                ).format(length=length_text(self._tolerance_m))
            )
        else:
            self._say("")

    def _say(self, text: str) -> None:
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def _choose_file(self) -> None:
        filters = (
            translate("Dinamis", "Area files")
            + " (*.gpkg *.shp *.zip *.geojson *.json *.kml *.kmz *.gpx *.gml *.fgb *.tab *.dxf);;"
            + translate("Dinamis", "All files")
            + " (*)"
        )
        path, _filter = QFileDialog.getOpenFileName(
            self.window(), translate("Dinamis", "Import areas of interest"), "", filters
        )
        if path:
            self.file_requested.emit(path)


def _plain(name: str) -> str:
    """A name as the text of a menu, which takes `&` for the mark of a key."""
    return name.replace("&", "&&")


def _local_file(data: QMimeData) -> str:
    local = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return local[0] if local else ""
