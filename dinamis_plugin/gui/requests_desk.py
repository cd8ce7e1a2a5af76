"""The tab of requests, wired to the controllers: list, one request in full, dialogs, zone on the map."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import QgsCoordinateReferenceSystem
from qgis.gui import QgsMapCanvas, QgsRubberBand
from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog, QWidget

from ..controllers.app import Controllers
from ..controllers.messages import Notice, NoticeLevel
from ..controllers.order_page import OrderDetails
from ..domain.aoi import outline_of
from ..domain.follow_up import Attachment, MessageDraft, News
from ..domain.loading import Way
from ..domain.order import Order
from ..domain.scene import Scene
from .aoi_bands import WGS84, to_qgs
from .dialogs import Dialogs
from .map_sight import bring_into_view
from .map_tools import sketch_band
from .notices import NoticeArea
from .projects_desk import ProjectsDesk
from .request_words import state_label
from .requests_page import RequestsPage

translate = QCoreApplication.translate

_SUBJECT = "requests"
ANNOUNCE_PAUSE_MS = 1000
_MOST_NAMED = 3


class RequestsDesk(QObject):
    """Keeps the tab and what is known of the requests together.

    Signals:
        shown: the tab is to be shown.
        announced: a sentence about requests that changed, and the identifier of the one to show, empty for
            several; only where the service keeps no notifications, which tell it better.
    """

    shown = pyqtSignal()
    announced = pyqtSignal(str, str)

    def __init__(
        self,
        owner: QWidget,
        controllers: Controllers,
        page: RequestsPage,
        projects: ProjectsDesk,
        *,
        canvas: QgsMapCanvas,
        notices: NoticeArea,
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._do = controllers
        self._page = page
        self._canvas = canvas
        self._notices = notices
        self._band: QgsRubberBand | None = None
        self._wants_ticks = False
        self.dialogs = Dialogs(owner, controllers, projects, canvas)
        controllers.orders.is_hidden = lambda: owner.window().isMinimized()
        self._wire_list()
        self._wire_view()

    def _wire_list(self) -> None:
        do, page = self._do, self._page
        do.orders.changed.connect(page.set_orders)
        do.orders.reading.connect(page.set_reading)
        do.orders.failed.connect(self._list_failed)
        do.orders.news.connect(self._announce)
        do.drafts.changed.connect(lambda: page.set_drafts(do.drafts.drafts))
        for failed in (do.requests.failed, do.requests.products_failed, do.drafts.failed):
            failed.connect(self._tell)
        do.submissions.submitted.connect(self._submitted)
        do.submissions.unanswered.connect(self._unanswered)
        do.submissions.refused.connect(lambda _key, notice: self._tell(notice))
        for read in (do.quotas.refresh, do.projects.refresh, do.requests.refresh_products, do.orders.refresh):
            page.refresh_requested.connect(read)
        page.refresh_requested.connect(do.drafts.sync)
        page.refresh_requested.connect(do.notifications.refresh)
        page.programming_requested.connect(self.dialogs.new_programming)
        page.resumed.connect(self.dialogs.resume)
        page.draft_deleted.connect(do.drafts.delete)
        page.table_requested.connect(self._ask_table)
        page.order_chosen.connect(self._order_chosen)

    def _wire_view(self) -> None:
        do, view, one = self._do, self._page.view, self._do.order_page
        self._page.opened.connect(self._open)
        view.retry_requested.connect(self._open)
        view.cancel_requested.connect(one.cancel)
        view.accept_requested.connect(one.accept)
        view.decline_requested.connect(one.decline)
        view.duplicate_requested.connect(one.duplicate)
        view.images_requested.connect(lambda order: self._find_images(order, ticks=False))
        view.tick_requested.connect(lambda order: self._find_images(order, ticks=True))
        view.messages.send_requested.connect(self._send_message)
        view.messages.save_requested.connect(self._save_attachment)
        one.details.connect(self._details_came)
        one.details_failed.connect(view.set_fault)
        one.failed.connect(self._tell)
        one.acted.connect(view.set_order)
        one.sent.connect(self._message_sent)
        one.not_sent.connect(view.messages.set_refusal)
        one.saved.connect(self._saved)
        one.delivered.connect(self._images_found)
        do.requests.form_ready.connect(view.set_fields)

    def shut_down(self) -> None:
        """Close what is open and leave the map."""
        self.dialogs.close()
        self._remove_band()

    # The list

    def show_order(self, order_id: str) -> None:
        """Show a request in full, or as soon as it is listed in the list; without an identifier the list."""
        self.shown.emit()
        order = self._do.orders.order(order_id)
        if order is not None:
            self._page.show_order(order)
        else:
            self._page.show_list()
            self._page.choose(order_id)

    def _list_failed(self, notice: Notice) -> None:
        self._page.set_refusal(notice)
        self._tell(notice)

    def _tell(self, notice: Notice) -> None:
        self._notices.show_notice(_SUBJECT, notice)

    def _submitted(self, order: Order) -> None:
        self._notices.clear(_SUBJECT)
        self.shown.emit()
        self._page.show_list()
        self._page.choose(order.id)

    def _unanswered(self, _key: str, notice: Notice) -> None:
        text = translate(
            "Dinamis",
            "No answer came to a request that was sent. It is kept and sent again, unchanged, until the"
            " service answers: there will be exactly one.",
        )
        again = translate("Dinamis", "Send again")
        told = Notice(NoticeLevel.WARNING, notice.title, text, notice.text)
        self._tell(told.with_action(again, self._do.submissions.settle))

    def _announce(self, news: Sequence[News]) -> None:
        named = [f"{one.order.id}: {state_label(one.order.state)}" for one in news[:_MOST_NAMED]]
        if len(news) > _MOST_NAMED:
            named.append(translate("Dinamis", "%n more", "", len(news) - _MOST_NAMED))
        text = translate("Dinamis", "Requests changed: {what}").format(what="; ".join(named))
        only = news[0].order.id if len(news) == 1 else ""
        # Whether the service keeps notifications is known a moment after the sign-in.
        QTimer.singleShot(ANNOUNCE_PAUSE_MS, lambda: self._announce_unless_told(text, only))

    def _announce_unless_told(self, text: str, order_id: str) -> None:
        if not self._do.notifications.available:
            self.announced.emit(text, order_id)

    def _ask_table(self) -> None:
        title = translate("Dinamis", "Export the requests")
        name = translate("Dinamis", "requests.csv")
        path, _ = QFileDialog.getSaveFileName(self._owner.window(), title, name, "CSV (*.csv)")
        if path:
            self._do.order_page.save_table(path)

    def _order_chosen(self, order: Order | None) -> None:
        """Show the zone of the request in hand."""
        self._remove_band()
        if order is not None and not order.geometry.is_empty:
            band = sketch_band(self._canvas)
            band.setToGeometry(to_qgs(outline_of(order.geometry)), QgsCoordinateReferenceSystem(WGS84))
            self._band = band

    def _remove_band(self) -> None:
        if self._band is not None:
            self._canvas.scene().removeItem(self._band)
            self._band = None

    # One request

    def _open(self, order: Order) -> None:
        self._do.order_page.open(order.id)
        self._do.requests.load_form(order.product_id)

    def _details_came(self, details: OrderDetails) -> None:
        self._page.view.set_details(details.order, details.history, details.messages)

    def _send_message(self, draft: MessageDraft) -> None:
        order = self._page.view.order
        if order is not None:
            self._do.order_page.send_message(order.id, draft)

    def _message_sent(self, order_id: str) -> None:
        order = self._page.view.order
        if order is not None and order.id == order_id:
            self._page.view.messages.set_sent()

    def _save_attachment(self, attachment: Attachment, path: str) -> None:
        order = self._page.view.order
        if order is not None:
            self._do.order_page.save_attachment(order.id, attachment, path)

    def _saved(self, path: str) -> None:
        title = translate("Dinamis", "File saved")
        self._tell(Notice(NoticeLevel.SUCCESS, title, path))

    def _find_images(self, order: Order, *, ticks: bool) -> None:
        self._wants_ticks = ticks
        self._do.order_page.find_delivered(order)

    def _images_found(self, scenes: Sequence[Scene]) -> None:
        if self._wants_ticks:
            self._do.cart.put(scenes, ticked=True)
            text = translate("Dinamis", "%n image(s) ticked.", "", len(scenes))
            self._tell(Notice(NoticeLevel.SUCCESS, translate("Dinamis", "Ticked"), text))
        else:
            self._do.loading.load(scenes, Way.IMAGE)
            bring_into_view(self._canvas, [scene.footprint for scene in scenes])
