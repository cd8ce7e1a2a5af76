"""The list of missions: what is wanted of each, by the mouse and by keys."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest

from dinamis_plugin.domain.search import MISSIONS
from dinamis_plugin.gui.missions import Choice, MissionList

from .waiting import Caught

CODES = [code for code, _name in MISSIONS]
LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def missions(qtbot):
    made = MissionList()
    qtbot.addWidget(made)
    made.resize(280, made.height())
    made.show()
    return made


def press(missions, row, choice):
    QTest.mouseClick(missions.viewport(), LEFT, NO_KEY, missions.mark_rect(row, choice).center())


def said(missions, row):
    return missions.item(row).data(Qt.ItemDataRole.AccessibleTextRole)


def test_marks_include_exclude_and_take_back(missions):
    changed = Caught(missions.changed)
    press(missions, 0, Choice.INCLUDED)
    press(missions, 4, Choice.EXCLUDED)
    assert missions.chosen(Choice.INCLUDED) == (CODES[0],)
    assert missions.chosen(Choice.EXCLUDED) == (CODES[4],)
    press(missions, 0, Choice.EXCLUDED)
    assert missions.chosen(Choice.INCLUDED) == ()
    press(missions, 0, Choice.EXCLUDED)
    assert missions.chosen(Choice.EXCLUDED) == (CODES[4],)
    assert len(changed.values) == 4


def test_a_click_on_the_name_includes(missions):
    place = QPoint(60, missions.visualItemRect(missions.item(2)).center().y())
    QTest.mouseClick(missions.viewport(), LEFT, NO_KEY, place)
    assert missions.chosen(Choice.INCLUDED) == (CODES[2],)


def test_a_press_that_ends_elsewhere_chooses_nothing(missions):
    QTest.mousePress(missions.viewport(), LEFT, NO_KEY, missions.mark_rect(1, Choice.INCLUDED).center())
    QTest.mouseRelease(missions.viewport(), LEFT, NO_KEY, missions.mark_rect(3, Choice.INCLUDED).center())
    assert missions.chosen(Choice.INCLUDED) == ()


def test_keys_do_what_the_mouse_does(missions):
    missions.setCurrentRow(0)
    QTest.keyClick(missions, Qt.Key.Key_Space)
    QTest.keyClick(missions, Qt.Key.Key_Down)
    QTest.keyClick(missions, Qt.Key.Key_Minus)
    assert missions.chosen(Choice.INCLUDED) == (CODES[0],)
    assert missions.chosen(Choice.EXCLUDED) == (CODES[1],)
    QTest.keyClick(missions, Qt.Key.Key_Delete)
    assert missions.chosen(Choice.EXCLUDED) == ()
    QTest.keyClick(missions, Qt.Key.Key_Plus)
    QTest.keyClick(missions, Qt.Key.Key_Plus)
    assert missions.chosen(Choice.INCLUDED) == (CODES[0],)


def test_numbers_and_choices_are_said_in_words(missions):
    missions.set_counts({CODES[0]: 1234})
    press(missions, 1, Choice.EXCLUDED)
    assert "1234" in "".join(filter(str.isalnum, said(missions, 0)))
    assert said(missions, 1).endswith("excluded")
    missions.set_counts(None)
    assert "not known" in said(missions, 0)


def test_a_mission_that_only_the_catalogue_knows_is_listed(missions):
    missions.set_counts({"JILIN": 3})
    assert missions.count() == len(CODES) + 1
    press(missions, len(CODES), Choice.INCLUDED)
    assert missions.chosen(Choice.INCLUDED) == ("JILIN",)
    missions.set_counts({})
    assert missions.chosen(Choice.INCLUDED) == ("JILIN",)
    assert missions.item(missions.count() - 1).text() == "Jilin"


def test_what_stays_as_it_is_tells_no_change(missions):
    missions.choose({CODES[0]: Choice.INCLUDED})
    changed = Caught(missions.changed)
    missions.choose({CODES[0]: Choice.INCLUDED})
    missions.set_counts({CODES[0]: 1})
    assert not changed.values
