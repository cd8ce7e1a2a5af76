"""Projects: what a change sends, what two people change at once, and what a service may leave out."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_plugin.domain.errors import BadAnswerError
from dinamis_plugin.domain.project import (
    Project,
    ProjectDraft,
    ProjectStatus,
    changed_fields,
    history_of,
    merged,
    with_first,
)

words = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12).map(str.strip)
drafts = st.builds(
    ProjectDraft,
    title=words,
    themes=st.lists(words.filter(bool), max_size=3).map(tuple),
    end_date=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    description=words,
    publications=words,
    objectives=words,
    methodology=words,
    expected_results=words,
    shared=st.booleans(),
    budget_eur=st.none() | st.integers(1, 10**6).map(float),
    budget_reference=st.just(""),
)
NAMES = [each.name for each in fields(ProjectDraft)]


def made(draft, **more):
    """The project that a service makes of a draft."""
    return Project.from_json({"id": "2026-001-SCI", "status": "open", **draft.to_json(), **more})


@given(drafts)
def test_a_project_that_nobody_touched_sends_no_change(draft):
    assert ProjectDraft.of(made(draft)).changes_from(made(draft)) == {}


@given(drafts, drafts)
def test_a_change_sends_what_differs_and_makes_it_so(before, after):
    body = after.changes_from(made(before))
    there = {**before.to_json(), **body}
    assert there == after.to_json()
    assert all(before.to_json()[key] != value for key, value in body.items())


@given(drafts, drafts, drafts)
def test_what_was_typed_is_never_lost_to_somebody_else(before, typed, now):
    result = merged(typed, before, now)
    own = changed_fields(before, typed)
    for name in NAMES:
        wanted = typed if name in own else now
        assert changed_fields(replace(result, **{name: getattr(wanted, name)}), result) == (), name


@given(drafts, drafts)
def test_changed_fields_are_those_that_differ(one, other):
    assert changed_fields(one, one) == ()
    assert set(changed_fields(one, other)) == set(changed_fields(other, one))
    assert list(changed_fields(one, other)) == [name for name in NAMES if name in changed_fields(one, other)]


def test_blanks_and_empty_themes_do_not_count_as_changes():
    project = made(ProjectDraft("Dunes", ("Littoral",), date(2027, 1, 1), "Recul"))
    typed = ProjectDraft("  Dunes ", ("Littoral", " "), date(2027, 1, 1), "Recul\n")
    assert typed.changes_from(project) == {}
    assert replace(typed, title="Dune").changes_from(project) == {"title": "Dune"}


def test_an_older_service_tells_less():
    project = Project.from_json({"id": "2025-004-SCI", "title": "Ancien", "status": "open"})
    assert not project.editable
    assert not project.can_close
    assert (project.package, project.budget, project.etag, project.closed) == (None, None, "", None)
    with pytest.raises(BadAnswerError):
        Project.from_json({"title": "Sans identifiant"})


def test_terms_are_read_and_nonsense_is_left_out():
    project = Project.from_json(
        {
            "id": "p",
            "granted_km2": {"PLEIADES": 3000, "SPOT": "many"},
            "package": {
                "text": "T",
                "volume_km2": {"SPOT": 40000},
                "used_km2": {"SPOT": 100},
                "quota_km2": None,
            },
            "budget": {"eur": 100, "committed_eur": 30},
        }
    )
    assert project.granted_km2 == {"PLEIADES": 3000}
    assert (project.package.text, project.package.quota_km2) == ("T", {})
    assert (project.package.volume_km2, project.package.used_km2) == ({"SPOT": 40000}, {"SPOT": 100})
    assert (project.budget.eur, project.budget.left_eur) == (100, 70)
    assert Project.from_json({"id": "p", "budget": {"reference": "R"}, "package": []}).budget is None


@pytest.mark.parametrize(
    ("status", "ends", "editable", "reopens"),
    [
        ("closed", 5, True, True),
        ("closed", -5, True, False),
        ("open", 5, True, False),
        ("closed", 5, False, False),
    ],
)
def test_a_project_is_reopened_while_its_end_is_not_past(status, ends, editable, reopens):
    today = date(2026, 11, 25)
    document = {"id": "p", "status": status, "end_date": (today + timedelta(days=ends)).isoformat()}
    project = Project.from_json({**document, "editable": editable})
    assert project.can_reopen(today) is reopens
    assert project.can_close is (editable and project.status is ProjectStatus.OPEN)


def test_the_usual_project_comes_first_and_the_others_keep_their_order():
    projects = [Project.from_json({"id": name}) for name in "abc"]
    assert [one.id for one in with_first(projects, "b")] == ["b", "a", "c"]
    assert [one.id for one in with_first(projects, "gone")] == ["a", "b", "c"]


def test_the_history_says_who_what_and_why():
    (change,) = history_of(
        {
            "changes": [
                {"moment": "2026-02-01T09:30:00Z", "author": "C. Roux", "text": "Quota", "reason": "R"},
                7,
            ]
        }
    )
    assert (change.author, change.text, change.reason) == ("C. Roux", "Quota", "R")
    assert change.moment.isoformat() == "2026-02-01T09:30:00+00:00"
