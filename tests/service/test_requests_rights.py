"""Who may do what with requests, drafts, messages and notifications: every role on every route and method."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from requesters import Requester, tasking
from running import TEST_CLIENT_URL, sign_in

from dinamis_service.app import create_app, create_context
from dinamis_service.context import Context
from dinamis_service.requests.tables import Project
from dinamis_service.settings import Settings

ROLES = ("requester", "owner", "colleague", "other", "operator", "anonymous")
"""The requester is a colleague of the owner of the project, who shares it in their entity."""

TABLE = """
GET    /stapi/orders                                  200 200 200 200 200 401
GET    /stapi/orders/{order_id}                       200 200 200 404 200 401
GET    /stapi/orders/{order_id}/statuses              200 200 200 404 200 401
POST   /stapi/orders/{order_id}/cancel                200 403 403 404 200 401
POST   /stapi/orders/{order_id}/accept                409 403 403 404 403 401
POST   /stapi/orders/{order_id}/decline               409 403 403 404 403 401
POST   /stapi/products/{product_id}/orders            201 201 201 422 422 401
POST   /api/orders/{order_id}/duplicate               201 201 201 404 201 401
GET    /api/orders/{order_id}/messages                200 200 200 404 200 401
POST   /api/orders/{order_id}/messages                201 403 403 404 201 401
GET    /api/orders/{order_id}/attachments/{attachment_id} 200 200 200 404 200 401
GET    /api/orders.csv                                200 200 200 200 200 401
GET    /api/drafts                                    200 200 200 200 200 401
POST   /api/drafts                                    201 201 201 201 201 401
GET    /api/drafts/{draft_id}                         200 404 404 404 404 401
PUT    /api/drafts/{draft_id}                         200 404 404 404 404 401
DELETE /api/drafts/{draft_id}                         204 404 404 404 404 401
GET    /api/notifications                             200 200 200 200 200 401
POST   /api/notifications/read                        200 200 200 200 200 401
GET    /api/preferences                               200 200 200 200 200 401
PUT    /api/preferences                               428 428 428 428 428 401
"""
ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()]
PREFIXES = ("/stapi/orders", "/api/orders", "/api/drafts", "/api/notifications", "/api/preferences")


@dataclass
class Stage:
    """The people, and what the requester made."""

    people: dict[str, Requester]
    order_id: str
    attachment_id: str
    draft: dict[str, Any]

    def call(self, role: str, method: str, path: str) -> int:
        person = self.people.get(role, self.people["other"])
        headers = {} if role == "anonymous" else dict(person.headers)
        values = {"order_id": self.order_id, "attachment_id": self.attachment_id}
        values |= {"draft_id": self.draft["id"], "product_id": "pleiades-programming"}
        arguments: dict[str, Any] = {"json": self._body(path)} if method in {"POST", "PUT"} else {}
        if path.endswith("/messages") and method == "POST":
            arguments = {"data": {"text": "Hello"}}
        if path.endswith("{draft_id}"):
            headers["If-Match"] = self.draft["etag"]
        return person.client.request(method, path.format(**values), headers=headers, **arguments).status_code

    def _body(self, path: str) -> Any:
        if path.startswith("/stapi/products"):
            return tasking(self.people["owner"].project)
        if path.startswith("/api/drafts"):
            return {"id": str(uuid.uuid4()), "content": {}}
        return {"/api/notifications/read": {"all": True}, "/api/preferences": {}}.get(path)


@pytest.fixture(scope="module")
def context(fresh_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """One service for all: each test has a request of its own."""
    folder = tmp_path_factory.mktemp("rights") / "data"
    shutil.copytree(fresh_data, folder)
    context = create_context(Settings(data_dir=folder))
    yield context
    context.catalogue.close()
    context.database.close()


@pytest.fixture(scope="module")
def people(context: Context) -> Iterator[dict[str, Requester]]:
    with TestClient(create_app(context), TEST_CLIENT_URL) as client:
        people = {role: Requester(client, sign_in(context)) for role in ("requester", "owner", "colleague")}
        people["other"] = Requester(client, sign_in(context, kind="PUB"))
        people["operator"] = Requester(client, sign_in(context, "operator", kind="ETR"))
        people["requester"].project = people["owner"].project
        yield people


@pytest.fixture
def stage(context: Context, people: dict[str, Requester]) -> Stage:
    share(context, people, shared=True)
    requester = people["requester"]
    order_id = requester.submit()["id"]
    sent = requester.client.post(
        f"/api/orders/{order_id}/messages",
        files=[("files", ("a.txt", b"plan", "text/plain"))],
        headers=requester.headers,
    )
    draft = requester.post("/api/drafts", {"id": str(uuid.uuid4()), "content": {}}).json()
    return Stage(people, order_id, sent.json()["attachments"][0]["id"], draft)


def share(context: Context, people: dict[str, Requester], *, shared: bool) -> None:
    with context.database.session() as session:
        session.get_one(Project, people["owner"].project).shared = shared


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[1]}" for row in ROWS])
def test_every_role_on_every_route(stage: Stage, row: tuple[str, ...]) -> None:
    method, path, *expected = row
    order = ["anonymous", "other", "colleague", "owner", "operator", "requester"]  # who changes things last
    told = {role: str(stage.call(role, method, path)) for role in order}
    assert told == dict(zip(ROLES, expected, strict=True))


def test_no_route_is_missing_from_the_table(context: Context) -> None:
    there = {
        (method, path)
        for path, operations in create_app(context).openapi()["paths"].items()
        for method in map(str.upper, operations)
        if path.startswith(PREFIXES)
    }
    written = {(row[0], row[1]) for row in ROWS}
    assert there <= written
    assert {path for _, path in written - there} == {"/stapi/products/{product_id}/orders"}


def test_what_is_seen_is_listed_and_exported(stage: Stage) -> None:
    for role, person in stage.people.items():
        listed = [one["id"] for one in person.get("/stapi/orders").json()["features"]]
        exported = person.get("/api/orders.csv").text
        seen = role != "other"
        assert (stage.order_id in listed) == seen, role
        assert (stage.order_id in exported) == seen, role
        if seen:
            unread = person.get(f"/stapi/orders/{stage.order_id}").json()["properties"]
            assert unread["dinamis:unread_messages"] == (role == "operator")


def test_other_methods_do_not_exist(stage: Stage) -> None:
    methods = {"GET", "POST", "PUT", "PATCH", "DELETE"}
    known: dict[str, set[str]] = {}
    for method, path, *_ in ROWS:
        known.setdefault(path, set()).add(method)
    for path, allowed in known.items():
        for method in methods - allowed:
            assert stage.call("operator", method, path) == 405, (method, path)


def test_a_project_shared_no_more_hides_its_requests_from_colleagues(stage: Stage, context: Context) -> None:
    share(context, stage.people, shared=False)
    path = "/stapi/orders/{order_id}"
    told = {role: stage.call(role, "GET", path) for role in ROLES}
    assert told == {
        **dict.fromkeys(("requester", "owner", "operator"), 200),
        **dict.fromkeys(("colleague", "other"), 404),
        "anonymous": 401,
    }
