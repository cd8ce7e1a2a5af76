"""The requests of the signed-in person and their states, followed in the background (REQ-23, REQ-24)."""

from __future__ import annotations

from typing import Callable, NamedTuple

from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..api.follow_up_client import OrderList
from ..api.http import Cancel
from ..api.service import Service
from ..domain.follow_up import News, news_of, seen_of
from ..domain.order import Order
from ..qgisio.seen_orders import SeenOrders
from ..qgisio.settings import PluginSettings
from ..tasks.runner import TaskRunner
from .messages import Notice
from .service_calls import ServiceCalls
from .session import SessionController, SessionState

translate = QCoreApplication.translate

HIDDEN_FACTOR = 4
"""How much longer the pauses are while nobody looks at QGIS."""


class _Read(NamedTuple):
    """A list that came, None when nothing changed, and what was remembered of the last one."""

    listed: OrderList | None
    before: dict[str, str] | None


class OrdersController(QObject):
    """Reads the list, at once and again and again while somebody is signed in.

    Signals:
        changed: the new list.
        reading: True while a person waits for the list.
        failed: a Notice; in the background faults are quiet, what is listed stays.
        news: list of News, requests whose state somebody else changed, also while QGIS was closed.
    """

    changed = pyqtSignal(object)
    reading = pyqtSignal(bool)
    failed = pyqtSignal(object)
    news = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        settings: PluginSettings,
        parent: QObject | None = None,
        seen: SeenOrders | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._calls = ServiceCalls(runner, session)
        self._seen = seen or SeenOrders()
        self._orders: list[Order] = []
        self._tag = ""
        self._own: dict[str, Order] = {}
        self.is_hidden: Callable[[], bool] = lambda: False
        """Says whether nobody looks at QGIS, as while it is minimised."""
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._poll)
        session.state_changed.connect(self._session_changed)

    @property
    def orders(self) -> list[Order]:
        """Requests that the person may see, newest first, as read last."""
        return list(self._orders)

    def order(self, order_id: str) -> Order | None:
        """One of them."""
        return next((order for order in self._orders if order.id == order_id), None)

    def refresh(self) -> None:
        """Read the list for somebody who waits for it."""
        self.reading.emit(True)
        if not self._read(self._told):
            self.reading.emit(False)

    def put(self, order: Order) -> None:
        """Take over a request that the person just made or changed: that is no news to them."""
        self._own[order.id] = order
        others = [other for other in self._orders if other.id != order.id]
        fresh = len(others) == len(self._orders)
        place = 0 if fresh else next(n for n, one in enumerate(self._orders) if one.id == order.id)
        self._orders = [*others[:place], order, *others[place:]]
        self._tag = ""
        self.changed.emit(self.orders)

    @property
    def pause_ms(self) -> int:
        """How long until the list is read again."""
        pause = self._settings.requests_refresh_s * 1000
        return pause * HIDDEN_FACTOR if self.is_hidden() else pause

    # Inside

    def _poll(self) -> None:
        self._clock.start(self.pause_ms)
        if self._session.can_use_resources:
            self._read(lambda _notice: None)

    def _read(self, refuse: Callable[[Notice], None]) -> bool:
        account, tag = self._session.account, self._tag
        owner = f"{self._session.service_url} {account.sub}" if account is not None else ""

        def ask(service: Service, end: Cancel) -> _Read:
            listed = service.follow_up.orders(tag, end)
            before = None if listed is None else self._seen.exchange(owner, seen_of(listed.orders))
            return _Read(listed, before)

        return self._calls.run(translate("Dinamis", "Reading requests"), ask, self._came, refuse, "orders")

    def _came(self, read: _Read) -> None:
        self.reading.emit(False)
        if read.listed is None:
            return
        self._orders, self._tag = list(read.listed.orders), read.listed.tag
        self.changed.emit(self.orders)
        found = [] if read.before is None else news_of(read.before, self._orders)
        news = [one for one in found if not self._is_own(one)]
        self._own.clear()
        if news:
            self.news.emit(news)

    def _is_own(self, news: News) -> bool:
        mine = self._own.get(news.order.id)
        return mine is not None and mine.state is news.order.state

    def _told(self, notice: Notice) -> None:
        self.reading.emit(False)
        self.failed.emit(notice)

    def _session_changed(self, state: SessionState) -> None:
        if state is SessionState.SIGNED_IN:
            self.refresh()
            self._clock.start(self.pause_ms)
        elif state in (SessionState.SIGNED_OUT, SessionState.EXPIRED):
            self._clock.stop()
            self._tag = ""
            self._own.clear()
            self._orders = []
            self.changed.emit([])
