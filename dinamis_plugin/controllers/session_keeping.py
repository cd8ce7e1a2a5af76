"""The tokens of the session: in memory, kept encrypted for the next time, renewed, ended (ACC-10)."""

from __future__ import annotations

import contextlib
from typing import Callable, NamedTuple

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..api.service import Service
from ..domain.errors import DinamisError
from ..qgisio.credentials import CredentialStore, Vault
from ..qgisio.settings import PluginSettings
from ..tasks.runner import TaskContext, TaskRunner
from . import session_notices
from .tokens import TokenKeeper

translate = QCoreApplication.translate


class Forgotten(NamedTuple):
    """What was forgotten here, to be ended at the service."""

    refresh: str | None
    removed: bool
    """Whether nothing of it is left in QGIS's authentication database."""


class SessionKeeping(QObject):
    """Holds the tokens of one service at a time, and keeps its refresh token encrypted where QGIS can.

    Signals:
        taken_up: a refresh token kept by an earlier session is in memory now.
        lost: the service does not renew the session any more.
        notice: a Notice.
    """

    taken_up = pyqtSignal()
    lost = pyqtSignal()
    notice = pyqtSignal(object)
    _renewed = pyqtSignal()

    def __init__(
        self, runner: TaskRunner, settings: PluginSettings, credentials: CredentialStore, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._settings = settings
        self._credentials = credentials
        self._service: Service | None = None
        self._handed: str | None = None
        # These two are called in worker threads; a signal brings them to the GUI thread.
        self.tokens = TokenKeeper(lambda _refresh: self._renewed.emit(), self.lost.emit, self._end_orphan)
        self._renewed.connect(self.keep)

    def use(self, service: Service) -> None:
        """Renew and end the session at this service from now on, whose address is in the settings."""
        self._service = service
        self.tokens.use(service.auth.refresh)

    def hand(self, refresh: str | None) -> None:
        """Take up this session the next time, instead of what is kept; None for what is kept."""
        self._handed = refresh

    def take_up(self) -> bool:
        """Take up the session of the last time; False when there is none, or none that can be read now."""
        handed, self._handed = self._handed, None
        refresh = handed or self._credentials.load(self._settings.service_url)
        if refresh is None:
            return False
        self.tokens.put_refresh(refresh)
        self.taken_up.emit()
        return True

    def tell_locked(self) -> None:
        """Say that a session is kept that cannot be read before the master password is given, if so."""
        if self._credentials.vault is not Vault.OPEN and self._credentials.holds(self._settings.service_url):
            self.notice.emit(session_notices.locked(self._remember))

    def keep(self, *, tell: bool = False) -> None:
        """Keep the refresh token encrypted; where that is not possible, say so once, after a sign-in."""
        refresh = self.tokens.refresh_value
        if refresh is None or self._credentials.store(self._settings.service_url, refresh):
            return
        if tell:
            self.notice.emit(session_notices.memory_only(self._remember))

    def renew_before(self, seconds: float) -> None:
        """Renew the session in a task when the access token ends within so many seconds."""
        if self.tokens.ends_within(seconds):
            self._runner.run(
                translate("Dinamis", "Renewing the session"),
                lambda _context: self.tokens.renew(),
                lambda _renewed: None,
                cancel_previous="renewal",
            )

    def forget(self) -> Forgotten:
        """Forget the tokens here at once, in memory and in QGIS."""
        return Forgotten(self.tokens.clear(), self._credentials.remove(self._settings.service_url))

    def end(self, forgotten: Forgotten) -> None:
        """End a forgotten session at the service, in a task, and say what could not be cleaned."""
        if not forgotten.removed:
            self.notice.emit(session_notices.not_removed())
        service, refresh = self._service, forgotten.refresh
        if refresh is None or service is None:
            return
        self._runner.run(
            translate("Dinamis", "Signing out"),
            _revocation(service, refresh),
            lambda _result: None,
            lambda _error: self.notice.emit(session_notices.not_revoked()),
        )

    def _remember(self) -> None:
        """Let QGIS ask for the master password, then keep the session, or take up the one that was kept."""
        if not self._credentials.unlock():
            return
        if self.tokens.refresh_value is not None:
            self.keep()
        elif self._service is not None:
            self.take_up()

    def _end_orphan(self, refresh: str) -> None:
        """End, in a worker thread, a session that was renewed while the person signed out."""
        service = self._service
        if service is not None:
            with contextlib.suppress(DinamisError):  # it ends by itself, as the notice of the sign-out says
                service.auth.revoke(refresh)


def _revocation(service: Service, refresh: str) -> Callable[[TaskContext], None]:
    def work(context: TaskContext) -> None:
        service.auth.revoke(refresh, context.cancelled)

    return work
