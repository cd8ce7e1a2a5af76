"""A search narrowed to what a text asks for: the `q` of the STAC API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import shapely

from dinamis_service.catalogue.engine import SearchError, SearchRequest
from dinamis_service.catalogue.filters import all_of
from dinamis_service.catalogue.freetext.gazetteer import Gazetteer
from dinamis_service.catalogue.freetext.parser import parse
from dinamis_service.catalogue.freetext.search import NOTHING, Conditions, to_search
from dinamis_service.catalogue.freetext.terms import search_terms
from dinamis_service.clock import Clock

MAX_LENGTH = 300
"""Characters of a text."""


@dataclass(frozen=True)
class TextSearch:
    """Narrows searches by what people write (CAT-06).

    Args:
        gazetteer: names of places.
        clock: tells what today is.
    """

    gazetteer: Gazetteer
    clock: Clock

    def narrow(self, search: SearchRequest, texts: Sequence[str] | None) -> SearchRequest:
        """The search with the conditions of the texts, all of which must hold, beside its own.

        What is not understood must be in the mission, the platform or the title of the collection: a word
        that names nothing finds nothing.

        Raises:
            SearchError: the texts are too long.
        """
        if not texts:
            return search
        text = ", ".join(texts)
        if len(text) > MAX_LENGTH:
            raise SearchError(
                fr=f"« q » : au plus {MAX_LENGTH} caractères.",
                en=f"'q': at most {MAX_LENGTH} characters are expected.",
                parameter="q",
            )
        reading = parse(text, self.gazetteer, self.clock().date())
        found = narrowed(search, to_search(reading, self.gazetteer))
        return replace(found, filter=all_of([found.filter, search_terms(reading.unknown)]))


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
