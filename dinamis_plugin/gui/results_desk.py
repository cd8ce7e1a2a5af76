"""The scenes found, in the list and on the map: both show the same choice."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsPointXY, QgsRectangle
from qgis.gui import QgsMapCanvas, QgsMapTool
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QWidget

from ..controllers.thumbnails import ThumbnailController
from ..domain.scene import Scene
from .footprints import FootprintsItem, HoverWatch
from .map_tools import PickTool, ToolSwitch
from .results import ResultsPage

_ZOOM_MARGIN = 1.1


class ResultsDesk(QObject):
    """Keeps the list and the footprints on the map in step.

    Signals:
        list_wanted: the person chose something on the map, which the list shows.
    """

    list_wanted = pyqtSignal()

    def __init__(
        self,
        owner: QWidget,
        page: ResultsPage,
        canvas: QgsMapCanvas,
        tools: ToolSwitch,
        thumbnails: ThumbnailController,
    ) -> None:
        super().__init__(owner)
        self._page = page
        self._canvas = canvas
        self._tools = tools
        self._thumbnails = thumbnails
        self._pick_tool = PickTool(canvas)
        self.footprints = FootprintsItem(canvas)
        self._hover = HoverWatch(canvas, self.footprints, self.footprints.hover)
        page.selection_changed.connect(self._selection_changed)
        page.hovered.connect(self.footprints.hover)
        page.zoom_requested.connect(self._zoom_to)
        page.pick_toggled.connect(self._pick_toggled)
        self._pick_tool.picked.connect(self._picked)
        self._pick_tool.cancelled.connect(lambda: self._tools.give_back(self._pick_tool))
        canvas.mapToolSet.connect(self._tool_changed)
        thumbnails.ready.connect(page.card.show_picture)

    def shut_down(self) -> None:
        """Give the canvas back and leave nothing on it."""
        self._canvas.mapToolSet.disconnect(self._tool_changed)
        self._tools.give_back(self._pick_tool)
        self._pick_tool.deleteLater()
        self._hover.remove()
        self.footprints.remove()

    def _selection_changed(self, scenes: Sequence[Scene]) -> None:
        self.footprints.select(scenes)
        if len(scenes) == 1:
            self._thumbnails.request(scenes[0])

    def _zoom_to(self, scenes: Sequence[Scene]) -> None:
        bounds = self.footprints.extent_of(scenes)
        if bounds.isValid():
            extent = QgsRectangle(bounds.left(), bounds.top(), bounds.right(), bounds.bottom())
            extent.scale(_ZOOM_MARGIN)
            self._canvas.setExtent(extent)
            self._canvas.refresh()

    def _pick_toggled(self, picking: bool) -> None:
        if picking:
            self._tools.take(self._pick_tool)
        else:
            self._tools.give_back(self._pick_tool)

    def _tool_changed(self, new: QgsMapTool | None, _old: QgsMapTool | None = None) -> None:
        self._page.set_picking(picking=new is self._pick_tool)

    def _picked(self, point: QgsPointXY, more: bool) -> None:
        """Choose the scene under the click; clicking again goes through those that lie under each other."""
        found = self.footprints.scenes_at(point)
        if not found:
            return
        chosen = self._page.view.selected_scenes()
        after = 0
        if not more and len(chosen) == 1 and chosen[0] in found:
            after = (found.index(chosen[0]) + 1) % len(found)
        self.list_wanted.emit()
        self._page.view.choose(found[after], more=more)
