"""Delivery: products enter the catalogue for every member and the request ends (REQ-21, REQ-29, CAT-35)."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dinamis_service.catalogue.engine import Item, ItemError
from dinamis_service.catalogue.ingest import Scene, asset_key, ingest_cog
from dinamis_service.catalogue.ingest_products import ingest_products
from dinamis_service.catalogue.orderable_view import HELD_AS, put_items
from dinamis_service.catalogue.products.facts import ProductError, RawProductError
from dinamis_service.catalogue.products.ortho import Ortho
from dinamis_service.catalogue.rasters import RasterError, describe
from dinamis_service.context import Context
from dinamis_service.errors import ConflictError, InvalidError, StorageFullError
from dinamis_service.quotas.table import RequestKind
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.decisions import DELIVERABLE, Decision, steps_of
from dinamis_service.requests.delivery_jobs import Progress, Tell
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.parcels import Parcel, PlainImage, SentProduct, opened
from dinamis_service.requests.placing import (
    Acquisition,
    images_by_scene,
    in_place_of,
    new_product_scene,
    new_scene,
    products_by_scene,
    same_scene,
)
from dinamis_service.requests.products import PRODUCTS
from dinamis_service.requests.tables import Order
from dinamis_service.requests.visibility import require_unchanged
from dinamis_service.storage.store import StoreFullError


@dataclass(frozen=True)
class Sent:
    """What is delivered.

    Args:
        sources: files, folders and archives.
        acquisition: what is told of new images.
        ortho: how raw products are put on the ground; None refuses them.
    """

    sources: Sequence[Path]
    acquisition: Acquisition = field(default_factory=Acquisition)
    ortho: Ortho | None = None


@dataclass(frozen=True)
class _Ready:
    """A scene, all known of it before the first is stored: a product, plain images, or what it has."""

    scene: Scene
    product: SentProduct | None = None
    assets: Mapping[str, Path] = field(default_factory=dict)
    held: Item | None = None


def deliver(
    context: Context,
    operator: Caller,
    order_id: str,
    sent: Sent,
    *,
    reason: str | None = None,
    if_match: str | None = None,
    tell: Tell = lambda _progress: None,
) -> Order:
    """Put the products of a request into the catalogue and mark the request delivered.

    Those of an archive order take the place of the ordered scenes: a product that of its moment, other images
    that whose identifier they or their folder bear. Those of a programming request are new scenes: one for
    each product, for each folder of other images, and for all files given by themselves. The catalogue comes
    first, so that a delivery cut short, or stopped by a damaged file, is simply made again.

    Raises:
        ConflictError: the request is not accepted, or ended.
        PreconditionFailedError: it is not as `if_match` says any more.
        InvalidError: the files do not fit the request, or one is no image.
        StorageFullError: there is no room for them.
    """
    orders = Orders(context.database, context.catalogue, context.clock)
    order = require_deliverable(orders, operator, order_id, if_match)
    tell(Progress())
    with room_told(operator), _told(operator), opened(sent.sources, operator) as parcel:
        if order.kind == RequestKind.ARCHIVE:
            ready = _ordered(context, operator, order, parcel, sent.ortho)
        else:
            ready = _acquired(operator, order, parcel, sent)
        items: list[Item] = []
        for one in ready:
            tell(Progress(len(items), len(ready)))
            items.append(_stored(context, one, sent.ortho))
    steps = steps_of(Decision.DELIVER, order)
    delivered = [{"collection": item["collection"], "id": item["id"]} for item in items]
    return orders.move(operator, order_id, steps, reason, delivered_items=delivered)


def require_deliverable(orders: Orders, operator: Caller, order_id: str, if_match: str | None) -> Order:
    """A request that can be delivered as it stands.

    Raises:
        ConflictError, PreconditionFailedError: as `deliver`.
    """
    order = orders.get(operator, order_id)
    require_unchanged(order, operator, if_match)
    if order.state not in DELIVERABLE:
        raise ConflictError(
            operator.say(
                fr=f"La demande {order_id} n'est pas acceptée, ou elle est finie : rien ne peut être livré.",
                en=f"Request {order_id} is not accepted, or has ended: nothing can be delivered.",
            )
        )
    return order


@contextmanager
def _told(operator: Caller) -> Iterator[None]:
    """Say to the operator what ingesting fails with."""
    try:
        yield
    except RawProductError as error:
        sentence = operator.say(
            fr="Image brute, en géométrie capteur : demandez qu'elle soit orthorectifiée.",
            en="A raw image, in sensor geometry: ask for its orthorectification.",
        )
        raise InvalidError(sentence, fields={"ortho": operator.say(fr=error.fr, en=error.en)}) from error
    except (ProductError, RasterError) as error:
        raise InvalidError(operator.say(fr=error.fr, en=error.en)) from error
    except ItemError as error:
        raise InvalidError(
            operator.say(
                fr=f"Le catalogue ne peut pas prendre la scène : {error}",
                en=f"The catalogue cannot hold the scene: {error}",
            )
        ) from error


@contextmanager
def room_told(operator: Caller) -> Iterator[None]:
    """Say to the operator that the disk, or the store of objects, is full."""
    try:
        yield
    except StoreFullError as error:
        raise _full(operator) from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _full(operator) from error


def _full(operator: Caller) -> StorageFullError:
    return StorageFullError(
        operator.say(
            fr="Le disque est plein : la demande n'est pas livrée. Faites de la place et livrez de nouveau.",
            en="The disk is full: the request is not delivered. Make room and deliver again.",
        )
    )


def _stored(context: Context, ready: _Ready, ortho: Ortho | None) -> Item:
    """Put one scene into the catalogue, or make it downloadable as it is."""
    if ready.product is not None:
        return ingest_products(context, ready.scene, ready.product.scene, ortho)
    if ready.held is None:
        return ingest_cog(context, ready.scene, ready.assets)
    item = _now_downloadable(ready.held)
    put_items(context.catalogue, [item])
    return item


def _ordered(
    context: Context, operator: Caller, order: Order, parcel: Parcel, ortho: Ortho | None
) -> list[_Ready]:
    """What each ordered scene becomes."""
    collection = PRODUCTS[order.product_id].collection
    item_ids: list[str] = order.parameters["item_ids"]
    ordered = [_ordered_item(context, operator, collection, item_id) for item_id in item_ids]
    products = products_by_scene(parcel.products, ordered, operator)
    images = images_by_scene(parcel.images, item_ids, operator)
    _require_one_way(products, images, operator)
    missing = [
        str(one["id"])
        for one in ordered
        if one["id"] not in products and not images[one["id"]] and not _has_images(one)
    ]
    if missing:
        raise InvalidError(
            operator.say(
                fr=f"Donnez les images de : {', '.join(missing)} (produit, archive, dossier ou fichiers"
                " GeoTIFF).",
                en=f"Give the images of: {', '.join(missing)} (product, archive, folder or GeoTIFF files).",
            )
        )
    ready = []
    for item in ordered:
        sent, plain = products.get(item["id"]), images[item["id"]]
        if sent is not None:
            ready.append(_Ready(in_place_of(item, sent, ortho), product=sent))
        elif plain:
            ready.append(_Ready(same_scene(item), assets=_by_asset(plain, operator)))
        else:
            ready.append(_Ready(same_scene(item), held=item))
    return ready


def _acquired(operator: Caller, order: Order, parcel: Parcel, sent: Sent) -> list[_Ready]:
    """The new scenes of a request, named after it, products first in the order they were taken."""
    products = sorted(parcel.products, key=lambda one: min(p.moment for p in one.scene.products.values()))
    count = len(products) + len(parcel.groups)
    if not count:
        raise InvalidError(
            operator.say(
                fr="Donnez les images acquises (produits, archives, dossiers ou fichiers GeoTIFF).",
                en="Give the acquired images (products, archives, folders or GeoTIFF files).",
            )
        )
    _require_range("cloud", sent.acquisition.cloud, 100, operator)
    _require_range("incidence", sent.acquisition.incidence, 90, operator)
    names = iter([order.id] if count == 1 else [f"{order.id}-{number}" for number in range(1, count + 1)])
    ready = []
    for one in products:
        scene = new_product_scene(operator, order, (one, sent.ortho), sent.acquisition, next(names))
        ready.append(_Ready(scene, product=one))
    for group in parcel.groups:
        scene = new_scene(operator, order, sent.acquisition, next(names))
        ready.append(_Ready(scene, assets=_by_asset(group, operator)))
    return ready


def _require_one_way(
    products: Mapping[str, SentProduct], images: Mapping[str, Sequence[PlainImage]], operator: Caller
) -> None:
    """Refuse a scene that comes as a product and as other images: they would be the same assets."""
    both = next((item_id for item_id in products if images[item_id]), None)
    if both is not None:
        names = ", ".join(image.label for image in images[both])
        raise InvalidError(
            operator.say(
                fr=f"La scène {both} vient comme produit, et d'autres images à côté : {names}. Retirez-les.",
                en=f"Scene {both} comes as a product, and other images beside it: {names}. Take them out.",
            )
        )


def _require_range(name: str, value: float | None, most: int, operator: Caller) -> None:
    """Refuse a share of clouds or an angle that cannot be."""
    if value is not None and not 0 <= value <= most:
        sentence = operator.say(
            fr=f"{value:g} : il faut une valeur de 0 à {most}.", en=f"{value:g}: a value from 0 to {most}."
        )
        raise InvalidError(sentence, fields={name: sentence})


def _ordered_item(context: Context, operator: Caller, collection: str, item_id: str) -> Item:
    """An ordered scene, which may have left the catalogue since."""
    item = context.catalogue.get(collection, item_id)
    if item is None:
        raise ConflictError(
            operator.say(
                fr=f"La scène {item_id} n'est plus au catalogue.",
                en=f"Scene {item_id} is no longer in the catalogue.",
            )
        )
    return item


def _now_downloadable(item: Item) -> Item:
    """An item that has its images already, out of the orderable view."""
    told = item["properties"].items()
    properties = {name: value for name, value in told if not name.startswith("order:") and name != HELD_AS}
    return {**item, "properties": {**properties, "dinamis:product_type": "downloadable"}}


def _has_images(item: Item) -> bool:
    """Whether members can download something of the item."""
    return any("data" in asset.get("roles", ()) for asset in item.get("assets", {}).values())


def _by_asset(images: Sequence[PlainImage], operator: Caller) -> dict[str, Path]:
    """Files by asset key, told by their bands: one panchromatic, one multispectral at most."""
    assets: dict[str, Path] = {}
    for path in (image.path for image in images):
        key = asset_key(describe(path).bands)
        if key in assets:
            raise InvalidError(
                operator.say(
                    fr=f"{assets[key].name} et {path.name} : deux images de même sorte ({key}) d'une scène.",
                    en=f"{assets[key].name} and {path.name}: two images of the same kind ({key}) of a scene.",
                )
            )
        assets[key] = path
    return assets
