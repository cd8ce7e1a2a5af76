"""Notifications, preferences and calls: what is read, and what is news."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_plugin.domain.call import CallState, calls_from_json
from dinamis_plugin.domain.errors import BadAnswerError
from dinamis_plugin.domain.notification import Notification, NotificationList, Preferences, news_since

START = datetime(2026, 11, 1, tzinfo=timezone.utc)


def one(number, minutes, read):
    return Notification(str(number), START + timedelta(minutes=minutes), "state", "o", "", "T", "", read)


listed = st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=12).map(
    lambda pairs: [one(number, *pair) for number, pair in enumerate(pairs)]
)


@given(listed, st.none() | st.integers(0, 50))
def test_news_are_unread_and_later_than_what_was_announced_oldest_first(notifications, seen):
    last = None if seen is None else START + timedelta(minutes=seen)
    news = news_since(notifications, last)
    assert [item.moment for item in news] == sorted(item.moment for item in news)
    for item in notifications:
        assert (item in news) is (not item.read and (last is None or item.moment > last))


@given(listed)
def test_what_was_announced_is_not_announced_again(notifications):
    moments = [item.moment for item in notifications]
    assert not notifications or news_since(notifications, max(moments)) == []


def test_a_list_without_a_number_is_counted():
    document = {"notifications": [{"id": 1, "read": True}, {"id": "2"}, {"title": "no id"}, 7]}
    answer = NotificationList.from_json(document)
    assert ([item.id for item in answer.notifications], answer.unread) == ([1, "2"], 1)
    assert NotificationList.from_json({**document, "unread": 40}).unread == 40
    with pytest.raises(BadAnswerError):
        NotificationList.from_json({"unread": 0})


def test_preferences_keep_what_is_not_told_on():
    read = Preferences.from_json({"language": "de", "emails": {"message": False, "state": "no"}, "etag": "e"})
    assert read.language is None
    assert read.emails == {"state": True, "message": False, "quotation": True, "delivery": True}
    assert Preferences.from_json(read.to_json()).emails == read.emails


def test_calls_come_open_ones_first():
    documents = [
        {"id": "old", "state": "closed", "opens": "2024-01-01"},
        {"id": "next", "state": "planned", "opens": "2027-01-01"},
        {"id": "b", "state": "open", "opens": "2026-03-01", "closes": "2026-12-31"},
        {"id": "a", "state": "open", "opens": "2026-01-01", "closes": None},
        {"id": "odd", "state": "?", "opens": "2020-01-01"},
    ]
    calls = calls_from_json({"calls": documents})
    assert [call.id for call in calls] == ["a", "b", "next", "odd", "old"]
    assert calls[-2].state is CallState.CLOSED
    assert calls[0].closes is None
