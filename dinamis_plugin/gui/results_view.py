"""The list of results: its columns share the width out, Enter opens, the pointer tells its row."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QEvent, QItemSelectionModel, QModelIndex, Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent, QPaintEvent
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ..domain.scene import Scene
from . import formats
from .results_model import ANGLE, CLOUD, DATE, SENSOR, TYPE, ResultsModel
from .theme import HALF, ICON, STEP

translate = QCoreApplication.translate


class ResultsView(QTableView):
    """The list; Enter adds the chosen scenes to the map, the pointer tells which row it is over.

    Signals:
        hovered: the Scene under the pointer, or None.
        opened: Enter was pressed, or a row was double-clicked.
    """

    hovered = pyqtSignal(object)
    opened = pyqtSignal()

    def __init__(self, model: ResultsModel) -> None:
        super().__init__()
        self.setObjectName("resultsView")
        self.setAccessibleName(translate("Dinamis", "Results"))
        self.setModel(model)
        self._model = model
        self._fitted = (0, "")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + STEP)
        self.setSortingEnabled(True)
        self.sortByColumn(DATE, Qt.SortOrder.DescendingOrder)
        self.entered.connect(lambda index: self.hovered.emit(self._scene(index)))
        self.viewportEntered.connect(lambda: self.hovered.emit(None))
        self.doubleClicked.connect(lambda _index: self.opened.emit())
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setMinimumSectionSize(ICON)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setStretchLastSection(False)

    def selected_scenes(self) -> list[Scene]:
        """The chosen scenes, in the order of the list."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._model.scene(number) for number in rows]

    def choose(self, scene: Scene, *, more: bool = False) -> None:
        """Select a scene and bring it into view; with `more`, add it to the choice or take it out."""
        number = self._model.row_of(scene)
        if number < 0:
            return
        index = self._model.index(number, SENSOR)
        flag = QItemSelectionModel.SelectionFlag
        how = flag.Toggle if more else flag.ClearAndSelect
        self.selectionModel().setCurrentIndex(index, how | flag.Rows)
        self.scrollTo(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens the chosen scenes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is under the pointer any more."""
        super().leaveEvent(event)
        self.hovered.emit(None)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint with Python's lock taken once: else a worker may come between any two of 1,000 cells."""
        super().paintEvent(event)

    def resizeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Give up words where there is little room."""
        super().resizeEvent(event)
        self._fit_columns()

    def _scene(self, index: QModelIndex) -> Scene:
        return self._model.scene(index.row())

    def _fit_columns(self) -> None:
        """Share the width out: every cell whole, and the sensor takes what is left."""
        room = self.viewport().width()
        fitted = (room, self.font().key())
        if fitted == self._fitted:  # a change of height, as with every page that comes
            return
        self._fitted = fitted
        sensor = self.fontMetrics().horizontalAdvance("Pléiades Neo") + 2 * STEP
        compact = sum(self._widths(compact=False).values()) + sensor > room
        self._model.set_compact(compact=compact)
        widths = self._widths(compact=compact)
        least = self.fontMetrics().horizontalAdvance("SPOT6") + STEP
        widths[SENSOR] = max(least, room - sum(widths.values()))
        for number, width in widths.items():
            self.setColumnWidth(number, width)

    def _widths(self, *, compact: bool) -> dict[int, int]:
        """Width of every column but the sensor's, in pixels."""
        metrics, gap = self.fontMetrics(), STEP if compact else 2 * STEP
        titles = self._model.titles(compact=compact)
        widths = {TYPE: ICON + gap // 2, DATE: formats.moment_width(metrics, short=compact) + gap}
        for number in (CLOUD, ANGLE):
            widths[number] = metrics.horizontalAdvance(titles[number]) + gap + (0 if compact else HALF)
        return widths
