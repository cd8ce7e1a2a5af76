"""The timeline and its two fields, by the mouse and by keys."""

from __future__ import annotations

from datetime import date

import pytest
from qgis.PyQt.QtCore import QDate, QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QColor, QMouseEvent, QWheelEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication

from dinamis_plugin.domain.months import first_day, last_day, month_of
from dinamis_plugin.domain.search import FIRST_DAY
from dinamis_plugin.gui.date_range import DateRange
from dinamis_plugin.gui.theme import colours

from .gui_support import child, click
from .waiting import Caught

LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def dates(qtbot):
    made = DateRange()
    qtbot.addWidget(made)
    made.resize(290, made.sizeHint().height())
    made.show()
    qtbot.addWidget(made.tools)
    made.tools.show()
    return made


def move(widget, place, buttons=Qt.MouseButton.NoButton):
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(widget.mapToGlobal(place)),
        Qt.MouseButton.NoButton,
        buttons,
        NO_KEY,
    )
    QApplication.sendEvent(widget, event)


def drag(bound, x):
    """Drag a bound to a place of its timeline."""
    grip = bound.rect().center()
    QTest.mousePress(bound, LEFT, NO_KEY, grip)
    for step in (0.5, 1.0):
        there = bound.mapFromParent(QPoint(round(bound.x() + (x - bound.x()) * step), grip.y()))
        move(bound, there, LEFT)
    QTest.mouseRelease(bound, LEFT, NO_KEY, bound.rect().center())


def wheel(timeline, x, steps, modifiers=Qt.KeyboardModifier.ControlModifier):
    place = QPointF(x, 20)
    event = QWheelEvent(
        place,
        QPointF(timeline.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(timeline, event)
    return event.isAccepted()


def test_a_bound_dragged_writes_whole_months_into_the_fields(dates):
    changed = Caught(dates.changed)
    timeline = dates.timeline
    drag(timeline.start_bound, timeline.x_of(month_of(date(2010, 6, 1))))
    first, last = dates.days()
    assert abs(month_of(first) - month_of(date(2010, 6, 1))) <= 2
    assert first.day == 1
    assert last == dates.today
    drag(timeline.end_bound, timeline.x_of(month_of(date(2015, 6, 1))))
    last = dates.days()[1]
    assert abs(month_of(last) - month_of(date(2015, 6, 1))) <= 2
    assert last == last_day(month_of(last))
    assert changed.values


def test_a_bound_stops_at_the_other_and_at_the_ends(dates):
    timeline = dates.timeline
    drag(timeline.start_bound, 145)
    drag(timeline.end_bound, 10)
    first, last = dates.days()
    assert month_of(first) == month_of(last)
    drag(timeline.end_bound, 5000)
    drag(timeline.start_bound, -5000)
    assert dates.days() == (FIRST_DAY, dates.today)
    assert dates.bounds() == (None, None)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Qt.Key.Key_Right, date(2010, 7, 1)),
        (Qt.Key.Key_Left, date(2010, 5, 1)),
        (Qt.Key.Key_PageUp, date(2011, 6, 1)),
        (Qt.Key.Key_PageDown, date(2009, 6, 1)),
        (Qt.Key.Key_Home, FIRST_DAY),
    ],
)
def test_keys_move_a_bound(dates, key, expected):
    dates.set_days(date(2010, 6, 15), None)
    QTest.keyClick(dates.timeline.start_bound, key)
    assert dates.days()[0] == expected


