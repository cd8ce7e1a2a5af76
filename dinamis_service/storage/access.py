"""Which objects anyone may read: thumbnails, quicklooks and open data (architecture, decision 7)."""

from __future__ import annotations

from dinamis_service.catalogue.engine import OBJECT_SCHEME, CatalogueEngine, Item

_PICTURES = frozenset({"thumbnail", "overview"})
"""Roles of the assets that are small pictures of a scene."""


def is_public(catalogue: CatalogueEngine, key: str) -> bool:
    """Whether the object is a small picture of a scene, or belongs to an open-data item or collection."""
    item = catalogue.item_of_object(key)
    if item is None:
        return False
    href = OBJECT_SCHEME + key
    roles = (asset.get("roles", ()) for asset in item["assets"].values() if asset["href"] == href)
    return any(not _PICTURES.isdisjoint(names) for names in roles) or _is_open(catalogue, item)


def _is_open(catalogue: CatalogueEngine, item: Item) -> bool:
    """Whether the item says it is open data, or else its collection."""
    access = item["properties"].get("dinamis:access")
    if access is None:
        access = (catalogue.collection(item["collection"]) or {}).get("dinamis:access")
    return bool(access == "open")
