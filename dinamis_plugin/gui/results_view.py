"""The list of results: its columns share the width out, Enter opens, the pointer tells its row."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import (
    QCoreApplication,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    pyqtSignal,
)
from qgis.PyQt.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from qgis.PyQt.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyleOptionViewItem, QTableView

from ..domain.scene import Scene
from ..domain.search import ProductType
from . import formats
from .boxes import paint_box
from .crumbs import type_label
from .results_columns import (
    ANGLE,
    CLOUD,
    COVERAGE,
    DATE,
    PRODUCT,
    SENSOR,
    TYPE,
    metadata_only,
)
from .results_header import ResultsHeader
from .results_model import ResultsModel
from .results_ticking import Ticking
from .theme import HALF, ICON, STEP, colours, is_styled
from .widgets import on_theme_change

translate = QCoreApplication.translate

_HOVERED_ALPHA = 46
_TIGHT = 6
"""Pixels that Qt leaves beside the text of a cell, both sides together."""


class ResultsView(Ticking, QTableView):
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
        header = ResultsHeader(self)
        self.setHorizontalHeader(header)
        self.header = header
        self.setModel(model)
        # Empty, of its own: to paint a title Qt asks whether all cells below it are selected.
        header.setSelectionModel(QItemSelectionModel(model, header))
        self._model = model
        self._fitted: tuple = ()
        self._with_area = False
        self._marked: Scene | None = None
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
        self.tell_pointer(model)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.changed.connect(self._fit_columns)
        header.sortIndicatorChanged.connect(lambda *_: self._fit_columns())
        self._colour_selection()

    def selected_scenes(self) -> list[Scene]:
        """The chosen scenes, in the order of the list."""
        rows: set[int] = set()
        for part in self.selectionModel().selection():  # of 10,000 rows a list of indexes takes a second
            rows.update(range(part.top(), part.bottom() + 1))
        return [scene for scene in map(self._model.scene, sorted(rows)) if scene is not None]

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

    def choose_all(self, scenes: Sequence[Scene], *, shown: bool = True) -> None:
        """Select these and no others, told once; those that are not listed are left out.

        Args:
            scenes: What to select.
            shown: Whether to bring the first of them into view.
        """
        rows = sorted({self._model.row_of(scene) for scene in scenes} - {-1})
        if not rows:
            return
        chosen, first = QItemSelection(), rows[0]
        for row, following in zip(rows, [*rows[1:], -1]):
            if following != row + 1:
                chosen.select(self._model.index(first, 0), self._model.index(row, 0))
                first = following
        flag = QItemSelectionModel.SelectionFlag
        top = self._model.index(rows[0], SENSOR)
        self.selectionModel().setCurrentIndex(top, flag.NoUpdate)
        self.selectionModel().select(chosen, flag.ClearAndSelect | flag.Rows)
        if shown:
            self.scrollTo(top)

    def mark(self, scene: Scene | None) -> None:
        """Show which scene the pointer is over on the map."""
        for one in (self._marked, scene) if scene is not self._marked else ():
            row = -1 if one is None else self._model.row_of(one)
            if row >= 0:
                self.viewport().update(self._band(row))
        self._marked = scene

    def set_with_area(self, *, with_area: bool) -> None:
        """Whether there is an area, of which a column tells the share."""
        if with_area != self._with_area:
            self._with_area = with_area
            self._fit_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give up words where there is little room; what appears below the list hides no row in hand."""
        in_hand = self.currentIndex()
        before = QRect(0, 0, self.viewport().width(), event.oldSize().height())
        seen = in_hand.isValid() and before.contains(self.visualRect(in_hand).center())
        super().resizeEvent(event)
        self._fit_columns()
        if seen:
            self.scrollTo(in_hand)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the cells, then the rows above groups and the row of the scene hovered on the map.

        An override takes Python's lock once: else a worker may come between any two of 1,000 cells.
        """
        super().paintEvent(event)
        first, last = self.rowAt(event.rect().top()), self.rowAt(event.rect().bottom())
        if first < 0:
            return
        last = last if last >= 0 else self._model.rowCount() - 1
        painter = QPainter(self.viewport())
        styled = is_styled()
        for number in range(first, last + 1):
            if self._model.scene(number) is None:
                self._paint_group(painter, number)
            elif styled:
                paint_box(painter, self._box_of(number), self._model.tick_state(number), self)
        marked = -1 if self._marked is None else self._model.row_of(self._marked)
        if first <= marked <= last:
            tint = QColor(colours().accent)
            tint.setAlpha(_HOVERED_ALPHA)
            painter.fillRect(self._band(marked), tint)
        painter.end()

    def _paint_group(self, painter: QPainter, number: int) -> None:
        shade, place = colours(), self._band(number)
        painter.fillRect(place, shade.window)
        painter.setPen(shade.line)
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        box = self._box_of(number)
        paint_box(painter, box, self._model.tick_state(number), self)
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(shade.text)
        room = place.adjusted(box.right() + STEP - place.left(), 0, -HALF, 0)
        words = painter.fontMetrics().elidedText(
            self._model.group_title(number), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        if self.currentIndex().row() == number and self.hasFocus():
            option = QStyleOptionViewItem()
            option.initFrom(self)
            option.rect = place
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, option, painter, self)

    def _band(self, number: int) -> QRect:
        return QRect(0, self.rowViewportPosition(number), self.viewport().width(), self.rowHeight(number))

    def _box_of(self, number: int) -> QRect:
        """The box of a row above a group, or of a scene."""
        column = self.columnViewportPosition(TYPE) if self._model.scene(number) is not None else 0
        side = self.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, self)
        band = self._band(number)
        return QRect(column + _TIGHT // 2, band.top() + (band.height() - side) // 2, side, side)

    def _on_box(self, index: QModelIndex, place: QPoint) -> bool:
        if not index.isValid():
            return False
        if self._model.scene(index.row()) is None:
            return True
        if index.column() != TYPE:
            return False
        return place.x() <= self._box_of(index.row()).right() + 2

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self._colour_selection)

    def _colour_selection(self) -> None:
        """Write in selected rows so that it can be read, which the themes of QGIS do not all do."""
        colour = colours().selected_text.name()
        sheet = f"QTableView::item:selected {{ color: {colour}; }}" if is_styled() else ""
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)

    # Widths

    def _fit_columns(self) -> None:
        """Share the width out: every cell whole, and the sensor takes what is left."""
        room = self.viewport().width()
        sorted_by = self.header.sortIndicatorSection()
        fitted = (room, self.font().key(), self._with_area, self.header.wanted, sorted_by)
        if fitted == self._fitted:  # a change of height, as with every page that comes
            return
        self._fitted = fitted
        columns, compact = self._columns_for(room)
        self._model.set_compact(compact=compact)
        widths = self._widths(columns, compact=compact)
        widths[SENSOR] = max(self._least_sensor(compact=compact), room - sum(widths.values()))
        self.header.show_columns(columns)
        for number, width in widths.items():
            self.setColumnWidth(number, width)

    def _columns_for(self, room: int) -> tuple[list[int], bool]:
        """The columns that fit, in full where that is possible; the fewest when none do."""
        candidates = self.header.candidates(with_area=self._with_area)
        for columns, compact in candidates:
            needed = sum(self._widths(columns, compact=compact).values())
            if needed + self._least_sensor(compact=compact) <= room:
                return columns, compact
        return candidates[-1]

    def _least_sensor(self, *, compact: bool) -> int:
        text, gap = ("SPOT6", _TIGHT) if compact else ("Pléiades Neo", 2 * STEP)
        return self.fontMetrics().horizontalAdvance(text) + gap

    def _widths(self, columns: Sequence[int], *, compact: bool) -> dict[int, int]:
        """Width of every column but the sensor's, in pixels."""
        metrics, gap = self.fontMetrics(), _TIGHT if compact else 2 * STEP
        words = self._model.titles(compact=compact)
        box = self.style().pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, self)
        widths = {
            TYPE: box + ICON + 2 * _TIGHT - 1,
            DATE: formats.moment_width(metrics, short=compact) + max(gap, STEP),
        }
        for number in (CLOUD, ANGLE, COVERAGE):
            widths[number] = metrics.horizontalAdvance(words[number]) + gap + (0 if compact else HALF)
        sorted_by = self.header.sortIndicatorSection()
        if sorted_by in (CLOUD, ANGLE, COVERAGE):
            mark = self.style().pixelMetric(QStyle.PixelMetric.PM_HeaderMarkSize, None, self.header)
            widths[sorted_by] += mark + HALF
        widths[PRODUCT] = gap + max(metrics.horizontalAdvance(text) for text in _product_texts(words))
        return {number: widths[number] for number in columns if number != SENSOR}


def _product_texts(words: Sequence[str]) -> list[str]:
    kinds = (kind for kind in ProductType if kind is not ProductType.ALL)
    return [words[PRODUCT], metadata_only(), *(type_label(kind) for kind in kinds)]
