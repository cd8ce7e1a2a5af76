"""Projects, quotas, notifications and preferences against a service over a real socket."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dinamis_plugin.controllers.messages import NoticeLevel
from dinamis_plugin.domain.project import ProjectDraft, ProjectStatus
from dinamis_plugin.qgisio.settings import SHORTEST_REFRESH_S, PluginSettings

from . import people_support as people
from .gui_support import flush_deletions
from .waiting import Caught, run_for, wait_until

EVERY = 1000
DRAFT = ProjectDraft("Dunes", ("Littoral",), None, "Recul du trait de côte", objectives="Mesurer")


@pytest.fixture
def member(people_there, signed_in):
    """Somebody who is signed in, with everything read once."""
    wait_until(lambda: signed_in.projects.projects and signed_in.notifications.notifications)
    signed_in.session.service.http._sleep = lambda _seconds: None
    return signed_in


def sent(scripted, method, path):
    return [one for one in scripted.server.requests if one.method == method and one.path == path]


# Projects


def test_a_project_whose_answer_is_lost_is_made_once(member, people_there):
    people_there.lose_answers = 2
    created = Caught(member.projects.created)
    member.projects.create(DRAFT, "key-1")
    made = created.wait()
    assert made.title == "Dunes"
    assert len(people_there.made) == 1
    wait_until(lambda: made.id in [one.id for one in member.projects.projects])


def test_sent_again_later_under_the_same_key_it_is_still_one(member, people_there):
    people_there.lose_answers = EVERY
    refused, created = Caught(member.projects.refused), Caught(member.projects.created)
    member.projects.create(DRAFT, "key-1")
    assert refused.wait().level is NoticeLevel.ERROR
    people_there.lose_answers = 0
    member.projects.create(DRAFT, "key-1")
    created.wait()
    assert len(people_there.made) == 1


def test_what_was_changed_after_a_lost_answer_does_not_make_a_second_project(member, people_there):
    people_there.lose_answers = EVERY
    refused = Caught(member.projects.refused)
    member.projects.create(DRAFT, "key-1")
    refused.wait()
    people_there.lose_answers = 0
    member.projects.create(replace(DRAFT, title="Dunes et marais"), "key-1")
    notice = refused.wait(2)
    assert notice.level is NoticeLevel.WARNING
    assert "list" in notice.hint
    assert len(people_there.made) == 1
    wait_until(lambda: "Dunes" in [one.title for one in member.projects.projects])


def test_a_change_sends_what_differs_under_the_version_that_was_read(member, people_there, scripted):
    project = people.project()
    updated = Caught(member.projects.updated)
    member.projects.change(project, replace(ProjectDraft.of(project), title="Dunes", budget_eur=None))
    assert updated.wait().title == "Dunes"
    (request,) = sent(scripted, "PATCH", f"/api/projects/{project.id}")
    assert request.json == {"title": "Dunes", "budget": None}
    assert request.headers["If-Match"] == project.etag
    assert next(one for one in member.projects.projects if one.id == project.id).title == "Dunes"


def test_a_change_after_somebody_elses_is_not_made_but_shown(member, people_there):
    project = people.project()
    people_there.change(project.id, title="Autre titre")
    outdated, updated = Caught(member.projects.outdated), Caught(member.projects.updated)
    member.projects.change(project, replace(ProjectDraft.of(project), description="Mieux"))
    now = outdated.wait()
    assert (now.title, now.etag) == ("Autre titre", people_there.projects[project.id]["etag"])
    assert people_there.projects[project.id]["description"] == project.description
    member.projects.change(now, replace(ProjectDraft.of(now), description="Mieux"))
    assert updated.wait().description == "Mieux"


@pytest.mark.parametrize("status", [412, 409])
def test_a_change_whose_answer_was_lost_is_recognised(member, people_there, scripted, status):
    project = people.project()
    draft = replace(ProjectDraft.of(project), title="  Dunes ", budget_eur=1500.0)
    people_there.change(project.id, title="Dunes", budget={**people.FULL["budget"], "eur": 1500.0})
    if status == 409:
        there = scripted.server.routes[f"/api/projects/{project.id}"]
        refusal = (409, {"code": "conflict", "detail": "Not now."})
        scripted.server.routes[f"/api/projects/{project.id}"] = lambda request, handler: (
            refusal if request.method == "PATCH" else there(request, handler)
        )
    projects = member.projects
    updated, outdated, refused = Caught(projects.updated), Caught(projects.outdated), Caught(projects.refused)
    saved = Caught(projects.found_saved)
    projects.change(project, draft)
    assert updated.wait().title == "Dunes"
    assert saved.wait().level is NoticeLevel.SUCCESS
    assert not outdated.values
    assert not refused.values
    if status == 409:  # what is not there is refused as it was
        projects.change(project, replace(draft, description="Mieux"))
        assert "Not now." in f"{refused.wait().text} {refused.wait().detail}"


def test_a_project_is_closed_and_reopened(member):
    updated = Caught(member.projects.updated)
    member.projects.close(people.project())
    closed = updated.wait()
    assert (closed.status, closed.closed is None) == (ProjectStatus.CLOSED, False)
    member.projects.reopen(closed)
    assert updated.wait(2).status is ProjectStatus.OPEN


def test_closing_after_somebody_elses_change_says_why_it_was_not_done(member, scripted):
    path = f"/api/projects/{people.FULL['id']}/close"
    scripted.server.routes[path] = lambda *_: (412, {"code": "changed", "detail": "Changed meanwhile."})
    failed = Caught(member.projects.failed)
    member.projects.close(people.project())
    assert "Changed meanwhile." in f"{failed.wait().text} {failed.wait().detail}"


def test_history_and_themes_come_and_a_service_without_them_is_no_fault(member, scripted):
    history, themes = Caught(member.projects.history_ready), Caught(member.projects.themes_ready)
    failed = Caught(member.projects.failed)
    member.projects.read_history(people.FULL["id"])
    member.projects.read_themes()
    assert len(history.wait()[1]) == 2
    assert themes.wait() == ["Littoral", "Urbain"]
    del scripted.documents["/api/themes"]
    member.projects.read_themes()
    member.projects.read_history("2020-001-SCI")
    assert themes.wait(2) == []
    assert history.wait(2) == ("2020-001-SCI", ())
    assert not failed.values


# Quotas and calls


def test_quotas_and_calls_are_read_at_sign_in_and_forgotten_at_sign_out(member):
    wait_until(lambda: member.quotas.quotas and member.quotas.calls)
    assert {quota.version for quota in member.quotas.quotas} == {3}
    assert [call.id for call in member.quotas.calls] == ["permanent", "neo-2027", "2025"]
    member.session.sign_out()
    assert (member.quotas.quotas, member.quotas.calls, member.projects.projects) == ([], [], [])
    assert (member.notifications.notifications, member.notifications.unread) == ((), 0)


def test_a_service_without_calls_has_quotas_all_the_same(scripted, people_there, signed_in):
    wait_until(lambda: signed_in.quotas.quotas)
    failed = Caught(signed_in.quotas.failed)
    del scripted.documents["/api/calls"]
    empty = Caught(signed_in.quotas.calls_changed)
    signed_in.quotas.refresh()
    assert empty.wait() == []
    assert not failed.values


# Notifications


def test_what_came_is_announced_once_also_after_a_restart(people_there, signed_in, scripted):
    news = Caught(signed_in.notifications.news)
    assert [one.id for one in news.wait()] == ["n2", "n3", "n4"]
    signed_in.notifications._etag = ""
    changed = Caught(signed_in.notifications.changed)
    signed_in.notifications.refresh()
    people_there.tell(id="n5", moment="2026-11-25T09:00:00Z", title="Livrée", order_id=people.ORDER_ID)
    wait_until(lambda: signed_in.notifications.unread == 4 or signed_in.notifications.refresh())
    assert changed.values
    assert [one.id for one in news.values[-1]] == ["n5"]
    assert len(news.values) == 2
    # Another start of QGIS, by the same profile: only what came in between is news.
    people_there.tell(id="n6", moment="2026-11-25T10:00:00Z", title="Message", order_id=people.ORDER_ID)
    again = type(signed_in.notifications)(signed_in.runner, signed_in.session, PluginSettings())
    later = Caught(again.news)
    again.refresh()
    assert [one.id for one in later.wait()] == ["n6"]
    again.deleteLater()
    flush_deletions()


def test_a_list_that_did_not_change_is_not_sent_again(member, people_there):
    changed = Caught(member.notifications.changed)
    for count in (1, 2):
        member.notifications.refresh()
        wait_until(lambda count=count: people_there.not_modified >= count)
    run_for(0.05)
    assert not changed.values
    assert member.notifications.unread == 3


def test_reading_one_counts_down_at_once_and_at_the_service(member, people_there):
    first = member.notifications.notifications[0]
    member.notifications.mark_read([first])
    assert (member.notifications.unread, member.notifications.notifications[0].read) == (2, True)
    wait_until(lambda: people_there.notifications[0]["read"])
    member.notifications.mark_all_read()
    assert member.notifications.unread == 0
    wait_until(lambda: all(one["read"] for one in people_there.notifications))


def test_where_marking_fails_the_list_says_the_truth_again(member, people_there, scripted):
    scripted.server.routes["/api/notifications/read"] = lambda *_: (
        403,
        {"code": "forbidden", "detail": "No."},
    )
    failed = Caught(member.notifications.failed)
    member.notifications.mark_all_read()
    failed.wait()
    wait_until(lambda: member.notifications.unread == 3)


def test_it_looks_again_after_the_pause_of_the_settings_and_not_while_signed_out(member, scripted):
    asked = len(sent(scripted, "GET", "/api/notifications"))
    member.settings.requests_refresh_s = 1
    assert member.notifications.pause_ms == SHORTEST_REFRESH_S * 1000
    member.notifications.is_hidden = lambda: True
    assert member.notifications.pause_ms > SHORTEST_REFRESH_S * 1000
    member.notifications._clock.timeout.emit()
    wait_until(lambda: len(sent(scripted, "GET", "/api/notifications")) == asked + 1)
    assert member.notifications._clock.isActive()
    member.session.sign_out()
    assert not member.notifications._clock.isActive()
    member.notifications.refresh()
    assert not member.notifications._clock.isActive()


def test_a_service_without_notifications_is_asked_once(scripted, signed_in):
    wait_until(lambda: not signed_in.notifications.available)
    assert not signed_in.notifications._clock.isActive()


# Preferences


def test_preferences_are_kept_and_those_of_somebody_faster_are_read(member, people_there):
    read, kept = Caught(member.preferences.read), Caught(member.preferences.kept)
    refused = Caught(member.preferences.refused)
    member.preferences.refresh()
    before = read.wait()
    assert before.emails == {"state": True, "message": False, "quotation": True, "delivery": True}
    member.preferences.keep(replace(before, language="en"))
    assert kept.wait().language == "en"
    member.preferences.keep(replace(before, language="fr"))
    refused.wait()
    assert read.wait(2).language == "en"
    assert people_there.preferences["language"] == "en"
