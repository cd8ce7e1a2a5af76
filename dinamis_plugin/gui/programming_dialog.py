"""A request for images to be taken (REQ-25, REQ-26)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QCoreApplication, QDate, pyqtSignal
from qgis.PyQt.QtWidgets import QDateEdit, QFormLayout, QSpinBox, QWidget
from shapely.geometry import Polygon

from ..controllers.messages import Notice
from ..domain.feasibility import Feasibility
from ..domain.order import OrderKind, Product
from ..domain.order_draft import SHORTEST_WINDOW_DAYS, OrderDraft, window_problem
from . import formats
from .feasibility_view import FeasibilityView
from .request_dialog import RequestDialog
from .theme import HALF, STEP, Role
from .widgets import ElidedCombo, Section, label, row
from .window_calendar import WindowCalendar

translate = QCoreApplication.translate

_USUAL_WINDOW_DAYS, _USUAL_CLOUD, _USUAL_INCIDENCE = 60, 10, 30
_MOST_INCIDENCE = 60


class ProgrammingDialog(RequestDialog):
    """Product, areas, window, cloud and angle, with a live estimate and the chances.

    Signals:
        feasibility_requested: an OrderDraft whose chances are wanted.
    """

    feasibility_requested = pyqtSignal(object)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        has_areas: bool = False,
        model: QgsMapCanvas | None = None,
        draft: OrderDraft | None = None,
    ) -> None:
        title = translate("Dinamis", "Request a new acquisition")
        super().__init__("programming", title, parent, has_areas=has_areas, model=model, draft=draft)
        self._wanted_product = draft.product_id if draft is not None else ""
        self._product = ElidedCombo()
        self._product.setObjectName("programmingProductCombo")
        self._product.setAccessibleName(translate("Dinamis", "Product"))
        self._start = self._date_edit("programmingStartEdit", translate("Dinamis", "First day of the window"))
        self._end = self._date_edit("programmingEndEdit", translate("Dinamis", "Last day of the window"))
        self._cloud = self._spin(
            "programmingCloudSpin",
            100,
            translate("Dinamis", " %"),
            translate("Dinamis", "Largest cloud cover"),
        )
        self._incidence = self._spin(
            "programmingIncidenceSpin",
            _MOST_INCIDENCE,
            translate("Dinamis", "°"),
            translate("Dinamis", "Largest incidence angle"),
        )
        self._calendar = WindowCalendar()
        self._pick = label(self._calendar.hint(), role=Role.MUTED, name="programmingPickLabel")
        self._feasibility = FeasibilityView()
        self._heading.setText(translate("Dinamis", "New acquisition over my areas of interest"))
        self._put_days(draft)
        self.build([self._feasibility], [self._acquisition()])
        self._product.currentIndexChanged.connect(self._product_changed)
        self._calendar.picked.connect(self._days_picked)
        self._calendar.hint_changed.connect(self._pick.setText)
        for edit in (self._start, self._end):
            edit.dateChanged.connect(self._window_changed)
        for spin in (self._cloud, self._incidence):
            spin.valueChanged.connect(self.touched)

    def _put_days(self, draft: OrderDraft | None) -> None:
        today = QDate.currentDate()
        self._start.setMinimumDate(today)
        start = today.addDays(SHORTEST_WINDOW_DAYS)
        end = start.addDays(_USUAL_WINDOW_DAYS)
        cloud: float | None = None
        incidence: float | None = None
        if draft is not None:
            start = formats.to_qdate(draft.start) if isinstance(draft.start, date) else start
            end = formats.to_qdate(draft.end) if isinstance(draft.end, date) else end
            cloud, incidence = draft.max_cloud, draft.max_incidence
        self._start.setDate(start)
        self._end.setDate(end)
        self._calendar.set_days(*self._days())
        self._cloud.setValue(_USUAL_CLOUD if cloud is None else round(cloud))
        self._incidence.setValue(_USUAL_INCIDENCE if incidence is None else round(incidence))

    def _acquisition(self) -> Section:
        window = row(self._start, label(formats.DASH, wrap=False), self._end, spacing=HALF)
        window.setStretch(0, 1)
        window.setStretch(2, 1)
        form = QFormLayout()
        form.setHorizontalSpacing(STEP)
        form.setVerticalSpacing(STEP)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow(translate("Dinamis", "Product"), self._product)
        form.addRow(translate("Dinamis", "Window"), window)
        limits = QFormLayout()
        limits.setHorizontalSpacing(STEP)
        limits.setVerticalSpacing(STEP)
        limits.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        limits.addRow(translate("Dinamis", "Cloud, at most"), self._cloud)
        limits.addRow(translate("Dinamis", "Incidence, at most"), self._incidence)
        section = Section(translate("Dinamis", "Acquisition"))
        rules = translate(
            "Dinamis",
            "A precise day cannot be asked for: satellites pass within days and clouds decide. A window has"
            " at least {days} days and begins today at the earliest; several scene attempts may be needed.",
        ).format(days=SHORTEST_WINDOW_DAYS)
        for part in (form, self._calendar, self._pick, limits):
            section.add(part)
        section.add(label(rules, role=Role.MUTED, name="programmingRulesLabel"))
        return section

    def begin(self) -> None:
        """Fill in a request."""
        super().begin()
        self._product_changed(by_hand=False)

    def set_products(self, products: Sequence[Product]) -> None:
        """Offer the products that can be programmed."""
        chosen = self._product.currentData() or self._wanted_product
        self._product.blockSignals(True)
        self._product.clear()
        for product in products:
            if product.kind is OrderKind.PROGRAMMING:
                self._product.addItem(product.title, product.id)
        self._product.setCurrentIndex(max(0, self._product.findData(chosen)))
        self._product.blockSignals(False)
        if self.product_id:
            self._product_changed(by_hand=False)

    def set_feasibility(self, found: Feasibility) -> None:
        """Show the chances."""
        self._feasibility.show_feasibility(found)

    def set_feasibility_refusal(self, notice: Notice) -> None:
        """Show why there are none."""
        self._feasibility.refuse(notice)

    @property
    def product_id(self) -> str:
        """The chosen product, empty before the products came."""
        return self._product.currentData() or ""

    def draft_title(self) -> str:
        """The product."""
        return self._product.currentText() or self.windowTitle()

    def make_draft(self) -> OrderDraft | None:
        """The request without its parameters."""
        return None if self._zone is None else self.draft_so_far()

    def draft_so_far(self) -> OrderDraft | None:
        """The request without its parameters, perhaps without a zone yet."""
        if not self.product_id or self._waits_for_zone:
            return None
        start, end = self._days()
        return OrderDraft(
            product_id=self.product_id,
            geometry=self._zone if self._zone is not None else Polygon(),
            start=start,
            end=end,
            max_cloud=self._cloud.value(),
            max_incidence=self._incidence.value(),
        )

    def why_not(self) -> str:
        """What is missing."""
        if self._zone is None and not self._waits_for_zone:
            return translate("Dinamis", "Draw the area on the map of the summary first.")
        waiting = super().why_not()
        return waiting or self._window_text()

    def _window_text(self) -> str:
        start, end = self._days()
        problem = window_problem(start, end, formats.to_date(QDate.currentDate()))
        return {
            "past": translate("Dinamis", "The first day of the window is over."),
            "after_end": translate("Dinamis", "The first day comes after the last one."),
            "too_short": translate("Dinamis", "The window must be at least {days} days long.").format(
                days=SHORTEST_WINDOW_DAYS
            ),
        }.get(problem, "")

    def _days(self) -> tuple[date, date]:
        return formats.to_date(self._start.date()), formats.to_date(self._end.date())

    def _days_picked(self, start: date, end: date) -> None:
        for edit, day in ((self._start, start), (self._end, end)):
            edit.blockSignals(True)
            edit.setDate(formats.to_qdate(day))
            edit.blockSignals(False)
        self.touched()

    def _product_changed(self, *_: object, by_hand: bool = True) -> None:
        self.ask_form()
        if by_hand:
            self.touched()
        else:
            self.draft_changed()

    def _window_changed(self) -> None:
        start, end = self._days()
        if start <= end:
            self._calendar.set_days(start, end)
        self.touched()

    def _ask_estimate(self) -> None:
        super()._ask_estimate()
        draft = self.make_draft()
        if draft is not None and not self._window_text():
            self.feasibility_requested.emit(draft)
        else:
            self._feasibility.wait(
                self._window_text()
                or translate("Dinamis", "The feasibility is shown when zone and window are chosen.")
            )

    def _date_edit(self, name: str, accessible: str) -> QDateEdit:
        edit = QDateEdit()
        edit.setObjectName(name)
        edit.setAccessibleName(accessible)
        edit.setToolTip(accessible)
        formats.localise(edit)
        return edit

    def _spin(self, name: str, most: int, suffix: str, accessible: str) -> QSpinBox:
        spin = QSpinBox()
        spin.setObjectName(name)
        spin.setAccessibleName(accessible)
        spin.setRange(0, most)
        spin.setSuffix(suffix)
        return spin
