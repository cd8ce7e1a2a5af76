"""The message area."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest

from dinamis_plugin.controllers.messages import Notice, NoticeAction, NoticeLevel
from dinamis_plugin.gui.notices import NoticeArea

from .gui_support import child, click


@pytest.fixture
def area(qtbot):
    made = NoticeArea()
    qtbot.addWidget(made)
    made.resize(320, 200)
    made.show()
    made.hide()
    return made


def error(title, **more):
    return Notice(NoticeLevel.ERROR, title, f"{title} happened.", **more)


def test_a_notice_shows_all_it_says(area):
    area.show_notice("search", error("Fault", hint="Try again.", detail="HTTP 500"))
    assert child(area, "noticeLabel").text() == "Fault"
    details = child(area, "noticeDetailsLabel").text()
    assert "Try again." in details
    assert "HTTP 500" in details
    assert not child(area, "noticeActionButton").isVisible()


def test_one_notice_per_subject_updated_in_place(area):
    area.show_notice("search", error("First"))
    area.show_notice("search", error("Second"))
    assert area.subjects == ("search",)
    assert child(area, "noticeLabel").text() == "Second"
    assert not child(area, "noticeNextButton").isVisible()


def test_other_subjects_are_one_click_away(area):
    area.show_notice("search", error("Search"))
    area.show_notice("session", error("Session"))
    assert child(area, "noticeLabel").text() == "Session"
    click(child(area, "noticeNextButton"))
    assert child(area, "noticeLabel").text() == "Search"
    click(child(area, "noticeCloseButton"))
    assert area.subjects == ("session",)
    assert child(area, "noticeLabel").text() == "Session"


def test_escape_closes(area):
    area.show_notice("search", error("Fault"))
    QTest.keyClick(child(area, "noticeCloseButton"), Qt.Key.Key_Escape)
    assert not area.isVisible()


def test_the_action_runs_once_and_the_notice_goes(area):
    ran = []
    area.show_notice("search", error("Fault", action=NoticeAction("Again", lambda: ran.append(1))))
    button = child(area, "noticeActionButton")
    assert button.text() == "Again"
    click(button)
    assert ran == [1]
    assert not area.isVisible()


def test_an_action_may_show_the_next_notice(area):
    action = NoticeAction("Again", lambda: area.show_notice("search", error("Still broken")))
    area.show_notice("search", error("Broken", action=action))
    click(child(area, "noticeActionButton"))
    assert area.isVisible()
    assert child(area, "noticeLabel").text() == "Still broken"


def test_markup_of_a_service_is_shown_as_text(area):
    area.show_notice("search", error("<b>bold</b>"))
    assert child(area, "noticeLabel").textFormat() == Qt.TextFormat.PlainText


def test_good_news_goes_by_itself(area, monkeypatch):
    monkeypatch.setattr("dinamis_plugin.gui.notices.SUCCESS_SHOWN_MS", 30)
    area.show_notice("search", Notice(NoticeLevel.SUCCESS, "Done", ""))
    assert area.isVisible()
    QTest.qWait(120)
    assert not area.isVisible()
