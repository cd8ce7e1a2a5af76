"""What the dialogs of archive orders and programming requests share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QCloseEvent
from qgis.PyQt.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ..controllers.messages import Notice
from ..domain.aoi import AreaGeometry
from ..domain.errors import InvalidRequestError
from ..domain.form import FormField
from ..domain.order import Estimate, Order, OrderDraft, Product
from ..domain.project import Project, ProjectStatus
from . import formats
from .estimate_card import EstimateCard
from .schema_form import SchemaForm
from .theme import HALF, STEP, Role, Tone, colours, make_primary, themed_pixmap
from .widgets import ElidedCombo, Section, column, label, push_button, row, scroller

translate = QCoreApplication.translate

_SETTLE_MS = 150


class RequestDialog(QDialog):
    """Project, zone, estimate, options, and one submission at a time.

    Signals:
        estimate_requested: an OrderDraft to estimate.
        submit_requested: an OrderDraft to send.
        form_requested: product id whose form is needed.
        products_requested: the products are not known and needed.
        project_requested: the person wants a new project.
        zone_requested: footprints; the areas of interest are needed as one, within them where there are some.
    """

    estimate_requested = pyqtSignal(object)
    submit_requested = pyqtSignal(object)
    form_requested = pyqtSignal(str)
    products_requested = pyqtSignal()
    project_requested = pyqtSignal()
    zone_requested = pyqtSignal(object)

    def __init__(self, prefix: str, title: str, parent: QWidget | None, *, has_areas: bool) -> None:
        super().__init__(parent)
        self.setObjectName(f"{prefix}Dialog")
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.resize(560, 680)
        self._prefix = prefix
        self._has_areas = has_areas
        self._waits_for_zone = False
        self._zone: AreaGeometry | None = None
        self._in_flight = False
        self._last: OrderDraft | None = None
        self._estimate: Estimate | None = None
        self._refusal: Notice | None = None
        self._estimate_refusal: Notice | None = None
        self._form_refusal: Notice | None = None
        self._form_of = ""
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._ask_estimate)
        self.form = SchemaForm()
        self.form.changed.connect(self._update_submit)
        self._make_widgets()

    def _make_widgets(self) -> None:
        prefix = self._prefix
        self._heading = label(role=Role.HEADING, name=f"{prefix}HeadingLabel")
        self._project = ElidedCombo()
        self._project.setObjectName(f"{prefix}ProjectCombo")
        self._project.setAccessibleName(translate("Dinamis", "Project"))
        self._project.currentIndexChanged.connect(self._update_submit)
        self._new_project = push_button(
            translate("Dinamis", "New project…"), name=f"{prefix}NewProjectButton", icon="new"
        )
        self._new_project.clicked.connect(self.project_requested)
        self._card = EstimateCard(prefix)
        self._hint = label(role=Role.MUTED, name=f"{prefix}HintLabel")
        self._busy = QProgressBar()
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedHeight(HALF)
        self._submit = push_button(
            translate("Dinamis", "Send the request"), name=f"{prefix}SubmitButton", icon="check"
        )
        make_primary(self._submit)
        self._submit.clicked.connect(self._send)
        self._cancel = push_button(translate("Dinamis", "Cancel"), name=f"{prefix}CancelButton")
        self._cancel.clicked.connect(self.reject)

    def build(self, *own: QWidget) -> None:
        """Lay the dialog out, the widgets of the subclass between the project and the estimate."""
        project = Section(translate("Dinamis", "Project"))
        line = row(self._project, self._new_project)
        line.setStretch(0, 1)
        project.add(line)
        content = QWidget()
        body = column(self._heading, project, *own, self._card, self.form, margins=2 * STEP, spacing=2 * STEP)
        body.addStretch(1)
        content.setLayout(body)
        area = scroller(content)
        page = QWidget()
        page.setLayout(column(area, self._busy, self._foot(), spacing=0))
        self._stack = QStackedWidget()
        self._stack.addWidget(page)
        self._stack.addWidget(self._success_page())
        self.setLayout(column(self._stack))
        self._busy.hide()
        self._update_submit()

    def _foot(self) -> QHBoxLayout:
        buttons = row(self._hint, self._cancel, self._submit)
        buttons.setStretch(0, 1)
        buttons.setContentsMargins(2 * STEP, STEP, 2 * STEP, 2 * STEP)
        return buttons

    def _success_page(self) -> QWidget:
        picture = QLabel()
        picture.setPixmap(
            themed_pixmap("success", colours().tone(Tone.SUCCESS), 56, self.devicePixelRatioF())
        )
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        said = label(translate("Dinamis", "The request is sent."), role=Role.HEADING)
        said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._made = label(role=Role.TITLE, name=f"{self._prefix}IdLabel")
        self._made.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        where = label(
            translate("Dinamis", "It is in the list of the Requests tab, with its state."), role=Role.MUTED
        )
        where.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._next = push_button("", name=f"{self._prefix}NextButton")
        self._next.clicked.connect(self.begin)
        self._next.hide()
        self._close = push_button(translate("Dinamis", "Close"), name=f"{self._prefix}CloseButton")
        self._close.clicked.connect(self.accept)
        buttons = row(self._next, self._close)
        buttons.insertStretch(0, 1)
        buttons.addStretch(1)
        layout = QVBoxLayout()
        layout.setContentsMargins(3 * STEP, 3 * STEP, 3 * STEP, 3 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addStretch(1)
        for part in (picture, said, self._made, where):
            layout.addWidget(part)
        layout.addLayout(buttons)
        layout.addStretch(2)
        page = QWidget()
        page.setLayout(layout)
        return page

    # What subclasses give

    def make_draft(self) -> OrderDraft | None:
        """The request as filled in, without parameters; None while something essential is missing."""
        return None

    def why_not(self) -> str:
        """What keeps the request from being sent, as a sentence; empty when nothing does."""
        if self._waits_for_zone:
            return translate("Dinamis", "The areas of interest are being joined…")
        if self._form_refusal is not None:
            return translate("Dinamis", "The options of the product could not be read.")
        if not self.product_id:
            return translate("Dinamis", "The products are being read…")
        if self._form_of != self.product_id:
            return translate("Dinamis", "The options of the product are being read…")
        return ""

    @property
    def product_id(self) -> str:
        """Product of the request; empty while none is known."""
        return ""

    def footprints(self) -> tuple[AreaGeometry, ...]:
        """What the zone must lie within; empty when it is free."""
        return ()

    def begin(self) -> None:
        """Start filling in one request."""
        self._zone = None
        self._waits_for_zone = self._has_areas
        if self._has_areas:
            self.zone_requested.emit(self.footprints())
        self._stack.setCurrentIndex(0)
        self._last = None
        self._estimate = self._estimate_refusal = self._refusal = None
        self._show_estimate()
        self._update_submit()

    # What the dock tells

    def set_zone(self, zone: AreaGeometry | None) -> None:
        """The areas of interest as one, within the footprints; None when nothing of them lies there."""
        self._zone = zone
        self._waits_for_zone = False
        self.draft_changed()

    def set_projects(self, projects: Sequence[Project]) -> None:
        """Offer the open projects; the chosen one stays chosen."""
        chosen = self._project.currentData()
        known = {self._project.itemData(number) for number in range(self._project.count())}
        self._project.blockSignals(True)
        self._project.clear()
        for project in projects:
            if project.status is ProjectStatus.OPEN:
                self._project.addItem(f"{project.id} {formats.DASH} {project.title}", project.id)
        ids = [self._project.itemData(number) for number in range(self._project.count())]
        fresh = [project_id for project_id in ids if project_id not in known]
        wanted = fresh[0] if known and len(fresh) == 1 else chosen
        self._project.setCurrentIndex(max(0, self._project.findData(wanted)) if ids else -1)
        self._project.blockSignals(False)
        self._update_submit()

    def set_form(self, fields: Sequence[FormField]) -> None:
        """Show the options of the product."""
        self.form.set_fields(fields)
        self._form_of = self.product_id
        self._form_refusal = None
        self._show_estimate()
        self._update_submit()

    def set_form_refusal(self, notice: Notice) -> None:
        """Show why the options, or the products, could not be read, and offer to try again."""
        if self.product_id and self._form_of == self.product_id:
            return
        again = translate("Dinamis", "Try again")
        self._form_refusal = notice if notice.action else notice.with_action(again, self.ask_form)
        self._show_estimate()
        self._update_submit()

    def set_products(self, products: Sequence[Product]) -> None:  # noqa: ARG002 - what subclasses offer
        """The products were read, as after a sign-in: a form that is missing may come now."""
        if self._form_refusal is not None:
            self.ask_form()

    def ask_form(self) -> None:
        """Ask for the options of the product, or for the products."""
        self._form_refusal = None
        if self.product_id:
            self.form_requested.emit(self.product_id)
        else:
            self.products_requested.emit()
        self._show_estimate()
        self._update_submit()

    def set_estimate(self, estimate: Estimate) -> None:
        """Show what the request would take."""
        self._estimate = estimate
        self._estimate_refusal = None
        self._show_estimate()
        self._update_submit()

    def set_estimate_refusal(self, notice: Notice) -> None:
        """Show why there is no estimate; the request can be sent all the same."""
        self._estimate = None
        self._estimate_refusal = notice
        self._show_estimate()
        self._update_submit()

    def set_refusal(self, notice: Notice) -> None:
        """Show why the submission failed; everything filled in stays."""
        self._set_in_flight(in_flight=False)
        self._refusal = notice
        self.form.mark(dict(notice.fields))
        self._show_estimate()

    def set_submitted(self, order: Order) -> None:
        """The service took the request."""
        self._set_in_flight(in_flight=False)
        self._made.setText(order.id)
        self._stack.setCurrentIndex(1)
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)

    def reject(self) -> None:
        """Close; not while the request is on its way, when nobody could tell how it ended."""
        if not self._in_flight:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """As `reject`."""
        if self._in_flight:
            event.ignore()
        else:
            super().closeEvent(event)

    # Inside

    def draft_changed(self) -> None:
        """What the estimate depends on changed."""
        self._estimate = self._estimate_refusal = self._refusal = None
        self._show_estimate()
        self._settle.start()
        self._update_submit()

    def _ask_estimate(self) -> None:
        draft = self.make_draft()
        if draft is not None:
            self.estimate_requested.emit(draft)

    def _send(self) -> None:
        if self._in_flight:
            return
        problems = self.form.problems()
        self.form.mark(problems)
        if problems:
            self._hint.setText(translate("Dinamis", "Fill in what is marked first."))
            return
        draft = self._final_draft()
        if draft is not None:
            self._refusal = None
            self._show_estimate()
            self._set_in_flight(in_flight=True)
            self.submit_requested.emit(draft)

    def _final_draft(self) -> OrderDraft | None:
        """The draft with its parameters; the very same one, with its key, as long as nothing was changed."""
        draft = self.make_draft()
        if draft is None:
            return None
        try:
            parameters = self.form.parameters()
        except InvalidRequestError:
            return None
        parameters["project_id"] = self._project.currentData()
        draft = draft.changed(parameters=parameters)
        if (
            self._last is not None
            and replace(draft, idempotency_key=self._last.idempotency_key) == self._last
        ):
            return self._last
        self._last = draft
        return draft

    def _set_in_flight(self, *, in_flight: bool) -> None:
        self._in_flight = in_flight
        self._busy.setVisible(in_flight)
        self._cancel.setEnabled(not in_flight)
        self._update_submit()

    def _update_submit(self, *_: object) -> None:
        reason = self._reason()
        self._submit.setEnabled(not reason)
        self._submit.setToolTip(reason or self._submit.text())
        self._hint.setText(reason)

    def _reason(self) -> str:
        if self._in_flight:
            return translate("Dinamis", "The request is being sent…")
        if self._project.currentData() is None:
            return translate("Dinamis", "Create a project first: requests belong to a project.")
        missing = self.why_not()
        if missing:
            return missing
        if self._estimate is not None and not self._estimate.acceptable:
            return translate("Dinamis", "The service would refuse this request: see the messages.")
        return ""

    def _show_estimate(self) -> None:
        refusals = (self._refusal, self._form_refusal, self._estimate_refusal)
        refusal = next((notice for notice in refusals if notice is not None), None)
        waiting = translate("Dinamis", "Estimating…") if self.make_draft() is not None else self.why_not()
        self._card.show_estimate(self._estimate, refusal, waiting)
