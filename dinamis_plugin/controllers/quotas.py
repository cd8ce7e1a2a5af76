"""Quotas and prices of the signed-in person (QUO-02 to QUO-08)."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.quota import SensorQuota
from ..tasks.runner import TaskRunner
from .service_calls import ServiceCalls
from .session import SessionController, SessionState

translate = QCoreApplication.translate


class QuotasController(QObject):
    """Reads the quotas.

    Signals:
        changed: the new list of SensorQuota.
        failed: a Notice.
    """

    changed = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(self, runner: TaskRunner, session: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = ServiceCalls(runner, session)
        self._quotas: list[SensorQuota] = []
        session.state_changed.connect(self._session_changed)

    @property
    def quotas(self) -> list[SensorQuota]:
        """Quota of each sensor, as read last."""
        return list(self._quotas)

    def refresh(self) -> None:
        """Read the quotas anew."""
        self._calls.run(
            translate("Dinamis", "Reading quotas"),
            lambda service, end: service.quotas.quotas(end),
            self._set,
            self.failed.emit,
            "quotas",
        )

    def _session_changed(self, state: SessionState) -> None:
        if state is SessionState.SIGNED_IN:
            self.refresh()
        elif state is SessionState.SIGNED_OUT:
            self._set([])

    def _set(self, quotas: list[SensorQuota]) -> None:
        self._quotas = quotas
        self.changed.emit(quotas)
