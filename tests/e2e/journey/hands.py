"""What a person does with a mouse and a keyboard, and what a person sees.

Every action is posted to the event loop: a click that opens a modal dialog returns only when the dialog
closes, and the journey must go on meanwhile.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from qgis.PyQt.QtCore import (
    QCoreApplication,
    QDate,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QPointF,
    Qt,
    QTimer,
)
from qgis.PyQt.QtGui import QKeyEvent, QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QScrollArea,
    QTabWidget,
    QWidget,
)

T = TypeVar("T")
Act = Iterator[None]

LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier
PATIENCE_S = 30.0
#: A person sees a button for a moment before pressing it.
PAUSE_S = 0.15


class StepError(Exception):
    """Something the person expects did not happen."""


def wait(
    condition: Callable[[], T], expected: str | Callable[[], str], seconds: float = PATIENCE_S
) -> Iterator[None]:
    """Let QGIS work until something is true; the value is what the generator returns.

    Raises:
        StepError: it did not become true in time.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            words = expected() if callable(expected) else expected
            message = f"{words}: not seen within {seconds:.0f} s{said_in_dock()}"
            raise StepError(message)
        yield
    return value  # what `yield from` gives


def pause(seconds: float = PAUSE_S) -> Act:
    """Let QGIS work for a moment."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield


def check(fact: Any, expected: str) -> None:
    """Raise StepError unless something is true.

    Raises:
        StepError: it is not true.
    """
    if not fact:
        message = f"{expected}{said_in_dock()}"
        raise StepError(message)


def said_in_dock() -> str:
    """Return the message the dock shows, to be added to what went wrong."""
    parts = [text(name) for name in ("noticeLabel", "noticeTextLabel", "noticeDetailsLabel") if find(name)]
    return f" (the dock says: {' - '.join(part for part in parts if part)})" if any(parts) else ""


def find(name: str) -> QWidget | None:
    """Return the visible widget of an object name."""
    for widget in QApplication.allWidgets():
        if widget.objectName() == name and widget.isVisible():
            return widget
    return None


def text(name: str) -> str:
    """Return the words of a visible label, button or field, without markup."""
    widget = find(name)
    if widget is None:
        return ""
    words = widget.text() if hasattr(widget, "text") else ""
    return " ".join(re.sub(r"<[^>]+>", " ", words).split())


def number(words: str) -> float | None:
    """Return the first number of a text as people write it in French or English."""
    match = re.search(r"\d[\d\s\u00a0\u202f,.]*", words)
    if match is None:
        return None
    digits = re.sub(r"[\s\u00a0\u202f]", "", match.group()).rstrip(".,")
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    return float(digits.replace(",", "."))


def post(action: Callable[[], Any]) -> Act:
    """Do something from the event loop and let it happen; it may still be going on afterwards."""
    QTimer.singleShot(0, action)
    yield
    yield from pause()


def shown(name: str, seconds: float = PATIENCE_S) -> Iterator[None]:
    """Wait for a widget to be seen and scroll to it; the value is the widget."""
    widget = yield from wait(lambda: find(name), f"the widget {name}", seconds)
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()
    yield from pause(0.05)
    return widget


def click(name: str, *, seconds: float = PATIENCE_S) -> Act:
    """Press a button that is seen and enabled, where it is drawn."""
    widget = yield from shown(name, seconds)
    yield from wait(lambda: usable(name), f"{name} enabled", seconds)
    widget = find(name) or widget
    point = widget.rect().center()
    if isinstance(widget, QCheckBox):  # beside its words nothing answers
        point.setX(point.y())
    _reachable(widget, point)
    yield from post(lambda: QTest.mouseClick(widget, LEFT, NO_KEY, point))


def usable(name: str) -> bool:
    """Whether a widget is seen and enabled."""
    widget = find(name)
    return widget is not None and widget.isEnabled()


def double_click(name: str) -> Act:
    """Press a button twice in one breath, as people do who are used to double-click everything."""
    widget = yield from shown(name)
    yield from wait(lambda: usable(name), f"{name} enabled")
    point = widget.rect().center()
    _reachable(widget, point)

    def twice() -> None:
        QTest.mouseClick(widget, LEFT, NO_KEY, point)
        QTest.mouseClick(widget, LEFT, NO_KEY, point)

    yield from post(twice)


def _reachable(widget: QWidget, point: QPoint) -> None:
    """A person cannot press what another widget covers or what lies outside its window."""
    window = widget.window()
    hit = window.childAt(widget.mapTo(window, point))
    there = hit.objectName() if hit else "nothing"
    reached = hit is not None and (hit is widget or widget.isAncestorOf(hit))
    check(reached, f"{widget.objectName()} can be reached by the mouse ({there} is there)")


def write(name: str, words: str, *, enter: bool = False) -> Act:
    """Type into a field in place of what it holds."""
    widget = yield from shown(name)
    yield from wait(lambda: usable(name), f"{name} enabled")

    def keys() -> None:
        widget.setFocus(Qt.FocusReason.MouseFocusReason)
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        _press_letters(widget, words)
        if enter:
            QTest.keyClick(widget, Qt.Key.Key_Return)

    yield from post(keys)


def _press_letters(widget: QWidget, words: str) -> None:
    """QTest.keyClicks knows the letters of ASCII only."""
    for letter in words:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QCoreApplication.sendEvent(widget, QKeyEvent(kind, 0, NO_KEY, letter))


def write_date(name: str, year: int, month: int, day: int) -> Act:
    """Bring a date field to a date with the arrow keys: year, month, then day.

    A field with an earliest day refuses typed digits half way, in some orders of its parts.
    """
    widget = yield from shown(name)
    wanted = QDate(year, month, day)
    part = QDateTimeEdit.Section
    sections = (part.YearSection, part.MonthSection, part.DaySection)

    def keys() -> None:
        widget.setFocus(Qt.FocusReason.MouseFocusReason)
        for section, value in zip(sections, (QDate.year, QDate.month, QDate.day), strict=True):
            widget.setSelectedSection(section)
            for _ in range(abs(value(wanted) - value(widget.date()))):
                up = value(wanted) > value(widget.date())
                QTest.keyClick(widget, Qt.Key.Key_Up if up else Qt.Key.Key_Down)
        QTest.keyClick(widget, Qt.Key.Key_Tab)

    yield from post(keys)
    check(
        widget.date() == wanted, f"{name} shows {wanted.toString(Qt.DateFormat.ISODate)}, not {widget.text()}"
    )


def write_number(name: str, value: float) -> Act:
    """Type a number into a spin box."""
    yield from write(name, f"{value:g}", enter=False)
    widget = find(name)
    yield from post(lambda: QTest.keyClick(widget, Qt.Key.Key_Tab))
    check(widget is not None and widget.value() == value, f"{name} shows {value:g}")


def choose(name: str, wanted: Callable[[Any, str], bool]) -> Act:
    """Choose an entry of a combo box with the arrow keys."""
    combo = yield from shown(name)
    if not isinstance(combo, QComboBox):
        message = f"{name} is no combo box"
        raise StepError(message)
    rows = [row for row in range(combo.count()) if wanted(combo.itemData(row), combo.itemText(row))]
    entries = [combo.itemText(row) for row in range(combo.count())]
    check(rows, f"{name} offers the entry, among {entries}")
    for _ in range(2 * combo.count()):
        if combo.currentIndex() == rows[0]:
            break
        key = Qt.Key.Key_Down if combo.currentIndex() < rows[0] else Qt.Key.Key_Up
        yield from post(
            lambda key=key: (combo.setFocus(Qt.FocusReason.MouseFocusReason), QTest.keyClick(combo, key))
        )
    check(combo.currentIndex() == rows[0], f"{name} shows {combo.itemText(rows[0])}")


def tab(page: str) -> Act:
    """Open a page of the dock by a click on its tab."""
    tabs = yield from wait(lambda: find("mainTabs"), "the tabs of the dock")
    if not isinstance(tabs, QTabWidget):
        raise StepError("mainTabs is no tab widget")
    index = next((n for n in range(tabs.count()) if tabs.widget(n).objectName() == page), -1)
    check(index >= 0, f"the tabs have {page}")
    bar = tabs.tabBar()
    yield from post(lambda: QTest.mouseClick(bar, LEFT, NO_KEY, bar.tabRect(index).center()))
    yield from wait(lambda: tabs.currentIndex() == index, f"the page {page}", 5)


def rows(name: str) -> int:
    """Return how many rows a visible view has."""
    view = find(name)
    return view.model().rowCount(view.rootIndex()) if isinstance(view, QAbstractItemView) else 0


def click_row(name: str, row: int, modifier: Any = NO_KEY) -> Act:
    """Select a row of a view by a click on it."""
    view = yield from shown(name)
    index: QModelIndex = view.model().index(row, 0, view.rootIndex())
    check(index.isValid(), f"{name} has a row {row + 1}")
    view.scrollTo(index)
    yield from pause()
    point = view.visualRect(index).center()
    point.setX(min(point.x(), view.viewport().width() - 10))
    yield from post(lambda: QTest.mouseClick(view.viewport(), LEFT, modifier, point))
    selection: QItemSelectionModel = view.selectionModel()
    yield from wait(
        lambda: any(chosen.row() == row for chosen in selection.selectedIndexes()),
        f"row {row + 1} selected",
        5,
    )


def press_keys(widget: QWidget, key: Any, modifier: Any = NO_KEY) -> Act:
    """Press a key in a widget."""
    yield from post(lambda: QTest.keyClick(widget, key, modifier))


# The canvas


def drag_on(widget: QWidget, start: QPoint, end: QPoint) -> Act:
    """Press at a point of a widget, move to another and release, in steps as a hand does."""
    yield from post(lambda: QTest.mousePress(widget, LEFT, NO_KEY, start))
    for part in range(1, 11):
        spot = start + (end - start) * part / 10
        yield from post(lambda spot=spot: _move(widget, spot, LEFT))
    yield from post(lambda: QTest.mouseRelease(widget, LEFT, NO_KEY, end))


def click_on(widget: QWidget, point: QPoint, button: Any = LEFT) -> Act:
    """Move to a point of a widget and click there."""
    yield from post(lambda: _move(widget, point, Qt.MouseButton.NoButton))
    yield from post(lambda: QTest.mouseClick(widget, button, NO_KEY, point))
    # Two clicks in one spot within the double-click time would be one double click.
    yield from pause(0.1)


def _move(widget: QWidget, point: QPoint, buttons: Any) -> None:
    """QTest.mouseMove forgets the pressed buttons on Qt 5."""
    spot = QPointF(point)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        spot,
        QPointF(widget.mapToGlobal(point)),
        Qt.MouseButton.NoButton,
        buttons,
        NO_KEY,
    )
    QCoreApplication.sendEvent(widget, event)


def xdotool(*words: str) -> Act:
    """Move the real pointer of the display (drag and drop between widgets needs it)."""
    process = subprocess.Popen(["xdotool", *words], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    yield from wait(lambda: process.poll() is not None, "xdotool done", 20)
    said = process.stderr.read().decode() if process.stderr else ""
    check(process.returncode == 0, f"xdotool {' '.join(words)} works: {said}")


def drag_with_pointer(start: QPoint, end: QPoint, *, ctrl: bool = False) -> Act:
    """Drag from one point of the screen to another with the real pointer, with Ctrl held at the drop."""
    yield from xdotool(
        "mousemove", str(start.x()), str(start.y()), "sleep", "0.2", "mousedown", "1", "sleep", "0.2"
    )
    for part in range(1, 13):
        spot = start + (end - start) * part / 12
        yield from xdotool("mousemove", str(spot.x()), str(spot.y()), "sleep", "0.03")
    if ctrl:
        yield from xdotool("keydown", "ctrl", "sleep", "0.2")
        # The drag learns of the key with the next movement.
        yield from xdotool("mousemove", str(end.x() + 2), str(end.y() + 2), "sleep", "0.2")
    yield from xdotool("mouseup", "1", "sleep", "0.2")
    if ctrl:
        yield from xdotool("keyup", "ctrl")
