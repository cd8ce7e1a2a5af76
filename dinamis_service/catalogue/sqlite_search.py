"""How a search becomes SQL over the tables of `sqlite`."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.engine import SearchError, SearchRequest, SortKey
from dinamis_service.catalogue.filters import to_sql
from dinamis_service.catalogue.moments import to_microseconds
from dinamis_service.catalogue.queryables import QUERYABLES, Queryable, queryable

CHUNK = 10_000
"""Footprints tested at once."""
_MAX_BOXES = 8
"""Parts of an area that are looked up one by one; beyond, its whole extent is."""
_YEAR_US = 365.25 * 86400e6


def time_axis(moment: int) -> float:
    """Place of a moment (microseconds since 1970) on the R*Tree's third axis, in years.

    Years weigh about as much as degrees: the tree then splits in space and in time alike.
    """
    return moment / _YEAR_US


@dataclass(frozen=True)
class Plan:
    """Statements of one search; the sort values of a row follow its row id."""

    keys: tuple[tuple[Queryable, bool], ...]
    count_sql: str
    page_sql: str
    """A page by walking the index in order, for searches that match much of the catalogue."""
    few_sql: str
    """The same page by sorting all that match, for searches that match little."""
    candidates_sql: str
    values: list[Any]
    after_values: list[Any]

    def token_of(self, row: Any) -> str:
        """Token that continues after this row (row id, then its sort values)."""
        body = json.dumps([_signature(self.keys), *row[1:]], separators=(",", ":"))
        return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def plan(request: SearchRequest, *, any_span: bool) -> Plan:
    """The statements that answer `request`.

    Args:
        request: the search.
        any_span: whether any item covers a span of time instead of a moment.
    """
    keys = _sort_keys(request.sort)
    after, after_values = _after(keys, request.token)
    conditions, values = _conditions(request, any_span=any_span)
    where = " AND ".join(conditions) or "1"
    columns = ", ".join(key.column for key, _ in keys)
    order = ", ".join(_order(key, descending=descending) for key, descending in keys)
    source = "item AS i CROSS JOIN kind AS k ON k.kind = i.kind"
    by_kind = "kind AS k CROSS JOIN item AS i ON i.kind = k.kind"
    spatial = source
    if request.geometry is not None and not request.ids:
        boxes, box_values = _boxes(request)
        spatial = (
            f"({boxes}) AS near CROSS JOIN item AS i ON i.rid = near.rid CROSS JOIN kind AS k USING (kind)"
        )
        values = [*box_values, *values]
    count_source = source if request.ids else by_kind
    page = f"WHERE {where} AND ({after}) ORDER BY {order} LIMIT ?"
    return Plan(
        keys=keys,
        count_sql=f"SELECT count(*) FROM {count_source} WHERE {where}",  # noqa: S608 - see filters
        page_sql=f"SELECT i.rid, {columns} FROM {source} {page}",  # noqa: S608
        few_sql=f"SELECT i.rid, {columns} FROM {count_source} {page}",  # noqa: S608
        candidates_sql=f"SELECT i.rid, i.geom, ({after}), {columns} FROM {spatial}"  # noqa: S608
        f" WHERE {where} ORDER BY {order}",
        values=values,
        after_values=after_values,
    )


def exact(geometry: BaseGeometry) -> BaseGeometry:
    """The area made valid and prepared for many tests."""
    area: BaseGeometry = shapely.make_valid(geometry)
    shapely.prepare(area)
    return area


def meets(footprint: bytes, area: bytes) -> bool:
    """Whether a footprint meets an area, both as WKB: for areas inside a filter."""
    return bool(shapely.intersects(_prepared(area), shapely.from_wkb(footprint)))


@lru_cache(maxsize=16)
def _prepared(area: bytes) -> BaseGeometry:
    return exact(shapely.from_wkb(area))


def _conditions(request: SearchRequest, *, any_span: bool) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []

    def add(sql: str, *bound: Any) -> None:
        conditions.append(f"({sql})")
        values.extend(bound)

    if request.collections:
        add("k.collection IN (SELECT value FROM json_each(?))", json.dumps(request.collections))
    if request.ids:
        add("i.id IN (SELECT value FROM json_each(?))", json.dumps(request.ids))
    if request.end is not None:
        add("i.moment <= ?", to_microseconds(request.end))
    if request.start is not None:
        start = to_microseconds(request.start)
        if any_span:
            add("i.moment >= ? OR i.moment_end >= ?", start, start)
        else:
            add("i.moment >= ?", start)
    if request.filter is not None:
        sql, bound = to_sql(request.filter)
        add(sql, *bound)
    return conditions, values


def _boxes(request: SearchRequest) -> tuple[str, list[float]]:
    """Lookup in the R*Tree of every candidate, over each part of the area when it has few."""
    geometry = request.geometry
    parts = list(shapely.get_parts(geometry))
    if not 1 <= len(parts) <= _MAX_BOXES:
        parts = [geometry]
    times, time_values = "", []
    if request.end is not None:
        times += " AND t0 <= ?"
        time_values.append(time_axis(to_microseconds(request.end)))
    if request.start is not None:
        times += " AND t1 >= ?"
        time_values.append(time_axis(to_microseconds(request.start)))
    one = f"SELECT rid FROM footprint WHERE x0 <= ? AND x1 >= ? AND y0 <= ? AND y1 >= ?{times}"  # noqa: S608
    values: list[float] = []
    for part in parts:
        x0, y0, x1, y1 = part.bounds
        values += [x1, x0, y1, y0, *time_values]
    return " UNION ".join([one] * len(parts)), values


def _sort_keys(sort: tuple[SortKey, ...]) -> tuple[tuple[Queryable, bool], ...]:
    """The sort made total: ties fall to the id, then to the collection."""
    keys: dict[str, tuple[Queryable, bool]] = {}
    for asked in (*sort, SortKey("id"), SortKey("collection")):
        found = queryable(asked.field)
        if found is None:
            known = ", ".join(QUERYABLES)
            raise SearchError(
                fr=f"« sortby » : tri impossible par « {asked.field} ». Tris possibles : {known}.",
                en=f"'sortby': cannot sort by '{asked.field}'. Can sort by: {known}.",
                parameter="sortby",
            )
        keys.setdefault(found.name, (found, asked.descending))
    return tuple(keys.values())


def _order(key: Queryable, *, descending: bool) -> str:
    term = f"{key.column} {'DESC' if descending else 'ASC'}"
    return f"{key.column} IS NULL, {term}" if key.nullable else term


def _signature(keys: tuple[tuple[Queryable, bool], ...]) -> str:
    return ",".join(f"{'-' if descending else '+'}{key.name}" for key, descending in keys)


def _after(keys: tuple[tuple[Queryable, bool], ...], token: str | None) -> tuple[str, list[Any]]:
    """Condition on the rows that come after the one a token holds, in the total order of the keys."""
    if token is None:
        return "1", []
    last = _token_values(keys, token)
    alternatives: list[str] = []
    bound: list[Any] = []
    equal: list[str] = []
    equal_values: list[Any] = []
    for (key, descending), value in zip(keys, last, strict=True):
        if value is not None:
            beyond = f"{key.column} {'<' if descending else '>'} ?"
            if key.nullable:
                beyond = f"({beyond} OR {key.column} IS NULL)"
            alternatives.append(" AND ".join([*equal, beyond]))
            bound += [*equal_values, value]
        equal.append(f"{key.column} IS ?")
        equal_values.append(value)
    condition = " OR ".join(f"({alternative})" for alternative in alternatives)
    (first, descending), value = keys[0], last[0]
    if not first.nullable:  # says again what the alternatives imply, in a form that an index can start from
        condition = f"{first.column} {'<=' if descending else '>='} ? AND ({condition})"
        bound = [value, *bound]
    return condition, bound


def _token_values(keys: tuple[tuple[Queryable, bool], ...], token: str) -> list[Any]:
    wrong = SearchError(
        fr="« token » n'est pas de cette recherche : recommencez à la première page.",
        en="'token' does not belong to this search: start again at the first page.",
        parameter="token",
    )
    try:
        signature, *values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, TypeError, binascii.Error) as error:
        raise wrong from error
    scalar = all(value is None or isinstance(value, str | int | float) for value in values)
    if signature != _signature(keys) or len(values) != len(keys) or not scalar:
        raise wrong
    return list(values)
