"""Virtual rasters whose bands are computed from those of an image, by what GDAL 3.6 has built in (CAT-30).

They are read only where they are drawn, at the resolution in which they are drawn, and run no code of Python.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET  # nosec B405 - writes only
from collections.abc import Sequence
from dataclasses import dataclass

from .layer_document import VSICURL
from .layer_source import LayerIdentity
from .styles import Formula, NormalisedDifference

NO_INDEX = -9999.0
"""Value of a computed index where the image has no data."""
_TYPE = "Float32"


@dataclass(frozen=True)
class Base:
    """An image to compute from.

    Attributes:
        source: what GDAL opens for it, or the VRT of one that is virtual itself.
        shape: rows and columns.
        transform: six numbers in affine order.
        projection: its coordinate system in any way that GDAL reads, may be empty.
        band_count: number of bands.
        nodata: value of missing pixels, None when there is none.
    """

    source: str
    shape: tuple[int, int]
    transform: tuple[float, ...]
    projection: str
    band_count: int
    nodata: float | None

    @classmethod
    def of(cls, identity: LayerIdentity, projection: str) -> Base:
        """The image of a layer, as it is saved: unsigned.

        Raises:
            ValueError: Its size and place are not known.
        """
        if identity.shape is None or identity.transform is None:
            raise ValueError(identity.title)
        source = identity.document or f"{VSICURL}{identity.href}"
        return cls(
            source, identity.shape, identity.transform, projection, identity.band_count, identity.nodata
        )


def computed(base: Base, formulas: Sequence[Formula]) -> str:
    """Write the VRT of bands computed from those of an image, one for each formula.

    Raises:
        ValueError: A formula names a band that the image has not.
    """
    return _document(
        base,
        [
            _index(base, formula, number)
            if isinstance(formula, NormalisedDifference)
            else _sum(base, formula.weights, number)
            for number, formula in enumerate(formulas, 1)
        ],
    )


def _source(base: Base, band: int, weight: float = 1.0) -> ET.Element:
    """A band times a weight, zero where it has no data."""
    if not 1 <= band <= base.band_count:
        raise ValueError(band)
    element = ET.Element("ComplexSource")
    name_band(element, base.source, band)
    if base.nodata is not None:
        ET.SubElement(element, "NODATA").text = repr(base.nodata)
    ET.SubElement(element, "ScaleOffset").text = "0"
    ET.SubElement(element, "ScaleRatio").text = repr(weight)
    return element


def _sum(base: Base, weights: Sequence[tuple[int, float]], number: int) -> ET.Element:
    sources = [_source(base, band, weight) for band, weight in weights]
    # GDAL sums two bands or more.
    element = _derived("sum", sources, number) if len(sources) > 1 else _band(number, sources)
    if base.nodata is not None:
        _say_nodata(element, 0.0)
    return element


def _index(base: Base, formula: NormalisedDifference, number: int) -> ET.Element:
    """(plus - minus) / (plus + minus), in steps, since GDAL 3.6 has no function of it.

    Without data both are zero; GDAL then divides to infinity, which the last step calls no data.
    """
    pair = [formula.plus, formula.minus]
    difference, total = (
        _document(base, [_derived(function, [_source(base, band) for band in pair], 1)])
        for function in ("diff", "sum")
    )
    ratio = _document(base, [_derived("div", [_inner(difference), _inner(total)], 1)])
    source = ET.Element("ComplexSource")
    name_band(source, ratio, 1)
    ET.SubElement(source, "NODATA").text = "inf"
    element = _band(number, [source])
    _say_nodata(element, NO_INDEX)
    return element


def _band(number: int, sources: Sequence[ET.Element]) -> ET.Element:
    element = ET.Element("VRTRasterBand", {"dataType": _TYPE, "band": str(number)})
    element.extend(sources)
    return element


def _derived(function: str, sources: Sequence[ET.Element], number: int) -> ET.Element:
    element = ET.Element(
        "VRTRasterBand", {"dataType": _TYPE, "band": str(number), "subClass": "VRTDerivedRasterBand"}
    )
    ET.SubElement(element, "PixelFunctionType").text = function
    ET.SubElement(element, "SourceTransferType").text = _TYPE
    element.extend(sources)
    return element


def _inner(document: str) -> ET.Element:
    element = ET.Element("SimpleSource")
    name_band(element, document, 1)
    return element


def _say_nodata(band: ET.Element, value: float) -> None:
    band.insert(0, ET.Element("NoDataValue"))
    band[0].text = repr(value)


def name_band(parent: ET.Element, name: str, band: int) -> None:
    """Say in an element which band of what it reads."""
    ET.SubElement(parent, "SourceFilename", {"relativeToVRT": "0"}).text = name
    ET.SubElement(parent, "SourceBand").text = str(band)


def _document(base: Base, bands: Sequence[ET.Element]) -> str:
    rows, columns = base.shape
    root = ET.Element("VRTDataset", {"rasterXSize": str(columns), "rasterYSize": str(rows)})
    if base.projection:
        ET.SubElement(root, "SRS").text = base.projection
    a, b, c, d, e, f = base.transform
    ET.SubElement(root, "GeoTransform").text = ", ".join(repr(term) for term in (c, a, b, f, d, e))
    root.extend(bands)
    return ET.tostring(root, encoding="unicode")
