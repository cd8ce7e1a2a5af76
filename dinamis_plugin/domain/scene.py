"""A scene of the catalogue, read from a STAC item of any provider."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Callable

from shapely.wkb import loads

from .aoi import AreaGeometry
from .errors import BadAnswerError
from .item_footprint import as_wkb, footprint_wkb
from .parsing import between, mapping_of, number_of, objects_of, required_text, text_of, texts_of, utc_of
from .search import ProductType
from .view_service import ViewService, view_services

_PLATFORM_WORDS = (("PLEIADESNEO", "PNEO"), ("PLEIADES", "PHR"), ("SENTINEL2", "S2"))
_MISSION_OF_PLATFORM = (
    (re.compile(r"PNEO"), "PLEIADES NEO"),
    (re.compile(r"PHR"), "PLEIADES"),
    (re.compile(r"SPOT[67]"), "SPOT 6/7"),
    (re.compile(r"S2[A-D]?$"), "SENTINEL 2"),
)
_OLD_SPOT = re.compile(r"SPOT([1-5])")
_SENSOR_OF_MISSION = {"PLEIADES": "PLEIADES", "PLEIADES NEO": "PNEO", "SPOT 6/7": "SPOT"}
_PREFERRED_KEYS = ("visual", "ms", "pan")
_NO_IMAGES = frozenset({"thumbnail", "overview", "metadata"})
_TO_NO_PICTURE = ("self", "parent", "collection", "root")
_OF_ALL_FILES = ("proj:epsg", "proj:code", "proj:shape", "proj:transform")
"""What an item may say in place of its files."""


@dataclass(frozen=True)
class Asset:
    """One file of a scene.

    Attributes:
        key: Name within the scene, any text.
        href: Address without a signature.
        title: Name for a person, the key when there is none.
        media_type: As the catalogue says, may be empty.
        roles: STAC roles.
        epsg: Code of the raster's coordinate system.
        shape: Rows and columns.
        transform: Six numbers in affine order: x = a column + b row + c, y = d column + e row + f.
        band_count: Number of bands, None when not said.
        data_type: Of STAC, such as `uint16`.
        nodata: Value of missing pixels.
        resolution_m: Ground size of a pixel in metres.
        size_bytes: Size of the file.
        checksum: Multihash of the file, empty when not said.
        bands: What the catalogue calls each band, empty when it does not say.
    """

    key: str
    href: str
    title: str
    media_type: str = ""
    roles: tuple[str, ...] = ()
    epsg: int | None = None
    shape: tuple[int, int] | None = None
    transform: tuple[float, ...] | None = None
    band_count: int | None = None
    data_type: str = ""
    nodata: float | None = None
    resolution_m: float | None = None
    size_bytes: int | None = None
    checksum: str = ""
    bands: tuple[str, ...] = ()

    @classmethod
    def from_stac(cls, key: str, document: Mapping[str, Any], properties: Mapping[str, Any]) -> Asset:
        """Read an asset; the item's properties stand in for what it does not say itself."""
        merged = {**properties, **document}
        bands = objects_of(document.get("raster:bands"))
        first = bands[0] if bands else {}
        names = _band_names(document, bands)
        size = number_of(document.get("file:size"))
        return cls(
            key=key,
            href=text_of(document.get("href")),
            title=text_of(document.get("title")) or key,
            media_type=text_of(document.get("type")),
            roles=texts_of(document.get("roles")),
            epsg=_epsg(merged),
            shape=_shape(merged.get("proj:shape")),
            transform=_transform(merged.get("proj:transform")),
            band_count=len(bands) or len(names) or None,
            data_type=text_of(first.get("data_type")),
            nodata=number_of(first.get("nodata")),
            resolution_m=number_of(first.get("spatial_resolution")),
            size_bytes=int(size) if size is not None and size >= 0 else None,
            checksum=text_of(document.get("file:checksum")),
            bands=names,
        )

    @property
    def is_image(self) -> bool:
        """Whether it is a raster to work with, not a picture to look at."""
        return _is_image(self.roles, self.media_type, self.href)


