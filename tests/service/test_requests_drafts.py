"""Drafts of requests: kept as they are, gone once they are sent, nobody else's business."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from postgres import server
from requesters import PROGRAMMING, ZONE, Requester, refused, tasking
from running import LiveService, SignedIn
from shapely.geometry import mapping

from dinamis_service.requests import drafts as rules
from dinamis_service.settings import Settings

PATH = "/api/drafts"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def settings(request: pytest.FixtureRequest, tmp_path: Any) -> Settings:
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path / "data")
    address = server().new_database().replace("postgresql:", "postgresql+psycopg:")
    return Settings(data_dir=tmp_path / "data", database_url=address)


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


def draft(draft_id: str | None = None, **content: Any) -> dict[str, Any]:
    return {
        "id": draft_id or str(uuid.uuid4()),
        "product_id": "pleiades-programming",
        "title": "Étang",
        "content": content,
    }


def ask(requester: Requester, method: str, draft_id: str, body: Any = None, tag: str | None = None) -> Any:
    headers = requester.headers | ({"If-Match": tag} if tag else {})
    return requester.client.request(method, f"{PATH}/{draft_id}", json=body, headers=headers)


def listed(requester: Requester) -> list[dict[str, Any]]:
    return list(requester.get(PATH).json()["drafts"])


def test_a_draft_is_kept_as_it_was_sent(requester: Requester) -> None:
    body = draft(geometry=mapping(ZONE), order_parameters={"comment": "à finir"}, datetime="soon")
    answer = requester.post(PATH, body)
    assert answer.status_code == 201, answer.text
    kept = answer.json()
    assert answer.headers["location"].endswith(f"{PATH}/{body['id']}")
    assert answer.headers["etag"] == kept["etag"]
    assert (kept["id"], kept["title"]) == (body["id"], "Étang")
    assert kept["content"]["datetime"] == "soon"
    assert kept["content"]["order_parameters"] == {"comment": "à finir"}
    assert "filter" not in kept["content"]
    assert listed(requester) == [kept] == [ask(requester, "GET", body["id"]).json()]


def test_sent_again_it_is_one_draft(requester: Requester) -> None:
    body = draft()
    assert [requester.post(PATH, body).status_code for _ in range(2)] == [201, 200]
    refused(requester.post(PATH, body | {"title": "Other"}), 409, "conflict")
    other = draft()
    assert [requester.post(PATH, other, "key").status_code for _ in range(2)] == [201, 200]
    refused(requester.post(PATH, draft(), "key"), 409, "conflict")
    assert len(listed(requester)) == 2


def test_who_has_not_seen_a_draft_as_it_is_does_not_change_it(requester: Requester) -> None:
    body = draft()
    first = requester.post(PATH, body).json()["etag"]
    change = {"title": "Better", "content": {"filter": {"op": "and", "args": []}}}
    refused(ask(requester, "PUT", body["id"], change), 428, "precondition-required")
    refused(ask(requester, "DELETE", body["id"]), 428, "precondition-required")
    second = ask(requester, "PUT", body["id"], change, first)
    assert (second.status_code, second.json()["title"]) == (200, "Better")
    refused(ask(requester, "PUT", body["id"], change, first), 412, "changed-meanwhile")
    refused(ask(requester, "DELETE", body["id"], tag=first), 412, "changed-meanwhile")
    assert ask(requester, "DELETE", body["id"], tag=second.json()["etag"]).status_code == 204
    refused(ask(requester, "GET", body["id"]), 404, "not-found")


def test_a_draft_is_gone_once_it_was_sent(requester: Requester) -> None:
    body, other = draft(), draft()
    for one in (body, other):
        requester.post(PATH, one)
    refused(requester.post(PROGRAMMING, tasking("2020-999-SCI"), body["id"]), 422, "invalid", "project_id")
    assert len(listed(requester)) == 2, "a refused request keeps its draft"
    order = requester.post(PROGRAMMING, tasking(requester.project), body["id"])
    assert order.status_code == 201
    assert [one["id"] for one in listed(requester)] == [other["id"]]
    refused(requester.post(PATH, body), 409, "conflict")
    assert requester.post(PROGRAMMING, tasking(requester.project), body["id"]).json() == order.json()


def test_a_request_is_copied_into_a_draft(requester: Requester) -> None:
    order = requester.submit()
    answer = requester.post(f"/api/orders/{order['id']}/duplicate", key="again")
    assert answer.status_code == 201, answer.text
    copy = answer.json()
    assert copy["title"] == f"Copy of {order['id']}"
    assert copy["product_id"] == "pleiades-programming"
    content = copy["content"]
    assert content["order_parameters"] == order["properties"]["order_parameters"]
    assert content["geometry"] == order["geometry"]
    assert requester.post(f"/api/orders/{order['id']}/duplicate", key="again").status_code == 200
    sent = requester.post(PROGRAMMING, content, copy["id"])
    assert sent.status_code == 201, sent.text
    assert listed(requester) == []
    assert requester.post(f"/api/orders/{order['id']}/duplicate").status_code == 201
    refused(requester.post("/api/orders/none/duplicate"), 404, "not-found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"id": "mine"}, "id"),
        ({"content": {"geometry": {"type": "Polygon", "coordinates": [1]}}}, "content.geometry"),
        ({"content": {"geometry": {"type": "Blob"}}}, "content.geometry"),
        ({"content": {"zone": 1}}, "content.zone"),
        ({"content": None}, "content"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\0b"}, "title"),
    ],
)
def test_what_is_no_draft(requester: Requester, body: dict[str, Any], field: str) -> None:
    refused(requester.post(PATH, draft() | body), 422, "invalid", field)
    assert listed(requester) == []


def test_drafts_have_bounds(requester: Requester, monkeypatch: pytest.MonkeyPatch) -> None:
    large = draft(order_parameters={"comment": "x" * (2 * 1024 * 1024)})
    refused(requester.post(PATH, large), 422, "invalid", "content")
    monkeypatch.setattr(rules, "MAX_DRAFTS", 2)
    monkeypatch.setattr(rules, "MAX_TOTAL_BYTES", 100)
    requester.post(PATH, draft(datetime="x" * 60))
    refused(requester.post(PATH, draft(datetime="x" * 60)), 422, "invalid", "content")
    assert requester.post(PATH, draft()).status_code == 201
    refused(requester.post(PATH, draft()), 409, "conflict")


def test_drafts_are_each_person_s_own(requester: Requester, signed_in: Callable[..., SignedIn]) -> None:
    body = draft()
    tag = requester.post(PATH, body).json()["etag"]
    for role in ("user", "operator"):
        other = Requester(requester.client, signed_in(role))
        for method in ("GET", "PUT", "DELETE"):
            refused(ask(other, method, body["id"], body, tag), 404, "not-found")
        assert listed(other) == []
        assert other.post(PATH, body).status_code == 201, "the identifier of somebody else is no secret"
    for method, path in (("GET", PATH), ("POST", PATH), ("GET", f"{PATH}/x"), ("PUT", f"{PATH}/x")):
        refused(requester.client.request(method, path, json=body), 401, "not-signed-in")


def test_calls_at_once_make_one_draft(live_service: LiveService) -> None:
    with httpx.Client(base_url=live_service.url, timeout=60) as client:
        requester = Requester(client, live_service.sign_in())
        body = draft()
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: requester.post(PATH, body).status_code, range(6)))
        assert sorted(answers) == [200] * 5 + [201]
