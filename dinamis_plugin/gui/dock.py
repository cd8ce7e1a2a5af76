"""The dock: header, messages, and the four pages, wired to the controllers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Callable

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsPointXY, QgsRectangle
from qgis.gui import QgsDockWidget, QgsMapCanvas, QgsMapTool
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QMimeData, QTimer
from qgis.PyQt.QtWidgets import QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from ..controllers.app import Controllers
from ..controllers.messages import Notice
from ..controllers.session import SessionState
from ..controllers.thumbnails import ThumbnailController
from ..domain.account import Account
from ..domain.aoi import outline_of
from ..domain.endpoints import service_address
from ..domain.errors import InvalidRequestError
from ..domain.loading import Way
from ..domain.order import Order
from ..domain.scene import Scene
from . import formats, theme
from .account_page import AccountPage
from .activity import ActivityBar
from .aoi_bands import WGS84, AoiBands, to_qgs
from .aoi_panel import AoiPanel, Measure
from .dialogs import Dialogs
from .downloads_desk import DownloadsDesk
from .filters import FiltersPage
from .footprints import FootprintsItem, HoverWatch
from .header import Header
from .map_images import MapImages
from .map_tools import PickTool, ToolSwitch, sketch_band
from .notices import NoticeArea
from .questions import AoiQuestions
from .requests_page import RequestsPage
from .results import ResultsPage
from .sign_in import SignInPanel
from .waiting_item import WaitingItem
from .widgets import on_theme_change

translate = QCoreApplication.translate

LEAST_WIDTH = 320
_ZOOM_MARGIN = 1.1


@dataclass(frozen=True)
class DockParts:
    """What the composition root hands to the dock.

    Attributes:
        controllers: state and work.
        thumbnails: small pictures.
        canvas: the map of QGIS.
        mime_of: makes the data of a drag of scenes.
        measure: area in km2 of a geometry in a CRS, None when it is not an area.
        show_time: opens the temporal controller of QGIS.
    """

    controllers: Controllers
    thumbnails: ThumbnailController
    canvas: QgsMapCanvas
    mime_of: Callable[[Sequence[Scene]], QMimeData]
    measure: Measure
    show_time: Callable[[], None] = lambda: None


class DinamisDock(QgsDockWidget):
    """The one window of the plugin."""

    def __init__(self, parts: DockParts, parent: QWidget | None = None) -> None:
        super().__init__(translate("Dinamis", "DINAMIS"), parent)
        self.setObjectName("DinamisDock")
        self._parts = parts
        self._do = parts.controllers
        self._canvas = parts.canvas
        self._tools = ToolSwitch(parts.canvas)
        self._pick_tool = PickTool(parts.canvas)
        self._order_band = None
        self.header = Header()
        self.notices = NoticeArea()
        self.sign_in = SignInPanel()
        self.aoi_panel = AoiPanel(parts.canvas, self._tools, parts.measure)
        self.filters = FiltersPage(self.aoi_panel)
        self.results = ResultsPage(parts.mime_of)
        self.requests = RequestsPage()
        self.account = AccountPage()
        self.activity = ActivityBar()
        self.downloads = DownloadsDesk(self, self._do, self.notices)
        self.bands = AoiBands(parts.canvas)
        self.footprints = FootprintsItem(parts.canvas)
        self.images = MapImages(parts.canvas, self._tools, self._do, parts.show_time, self)
        self.waiting = WaitingItem(parts.canvas, self._do.layers)
        self._hover = HoverWatch(parts.canvas, self.footprints, self._map_hovered)
        self._dialogs = Dialogs(self, self._do)
        self._questions = AoiQuestions(self, self._do.aois)
        self._matched_text = ""
        self._sign_in_at = ""
        self._build()
        self._wire_session()
        self._wire_aois()
        self._wire_search()
        self._wire_results()
        self._wire_images()
        self._wire_requests()
        self._session_changed(self._do.session.state)

    def _build(self) -> None:
        self._tabs = QTabWidget()
        self._tabs.setObjectName("mainTabs")
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setUsesScrollButtons(False)
        self._tabs.tabBar().setExpanding(True)
        self._narrow_tabs()
        self._tabs.addTab(self.filters, translate("Dinamis", "Filters"))
        self._tabs.addTab(self.results, translate("Dinamis", "Results"))
        self._tabs.addTab(self.requests, translate("Dinamis", "Requests"))
        self._tabs.addTab(self.account, translate("Dinamis", "Account"))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._tabs)
        self._pages.addWidget(self.sign_in)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.notices)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self.downloads.panel)
        layout.addWidget(self.activity)
        content = QWidget()
        content.setMinimumWidth(LEAST_WIDTH)
        content.setLayout(layout)
        self.setWidget(content)

    # Session

    def _wire_session(self) -> None:
        session = self._do.session
        self.header.set_url(session.service_url)
        self.header.connect_requested.connect(session.connect_service)
        self.header.sign_in_requested.connect(self._sign_in)
        self.header.sign_out_requested.connect(session.sign_out)
        self.sign_in.open_browser_requested.connect(session.open_browser)
        self.sign_in.cancel_requested.connect(session.cancel_sign_in)
        self.account.sign_in_requested.connect(session.sign_in)
        self.requests.sign_in_requested.connect(session.sign_in)
        session.state_changed.connect(self._session_changed)
        session.device_code_ready.connect(self._device_ready)
        session.poll_status.connect(self.sign_in.set_status)
        session.account_changed.connect(self._account_changed)
        session.notice.connect(lambda notice: self.notices.show_notice("session", notice))

    def _sign_in(self, typed: str) -> None:
        """Sign in at the typed address: connect first where that is another service than the one in use."""
        session = self._do.session
        if typed.strip() and not self._is_connected_to(typed):
            self._sign_in_at = typed
            session.connect_service(typed)
        else:
            session.sign_in()

    def _is_connected_to(self, typed: str) -> bool:
        endpoints = self._do.session.endpoints
        try:
            return endpoints is not None and endpoints.service == service_address(typed)
        except InvalidRequestError:
            return False

    def _device_ready(self, device) -> None:
        self.notices.clear("session")
        self.sign_in.show_device(device)
        self.sign_in.focus_first()

    def _session_changed(self, state: SessionState) -> None:
        session = self._do.session
        self.header.set_state(state)
        self.header.set_url(session.service_url)
        waiting = state is SessionState.WAITING_FOR_APPROVAL
        self._pages.setCurrentWidget(self.sign_in if waiting else self._tabs)
        if state is SessionState.SIGNED_IN:
            self.notices.clear("session")
        self.results.set_why_not(session.why_not)
        self.requests.set_why_not("" if session.account is not None else session.why_not)
        if state is not SessionState.CONNECTING and self._sign_in_at:
            typed, self._sign_in_at = self._sign_in_at, ""
            if state is SessionState.SIGNED_OUT and self._is_connected_to(typed):
                QTimer.singleShot(0, session.sign_in)

    def _account_changed(self, account: Account | None) -> None:
        self.header.set_account(account)
        self.account.set_account(account)
        self.requests.set_why_not("" if account is not None else self._do.session.why_not)

    # Areas

    def _wire_aois(self) -> None:
        aois = self._do.aois
        self.aoi_panel.drawn.connect(self._area_drawn)
        self.aoi_panel.extent_requested.connect(self._extent_wanted)
        self.aoi_panel.file_requested.connect(aois.import_file)
        self.aoi_panel.removed.connect(aois.remove)
        self.aoi_panel.cleared.connect(aois.clear)
        aois.changed.connect(self._aois_changed)
        aois.measured.connect(self.aoi_panel.set_total)
        aois.importing.connect(self.aoi_panel.set_importing)
        aois.failed.connect(lambda notice: self.notices.show_notice("aoi", notice))
        aois.notice.connect(lambda notice: self.notices.show_notice("aoi", notice))

    def _canvas_crs(self) -> QgsCoordinateReferenceSystem:
        return self._canvas.mapSettings().destinationCrs()

    def _area_drawn(self, geometry: QgsGeometry) -> None:
        self._do.aois.add_geometry(geometry, self._canvas_crs())

    def _extent_wanted(self) -> None:
        self._do.aois.add_extent(self._canvas.extent(), self._canvas_crs())

    def _aois_changed(self) -> None:
        aois = self._do.aois
        self.notices.clear("aoi")
        self.aoi_panel.set_aois(aois.aois, aois.total_area_km2)
        self.bands.show(aois.aois)

    # Search

    def _wire_search(self) -> None:
        search = self._do.search
        self.filters.search_requested.connect(self._search)
        self.results.cancel_requested.connect(search.cancel)
        self.results.more_requested.connect(search.load_more)
        self.results.filters_requested.connect(lambda: self._tabs.setCurrentWidget(self.filters))
        self.results.crumb_removed.connect(self._crumb_removed)
        search.started.connect(self._search_started)
        search.loading.connect(self._search_loading)
        search.page_ready.connect(self._page_came)
        search.finished.connect(self._search_finished)
        search.failed.connect(self._search_failed)

    def _search(self) -> None:
        self._do.search.run(self.filters.query(self._do.aois.aois))

    def _search_for(self, name: str) -> None:
        """Search everywhere for what bears this name."""
        self.filters.search_for(name)
        self._tabs.setCurrentWidget(self.results)
        self._do.search.run(self.filters.query(()))

    def _search_started(self) -> None:
        query = self._do.search.query
        self.notices.clear("search")
        self.footprints.clear()
        self._set_count(None)
        if query is not None:
            self.results.start(query)
        self._tabs.setCurrentWidget(self.results)

    def _search_loading(self, loading: bool) -> None:
        self.results.set_busy(busy=loading)
        self.filters.set_busy(busy=loading)

    def _page_came(self, scenes: Sequence[Scene], matched: int) -> None:
        self.results.add_scenes(scenes)
        self.footprints.add(scenes)
        self._set_count(matched)

    def _search_finished(self, matched: int, loaded: int) -> None:
        self.results.show_count(matched, loaded)
        self._set_count(matched)
        if loaded == matched or loaded == self.results.model.rowCount():
            self.results.set_busy(busy=False)

    def _search_failed(self, notice: Notice) -> None:
        self.results.show_failure()
        self.notices.show_notice("search", notice)

    def _crumb_removed(self, name: str) -> None:
        if name in ("", "aois"):
            self._do.aois.clear()
        if name == "":
            self.filters.reset()
        elif name != "aois":
            self.filters.reset_filter(name)
        self._search()

    def _set_count(self, matched: int | None) -> None:
        self._matched_text = "" if matched is None else formats.number(matched)
        self._fit_tabs()

    def _narrow_tabs(self) -> None:
        """The themes of QGIS pad tabs so much that four do not fit; native tabs are left alone."""
        padding = "QTabBar::tab { padding-left: 4px; padding-right: 4px; min-width: 0; }"
        self._tabs.tabBar().setStyleSheet(padding if theme.is_styled() else "")

    def _fit_tabs(self) -> None:
        """Show the number of results in the tab where there is room for it."""
        short = translate("Dinamis", "Results")
        text = f"{short} ({self._matched_text})" if self._matched_text else short
        page = self._tabs.indexOf(self.results)
        self._tabs.setTabText(page, text)
        self._tabs.setTabToolTip(page, text)
        bar = self._tabs.tabBar()
        needed = sum(bar.fontMetrics().horizontalAdvance(bar.tabText(i)) + 24 for i in range(bar.count()))
        if needed > self._tabs.width():
            self._tabs.setTabText(page, short)

    # Results and the map

    def _wire_results(self) -> None:
        results = self.results
        results.selection_changed.connect(self._selection_changed)
        results.hovered.connect(self.footprints.hover)
        results.zoom_requested.connect(self._zoom_to)
        results.pick_toggled.connect(self._pick_toggled)
        self._pick_tool.picked.connect(self._picked)
        self._pick_tool.cancelled.connect(lambda: self._tools.give_back(self._pick_tool))
        self._canvas.mapToolSet.connect(self._tool_changed)
        self._parts.thumbnails.ready.connect(results.card.show_picture)

    def find_scene(self, collection: str, scene_id: str) -> Scene | None:
        """A scene among the results, for the drop handler."""
        return self.results.model.find(collection, scene_id)

    def _selection_changed(self, scenes: Sequence[Scene]) -> None:
        self.footprints.select(scenes)
        if len(scenes) == 1:
            self._parts.thumbnails.request(scenes[0])

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
        self.results.set_picking(picking=new is self._pick_tool)

    def _picked(self, point: QgsPointXY, more: bool) -> None:
        """Choose the scene under the click; clicking again goes through those that lie under each other."""
        found = self.footprints.scenes_at(point)
        if not found:
            return
        chosen = self.results.view.selected_scenes()
        after = 0
        if not more and len(chosen) == 1 and chosen[0] in found:
            after = (found.index(chosen[0]) + 1) % len(found)
        self._tabs.setCurrentWidget(self.results)
        self.results.view.choose(found[after], more=more)

    def _map_hovered(self, scene: Scene | None) -> None:
        self.footprints.hover(scene)

    # Layers and downloads

    def _wire_images(self) -> None:
        layers = self._do.layers
        self.results.add_requested.connect(self._add_to_map)
        self.results.load_requested.connect(self._load_as)
        self.results.view_requested.connect(self._do.loading.load_view)
        self._do.loading.failed.connect(lambda _scene, notice: self.notices.show_notice("layers", notice))
        self.images.notice.connect(lambda notice: self.notices.show_notice("series", notice))
        self.results.download_requested.connect(self.downloads.ask)
        layers.busy.connect(self._layers_busy)
        layers.failed.connect(lambda _scene, notice: self.notices.show_notice("layers", notice))
        layers.notice.connect(lambda notice: self.notices.show_notice("layers", notice))
        layers.layer_added.connect(lambda _layer: self.notices.clear("layers"))
        layers.search_wanted.connect(self._search_for)

    def _add_to_map(self, scenes: Sequence[Scene]) -> None:
        self._load_as(scenes, Way.IMAGE)

    def _load_as(self, scenes: Sequence[Scene], way: Way) -> None:
        self._do.loading.load([scene for scene in scenes if scene.is_downloadable], way)

    def _layers_busy(self, busy: bool) -> None:
        if busy:
            self.activity.begin("layers", translate("Dinamis", "Loading images…"))
        else:
            self.activity.end("layers")

    # Requests

    def _wire_requests(self) -> None:
        requests = self._do.requests
        requests.quotas_changed.connect(self.account.set_quotas)
        requests.projects_changed.connect(self.requests.set_projects)
        requests.orders_changed.connect(self.requests.set_orders)
        for failed in (requests.failed, requests.products_failed):
            failed.connect(lambda notice: self.notices.show_notice("requests", notice))
        requests.submitted.connect(self._submitted)
        self.requests.refresh_requested.connect(requests.refresh)
        self.requests.cancel_requested.connect(requests.cancel_order)
        self.requests.accept_requested.connect(requests.accept_quotation)
        self.requests.project_requested.connect(self._dialogs.new_project)
        self.requests.programming_requested.connect(self._dialogs.new_programming)
        self.requests.order_chosen.connect(self._order_chosen)
        self.results.order_requested.connect(self._dialogs.order)

    def _submitted(self, order: Order) -> None:
        self.notices.clear("requests")
        self._tabs.setCurrentWidget(self.requests)
        self.requests.choose(order.id)

    def _order_chosen(self, order: Order | None) -> None:
        """Show the zone of the request in hand."""
        self._remove_order_band()
        if order is not None and not order.geometry.is_empty:
            band = sketch_band(self._canvas)
            band.setToGeometry(to_qgs(outline_of(order.geometry)), QgsCoordinateReferenceSystem(WGS84))
            self._order_band = band

    def _remove_order_band(self) -> None:
        if self._order_band is not None:
            self._canvas.scene().removeItem(self._order_band)
            self._order_band = None

    # Theme and end

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        if self.widget() is not None:
            on_theme_change(event, self._follow_theme)

    def _follow_theme(self) -> None:
        theme.refresh(self.widget())
        self._narrow_tabs()

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the tabs."""
        super().resizeEvent(event)
        self._fit_tabs()

    def shut_down(self) -> None:
        """Give the canvas back and leave nothing on it."""
        self._canvas.mapToolSet.disconnect(self._tool_changed)
        self._dialogs.close()
        self.downloads.close()
        self.aoi_panel.shut_down()
        self._tools.give_back(self._pick_tool)
        self._pick_tool.deleteLater()
        self._hover.remove()
        self.images.shut_down()
        self.footprints.remove()
        self.waiting.remove()
        self.bands.remove()
        self._remove_order_band()
