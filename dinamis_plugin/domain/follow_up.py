"""What becomes of a request: changes of state, messages, and which changes are news (REQ-14, REQ-24)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from .order import Order, OrderState, state_of
from .parsing import mapping_of, number_of, objects_of, required_id, text_of, utc_of

MAX_TEXT = 10_000
MAX_FILES = 5
MAX_FILE_BYTES = 25 * 1000 * 1000
FILE_TYPES = frozenset(
    ("pdf", "png", "jpg", "jpeg", "txt", "csv", "docx", "xlsx", "odt", "ods", "zip", "geojson", "gpkg", "kml")
)
"""Attachments that the service takes."""


@dataclass(frozen=True)
class StatusChange:
    """One change of state: when, to which, by whom (`requester`, `operator` or a name) and why."""

    moment: datetime | None
    state: OrderState
    by: str
    reason: str

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> StatusChange:
        """Read one entry of `/stapi/orders/{id}/statuses`."""
        return cls(
            utc_of(entry.get("timestamp")),
            state_of(entry, entry),
            text_of(entry.get("dinamis:by")),
            text_of(entry.get("reason_text")),
        )


@dataclass(frozen=True)
class Attachment:
    """A file of a message; `size` in bytes."""

    id: str
    name: str
    size: int


@dataclass(frozen=True)
class Message:
    """One message of a request.

    Attributes:
        id: Its identifier.
        moment: Aware UTC time.
        side: `requester` or `operator`.
        author: Name of who wrote it.
        own: Whether the signed-in person wrote it.
        text: What it says.
        attachments: Its files.
    """

    id: str
    moment: datetime | None
    side: str
    author: str
    own: bool
    text: str
    attachments: tuple[Attachment, ...]

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Message:
        """Read one message.

        Raises:
            BadAnswerError: It has no identifier.
        """
        return cls(
            id=required_id(entry),
            moment=utc_of(entry.get("moment")),
            side=text_of(entry.get("side")),
            author=text_of(entry.get("author")),
            own=entry.get("own") is True,
            text=text_of(entry.get("text")),
            attachments=tuple(
                Attachment(
                    required_id(file),
                    PurePath(text_of(file.get("name")).replace("\\", "/")).name,
                    int(number_of(file.get("size")) or 0),
                )
                for file in objects_of(entry.get("attachments"))
            ),
        )


@dataclass(frozen=True)
class MessageDraft:
    """A message that is to be sent; `key` makes sending it again harmless."""

    text: str
    files: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class News:
    """A request whose state changed since it was last looked at."""

    order: Order
    before: OrderState


def file_problem(name: str, size: int) -> str:
    """Say why a file cannot be attached: `file_type`, `file_size`, `file_empty`, or nothing."""
    if PurePath(name).suffix.lower().lstrip(".") not in FILE_TYPES:
        return "file_type"
    if size > MAX_FILE_BYTES:
        return "file_size"
    return "" if size else "file_empty"


def news_of(seen: Mapping[str, str], orders: Iterable[Order]) -> list[News]:
    """Give the requests that are in another state than when they were last seen.

    Args:
        seen: Value of the state by identifier; requests that are not in it are new here and no news.
        orders: The requests now.
    """
    known = {state.value: state for state in OrderState}
    found = []
    for order in orders:
        before = known.get(seen.get(order.id, ""))
        if before is not None and before is not order.state:
            found.append(News(order, before))
    return found


def seen_of(orders: Iterable[Order]) -> dict[str, str]:
    """Give what is remembered of the requests to find what is news later."""
    return {order.id: order.state.value for order in orders}


def history_of(document: Mapping[str, Any]) -> list[StatusChange]:
    """Read the whole answer of `/stapi/orders/{id}/statuses`, oldest first."""
    changes = [StatusChange.from_json(mapping_of(entry)) for entry in objects_of(document.get("statuses"))]
    return sorted(changes, key=lambda change: change.moment.timestamp() if change.moment else 0.0)
