"""Feasibility of a programming request, from what the archive saw of the zone in the same months."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.engine import CatalogueEngine, SearchRequest
from dinamis_service.requests.products import CLOUD, INCIDENCE
from dinamis_service.requests.validation import Interval

MAX_SCENES = 5_000
"""Newest scenes that are looked at: enough for a share, bounded for a continent."""
_PAGE = 500


@dataclass(frozen=True)
class MonthlyChance:
    """What the archive says of one calendar month of the window.

    Args:
        scenes: archived scenes over the zone in that month of any year, whose cloud and angle are known.
        matching: those within the limits.
    """

    interval: Interval
    scenes: int
    matching: int

    @property
    def share(self) -> float:
        """Part of the scenes that meet the limits."""
        return self.matching / self.scenes


def monthly_chances(
    catalogue: CatalogueEngine,
    collection: str,
    zone: BaseGeometry,
    window: Interval,
    limits: dict[str, float],
) -> list[MonthlyChance]:
    """The chances of each calendar month of `window`, without those that the archive knows nothing of."""
    seen: dict[int, list[bool]] = {}
    for properties in _scenes(catalogue, collection, zone):
        cloud, angle = properties.get(CLOUD), properties.get(INCIDENCE)
        if cloud is None or angle is None:
            continue
        month = datetime.fromisoformat(properties["datetime"]).month
        seen.setdefault(month, []).append(cloud <= limits[CLOUD] and angle <= limits[INCIDENCE])
    return [
        MonthlyChance(part, len(seen[part.start.month]), sum(seen[part.start.month]))
        for part in _months(window)
        if part.start.month in seen
    ]


def _scenes(catalogue: CatalogueEngine, collection: str, zone: BaseGeometry) -> Iterator[dict[str, Any]]:
    """Properties of the newest archived scenes over the zone."""
    token: str | None = None
    for _ in range(MAX_SCENES // _PAGE):
        found = catalogue.search(
            SearchRequest(collections=(collection,), geometry=zone, limit=_PAGE, token=token)
        )
        yield from (item["properties"] for item in found.items)
        token = found.next_token
        if token is None:
            return


def _months(window: Interval) -> Iterator[Interval]:
    """The parts of `window` in each calendar month (UTC), at most the first twelve."""
    start = window.start
    for _ in range(12):
        if (start.year, start.month) == (window.end.year, window.end.month):
            yield Interval(start, window.end)
            return
        first = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        following = (first + timedelta(days=32)).replace(day=1)
        yield Interval(start, following)
        if following == window.end:
            return
        start = following
