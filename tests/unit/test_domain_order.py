"""Requests: the states of the architecture, drafts, and what is read back."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box, shape
from test_domain_scene import ITEM, JSON, item

from dinamis_plugin.domain.aoi import count_vertices
from dinamis_plugin.domain.errors import BadAnswerError, InvalidRequestError
from dinamis_plugin.domain.estimate import Estimate
from dinamis_plugin.domain.order import (
    LEGAL_NEXT,
    STATE_OF_STAPI_CODE,
    Order,
    OrderKind,
    OrderState,
    Product,
)
from dinamis_plugin.domain.order_draft import OrderDraft, split_by_sensor
from dinamis_plugin.domain.scene import Scene

S = OrderState
ZONE = box(3.8, 43.5, 4.0, 43.7)
FEATURE = {
    "type": "Feature",
    "id": "2026-001-SCI-2026-A-001-PLEIADES",
    "stapi_type": "Order",
    "geometry": {"type": "Polygon", "coordinates": [[[3, 43], [4, 43], [4, 44], [3, 44], [3, 43]]]},
    "properties": {
        "product_id": "pleiades-archive",
        "created": "2026-11-20T10:00:00Z",
        "status": {"timestamp": "2026-11-20T11:00:00Z", "status_code": "held", "reason_text": "en attente"},
        "order_parameters": {"project_id": "2026-001-SCI", "item_ids": ["A", "B"]},
        "dinamis:state": "quotation",
        "dinamis:project_id": "2026-001-SCI",
        "dinamis:sensor": "PLEIADES",
        "dinamis:kind": "archive",
        "dinamis:area_km2": 1600.5,
        "dinamis:quota_km2": 1500,
        "dinamis:excess_km2": 100.5,
        "dinamis:price_eur": None,
        "dinamis:quota_year": 2026,
        "dinamis:delivered_items": [{"collection": "pleiades", "id": "X"}],
    },
}


def test_stapi_codes_are_those_of_decision_4():
    assert STATE_OF_STAPI_CODE == {
        "received": S.SUBMITTED,
        "held": S.ARBITRATION,
        "accepted": S.ACCEPTED,
        "processing": S.PRODUCTION,
        "scheduled": S.PROGRAMMED,
        "tasked": S.ACQUIRING,
        "completed": S.DELIVERED,
        "rejected": S.REJECTED,
        "user_cancelled": S.CANCELLED,
        "cancelled": S.CANCELLED,
        "failed": S.FAILED,
        "expired": S.EXPIRED,
    }


def test_states_are_those_of_decision_4():
    assert [state.value for state in S] == [
        "draft",
        "submitted",
        "arbitration",
        "quotation",
        "accepted",
        "production",
        "programmed",
        "acquiring",
        "delivered",
        "rejected",
        "cancelled",
        "failed",
        "expired",
    ]
    assert set(LEGAL_NEXT) == set(S)
    ended = {state for state, following in LEGAL_NEXT.items() if not following}
    assert ended == {S.DELIVERED, S.REJECTED, S.CANCELLED, S.FAILED, S.EXPIRED}


def test_every_state_can_be_reached_and_left():
    reached, todo = {S.DRAFT}, [S.DRAFT]
    while todo:
        following = LEGAL_NEXT[todo.pop()] - reached
        reached |= following
        todo.extend(following)
    assert reached == set(S)
    assert S.DELIVERED in LEGAL_NEXT[S.PRODUCTION] & LEGAL_NEXT[S.ACQUIRING]


def test_an_order_of_the_contract_is_read_whole():
    order = Order.from_stapi(FEATURE)
    assert order.state is S.QUOTATION
    assert order.kind is OrderKind.ARCHIVE
    assert order.created == datetime(2026, 11, 20, 10, tzinfo=timezone.utc)
    assert order.updated == datetime(2026, 11, 20, 11, tzinfo=timezone.utc)
    assert (order.area_km2, order.quota_km2, order.excess_km2, order.price_eur) == (
        1600.5,
        1500.0,
        100.5,
        None,
    )
    assert order.item_ids == ("A", "B")
    assert order.delivered_items == (("pleiades", "X"),)
    assert not order.can_be_cancelled
    assert not order.is_over
    linked = Order.from_stapi({**FEATURE, "links": [{"rel": "self"}, {"rel": "accept"}, {"rel": "cancel"}]})
    assert linked.can_be_accepted
    assert linked.can_be_cancelled
    assert linked.actions == {"accept", "cancel"}
    assert order.reason == "en attente"


def test_an_order_of_another_stapi_service_is_read_too():
    foreign = {
        "id": "4f42",
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [3.87, 43.61]},
        "properties": {
            "product_id": "test-spotlight",
            "status": {"status_code": "tasked"},
            "order_parameters": {},
        },
    }
    order = Order.from_stapi(foreign)
    assert order.state is S.ACQUIRING
    assert order.kind is OrderKind.PROGRAMMING
    assert order.geometry.is_empty
    assert order.created is None


@given(st.sampled_from(sorted(FEATURE["properties"])), JSON)
def test_strange_orders_are_read_without_a_crash(key, value):
    changed = {**FEATURE, "properties": {**FEATURE["properties"], key: value}}
    assert Order.from_stapi(changed).id == FEATURE["id"]


def test_an_order_without_identifier_is_a_bad_answer():
    with pytest.raises(BadAnswerError):
        Order.from_stapi({"properties": {}})


def orderable(scene_id: str, moment: str, mission: str = "PLEIADES") -> Scene:
    raw = item(datetime=moment, dinamis__product_type="orderable", dinamis__mission=mission)
    return Scene.from_stac({**raw, "id": scene_id})


def test_an_archive_draft_spans_its_scenes():
    scenes = [orderable("B", "2024-06-11T10:45:12Z"), orderable("A", "2023-01-02T10:00:00Z")]
    draft = OrderDraft.for_scenes(scenes, parameters={"project_id": "2026-001-SCI"})
    body = draft.to_stapi()
    assert draft.product_id == "pleiades-archive"
    assert draft.kind is OrderKind.ARCHIVE
    assert body["datetime"] == "2023-01-02T10:00:00Z/2024-06-11T10:45:12Z"
    assert body["order_parameters"] == {"project_id": "2026-001-SCI", "item_ids": ["B", "A"]}
    assert shape(body["geometry"]).equals(scenes[0].footprint)
    assert "filter" not in body
    assert json.loads(json.dumps(body))
    assert draft.to_estimate()["item_ids"] == ["B", "A"]
    assert draft.to_estimate()["project_id"] == "2026-001-SCI"
    assert shape(OrderDraft.for_scenes(scenes, ZONE).to_stapi()["geometry"]).equals(ZONE)


def test_one_request_is_for_one_sensor():
    mixed = [orderable("A", "2024-01-01"), orderable("B", "2024-01-01", "SPOT 6/7"), Scene.from_stac(ITEM)]
    with pytest.raises(InvalidRequestError):
        OrderDraft.for_scenes(mixed[:2])
    with pytest.raises(InvalidRequestError):
        OrderDraft.for_scenes([])
    parts = split_by_sensor(mixed)
    assert {sensor: [scene.id for scene in part] for sensor, part in parts.items()} == {
        "PLEIADES": ["A"],
        "SPOT": ["B"],
        "": [ITEM["id"]],
    }
    assert OrderDraft.for_scenes(parts["SPOT"]).product_id == "spot-archive"


def test_a_programming_draft_says_window_clouds_and_angle():
    draft = OrderDraft(
        "spot-programming",
        ZONE,
        start=date(2026, 12, 1),
        end=date(2026, 12, 31),
        max_cloud=10,
        max_incidence=30.0,
        parameters={"project_id": "P"},
    )
    body = draft.to_stapi()
    assert body["datetime"] == "2026-12-01T00:00:00Z/2026-12-31T23:59:59.999000Z"
    assert body["filter"] == {
        "op": "and",
        "args": [
            {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 10]},
            {"op": "<=", "args": [{"property": "view:incidence_angle"}, 30.0]},
        ],
    }
    assert "item_ids" not in body["order_parameters"]
    assert "item_ids" not in draft.to_estimate()


def test_a_zone_is_never_more_detailed_than_the_service_takes():
    zone = Point(4, 43).buffer(1, 10_000)
    draft = OrderDraft("spot-programming", zone)
    for body in (draft.to_stapi(), draft.to_estimate()):
        sent = shape(body["geometry"])
        assert count_vertices(sent) <= 20_000
        assert sent.covers(zone)
        assert sent.area == pytest.approx(zone.area, rel=1e-4)
    assert "project_id" not in draft.to_estimate()


def test_the_key_stays_with_the_draft_whatever_is_changed():
    draft = OrderDraft("spot-programming", ZONE)
    other = draft.changed(max_cloud=5)
    assert UUID(draft.idempotency_key)
    assert draft.idempotency_key == other.idempotency_key != draft.as_new().idempotency_key
    assert (other.max_cloud, other.product_id) == (5, "spot-programming")
    assert OrderDraft("a-archive", ZONE, idempotency_key="k").idempotency_key == "k"


def test_products_say_their_sensor_and_kind():
    assert Product.from_stapi({"id": "pneo-programming", "title": "Pléiades Neo"}).sensor == "PNEO"
    assert Product.from_stapi({"id": "spot-archive"}) == Product("spot-archive", "spot-archive")
    assert Product("other-thing", "x").sensor == ""
    assert Product("other-thing", "x").kind is OrderKind.PROGRAMMING


def test_an_estimate_is_read_whole():
    estimate = Estimate.from_json(
        {
            "year": 2026,
            "sensor": "PLEIADES",
            "area_km2": 1600.0,
            "quota_km2": 1500,
            "share": 1.07,
            "excess_km2": 100.0,
            "minimum_km2": 100,
            "price": {"unit": "km2", "quantity": 100.0, "eur": 140.0, "tranches": [5, "x", 20]},
            "messages": [{"level": "warning", "text": "Dépassement"}, "x"],
            "acceptable": True,
        }
    )
    assert (estimate.area_km2, estimate.price_eur, estimate.price_unit) == (1600.0, 140.0, "km2")
    assert estimate.price_tranches == (5.0, 20.0)
    assert [message.level for message in estimate.messages] == ["warning"]
    assert estimate.acceptable
    assert not Estimate.from_json({"area_km2": 1, "acceptable": False}).acceptable
    with pytest.raises(BadAnswerError):
        Estimate.from_json({"area_km2": None})
