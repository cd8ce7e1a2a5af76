"""What a raster file tells of itself (footprint, projection, bands), and the COG and thumbnail made of it."""

from __future__ import annotations

import hashlib
import math
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.features import shapes
from rasterio.io import DatasetReader
from rasterio.shutil import copy as copy_raster
from rasterio.warp import transform_geom
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

COG_TYPE = "image/tiff; application=geotiff; profile=cloud-optimized"
_DRIVERS = {".jp2": "JP2OpenJPEG", ".img": "HFA", ".png": "PNG", ".jpg": "JPEG", ".vrt": "VRT"}
"""Formats by the end of the name, GeoTIFF otherwise."""
_MASK_SIZE = 512
_THUMBNAIL_SIZE = 512
_QUICKLOOK_SIZE = 2048
_QUICKLOOK_COARSENESS = 4
"""Pixels of the image that one of its quicklook covers at least, along a side: anyone may see it."""
_SHA2_256 = "1220"
"""Code of the hash and length of the digest, which come first in a multihash."""
TILE = 512
"""Side of the tiles of a COG, and size up to which an image needs no overviews, in pixels."""


class RasterError(ValueError):
    """A file that cannot become an image of the catalogue, said in both languages."""

    def __init__(self, path: Path, *, fr: str, en: str) -> None:
        super().__init__(f"{path.name}: {en}")
        self.fr = f"{path.name} : {fr}"
        self.en = f"{path.name}: {en}"


@dataclass(frozen=True)
class RasterFacts:
    """What the catalogue keeps of a raster; the footprint is in EPSG:4326."""

    footprint: BaseGeometry
    asset: dict[str, Any]
    bands: int
    resolution: float
    """Metres, or the north-south size of a pixel in metres where coordinates are degrees."""


def describe(path: Path) -> RasterFacts:
    """Facts of a georeferenced raster.

    Raises:
        RasterError: it is no raster, has no place on the ground, or shows nothing.
    """
    with _opened(path) as source:
        if source.crs is None:
            raise RasterError(
                path,
                fr="l'image n'a pas de système de coordonnées ; il faut une image orthorectifiée.",
                en="the image has no coordinate system; an orthorectified image is needed.",
            )
        footprint = _footprint(path, source)
        epsg = source.crs.to_epsg()
        resolution = _resolution(source)
        asset: dict[str, Any] = {
            "proj:epsg": epsg,
            "proj:shape": [source.height, source.width],
            "proj:transform": list(source.transform)[:6],
            "raster:bands": [_band(source, index, resolution) for index in source.indexes],
            "file:size": path.stat().st_size,
            "file:checksum": checksum(path),
        }
        if epsg is None:
            asset["proj:wkt2"] = source.crs.to_wkt(version="WKT2_2019")
        return RasterFacts(footprint, asset, source.count, resolution)


@contextmanager
def as_cog(path: Path) -> Iterator[Path]:
    """The file itself when it is a COG, else a COG made of it for the time of the block.

    Raises:
        RasterError: it is no raster, or cannot be read to its end.
    """
    with _opened(path) as source:
        _read_all(path, source)
        ready = _is_cog(source)
    if ready:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="dinamis-cog-") as folder:
        made = Path(folder) / f"{path.stem}.tif"
        try:
            write_cog(path, made)
        except RasterioError as error:
            raise _unreadable(path, error) from error
        yield made


def write_cog(source: Path | DatasetReader, target: Path) -> None:
    """Write a cloud-optimised GeoTIFF, tiled, with overviews, its values unchanged."""
    copy_raster(
        source,
        target,
        driver="COG",
        blocksize=TILE,
        compress="DEFLATE",
        level=1,  # higher ones gain a hundredth in size and take twice the time
        predictor="YES",
        overview_resampling="average",
        bigtiff="IF_SAFER",
    )


def write_thumbnail(path: Path, target: Path) -> None:
    """A PNG of at most 512 pixels, in natural colours if any, stretched between percentiles 2 and 98."""
    _write_preview(path, target, _THUMBNAIL_SIZE, "PNG")


