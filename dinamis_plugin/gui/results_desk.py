"""The scenes found, in the list and on the map: both show the same choice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsPointXY, QgsRectangle
from qgis.gui import QgsMapCanvas, QgsMapTool
from qgis.PyQt.QtCore import QCoreApplication, QObject, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QCursor, QDesktopServices, QImage
from qgis.PyQt.QtWidgets import QApplication, QFileDialog, QWidget

from ..controllers.app import Controllers
from ..controllers.messages import Notice, NoticeLevel
from ..controllers.thumbnails import ThumbnailController
from ..domain.footprint_table import Format
from ..domain.scene import Scene
from . import formats
from .footprints import FootprintsItem
from .hover_watch import HoverWatch
from .map_tools import PickTool, ToolSwitch
from .notices import NoticeArea
from .previews import Previews
from .results import ResultsPage
from .results_actions import CITATION, LAYER
from .stack_popup import StackPopup

translate = QCoreApplication.translate

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
        *,
        controllers: Controllers,
        notices: NoticeArea,
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._page = page
        self._canvas = canvas
        self._tools = tools
        self._thumbnails = thumbnails
        self._do = controllers
        self._notices = notices
        self._folder = ""
        self._pick_tool = PickTool(canvas)
        self.footprints = FootprintsItem(canvas)
        self._hover = HoverWatch(canvas, self.footprints, self._hovered_on_map)
        self.previews = Previews(owner, canvas, controllers.quicklooks, controllers.cart)
        self.popup = StackPopup(controllers.cart, owner)
        self._keep_looks()
        self._connect_page()
        self._connect_map()
        self._connect_exports()

    def shut_down(self) -> None:
        """Give the canvas back and leave nothing on it."""
        self.popup.close()
        self._canvas.mapToolSet.disconnect(self._tool_changed)
        self._tools.give_back(self._pick_tool)
        self._pick_tool.deleteLater()
        self._hover.remove()
        self.previews.shut_down()
        self.footprints.remove()

    # Lists

    def _keep_looks(self) -> None:
        """Show the list as it was left, and note how it is left now."""
        page, settings = self._page, self._do.settings
        page.show_as(
            settings.results_grouping,
            settings.results_columns,
            settings.results_sort,
            thumbnails=settings.results_as_thumbnails,
        )
        page.order_chosen.connect(lambda: setattr(settings, "results_sort", page.sort_name))
        page.view.header.chosen.connect(lambda names: setattr(settings, "results_columns", names))
        page.head.grouping_wanted.connect(lambda one: setattr(settings, "results_grouping", one.value))
        page.head.thumbnails_wanted.connect(lambda shown: setattr(settings, "results_as_thumbnails", shown))

    def _connect_page(self) -> None:
        page, search, coverage = self._page, self._do.search, self._do.coverage
        page.selection_changed.connect(self._selection_changed)
        page.in_view.connect(self._came_into_view)
        page.hovered.connect(self.footprints.hover)
        page.zoom_requested.connect(self._zoom_to)
        page.pick_toggled.connect(self._pick_toggled)
        page.quicklook_requested.connect(lambda scene: self.previews.look_at(page.model.scenes(), scene))
        page.map_requested.connect(self.previews.toggle_on_map)
        page.map_clear_requested.connect(self.previews.clear_map)
        page.all_requested.connect(search.load_all)
        self._thumbnails.ready.connect(self._picture_came)
        search.started.connect(self._search_started)
        search.loading.connect(coverage.hold)
        search.page_ready.connect(lambda scenes, _matched: coverage.measure(scenes))
        search.progressed.connect(page.show_progress)
        search.too_many.connect(page.show_too_many)
        coverage.measured.connect(page.set_shares)

    def _search_started(self) -> None:
        query = self._do.search.query
        self._do.coverage.start(query.aois if query is not None else ())

    def _selection_changed(self, scenes: Sequence[Scene]) -> None:
        self.footprints.select(scenes)
        if len(scenes) == 1:
            self._thumbnails.request(scenes[0])

    def _came_into_view(self, scenes: Sequence[Scene]) -> None:
        """Show the thumbnails that are at hand, and have the others read."""
        self._thumbnails.set_wanted(scenes)
        for scene in scenes:
            image = self._thumbnails.image_of(scene)
            if image is not None and self._page.thumbnails.picture_of(scene) is None:
                self._page.thumbnails.show_picture(scene, image)

    def _picture_came(self, scene: Scene, image: QImage) -> None:
        self._page.show_picture(scene, image)

    # The map

    def _connect_map(self) -> None:
        self._pick_tool.picked.connect(self._picked)
        self._pick_tool.cancelled.connect(lambda: self._tools.give_back(self._pick_tool))
        self._canvas.mapToolSet.connect(self._tool_changed)
        self.popup.hovered.connect(self._hovered_on_map)
        self.popup.chosen.connect(self._choose)
        self.previews.current_changed.connect(self.footprints.hover)
        self.previews.on_map.connect(self._page.cart_bar.show_on_map)
        self.previews.on_map.connect(lambda _count: self.footprints.show_through(self.previews.drapes.scenes))
        self.previews.failed.connect(lambda notice: self._notices.show_notice("quicklook", notice))

    def _hovered_on_map(self, scene: Scene | None) -> None:
        self.footprints.hover(scene)
        self._page.mark(scene)

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
        """Choose the scene under the click; of several, ask which."""
        found = self.footprints.scenes_at(point)
        if len(found) == 1:
            self._choose(found[0], more)
        elif found:
            self.popup.ask(found, QCursor.pos(), more=more)

    def _choose(self, scene: Scene, more: bool) -> None:
        self.list_wanted.emit()
        self._page.choose(scene, more=more)

    # Exports

    def _connect_exports(self) -> None:
        exports = self._do.exports
        self._page.export_requested.connect(self._export)
        exports.written.connect(self._written)
        exports.cited.connect(self._cited)
        exports.failed.connect(lambda notice: self._notices.show_notice("export", notice))

    def _export(self, kind: str, scenes: Sequence[Scene]) -> None:
        exports, shares = self._do.exports, self._do.coverage.shares
        if kind == LAYER:
            exports.add_layer(scenes, shares, translate("Dinamis", "Footprints of DINAMIS"))
        elif kind == CITATION:
            exports.cite(scenes)
        else:
            form = Format[kind.upper()]
            path = self._ask_path(form)
            if path is not None:
                exports.write(path, form, scenes, shares)

    def _ask_path(self, form: Format) -> Path | None:
        start = Path(self._folder or str(Path.home())) / f"dinamis{form.value}"
        title = translate("Dinamis", "Export scenes")
        chosen, _ = QFileDialog.getSaveFileName(
            self._owner.window(), title, str(start), f"{form.name} (*{form.value})"
        )
        if not chosen:
            return None
        path = Path(chosen)
        self._folder = str(path.parent)
        return path if path.suffix.lower() == form.value else path.with_name(path.name + form.value)

    def _written(self, path: Path, count: int) -> None:
        words = translate("Dinamis", "{name} holds {count} scenes.")
        notice = Notice(
            NoticeLevel.SUCCESS,
            translate("Dinamis", "Export finished"),
            words.format(name=path.name, count=formats.number(count)),
        )
        folder = QUrl.fromLocalFile(str(path.parent))
        show = translate("Dinamis", "Show in the folder")
        self._notices.show_notice(
            "export", notice.with_action(show, lambda: QDesktopServices.openUrl(folder))
        )

    def _cited(self, text: str) -> None:
        QApplication.clipboard().setText(text)
        title = translate("Dinamis", "Citation copied")
        words = translate("Dinamis", "It can be pasted into a text; it names the licences.")
        self._notices.show_notice("export", Notice(NoticeLevel.SUCCESS, title, words))
