"""Delivery: products enter the catalogue for every member and the request ends (REQ-21, REQ-29, CAT-35)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dinamis_service.catalogue.engine import Item
from dinamis_service.catalogue.ingest import Scene, asset_key, ingest_cog
from dinamis_service.catalogue.missions import PLATFORMS
from dinamis_service.catalogue.orderable_view import HELD_AS, put_items
from dinamis_service.catalogue.rasters import RasterError, describe
from dinamis_service.context import Context
from dinamis_service.errors import ConflictError, InvalidError
from dinamis_service.language import text
from dinamis_service.quotas.table import RequestKind
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.decisions import DELIVERABLE, Decision, steps_of
from dinamis_service.requests.orders import Orders
from dinamis_service.requests.products import PRODUCTS
from dinamis_service.requests.tables import Order
from dinamis_service.requests.visibility import require_unchanged

IMAGE_SUFFIXES = (".tif", ".tiff", ".jp2")


@dataclass(frozen=True)
class Acquisition:
    """What the files of new images do not tell of them."""

    platform: str | None = None
    moment: datetime | None = None
    cloud: float | None = None
    incidence: float | None = None


def deliver(
    context: Context,
    operator: Caller,
    order_id: str,
    sources: Sequence[Path],
    acquisition: Acquisition,
    *,
    reason: str | None = None,
    if_match: str | None = None,
) -> Order:
    """Put the products of a request into the catalogue and mark the request delivered.

    Images of an archive order take the place of the ordered scenes, each file going to the scene whose
    identifier it or its folder bears. Images of a programming request are new scenes: one for each folder,
    one for all files given by themselves. The catalogue comes first, so that a delivery cut short, or stopped
    by a damaged file, is simply made again.

    Raises:
        ConflictError: the request is not accepted, or ended.
        PreconditionFailedError: it is not as `if_match` says any more.
        InvalidError: the files do not fit the request, or one is no image.
    """
    orders = Orders(context.database, context.catalogue, context.clock)
    order = orders.get(operator, order_id)
    require_unchanged(order, operator, if_match)
    if order.state not in DELIVERABLE:
        raise ConflictError(
            operator.say(
                fr=f"La demande {order_id} n'est pas acceptée, ou elle est finie : rien ne peut être livré.",
                en=f"Request {order_id} is not accepted, or has ended: nothing can be delivered.",
            )
        )
    try:
        if order.kind == RequestKind.ARCHIVE:
            items = _deliver_archive(context, operator, order, sources)
        else:
            items = _deliver_new(context, operator, order, sources, acquisition)
    except RasterError as error:
        raise InvalidError(text(operator.language, fr=error.fr, en=error.en)) from error
    steps = steps_of(Decision.DELIVER, order)
    delivered = [{"collection": item["collection"], "id": item["id"]} for item in items]
    return orders.move(operator, order_id, steps, reason, delivered_items=delivered)


def _deliver_archive(context: Context, operator: Caller, order: Order, sources: Sequence[Path]) -> list[Item]:
    """Make the ordered scenes downloadable."""
    collection = PRODUCTS[order.product_id].collection
    item_ids: list[str] = order.parameters["item_ids"]
    ordered = [_ordered_item(context, operator, collection, item_id) for item_id in item_ids]
    files = _by_scene(list(_images(sources, operator)), item_ids, operator)
    missing = [item["id"] for item in ordered if not files[item["id"]] and not _has_images(item)]
    if missing:
        raise InvalidError(
            operator.say(
                fr=f"Donnez les images de : {', '.join(missing)} (fichiers GeoTIFF ou dossier).",
                en=f"Give the images of: {', '.join(missing)} (GeoTIFF files or a folder).",
            )
        )
    prepared = [(item, _by_asset(files[item["id"]], operator)) for item in ordered]
    delivered = []
    for item, assets in prepared:
        if assets:
            delivered.append(ingest_cog(context, _same_scene(item), assets))
        else:
            delivered.append(_now_downloadable(item))
            put_items(context.catalogue, delivered[-1:])
    return delivered


def _deliver_new(
    context: Context, operator: Caller, order: Order, sources: Sequence[Path], acquisition: Acquisition
) -> list[Item]:
    """Put new images in as scenes named after the request."""
    folders = [source for source in sources if source.is_dir()]
    loose = [source for source in sources if not source.is_dir()]
    groups = [list(_images([folder], operator)) for folder in folders]
    groups += [list(_images(loose, operator))] if loose else []
    if not groups:
        raise InvalidError(
            operator.say(
                fr="Donnez les images acquises (fichiers GeoTIFF ou dossiers).",
                en="Give the acquired images (GeoTIFF files or folders).",
            )
        )
    scenes = [
        _new_scene(operator, order, acquisition, f"-{number}" if len(groups) > 1 else "")
        for number in range(1, len(groups) + 1)
    ]
    prepared = [_by_asset(group, operator) for group in groups]
    return [ingest_cog(context, scene, assets) for scene, assets in zip(scenes, prepared, strict=True)]


def _new_scene(operator: Caller, order: Order, acquisition: Acquisition, suffix: str) -> Scene:
    """The scene of an acquisition made for a request."""
    collection = PRODUCTS[order.product_id].collection
    known = [name for name, platform in PLATFORMS.items() if platform.collection == collection]
    if acquisition.platform not in known or acquisition.moment is None:
        raise InvalidError(
            operator.say(
                fr=f"Donnez la date et l'heure de l'acquisition, et le satellite ({', '.join(known)}).",
                en=f"Give the moment of the acquisition, and the satellite ({', '.join(known)}).",
            )
        )
    _require_range("cloud", acquisition.cloud, 100, operator)
    _require_range("incidence", acquisition.incidence, 90, operator)
    return Scene(
        id=f"{order.id}{suffix}",
        collection=collection,
        platform=acquisition.platform,
        mission=PLATFORMS[acquisition.platform].mission,
        moment=acquisition.moment,
        cloud=acquisition.cloud,
        incidence=acquisition.incidence,
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


def _same_scene(item: Item) -> Scene:
    """The acquisition that an item tells of."""
    properties = item["properties"]
    kept = {"dinamis:synthetic": True} if properties.get("dinamis:synthetic") else {}
    return Scene(
        id=item["id"],
        collection=item["collection"],
        platform=properties["platform"],
        mission=properties["dinamis:mission"],
        moment=datetime.fromisoformat(properties["datetime"]),
        title=properties.get("title", ""),
        cloud=properties.get("eo:cloud_cover"),
        incidence=properties.get("view:incidence_angle"),
        extra=kept,
    )


def _now_downloadable(item: Item) -> Item:
    """An item that has its images already, out of the orderable view."""
    told = item["properties"].items()
    properties = {name: value for name, value in told if not name.startswith("order:") and name != HELD_AS}
    return {**item, "properties": {**properties, "dinamis:product_type": "downloadable"}}


def _has_images(item: Item) -> bool:
    """Whether members can download something of the item."""
    return any("data" in asset.get("roles", ()) for asset in item.get("assets", {}).values())


def _images(sources: Iterable[Path], operator: Caller) -> Iterable[Path]:
    """Image files among `sources`, those of folders included."""
    for source in sources:
        if source.is_dir():
            found = sorted(path for path in source.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES)
            if not found:
                raise InvalidError(
                    operator.say(
                        fr=f"Le dossier {source} ne contient pas d'image.",
                        en=f"Folder {source} holds no image.",
                    )
                )
            yield from found
        elif source.is_file():
            yield source
        else:
            raise InvalidError(operator.say(fr=f"{source} n'existe pas.", en=f"{source} does not exist."))


def _by_scene(files: Sequence[Path], item_ids: Sequence[str], operator: Caller) -> Mapping[str, list[Path]]:
    """Files of each ordered scene; all of them when there is one scene only."""
    found: dict[str, list[Path]] = {item_id: [] for item_id in item_ids}
    for path in files:
        bearing = [one for one in item_ids if one in path.name or one in path.parent.name]
        if len(item_ids) == 1:
            bearing = list(item_ids)
        if not bearing:
            raise InvalidError(
                operator.say(
                    fr=f"{path.name} ne porte l'identifiant d'aucune scène commandée, ni son dossier.",
                    en=f"{path.name} bears the identifier of no ordered scene, nor does its folder.",
                )
            )
        found[max(bearing, key=len)].append(path)
    return found


def _by_asset(files: Sequence[Path], operator: Caller) -> dict[str, Path]:
    """Files by asset key, told by their bands: one panchromatic, one multispectral at most."""
    assets: dict[str, Path] = {}
    for path in files:
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
