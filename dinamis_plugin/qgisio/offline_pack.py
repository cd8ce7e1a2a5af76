"""The files of an offline pack: metadata, licences, styles, project, archive."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import QgsProject, QgsRasterLayer

from ..api.part import disk
from ..domain.download_job import DownloadJob
from ..domain.file_names import alternatives, safe_stem
from ..domain.parsing import mapping_of, objects_of, text_of
from ..domain.signed_url import strip_signature
from .local_images import open_layer

IMAGES, STYLES, METADATA = "images", "styles", "metadata"
PROJECT = "pack.qgz"
LICENCE = "LICENCE.txt"
_STORED = frozenset({".tif", ".tiff", ".jp2", ".qgz"})
"""What is packed already: to pack it again takes time and wins nothing."""


@dataclass(frozen=True)
class PackedImage:
    """One image of a pack.

    Attributes:
        job: The download that brought it.
        item: Its STAC item as the catalogue gives it.
        collection: Its STAC collection, empty when the catalogue does not give it.
        style: The style of the layer that the person had of it, as QML; empty for the usual one.
    """

    job: DownloadJob
    item: Mapping[str, Any]
    collection: Mapping[str, Any]
    style: str

    @property
    def path(self) -> Path:
        """The image."""
        return Path(self.job.target)


def make_folder(parent: Path, name: str) -> Path:
    """Make the folder of a pack, of a name that clashes with no folder and no archive there.

    Raises:
        FileGoneError: The parent is not there or cannot be written to.
    """
    for candidate in alternatives(safe_stem(name)):
        folder = parent / candidate
        with disk(folder):
            if folder.with_name(f"{candidate}.zip").exists():
                continue
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            for inner in (IMAGES, STYLES, METADATA):
                (folder / inner).mkdir()
            return folder
    raise AssertionError  # the names never end


def write_documents(folder: Path, images: Sequence[PackedImage]) -> None:
    """Write the STAC item of each image, its files relative to the item, and the licences of all."""
    with disk(folder):
        for image in images:
            path = folder / METADATA / f"{image.path.stem}.json"
            path.write_text(_item_text(image), "utf-8")
        (folder / LICENCE).write_text(_licences(images), "utf-8")


def open_layers(folder: Path, images: Iterable[PackedImage]) -> list[QgsRasterLayer]:
    """Open the images as styled layers, write their styles beside them, and hand them to the GUI thread.

    Raises:
        CorruptImageError: An image cannot be opened.
    """
    return [
        open_layer(
            image.path,
            image.job.order.title,
            image.style,
            folder / STYLES / f"{image.path.stem}.qml",
        )
        for image in images
    ]


def write_project(folder: Path, layers: Sequence[QgsRasterLayer]) -> bool:
    """Write the project of a pack, its paths relative; for the GUI thread, where layers live."""
    project = QgsProject()
    project.writeEntryBool("Paths", "/Absolute", False)
    project.setTitle(folder.name)
    project.addMapLayers(list(layers))
    if layers:
        project.setCrs(layers[0].crs())
    done = bool(project.write(str(folder / PROJECT)))
    project.clear()
    return done


def zip_folder(folder: Path) -> Path:
    """Make an archive of a pack and take the folder away; gives the archive, which is there when whole."""
    target = folder.with_name(f"{folder.name}.zip")
    fresh = folder.with_name(f"{folder.name}.zip.part")
    with disk(target):
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                kind = zipfile.ZIP_STORED if path.suffix.lower() in _STORED else zipfile.ZIP_DEFLATED
                if path.is_file():
                    archive.write(path, Path(folder.name) / path.relative_to(folder), kind)
        os.replace(fresh, target)
        shutil.rmtree(folder)
    return target


def _item_text(image: PackedImage) -> str:
    """Write an item whose downloaded file is the local one; other addresses lose their signature."""
    item = json.loads(json.dumps(image.item))
    assets = dict(mapping_of(item.get("assets")))
    key = image.job.order.asset_key
    local = {**mapping_of(assets.get(key)), "href": f"../{IMAGES}/{image.path.name}"}
    if image.job.order.area:  # what the catalogue says of the whole file is not true of a part of it
        for said in ("file:size", "file:checksum", "proj:shape", "proj:transform", "proj:bbox"):
            local.pop(said, None)
    item["assets"] = {**assets, key: local}
    item["links"] = [link for link in objects_of(item.get("links")) if link.get("rel") != "root"]
    return strip_signature(json.dumps(item, indent=2, ensure_ascii=False))


def _licences(images: Sequence[PackedImage]) -> str:
    """Say under which licence each image is, and who provides it, as the catalogue says it."""
    lines: list[str] = []
    for image in images:
        properties = mapping_of(image.item.get("properties"))
        collection = image.collection
        licence = text_of(properties.get("license")) or text_of(collection.get("license")) or "-"
        providers = objects_of(properties.get("providers")) or objects_of(collection.get("providers"))
        links = [*objects_of(image.item.get("links")), *objects_of(collection.get("links"))]
        lines += [
            f"{image.path.name}: {image.job.order.title}",
            f"  STAC: {image.job.order.collection}/{image.job.order.item_id}",
            f"  license: {licence}",
            *(f"  license: {text_of(link.get('href'))}" for link in links if link.get("rel") == "license"),
            *(f"  © {text_of(provider.get('name'))}" for provider in providers),
            "",
        ]
    return strip_signature("\n".join(lines)) if lines else ""
