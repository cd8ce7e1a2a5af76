"""Virtual rasters made of images at hand: sharpened, put together, or computed band by band (CAT-30).

They are read only where they are drawn, and at the resolution in which they are drawn. All of it is done by
what GDAL has built in since 3.6, without code of Python in a raster.

Every function is for worker threads: it opens its images, whose headers should be at hand.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import NamedTuple

from osgeo import gdal

from ..domain.errors import CorruptImageError
from ..domain.styles import Formula, NormalisedDifference

NO_INDEX = -9999.0
"""Value of a computed index where the image has no data."""

_RESAMPLING = "Cubic"


class _Grid(NamedTuple):
    columns: int
    rows: int
    projection: str
    transform: str


def sharpened(pan: str, multispectral: str) -> str:
    """Write the VRT of a multispectral image sharpened by a panchromatic one (weighted Brovey).

    Args:
        pan: what GDAL opens for the panchromatic image.
        multispectral: the same for the other one.

    Raises:
        CorruptImageError: One cannot be opened, or both lie in different coordinate systems.
    """
    fine, coarse = _opened(pan), _opened(multispectral)
    _check_same_system([fine, coarse])
    count = coarse.RasterCount
    root = ET.Element("VRTDataset", {"subClass": "VRTPansharpenedDataset"})
    options = ET.SubElement(root, "PansharpeningOptions")
    ET.SubElement(options, "Algorithm").text = "WeightedBrovey"
    weights = ET.SubElement(options, "AlgorithmOptions")
    ET.SubElement(weights, "Weights").text = ",".join([repr(1 / count)] * count)
    ET.SubElement(options, "Resampling").text = _RESAMPLING
    ET.SubElement(options, "SpatialExtentAdjustment").text = "Intersection"
    _name_band(ET.SubElement(options, "PanchroBand"), pan, 1)
    for number in range(1, count + 1):
        spectral = ET.SubElement(options, "SpectralBand", {"dstBand": str(number)})
        _name_band(spectral, multispectral, number)
    return ET.tostring(root, encoding="unicode")


def mosaic(sources: Sequence[str]) -> str:
    """Write the VRT of images beside and over each other; the last one lies on top.

    Raises:
        CorruptImageError: One cannot be opened, or they have different coordinate systems or bands.
    """
    opened = [_opened(source) for source in sources]
    _check_same_system(opened)
    if len({dataset.RasterCount for dataset in opened}) > 1:
        raise CorruptImageError("")
    options = gdal.BuildVRTOptions(resolution="highest", resampleAlg="cubic")
    with _quiet():
        made = gdal.BuildVRT("", list(sources), options=options)
    if made is None:
        raise CorruptImageError("")
    return str(made.GetMetadata("xml:VRT")[0])


def computed(base: str, formulas: Sequence[Formula]) -> str:
    """Write the VRT of bands computed from those of an image.

    Args:
        base: what GDAL opens for it, or the VRT of one that is virtual itself.
        formulas: one for each band.

    Raises:
        CorruptImageError: It cannot be opened, or has not the bands that the formulas name.
    """
    dataset = _opened(base)
    grid = _grid(dataset)
    bands = [_Band(base, dataset, number) for number in range(1, dataset.RasterCount + 1)]
    try:
        written = [
            _index(grid, bands, formula, number)
            if isinstance(formula, NormalisedDifference)
            else _sum([(bands[band - 1], weight) for band, weight in formula.weights], number)
            for number, formula in enumerate(formulas, 1)
        ]
    except IndexError:
        raise CorruptImageError("") from None
    return _document(grid, written)


class _Band:
    """A band of an image as a source of another raster."""

    def __init__(self, base: str, dataset: gdal.Dataset, number: int) -> None:
        band = dataset.GetRasterBand(number)
        self.nodata: float | None = band.GetNoDataValue()
        self.type_name: str = gdal.GetDataTypeName(band.DataType)
        self._base = base
        self._number = number

    def source(self, weight: float = 1.0) -> ET.Element:
        """Give its values times a weight, zero where it has no data."""
        element = ET.Element("ComplexSource")
        _name_band(element, self._base, self._number)
        if self.nodata is not None:
            ET.SubElement(element, "NODATA").text = repr(self.nodata)
        ET.SubElement(element, "ScaleOffset").text = "0"
        ET.SubElement(element, "ScaleRatio").text = repr(weight)
        return element


def _sum(terms: Sequence[tuple[_Band, float]], number: int) -> ET.Element:
    sources = [band.source(weight) for band, weight in terms]
    type_name = terms[0][0].type_name
    if len(sources) > 1:
        element = _derived("sum", sources, type_name, number)
    else:
        element = ET.Element("VRTRasterBand", {"dataType": type_name, "band": str(number)})
        element.extend(sources)
    if any(band.nodata is not None for band, _ in terms):
        _say_nodata(element, 0.0)
    return element


def _index(grid: _Grid, bands: Sequence[_Band], formula: NormalisedDifference, number: int) -> ET.Element:
    """(plus - minus) / (plus + minus), in steps, since GDAL 3.6 has no function of it.

    Without data both are zero; GDAL then divides to infinity, which the last step calls no data.
    """
    plus, minus = bands[formula.plus - 1], bands[formula.minus - 1]
    difference, total = (
        _document(grid, [_derived(function, [plus.source(), minus.source()], "Float32", 1)])
        for function in ("diff", "sum")
    )
    ratio = _document(grid, [_derived("div", [_inner(difference), _inner(total)], "Float32", 1)])
    element = ET.Element("VRTRasterBand", {"dataType": "Float32", "band": str(number)})
    _say_nodata(element, NO_INDEX)
    source = ET.SubElement(element, "ComplexSource")
    _name_band(source, ratio, 1)
    ET.SubElement(source, "NODATA").text = "inf"
    return element


def _derived(function: str, sources: Sequence[ET.Element], type_name: str, number: int) -> ET.Element:
    attributes = {"dataType": type_name, "band": str(number), "subClass": "VRTDerivedRasterBand"}
    element = ET.Element("VRTRasterBand", attributes)
    ET.SubElement(element, "PixelFunctionType").text = function
    ET.SubElement(element, "SourceTransferType").text = "Float32"
    element.extend(sources)
    return element


def _inner(document: str) -> ET.Element:
    element = ET.Element("SimpleSource")
    _name_band(element, document, 1)
    return element


def _say_nodata(band: ET.Element, value: float) -> None:
    band.insert(0, ET.Element("NoDataValue"))
    band[0].text = repr(value)


def _name_band(parent: ET.Element, name: str, band: int) -> None:
    ET.SubElement(parent, "SourceFilename", {"relativeToVRT": "0"}).text = name
    ET.SubElement(parent, "SourceBand").text = str(band)


def _document(grid: _Grid, bands: Sequence[ET.Element]) -> str:
    size = {"rasterXSize": str(grid.columns), "rasterYSize": str(grid.rows)}
    root = ET.Element("VRTDataset", size)
    if grid.projection:
        ET.SubElement(root, "SRS").text = grid.projection
    ET.SubElement(root, "GeoTransform").text = grid.transform
    root.extend(bands)
    return ET.tostring(root, encoding="unicode")


def _grid(dataset: gdal.Dataset) -> _Grid:
    transform = ", ".join(repr(term) for term in dataset.GetGeoTransform())
    return _Grid(dataset.RasterXSize, dataset.RasterYSize, dataset.GetProjection(), transform)


def _check_same_system(datasets: Sequence[gdal.Dataset]) -> None:
    first, *others = (dataset.GetSpatialRef() for dataset in datasets)
    for other in others:
        if first is None or other is None or not first.IsSame(other):
            raise CorruptImageError("")


def _opened(source: str) -> gdal.Dataset:
    with _quiet():
        dataset = gdal.Open(source)
    if dataset is None:
        raise CorruptImageError("")
    return dataset


class _quiet:  # noqa: N801 - reads as a word of the language
    """Keep what GDAL says of a fault, which names addresses, out of the log."""

    def __enter__(self) -> None:
        gdal.PushErrorHandler("CPLQuietErrorHandler")

    def __exit__(self, *_: object) -> None:
        gdal.PopErrorHandler()
