"""Which objects anyone may read: thumbnails, quicklooks and open data (architecture, decision 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from dinamis_service.catalogue.engine import OBJECT_SCHEME, PICTURES, CatalogueEngine, Item

Openness = Literal["picture", "open"]
CollectionAccess = Callable[[str], str | None]
"""Gives the access that a collection says its items have."""


def is_public(catalogue: CatalogueEngine, key: str) -> bool:
    """Whether the object is a small picture of a scene, or belongs to an open-data item or collection."""
    item = catalogue.item_of_object(key)
    return item is not None and openness(item, key, collection_access(catalogue)) is not None


def openness(item: Item, key: str, access_of: CollectionAccess) -> Openness | None:
    """Why anyone may read an object of the item; None when not anyone may."""
    href = OBJECT_SCHEME + key
    roles = (asset.get("roles") or () for asset in item["assets"].values() if asset["href"] == href)
    if any(not PICTURES.isdisjoint(names) for names in roles):
        return "picture"
    access = item["properties"].get("dinamis:access") or access_of(item["collection"])
    return "open" if access == "open" else None


def collection_access(catalogue: CatalogueEngine) -> CollectionAccess:
    """Asks the catalogue, once for each collection."""
    known: dict[str, str | None] = {}

    def access_of(collection: str) -> str | None:
        if collection not in known:
            known[collection] = (catalogue.collection(collection) or {}).get("dinamis:access")
        return known[collection]

    return access_of
