"""Projects in use: edited by who saw them, closed and reopened, made once, every change kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from requesters import PROGRAMMING, Requester, refused, tasking
from running import SignedIn
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dinamis_service.context import Context
from dinamis_service.requests.tables import Project

FORM = {"title": "Coast", "end_date": "2099-12-31"}


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


def path_of(requester: Requester, action: str = "") -> str:
    return f"/api/projects/{requester.project}{action}"


def edit(requester: Requester, if_match: str | None = "*", **changes: Any) -> Any:
    headers = requester.headers | ({"If-Match": if_match} if if_match else {})
    return requester.client.patch(path_of(requester), json=changes, headers=headers)


def test_an_edit_changes_what_is_given_and_keeps_the_rest(requester: Requester) -> None:
    before = requester.get(path_of(requester)).json()
    changes = {"title": "Shore", "objectives": "Measure", "budget": {"eur": 1000.5, "reference": "ANR-7"}}
    answer = edit(requester, before["etag"], **changes)
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert answer.headers["etag"] == after["etag"] != before["etag"]
    budget = {"eur": 1000.5, "reference": "ANR-7", "committed_eur": 0, "left_eur": 1000.5}
    assert after == before | changes | {"etag": after["etag"], "budget": budget}
    assert requester.get(path_of(requester)).json() == after
    assert edit(requester, after["etag"], budget=None).json()["budget"] is None


def test_an_edit_is_made_by_who_saw_the_project(requester: Requester) -> None:
    seen = requester.get(path_of(requester)).json()["etag"]
    refused(edit(requester, None, title="Blind"), 428, "precondition-required")
    assert edit(requester, seen, title="First").status_code == 200
    refused(edit(requester, seen, title="Second"), 412, "changed-meanwhile")
    stale = requester.client.post(
        path_of(requester, "/close"), headers=requester.headers | {"If-Match": seen}
    )
    refused(stale, 412, "changed-meanwhile")
    assert requester.get(path_of(requester)).json()["title"] == "First"


def test_an_edit_that_changes_nothing_is_no_change(requester: Requester) -> None:
    before = requester.get(path_of(requester)).json()
    assert edit(requester, title=before["title"], end_date=before["end_date"], budget=None).json() == before
    assert len(requester.get(path_of(requester, "/history")).json()["changes"]) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"end_date": "2020-01-01"}, "end_date"),
        ({"themes": ["x"] * 21}, "themes"),
        ({"budget": {"eur": -1}}, "budget.eur"),
        ({"budget": {"eur": 1.001}}, "budget.eur"),
        ({"budget": {"eur": 1e12}}, "budget.eur"),
        ({"budget": {"eur": "much"}}, "budget.eur"),
        ({"budget": {"eur": 1, "reference": "x" * 201}}, "budget.reference"),
        ({"shared": "perhaps"}, "shared"),
    ],
)
def test_edits_that_cannot_be(requester: Requester, changes: dict[str, Any], field: str) -> None:
    before = requester.get(path_of(requester)).json()
    refused(edit(requester, **changes), 422, "invalid", field)
    assert requester.get(path_of(requester)).json() == before


def test_science_is_asked_of_scientists(client: TestClient, signed_in: Callable[..., SignedIn]) -> None:
    public = Requester(client, signed_in("user", "PUB"))
    refused(edit(public, objectives="Measure"), 422, "invalid", "objectives")


def test_a_closed_project_keeps_its_requests_and_takes_none(requester: Requester) -> None:
    order = requester.submit()
    closed = requester.post(path_of(requester, "/close"), {"reason": "Done"}).json()
    assert (closed["status"], closed["closed"]) == ("closed", datetime.now(UTC).date().isoformat())
    assert requester.post(path_of(requester, "/close")).json() == closed, "a retry"
    answer = requester.post(PROGRAMMING, tasking(requester.project))
    refused(answer, 409, "conflict", "project_id")
    assert requester.get(f"/stapi/orders/{order['id']}").json() == order
    opened = requester.post(path_of(requester, "/reopen")).json()
    assert (opened["status"], opened["closed"]) == ("open", None)
    requester.submit()


def test_a_project_that_is_over_is_opened_by_another_end_date(requester: Requester, context: Context) -> None:
    today = datetime.now(UTC).date()
    with context.database.session() as session:
        session.get_one(Project, requester.project).end_date = today - timedelta(days=1)
    assert requester.get(path_of(requester)).json()["status"] == "closed"
    refused(requester.post(path_of(requester, "/reopen")), 409, "conflict", "end_date")
    assert edit(requester, end_date=str(today + timedelta(days=30))).json()["status"] == "open"


def test_every_change_is_kept(requester: Requester, signed_in: Callable[..., SignedIn]) -> None:
    edit(requester, title="Shore", shared=True, budget={"eur": 5000, "reference": "ANR"})
    requester.post(path_of(requester, "/close"), {"reason": "Holidays"})
    operator = signed_in("operator")
    terms = {"granted_km2": {"SPOT": 20000}, "reason": "Committee of May"}
    headers = operator.headers | {"If-Match": "*"}
    requester.client.patch(path_of(requester, "/terms"), json=terms, headers=headers)
    changes = requester.get(path_of(requester, "/history")).json()["changes"]
    assert [(one["text"], one["reason"]) for one in changes] == [
        ("Project opened.", None),
        ("Change: Title, Sharing with the entity (yes), Budget (€5,000.00).", None),
        ("Project closed.", "Holidays"),
        ("Granted quotas: SPOT 20,000 km².", "Committee of May"),
    ]
    assert changes[0]["author"] == requester.principal.name
    french = requester.client.get(
        path_of(requester, "/history"), headers=requester.headers | {"Accept-Language": "fr"}
    )
    assert french.json()["changes"][3]["text"] == "Quotas accordés : SPOT 20\u202f000 km²."


@pytest.mark.parametrize(
    "statement", ["UPDATE project_changes SET reason = ''", "DELETE FROM project_changes"]
)
def test_the_database_rewrites_no_change(requester: Requester, context: Context, statement: str) -> None:
    assert requester.project
    with pytest.raises(DBAPIError, match="cannot be rewritten"), context.database.session() as session:
        session.execute(text(statement))


def test_the_same_key_makes_one_project(requester: Requester, signed_in: Callable[..., SignedIn]) -> None:
    first, second = (requester.post("/api/projects", FORM, "key") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.json()["id"] in refused(
        requester.post("/api/projects", FORM | {"title": "Other"}, "key"), 409, "conflict"
    )
    assert len(requester.get("/api/projects").json()["projects"]) == 2
    other = Requester(requester.client, signed_in())
    assert other.post("/api/projects", FORM, "key").status_code == 201, "keys are each user's own"
    refused(requester.post("/api/projects", FORM, "x" * 201), 422, "invalid")


def test_themes_are_suggested_in_the_language_of_the_reader(client: TestClient) -> None:
    told = {
        language: client.get("/api/themes", headers={"Accept-Language": language}).json()["themes"]
        for language in ("fr", "en")
    }
    assert {"id": "coast", "title": "Littoral"} in told["fr"]
    assert {"id": "coast", "title": "Coast"} in told["en"]
