"""Orders and programming requests (chapter 5 of the domain)."""

from __future__ import annotations

from typing import Callable, TypeVar

from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..api.http import Cancel
from ..api.requests_client import RequestsClient
from ..domain.errors import DinamisError
from ..domain.order import Order, OrderDraft, Product
from ..tasks.runner import TaskRunner
from .messages import Notice
from .service_calls import ServiceCalls
from .session import SessionController, SessionState

translate = QCoreApplication.translate
T = TypeVar("T")

ESTIMATE_PAUSE_MS = 300
"""An estimate is asked when the person stops changing the form for so long."""


class RequestsController(QObject):
    """Reads and writes the requests of the signed-in person.

    Signals:
        orders_changed, products_changed: the new list.
        estimate_ready: the Estimate of the latest draft; earlier ones are dropped.
        estimate_failed: a Notice, for the form.
        form_ready: product id and list of FormField.
        form_failed: product id and a Notice, for the form.
        products_failed: a Notice, when the products could not be read.
        submitting: True while an order is on its way.
        submitted: the Order that the service made (or had already made for this key).
        submit_failed: a Notice, for the form; the draft keeps its key: trying again makes no second order.
        failed: a Notice about anything else.
    """

    orders_changed = pyqtSignal(object)
    products_changed = pyqtSignal(object)
    estimate_ready = pyqtSignal(object)
    estimate_failed = pyqtSignal(object)
    form_ready = pyqtSignal(str, object)
    form_failed = pyqtSignal(str, object)
    products_failed = pyqtSignal(object)
    submitting = pyqtSignal(bool)
    submitted = pyqtSignal(object)
    submit_failed = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._calls = ServiceCalls(runner, session)
        self._orders: list[Order] = []
        self._products: list[Product] = []
        self._in_flight: set[str] = set()
        self._draft: OrderDraft | None = None
        self._estimate_timer = QTimer(self)
        self._estimate_timer.setSingleShot(True)
        self._estimate_timer.setInterval(ESTIMATE_PAUSE_MS)
        self._estimate_timer.timeout.connect(self._estimate_now)
        session.state_changed.connect(self._session_changed)

    # What is known

    @property
    def orders(self) -> list[Order]:
        """Requests of the person, newest first, as read last."""
        return list(self._orders)

    @property
    def products(self) -> list[Product]:
        """Products that can be asked for, as read last."""
        return list(self._products)

    def refresh(self) -> None:
        """Read products and orders anew."""
        self.refresh_products()
        self.refresh_orders()

    def refresh_products(self) -> None:
        """Read the products."""
        text = translate("Dinamis", "Reading products")
        self._run(
            text,
            lambda c, end: list(c.products(end)),
            self._set_products,
            "products",
            self.products_failed.emit,
        )

    def refresh_orders(self) -> None:
        """Read the requests and their states."""
        self._run(
            translate("Dinamis", "Reading requests"),
            lambda c, end: list(c.orders(end)),
            self._set_orders,
            "orders",
        )

    # What is asked

    def load_form(self, product_id: str) -> None:
        """Read the form of a product; `form_ready` or `form_failed` follows."""
        self._run(
            translate("Dinamis", "Reading the form"),
            lambda c, end: list(c.order_parameters(product_id, end)),
            lambda fields: self.form_ready.emit(product_id, fields),
            f"form {product_id}",
            lambda notice: self.form_failed.emit(product_id, notice),
        )

    def estimate(self, draft: OrderDraft) -> None:
        """Ask what a request would take, once the person pauses; only the latest draft counts."""
        self._draft = draft
        self._estimate_timer.start()

    def submit(self, draft: OrderDraft) -> bool:
        """Send a request; False when this very one is already on its way.

        The key of the draft makes a second sending of the same request harmless (docs/api.md).
        """
        key = draft.idempotency_key
        if key in self._in_flight:
            return False
        service = self._calls.service(self.submit_failed.emit)
        if service is None:
            return False
        client = service.requests
        self._in_flight.add(key)
        self.submitting.emit(True)

        def done(order: Order) -> None:
            self._ended(key)
            self.submitted.emit(order)
            self.refresh_orders()

        def failed(error: DinamisError) -> None:
            self._ended(key)
            self.submit_failed.emit(self._session.notice_for(error))

        text = translate("Dinamis", "Sending the request")
        self._runner.run(text, lambda context: client.submit(draft, context.cancelled), done, failed)
        return True

    def cancel_order(self, order_id: str) -> None:
        """Cancel an own request."""
        text = translate("Dinamis", "Cancelling the request")
        self._run(
            text,
            lambda c, end: c.cancel(order_id, end),
            lambda _order: self.refresh_orders(),
            f"cancel {order_id}",
        )

    def accept_quotation(self, order_id: str) -> None:
        """Accept the price of an own request (REQ-20)."""
        text = translate("Dinamis", "Accepting the quotation")
        self._run(
            text,
            lambda c, end: c.accept(order_id, end),
            lambda _order: self.refresh_orders(),
            f"accept {order_id}",
        )

    # Inside

    def _estimate_now(self) -> None:
        draft = self._draft
        if draft is not None:
            self._run(
                translate("Dinamis", "Estimating the request"),
                lambda c, end: c.estimate(draft, end),
                self.estimate_ready.emit,
                "estimate",
                self.estimate_failed.emit,
            )

    def _run(
        self,
        text: str,
        ask: Callable[[RequestsClient, Cancel], T],
        done: Callable[[T], None],
        name: str,
        refuse: Callable[[Notice], None] | None = None,
    ) -> None:
        self._calls.run(
            text, lambda service, end: ask(service.requests, end), done, refuse or self.failed.emit, name
        )

    def _ended(self, key: str) -> None:
        self._in_flight.discard(key)
        self.submitting.emit(False)

    def _session_changed(self, state: SessionState) -> None:
        if state is SessionState.SIGNED_IN:
            self.refresh()
        elif state is SessionState.SIGNED_OUT:
            self._set_orders([])

    def _set_orders(self, orders: list[Order]) -> None:
        self._orders = orders
        self.orders_changed.emit(orders)

    def _set_products(self, products: list[Product]) -> None:
        self._products = products
        self.products_changed.emit(products)
