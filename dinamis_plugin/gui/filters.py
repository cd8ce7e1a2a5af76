"""The filters of a search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qgis.PyQt.QtCore import QCoreApplication, QDate, QEvent, QObject, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QFrame,
    QGridLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ..domain.aoi import Aoi
from ..domain.search import MISSIONS, ProductType, SearchQuery
from . import formats
from .aoi_panel import AoiPanel
from .theme import HALF, STEP, Role, make_primary, themed_icon
from .widgets import Section, label, on_theme_change, push_button, row, tool_button

translate = QCoreApplication.translate

#: The first image of SPOT 1; nothing in the catalogue is older.
FIRST_DAY = date(1986, 1, 1)
ANY_CLOUD, ANY_INCIDENCE = 100, 90
SENSOR_ICONS = {
    "PLEIADES NEO": "sensor_pneo",
    "PLEIADES": "sensor_pleiades",
    "PWH": "sensor_pleiades",
    "SENTINEL 2": "sensor_sentinel",
}


def sensor_icon_name(mission: str) -> str:
    """The icon of a mission."""
    return SENSOR_ICONS.get(mission, "sensor_spot" if mission.startswith("SPOT") else "sensor")


def type_label(product_type: ProductType) -> str:
    """The name of a product type for a person."""
    return {
        ProductType.ALL: translate("Dinamis", "All products"),
        ProductType.DOWNLOADABLE: translate("Dinamis", "Downloadable"),
        ProductType.ORDERABLE: translate("Dinamis", "Orderable"),
        ProductType.PWH: "PWH",
    }[product_type]


def _type_choice(product_type: ProductType) -> str:
    """The name of a product type with what it means, for those who choose."""
    return {
        ProductType.ORDERABLE: translate("Dinamis", "Orderable (Airbus archive)"),
        ProductType.PWH: translate("Dinamis", "PWH (computed on demand)"),
    }.get(product_type) or type_label(product_type)


TYPE_ICONS = {
    ProductType.ALL: "search",
    ProductType.DOWNLOADABLE: "type_downloadable",
    ProductType.ORDERABLE: "type_orderable",
    ProductType.PWH: "type_pwh",
}


class FiltersPage(QWidget):
    """Areas, product type, missions, dates, cloud, incidence and words; Enter searches.

    Signals:
        search_requested: the person wants the search to run.
    """

    search_requested = pyqtSignal()

    def __init__(self, aoi_panel: AoiPanel) -> None:
        super().__init__()
        self.setObjectName("filtersTab")
        self._text = QLineEdit()
        self._text.setObjectName("searchTextEdit")
        self._text.setClearButtonEnabled(True)
        self._text.setAccessibleName(translate("Dinamis", "Words in the title"))
        self._text.setPlaceholderText(translate("Dinamis", "Place, sensor, keyword…"))
        self._type = QComboBox()
        self._type.setObjectName("productTypeCombo")
        self._type.setAccessibleName(translate("Dinamis", "Product type"))
        for product_type in ProductType:
            self._type.addItem(_type_choice(product_type), product_type.value)
        self._missions = _MissionList()
        self._all_missions = QCheckBox(translate("Dinamis", "All"))
        self._all_missions.setObjectName("allMissionsCheck")
        self._all_missions.setToolTip(translate("Dinamis", "Include or exclude all missions"))
        self._start = _date_edit("startDateEdit", translate("Dinamis", "First day of acquisition"))
        self._end = _date_edit("endDateEdit", translate("Dinamis", "Last day of acquisition"))
        self._cloud = _spin("cloudSpin", ANY_CLOUD, translate("Dinamis", " %"))
        self._cloud.setAccessibleName(translate("Dinamis", "Largest cloud cover"))
        self._cloud_slider = QSlider(Qt.Orientation.Horizontal)
        self._cloud_slider.setObjectName("cloudSlider")
        self._cloud_slider.setRange(0, ANY_CLOUD)
        self._cloud_slider.setAccessibleName(translate("Dinamis", "Largest cloud cover"))
        self._incidence = _spin("incidenceSpin", ANY_INCIDENCE, translate("Dinamis", "°"))
        self._incidence.setAccessibleName(translate("Dinamis", "Largest incidence angle"))
        self._hint = label(role=Role.WARNING, name="filtersHintLabel")
        self._search = push_button(
            translate("Dinamis", "Search"),
            name="searchButton",
            icon="search",
            tip=translate("Dinamis", "Search the catalogue with these filters (Enter)"),
        )
        make_primary(self._search)
        self._reset = tool_button(
            translate("Dinamis", "Reset the filters"), "refresh", name="resetFiltersButton", text_shown=False
        )
        self._build(aoi_panel)
        self._connect()
        self.reset()
        self._missions_changed()

    def _build(self, aoi_panel: AoiPanel) -> None:
        sections = QVBoxLayout()
        sections.setContentsMargins(STEP, STEP, STEP, STEP)
        sections.setSpacing(2 * STEP)
        sections.addWidget(self._text)
        sections.addWidget(aoi_panel)
        product_type = Section(translate("Dinamis", "Product type"))
        product_type.add(self._type)
        sections.addWidget(product_type)
        dates = Section(translate("Dinamis", "Dates of acquisition"))
        dates.add(row(self._start, label(formats.DASH, wrap=False), self._end, spacing=HALF))
        dates.body.itemAt(0).layout().setStretch(0, 1)
        dates.body.itemAt(0).layout().setStretch(2, 1)
        sections.addWidget(dates)
        quality = Section(translate("Dinamis", "Quality"))
        quality.add(self._limits())
        sections.addWidget(quality)
        missions = Section(translate("Dinamis", "Satellite missions"), beside=self._all_missions)
        missions.add(self._missions)
        sections.addWidget(missions)
        sections.addStretch(1)
        content = QWidget()
        content.setLayout(sections)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        foot = row(self._search, self._reset)
        foot.setStretch(0, 1)
        foot.setContentsMargins(STEP, STEP, STEP, STEP)
        hint = row(self._hint)
        hint.setContentsMargins(STEP, HALF, STEP, 0)
        layout = QVBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addLayout(hint)
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
        grid.addWidget(label(translate("Dinamis", "Incidence, at most"), wrap=False), 1, 0, 1, 2)
        grid.addWidget(self._incidence, 1, 2)
        return grid

    def _connect(self) -> None:
        self._cloud_slider.valueChanged.connect(self._cloud.setValue)
        self._cloud.valueChanged.connect(self._cloud_slider.setValue)
        self._search.clicked.connect(self.search_requested)
        self._reset.clicked.connect(self.reset)
        self._all_missions.clicked.connect(self._missions.check_all)
        self._missions.itemChanged.connect(self._missions_changed)
        for edit in (self._start, self._end):
            edit.dateChanged.connect(self._check)
        for field in (
            self._text,
            self._type,
            self._missions,
            self._start,
            self._end,
            self._cloud,
            self._cloud_slider,
            self._incidence,
        ):
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Enter in any filter searches."""
        enter = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in enter:
            for edit in (self._start, self._end, self._cloud, self._incidence):
                edit.interpretText()
            self._search.click()
            return True
        return super().eventFilter(watched, event)

    def query(self, aois: Sequence[Aoi]) -> SearchQuery:
        """The search that the filters describe; a filter left wide open is no filter."""
        start, end = formats.to_date(self._start.date()), formats.to_date(self._end.date())
        chosen = self._missions.chosen()
        return SearchQuery(
            aois=tuple(aois),
            start=start if start > FIRST_DAY else None,
            end=end if end < _today() else None,
            missions=() if len(chosen) == len(MISSIONS) else chosen,
            product_type=ProductType(self._type.currentData()),
            max_cloud=self._cloud.value() if self._cloud.value() < ANY_CLOUD else None,
            max_incidence=self._incidence.value() if self._incidence.value() < ANY_INCIDENCE else None,
            text=self._text.text().strip(),
        )

    def set_busy(self, *, busy: bool) -> None:
        """Show whether a search is running; a new one may replace it."""
        self._search.setText(translate("Dinamis", "Searching…") if busy else translate("Dinamis", "Search"))

    def reset(self) -> None:
        """Open every filter wide; areas stay."""
        for name in ("text", "type", "missions", "dates", "cloud", "incidence"):
            self.reset_filter(name)

    def show_query(self, query: SearchQuery) -> None:
        """Set the filters so that they describe a search; its areas are those of the areas panel."""
        self.reset()
        self._text.setText(query.text)
        self._type.setCurrentIndex(self._type.findData(query.product_type.value))
        if query.missions:
            self._missions.choose(query.missions)
        if query.start:
            self._start.setDate(formats.to_qdate(query.start))
        if query.end:
            self._end.setDate(formats.to_qdate(query.end))
        self._cloud.setValue(ANY_CLOUD if query.max_cloud is None else query.max_cloud)
        self._incidence.setValue(ANY_INCIDENCE if query.max_incidence is None else query.max_incidence)

    def search_for(self, name: str) -> None:
        """Keep no filter but this name."""
        self.reset()
        self._text.setText(name)

    def reset_filter(self, name: str) -> None:
        """Open one filter wide, named as in `crumbs`."""
        {
            "text": self._text.clear,
            "type": lambda: self._type.setCurrentIndex(0),
            "missions": lambda: self._missions.check_all(True),
            "dates": self._reset_dates,
            "cloud": lambda: self._cloud.setValue(ANY_CLOUD),
            "incidence": lambda: self._incidence.setValue(ANY_INCIDENCE),
        }[name]()

    def _reset_dates(self) -> None:
        self._start.setDate(formats.to_qdate(FIRST_DAY))
        self._end.setDate(QDate.currentDate())

    def _missions_changed(self) -> None:
        chosen = len(self._missions.chosen())
        state = Qt.CheckState.PartiallyChecked
        if chosen in (0, len(MISSIONS)):
            state = Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked
        self._all_missions.setCheckState(state)
        self._check()

    def _check(self) -> None:
        """Say what keeps a search from making sense."""
        problem = ""
        if not self._missions.chosen():
            problem = translate("Dinamis", "Choose at least one mission.")
        elif self._start.date() > self._end.date():
            problem = translate("Dinamis", "The first day comes after the last one.")
        self._hint.setText(problem)
        self._hint.setVisible(bool(problem))
        self._search.setEnabled(not problem)
        self._search.setToolTip(
            problem or translate("Dinamis", "Search the catalogue with these filters (Enter)")
        )


