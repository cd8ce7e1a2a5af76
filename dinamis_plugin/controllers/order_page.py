"""One request: its history and messages, and what the person does with it (REQ-14, REQ-20 to REQ-24)."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, NamedTuple

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..api.http import Cancel
from ..api.service import Service
from ..domain.errors import FileGoneError, InvalidRequestError, NotFoundError
from ..domain.follow_up import Attachment, Message, MessageDraft, StatusChange, file_problem
from ..domain.order import Order
from ..domain.order_draft import OrderDraft, duplicate_of
from ..domain.scene import Scene
from ..tasks.runner import TaskRunner
from .orders import OrdersController
from .service_calls import ServiceCalls
from .session import SessionController

translate = QCoreApplication.translate


class OrderDetails(NamedTuple):
    """What the page of a request shows beside it; no messages where a service keeps none."""

    order: Order
    history: list[StatusChange]
    messages: list[Message] | None


class OrderPageController(QObject):
    """Reads and changes one request at a time.

    Signals:
        details: OrderDetails of the request that was opened last.
        details_failed: a Notice.
        acted: the Order after what the person did.
        failed: a Notice about something that the person wanted.
        sent: identifier of the request whose message was taken.
        not_sent: a Notice; the message is still with the person.
        saved: path of a file that was written.
        found: an OrderDraft to fill in, and its Scenes.
        delivered: the Scenes that a request brought.
    """

    details = pyqtSignal(object)
    details_failed = pyqtSignal(object)
    acted = pyqtSignal(object)
    failed = pyqtSignal(object)
    sent = pyqtSignal(str)
    not_sent = pyqtSignal(object)
    saved = pyqtSignal(str)
    found = pyqtSignal(object, object)
    delivered = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        orders: OrdersController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._calls = ServiceCalls(runner, session)
        self._orders = orders

    def open(self, order_id: str) -> None:
        """Read a request with its history and its messages."""
        self._calls.run(
            translate("Dinamis", "Reading the request"),
            lambda service, end: _details(service, order_id, end),
            self.details.emit,
            self.details_failed.emit,
            "order page",
        )

    def cancel(self, order: Order) -> None:
        """Give up a request."""
        self._act(
            translate("Dinamis", "Cancelling the request"),
            order,
            lambda service, end: service.follow_up.cancel(order, end),
        )

    def accept(self, order: Order) -> None:
        """Accept the price of a request (REQ-20)."""
        self._act(
            translate("Dinamis", "Accepting the quotation"),
            order,
            lambda service, end: service.follow_up.accept(order, end),
        )

    def decline(self, order: Order, reason: str) -> None:
        """Decline the price of a request, which gives it up."""
        self._act(
            translate("Dinamis", "Declining the quotation"),
            order,
            lambda service, end: service.follow_up.decline(order, reason, end),
        )

    def duplicate(self, order: Order) -> None:
        """Make a draft of a request, to be changed and sent as another one."""
        self.open_draft(duplicate_of(order))

    def open_draft(self, draft: OrderDraft) -> None:
        """Look up the scenes that a draft names, as far as the catalogue still has them; `found` follows."""

        def ask(service: Service, end: Cancel) -> list[Scene]:
            names = list(draft.item_ids)
            documents = service.catalogue.item_documents("", names, end) if names else {}
            return [Scene.from_stac(documents[name]) for name in names if name in documents]

        text = translate("Dinamis", "Looking up the scenes of the draft")
        self._calls.run(
            text, ask, lambda scenes: self.found.emit(draft, scenes), self.failed.emit, "draft scenes"
        )

    def send_message(self, order_id: str, draft: MessageDraft) -> None:
        """Send a message with its files (REQ-14)."""

        def ask(service: Service, end: Cancel) -> Message:
            return service.follow_up.send_message(order_id, draft, _contents(draft), end)

        def done(_message: Message) -> None:
            self.sent.emit(order_id)
            self.open(order_id)

        text = translate("Dinamis", "Sending the message")
        self._calls.run(text, ask, done, self.not_sent.emit)

    def save_attachment(self, order_id: str, attachment: Attachment, path: str) -> None:
        """Fetch a file of a message into a file."""
        self._save(path, lambda service, end: service.follow_up.attachment(order_id, attachment.id, end))

    def save_table(self, path: str) -> None:
        """Write all requests as CSV into a file."""
        self._save(path, lambda service, end: service.follow_up.table(end))

    def find_delivered(self, order: Order) -> None:
        """Look up the scenes that a request brought (REQ-21, REQ-29); `delivered` follows."""

        def ask(service: Service, end: Cancel) -> list[Scene]:
            found = [service.catalogue.scene(*item, end) for item in order.delivered_items]
            scenes = [scene for scene in found if scene is not None]
            if not scenes:
                raise NotFoundError(translate("Dinamis", "The catalogue does not show these images yet."))
            return scenes

        text = translate("Dinamis", "Looking up the delivered images")
        self._calls.run(text, ask, self.delivered.emit, self.failed.emit, "delivered")

    # Inside

    def _act(self, text: str, order: Order, ask: Callable[[Service, Cancel], Order]) -> None:
        def done(changed: Order) -> None:
            self._orders.put(changed)
            self.acted.emit(changed)
            self.open(changed.id)

        def refused(notice: object) -> None:
            self.failed.emit(notice)
            self._orders.refresh()
            self.open(order.id)

        self._calls.run(text, ask, done, refused, f"act {order.id}")

    def _save(self, path: str, ask: Callable[[Service, Cancel], bytes]) -> None:
        def work(service: Service, end: Cancel) -> str:
            content = ask(service, end)
            try:
                Path(path).write_bytes(content)
            except OSError as error:
                raise FileGoneError(str(error.strerror or "")) from None
            return path

        text = translate("Dinamis", "Saving the file")
        self._calls.run(text, work, self.saved.emit, self.failed.emit)


def _details(service: Service, order_id: str, end: Cancel) -> OrderDetails:
    client = service.follow_up
    try:
        messages = client.messages(order_id, end)
    except NotFoundError:
        messages = None
    # After the messages: reading them is what makes them read.
    return OrderDetails(client.order(order_id, end), client.history(order_id, end), messages)


def _contents(draft: MessageDraft) -> list[tuple[str, bytes]]:
    """Read the files of a message, in a worker thread.

    Raises:
        InvalidRequestError: One is too large, empty, or of a type that is not taken.
        FileGoneError: One cannot be read.
    """
    try:
        for path in map(Path, draft.files):
            problem = file_problem(path.name, path.stat().st_size)
            if problem:
                raise InvalidRequestError(path.name, {"files": problem})
        return [(path.name, path.read_bytes()) for path in map(Path, draft.files)]
    except OSError as error:
        raise FileGoneError(str(error.strerror or "")) from None
