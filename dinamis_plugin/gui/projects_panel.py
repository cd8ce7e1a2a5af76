"""The projects beside the requests: a short list that leads to the table and to a new one."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QStackedWidget, QWidget

from ..domain.project import Project
from .projects_models import TITLE, ProjectsModel
from .theme import HALF
from .two_lines import VALUE_ROLE, row_list
from .widgets import EmptyState, Section, row, tool_button

translate = QCoreApplication.translate


class ProjectsPanel(Section):
    """Lists the projects.

    Signals:
        new_requested: the person wants another project.
        open_requested: identifier of the project to show among all of them; empty for none.
    """

    new_requested = pyqtSignal()
    open_requested = pyqtSignal(str)

    def __init__(self) -> None:
        new = tool_button(
            translate("Dinamis", "New project…"), "new", name="newProjectButton", text_shown=False
        )
        every = tool_button(
            translate("Dinamis", "All projects…"), "list", name="allProjectsButton", text_shown=False
        )
        buttons = QWidget()
        buttons.setLayout(row(every, new, spacing=HALF))
        super().__init__(translate("Dinamis", "Projects"), beside=buttons)
        new.clicked.connect(self.new_requested)
        every.clicked.connect(lambda: self.open_requested.emit(""))
        self.model = ProjectsModel(self)
        self._empty = EmptyState("project", name="projectsEmpty")
        self._empty.acted.connect(self.new_requested)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        view = row_list(self.model, "projectsView", translate("Dinamis", "Projects"))
        view.setModelColumn(TITLE)
        view.activated.connect(lambda index: self.open_requested.emit(index.data(VALUE_ROLE).id))
        view.setToolTip(translate("Dinamis", "Double-click: the page of the project"))
        self._stack.addWidget(view)
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
