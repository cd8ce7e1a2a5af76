"""The titles of the list of results: which columns there are, in which order, as the person wants them."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import QCoreApplication, QPoint, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QHeaderView, QMenu, QTableView

from .results_columns import ALWAYS, ANGLE, COVERAGE, NAMES, PRODUCT, SENSOR, TYPE, long_titles
from .theme import ICON

translate = QCoreApplication.translate

_FREE = (COVERAGE, PRODUCT)
"""Columns that join the usual ones where there is room for them, in this order."""


class ResultsHeader(QHeaderView):
    """Columns are dragged to their place, and shown or hidden by a menu.

    Signals:
        chosen: the names of the columns in their order, as the person has just set them; none for the usual.
        changed: which columns are shown, or their order, is another one.
    """

    chosen = pyqtSignal(object)
    changed = pyqtSignal()

    def __init__(self, parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("resultsHeader")
        self._wanted: list[int] | None = None
        self._placing = False
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumSectionSize(ICON)
        self.setStretchLastSection(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask)
        self.sectionMoved.connect(self._moved)

    def choose(self, names: Sequence[str]) -> None:
        """Show these columns in this order; none for the usual ones."""
        known = [NAMES.index(name) for name in dict.fromkeys(names) if name in NAMES]
        self._wanted = None
        if known:
            self._wanted = [number for number in known if number != TYPE]
            self._wanted.insert(known.index(TYPE) if TYPE in known else 0, TYPE)  # it has the boxes
        self._place()
        self.changed.emit()

    @property
    def wanted(self) -> list[int] | None:
        """The columns that the person has chosen, in their order; None for the usual ones."""
        return None if self._wanted is None else list(self._wanted)

    def candidates(self, *, with_area: bool) -> list[tuple[list[int], bool]]:
        """The sets of columns to try, and whether their texts are short, what takes most room first."""
        if self._wanted is not None:
            return [(list(self._wanted), False), (list(self._wanted), True)]
        extra = [number for number in _FREE if with_area or number != COVERAGE]
        full = [([*ALWAYS, *extra[:count]], False) for count in range(len(extra), -1, -1)]
        fewest = [number for number in ALWAYS if number != ANGLE]
        return [*full, (list(ALWAYS), True), (fewest, True)]

    def show_columns(self, columns: Sequence[int]) -> None:
        """Hide all columns but these."""
        for number in range(len(NAMES)):
            self.setSectionHidden(number, number not in columns)

    def fill_menu(self, menu: QMenu) -> None:
        """Put an entry for each column into a menu, and the way back to the usual ones."""
        for number, title in enumerate(long_titles()):
            if number == TYPE:
                continue
            action = menu.addAction(title)
            action.setObjectName(f"column_{NAMES[number]}")
            action.setCheckable(True)
            action.setChecked(not self.isSectionHidden(number))
            action.setEnabled(number != SENSOR)
            action.triggered.connect(lambda shown, number=number: self._show(number, shown=shown))
        menu.addSeparator()
        usual = menu.addAction(translate("Dinamis", "Usual columns"))
        usual.setObjectName("usualColumnsAction")
        usual.setEnabled(self._wanted is not None)
        usual.triggered.connect(lambda: self._set(None))

    def _ask(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("columnsMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu)
        menu.popup(self.viewport().mapToGlobal(place))

    def _now(self) -> list[int]:
        numbers = [self.logicalIndex(place) for place in range(self.count())]
        return [number for number in numbers if not self.isSectionHidden(number)]

    def _show(self, number: int, *, shown: bool) -> None:
        now = [one for one in self._now() if one != number]
        self._set([*now, number] if shown else now)

    def _moved(self, *_: int) -> None:
        if not self._placing:
            self._set(self._now())

    def _set(self, columns: list[int] | None) -> None:
        self._wanted = columns
        self._place()
        self.chosen.emit([] if columns is None else [NAMES[number] for number in columns])
        self.changed.emit()

    def _place(self) -> None:
        """Move every section to its place."""
        first = list(range(len(NAMES))) if self._wanted is None else self._wanted
        order = [*first, *(number for number in range(len(NAMES)) if number not in first)]
        self._placing = True
        for place, number in enumerate(order):
            if number < self.count():
                self.moveSection(self.visualIndex(number), place)
        self._placing = False
