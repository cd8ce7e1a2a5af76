"""The missions of a search: each with its number of scenes, wanted, left out or neither (CAT-07, CAT-08)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from qgis.PyQt.QtCore import (
    QCoreApplication,
    QEvent,
    QModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    pyqtSignal,
)
from qgis.PyQt.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen
from qgis.PyQt.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from ..domain.search import MISSIONS, mission_name
from . import formats
from .theme import HALF, ICON, STEP, Tone, colours, themed_icon
from .widgets import on_theme_change

translate = QCoreApplication.translate

SENSOR_ICONS = {
    "PLEIADES NEO": "sensor_pneo",
    "PLEIADES": "sensor_pleiades",
    "PWH": "sensor_pleiades",
    "SENTINEL 2": "sensor_sentinel",
}
_CODE = Qt.ItemDataRole.UserRole
_CHOICE = Qt.ItemDataRole.UserRole + 1
_COUNT = Qt.ItemDataRole.UserRole + 2
_BOX = 20
"""Side of the marks + and -, in pixels: as large as a finger of the mouse needs."""


class Choice(Enum):
    """What is wanted of a mission."""

    NEITHER = 0
    INCLUDED = 1
    EXCLUDED = 2


def sensor_icon_name(mission: str) -> str:
    """The icon of a mission."""
    return SENSOR_ICONS.get(mission, "sensor_spot" if mission.startswith("SPOT") else "sensor")


class MissionList(QListWidget):
    """All missions, without a scroll bar; + wants one alone, - leaves it out, either once more takes it back.

    Signals:
        changed: another choice was made.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("missionList")
        self.setAccessibleName(translate("Dinamis", "Satellite missions"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setItemDelegate(_MissionDelegate(self))
        self._pressed: tuple[int, Choice] | None = None
        self._counts: Mapping[str, int] | None = None
        for code, _name in MISSIONS:
            self._add(code)
        self._fit()

    def chosen(self, choice: Choice) -> tuple[str, ...]:
        """Codes of the missions of which this is wanted."""
        return tuple(item.data(_CODE) for item in self._items() if item.data(_CHOICE) == choice.value)

    def choose(self, codes: Mapping[str, Choice]) -> None:
        """Make all choices at once; a mission that is not named has none."""
        for code in codes:
            if self._item(code) is None:
                self._add(code)
        self._fit()
        before = [item.data(_CHOICE) for item in self._items()]
        for item in self._items():
            item.setData(_CHOICE, codes.get(item.data(_CODE), Choice.NEITHER).value)
        if before != [item.data(_CHOICE) for item in self._items()]:
            self._choice_changed()

    def set_counts(self, counts: Mapping[str, int] | None) -> None:
        """Show how many scenes there are of each mission; None takes the numbers away."""
        self._counts = counts
        for code in sorted(counts or {}):
            if self._item(code) is None:
                self._add(code)
        for item in self._items():
            item.setData(_COUNT, None if counts is None else counts.get(item.data(_CODE), 0))
        self._fit()
        self._describe()

    def mark_rect(self, row: int, choice: Choice) -> QRect:
        """Where the mark of a choice is, in the viewport."""
        rect = self.visualItemRect(self.item(row))
        shift = _BOX + HALF if choice is Choice.INCLUDED else 0
        x = rect.right() - HALF - _BOX - shift + 1
        return QRect(x, rect.center().y() - _BOX // 2 + 1, _BOX, _BOX)

    @property
    def some_included(self) -> bool:
        """Whether the search is for certain missions alone."""
        return bool(self.chosen(Choice.INCLUDED))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space and + want the mission in hand, - leaves it out, Delete takes either back."""
        choice = {
            Qt.Key.Key_Space: Choice.INCLUDED,
            Qt.Key.Key_Plus: Choice.INCLUDED,
            Qt.Key.Key_Minus: Choice.EXCLUDED,
            Qt.Key.Key_Delete: Choice.NEITHER,
            Qt.Key.Key_Backspace: Choice.NEITHER,
        }.get(event.key())
        if choice is None:
            super().keyPressEvent(event)
        elif self.currentRow() >= 0:
            self._toggle(self.currentRow(), choice)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Remember where a click begins."""
        super().mousePressEvent(event)
        self._pressed = self._under(event.pos()) if event.button() == Qt.MouseButton.LeftButton else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose what was clicked: a mark, or the mission by its name."""
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        if pressed is not None and pressed == self._under(event.pos()):
            self._toggle(*pressed)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme."""
        super().changeEvent(event)
        on_theme_change(event, self._draw_icons)

    def _under(self, place: QPoint) -> tuple[int, Choice] | None:
        item = self.itemAt(place)
        if item is None:
            return None
        row = self.row(item)
        excluding = place.x() >= self.mark_rect(row, Choice.EXCLUDED).left() - HALF // 2
        return row, Choice.EXCLUDED if excluding else Choice.INCLUDED

    def _toggle(self, row: int, choice: Choice) -> None:
        item = self.item(row)
        again = item.data(_CHOICE) == choice.value
        wanted = Choice.NEITHER if again else choice
        if item.data(_CHOICE) != wanted.value:
            item.setData(_CHOICE, wanted.value)
            self._choice_changed()

    def _choice_changed(self) -> None:
        self._describe()
        self.viewport().update()
        self.changed.emit()

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]

    def _item(self, code: str) -> QListWidgetItem | None:
        return next((item for item in self._items() if item.data(_CODE) == code), None)

    def _add(self, code: str) -> None:
        item = QListWidgetItem(themed_icon(sensor_icon_name(code)), mission_name(code))
        item.setData(_CODE, code)
        item.setData(_CHOICE, Choice.NEITHER.value)
        self.addItem(item)
        self._describe()

    def _fit(self) -> None:
        height = max(self.fontMetrics().height() + STEP, _BOX + HALF)
        for item in self._items():
            item.setSizeHint(QSize(0, height))
        self.setFixedHeight(height * self.count() + 2 * self.frameWidth())

    def _draw_icons(self) -> None:
        for item in self._items():
            item.setIcon(themed_icon(sensor_icon_name(item.data(_CODE))))

    def _describe(self) -> None:
        """Say each row in words, for the pointer and for screen readers."""
        for item in self._items():
            parts = [item.text(), _count_in_words(item.data(_COUNT)), _choice_in_words(item.data(_CHOICE))]
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, parts)))
            keys = translate("Dinamis", "+ or Space: only this mission · -: without it · Delete: neither")
            item.setToolTip("\n".join([", ".join(filter(None, parts)), keys]))


