"""Notifications of the signed-in person, and how the service writes to them (ACC-15, ACC-17)."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.notification import NotificationList, Preferences
from ..domain.parsing import mapping_of
from .http import Cancel, HttpClient, never

_NOT_MODIFIED = 304
MOST = 100
"""As many of the newest are read."""


class NotificationsClient:
    """Reads notifications and marks them as read.

    Every method raises a DinamisError as `HttpClient` does, and BadAnswerError for what breaks the contract.
    """

    def __init__(self, http: HttpClient, api: str) -> None:
        self._http = http
        self._url = f"{api}/notifications"
        self._preferences = f"{api}/preferences"

    def newest(self, etag: str, cancel: Cancel = never) -> tuple[NotificationList, str] | None:
        """Read the newest ones and their ETag; None where nothing has changed since `etag`."""
        headers = {"If-None-Match": etag} if etag else {}
        answer = self._http.ask(
            "GET",
            self._url,
            params={"limit": str(MOST)},
            headers=headers,
            returned={_NOT_MODIFIED},
            repeatable=True,
            cancel=cancel,
        )
        if answer.status == _NOT_MODIFIED:
            return None
        return NotificationList.from_json(mapping_of(answer.json())), answer.headers.get("ETag", "")

    def mark_read(self, ids: Sequence[int | str] | None, cancel: Cancel = never) -> None:
        """Mark some as read, or all of them where none are named."""
        body = {"all": True} if ids is None else {"ids": list(ids)}
        self._http.post_json(f"{self._url}/read", body, repeatable=True, cancel=cancel)

    def preferences(self, cancel: Cancel = never) -> Preferences:
        """Read how the service writes to the person."""
        return Preferences.from_json(mapping_of(self._http.get_json(self._preferences, cancel=cancel)))

    def keep_preferences(self, preferences: Preferences, cancel: Cancel = never) -> Preferences:
        """Change how the service writes to the person.

        Raises:
            ChangedMeanwhileError: They are not as they were read any more.
        """
        headers = {"If-Match": preferences.etag}
        answer = self._http.send_json(
            "PUT", self._preferences, preferences.to_json(), headers=headers, cancel=cancel
        )
        return Preferences.from_json(mapping_of(answer))
