"""When a search can have matches at all: the months in which the kinds of items that it asks for occur.

A walk through time to the newest page of a mission that ended long ago begins at its last month instead of
looking at everything that came after.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dinamis_service.catalogue.engine import SearchRequest
from dinamis_service.catalogue.filters import to_sql
from dinamis_service.catalogue.moments import from_microseconds, month_begin
from dinamis_service.catalogue.queryables import queryable
from dinamis_service.catalogue.sqlite_zones import WORLD

_MONTHS = "SELECT min(month), max(month) FROM cube WHERE zone = ? AND kind = ?"


def within_its_months(
    connection: sqlite3.Connection, request: SearchRequest, *, any_span: bool
) -> SearchRequest:
    """The same search with a period no longer than the months its kinds of items occur in.

    Args:
        connection: to a snapshot of the catalogue.
        request: the search; one without conditions on kinds comes back as it is.
        any_span: whether any item lasts, and may reach into the period from before.
    """
    conditions, values = _of_kinds(request)
    if not conditions:
        return request
    where = " AND ".join(conditions)
    kinds = connection.execute(f"SELECT k.kind FROM kind AS k WHERE {where}", values).fetchall()  # noqa: S608
    spans = [connection.execute(_MONTHS, (WORLD, kind)).fetchone() for (kind,) in kinds]
    known = [span for span in spans if span[0] is not None]
    if not known:
        return request
    first = from_microseconds(month_begin(min(span[0] for span in known)))
    last = from_microseconds(month_begin(max(span[1] for span in known) + 1) - 1)
    end = last if request.end is None else min(last, request.end)
    start = request.start if any_span else first if request.start is None else max(first, request.start)
    if start is not None and start > end:
        return request
    return replace(request, start=start, end=end)


def _of_kinds(request: SearchRequest) -> tuple[list[str], list[Any]]:
    """Conditions of the search, as SQL over `kind`, that must all hold for a kind to have matches."""
    conditions, values = [], []
    if request.collections:
        conditions.append("k.collection IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(request.collections))
    for term in _terms(request.filter):
        if all(_is_shared(name) for name in _names(term)):
            sql, bound = to_sql(term)
            conditions.append(f"({sql})")
            values += bound
    return conditions, values


def _terms(expression: Any) -> Iterator[Any]:
    """Conditions that must all hold for the filter to hold."""
    if isinstance(expression, dict) and expression.get("op") == "and":
        for arg in expression["args"]:
            yield from _terms(arg)
    elif isinstance(expression, dict):
        yield expression


def _names(expression: Any) -> Iterator[str]:
    """Properties that a condition names."""
    if isinstance(expression, dict):
        if isinstance(expression.get("property"), str):
            yield expression["property"]
        for arg in expression.get("args") or ():
            yield from _names(arg)
    elif isinstance(expression, list):
        for arg in expression:
            yield from _names(arg)


def _is_shared(name: str) -> bool:
    found = queryable(name)
    return found is not None and found.column.startswith("k.")
