"""How stored items and collections become what a client sees: absolute addresses, links, chosen fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from dinamis_service.catalogue.engine import OBJECT_SCHEME, PICTURES, Item
from dinamis_service.settings import Settings
from dinamis_service.storage.addresses import object_key

JSON = "application/json"
GEOJSON = "application/geo+json"

_ALWAYS = ("type", "stac_version", "id", "geometry", "bbox", "links", "assets", "collection")
"""Members a client gets when it names some `properties.x` only, so that the answer is still an item."""
_LEAST = ("type", "links")
"""Those it gets when it also says what it does not want."""


def _link(rel: str, href: str, media_type: str, title: str | None = None) -> dict[str, Any]:
    link = {"rel": rel, "href": href, "type": media_type}
    return {**link, "title": title} if title else link


@dataclass(frozen=True)
class Addresses:
    """Addresses of one service as the caller sees it."""

    base: str
    objects: str
    """Where images are read."""
    pictures: str
    """Where the pictures that anyone may see are read: the S3 of a bucket would want a signature for them."""

    @classmethod
    def seen_from(cls, base: str, settings: Settings) -> Addresses:
        """Those of the service at `base`."""
        objects = settings.objects_base(base)
        return cls(base, objects, objects if settings.s3_bucket is None else f"{base}/objects")

    @property
    def stac(self) -> str:
        """Root of the catalogue."""
        return f"{self.base}/stac"

    def object(self, key: str, roles: Collection[str] = ()) -> str:
        """Unsigned address of an object whose asset has these roles."""
        return f"{self.objects if PICTURES.isdisjoint(roles) else self.pictures}/{quote(key)}"

    def collection(self, collection: str) -> str:
        """Address of a collection."""
        return f"{self.stac}/collections/{quote(collection, safe='')}"

    def item(self, collection: str, item_id: str) -> str:
        """Address of an item."""
        return f"{self.collection(collection)}/items/{quote(item_id, safe='')}"


def item_document(item: Item, addresses: Addresses) -> Item:
    """A stored item as its STAC document."""
    assets = {}
    for key, asset in item.get("assets", {}).items():
        href = asset["href"]
        if href.startswith(OBJECT_SCHEME):
            href = addresses.object(href[len(OBJECT_SCHEME) :], asset.get("roles") or ())
        assets[key] = {**asset, "href": href}
    collection = addresses.collection(item["collection"])
    links = [
        _link("self", addresses.item(item["collection"], item["id"]), GEOJSON),
        _link("parent", collection, JSON),
        _link("collection", collection, JSON),
        _link("root", f"{addresses.stac}/", JSON),
        *item.get("links", ()),
    ]
    return {**item, "assets": assets, "links": links}


def stored_item(document: Item, addresses: Addresses, holds: Callable[[str], bool]) -> Item:
    """The reverse of `item_document`: addresses of objects that the store holds become their keys again."""
    assets = {}
    for key, asset in document.get("assets", {}).items():
        name = object_key(asset["href"], (addresses.objects, addresses.pictures))
        assets[key] = {**asset, "href": OBJECT_SCHEME + name} if name and holds(name) else asset
    return {**document, "assets": assets}


def entity_tag(item: Item) -> str:
    """The `ETag` of a stored item: the same as long as it is, at whatever address it is read."""
    told = json.dumps(item, sort_keys=True, separators=(",", ":"))
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def collection_document(collection: dict[str, Any], addresses: Addresses) -> dict[str, Any]:
    """A stored collection as its STAC document."""
    here = addresses.collection(collection["id"])
    links = [
        _link("self", here, JSON, collection.get("title")),
        _link("root", f"{addresses.stac}/", JSON, "DINAMIS"),
        _link("parent", f"{addresses.stac}/", JSON, "DINAMIS"),
        _link("items", f"{here}/items", GEOJSON, "Items"),
        _link(
            "http://www.opengis.net/def/rel/ogc/1.0/queryables",
            f"{here}/queryables",
            "application/schema+json",
            "Queryables",
        ),
        _link("aggregate", f"{here}/aggregate", JSON, "Aggregate"),
        _link("aggregations", f"{here}/aggregations", JSON, "Aggregations"),
    ]
    return {**collection, "links": links}


@dataclass(frozen=True)
class Fields:
    """Members of an item that a client asked for or does not want (STAC fields extension).

    Args:
        include: those asked for; none asks for all of them. What is in both lists stays.
        exclude: those not wanted.
    """

    include: frozenset[str] = field(default_factory=frozenset)
    exclude: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, include: Collection[str] | None, exclude: Collection[str] | None) -> Fields:
        """From both lists of a POST body."""
        return cls(frozenset(include or ()), frozenset(exclude or ()))

    @classmethod
    def of_defaults(cls, exclude: Collection[str]) -> Fields:
        """What an item needs to be one, less what is not wanted."""
        return cls.of({*_ALWAYS, "properties.datetime"} - set(exclude), exclude)

    @classmethod
    def of_query(cls, names: list[str] | None) -> Fields:
        """From the `fields` parameter of a GET, whose excluded names bear a minus sign."""
        names = [name.strip() for name in names or []]
        return cls.of(
            [name.lstrip("+ ") for name in names if not name.startswith("-")],
            [name[1:] for name in names if name.startswith("-")],
        )

    def apply(self, document: Item) -> Item:
        """The document with the wanted members; id and collection always stay, to tell items apart."""
        if self.include:
            wanted = self.include | {"id", "collection"}
            if all(name.startswith("properties.") for name in self.include):
                wanted |= set(_LEAST if self.exclude else _ALWAYS)
            return _pick(document, wanted)
        return _drop(document, self.exclude - {"id", "collection"})


def _pick(document: Item, names: Collection[str]) -> Item:
    out: Item = {}
    for name in names:
        outer, _, inner = name.partition(".")
        if outer not in document:
            continue
        if not inner or not isinstance(document[outer], dict):
            out[outer] = document[outer]
        elif inner in document[outer] and out.get(outer) is not document[outer]:
            out[outer] = {**out.get(outer, {}), inner: document[outer][inner]}
    return out


def _drop(document: Item, names: Collection[str]) -> Item:
    out = dict(document)
    for name in names:
        outer, _, inner = name.partition(".")
        if not inner:
            out.pop(outer, None)
        elif isinstance(out.get(outer), dict):
            out[outer] = {key: value for key, value in out[outer].items() if key != inner}
    return out
