"""One run of ingestion over files, folders and archives, with its report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from dinamis_service.catalogue import stac_files
from dinamis_service.catalogue.documents import Addresses, stored_item
from dinamis_service.catalogue.engine import CatalogueEngine, Item, ItemError
from dinamis_service.catalogue.ingest import Scene, asset_key, ingest_cog
from dinamis_service.catalogue.ingest_journal import IngestJournal, fingerprint
from dinamis_service.catalogue.ingest_products import Wishes, files_of, ingest_products, scene_of
from dinamis_service.catalogue.ingest_report import Line, Report
from dinamis_service.catalogue.orderable_view import put_items
from dinamis_service.catalogue.products.archives import is_archive, unpacked
from dinamis_service.catalogue.products.discovery import ProductScene, look_into
from dinamis_service.catalogue.products.facts import ProductError
from dinamis_service.catalogue.rasters import RasterError, describe
from dinamis_service.catalogue.stac_items import Remarks, StacFileError
from dinamis_service.clock import Clock
from dinamis_service.storage.store import ObjectStore

_BAND_SUFFIX = re.compile(r"[_-](PAN|P|MS|XS)$", re.IGNORECASE)
_REFUSALS = (RasterError, ProductError, ItemError, StacFileError)


@dataclass(frozen=True)
class Stores:
    """Catalogue and objects, without the rest of the service."""

    catalogue: CatalogueEngine
    objects: ObjectStore
    clock: Clock
    addresses: Addresses
    """Addresses of the service: links of its own exported items to its objects are known by them."""


class CommonError(ValueError):
    """What the command was told does not hold together."""


class IngestRun:
    """Takes sources one after the other; what cannot be taken is noted and the rest goes on.

    Args:
        stores: catalogue, objects and clock.
        journal: what came in before.
        wishes: what the operator wants of products.
        scene: gives what the operator says of plain images; raises `CommonError` where that is not enough.
        again: also take what came in already.
        one_id: identifier of the scene that all plain images belong to.
    """

    def __init__(
        self,
        stores: Stores,
        journal: IngestJournal,
        wishes: Wishes,
        scene: Callable[[], Scene],
        *,
        again: bool = False,
        one_id: str | None = None,
    ) -> None:
        self.report = Report()
        self._stores = stores
        self._journal = journal
        self._wishes = wishes
        self._scene = scene
        self._again = again
        self._one_id = one_id

    def take(self, source: Path) -> None:
        """Take a file, a folder or an archive."""
        if not source.exists():
            self._refuse(source, source.name, f"{source}: there is no such file", f"{source} : absent")
        elif source.is_file() and is_archive(source):
            try:
                with unpacked(source) as folder:
                    self._take_files(source, folder)
            except ProductError as error:
                self._refuse(source, source.name, error.en, error.fr)
        else:
            self._take_files(source, source)

    def _take_files(self, source: Path, place: Path) -> None:
        delivery = look_into(place)
        links = [path for path in delivery.images if path.suffix.lower() == ".vrt"]
        if place != source and links:  # what comes packed is not trusted to name other files
            names = ", ".join(path.name for path in links)
            self._refuse(
                source, names, f"{names}: not taken from an archive", f"{names} : refusé dans une archive"
            )
            delivery.images = [path for path in delivery.images if path not in links]
        for refused in delivery.refused:
            self._refuse(source, refused.name, refused.en, refused.fr)
        for found in delivery.scenes:
            self._take_products(source, found)
        self._take_images(source, delivery.images)
        for path in delivery.documents:
            self._take_document(source, path)
        if not any((delivery.refused, delivery.scenes, delivery.images, delivery.documents)):
            self._refuse(
                source, source.name, f"{source.name}: nothing to ingest", f"{source.name} : rien à ingérer"
            )

    def _take_products(self, source: Path, found: ProductScene) -> None:
        scene = scene_of(found, self._wishes)
        options = {"wishes": asdict(self._wishes)}
        ingest = partial(ingest_products, self._stores, scene, found, self._wishes.ortho)
        self._store(source, scene, files_of(found), options, ingest)

    def _take_images(self, source: Path, images: Sequence[Path]) -> None:
        if not images:
            return
        try:
            common = self._scene()
        except ValueError as error:
            self._refuse(source, source.name, str(error), "")
            return
        for name, files in _grouped(images, self._one_id).items():
            scene = replace(common, id=name)
            options = {"scene": asdict(scene)}
            self._store(source, scene, files, options, partial(self._ingest_images, scene, files))

    def _ingest_images(self, scene: Scene, files: Sequence[Path]) -> Item:
        return ingest_cog(self._stores, scene, _assets(files))

    def _store(
        self,
        source: Path,
        scene: Scene,
        files: Iterable[Path],
        options: Mapping[str, Any],
        ingest: Callable[[], Item],
    ) -> None:
        """Put one scene in, unless the journal knows it and the catalogue still has it."""
        name = f"{scene.collection}/{scene.id}"
        state = fingerprint(files, options)
        done = not self._again and self._journal.is_done(scene.collection, scene.id, state)
        if done and self._stores.catalogue.get(scene.collection, scene.id) is not None:
            self.report.lines.append(Line(str(source), name, "unchanged", "came in before"))
            return
        self._journal.start(scene.collection, scene.id, state)
        try:
            item = ingest()
        except _REFUSALS as error:
            self._refuse(source, name, getattr(error, "en", str(error)), getattr(error, "fr", ""))
            return
        self._journal.finish(scene.collection, scene.id, state)
        images = [key for key, asset in item["assets"].items() if "data" in asset["roles"]]
        self.report.lines.append(Line(str(source), name, "stored", ", ".join(images)))

    def _take_document(self, source: Path, path: Path) -> None:
        try:
            remarks = Remarks()
            found = stac_files.stream_items(path, self._wishes.collection, remarks)
            holds = self._stores.objects.exists
            items = (stored_item(item, self._stores.addresses, holds) for item in found)
            count = put_items(self._stores.catalogue, items)
        except (StacFileError, ItemError) as error:
            self._refuse(source, path.name, f"{path.name}: {error}", "")
            return
        detail = "; ".join([f"{count} items", *stac_files.told(remarks)])
        self.report.lines.append(Line(str(source), path.name, "stored", detail))

    def _refuse(self, source: Path, name: str, en: str, fr: str) -> None:
        self.report.lines.append(Line(str(source), name, "refused", en, fr))


def _grouped(images: Iterable[Path], one: str | None) -> dict[str, list[Path]]:
    """Files by the scene they belong to."""
    groups: dict[str, list[Path]] = {}
    for path in images:
        name = one or _BAND_SUFFIX.sub("", path.stem)
        groups.setdefault(re.sub(r"[^A-Za-z0-9._-]+", "_", name), []).append(path)
    return groups


def _assets(files: Sequence[Path]) -> dict[str, Path]:
    """Files by their asset key, which their bands tell."""
    assets: dict[str, Path] = {}
    for path in files:
        key = asset_key(describe(path).bands)
        if key in assets:
            first = assets[key].name
            raise ProductError(
                fr=f"{first} et {path.name} seraient tous deux l'image « {key} » d'une scène.",
                en=f"{first} and {path.name} would both be the image '{key}' of one scene",
            )
        assets[key] = path
    return assets
