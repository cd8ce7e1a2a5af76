"""Which objects anyone may read: thumbnails, quicklooks and open data (architecture, decision 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from dinamis_service.catalogue.engine import OBJECT_SCHEME, PICTURES, CatalogueEngine, Item

Openness = Literal["picture", "open"]
CollectionAccess = Callable[[str], str | None]
"""Gives the access that a collection says its items have."""


@dataclass(frozen=True)
class OpenObject:
    """An object that anyone may read: the collection and the mission of its scene, and why."""

    key: str
    collection: str
    mission: str
    access: Openness


def open_object(catalogue: CatalogueEngine, key: str) -> OpenObject | None:
    """The object, when it is a small picture of a scene, or belongs to an open-data item or collection."""
    item = catalogue.item_of_object(key)
    access = item and openness(item, key, collection_access(catalogue))
    return OpenObject(key, *scene_of(item), access) if access else None


def scene_of(item: Item | None) -> tuple[str, str]:
    """Collection and mission of a scene, as the journal of signatures tells them; empty without one."""
    return (item["collection"], str(item["properties"].get("dinamis:mission", ""))) if item else ("", "")


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
