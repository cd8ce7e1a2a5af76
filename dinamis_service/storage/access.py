"""Which objects anyone may read: thumbnails and open data (architecture, decision 7)."""

from __future__ import annotations

from dinamis_service.catalogue.engine import CatalogueEngine


def is_public(catalogue: CatalogueEngine, key: str) -> bool:
    """Whether the object is a thumbnail, or belongs to an open-data item or collection."""
    item = catalogue.item_of_object(key)
    if item is None:
        return False
    assets = (asset for asset in item["assets"].values() if asset["href"] == f"objects:{key}")
    return _is_open(catalogue, item) or any("thumbnail" in asset.get("roles", ()) for asset in assets)


def _is_open(catalogue: CatalogueEngine, item: dict[str, object]) -> bool:
    """Whether the item says it is open data, or else its collection."""
    properties = item["properties"]
    assert isinstance(properties, dict)
    access = properties.get("dinamis:access")
    if access is None:
        collection = catalogue.collection(str(item["collection"])) or {}
        access = collection.get("dinamis:access")
    return bool(access == "open")
