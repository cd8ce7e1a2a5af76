"""The window of a request: buttons to its sections, the sections, and what sends it (REQ-15)."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, Qt
from qgis.PyQt.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QStackedWidget, QWidget

from ..domain.estimate import Estimate
from ..domain.project import Project
from .estimate_card import EstimateCard, total_text
from .facts import Facts
from .project_choice import ProjectChoice
from .request_done import RequestDone
from .request_summary import RequestSummary
from .schema_form import SchemaForm
from .section_buttons import SectionButtons
from .theme import HALF, STEP, Role, make_primary, set_role
from .widgets import column, label, push_button, row, scroller

translate = QCoreApplication.translate


class RequestFrame(QDialog):
    """Lays out what all requests have; what it does is the matter of the dialogs."""

    def __init__(self, prefix: str, title: str, parent: QWidget | None, model: QgsMapCanvas | None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{prefix}Dialog")
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(600, 740)
        self._prefix = prefix
        self.form = SchemaForm()
        self.summary = RequestSummary(prefix, model, drawing=True)
        self._make_widgets()

    def _make_widgets(self) -> None:
        prefix = self._prefix
        self._heading = label(role=Role.HEADING, name=f"{prefix}HeadingLabel")
        self._project = ProjectChoice(prefix)
        self._project.project_changed.connect(self._offer_budget)
        self._card = EstimateCard(prefix)
        self._price = Facts(f"{prefix}Production")
        self._total = label(role=Role.TITLE, name=f"{prefix}TotalLabel")
        self._hint = label(role=Role.MUTED, name=f"{prefix}HintLabel")
        self._kept = label(role=Role.MUTED, name=f"{prefix}KeptLabel")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedHeight(HALF)
        self._submit = push_button(translate("Dinamis", "Send"), name=f"{prefix}SubmitButton", icon="check")
        make_primary(self._submit)
        self._cancel = push_button(translate("Dinamis", "Close"), name=f"{prefix}CancelButton")
        self._cancel.clicked.connect(self.reject)
        self._done = RequestDone(prefix)
        self._done.closed.connect(self.accept)

    def build(self, of_summary: Sequence[QWidget], of_request: Sequence[QWidget]) -> None:
        """Lay the dialog out, with the widgets of the subclass in two of its sections."""
        for part in (*of_summary, self._card):
            self.summary.add(part)
        request, production = self.form.sections["request"], self.form.sections["production"]
        for part in (self._project, *of_request):
            request.add(part)
        production.add(self._price)
        self._content = QWidget()
        body = column(self._heading, self.summary, self.form, margins=2 * STEP, spacing=2 * STEP)
        body.addStretch(1)
        self._content.setLayout(body)
        self._area = scroller(self._content)
        names = (self.summary, request, production)
        page = QWidget()
        foot = self._foot()
        buttons = SectionButtons(self._prefix, self._area, names)
        layout = column(buttons, self._area, self._busy, foot, spacing=0)
        layout.setStretch(1, 1)
        page.setLayout(layout)
        self._stack = QStackedWidget()
        self._stack.addWidget(page)
        self._stack.addWidget(self._done)
        self.setLayout(column(self._stack))
        self._busy.hide()

    def _foot(self) -> QHBoxLayout:
        buttons = row(column(self._total, self._hint, self._kept, spacing=0), self._cancel, self._submit)
        buttons.setStretch(0, 1)
        buttons.setContentsMargins(2 * STEP, STEP, 2 * STEP, 2 * STEP)
        return buttons

    def _offer_budget(self, project: Project | None) -> None:
        """Let a project pay only where it has a budget (QUO-10)."""
        reason = ""
        if project is not None and project.budget is None:
            reason = translate(
                "Dinamis", "This project has no budget to pay from. One can be given where it is changed."
            )
        self.form.set_impossible("payment", "project_budget", reason)

    def show_total(self, estimate: Estimate | None) -> None:
        """Tell area, quota and price beside the button that sends, wherever the page is scrolled to."""
        self._total.setText("" if estimate is None else total_text(estimate))
        self._total.setVisible(estimate is not None)
        beyond = estimate is not None and estimate.excess_km2 > 0
        set_role(self._total, Role.WARNING if beyond else Role.TITLE)

    def show_sending(self, *, sending: bool, frozen: bool) -> None:
        """Show that the request is on its way, and that nothing may be changed."""
        self._busy.setVisible(sending)
        self._cancel.setEnabled(not sending)
        self._content.setEnabled(not frozen)

    def offer_next(self, text: str) -> None:
        """Offer to go on with another request when this one is sent, or nothing."""
        self._done.offer_next(text)
