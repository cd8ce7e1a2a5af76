"""Notifications: who is told of what, in words, once; and what each person prefers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from postgres import server
from requesters import Requester, refused
from running import TEST_CLIENT_URL, SignedIn
from shapely.geometry import box, mapping
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.notifications.posting import MAILED, Kind, Topic
from dinamis_service.notifications.tables import OutgoingMail
from dinamis_service.notifications.wording import worded
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.instruction import Instruction
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.states import State
from dinamis_service.settings import Settings

PATH, PREFERENCES = "/api/notifications", "/api/preferences"
LARGE = mapping(box(3.0, 43.0, 3.8, 43.5))  # beyond the quota of Pléiades


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path / "data")
    address = server().new_database().replace("postgresql:", "postgresql+psycopg:")
    return Settings(data_dir=tmp_path / "data", database_url=address)


@pytest.fixture
def operator(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in("operator"))


@pytest.fixture
def requester(client: TestClient, operator: Requester, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


@pytest.fixture
def instruction(context: Context, operator: Requester) -> Instruction:
    orders = Orders(context.database, context.catalogue, context.clock)
    return Instruction(orders, Caller(operator.principal, "en"))


def news(person: Requester, query: str = "") -> list[dict[str, Any]]:
    answer = person.get(PATH + query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["notifications"])


def titles(person: Requester) -> list[tuple[str, str]]:
    return [(one["kind"], one["title"]) for one in news(person)]


def write(person: Requester, order_id: str, text: str) -> None:
    path = f"/api/orders/{order_id}/messages"
    assert person.client.post(path, data={"text": text}, headers=person.headers).status_code == 201


def test_each_side_is_told_of_what_the_other_does(
    requester: Requester, operator: Requester, instruction: Instruction
) -> None:
    order_id = requester.submit(geometry=LARGE)["id"]
    assert titles(operator) == [("state", f"New request {order_id}")]
    assert "SPOT" not in news(operator)[0]["text"]
    assert "km²" in news(operator)[0]["text"]
    assert titles(requester) == []
    instruction.quote(order_id, Decimal(1234), "as agreed")
    ((kind, title),) = titles(requester)
    assert (kind, title) == ("quotation", f"Quotation for request {order_id}")
    text = news(requester)[0]["text"]
    assert "€1,234.00" in text
    assert text.endswith("Reason: as agreed")
    requester.post(f"/stapi/orders/{order_id}/accept")
    assert titles(operator)[0] == ("quotation", f"Quotation accepted: {order_id}")
    instruction.produce(order_id)
    assert titles(requester)[0] == ("state", f"Request {order_id}: programmed")
    write(requester, order_id, "When?")
    assert titles(operator)[0] == ("message", f"Message about request {order_id}")
    assert news(operator)[0]["text"] == f"{requester.principal.name}: When?"
    write(operator, order_id, "Soon.")
    assert titles(requester)[0] == ("message", f"Message about request {order_id}")
    assert [len(news(one)) for one in (requester, operator)] == [3, 3]


def test_a_quotation_declined_and_a_request_cancelled(
    requester: Requester, operator: Requester, instruction: Instruction
) -> None:
    quoted, other = (requester.submit(geometry=LARGE)["id"] for _ in range(2))
    instruction.quote(quoted, Decimal(10))
    requester.post(f"/stapi/orders/{quoted}/decline", {"reason": "too dear"})
    requester.post(f"/stapi/orders/{other}/cancel")
    requester.post(f"/stapi/orders/{other}/cancel")
    assert titles(operator)[:2] == [
        ("state", f"Request cancelled: {other}"),
        ("quotation", f"Quotation declined: {quoted}"),
    ]
    assert news(operator)[1]["text"].endswith("Reason: too dear")
    assert len(news(operator)) == 4


def test_what_is_refused_tells_nobody(requester: Requester, operator: Requester) -> None:
    refused(requester.post("/stapi/orders/none/cancel"), 404, "not-found")
    order_id = requester.submit()["id"]
    refused(requester.post(f"/stapi/orders/{order_id}/accept"), 409, "conflict")
    assert len(news(operator)) == 1
    assert news(requester) == []


def test_an_operator_is_not_told_of_their_own_request(
    requester: Requester, operator: Requester, signed_in: Callable[..., SignedIn]
) -> None:
    colleague = Requester(operator.client, signed_in("operator"))
    order_id = operator.submit()["id"]
    assert news(operator) == []
    assert [one["order_id"] for one in news(colleague)] == [order_id]


def test_words_follow_the_reader(requester: Requester, instruction: Instruction) -> None:
    order_id = requester.submit()["id"]
    instruction.refuse(order_id, "hors zone")
    requester.headers["Accept-Language"] = "fr"
    (told,) = news(requester)
    assert told["title"] == f"Demande {order_id} : refusée"
    assert told["text"] == "Votre demande est maintenant refusée. Motif : hors zone"
    assert told["project_id"] == requester.project


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("topic", list(Topic))
def test_every_topic_has_words_even_where_little_is_known(topic: Topic, language: Any) -> None:
    for state in State if topic is Topic.STATE else [State.ACCEPTED]:
        facts = {"state": state.value, "cents": 100, "reason": None, "author": "Camille Martin"}
        for told in worded(topic, "2026-001-SCI-2026-A-001-SPOT", facts, language):
            assert len(told) > 5
            assert "None" not in told


def test_reading_marks_own_notifications_only(requester: Requester, operator: Requester) -> None:
    ids = [requester.submit()["id"] for _ in range(3)]
    told = news(operator)
    assert [one["order_id"] for one in told] == ids[::-1]
    body = {"ids": [told[0]["id"], told[2]["id"]]}
    assert requester.post(f"{PATH}/read", body).json() == {"unread": 0}
    assert operator.get(PATH).json()["unread"] == 3
    assert operator.post(f"{PATH}/read", body).json() == {"unread": 1}
    assert [one["read"] for one in news(operator)] == [True, False, True]
    assert [one["id"] for one in news(operator, "?unread=true")] == [told[1]["id"]]
    assert operator.post(f"{PATH}/read", {"all": True}).json() == {"unread": 0}
    for odd in ({}, {"ids": []}, {"ids": [1], "all": True}, {"ids": ["x"]}, {"ids": [-1]}, {"all": 1}):
        refused(operator.post(f"{PATH}/read", odd), 422, "invalid")


def test_pages_and_a_list_that_is_known_already(requester: Requester, operator: Requester) -> None:
    for _ in range(5):
        requester.submit()
    path, seen = f"{PATH}?limit=2", []
    while path:
        page = operator.get(path).json()
        seen += [one["id"] for one in page["notifications"]]
        path = next((one["href"] for one in page["links"]), "").removeprefix(TEST_CLIENT_URL)
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)

    def ask(tag: str = "", query: str = "") -> Any:
        return operator.client.get(PATH + query, headers=operator.headers | {"If-None-Match": tag})

    tag = ask().headers["etag"]
    assert ask(tag).status_code == 304
    assert ask(tag, "?limit=3").status_code == 200
    operator.post(f"{PATH}/read", {"ids": [seen[0]]})
    tag, before = ask(tag).headers["etag"], tag
    assert tag != before
    requester.submit()
    assert ask(tag).status_code == 200


def test_preferences_say_what_comes_by_mail(
    requester: Requester, operator: Requester, context: Context
) -> None:
    told = operator.get(PREFERENCES)
    every = dict.fromkeys(MAILED, True)
    assert told.json() == {"language": None, "emails": every, "etag": told.headers["etag"]}

    def put(body: dict[str, Any], tag: str | None) -> Any:
        headers = operator.headers | ({"If-Match": tag} if tag else {})
        return operator.client.put(PREFERENCES, json=body, headers=headers)

    wish = {"language": "en", "emails": {**every, "state": False}}
    refused(put(wish, None), 428, "precondition-required")
    kept = put(wish, told.headers["etag"])
    assert kept.json() == {**wish, "etag": kept.headers["etag"]}
    refused(put(wish, told.headers["etag"]), 412, "changed-meanwhile")
    refused(put({"language": "de"}, kept.headers["etag"]), 422, "invalid", "language")
    refused(put({"emails": {"call": True}}, kept.headers["etag"]), 422, "invalid", "emails.call")
    refused(put({"emails": {"state": 0}}, kept.headers["etag"]), 422, "invalid", "emails.state")
    refused(operator.post(f"{PATH}/read", {"ids": [False]}), 422, "invalid", "ids.0")
    assert operator.get(PREFERENCES).json() == kept.json()
    assert requester.get(PREFERENCES).json()["language"] is None

    order_id = requester.submit()["id"]
    write(requester, order_id, "Hello")
    assert len(news(operator)) == 2, "in the application all is told"
    with context.database.reading() as session:
        mails = session.scalars(select(OutgoingMail)).all()
    assert [(one.topic, one.language, one.address) for one in mails] == [
        ("question", "en", operator.principal.email)
    ]


def test_kinds_of_projects_and_calls_are_not_mailed() -> None:
    assert set(Kind) - set(MAILED) == {Kind.PROJECT, Kind.CALL, Kind.REGISTRY}, "a letter comes with the last"


def test_nobody_reads_them_without_signing_in(client: TestClient) -> None:
    calls = [("GET", PATH), ("POST", f"{PATH}/read"), ("GET", PREFERENCES), ("PUT", PREFERENCES)]
    for method, path in calls:
        refused(client.request(method, path, json={"all": True}), 401, "not-signed-in")
