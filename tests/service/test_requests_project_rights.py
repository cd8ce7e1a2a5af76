"""Who may do what with projects, calls and tables: every role on every route and method."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from requesters import PROGRAMMING, Requester, tasking
from running import PASSWORD, TEST_CLIENT_URL, SignedIn

from dinamis_service.context import Context
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.quotas.store import stored_table
from dinamis_service.registry.entities import add_entity

PROJECT = "/api/projects/{id}"
FORM = {"title": "Other", "end_date": "2099-12-31"}
TERMS = {"granted_km2": {"SPOT": 7200}, "reason": "Agreed"}
ROLES = ("owner", "colleague", "stranger", "operator", "anonymous")

#: Route: body, and what is answered to owner, member of the entity, somebody else, operator, nobody.
SHARED: dict[tuple[str, str], tuple[Any, tuple[int, ...]]] = {
    ("GET", "/api/projects"): (None, (200, 200, 200, 200, 401)),
    ("POST", "/api/projects"): (FORM, (201, 201, 201, 201, 401)),
    ("GET", PROJECT): (None, (200, 200, 404, 200, 401)),
    ("PATCH", PROJECT): ({"title": "New"}, (200, 403, 404, 403, 401)),
    ("POST", f"{PROJECT}/close"): (None, (200, 403, 404, 200, 401)),
    ("POST", f"{PROJECT}/reopen"): (None, (200, 403, 404, 200, 401)),
    ("PATCH", f"{PROJECT}/terms"): (TERMS, (403, 403, 404, 200, 401)),
    ("GET", f"{PROJECT}/history"): (None, (200, 403, 404, 200, 401)),
    ("POST", PROGRAMMING): ("tasking", (201, 201, 422, 422, 401)),
    ("POST", "/api/estimate"): ("estimate", (200, 200, 422, 422, 401)),
    ("GET", "/api/themes"): (None, (200,) * 5),
    ("GET", "/api/calls"): (None, (200,) * 5),
    ("GET", "/api/quotas"): (None, (200, 200, 200, 200, 401)),
    ("GET", "/api/quotas/versions"): (None, (200, 200, 200, 200, 401)),
    ("GET", "/api/quotas/versions/2026/1"): (None, (200, 200, 200, 200, 401)),
    ("POST", "/api/quotas/versions"): ("table", (403, 403, 403, 201, 401)),
}
ALONE = {
    key: (
        body,
        (told[0], told[2], *told[2:]) if "{id}" in key[1] or body in ("tasking", "estimate") else told,
    )
    for key, (body, told) in SHARED.items()
}
"""While the project is not shared, a member of the entity is anybody else."""


class Cast:
    """A project and one person of each role."""

    def __init__(self, client: TestClient, context: Context, signed_in: Callable[..., SignedIn]) -> None:
        self.client, self.context = client, context
        self.headers: dict[str, dict[str, str]] = {
            "colleague": signed_in().headers,
            "stranger": self._elsewhere("user"),
            "operator": self._elsewhere("user", "operator"),
            "anonymous": {},
        }
        owner = signed_in()  # of the entity of the colleague
        self.project = Requester(client, owner).project
        self.headers["owner"] = owner.headers

    def _elsewhere(self, *roles: str) -> dict[str, str]:
        entity = add_entity(self.context.database, name="Autre UMR", acronym="AUT", category=2)
        principal = self.context.identity.create_account(
            email=f"{uuid.uuid4().hex[:8]}@demo.example",
            given_name="Dominique",
            family_name="Autre",
            password=PASSWORD,
            entity_id=entity.id,
            roles=roles,
        )
        issuer = TEST_CLIENT_URL + REALM_PATH
        token = self.context.identity.tokens.open(principal.sub, "dinamis-qgis", "openid", issuer)
        return {"Authorization": f"Bearer {token.access_token}"}

    def ask(self, role: str, method: str, path: str, body: Any) -> int:
        path, body = path.format(id=self.project), self._body(body)
        headers = {"Accept-Language": "en", "If-Match": "*"} | self.headers[role]
        return self.client.request(method, path, json=body, headers=headers).status_code

    def _body(self, body: Any) -> Any:
        if body == "tasking":
            return tasking(self.project)
        if body == "estimate":
            asked = {"product_id": "pleiades-programming", "project_id": self.project}
            return asked | {"geometry": tasking(self.project)["geometry"]}
        if body == "table":
            now = self.context.clock()
            with self.context.database.reading() as session:
                return {"year": now.year, "content": stored_table(session, now).content, "reason": "Again"}
        return body


@pytest.fixture
def cast(client: TestClient, context: Context, signed_in: Callable[..., SignedIn]) -> Cast:
    return Cast(client, context, signed_in)


@pytest.mark.parametrize("shared", [False, True])
def test_every_role_on_every_route(cast: Cast, *, shared: bool) -> None:
    share = {"shared": shared}
    owner = cast.headers["owner"] | {"If-Match": "*"}
    cast.client.patch(f"/api/projects/{cast.project}", json=share, headers=owner)
    found, wanted = {}, {}
    for (method, path), (body, told) in (SHARED if shared else ALONE).items():
        for role, status in zip(ROLES, told, strict=True):
            wanted[f"{role} {method} {path}"] = status
            found[f"{role} {method} {path}"] = cast.ask(role, method, path, body)
    assert found == wanted


def test_the_table_of_rights_has_every_route(cast: Cast) -> None:
    documented = cast.client.get("/openapi.json").json()["paths"]
    prefixes = ("/api/projects", "/api/themes", "/api/calls", "/api/quotas", "/api/estimate")
    routes = {
        (method.upper(), path.format(project_id="{id}", year=2026, version=1))
        for path, operations in documented.items()
        if path.startswith(prefixes)
        for method in operations
    }
    assert routes <= set(SHARED)


def test_who_shares_shows_the_project_and_its_requests(cast: Cast) -> None:
    owner, colleague = cast.headers["owner"] | {"If-Match": "*"}, cast.headers["colleague"]
    path = f"/api/projects/{cast.project}"

    def listed() -> tuple[int, int]:
        projects = cast.client.get("/api/projects", headers=colleague).json()["projects"]
        orders = cast.client.get("/stapi/orders", headers=colleague).json()["features"]
        return len(projects), len(orders)

    cast.client.post(PROGRAMMING, json=tasking(cast.project), headers=owner)
    assert listed() == (0, 0)
    cast.client.patch(path, json={"shared": True}, headers=owner)
    assert listed() == (1, 1)
    seen = cast.client.get(path, headers=colleague).json()
    assert (seen["own"], seen["editable"], seen["shared"]) == (False, False, True)
    made = cast.client.post(PROGRAMMING, json=tasking(cast.project), headers=colleague)
    assert made.json()["id"].startswith(cast.project)
    cast.client.patch(path, json={"shared": False}, headers=owner)
    assert listed() == (0, 1), "what they made stays theirs"
