"""An image cut to an area: only the blocks that the area touches are fetched (CAT-30).

The directories of the file say where its blocks lie. Those that are needed come by the same transfer as whole
files, with its retries, its resuming and its proof that the file has not changed; GDAL then reads them from
the disk, through /vsisparse, and never from the network.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path

from osgeo import gdal, ogr, osr
from shapely import wkt
from shapely.affinity import affine_transform
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from ..api.answers import Extent
from ..api.download import download_spans
from ..api.link import Asker, Link, ReplacedError
from ..api.part import SPARE_BYTES, Part, disk
from ..domain.download import Placing, Span, length, without
from ..domain.errors import (
    CancelledError,
    CorruptImageError,
    DamagedFileError,
    NotClippableError,
    OutsideImageError,
)
from ..domain.tiff import Block, TiffLayout, read_layout

ATTEMPTS = 3
"""How often a file may change at the service while it is cut."""

_HEAD_BYTES = 16 * 1024
_SEGMENTS_PER_SIDE = 64
_COG_OPTIONS = ("COMPRESS=DEFLATE", "PREDICTOR=YES", "BIGTIFF=IF_SAFER")
_ROOM_FACTOR = 4
"""The blocks that came, the image made of them and its final form lie on the disk together."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class ClipEstimate:
    """What cutting an image to an area takes.

    Attributes:
        bytes_read: Bytes that come over the network, without the directories of the file.
        whole_bytes: Length of the whole file.
        width: Columns of the result.
        height: Rows of the result.
    """

    bytes_read: int
    whole_bytes: int
    width: int
    height: int


@dataclass(frozen=True)
class _Cut:
    """What is known before the blocks come."""

    layout: TiffLayout
    head: _Head
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


class _Head:
    """The bytes of a remote file that its directories take, kept as they are asked for."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._pieces: dict[int, bytes] = {}
        self.extent: Extent | None = None

    def read(self, offset: int, count: int) -> bytes:
        """Give bytes of the file, fewer at its end."""
        for start, end in without([(offset, offset + count)], self.spans):
            if self.extent is not None and start >= self.size:
                break
            try:
                data, extent = self._asker.read((start, max(end, start + _HEAD_BYTES)))
            except ReplacedError:
                raise NotClippableError("the file is too short") from None
            if self.extent is not None and not extent.same_file(self.extent):
                raise DamagedFileError("the file has changed at the service")
            self.extent = self.extent or extent
            self._pieces[start] = data
        return self._taken(offset, count)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What has been asked for."""
        return tuple((start, start + len(data)) for start, data in self._pieces.items())

    @property
    def size(self) -> int:
        """Length of the whole file."""
        if self.extent is None or self.extent.size is None:
            raise NotClippableError("the service does not say how long the file is")
        return self.extent.size

    def bytes_and_regions(self) -> tuple[bytes, list[tuple[int, int, int]]]:
        """Give all bytes one after the other, and of each run its place in the file, here, and length."""
        regions, place = [], 0
        for start, data in self._pieces.items():
            regions.append((start, place, len(data)))
            place += len(data)
        return b"".join(self._pieces.values()), regions

    def _taken(self, offset: int, count: int) -> bytes:
        made = bytearray()
        while count > 0:
            start, data = next(
                ((at, data) for at, data in self._pieces.items() if at <= offset < at + len(data)), (0, b"")
            )
            piece = data[offset - start : offset - start + count]
            if not piece:
                break
            made += piece
            offset, count = offset + len(piece), count - len(piece)
        return bytes(made)


def estimate(link: Link, area: str) -> ClipEstimate:
    """Say what cutting an image to an area (WKT in EPSG:4326) takes, by reading its directories only.

    Raises:
        OutsideImageError: The area does not touch the image.
        NotClippableError: The image is not one of which parts can be fetched.
        DinamisError: What the service or the network says.
    """
    with _quiet():
        cut = _prepare(link, area)
    _, _, width, height = cut.window
    return ClipEstimate(length(cut.spans), cut.head.size, width, height)


def clip(link: Link, target: Path, area: str) -> Path:
    """Fetch the blocks of an image that an area touches, and write what lies in the area as a COG.

    Pixels outside the area are those of a missing value, or masked where the image has no such value.

    Args:
        link: How the image is reached.
        target: The file, which takes its name when it is whole.
        area: Polygons, as WKT in EPSG:4326.

    Raises:
        OutsideImageError: The area does not touch the image.
        NotClippableError: The image is not one of which parts can be fetched.
        DinamisError: As `download_spans`.
    """
    part = Part(target)
    with _quiet():
        for attempt in range(ATTEMPTS):
            try:
                cut = _fetch(link, part, area)
                break
            except DamagedFileError:
                if attempt == ATTEMPTS - 1:
                    raise
        try:
            with disk(target):
                _write(cut, part, link)
                os.replace(part.work, target)
        finally:
            part.work.unlink(missing_ok=True)
    part.remove()
    return target


