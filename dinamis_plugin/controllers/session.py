"""The session with the service: connection, sign-in by device code, renewal, sign-out (ACC-10, ACC-11)."""

from __future__ import annotations

import contextlib
from enum import Enum
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices

from ..api.service import Service
from ..domain.account import Account
from ..domain.device import DeviceAuthorization, Tokens
from ..domain.endpoints import Endpoints, service_address
from ..domain.errors import (
    CancelledError,
    DinamisError,
    InvalidRequestError,
    NotSignedInError,
    SignInExpiredError,
)
from ..qgisio.credentials import CredentialStore, Vault
from ..qgisio.settings import PluginSettings
from ..qgisio.transport import qgis_session, spawn
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from . import session_notices
from .device_sign_in import PASSING, DeviceSignIn
from .messages import Notice, notice_for
from .tokens import TokenKeeper

translate = QCoreApplication.translate

CLOCK_MS = 30_000


class SessionState(Enum):
    """Where the session stands."""

    SIGNED_OUT = "signed_out"
    CONNECTING = "connecting"
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    SIGNED_IN = "signed_in"
    EXPIRED = "expired"
    OFFLINE = "offline"


class SessionController(QObject):
    """Connects to a service, signs in and out, and gives the service's clients to the other controllers.

    Signals:
        state_changed: the new SessionState; not emitted when it stays the same.
        device_code_ready: DeviceAuthorization to show.
        poll_status: a sentence on how the waiting stands.
        account_changed: the Account, or None.
        notice: a Notice.
        signing_out: emitted first of all on sign-out, so that whoever holds a signature lets it go.
    """

    state_changed = pyqtSignal(object)
    device_code_ready = pyqtSignal(object)
    poll_status = pyqtSignal(str)
    account_changed = pyqtSignal(object)
    notice = pyqtSignal(object)
    signing_out = pyqtSignal()
    _renewed = pyqtSignal()
    _lost = pyqtSignal()

    def __init__(
        self,
        runner: TaskRunner,
        settings: PluginSettings,
        credentials: CredentialStore,
        open_url: Callable[[str], bool] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._settings = settings
        self._credentials = credentials
        self._state = SessionState.SIGNED_OUT
        self._account: Account | None = None
        self._service: Service | None = None
        self._work: TaskHandle | None = None
        self._handed: str | None = None
        # These two are called in worker threads; a signal brings them to the GUI thread.
        self._keeper = TokenKeeper(lambda _refresh: self._renewed.emit(), self._lost.emit, self._end_orphan)
        self._renewed.connect(self._keep)
        self._lost.connect(self._session_lost)
        self._device_flow = DeviceSignIn(runner, open_url or open_in_browser, self)
        self._device_flow.started.connect(self._device_started)
        self._device_flow.status.connect(self.poll_status)
        self._device_flow.granted.connect(self._device_granted)
        self._device_flow.ended.connect(self._device_ended)
        self._device_flow.failed.connect(self._connection_failed)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        self._clock.start(CLOCK_MS)

    # What others ask

    @property
    def state(self) -> SessionState:
        """Where the session stands."""
        return self._state

    @property
    def account(self) -> Account | None:
        """The signed-in person."""
        return self._account

    @property
    def service(self) -> Service | None:
        """The clients of the connected service."""
        return self._service

    @property
    def endpoints(self) -> Endpoints | None:
        """Where the parts of the connected service answer."""
        return None if self._service is None else self._service.endpoints

    @property
    def service_url(self) -> str:
        """Address of the service in the settings."""
        return self._settings.service_url

    @property
    def device(self) -> DeviceAuthorization | None:
        """The sign-in that waits for a person."""
        return self._device_flow.device

    @property
    def can_use_resources(self) -> bool:
        """Whether images may be loaded, downloaded and ordered."""
        return self._state is SessionState.SIGNED_IN

    @property
    def why_not(self) -> str:
        """Why images may not be used, as a sentence; empty when they may."""
        if self.can_use_resources:
            return ""
        if self._service is None:
            return translate("Dinamis", "Connect to a DINAMIS service first.")
        return {
            SessionState.CONNECTING: translate("Dinamis", "The connection is being made."),
            SessionState.WAITING_FOR_APPROVAL: translate("Dinamis", "The sign-in waits for your browser."),
            SessionState.EXPIRED: translate("Dinamis", "Your session has ended: sign in again."),
            SessionState.OFFLINE: translate("Dinamis", "The service is not reachable."),
        }.get(self._state, translate("Dinamis", "Sign in to load, download and order images."))

    def notice_for(self, error: DinamisError) -> Notice:
        """The notice of an error, with a button to sign in where that is the way out."""
        notice = notice_for(error)
        if isinstance(error, (NotSignedInError, SignInExpiredError)):
            return notice.with_action(translate("Dinamis", "Sign in"), self.sign_in)
        return notice

    # Connection

    def connect_service(self, url: str | None = None) -> None:
        """Look for a service at an address, by default that of the settings, and remember it when found."""
        self._connect(url, then=self._after_connection)

    def restore(self, refresh: str | None = None) -> None:
        """Connect to the service of the last time and take up the session kept there, without any dialog.

        `refresh` is what `hand_over` gave, where the plugin was started anew.
        """
        self._handed = refresh
        if self._settings.service_url:
            self.connect_service()

    def hand_over(self) -> str | None:
        """Give the session to the plugin that is started in place of this one: nothing of it need be kept."""
        return self._keeper.refresh_value

    def _connect(self, url: str | None, then: Callable[[], None]) -> None:
        try:
            address = service_address(self._settings.service_url if url is None else url)
        except InvalidRequestError:
            self.notice.emit(session_notices.wrong_address())
            return
        if self._state is SessionState.SIGNED_IN and (
            self.endpoints is None or self.endpoints.service != address
        ):
            self.sign_out()
        self._stop_waiting()
        self._set_state(SessionState.CONNECTING)
        service = self._make_service(address)

        def work(_context: TaskContext) -> Endpoints:
            return service.endpoints  # asks the service the first time

        def done(endpoints: Endpoints) -> None:
            self._service = service
            self._keeper.use(service.auth.refresh)
            self._settings.service_url = endpoints.service
            self._settings.remember_root(endpoints.objects)
            then()

        self._work = self._runner.run(
            translate("Dinamis", "Connecting to DINAMIS"),
            work,
            done,
            self._connection_failed,
            cancel_previous="session",
        )

    def _make_service(self, address: str) -> Service:
        return Service(qgis_session, address, self._settings.language, self._keeper, spawn)

    def _after_connection(self) -> None:
        url = self._settings.service_url
        handed, self._handed = self._handed, None
        if handed is not None:
            self._keeper.put_refresh(handed)
            self._fetch_account(first=False)
            return
        if self._credentials.holds(url):
            if self._credentials.vault is Vault.OPEN:
                self._take_up(url)
                return
            self._set_state(SessionState.SIGNED_OUT)
            self.notice.emit(session_notices.locked(self._remember))
            return
        self._set_state(SessionState.SIGNED_OUT)

    def _connection_failed(self, error: DinamisError) -> None:
        if isinstance(error, CancelledError):
            self._set_state(SessionState.SIGNED_OUT)
            return
        unreachable = isinstance(error, PASSING)
        self._set_state(SessionState.OFFLINE if unreachable else SessionState.SIGNED_OUT)
        again = self._service is None or unreachable
        notice = notice_for(error)
        if again:
            notice = notice.with_action(translate("Dinamis", "Try again"), self.connect_service)
        self.notice.emit(notice)

    def _take_up(self, url: str) -> None:
        refresh = self._credentials.load(url)
        if refresh is None:
            self._set_state(SessionState.SIGNED_OUT)
            return
        self._keeper.put_refresh(refresh)
        self._fetch_account(first=False)

    # Sign-in

    def sign_in(self) -> None:
        """Ask for a device code, show it, open the browser and wait for the person."""
        if self._state is SessionState.SIGNED_IN:
            return
        if self._service is None:
            self._connect(None, then=self._start_device)
        else:
            self._start_device()

    def cancel_sign_in(self) -> None:
        """Stop waiting for the person, or for the service."""
        if self._state not in (SessionState.WAITING_FOR_APPROVAL, SessionState.CONNECTING):
            return
        self._stop_waiting()
        self._set_state(SessionState.SIGNED_OUT)

    def open_browser(self) -> None:
        """Open the page where the person confirms the code."""
        self._device_flow.open_browser()

    def _start_device(self) -> None:
        if self._service is None:
            return
        self._stop_waiting()
        self._set_state(SessionState.CONNECTING)
        self._device_flow.start(self._service)

    def _device_started(self, device: DeviceAuthorization) -> None:
        self._set_state(SessionState.WAITING_FOR_APPROVAL)
        self.device_code_ready.emit(device)

    def _device_granted(self, tokens: Tokens) -> None:
        self._keeper.put(tokens)
        self._fetch_account(first=True)

    def _device_ended(self, error: DinamisError) -> None:
        self._stop_waiting()
        self._set_state(SessionState.SIGNED_OUT)
        self.notice.emit(notice_for(error).with_action(translate("Dinamis", "Sign in"), self.sign_in))

    def _stop_waiting(self) -> None:
        self._device_flow.stop()
        if self._work is not None:
            self._work.drop()
            self._work = None

    # The signed-in person

    def _fetch_account(self, *, first: bool) -> None:
        service = self._service
        if service is None:
            return
        self._set_state(SessionState.CONNECTING)

        def done(account: Account) -> None:
            self._account = account
            self.account_changed.emit(account)
            self._set_state(SessionState.SIGNED_IN)
            self._keep(tell=first)

        self._work = self._runner.run(
            translate("Dinamis", "Reading your account"),
            lambda context: service.auth.account(context.cancelled),
            done,
            self._account_failed,
            cancel_previous="session",
        )

    def _account_failed(self, error: DinamisError) -> None:
        if isinstance(error, PASSING):
            self._set_state(SessionState.OFFLINE)
            retry = translate("Dinamis", "Try again")
            self.notice.emit(notice_for(error).with_action(retry, self._retry_account))
        elif isinstance(error, (NotSignedInError, SignInExpiredError)):
            self._session_lost()
        elif not isinstance(error, CancelledError):
            self._set_state(SessionState.SIGNED_OUT)
            self.notice.emit(notice_for(error))

    def _retry_account(self) -> None:
        if self._keeper.refresh_value is None:
            self.connect_service()
        else:
            self._fetch_account(first=False)

    def _keep(self, *, tell: bool = False) -> None:
        """Keep the refresh token encrypted; where that is not possible, say so once, after a sign-in."""
        refresh = self._keeper.refresh_value
        if refresh is None or self._credentials.store(self._settings.service_url, refresh):
            return
        if tell:
            self.notice.emit(session_notices.memory_only(self._remember))

    def _remember(self) -> None:
        """Let QGIS ask for the master password, then keep the session, or take up the one that was kept."""
        if not self._credentials.unlock():
            return
        if self._keeper.refresh_value is not None:
            self._keep()
        elif self._service is not None:
            self._take_up(self._settings.service_url)

    def _tick(self) -> None:
        """Every half minute: renew before the end, and come back when the network does."""
        if self._state is SessionState.OFFLINE:
            self._retry_account()
        elif self._state is SessionState.SIGNED_IN and self._keeper.ends_within(CLOCK_MS / 1000 * 2):
            self._runner.run(
                translate("Dinamis", "Renewing the session"),
                lambda _context: self._keeper.renew(),
                lambda _renewed: None,
                cancel_previous="renewal",
            )

    def _session_lost(self) -> None:
        """The service ended the session: say so, forget it, and offer to sign in again."""
        self._keeper.clear()
        self._credentials.remove(self._settings.service_url)
        self._stop_waiting()
        if self._account is not None:
            self._account = None
            self.account_changed.emit(None)
        if self._set_state(SessionState.EXPIRED):
            notice = notice_for(SignInExpiredError(""))
            self.notice.emit(notice.with_action(translate("Dinamis", "Sign in"), self.sign_in))

    # Sign-out

    def sign_out(self) -> None:
        """Forget every token here at once, and end the session at the service in a task."""
        service = self._service
        self._stop_waiting()
        self.signing_out.emit()
        refresh = self._keeper.clear()
        removed = self._credentials.remove(self._settings.service_url)
        self._account = None
        self.account_changed.emit(None)
        self._set_state(SessionState.SIGNED_OUT)
        if not removed:
            self.notice.emit(session_notices.not_removed())
        if refresh is None or service is None:
            return
        self._runner.run(
            translate("Dinamis", "Signing out"),
            _revocation(service, refresh),
            lambda _result: None,
            lambda _error: self.notice.emit(session_notices.not_revoked()),
        )

    def _end_orphan(self, refresh: str) -> None:
        """End, in a worker thread, a session that was renewed while the person signed out."""
        service = self._service
        if service is not None:
            with contextlib.suppress(DinamisError):  # it ends by itself, as the notice of the sign-out says
                service.auth.revoke(refresh)

    def shutdown(self) -> None:
        """Forget the session in memory; what is kept encrypted stays for the next time."""
        self._clock.stop()
        self._stop_waiting()
        self._keeper.clear()
        self._account = None

    # Notices and states

    def _set_state(self, state: SessionState) -> bool:
        if state is self._state:
            return False
        self._state = state
        self.state_changed.emit(state)
        return True


def _revocation(service: Service, refresh: str) -> Callable[[TaskContext], None]:
    def work(context: TaskContext) -> None:
        service.auth.revoke(refresh, context.cancelled)

    return work


def open_in_browser(url: str) -> bool:
    """Show a page in the browser of the system."""
    return bool(QDesktopServices.openUrl(QUrl(url)))
