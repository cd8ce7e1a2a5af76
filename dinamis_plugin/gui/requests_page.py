"""The page of requests: projects, requests and drafts with their state, and one request in full (REQ-24)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ..controllers.messages import Notice
from ..domain.kept_draft import KeptDraft
from ..domain.order import Order
from ..domain.order_list import Entry, shown
from .order_view import OrderView
from .projects_panel import ProjectsPanel
from .questions import confirmed
from .requests_filter import RequestsFilter
from .requests_models import OrdersModel
from .theme import STEP, make_primary
from .two_lines import row_list
from .widgets import ButtonGrid, EmptyState, Section, push_button, tool_button

translate = QCoreApplication.translate


class RequestsPage(QWidget):
    """Lists requests and drafts of the signed-in person, below their projects; shows one of them in full.

    Signals:
        programming_requested, refresh_requested, table_requested: the person wants one.
        opened: the Order to show in full.
        resumed: the KeptDraft to go on with.
        draft_deleted: identifier of the draft to forget; confirmed.
        sign_in_requested: the person wants to sign in.
        order_chosen: the Order in hand, or None.
    """

    programming_requested = pyqtSignal()
    refresh_requested = pyqtSignal()
    table_requested = pyqtSignal()
    opened = pyqtSignal(object)
    resumed = pyqtSignal(object)
    draft_deleted = pyqtSignal(str)
    sign_in_requested = pyqtSignal()
    order_chosen = pyqtSignal(object)

    def __init__(self, model: QgsMapCanvas | None = None) -> None:
        super().__init__()
        self.setObjectName("requestsTab")
        self.orders = OrdersModel(self)
        self.projects = ProjectsPanel()
        self.view = OrderView(model)
        self._orders: list[Order] = []
        self._drafts: list[KeptDraft] = []
        self._reading = False
        self._refusal: Notice | None = None
        self._awaited = ""
        self._orders_view = row_list(self.orders, "ordersView", translate("Dinamis", "Requests"))
        self._orders_view.selectionModel().currentChanged.connect(self._choice_changed)
        self._orders_view.activated.connect(lambda _index: self._open())
        self.orders.modelReset.connect(self._choice_changed)
        self._orders_empty = EmptyState("order", name="ordersEmpty")
        self._orders_empty.acted.connect(self._act_on_empty)
        self._make_buttons()
        self.filter = RequestsFilter(self._refresh, self._table)
        self.filter.changed.connect(self._list)
        self._signed_out = EmptyState("account", name="requestsSignedOut")
        self._signed_out.acted.connect(self.sign_in_requested)
        self.view.back_requested.connect(self.show_list)
        self._build()
        self.set_why_not(translate("Dinamis", "Sign in to load, download and order images."))
        self._list()

    def _make_buttons(self) -> None:
        self._refresh = tool_button(
            translate("Dinamis", "Refresh"), "refresh", name="refreshOrdersButton", text_shown=False
        )
        self._refresh.clicked.connect(self.refresh_requested)
        self._table = tool_button(
            translate("Dinamis", "Export the list as CSV…"),
            "export",
            name="exportOrdersButton",
            text_shown=False,
        )
        self._table.clicked.connect(self.table_requested)
        self._programming = push_button(
            translate("Dinamis", "New acquisition…"), name="newProgrammingButton", icon="programming"
        )
        make_primary(self._programming)
        self._programming.clicked.connect(self.programming_requested)
        self._open_button = push_button(
            translate("Dinamis", "Open the request"), name="openOrderButton", icon="next"
        )
        self._open_button.clicked.connect(self._open)
        self._delete = push_button(
            translate("Dinamis", "Delete the draft…"), name="deleteDraftButton", icon="delete"
        )
        self._delete.clicked.connect(self._confirm_delete)

    def _build(self) -> None:
        orders = Section(translate("Dinamis", "Requests"))
        self._orders_stack = _stack(self._orders_empty, self._orders_view)
        orders.add(self.filter)
        orders.add(self._orders_stack)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(STEP)
        splitter.addWidget(self.projects)
        splitter.addWidget(orders)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        content = QWidget()
        filled = QVBoxLayout()
        filled.setContentsMargins(STEP, STEP, STEP, STEP)
        filled.setSpacing(STEP)
        filled.addWidget(splitter, 1)
        filled.addWidget(ButtonGrid([self._programming, self._open_button, self._delete]))
        content.setLayout(filled)
        self._pages = _stack(self._signed_out, content, self.view)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self.setLayout(layout)

    # What the dock tells

    def set_why_not(self, sentence: str) -> None:
        """Say why there is nothing to see; empty when signed in."""
        self._signed_out.say(sentence, translate("Dinamis", "Sign in"))
        if sentence:
            self._pages.setCurrentIndex(0)
        elif self._pages.currentIndex() == 0:
            self._pages.setCurrentIndex(1)

    def set_orders(self, orders: Sequence[Order]) -> None:
        """Show the requests; the one in hand stays in hand."""
        self._orders, self._refusal = list(orders), None
        self._list()
        current = self.view.order
        fresh = next((order for order in orders if current is not None and order.id == current.id), None)
        if fresh is not None:
            self.view.set_order(fresh)

    def set_drafts(self, drafts: Sequence[KeptDraft]) -> None:
        """Show the drafts among them."""
        self._drafts = list(drafts)
        self._list()

    def set_reading(self, reading: bool) -> None:
        """Show that the list is on its way."""
        self._reading = reading
        if reading:
            self._refusal = None
        self._refresh.setEnabled(not reading)
        self._say_empty()

    def set_refusal(self, notice: Notice) -> None:
        """Say why the list could not be read, where there is none; what is listed stays."""
        self._refusal = notice
        self._say_empty()

    def choose(self, entry_id: str) -> None:
        """Take a request or draft in hand and bring it into view; one that is not listed yet, when it is."""
        number = self.orders.row_of(entry_id)
        self._awaited = entry_id if number < 0 else ""
        if number >= 0:
            self._orders_view.setCurrentIndex(self.orders.index(number, 0))

    def show_list(self) -> None:
        """Come back from one request to all of them."""
        if self._pages.currentWidget() is self.view:
            self._pages.setCurrentIndex(1)
            self._orders_view.setFocus()

    def show_order(self, order: Order) -> None:
        """Show one request in full."""
        self.choose(order.id)
        self.view.set_order(order)
        self._pages.setCurrentWidget(self.view)
        self.opened.emit(order)

    @property
    def in_hand(self) -> Entry | None:
        """The request or draft in hand."""
        index = self._orders_view.currentIndex()
        return self.orders.entry(index.row()) if index.isValid() else None

    # Inside

    def _list(self) -> None:
        current = self.in_hand
        in_hand = self._awaited or ("" if current is None else current.id)
        everything: list[Entry] = [*self._drafts, *self._orders]
        self.filter.offer(everything)
        listed = shown(everything, self.filter.wanted, self.filter.order)
        self.orders.set_entries(listed)
        self._table.setEnabled(bool(self._orders))
        self._say_empty()
        self._orders_stack.setCurrentIndex(1 if listed else 0)
        if in_hand:
            self.choose(in_hand)

    def _say_empty(self) -> None:
        if self._drafts or self._orders:
            sentence = translate("Dinamis", "No request is like this.")
            self._orders_empty.say(sentence, translate("Dinamis", "Show all"))
        elif self._refusal is not None:
            again = translate("Dinamis", "Try again")
            self._orders_empty.say(f"{self._refusal.title}\n{self._refusal.text}", again, icon="warning")
        elif self._reading:
            self._orders_empty.say(translate("Dinamis", "The requests are being read…"))
        else:
            self._orders_empty.say(
                translate(
                    "Dinamis", "No request yet: order a scene from the results, or ask for a new acquisition."
                )
            )

    def _act_on_empty(self) -> None:
        if self._drafts or self._orders:
            self.filter.clear()
        else:
            self.refresh_requested.emit()

    def _choice_changed(self, *_: object) -> None:
        entry = self.in_hand
        if entry is not None:
            self._awaited = ""
        is_draft = isinstance(entry, KeptDraft)
        is_free = not isinstance(entry, KeptDraft) or entry.sending is None
        self._open_button.setEnabled(entry is not None and is_free)
        self._open_button.setText(
            translate("Dinamis", "Resume the draft") if is_draft else translate("Dinamis", "Open the request")
        )
        self._delete.setVisible(is_draft)
        self._delete.setEnabled(is_draft and is_free)
        self.order_chosen.emit(entry if isinstance(entry, Order) else None)

    def _open(self) -> None:
        entry = self.in_hand
        if isinstance(entry, Order):
            self.show_order(entry)
        elif entry is not None and entry.sending is None:
            self.resumed.emit(entry)

    def _confirm_delete(self) -> None:
        entry = self.in_hand
        if isinstance(entry, KeptDraft) and confirmed(
            self,
            "deleteDraftBox",
            title=translate("Dinamis", "Delete the draft"),
            question=translate("Dinamis", "Delete the draft “{title}”?").format(title=entry.title),
            consequence=translate("Dinamis", "Nothing was sent of it. This cannot be undone."),
            yes=translate("Dinamis", "Delete"),
            no=translate("Dinamis", "Keep it"),
            destructive=True,
        ):
            self.draft_deleted.emit(entry.id)


def _stack(*pages: QWidget) -> QStackedWidget:
    stack = QStackedWidget()
    for page in pages:
        stack.addWidget(page)
    return stack
