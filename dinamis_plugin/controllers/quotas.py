"""Quotas and prices of the signed-in person, and the calls for requests (QUO-02 to QUO-08, REQ-27)."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.call import Call
from ..domain.quota import SensorQuota
from ..tasks.runner import TaskRunner
from .service_calls import ServiceCalls
from .session import SessionController, SessionState

translate = QCoreApplication.translate


class QuotasController(QObject):
    """Reads the quotas and the calls.

    Signals:
        changed: the new list of SensorQuota.
        calls_changed: the new list of Call.
        failed: a Notice.
    """

    changed = pyqtSignal(object)
    calls_changed = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(self, runner: TaskRunner, session: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = ServiceCalls(runner, session)
        self._quotas: list[SensorQuota] = []
        self._open_calls: list[Call] = []
        session.state_changed.connect(self._session_changed)

    @property
    def quotas(self) -> list[SensorQuota]:
        """Quota of each sensor, as read last."""
        return list(self._quotas)

    @property
    def calls(self) -> list[Call]:
        """Calls for requests, open ones first, as read last."""
        return list(self._open_calls)

    def refresh(self) -> None:
        """Read the quotas and calls anew."""
        self._calls.run(
            translate("Dinamis", "Reading quotas"),
            lambda service, end: service.quotas.quotas(end),
            self._set,
            self.failed.emit,
            "quotas",
        )
        self._calls.run(
            translate("Dinamis", "Reading the calls"),
            lambda service, end: service.quotas.calls(end),
            self._set_calls,
            lambda _notice: None,  # the quotas, asked at the same time, tell what is wrong
            "calls",
        )

    def _session_changed(self, state: SessionState) -> None:
        if state is SessionState.SIGNED_IN:
            self.refresh()
        elif state is SessionState.SIGNED_OUT:
            self._set([])
            self._set_calls([])

    def _set(self, quotas: list[SensorQuota]) -> None:
        self._quotas = quotas
        self.changed.emit(quotas)

    def _set_calls(self, calls: list[Call]) -> None:
        self._open_calls = calls
        self.calls_changed.emit(calls)
