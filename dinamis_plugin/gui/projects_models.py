"""The list of projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import QAbstractTableModel, QCoreApplication, QModelIndex, QObject, Qt

from ..domain.project import Project, ProjectStatus
from . import formats
from .theme import Tone
from .two_lines import SECOND_LINE_ROLE, TONE_ROLE, VALUE_ROLE

translate = QCoreApplication.translate


class ProjectsModel(QAbstractTableModel):
    """Projects: title, identifier, end, number of requests, status."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._projects: list[Project] = []

    def set_projects(self, projects: Sequence[Project]) -> None:
        """Show these."""
        self.beginResetModel()
        self._projects = list(projects)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Projects listed."""
        return 0 if parent.isValid() else len(self._projects)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Title, identifier, end, requests, status."""
        return 0 if parent.isValid() else 5

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell; the first one also knows the second line of its row."""
        if not index.isValid():
            return None
        project = self._projects[index.row()]
        open_now = project.status is ProjectStatus.OPEN
        values = {
            Qt.ItemDataRole.DisplayRole: lambda: self._cells(project)[index.column()],
            SECOND_LINE_ROLE: lambda: self._second_line(project),
            TONE_ROLE: lambda: Tone.SUCCESS if open_now else Tone.NEUTRAL,
            Qt.ItemDataRole.ToolTipRole: lambda: project.description or project.title,
            Qt.ItemDataRole.AccessibleTextRole: lambda: f"{project.title}, {self._second_line(project)}",
            VALUE_ROLE: lambda: project,
        }
        return values[role]() if role in values else None

    def _cells(self, project: Project) -> tuple[str, ...]:
        return (
            project.title,
            project.id,
            formats.day(project.end_date),
            formats.number(project.request_count),
            _status_label(project.status),
        )

    def _second_line(self, project: Project) -> str:
        count = translate("Dinamis", "%n request(s)", "", project.request_count)
        parts = [project.id, _status_label(project.status), count]
        if project.end_date:
            parts.append(translate("Dinamis", "until {day}").format(day=formats.day(project.end_date)))
        return " · ".join(parts)


def _status_label(status: ProjectStatus) -> str:
    return translate("Dinamis", "Open") if status is ProjectStatus.OPEN else translate("Dinamis", "Closed")
