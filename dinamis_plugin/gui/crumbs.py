"""The breadcrumb of a search: one chip for each filter that narrows it (CAT-20, CAT-21)."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QDate, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QApplication, QToolButton, QWidget

from ..domain.search import FIRST_DAY, ProductType, SearchQuery, mission_name
from . import formats
from .widgets import FlowLayout, tool_button

translate = QCoreApplication.translate

_WIDEST = 216
"""Pixels of text in a chip: it fits into the narrowest dock, the whole is in the tooltip."""
_NAMED = 2
"""Missions that a chip names; of more it tells the first and the number of the others."""


def type_label(product_type: ProductType) -> str:
    """The name of a product type for a person."""
    return {
        ProductType.ALL: translate("Dinamis", "All products"),
        ProductType.DOWNLOADABLE: translate("Dinamis", "Downloadable"),
        ProductType.ORDERABLE: translate("Dinamis", "Orderable"),
        ProductType.PWH: "PWH",
    }[product_type]


def crumbs(query: SearchQuery) -> list[tuple[str, str]]:
    """The active filters of a search with the name that `FiltersPage.reset_filter` knows."""
    found: list[tuple[str, str]] = []
    if query.aois:
        found.append(("aois", translate("Dinamis", "%n area(s)", "", len(query.aois))))
    if query.text:
        found.append(("text", f"« {query.text} »"))
    if query.product_type is not ProductType.ALL:
        found.append(("type", type_label(query.product_type)))
    if query.uncovered:
        found.append(("uncovered", translate("Dinamis", "Not covered yet")))
    if query.missions:
        found.append(("missions", _missions(query.missions)))
    if query.without_missions:
        left_out = _missions(query.without_missions)
        found.append(("without", translate("Dinamis", "Without {missions}").format(missions=left_out)))
    if query.start or query.end:
        found.append(("dates", _period(query)))
    if query.max_cloud is not None:
        found.append(("cloud", translate("Dinamis", "Cloud ≤ {limit} %").format(limit=query.max_cloud)))
    if query.max_incidence is not None:
        found.append(
            ("incidence", translate("Dinamis", "Angle ≤ {limit}°").format(limit=query.max_incidence))
        )
    return found


def _missions(codes: tuple[str, ...]) -> str:
    names = [mission_name(code) for code in codes]
    return ", ".join(names) if len(names) <= _NAMED else f"{names[0]}, +{len(names) - 1}"


def _period(query: SearchQuery) -> str:
    first = formats.day(query.start or FIRST_DAY)
    last = formats.day(query.end or formats.to_date(QDate.currentDate()))
    return f"{first} {formats.DASH} {last}"


class CrumbBar(QWidget):
    """The chips; takes no room when there is none.

    Signals:
        removed: name of the filter to open wide, "" for all.
    """

    removed = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[tuple[str, str]] = []
        self._chips = FlowLayout()
        self.setLayout(self._chips)
        self.hide()

    def show_query(self, query: SearchQuery) -> None:
        """Show the active filters; the keyboard stays among the chips when one of them goes."""
        active = crumbs(query)
        if active == self._shown:
            return
        self._shown = active
        focus = QApplication.focusWidget()
        focused = focus is not None and self.isAncestorOf(focus)
        self._chips.clear()
        chips = [self._chip(name, text) for name, text in active]
        if len(active) > 1:
            chips.append(self._chip("", translate("Dinamis", "Remove all filters")))
        for chip in chips:
            self._chips.addWidget(chip)
        self.setVisible(bool(active))
        self.updateGeometry()
        if focused and chips:
            chips[0].setFocus()

    def _chip(self, name: str, text: str) -> QToolButton:
        tip = translate("Dinamis", "Remove this filter and search again")
        chip = chip_button(text, f"crumb_{name}" if name else "crumbsClearButton", tip)
        chip.setAutoRaise(not name)
        chip.clicked.connect(lambda: self.removed.emit(name))
        return chip


def chip_button(text: str, name: str, tip: str) -> QToolButton:
    """Words with a cross behind them, shortened to fit into the narrowest dock."""
    chip = tool_button(text, "close", name=name)
    short = chip.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, _WIDEST)
    chip.setText(f" {short} ")  # styles leave no room between the words and the frame
    chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    chip.setToolTip(tip if short == text else f"{text}\n{tip}")
    return chip
