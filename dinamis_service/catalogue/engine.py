"""What a catalogue engine offers, and the values that go in and out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shapely.geometry.base import BaseGeometry

Item = dict[str, Any]
"""A STAC item as stored: asset hrefs of our own objects are written `objects:<key>`, and the only links are
those to services that show it (WMS, WMTS ...)."""

OBJECT_SCHEME = "objects:"
PICTURES = frozenset({"thumbnail", "overview"})
"""Roles of the assets that are small pictures of a scene, for everyone to see."""

SEARCH_S = 30
"""Longest time that a search may take by default, in seconds."""


class SearchError(ValueError):
    """A search that cannot be understood, said in both languages because the engine knows no caller.

    Args:
        fr: one sentence, which names the parameter and what was expected.
        en: the same in English.
        parameter: the parameter of a STAC search that is wrong; None when it is the filter or unknown.
    """

    def __init__(self, *, fr: str, en: str, parameter: str | None = None) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en
        self.parameter = parameter


def search_too_long() -> SearchError:
    """What is said of a search that was ended because it took too long."""
    return SearchError(
        fr="La recherche est trop longue : restreignez la zone, la période ou le filtre.",
        en="The search takes too long: narrow the area, the period or the filter.",
    )


class ItemError(ValueError):
    """An item that the catalogue cannot hold; the message says which and why."""


class CatalogueDownError(ConnectionError):
    """The catalogue does not answer now; what was being written is not acknowledged."""


@dataclass(frozen=True)
class SortKey:
    """One property to sort by; items without it come last in either direction."""

    field: str
    descending: bool = False


NEWEST_FIRST = (SortKey("datetime", descending=True),)

FACETS = ("collection", "mission", "platform", "product_type", "access", "month", "cloud", "incidence")
"""What matches can be counted by (CAT-07, CAT-10).

The month of acquisition is written `2023-06` (UTC); cloud goes by steps of 10 % and incidence by steps of 5
degrees, each named by its lower bound (`0`, `10` ...); the others go by their value.
"""
UNKNOWN = ""
"""Name of the facet's value for items that do not have the property."""

Facets = dict[str, dict[str, int]]
"""Facet to value to exact number of items; values that no item has are left out."""


@dataclass(frozen=True)
class SearchRequest:
    """A search, every condition of which must hold (CAT-05).

    Args:
        geometry: longitude and latitude, EPSG:4326; an item's footprint must intersect it.
        start: earliest moment of acquisition, included; None for no bound.
        end: latest moment, included.
        filter: a CQL2 JSON expression over the queryables, as `filters.parse_filter` gives it.
        sort: ties are settled by id, then collection, so that the order is total.
        token: where the page before ended, as given in its `next_token`.
        facets: names of `FACETS` to count all matches by, whatever the page.
        limit: items of the page; 0 asks for count and facets alone.
        counted: whether the exact number of matches is wanted; a page without it and without facets comes
            soonest.
    """

    collections: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    geometry: BaseGeometry | None = None
    start: datetime | None = None
    end: datetime | None = None
    filter: Any = None
    sort: tuple[SortKey, ...] = NEWEST_FIRST
    limit: int = 10
    token: str | None = None
    facets: tuple[str, ...] = ()
    counted: bool = True


@dataclass(frozen=True)
class SearchResult:
    """One page: its items, the exact number that match on all pages, the next page's token, the facets.

    The number is None when the search did not want it.
    """

    items: list[Item]
    matched: int | None
    next_token: str | None
    facets: Facets = field(default_factory=dict)


class CatalogueEngine(Protocol):
    """Store and index of STAC items, safe to use from several threads."""

    def search(self, request: SearchRequest) -> SearchResult:
        """Answer one page of a search. Raises `SearchError` for one that cannot be understood."""
        ...

    def get(self, collection: str, item_id: str) -> Item | None:
        """The item of that collection and id."""
        ...

    def find(self, item_ids: Sequence[str]) -> list[Item]:
        """Items of any collection that bear one of these ids, in the order of the ids."""
        ...

    def item_of_object(self, key: str) -> Item | None:
        """The item one of whose assets is the object of that key."""
        ...

    def items_of_objects(self, keys: Iterable[str]) -> dict[str, Item]:
        """Those of the keys that are objects of an item, each with its item."""
        ...

    def upsert(self, items: Iterable[Item]) -> int:
        """Put items in, replacing those of the same collection and id, all or none; how many they were.

        Once it returns the items survive a crash. Raises `ItemError` for one that cannot be held.
        """
        ...

    def delete(self, collection: str, item_id: str) -> bool:
        """Take an item out; whether it was there."""
        ...

    def count(self) -> int:
        """Number of items."""
        ...

    def collections(self) -> list[dict[str, Any]]:
        """Every collection, by id."""
        ...

    def collection(self, collection: str) -> dict[str, Any] | None:
        """The collection of that id."""
        ...

    def put_collection(self, collection: dict[str, Any]) -> None:
        """Put a collection in, replacing the one of the same id."""
        ...

    def expect(self, areas: Sequence[BaseGeometry]) -> None:
        """Be told which wide areas (EPSG:4326, valid) are searched most, to have their numbers at hand.

        They replace those that were told before. What is to be done for it is done in the background.
        """
        ...

    def check(self) -> list[str]:
        """What is wrong inside the store, one sentence each; nothing when it is sound."""
        ...

    def close(self) -> None:
        """Release files and connections."""
        ...


def object_keys(item: Item) -> list[str]:
    """Keys of the objects that the assets of a stored item name."""
    hrefs = (asset.get("href", "") for asset in item.get("assets", {}).values())
    return [href.removeprefix(OBJECT_SCHEME) for href in hrefs if href.startswith(OBJECT_SCHEME)]
