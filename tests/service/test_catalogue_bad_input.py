"""Searches that are wrong, hostile or too large: a clear answer that names the parameter, in bounded time."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from catalogue_model import make_item
from fastapi.testclient import TestClient
from httpx import Response

from dinamis_service.context import Context

ANSWER_S = 20.0
"""Longest that any of the requests may take; on a machine that does nothing else all take less than two."""


@pytest.fixture
def filled(context: Context) -> Context:
    context.catalogue.upsert(make_item(number) for number in range(60))
    return context


def timed(ask: Callable[[], Response]) -> Response:
    start = time.perf_counter()
    answer = ask()
    assert time.perf_counter() - start < ANSWER_S
    return answer


def refused(answer: Response, parameter: str) -> str:
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "bad-request"
    fields = [one["field"].partition(".")[0] for one in problem["errors"]]
    assert parameter in fields, problem
    assert parameter in problem["detail"]
    return str(problem["detail"])


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("bbox", "1,2,3"),
        ("bbox", "a,b,c,d"),
        ("bbox", "nan,0,1,1"),
        ("bbox", "0,0,inf,1"),
        ("bbox", "0,5,1,4"),
        ("bbox", "0,0,1,91"),
        ("bbox", "-200,0,1,1"),
        ("datetime", "yesterday"),
        ("datetime", "2024-01-01"),
        ("datetime", "../.."),
        ("datetime", "2024-01-01T00:00:00Z/2023-01-01T00:00:00Z"),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "many"),
        ("filter", "owner = 'me'"),
        ("filter", "eo:cloud_cover <"),
        ("filter", "eo:cloud_cover < 'low'"),
        ("filter", "S_INTERSECTS(geometry, POINT(0 95))"),
        ("filter", "S_INTERSECTS(id, POINT(0 5))"),
        ("filter", "S_TOUCHES(geometry, POINT(0 5))"),
        ("filter", "T_INTERSECTS(datetime, INTERVAL('..', '..'))"),
        ("filter-lang", "sql"),
        ("filter-crs", "EPSG:2154"),
        ("query", "not json"),
        ("query", '{"eo:cloud_cover": 3}'),
        ("query", '{"eo:cloud_cover": {"near": 3}}'),
        ("query", '{"owner": {"eq": 3}}'),
        ("query", '{"eo:cloud_cover": {"lt": NaN}}'),
        ("q", "x " * 200),
    ],
)
def test_malformed_parameter_is_named(client: TestClient, parameter: str, value: str) -> None:
    for path in ("/stac/search", "/stac/collections/pleiades/items", "/stac/aggregate"):
        if (parameter, path) != ("limit", "/stac/aggregate"):
            refused(client.get(path, params={parameter: value}), parameter)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("intersects", "POINT(0 0)"),
        ("intersects", '{"type": "Point", "coordinates": [NaN, 0]}'),
        ("intersects", '{"type": "Point", "coordinates": [0, 95]}'),
        ("intersects", "[" * 5000),
        ("sortby", "owner"),
        ("token", "forged"),
        ("facets", "colour"),
        ("uncovered", "true"),
        ("uncovered", "perhaps"),
    ],
)
def test_malformed_parameter_of_a_search_is_named(client: TestClient, parameter: str, value: str) -> None:
    refused(client.get("/stac/search", params={parameter: value}), parameter)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("bbox", [1, 2, 3]),
        ("bbox", ["a", 0, 1, 1]),
        ("bbox", [0, 0, 1, 91]),
        ("intersects", {"type": "Circle"}),
        ("intersects", {"type": "Polygon", "coordinates": [[[0, 0]]]}),
        ("intersects", {"type": "Point", "coordinates": [1e300, 0]}),
        ("intersects", 5),
        ("datetime", 5),
        ("datetime", "yesterday"),
        ("limit", 0),
        ("collections", 5),
        ("ids", "ITEM-0001"),
        ("ids", ["x"] * 2000),
        ("filter", 5),
        ("filter", {"op": "=", "args": [{"property": "owner"}, "me"]}),
        ("filter-crs", "EPSG:2154"),
        ("query", {"eo:cloud_cover": 3}),
        ("query", {"id": {"in": "x"}}),
        ("sortby", [{"field": "owner", "direction": "asc"}]),
        ("sortby", [{"field": "id", "direction": "up"}]),
        ("fields", None),
        ("token", "forged"),
        ("facets", ["colour"]),
        ("aggregations", 5),
    ],
)
def test_malformed_member_of_a_body_is_named(client: TestClient, parameter: str, value: Any) -> None:
    path = "/stac/aggregate" if parameter == "aggregations" else "/stac/search"
    refused(client.post(path, json={parameter: value}), parameter)


def test_unknown_facets_and_aggregations_are_told_the_known_ones(client: TestClient) -> None:
    assert "month" in refused(client.get("/stac/search", params={"facets": "colour"}), "facets")
    answer = client.get("/stac/aggregate", params={"aggregations": "colour_frequency"})
    assert "cloud_cover_frequency" in refused(answer, "aggregations")


@pytest.mark.parametrize("path", ["items", "queryables", "aggregate", "aggregations", "items/x", ""])
def test_unknown_collection_is_not_found(client: TestClient, path: str) -> None:
    answer = client.get(f"/stac/collections/none/{path}".rstrip("/"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert "none" in answer.json()["detail"]


def test_unknown_collection_in_a_search_matches_nothing(client: TestClient, filled: Context) -> None:
    answer = client.post("/stac/search", json={"collections": ["none"]})
    assert (answer.status_code, answer.json()["numberMatched"]) == (200, 0)


def outline(vertices: int, radius: Callable[[int], float]) -> list[list[float]]:
    turns = [2 * math.pi * number / vertices for number in range(vertices)]
    ring = [[radius(n) * math.cos(turn), radius(n) * math.sin(turn)] for n, turn in enumerate(turns)]
    return [*ring, ring[0]]


@pytest.mark.long
def test_area_of_100_000_vertices_is_answered(client: TestClient, filled: Context) -> None:
    ring = outline(99_999, lambda n: 3 + 0.5 * (n % 2))
    area = {"type": "Polygon", "coordinates": [ring]}
    answer = timed(lambda: client.post("/stac/search", json={"intersects": area}))
    assert (answer.status_code, answer.json()["numberMatched"]) == (200, 60)
    area["coordinates"].append([[0.0, 0.0], [0.0, 0.1], [0.1, 0.1], [0.0, 0.0]])
    told = refused(timed(lambda: client.post("/stac/search", json={"intersects": area})), "intersects")
    assert "100000" in told


@pytest.mark.parametrize("vertices", [300, 2_000, pytest.param(99_000, marks=pytest.mark.long)])
def test_tangle_is_repaired_or_refused_in_time(client: TestClient, filled: Context, vertices: int) -> None:
    points = np.random.default_rng(vertices).uniform(-5, 5, (vertices, 2)).tolist()
    ring = [*points, points[0]]
    for area in (
        {"type": "Polygon", "coordinates": [ring]},
        {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": [ring]}]},
    ):
        answer = timed(lambda area=area: client.post("/stac/search", json={"intersects": area}))  # type: ignore[misc]
        refused(answer, "intersects")
    line = {"type": "LineString", "coordinates": ring}
    assert timed(lambda: client.post("/stac/search", json={"intersects": line})).status_code == 200


def test_thousands_of_overlapping_parts_are_joined_in_time(client: TestClient, filled: Context) -> None:
    parts = [
        [[[n / 4000, 0], [n / 4000 + 1, 0], [n / 4000 + 1, 1], [n / 4000, 1], [n / 4000, 0]]]
        for n in range(3900)
    ]
    area = {"type": "MultiPolygon", "coordinates": parts}
    answer = timed(lambda: client.post("/stac/search", json={"intersects": area}))
    assert answer.status_code == 200
    box = client.post("/stac/search", json={"bbox": [0, 0, 1.97475, 1]})
    assert answer.json()["numberMatched"] == box.json()["numberMatched"]


def test_area_that_crosses_itself_is_repaired(client: TestClient, filled: Context) -> None:
    bow = {"type": "Polygon", "coordinates": [[[-1, -1], [9, 9], [9, -1], [-1, 9], [-1, -1]]]}
    both = client.post("/stac/search", json={"intersects": bow}).json()["numberMatched"]
    assert 0 < both <= 60


def test_body_of_10_mb_is_answered_or_refused_in_time(client: TestClient, filled: Context) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (
        {"ids": ["x" * 100] * 100_000},
        {"filter": "gsd = 1 or " * 950_000 + "gsd = 1", "filter-lang": "cql2-text"},
        {"filter": {"op": "in", "args": [{"property": "id"}, ["x" * 20] * 450_000]}},
        {"intersects": {"type": "LineString", "coordinates": [[0.5, 0.25]] * 900_000}},
        {"unknown": "x" * 10_000_000},
    ):
        content = json.dumps(body).encode()
        assert len(content) > 9_000_000
        answer = timed(lambda content=content: client.post("/stac/search", content=content, headers=headers))  # type: ignore[misc]
        assert answer.status_code == (200 if "unknown" in body else 400), answer.text[:300]
    huge = b'{"ids": ["' + b"x" * 21 * 1024 * 1024 + b'"]}'
    assert timed(lambda: client.post("/stac/search", content=huge, headers=headers)).status_code == 413


def test_filter_nested_1000_deep_is_refused_in_time(client: TestClient, filled: Context) -> None:
    texts = [
        "(" * 1000 + "gsd = 1" + ")" * 1000,
        "NOT " * 1000 + "gsd = 1",
        "NOT (" * 1000 + "gsd = 1" + ")" * 1000,
    ]
    for text in texts:
        refused(timed(lambda text=text: client.get("/stac/search", params={"filter": text})), "filter")  # type: ignore[misc]
    deep = '{"op":"not","args":[' * 1000 + '{"op":"isNull","args":[{"property":"gsd"}]}' + "]}" * 1000
    headers = {"Content-Type": "application/json"}
    answer = timed(
        lambda: client.post("/stac/search", content=f'{{"filter": {deep}}}'.encode(), headers=headers)
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")
    geometry = '{"type":"GeometryCollection","geometries":[' * 1000 + "]}" * 1000
    answer = timed(
        lambda: client.post("/stac/search", content=f'{{"intersects": {geometry}}}'.encode(), headers=headers)
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


@pytest.mark.parametrize(
    "attack",
    [
        "x'; DROP TABLE item; --",
        "x' OR '1'='1",
        'x" OR 1=1 --',
        "x') UNION SELECT body FROM collection --",
        "%' OR i.id GLOB '*",
    ],
)
def test_attack_by_sql_is_only_text(client: TestClient, filled: Context, attack: str) -> None:
    quoted = attack.replace("'", "''")
    for asked in (
        {"filter": f"id = '{quoted}'"},
        {"filter": f"id LIKE '{quoted}'"},
        {"filter": f"id IN ('{quoted}')"},
        {"ids": attack},
        {"collections": attack},
        {"query": json.dumps({"id": {"eq": attack}})},
        {"query": json.dumps({"id": {"contains": attack}})},
    ):
        answer = client.get("/stac/search", params=asked)
        assert (answer.status_code, answer.json()["numberMatched"]) == (200, 0), asked
    for asked in ({"sortby": attack}, {"filter": f'"{attack}" = 1'}, {"token": attack}, {"facets": attack}):
        assert client.get("/stac/search", params=asked).status_code == 400, asked
    assert filled.catalogue.count() == 60
    assert filled.catalogue.check() == []
