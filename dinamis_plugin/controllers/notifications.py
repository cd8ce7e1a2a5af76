"""Notifications of the signed-in person: read in the background, announced, marked as read (ACC-17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..domain.errors import DinamisError, NotFoundError
from ..domain.notification import Notification, NotificationList, news_since
from ..qgisio.settings import PluginSettings
from ..tasks.runner import TaskRunner
from .service_calls import ServiceCalls
from .session import SessionController, SessionState

translate = QCoreApplication.translate

_NONE = NotificationList((), 0)
HIDDEN_FACTOR = 4
"""How much longer the pauses are while nobody looks at QGIS."""


class NotificationsController(QObject):
    """Keeps the list of the newest notifications as the service has it.

    Signals:
        changed: the list is another one, or its numbers.
        news: Notifications that were not announced yet, oldest first; also what came while QGIS was closed.
        failed: a Notice about what the person asked for.
    """

    changed = pyqtSignal()
    news = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(
        self,
        runner: TaskRunner,
        session: SessionController,
        settings: PluginSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._settings = settings
        self._calls = ServiceCalls(runner, session)
        self._list = _NONE
        self._etag = ""
        self._kept = True
        self._marking = 0
        self.is_hidden: Callable[[], bool] = lambda: False
        """Says whether nobody looks at QGIS, as while it is minimised."""
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self.refresh)
        session.state_changed.connect(self._session_changed)

    @property
    def notifications(self) -> tuple[Notification, ...]:
        """The newest ones, newest first, as read last."""
        return self._list.notifications

    @property
    def unread(self) -> int:
        """How many are unread in all."""
        return self._list.unread

    @property
    def available(self) -> bool:
        """Whether the service keeps notifications; where it does not, others have to tell of changes."""
        return self._kept

    @property
    def pause_ms(self) -> int:
        """How long until the list is read again."""
        pause = self._settings.requests_refresh_s * 1000
        return pause * HIDDEN_FACTOR if self.is_hidden() else pause

    def refresh(self) -> None:
        """Read what is new, and again after a pause; faults are quiet, what is listed stays."""
        self._clock.stop()
        service = self._session.service
        if service is None or not self._session.can_use_resources:
            return
        self._clock.start(self.pause_ms)
        client, etag = service.notifications, self._etag
        self._runner.run(
            translate("Dinamis", "Reading notifications"),
            lambda context: client.newest(etag, context.cancelled),
            self._came,
            self._not_read,
            cancel_previous="notifications",
        )

    def mark_read(self, notifications: Sequence[Notification]) -> None:
        """Mark some as read."""
        ids = [one.id for one in notifications if not one.read]
        if ids:
            self._mark(ids)

    def mark_all_read(self) -> None:
        """Mark all as read, also those that are older than the list."""
        if self.unread:
            self._mark(None)

    def _mark(self, ids: list[int | str] | None) -> None:
        """Show it at once; the list is read anew when the service has done it, or has not."""
        service = self._calls.service(self.failed.emit)
        if service is None:
            return
        client = service.notifications
        marked = [
            replace(one, read=one.read or ids is None or one.id in ids) for one in self._list.notifications
        ]
        left = 0 if ids is None else max(0, self._list.unread - len(ids))
        self._show(NotificationList(tuple(marked), left))
        self._marking += 1
        self._runner.run(
            translate("Dinamis", "Marking as read"),
            lambda context: client.mark_read(ids, context.cancelled),
            lambda _none: self._marked(),
            self._not_marked,
        )

    def _marked(self) -> None:
        self._marking -= 1
        self._etag = ""
        self.refresh()

    def _not_marked(self, error: DinamisError) -> None:
        self._marked()
        self._calls.tell(self.failed.emit, error)

    def _came(self, answer: tuple[NotificationList, str] | None) -> None:
        """Show what came, unless it is older than what the person has just marked."""
        self._kept = True
        if answer is None or self._marking:
            return
        listed, self._etag = answer
        self._show(listed)
        owner = self._owner
        news = news_since(listed.notifications, self._settings.notification_seen(owner))
        moments = [one.moment for one in listed.notifications if one.moment is not None]
        if moments:
            self._settings.see_notification(owner, max(moments))
        if news:
            self.news.emit(news)

    def _not_read(self, error: DinamisError) -> None:
        if isinstance(error, NotFoundError):
            self._kept = False
            self._clock.stop()

    @property
    def _owner(self) -> str:
        account = self._session.account
        return f"{self._session.service_url} {account.sub if account is not None else ''}"

    def _session_changed(self, state: SessionState) -> None:
        if state is SessionState.SIGNED_IN:
            self.refresh()
        elif state is SessionState.SIGNED_OUT:
            self._clock.stop()
            self._etag = ""
            self._show(_NONE)

    def _show(self, listed: NotificationList) -> None:
        if listed != self._list:
            self._list = listed
            self.changed.emit()
