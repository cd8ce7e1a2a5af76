"""The projects of the signed-in person (REQ-01 to REQ-05)."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.project import Project, ProjectDraft
from ..tasks.runner import TaskRunner
from .service_calls import ServiceCalls
from .session import SessionController, SessionState

translate = QCoreApplication.translate


class ProjectsController(QObject):
    """Reads and writes projects.

    Signals:
        changed: the new list.
        created: the new Project.
        refused: a Notice, for the form.
        failed: a Notice about anything else.
    """

    changed = pyqtSignal(object)
    created = pyqtSignal(object)
    refused = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(self, runner: TaskRunner, session: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._calls = ServiceCalls(runner, session)
        self._projects: list[Project] = []
        session.state_changed.connect(self._session_changed)

    @property
    def projects(self) -> list[Project]:
        """Projects that the person may see, as read last."""
        return list(self._projects)

    def refresh(self) -> None:
        """Read the projects anew."""
        self._calls.run(
            translate("Dinamis", "Reading projects"),
            lambda service, end: service.projects.all(end),
            self._set,
            self.failed.emit,
            "projects",
        )

    def create(self, draft: ProjectDraft) -> None:
        """Create a project (REQ-01)."""

        def done(project: Project) -> None:
            self.created.emit(project)
            self.refresh()

        self._calls.run(
            translate("Dinamis", "Creating the project"),
            lambda service, end: service.projects.create(draft, end),
            done,
            self.refused.emit,
        )

    def _session_changed(self, state: SessionState) -> None:
        if state is SessionState.SIGNED_IN:
            self.refresh()
        elif state is SessionState.SIGNED_OUT:
            self._set([])

    def _set(self, projects: list[Project]) -> None:
        self._projects = projects
        self.changed.emit(projects)