def check_readable(path: Path) -> None:
    """See that a file is an image.

    Raises:
        CorruptImageError: GDAL cannot open it.
    """
    with _quiet():
        if _open(str(path)) is None:
            raise CorruptImageError(path.name)


# What is needed


def _fetch(link: Link, part: Part, area: str) -> _Cut:
    cut = _prepare(link, area)
    extent = cut.head.extent
    part.check_room(_ROOM_FACTOR * length(cut.spans))
    download_spans(link, part, cut.spans, cut.head.size, extent.tag if extent is not None else "")
    return cut


def _prepare(link: Link, area: str) -> _Cut:
    """Read the directories and find the blocks that the area touches."""
    head = _Head(Asker(link))
    layout = read_layout(head.read)
    with _sparse(head) as path:
        dataset = _opened(path)
        inside = _to_pixels(dataset, wkt.loads(area))
        del dataset
    inside = inside.intersection(box(0, 0, layout.pixels.width, layout.pixels.height))
    blocks = layout.pixels.touching(inside) if inside.area > 0 else ()
    if not blocks:
        raise OutsideImageError
    return _Cut(layout, head, inside, blocks, layout.spans(blocks, head.size))


def _to_pixels(dataset: gdal.Dataset, area: BaseGeometry) -> BaseGeometry:
    """Bring an area in EPSG:4326 into the columns and rows of an image, its sides following the system."""
    system = dataset.GetSpatialRef()
    inverse = gdal.InvGeoTransform(dataset.GetGeoTransform())
    if system is None or inverse is None:
        raise NotClippableError("the image does not say where it lies")
    degrees = osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    system = system.Clone()
    for one in (degrees, system):
        one.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    if area.is_empty:
        raise OutsideImageError
    shape = ogr.CreateGeometryFromWkt(area.wkt)
    west, south, east, north = area.bounds
    shape.Segmentize(max((east - west), (north - south), 1e-9) / _SEGMENTS_PER_SIDE)
    if shape.Transform(osr.CoordinateTransformation(degrees, system)) != 0:
        raise OutsideImageError
    c, a, b, f, d, e = inverse
    moved = affine_transform(wkt.loads(shape.ExportToWkt()), (a, b, d, e, c, f))
    return unary_union([moved.buffer(0)])


# The image


def _write(cut: _Cut, part: Part, link: Link) -> None:
    """Make the result out of the blocks that came."""
    raw = part.raw
    try:
        with _sparse(cut.head, part, cut.spans) as path:
            source = _opened(path)
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


def _created(raw: Path, source: gdal.Dataset, cut: _Cut) -> gdal.Dataset:
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


def _copy_block(source: gdal.Dataset, made: gdal.Dataset, cut: _Cut, column: int, row: int) -> None:
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


def _blank_outside(source: gdal.Dataset, made: gdal.Dataset, cut: _Cut) -> None:
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
    source = _opened(str(raw))

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


# GDAL


@contextmanager
def _sparse(head: _Head, part: Part | None = None, spans: tuple[Span, ...] = ()) -> Iterator[str]:
    """Give the path under which GDAL sees the remote file, as far as its bytes are here."""
    number = next(_numbers)
    head_path, path = f"/vsimem/dinamis/clip{number}.head", f"/vsimem/dinamis/clip{number}.tif"
    data, regions = head.bytes_and_regions()
    lines = [_region(head_path, *region) for region in regions]
    if part is not None:
        lines += [_region(str(part.path.absolute()), *region) for region in Placing(spans).regions()]
    xml = f"<VSISparseFile><Length>{head.size}</Length>{''.join(lines)}</VSISparseFile>"
    gdal.FileFromMemBuffer(head_path, data)
    gdal.FileFromMemBuffer(path, xml.encode("utf-8"))
    try:
        yield f"/vsisparse/{path}"
    finally:
        gdal.Unlink(path)
        gdal.Unlink(head_path)


def _region(path: str, there: int, here: int, count: int) -> str:
    return (
        f'<SubfileRegion><Filename relative="0">{escape(path)}</Filename>'
        f"<DestinationOffset>{there}</DestinationOffset><SourceOffset>{here}</SourceOffset>"
        f"<RegionLength>{count}</RegionLength></SubfileRegion>"
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep GDAL's messages off the terminal and its side files off the disk; masks go into the file."""
    options = {"GDAL_PAM_ENABLED": "NO", "GDAL_TIFF_INTERNAL_MASK": "YES"}
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    for key, value in options.items():
        gdal.SetThreadLocalConfigOption(key, value)
    try:
        yield
    except RuntimeError as error:  # what GDAL says where some plugin switched its exceptions on
        raise CorruptImageError(str(error)) from None
    finally:
        for key in options:
            gdal.SetThreadLocalConfigOption(key, None)
        gdal.PopErrorHandler()


def _open(path: str) -> gdal.Dataset | None:
    try:
        return gdal.Open(path)
    except RuntimeError:
        return None


def _opened(path: str) -> gdal.Dataset:
    dataset = _open(path)
    if dataset is None:
        raise CorruptImageError("")
    return dataset
