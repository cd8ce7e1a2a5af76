"""What any catalogue engine must answer, by a plain reading of every item; and the engines to be compared."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import shapely
from hypothesis import strategies as st
from postgres import server
from shapely.geometry import shape

from dinamis_service.catalogue.engine import (
    FACETS,
    CatalogueEngine,
    Facets,
    Item,
    SearchRequest,
    SearchResult,
    SortKey,
)
from dinamis_service.catalogue.filters import parse_filter
from dinamis_service.catalogue.pgstac import PgstacCatalogue
from dinamis_service.catalogue.sqlite import SqliteCatalogue


class SettledCatalogue(SqliteCatalogue):
    """Every area that reads a block becomes a zone at its second search, before the next one."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, durable=False, watched_rows=1)

    def search(self, request: SearchRequest) -> SearchResult:
        result = super().search(request)
        self.settle()
        return result


ENGINES: dict[str, Callable[[Path], CatalogueEngine]] = {
    "sqlite": lambda folder: SqliteCatalogue(folder / "catalogue.sqlite", durable=False),
    "sqlite, zones": lambda folder: SettledCatalogue(folder / "catalogue.sqlite"),
    "pgstac": lambda _folder: PgstacCatalogue(server().new_database(pgstac=True)),
}
START = datetime(2015, 1, 1, tzinfo=UTC)
COLLECTIONS = ["pleiades", "spot-6-7", "sentinel-2"]
_FACTS = {
    "mission": "dinamis:mission",
    "platform": "platform",
    "product_type": "dinamis:product_type",
    "access": "dinamis:access",
}


def make_item(number: int, **changes: Any) -> Item:
    """A square of a tenth of a degree at a place and day that depend on the number."""
    west, south = changes.pop("place", (number % 7 * 0.3, number % 5 * 0.3))
    size = changes.pop("size", 0.1)
    properties = {
        "datetime": written(START + timedelta(days=number)),
        "platform": "PHR1A",
        "dinamis:product_type": "orderable",
        **changes.pop("properties", {}),
    }
    ring = [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
    ]
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": f"ITEM-{number:04d}",
        "collection": "pleiades",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [west, south, west + size, south + size],
        "properties": properties,
        "assets": {},
        "links": [],
        **changes,
    }


def written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def all_pages(engine: CatalogueEngine, request: SearchRequest) -> tuple[list[str], set[int | None]]:
    """Ids of every page, and the totals that the pages told."""
    ids, totals, token = [], set(), None
    while True:
        result = engine.search(replace(request, token=token))
        ids += [item["id"] for item in result.items]
        totals.add(result.matched)
        token = result.next_token
        if token is None:
            return ids, totals


def matches(items: Iterable[Item], request: SearchRequest) -> list[Item]:
    """The items that a request is about, in its order."""
    found = [item for item in items if _is_wanted(item, request)]
    found.sort(key=lambda item: (item["id"], item["collection"]))
    for key in reversed(request.sort):
        known = [item for item in found if value_of(item, key.field) is not None]
        known.sort(key=lambda item, key=key: value_of(item, key.field), reverse=key.descending)  # stable
        found = known + [item for item in found if value_of(item, key.field) is None]
    return found


def facets(items: Iterable[Item]) -> Facets:
    """Every facet of these items."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for item in items:
        properties = item["properties"]
        counted["collection"][item["collection"]] += 1
        for name, source in _FACTS.items():
            counted[name][properties.get(source) or ""] += 1
        counted["month"][_span(item)[0].strftime("%Y-%m")] += 1
        for name, source, step in (
            ("cloud", "eo:cloud_cover", 10),
            ("incidence", "view:incidence_angle", 5),
        ):
            value = properties.get(source)
            counted[name]["" if value is None else str(math.floor(value / step) * step)] += 1
    return {name: dict(counter) for name, counter in counted.items()}


def value_of(item: Item, field: str) -> Any:
    if field == "datetime":
        return _span(item)[0]
    return item[field] if field in ("id", "collection") else item["properties"].get(field)


def _span(item: Item) -> tuple[datetime, datetime]:
    properties = item["properties"]
    if properties["datetime"]:
        moment = datetime.fromisoformat(properties["datetime"])
        return moment, moment
    return datetime.fromisoformat(properties["start_datetime"]), datetime.fromisoformat(
        properties["end_datetime"]
    )


def _is_wanted(item: Item, request: SearchRequest) -> bool:
    first, last = _span(item)
    area = request.geometry
    return (
        (not request.collections or item["collection"] in request.collections)
        and (not request.ids or item["id"] in request.ids)
        and (area is None or bool(shapely.intersects(shape(item["geometry"]), area)))
        and (request.end is None or first <= request.end)
        and (request.start is None or last >= request.start)
        and FILTERS[TEXTS[str(request.filter)]](item)
    )


def _cloud(item: Item) -> Any:
    return item["properties"].get("eo:cloud_cover")


def _angle(item: Item) -> Any:
    return item["properties"].get("view:incidence_angle")


CORNER = shapely.Polygon([(-0.35, 0.15), (0.95, 0.15), (0.95, 1.15), (0.3, 0.6)])
"""An area that some of the items meet."""
FILTERS: dict[str | None, Callable[[Item], bool]] = {
    None: lambda item: True,
    "eo:cloud_cover < 20": lambda item: _cloud(item) is not None and _cloud(item) < 20,
    "eo:cloud_cover <= 20 AND view:incidence_angle <= 15": lambda item: (
        None not in (_cloud(item), _angle(item)) and _cloud(item) <= 20 and _angle(item) <= 15
    ),
    "eo:cloud_cover > 5.5 AND platform = 'S2A'": lambda item: (
        _cloud(item) is not None and _cloud(item) > 5.5 and item["properties"]["platform"] == "S2A"
    ),
    "eo:cloud_cover IS NULL OR view:incidence_angle >= 12.5": lambda item: (
        _cloud(item) is None or (_angle(item) is not None and _angle(item) >= 12.5)
    ),
    "NOT (eo:cloud_cover BETWEEN 5 AND 60)": lambda item: (
        _cloud(item) is not None and not 5 <= _cloud(item) <= 60
    ),
    "NOT (eo:cloud_cover IN (0, 20) OR view:incidence_angle IS NULL)": lambda item: (
        None not in (_cloud(item), _angle(item)) and _cloud(item) not in (0, 20)
    ),
    "platform IN ('S2A', 'SPOT6') AND eo:cloud_cover <> 5": lambda item: (
        item["properties"]["platform"] in ("S2A", "SPOT6") and _cloud(item) not in (None, 5)
    ),
    "platform LIKE 'S%' AND id LIKE 'I_'": lambda item: (
        item["properties"]["platform"].startswith("S") and len(item["id"]) == 2
    ),
    "\"dinamis:access\" <> 'open'": lambda item: (
        item["properties"].get("dinamis:access") not in (None, "open")
    ),
    f"platform = 'S2A' OR S_INTERSECTS(geometry, {CORNER.wkt})": lambda item: (
        item["properties"]["platform"] == "S2A" or shape(item["geometry"]).intersects(CORNER)
    ),
    "datetime > TIMESTAMP('2015-06-01T00:00:00Z')": lambda item: (
        _span(item)[0] > datetime(2015, 6, 1, tzinfo=UTC)
    ),
}
"""Filters in CQL2, and the same said again in Python with CQL2's three-valued logic."""
PARSED = {text: None if text is None else parse_filter(text) for text in FILTERS}
TEXTS = {str(parsed): text for text, parsed in PARSED.items()}