def test_shift_makes_a_month_a_year(dates):
    dates.set_days(None, date(2010, 6, 30))
    QTest.keyClick(dates.timeline.end_bound, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert dates.days()[1] == date(2009, 6, 30)


def test_fields_move_the_bounds(dates):
    timeline = dates.timeline
    before = timeline.start_bound.x()
    child(dates, "startDateEdit").setDate(QDate(2006, 1, 1))
    assert timeline.start_bound.x() > before + 50
    assert dates.first.text() in timeline.start_bound.accessibleDescription()


def test_days_in_the_wrong_order_leave_the_bounds_where_they_are(dates):
    dates.set_days(date(2010, 1, 1), date(2012, 1, 1))
    before = dates.timeline.start_bound.x()
    child(dates, "startDateEdit").setDate(QDate(2020, 1, 1))
    assert dates.reversed
    assert dates.timeline.start_bound.x() == before


def test_the_pointer_is_told_month_and_number(dates):
    month = month_of(date(2019, 3, 1))
    dates.set_counts({month: 12, month + 1: 30})
    timeline = dates.timeline
    tip = timeline.tip_of(timeline.month_at(timeline.x_of(month)))
    assert "March 2019" in tip.splitlines()[0]
    assert "12" in tip.splitlines()[0]
    assert "42" in tip.splitlines()[1]
    dates.set_counts(None)
    assert "\n" not in timeline.tip_of(month)


def test_bars_outside_the_bounds_are_seen_but_paler(dates):
    dates.set_counts(dict.fromkeys(range(month_of(FIRST_DAY), month_of(dates.today) + 1), 5))
    dates.set_days(date(2005, 1, 1), None)
    picture = dates.timeline.grab().toImage()
    accent = colours().accent
    inside = [QColor(picture.pixel(x, 50)) for x in range(180, 240)]
    outside = [QColor(picture.pixel(x, 50)) for x in range(30, 90)]
    assert accent.name() in {colour.name() for colour in inside}
    assert accent.name() not in {colour.name() for colour in outside}
    assert len({colour.name() for colour in outside}) > 1


def test_zoom_goes_nearer_around_the_pointer_and_back(dates):
    timeline = dates.timeline
    middle = timeline.month_at(145)
    assert not child(dates.tools, "timelineOutButton").isEnabled()
    wheel(timeline, 145, 1)
    assert abs(timeline.month_at(145) - middle) <= 2
    assert timeline.month_at(1) > month_of(FIRST_DAY)
    for _ in range(8):
        wheel(timeline, 145, 1)
    assert not child(dates.tools, "timelineInButton").isEnabled()
    assert timeline.month_at(280) - timeline.month_at(8) <= 12
    while child(dates.tools, "timelineOutButton").isEnabled():
        click(child(dates.tools, "timelineOutButton"))
    assert timeline.month_at(1) == month_of(FIRST_DAY)


def test_the_wheel_alone_scrolls_the_page(dates):
    assert not wheel(dates.timeline, 145, 1, NO_KEY)
    assert not child(dates.tools, "timelineOutButton").isEnabled()


def test_a_drag_moves_the_months_shown_not_the_bounds(dates):
    timeline = dates.timeline
    wheel(timeline, 145, 1)
    before, days = timeline.month_at(145), dates.days()
    QTest.mousePress(timeline, LEFT, NO_KEY, QPoint(145, 20))
    move(timeline, QPoint(200, 20), LEFT)
    QTest.mouseRelease(timeline, LEFT, NO_KEY, QPoint(200, 20))
    assert timeline.month_at(200) == pytest.approx(before, abs=2)
    assert dates.days() == days


def test_a_bound_out_of_sight_is_followed(dates):
    timeline = dates.timeline
    for _ in range(9):
        wheel(timeline, 145, 1)
    QTest.keyClick(timeline.start_bound, Qt.Key.Key_Right)
    month = month_of(dates.days()[0])
    assert timeline.month_at(8) <= month <= timeline.month_at(280)


def test_a_double_click_searches_the_months_of_a_bar(dates):
    month = month_of(date(2016, 5, 1))
    dates.set_counts({month: 3})
    timeline = dates.timeline
    QTest.mouseDClick(timeline, LEFT, NO_KEY, QPoint(timeline.x_of(month), 40))
    first, last = dates.days()
    assert first <= first_day(month) <= last_day(month) <= last
    assert month_of(last) - month_of(first) < 12
    QTest.mouseDClick(timeline, LEFT, NO_KEY, QPoint(30, 40))
    assert dates.days() == (first, last)