def _count_in_words(count: int | None) -> str:
    if count is None:
        return translate("Dinamis", "number of scenes not known")
    return formats.scenes(count)


def _choice_in_words(choice: int) -> str:
    return {
        Choice.INCLUDED.value: translate("Dinamis", "included"),
        Choice.EXCLUDED.value: translate("Dinamis", "excluded"),
    }.get(choice, "")


class _MissionDelegate(QStyledItemDelegate):
    """Draws a mission: icon, name, number of scenes, and the two marks."""

    def __init__(self, missions: MissionList) -> None:
        super().__init__(missions)
        self._missions = missions

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Draw one row."""
        choice = Choice(index.data(_CHOICE))
        shade = colours()
        included, excluded = (
            self._missions.mark_rect(index.row(), one) for one in (Choice.INCLUDED, Choice.EXCLUDED)
        )
        style, widget = self._missions.style(), self._missions
        ground = QStyleOptionViewItem(option)
        if not widget.hasFocus():
            ground.state &= ~QStyle.StateFlag.State_Selected
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, ground, painter, widget)
        selected = bool(ground.state & QStyle.StateFlag.State_Selected)
        text = shade.selected_text if selected else shade.text
        muted = choice is Choice.EXCLUDED or (widget.some_included and choice is Choice.NEITHER)
        if muted and not selected:
            text = shade.muted
        painter.save()
        left = option.rect.left() + HALF
        index.data(Qt.ItemDataRole.DecorationRole).paint(
            painter, QRect(left, option.rect.center().y() - ICON // 2 + 1, ICON, ICON)
        )
        count = index.data(_COUNT)
        number = "" if count is None else formats.short_number(count)
        room = option.fontMetrics.horizontalAdvance(number)
        right = included.left() - STEP
        painter.setPen(text if count or selected else shade.muted)
        cell = QRect(right - room, option.rect.top(), room, option.rect.height())
        painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, number)
        name_left = left + ICON + STEP
        cell = QRect(name_left, option.rect.top(), right - room - STEP - name_left, option.rect.height())
        font = painter.font()
        font.setBold(choice is Choice.INCLUDED)
        font.setStrikeOut(choice is Choice.EXCLUDED)
        painter.setFont(font)
        painter.setPen(text)
        name = painter.fontMetrics().elidedText(
            index.data(Qt.ItemDataRole.DisplayRole), Qt.TextElideMode.ElideRight, cell.width()
        )
        painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        painter.restore()
        _draw_mark(painter, included, Tone.SUCCESS, active=choice is Choice.INCLUDED, upright=True)
        _draw_mark(painter, excluded, Tone.DANGER, active=choice is Choice.EXCLUDED, upright=False)


def _draw_mark(painter: QPainter, rect: QRect, tone: Tone, *, active: bool, upright: bool) -> None:
    """Draw a plus (`upright`) or a minus, on the colour of its tone when it is what was chosen."""
    shade = colours()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(shade.tone(tone) if active else shade.line, 1))
    painter.setBrush(shade.tone(tone) if active else shade.window)
    painter.drawRoundedRect(QRectF(rect).adjusted(1.5, 1.5, -1.5, -1.5), 3, 3)
    painter.setPen(QPen(shade.window if active else shade.muted, 2))
    middle, arm = rect.center(), _BOX // 4 - 1
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawLine(middle.x() - arm, middle.y() + 1, middle.x() + arm + 1, middle.y() + 1)
    if upright:
        painter.drawLine(middle.x() + 1, middle.y() - arm, middle.x() + 1, middle.y() + arm + 1)
    painter.restore()
