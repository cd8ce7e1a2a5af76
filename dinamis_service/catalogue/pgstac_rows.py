"""STAC items on their way into pgstac's tables and back.

pgstac keeps an item without what its collection says already, without nulls, and with its footprint apart; it
takes `start_datetime` and `end_datetime` for the item's time also where there is a `datetime`. What it drops
is kept in the column `private`, and its two columns of time are set to what every engine of ours searches by.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import shapely

from dinamis_service.catalogue.engine import Item

ITEM = """
pgstac.content_hydrate(p, '{"exclude": ["geometry"]}')::text, ST_AsBinary(p.geometry),
p.private -> 'dinamis:nulls'
"""
"""What `item_of` makes an item of, of a row `p` of pgstac's items."""

_Path = list[str | int]


def item_of(hydrated: str, footprint: bytes, nulls: list[_Path] | None) -> Item:
    """The item as it was put in, from the columns of `ITEM`."""
    item: Item = orjson.loads(hydrated)
    item["geometry"] = orjson.loads(shapely.to_geojson(shapely.from_wkb(footprint)))
    for *parents, name in nulls or ():
        holder: Any = item
        for step in parents:
            holder = holder[step]
        holder[name] = None
    return item


def private_of(item: Item) -> str | None:
    """What the column `private` of an item holds, as JSON."""
    nulls = list(_nulls({name: value for name, value in item.items() if name != "geometry"}))
    return orjson.dumps({"dinamis:nulls": nulls}).decode() if nulls else None


def _nulls(value: Any) -> Iterator[_Path]:
    """Where members of objects are null."""
    members: Any = ()
    if isinstance(value, dict):
        members = value.items()
        yield from ([name] for name, member in members if member is None)
    elif isinstance(value, list):
        members = enumerate(value)
    for step, member in members:
        for path in _nulls(member):
            yield [step, *path]
