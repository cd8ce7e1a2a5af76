"""Projects: made, listed, read, and their identifiers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from requesters import refused
from running import SignedIn

from dinamis_service.context import Context
from dinamis_service.requests import demo

YEAR = datetime.now(UTC).year
FULL = {
    "title": "  Coastline  ",
    "themes": ["Coast", "Risks"],
    "end_date": "2099-12-31",
    "description": "Seasons of a beach",
    "objectives": "Measure",
    "methodology": "Compare",
    "expected_results": "A map",
    "publications": "None yet",
}


def create(client: TestClient, person: SignedIn, **changes: Any) -> Any:
    headers = person.headers | {"Accept-Language": "en"}
    return client.post("/api/projects", json={**FULL, **changes}, headers=headers)


def test_a_project_keeps_what_was_written(client: TestClient, signed_in: Callable[..., SignedIn]) -> None:
    person = signed_in()
    answer = create(client, person)
    assert answer.status_code == 201
    project = answer.json()
    assert project == {
        **FULL,
        "title": "Coastline",
        "id": f"{YEAR}-001-SCI",
        "kind": "SCI",
        "status": "open",
        "start_date": datetime.now(UTC).date().isoformat(),
        "owner": person.principal.email,
        "owner_name": person.principal.name,
        "own": True,
        "editable": True,
        "shared": False,
        "closed": None,
        "granted_km2": {},
        "package": None,
        "budget": None,
        "request_count": 0,
        "etag": project["etag"],
    }
    assert answer.headers["etag"] == project["etag"]
    assert client.get(f"/api/projects/{project['id']}", headers=person.headers).json() == project
    assert client.get("/api/projects", headers=person.headers).json() == {"projects": [project]}


@pytest.mark.parametrize("kind", ["PUB", "RND", "PCP", "ETR"])
def test_the_kind_of_user_names_the_project_and_asks_for_no_science(
    client: TestClient, signed_in: Callable[..., SignedIn], kind: str
) -> None:
    person = signed_in("user", kind)
    plain = dict.fromkeys(("objectives", "methodology", "expected_results"), "")
    assert create(client, person, **plain).json()["id"] == f"{YEAR}-001-{kind}"
    refused(create(client, person), 422, "invalid", "objectives")
    assert create(client, person, **plain).json()["id"] == f"{YEAR}-002-{kind}", "no gap"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "x\0"}, "title"),
        ({"description": "\0"}, "description"),
        ({"end_date": "soon"}, "end_date"),
        ({"end_date": str(datetime.now(UTC).date() - timedelta(days=1))}, "end_date"),
        ({"themes": [""]}, "themes.0"),
        ({"themes": ["x"] * 21}, "themes"),
        ({"description": "x" * 10_001}, "description"),
    ],
)
def test_projects_that_cannot_be(
    client: TestClient, signed_in: Callable[..., SignedIn], change: dict[str, Any], field: str
) -> None:
    person = signed_in()
    refused(create(client, person, **change), 422, "invalid", field)
    assert client.get("/api/projects", headers=person.headers).json() == {"projects": []}


def test_projects_are_seen_by_their_owner_and_operators(
    client: TestClient, signed_in: Callable[..., SignedIn]
) -> None:
    owner, other, operator = signed_in(), signed_in(), signed_in("operator")
    project_id = create(client, owner).json()["id"]
    path = f"/api/projects/{project_id}"
    refused(client.get(path, headers=other.headers), 404, "not-found")
    refused(client.get(path), 401, "not-signed-in")
    assert client.get("/api/projects", headers=other.headers).json() == {"projects": []}
    assert client.get(path, headers=operator.headers).status_code == 200
    assert [
        one["id"] for one in client.get("/api/projects", headers=operator.headers).json()["projects"]
    ] == [project_id]


def test_eight_threads_get_eight_numbers(client: TestClient, signed_in: Callable[..., SignedIn]) -> None:
    person = signed_in()
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda _: create(client, person).json()["id"], range(16)))
    assert sorted(ids) == [f"{YEAR}-{number:03d}-SCI" for number in range(1, 17)]


def test_the_demonstration_opens_two_projects_once(
    context: Context, signed_in: Callable[..., SignedIn]
) -> None:
    principal = signed_in().principal
    assert [project.id for project in demo.seed(context, principal)] == [f"{YEAR}-001-SCI", f"{YEAR}-002-SCI"]
    assert demo.seed(context, principal) == []
