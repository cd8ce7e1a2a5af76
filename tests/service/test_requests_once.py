"""One request for one intention: retries, threads and restarts make no second one."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Client
from requesters import PROGRAMMING, Requester, refused, tasking, window
from running import TEST_CLIENT_URL, LiveService, SignedIn, sign_in

from dinamis_service.app import create_app, create_context
from dinamis_service.clock import utc_now
from dinamis_service.context import Context
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.orders import Orders, Submission
from dinamis_service.settings import Settings


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


def test_the_same_key_makes_one_request(requester: Requester) -> None:
    body, key = tasking(requester.project), str(uuid.uuid4())
    first, second = (requester.post(PROGRAMMING, body, key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    shuffled = dict(reversed(body.items()))
    assert requester.post(PROGRAMMING, shuffled, key).json()["id"] == first.json()["id"]
    assert len(requester.get("/stapi/orders").json()["features"]) == 1


def test_the_same_key_with_another_body_is_a_conflict(requester: Requester) -> None:
    key = str(uuid.uuid4())
    first = requester.post(PROGRAMMING, tasking(requester.project), key).json()["id"]
    other = tasking(requester.project, datetime=window(days=40))
    assert first in refused(requester.post(PROGRAMMING, other, key), 409, "conflict")
    elsewhere = requester.post("/stapi/products/spot-programming/orders", tasking(requester.project), key)
    refused(elsewhere, 409, "conflict")
    assert len(requester.get("/stapi/orders").json()["features"]) == 1


def test_keys_are_each_user_s_own(requester: Requester, signed_in: Callable[..., SignedIn]) -> None:
    other = Requester(requester.client, signed_in())
    answers = [one.post(PROGRAMMING, tasking(one.project), "same-key") for one in (requester, other)]
    assert [answer.status_code for answer in answers] == [201, 201]
    refused(requester.post(PROGRAMMING, tasking(requester.project), "k" * 201), 422, "invalid")


def test_a_lost_answer_is_found_again_even_when_the_window_has_passed(
    requester: Requester, context: Context
) -> None:
    body, key = tasking(requester.project), str(uuid.uuid4())
    first = requester.post(PROGRAMMING, body, key).json()["id"]
    orders = Orders(context.database, context.catalogue, lambda: utc_now() + timedelta(days=60))
    caller = Caller(requester.principal, "en")

    geometry = json.loads(json.dumps(body["geometry"]))  # lists, as the wire makes them
    submission = Submission(
        "pleiades-programming", body["datetime"], geometry, None, body["order_parameters"]
    )
    order, created = orders.submit(caller, submission, key)
    assert (order.id, created) == (first, False)


def test_eight_threads_get_no_double_and_no_gap(live_service: LiveService) -> None:
    with Client(base_url=live_service.url, timeout=60) as client:
        requester = Requester(client, live_service.sign_in())
        body = tasking(requester.project)
        keys = [str(uuid.uuid4()) for _ in range(12)]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda key: requester.post(PROGRAMMING, body, key), keys * 2))
        statuses = [answer.status_code for answer in answers]
        assert (statuses.count(201), statuses.count(200)) == (12, 12)
        ids = [answer.json()["id"] for answer in answers]
        assert ids[:12] == ids[12:], "a key answers with its own request"
        assert sorted(int(one.split("-")[5]) for one in ids[:12]) == list(range(1, 13))


def test_a_restart_keeps_all(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")

    def opened() -> tuple[Context, TestClient]:
        context = create_context(settings)
        return context, TestClient(create_app(context), TEST_CLIENT_URL)

    context, client = opened()
    with client:
        requester = Requester(client, sign_in(context))
        key = str(uuid.uuid4())
        body = tasking(requester.project)
        order = requester.post(PROGRAMMING, body, key).json()
    context, client = opened()
    with client:
        requester.client = client
        assert requester.get(f"/stapi/orders/{order['id']}").json() == order
        assert requester.post(PROGRAMMING, body, key).status_code == 200
        assert requester.submit()["id"] == order["id"].replace("P-001", "P-002")
