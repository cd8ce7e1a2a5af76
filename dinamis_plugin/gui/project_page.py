"""One project with all its fields, its terms, its requests and its history (REQ-05, QUO-10, QUO-12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone

from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QGridLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from ..domain.order import Order
from ..domain.project import Project, ProjectChange, ProjectDraft, ProjectStatus
from ..domain.quota import sensor_title
from . import formats
from .project_texts import field_title, field_value, owner_text, status_label, yes_no
from .projects_models import column_titles
from .requests_models import OrdersModel
from .theme import HALF, STEP, Role, Tone
from .two_lines import VALUE_ROLE, row_list
from .widgets import (
    Card,
    EmptyState,
    Section,
    column,
    dot,
    hide_menu_arrow,
    label,
    row,
    scroller,
    tool_button,
)

translate = QCoreApplication.translate

_SCIENCE = ("objectives", "methodology", "expected_results")
_MOST_ROWS = 5
_LEAST_WIDTH = 340


class ProjectPage(QWidget):
    """What a person may know of a project, and may do with it.

    Signals:
        request_wanted, edit_wanted, close_wanted, reopen_wanted: the Project.
        order_opened: identifier of a request.
    """

    request_wanted = pyqtSignal(object)
    edit_wanted = pyqtSignal(object)
    close_wanted = pyqtSignal(object)
    reopen_wanted = pyqtSignal(object)
    order_opened = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("projectPage")
        self.setMinimumWidth(_LEAST_WIDTH)
        self._project: Project | None = None
        self._head = label(role=Role.HEADING, name="projectPageTitle")
        self._status = label(role=Role.MUTED, wrap=False, name="projectPageStatus")
        self._dot = label(wrap=False)
        self._actions = self._make_actions()
        self._facts = QVBoxLayout()
        self._facts.setContentsMargins(0, 0, 0, 0)
        self._facts.setSpacing(2 * STEP)
        self.orders = OrdersModel(self)
        self._orders_view = row_list(self.orders, "projectOrdersView", translate("Dinamis", "Requests"))
        self._orders_view.activated.connect(lambda index: self.order_opened.emit(index.data(VALUE_ROLE).id))
        self._orders_view.setToolTip(translate("Dinamis", "Double-click: open the request in the dock"))
        self._no_orders = label(
            translate("Dinamis", "No request in this project yet."), role=Role.MUTED, name="noProjectOrders"
        )
        self._history = Section(translate("Dinamis", "History"))
        self._history.setObjectName("projectHistory")
        self._history.hide()
        self._empty = EmptyState("project", name="noProjectChosen")
        self._empty.say(translate("Dinamis", "Choose a project in the table."))
        self._build()
        self.show_project(None)

    def _make_actions(self) -> QToolButton:
        button = tool_button(translate("Dinamis", "Actions"), "more", name="projectActionsButton")
        menu = QMenu(button)
        menu.setObjectName("projectActionsMenu")
        menu.setToolTipsVisible(True)
        self._request = menu.addAction(translate("Dinamis", "New acquisition…"))
        self._edit = menu.addAction(translate("Dinamis", "Edit…"))
        self._close = menu.addAction(translate("Dinamis", "Close the project…"))
        self._reopen = menu.addAction(translate("Dinamis", "Reopen the project"))
        for action, name, signal in (
            (self._request, "projectRequestAction", self.request_wanted),
            (self._edit, "projectEditAction", self.edit_wanted),
            (self._close, "projectCloseAction", self.close_wanted),
            (self._reopen, "projectReopenAction", self.reopen_wanted),
        ):
            action.setObjectName(name)
            action.triggered.connect(lambda _=False, signal=signal: signal.emit(self._project))
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        hide_menu_arrow(button)
        return button

    def _build(self) -> None:
        head = row(self._head, self._actions)
        head.setStretch(0, 1)
        head.setAlignment(self._actions, Qt.AlignmentFlag.AlignTop)
        state = row(self._dot, self._status, spacing=HALF)
        state.addStretch(1)
        requests = Section(translate("Dinamis", "Requests"))
        requests.add(self._no_orders)
        requests.add(self._orders_view)
        content = QWidget()
        body = column(head, state, self._facts, requests, self._history, margins=STEP + HALF, spacing=STEP)
        body.addStretch(1)
        content.setLayout(body)
        self._area = scroller(content, name=translate("Dinamis", "Project"))
        self.setLayout(column(self._empty, self._area))

    @property
    def project(self) -> Project | None:
        """The project shown."""
        return self._project

    def show_project(self, project: Project | None) -> None:
        """Show a project, or that none is chosen."""
        if project is None or self._project is None or project.id != self._project.id:
            self._history.hide()
        self._project = project
        self._empty.setVisible(project is None)
        self._area.setVisible(project is not None)
        if project is None:
            return
        self._head.setText(project.title)
        is_open = project.status is ProjectStatus.OPEN
        self._dot.setPixmap(dot(Tone.SUCCESS if is_open else Tone.NEUTRAL).pixmap(10, 10))
        self._status.setText(f"{project.id} · {status_label(project.status)}")
        self._show_actions(project)
        while self._facts.count():
            gone = self._facts.takeAt(0).widget()
            gone.hide()
            gone.deleteLater()
        for section in _sections(project):
            self._facts.addWidget(section)

    def _show_actions(self, project: Project) -> None:
        is_open = project.status is ProjectStatus.OPEN
        self._request.setEnabled(is_open)
        self._request.setToolTip("" if is_open else translate("Dinamis", "The project is closed."))
        self._edit.setEnabled(project.editable)
        self._edit.setToolTip(
            "" if project.editable else translate("Dinamis", "Only its owner may change the project.")
        )
        self._close.setVisible(is_open)
        self._close.setEnabled(project.can_close)
        self._reopen.setVisible(not is_open)
        can_reopen = project.can_reopen(datetime.now(timezone.utc).date())
        self._reopen.setEnabled(can_reopen)
        why_not = translate("Dinamis", "Its end date is past: give it a later one to reopen it.")
        self._reopen.setToolTip("" if can_reopen or not project.editable else why_not)

    def set_orders(self, orders: Iterable[Order]) -> None:
        """Show the requests of the project among these."""
        project_id = "" if self._project is None else self._project.id
        own = [order for order in orders if order.project_id == project_id]
        self.orders.set_entries(own)
        rows = min(len(own), _MOST_ROWS)
        self._orders_view.setFixedHeight(rows * self._orders_view.sizeHintForRow(0) + 2 * HALF)
        self._orders_view.setVisible(bool(own))
        self._no_orders.setVisible(not own)

    def set_history(self, project_id: str, changes: Sequence[ProjectChange]) -> None:
        """Show who changed what, newest first."""
        if self._project is None or project_id != self._project.id:
            return
        body = self._history.body
        while body.count():
            gone = body.takeAt(0).widget()
            gone.hide()
            gone.deleteLater()
        for change in reversed(changes):
            self._history.add(_ChangeCard(change))
        self._history.setVisible(bool(changes))


class _ChangeCard(Card):
    """One entry of the history."""

    def __init__(self, change: ProjectChange) -> None:
        super().__init__()
        when = formats.DASH if change.moment is None else formats.moment(change.moment)
        parts = [label(" · ".join(part for part in (when, change.author) if part), role=Role.MUTED)]
        parts += [label(text) for text in (change.text, change.reason) if text]
        self.setLayout(column(*parts, margins=STEP, spacing=HALF))


def _sections(project: Project) -> list[Section]:
    """The sections of the form, and the terms."""
    draft = ProjectDraft.of(project)
    ids, _, start, end, requests, status = column_titles()
    closed = formats.day(project.closed) if project.closed else ""
    state = status_label(project.status)
    if closed:
        state = translate("Dinamis", "{status} since {day}").format(status=state, day=closed)
    general = [
        ("id", ids, project.id),
        ("owner", translate("Dinamis", "Owner"), owner_text(project)),
        ("kind", translate("Dinamis", "Type of project"), project.kind or formats.DASH),
        ("start_date", start, formats.day(project.start_date)),
        ("end_date", end, formats.day(project.end_date)),
        ("themes", field_title("themes"), field_value(draft, "themes")),
        ("request_count", requests, formats.number(project.request_count)),
        ("status", status, state),
        ("shared", field_title("shared"), yes_no(project.shared)),
    ]
    made = [
        _facts(translate("Dinamis", "General information about the project"), general),
        _facts(
            translate("Dinamis", "Description of the project"),
            [("description", "", project.description or formats.DASH)],
        ),
    ]
    science = [(name, field_title(name), getattr(project, name)) for name in _SCIENCE]
    if any(text for _name, _title, text in science):
        made.append(
            _facts(
                translate("Dinamis", "Specifics of scientific projects"),
                [(name, title, text or formats.DASH) for name, title, text in science],
            )
        )
    if project.publications:
        made.append(_facts(field_title("publications"), [("publications", "", project.publications)]))
    made.append(_facts(translate("Dinamis", "Terms"), _terms(project)))
    return made


def _terms(project: Project) -> list[tuple[str, str, str]]:
    """Grants, package and budget, in lines."""
    lines: list[tuple[str, str, str]] = []
    if project.granted_km2:
        title = translate("Dinamis", "Quota granted for one request")
        lines.append(("granted", title, _areas(project.granted_km2)))
    package = project.package
    if package is not None:
        lines.append(("package", translate("Dinamis", "Bespoke package"), package.text or formats.DASH))
        if package.quota_km2:
            title = translate("Dinamis", "Quota of the package, for one request")
            lines.append(("package_quota", title, _areas(package.quota_km2)))
        for sensor, volume in package.volume_km2.items():
            used = package.used_km2.get(sensor, 0.0)
            words = translate("Dinamis", "{used} of {volume} used, {left} left").format(
                used=formats.area(used),
                volume=formats.area(volume),
                left=formats.area(max(0.0, volume - used)),
            )
            title = translate("Dinamis", "Volume opened, {sensor}").format(sensor=sensor_title(sensor))
            lines.append((f"package_volume_{sensor}", title, words))
    budget = project.budget
    if budget is not None:
        words = translate("Dinamis", "{eur}, {committed} committed, {left} left").format(
            eur=formats.euros(budget.eur),
            committed=formats.euros(budget.committed_eur),
            left=formats.euros(budget.left_eur),
        )
        lines.append(("budget", translate("Dinamis", "Budget of the project"), words))
        lines.append(("budget_reference", field_title("budget_reference"), budget.reference or formats.DASH))
    if not lines:
        lines.append(("no_terms", "", translate("Dinamis", "The usual quotas and prices.")))
    return lines


def _areas(areas: Mapping[str, float]) -> str:
    return ", ".join(f"{sensor_title(sensor)} {formats.area(km2)}" for sensor, km2 in areas.items())


def _facts(title: str, lines: Sequence[tuple[str, str, str]]) -> Section:
    """A section of titles and values."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(STEP)
    grid.setVerticalSpacing(HALF)
    for number, (name, about, text) in enumerate(lines):
        value = label(text, name=f"project_{name}")
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setAccessibleName(f"{about} {text}".strip())
        if about:
            heading = label(about, role=Role.MUTED)
            for part in (heading, value):
                part.setAlignment(Qt.AlignmentFlag.AlignTop)
            grid.addWidget(heading, number, 0)
            grid.addWidget(value, number, 1)
        else:
            grid.addWidget(value, number, 0, 1, 2)
    grid.setColumnStretch(0, 2)
    grid.setColumnStretch(1, 3)
    section = Section(title)
    section.add(grid)
    return section
