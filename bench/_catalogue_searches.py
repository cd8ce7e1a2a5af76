"""The searches of the catalogue benchmark, as bodies of `POST /search` that any STAC API understands.

200 typical ones, the same for every engine: the polygon of a commune or a strip of coast, a period, often a
sensor, a cloud cover or an angle, newest first, pages of 100. Every second one asks for so much that it fills
a page from a million items on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import shapely

from bench._catalogue_items import FRANCE, OVERSEAS, places
from dinamis_service.catalogue.missions import MISSIONS

PAGE = 100
COUNT = 200
_LAST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
_DEGREE_KM = 111.32
_PLATFORMS = (["PHR1A", "PHR1B"], ["SPOT6", "SPOT7"], ["SPOT5", "SPOT4"], ["PNEO3", "PNEO4"], ["S2A"])

Body = dict[str, Any]


@dataclass(frozen=True)
class Search:
    """A search without its page: what is common to asking for items, for a count and for facets."""

    name: str
    conditions: Body

    def page(self, limit: int = PAGE, **more: Any) -> Body:
        """Body that asks for the newest items."""
        newest = [{"field": "properties.datetime", "direction": "desc"}]
        return {**self.conditions, "sortby": newest, "limit": limit, **more}


def typical(seed: int = 2026) -> list[Search]:
    """The 200 typical searches."""
    rng = np.random.default_rng(seed)
    return [_typical(rng, number) for number in range(COUNT)]


def wide(france: Body) -> list[Search]:
    """France, as the service draws it (GeoJSON), and the world, as first views and slider steps do."""
    since = "2018-01-01T00:00:00Z/2023-12-31T23:59:59.999999Z"
    cloud = {"op": "<=", "args": [{"property": "eo:cloud_cover"}, 20]}
    angle = {"op": "<=", "args": [{"property": "view:incidence_angle"}, 15]}
    mission = {"op": "in", "args": [{"property": "dinamis:mission"}, ["PLEIADES", "SPOT 6/7"]]}
    ended = {"op": "=", "args": [{"property": "dinamis:mission"}, "SPOT 1"]}
    found = []
    for name, area in (("France", {"intersects": france}), ("world", {})):
        found += [
            Search(name, area),
            Search(f"{name}, six years", {**area, "datetime": since}),
            Search(f"{name}, cloud and angle", {**area, **_filter([cloud, angle])}),
            Search(f"{name}, missions", {**area, "datetime": since, **_filter([mission, cloud])}),
            Search(f"{name}, a mission long ended", {**area, **_filter([ended])}),
        ]
    return found


def between_steps(france: Body) -> list[Search]:
    """Wide searches whose bound of cloud cover lies between two steps of the slider."""
    cloud = {"op": "<", "args": [{"property": "eo:cloud_cover"}, 13]}
    return [
        Search("France, cloud < 13", {"intersects": france, **_filter([cloud])}),
        Search("world, cloud < 13", _filter([cloud])),
    ]


ORDERS = ("+eo:cloud_cover", "+view:incidence_angle", "+dinamis:mission", "+dinamis:product_type")
"""What a person sorts a list by; ties stand with the newest first."""


def in_order(body: Body, order: str) -> Body:
    """The same request, sorted by one property, `+` or `-` before it."""
    direction = "desc" if order.startswith("-") else "asc"
    return {**body, "sortby": [{"field": order[1:], "direction": direction}, *body["sortby"]]}


def unknown_area() -> Search:
    """As wide as France, but drawn by a person: the service cannot have expected it."""
    return Search("an area like France", {"intersects": shapely.geometry.mapping(FRANCE)})


def _typical(rng: np.random.Generator, number: int) -> Search:
    full = number % 2 == 0
    longitude, latitude = _somewhere(rng)
    strip = rng.random() < 0.4
    area = _strip(rng, longitude, latitude) if strip else _commune(rng, longitude, latitude)
    years = rng.uniform(8, 14) if full else rng.uniform(0.5, 10)
    end = _LAST_DAY - timedelta(days=float(rng.uniform(0, 300 if full else 5000)))
    start = end - timedelta(days=365 * years)
    terms: list[Body] = []
    if rng.random() < (0.3 if full else 0.8):
        terms.append(_at_most("eo:cloud_cover", rng.choice([30, 50, 80] if full else [5, 10, 20, 30])))
    if rng.random() < (0.1 if full else 0.5):
        terms.append(_at_most("view:incidence_angle", rng.choice([25, 30] if full else [10, 15, 20, 30])))
    conditions: Body = {
        "intersects": shapely.geometry.mapping(area),
        "datetime": f"{start:%Y-%m-%dT00:00:00Z}/{end:%Y-%m-%dT23:59:59Z}",
    }
    chance = rng.random()
    if not full and chance < 0.4:
        conditions["collections"] = [str(rng.choice(sorted(set(MISSIONS.values()))))]
    elif not full and chance < 0.6:
        platforms = _PLATFORMS[int(rng.integers(len(_PLATFORMS)))]
        terms.append({"op": "in", "args": [{"property": "platform"}, platforms]})
    return Search(f"{'strip' if strip else 'commune'} {number}", {**conditions, **_filter(terms)})


def _at_most(name: str, value: Any) -> Body:
    return {"op": "<=", "args": [{"property": name}, float(value)]}


def _filter(terms: list[Body]) -> Body:
    if not terms:
        return {}
    whole = terms[0] if len(terms) == 1 else {"op": "and", "args": terms}
    return {"filter": whole, "filter-lang": "cql2-json"}


def _somewhere(rng: np.random.Generator) -> tuple[float, float]:
    """A place: 75 % metropolitan France, 10 % overseas, the rest anywhere on land."""
    chance = rng.random()
    if chance < 0.75:
        while True:
            longitude, latitude = (column.item() for column in places(rng, 1))
            if FRANCE.contains(shapely.Point(longitude, latitude)):
                return longitude, latitude
    if chance < 0.85:
        west, south, east, north = OVERSEAS[int(rng.integers(len(OVERSEAS)))]
        return float(rng.uniform(west, east)), float(rng.uniform(south, north))
    longitude, latitude = (column.item() for column in places(rng, 1))
    return longitude, latitude


def _commune(rng: np.random.Generator, longitude: float, latitude: float) -> shapely.Polygon:
    """A ragged polygon of two to seven kilometres' radius."""
    angles = np.sort(rng.uniform(0, 2 * np.pi, 24))
    radius = rng.uniform(2, 7) / _DEGREE_KM * rng.uniform(0.6, 1.0, 24)
    east = longitude + radius * np.cos(angles) / np.cos(np.radians(latitude))
    return shapely.Polygon(np.column_stack([east, latitude + radius * np.sin(angles)]).round(5))


def _strip(rng: np.random.Generator, longitude: float, latitude: float) -> shapely.Polygon:
    """A winding strip of 15 to 50 km by two, as a coast is."""
    steps = np.linspace(0, rng.uniform(15, 50), 12) / _DEGREE_KM
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.15, 12))
    line = np.column_stack([longitude + steps * np.cos(heading), latitude + steps * np.sin(heading)])
    strip: shapely.Polygon = shapely.set_precision(
        shapely.LineString(line).buffer(1 / _DEGREE_KM, quad_segs=2), 1e-5
    )
    return strip
