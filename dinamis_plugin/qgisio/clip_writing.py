"""The image that is cut out of a remote one, made of the blocks that came."""

from __future__ import annotations

import errno
import shutil
from dataclasses import dataclass
from pathlib import Path

from osgeo import gdal, ogr
from shapely.affinity import affine_transform
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from ..api.link import Link
from ..api.part import SPARE_BYTES, Part
from ..domain.download import Span
from ..domain.errors import CancelledError, CorruptImageError
from ..domain.tiff import Block, TiffLayout
from .quiet_gdal import opened
from .sparse_tiff import Head, sparse

_COG_OPTIONS = ("COMPRESS=DEFLATE", "PREDICTOR=YES", "BIGTIFF=IF_SAFER")


@dataclass(frozen=True)
class Cut:
    """What is known before the blocks come.

    Attributes:
        layout: Where the blocks of the image lie.
        head: Its directories.
        area: What is wanted, in columns and rows of the image.
        blocks: The blocks that it touches.
        spans: The bytes that they take.
    """

    layout: TiffLayout
    head: Head
    area: BaseGeometry
    blocks: tuple[Block, ...]
    spans: tuple[Span, ...]

    @property
    def window(self) -> tuple[int, int, int, int]:
        """First column and row of the result, and its columns and rows."""
        west, north, east, south = self.area.bounds
        pixels = self.layout.pixels
        left, top = max(0, int(west)), max(0, int(north))
        right, bottom = min(pixels.width, -int(-east // 1)), min(pixels.height, -int(-south // 1))
        return left, top, max(1, right - left), max(1, bottom - top)


def write_cut(cut: Cut, part: Part, link: Link) -> None:
    """Make the result out of the blocks that came, as `part.work`.

    Raises:
        OSError: The disk refuses.
    """
    raw = part.raw
    try:
        with sparse(cut.head, part, cut.spans) as path:
            source = opened(path)
            made = _created(raw, source, cut)
            for column, row in cut.blocks:
                if link.cancel():
                    raise CancelledError
                _copy_block(source, made, cut, column, row)
            _blank_outside(source, made, cut)
            del made, source
        _to_cog(raw, part.work, link)
    finally:
        raw.unlink(missing_ok=True)


def _created(raw: Path, source: gdal.Dataset, cut: Cut) -> gdal.Dataset:
    left, top, width, height = cut.window
    band = source.GetRasterBand(1)
    options = ["TILED=YES", "SPARSE_OK=TRUE", "BIGTIFF=IF_SAFER", "COMPRESS=DEFLATE", "ZLEVEL=1"]
    driver = gdal.GetDriverByName("GTiff")
    made = driver.Create(str(raw), width, height, source.RasterCount, band.DataType, options)
    if made is None:
        raise _not_written(raw)
    c, a, b, f, d, e = source.GetGeoTransform()
    made.SetGeoTransform((c + left * a + top * b, a, b, f + left * d + top * e, d, e))
    made.SetSpatialRef(source.GetSpatialRef())
    made.SetMetadata({k: v for k, v in source.GetMetadata().items() if k != "AREA_OR_POINT"})
    for number in range(1, source.RasterCount + 1):
        theirs, ours = source.GetRasterBand(number), made.GetRasterBand(number)
        ours.SetColorInterpretation(theirs.GetColorInterpretation())
        ours.SetDescription(theirs.GetDescription())
        if theirs.GetNoDataValue() is not None:
            ours.SetNoDataValue(theirs.GetNoDataValue())
    if _needs_mask(source):
        made.CreateMaskBand(gdal.GMF_PER_DATASET)
    return made


def _needs_mask(source: gdal.Dataset) -> bool:
    """Whether missing pixels can only be told by a mask: no value says so, and no band of opacity."""
    band = source.GetRasterBand(1)
    alpha = any(
        source.GetRasterBand(number).GetColorInterpretation() == gdal.GCI_AlphaBand
        for number in range(1, source.RasterCount + 1)
    )
    return band.GetNoDataValue() is None and not alpha


def _copy_block(source: gdal.Dataset, made: gdal.Dataset, cut: Cut, column: int, row: int) -> None:
    path = Path(made.GetDescription())
    left, top, width, height = cut.window
    west, north, east, south = map(int, cut.layout.pixels.bounds(column, row).bounds)
    west, north = max(west, left), max(north, top)
    columns, rows = min(east, left + width) - west, min(south, top + height) - north
    if columns < 1 or rows < 1:
        return
    place = (west - left, north - top, columns, rows)
    data = source.ReadRaster(west, north, columns, rows)
    if data is None:
        raise CorruptImageError(gdal.GetLastErrorMsg())
    _written(made.WriteRaster(*place, bytes(data)), path)
    if _needs_mask(source):
        mask = source.GetRasterBand(1).GetMaskBand().ReadRaster(west, north, columns, rows)
        _written(made.GetRasterBand(1).GetMaskBand().WriteRaster(*place, bytes(mask)), path)


def _blank_outside(source: gdal.Dataset, made: gdal.Dataset, cut: Cut) -> None:
    """Give the pixels whose centre lies outside the area the missing value, or mask them."""
    left, top, width, height = cut.window
    outside = box(left - 1, top - 1, left + width + 1, top + height + 1).difference(cut.area)
    layer = _layer(outside, source)
    if _needs_mask(source):
        _mask_outside(layer, made, cut.layout.pixels.block_height)
        return
    nodata = source.GetRasterBand(1).GetNoDataValue()
    bands = list(range(1, made.RasterCount + 1))
    _written(
        gdal.RasterizeLayer(made, bands, layer.GetLayer(), burn_values=[nodata or 0] * len(bands)),
        Path(made.GetDescription()),
    )


def _mask_outside(layer: ogr.DataSource, made: gdal.Dataset, rows: int) -> None:
    """Take the pixels of a layer out of the mask, some rows at a time: the whole may not fit in memory."""
    mask, system = made.GetRasterBand(1).GetMaskBand(), made.GetSpatialRef()
    c, a, b, f, d, e = made.GetGeoTransform()
    width, path = made.RasterXSize, Path(made.GetDescription())
    for top in range(0, made.RasterYSize, rows):
        high = min(rows, made.RasterYSize - top)
        strip = gdal.GetDriverByName("MEM").Create("", width, high, 1, gdal.GDT_Byte)
        strip.SetGeoTransform((c + top * b, a, b, f + top * e, d, e))
        strip.SetSpatialRef(system)
        strip.WriteRaster(0, 0, width, high, bytes(mask.ReadRaster(0, top, width, high)))
        _written(gdal.RasterizeLayer(strip, [1], layer.GetLayer(), burn_values=[0]), path)
        _written(mask.WriteRaster(0, top, width, high, bytes(strip.ReadRaster(0, 0, width, high))), path)


def _layer(pixels: BaseGeometry, source: gdal.Dataset) -> ogr.DataSource:
    """Make a layer in memory, in the system of an image, of a shape in its columns and rows."""
    c, a, b, f, d, e = source.GetGeoTransform()
    driver = ogr.GetDriverByName("Memory") or ogr.GetDriverByName("MEM")
    made = driver.CreateDataSource("outside")
    layer = made.CreateLayer("outside", source.GetSpatialRef(), ogr.wkbUnknown)
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkt(affine_transform(pixels, (a, b, d, e, c, f)).wkt))
    layer.CreateFeature(feature)
    return made


def _to_cog(raw: Path, target: Path, link: Link) -> None:
    source = opened(str(raw))

    def going_on(_share: float, _message: str, _data: object) -> int:
        return 0 if link.cancel() else 1

    made = gdal.GetDriverByName("COG").CreateCopy(
        str(target), source, options=list(_COG_OPTIONS), callback=going_on
    )
    if link.cancel():
        raise CancelledError
    if made is None:
        raise _not_written(target)


def _written(error: int | None, made: Path) -> None:
    if error:
        raise _not_written(made)


def _not_written(made: Path) -> OSError:
    """Say why GDAL could not write: its own message does not tell a full disk from other faults."""
    full = shutil.disk_usage(made.parent).free < SPARE_BYTES
    return OSError(errno.ENOSPC if full else errno.EIO, gdal.GetLastErrorMsg())
