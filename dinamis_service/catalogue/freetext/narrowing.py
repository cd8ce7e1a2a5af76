"""A search narrowed to what a text asks for: the `q` of the STAC API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import shapely

from dinamis_service.catalogue.engine import SearchRequest
from dinamis_service.catalogue.filters import all_of
from dinamis_service.catalogue.freetext.gazetteer import Gazetteer
from dinamis_service.catalogue.freetext.parser import parse
from dinamis_service.catalogue.freetext.search import NOTHING, Conditions, to_search


def with_text(
    search: SearchRequest, q: str | Sequence[str] | None, gazetteer: Gazetteer, today: date
) -> SearchRequest:
    """The search with the conditions of a text beside its own (CAT-06); unknown words change nothing."""
    if not q:
        return search
    text = q if isinstance(q, str) else ", ".join(q)
    return narrowed(search, to_search(parse(text, gazetteer, today), gazetteer))


def narrowed(search: SearchRequest, more: Conditions) -> SearchRequest:
    """The search with further conditions, all of which must hold."""
    ids, area, filters = search.ids, search.geometry, [search.filter, more.filter]
    if more.ids:
        ids = tuple(one for one in more.ids if one in ids) if ids else more.ids
        filters += [] if ids else [NOTHING]
    if more.geometry is not None:
        area = more.geometry if area is None else shapely.intersection(area, more.geometry)
        filters += [NOTHING] if area.is_empty else []
    start = max((one for one in (search.start, more.start) if one is not None), default=None)
    end = min((one for one in (search.end, more.end) if one is not None), default=None)
    return replace(
        search,
        ids=ids,
        geometry=None if area is None or area.is_empty else area,
        start=start,
        end=end,
        filter=all_of(filters),
    )
