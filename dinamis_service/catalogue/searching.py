"""A search as clients write it, by GET or POST, made into the one request that the engine takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dinamis_service.catalogue.areas import read_area, read_box
from dinamis_service.catalogue.documents import Fields
from dinamis_service.catalogue.engine import FACETS, NEWEST_FIRST, SearchError, SearchRequest, SortKey
from dinamis_service.catalogue.filters import all_of, filter_of_query, parse_filter, to_sql, without_area
from dinamis_service.catalogue.freetext.narrowing import TextSearch
from dinamis_service.catalogue.moments import parse_interval
from dinamis_service.catalogue.wire import DEFAULT_LIMIT
from dinamis_service.soundness import MAX_DEPTH, sound_json

_CRS84 = ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "CRS84")
_MAX_NAMES = 1_000
"""Collections, ids, words or sort keys of one search."""


@dataclass(frozen=True)
class Asked:
    """The members of a search as JSON has them; texts of a GET are taken apart already."""

    collections: list[str] | None = None
    ids: list[str] | None = None
    bbox: list[Any] | None = None
    intersects: Any = None
    datetime: str | None = None
    limit: int | None = DEFAULT_LIMIT
    token: str | None = None
    sortby: tuple[SortKey, ...] = ()
    filter: Any = None
    filter_crs: str | None = None
    query: Any = None
    q: list[str] | None = None
    facets: list[str] | None = None
    uncovered: bool = False
    counted: bool = True
    fields: Fields = Fields()  # noqa: RUF009 - frozen


def asked_by_get(parameters: Mapping[str, Any]) -> Asked:
    """From the parameters of a GET, all of them texts but `limit`, `uncovered` and `counted`.

    Raises:
        SearchError: one of them is not written as it must be.
    """
    given = parameters.get
    expression = given("filter_expr") or None
    if expression is not None and given("filter_lang") == "cql2-json":
        expression = _json("filter", expression)
    bbox, intersects, query = given("bbox"), given("intersects"), given("query")
    return Asked(
        collections=_names(given("collections")),
        ids=_names(given("ids")),
        bbox=_numbers(bbox) if bbox else None,
        intersects=_json("intersects", intersects) if intersects else None,
        datetime=given("datetime"),
        limit=given("limit"),
        token=given("token"),
        sortby=tuple(
            SortKey(name.lstrip("+- "), name.startswith("-")) for name in given("sortby") or () if name
        ),
        filter=expression,
        filter_crs=given("filter_crs"),
        query=_json("query", query) if query else None,
        q=given("q"),
        facets=_names(given("facets")),
        uncovered=bool(given("uncovered")),
        counted=given("counted") is not False,
        fields=Fields.of_query(given("fields")),
    )


def asked_by_post(body: Any) -> Asked:
    """From the body of a POST, as `wire` reads it."""
    wanted = getattr(body, "fields", None)
    words = getattr(body, "q", None)
    return Asked(
        collections=[body.collections] if isinstance(body.collections, str) else body.collections,
        ids=body.ids,
        bbox=body.bbox,
        intersects=body.intersects,
        datetime=body.datetime,
        limit=body.limit,
        token=getattr(body, "token", None),
        sortby=tuple(
            SortKey(key.field, key.direction == "desc") for key in getattr(body, "sortby", None) or ()
        ),
        filter=body.filter_expr,
        filter_crs=body.filter_crs,
        query=body.query,
        q=[words] if isinstance(words, str) else words,
        facets=getattr(body, "facets", None),
        uncovered=bool(getattr(body, "uncovered", None)),
        counted=getattr(body, "counted", None) is not False,
        fields=_fields(wanted) if wanted else Fields(),
    )


def _fields(wanted: Any) -> Fields:
    """Members chosen by a POST: an empty list of those to include stands for the least of an item."""
    if wanted.exclude and not wanted.include and "include" in wanted.model_fields_set:
        return Fields.of_defaults(wanted.exclude)
    return Fields.of(wanted.include, wanted.exclude)


def request_of(asked: Asked, limit_max: int, texts: TextSearch) -> SearchRequest:
    """The request that the engine answers; pages hold at most `limit_max` items, `texts` reads `q`.

    Raises:
        SearchError: a parameter cannot be understood; it is named.
    """
    for name in ("collections", "ids", "q", "facets", "sortby"):
        if len(getattr(asked, name) or ()) > _MAX_NAMES:
            raise SearchError(
                fr=f"« {name} » : au plus {_MAX_NAMES} valeurs.",
                en=f"'{name}': at most {_MAX_NAMES} values are expected.",
                parameter=name,
            )
    if asked.bbox and asked.intersects is not None:
        raise SearchError(
            fr="« bbox » et « intersects » ne vont pas ensemble.",
            en="'bbox' and 'intersects' exclude each other.",
            parameter="intersects",
        )
    geometry = read_box(asked.bbox) if asked.bbox else None
    if asked.intersects is not None:
        geometry = read_area(asked.intersects)
    start, end = parse_interval(asked.datetime)
    conditions = _conditions(asked)
    if geometry is None:
        conditions, geometry = without_area(conditions)
    request = SearchRequest(
        collections=tuple(asked.collections or ()),
        ids=tuple(asked.ids or ()),
        geometry=geometry,
        start=start,
        end=end,
        filter=conditions,
        sort=asked.sortby or NEWEST_FIRST,
        limit=min(asked.limit or DEFAULT_LIMIT, limit_max),
        token=asked.token,
        facets=_facets(asked.facets),
        counted=asked.counted,
    )
    return texts.narrow(request, asked.q)


def within(asked: Asked, collection: str) -> Asked:
    """The search, among the items of one collection."""
    return replace(asked, collections=[collection])


def _conditions(asked: Asked) -> Any:
    """The one filter that holds the conditions of `filter` and `query`, each checked by itself."""
    if asked.filter_crs and asked.filter_crs not in _CRS84:
        raise SearchError(
            fr=f"« filter-crs » : il faut {_CRS84[0]}.",
            en=f"'filter-crs': {_CRS84[0]} is expected.",
            parameter="filter-crs",
        )
    written = None
    if asked.filter is not None:
        written = _checked("filter", lambda: parse_filter(asked.filter))
    query = None
    if asked.query:
        if not isinstance(asked.query, dict) or not _of_objects(asked.query):
            raise SearchError(
                fr="« query » : il faut un objet JSON { propriété : { opérateur : valeur } }.",
                en="'query': a JSON object { property: { operator: value } } is expected.",
                parameter="query",
            )
        query = _checked("query", lambda: filter_of_query(asked.query))
    return all_of([written, query])


def _checked(parameter: str, read: Any) -> Any:
    """What `read` makes of a parameter, every condition of it tried."""
    try:
        expression = read()
        if expression is not None:
            to_sql(expression)
    except SearchError as error:
        named = {"fr": f"« {parameter} » : {error.fr}", "en": f"'{parameter}': {error.en}"}
        raise SearchError(**named, parameter=parameter) from error
    return expression


def _facets(names: list[str] | None) -> tuple[str, ...]:
    unknown = [name for name in names or () if name not in FACETS]
    if unknown:
        known = ", ".join(FACETS)
        raise SearchError(
            fr=f"« facets » : « {unknown[0][:80]} » n'est pas une facette. Facettes : {known}.",
            en=f"'facets': '{unknown[0][:80]}' is not a facet. Facets: {known}.",
            parameter="facets",
        )
    return tuple(dict.fromkeys(names or ()))


def _names(text: str | None) -> list[str] | None:
    """Names of a list separated by commas."""
    return text.split(",") if text else None


def _numbers(text: str) -> list[Any]:
    """Numbers of a list separated by commas; what is none stays text, which no check lets pass."""
    return [_number(part) for part in text.split(",")]


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _of_objects(value: dict[str, Any]) -> bool:
    return all(isinstance(member, dict) for member in value.values())


def _json(parameter: str, text: str) -> Any:
    """The value of a parameter that holds JSON, no deeper than a search may be."""
    try:
        return sound_json(json.loads(text), 4 * MAX_DEPTH)
    except (ValueError, RecursionError) as error:
        raise SearchError(
            fr=f"« {parameter} » n'est pas du JSON.", en=f"'{parameter}' is not JSON.", parameter=parameter
        ) from error
