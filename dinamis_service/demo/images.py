"""The images of the demonstration: what is taken where and when, and how it is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.enums import ColorInterp
from rasterio.io import MemoryFile
from rasterio.transform import array_bounds, from_origin
from rasterio.warp import Resampling, calculate_default_transform, reproject

from dinamis_service.catalogue.engine import Item
from dinamis_service.catalogue.ingest import Scene, collection_of, image_item, object_key
from dinamis_service.catalogue.missions import PLATFORMS
from dinamis_service.catalogue.rasters import TILE, describe, write_cog, write_thumbnail
from dinamis_service.demo.ground import Window, look
from dinamis_service.demo.materials import BANDS, Moment
from dinamis_service.demo.names import scene_name
from dinamis_service.demo.render import Picture, picture
from dinamis_service.demo.world import make_world
from dinamis_service.passes.sun import sun_position

_L93 = "EPSG:2154"
_UTM = "EPSG:32631"
_COLOURS = {"red": ColorInterp.red, "green": ColorInterp.green, "blue": ColorInterp.blue}
_COLLAR = 0.14
"""Tilt of scenes whose edges follow the orbit, in radians."""


@dataclass(frozen=True)
class Look:
    """One acquisition of a site."""

    when: datetime
    platform: str
    incidence: float
    open_data: bool = False


@dataclass(frozen=True)
class Site:
    """A window of the country and the acquisitions of it, all by one kind of sensor.

    Args:
        name: of the place.
        window: what the images show.
        looks: the acquisitions.
        ratio: size of a multispectral pixel in panchromatic ones.
        bands: of the multispectral image, in their order.
        tilted: the image follows the orbit and has empty corners.
        crs: the files' coordinate system.
        pan: whether there is a panchromatic image.
        first_serial: number of the first acquisition among all sites'.
    """

    name: str
    window: Window
    looks: tuple[Look, ...]
    ratio: int = 4
    bands: tuple[str, ...] = BANDS
    tilted: bool = False
    crs: str = _L93
    pan: bool = True
    first_serial: int = 0


def _at(text: str, platform: str, incidence: float, *, open_data: bool = False) -> Look:
    return Look(datetime.fromisoformat(text).replace(tzinfo=UTC), platform, incidence, open_data)


_COAST = (
    _at("2013-07-18T10:42:11", "PHR1A", 8.2),
    _at("2014-11-20T10:39:44", "PHR1A", 12.6),
    _at("2016-03-09T10:36:52", "PHR1B", 17.5),
    _at("2018-09-21T10:47:30", "PHR1A", 4.9),
    _at("2020-06-02T10:40:05", "PHR1B", 22.1),
    _at("2021-12-15T10:35:27", "PHR1B", 26.3),
    _at("2023-06-12T10:44:47", "PHR1A", 11.3),
    _at("2025-02-14T10:38:19", "PHR1B", 14.8),
)
_CITY = (
    _at("2012-10-02T10:44:15", "PHR1A", 5.2),
    _at("2014-05-20T10:46:02", "PHR1B", 6.4),
    _at("2016-01-27T10:37:33", "PHR1A", 15.9),
    _at("2017-08-11T10:41:37", "PHR1A", 19.0),
    _at("2019-11-05T10:35:58", "PHR1A", 25.7),
    _at("2021-04-18T10:43:21", "PHR1B", 9.8),
    _at("2023-06-12T10:44:49", "PHR1A", 11.4),
    _at("2024-09-30T10:39:10", "PHR1B", 3.1),
)
_NEO = (_at("2022-07-05T10:58:33", "PNEO4", 7.7), _at("2025-05-22T11:02:15", "PNEO3", 12.9))
_SPOT_67 = (
    _at("2014-08-01T10:24:40", "SPOT6", 5.6),
    _at("2023-07-08T10:27:13", "SPOT6", 9.2, open_data=True),
)
_FALSE_COLOURS = ("nir", "red", "green")


def _sites() -> list[Site]:
    return [
        Site("coast-west", Window(772_000, 6_271_000, 0.5, 4000, 4000), _COAST),
        Site("coast-east", Window(774_000, 6_271_000, 0.5, 4000, 4000), _COAST),
        Site("city", Window(767_000, 6_278_000, 0.5, 4000, 4000), _CITY),
        Site(
            "sentinel",
            Window(763_000, 6_281_000, 5.0, 2560, 2560),
            (_at("2024-07-15T10:46:29", "S2B", 5.4, open_data=True),),
            ratio=2,
            crs=_UTM,
            pan=False,
        ),
        Site("resort", Window(772_350, 6_270_200, 0.3, 2560, 2560), _NEO),
        Site("spot-west", Window(768_000, 6_276_000, 1.5, 2400, 2400), _SPOT_67, tilted=True),
        Site("spot-east", Window(771_000, 6_276_000, 1.5, 2400, 2400), _SPOT_67, tilted=True),
        Site(
            "heritage",
            Window(768_000, 6_274_400, 2.5, 2400, 2400),
            (_at("2005-08-23T10:41:12", "SPOT5", 10.4), _at("2012-04-14T10:33:45", "SPOT5", 2.2)),
            bands=_FALSE_COLOURS,
            tilted=True,
        ),
        Site(
            "archive",
            Window(762_000, 6_281_000, 10.0, 1600, 1600),
            (_at("1987-07-30T10:45:20", "SPOT1", 3.8), _at("1999-07-12T10:38:54", "SPOT4", 14.1)),
            ratio=2,
            bands=_FALSE_COLOURS,
        ),
    ]


def _small_sites() -> list[Site]:
    """A corner of three of the sites, for tests: seconds instead of a minute."""
    chosen = {"coast-west": (772_900.0, 2), "coast-east": (774_000.0, 1), "sentinel": (760_000.0, 1)}
    small = []
    for site in _sites():
        if site.name in chosen:
            west, count = chosen[site.name]
            north = 6_270_000.0 if site.pan else site.window.north
            window = replace(site.window, west=west, north=north, rows=512, columns=512)
            small.append(replace(site, window=window, looks=site.looks[-count:]))
    return small


def sites(profile: str) -> list[Site]:
    """The sites of a profile: `full`, `small` (for tests) or `none`."""
    chosen = {"full": _sites, "small": _small_sites, "none": list}[profile]()
    serial = 0
    numbered = []
    for site in chosen:
        numbered.append(replace(site, first_serial=serial))
        serial += len(site.looks)
    return numbered


def make_site(site: Site, seed: int, objects: Path) -> list[Item]:
    """Write the images of a site that are not there yet, and give the items of all of them."""
    scenes = [_scene(site, look_, index) for index, look_ in enumerate(site.looks)]
    missing = [index for index, scene in enumerate(scenes) if not _complete(site, scene, objects)]
    if missing:
        ground = look(make_world(seed), site.window, min(one.when.year for one in site.looks))
        for index in missing:
            moment = _moment(site, site.looks[index].when)
            shot = picture(ground, site.window, moment, site.ratio, seed * 1000 + site.first_serial + index)
            _write(site, scenes[index], _tilted(shot, site.ratio) if site.tilted else shot, objects)
    return [_item(site, scene, objects) for scene in scenes]


def _item(site: Site, scene: Scene, objects: Path) -> Item:
    facts = {key: describe(objects / object_key(scene, key)) for key in _assets(site)}
    return image_item(scene, facts, scene.moment.replace(hour=18, minute=0, second=0), {"thumbnail": {}})


def _assets(site: Site) -> tuple[str, ...]:
    return ("pan", "ms") if site.pan else ("ms",)


def _complete(site: Site, scene: Scene, objects: Path) -> bool:
    """Files come into place whole and the thumbnail last, so its presence tells."""
    return all((objects / object_key(scene, key)).is_file() for key in (*_assets(site), "thumbnail"))


def _centre(site: Site) -> tuple[float, float]:
    """Longitude and latitude of the middle of a site."""
    window = site.window
    half_width = window.columns * window.resolution / 2
    half_height = window.rows * window.resolution / 2
    to_degrees = Transformer.from_crs(_L93, "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(window.west + half_width, window.north - half_height)
    return float(longitude), float(latitude)


def _moment(site: Site, when: datetime) -> Moment:
    elevation, azimuth = sun_position(when, *_centre(site))
    return Moment(when, elevation, azimuth)


def _scene(site: Site, look_: Look, index: int) -> Scene:
    longitude, latitude = _centre(site)
    mission = PLATFORMS[look_.platform].mission
    elevation, azimuth = sun_position(look_.when, longitude, latitude)
    extra: dict[str, Any] = {
        "dinamis:synthetic": True,
        "view:sun_elevation": round(elevation, 2),
        "view:sun_azimuth": round(azimuth, 2),
        "description": "Image de synthèse faite par la démonstration, sans rapport avec le terrain réel.",
    }
    if look_.open_data:
        extra["dinamis:access"] = "open"
    serial = 900_000 + site.first_serial + index
    return Scene(
        id=scene_name(look_.platform, look_.when, longitude, latitude, serial),
        collection=collection_of(look_.platform, mission),
        platform=look_.platform,
        mission=mission,
        moment=look_.when,
        title=f"{mission} {look_.when:%Y-%m-%d} {site.name} (synthèse)",
        cloud=0,
        incidence=look_.incidence,
        extra=extra,
    )


def _tilted(shot: Picture, ratio: int) -> Picture:
    """The picture with the empty corners of a scene along the orbit, the same in both images."""
    rows, columns = shot.ms.shape[1:]
    down = (np.arange(rows)[:, None] + 0.5) / rows * 2 - 1
    right = (np.arange(columns)[None, :] + 0.5) / columns * 2 - 1
    limit = 1 / (1 + _COLLAR)
    inside = (np.abs(right + _COLLAR * down) < limit) & (np.abs(down - _COLLAR * right) < limit)
    fine = np.repeat(np.repeat(inside, ratio, 0), ratio, 1)
    return Picture(
        np.where(fine, shot.pan, 0).astype(np.uint16), np.where(inside, shot.ms, 0).astype(np.uint16)
    )


def _write(site: Site, scene: Scene, shot: Picture, objects: Path) -> None:
    order = [BANDS.index(band) for band in site.bands]
    window = site.window
    if site.pan:
        _write_cog(objects / object_key(scene, "pan"), shot.pan[None], ("pan",), site, window.resolution)
    multispectral = objects / object_key(scene, "ms")
    _write_cog(multispectral, shot.ms[order], site.bands, site, window.resolution * site.ratio)
    with _arriving(objects / object_key(scene, "thumbnail")) as target:
        write_thumbnail(multispectral, target)


def _write_cog(
    target: Path, pixels: NDArray[np.uint16], bands: tuple[str, ...], site: Site, resolution: float
) -> None:
    transform = from_origin(site.window.west, site.window.north, resolution, resolution)
    if site.crs != _L93:
        pixels, transform = _projected(pixels, transform, site.crs, resolution)
    count, height, width = pixels.shape
    profile = {
        "driver": "GTiff",
        "dtype": "uint16",
        "count": count,
        "height": height,
        "width": width,
        "crs": site.crs,
        "transform": transform,
        "nodata": 0,
        "tiled": True,
        "blockxsize": TILE,
        "blockysize": TILE,
    }
    with MemoryFile() as memory:
        with memory.open(**profile) as image:
            image.write(pixels)
            image.descriptions = bands
            if count > 1:
                image.colorinterp = _colours(bands)
            image.update_tags(DINAMIS_SYNTHETIC="yes")
            # made here, in memory, they cost half of what the COG driver takes for them
            image.build_overviews(_overviews(max(width, height)), Resampling.average)
        with memory.open() as image, _arriving(target) as partial:
            write_cog(image, partial)


def _overviews(size: int) -> list[int]:
    """Factors of the overviews of an image, until one fits into a tile."""
    return [2**level for level in range(1, 8) if size / 2 ** (level - 1) > TILE]


def _colours(bands: tuple[str, ...]) -> list[ColorInterp]:
    """Natural colours when the bands start with them; else nothing, and viewers show them in their order."""
    natural = bands[:3] == ("red", "green", "blue")
    return [_COLOURS.get(band, ColorInterp.undefined) if natural else ColorInterp.undefined for band in bands]


def _projected(
    pixels: NDArray[np.uint16], transform: Any, crs: str, resolution: float
) -> tuple[NDArray[np.uint16], Any]:
    """The image in another coordinate system, on a grid of whole pixels."""
    count, height, width = pixels.shape
    bounds = array_bounds(height, width, transform)
    target, columns, rows = calculate_default_transform(
        _L93, crs, width, height, *bounds, resolution=resolution
    )
    out = np.zeros((count, rows, columns), np.uint16)
    reproject(
        pixels,
        out,
        src_transform=transform,
        src_crs=_L93,
        dst_transform=target,
        dst_crs=crs,
        src_nodata=0,
        dst_nodata=0,
        resampling=Resampling.bilinear,
    )
    return out, target


@contextmanager
def _arriving(target: Path) -> Iterator[Path]:
    """Where to write a file that comes into its place when the block ends well, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".partial-{target.name}")
    try:
        yield partial
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
