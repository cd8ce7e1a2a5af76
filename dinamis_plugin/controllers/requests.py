"""What can be requested: products, their forms, estimates and feasibility (chapter 5 of the domain)."""

from __future__ import annotations

from typing import Callable, TypeVar

from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..api.http import Cancel
from ..api.requests_client import RequestsClient
from ..domain.order import Product
from ..domain.order_draft import OrderDraft
from ..tasks.runner import TaskRunner
from .messages import Notice
from .service_calls import ServiceCalls
from .session import SessionController, SessionState

translate = QCoreApplication.translate
T = TypeVar("T")

ESTIMATE_PAUSE_MS = 300
FEASIBILITY_PAUSE_MS = 600
"""They are asked when the person stops changing the form for so long."""


class RequestsController(QObject):
    """Asks what can be requested, by which form, at what price and with which chances.

    Signals:
        products_changed: the new list.
        estimate_ready: the Estimate of the latest draft; earlier ones are dropped.
        estimate_failed: a Notice, for the form.
        form_ready: product id and list of FormField.
        form_failed: product id and a Notice, for the form.
        products_failed: a Notice, when the products could not be read.
        feasibility_ready: the Feasibility of the latest draft.
        feasibility_failed: a Notice, for the form.
        failed: a Notice about anything else.
    """

    products_changed = pyqtSignal(object)
    estimate_ready = pyqtSignal(object)
    estimate_failed = pyqtSignal(object)
    form_ready = pyqtSignal(str, object)
    form_failed = pyqtSignal(str, object)
    products_failed = pyqtSignal(object)
    feasibility_ready = pyqtSignal(object)
    feasibility_failed = pyqtSignal(object)
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
        self._products: list[Product] = []
        self._draft: OrderDraft | None = None
        self._searched: OrderDraft | None = None
        self._estimate_timer = self._timer(ESTIMATE_PAUSE_MS, self._estimate_now)
        self._feasibility_timer = self._timer(FEASIBILITY_PAUSE_MS, self._feasibility_now)
        session.state_changed.connect(self._session_changed)

    # What is known

    @property
    def products(self) -> list[Product]:
        """Products that can be asked for, as read last."""
        return list(self._products)

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

    def feasibility(self, draft: OrderDraft) -> None:
        """Ask for the chances of a programming request, once the person pauses (REQ-25)."""
        self._searched = draft
        self._feasibility_timer.start()

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

    def _feasibility_now(self) -> None:
        draft = self._searched
        if draft is not None:
            self._run(
                translate("Dinamis", "Reading the feasibility"),
                lambda c, end: c.feasibility(draft, end),
                self.feasibility_ready.emit,
                "feasibility",
                self.feasibility_failed.emit,
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

    def _session_changed(self, state: SessionState) -> None:
        if state is SessionState.SIGNED_IN:
            self.refresh_products()

    def _set_products(self, products: list[Product]) -> None:
        self._products = products
        self.products_changed.emit(products)

    def _timer(self, pause_ms: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause_ms)
        timer.timeout.connect(act)
        return timer
