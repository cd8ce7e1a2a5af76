"""How items become rows of `sqlite`: whole batches at once, because shapely and SQLite work fastest so."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import orjson
import shapely

from dinamis_service.catalogue.areas import on_the_globe
from dinamis_service.catalogue.engine import Item, ItemError, object_keys
from dinamis_service.catalogue.moments import parse_moment, to_microseconds

SHARED_FACTS = {
    "platform": "platform",
    "constellation": "constellation",
    "mission": "dinamis:mission",
    "product_type": "dinamis:product_type",
    "access": "dinamis:access",
    "synthetic": "dinamis:synthetic",
    "order_status": "order:status",
    "gsd": "gsd",
}
"""Columns of the table `kind`, after the collection, and the properties they hold."""

_SHARED_NAMES = tuple(SHARED_FACTS.values())


class Row(NamedTuple):
    """What the index keeps of an item; moments in microseconds since 1970, bounds in degrees (EPSG:4326)."""

    id: str
    collection: str
    shared: tuple[Any, ...]
    moment: int
    moment_end: int | None
    created: int | None
    cloud: float | None
    incidence: float | None
    geom: bytes
    bounds: tuple[float, float, float, float]
    body: bytes
    objects: list[str]


def rows_of(items: Sequence[Item], pack: Callable[[Item], bytes]) -> list[Row]:
    """Rows of these items, documents packed by `pack`; `ItemError` names the first that cannot be held."""
    try:
        texts = [orjson.dumps(item.get("geometry")) for item in items]
    except TypeError as error:
        msg = f"an item among {len(items)}: {error}"
        raise ItemError(msg) from error
    geometries = shapely.from_geojson(texts, on_invalid="ignore")
    unusable = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    if unusable.any():
        msg = f"item {items[int(unusable.argmax())].get('id')}: no footprint"
        raise ItemError(msg)
    geometries = on_the_globe(geometries)
    bounds = shapely.bounds(geometries)
    endless = ~np.isfinite(bounds).all(axis=1)
    if endless.any():
        msg = f"item {items[int(endless.argmax())].get('id')}: a footprint without end"
        raise ItemError(msg)
    shapes = shapely.to_wkb(geometries)
    triples = zip(items, shapes, bounds.tolist(), strict=True)
    return [_row(item, shape, box, pack) for item, shape, box in triples]


def _row(item: Item, shape: bytes, bounds: Sequence[float], pack: Callable[[Item], bytes]) -> Row:
    try:
        properties = item["properties"]
        moment = properties["datetime"]
        _check_period(properties)
        x0, y0, x1, y1 = bounds
        return Row(
            id=str(item["id"]),
            collection=item["collection"],
            shared=(item["collection"], *map(properties.get, _SHARED_NAMES)),
            moment=_moment(moment or properties["start_datetime"]),
            moment_end=None if moment else _moment(properties["end_datetime"]),
            created=_moment(properties["created"]) if properties.get("created") else None,
            cloud=_number(properties.get("eo:cloud_cover")),
            incidence=_number(properties.get("view:incidence_angle")),
            geom=shape,
            bounds=(x0, y0, x1, y1),
            body=pack(item),
            objects=object_keys(item),
        )
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        msg = f"item {item.get('id')}: {type(error).__name__} {error}"
        raise ItemError(msg) from error


def _moment(text: str) -> int:
    return to_microseconds(parse_moment(text))


def _check_period(properties: dict[str, Any]) -> None:
    """Refuse a period that is none; pgstac does, whether or not there is a `datetime` beside it."""
    start, end = properties.get("start_datetime"), properties.get("end_datetime")
    if start is not None and end is not None and _moment(start) > _moment(end):
        msg = f"it ends ({end}) before it starts ({start})"
        raise ValueError(msg)


def _number(value: Any) -> float | None:
    if value is None:
        return None
    number = float(value)
    if not math.isfinite(number):
        msg = f"{value!r} is no number"
        raise ValueError(msg)
    return number
