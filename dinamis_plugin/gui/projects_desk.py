"""Opens what is about projects, and wires it to the controllers while it is open."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QDialog, QWidget

from ..controllers.app import Controllers
from ..controllers.messages import Notice
from ..domain.project import Project
from .notices import NoticeArea
from .project_dialog import ProjectDialog
from .projects_panel import ProjectsPanel


class ProjectsDesk(QObject):
    """At most one project dialog at a time."""

    def __init__(
        self, owner: QWidget, controllers: Controllers, panel: ProjectsPanel, notices: NoticeArea
    ) -> None:
        super().__init__(owner)
        self._owner = owner
        self._do = controllers
        self._dialog: ProjectDialog | None = None
        projects = controllers.projects
        projects.changed.connect(panel.set_projects)
        projects.created.connect(self._created)
        projects.refused.connect(self._refused)
        projects.failed.connect(lambda notice: notices.show_notice("requests", notice))
        panel.new_requested.connect(self.new_project)

    def new_project(self, parent: QWidget | None = None) -> None:
        """Ask for a new project, over whatever dialog is open."""
        if self._dialog is not None:
            self._dialog.raise_()
            return
        account = self._do.session.account
        dialog = ProjectDialog(
            scientific=account is not None and account.is_scientific, parent=parent or self._owner.window()
        )
        dialog.submit_requested.connect(self._do.projects.create)
        dialog.finished.connect(self._closed)
        self._dialog = dialog
        dialog.open()

    def close(self) -> None:
        """Close what is open."""
        if self._dialog is not None:
            self._dialog.done(QDialog.DialogCode.Rejected)

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _created(self, _project: Project) -> None:
        if self._dialog is not None:
            self._dialog.accept()

    def _refused(self, notice: Notice) -> None:
        if self._dialog is not None:
            self._dialog.set_refusal(notice)