@dataclass(frozen=True)
class Scene:
    """A scene as the list of results shows it (CAT-24).

    What a list of 10,000 does not show is read from the item when it is first asked for: the footprint as a
    geometry, the files, the thumbnail and the services.

    Attributes:
        id: Identifier within the collection.
        collection: Collection of the catalogue.
        title: Name for a person.
        mission: Code of `search.MISSIONS`, empty when unknown.
        platform: Satellite, in one spelling for all providers, such as PHR1A, SPOT4.
        acquired: Aware UTC time of acquisition.
        cloud: Cloud cover in percent, None when unknown.
        incidence: Incidence angle in degrees, None when unknown.
        gsd: Ground sampling distance in metres.
        product_type: What can be done with it, None when the catalogue does not say.
        footprint: Polygon or MultiPolygon in EPSG:4326, cut at the antimeridian, empty when unknown.
        assets: Its files.
        thumbnail_href: Small picture, empty when there is none.
        synthetic: Made by the demonstration.
        open_data: Free for everyone, also without a sign-in (CAT-52).
        services: Services that show it (WMS, WMTS, tiles).
    """

    id: str
    collection: str
    title: str
    mission: str
    platform: str
    acquired: datetime
    cloud: float | None
    incidence: float | None
    gsd: float | None
    product_type: ProductType | None
    footprint: AreaGeometry = field(hash=False)  # shapely 1.8 cannot hash its geometries
    assets: tuple[Asset, ...]
    thumbnail_href: str
    synthetic: bool
    open_data: bool
    services: tuple[ViewService, ...]

    @classmethod
    def from_stac(cls, item: Any) -> Scene:
        """Read a STAC item, which must not change afterwards.

        Raises:
            BadAnswerError: It has no identifier or no time of acquisition, so that it cannot be listed.
        """
        if not isinstance(item, dict):
            raise BadAnswerError("an item is not an object")
        scene_id = required_text(item, "id")
        properties = mapping_of(item.get("properties"))
        acquired = _acquisition(properties)
        if acquired is None:
            raise BadAnswerError.about(scene_id, "no acquisition time")
        assets = mapping_of(item.get("assets"))
        has_image = any(map(_says_image, assets.values()))
        platform = _platform(text_of(properties.get("platform")))
        scene = cls.__new__(cls)
        scene.__dict__.update(
            id=scene_id,
            collection=text_of(item.get("collection")),
            title=text_of(properties.get("title")) or scene_id,
            mission=text_of(properties.get("dinamis:mission")) or _mission(platform),
            platform=platform,
            acquired=acquired,
            cloud=between(properties.get("eo:cloud_cover"), 0, 100),
            incidence=between(properties.get("view:incidence_angle"), 0, 90),
            gsd=number_of(properties.get("gsd")),
            product_type=_product_type(properties, has_image=has_image),
            synthetic=properties.get("dinamis:synthetic") is True,
            open_data=properties.get("dinamis:access") == "open",
            has_image=has_image,
            footprint_wkb=footprint_wkb(item),
            _assets=assets,
            _of_all={key: properties[key] for key in _OF_ALL_FILES if key in properties},
            _links=[link for link in objects_of(item.get("links")) if link.get("rel") not in _TO_NO_PICTURE],
        )
        return scene

    def __getattr__(self, name: str) -> Any:
        """Read what was not needed so far, once."""
        read = _LATER.get(name)
        if read is None:
            raise AttributeError(name)
        value = self.__dict__[name] = read(self)
        return value

    @property
    def images(self) -> tuple[Asset, ...]:
        """The rasters to work with, in the catalogue's order."""
        return tuple(asset for asset in self.assets if asset.is_image)

    @property
    def is_downloadable(self) -> bool:
        """Whether there is an image to load (CAT-32)."""
        return self.product_type is not ProductType.ORDERABLE and self.has_image

    @property
    def is_obtainable(self) -> bool:
        """Whether there is more than metadata of it: an image, or a way to have one made."""
        return self.product_type is not None or self.has_image

    @property
    def is_orderable(self) -> bool:
        """Whether it can be ordered from the archive of the supplier (CAT-33)."""
        return self.product_type is ProductType.ORDERABLE

    @property
    def sensor(self) -> str:
        """Sensor of quotas and orders: PLEIADES, SPOT or PNEO, empty for what cannot be ordered."""
        return _SENSOR_OF_MISSION.get(self.mission, "")

    def asset(self, key: str) -> Asset | None:
        """Find a file by its key."""
        return next((asset for asset in self.assets if asset.key == key), None)

    def preferred_asset(self) -> Asset | None:
        """Choose the image that a person expects to see: natural colours, else multispectral, else any."""
        images = {asset.key: asset for asset in self.images}
        for key in (*_PREFERRED_KEYS, *images):
            if key in images:
                return images[key]
        return None


