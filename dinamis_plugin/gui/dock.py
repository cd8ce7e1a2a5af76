"""The dock: header, messages, and the four pages, wired to the controllers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Callable

from qgis.gui import QgsDockWidget, QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QMimeData, QSize, Qt, QTimer
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from ..controllers.app import Controllers
from ..controllers.session import SessionState
from ..controllers.thumbnails import ThumbnailController
from ..domain.account import Account
from ..domain.endpoints import service_address
from ..domain.errors import InvalidRequestError
from ..domain.loading import Way
from ..domain.scene import Scene
from . import formats, theme
from .account_desk import AccountDesk
from .account_page import AccountPage
from .activity import ActivityBar
from .aoi_panel import Measure
from .areas_desk import AreasDesk
from .cover_desk import CoverDesk
from .downloads_desk import DownloadsDesk
from .filters import FiltersPage
from .header import Header
from .last_state import LastState
from .map_gate import MapGate
from .map_images import MapImages
from .map_tools import ToolSwitch
from .notices import NoticeArea
from .projects_desk import ProjectsDesk
from .requests_desk import RequestsDesk
from .requests_page import RequestsPage
from .results import ResultsPage
from .results_desk import ResultsDesk
from .saved_desk import SavedDesk
from .search_desk import SearchDesk
from .sign_in import SignInPanel
from .tutorial import TourParts, Tutorial
from .waiting_item import WaitingItem
from .widgets import on_theme_change, row

translate = QCoreApplication.translate

LEAST_WIDTH = 300
USUAL_WIDTH = 480
_TAB_PADDING = 26


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


class _Content(QWidget):
    """Wishes the same width whatever it shows: else the map is drawn anew with each scene described."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The usual width, and the height of what is in it."""
        return QSize(USUAL_WIDTH, super().sizeHint().height())


