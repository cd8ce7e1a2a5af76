"""Requests over the wire: judged, followed, refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stapi_pydantic
from fastapi.testclient import TestClient
from requesters import ARCHIVE, PROGRAMMING, ZONE, Requester, archive, refused, scene, tasking, window
from running import TEST_CLIENT_URL, SignedIn
from shapely.geometry import box, mapping

from dinamis_service.clock import utc_now
from dinamis_service.context import Context
from dinamis_service.quotas.store import add_version
from dinamis_service.quotas.tables import StoredQuotaTable
from dinamis_service.requests.tables import Project


@pytest.fixture
def requester(client: TestClient, signed_in: Callable[..., SignedIn]) -> Requester:
    return Requester(client, signed_in())


@pytest.fixture
def archive_scenes(client: TestClient, context: Context) -> None:
    context.catalogue.upsert(
        [
            scene("PHR-WEST", box(3.6, 43.4, 3.85, 43.8)),
            scene("PHR-EAST", box(3.8, 43.4, 4.1, 43.8)),
            scene("PHR-FAR", box(5.0, 44.0, 5.2, 44.2)),
            scene("PHR-OWNED", box(3.6, 43.4, 4.1, 43.8), **{"order:status": "succeeded"}),
            scene("SPOT-ONE", box(3.0, 43.0, 4.5, 44.0), "spot-6-7"),
        ]
    )


def test_a_programming_request_as_stapi(requester: Requester) -> None:
    answer = requester.post(PROGRAMMING, tasking(requester.project))
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/geo+json"
    order = answer.json()
    year = datetime.now(UTC).year
    assert order["id"] == f"{year}-001-SCI-{year}-P-001-PLEIADES"
    assert answer.headers["location"] == f"{TEST_CLIENT_URL}/stapi/orders/{order['id']}"
    stapi_pydantic.Order.model_validate(order)
    told = order["properties"]
    assert told["status"]["status_code"] == "received"
    assert told["dinamis:state"] == "submitted"
    assert told["dinamis:project_id"] == requester.project
    assert (told["dinamis:sensor"], told["dinamis:kind"]) == ("PLEIADES", "programming")
    assert told["dinamis:area_km2"] == pytest.approx(537.6, abs=5)
    assert (told["dinamis:quota_km2"], told["dinamis:excess_km2"], told["dinamis:price_eur"]) == (1500, 0, 0)
    assert told["dinamis:quota_year"] == year
    assert told["dinamis:delivered_items"] == []
    assert told["opportunity_properties"]["eo:cloud_cover"] == 10
    assert told["opportunity_properties"]["view:incidence_angle"] == 30
    assert told["order_parameters"]["acquisition_mode"] == "mono"
    again = requester.get(f"/stapi/orders/{order['id']}").json()
    assert again == order
    assert {link["rel"] for link in order["links"]} == {"self", "monitor", "cancel", "duplicate", "messages"}


def test_numbers_run_by_project_and_kind(requester: Requester, archive_scenes: None) -> None:
    ids = [requester.submit()["id"] for _ in range(2)]
    ordered = requester.post(ARCHIVE, archive(requester.project, ["PHR-WEST"])).json()["id"]
    year = datetime.now(UTC).year
    assert [one.removeprefix(f"{requester.project}-{year}-") for one in (*ids, ordered)] == [
        "P-001-PLEIADES",
        "P-002-PLEIADES",
        "A-001-PLEIADES",
    ]
    assert requester.get(f"/api/projects/{requester.project}").json()["request_count"] == 3


def test_a_refused_request_leaves_no_gap(requester: Requester) -> None:
    first = requester.submit()["id"]
    tiny = mapping(box(3.7, 43.5, 3.71, 43.51))
    refused(
        requester.post(PROGRAMMING, tasking(requester.project, geometry=tiny)), 422, "invalid", "geometry"
    )
    assert requester.submit()["id"] == first.replace("P-001", "P-002")


def test_an_archive_order_counts_the_zone_within_the_footprints_once(
    requester: Requester, archive_scenes: None
) -> None:
    answer = requester.post(ARCHIVE, archive(requester.project, ["PHR-WEST", "PHR-EAST"]))
    whole = answer.json()["properties"]["dinamis:area_km2"]
    assert whole == pytest.approx(537.6, abs=5)
    half = requester.post(ARCHIVE, archive(requester.project, ["PHR-WEST"])).json()["properties"]
    assert half["dinamis:area_km2"] == pytest.approx(whole / 2, rel=1e-3)
    assert half["dinamis:kind"] == "archive"
    assert half["search_parameters"]["filter"] is None


@pytest.mark.parametrize(
    ("item_ids", "zone", "field", "sentence"),
    [
        (["NOWHERE"], ZONE, "item_ids", "Unknown scene: NOWHERE."),
        (["PHR-OWNED"], ZONE, "item_ids", "it is in the catalogue already"),
        (["SPOT-ONE"], ZONE, "item_ids", "SPOT-ONE is not a scene of product 'Pléiades, archive'"),
        (["PHR-WEST", "PHR-FAR"], ZONE, "geometry", "does not touch the footprint of: PHR-FAR"),
        (["PHR-WEST"], box(8, 44, 9, 45), "geometry", "does not touch the footprint of: PHR-WEST"),
    ],
)
@pytest.mark.usefixtures("archive_scenes")
def test_archive_orders_that_cannot_be(
    requester: Requester, item_ids: list[str], zone: Any, field: str, sentence: str
) -> None:
    body = archive(requester.project, item_ids, zone)
    assert sentence in refused(requester.post(ARCHIVE, body), 422, "invalid", field)
    estimate = {"product_id": "pleiades-archive", "geometry": body["geometry"], "item_ids": item_ids}
    assert sentence in refused(requester.post("/api/estimate", estimate), 422, "invalid", field)


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"datetime": window(days=6)}, "datetime", "at least 7"),
        ({"datetime": window(days_ahead=-2)}, "datetime", "starts in the past"),
        ({"geometry": {"type": "Point", "coordinates": [3, 43]}}, "geometry", "must be a GeoJSON Polygon"),
        ({"geometry": mapping(box(3.7, 43.5, 3.75, 43.55))}, "geometry", "takes at least 100 km²"),
        (
            {"filter": {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 200]}},
            "eo:cloud_cover",
            "at most 100",
        ),
        ({"order_parameters": {}}, "project_id", "'Project' is missing"),
        ({"order_parameters": {"project_id": "2020-999-SCI"}}, "project_id", "no project '2020-999-SCI'"),
    ],
)
def test_programming_requests_that_cannot_be(
    requester: Requester, change: dict[str, Any], field: str, sentence: str
) -> None:
    answer = requester.post(PROGRAMMING, tasking(requester.project, **change))
    assert sentence in refused(answer, 422, "invalid", field)
    assert requester.get("/stapi/orders").json()["features"] == []


def test_missing_members_and_unknown_products(requester: Requester) -> None:
    refused(requester.post(PROGRAMMING, {"datetime": window()}), 422, "invalid", "geometry")
    refused(requester.post("/stapi/products/moon/orders", tasking(requester.project)), 404, "not-found")
    refused(requester.get("/stapi/products/moon"), 404, "not-found")
    refused(requester.get("/stapi/orders/none"), 404, "not-found")
    for page in ("x", "-1", "9" * 30, "9" * 5000):
        refused(requester.get(f"/stapi/orders?next={page}"), 422, "invalid", "next")
    refused(requester.client.get("/stapi/orders"), 401, "not-signed-in")
    refused(requester.client.post(PROGRAMMING, json=tasking("x")), 401, "not-signed-in")


UNSOUND = ["NaN", "-1e400", "1" + "0" * 400]


@pytest.mark.parametrize("number", UNSOUND)
def test_numbers_beyond_all_measure_never_enter(requester: Requester, number: str) -> None:
    """One of them in a kept request would break every list it is on."""
    limit = f'{{"op": "<=", "args": [{{"property": "eo:cloud_cover"}}, 10], "x": {number}}}'
    zone = json.dumps(mapping(ZONE))
    body = tasking(requester.project) | {"geometry": "ZONE", "filter": "FILTER"}
    text = json.dumps(body).replace('"ZONE"', zone).replace('"FILTER"', limit)
    headers = requester.headers | {"Content-Type": "application/json"}
    answer = requester.client.post(PROGRAMMING, content=text, headers=headers)
    assert "beyond all measure" in refused(answer, 422, "invalid", "filter")
    off_the_globe = f'{{"type": "Polygon", "coordinates": [[[{number}, 1], [2, 2], [3, 1]]]}}'
    text = json.dumps(body | {"filter": None}).replace('"ZONE"', off_the_globe)
    refused(requester.client.post(PROGRAMMING, content=text, headers=headers), 422, "invalid", "geometry")
    assert requester.get("/stapi/orders").json()["features"] == []


@pytest.mark.parametrize("odd", ["\\ud800", "\\u0000", "[" * 40 + "]" * 40, '{"a":' * 900 + "1" + "}" * 900])
def test_bodies_that_cannot_be_kept(requester: Requester, odd: str) -> None:
    body = json.dumps(tasking(requester.project))
    value = odd if odd[0] in "[{" else f'"{odd}"'
    odd_body = body.replace('{"project_id"', f'{{"comment": {value}, "project_id"')
    headers = requester.headers | {"Content-Type": "application/json"}
    answer = requester.client.post(PROGRAMMING, content=odd_body, headers=headers)
    refused(answer, 422, "invalid", "order_parameters")


def test_refusals_speak_french_by_default(requester: Requester) -> None:
    del requester.headers["Accept-Language"]
    answer = requester.post(PROGRAMMING, tasking(requester.project, datetime=window(days=6)))
    assert "il en faut au moins 7" in refused(answer, 422, "invalid", "datetime")


def test_over_the_quota_is_warned_priced_and_allowed(requester: Requester) -> None:
    large = mapping(box(3.0, 43.0, 3.8, 43.5))  # 3,600 km2
    estimate = requester.post(
        "/api/estimate", {"product_id": "pleiades-programming", "geometry": large}
    ).json()
    excess = round(estimate["area_km2"] - 1500, 4)
    assert estimate["excess_km2"] == pytest.approx(excess)
    assert estimate["share"] == pytest.approx(estimate["area_km2"] / 1500, abs=1e-4)
    assert estimate["price"]["eur"] == pytest.approx(1.8 * excess, abs=0.005)
    assert estimate["acceptable"]
    assert any(one["level"] == "warning" and "may be rejected" in one["text"] for one in estimate["messages"])
    told = requester.submit(geometry=large)["properties"]
    assert told["dinamis:price_eur"] == estimate["price"]["eur"]
    assert told["dinamis:excess_km2"] == estimate["excess_km2"]


def test_the_quota_page_counts_what_was_asked_this_year(requester: Requester) -> None:
    order = requester.submit()
    quotas = {one["sensor"]: one for one in requester.get("/api/quotas").json()["sensors"]}
    assert quotas["PLEIADES"]["requested_km2"] == order["properties"]["dinamis:area_km2"]
    assert (quotas["PLEIADES"]["quota_km2"], quotas["SPOT"]["quota_credits"]) == (1500, 5)
    assert quotas["PNEO"]["quota_km2"] is None
    assert [one["eur"] for one in quotas["SPOT"]["tranches"]] == [None, None, 20000, 50000]
    requester.post(f"/stapi/orders/{order['id']}/cancel")
    quotas = {one["sensor"]: one for one in requester.get("/api/quotas").json()["sensors"]}
    assert quotas["PLEIADES"]["requested_km2"] == 0


def test_a_request_keeps_the_table_it_was_judged_by(requester: Requester, context: Context) -> None:
    before = requester.submit()
    with context.database.session() as session:
        year = datetime.now(UTC).year
        content = json.loads(json.dumps(session.get_one(StoredQuotaTable, (2026, 1)).content))
        content["sensors"]["PLEIADES"]["quota_km2"]["SCI"] = "3500"
        add_version(session, year, content, author="operator", reason="new market", now=utc_now())
    after = requester.submit()
    assert [one["properties"]["dinamis:quota_km2"] for one in (before, after)] == [1500, 3500]
    assert requester.get(f"/stapi/orders/{before['id']}").json() == before


def test_a_quota_granted_to_the_project_applies(requester: Requester, context: Context) -> None:
    with context.database.session() as session:
        session.get_one(Project, requester.project).granted_km2 = {"PLEIADES": "5000"}
    order = requester.submit(geometry=mapping(box(3.0, 43.0, 3.8, 43.5)))
    assert (order["properties"]["dinamis:quota_km2"], order["properties"]["dinamis:price_eur"]) == (5000, 0)


def test_nobody_sees_the_requests_of_others_but_operators(
    requester: Requester, signed_in: Callable[..., SignedIn]
) -> None:
    order_id = requester.submit()["id"]
    other = Requester(requester.client, signed_in())
    for path in ("", "/statuses"):
        refused(other.get(f"/stapi/orders/{order_id}{path}"), 404, "not-found")
    for path in ("/cancel", "/accept"):
        refused(other.post(f"/stapi/orders/{order_id}{path}"), 404, "not-found")
    assert other.get("/stapi/orders").json()["features"] == []
    foreign = refused(other.post(PROGRAMMING, tasking(requester.project)), 422, "invalid", "project_id")
    assert requester.project in foreign
    operator = Requester(requester.client, signed_in("operator"))
    (seen,) = operator.get("/stapi/orders").json()["features"]
    assert seen["id"] == order_id
    assert seen["properties"]["dinamis:requester"]["email"] == requester.principal.email
    own = requester.get(f"/stapi/orders/{order_id}").json()["properties"]
    assert (own["dinamis:own"], seen["properties"]["dinamis:own"]) == (True, False)


def test_a_closed_project_takes_no_request(
    requester: Requester, context: Context, signed_in: Callable[..., SignedIn]
) -> None:
    with context.database.session() as session:
        session.get_one(Project, requester.project).end_date = datetime.now(UTC).date() - timedelta(days=1)
    answer = requester.post(PROGRAMMING, tasking(requester.project))
    assert "closed since" in refused(answer, 409, "conflict", "project_id")
    assert requester.get(f"/api/projects/{requester.project}").json()["status"] == "closed"


def test_pages_of_requests_newest_first(requester: Requester) -> None:
    ids = [requester.submit()["id"] for _ in range(5)]
    seen, path = [], "/stapi/orders?limit=2"
    while path:
        page = requester.get(path).json()
        assert len(page["features"]) <= 2
        stapi_pydantic.OrderCollection.model_validate(page)
        seen += [one["id"] for one in page["features"]]
        path = next((one["href"] for one in page["links"] if one["rel"] == "next"), "").removeprefix(
            TEST_CLIENT_URL
        )
    assert seen == ids[::-1]
