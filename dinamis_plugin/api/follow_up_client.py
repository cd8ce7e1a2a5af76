"""What becomes of requests: list, states, messages with files, and what can be done (REQ-14 to REQ-24)."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin

from ..domain.endpoints import Endpoints
from ..domain.errors import BadAnswerError, ConflictError
from ..domain.follow_up import Message, MessageDraft, StatusChange, history_of
from ..domain.order import Order, OrderState
from ..domain.parsing import mapping_of, objects_of, required_objects, text_of
from .http import Cancel, HttpClient, Part, never

_MOST_PAGES = 100
_NOT_MODIFIED = 304
_PLAIN = "text/plain; charset=utf-8"
_REACHED = {
    "cancel": {OrderState.CANCELLED},
    "decline": {OrderState.CANCELLED},
    "accept": {OrderState.ACCEPTED, OrderState.PRODUCTION, OrderState.PROGRAMMED},
}
"""States in which an action has been done, perhaps by an attempt whose answer was lost."""


@dataclass(frozen=True)
class OrderList:
    """The requests that the person may see, newest first, and the mark of this state of the list."""

    orders: tuple[Order, ...]
    tag: str = ""


class FollowUpClient:
    """Speaks with the part of a service that knows what becomes of requests.

    Every method raises a DinamisError as `HttpClient` does, and BadAnswerError for what breaks the contract.
    """

    def __init__(self, http: HttpClient, endpoints: Endpoints) -> None:
        self._http = http
        self._stapi = f"{endpoints.stapi}/orders"
        self._api = f"{endpoints.api}/orders"

    def orders(self, known_tag: str = "", cancel: Cancel = never) -> OrderList | None:
        """List the requests (REQ-24); None when nothing changed since the list with this tag."""
        headers = {"If-None-Match": known_tag} if known_tag else {}
        answer = self._http.ask(
            "GET", self._stapi, headers=headers, returned={_NOT_MODIFIED}, repeatable=True, cancel=cancel
        )
        if answer.status == _NOT_MODIFIED:
            return None
        page, orders = mapping_of(answer.json()), []
        for _ in range(_MOST_PAGES):
            orders += [Order.from_stapi(entry) for entry in required_objects(page, "features")]
            following = [link for link in objects_of(page.get("links")) if link.get("rel") == "next"]
            address = urljoin(self._stapi, text_of(following[0].get("href"))) if following else ""
            if not address:
                break
            page = mapping_of(self._http.get_json(address, cancel=cancel))
        return OrderList(tuple(orders), answer.headers.get("ETag", ""))

    def order(self, order_id: str, cancel: Cancel = never) -> Order:
        """Read one request."""
        return Order.from_stapi(mapping_of(self._http.get_json(_place(self._stapi, order_id), cancel=cancel)))

    def history(self, order_id: str, cancel: Cancel = never) -> list[StatusChange]:
        """List the changes of state of a request, the first one first."""
        url = f"{_place(self._stapi, order_id)}/statuses"
        return history_of(mapping_of(self._http.get_json(url, cancel=cancel)))

    def cancel(self, order: Order, cancel: Cancel = never) -> Order:
        """Give up a request.

        Raises:
            ConflictError: It can no longer be given up, or has changed meanwhile.
        """
        return self._act(order, "cancel", {}, cancel)

    def accept(self, order: Order, cancel: Cancel = never) -> Order:
        """Accept the quotation of a request (REQ-20).

        Raises:
            ConflictError: There is no quotation to accept, or it has changed meanwhile.
        """
        return self._act(order, "accept", {}, cancel)

    def decline(self, order: Order, reason: str, cancel: Cancel = never) -> Order:
        """Decline the quotation; where a service knows no such act, the request is cancelled.

        Raises:
            ConflictError: There is no quotation to decline, or it has changed meanwhile.
        """
        body = {"reason": reason} if reason else {}
        return self._act(order, "decline" if order.can_be_declined else "cancel", body, cancel)

    def messages(self, order_id: str, cancel: Cancel = never) -> list[Message]:
        """List the messages of a request, the oldest first; they count as read then (REQ-14)."""
        url = f"{_place(self._api, order_id)}/messages"
        document = mapping_of(self._http.get_json(url, cancel=cancel))
        return [Message.from_json(entry) for entry in required_objects(document, "messages")]

    def send_message(
        self, order_id: str, draft: MessageDraft, files: Sequence[tuple[str, bytes]], cancel: Cancel = never
    ) -> Message:
        """Send a message with the contents of its files; sent again, it is still one message.

        Raises:
            InvalidRequestError: A file is too large, or not of the type that its name says.
        """
        answer = self._http.ask(
            "POST",
            f"{_place(self._api, order_id)}/messages",
            headers={"Idempotency-Key": draft.key},
            files=[("text", (None, draft.text.encode("utf-8"), _PLAIN)), *map(_part, files)],
            repeatable=True,
            cancel=cancel,
        )
        return Message.from_json(mapping_of(answer.json()))

    def attachment(self, order_id: str, attachment_id: str, cancel: Cancel = never) -> bytes:
        """Fetch a file of a message."""
        url = f"{_place(self._api, order_id)}/attachments/{quote(attachment_id, safe='')}"
        return self._http.ask("GET", url, repeatable=True, cancel=cancel).body

    def table(self, cancel: Cancel = never) -> bytes:
        """Fetch all requests as CSV."""
        answer = self._http.ask("GET", f"{self._api}.csv", repeatable=True, cancel=cancel)
        if "csv" not in answer.headers.get("Content-Type", ""):
            raise BadAnswerError.about("CSV", answer.headers.get("Content-Type", "") or "no type")
        return answer.body

    def _act(self, order: Order, action: str, body: Mapping[str, Any], cancel: Cancel) -> Order:
        """Move a request to the state of an action, as it was read; one that is there already stays."""
        url = f"{_place(self._stapi, order.id)}/{action}"
        headers = {"If-Match": order.etag} if order.etag else {}
        try:
            answer = self._http.post_json(url, body, headers=headers, repeatable=True, cancel=cancel)
        except ConflictError:
            # Repeated after a lost answer, it is there already, and not as it was read any more.
            now = self.order(order.id, cancel) if order.etag else order
            if now is order or now.state not in _REACHED[action]:
                raise
            return now
        return Order.from_stapi(mapping_of(answer))


def _place(base: str, order_id: str) -> str:
    return f"{base}/{quote(order_id, safe='')}"


def _part(file: tuple[str, bytes]) -> Part:
    name, content = file
    return "files", (name, content, mimetypes.guess_type(name)[0] or "application/octet-stream")
