"""A request for images to be taken."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QDate
from qgis.PyQt.QtWidgets import QDateEdit, QFormLayout, QSpinBox, QWidget

from ..domain.order import OrderDraft, OrderKind, Product
from . import formats
from .request_dialog import RequestDialog
from .theme import HALF, STEP
from .widgets import ElidedCombo, Section, label, row

translate = QCoreApplication.translate

#: A single precise day cannot be asked for.
SHORTEST_WINDOW_DAYS = 7
_USUAL_WINDOW_DAYS, _USUAL_CLOUD, _USUAL_INCIDENCE = 60, 10, 30
_MOST_INCIDENCE = 60


class ProgrammingDialog(RequestDialog):
    """Product, areas, window, cloud and angle, with a live estimate."""

    def __init__(self, parent: QWidget | None = None, *, has_areas: bool = False) -> None:
        title = translate("Dinamis", "Request a new acquisition")
        super().__init__("programming", title, parent, has_areas=has_areas)
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
        self._heading.setText(translate("Dinamis", "New acquisition over my areas of interest"))
        today = QDate.currentDate()
        self._start.setMinimumDate(today)
        self._start.setDate(today.addDays(SHORTEST_WINDOW_DAYS))
        self._end.setDate(today.addDays(SHORTEST_WINDOW_DAYS + _USUAL_WINDOW_DAYS))
        self._cloud.setValue(_USUAL_CLOUD)
        self._incidence.setValue(_USUAL_INCIDENCE)
        self.build(self._acquisition())
        self._product.currentIndexChanged.connect(self._product_changed)
        for edit in (self._start, self._end):
            edit.dateChanged.connect(self._window_changed)

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
        form.addRow(translate("Dinamis", "Cloud, at most"), self._cloud)
        form.addRow(translate("Dinamis", "Incidence, at most"), self._incidence)
        section = Section(translate("Dinamis", "Acquisition"))
        section.add(form)
        return section

    def begin(self) -> None:
        """Fill in a request."""
        super().begin()
        self._product_changed()

    def set_products(self, products: Sequence[Product]) -> None:
        """Offer the products that can be programmed."""
        chosen = self._product.currentData()
        self._product.blockSignals(True)
        self._product.clear()
        for product in products:
            if product.kind is OrderKind.PROGRAMMING:
                self._product.addItem(product.title, product.id)
        self._product.setCurrentIndex(max(0, self._product.findData(chosen)))
        self._product.blockSignals(False)
        if self.product_id:
            self._product_changed()

    @property
    def product_id(self) -> str:
        """The chosen product, empty before the products came."""
        return self._product.currentData() or ""

    def make_draft(self) -> OrderDraft | None:
        """The request without its parameters."""
        if self._zone is None or not self.product_id:
            return None
        return OrderDraft(
            product_id=self.product_id,
            geometry=self._zone,
            start=formats.to_date(self._start.date()),
            end=formats.to_date(self._end.date()),
            max_cloud=self._cloud.value(),
            max_incidence=self._incidence.value(),
        )

    def why_not(self) -> str:
        """What is missing."""
        if not self._has_areas:
            return translate("Dinamis", "Add an area of interest in the Filters tab first.")
        waiting = super().why_not()
        if waiting:
            return waiting
        if self._start.date().daysTo(self._end.date()) < SHORTEST_WINDOW_DAYS - 1:
            return translate("Dinamis", "The window must be at least {days} days long.").format(
                days=SHORTEST_WINDOW_DAYS
            )
        return ""

    def _product_changed(self) -> None:
        self.ask_form()
        self.draft_changed()

    def _window_changed(self) -> None:
        self._update_submit()

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
