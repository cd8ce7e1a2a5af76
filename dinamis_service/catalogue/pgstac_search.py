"""How a search becomes SQL over pgstac's items: exact counts, facets and pages of our own.

Columns bear the names that `queryables` gives them, so that one filter serves every engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely

from dinamis_service.catalogue.engine import UNKNOWN, Facets, SearchRequest
from dinamis_service.catalogue.filters import Sql, to_sql
from dinamis_service.catalogue.moments import from_microseconds
from dinamis_service.catalogue.paging import Keys, after_last, order_of, sort_keys, token_values
from dinamis_service.catalogue.pgstac_rows import ITEM


def _text(name: str) -> str:
    return f"""(p.content #>> '{{properties,"{name}"}}') COLLATE "C\""""


def _number(name: str) -> str:
    value = f"""p.content #> '{{properties,"{name}"}}'"""
    return f"CASE jsonb_typeof({value}) WHEN 'number' THEN ({value})::float8 END"


def _microseconds(moment: str) -> str:
    return f"(extract(epoch FROM {moment}) * 1000000)::bigint"


_IS_MOMENT = r"'^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+|)([Zz]|[+-]\d\d:\d\d)$'"
_CREATED = f"CASE WHEN {_text('created')} ~ {_IS_MOMENT} THEN ({_text('created')})::timestamptz END"

_SOURCE = f"""
pgstac.items AS p
CROSS JOIN LATERAL (
  SELECT p.id COLLATE "C" AS id, p.geometry AS geom, {_microseconds("p.datetime")} AS moment,
    {_microseconds(_CREATED)} AS created,
    {_number("eo:cloud_cover")} AS cloud, {_number("view:incidence_angle")} AS incidence
) AS i
CROSS JOIN LATERAL (
  SELECT p.collection COLLATE "C" AS collection, {_text("platform")} AS platform,
    {_text("constellation")} AS constellation, {_number("gsd")} AS gsd,
    {_text("dinamis:mission")} AS mission, {_text("dinamis:product_type")} AS product_type,
    {_text("dinamis:access")} AS access, {_text("order:status")} AS order_status,
    CASE p.content #>> '{{properties,dinamis:synthetic}}' WHEN 'true' THEN 1 WHEN 'false' THEN 0 END
      AS synthetic
) AS k
"""
"""Each item with the columns of `queryables`; the planner sees through it to the indexes of pgstac."""

_FACETS = {
    "collection": "k.collection",
    "mission": "k.mission",
    "platform": "k.platform",
    "product_type": "k.product_type",
    "access": "k.access",
    "month": "to_char(p.datetime AT TIME ZONE 'UTC', 'YYYY-MM')",
    "cloud": "(floor(i.cloud / 10) * 10)::bigint::text",
    "incidence": "(floor(i.incidence / 5) * 5)::bigint::text",
}
_INDEXED = {"i.moment": "p.datetime"}
"""Columns that pgstac indexes under another form."""


@dataclass(frozen=True)
class Plan:
    """Statements of one search.

    Args:
        keys: the order, made total.
        page_sql: the page and one row more: columns of `pgstac_rows.ITEM`, then the sort values.
        count_sql: number of matches by every combination of facets asked for; see `read_counts`.
    """

    keys: Keys
    page_sql: str
    page_values: list[Any]
    count_sql: str
    count_values: list[Any]


def plan(request: SearchRequest) -> Plan:
    """The statements that answer `request`; `SearchError` when it cannot be understood."""
    keys = sort_keys(request.sort)
    conditions = list(_conditions(request))
    where = " AND ".join(["TRUE", *(f"({sql})" for sql, _ in conditions)])
    values = [value for _, bound in conditions for value in bound]
    ordered = tuple((replace(key, column=_INDEXED.get(key.column, key.column)), way) for key, way in keys)
    after, after_values = after_last(ordered, _last(keys, request.token))
    columns = ", ".join(key.column for key, _ in keys)
    facets = [f"coalesce({_FACETS[name]}, '{UNKNOWN}')" for name in request.facets]
    grouping = "".join(f", {facet} AS f{place}" for place, facet in enumerate(facets))
    names = [f"f{place}" for place in range(len(facets))]
    told = "".join(f", {name}" for name in names)
    sets = ", ".join(f"({name})" for name in ["", *names])
    level = f"GROUPING({', '.join(names)})" if names else "0"
    return Plan(
        keys=keys,
        page_sql=_bound(
            f"SELECT {ITEM}, {columns} FROM {_SOURCE} WHERE {where} AND ({after})"  # noqa: S608 - see filters
            f" ORDER BY {order_of(ordered)} LIMIT ?"
        ),
        page_values=[*values, *after_values, request.limit + 1],
        count_sql=_bound(
            f"SELECT count(*), {level}{told} FROM (SELECT 1{grouping} FROM {_SOURCE} WHERE {where}) AS m"  # noqa: S608
            f" GROUP BY GROUPING SETS ({sets})"
        ),
        count_values=values,
    )


def read_counts(rows: Sequence[tuple[Any, ...]], facets: Sequence[str]) -> tuple[int, Facets]:
    """The number of matches, and by value of each facet, from the rows of `Plan.count_sql`.

    `GROUPING` sets a bit for each facet that a row does not tell apart, the last one's being the lowest.
    """
    whole = 2 ** len(facets) - 1
    matched, told = 0, defaultdict[str, dict[str, int]](dict)
    for number, level, *values in rows:
        if level == whole:
            matched = number
            continue
        place = len(facets) - (whole ^ level).bit_length()
        told[facets[place]][values[place]] = number
    return matched, {name: dict(sorted(told[name].items())) for name in facets}


def _conditions(request: SearchRequest) -> Iterator[Sql]:
    """Every condition, first those that pgstac's indexes answer."""
    if request.collections:
        yield "p.collection = ANY(?)", [list(request.collections)]
    if request.ids:
        yield "p.id = ANY(?)", [list(request.ids)]
    if request.end is not None:
        yield "p.datetime <= ?", [request.end]
    if request.start is not None:
        yield "p.end_datetime >= ?", [request.start]
    if request.geometry is not None:
        yield "ST_Intersects(p.geometry, ST_GeomFromWKB(?, 4326))", [shapely.to_wkb(request.geometry)]
    if request.filter is not None:
        yield to_sql(request.filter)


def _last(keys: Keys, token: str | None) -> list[Any] | None:
    """Sort values of the row that a token continues after, as the columns sorted by hold them."""
    if token is None:
        return None
    values = zip(keys, token_values(keys, token), strict=True)
    return [from_microseconds(value) if key.column in _INDEXED else value for (key, _), value in values]


def _bound(sql: str) -> str:
    """The statement with its parameters as psycopg marks them."""
    return sql.replace("%", "%%").replace("?", "%s")
