"""The filters of a search."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ..domain.aoi import Aoi
from ..domain.counts import Counts
from ..domain.search import CLOUD_STEP, ProductType, SearchQuery
from . import formats
from .aoi_panel import AoiPanel
from .crumbs import CrumbBar, type_label
from .date_range import DateRange
from .free_text import FreeTextField
from .missions import Choice, MissionList
from .theme import HALF, STEP, Role, make_primary
from .widgets import ElidedCombo, Section, label, push_button, row, scroller, tool_button

translate = QCoreApplication.translate

ANY_CLOUD, ANY_INCIDENCE = 100, 90
MANY = 10_000
"""More scenes than anyone looks through: to narrow the search is then worth a hint."""

TYPE_ICONS = {
    ProductType.ALL: "search",
    ProductType.DOWNLOADABLE: "type_downloadable",
    ProductType.ORDERABLE: "type_orderable",
    ProductType.PWH: "type_pwh",
}


def _type_choice(product_type: ProductType) -> str:
    """The name of a product type with what it means, for those who choose."""
    return {
        ProductType.ORDERABLE: translate("Dinamis", "Orderable (Airbus archive)"),
        ProductType.PWH: translate("Dinamis", "PWH (computed on demand)"),
    }.get(product_type) or type_label(product_type)


class FiltersPage(QWidget):
    """Areas, product type, missions, dates, cloud, incidence and words; each change searches by itself.

    Signals:
        changed: the filters describe another search.
        search_requested: the person wants to see the results.
        crumb_removed: name of the filter to open wide, "" for all.
    """

    changed = pyqtSignal()
    search_requested = pyqtSignal()
    crumb_removed = pyqtSignal(str)

    def __init__(self, aoi_panel: AoiPanel) -> None:
        super().__init__()
        self.setObjectName("filtersTab")
        self.words = FreeTextField()
        self._type = ElidedCombo()
        self._type.setObjectName("productTypeCombo")
        self._type.setAccessibleName(translate("Dinamis", "Product type"))
        for product_type in ProductType:
            self._type.addItem(_type_choice(product_type), product_type.value)
        self._uncovered = QCheckBox(translate("Dinamis", "Only where nothing can be downloaded"))
        self._uncovered.setObjectName("uncoveredCheck")
        self._missions = MissionList()
        self._every_mission = tool_button(
            translate("Dinamis", "All"),
            "refresh",
            name="allMissionsButton",
            tip=translate("Dinamis", "Neither include nor exclude any mission"),
        )
        self._every_mission.setAutoRaise(True)
        self._every_mission.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.dates = DateRange()
        self._cloud = _spin("cloudSpin", ANY_CLOUD, translate("Dinamis", " %"))
        self._cloud.setAccessibleName(translate("Dinamis", "Largest cloud cover"))
        self._cloud_slider = QSlider(Qt.Orientation.Horizontal)
        self._cloud_slider.setObjectName("cloudSlider")
        self._cloud_slider.setRange(0, ANY_CLOUD)
        self._cloud_slider.setSingleStep(CLOUD_STEP)
        self._cloud_slider.setPageStep(2 * CLOUD_STEP)
        self._cloud_slider.setAccessibleName(translate("Dinamis", "Largest cloud cover"))
        self._incidence = _spin("incidenceSpin", ANY_INCIDENCE, translate("Dinamis", "°"))
        self._incidence.setAccessibleName(translate("Dinamis", "Largest incidence angle"))
        self._crumbs = CrumbBar()
        self._crumbs.removed.connect(self.crumb_removed)
        self._hint = label(role=Role.WARNING, name="filtersHintLabel")
        self._advice = label(role=Role.MUTED, name="filtersAdviceLabel")
        self._busy = False
        self._total: int | None = None
        self._search = push_button(translate("Dinamis", "Search"), name="searchButton", icon="search")
        make_primary(self._search)
        self._reset = tool_button(
            translate("Dinamis", "Reset the filters"),
            "refresh",
            name="resetFiltersButton",
            text_shown=False,
        )
        self._build(aoi_panel)
        self._connect()
        self.reset()
        self.set_areas(any_=False)
        self._filters_changed()
        self.show_counts(Counts())

    def _build(self, aoi_panel: AoiPanel) -> None:
        words = Section(translate("Dinamis", "In your words"))
        words.add(self.words)
        product_type = Section(translate("Dinamis", "Product type"))
        product_type.add(self._type)
        product_type.add(self._uncovered)
        dates = Section(translate("Dinamis", "Dates of acquisition"), beside=self.dates.tools)
        dates.add(self.dates)
        quality = Section(translate("Dinamis", "Quality"))
        quality.add(self._limits())
        missions = Section(translate("Dinamis", "Satellite missions"), beside=self._every_mission)
        missions.add(self._missions)
        sections = QVBoxLayout()
        sections.setContentsMargins(STEP, STEP, STEP, STEP)
        sections.setSpacing(2 * STEP)
        for part in (words, aoi_panel, product_type, dates, quality, missions):
            sections.addWidget(part)
        sections.addStretch(1)
        content = QWidget()
        content.setLayout(sections)
        area = scroller(content)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        actions = row(self._search, self._reset)
        actions.setStretch(0, 1)
        # The breadcrumb is below: above, each new chip would push the field in hand away.
        foot = QVBoxLayout()
        foot.setContentsMargins(STEP, HALF, STEP, STEP)
        foot.setSpacing(HALF)
        for part in (self._crumbs, self._hint, self._advice):
            foot.addWidget(part)
        foot.addLayout(actions)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addLayout(foot)
        self.setLayout(layout)

    def _limits(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(STEP)
        grid.setVerticalSpacing(STEP)
        grid.setColumnStretch(1, 1)
        grid.addWidget(label(translate("Dinamis", "Cloud, at most"), wrap=False), 0, 0)
        grid.addWidget(self._cloud_slider, 0, 1)
        grid.addWidget(self._cloud, 0, 2)
        grid.addWidget(label(translate("Dinamis", "Incidence, at most")), 1, 0, 1, 2)
        grid.addWidget(self._incidence, 1, 2)
        return grid

    def _connect(self) -> None:
        self._cloud_slider.valueChanged.connect(self._cloud.setValue)
        self._cloud_slider.sliderMoved.connect(self._slide_by_steps)
        self._cloud.valueChanged.connect(self._cloud_slider.setValue)
        self._search.clicked.connect(self.search_requested)
        self._reset.clicked.connect(self.reset)
        self._every_mission.clicked.connect(lambda: self._missions.choose({}))
        for signal in (
            self.words.changed,
            self._type.currentIndexChanged,
            self._uncovered.toggled,
            self._missions.changed,
            self.dates.changed,
            self._cloud.valueChanged,
            self._incidence.valueChanged,
        ):
            signal.connect(self._filters_changed)
        self.words.submitted.connect(self._search.click)
        for field in (
            self._type,
            self._uncovered,
            self._missions,
            self.dates.first,
            self.dates.last,
            self.dates.timeline.start_bound,
            self.dates.timeline.end_bound,
            self._cloud,
            self._cloud_slider,
            self._incidence,
        ):
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter in any filter shows the results."""
        enter = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in enter:
            for edit in (self.dates.first, self.dates.last, self._cloud, self._incidence):
                edit.interpretText()
            self._search.click()
            return True
        return super().eventFilter(watched, event)

    # What is searched for

    @property
    def problem(self) -> str:
        """What keeps the filters from making sense, empty when nothing does."""
        return translate("Dinamis", "The first day comes after the last one.") if self.dates.reversed else ""

    def query(self, aois: Sequence[Aoi]) -> SearchQuery:
        """The search that the filters describe; a filter left wide open is no filter."""
        start, end = self.dates.bounds()
        return SearchQuery(
            aois=tuple(aois),
            start=start,
            end=end,
            missions=self._missions.chosen(Choice.INCLUDED),
            without_missions=self._missions.chosen(Choice.EXCLUDED),
            product_type=ProductType(self._type.currentData()),
            max_cloud=self._cloud.value() if self._cloud.value() < ANY_CLOUD else None,
            max_incidence=self._incidence.value() if self._incidence.value() < ANY_INCIDENCE else None,
            text=self.words.text(),
            uncovered=self._uncovered.isChecked() and bool(aois),
        )

    def show_query(self, query: SearchQuery) -> None:
        """Set the filters so that they describe a search; its areas are those of the areas panel."""
        self.words.set_text(query.text)
        self._uncovered.setChecked(query.uncovered)
        self._type.setCurrentIndex(self._type.findData(query.product_type.value))
        wanted = dict.fromkeys(query.missions, Choice.INCLUDED)
        self._missions.choose({**wanted, **dict.fromkeys(query.without_missions, Choice.EXCLUDED)})
        self.dates.set_days(query.start, query.end)
        self._cloud.setValue(ANY_CLOUD if query.max_cloud is None else query.max_cloud)
        self._incidence.setValue(ANY_INCIDENCE if query.max_incidence is None else query.max_incidence)

    def reset(self) -> None:
        """Open every filter wide; areas stay."""
        self.show_query(SearchQuery())

    def search_for(self, name: str) -> None:
        """Keep no filter but this name."""
        self.show_query(SearchQuery(text=name))

    def reset_filter(self, name: str) -> None:
        """Open one filter wide, named as in `crumbs`."""
        {
            "text": lambda: self.words.set_text(""),
            "type": lambda: self._type.setCurrentIndex(0),
            "uncovered": lambda: self._uncovered.setChecked(False),
            "missions": lambda: self._keep_only(Choice.EXCLUDED),
            "without": lambda: self._keep_only(Choice.INCLUDED),
            "dates": self.dates.reset,
            "cloud": lambda: self._cloud.setValue(ANY_CLOUD),
            "incidence": lambda: self._incidence.setValue(ANY_INCIDENCE),
        }[name]()

    def _keep_only(self, choice: Choice) -> None:
        self._missions.choose(dict.fromkeys(self._missions.chosen(choice), choice))

    def set_areas(self, *, any_: bool) -> None:
        """Say whether there is an area, without which nothing can be told to be uncovered."""
        self._uncovered.setEnabled(any_)
        what = translate("Dinamis", "Scenes to order over the part of the areas without a downloadable one")
        self._uncovered.setToolTip(what if any_ else translate("Dinamis", "Needs an area of interest."))

    # What is known of it

    def show_crumbs(self, query: SearchQuery) -> None:
        """Show the active filters."""
        self._crumbs.show_query(query)

    def set_busy(self, *, busy: bool) -> None:
        """Show whether a search is running; a new one may replace it."""
        self._busy = busy
        self._show_total()

    def show_counts(self, counts: Counts) -> None:
        """Show the numbers of scenes beside the filters; none where they are not known."""
        self._missions.set_counts(counts.missions)
        self.dates.set_counts(counts.months)
        for place in range(self._type.count()):
            product_type = ProductType(self._type.itemData(place))
            count = sum((counts.types or {}).values())
            if product_type is not ProductType.ALL:
                count = (counts.types or {}).get(product_type.value, 0)
            known = "" if counts.types is None else f" ({formats.number(count)})"
            self._type.setItemText(place, _type_choice(product_type) + known)
        self.show_total(counts.total)

    def show_total(self, total: int | None) -> None:
        """Say how many scenes there are to see; None while that is not known."""
        self._total = total
        self._show_total()

    def _show_total(self) -> None:
        total, text = self._total, translate("Dinamis", "Search")
        if self._busy:
            text = translate("Dinamis", "Searching…")
        elif total == 0:
            text = translate("Dinamis", "No scene matches")
        elif total is not None:
            text = formats.counted(translate("Dinamis", "See the %n scene(s)", "", total), total)
        self._search.setText(text)
        advice = ""
        if total == 0 and not self._busy:
            advice = (
                translate("Dinamis", "Take words away, or widen the dates, the area or the cloud limit.")
                if self.words.text()
                else translate("Dinamis", "Widen the dates, the area or the cloud limit.")
            )
        elif total is not None and total > MANY:
            advice = translate("Dinamis", "That is a lot: an area, dates or a mission narrow it down.")
        self._advice.setText(advice)
        self._advice.setVisible(bool(advice))

    def _slide_by_steps(self, value: int) -> None:
        """The mouse stops at the steps for which the service keeps numbers; the field takes any."""
        self._cloud_slider.setValue(round(value / CLOUD_STEP) * CLOUD_STEP)

    def _filters_changed(self) -> None:
        """Say what keeps a search from making sense, and that it is another one."""
        chosen = self._missions.chosen(Choice.INCLUDED) + self._missions.chosen(Choice.EXCLUDED)
        self._every_mission.setVisible(bool(chosen))
        problem = self.problem
        self._hint.setText(problem)
        self._hint.setVisible(bool(problem))
        self._search.setEnabled(not problem)
        tip = translate("Dinamis", "Show the results of these filters (Enter)")
        self._search.setToolTip(problem or tip)
        self.changed.emit()


def _spin(name: str, most: int, suffix: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setObjectName(name)
    spin.setRange(0, most)
    spin.setSuffix(suffix)
    return spin