def crumbs(query: SearchQuery) -> list[tuple[str, str]]:
    """The active filters of a search with the name that `FiltersPage.reset_filter` knows (CAT-22)."""
    found: list[tuple[str, str]] = []
    if query.aois:
        found.append(("aois", translate("Dinamis", "%n area(s)", "", len(query.aois))))
    if query.text:
        found.append(("text", f"« {query.text} »"))
    if query.product_type is not ProductType.ALL:
        found.append(("type", type_label(query.product_type)))
    if query.missions:
        names = [name for code, name in MISSIONS if code in query.missions]
        shown = ", ".join(names) if len(names) <= 2 else f"{names[0]}, +{len(names) - 1}"  # noqa: PLR2004
        found.append(("missions", shown))
    if query.start or query.end:
        first, last = formats.day(query.start or FIRST_DAY), formats.day(query.end or _today())
        found.append(("dates", f"{first} {formats.DASH} {last}"))
    if query.max_cloud is not None:
        found.append(("cloud", translate("Dinamis", "Cloud ≤ {limit} %").format(limit=query.max_cloud)))
    if query.max_incidence is not None:
        found.append(
            ("incidence", translate("Dinamis", "Angle ≤ {limit}°").format(limit=query.max_incidence))
        )
    return found


class _MissionList(QListWidget):
    """Missions to include or exclude, all of them shown without a scroll bar of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("missionList")
        self.setAccessibleName(translate("Dinamis", "Satellite missions"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for code, name in MISSIONS:
            item = QListWidgetItem(themed_icon(sensor_icon_name(code)), name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setData(Qt.ItemDataRole.UserRole, code)
            item.setCheckState(Qt.CheckState.Checked)
            self.addItem(item)
        height = self.fontMetrics().height() + STEP
        for number in range(self.count()):
            self.item(number).setSizeHint(QSize(0, height))
        self.setFixedHeight(height * self.count() + 2 * self.frameWidth())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self._draw_icons)

    def _draw_icons(self) -> None:
        self.blockSignals(True)
        for number in range(self.count()):
            item = self.item(number)
            item.setIcon(themed_icon(sensor_icon_name(item.data(Qt.ItemDataRole.UserRole))))
        self.blockSignals(False)

    def chosen(self) -> tuple[str, ...]:
        """Codes of the missions that are checked."""
        items = (self.item(number) for number in range(self.count()))
        return tuple(
            item.data(Qt.ItemDataRole.UserRole)
            for item in items
            if item.checkState() == Qt.CheckState.Checked
        )

    def choose(self, codes: Sequence[str]) -> None:
        """Check these missions alone."""
        for number in range(self.count()):
            item = self.item(number)
            wanted = item.data(Qt.ItemDataRole.UserRole) in codes
            item.setCheckState(Qt.CheckState.Checked if wanted else Qt.CheckState.Unchecked)

    def check_all(self, checked: bool) -> None:
        """Include or exclude all missions."""
        state = Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked
        for number in range(self.count()):
            self.item(number).setCheckState(state)


def _today() -> date:
    return formats.to_date(QDate.currentDate())


def _date_edit(name: str, accessible: str) -> QDateEdit:
    edit = QDateEdit()
    edit.setObjectName(name)
    edit.setAccessibleName(accessible)
    edit.setToolTip(accessible)
    formats.localise(edit)
    edit.setMinimumDate(formats.to_qdate(FIRST_DAY))
    return edit


def _spin(name: str, most: int, suffix: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setObjectName(name)
    spin.setRange(0, most)
    spin.setSuffix(suffix)
    return spin
