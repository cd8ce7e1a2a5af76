"""The projects of the signed-in person (REQ-01 to REQ-05)."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..api.http import Cancel
from ..api.projects_client import ProjectsClient
from ..domain.errors import ChangedMeanwhileError, ConflictError, DinamisError
from ..domain.project import Project, ProjectDraft
from ..tasks.runner import TaskRunner
from .messages import Notice, NoticeLevel
from .service_calls import ServiceCalls
from .session import SessionController, SessionState

translate = QCoreApplication.translate


class ProjectsController(QObject):
    """Reads and writes projects.

    Signals:
        changed: the new list.
        created: the new Project.
        updated: the Project after a change.
        outdated: the Project as it is now, instead of a change that was asked for.
        found_saved: a Notice, after `updated`: an earlier try had made the change, its answer was lost.
        refused: a Notice, for the form.
        failed: a Notice about anything else.
        history_ready: identifier of a project and its ProjectChange, newest last.
        themes_ready: suggested themes.
    """

    changed = pyqtSignal(object)
    created = pyqtSignal(object)
    updated = pyqtSignal(object)
    outdated = pyqtSignal(object)
    found_saved = pyqtSignal(object)
    refused = pyqtSignal(object)
    failed = pyqtSignal(object)
    history_ready = pyqtSignal(str, object)
    themes_ready = pyqtSignal(object)

    def __init__(self, runner: TaskRunner, session: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
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

    def create(self, draft: ProjectDraft, key: str) -> None:
        """Create a project (REQ-01); whatever is sent under one key makes one project.

        A key that has made another project is one whose answer was lost: the list then shows what it made.
        """
        service = self._calls.service(self.refused.emit)
        if service is None:
            return
        projects = service.projects

        def done(project: Project) -> None:
            self.created.emit(project)
            self.refresh()

        def failed(error: DinamisError) -> None:
            if isinstance(error, ConflictError):
                self.refresh()
                self._calls.tell(lambda notice: self.refused.emit(_perhaps_made(notice)), error)
            else:
                self._calls.tell(self.refused.emit, error)

        text = translate("Dinamis", "Creating the project")
        self._runner.run(text, lambda context: projects.create(draft, key, context.cancelled), done, failed)

    def change(self, project: Project, draft: ProjectDraft) -> None:
        """Change what a draft says differently; `outdated` tells where somebody was faster.

        That may have been this person: where the answer to an earlier try was lost, the project is as typed.
        """
        self._send(
            lambda client, end: client.change(project, draft, end),
            self.refused.emit,
            lambda error: self._read_again(project.id, draft, error),
        )

    def close(self, project: Project) -> None:
        """Take no further request in a project."""
        self._send(lambda client, end: client.close(project, end), self.failed.emit)

    def reopen(self, project: Project) -> None:
        """Take requests again in a project."""
        self._send(lambda client, end: client.reopen(project, end), self.failed.emit)

    def read_history(self, project_id: str) -> None:
        """Read who changed what; `history_ready` tells. Who may not read it is not told so."""
        self._calls.run(
            translate("Dinamis", "Reading the history"),
            lambda service, end: service.projects.history(project_id, end),
            lambda changes: self.history_ready.emit(project_id, changes),
            lambda _notice: None,
            "project history",
        )

    def read_themes(self) -> None:
        """Read suggested themes; `themes_ready` tells. Without them any theme can be typed."""
        self._calls.run(
            translate("Dinamis", "Reading projects"),
            lambda service, end: service.projects.themes(end),
            self.themes_ready.emit,
            lambda _notice: None,
            "themes",
        )

    def _send(
        self,
        ask: Callable[[ProjectsClient, Cancel], Project],
        refuse: Callable[[object], None],
        ask_again: Callable[[DinamisError], None] | None = None,
    ) -> None:
        """Change a project; after a change of somebody else read it as it is now."""
        service = self._calls.service(refuse)
        if service is None:
            return
        projects = service.projects

        def failed(error: DinamisError) -> None:
            if isinstance(error, ChangedMeanwhileError):
                self.refresh()
            if ask_again is not None and isinstance(error, (ChangedMeanwhileError, ConflictError)):
                ask_again(error)
                return
            self._calls.tell(refuse, error)

        self._runner.run(
            translate("Dinamis", "Changing the project"),
            lambda context: ask(projects, context.cancelled),
            self._updated,
            failed,
        )

    def _read_again(self, project_id: str, draft: ProjectDraft, error: DinamisError) -> None:
        """After a change that was refused: it is there already, or somebody else was faster, or neither."""

        def read(now: Project) -> None:
            if not draft.changes_from(now):
                self._updated(now)
                self.found_saved.emit(_saved_before(now))
            elif isinstance(error, ChangedMeanwhileError):
                self.outdated.emit(now)
            else:
                self._calls.tell(self.refused.emit, error)

        self._calls.run(
            translate("Dinamis", "Reading projects"),
            lambda service, end: service.projects.get(project_id, end),
            read,
            self.refused.emit,
        )

    def _updated(self, project: Project) -> None:
        self._set([project if one.id == project.id else one for one in self._projects])
        self.updated.emit(project)

    def _session_changed(self, state: SessionState) -> None:
        if state is SessionState.SIGNED_IN:
            self.refresh()
        elif state is SessionState.SIGNED_OUT:
            self._set([])

    def _set(self, projects: list[Project]) -> None:
        self._projects = projects
        self.changed.emit(projects)


def _saved_before(project: Project) -> Notice:
    return Notice(
        NoticeLevel.SUCCESS,
        translate("Dinamis", "The project is saved"),
        translate(
            "Dinamis", "{id} is as you typed it: an earlier try had saved it, its answer was lost."
        ).format(id=project.id),
    )


def _perhaps_made(notice: Notice) -> Notice:
    """Say what may be behind a key that made another project: the answer to that sending was lost."""
    hint = translate(
        "Dinamis",
        "If an earlier answer was lost on the way, the project is in the list as it was filled in then, and"
        " can be changed there.",
    )
    return replace(notice, hint=hint)