def _is_image(roles: tuple[str, ...], media_type: str, href: str) -> bool:
    if not _NO_IMAGES.isdisjoint(roles):
        return False
    return "geotiff" in media_type.lower() or href.lower().endswith((".tif", ".tiff", ".jp2"))


def _says_image(document: Any) -> bool:
    """Whether the document of a file is that of an image; the file itself is not needed for it."""
    said = mapping_of(document)
    href = text_of(said.get("href"))
    return bool(href) and _is_image(texts_of(said.get("roles")), text_of(said.get("type")), href)


def _assets(scene: Scene) -> tuple[Asset, ...]:
    return tuple(
        Asset.from_stac(key, mapping_of(document), scene._of_all)
        for key, document in scene._assets.items()
        if text_of(mapping_of(document).get("href"))
    )


def _band_names(document: Mapping[str, Any], raster_bands: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """Names of the bands, in the ways of STAC 1.0 and 1.1: their common names before what they are called."""
    for bands in (objects_of(document.get("eo:bands")), objects_of(document.get("bands")), raster_bands):
        keys = ("common_name", "eo:common_name", "name", "description")
        names = tuple(next((text_of(band.get(key)) for key in keys if band.get(key)), "") for band in bands)
        if names and all(names):
            return names
    return ()


def _acquisition(properties: Mapping[str, Any]) -> datetime | None:
    """Find the time of acquisition: some providers put the time of processing into `datetime`."""
    moment, start = utc_of(properties.get("datetime")), utc_of(properties.get("start_datetime"))
    if start is None:
        return moment
    end = utc_of(properties.get("end_datetime")) or start
    return moment if moment is not None and start <= moment <= end else start


@lru_cache(maxsize=256)
def _platform(name: str) -> str:
    platform = re.sub(r"[^A-Z0-9]", "", name.upper())
    for words, short in _PLATFORM_WORDS:
        if platform.startswith(words):
            return short + platform[len(words) :]
    return platform


@lru_cache(maxsize=256)
def _mission(platform: str) -> str:
    for pattern, mission in _MISSION_OF_PLATFORM:
        if pattern.match(platform):
            return mission
    old_spot = _OLD_SPOT.match(platform)
    return f"SPOT {old_spot[1]}" if old_spot else ""


def _product_type(properties: Mapping[str, Any], *, has_image: bool) -> ProductType | None:
    said = properties.get("dinamis:product_type")
    for product_type in (ProductType.DOWNLOADABLE, ProductType.ORDERABLE, ProductType.PWH):
        if said == product_type.value:
            return product_type
    if properties.get("order:status") == "orderable":
        return ProductType.ORDERABLE
    return ProductType.DOWNLOADABLE if has_image else None


def _thumbnail(links: list[Mapping[str, Any]], assets: tuple[Asset, ...]) -> str:
    for role in ("thumbnail", "overview"):
        for asset in assets:
            if role in asset.roles or asset.key == role:
                return asset.href
    previews = [link for link in links if link.get("rel") in ("thumbnail", "preview")]
    return text_of(previews[0].get("href")) if previews else ""


def _epsg(document: Mapping[str, Any]) -> int | None:
    code = number_of(document.get("proj:epsg"))
    if code is None:
        authority, _, text = text_of(document.get("proj:code")).partition(":")
        code = number_of(text) if authority.upper() == "EPSG" else None
    return int(code) if code is not None and code > 0 else None


def _shape(value: Any) -> tuple[int, int] | None:
    sizes = [number_of(size) for size in value] if isinstance(value, list) else []
    whole = [int(size) for size in sizes if size is not None and size >= 1]
    return (whole[0], whole[1]) if len(whole) == len(sizes) == 2 else None  # noqa: PLR2004 - rows, columns


def _transform(value: Any) -> tuple[float, ...] | None:
    """Read an affine transform; some catalogues write the last row of the matrix too."""
    numbers = [number_of(number) for number in value[:6]] if isinstance(value, list) else []
    known = tuple(number for number in numbers if number is not None)
    return known if len(known) == 6 else None  # noqa: PLR2004 - a to f


_LATER: Mapping[str, Callable[[Scene], Any]] = {
    "assets": _assets,
    "thumbnail_href": lambda scene: _thumbnail(scene._links, scene.assets),
    "services": lambda scene: view_services(scene._links),
    "footprint": lambda scene: loads(scene.footprint_wkb),
    # Of a copy with other files or another footprint:
    "has_image": lambda scene: any(asset.is_image for asset in scene.assets),
    "footprint_wkb": lambda scene: as_wkb(scene.footprint),
}
