"""The scenes of an archive order: which may be ordered, and how much of the zone they cover."""

from __future__ import annotations

from collections.abc import Sequence

from dinamis_service.catalogue.engine import CatalogueEngine, Item
from dinamis_service.quotas.geometry import Zone, read_footprint, within_footprints
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.products import Product
from dinamis_service.requests.validation import refusal


def covered_zone(
    catalogue: CatalogueEngine, product: Product, zone: Zone, item_ids: Sequence[str], caller: Caller
) -> Zone:
    """The part of `zone` that the ordered scenes cover, overlaps counted once (REQ-06, REQ-07).

    Raises:
        InvalidError: a scene cannot be ordered, or the zone does not touch it.
    """
    items = _orderable(catalogue, product, item_ids, caller)
    footprints = [read_footprint(item["geometry"]) for item in items]
    apart = [
        item["id"]
        for item, footprint in zip(items, footprints, strict=True)
        if within_footprints(zone, [footprint]) is None
    ]
    covered = within_footprints(zone, footprints)
    if apart or covered is None:
        raise refusal(
            "geometry",
            caller.say(
                fr=f"La zone ne touche pas l'emprise de : {', '.join(apart)}.",
                en=f"The zone does not touch the footprint of: {', '.join(apart)}.",
            ),
        )
    return covered


def _orderable(
    catalogue: CatalogueEngine, product: Product, item_ids: Sequence[str], caller: Caller
) -> list[Item]:
    """The ordered scenes, each known, of the sensor of the product, and orderable (CAT-33, CAT-35)."""
    if not item_ids:
        raise refusal("item_ids", caller.say(fr="Aucune scène n'est choisie.", en="No scene is chosen."))
    found: dict[str, Item] = {}
    for item in catalogue.find(item_ids):
        if item["id"] not in found or item["collection"] == product.collection:
            found[item["id"]] = item
    problems = [_why_not_orderable(product, one, found.get(one), caller) for one in item_ids]
    if any(problems):
        raise refusal("item_ids", " ".join(filter(None, problems)))
    return [found[one] for one in item_ids]


def _why_not_orderable(product: Product, item_id: str, item: Item | None, caller: Caller) -> str | None:
    """Why a scene cannot be ordered, in words; None when it can."""
    if item is None:
        return caller.say(fr=f"Scène inconnue : {item_id}.", en=f"Unknown scene: {item_id}.")
    if item["collection"] != product.collection:
        return caller.say(
            fr=f"{item_id} n'est pas une scène du produit « {product.title.fr} ».",
            en=f"{item_id} is not a scene of product '{product.title.en}'.",
        )
    if item["properties"].get("order:status") != "orderable":
        return caller.say(
            fr=f"{item_id} n'est pas à commander : elle est déjà au catalogue.",
            en=f"{item_id} is not to be ordered: it is in the catalogue already.",
        )
    return None
