"""Items out of the catalogue, all of a selection, one batch in memory at a time (CAT-38)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.documents import Addresses, item_document
from dinamis_service.catalogue.engine import CatalogueEngine, Item, SearchRequest, SortKey
from dinamis_service.catalogue.moments import months, parse_moment

_PAGE = 1000
_FIRST = datetime(1980, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Selection:
    """What to export; without conditions everything.

    Args:
        collections: identifiers of collections; empty for all.
        geometry: an area that footprints must meet, EPSG:4326.
        start: earliest acquisition, included.
        end: latest acquisition, included.
    """

    collections: tuple[str, ...] = ()
    geometry: BaseGeometry | None = None
    start: datetime | None = None
    end: datetime | None = None


def batches(catalogue: CatalogueEngine, selection: Selection, now: datetime) -> Iterator[list[Item]]:
    """Items of the selection, each once, in batches of at most 1000, in the order of their months.

    The walk goes by months so that no page has to look at the whole catalogue. Items that come in meanwhile
    may be among them or not.
    """
    request = SearchRequest(
        collections=selection.collections,
        geometry=selection.geometry,
        sort=(SortKey("id"),),
        limit=_PAGE,
    )
    for first, last in _windows(selection, now):
        window = replace(request, start=first, end=None if last is None else last - _MICROSECOND)
        while True:
            result = catalogue.search(window)
            found = [item for item in result.items if _begins_within(item, first, selection.start)]
            if found:
                yield found
            if result.next_token is None:
                break
            window = replace(window, token=result.next_token)


def write_ndjson(items: Iterator[list[Item]], addresses: Addresses, target: Path) -> int:
    """Write one STAC item a line; how many they are."""
    count = 0
    with target.open("w", encoding="utf-8") as file:
        for batch in items:
            for item in batch:
                file.write(json.dumps(item_document(item, addresses), ensure_ascii=False) + "\n")
            count += len(batch)
    return count


def _windows(selection: Selection, now: datetime) -> Iterator[tuple[datetime | None, datetime | None]]:
    """Spans of acquisition that follow each other and cover the selection."""
    start = selection.start
    end = selection.end
    if start is None:
        start = _FIRST if end is None else min(_FIRST, end)
        yield None, start
    stop = max(start, now if end is None else end + _MICROSECOND)
    yield from months(start, stop)
    if end is None:
        yield stop, None


def _begins_within(item: Item, first: datetime | None, least: datetime | None) -> bool:
    """Whether the window is the first that an item is in: acquisitions that last are in several."""
    properties = item["properties"]
    if first is None or first == least:
        return True
    return parse_moment(properties["datetime"] or properties["start_datetime"]) >= first
