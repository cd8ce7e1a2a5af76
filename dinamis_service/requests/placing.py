"""Which scenes the products of a delivery become: the ordered ones, or new ones named after the request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dinamis_service.catalogue.engine import Item
from dinamis_service.catalogue.ingest import Scene
from dinamis_service.catalogue.ingest_products import Wishes, scene_of
from dinamis_service.catalogue.matching import Acquisition as Told
from dinamis_service.catalogue.matching import acquisition_of_item
from dinamis_service.catalogue.missions import PLATFORMS
from dinamis_service.catalogue.orderable_view import WINDOW
from dinamis_service.catalogue.products.ortho import Ortho
from dinamis_service.errors import InvalidError
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.parcels import PlainImage, SentProduct
from dinamis_service.requests.products import PRODUCTS
from dinamis_service.requests.tables import Order


@dataclass(frozen=True)
class Acquisition:
    """What the operator tells of new images; the metadata of products know better."""

    platform: str | None = None
    moment: datetime | None = None
    cloud: float | None = None
    incidence: float | None = None


def products_by_scene(
    products: Sequence[SentProduct], ordered: Sequence[Item], operator: Caller
) -> dict[str, SentProduct]:
    """The product of each ordered scene: the one whose name bears its identifier, else the one of its moment.

    Raises:
        InvalidError: a product is of another satellite or moment than its scene, of none of several scenes,
            or there are more products than scenes.
    """
    placed: dict[str, SentProduct] = {}
    for sent in products:
        item = _scene_of_product(sent, ordered, operator)
        _require_same(sent, item, operator)
        if item["id"] in placed:
            names = f"{placed[item['id']].scene.id}, {sent.scene.id}"
            raise InvalidError(
                operator.say(
                    fr=f"Plusieurs produits pour la scène {item['id']} : {names}. Livrez-en un seul.",
                    en=f"Several products for scene {item['id']}: {names}. Deliver one of them.",
                )
            )
        placed[item["id"]] = sent
    return placed


def images_by_scene(
    images: Sequence[PlainImage], item_ids: Sequence[str], operator: Caller
) -> Mapping[str, list[PlainImage]]:
    """Plain images of each ordered scene, by the identifier they bear; all of them when there is one only."""
    found: dict[str, list[PlainImage]] = {item_id: [] for item_id in item_ids}
    for image in images:
        item_id = item_ids[0] if len(item_ids) == 1 else _borne(image.label, item_ids)
        if item_id is None:
            raise InvalidError(
                operator.say(
                    fr=f"{image.path.name} ne porte l'identifiant d'aucune scène commandée, ni son dossier.",
                    en=f"{image.path.name} bears the identifier of no ordered scene, nor does its folder.",
                )
            )
        found[item_id].append(image)
    return found


def in_place_of(item: Item, sent: SentProduct, ortho: Ortho | None) -> Scene:
    """The ordered scene as its product tells it; what the metadata do not tell stays."""
    scene, before = scene_of(sent.scene, Wishes(ortho=ortho)), same_scene(item)
    return replace(
        scene,
        id=before.id,
        collection=before.collection,
        mission=before.mission,
        title=before.title,
        cloud=before.cloud if scene.cloud is None else scene.cloud,
        incidence=before.incidence if scene.incidence is None else scene.incidence,
        extra={**before.extra, **scene.extra},
    )


def same_scene(item: Item) -> Scene:
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


def new_scene(operator: Caller, order: Order, acquisition: Acquisition, item_id: str) -> Scene:
    """The scene of plain images that were acquired for a request.

    Raises:
        InvalidError: the operator does not tell when, or by which satellite, or a value cannot be.
    """
    collection = PRODUCTS[order.product_id].collection
    known = [name for name, platform in PLATFORMS.items() if platform.collection == collection]
    if acquisition.platform not in known or acquisition.moment is None:
        raise InvalidError(
            operator.say(
                fr=f"Donnez la date et l'heure de l'acquisition, et le satellite ({', '.join(known)}).",
                en=f"Give the moment of the acquisition, and the satellite ({', '.join(known)}).",
            )
        )
    return Scene(
        id=item_id,
        collection=collection,
        platform=acquisition.platform,
        mission=PLATFORMS[acquisition.platform].mission,
        moment=acquisition.moment,
        cloud=acquisition.cloud,
        incidence=acquisition.incidence,
    )


def new_product_scene(
    operator: Caller, order: Order, told: tuple[SentProduct, Ortho | None], typed: Acquisition, item_id: str
) -> Scene:
    """The scene of a product that was acquired for a request; what is typed fills what it does not tell.

    Raises:
        InvalidError: the product is of another sensor than was asked for.
    """
    sent, ortho = told
    collection = PRODUCTS[order.product_id].collection
    scene = scene_of(sent.scene, Wishes(ortho=ortho))
    if PLATFORMS[scene.platform].collection != collection:
        title = PRODUCTS[order.product_id].title.told(operator.language)
        raise InvalidError(
            operator.say(
                fr=f"{sent.label} est un produit de {scene.platform} ; la demande est : {title}.",
                en=f"{sent.label} is a product of {scene.platform}; the request is: {title}.",
            )
        )
    return replace(
        scene,
        id=item_id,
        collection=collection,
        cloud=typed.cloud if scene.cloud is None else scene.cloud,
        incidence=typed.incidence if scene.incidence is None else scene.incidence,
    )


def _scene_of_product(sent: SentProduct, ordered: Sequence[Item], operator: Caller) -> Item:
    """The ordered scene that a product is of."""
    if len(ordered) == 1:
        return ordered[0]
    borne = _borne(sent.label, [item["id"] for item in ordered])
    if borne is not None:
        return next(item for item in ordered if item["id"] == borne)
    platform, moment = _told(sent)
    near = sorted(
        (distance, number)
        for number, item in enumerate(ordered)
        if (distance := _apart(acquisition_of_item(item), platform, moment)) is not None
    )
    if len(near) == 1 or (near and near[0][0] < near[1][0]):
        return ordered[near[0][1]]
    raise InvalidError(
        operator.say(
            fr=f"On ne sait pas de quelle scène commandée {sent.label} est le produit : mettez-le dans un"
            " dossier qui porte l'identifiant de la scène.",
            en=f"It cannot be told which ordered scene {sent.label} is the product of: put it into a folder"
            " that bears the identifier of the scene.",
        )
    )


def _require_same(sent: SentProduct, item: Item, operator: Caller) -> None:
    """Refuse a product that is not of the ordered acquisition."""
    platform, moment = _told(sent)
    acquisition = acquisition_of_item(item)
    if acquisition.platform not in (None, platform):
        raise InvalidError(
            operator.say(
                fr=f"{sent.label} est un produit de {platform} ; la scène {item['id']} est de"
                f" {acquisition.platform}.",
                en=f"{sent.label} is a product of {platform}; scene {item['id']} is of"
                f" {acquisition.platform}.",
            )
        )
    if _apart(acquisition, platform, moment) is None:
        own, wanted = f"{moment:%Y-%m-%d %H:%M:%S}", str(item["properties"]["datetime"])
        raise InvalidError(
            operator.say(
                fr=f"{sent.label} a été acquis le {own} ; la scène {item['id']}, le {wanted}.",
                en=f"{sent.label} was acquired on {own}; scene {item['id']}, on {wanted}.",
            )
        )


def _told(sent: SentProduct) -> tuple[str, datetime]:
    """Satellite and beginning of the acquisition of a product."""
    products = list(sent.scene.products.values())
    return products[0].platform, min(product.moment for product in products)


def _apart(acquisition: Told, platform: str, moment: datetime) -> float | None:
    """Seconds between a product and an ordered acquisition; None when it is another one.

    An acquisition whose moment is not known, or to the day only, is any of its satellite.
    """
    if acquisition.platform not in (None, platform):
        return None
    moments = [one.at for one in (acquisition.named, acquisition.dated) if one is not None]
    if not moments:
        return WINDOW.total_seconds()
    seconds = min(abs((one - moment).total_seconds()) for one in moments)
    return seconds if seconds <= WINDOW.total_seconds() else None


def _borne(label: str, item_ids: Sequence[str]) -> str | None:
    """The identifier that a name bears, the longest where it bears several."""
    return max((one for one in item_ids if one in label), key=len, default=None)