def write_quicklook(path: Path, target: Path) -> None:
    """A JPEG of at most 2048 pixels a side and a fourth of the image's, in the manner of the thumbnail."""
    with _opened(path) as source:
        side = max(source.width, source.height)
    size = max(_THUMBNAIL_SIZE, min(_QUICKLOOK_SIZE, side // _QUICKLOOK_COARSENESS))
    _write_preview(path, target, size, "JPEG")


def checksum(path: Path) -> str:
    """Multihash (SHA-256, hexadecimal) of a file, as STAC's `file:checksum`."""
    with path.open("rb") as file:
        return _SHA2_256 + hashlib.file_digest(file, "sha256").hexdigest()


def _write_preview(path: Path, target: Path, most: int, driver: str) -> None:
    """A small picture for people; where the image has no data a PNG is clear and a JPEG black."""
    with _opened(path) as source:
        scale = max(source.width, source.height) / most
        size = (max(1, round(source.height / max(scale, 1))), max(1, round(source.width / max(scale, 1))))
        indexes = _visible(source)
        pixels = source.read(indexes, out_shape=(len(indexes), *size), resampling=Resampling.average)
        mask = source.dataset_mask(out_shape=size)
    image = np.stack([_stretch(band, mask > 0) for band in pixels])
    if (mask == 0).any():
        image = np.concatenate([image, mask[None]]) if driver == "PNG" else np.where(mask > 0, image, 0)
    profile = {"driver": driver, "dtype": "uint8", "count": len(image), "height": size[0], "width": size[1]}
    with warnings.catch_warnings(), rasterio.Env(GDAL_PAM_ENABLED=False):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(target, "w", **profile) as picture:
            picture.write(image)


def _stretch(band: NDArray[Any], valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    seen = band[valid]
    low, high = np.percentile(seen, (2, 98)) if seen.size else (0, 1)
    level = np.clip((band.astype(np.float32) - low) / max(high - low, 1e-9), 0, 1)
    return np.asarray(255 * level**0.85, np.uint8)


def _visible(source: DatasetReader) -> list[int]:
    """Bands that a person sees: red, green, blue by their colours, else the first three, else the first."""
    colours = {colour: index for index, colour in zip(source.indexes, source.colorinterp, strict=True)}
    wanted = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(colour in colours for colour in wanted):
        return [colours[colour] for colour in wanted]
    return [1, 2, 3] if source.count >= 3 else [1]  # noqa: PLR2004 - three colours


def driver_of(path: Path) -> str:
    """The format that a file is opened as: never another than its name says.

    GDAL by itself looks at the content, and some formats (VRT) name other files of the machine.
    """
    return _DRIVERS.get(path.suffix.lower(), "GTiff")


@contextmanager
def _opened(path: Path) -> Iterator[DatasetReader]:
    try:
        source = rasterio.open(path, driver=driver_of(path))
    except RasterioError as error:
        raise _unreadable(path, error) from error
    with source:
        if source.count == 0:
            raise _unreadable(path, ValueError("no band"))
        yield source


def _unreadable(path: Path, error: Exception) -> RasterError:
    return RasterError(
        path,
        fr=f"ce fichier n'est pas une image lisible, ou il est abîmé ({error}).",
        en=f"this file is not a readable image, or it is damaged ({error}).",
    )


def _read_all(path: Path, source: DatasetReader) -> None:
    """Read every block once: a damaged file shows itself here and not on somebody's map."""
    try:
        for _, window in source.block_windows(1):
            source.read(window=window)
    except RasterioError as error:
        raise _unreadable(path, error) from error


def _is_cog(source: DatasetReader) -> bool:
    """Whether GDAL vouches for the layout, and the image has the overviews that its size asks for."""
    if source.driver != "GTiff" or source.tags(ns="IMAGE_STRUCTURE").get("LAYOUT") != "COG":
        return False
    small = max(source.width, source.height) <= TILE
    return bool(source.profile.get("tiled")) and (small or bool(source.overviews(1)))


def _footprint(path: Path, source: DatasetReader) -> BaseGeometry:
    """The part of the ground where there are pixels, in EPSG:4326."""
    scale = max(1.0, max(source.width, source.height) / _MASK_SIZE)
    size = (max(1, math.ceil(source.height / scale)), max(1, math.ceil(source.width / scale)))
    try:
        mask = source.dataset_mask(out_shape=size)
    except RasterioError as error:
        raise _unreadable(path, error) from error
    to_ground = source.transform @ source.transform.scale(source.width / size[1], source.height / size[0])
    pixel = math.hypot(to_ground.a, to_ground.d)
    ground = _valid_ground(path, mask, to_ground)
    dense = shapely.segmentize(ground, max(16 * pixel, ground.length / 64))
    wgs84 = shape(transform_geom(source.crs, "EPSG:4326", mapping(dense), precision=7))
    return shapely.make_valid(shapely.simplify(wgs84, 1e-6))


def _valid_ground(path: Path, mask: NDArray[np.uint8], to_ground: Affine) -> BaseGeometry:
    """Outline of the pixels that hold data, in the raster's coordinates, without holes and specks."""
    if mask.all():
        height, width = mask.shape
        corners = [(0, 0), (0, height), (width, height), (width, 0)]
        return shapely.Polygon([to_ground @ corner for corner in corners])
    parts = [shape(part) for part, _ in shapes(mask, mask=mask > 0, transform=to_ground)]
    if not parts:
        raise RasterError(
            path, fr="l'image ne montre rien : tout est sans donnée.", en="the image is all no data."
        )
    outlines = np.asarray(shapely.polygons(shapely.get_exterior_ring(parts)))
    areas = shapely.area(outlines)
    outline = shapely.union_all(outlines[areas > areas.max() / 100])
    return shapely.simplify(outline, 1.5 * math.hypot(to_ground.a, to_ground.d))


def _resolution(source: DatasetReader) -> float:
    pixel = math.hypot(source.transform.b, source.transform.e)
    if source.crs.is_geographic:
        return round(pixel * 111_320, 3)
    return float(round(pixel * source.crs.linear_units_factor[1], 4))


def _band(source: DatasetReader, index: int, resolution: float) -> dict[str, Any]:
    band: dict[str, Any] = {"data_type": source.dtypes[index - 1], "spatial_resolution": resolution}
    nodata = source.nodatavals[index - 1]
    if nodata is not None:
        band["nodata"] = "nan" if math.isnan(nodata) else nodata
    description = source.descriptions[index - 1]
    return {**band, "description": description} if description else band
