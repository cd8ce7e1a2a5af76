"""How many scenes match, in all and by mission, month and product type (CAT-07, CAT-10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .months import month_read
from .parsing import mapping_of, number_of
from .search import ProductType, SearchQuery

MISSION, MONTH, TYPE = "mission", "month", "product_type"
FACETS = (MISSION, MONTH, TYPE)
"""What the numbers are asked for by, as the service calls it."""

Facets = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Counts:
    """The numbers beside the filters; None where the catalogue does not tell them.

    The numbers of one filter are those of all the other filters together: they say what another choice would
    find.

    Attributes:
        total: Scenes that match all filters.
        missions: Scenes by the code of their mission.
        months: Scenes by month, numbered as in `months`.
        types: Scenes by the value of their `ProductType`.
    """

    total: int | None = None
    missions: Mapping[str, int] | None = None
    months: Mapping[int, int] | None = None
    types: Mapping[str, int] | None = None

    def with_facets(self, facets: Facets) -> Counts:
        """Put in the numbers that an answer of the service has."""
        found = self
        if MISSION in facets:
            found = replace(found, missions={name: n for name, n in facets[MISSION].items() if name})
        if MONTH in facets:
            months = {month_read(name): n for name, n in facets[MONTH].items()}
            found = replace(found, months={month: n for month, n in months.items() if month is not None})
        if TYPE in facets:
            found = replace(found, types=dict(facets[TYPE]))
        return found


def facets_of(value: Any) -> dict[str, dict[str, int]]:
    """Read the `facets` of an answer, leaving out what is no number of scenes."""
    found: dict[str, dict[str, int]] = {}
    for name, values in mapping_of(value).items():
        numbers = {key: number_of(number) for key, number in mapping_of(values).items()}
        found[name] = {key: int(n) for key, n in numbers.items() if n is not None and n >= 0}
    return found


def opened(query: SearchQuery, facet: str) -> SearchQuery:
    """Give the search without the filter that a facet is about."""
    if facet == MISSION:
        return replace(query, missions=(), without_missions=())
    if facet == MONTH:
        return replace(query, start=None, end=None)
    return replace(query, product_type=ProductType.ALL)


def narrowed_by(query: SearchQuery) -> list[str]:
    """Name the facets whose own filter narrows a search: its numbers have to be asked for without it."""
    return [facet for facet in FACETS if opened(query, facet) != query]
