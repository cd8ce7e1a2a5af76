"""Notifications of a person, and which of them they want by e-mail (ACC-15, ACC-17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .parsing import mapping_of, number_of, required_objects, text_of, utc_of

MAIL_KINDS = ("state", "message", "quotation", "delivery")
"""What a person can have mails about."""

LANGUAGES = ("fr", "en")


@dataclass(frozen=True)
class Notification:
    """Something that happened to a request or a project.

    Attributes:
        id: Its identifier, a number or a text as the service writes it.
        moment: Aware UTC time, None when it cannot be read.
        kind: `state`, `message`, `quotation`, `delivery`, `project`, `call`, or one that is not known yet.
        order_id: Request that it is about, may be empty.
        project_id: Project that it is about, may be empty.
        title: In short.
        text: In a sentence.
        read: Whether the person has read it.
    """

    id: int | str
    moment: datetime | None
    kind: str
    order_id: str
    project_id: str
    title: str
    text: str
    read: bool

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Notification:
        """Read one notification; one without an identifier has an empty one."""
        given = document.get("id")
        keys = ("kind", "order_id", "project_id", "title", "text")
        words = {key: text_of(document.get(key)) for key in keys}
        return cls(
            id=given if isinstance(given, (int, str)) else "",
            moment=utc_of(document.get("moment")),
            read=document.get("read") is True,
            **words,
        )


@dataclass(frozen=True)
class NotificationList:
    """The newest notifications, newest first, and how many are unread in all."""

    notifications: tuple[Notification, ...]
    unread: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> NotificationList:
        """Read the answer of `GET /api/notifications`.

        Raises:
            BadAnswerError: There is no list.
        """
        entries = required_objects(document, "notifications")
        notifications = tuple(one for one in map(Notification.from_json, entries) if one.id != "")
        unread = number_of(document.get("unread"))
        counted = sum(not one.read for one in notifications)
        return cls(notifications, counted if unread is None else int(unread))


def news_since(notifications: Iterable[Notification], last_seen: datetime | None) -> list[Notification]:
    """Give those that are unread and came after what was announced last, oldest first."""
    fresh = [
        one
        for one in notifications
        if not one.read and one.moment is not None and (last_seen is None or one.moment > last_seen)
    ]
    return sorted(fresh, key=lambda one: one.moment.timestamp() if one.moment else 0.0)


@dataclass(frozen=True)
class Preferences:
    """How the service writes to a person.

    Attributes:
        language: `fr` or `en`, None for the one of the service.
        emails: Whether a mail comes, by what it is about.
        etag: Which version this is, for changes.
    """

    language: str | None = None
    emails: Mapping[str, bool] = field(default_factory=lambda: dict.fromkeys(MAIL_KINDS, True))
    etag: str = ""

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Preferences:
        """Read the answer of `GET /api/preferences`; a kind that is not told of comes by mail."""
        language = text_of(document.get("language"))
        said = mapping_of(document.get("emails"))
        return cls(
            language=language if language in LANGUAGES else None,
            emails={kind: said.get(kind) is not False for kind in MAIL_KINDS},
            etag=text_of(document.get("etag")),
        )

    def to_json(self) -> dict[str, Any]:
        """Give the body of `PUT /api/preferences`."""
        return {"language": self.language, "emails": dict(self.emails)}
