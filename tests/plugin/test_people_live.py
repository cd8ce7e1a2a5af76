"""Projects, quotas and calls at the real service: what two people may see, change and share."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest

from dinamis_plugin.controllers.app import Controllers
from dinamis_plugin.domain.call import CallState
from dinamis_plugin.domain.project import ProjectDraft, ProjectStatus

from .conftest import member, sign_in_at
from .people_support import scientific_draft as draft
from .waiting import Caught, wait_until


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
    assert "list" in refused.wait(seconds=30).text


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
