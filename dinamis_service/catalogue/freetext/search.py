"""A reading as the conditions of a search in the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.filters import all_of
from dinamis_service.catalogue.freetext.conditions import COAST, Limit
from dinamis_service.catalogue.freetext.dates import Period
from dinamis_service.catalogue.freetext.gazetteer import Gazetteer, Place
from dinamis_service.catalogue.freetext.reading import Reading
from dinamis_service.catalogue.moments import format_moment

_LAST = time(23, 59, 59, 999999, tzinfo=UTC)
_FIRST = time(0, tzinfo=UTC)
NOTHING = False
"""The CQL2 filter that no item meets."""
_HOME = "country/FR"
"""Whose coast is meant where no place is named."""


@dataclass(frozen=True)
class Conditions:
    """What `SearchRequest` takes.

    Args:
        ids: of items.
        geometry: EPSG:4326.
        start, end: of the acquisition, both included; they span all periods, the filter tells them apart.
        filter: CQL2 JSON.
        inland: places without a coast, of which the whole is searched although the coast was asked for.
    """

    ids: tuple[str, ...] = ()
    geometry: BaseGeometry | None = None
    start: datetime | None = None
    end: datetime | None = None
    filter: Any = None
    inland: tuple[Place, ...] = ()


def to_search(reading: Reading, gazetteer: Gazetteer) -> Conditions:
    """The conditions that a reading means; those it does not mention are left open."""
    geometry, inland = _area(reading, gazetteer)
    if geometry is not None and geometry.is_empty:
        return Conditions(filter=NOTHING, inland=inland)
    start, end = _bounds(reading.periods)
    terms = [
        _any(reading.periods, _within) if len(reading.periods) > 1 else None,
        _sensors(reading),
        _not(_one_of("dinamis:mission", reading.without_missions)),
        _not(_one_of("platform", reading.without_platforms)),
        _limit("eo:cloud_cover", reading.cloud),
        _limit("view:incidence_angle", reading.incidence),
        _one_of("dinamis:product_type", reading.product_types),
        _one_of("dinamis:access", ["open"]) if reading.open_data else None,
    ]
    return Conditions(reading.ids, geometry, start, end, all_of(terms), inland)


def _area(reading: Reading, gazetteer: Gazetteer) -> tuple[BaseGeometry | None, tuple[Place, ...]]:
    """Where to search: the places, or their coast."""
    places = [found.place for found in reading.places]
    coastal = COAST in reading.themes
    if coastal and not places:
        places = [place for place in gazetteer.named(["france"]).get("france", []) if place.key == _HOME]
    shapes, inland = [], []
    for place in places:
        coast = gazetteer.coast(place) if coastal and place.kind not in ("point", "city") else None
        if coastal and coast is None:
            inland.append(place)
        shapes.append(coast if coast is not None else outline_of(place, gazetteer))
    if not shapes and reading.without_places:
        shapes.append(shapely.box(-180, -90, 180, 90))
    if not shapes:
        return None, ()
    area = shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
    for found in reading.without_places:
        area = shapely.difference(area, outline_of(found.place, gazetteer))
    return area, tuple(inland)


def outline_of(place: Place, gazetteer: Gazetteer) -> BaseGeometry:
    """Outline of a place, coordinates among them."""
    return shapely.Point(place.bbox[:2]) if place.kind == "point" else gazetteer.outline(place)


def _bounds(periods: Sequence[Period]) -> tuple[datetime | None, datetime | None]:
    """First moment and last of all periods, None where one of them is open."""
    if not periods:
        return None, None
    first, last = periods[0].first, [period.last for period in periods]
    end = None if None in last else max(day for day in last if day is not None)
    return _moment(first, _FIRST), _moment(end, _LAST)


def _moment(day: date | None, hour: time) -> datetime | None:
    return None if day is None else datetime.combine(day, hour)


def _within(period: Period) -> Any:
    start, end = _moment(period.first, _FIRST), _moment(period.last, _LAST)
    return all_of(
        [
            None if start is None else _compare(">=", "datetime", {"timestamp": format_moment(start)}),
            None if end is None else _compare("<=", "datetime", {"timestamp": format_moment(end)}),
        ]
    )


def _sensors(reading: Reading) -> Any:
    """Of one of the missions, or of one of the satellites."""
    terms = [_one_of("dinamis:mission", reading.missions), _one_of("platform", reading.platforms)]
    given = [term for term in terms if term is not None]
    return {"op": "or", "args": given} if len(given) > 1 else all_of(given)


def _limit(name: str, limit: Limit | None) -> Any:
    return None if limit is None else _compare(limit.operator, name, limit.value)


def _compare(operator: str, name: str, value: Any) -> Any:
    return {"op": operator, "args": [{"property": name}, value]}


def _one_of(name: str, values: Sequence[str]) -> Any:
    if not values:
        return None
    return _compare("=", name, values[0]) if len(values) == 1 else _compare("in", name, list(values))


def _not(term: Any) -> Any:
    return None if term is None else {"op": "not", "args": [term]}


def _any(periods: Iterable[Period], make: Any) -> Any:
    return {"op": "or", "args": [make(period) for period in periods]}