degrees = st.integers(-20, 20).map(lambda number: number / 10)
percent = st.one_of(st.none(), st.sampled_from([0, 5, 5.5, 10, 20, 20, 60, 99.9, 100]))
angle = st.one_of(st.none(), st.sampled_from([0, 5, 12.5, 15, 30]))
moments = st.one_of(
    st.integers(0, 400).map(lambda days: START + timedelta(days=days)),
    st.integers(0, 12).map(lambda month: datetime(2015 + month // 12, month % 12 + 1, 1, tzinfo=UTC)),
    st.integers(0, 12).map(
        lambda month: datetime(2015 + month // 12, month % 12 + 1, 1, tzinfo=UTC) - timedelta(microseconds=1)
    ),
)


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Items of few ids, places and values, so that they replace each other and tie."""
    properties: dict[str, Any] = {
        "platform": draw(st.sampled_from(["PHR1A", "SPOT6", "S2A"])),
        "datetime": written(draw(moments)),
    }
    for name, values in (
        ("eo:cloud_cover", percent),
        ("view:incidence_angle", angle),
        ("dinamis:mission", st.sampled_from([None, "PLEIADES", "SPOT 6/7"])),
        ("dinamis:access", st.sampled_from([None, "open", "members"])),
    ):
        value = draw(values)
        if value is not None:
            properties[name] = value
    if draw(st.integers(0, 9)) == 0:
        first = draw(moments)
        length = timedelta(days=draw(st.sampled_from([0, 3, 70])))
        properties |= {
            "datetime": None,
            "start_datetime": written(first),
            "end_datetime": written(first + length),
        }
    return make_item(
        0,
        id=f"I{draw(st.integers(0, 25))}",
        collection=draw(st.sampled_from(COLLECTIONS)),
        place=(draw(degrees), draw(degrees)),
        size=draw(st.sampled_from([0.05, 0.5])),
        properties=properties,
    )


triangles = st.lists(st.tuples(degrees, degrees), min_size=3, max_size=3).map(
    lambda corners: shapely.Polygon(corners).buffer(0.01)
)
areas = st.one_of(
    st.none(),
    triangles,
    st.just(shapely.box(-3, -3, 3, 3)),
    st.tuples(triangles, triangles).map(lambda pair: shapely.MultiPolygon(pair).buffer(0)),
)


sort_keys = st.builds(
    SortKey,
    st.sampled_from(
        [
            "datetime",
            "eo:cloud_cover",
            "view:incidence_angle",
            "id",
            "platform",
            "dinamis:mission",
            "dinamis:product_type",
            "gsd",
        ]
    ),
    st.booleans(),
)


@st.composite
def requests(draw: st.DrawFn) -> SearchRequest:
    """Searches of every kind."""
    ends = sorted([draw(moments), draw(moments)])
    return SearchRequest(
        collections=tuple(
            draw(st.lists(st.sampled_from([*COLLECTIONS, "nowhere"]), max_size=2, unique=True))
        ),
        ids=tuple(draw(st.sampled_from([(), (), (), ("I1", "I2", "I30")]))),
        geometry=draw(areas),
        start=draw(st.sampled_from([None, ends[0]])),
        end=draw(st.sampled_from([None, ends[1]])),
        filter=PARSED[draw(st.sampled_from(list(FILTERS)))],
        sort=tuple(draw(st.lists(sort_keys, min_size=1, max_size=3, unique_by=lambda key: key.field))),
        limit=draw(st.integers(1, 7)),
        facets=draw(st.sampled_from([FACETS, ("mission", "month"), ()])),
    )
