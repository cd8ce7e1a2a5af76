"""How images and STAC items come into the catalogue."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import shapely

from dinamis_service.catalogue.engine import OBJECT_SCHEME, CatalogueEngine, Item
from dinamis_service.catalogue.missions import MISSIONS, PLATFORMS
from dinamis_service.catalogue.moments import format_moment
from dinamis_service.catalogue.orderable_view import put_items
from dinamis_service.catalogue.rasters import (
    COG_TYPE,
    RasterFacts,
    as_cog,
    checksum,
    describe,
    write_quicklook,
    write_thumbnail,
)
from dinamis_service.clock import Clock
from dinamis_service.storage.store import ObjectStore

_EXTENSIONS = {
    "eo": "https://stac-extensions.github.io/eo/v1.1.0/schema.json",
    "view": "https://stac-extensions.github.io/view/v1.0.0/schema.json",
    "proj": "https://stac-extensions.github.io/projection/v1.1.0/schema.json",
    "raster": "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
    "file": "https://stac-extensions.github.io/file/v2.1.0/schema.json",
    "processing": "https://stac-extensions.github.io/processing/v1.2.0/schema.json",
}
"""Schemas by the prefix of their fields."""
_TITLES = {
    "pan": "Panchromatique",
    "ms": "Multispectral",
    "visual": "Couleurs naturelles",
    "pms": "Multispectral affiné",
    "thumbnail": "Aperçu",
    "quicklook": "Aperçu détaillé",
}
_PREVIEWS = {
    "thumbnail": (".png", "image/png", "thumbnail", write_thumbnail),
    "quicklook": (".jpg", "image/jpeg", "overview", write_quicklook),
}
"""Suffix, media type, role and maker of the pictures that anyone may see."""
_NATURAL = 3


class Stores(Protocol):
    """What ingesting needs of a `Context`."""

    @property
    def catalogue(self) -> CatalogueEngine:
        """Where items go."""

    @property
    def objects(self) -> ObjectStore:
        """Where files go."""

    @property
    def clock(self) -> Clock:
        """Gives the date of publication."""


@dataclass(frozen=True)
class Scene:
    """What files do not tell of an acquisition.

    Args:
        id: of the item, and folder of its files.
        collection: of the item.
        platform: a name of `missions.PLATFORMS`.
        mission: a name of `missions.MISSIONS`.
        moment: of the acquisition, aware.
        title: for people; made of mission, day and platform when empty.
        cloud: percent of the scene under clouds, None when unknown.
        incidence: degrees from the vertical, None when unknown.
        extra: further STAC properties.
    """

    id: str
    collection: str
    platform: str
    mission: str
    moment: datetime
    title: str = ""
    cloud: float | None = None
    incidence: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


def ingest_cog(
    stores: Stores,
    scene: Scene,
    files: Mapping[str, Path],
    extras: Mapping[str, Mapping[str, Any]] | None = None,
) -> Item:
    """Put the images of one scene into the store and the scene into the catalogue, as downloadable.

    Every file is read to its end first: when one is damaged, nothing is ingested. Files that are not COGs
    are converted. The pictures of the file with most bands stand for the scene. Doing it again puts the same
    in the same place.

    Args:
        stores: catalogue, objects and clock, such as the service's `Context`.
        scene: the acquisition.
        files: asset key (`pan`, `ms`, `visual` ...) to file.
        extras: asset key to further fields of the asset.

    Raises:
        RasterError: a file is no usable image.
        ItemError: the catalogue cannot hold the scene.
    """
    with ExitStack() as stack:
        cogs = {key: stack.enter_context(as_cog(path)) for key, path in files.items()}
        facts = {key: describe(path) for key, path in cogs.items()}
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dinamis-ingest-")))
        shown = cogs[max(facts, key=lambda key: facts[key].bands)]
        pictures = {}
        for key, (suffix, _, _, write) in _PREVIEWS.items():
            pictures[key] = folder / f"{key}{suffix}"
            write(shown, pictures[key])
        more = {**(extras or {}), **{key: _file_facts(path) for key, path in pictures.items()}}
        item = image_item(scene, facts, stores.clock(), more)
        for key, path in {**cogs, **pictures}.items():
            stores.objects.put_file(object_key(scene, key), path)
        put_items(stores.catalogue, [item])
    return item


def _file_facts(path: Path) -> dict[str, Any]:
    return {"file:size": path.stat().st_size, "file:checksum": checksum(path)}


def image_item(
    scene: Scene,
    facts: Mapping[str, RasterFacts],
    created: datetime,
    extras: Mapping[str, Mapping[str, Any]],
) -> Item:
    """The item of a downloadable scene whose files are stored under `object_key`.

    Args:
        scene: the acquisition.
        facts: asset key to what its image tells.
        created: date of publication.
        extras: asset key to further fields; pictures (`thumbnail`, `quicklook`) are assets when named here.
    """
    footprint = shapely.union_all([fact.footprint for fact in facts.values()])
    assets: dict[str, Any] = {
        key: {
            "href": f"{OBJECT_SCHEME}{object_key(scene, key)}",
            "type": COG_TYPE,
            "roles": ["data"],
            "title": f"{_TITLES.get(key, key)} {fact.resolution:g} m",
            **fact.asset,
            **extras.get(key, {}),
        }
        for key, fact in facts.items()
    }
    for key, (_, media_type, role, _) in _PREVIEWS.items():
        if key in extras:
            assets[key] = {
                "href": f"{OBJECT_SCHEME}{object_key(scene, key)}",
                "type": media_type,
                "roles": [role],
                "title": _TITLES[key],
                **extras[key],
            }
    sharpest = min(fact.resolution for fact in facts.values())
    extra = {"gsd": sharpest, "dinamis:product_type": "downloadable", **scene.extra}
    item = scene_item(
        scene, created, json.loads(shapely.to_geojson(footprint)), list(footprint.bounds), extra
    )
    return {**item, "assets": assets, "stac_extensions": extensions_of(item["properties"], assets)}


def extensions_of(properties: Mapping[str, Any], assets: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Schemas of the extensions whose fields an item uses."""
    names = {*properties, *(name for asset in assets.values() for name in asset)}
    used = {name.partition(":")[0] for name in names}
    return [schema for prefix, schema in _EXTENSIONS.items() if prefix in used]


