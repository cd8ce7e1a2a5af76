"""The window of the projects: the table of all of them beside the page of one (REQ-02, REQ-05)."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QEvent, QModelIndex, Qt, pyqtSignal
from qgis.PyQt.QtGui import QFontMetrics
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QTableView,
    QWidget,
)

from ..domain.project import Project, ProjectStatus
from . import formats
from .notices import NoticeArea
from .project_page import ProjectPage
from .project_texts import status_label
from .projects_models import ID, REQUESTS, START, STATUS, TITLE, ProjectsFilter, ProjectsModel, column_titles
from .theme import HALF, STEP, Role, make_primary
from .two_lines import VALUE_ROLE
from .widgets import EmptyState, column, label, push_button, row, tool_button

translate = QCoreApplication.translate

_LEAST_WIDTH = 740
_LEAST_TITLE = 160
_ARROW = 3 * STEP


class _Table(QTableView):
    """A table whose titles take the room that the other columns leave, and never too little of it."""

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Share the new room out."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Give each column its width."""
        metrics, titles = self.horizontalHeader().fontMetrics(), column_titles()
        for number, title in enumerate(titles):
            lines = _in_two(title, metrics) if number == REQUESTS else (title,)
            # the arrow is as large as the title is high, and stands beside it
            wanted = max(map(metrics.horizontalAdvance, lines)) + _ARROW * len(lines)
            self.setColumnWidth(number, max(wanted, self.sizeHintForColumn(number)))
        others = sum(self.columnWidth(number) for number in range(STATUS + 1) if number != TITLE)
        self.setColumnWidth(TITLE, max(_LEAST_TITLE, self.viewport().width() - others))


def _in_two(title: str, metrics: QFontMetrics) -> tuple[str, str]:
    """A title in the two lines that are narrowest."""
    words = title.split()
    splits = [(" ".join(words[:number]), " ".join(words[number:])) for number in range(1, len(words) + 1)]
    return min(splits, key=lambda lines: max(map(metrics.horizontalAdvance, lines)))


class ProjectsWindow(QDialog):
    """All projects that the person may see.

    Signals:
        new_requested, refresh_requested: the person wants one.
        project_shown: identifier of the project whose page is shown.
    """

    new_requested = pyqtSignal()
    refresh_requested = pyqtSignal()
    project_shown = pyqtSignal(str)

    def __init__(self, model: ProjectsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("projectsWindow")
        self.setWindowTitle(translate("Dinamis", "All projects"))
        self.resize(1160, 660)
        self.setMinimumWidth(_LEAST_WIDTH)
        self._wanted = ""
        self.notices = NoticeArea()
        self.page = ProjectPage()
        self._model = model
        self._shown = ProjectsFilter(self)
        self._shown.setSourceModel(model)
        self._search = QLineEdit()
        self._search.setObjectName("projectsSearchEdit")
        self._search.setAccessibleName(translate("Dinamis", "Search the projects"))
        self._search.setPlaceholderText(translate("Dinamis", "Title, identifier, theme, owner…"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._status = QComboBox()
        self._status.setObjectName("projectsStatusCombo")
        self._status.setAccessibleName(translate("Dinamis", "Status"))
        self._status.addItem(translate("Dinamis", "Open and closed"), None)
        for status in ProjectStatus:
            self._status.addItem(status_label(status), status)
        self._status.currentIndexChanged.connect(self._filter)
        self._count = label(role=Role.MUTED, wrap=False, name="projectsCountLabel")
        self._new = push_button(
            translate("Dinamis", "New project…"), name="windowNewProjectButton", icon="new"
        )
        make_primary(self._new)
        self._new.clicked.connect(self.new_requested)
        self._refresh = tool_button(
            translate("Dinamis", "Refresh"), "refresh", name="refreshProjectsButton", text_shown=False
        )
        self._refresh.clicked.connect(self.refresh_requested)
        self._table = self._make_table()
        self._empty = EmptyState("project", name="projectsTableEmpty")
        self._empty.acted.connect(self._empty_acted)
        self._build()
        model.modelReset.connect(self._listed)
        self._listed()

    def _make_table(self) -> _Table:
        table = _Table()
        table.setObjectName("projectsTable")
        table.setAccessibleName(translate("Dinamis", "All projects"))
        table.setModel(self._shown)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        table.setSortingEnabled(True)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setFixedHeight(2 * header.fontMetrics().lineSpacing() + HALF)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.sortByColumn(START, Qt.SortOrder.DescendingOrder)
        table.selectionModel().currentRowChanged.connect(self._row_changed)
        return table

    def _build(self) -> None:
        tools = row(self._search, self._status, self._refresh)
        tools.setStretch(0, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._table)
        foot = row(self._count, self._new)
        foot.setStretch(0, 1)
        left = QWidget()
        left.setLayout(column(tools, self._stack, foot, margins=STEP))
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(STEP)
        splitter.addWidget(left)
        splitter.addWidget(self.page)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([740, 420])
        self.setLayout(column(self.notices, splitter, spacing=0))
        self.layout().setStretch(1, 1)

    def choose(self, project_id: str) -> None:
        """Show a project; one that is not listed yet, when it is."""
        self._wanted = project_id
        self._take_wanted()

    def _row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self._show(current.data(VALUE_ROLE))

    def _show(self, project: Project) -> None:
        self._wanted = project.id
        self.page.show_project(project)
        self.project_shown.emit(project.id)

    def _listed(self) -> None:
        """The list was read again: the project in hand stays in hand, as it is now."""
        self._take_wanted()
        self._tell_count()
        self._table.fit()

    def _take_wanted(self) -> None:
        number = self._model.row_of(self._wanted)
        if number < 0:
            self.page.show_project(None)
            return
        index = self._shown.mapFromSource(self._model.index(number, ID))
        if index.isValid():
            self._table.setCurrentIndex(index)
        self._show(self._model.project(number))

    def _filter(self) -> None:
        self._shown.set_wanted(self._search.text(), self._status.currentData())
        self._tell_count()

    def _tell_count(self) -> None:
        shown, there = self._shown.rowCount(), self._model.rowCount()
        said = translate("Dinamis", "%n project(s)", "", shown)
        self._count.setText(formats.counted(said, shown))
        self._stack.setCurrentIndex(1 if shown else 0)
        if there:
            self._empty.say(
                translate("Dinamis", "No project matches."), translate("Dinamis", "Show all"), icon="search"
            )
        else:
            self._empty.say(
                translate("Dinamis", "Images are requested within a project."),
                translate("Dinamis", "New project…"),
            )

    def _empty_acted(self) -> None:
        if self._model.rowCount():
            self._search.clear()
            self._status.setCurrentIndex(0)
        else:
            self.new_requested.emit()
