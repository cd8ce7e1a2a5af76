"""Opens what is about projects, and wires it to the controllers."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QDialog, QWidget

from ..controllers.app import Controllers
from ..controllers.messages import Notice
from ..domain.project import Project, ProjectChange
from .notices import NoticeArea
from .project_dialog import SCIENTIFIC, ProjectDialog
from .projects_panel import ProjectsPanel
from .projects_window import ProjectsWindow
from .questions import confirmed

translate = QCoreApplication.translate


class ProjectsDesk(QObject):
    """At most one form and one window of projects at a time.

    Signals:
        request_wanted: the Project in which an acquisition is to be asked for.
        order_opened: identifier of a request to show in the dock.
    """

    request_wanted = pyqtSignal(object)
    order_opened = pyqtSignal(str)

    def __init__(
        self, owner: QWidget, controllers: Controllers, panel: ProjectsPanel, notices: NoticeArea
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._do = controllers
        self._panel = panel
        self._notices = notices
        self._dialog: ProjectDialog | None = None
        self.window: ProjectsWindow | None = None
        projects = controllers.projects
        projects.changed.connect(self._listed)
        for done in (projects.created, projects.updated):
            done.connect(self._done)
        projects.outdated.connect(self._outdated)
        projects.found_saved.connect(self._found_saved)
        projects.refused.connect(self._refused)
        projects.failed.connect(self._failed)
        projects.history_ready.connect(self._history_came)
        projects.themes_ready.connect(self._themes_came)
        controllers.orders.changed.connect(lambda _orders: self._show_orders())
        panel.new_requested.connect(self.new_project)
        panel.open_requested.connect(self.show_window)

    # Opening

    def new_project(self, parent: QWidget | None = None) -> None:
        """Ask for a new project, over whatever dialog is open."""
        account = self._do.session.account
        self._open(None, scientific=account is not None and account.is_scientific, parent=parent)

    def edit(self, project: Project) -> None:
        """Ask what is to be changed of a project."""
        self._open(project, scientific=project.kind == SCIENTIFIC, parent=self.window)

    def show_window(self, project_id: str = "") -> None:
        """Show the table of all projects, and the page of one."""
        if self.window is None:
            self.window = self._make_window()
        if project_id:
            self.window.choose(project_id)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def close(self) -> None:
        """Close what is open."""
        if self._dialog is not None:
            self._dialog.done(QDialog.DialogCode.Rejected)
        if self.window is not None:
            self.window.close()

    def _open(self, project: Project | None, *, scientific: bool, parent: QWidget | None) -> None:
        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = ProjectDialog(
            scientific=scientific, project=project, parent=parent or self.window or self._owner.window()
        )
        dialog.create_requested.connect(self._do.projects.create)
        dialog.change_requested.connect(self._do.projects.change)
        dialog.finished.connect(self._closed)
        self._dialog = dialog
        self._do.projects.read_themes()
        dialog.open()

    def _make_window(self) -> ProjectsWindow:
        made = ProjectsWindow(self._panel.model, self._owner.window())
        projects = self._do.projects
        made.new_requested.connect(self.new_project)
        made.refresh_requested.connect(projects.refresh)
        made.project_shown.connect(self._project_shown)
        made.finished.connect(self._window_closed)
        made.page.request_wanted.connect(self.request_wanted)
        made.page.edit_wanted.connect(self.edit)
        made.page.close_wanted.connect(self._confirm_close)
        made.page.reopen_wanted.connect(projects.reopen)
        made.page.order_opened.connect(self.order_opened)
        return made

    def _confirm_close(self, project: Project) -> None:
        if self.window is not None and confirmed(
            self.window,
            "closeProjectBox",
            title=translate("Dinamis", "Close the project"),
            question=translate("Dinamis", "Close the project {id}?").format(id=project.id),
            consequence=translate(
                "Dinamis",
                "No new request can be made in it. Requests under way go on. It can be reopened until its"
                " end date.",
            ),
            yes=translate("Dinamis", "Close it"),
            no=translate("Dinamis", "Not now"),
        ):
            self._do.projects.close(project)

    # What came

    def _project_shown(self, project_id: str) -> None:
        self._show_orders()
        self._do.projects.read_history(project_id)

    def _show_orders(self) -> None:
        if self.window is not None:
            self.window.page.set_orders(self._do.orders.orders)

    def _listed(self, projects: list[Project]) -> None:
        self._panel.set_projects(projects)
        for area in self._areas():
            area.clear("projects")

    def _done(self, project: Project) -> None:
        """The form was taken: show what came of it."""
        if self._dialog is not None:
            self._dialog.accept()
        if self.window is not None:
            self.window.choose(project.id)

    def _outdated(self, project: Project) -> None:
        if self._dialog is not None:
            self._dialog.set_outdated(project)

    def _found_saved(self, notice: Notice) -> None:
        for area in self._areas():
            area.show_notice("project saved", notice)

    def _refused(self, notice: Notice) -> None:
        if self._dialog is not None:
            self._dialog.set_refusal(notice)

    def _failed(self, notice: Notice) -> None:
        """Tell it where the person looks, and in the dock."""
        for area in self._areas():
            area.show_notice("projects", notice)

    def _areas(self) -> list[NoticeArea]:
        return [self._notices] if self.window is None else [self._notices, self.window.notices]

    def _history_came(self, project_id: str, changes: Sequence[ProjectChange]) -> None:
        if self.window is not None:
            self.window.page.set_history(project_id, changes)

    def _themes_came(self, titles: list[str]) -> None:
        if self._dialog is not None:
            self._dialog.set_themes(titles)

    # Ends

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _window_closed(self) -> None:
        if self.window is not None:
            self.window.deleteLater()
            self.window = None
