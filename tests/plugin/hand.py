"""A person's hand at the dock: real mouse and key events on what is seen and reachable, each one counted."""

from __future__ import annotations

import contextlib

import pytest
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QCheckBox, QScrollArea, QWidget

from .waiting import run_for, wait_until

LEFT, NO_BUTTON = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
NO_KEY = Qt.KeyboardModifier.NoModifier
PATIENCE_S = 30
SETTLED_S = 10
MOST_TABS = 120
"""More than the dock and a dialog have widgets: who has pressed Tab so often goes round in circles."""


def seen(name):
    """The visible widgets of this name, in all windows."""
    return [one for one in QApplication.allWidgets() if one.objectName() == name and one.isVisible()]


class Hand:
    """Presses, drags and types as a person does.

    Attributes:
        clicks: presses of a mouse button so far; a drag is one. Turning the wheel is none.
        keys: presses of keys so far.
    """

    def __init__(self):
        self.clicks = 0
        self.keys = 0

    # The mouse

    def click(self, name):
        """Press the one widget of this name, once it is seen and enabled."""
        wait_until(lambda: len(seen(name)) == 1 and seen(name)[0].isEnabled(), PATIENCE_S)
        widget = seen(name)[0]
        point = widget.rect().center()
        if isinstance(widget, QCheckBox):  # beside its words nothing answers
            point.setX(point.y())
        self.press(widget, point)

    def press(self, widget, point):
        """Press a point of a widget, which nothing else may cover."""
        QApplication.processEvents()  # what was pressed before may still move what is pressed now
        with contextlib.suppress(AssertionError):  # an answer of the service may make a page longer meanwhile
            wait_until(lambda: self._comes_into_view(widget, point), SETTLED_S)
        self._reach(widget, point)
        self.clicks += 1
        QTest.mouseClick(widget, LEFT, NO_KEY, point)

    def drag(self, widget, start, end):
        """Press at a point, move to another and let go."""
        self._reach(widget, start)
        self.clicks += 1
        QTest.mousePress(widget, LEFT, NO_KEY, start)
        for part in range(1, 6):
            _move(widget, start + (end - start) * part / 5)
        QTest.mouseRelease(widget, LEFT, NO_KEY, end)

    def choose(self, name, data):
        """Open a combo box and press the entry that holds a value: two clicks."""
        self.click(name)
        combo = seen(name)[0]
        view = combo.view()
        wait_until(view.isVisible, PATIENCE_S)
        index = combo.model().index(combo.findData(data), 0)
        run_for(1.5 * QApplication.doubleClickInterval() / 1000)  # Qt leaves a click out that follows sooner
        self.press(view.viewport(), view.visualRect(index).center())
        wait_until(lambda: not view.isVisible(), PATIENCE_S)
        assert combo.currentData() == data

    def _comes_into_view(self, widget, point):
        """Turn the wheel, and say whether the point can be pressed then."""
        self._scroll_to(widget, point)
        return _is_at(widget, point)

    def _scroll_to(self, widget, point):
        """Turn the wheel until the point is in view."""
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                spot = widget.mapTo(parent.widget(), point)
                QApplication.sendPostedEvents(parent.widget(), QEvent.Type.LayoutRequest)
                parent.ensureVisible(spot.x(), spot.y(), 10, 30)
            parent = parent.parentWidget()
        QApplication.processEvents()

    @staticmethod
    def _reach(widget, point):
        """A person cannot press what another widget or dialog covers, or what lies outside its window."""
        window = widget.window()
        modal = QApplication.activeModalWidget()
        popup = QApplication.activePopupWidget()
        assert modal is None or modal is window or popup is window, f"{modal.objectName()} is in the way"
        hit = window.childAt(widget.mapTo(window, point))
        seen_there = hit.objectName() if hit else "nothing"
        assert _is_at(widget, point), f"{seen_there} is where {widget.objectName()} should be"

    @staticmethod
    def meet(name):
        """Wait for a dialog to be there and have the keyboard."""
        wait_until(lambda: seen(name) and seen(name)[0].isActiveWindow(), PATIENCE_S)
        wait_until(lambda: seen(name)[0].isAncestorOf(QApplication.focusWidget()), PATIENCE_S)

    # The keyboard

    def key(self, key, modifier=NO_KEY):
        """Press a key where the keyboard is."""
        self.keys += 1
        QTest.keyClick(_at_the_keyboard(), key, modifier)
        QApplication.processEvents()

    def type(self, text):
        """Type letters of ASCII where the keyboard is."""
        for letter in text:
            self.keys += 1
            QTest.keyClick(_at_the_keyboard(), letter)

    def tab_to(self, name):
        """Press Tab until the keyboard is at the widget of this name."""
        passed = []
        for _ in range(MOST_TABS):
            here = QApplication.focusWidget()
            if here is not None and here.objectName() == name:
                return here
            passed.append(here.objectName() if here is not None else "nothing")
            self.key(Qt.Key.Key_Tab)
        return pytest.fail(f"Tab never came to {name}, but to {passed}")


def _is_at(widget, point):
    hit = widget.window().childAt(widget.mapTo(widget.window(), point))
    return hit is widget or (isinstance(hit, QWidget) and widget.isAncestorOf(hit))


def _at_the_keyboard():
    found = QApplication.activePopupWidget() or QApplication.focusWidget()
    assert found is not None, "no widget has the keyboard"
    return found


def _move(widget, point):
    """QTest.mouseMove forgets the pressed buttons on Qt 5."""
    place, on_screen = QPointF(point), QPointF(widget.mapToGlobal(QPoint(point)))
    event = QMouseEvent(QEvent.Type.MouseMove, place, on_screen, NO_BUTTON, LEFT, NO_KEY)
    QApplication.sendEvent(widget, event)
