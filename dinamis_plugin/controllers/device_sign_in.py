"""Sign-in by device code (RFC 8628): the code, the browser, and waiting for the person (ACC-10)."""

from __future__ import annotations

import time
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..api.service import Service
from ..domain.device import DeviceAuthorization, PollOutcome, Tokens, next_interval
from ..domain.errors import (
    CancelledError,
    DinamisError,
    ServiceFailureError,
    ServiceUnreachableError,
    SignInDeniedError,
    SignInExpiredError,
    TooManyRequestsError,
    UnavailableError,
)
from ..tasks.runner import TaskHandle, TaskRunner

translate = QCoreApplication.translate

PASSING = (ServiceUnreachableError, UnavailableError, TooManyRequestsError, ServiceFailureError)
"""Faults of the service or the network that pass by themselves."""
_FIRST_INTERVAL_S = 5.0


class DeviceSignIn(QObject):
    """One sign-in at a time, from the code to the tokens.

    Signals:
        started: the DeviceAuthorization to show; the browser opens next.
        status: a sentence on how the waiting stands.
        granted: the Tokens.
        ended: the DinamisError for which there are none: denied, expired, refused.
        failed: the DinamisError for which there is no code.
    """

    started = pyqtSignal(object)
    status = pyqtSignal(str)
    granted = pyqtSignal(object)
    ended = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(self, runner: TaskRunner, open_url: Callable[[str], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._open_url = open_url
        self._service: Service | None = None
        self._work: TaskHandle | None = None
        self.device: DeviceAuthorization | None = None
        self._ends = 0.0
        self.interval_s = _FIRST_INTERVAL_S
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._poll)

    def start(self, service: Service) -> None:
        """Ask a service for a code, show it, open the browser and wait for the person."""
        self._service = service
        self._work = self._runner.run(
            translate("Dinamis", "Starting the sign-in"),
            lambda context: service.auth.start(context.cancelled),
            self._started,
            self.failed.emit,
            cancel_previous="session",
        )

    def stop(self) -> None:
        """Wait no longer."""
        self._timer.stop()
        self.device = None
        if self._work is not None:
            self._work.drop()
            self._work = None

    def open_browser(self) -> None:
        """Open the page where the person confirms the code."""
        if self.device is None:
            return
        if not self._open_url(self.device.verification_uri_complete):
            self.status.emit(
                translate("Dinamis", "The browser did not open: open the address above by hand."),
            )

    def _started(self, device: DeviceAuthorization) -> None:
        self.device = device
        self._ends = time.time() + device.expires_in_s
        self.interval_s = device.interval_s
        self.started.emit(device)
        self.status.emit(translate("Dinamis", "Waiting for you to confirm in the browser."))
        self.open_browser()
        self._timer.start(int(self.interval_s * 1000))

    def _poll(self) -> None:
        service, device = self._service, self.device
        if service is None or device is None:
            return
        if time.time() >= self._ends:
            self.ended.emit(SignInExpiredError(""))
            return
        code = device.device_code
        self._work = self._runner.run(
            translate("Dinamis", "Waiting for the sign-in"),
            lambda context: service.auth.poll(code, context.cancelled),
            self._polled,
            self._poll_failed,
            cancel_previous="session",
        )

    def _polled(self, answer: tuple[PollOutcome, Tokens | None]) -> None:
        outcome, tokens = answer
        if self.device is None:
            return
        if outcome is PollOutcome.GRANTED and tokens is not None:
            self.device = None
            self.status.emit(translate("Dinamis", "Confirmed."))
            self.granted.emit(tokens)
        elif outcome is PollOutcome.DENIED:
            self.ended.emit(SignInDeniedError(""))
        elif outcome is PollOutcome.EXPIRED:
            self.ended.emit(SignInExpiredError(""))
        else:
            if outcome is PollOutcome.SLOW_DOWN:
                text = translate("Dinamis", "The service asks to be asked less often; still waiting for you.")
            else:
                text = translate("Dinamis", "Waiting for you to confirm in the browser.")
            self._wait_again(outcome, text)

    def _poll_failed(self, error: DinamisError) -> None:
        if isinstance(error, CancelledError) or self.device is None:
            return
        if isinstance(error, PASSING):
            self._wait_again(None, translate("Dinamis", "The network is lost; trying again by itself."))
        else:
            self.ended.emit(error)

    def _wait_again(self, outcome: PollOutcome | None, text: str) -> None:
        self.interval_s = next_interval(self.interval_s, outcome)
        self.status.emit(text)
        pause_s = min(self.interval_s, max(self._ends - time.time(), 0.1))
        self._timer.start(int(pause_s * 1000))
