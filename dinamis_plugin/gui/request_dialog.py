"""What the dialogs of archive orders and programming requests share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QCloseEvent
from qgis.PyQt.QtWidgets import QWidget

from ..controllers.messages import Notice
from ..domain.aoi import Aoi, AreaGeometry
from ..domain.errors import InvalidRequestError
from ..domain.estimate import Estimate
from ..domain.form import FormField
from ..domain.order import Order, Product, kind_of_product, sensor_of
from ..domain.order_draft import OrderDraft
from ..domain.parsing import text_of
from ..domain.project import Project
from .estimate_card import price_text
from .request_frame import RequestFrame
from .request_words import product_text

translate = QCoreApplication.translate

_SETTLE_MS = 150


class RequestDialog(RequestFrame):
    """Summary, parameters of the request and of the production, and one submission at a time.

    Nothing is asked of anybody before it is sent: an estimate makes nothing.

    Signals:
        estimate_requested: an OrderDraft to estimate.
        keep_requested: an OrderDraft as far as it is filled in, and a title for it.
        submit_requested: an OrderDraft to send, and its title.
        form_requested: product id whose form is needed.
        products_requested: the products are not known and needed.
        project_requested: the person wants a new project.
        zone_requested: footprints, and areas drawn in the dialog; the areas of interest, or those drawn, are
            needed as one, within the footprints where there are some.
        drawn: a QgsGeometry in the CRS of the canvas that follows.
    """

    estimate_requested = pyqtSignal(object)
    keep_requested = pyqtSignal(object, str)
    submit_requested = pyqtSignal(object, str)
    form_requested = pyqtSignal(str)
    products_requested = pyqtSignal()
    project_requested = pyqtSignal()
    zone_requested = pyqtSignal(object, object)
    drawn = pyqtSignal(object, object)

    def __init__(
        self,
        prefix: str,
        title: str,
        parent: QWidget | None,
        *,
        has_areas: bool,
        model: QgsMapCanvas | None = None,
        draft: OrderDraft | None = None,
    ) -> None:
        super().__init__(prefix, title, parent, model)
        self._has_areas = has_areas
        self._resumed = draft
        self.key = draft.idempotency_key if draft is not None else str(uuid4())
        self._drawn: list[Aoi] = []
        self._values: Mapping[str, Any] = {}
        self._waits_for_zone = False
        self._zone: AreaGeometry | None = None
        self.wanted: AreaGeometry | None = None
        """The zone as it was chosen, before it was cut to the scenes."""
        self._in_flight = self._unanswered = self._touched = False
        self._estimate: Estimate | None = None
        self._refusal: Notice | None = None
        self._estimate_refusal: Notice | None = None
        self._form_refusal: Notice | None = None
        self._form_of = ""
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._ask_estimate)
        self.form.changed.connect(self.touched)
        self._project.chosen.connect(self.touched)
        self._project.new_requested.connect(self.project_requested)
        self._submit.clicked.connect(self._send)
        self._done.next_requested.connect(self.begin_next)
        self.summary.map.drawn.connect(lambda shape: self.drawn.emit(shape, self.summary.map.canvas))
        self.summary.map.cleared.connect(self._clear_drawn)

    # What subclasses give

    def make_draft(self) -> OrderDraft | None:
        """The request as filled in, without parameters; None while something essential is missing."""
        return None

    def draft_so_far(self) -> OrderDraft | None:
        """What can be kept of it, None while there is nothing worth it."""
        return self.make_draft()

    def draft_title(self) -> str:
        """What the list of drafts calls it."""
        return self.windowTitle()

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

    def zone_shown(self) -> AreaGeometry | None:
        """The zone that would be sent."""
        return self._zone

    def begin(self) -> None:
        """Start filling in one request."""
        resumed, self._resumed = self._resumed, None
        if resumed is not None:
            self._take_up(resumed)
        self._zone = None
        self._estimate = self._estimate_refusal = self._refusal = None
        self._stack.setCurrentIndex(0)
        self._ask_zone()
        self._show_estimate()
        self._update_submit()

    def begin_next(self) -> None:
        """Start filling in the next request, which is another one."""
        self.key, self._touched = str(uuid4()), False
        self.begin()

    def _take_up(self, draft: OrderDraft) -> None:
        """Go on with a draft: its zone, its project, and its options as soon as the form is there."""
        if not draft.geometry.is_empty:
            self._drawn = [Aoi("", draft.geometry, 0.0)]
        self._project.choose(text_of(draft.parameters.get("project_id")))
        self._values = draft.parameters

    # The zone

    def _ask_zone(self) -> None:
        self._waits_for_zone = bool(self._drawn) or self._has_areas
        self.summary.map.set_clearable(bool(self._drawn))
        if self._waits_for_zone:
            self.zone_requested.emit(self.footprints(), tuple(self._drawn))
        else:
            self.wanted = None
            self.set_zone(None)

    def add_drawn(self, area: Aoi) -> None:
        """Ask for the images of an area that was drawn here, with those drawn before."""
        self._drawn.append(area)
        self.touched()
        self._ask_zone()
        self._update_submit()

    def _clear_drawn(self) -> None:
        self._drawn.clear()
        self.touched()
        self._ask_zone()
        self._update_submit()

    def set_wanted(self, whole: AreaGeometry | None) -> None:
        """The areas as one, as they were chosen; what of them can be had follows by `set_zone`."""
        self.wanted = whole

    def set_zone(self, zone: AreaGeometry | None) -> None:
        """The areas as one, within the footprints; None when there are none, or none of them lies there."""
        self._zone = zone
        self._waits_for_zone = False
        self.draft_changed()

    # What the dock tells

    def set_projects(self, projects: Sequence[Project]) -> None:
        """Offer the open projects; the chosen one stays chosen."""
        self._project.set_projects(projects)
        self._update_submit()

    def set_form(self, fields: Sequence[FormField]) -> None:
        """Show the options of the product."""
        self.form.set_fields(fields)
        self.form.put(self._values)
        self._values = {}
        self._form_of = self.product_id
        self._form_refusal = None
        self.draft_changed()

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

    def set_kept(self, *, written: bool) -> None:
        """Say whether what was typed is safe in the profile."""
        texts = (translate("Dinamis", "The draft is being kept…"), translate("Dinamis", "Draft kept"))
        self._kept.setText(texts[written] if self._touched else "")

    def set_refusal(self, notice: Notice) -> None:
        """Show why the submission failed; everything filled in stays."""
        self._unanswered = False
        self._set_in_flight(in_flight=False)
        self._refusal = notice
        self.form.mark(dict(notice.fields))
        self._show_estimate()

    def set_unanswered(self, notice: Notice) -> None:
        """No answer came: nobody knows whether the request arrived, so it may not be changed any more."""
        self._unanswered = True
        self._set_in_flight(in_flight=False)
        said = translate(
            "Dinamis",
            "It is not known whether the request arrived. It is kept and sent again, unchanged, until the"
            " service answers: there will be exactly one.",
        )
        self._refusal = Notice(notice.level, notice.title, said, notice.text)
        self._show_estimate()
        self._update_submit()

    def set_submitted(self, order: Order) -> None:
        """The service took the request."""
        self._unanswered = False
        self._set_in_flight(in_flight=False)
        self._stack.setCurrentIndex(1)
        self._done.show_order(order)

    def reject(self) -> None:
        """Close; not while the request is on its way: how it ends is told in a moment."""
        if not self._in_flight:
            super().reject()

    def done(self, result: int) -> None:
        """Keep what was typed last, and give the map up before it goes."""
        if self._settle.isActive() and self._touched:
            self._keep()
        self._settle.stop()
        self.summary.map.let_go()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """As `reject`."""
        if self._in_flight:
            event.ignore()
        else:
            super().closeEvent(event)

    # Inside

    def touched(self, *_: object) -> None:
        """The person changed something: it is worth keeping, and may cost something else."""
        self._touched = True
        self.set_kept(written=False)
        self.draft_changed()

    def draft_changed(self) -> None:
        """What the estimate depends on changed."""
        self._estimate = self._estimate_refusal = self._refusal = None
        self._show_estimate()
        self._settle.start()
        self._update_submit()

    def _keep(self) -> None:
        draft = self.draft_so_far()
        if draft is not None and not (self._in_flight or self._unanswered):
            self.keep_requested.emit(self._with_parameters(draft), self.draft_title())

    def _ask_estimate(self) -> None:
        if self._in_flight or self._unanswered:
            return
        if self._touched:
            self._keep()
        draft = self.make_draft()
        if draft is not None:
            self.estimate_requested.emit(self._with_parameters(draft))

    def _with_parameters(self, draft: OrderDraft) -> OrderDraft:
        """A draft with what is filled in so far."""
        filled = {**self._values, **self.form.filled()}
        if self._project.project_id:
            filled["project_id"] = self._project.project_id
        return draft.changed(parameters=filled, idempotency_key=self.key)

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
            self._touched = True
            self._settle.stop()
            self._refusal = None
            self._show_estimate()
            self._set_in_flight(in_flight=True)
            self.submit_requested.emit(draft, self.draft_title())

    def _final_draft(self) -> OrderDraft | None:
        """The draft with its parameters; None when one of them is not possible."""
        draft = self.make_draft()
        if draft is None:
            return None
        try:
            parameters = self.form.parameters()
        except InvalidRequestError:
            return None
        parameters["project_id"] = self._project.project_id
        return draft.changed(parameters=parameters, idempotency_key=self.key)

    def _set_in_flight(self, *, in_flight: bool) -> None:
        self._in_flight = in_flight
        self.show_sending(sending=in_flight, frozen=in_flight or self._unanswered)
        self._update_submit()

    def _update_submit(self, *_: object) -> None:
        reason = self._reason()
        self._submit.setEnabled(not reason)
        self._submit.setText(
            translate("Dinamis", "Send again") if self._unanswered else translate("Dinamis", "Send")
        )
        self._submit.setToolTip(reason or self._submit.text())
        self._hint.setText(reason)
        self._hint.setVisible(bool(reason))

    def _reason(self) -> str:
        if self._in_flight:
            return translate("Dinamis", "The request is being sent…")
        if self._unanswered:
            return ""
        if not self._project.project_id:
            return translate("Dinamis", "Create a project first: requests belong to a project.")
        missing = self.why_not()
        if missing:
            return missing
        if self._estimate is not None and not self._estimate.acceptable:
            unsaid = translate("Dinamis", "The service would refuse this request: see the messages.")
            return self._estimate.refusal or unsaid
        return ""

    def _show_estimate(self) -> None:
        refusals = (self._refusal, self._form_refusal, self._estimate_refusal)
        refusal = next((notice for notice in refusals if notice is not None), None)
        waiting = translate("Dinamis", "Estimating…") if self.make_draft() is not None else self.why_not()
        fields = refusal.fields if refusal is not None else ()
        more = [text for name, text in fields if name not in self.form.names]
        self._card.show_estimate(self._estimate, refusal, waiting, more)
        known = self._estimate
        self.show_total(known)
        self._price.put("price", translate("Dinamis", "Price"), "" if known is None else price_text(known))
        self.summary.set_surface(None if known is None else known.area_km2, None, sent=False)
        if self.product_id:
            mode = text_of(self.form.filled().get("acquisition_mode")) or "mono"
            kind = kind_of_product(self.product_id)
            self.summary.set_product(product_text(sensor_of(self.product_id), mode, kind))
        self.summary.set_zone(self.zone_shown(), self.footprints())
