"""What a delivery holds: products grouped into scenes, plain images, STAC documents, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dinamis_service.catalogue.products import dimap, xml
from dinamis_service.catalogue.products.facts import Product, ProductError

IMAGES = frozenset({".tif", ".tiff", ".jp2", ".img", ".vrt", ".png", ".jpg"})
DOCUMENTS = frozenset({".json", ".geojson", ".ndjson", ".geojsonl", ".jsonl"})
_METADATA = frozenset({".xml", ".dim"})
_PAN = frozenset({"P", "PA", "PAN", "M", "A", "B", "T", "HM", "HMA"})
_SHARPENED = "PMS"
_SPECTRAL = re.compile(r"(?<=[_-])(P|MS|PMS|PAN|PX|XS|PA)(-[A-Z]{1,3})?(?=[_-])")
_PART = re.compile(r"-\d{1,3}$")
_LONGEST = 120


@dataclass(frozen=True)
class Refused:
    """Something that cannot be taken, and why, in both languages."""

    name: str
    fr: str
    en: str


@dataclass(frozen=True)
class ProductScene:
    """Products of one acquisition and one production, by the asset they become."""

    id: str
    products: dict[str, Product]


@dataclass
class Delivery:
    """What was found in one source."""

    scenes: list[ProductScene] = field(default_factory=list)
    images: list[Path] = field(default_factory=list)
    documents: list[Path] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def look_into(source: Path) -> Delivery:
    """What a file or folder holds; images of a product, though it be damaged, are no plain images."""
    if not source.is_dir() and source.suffix.lower() not in _METADATA:
        is_document = source.suffix.lower() in DOCUMENTS
        return Delivery(documents=[source]) if is_document else Delivery(images=[source])
    root = source if source.is_dir() else source.parent
    files = sorted(path for path in root.rglob("*") if path.is_file()) if source.is_dir() else [source]
    delivery = Delivery()
    products, folders = [], []
    for path in files:
        if path.suffix.lower() not in _METADATA or not xml.is_dimap(path):
            continue
        try:
            product = dimap.read_product(path, root)
        except ProductError as error:
            delivery.refused.append(Refused(str(path.relative_to(root)), error.fr, error.en))
            folders.append(path.parent)
            continue
        if product is not None:
            products.append(product)
            folders.append(path.parent)
    _group(products, delivery)
    for path in files:
        suffix = path.suffix.lower()
        if suffix not in IMAGES | DOCUMENTS or any(folder in path.parents for folder in folders):
            continue
        (delivery.documents if suffix in DOCUMENTS else delivery.images).append(path)
    return delivery


def _group(products: Iterable[Product], delivery: Delivery) -> None:
    """Put products into scenes; two that would be the same image of one scene are refused."""
    scenes: dict[str, list[Product]] = {}
    for product in products:
        scenes.setdefault(_scene_id(product), []).append(product)
    for scene_id, found in scenes.items():
        named = _by_asset(found)
        if named is None:
            names = ", ".join(product.path.name for product in found)
            delivery.refused.append(
                Refused(
                    scene_id,
                    f"{names} : plusieurs fois la même image d'une scène.",
                    f"{names}: several times the same image of one scene.",
                )
            )
        else:
            delivery.scenes.append(ProductScene(scene_id, named))


def _by_asset(products: Sequence[Product]) -> dict[str, Product] | None:
    """Products by asset key, None when two claim one."""
    named: dict[str, Product] = {}
    for product in sorted(products, key=lambda one: one.spectral.startswith(_SHARPENED)):
        key = _asset_key(product)
        if key == "ms" and key in named and product.spectral.startswith(_SHARPENED):
            key = "pms"
        if key in named:
            return None
        named[key] = product
    return named


def _asset_key(product: Product) -> str:
    """Key of the asset of a product; pansharpened images take the place of multispectral ones."""
    if product.spectral in _PAN or (not product.spectral and len(product.bands) == 1):
        return "pan"
    return "ms"


def _scene_id(product: Product) -> str:
    """The same for the panchromatic and multispectral parts of a bundle, and only for them."""
    name = _SPECTRAL.sub("", product.name)
    job = _PART.sub("", product.job)
    if job and job not in name:
        name = f"{name}_{job}"
    elif job:
        name = _PART.sub("", name)
    return re.sub(r"_{2,}", "_", re.sub(r"[^A-Za-z0-9._-]+", "_", name)).strip("_.-")[:_LONGEST]
