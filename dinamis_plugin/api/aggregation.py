"""Numbers by month of a catalogue that is none of DINAMIS, by STAC's aggregation extension (CAT-10)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..domain.counts import MONTH, Facets
from ..domain.errors import DinamisError
from ..domain.parsing import mapping_of, number_of, objects_of, text_of
from .http import Cancel, HttpClient

_CLASS, _FILTER_CLASS = "/aggregation", "/aggregation#filter"
_TOTAL, _MONTHS = "total_count", "datetime_frequency"
_LONGEST_AREA = 4_000
"""Characters of an area in an address: servers refuse much longer ones."""


def may_tell(claims: Sequence[str], arguments: Mapping[str, Any], beside: Mapping[str, Any]) -> bool:
    """Whether a catalogue can count what a search finds: no number is better than that of another search.

    Args:
        claims: Conformance classes of the catalogue.
        arguments: The search as pystac-client takes it.
        beside: What else the search asks for, such as words that only a search reads.
    """
    needed = [_CLASS, _FILTER_CLASS] if "filter" in arguments else [_CLASS]
    if not all(any(claim.endswith(one) for claim in claims) for one in needed):
        return False
    return not beside and len(json.dumps(arguments.get("intersects"))) <= _LONGEST_AREA


def aggregated(
    http: HttpClient, url: str, arguments: Mapping[str, Any], cancel: Cancel
) -> tuple[int | None, Facets]:
    """Count what a search finds, in all and by month; nothing where the catalogue answers otherwise.

    Args:
        http: The transport.
        url: Where the catalogue aggregates.
        arguments: The search as pystac-client takes it.
        cancel: Tells when to stop.
    """
    params = {"aggregations": f"{_TOTAL},{_MONTHS}"}
    if "datetime" in arguments:
        params["datetime"] = arguments["datetime"]
    if "intersects" in arguments:
        params["intersects"] = json.dumps(arguments["intersects"])
    if "filter" in arguments:
        params.update({"filter": json.dumps(arguments["filter"]), "filter-lang": "cql2-json"})
    try:
        document = mapping_of(http.get_json(url, params=params, cancel=cancel))
    except DinamisError:
        if cancel():
            raise
        return None, {}
    found = {text_of(one.get("name")): one for one in objects_of(document.get("aggregations"))}
    total = number_of(mapping_of(found.get(_TOTAL)).get("value"))
    return (None if total is None else int(total)), _by_month(found.get(_MONTHS))


def _by_month(aggregation: Mapping[str, Any] | None) -> Facets:
    if aggregation is None:
        return {}
    months: dict[str, int] = {}
    for bucket in objects_of(aggregation.get("buckets")):
        month, number = text_of(bucket.get("key"))[:7], number_of(bucket.get("frequency"))
        if number is not None and number > 0:
            months[month] = months.get(month, 0) + int(number)
    return {MONTH: months}
