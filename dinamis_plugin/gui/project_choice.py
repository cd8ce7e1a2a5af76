"""The project of a request: one of those that are open, or a new one."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, pyqtSignal
from qgis.PyQt.QtWidgets import QWidget

from ..domain.project import Project, ProjectStatus
from . import formats
from .theme import HALF, Role
from .widgets import ElidedCombo, column, label, push_button, row

translate = QCoreApplication.translate


class ProjectChoice(QWidget):
    """Offers the open projects.

    Signals:
        chosen: the person chose another one.
        project_changed: the Project that requests are made in now, None for none; whoever chose it.
        new_requested: the person wants a new one.
    """

    chosen = pyqtSignal()
    project_changed = pyqtSignal(object)
    new_requested = pyqtSignal()

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._combo = ElidedCombo()
        self._combo.setObjectName(f"{prefix}ProjectCombo")
        self._combo.setAccessibleName(translate("Dinamis", "Project"))
        self._combo.currentIndexChanged.connect(self._person_chose)
        new = push_button(translate("Dinamis", "New project…"), name=f"{prefix}NewProjectButton", icon="new")
        new.clicked.connect(self.new_requested)
        line = row(self._combo, new)
        line.setStretch(0, 1)
        title = label(translate("Dinamis", "Project"), role=Role.MUTED)
        title.setBuddy(self._combo)
        self.setLayout(column(title, line, spacing=HALF))
        self._wanted = ""
        self._projects: dict[str, Project] = {}

    @property
    def project_id(self) -> str:
        """The chosen project, empty when there is none."""
        return self._combo.currentData() or ""

    def choose(self, project_id: str) -> None:
        """Choose a project as soon as it is offered."""
        self._wanted = project_id
        number = self._combo.findData(project_id)
        if number >= 0:
            self._quietly(lambda: self._combo.setCurrentIndex(number))

    def set_projects(self, projects: Sequence[Project]) -> None:
        """Offer the open projects; the chosen one stays chosen, one that is new among them is."""
        chosen = self._wanted or self._combo.currentData()
        known = {self._combo.itemData(number) for number in range(self._combo.count())}
        still_open = [project for project in projects if project.status is ProjectStatus.OPEN]
        self._projects = {project.id: project for project in projects}
        fresh = [project.id for project in still_open if project.id not in known]
        wanted = fresh[0] if known and len(fresh) == 1 else chosen

        def fill() -> None:
            self._combo.clear()
            for project in still_open:
                self._combo.addItem(f"{project.id} {formats.DASH} {project.title}", project.id)
            self._combo.setCurrentIndex(max(0, self._combo.findData(wanted)) if still_open else -1)

        self._quietly(fill)
        if self._combo.findData(self._wanted) >= 0:
            self._wanted = ""

    def _quietly(self, act) -> None:
        self._combo.blockSignals(True)
        act()
        self._combo.blockSignals(False)
        self._combo.setToolTip(self._combo.currentText())
        self._tell()

    def _person_chose(self, _index: int) -> None:
        self._tell()
        self.chosen.emit()

    def _tell(self) -> None:
        self.project_changed.emit(self._projects.get(self.project_id))
