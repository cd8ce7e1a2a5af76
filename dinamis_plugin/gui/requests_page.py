"""The page of requests: projects, orders with their state, and what can be started."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ..domain.order import Order
from .projects_panel import ProjectsPanel
from .questions import confirmed
from .quotation import QuotationCard, price_text
from .requests_models import OrdersModel
from .theme import STEP, Role, make_primary
from .two_lines import row_list
from .widgets import ButtonGrid, EmptyState, Section, label, push_button, tool_button

translate = QCoreApplication.translate


class RequestsPage(QWidget):
    """Shows orders of the signed-in person, below their projects.

    Signals:
        programming_requested, refresh_requested: the person wants one.
        cancel_requested: the order to cancel, or whose quotation is declined, by identifier; confirmed.
        accept_requested: the order whose quotation is accepted, by identifier; confirmed.
        sign_in_requested: the person wants to sign in.
        order_chosen: the Order in hand, or None.
    """

    programming_requested = pyqtSignal()
    refresh_requested = pyqtSignal()
    cancel_requested = pyqtSignal(str)
    accept_requested = pyqtSignal(str)
    sign_in_requested = pyqtSignal()
    order_chosen = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("requestsTab")
        self.orders = OrdersModel(self)
        self.projects = ProjectsPanel()
        self._why_not = ""
        self._awaited = ""
        self._orders_view = row_list(self.orders, "ordersView", translate("Dinamis", "Requests"))
        self._orders_view.selectionModel().currentChanged.connect(self._order_changed)
        self.orders.modelReset.connect(self._order_changed)
        self._orders_empty = EmptyState("order", name="ordersEmpty")
        self._orders_empty.acted.connect(self.programming_requested)
        self._refresh = tool_button(
            translate("Dinamis", "Refresh"), "refresh", name="refreshOrdersButton", text_shown=False
        )
        self._refresh.clicked.connect(self.refresh_requested)
        self._programming = push_button(
            translate("Dinamis", "New acquisition…"), name="newProgrammingButton", icon="programming"
        )
        make_primary(self._programming)
        self._programming.clicked.connect(self.programming_requested)
        self._cancel = push_button(
            translate("Dinamis", "Cancel the request…"), name="cancelOrderButton", icon="close"
        )
        self._cancel.clicked.connect(self._confirm_cancel)
        self._quotation = QuotationCard()
        self._quotation.accepted.connect(self._confirm_accept)
        self._quotation.declined.connect(self._confirm_decline)
        self._hint = label(role=Role.MUTED, name="requestsHintLabel")
        self._signed_out = EmptyState("account", name="requestsSignedOut")
        self._signed_out.acted.connect(self.sign_in_requested)
        self._build()
        self.set_why_not(translate("Dinamis", "Sign in to load, download and order images."))
        self.set_orders(())

    def _build(self) -> None:
        orders = Section(translate("Dinamis", "Requests"), beside=self._refresh)
        self._orders_stack = _stack(self._orders_empty, self._orders_view)
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
        filled.addWidget(self._quotation)
        filled.addWidget(self._hint)
        filled.addWidget(ButtonGrid([self._programming, self._cancel]))
        content.setLayout(filled)
        self._pages = _stack(self._signed_out, content)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self.setLayout(layout)

    def set_why_not(self, sentence: str) -> None:
        """Say why there is nothing to see; empty when signed in."""
        self._why_not = sentence
        self._signed_out.say(sentence, translate("Dinamis", "Sign in"))
        self._pages.setCurrentIndex(0 if sentence else 1)

    def set_orders(self, orders: Sequence[Order]) -> None:
        """Show the orders; the one in hand stays in hand."""
        current = self._current()
        in_hand = self._awaited or ("" if current is None else current.id)
        self.orders.set_orders(orders)
        self._orders_empty.say(
            translate(
                "Dinamis", "No request yet: order a scene from the results, or ask for a new acquisition."
            )
        )
        self._orders_stack.setCurrentIndex(1 if orders else 0)
        if in_hand:
            self.choose(in_hand)

    def choose(self, order_id: str) -> None:
        """Take an order in hand and bring it into view; one that is not listed yet, when it is."""
        number = self.orders.row_of(order_id)
        self._awaited = order_id if number < 0 else ""
        if number >= 0:
            self._orders_view.setCurrentIndex(self.orders.index(number, 0))

    def _current(self) -> Order | None:
        index = self._orders_view.currentIndex()
        return self.orders.order(index.row()) if index.isValid() else None

    def _order_changed(self, *_: object) -> None:
        order = self._current()
        if order is not None:
            self._awaited = ""
        self._quotation.show_order(order)
        self._cancel.setEnabled(order is not None and order.can_be_cancelled)
        reason = self._hint_text(order)
        self._cancel.setToolTip(reason or self._cancel.text())
        self._hint.setText(reason)
        self._hint.setVisible(bool(reason))
        self.order_chosen.emit(order)

    def _hint_text(self, order: Order | None) -> str:
        """What the operator said of the request in hand, and why it cannot be cancelled."""
        if order is None:
            return translate("Dinamis", "Choose a request in the list.") if self.orders.rowCount() else ""
        if order.can_be_cancelled:
            return order.reason
        if order.is_over:
            why_not = translate("Dinamis", "This request is over: it cannot be cancelled.")
        else:
            why_not = translate("Dinamis", "This request is under way: it cannot be cancelled any more.")
        return "\n".join(part for part in (order.reason, why_not) if part)

    def _confirm_cancel(self) -> None:
        order = self._current()
        if order is not None and confirmed(
            self,
            "cancelOrderBox",
            title=translate("Dinamis", "Cancel the request"),
            question=translate("Dinamis", "Cancel the request {id}?").format(id=order.id),
            consequence=translate("Dinamis", "This cannot be undone; a new request can be made."),
            yes=translate("Dinamis", "Cancel the request"),
            no=translate("Dinamis", "Keep it"),
            destructive=True,
        ):
            self.cancel_requested.emit(order.id)

    def _confirm_accept(self) -> None:
        order = self._current()
        if order is not None and confirmed(
            self,
            "acceptQuotationBox",
            title=translate("Dinamis", "Accept the quotation"),
            question=translate("Dinamis", "Accept the quotation of the request {id}?").format(id=order.id),
            consequence=translate(
                "Dinamis", "{price}. The images are then ordered from the supplier at this price."
            ).format(price=price_text(order)),
            yes=translate("Dinamis", "Accept"),
            no=translate("Dinamis", "Not now"),
        ):
            self.accept_requested.emit(order.id)

    def _confirm_decline(self) -> None:
        order = self._current()
        if order is not None and confirmed(
            self,
            "declineQuotationBox",
            title=translate("Dinamis", "Decline the quotation"),
            question=translate("Dinamis", "Decline the quotation of the request {id}?").format(id=order.id),
            consequence=translate(
                "Dinamis", "{price}. The request is then cancelled; a new one can be made."
            ).format(price=price_text(order)),
            yes=translate("Dinamis", "Decline"),
            no=translate("Dinamis", "Not now"),
            destructive=True,
        ):
            self.cancel_requested.emit(order.id)


def _stack(empty: QWidget, filled: QWidget) -> QStackedWidget:
    stack = QStackedWidget()
    stack.addWidget(empty)
    stack.addWidget(filled)
    return stack
