"""The history of a request: every change kept, none rewritten."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import stapi_pydantic
from fastapi.testclient import TestClient
from requesters import Requester, refused
from running import SignedIn
from sqlalchemy import text as sql
from sqlalchemy.exc import DatabaseError

from dinamis_service.context import Context
from dinamis_service.errors import ConflictError
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.states import State


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


def test_cancel_by_the_requester_and_its_history(requester: Requester) -> None:
    order_id = requester.submit()["id"]
    answer = requester.post(f"/stapi/orders/{order_id}/cancel", {"reason": "wrong zone"})
    assert answer.json()["properties"]["status"]["status_code"] == "user_cancelled"
    assert requester.post(f"/stapi/orders/{order_id}/cancel").status_code == 200, "a retry"
    told = requester.get(f"/stapi/orders/{order_id}/statuses").json()["statuses"]
    assert [
        (one["status_code"], one["dinamis:state"], one["dinamis:by"], one["reason_text"]) for one in told
    ] == [
        ("received", "submitted", "requester", None),
        ("user_cancelled", "cancelled", "requester", "wrong zone"),
    ]
    stapi_pydantic.OrderStatuses.model_validate(requester.get(f"/stapi/orders/{order_id}/statuses").json())


def test_a_request_in_production_cannot_be_cancelled_by_its_requester(
    requester: Requester, context: Context, signed_in: Callable[..., SignedIn]
) -> None:
    order_id = requester.submit()["id"]
    orders = Orders(context.database, context.catalogue, context.clock)
    operator = Caller(signed_in("operator").principal, "en")
    orders.move(operator, order_id, [State.ARBITRATION, State.ACCEPTED, State.PROGRAMMED], None)
    detail = refused(requester.post(f"/stapi/orders/{order_id}/cancel"), 409, "conflict")
    assert detail == f"Request {order_id} is programmed; it cannot become cancelled."
    assert "cancel" not in {
        link["rel"] for link in requester.get(f"/stapi/orders/{order_id}").json()["links"]
    }


def test_several_steps_are_made_all_or_none(
    requester: Requester, context: Context, signed_in: Callable[..., SignedIn]
) -> None:
    order_id = requester.submit()["id"]
    orders = Orders(context.database, context.catalogue, context.clock)
    operator = Caller(signed_in("operator").principal, "en")
    with pytest.raises(ConflictError, match="cannot become delivered"):
        orders.move(operator, order_id, [State.ARBITRATION, State.DELIVERED], None)
    order = orders.get(operator, order_id)
    assert order.state == State.SUBMITTED
    assert [change.state for change in order.changes] == [State.SUBMITTED]


@pytest.mark.parametrize("statement", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_rewrite_the_history(
    requester: Requester, context: Context, statement: str
) -> None:
    requester.submit()
    with pytest.raises(DatabaseError, match="cannot be rewritten"), context.database.session() as session:
        session.execute(sql(statement.format("order_status_changes")))
