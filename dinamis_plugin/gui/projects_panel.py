"""The projects beside the requests: a short list that leads to the table and to a new one."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QStackedWidget

from ..domain.project import Project
from .projects_models import ProjectsModel
from .two_lines import row_list
from .widgets import EmptyState, Section, tool_button

translate = QCoreApplication.translate


class ProjectsPanel(Section):
    """Lists the projects.

    Signals:
        new_requested: the person wants another project.
    """

    new_requested = pyqtSignal()

    def __init__(self) -> None:
        new = tool_button(
            translate("Dinamis", "New project…"), "new", name="newProjectButton", text_shown=False
        )
        super().__init__(translate("Dinamis", "Projects"), beside=new)
        new.clicked.connect(self.new_requested)
        self.model = ProjectsModel(self)
        self._empty = EmptyState("project", name="projectsEmpty")
        self._empty.acted.connect(self.new_requested)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(row_list(self.model, "projectsView", translate("Dinamis", "Projects")))
        self.add(self._stack)
        self.set_projects(())

    def set_projects(self, projects: Sequence[Project]) -> None:
        """Show these."""
        self.model.set_projects(projects)
        self._empty.say(
            translate("Dinamis", "Images are requested within a project."),
            translate("Dinamis", "New project…"),
        )
        self._stack.setCurrentIndex(1 if projects else 0)
