"""Packages and budgets: drawn by requests, given back by those that come to nothing, never below zero."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requesters import PROGRAMMING, Requester, refused, tasking
from running import LiveService, SignedIn
from shapely.geometry import box, mapping

from dinamis_service.context import Context
from dinamis_service.quotas.pricing import Payment
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.instruction import Instruction
from dinamis_service.requests.orders import Orders

SPOT = "/stapi/products/spot-programming/orders"
WIDE = mapping(box(3.0, 43.0, 3.8, 43.5))  # 3,609 km2
VAST = mapping(box(0, 43, 2.2, 44.1))  # 21,800 km2: 2 SPOT credits beyond the quota
BUDGET = {"payment": Payment.PROJECT_BUDGET}


class Desk:
    """A person with a project, and an operator."""

    def __init__(self, client: Client, person: SignedIn, operator: SignedIn) -> None:
        self.requester = Requester(client, person)
        self.operator = Requester(client, operator)

    @property
    def project(self) -> dict[str, Any]:
        return dict(self.requester.get(f"/api/projects/{self.requester.project}").json())

    def _patch(self, who: Requester, path: str, body: Any) -> Any:
        headers = who.headers | {"If-Match": "*"}
        return who.client.patch(f"/api/projects/{self.requester.project}{path}", json=body, headers=headers)

    def package(self, sensor: str = "PLEIADES", volume: Any = 0, quota: Any = None, text: str = "") -> Any:
        package = {"text": text, "volume_km2": {sensor: volume}}
        package["quota_km2"] = {} if quota is None else {sensor: quota}
        return self._patch(self.operator, "/terms", {"package": package, "reason": "Agreed"})

    def terms(self, **terms: Any) -> Any:
        return self._patch(self.operator, "/terms", {"reason": "Agreed", **terms})

    def budget(self, eur: Any) -> Any:
        budget = None if eur is None else {"eur": eur, "reference": "ANR-7"}
        return self._patch(self.requester, "", {"budget": budget})

    def ask(self, path: str = PROGRAMMING, geometry: Any = WIDE, **parameters: Any) -> Any:
        body = tasking(self.requester.project, geometry=geometry)
        body["order_parameters"] |= parameters
        return self.requester.post(path, body)

    def cancel(self, order_id: str) -> Any:
        return self.requester.post(f"/stapi/orders/{order_id}/cancel")

    def estimate(self, product: str = "pleiades-programming", geometry: Any = WIDE, **more: Any) -> Any:
        question = {"product_id": product, "geometry": geometry, "project_id": self.requester.project}
        return self.requester.post("/api/estimate", question | more).json()


@pytest.fixture
def desk(client: TestClient, signed_in: Callable[..., SignedIn]) -> Desk:
    return Desk(client, signed_in(), signed_in("operator"))


def test_a_package_carries_what_exceeds_its_quota_until_it_is_used_up(desk: Desk) -> None:
    told = desk.package(volume=2000, quota=2500, text="Support of the coast").json()["package"]
    assert told == {
        "text": "Support of the coast",
        "quota_km2": {"PLEIADES": 2500},
        "volume_km2": {"PLEIADES": 2000},
        "used_km2": {"PLEIADES": 0},
    }
    first = desk.estimate()
    excess = first["area_km2"] - 2500
    assert (first["quota_km2"], first["package_km2"]) == (2500, pytest.approx(excess))
    assert first["price"]["eur"] == 0
    assert any("volume opened for this project" in one["text"] for one in first["messages"])
    assert not any("may be rejected" in one["text"] for one in first["messages"]), "nothing is left to pay"
    order = desk.ask().json()
    assert order["properties"]["dinamis:assessment"]["package_km2"] == first["package_km2"]
    assert desk.project["package"]["used_km2"]["PLEIADES"] == first["package_km2"]
    left = 2000 - first["package_km2"]
    second = desk.estimate()
    assert second["package_km2"] == pytest.approx(left)
    assert second["price"]["quantity"] == pytest.approx(excess - left)
    assert any("may be rejected" in one["text"] for one in second["messages"])
    desk.cancel(order["id"])
    assert desk.project["package"]["used_km2"]["PLEIADES"] == 0
    assert desk.estimate() == first, "what is abandoned gives its part back"


def test_the_package_goes_before_a_grant_and_a_grant_before_the_table(desk: Desk) -> None:
    assert desk.estimate()["quota_km2"] == 1500
    assert desk.terms(granted_km2={"PLEIADES": 1800}).json()["granted_km2"] == {"PLEIADES": 1800}
    assert desk.estimate()["quota_km2"] == 1800
    desk.package(quota="2200.5")
    assert desk.estimate()["quota_km2"] == 2200.5
    desk.terms(package=None)
    assert (desk.project["package"], desk.estimate()["quota_km2"]) == (None, 1800)
    desk.terms(granted_km2={})
    assert desk.estimate()["quota_km2"] == 1500


def test_a_package_cannot_open_less_than_what_is_taken(desk: Desk) -> None:
    desk.package(volume=5000)
    used = Decimal(str(desk.ask().json()["properties"]["dinamis:assessment"]["package_km2"]))
    sentence = refused(desk.package(volume=str(used - Decimal("0.0001"))), 422, "invalid", "package")
    assert "must cover them" in sentence
    refused(desk.terms(package=None), 422, "invalid", "package")
    assert desk.package(volume=str(used)).status_code == 200


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"granted_km2": {"PLEIADES": -1}}, "granted_km2.PLEIADES"),
        ({"granted_km2": {"PLEIADES": 0.00001}}, "granted_km2.PLEIADES"),
        ({"granted_km2": {"PLEIADES": 1e9}}, "granted_km2.PLEIADES"),
        ({"granted_km2": {"LANDSAT": 1}}, "granted_km2.LANDSAT.[key]"),
        ({"package": {"volume_km2": {"SPOT": "all"}}}, "package.volume_km2.SPOT"),
        ({"package": {"text": "\0"}}, "package.text"),
        ({"granted_km2": {}, "reason": "  "}, "reason"),
    ],
)
def test_terms_that_cannot_be(desk: Desk, terms: dict[str, Any], field: str) -> None:
    before = desk.project
    refused(desk.terms(**terms), 422, "invalid", field)
    assert desk.project == before


def test_a_budget_pays_spot_credit_by_credit(desk: Desk) -> None:
    quoted = desk.estimate("spot-programming", VAST)
    assert (quoted["price"]["tranches"], quoted["price"]["eur"], quoted["budget"]) == ([5], None, None)
    assert quoted["credits"] == {"needed": 7, "free": 5, "beyond": 2}
    refused(desk.ask(SPOT, VAST, **BUDGET), 422, "invalid", "payment")
    desk.budget(1999.99)
    poor = desk.estimate("spot-programming", VAST, **BUDGET)
    assert (poor["price"]["eur"], poor["budget"]) == (2000, {"left_eur": 1999.99, "enough": False})
    assert not poor["acceptable"]
    assert "does not suffice" in refused(desk.ask(SPOT, VAST, **BUDGET), 422, "invalid", "payment")
    desk.budget(2000)
    assert desk.estimate("spot-programming", VAST)["budget"] == {"left_eur": 2000, "enough": True}
    order = desk.ask(SPOT, VAST, **BUDGET).json()
    assert order["properties"]["dinamis:price_eur"] == 2000
    assert (desk.project["budget"]["committed_eur"], desk.project["budget"]["left_eur"]) == (2000, 0)
    refused(desk.budget(1999.99), 422, "invalid", "budget")
    refused(desk.budget(None), 422, "invalid", "budget")
    refused(desk.ask(SPOT, VAST, **BUDGET), 422, "invalid", "payment")
    assert desk.ask(SPOT, VAST).status_code == 201, "by quotation it may be asked for"
    desk.cancel(order["id"])
    assert desk.project["budget"]["left_eur"] == 2000


def test_what_a_budget_pays_is_accepted_without_a_quotation(desk: Desk, context: Context) -> None:
    desk.budget(5000)
    order_id = desk.ask(SPOT, VAST, **BUDGET).json()["id"]
    orders = Orders(context.database, context.catalogue, context.clock)
    instruction = Instruction(orders, Caller(desk.operator.principal, "en"))
    assert instruction.accept(order_id).state == "accepted"


def test_a_quotation_takes_the_place_of_what_was_committed(desk: Desk, context: Context) -> None:
    desk.budget(3000)
    order_id = desk.ask(SPOT, VAST, **BUDGET).json()["id"]
    orders = Orders(context.database, context.catalogue, context.clock)
    instruction = Instruction(orders, Caller(desk.operator.principal, "en"))
    with pytest.raises(Exception, match=r"does not carry this price: €3,000\.00 are left"):
        instruction.quote(order_id, Decimal("3000.01"))
    assert desk.project["budget"]["committed_eur"] == 2000
    instruction.quote(order_id, Decimal("2500.5"))
    assert desk.project["budget"]["committed_eur"] == 2500.5
    desk.cancel(order_id)
    assert desk.project["budget"]["committed_eur"] == 0


volumes = st.integers(0, 80_000_000).map(lambda units: Decimal(units) / 10_000)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.floats(0.3, 1.2), st.sampled_from(list(Payment))),
        st.tuples(st.just("cancel"), st.integers(0, 10)),
        st.tuples(st.just("package"), volumes),
        st.tuples(st.just("budget"), st.integers(0, 1_000_000)),
    ),
    max_size=12,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_what_is_drawn_is_what_is_given_back(
    client: TestClient, signed_in: Callable[..., SignedIn], steps: list[Any]
) -> None:
    """Beside any sequence of acts, a count of our own: nothing is lost, nothing goes below zero."""
    desk = Desk(client, signed_in(), signed_in("operator"))
    package = budget = Decimal(0)
    alive: dict[str, tuple[Decimal, Decimal]] = {}
    made: list[str] = []

    def used() -> tuple[Decimal, Decimal]:
        drawn = list(alive.values())
        return sum((one[0] for one in drawn), Decimal(0)), sum((one[1] for one in drawn), Decimal(0))

    for act, *values in steps:
        if act == "ask":
            geometry = mapping(box(3.0, 43.0, 3.0 + values[0], 43.5))
            answer = desk.ask(geometry=geometry, payment=values[1])
            if answer.status_code == 201:
                order = answer.json()
                judged = order["properties"]["dinamis:assessment"]
                on_budget = judged["price"]["eur"] if values[1] is Payment.PROJECT_BUDGET else 0
                alive[order["id"]] = Decimal(str(judged["package_km2"])), Decimal(str(on_budget))
                made.append(order["id"])
            else:
                refused(answer, 422, "invalid", "payment")
        elif act == "cancel" and values[0] < len(made):
            assert desk.cancel(made[values[0]]).status_code == 200
            alive.pop(made[values[0]], None)
        elif act == "package":
            done = desk.package(volume=str(values[0])).status_code
            assert done == (200 if values[0] >= used()[0] else 422)
            package = values[0] if done == 200 else package
        elif act == "budget":
            done = desk.budget(values[0] / 100).status_code
            assert done == (200 if values[0] / Decimal(100) >= used()[1] else 422)
            budget = values[0] / Decimal(100) if done == 200 else budget
        told = desk.project
        km2, eur = used()
        assert km2 <= package
        assert eur <= budget
        if told["package"]:
            assert Decimal(str(told["package"]["used_km2"]["PLEIADES"])) == km2
        if told["budget"]:
            assert Decimal(str(told["budget"]["committed_eur"])) == eur
            assert Decimal(str(told["budget"]["left_eur"])) == budget - eur


def test_requests_at_once_never_draw_more_than_there_is(on_either: LiveService) -> None:
    with Client(base_url=on_either.url, timeout=60) as client:
        desk = Desk(client, on_either.sign_in(), on_either.sign_in("operator"))
        desk.package(volume=5000)
        desk.budget(5000)
        excess = Decimal(str(desk.estimate()["excess_km2"]))
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: desk.ask(**BUDGET), range(10)))
        made = [one.json()["properties"]["dinamis:assessment"] for one in answers if one.status_code == 201]
        assert {one.status_code for one in answers} <= {201, 422}
        taken = [Decimal(str(one["package_km2"])) for one in made]
        paid = [Decimal(str(one["price"]["eur"])) for one in made]
        assert sum(taken) == 5000, "the volume is used up, and no more"
        assert sorted(taken, reverse=True)[:2] == [excess, excess]
        assert sum(paid) <= 5000
        project = desk.project
        assert Decimal(str(project["package"]["used_km2"]["PLEIADES"])) == sum(taken)
        assert Decimal(str(project["budget"]["committed_eur"])) == sum(paid)
        cheapest_refused = excess * Decimal("1.8")
        assert Decimal(str(project["budget"]["left_eur"])) < cheapest_refused


def test_owner_and_requests_at_once_keep_the_budget_above_zero(on_either: LiveService) -> None:
    with Client(base_url=on_either.url, timeout=60) as client:
        desk = Desk(client, on_either.sign_in(), on_either.sign_in("operator"))
        desk.budget(20_000)

        def act(number: int) -> int:
            answer = desk.budget(4_000) if number % 4 == 0 else desk.ask(**BUDGET)
            return int(answer.status_code)

        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(act, range(16)))
        assert set(statuses) <= {200, 201, 422}
        assert desk.project["budget"]["left_eur"] >= 0
