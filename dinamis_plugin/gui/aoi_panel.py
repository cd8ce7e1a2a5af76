"""The areas of interest: drawing, importing, and the list with their size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry
from qgis.gui import QgsMapCanvas, QgsMapTool
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QMimeData, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from qgis.PyQt.QtWidgets import (
    QFileDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ..domain.aoi import Aoi
from . import formats
from .map_tools import DrawingTool, PolygonTool, RectangleTool, ToolSwitch
from .theme import HALF, STEP, Role
from .widgets import ButtonGrid, ElidedLabel, Section, label, row, tool_button

translate = QCoreApplication.translate

Measure = Callable[[QgsGeometry, QgsCoordinateReferenceSystem], "float | None"]
_MOST_ROWS = 5


class AoiPanel(Section):
    """Asks for areas; the list shows what the controller holds.

    Signals:
        drawn: a QgsGeometry in the CRS of the canvas.
        extent_requested: the canvas extent is wanted as an area.
        file_requested: path of a file to import.
        removed: index of the area to take out.
        cleared: all areas are to be taken out.
    """

    drawn = pyqtSignal(object)
    extent_requested = pyqtSignal()
    file_requested = pyqtSignal(str)
    removed = pyqtSignal(int)
    cleared = pyqtSignal()

    def __init__(self, canvas: QgsMapCanvas, tools: ToolSwitch, measure: Measure) -> None:
        self._total = label(role=Role.MUTED, name="aoiAreaLabel", wrap=False)
        super().__init__(translate("Dinamis", "Areas of interest"), beside=self._total)
        self._canvas = canvas
        self._tools = tools
        self._measure = measure
        self._buttons: dict[QToolButton, DrawingTool] = {}
        self._active: DrawingTool | None = None
        rectangle = self._drawing_button(
            translate("Dinamis", "Rectangle"),
            "rectangle",
            "drawRectangleButton",
            translate("Dinamis", "Draw a rectangle: drag, or click two corners. Esc gives up."),
            RectangleTool(canvas),
        )
        polygon = self._drawing_button(
            translate("Dinamis", "Polygon"),
            "polygon",
            "drawPolygonButton",
            translate(
                "Dinamis",
                "Draw a polygon: click its corners, end with a right click or a double click. Esc gives up.",
            ),
            PolygonTool(canvas),
        )
        extent = tool_button(
            translate("Dinamis", "Map extent"),
            "extent",
            name="canvasExtentButton",
            tip=translate("Dinamis", "Take what the map shows as an area"),
        )
        extent.clicked.connect(self.extent_requested)
        self._import = tool_button(
            translate("Dinamis", "Import…"),
            "import",
            name="importAoiButton",
            tip=translate(
                "Dinamis", "Import areas from a file (GeoPackage, Shapefile, GeoJSON, KML, GPX, ZIP…)"
            ),
        )
        self._import.clicked.connect(self._choose_file)
        self._path = QLineEdit()
        self._path.setObjectName("aoiPathEdit")
        self._path.setAccessibleName(translate("Dinamis", "Path of an area file"))
        self._path.setPlaceholderText(translate("Dinamis", "…or drop a file here"))
        self._path.setToolTip(translate("Dinamis", "Type or drop the path of a file, then press Enter"))
        self._path.returnPressed.connect(self._path_entered)
        self._hint = label(role=Role.MUTED, name="aoiHintLabel")
        self._list = _AreaList()
        self._list.remove_requested.connect(self.removed)
        self._clear = tool_button(
            translate("Dinamis", "Remove all"),
            "delete",
            name="clearAoisButton",
            tip=translate("Dinamis", "Remove all areas"),
            text_shown=False,
        )
        self._clear.clicked.connect(self.cleared)
        self.add(ButtonGrid([rectangle, polygon, extent, self._import]))
        self.add(row(self._path, self._clear, spacing=HALF))
        self.add(self._list)
        self.add(self._hint)
        self.setAcceptDrops(True)
        canvas.mapToolSet.connect(self._tool_changed)
        self.set_aois((), 0.0)

    def set_aois(self, aois: Sequence[Aoi], total_km2: float | None) -> None:
        """Show the areas and their size together, None while that is being computed."""
        self._list.show_aois(aois)
        self._list.setVisible(bool(aois))
        self._clear.setVisible(bool(aois))
        if not aois:
            self._total.setText("")
        elif total_km2 is None:
            self._total.setText(translate("Dinamis", "Computing…"))
        else:
            self.set_total(total_km2)
        self._total.setAccessibleName(translate("Dinamis", "Area of all areas of interest"))
        self._say_idle()

    def set_total(self, total_km2: float) -> None:
        """Show the size of all areas together."""
        self._total.setText(formats.area(total_km2))

    def set_importing(self, importing: bool) -> None:
        """Show that a file is being read."""
        self._import.setEnabled(not importing)
        self._path.setEnabled(not importing)
        if importing:
            self._say(translate("Dinamis", "Reading the file…"))
        else:
            self._say_idle()

    def shut_down(self) -> None:
        """Give the canvas back and let the tools go."""
        self._canvas.mapToolSet.disconnect(self._tool_changed)
        for tool in self._buttons.values():
            self._tools.give_back(tool)
            tool.deleteLater()
        self._buttons.clear()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Files may be dropped anywhere on the panel."""
        if _dropped_file(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Import the dropped file."""
        path = _dropped_file(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.file_requested.emit(path)

    def _drawing_button(self, text: str, icon: str, name: str, tip: str, tool: DrawingTool) -> QToolButton:
        button = tool_button(text, icon, name=name, tip=tip)
        button.setCheckable(True)
        self._buttons[button] = tool
        button.clicked.connect(lambda checked: self._toggle(tool, checked))
        tool.drawn.connect(self._drawn)
        tool.cancelled.connect(self._stop)
        tool.sketched.connect(self._sketched)
        return button

    def _toggle(self, tool: DrawingTool, checked: bool) -> None:
        if not checked:
            self._tools.give_back(tool)
            return
        self._tools.take(tool)
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say(translate("Dinamis", "Draw on the map. Esc gives up."))

    def _drawn(self, geometry: QgsGeometry) -> None:
        self._stop()
        self.drawn.emit(geometry)

    def _stop(self) -> None:
        if self._active is not None:
            self._tools.give_back(self._active)

    def _tool_changed(self, new: QgsMapTool | None, _old: QgsMapTool | None = None) -> None:
        self._active = None
        for button, tool in self._buttons.items():
            current = tool is new
            button.setChecked(current)
            if current:
                self._active = tool
        if self._active is None:
            self._say_idle()

    def _sketched(self, geometry: QgsGeometry) -> None:
        km2 = self._measure(geometry, self._canvas.mapSettings().destinationCrs())
        if km2 is not None:
            text = translate("Dinamis", "{area} so far. Esc gives up.")
            if isinstance(self._active, PolygonTool):
                text = translate("Dinamis", "{area} so far. Right click or double click ends, Esc gives up.")
            self._say(text.format(area=formats.area(km2)))

    def _say_idle(self) -> None:
        if self._list.count() == 0:
            self._say(translate("Dinamis", "No area: the whole catalogue is searched."))
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
            self.window(), translate("Dinamis", "Import areas of interest"), self._path.text(), filters
        )
        if path:
            self.file_requested.emit(path)

    def _path_entered(self) -> None:
        path = self._path.text().strip().strip('"')
        if path:
            self.file_requested.emit(path)


class _AreaList(QListWidget):
    """The areas with their size; Delete, or the button of the row, takes one out."""

    remove_requested = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("aoiList")
        self.setAccessibleName(translate("Dinamis", "Areas of interest"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_aois(self, aois: Sequence[Aoi]) -> None:
        """List these areas."""
        self.clear()
        height = 0
        for number, aoi in enumerate(aois):
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{aoi.name}, {formats.area(aoi.area_km2)}")
            item.setToolTip(aoi.note or aoi.name)
            self.addItem(item)
            line = self._line(number, aoi)
            item.setSizeHint(QSize(0, line.sizeHint().height()))
            self.setItemWidget(item, line)
            if number < _MOST_ROWS:
                height += line.sizeHint().height()
        self.setFixedHeight(height + 2 * self.frameWidth())

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the rows as wide as the list: Qt does so only when it gets wider."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Delete takes the current area out."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.currentRow() >= 0:
            self.remove_requested.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def _line(self, number: int, aoi: Aoi) -> QWidget:
        name = ElidedLabel("aoiNameLabel")
        name.setText(aoi.name)
        size = label(formats.area(aoi.area_km2), role=Role.MUTED, wrap=False)
        remove = tool_button(
            translate("Dinamis", "Remove {name}").format(name=aoi.name),
            "close",
            name="removeAoiButton",
            text_shown=False,
        )
        remove.clicked.connect(lambda: self.remove_requested.emit(number))
        line = QWidget()
        body = row(name, size, remove, spacing=HALF)
        body.setContentsMargins(STEP, 2, 2, 2)
        body.setStretch(0, 1)
        line.setLayout(body)
        return line


def _dropped_file(data: QMimeData) -> str:
    local = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return local[0] if local else ""
