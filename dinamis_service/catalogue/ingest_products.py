"""Suppliers' products into the catalogue, each scene in one step that can be repeated (CAT-55, CAT-58)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dinamis_service.catalogue.engine import Item
from dinamis_service.catalogue.ingest import Scene, Stores, collection_of, ingest_cog
from dinamis_service.catalogue.missions import PLATFORMS
from dinamis_service.catalogue.products.discovery import ProductScene
from dinamis_service.catalogue.products.facts import Product, eo_bands
from dinamis_service.catalogue.products.ortho import Ortho, on_the_ground

_RAW = ("SENSOR", "1A", "1B")
_ORTHO = "ORTHO"
"""Levels of processing as suppliers write them: in the geometry of the sensor, and as seen from above."""
_PAN = ("P", "PA", "PAN")
_OF_THE_IMAGE = "gsd"
"""Property that the stored images tell better than the metadata of the product."""


@dataclass(frozen=True)
class Wishes:
    """What the operator wants of the products of a run, beyond what their metadata tell.

    Args:
        collection: where the scenes go; by default the collection of their mission.
        mission: a name of `missions.MISSIONS`; by default that of the satellite.
        title: for people; made of mission, day and platform when empty.
        ortho: how raw products are put on the ground; None refuses them.
        extra: further STAC properties.
    """

    collection: str | None = None
    mission: str | None = None
    title: str = ""
    ortho: Ortho | None = None
    extra: Mapping[str, Any] | None = None


def scene_of(found: ProductScene, wishes: Wishes) -> Scene:
    """The scene of some products: what the sharpest says, and the others where it is silent."""
    products = sorted(found.products.items(), key=lambda pair: pair[0] != "pan")
    first = products[0][1]
    mission = wishes.mission or PLATFORMS[first.platform].mission
    told: dict[str, Any] = {}
    for _, product in reversed(products):
        told |= product.properties
    cloud = told.pop("eo:cloud_cover", None)
    incidence = told.pop("view:incidence_angle", None)
    told.pop(_OF_THE_IMAGE, None)
    if wishes.ortho is not None and told.get("processing:level") in _RAW:
        told["processing:level"] = _ORTHO
    return Scene(
        id=found.id,
        collection=wishes.collection or collection_of(first.platform, mission),
        platform=first.platform,
        mission=mission,
        moment=min(product.moment for _, product in products),
        title=wishes.title,
        cloud=cloud,
        incidence=incidence,
        extra={**told, "dinamis:product": first.name, **(wishes.extra or {})},
    )


def files_of(found: ProductScene) -> Iterator[Path]:
    """Every file that the scene is made of."""
    for product in found.products.values():
        yield product.path
        yield from product.tiles
        if product.model is not None:
            yield product.model


def ingest_products(stores: Stores, scene: Scene, found: ProductScene, ortho: Ortho | None) -> Item:
    """Put the products of a scene into the store and the scene into the catalogue.

    Args:
        stores: catalogue, objects and clock.
        scene: what becomes of the products, `scene_of` them or another one.
        found: the products.
        ortho: how raw ones are put on the ground; None refuses them.

    Raises:
        ProductError: a product has no place on the ground, or cannot be read.
        RasterError: its pixels are damaged, or show nothing.
        ItemError: the catalogue cannot hold the scene.
    """
    with ExitStack() as stack:
        files = {
            key: stack.enter_context(on_the_ground(product, ortho)) for key, product in found.products.items()
        }
        extras = {key: _asset_facts(product, ortho) for key, product in found.products.items()}
        return ingest_cog(stores, scene, files, extras)


def _asset_facts(product: Product, ortho: Ortho | None) -> dict[str, Any]:
    names = product.bands or (("P",) if product.spectral in _PAN else ())
    bands = {"eo:bands": eo_bands(names)} if names else {}
    level = _ORTHO if ortho is not None and product.level in _RAW else product.level
    return {**({"processing:level": level} if level else {}), **bands}
