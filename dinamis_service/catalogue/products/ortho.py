"""From the product to one image on the ground: tiles joined, nodata set, raw geometry orthorectified."""

from __future__ import annotations

import logging
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rasterio
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import CRSError, RasterioError
from rasterio.io import DatasetReader
from rasterio.rpc import RPC
from rasterio.shutil import copy as copy_raster
from rasterio.warp import calculate_default_transform, reproject

from dinamis_service.catalogue.products.facts import Product, ProductError, RawProductError
from dinamis_service.catalogue.products.rpc import read_model
from dinamis_service.catalogue.products.spot_metadata import read_spot
from dinamis_service.catalogue.rasters import TILE, driver_of

log = logging.getLogger("dinamis")

_WARP_MEMORY_MIB = 128
_GROUND = "EPSG:4326"
"""Coordinate system in which sensor models speak of the ground."""


@dataclass(frozen=True)
class Ortho:
    """How raw products are put on the ground.

    Args:
        dem: terrain, heights in metres above the ellipsoid, or above the geoid where the file's coordinate
            system has a vertical part; None for a flat ground.
        height: of the flat ground above the ellipsoid, metres; None for the middle of the sensor model.
        crs: of the result, such as `EPSG:2154`; None for the UTM zone of the image.
        resolution: metres (units of `crs`) of a pixel; None for that of the image.
    """

    dem: Path | None = None
    height: float | None = None
    crs: str | None = None
    resolution: float | None = None


@contextmanager
def on_the_ground(product: Product, ortho: Ortho | None) -> Iterator[Path]:
    """One georeferenced raster of all tiles of a product, for the time of the block.

    Raises:
        ProductError: the pixels cannot be read, or have no place on the ground and no way to get one.
    """
    with tempfile.TemporaryDirectory(prefix="dinamis-product-") as folder:
        try:
            joined = Path(folder) / f"{product.path.stem}.vrt"
            with _opened(product) as source:
                copy_raster(source, joined, driver="VRT")
            with rasterio.open(joined, "r+") as image:
                raw = image.crs is None or image.transform.is_identity
                _annotate(image, product)
                if raw:
                    _give_model(image, _model(product, image, ortho))
            if raw and ortho is not None:
                made = Path(folder) / f"{product.path.stem}.tif"
                with rasterio.open(joined) as source:
                    _rectify(source, ortho, made)
            else:
                made = joined
        except (RasterioError, CRSError) as error:
            raise _unreadable(product, error) from error
        yield made


@contextmanager
def _opened(product: Product) -> Iterator[DatasetReader]:
    """The pixels of a product: by its metadata, which join the tiles, else its one image."""
    try:
        source = rasterio.open(product.path, driver="DIMAP")
    except RasterioError as error:
        if len(product.tiles) > 1:
            raise _unreadable(product, error) from error
        tile = product.tiles[0]
        try:
            source = rasterio.open(tile, driver=driver_of(tile))
        except RasterioError as second:
            raise _unreadable(product, second) from second
    with source:
        yield source


def _annotate(image: Any, product: Product) -> None:
    """Say what the metadata know and the image does not: nodata and the names of the bands."""
    if image.nodata is None and product.nodata is not None:
        image.nodata = product.nodata
    if len(product.bands) == image.count:
        image.descriptions = product.bands


def _model(product: Product, image: Any, ortho: Ortho | None) -> RPC:
    """The sensor model of a raw image that is to be put on the ground."""
    if ortho is None:
        raise RawProductError(
            fr=f"{product.path.name} : image en géométrie capteur ; demandez --ortho (et --dem).",
            en=f"{product.path.name}: the image is in sensor geometry; ask for --ortho (and --dem).",
        )
    model: RPC | None = image.rpcs
    if product.model is not None:
        model = read_model(product.model)
    elif product.physical:
        fit = read_spot(product.path, image.shape)
        log.info("%s: rational functions within %.3f pixel of the model", product.path.name, fit.residual)
        model = fit.rpc
    if model is None:
        raise ProductError(
            fr=f"{product.path.name} : image brute sans modèle de capteur (RPC).",
            en=f"{product.path.name}: a raw image without a sensor model (RPC).",
        )
    return model


def _give_model(image: Any, model: RPC) -> None:
    """Let the model alone say where the image is: GDAL takes rough tie points of the metadata for better."""
    image.gcps = ([], CRS())
    image.crs = CRS()
    image.rpcs = model


def _rectify(source: DatasetReader, ortho: Ortho, target: Path) -> None:
    """Write the image as seen from above, pixels outside of it being no data."""
    model = source.rpcs
    crs = CRS.from_string(ortho.crs) if ortho.crs else _utm(model)
    terrain = _terrain(ortho, model)
    resolution = ortho.resolution or _resolution(source, model, crs, terrain)
    transform, width, height = calculate_default_transform(
        _GROUND, crs, source.width, source.height, rpcs=model, resolution=resolution, **terrain
    )
    nodata = 0 if source.nodata is None else source.nodata
    profile = {
        "driver": "GTiff",
        "crs": crs,
        "transform": transform,
        "width": width,
        "height": height,
        "count": source.count,
        "dtype": source.dtypes[0],
        "nodata": nodata,
        "tiled": True,
        "blockxsize": TILE,
        "blockysize": TILE,
        "compress": "DEFLATE",
        "bigtiff": "IF_SAFER",
    }
    with rasterio.open(target, "w", **profile) as made:
        made.descriptions = source.descriptions
        for index in source.indexes:
            reproject(
                rasterio.band(source, index),
                rasterio.band(made, index),
                src_nodata=nodata,
                dst_nodata=nodata,
                resampling=Resampling.cubic,
                warp_mem_limit=_WARP_MEMORY_MIB,
                **terrain,
            )


def _terrain(ortho: Ortho, model: RPC) -> dict[str, Any]:
    """Options of the transformer for the height of the ground."""
    if ortho.dem is not None:
        missing = model.height_off if ortho.height is None else ortho.height
        return {"RPC_DEM": str(ortho.dem), "RPC_DEM_MISSING_VALUE": missing}
    return {"RPC_HEIGHT": model.height_off if ortho.height is None else ortho.height}


def _utm(model: RPC) -> CRS:
    """The UTM zone of the middle of a sensor model."""
    zone = int((model.long_off + 180) // 6) % 60 + 1
    return CRS.from_epsg((32600 if model.lat_off >= 0 else 32700) + zone)


def _resolution(source: DatasetReader, model: RPC, crs: CRS, terrain: dict[str, Any]) -> float:
    """Size of a pixel on the ground, rounded to two digits so that scenes of a sensor share it."""
    transform, _, _ = calculate_default_transform(
        _GROUND, crs, source.width, source.height, rpcs=model, **terrain
    )
    digits = 1 - math.floor(math.log10(transform.a))
    return float(round(transform.a, digits))


def _unreadable(product: Product, error: Exception) -> ProductError:
    return ProductError(
        fr=f"{product.path.name} : image illisible ou abîmée ({error}).",
        en=f"{product.path.name}: the image cannot be read, or is damaged ({error}).",
    )
