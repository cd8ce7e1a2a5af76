"""Projects, quotas, calls, notifications and preferences at the real service."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest
import requests
from shapely.geometry import box, mapping

from dinamis_plugin.controllers.app import Controllers
from dinamis_plugin.domain.call import CallState
from dinamis_plugin.domain.project import ProjectDraft, ProjectStatus

from .conftest import member, sign_in_at
from .people_support import scientific_draft as draft
from .waiting import Caught, run_for, wait_until


@pytest.fixture
def owner(controllers, live, sign_in_live):
    sign_in_live(controllers)
    return controllers


@pytest.fixture
def colleague(live, qgis_app):
    """Somebody else of the same entity, with controllers of their own."""
    mine = member(live)
    others = [
        one
        for one in live.accounts.values()
        if one["username"] != mine["username"] and one.get("entity") == mine.get("entity")
    ]
    if not others:
        pytest.skip("the demonstration has one person only in this entity")
    made = Controllers(open_url=lambda _url: True)
    sign_in_at(live, made, others[0])
    yield made
    made.shutdown()
    made.deleteLater()


def made(owner, wanted, key=None):
    created, refused = Caught(owner.projects.created), Caught(owner.projects.refused)
    owner.projects.create(wanted, key or str(uuid4()))
    wait_until(lambda: created.values or refused.values, 30)
    assert not refused.values, refused.values
    return created.values[-1]


def test_a_project_sent_twice_is_one_and_can_be_changed_closed_and_reopened(owner):
    key = str(uuid4())
    first, second = made(owner, draft("Dunes"), key), made(owner, draft("Dunes"), key)
    assert first.id == second.id
    assert (first.own, first.editable, first.owner_name != "") == (True, True, True)
    updated = Caught(owner.projects.updated)
    wanted = replace(
        ProjectDraft.of(first), title="Dunes et marais", budget_eur=5000.0, budget_reference="ANR"
    )
    owner.projects.change(first, wanted)
    changed = updated.wait(seconds=30)
    assert (changed.title, changed.budget.left_eur, changed.budget.reference) == (
        "Dunes et marais",
        5000,
        "ANR",
    )
    # What the form read is old now: the change is not made, and the form gets the project as it is.
    outdated = Caught(owner.projects.outdated)
    owner.projects.change(first, replace(ProjectDraft.of(first), description="Autre"))
    now = outdated.wait(seconds=30)
    assert (now.title, now.description) == ("Dunes et marais", first.description)
    owner.projects.close(now)
    closed = updated.wait(2, seconds=30)
    assert (closed.status, closed.closed is not None) == (ProjectStatus.CLOSED, True)
    assert closed.can_reopen(datetime.now(timezone.utc).date())
    owner.projects.reopen(closed)
    assert updated.wait(3, seconds=30).status is ProjectStatus.OPEN
    history = Caught(owner.projects.history_ready)
    owner.projects.read_history(now.id)
    assert len(history.wait(seconds=30)[1]) >= 2


def test_an_own_key_for_another_project_is_told(owner):
    key = str(uuid4())
    made(owner, draft("Marais"), key)
    refused = Caught(owner.projects.refused)
    owner.projects.create(draft("Marais salants"), key)
    assert "list" in refused.wait(seconds=30).hint


def test_what_the_service_refuses_is_said_by_field(owner):
    refused = Caught(owner.projects.refused)
    yesterday = datetime.now(timezone.utc).date() - timedelta(days=1)
    owner.projects.create(draft("Hier", end_date=yesterday), str(uuid4()))
    assert "end_date" in dict(refused.wait(seconds=30).fields)


def test_a_shared_project_is_seen_by_a_colleague_who_may_not_change_it(owner, colleague):
    private, shared = made(owner, draft("Privé")), made(owner, draft("Partagé", shared=True))
    listed = Caught(colleague.projects.changed)
    colleague.projects.refresh()
    listed.wait(seconds=30)
    seen = {one.id: one for one in colleague.projects.projects}
    assert private.id not in seen
    assert (seen[shared.id].own, seen[shared.id].editable, seen[shared.id].shared) == (False, False, True)
    refused = Caught(colleague.projects.refused)
    colleague.projects.change(seen[shared.id], draft("Pris"))
    assert refused.wait(seconds=30).title


def test_quotas_calls_and_themes_are_those_of_today(owner):
    wait_until(lambda: owner.quotas.quotas and owner.quotas.calls, 30)
    assert {quota.sensor for quota in owner.quotas.quotas} == {"PLEIADES", "SPOT", "PNEO"}
    assert all(quota.version and quota.year for quota in owner.quotas.quotas)
    spot = next(quota for quota in owner.quotas.quotas if quota.sensor == "SPOT")
    assert [tranche.credits for tranche in spot.tranches] == [5, 10, 20, 50]
    permanent = owner.quotas.calls[0]
    assert (permanent.state, permanent.closes) == (CallState.OPEN, None)
    themes = Caught(owner.projects.themes_ready)
    owner.projects.read_themes()
    assert "Agriculture" in themes.wait(seconds=30)


# What operators do is told


def order_of(owner, project):
    """Ask for an acquisition in a project, as any program may; gives its identifier."""
    service = owner.session.service
    root = f"{service.endpoints.stapi}/products/pleiades-programming"
    headers = {"Authorization": f"Bearer {owner.session._keeping.tokens.access_token()}"}
    schema = requests.get(f"{root}/order-parameters", headers=headers, timeout=30).json()
    parameters = {
        name: about["default"] if "default" in about else about.get("enum", ["Essai"])[0]
        for name, about in schema["properties"].items()
        if "default" in about or name in schema.get("required", ())
    }
    today = datetime.now(timezone.utc).date()
    window = f"{today + timedelta(days=20)}T00:00:00Z/{today + timedelta(days=80)}T00:00:00Z"
    body = {
        "datetime": window,
        "geometry": mapping(box(3.6, 43.5, 3.8, 43.7)),
        "order_parameters": {**parameters, "project_id": project.id},
    }
    answer = requests.post(f"{root}/orders", json=body, headers=headers, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_a_decision_of_an_operator_is_announced_and_can_be_read(owner, live):
    if not hasattr(live, "run"):
        pytest.skip("no operator can work on a service that was handed in")
    order_id = order_of(owner, made(owner, draft("Annonces")))
    news = Caught(owner.notifications.news)
    live.run("operator", "accept", order_id, "--reason", "Zone utile.")
    owner.notifications.refresh()
    told = [one for one in news.wait(seconds=30) if one.order_id == order_id]
    assert told
    assert all(one.title and one.text and not one.read for one in told)
    assert owner.notifications.available
    unread = owner.notifications.unread
    owner.notifications.mark_read(told)
    wait_until(lambda: not owner.notifications._marking, 30)
    owner.notifications.refresh()
    run_for(1)
    assert owner.notifications.unread == unread - len(told)
    assert all(one.read for one in owner.notifications.notifications if one.order_id == order_id)
    owner.notifications.mark_all_read()
    wait_until(lambda: not owner.notifications._marking, 30)
    assert owner.notifications.unread == 0


def test_preferences_are_kept_in_the_account(owner):
    read, kept = Caught(owner.preferences.read), Caught(owner.preferences.kept)
    refused = Caught(owner.preferences.refused)
    owner.preferences.refresh()
    before = read.wait(seconds=30)
    assert set(before.emails.values()) <= {True, False}
    wanted = replace(before, language="en", emails={**before.emails, "message": False})
    owner.preferences.keep(wanted)
    after = kept.wait(seconds=30)
    assert (after.language, after.emails["message"]) == ("en", False)
    owner.preferences.keep(wanted)  # by the version of before
    assert refused.wait(seconds=30).text
    owner.preferences.keep(replace(before, etag=read.wait(2, seconds=30).etag))
    assert kept.wait(2, seconds=30).emails == before.emails
