"""The STAC API as clients meet it."""

from __future__ import annotations

import json
from typing import Any

import pystac_client
import pytest
from catalogue_model import make_item
from fastapi.testclient import TestClient
from running import LiveService
from stac_schemas import needs_schemas, stac_faults

from dinamis_service.catalogue.collections import standard_collections
from dinamis_service.context import Context


@pytest.fixture
def filled(context: Context) -> Context:
    context.catalogue.upsert(
        make_item(number, properties={"eo:cloud_cover": number % 100}) for number in range(250)
    )
    return context


def search(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post("/stac/search", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return dict(answer.json())


@pytest.mark.usefixtures("filled")
def test_pystac_client_walks_three_pages(live_service: LiveService) -> None:
    catalogue = pystac_client.Client.open(f"{live_service.url}/stac")
    for method, expression in (
        ("POST", {"op": "<", "args": [{"property": "eo:cloud_cover"}, 60]}),
        ("GET", "eo:cloud_cover < 60"),
    ):
        found = catalogue.search(
            method=method,
            collections=["pleiades"],
            intersects={"type": "Polygon", "coordinates": [[[-1, -1], [9, -1], [9, 9], [-1, 9], [-1, -1]]]},
            filter=expression,
            sortby=["-eo:cloud_cover", "+id"],
            limit=60,
        )
        pages = list(found.pages())
        clouds = [item.properties["eo:cloud_cover"] for page in pages for item in page]
        assert found.matched() == len(clouds) == 170
        assert len(pages) == 3
        assert clouds == sorted(clouds, reverse=True)
    first = pages[0].items[0]
    assert first.get_self_href().startswith(f"{live_service.url}/stac/collections/pleiades/items/")
    assert catalogue.get_collection("pleiades").get_item("ITEM-0003").id == "ITEM-0003"
    known = {found["id"] for found in standard_collections()}
    assert {found.id for found in catalogue.get_collections()} == known


@pytest.mark.usefixtures("filled")
def test_newest_come_first_and_the_count_is_exact(client: TestClient) -> None:
    page = search(client, limit=3)
    assert [item["id"] for item in page["features"]] == ["ITEM-0249", "ITEM-0248", "ITEM-0247"]
    assert (page["numberMatched"], page["numberReturned"]) == (250, 3)


@pytest.mark.usefixtures("filled")
def test_next_link_repeats_the_search(client: TestClient) -> None:
    query = {"eo:cloud_cover": {"gte": 90}}
    page = search(client, limit=15, query=query, fields={"include": ["id"]})
    following = next(link for link in page["links"] if link["rel"] == "next")
    rest = search(client, **following["body"])
    assert (page["numberMatched"], rest["numberMatched"]) == (20, 20)
    assert (len(page["features"]), len(rest["features"])) == (15, 5)
    assert len({item["id"] for item in page["features"] + rest["features"]}) == 20
    assert all(set(item) == {"id", "collection"} for item in page["features"])


def test_page_is_cropped_to_the_service_maximum(client: TestClient, filled: Context) -> None:
    filled.catalogue.upsert(make_item(number, id=f"X{number}") for number in range(1100))
    assert len(search(client, limit=5000)["features"]) == filled.settings.search_limit_max


@pytest.mark.usefixtures("filled")
def test_bbox_across_the_antimeridian(client: TestClient, context: Context) -> None:
    context.catalogue.upsert(
        [make_item(1, id="FIJI", place=(179.5, -18.0)), make_item(2, id="WALLIS", place=(-176.2, -13.3))]
    )
    found = search(client, bbox=[178, -20, -175, -10])
    assert {item["id"] for item in found["features"]} == {"FIJI", "WALLIS"}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "body",
    [
        {"filter": {"op": "=", "args": [{"property": "owner"}, "me"]}},
        {"filter": {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point"}]}},
        {"filter": {"op": "<", "args": [{"property": "eo:cloud_cover"}, "low"]}},
        {"filter": {"op": "<", "args": [{"property": "eo:cloud_cover"}, {"property": "gsd"}]}},
        {"filter": {"op": "like", "args": [{"property": "eo:cloud_cover"}, "1%"]}},
        {"filter": {"op": "and", "args": []}},
        {"filter": {"nonsense": True}},
        {"filter": "eo:cloud_cover <", "filter-lang": "cql2-text"},
        {"filter": "(" * 3000 + "gsd = 1" + ")" * 3000, "filter-lang": "cql2-text"},
        {"filter": "not " * 4000 + "gsd = 1", "filter-lang": "cql2-text"},
        {"filter": json.loads('{"op":"not","args":[' * 100 + "true" + "]}" * 100)},
        {"query": {"eo:cloud_cover": {"near": 3}}},
        {"query": {"id": {"in": "x"}}},
        {"query": {"id": {"in": ["x"] * 40_000}}},
        {"sortby": [{"field": "owner", "direction": "asc"}]},
        {"datetime": "yesterday"},
        {"datetime": "2024-01-01T00:00:00Z/2023-01-01T00:00:00Z"},
        {"datetime": "2024-01-01T00:00:00"},
        {"bbox": [1, 2, 3]},
        {"bbox": [0, 10, 1, 5]},
        {"bbox": [0, 0, 1, 1], "intersects": {"type": "Point", "coordinates": [0, 0]}},
        {"intersects": {"type": "Polygon", "coordinates": [[[0, 0]]]}},
        {"limit": 0},
        {"token": "forged"},
    ],
    ids=lambda body: json.dumps(body)[:48],
)
def test_search_that_cannot_be_understood_is_a_clear_400(client: TestClient, body: dict[str, Any]) -> None:
    answer = client.post("/stac/search", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "bad-request"
    assert len(problem["detail"]) > 10


@pytest.mark.parametrize(
    "body",
    [
        "null",
        "[]",
        '"x"',
        "5",
        '{"bbox": [NaN, 0, 1, 1]}',
        '{"bbox": [1%s, 0, 1, 1]}' % ("0" * 400),
        '{"fields": {"include": ["\\ud800"]}}',
        '{"query": {"id": {"eq": "\\ud800"}}}',
        '{"unknown": NaN}',
    ],
    ids=lambda body: body[:24],
)
def test_search_that_is_no_sound_object_is_a_400(client: TestClient, body: str) -> None:
    answer = client.post("/stac/search", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "bad-request"


def test_search_sent_as_text_is_a_400(client: TestClient) -> None:
    answer = client.post("/stac/search", content="{}", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "il faut un objet")


@pytest.mark.parametrize("path", ["/stac/search", "/stac/collections/pleiades/items"])
@pytest.mark.parametrize("bbox", ["inf,0,1,1", "nan,0,1,1", "-1e400,0,1,1"])
def test_endless_bbox_is_a_400(client: TestClient, path: str, bbox: str) -> None:
    answer = client.get(path, params={"bbox": bbox})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


def test_fields_of_a_refusal_are_told_in_french(client: TestClient) -> None:
    answer = client.get("/stac/search", params={"limit": "many"})
    assert answer.json()["errors"] == [{"field": "limit", "message": "il faut un nombre entier"}]


@pytest.mark.usefixtures("filled")
def test_refusals_speak_both_languages(client: TestClient) -> None:
    french = client.get("/stac/search", params={"filter": "owner = 'me'"}).json()["detail"]
    english = client.get(
        "/stac/search", params={"filter": "owner = 'me'"}, headers={"Accept-Language": "en"}
    ).json()["detail"]
    assert french.startswith("« filter » : Propriété inconnue")
    assert english.startswith("'filter': Unknown property")


@pytest.mark.usefixtures("filled")
def test_invalid_requests_elsewhere_stay_422(client: TestClient) -> None:
    """stac-fastapi would answer 400 for the whole application."""
    answer = client.post("/stac/search", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    elsewhere = client.post("/sign_urls", content=b"{", headers={"Content-Type": "application/json"})
    assert elsewhere.status_code == 422


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("id LIKE 'ITEM-000_'", 10),
        ("id LIKE 'item%'", 0),
        (r"id LIKE 'ITEM-00\%'", 0),
        ("id LIKE 'ITEM[%'", 0),
        ("id = 'ITEM-0001'' OR 1=1 --'", 0),
        ("\"eo:cloud_cover\" >= 99 OR id IN ('ITEM-0000', 'x')", 3),
        ("datetime <= DATE('2015-01-02')", 2),
    ],
)
@pytest.mark.usefixtures("filled")
def test_cql2_text_by_get(client: TestClient, text: str, count: int) -> None:
    answer = client.get("/stac/search", params={"filter": text})
    assert answer.status_code == 200, answer.text
    assert answer.json()["numberMatched"] == count


@pytest.mark.usefixtures("filled")
def test_items_of_a_collection_take_the_same_conditions(client: TestClient) -> None:
    path = "/stac/collections/pleiades/items"
    first = client.get(path, params={"filter": "eo:cloud_cover < 5", "limit": 10, "sortby": "id"}).json()
    assert (first["numberMatched"], first["features"][0]["id"]) == (15, "ITEM-0000")
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    assert len(client.get(following).json()["features"]) == 5
    assert client.get("/stac/collections/none/items").status_code == 404


def test_absent_things_are_404(client: TestClient) -> None:
    for path in ("collections/none", "collections/pleiades/items/none", "collections/none/queryables"):
        answer = client.get(f"/stac/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_queryables_are_what_filters_take(client: TestClient) -> None:
    schema = client.get("/stac/queryables").json()
    assert schema["properties"]["eo:cloud_cover"]["type"] == "number"
    for name in schema["properties"].keys() - {"geometry"}:
        answer = client.get("/stac/search", params={"filter": f'"{name}" IS NULL'})
        assert answer.status_code == 200, answer.text


def test_hrefs_follow_the_address_of_the_caller(client: TestClient, context: Context) -> None:
    asset = {"href": "objects:pleiades/A é/pan.tif"}
    context.catalogue.upsert([make_item(1, assets={"pan": asset, "far": {"href": "https://far.example/x"}})])
    item = client.get("/stac/collections/pleiades/items/ITEM-0001").json()
    assert item["assets"]["pan"]["href"] == "http://testserver/objects/pleiades/A%20%C3%A9/pan.tif"
    assert item["assets"]["far"]["href"] == "https://far.example/x"
    landing = client.get("/stac/").json()
    hrefs = [link["href"] for link in landing["links"] if link["rel"] != "self"]
    assert all(href.startswith("http://testserver/") for href in hrefs)
    for href in hrefs:
        assert client.get(href).status_code == 200, href


@needs_schemas
def test_documents_are_valid_stac(client: TestClient, context: Context) -> None:
    context.catalogue.upsert([make_item(1, stac_extensions=[])])
    item = client.get("/stac/collections/pleiades/items/ITEM-0001").json()
    assert stac_faults(item, "item") == []
    for collection in client.get("/stac/collections").json()["collections"]:
        assert stac_faults(collection, "collection") == []
    assert stac_faults(client.get("/stac/").json(), "catalog") == []