def scene_item(
    scene: Scene, created: datetime, geometry: Mapping[str, Any], bbox: list[float], extra: Mapping[str, Any]
) -> Item:
    """The item of a scene without assets; `extra` are properties beyond those of the scene."""
    platform = PLATFORMS[scene.platform]
    properties = {
        "datetime": format_moment(scene.moment),
        "created": format_moment(created),
        "title": scene.title or f"{scene.mission} {scene.moment:%Y-%m-%d} {scene.platform}",
        "platform": platform.name,
        "constellation": platform.constellation,
        "instruments": list(platform.instruments),
        "gsd": platform.gsd,
        "dinamis:mission": scene.mission,
    }
    if scene.cloud is not None:
        properties["eo:cloud_cover"] = scene.cloud
    if scene.incidence is not None:
        properties["view:incidence_angle"] = scene.incidence
    properties |= extra
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": extensions_of(properties, {}),
        "id": scene.id,
        "collection": scene.collection,
        "geometry": dict(geometry),
        "bbox": bbox,
        "properties": properties,
        "assets": {},
        "links": [],
    }


def object_key(scene: Scene, asset: str) -> str:
    """Key of the object of an asset."""
    suffix = _PREVIEWS[asset][0] if asset in _PREVIEWS else ".tif"
    return f"{scene.collection}/{scene.id}/{asset}{suffix}"


def asset_key(bands: int) -> str:
    """Key of the asset of an image with so many bands."""
    if bands == 1:
        return "pan"
    return "visual" if bands == _NATURAL else "ms"


def collection_of(platform: str, mission: str) -> str:
    """Collection of a scene by its mission, else by its platform."""
    return MISSIONS.get(mission) or PLATFORMS[platform].collection