class DinamisDock(QgsDockWidget):
    """The one window of the plugin."""

    def __init__(self, parts: DockParts, parent: QWidget | None = None) -> None:
        super().__init__(translate("Dinamis", "DINAMIS"), parent)
        self.setObjectName("DinamisDock")
        self._parts = parts
        self._do = parts.controllers
        self._canvas = parts.canvas
        self._tools = ToolSwitch(parts.canvas)
        self.header = Header()
        self.notices = NoticeArea()
        self.sign_in = SignInPanel()
        self.areas = AreasDesk(
            self,
            self._do,
            canvas=parts.canvas,
            tools=self._tools,
            measure=parts.measure,
            notices=self.notices,
        )
        self.filters = FiltersPage(self.areas.panel)
        self.results = ResultsPage(parts.mime_of, self._do.cart)
        self.requests = RequestsPage(parts.canvas)
        self.account = AccountPage()
        self.activity = ActivityBar()
        self.downloads = DownloadsDesk(self, self._do, self.notices)
        self.found = ResultsDesk(
            self,
            self.results,
            parts.canvas,
            self._tools,
            parts.thumbnails,
            controllers=self._do,
            notices=self.notices,
        )
        self.search = SearchDesk(
            self,
            self._do,
            pages=(self.filters, self.results),
            footprints=self.found.footprints,
            notices=self.notices,
        )
        self.saved = SavedDesk(self, self._do, self.filters, self.notices)
        self.saved.run_wanted.connect(self.search.run)
        self.cover = CoverDesk(self, self._do, self.results, parts.canvas, self.notices)
        self.filters.layout().insertLayout(0, row(self.saved.button, margins=theme.STEP))
        self.results.layout().addWidget(self.cover.bar)
        self.images = MapImages(parts.canvas, self._tools, self._do, parts.show_time, self)
        self._gate = MapGate(parts.canvas, self._do.layers, self)
        self.waiting = WaitingItem(parts.canvas, self._do.layers, self._gate.layer_ids)
        self.projects = ProjectsDesk(self, self._do, self.requests.projects, self.notices)
        self.ordering = RequestsDesk(
            self, self._do, self.requests, self.projects, canvas=parts.canvas, notices=self.notices
        )
        self._matched: int | None = None
        self._sign_in_at = ""
        self._build()
        self.desk = AccountDesk(
            self,
            self._do,
            header=self.header,
            account=self.account,
            pages=self._pages,
            notices=self.notices,
        )
        self.tutorial = Tutorial(self, self._do, self._tour_parts())
        self.last_state = LastState(self, self._do, self.saved, self._tabs)
        self._wire_session()
        self.search.page_wanted.connect(self._tabs.setCurrentWidget)
        self._tabs.currentChanged.connect(self._page_opened)
        self.search.counted.connect(self._set_count)
        self.found.list_wanted.connect(lambda: self._tabs.setCurrentWidget(self.results))
        self._wire_images()
        self._wire_requests()
        self._session_changed(self._do.session.state)

    def _build(self) -> None:
        self._tabs = QTabWidget()
        self._tabs.setObjectName("mainTabs")
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setUsesScrollButtons(False)
        self._tabs.tabBar().setExpanding(True)
        self._tabs.tabBar().setElideMode(Qt.TextElideMode.ElideRight)  # else a long text widens the dock
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
        content = _Content()
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
        if waiting or self._pages.currentWidget() is self.sign_in:
            self._pages.setCurrentWidget(self.sign_in if waiting else self._tabs)
        if state is SessionState.SIGNED_IN:
            self.notices.clear("session")
        self.results.set_why_not(session.why_not)
        self.search.service_changed()
        self.requests.set_why_not("" if session.account is not None else session.why_not)
        if state is not SessionState.CONNECTING and self._sign_in_at:
            typed, self._sign_in_at = self._sign_in_at, ""
            if state is SessionState.SIGNED_OUT and self._is_connected_to(typed):
                QTimer.singleShot(0, session.sign_in)

    def _account_changed(self, account: Account | None) -> None:
        self.header.set_account(account)
        self.account.set_account(account)
        self.requests.set_why_not("" if account is not None else self._do.session.why_not)

    # Tabs

    def _page_opened(self) -> None:
        if self._tabs.currentWidget() is self.results:
            self.search.look_at_results()

    def _set_count(self, matched: int | None) -> None:
        self._matched = matched
        self._fit_tabs()

    def _narrow_tabs(self) -> None:
        """The themes of QGIS pad tabs so much that four do not fit; native tabs are left alone."""
        padding = "QTabBar::tab { padding-left: 4px; padding-right: 4px; min-width: 0; }"
        self._tabs.tabBar().setStyleSheet(padding if theme.is_styled() else "")

    def _fit_tabs(self) -> None:
        """Show the number of results; where there is no room, the last tabs give up their words for icons.

        A number that is still too long is told in thousands or millions, the whole in the tooltip.
        """
        results, matched = translate("Dinamis", "Results"), self._matched
        counted = results if matched is None else f"{results} ({formats.number(matched)})"
        texts = {
            self.filters: translate("Dinamis", "Filters"),
            self.results: counted,
            self.requests: translate("Dinamis", "Requests"),
            self.account: translate("Dinamis", "Account"),
        }
        icons: dict[QWidget, str] = {self.account: "account", self.requests: "order"}
        bare: list[QWidget] = []
        for page in icons:
            if not self._tabs_fit(texts, bare):
                bare.append(page)
        shown = dict(texts)
        if matched is not None and not self._tabs_fit(texts, bare):
            shown[self.results] = f"{results} ({formats.short_number(matched)})"
        for page, text in texts.items():
            place = self._tabs.indexOf(page)
            self._tabs.setTabText(place, "" if page in bare else shown[page])
            self._tabs.setTabIcon(place, theme.themed_icon(icons[page]) if page in bare else QIcon())
            self._tabs.setTabToolTip(place, text)

    def _tabs_fit(self, texts: Mapping[QWidget, str], bare: Sequence[QWidget]) -> bool:
        """Whether the tabs have room for their texts, those in `bare` for icons."""
        metrics = self._tabs.tabBar().fontMetrics()
        rooms = [
            theme.ICON if page in bare else metrics.horizontalAdvance(text) for page, text in texts.items()
        ]
        return sum(rooms) + len(rooms) * _TAB_PADDING <= self._tabs.width()

    # Results

    def find_scene(self, collection: str, scene_id: str) -> Scene | None:
        """A scene among the results, for the drop handler."""
        return self.results.model.find(collection, scene_id)

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
        layers.search_wanted.connect(self.search.search_for)

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
        dialogs = self.ordering.dialogs
        self.ordering.shown.connect(lambda: self._tabs.setCurrentWidget(self.requests))
        self.results.order_requested.connect(dialogs.order)
        for opened in (self.desk.order_opened, self.projects.order_opened):
            opened.connect(self.show_requests)
        self.desk.project_opened.connect(self.projects.show_window)
        self.desk.request_wanted.connect(dialogs.new_programming)
        self.projects.request_wanted.connect(lambda project: dialogs.new_programming(project.id))
        self.desk.tutorial_wanted.connect(self.tutorial.begin)

    def show_requests(self, order_id: str = "") -> None:
        """Show the requests, or one of them in full, for somebody who comes from elsewhere."""
        self.setVisible(True)
        self.ordering.show_order(order_id)

    def _tour_parts(self) -> TourParts:
        return TourParts(
            account=self.header,
            tabs=self._tabs,
            areas=self.areas.panel,
            filters=self.filters,
            results=self.results,
            projects=self.requests.projects,
            requests=self.requests,
            quotas=self.account,
        )

    # Theme and end

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        if self.widget() is not None:
            on_theme_change(event, self._follow_theme)

    def _follow_theme(self) -> None:
        theme.refresh(self.widget())
        self._narrow_tabs()
        self._fit_tabs()

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the tabs."""
        super().resizeEvent(event)
        self._fit_tabs()

    def shut_down(self) -> None:
        """Give the canvas back and leave nothing on it."""
        self.last_state.write()
        self.tutorial.end()
        self.desk.close()
        self.projects.close()
        self.ordering.shut_down()
        self.cover.shut_down()
        self.downloads.close()
        self.areas.shut_down()
        self.found.shut_down()
        self.images.shut_down()
        self.waiting.remove()
        self._gate.remove()
