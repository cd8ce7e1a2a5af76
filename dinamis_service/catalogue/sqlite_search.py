"""How a search becomes SQL over the tables of `sqlite`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from dinamis_service.catalogue.engine import SearchRequest
from dinamis_service.catalogue.filters import to_sql
from dinamis_service.catalogue.moments import to_microseconds
from dinamis_service.catalogue.paging import Keys, after_last, order_of, sort_keys, token_after, token_values

_ROW = "i.rid, i.kind, i.moment, i.moment_end, i.cloud, i.incidence, i.geom"
"""What is counted of a row, and its footprint."""
_SOURCE = "item AS i CROSS JOIN kind AS k ON k.kind = i.kind"
_CHOSEN = (
    "json_each(?) AS asked CROSS JOIN item AS i ON i.rid = asked.value"
    " CROSS JOIN kind AS k ON k.kind = i.kind"
)

EDGE_SQL = f"SELECT {_ROW} FROM item AS i WHERE i.moment BETWEEN ? AND ?"  # noqa: S608 - names of columns
"""Rows of a period (both ends included), by the index of moments."""
CROSSING_SQL = f"SELECT {_ROW} FROM item AS i WHERE i.moment_end >= ? AND i.moment < ?"  # noqa: S608
"""Rows that last from before a moment until it or longer."""


@dataclass(frozen=True)
class Plan:
    """Statements of one search; the sort values of a row follow its row id.

    Args:
        keys: the order, made total; a true value beside a key says descending.
        rows_sql: everything that matches but for the area; takes `values`.
        chosen_sql: the page among the rows of a JSON list; takes the list, `after_values` and a limit.
        rest_sql: the rows of a JSON list that pass the filter; takes the list and `filter_values`.
        walk_sql: what comes next in the order of time, with footprints; takes `values`, `after_values` and
            the moment to stop at.
        stop_sql: the moment so many rows further; takes `stop_values` and the number.
        last: sort values of the last row of the page before.
    """

    keys: Keys
    rows_sql: str
    chosen_sql: str
    rest_sql: str
    walk_sql: str
    stop_sql: str
    values: list[Any]
    after_values: list[Any]
    filter_values: list[Any]
    stop_values: list[Any]
    last: list[Any] | None

    @property
    def by_time(self) -> bool:
        """Whether the index of moments gives the order."""
        return self.keys[0][0].column == "i.moment"

    def token_of(self, row: Any) -> str:
        """Token that continues after this row (row id, then its sort values)."""
        return token_after(self.keys, row[1:])


def plan(request: SearchRequest, *, any_span: bool) -> Plan:
    """The statements that answer `request`.

    Args:
        request: the search.
        any_span: whether any item covers a span of time instead of a moment.
    """
    keys = sort_keys(request.sort)
    last = None if request.token is None else token_values(keys, request.token)
    after, after_values = after_last(keys, last)
    conditions, values = _conditions(request, any_span=any_span)
    rest, rest_values = ("TRUE", []) if request.filter is None else to_sql(request.filter)
    where = " AND ".join([*conditions, f"({rest})"])
    columns = ", ".join(key.column for key, _ in keys)
    order = order_of(keys)
    backwards = keys[0][1]
    stop, stop_values = _stop(request, last, backwards=backwards, any_span=any_span)
    beyond = ">=" if backwards else "<="
    return Plan(
        keys=keys,
        rows_sql=f"SELECT {_ROW} FROM {_SOURCE} WHERE {where}",  # noqa: S608 - see filters
        chosen_sql=f"SELECT i.rid, {columns} FROM {_CHOSEN} WHERE {after} ORDER BY {order} LIMIT ?",  # noqa: S608
        rest_sql=f"SELECT i.rid FROM {_CHOSEN} WHERE {rest}",  # noqa: S608
        walk_sql=f"SELECT i.rid, i.geom, {columns} FROM item AS i INDEXED BY item_moment"  # noqa: S608
        f" CROSS JOIN kind AS k ON k.kind = i.kind WHERE {where} AND ({after}) AND i.moment {beyond} ?"
        f" ORDER BY {order}",
        stop_sql=stop,
        values=[*values, *rest_values],
        after_values=after_values,
        filter_values=rest_values,
        stop_values=stop_values,
        last=last,
    )


def _conditions(request: SearchRequest, *, any_span: bool) -> tuple[list[str], list[Any]]:
    """Conditions on collection, id and time."""
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
    return conditions, values


def _stop(
    request: SearchRequest, last: list[Any] | None, *, backwards: bool, any_span: bool
) -> tuple[str, list[Any]]:
    """The statement that says how far a walk through time goes: from where it begins, so many rows on."""
    bounds: list[int] = [] if last is None or not isinstance(last[0], int) else [last[0]]
    if backwards and request.end is not None:
        bounds.append(to_microseconds(request.end))
    elif not backwards and request.start is not None and not any_span:
        bounds.append(to_microseconds(request.start))
    where = f"WHERE moment {'<=' if backwards else '>='} ?" if bounds else ""
    direction = "DESC" if backwards else "ASC"
    sql = f"SELECT moment FROM item {where} ORDER BY moment {direction} LIMIT 1 OFFSET ?"  # noqa: S608
    return sql, [min(bounds) if backwards else max(bounds)] if bounds else []
