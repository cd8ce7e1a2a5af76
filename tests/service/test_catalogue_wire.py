"""What a search may ask for beyond the page: facets, aggregations, gaps, areas of every shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely
from catalogue_model import make_item
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_catalogue_api import search

from dinamis_service.catalogue import areas
from dinamis_service.catalogue.engine import FACETS
from dinamis_service.catalogue.wire import FACETS_CLASS, UNCOVERED_CLASS
from dinamis_service.context import Context

MISSIONS = ("PLEIADES", "PLEIADES NEO", "SPOT 6/7")


@pytest.fixture
def filled(context: Context) -> Context:
    context.catalogue.upsert(
        make_item(
            number,
            properties={
                "dinamis:mission": MISSIONS[number % 3],
                **({"eo:cloud_cover": number} if number < 100 else {}),
                "view:incidence_angle": number % 30,
            },
        )
        for number in range(120)
    )
    return context


@pytest.mark.usefixtures("filled")
def test_facets_count_all_matches_beside_the_page(client: TestClient) -> None:
    wanted = {"op": "<", "args": [{"property": "eo:cloud_cover"}, 40]}
    page = search(client, limit=5, filter=wanted, facets=["mission", "cloud", "month", "incidence"])
    assert (page["numberReturned"], page["numberMatched"]) == (5, 40)
    assert page["facets"]["mission"] == {"PLEIADES": 14, "PLEIADES NEO": 13, "SPOT 6/7": 13}
    assert page["facets"]["cloud"] == {"0": 10, "10": 10, "20": 10, "30": 10}
    assert page["facets"]["month"] == {"2015-01": 31, "2015-02": 9}
    assert sum(page["facets"]["incidence"].values()) == 40
    by_get = client.get(
        "/stac/collections/pleiades/items",
        params={"filter": "eo:cloud_cover < 40", "facets": "mission,cloud"},
    ).json()
    assert by_get["facets"] == {name: page["facets"][name] for name in ("mission", "cloud")}
    assert "facets" not in search(client)


@pytest.mark.usefixtures("filled")
def test_every_facet_counts_every_match_once(client: TestClient) -> None:
    page = search(client, facets=list(FACETS), bbox=[0, 0, 0.5, 0.5])
    assert page["facets"].keys() == set(FACETS)
    assert {sum(counts.values()) for counts in page["facets"].values()} == {page["numberMatched"]}


@pytest.mark.usefixtures("filled")
def test_next_page_does_not_count_again(client: TestClient) -> None:
    page = search(client, limit=100, facets=["mission"])
    following = next(link for link in page["links"] if link["rel"] == "next")
    assert "facets" not in search(client, **following["body"])
    page = client.get("/stac/search", params={"limit": 100, "facets": "mission"}).json()
    following = next(link for link in page["links"] if link["rel"] == "next")
    assert "facets" not in client.get(following["href"]).json()


@pytest.mark.usefixtures("filled")
def test_page_alone_has_no_count(client: TestClient) -> None:
    page = search(client, counted=False)
    assert page["numberReturned"] == 10
    assert "numberMatched" not in page


def test_landing_page_claims_our_classes(client: TestClient) -> None:
    assert {FACETS_CLASS, UNCOVERED_CLASS} <= set(client.get("/stac/").json()["conformsTo"])


@pytest.mark.usefixtures("filled")
def test_aggregations_tell_what_the_facets_count(client: TestClient) -> None:
    offered = [one["name"] for one in client.get("/stac/aggregations").json()["aggregations"]]
    asked = {"aggregations": ",".join(offered), "filter": "eo:cloud_cover >= 95 OR eo:cloud_cover IS NULL"}
    answer = client.get("/stac/aggregate", params=asked).json()
    assert answer["type"] == "AggregationCollection"
    told = {one["name"]: one for one in answer["aggregations"]}
    assert list(told) == offered
    assert told["total_count"] == {"name": "total_count", "data_type": "integer", "value": 25}
    cloud = told["cloud_cover_frequency"]
    assert cloud["overflow"] == 20
    assert cloud["buckets"] == [{"key": "90", "data_type": "numeric", "frequency": 5, "from": 90, "to": 100}]
    months = [(one["key"], one["frequency"]) for one in told["datetime_frequency"]["buckets"]]
    assert months == [("2015-04-01T00:00:00.000Z", 25)]
    body = {"aggregations": offered, "filter": asked["filter"]}
    for path in ("/stac/aggregate", "/stac/collections/pleiades/aggregate"):
        assert client.post(path, json=body).json()["aggregations"] == answer["aggregations"]
    elsewhere = client.post("/stac/collections/sentinel-2/aggregate", json=body).json()
    assert elsewhere["aggregations"][0]["value"] == 0


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "path",
    [
        *("", "collections", "collections/pleiades", "queryables", "search", "collections/pleiades/items"),
        "collections/pleiades/items/ITEM-0119",
    ],
)
def test_what_a_client_has_is_not_sent_again(client: TestClient, context: Context, path: str) -> None:
    path = f"/stac/{path}"
    first = client.get(path)
    tag = first.headers["etag"]
    again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    context.catalogue.upsert([make_item(119, properties={"title": "changed"})])
    context.catalogue.put_collection(
        {**(context.catalogue.collection("pleiades") or {}), "title": "Pléiades, changed"}
    )
    changed = client.get(path, headers={"If-None-Match": tag})
    assert changed.status_code == (304 if path.endswith("queryables") else 200)


def test_last_modified_is_what_the_item_says(client: TestClient, context: Context) -> None:
    context.catalogue.upsert([make_item(1, properties={"updated": "2024-05-06T07:08:09Z"}), make_item(2)])
    dated = client.get("/stac/collections/pleiades/items/ITEM-0001").headers["last-modified"]
    assert dated == "Mon, 06 May 2024 07:08:09 GMT"
    assert "last-modified" not in client.get("/stac/collections/pleiades/items/ITEM-0002").headers


@pytest.mark.usefixtures("filled")
def test_pages_are_compressed_for_those_who_can_read_it(client: TestClient) -> None:
    packed = client.get("/stac/search", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    plain = client.get("/stac/search", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


@pytest.mark.usefixtures("filled")
def test_queryables_of_a_collection_are_what_occurs_there(client: TestClient) -> None:
    assert client.get("/stac/collections/pleiades/queryables").json()["properties"].keys() == {
        *("geometry", "id", "collection", "datetime", "platform", "dinamis:mission", "dinamis:product_type"),
        *("eo:cloud_cover", "view:incidence_angle"),
    }
    nothing = client.get("/stac/collections/co3d/queryables").json()["properties"].keys()
    assert nothing == {"geometry", "id", "collection", "datetime"}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("néo", 40),
        ("Pléiades Néo 2015", 40),
        ("Pléiades Néo depuis 2016", 0),
        (["pléiades", "neo"], 80),
        ("sentinel", 0),
        ("zblurp[", 0),
        ("néo zblurp", 0),
        ("  ", 120),
    ],
)
def test_words_are_looked_for_in_what_names_a_scene(client: TestClient, words: Any, count: int) -> None:
    assert search(client, q=words)["numberMatched"] == count
    by_get = client.get("/stac/search", params={"q": words if isinstance(words, str) else ",".join(words)})
    assert by_get.json()["numberMatched"] == count


@pytest.mark.usefixtures("filled")
def test_missions_are_included_and_excluded(client: TestClient) -> None:
    for text, count in (
        ("\"dinamis:mission\" IN ('PLEIADES', 'SPOT 6/7')", 80),
        ("\"dinamis:mission\" NOT IN ('PLEIADES', 'SPOT 6/7')", 40),
        ("NOT mission = 'PLEIADES'", 80),
        ("eo:cloud_cover IS NULL", 20),
        ("T_INTERSECTS(datetime, INTERVAL('2015-01-02T00:00:00Z', '2015-01-03T00:00:00Z'))", 2),
        ("T_INTERSECTS(datetime, INTERVAL('..', '2015-01-03T00:00:00Z'))", 3),
    ):
        answer = client.get("/stac/search", params={"filter": text})
        assert answer.json()["numberMatched"] == count, text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_conditions_on_the_footprint_nest_as_cql2_says(
    client: TestClient, filled: Context, data: st.DataObject
) -> None:
    corner = st.floats(-0.2, 2.2, allow_nan=False)
    items = [filled.catalogue.get("pleiades", f"ITEM-{number:04d}") or {} for number in range(35)]
    shapes = {item["id"]: shapely.geometry.shape(item["geometry"]) for item in items}
    among = {"op": "in", "args": [{"property": "id"}, list(shapes)]}

    def leaf(box: tuple[float, float, float]) -> tuple[Any, set[str]]:
        area = shapely.box(box[0], box[1], box[0] + box[2], box[1] + 0.3)
        met = {name for name, footprint in shapes.items() if area.intersects(footprint)}
        condition = {"op": "s_intersects", "args": [{"property": "geometry"}, shapely.geometry.mapping(area)]}
        return json.loads(json.dumps(condition)), met

    def cloudy(most: int) -> tuple[Any, set[str]]:
        met = {item["id"] for item in items if item["properties"]["eo:cloud_cover"] < most}
        return {"op": "<", "args": [{"property": "eo:cloud_cover"}, most]}, met

    def nested(children: Any) -> Any:
        pairs = st.tuples(children, children)
        return st.one_of(
            pairs.map(lambda two: ({"op": "and", "args": [two[0][0], two[1][0]]}, two[0][1] & two[1][1])),
            pairs.map(lambda two: ({"op": "or", "args": [two[0][0], two[1][0]]}, two[0][1] | two[1][1])),
            children.map(lambda one: ({"op": "not", "args": [one[0]]}, set(shapes) - one[1])),
        )

    leaves = st.one_of(
        st.tuples(corner, corner, st.floats(0.05, 1)).map(leaf), st.integers(0, 35).map(cloudy)
    )
    expression, expected = data.draw(st.recursive(leaves, nested, max_leaves=5))
    found = search(client, filter=expression, limit=100, ids=list(shapes))
    assert {item["id"] for item in found["features"]} == expected
    joined = search(client, filter={"op": "and", "args": [expression, among]}, limit=100, facets=["month"])
    assert joined["numberMatched"] == len(expected) == sum(joined["facets"]["month"].values())


def scene(item_id: str, wkt: str) -> dict[str, Any]:
    return make_item(1, id=item_id, geometry=shapely.geometry.mapping(shapely.from_wkt(wkt)))


SCENES = {
    "FIJI-JUMP": "POLYGON((179.5 -18, -179.5 -18, -179.5 -17, 179.5 -17, 179.5 -18))",
    "FIJI-BEYOND": "POLYGON((179.5 -18, 180.5 -18, 180.5 -17, 179.5 -17, 179.5 -18))",
    "POLE": "POLYGON((-170 85, -80 85, 10 85, 100 85, -170 85))",
    "HOLED": "POLYGON((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 3 1, 3 3, 1 3, 1 1))",
    "TWO": "MULTIPOLYGON(((20 0, 21 0, 21 1, 20 0)), ((24 0, 25 0, 25 1, 24 0)))",
    "POINT": "POINT(50 10)",
    "LINE": "LINESTRING(60 10, 62 12)",
    "MIXED": "GEOMETRYCOLLECTION(POINT(70 10), LINESTRING(72 10, 73 10))",
}


@pytest.mark.parametrize(
    ("wkt", "expected"),
    [
        ("POLYGON((179.9 -17.5, 180 -17.5, 180 -17.4, 179.9 -17.5))", {"FIJI-JUMP", "FIJI-BEYOND"}),
        ("POLYGON((179.9 -17.5, 181 -17.5, 181 -17.4, 179.9 -17.5))", {"FIJI-JUMP", "FIJI-BEYOND"}),
        ("POINT(-179.7 -17.5)", {"FIJI-JUMP", "FIJI-BEYOND"}),
        ("POINT(0 -17.5)", set()),
        ("POINT(45 89)", {"POLE"}),
        ("POINT(45 90)", {"POLE"}),
        ("POINT(45 84)", set()),
        ("POINT(2 2)", set()),
        ("POINT(0.5 2)", {"HOLED"}),
        ("POLYGON((1.5 1.5, 2.5 1.5, 2.5 2.5, 1.5 2.5, 1.5 1.5))", set()),
        (
            "POLYGON((-1 -1, 5 -1, 5 5, -1 5, -1 -1), (-0.5 -0.5, 4.5 -0.5, 4.5 4.5, -0.5 4.5, -0.5 -0.5))",
            set(),
        ),
        ("POINT(22 0.2)", set()),
        ("POINT(24.9 0.2)", {"TWO"}),
        ("MULTIPOINT((50 10), (61 11), (0.5 0.5))", {"POINT", "LINE", "HOLED"}),
        ("LINESTRING(49 10, 63 10)", {"POINT", "LINE"}),
        ("GEOMETRYCOLLECTION(POINT(50 10), POLYGON((69 9, 71 9, 71 11, 69 11, 69 9)))", {"POINT", "MIXED"}),
        ("POLYGON((49 9, 51 11, 51 9, 49 11, 49 9))", {"POINT"}),
        ("POLYGON((-180 -90, 180 -90, 180 90, -180 90, -180 -90))", set(SCENES)),
    ],
)
def test_areas_and_footprints_of_every_shape(
    client: TestClient, context: Context, wkt: str, expected: set[str]
) -> None:
    context.catalogue.upsert(scene(item_id, wkt) for item_id, wkt in SCENES.items())
    area = json.loads(shapely.to_geojson(shapely.from_wkt(wkt)))
    for asked in (
        {"intersects": area},
        {"filter": {"op": "s_intersects", "args": [{"property": "geometry"}, area]}},
    ):
        assert {item["id"] for item in search(client, **asked)["features"]} == expected
    by_get = client.get("/stac/search", params={"intersects": json.dumps(area)}).json()
    assert {item["id"] for item in by_get["features"]} == expected


@pytest.mark.parametrize(
    ("bbox", "expected"),
    [
        ([179, -20, -179, -10], {"FIJI-JUMP", "FIJI-BEYOND"}),
        ([179, -20, 0, -179, -10, 9000], {"FIJI-JUMP", "FIJI-BEYOND"}),
        ([-178, -20, 178, -10], set()),
        ([-180, 89, 180, 90], {"POLE"}),
        ([50, 10, 50, 10], {"POINT"}),
    ],
)
def test_boxes(client: TestClient, context: Context, bbox: list[float], expected: set[str]) -> None:
    context.catalogue.upsert(scene(item_id, wkt) for item_id, wkt in SCENES.items())
    assert {item["id"] for item in search(client, bbox=bbox)["features"]} == expected
    text = ",".join(map(str, bbox))
    for asked in ({"bbox": text}, {"filter": f"S_INTERSECTS(geometry, BBOX({text}))"}):
        found = client.get("/stac/search", params=asked)
        assert {item["id"] for item in found.json()["features"]} == expected, found.text


@settings(max_examples=60, deadline=None)
@given(
    west=st.floats(-360, 340, allow_nan=False), width=st.floats(0.1, 20), south=st.floats(-80, 70),
    x=st.floats(-179.9, 179.9), y=st.floats(-80, 80),
)  # fmt: skip
def test_areas_beyond_180_are_where_they_are_on_the_globe(
    west: float, width: float, south: float, x: float, y: float
) -> None:
    area = shapely.geometry.mapping(shapely.box(west, south, west + width, south + 10))
    found = areas.read_area(json.loads(json.dumps(area)))
    assert -180 <= found.bounds[0] <= found.bounds[2] <= 180
    inside = any(west < x + turn < west + width for turn in (-360, 0, 360)) and south < y < south + 10
    if min(abs(x + turn - edge) for turn in (-360, 0, 360) for edge in (west, west + width)) > 1e-6:
        assert found.intersects(shapely.Point(x, y)) == inside or abs(y - south) < 1e-6


def test_orderable_scenes_over_what_is_not_covered_yet(client: TestClient, context: Context) -> None:
    held = {"dinamis:product_type": "downloadable"}
    context.catalogue.upsert(
        [
            make_item(1, id="HELD-WEST", place=(0, 0), size=1, properties=held),
            make_item(2, id="HELD-EAST", place=(1, 0), size=1, properties=held),
            make_item(3, id="COVERED", place=(0.5, 0.2), size=0.6),
            make_item(4, id="BESIDE", place=(2, 0), size=1),
            make_item(5, id="OVERLAPS", place=(1.5, 0.5), size=1),
            make_item(6, id="OUTSIDE", place=(9, 9)),
        ]
    )
    asked = {"uncovered": True, "facets": ["product_type"]}
    found = search(client, bbox=[0, 0, 2.5, 1], **asked)
    assert {item["id"] for item in found["features"]} == {"BESIDE", "OVERLAPS"}
    assert found["facets"] == {"product_type": {"orderable": 2}}
    for covered in ([0, 0, 2, 1], [0.2, 0.2, 0.4, 0.4]):  # what only touches the edge shows nothing new
        assert search(client, bbox=covered, **asked)["numberMatched"] == 0
    by_get = client.get("/stac/search", params={"bbox": "0,0,2.5,1", "uncovered": "true"}).json()
    assert by_get["numberMatched"] == 2
    recent = search(client, bbox=[0, 0, 1, 1], datetime="2015-01-04T00:00:00Z/..", uncovered=True)
    assert {item["id"] for item in recent["features"]} == {"COVERED"}, "older scenes do not cover a period"


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("interval", "count"),
    [
        ("2015-01-02T00:00:00Z/2015-01-04T00:00:00Z", 3),
        ("2015-01-02T00:00:00Z", 1),
        ("2015-04-29T00:00:00Z/..", 2),
        ("2015-04-29T00:00:00Z/", 2),
        ("../2015-01-02T00:00:00Z", 2),
        ("/2015-01-02T01:00:00+01:00", 2),
    ],
)
def test_intervals_closed_and_open(client: TestClient, interval: str, count: int) -> None:
    assert search(client, datetime=interval)["numberMatched"] == count
    assert client.get("/stac/search", params={"datetime": interval}).json()["numberMatched"] == count


def test_collections_tell_licence_resolution_and_coverage(client: TestClient) -> None:
    found = {one["id"]: one for one in client.get("/stac/collections").json()["collections"]}
    for one in found.values():
        assert one["license"]
        assert {role for provider in one["providers"] for role in provider["roles"]} >= {"producer", "host"}
        assert one["summaries"]["gsd"]
        assert one["summaries"]["dinamis:product_type"]
    coverages = {name for name, one in found.items() if one["dinamis:open_data"]}
    assert coverages == {f"spot-6-7-metropole-{year}" for year in range(2014, 2026)}
    assert found["spot-6-7-metropole-2020"]["extent"]["temporal"]["interval"] == [
        ["2020-01-01T00:00:00Z", "2020-12-31T23:59:59Z"]
    ]
    assert found["pleiades-guyane"]["summaries"]["platform"] == ["PHR1A", "PHR1B"]
    assert found["kalideos"]["summaries"]["dinamis:mission"] == ["RAPIDEYE", "COSMO-SKYMED", "ASTER"]
