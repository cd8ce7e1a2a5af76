"""Following requests: who sees them, lists that are cheap to ask again, answers to what changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import stapi_pydantic
from fastapi.testclient import TestClient
from requesters import Requester, refused
from running import TEST_CLIENT_URL, SignedIn
from shapely.geometry import box, mapping

from dinamis_service.catalogue.moments import format_moment
from dinamis_service.clock import utc_now
from dinamis_service.context import Context
from dinamis_service.errors import PreconditionFailedError
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.instruction import Instruction
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.states import State
from dinamis_service.requests.tables import Project
from dinamis_service.requests.tasks import NOTHING, current_task

LARGE = mapping(box(3.0, 43.0, 3.8, 43.5))  # beyond the quota of Pléiades


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


@pytest.fixture
def instruct(context: Context, signed_in: Callable[..., SignedIn]) -> Callable[..., Instruction]:
    """Call it, with an `If-Match` if need be: instruction by an operator."""
    operator = Caller(signed_in("operator").principal, "en")
    orders = Orders(context.database, context.catalogue, context.clock)
    return lambda if_match=None: Instruction(orders, operator, if_match)


def told(requester: Requester, order_id: str) -> dict[str, Any]:
    return dict(requester.get(f"/stapi/orders/{order_id}").json()["properties"])


def rels(requester: Requester, order_id: str) -> set[str]:
    """What may be done with a request now."""
    links = requester.get(f"/stapi/orders/{order_id}").json()["links"]
    return {link["rel"] for link in links if link.get("method") == "POST"}


def ids(requester: Requester, query: str = "") -> list[str]:
    answer = requester.get(f"/stapi/orders{query}")
    assert answer.status_code == 200, answer.text
    stapi_pydantic.OrderCollection.model_validate(answer.json())
    return [one["id"] for one in answer.json()["features"]]


def test_a_request_tells_what_a_follow_up_needs(requester: Requester) -> None:
    answer = requester.get(f"/stapi/orders/{requester.submit(geometry=LARGE)['id']}")
    order = answer.json()
    properties = order["properties"]
    assert answer.headers["etag"] == properties["dinamis:etag"]
    assert order["bbox"] == [3.0, 43.0, 3.8, 43.5]
    assert properties["dinamis:own"] is True
    assert properties["dinamis:requester"] == {
        "name": requester.principal.name,
        "email": requester.principal.email,
    }
    assert properties["dinamis:project_title"] == "Coastline"
    assert isinstance(properties["dinamis:zone_id"], int)
    assert properties["dinamis:quota_version"] == 1
    task = {"who": "operator", "text": "Taking up of the request"}
    assert properties["dinamis:current_task"] == task
    judged = properties["dinamis:assessment"]
    assert judged["quota_km2"] == 1500
    assert judged["excess_km2"] == properties["dinamis:excess_km2"]
    assert judged["price"]["eur"] == properties["dinamis:price_eur"]
    assert judged["share"] == pytest.approx(judged["area_km2"] / 1500, abs=1e-4)
    assert any("may be rejected" in one["text"] for one in judged["messages"])
    del requester.headers["Accept-Language"]
    french = told(requester, order["id"])
    assert french["dinamis:current_task"]["text"] == "Prise en charge de la demande"
    assert any("risque d'être rejetée" in one["text"] for one in french["dinamis:assessment"]["messages"])


def test_every_state_that_ends_a_request_awaits_nothing() -> None:
    ended = {state for state in State if current_task(state) is NOTHING}
    assert ended == {State.DELIVERED, State.REJECTED, State.CANCELLED, State.FAILED, State.EXPIRED}
    assert NOTHING.words.fr == "Aucune tâche en cours"


def test_a_zone_across_the_antimeridian_has_the_box_of_rfc_7946(requester: Requester) -> None:
    order = requester.submit(geometry=mapping(box(179.8, -17.2, 180.3, -16.8)))
    assert order["bbox"] == [179.8, -17.2, -179.7, -16.8]


def test_the_owner_of_the_project_sees_its_requests_and_changes_none(
    requester: Requester, context: Context, signed_in: Callable[..., SignedIn]
) -> None:
    order_id = requester.submit()["id"]
    owner = Requester(requester.client, signed_in())
    assert ids(owner) == []
    with context.database.session() as session:
        session.get_one(Project, requester.project).owner_sub = owner.principal.sub
    assert ids(owner) == ids(requester) == [order_id]
    properties = told(owner, order_id)
    assert properties["dinamis:own"] is False
    assert properties["dinamis:requester"]["email"] == requester.principal.email
    assert "cancel" not in rels(owner, order_id)
    for action in ("cancel", "accept", "decline"):
        detail = refused(owner.post(f"/stapi/orders/{order_id}/{action}"), 403, "forbidden")
        assert order_id in detail
    assert told(requester, order_id)["dinamis:state"] == "submitted"


def test_lists_are_narrowed_by_state_project_and_change(requester: Requester, context: Context) -> None:
    first, second = (requester.submit()["id"] for _ in range(2))
    form = {"title": "Other", "end_date": "2099-12-31"}
    requester.project, project = requester.post("/api/projects", form).json()["id"], requester.project
    third = requester.submit()["id"]
    between = format_moment(context.clock())
    requester.post(f"/stapi/orders/{first}/cancel")
    assert ids(requester, f"?project_id={project}") == [second, first]
    assert ids(requester, "?state=cancelled") == [first]
    assert ids(requester, "?state=cancelled&state=submitted") == [third, second, first]
    assert ids(requester, f"?changed_since={between}") == [first]
    later = format_moment(utc_now() + timedelta(hours=1))
    assert ids(requester, f"?changed_since={later}") == []
    refused(requester.get("/stapi/orders?state=lost"), 422, "invalid", "state.0")
    for no_moment in ("2026-01-01T00:00:00", "0.5", "1764000000"):
        refused(requester.get(f"/stapi/orders?changed_since={no_moment}"), 422, "invalid", "changed_since")


def test_pages_keep_what_they_are_narrowed_by(requester: Requester) -> None:
    made = [requester.submit()["id"] for _ in range(3)]
    path, seen = f"/stapi/orders?limit=1&state=submitted&project_id={requester.project}", []
    while path:
        page = requester.get(path).json()
        seen += [one["id"] for one in page["features"]]
        path = next((one["href"] for one in page["links"] if one["rel"] == "next"), "")
        assert not path or "state=submitted" in path
        path = path.removeprefix(TEST_CLIENT_URL)
    assert seen == made[::-1]


def test_a_list_that_is_known_already_is_not_sent_again(requester: Requester, context: Context) -> None:
    order_id = requester.submit()["id"]

    def ask(tag: str = "", path: str = "/stapi/orders", **headers: str) -> Any:
        named = requester.headers | {"If-None-Match": tag} | headers
        return requester.client.get(path, headers=named)

    tag = ask().headers["etag"]
    unchanged = ask(tag)
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    assert ask(tag, **{"Accept-Language": "fr"}).status_code == 200
    assert ask(tag, "/stapi/orders?limit=7").status_code == 200
    requester.post(f"/stapi/orders/{order_id}/cancel")
    changed = ask(tag)
    assert changed.status_code == 200
    tag = changed.headers["etag"]
    requester.submit()
    assert ask(tag).status_code == 200
    tag = ask().headers["etag"]
    with context.database.session() as session:
        session.get_one(Project, requester.project).title = "Another title"
    assert ask(tag).json()["features"][0]["properties"]["dinamis:project_title"] == "Another title"


def test_a_quotation_is_declined_with_the_reason(
    requester: Requester, instruct: Callable[..., Instruction]
) -> None:
    order_id = requester.submit(geometry=LARGE)["id"]
    detail = refused(requester.post(f"/stapi/orders/{order_id}/decline"), 409, "conflict")
    assert "does not wait for an answer" in detail
    instruct().quote(order_id, None)
    assert rels(requester, order_id) == {"cancel", "accept", "decline", "duplicate", "messages"}
    assert told(requester, order_id)["dinamis:current_task"]["who"] == "requester"
    for _ in range(2):  # sent again, it changes nothing
        answer = requester.post(f"/stapi/orders/{order_id}/decline", {"reason": "too dear"})
        assert answer.status_code == 200
    status = answer.json()["properties"]["status"]
    assert (status["status_code"], status["reason_text"]) == ("user_cancelled", "too dear")
    assert rels(requester, order_id) == {"duplicate", "messages"}
    assert len(requester.get(f"/stapi/orders/{order_id}/statuses").json()["statuses"]) == 4


def test_a_quotation_is_answered_by_its_requester_alone(
    requester: Requester, instruct: Callable[..., Instruction], signed_in: Callable[..., SignedIn]
) -> None:
    order_id = requester.submit(geometry=LARGE)["id"]
    instruct().quote(order_id, None)
    operator = Requester(requester.client, signed_in("operator"))
    for action in ("accept", "decline"):
        refused(operator.post(f"/stapi/orders/{order_id}/{action}"), 403, "forbidden")
    assert rels(operator, order_id) == {"cancel", "duplicate", "messages"}


def test_an_answer_to_another_quotation_is_refused(
    requester: Requester, instruct: Callable[..., Instruction]
) -> None:
    order_id = requester.submit(geometry=LARGE)["id"]
    instruct().quote(order_id, None)
    seen = told(requester, order_id)["dinamis:etag"]
    instruct().quote(order_id, Decimal(9000))

    def accept(tag: str) -> Any:
        return requester.client.post(
            f"/stapi/orders/{order_id}/accept", headers=requester.headers | {"If-Match": tag}
        )

    refused(accept(seen), 412, "changed-meanwhile")
    now = told(requester, order_id)["dinamis:etag"]
    assert accept(now).status_code == 200
    assert accept(now).status_code == 200, "the answer was lost: sent again, it is known"


def test_a_decision_on_what_changed_meanwhile_is_refused(
    requester: Requester, instruct: Callable[..., Instruction]
) -> None:
    order = requester.submit()
    seen = order["properties"]["dinamis:etag"]
    requester.post(f"/stapi/orders/{order['id']}/cancel")
    with pytest.raises(PreconditionFailedError):
        instruct(seen).accept(order["id"])
    assert told(requester, order["id"])["dinamis:state"] == "cancelled"
