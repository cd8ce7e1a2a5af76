"""The table of projects (REQ-02), sorted and filtered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from qgis.PyQt.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QSortFilterProxyModel,
    Qt,
)

from ..domain.project import Project, ProjectStatus
from . import formats
from .project_texts import owner_text, status_label
from .theme import Tone
from .two_lines import QUIET_ROLE, SECOND_LINE_ROLE, TONE_ROLE, VALUE_ROLE

translate = QCoreApplication.translate

ID, TITLE, START, END, REQUESTS, STATUS = range(6)
SORT_ROLE = Qt.ItemDataRole.UserRole + 10


class ProjectsModel(QAbstractTableModel):
    """Projects: identifier, title, first and last day, number of requests, status."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._projects: list[Project] = []

    def set_projects(self, projects: Sequence[Project]) -> None:
        """Show these."""
        self.beginResetModel()
        self._projects = list(projects)
        self.endResetModel()

    def project(self, row: int) -> Project:
        """The project of a row."""
        return self._projects[row]

    def row_of(self, project_id: str) -> int:
        """The row of a project, -1 when it is not listed."""
        return next((row for row, one in enumerate(self._projects) if one.id == project_id), -1)

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Projects listed."""
        return 0 if parent.isValid() else len(self._projects)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's signature
        """Six columns."""
        return 0 if parent.isValid() else STATUS + 1

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section == REQUESTS:
            beside = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            return beside | int(Qt.TextFlag.TextWordWrap)
        return column_titles()[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell; each knows the second line of its row too."""
        if not index.isValid():
            return None
        project = self._projects[index.row()]
        open_now = project.status is ProjectStatus.OPEN
        values = {
            Qt.ItemDataRole.DisplayRole: lambda: _cells(project)[index.column()],
            SORT_ROLE: lambda: _sort_keys(project)[index.column()],
            SECOND_LINE_ROLE: lambda: _second_line(project),
            TONE_ROLE: lambda: Tone.SUCCESS if open_now else Tone.NEUTRAL,
            QUIET_ROLE: lambda: not open_now,
            Qt.ItemDataRole.ToolTipRole: lambda: f"{project.title}\n{owner_text(project)}",
            Qt.ItemDataRole.AccessibleTextRole: lambda: self._spoken(project, index.column()),
            VALUE_ROLE: lambda: project,
        }
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == REQUESTS:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return values[role]() if role in values else None

    def _spoken(self, project: Project, column: int) -> str:
        if column == TITLE:
            return f"{project.title}, {_second_line(project)}"
        return f"{column_titles()[column]}, {_cells(project)[column]}"


class ProjectsFilter(QSortFilterProxyModel):
    """Projects that hold all typed words, of one status or of any; sorted by what the cells mean."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self._status: ProjectStatus | None = None
        self.setSortRole(SORT_ROLE)

    def set_wanted(self, text: str, status: ProjectStatus | None) -> None:
        """Show what holds these words and has this status; None for any."""
        self._words = tuple(text.casefold().split())
        self._status = status
        self.invalidateFilter()

    def filterAcceptsRow(self, row: int, _parent: QModelIndex) -> bool:  # noqa: N802 - Qt's name
        """Whether a project is wanted."""
        project = self.sourceModel().project(row)
        if self._status is not None and project.status is not self._status:
            return False
        held = " ".join(
            (project.id, project.title, *project.themes, project.owner, project.owner_name)
        ).casefold()
        return all(word in held for word in self._words)

    def lessThan(self, left: QModelIndex, right: QModelIndex) -> bool:  # noqa: N802 - Qt's name
        """Compare what the cells mean."""
        return self.sourceModel().data(left, SORT_ROLE) < self.sourceModel().data(right, SORT_ROLE)


def column_titles() -> tuple[str, ...]:
    """Titles of the six columns."""
    return (
        translate("Dinamis", "Identifier"),
        translate("Dinamis", "Title"),
        translate("Dinamis", "Start date"),
        translate("Dinamis", "End date"),
        translate("Dinamis", "Number of requests"),
        translate("Dinamis", "Status"),
    )


def _cells(project: Project) -> tuple[str, ...]:
    return (
        project.id,
        project.title,
        formats.day(project.start_date),
        formats.day(project.end_date),
        formats.number(project.request_count),
        status_label(project.status),
    )


def _sort_keys(project: Project) -> tuple[Any, ...]:
    return (
        project.id,
        project.title.casefold(),
        project.start_date or date.min,
        project.end_date or date.min,
        project.request_count,
        status_label(project.status),
    )


def _second_line(project: Project) -> str:
    count = translate("Dinamis", "%n request(s)", "", project.request_count)
    parts = [project.id, status_label(project.status), formats.counted(count, project.request_count)]
    if project.end_date:
        parts.append(translate("Dinamis", "until {day}").format(day=formats.day(project.end_date)))
    return " · ".join(parts)
