"""Operators change the catalogue over HTTP; nobody else does, and nobody over another's shoulder."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from running import SignedIn
from stored import put_item
from test_catalogue_ingest import stac_item

from dinamis_service.catalogue.transactions import _merged
from dinamis_service.context import Context

ITEMS = "/stac/collections/spot-world-heritage/items"


@pytest.fixture
def operator(signed_in: Callable[..., SignedIn]) -> dict[str, str]:
    return signed_in("operator").headers


def scene(item_id: str = "S2-1", **properties: Any) -> dict[str, Any]:
    return {**stac_item(**properties), "id": item_id, "collection": "spot-world-heritage"}


def test_class_is_claimed_and_described(client: TestClient) -> None:
    wanted = "https://api.stacspec.org/v1.0.0/ogcapi-features/extensions/transaction"
    assert wanted in client.get("/stac/conformance").json()["conformsTo"]
    paths = client.get("/openapi.json").json()["paths"]
    operations = {**paths["/stac/collections/{collection_id}/items"]}
    operations |= paths["/stac/collections/{collection_id}/items/{item_id}"]
    assert set(operations) >= {"get", "post", "put", "patch", "delete"}
    for method in ("post", "put", "patch", "delete"):
        assert operations[method]["security"]
        assert {"401", "403", "404"} <= set(operations[method]["responses"])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_only_operators_may(
    client: TestClient, context: Context, signed_in: Callable[..., SignedIn], method: str
) -> None:
    put_item(context, "A")
    address = "/stac/collections/pleiades/items" + ("" if method == "POST" else "/A")
    body = None if method == "DELETE" else scene()
    nobody = client.request(method, address, json=body)
    member = client.request(method, address, json=body, headers=signed_in().headers)
    assert (nobody.status_code, nobody.json()["code"]) == (401, "not-signed-in")
    assert (member.status_code, member.json()["code"]) == (403, "forbidden")
    assert nobody.headers["content-type"] == "application/problem+json"
    assert context.catalogue.get("pleiades", "A") is not None


def test_life_of_an_item(client: TestClient, operator: dict[str, str]) -> None:
    made = client.post(ITEMS, json=scene(platform="Spot-2"), headers=operator)
    assert made.status_code == 201, made.text
    address = made.headers["Location"]
    read = client.get(address)
    assert read.json() == made.json()
    assert read.headers["ETag"] == made.headers["ETag"]
    assert read.json()["properties"]["platform"] == "SPOT2", "names are normalised"
    assert client.post(ITEMS, json=scene(), headers=operator).status_code == 409
    put = client.put(
        address, json=scene(title="Autre"), headers=operator | {"If-Match": read.headers["ETag"]}
    )
    assert (put.status_code, put.json()["properties"]["title"]) == (200, "Autre")
    assert put.json()["properties"]["created"] == read.json()["properties"]["created"]
    late = client.put(address, json=scene(), headers=operator | {"If-Match": read.headers["ETag"]})
    assert (late.status_code, late.json()["code"]) == (412, "changed-meanwhile")
    patch = {"properties": {"title": None, "eo:cloud_cover": 12}}
    kind = {"Content-Type": "application/merge-patch+json"}
    patched = client.patch(address, json=patch, headers=operator | kind)
    assert patched.status_code == 200, patched.text
    assert patched.json()["properties"]["eo:cloud_cover"] == 12
    assert "title" not in patched.json()["properties"]
    for headers, status in (({"If-Match": '"x"'}, 412), ({"If-Match": "*"}, 204), ({}, 404)):
        assert client.delete(address, headers=operator | headers).status_code == status
    assert client.get(address).status_code == 404


def test_several_items_come_in_together_or_not_at_all(
    client: TestClient, context: Context, operator: dict[str, str]
) -> None:
    bad = {"type": "FeatureCollection", "features": [scene("A"), scene("B", **{"eo:cloud_cover": 400})]}
    assert client.post(ITEMS, json=bad, headers=operator).status_code == 400
    assert context.catalogue.count() == 0
    good = {"type": "FeatureCollection", "features": [scene("A"), scene("B")]}
    made = client.post(ITEMS, json=good, headers=operator)
    assert [item["id"] for item in made.json()["features"]] == ["A", "B"]
    assert context.catalogue.count() == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"id": ""},
        {"properties": None},
        {"properties": {"datetime": "2023-01-01T00:00:00Z"}},
        {"geometry": {"type": "Polygon", "coordinates": [[[0, 99], [1, 99], [1, 98], [0, 99]]]}},
        {"geometry": None, "bbox": None},
        {"collection": "pleiades"},
        {"assets": {"a": {"href": "objects:pleiades/secret.tif"}}},
        {"assets": []},
    ],
)
def test_what_is_no_item_is_refused(
    client: TestClient, context: Context, operator: dict[str, str], fault: dict[str, Any]
) -> None:
    answer = client.post(ITEMS, json={**scene(), **fault}, headers=operator)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")
    assert context.catalogue.count() == 0


def test_bodies_that_are_no_object_and_unknown_collections(
    client: TestClient, operator: dict[str, str]
) -> None:
    for body in ([], "x", 3, None):
        assert client.post(ITEMS, json=body, headers=operator).status_code == 400
    nested: Any = {}
    for _ in range(60):
        nested = {"a": nested}
    assert client.post(ITEMS, json=nested, headers=operator).status_code == 400
    other = "/stac/collections/nothing/items"
    assert client.post(other, json=scene(), headers=operator).status_code == 404


def test_objects_stay_with_their_item(client: TestClient, context: Context, operator: dict[str, str]) -> None:
    """What a client read it may send back: addresses of our objects are keys again in the catalogue."""
    put_item(context, "A")
    put_item(context, "B")
    address = "/stac/collections/pleiades/items/A"
    read = client.get(address).json()
    read["properties"]["title"] = "Renommée"
    assert client.put(address, json=read, headers=operator).status_code == 200
    stored = context.catalogue.get("pleiades", "A")
    assert stored is not None
    assert stored["assets"]["pan"]["href"] == "objects:pleiades/A/pan.tif"
    other = client.get("/stac/collections/pleiades/items/B").json()
    theft = client.put(address, json={**read, "assets": other["assets"]}, headers=operator)
    assert theft.status_code == 400
    assert "holds already" in theft.json()["detail"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just("2020-01-01"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
members = st.sampled_from(
    ["id", "type", "stac_version", "stac_extensions", "collection", "geometry", "bbox", "assets", "links"]
)
NAMES = """
datetime start_datetime end_datetime created platform constellation gsd title instruments order:status
dinamis:mission dinamis:product_type dinamis:access dinamis:synthetic eo:cloud_cover view:incidence_angle
"""
told = st.sampled_from(NAMES.split())


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(members, anything, max_size=2), st.dictionaries(told, anything, max_size=3), st.booleans()
)
def test_whatever_comes_is_taken_or_refused(
    client: TestClient,
    operator: dict[str, str],
    changes: dict[str, Any],
    properties: dict[str, Any],
    nested: bool,
) -> None:
    document = {**scene("FUZZ", **properties), **changes}
    if nested:
        document["assets"] = {"a": changes.get("assets", {"href": 3}), "b": {"href": "x", "roles": 4}}
    body = json.dumps(document).encode()
    headers = operator | {"Content-Type": "application/json"}
    made = client.post(ITEMS, content=body, headers=headers)
    assert made.status_code in {201, 400, 409}, made.text
    if made.status_code == 201:
        address = made.headers["Location"]
        assert client.get(address).status_code == 200
        assert client.post("/stac/search", json={"ids": [made.json()["id"]]}).status_code == 200
        assert client.put(address, json=made.json(), headers=operator).status_code == 200
        assert client.delete(address, headers=operator).status_code == 204


@given(json_values, json_values)
def test_merging_a_patch_twice_is_merging_it_once(target: Any, patch: Any) -> None:
    once = _merged(target, patch)
    assert _merged(once, patch) == once
    if isinstance(patch, dict):
        assert all(once.get(key) is None for key, value in patch.items() if value is None)
        assert isinstance(target, dict) is False or all(
            once[key] == value for key, value in target.items() if key not in patch
        )
