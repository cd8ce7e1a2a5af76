"""The session with the service: connection, sign-in by device code, renewal, sign-out (ACC-10, ACC-11)."""

from __future__ import annotations

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
from ..qgisio.credentials import CredentialStore
from ..qgisio.settings import PluginSettings
from ..qgisio.transport import qgis_session, spawn
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from . import session_notices
from .device_sign_in import PASSING, DeviceSignIn
from .messages import Notice, notice_for
from .session_keeping import SessionKeeping
from .session_state import SessionState, why_not_usable

translate = QCoreApplication.translate

CLOCK_MS = 30_000


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
        self._state = SessionState.SIGNED_OUT
        self._account: Account | None = None
        self._service: Service | None = None
        self._work: TaskHandle | None = None
        self._keeping = SessionKeeping(runner, settings, credentials, self)
        self._keeping.taken_up.connect(self._fetch_account)
        self._keeping.lost.connect(self._session_lost)
        self._keeping.notice.connect(self.notice)
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
        return why_not_usable(self._state, connected=self._service is not None)

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

    def restore(self) -> None:
        """Connect to the service of the last time and take up the session kept there, without any dialog."""
        if self._settings.service_url:
            self.connect_service()

    def hand_over(self) -> str | None:
        """Give the session to the plugin that is started in place of this one: nothing of it need be kept."""
        return self._keeping.tokens.refresh_value

    def take_over(self, handed: str | None) -> None:
        """Take up what `hand_over` gave, when the service is connected to; None for what is kept."""
        self._keeping.hand(handed)

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
            self._settings.service_url = endpoints.service
            self._settings.remember_root(endpoints.objects)
            self._keeping.use(service)
            then()

        self._work = self._runner.run(
            translate("Dinamis", "Connecting to DINAMIS"),
            work,
            done,
            self._connection_failed,
            cancel_previous="session",
        )

    def _make_service(self, address: str) -> Service:
        return Service(qgis_session, address, self._settings.language, self._keeping.tokens, spawn)

    def _after_connection(self) -> None:
        if not self._keeping.take_up():
            self._set_state(SessionState.SIGNED_OUT)
            self._keeping.tell_locked()

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
        self._keeping.tokens.put(tokens)
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

    def _fetch_account(self, *, first: bool = False) -> None:
        service = self._service
        if service is None:
            return
        self._set_state(SessionState.CONNECTING)

        def done(account: Account) -> None:
            self._account = account
            self.account_changed.emit(account)
            self._set_state(SessionState.SIGNED_IN)
            self._keeping.keep(tell=first)

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
        if self._keeping.tokens.refresh_value is None:
            self.connect_service()
        else:
            self._fetch_account()

    def _tick(self) -> None:
        """Every half minute: renew before the end, and come back when the network does."""
        if self._state is SessionState.OFFLINE:
            self._retry_account()
        elif self._state is SessionState.SIGNED_IN:
            self._keeping.renew_before(CLOCK_MS / 1000 * 2)

    def _session_lost(self) -> None:
        """The service ended the session: say so, forget it, and offer to sign in again."""
        self._keeping.forget()
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
        self._stop_waiting()
        self.signing_out.emit()
        forgotten = self._keeping.forget()
        self._account = None
        self.account_changed.emit(None)
        self._set_state(SessionState.SIGNED_OUT)
        self._keeping.end(forgotten)

    def shutdown(self) -> None:
        """Forget the session in memory; what is kept encrypted stays for the next time."""
        self._clock.stop()
        self._stop_waiting()
        self._keeping.tokens.clear()
        self._account = None

    def _set_state(self, state: SessionState) -> bool:
        if state is self._state:
            return False
        self._state = state
        self.state_changed.emit(state)
        return True


def open_in_browser(url: str) -> bool:
    """Show a page in the browser of the system."""
    return bool(QDesktopServices.openUrl(QUrl(url)))
