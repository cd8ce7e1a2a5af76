"""Virtual rasters made of images at hand: sharpened, put together, or computed band by band (CAT-30).

They are read only where they are drawn. Every function is for worker threads: it opens its images, whose
headers should be at hand.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET  # nosec B405 - writes only
from collections.abc import Sequence

from osgeo import gdal

from ..domain import computed as domain_computed
from ..domain.computed import Base, name_band
from ..domain.errors import CorruptImageError
from ..domain.styles import Formula
from .quiet_gdal import opened, quiet

_RESAMPLING = "Cubic"


def sharpened(pan: str, multispectral: str) -> str:
    """Write the VRT of a multispectral image sharpened by a panchromatic one (weighted Brovey).

    Args:
        pan: what GDAL opens for the panchromatic image.
        multispectral: the same for the other one.

    Raises:
        CorruptImageError: One cannot be opened, or both lie in different coordinate systems.
    """
    fine, coarse = opened(pan), opened(multispectral)
    _check_same_system([fine, coarse])
    count = coarse.RasterCount
    root = ET.Element("VRTDataset", {"subClass": "VRTPansharpenedDataset"})
    options = ET.SubElement(root, "PansharpeningOptions")
    ET.SubElement(options, "Algorithm").text = "WeightedBrovey"
    weights = ET.SubElement(options, "AlgorithmOptions")
    ET.SubElement(weights, "Weights").text = ",".join([repr(1 / count)] * count)
    ET.SubElement(options, "Resampling").text = _RESAMPLING
    ET.SubElement(options, "SpatialExtentAdjustment").text = "Intersection"
    name_band(ET.SubElement(options, "PanchroBand"), pan, 1)
    for number in range(1, count + 1):
        spectral = ET.SubElement(options, "SpectralBand", {"dstBand": str(number)})
        name_band(spectral, multispectral, number)
    return ET.tostring(root, encoding="unicode")


def mosaic(sources: Sequence[str]) -> str:
    """Write the VRT of images beside and over each other; the last one lies on top.

    Raises:
        CorruptImageError: One cannot be opened, or they have different coordinate systems or bands.
    """
    datasets = [opened(source) for source in sources]
    _check_same_system(datasets)
    if len({dataset.RasterCount for dataset in datasets}) > 1:
        raise CorruptImageError("")
    options = gdal.BuildVRTOptions(resolution="highest", resampleAlg="cubic")
    try:
        with quiet():
            made = gdal.BuildVRT("", list(sources), options=options)
    except RuntimeError:  # where some plugin switched the exceptions of GDAL on
        made = None
    if made is None:
        raise CorruptImageError("")
    return str(made.GetMetadata("xml:VRT")[0])


def computed(source: str, formulas: Sequence[Formula]) -> str:
    """Write the VRT of bands computed from those of an image.

    Args:
        source: what GDAL opens for it, or the VRT of one that is virtual itself.
        formulas: one for each band.

    Raises:
        CorruptImageError: It cannot be opened, or has not the bands that the formulas name.
    """
    dataset = opened(source)
    c, a, b, f, d, e = dataset.GetGeoTransform()
    base = Base(
        source=source,
        shape=(dataset.RasterYSize, dataset.RasterXSize),
        transform=(a, b, c, d, e, f),
        projection=dataset.GetProjection(),
        band_count=dataset.RasterCount,
        nodata=dataset.GetRasterBand(1).GetNoDataValue(),
    )
    try:
        return domain_computed.computed(base, formulas)
    except ValueError:
        raise CorruptImageError("") from None


def _check_same_system(datasets: Sequence[gdal.Dataset]) -> None:
    first, *others = (dataset.GetSpatialRef() for dataset in datasets)
    for other in others:
        if first is None or other is None or not first.IsSame(other):
            raise CorruptImageError("")
