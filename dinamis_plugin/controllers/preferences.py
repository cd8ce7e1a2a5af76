"""How the service writes to the signed-in person (ACC-15)."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.errors import ChangedMeanwhileError, DinamisError
from ..domain.notification import Preferences
from ..tasks.runner import TaskRunner
from .service_calls import ServiceCalls
from .session import SessionController

translate = QCoreApplication.translate


class PreferencesController(QObject):
    """Reads and keeps the preferences that lie in the account.

    Signals:
        read: the Preferences as they are.
        kept: the Preferences after a change.
        refused: a Notice.
    """

    read = pyqtSignal(object)
    kept = pyqtSignal(object)
    refused = pyqtSignal(object)

    def __init__(self, runner: TaskRunner, session: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._calls = ServiceCalls(runner, session)

    def refresh(self) -> None:
        """Read them; `read` or `refused` tells."""
        self._calls.run(
            translate("Dinamis", "Reading preferences"),
            lambda service, end: service.notifications.preferences(end),
            self.read.emit,
            self.refused.emit,
            "preferences",
        )

    def keep(self, preferences: Preferences) -> None:
        """Keep them; where they were changed meanwhile they are read again, and it is said so."""
        service = self._calls.service(self.refused.emit)
        if service is None:
            return
        client = service.notifications

        def failed(error: DinamisError) -> None:
            self._calls.tell(self.refused.emit, error)
            if isinstance(error, ChangedMeanwhileError):
                self.refresh()

        self._runner.run(
            translate("Dinamis", "Keeping preferences"),
            lambda context: client.keep_preferences(preferences, context.cancelled),
            self.kept.emit,
            failed,
        )
