"""One request in full: what was asked for, where it stands, and what can be done (REQ-09 to REQ-24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QVBoxLayout, QWidget

from ..controllers.messages import Notice
from ..domain.follow_up import StatusChange
from ..domain.form import FormField
from ..domain.order import Order
from . import formats
from .estimate_card import EstimateCard, price_text
from .facts import Facts
from .messages_panel import MessagesPanel
from .order_timeline import OrderTimeline
from .questions import confirmed
from .quotation import QuotationCard
from .request_summary import RequestSummary
from .request_words import TONE_OF_STATE, product_text, state_label
from .section_buttons import SectionButtons
from .theme import HALF, STEP, Role, Tone
from .widgets import ButtonGrid, Card, Section, column, label, push_button, row, scroller, tool_button

translate = QCoreApplication.translate


class OrderView(QWidget):
    """The page of one request.

    Signals:
        back_requested: the person wants the list again.
        cancel_requested, accept_requested: the Order; confirmed.
        decline_requested: the Order and why; confirmed.
        duplicate_requested: the Order to make a draft of.
        images_requested: the Order whose images are wanted on the map.
        tick_requested: the Order whose images are to be ticked.
        retry_requested: the Order to read again.
    """

    back_requested = pyqtSignal()
    cancel_requested = pyqtSignal(object)
    accept_requested = pyqtSignal(object)
    decline_requested = pyqtSignal(object, str)
    duplicate_requested = pyqtSignal(object)
    images_requested = pyqtSignal(object)
    tick_requested = pyqtSignal(object)
    retry_requested = pyqtSignal(object)

    def __init__(self, model: QgsMapCanvas | None = None) -> None:
        super().__init__()
        self.setObjectName("orderView")
        self.order: Order | None = None
        self._fields: dict[str, Sequence[FormField]] = {}
        self._make_head()
        self.summary = RequestSummary("order", model, drawing=False)
        self._estimate = EstimateCard("orderView")
        self._request = Section(translate("Dinamis", "Request parameters"))
        self._request.setObjectName("section_request_facts")
        self._production = Section(translate("Dinamis", "Production parameters"))
        self._production.setObjectName("section_production_facts")
        self._request_facts, self._production_facts = Facts("request"), Facts("production")
        self.timeline = OrderTimeline()
        self.messages = MessagesPanel()
        self._build()

    def _make_head(self) -> None:
        self._back = tool_button(
            translate("Dinamis", "Back to the list"), "previous", name="orderBackButton", text_shown=False
        )
        self._back.clicked.connect(self.back_requested)
        self._id = label(role=Role.TITLE, name="orderIdTitle")
        self._state = label(role=Role.TITLE, name="orderStateLabel")
        self._task = label(name="orderTaskLabel")
        self._reason = label(role=Role.MUTED, name="orderReasonLabel")
        self._card = Card(Tone.INFO)
        words = column(self._state, self._task, self._reason, margins=STEP, spacing=HALF)
        words.setContentsMargins(STEP + HALF, STEP, STEP, STEP)
        self._card.setLayout(words)
        self._quotation = QuotationCard()
        self._quotation.accepted.connect(self._confirm_accept)
        self._quotation.declined.connect(self._decline)
        self._images = push_button(
            translate("Dinamis", "Add the images to the map"), name="orderImagesButton", icon="add_layer"
        )
        self._images.clicked.connect(lambda: self.images_requested.emit(self.order))
        self._tick = push_button(
            translate("Dinamis", "Tick the images"), name="orderTickButton", icon="check"
        )
        self._tick.setToolTip(
            translate("Dinamis", "Ticked scenes are kept for downloads, exports and packs, across searches.")
        )
        self._tick.clicked.connect(lambda: self.tick_requested.emit(self.order))
        self._duplicate = push_button(
            translate("Dinamis", "Duplicate"), name="orderDuplicateButton", icon="copy"
        )
        self._duplicate.setToolTip(translate("Dinamis", "Make a draft that asks for the same"))
        self._duplicate.clicked.connect(lambda: self.duplicate_requested.emit(self.order))
        self._cancel = push_button(
            translate("Dinamis", "Cancel the request…"), name="cancelOrderButton", icon="close"
        )
        self._cancel.clicked.connect(self._confirm_cancel)
        self._hint = label(role=Role.MUTED, name="requestsHintLabel")
        self._fault = label(role=Role.WARNING, name="orderFaultLabel")
        self._retry = push_button(translate("Dinamis", "Try again"), name="orderRetryButton", icon="refresh")
        self._retry.clicked.connect(lambda: self.retry_requested.emit(self.order))

    def _build(self) -> None:
        for section, facts in (
            (self._request, self._request_facts),
            (self._production, self._production_facts),
        ):
            section.add(facts)
        self.summary.add(self._estimate)
        history = Section(translate("Dinamis", "Follow-up"))
        history.setObjectName("section_history")
        history.add(self.timeline)
        actions = ButtonGrid([self._images, self._tick, self._duplicate, self._cancel])
        head = (self._card, self._quotation, actions, self._hint, self._fault, self._retry)
        sections = (self.summary, history, self.messages, self._request, self._production)
        content = QWidget()
        body = column(*head, *sections, margins=STEP, spacing=2 * STEP)
        body.addStretch(1)
        content.setLayout(body)
        self._area = area = scroller(content, name=translate("Dinamis", "Request"))
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        top = row(self._back, self._id, margins=STEP, spacing=HALF)
        top.setStretch(1, 1)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(SectionButtons("orderView", area, sections))
        layout.addWidget(area, 1)
        self.setLayout(layout)

    # What the page tells

    def set_order(self, order: Order) -> None:
        """Show a request; what is being written stays while it is the same one."""
        another = self.order is None or self.order.id != order.id
        self.order = order
        if another:
            self._area.verticalScrollBar().setValue(0)
            self.messages.reset()
            self.messages.set_messages((), writable=False)
            self.timeline.set_changes(())
        self.set_fault(None)
        self._id.setText(order.id)
        self._state.setText(translate("Dinamis", "Status: {state}").format(state=state_label(order.state)))
        self._card.set_tone(TONE_OF_STATE[order.state])
        self._task.setText(order.task.text or translate("Dinamis", "No task under way"))
        self._reason.setText(order.reason)
        self._reason.setVisible(bool(order.reason))
        self._quotation.show_order(order)
        self._show_actions(order)
        self._show_summary(order)
        self._show_parameters(order)

    def set_details(
        self, order: Order, history: Sequence[StatusChange], messages: Sequence[Any] | None
    ) -> None:
        """Show its history and its messages."""
        if self.order is None or self.order.id != order.id:
            return
        self.set_order(order)
        self.timeline.set_changes(history)
        self.messages.set_messages(messages, writable=order.can_be_written_to)

    def set_fields(self, product_id: str, fields: Sequence[FormField]) -> None:
        """Name the parameters as the form of the product does."""
        self._fields[product_id] = fields
        if self.order is not None and self.order.product_id == product_id:
            self._show_parameters(self.order)

    def set_fault(self, notice: Notice | None) -> None:
        """Say why history and messages could not be read; None when nothing is wrong."""
        text = "" if notice is None else f"{notice.title}. {notice.text}"
        self._fault.setText(text)
        for part in (self._fault, self._retry):
            part.setVisible(bool(text))

    # Inside

    def _show_actions(self, order: Order) -> None:
        self._images.setVisible(bool(order.delivered_items))
        self._tick.setVisible(bool(order.delivered_items))
        self._cancel.setEnabled(order.can_be_cancelled)
        reason = "" if order.can_be_cancelled else _why_not_cancelled(order)
        self._cancel.setToolTip(reason or self._cancel.text())
        self._hint.setText(reason)
        self._hint.setVisible(bool(reason))

    def _show_summary(self, order: Order) -> None:
        facts = self.summary.facts
        self.summary.set_product(product_text(order.sensor, order.mode, order.kind))
        facts.put(
            "project",
            translate("Dinamis", "Project"),
            f"{order.project_id} {order.project_title}".strip(),
        )
        facts.put("requester", translate("Dinamis", "Requester"), str(order.requester))
        created = formats.moment(order.created) if order.created else ""
        facts.put("created", translate("Dinamis", "Submitted on"), created)
        self.summary.set_zone(order.geometry)
        self.summary.set_surface(order.area_km2, order.zone_id, sent=True)
        self._estimate.setVisible(order.assessment is not None)
        if order.assessment is not None:
            self._estimate.show_estimate(order.assessment, None, "")

    def _show_parameters(self, order: Order) -> None:
        self._request_facts.clear()
        self._production_facts.clear()
        self._show_window(order)
        fields = self._fields.get(order.product_id, ())
        for name, title, value, section in _told(order.parameters, fields):
            facts = self._production_facts if section == "production" else self._request_facts
            facts.put(name, title, value)
        self._production_facts.put("price", translate("Dinamis", "Price"), _price(order))
        delivered = translate("Dinamis", "%n image(s)", "", len(order.delivered_items))
        self._production_facts.put("delivered", translate("Dinamis", "Delivered images"), delivered)

    def _show_window(self, order: Order) -> None:
        first, last = order.window
        days = [formats.day(one.date()) for one in (first, last) if one is not None]
        window = f" {formats.DASH} ".join(dict.fromkeys(days))
        self._request_facts.put("window", translate("Dinamis", "Window"), window)
        scenes = formats.scenes(len(order.item_ids)) if order.item_ids else ""
        self._request_facts.put("scenes", translate("Dinamis", "Scenes"), scenes)
        cloud, angle = order.limits.get("eo:cloud_cover"), order.limits.get("view:incidence_angle")
        told = "" if cloud is None else formats.percent(cloud / 100)
        self._request_facts.put("cloud", translate("Dinamis", "Cloud, at most"), told)
        told = "" if angle is None else formats.degrees(angle)
        self._request_facts.put("incidence", translate("Dinamis", "Incidence, at most"), told)

    def _confirm_cancel(self) -> None:
        order = self.order
        if order is not None and confirmed(
            self,
            "cancelOrderBox",
            title=translate("Dinamis", "Cancel the request"),
            question=translate("Dinamis", "Cancel the request {id}?").format(id=order.id),
            consequence=translate("Dinamis", "This cannot be undone; a new request can be made."),
            yes=translate("Dinamis", "Cancel the request"),
            no=translate("Dinamis", "Keep it"),
            destructive=True,
        ):
            self.cancel_requested.emit(order)

    def _confirm_accept(self) -> None:
        if self.order is not None and self._quotation.confirm_accept(self, self.order):
            self.accept_requested.emit(self.order)

    def _decline(self) -> None:
        if self.order is not None:
            reason = self._quotation.ask_reason(self, self.order)
            if reason is not None:
                self.decline_requested.emit(self.order, reason)


def _told(parameters: Mapping[str, Any], fields: Sequence[FormField]) -> list[tuple[str, str, str, str]]:
    """Give name, title, value and section of each parameter, named by the form where it is known."""
    known = {field.name: field for field in fields}
    told = []
    for name, value in parameters.items():
        if name in ("project_id", "item_ids") or value in (None, "", []):
            continue
        field = known.get(name)
        title = field.title if field is not None else name.replace("_", " ")
        section = field.section if field is not None else ""
        choices = {choice.value: choice.title for choice in field.choices} if field is not None else {}
        values = value if isinstance(value, (list, tuple)) else [value]
        told.append((name, title, ", ".join(str(choices.get(one, one)) for one in values), section))
    return told


def _price(order: Order) -> str:
    """The price in the words of the assessment; of a quotation, what the operator wrote."""
    judged = order.assessment
    nothing_to_pay = judged is not None and not judged.price_quantity and not order.price_eur
    if order.price_eur is not None and not nothing_to_pay:
        return formats.euros(order.price_eur)
    return "" if judged is None else price_text(judged)


def _why_not_cancelled(order: Order) -> str:
    if not order.own:
        return translate("Dinamis", "Only the requester can cancel it.")
    if order.is_over:
        return translate("Dinamis", "This request is over: it cannot be cancelled.")
    return translate("Dinamis", "This request is under way: it cannot be cancelled any more.")
