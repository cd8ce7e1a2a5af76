"""An image cut to an area: only the blocks that the area touches are fetched (CAT-30).

The directories of the file say where its blocks lie. Those that are needed come by the same transfer as whole
files, with its retries, its resuming and its proof that the file has not changed; GDAL then reads them from
the disk, through /vsisparse, and never from the network.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from osgeo import gdal, ogr, osr
from shapely import wkt
from shapely.affinity import affine_transform
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from ..api.download import download_spans
from ..api.link import Asker, Link
from ..api.part import Part, disk
from ..domain.download import length
from ..domain.errors import CorruptImageError, DamagedFileError, NotClippableError, OutsideImageError
from ..domain.tiff import read_layout
from .clip_writing import Cut, write_cut
from .quiet_gdal import open_source, opened
from .sparse_tiff import Head, inside_one_file, sparse

ATTEMPTS = 3
"""How often a file may change at the service while it is cut."""

_SEGMENTS_PER_SIDE = 64
_ROOM_FACTOR = 4
"""The blocks that came, the image made of them and its final form lie on the disk together."""


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


def estimate(link: Link, area: str) -> ClipEstimate:
    """Say what cutting an image to an area (WKT in EPSG:4326) takes, by reading its directories only.

    Raises:
        OutsideImageError: The area does not touch the image.
        NotClippableError: The image is not one of which parts can be fetched.
        DinamisError: What the service or the network says.
    """
    with inside_one_file():
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
    with inside_one_file():
        for attempt in range(ATTEMPTS):
            try:
                cut = _fetch(link, part, area)
                break
            except DamagedFileError:
                if attempt == ATTEMPTS - 1:
                    raise
        try:
            with disk(target):
                write_cut(cut, part, link)
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
    with inside_one_file():
        if open_source(str(path)) is None:
            raise CorruptImageError(path.name)


# What is needed


def _fetch(link: Link, part: Part, area: str) -> Cut:
    cut = _prepare(link, area)
    extent = cut.head.extent
    part.check_room(_ROOM_FACTOR * length(cut.spans))
    download_spans(link, part, cut.spans, cut.head.size, extent.tag if extent is not None else "")
    return cut


def _prepare(link: Link, area: str) -> Cut:
    """Read the directories and find the blocks that the area touches."""
    head = Head(Asker(link))
    layout = read_layout(head.read)
    with sparse(head) as path:
        dataset = opened(path)
        inside = _to_pixels(dataset, wkt.loads(area))
        del dataset
    inside = inside.intersection(box(0, 0, layout.pixels.width, layout.pixels.height))
    blocks = layout.pixels.touching(inside) if inside.area > 0 else ()
    if not blocks:
        raise OutsideImageError
    return Cut(layout, head, inside, blocks, layout.spans(blocks, head.size))


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
