"""The buttons that draw areas, and the tool that each of them gives to the map."""

from __future__ import annotations

from typing import NamedTuple

from qgis.core import QgsGeometry
from qgis.gui import QgsMapCanvas, QgsMapTool
from qgis.PyQt.QtCore import QCoreApplication, QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QAction, QDoubleSpinBox, QMenu, QToolButton, QWidget

from .map_tools import DrawingTool, ManyPointsTool, PolygonTool, RectangleTool, ToolSwitch
from .shape_tools import DISTANCE_M, CircleTool, FreehandTool, WidenedLineTool
from .theme import HALF, Role, set_icon, themed_icon
from .vertex_tool import VertexTool
from .widgets import label, row, tool_button

translate = QCoreApplication.translate

_LEAST_M, _MOST_M = 1.0, 500_000.0


class _Entry(NamedTuple):
    """A tool in the menu of further shapes."""

    tool: DrawingTool
    icon: str
    action: QAction


class DrawingButtons(QObject):
    """One tool at a time; the button of the tool in use is pressed.

    Signals:
        drawn: a finished QgsGeometry in the CRS of the canvas.
        sketched: the QgsGeometry so far, and what else is told of it.
        edited: a changed QgsGeometry in the CRS of the canvas.
        changed: another tool is in use, or none; the hint to show, or "".
    """

    drawn = pyqtSignal(object)
    sketched = pyqtSignal(object, str)
    edited = pyqtSignal(object)
    changed = pyqtSignal(str)

    def __init__(self, canvas: QgsMapCanvas, tools: ToolSwitch, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._tools = tools
        self.rectangle = tool_button(
            translate("Dinamis", "Rectangle"),
            "rectangle",
            name="drawRectangleButton",
            tip=translate("Dinamis", "Draw a rectangle: drag, or click two corners. Esc gives up."),
        )
        self.polygon = tool_button(
            translate("Dinamis", "Polygon"),
            "polygon",
            name="drawPolygonButton",
            tip=translate(
                "Dinamis",
                "Draw a polygon: click its corners, end with a right click or a double click. Esc gives up.",
            ),
        )
        self._buttons: dict[QToolButton, DrawingTool] = {}
        for button, tool in ((self.rectangle, RectangleTool(canvas)), (self.polygon, PolygonTool(canvas))):
            self._buttons[button] = tool
            button.setCheckable(True)
            button.clicked.connect(lambda checked, tool=tool: self._toggle(tool, checked))
            self._listen(tool)
        self.more = tool_button(
            translate("Dinamis", "Draw"),
            "shapes",
            name="drawMoreButton",
            tip=translate("Dinamis", "Draw freehand, a circle, or the surroundings of a line"),
        )
        self._entries = self._menu_of_shapes()
        self.distance = self._distance_row()
        self.vertices = VertexTool(canvas)
        self.vertices.edited.connect(self._edited)
        self.vertices.cancelled.connect(self._stop)
        self.vertices.sketched.connect(lambda geometry: self.sketched.emit(geometry, ""))
        canvas.mapToolSet.connect(self._tool_changed)

    @property
    def ends_by_click(self) -> bool:
        """Whether a right click or a double click ends the drawing in hand."""
        return isinstance(self._canvas.mapTool(), ManyPointsTool)

    def edit(self, geometry: QgsGeometry) -> None:
        """Give the vertices of an area, in the CRS of the canvas, to the mouse."""
        self._tools.take(self.vertices)
        self.vertices.begin(geometry)
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow_theme(self) -> None:
        """Draw the icons of the menu again, in the colours of the theme in use."""
        for entry in self._entries:
            entry.action.setIcon(themed_icon(entry.icon))

    def shut_down(self) -> None:
        """Give the canvas back and let the tools go."""
        self._canvas.mapToolSet.disconnect(self._tool_changed)
        for tool in (*self._buttons.values(), *(entry.tool for entry in self._entries), self.vertices):
            self._tools.give_back(tool)
            tool.deleteLater()
        self._buttons.clear()
        self._entries = []

    def _menu_of_shapes(self) -> list[_Entry]:
        menu = QMenu(self.more)
        menu.setToolTipsVisible(True)
        self._line = WidenedLineTool(self._canvas)
        shapes: tuple[tuple[DrawingTool, str, str, str, str], ...] = (
            (
                FreehandTool(self._canvas),
                "freehand",
                "drawFreehandAction",
                translate("Dinamis", "Freehand"),
                translate("Dinamis", "Hold the button down and draw round the area."),
            ),
            (
                CircleTool(self._canvas),
                "circle",
                "drawCircleAction",
                translate("Dinamis", "Circle"),
                translate("Dinamis", "Drag from the centre to the rim, or click both."),
            ),
            (
                self._line,
                "widened_line",
                "drawLineAction",
                translate("Dinamis", "Around a line"),
                translate("Dinamis", "Click along the line, end with a right click or a double click."),
            ),
        )
        entries = []
        for tool, icon, name, text, tip in shapes:
            action = menu.addAction(themed_icon(icon), text)
            action.setObjectName(name)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.triggered.connect(lambda checked, tool=tool: self._toggle(tool, checked))
            self._listen(tool)
            entries.append(_Entry(tool, icon, action))
        self.more.setMenu(menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setCheckable(True)
        return entries

    def _distance_row(self) -> QWidget:
        """How far the surroundings of a line reach; shown while one is drawn."""
        spin = QDoubleSpinBox()
        spin.setObjectName("lineDistanceSpin")
        spin.setAccessibleName(translate("Dinamis", "Distance from the line"))
        spin.setDecimals(0)
        spin.setRange(_LEAST_M, _MOST_M)
        spin.setSingleStep(100)
        spin.setSuffix(translate("Dinamis", " m"))
        spin.setGroupSeparatorShown(True)
        spin.setValue(DISTANCE_M)
        spin.valueChanged.connect(self._line.widen)
        made = QWidget()
        body = row(label(translate("Dinamis", "Distance from the line"), role=Role.MUTED, wrap=False), spin)
        body.setSpacing(2 * HALF)
        body.setStretch(1, 1)
        made.setLayout(body)
        made.setVisible(False)
        return made

    def _listen(self, tool: DrawingTool) -> None:
        tool.drawn.connect(self._drawn)
        tool.cancelled.connect(self._stop)
        tool.sketched.connect(lambda geometry: self.sketched.emit(geometry, tool.measured))

    def _toggle(self, tool: DrawingTool, checked: bool) -> None:
        if not checked:
            self._tools.give_back(tool)
            return
        self._tools.take(tool)
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _drawn(self, geometry: QgsGeometry) -> None:
        self._stop()
        self.drawn.emit(geometry)

    def _edited(self, geometry: QgsGeometry) -> None:
        self.edited.emit(geometry)  # first: where the tool goes back, nobody knows any more what was edited
        self._stop()

    def _stop(self) -> None:
        current = self._canvas.mapTool()
        if current is not None and self._is_ours(current):
            self._tools.give_back(current)

    def _is_ours(self, tool: QgsMapTool) -> bool:
        ours = (*self._buttons.values(), *(entry.tool for entry in self._entries), self.vertices)
        return any(tool is one for one in ours)

    def _tool_changed(self, new: QgsMapTool | None, _old: QgsMapTool | None = None) -> None:
        for button, tool in self._buttons.items():
            button.setChecked(tool is new)
        icon = "shapes"
        for entry in self._entries:
            entry.action.setChecked(entry.tool is new)
            icon = entry.icon if entry.tool is new else icon
        self.more.setChecked(icon != "shapes")
        set_icon(self.more, icon)
        self.distance.setVisible(new is self._line)
        self.changed.emit(self._hint(new))

    def _hint(self, tool: QgsMapTool | None) -> str:
        if tool is None or not self._is_ours(tool):
            return ""
        if tool is self.vertices:
            return translate(
                "Dinamis",
                "Drag a vertex, or an edge to add one; a right click on it deletes it. Enter ends,"
                " Ctrl+Z undoes, Esc gives up.",
            )
        tips = [entry.action.toolTip() for entry in self._entries if entry.tool is tool]
        if tips:
            return tips[0] + " " + translate("Dinamis", "Esc gives up.")
        return translate("Dinamis", "Draw on the map. Esc gives up.")
