"""Ready styles as renderers of QGIS, and their stretch on what the map shows (CAT-30).

QGIS has a stretch that follows the map by itself; it reads the pixels for it where the window is drawn, which
on a slow network holds QGIS up at each movement. Here the numbers are read in a worker thread, and the
renderer is told them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from osgeo import gdal
from qgis.core import (
    QgsColorRampShader,
    QgsContrastEnhancement,
    QgsMultiBandColorRenderer,
    QgsRasterDataProvider,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsRasterRenderer,
    QgsRasterShader,
    QgsRectangle,
    QgsSingleBandGrayRenderer,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

from ..domain.styles import Recipe, StyleKind
from . import compat
from .rasters import new_layer

LOW, HIGH = 0.02, 0.98
"""Shares of the pixels that are drawn darkest and lightest."""
SAMPLE_PIXELS = 250_000

_COLOURS = (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand)

# Share of the way from the low end to the high one, and the colour: from bare ground to dense vegetation.
_RAMP = (
    (0.0, "#8c6239"),
    (0.2, "#c8a878"),
    (0.35, "#f0e6b4"),
    (0.5, "#c8dc82"),
    (0.65, "#78b450"),
    (0.8, "#3c8c32"),
    (1.0, "#0a501e"),
)
_INDEX_RANGE = (-0.1, 0.9)
"""The range of vegetation indices that is drawn: always the same, so that two dates can be compared."""
_INDEX_LIMITS = (-1.0, 1.0)


class Range(NamedTuple):
    """The values of a band that are drawn darkest and lightest."""

    low: float
    high: float


def needs_stretch(provider: QgsRasterDataProvider, band: int) -> bool:
    """Whether a band has to be stretched; bytes are meant to be shown as they are."""
    return compat.enum_value(provider.dataType(band)) != gdal.GDT_Byte


def ranges_of(
    provider: QgsRasterDataProvider, bands: tuple[int, ...], extent: QgsRectangle
) -> dict[int, Range]:
    """Read the ranges of bands within an extent of the raster; for worker threads.

    Bands without two different values there are left out.
    """
    found = {}
    for band in dict.fromkeys(bands):
        low, high = provider.cumulativeCut(band, LOW, HIGH, extent, SAMPLE_PIXELS)
        if low < high:
            found[band] = Range(low, high)
    return found


def read_ranges(source: str, bands: tuple[int, ...], extent: QgsRectangle) -> dict[int, Range]:
    """Read the ranges of bands of what GDAL opens; for worker threads.

    Raises:
        CorruptImageError: It cannot be opened.
    """
    with new_layer(source) as layer:
        provider = layer.dataProvider()
        return ranges_of(provider, tuple(band for band in bands if band <= provider.bandCount()), extent)


def apply_default_style(layer: QgsRasterLayer) -> None:
    """Natural colours, or grey, stretched on the whole image; reads pixels, so for worker threads."""
    provider = layer.dataProvider()
    if provider.bandCount() >= len(_COLOURS):
        renderer: QgsRasterRenderer = QgsMultiBandColorRenderer(provider, *_natural_colours(provider))
    else:
        renderer = QgsSingleBandGrayRenderer(provider, 1)
    bands = tuple(band for band in drawn_bands(renderer) if needs_stretch(provider, band))
    set_ranges(renderer, provider, ranges_of(provider, bands, provider.extent()))
    renderer.setMinMaxOrigin(_origin(QgsRasterMinMaxOrigin.Extent.WholeRaster))
    layer.setRenderer(renderer)


def make_renderer(
    provider: QgsRasterDataProvider, recipe: Recipe, ranges: Mapping[int, Range]
) -> QgsRasterRenderer:
    """Make the renderer of a style; a band without a range is drawn as it is.

    Args:
        provider: of the layer.
        recipe: the style.
        ranges: for each band that is drawn; a vegetation index without one is drawn in its usual range.
    """
    if recipe.kind is StyleKind.NDVI:
        return _index_renderer(provider, recipe.bands[0], ranges.get(recipe.bands[0], Range(*_INDEX_RANGE)))
    if recipe.kind is StyleKind.GREY:
        renderer = QgsSingleBandGrayRenderer(provider, recipe.bands[0])
    else:
        renderer = QgsMultiBandColorRenderer(provider, *recipe.bands)
    set_ranges(renderer, provider, ranges)
    return renderer


def drawn_bands(renderer: QgsRasterRenderer) -> tuple[int, ...]:
    """The bands that a renderer of ours draws, in the order red, green, blue; empty for other renderers."""
    if isinstance(renderer, QgsMultiBandColorRenderer):
        return (renderer.redBand(), renderer.greenBand(), renderer.blueBand())
    if isinstance(renderer, QgsSingleBandGrayRenderer):
        return (renderer.grayBand(),)
    if isinstance(renderer, QgsSingleBandPseudoColorRenderer):
        return (renderer.band(),)
    return ()


def set_ranges(
    renderer: QgsRasterRenderer, provider: QgsRasterDataProvider, ranges: Mapping[int, Range]
) -> None:
    """Stretch what a renderer draws; bands without a range keep theirs."""
    if isinstance(renderer, QgsSingleBandPseudoColorRenderer):
        if renderer.band() in ranges:
            _shade(renderer, ranges[renderer.band()])
    elif isinstance(renderer, QgsSingleBandGrayRenderer):
        if renderer.grayBand() in ranges:
            renderer.setContrastEnhancement(
                _stretch(provider, renderer.grayBand(), ranges[renderer.grayBand()])
            )
    elif isinstance(renderer, QgsMultiBandColorRenderer):
        setters = (
            renderer.setRedContrastEnhancement,
            renderer.setGreenContrastEnhancement,
            renderer.setBlueContrastEnhancement,
        )
        for band, setter in zip(drawn_bands(renderer), setters):
            if band in ranges:
                setter(_stretch(provider, band, ranges[band]))
    renderer.setMinMaxOrigin(_origin())


def apply_ranges(layer: QgsRasterLayer, ranges: Mapping[int, Range]) -> None:
    """Stretch a layer of the project anew and have it drawn; on the GUI thread, reads no pixels."""
    renderer = layer.renderer()
    if renderer is None or not ranges:
        return
    made = renderer.clone()
    set_ranges(made, layer.dataProvider(), ranges)
    layer.setRenderer(made)
    layer.triggerRepaint()


def is_ours(renderer: QgsRasterRenderer) -> bool:
    """Whether nobody has chosen other limits for a renderer of ours since."""
    origin = renderer.minMaxOrigin()
    limits, extent = QgsRasterMinMaxOrigin.Limits, QgsRasterMinMaxOrigin.Extent
    return bool(origin.limits() == limits.CumulativeCut and origin.extent() == extent.CurrentCanvas)


def _natural_colours(provider: QgsRasterDataProvider) -> tuple[int, int, int]:
    """The bands that the file names red, green and blue, else the first three (the order of DIMAP)."""
    wanted = dict.fromkeys(_COLOURS, 0)
    for band in range(1, provider.bandCount() + 1):
        kind = compat.enum_value(provider.colorInterpretation(band))
        if wanted.get(kind) == 0:
            wanted[kind] = band
    named = tuple(wanted.values())
    return named if all(named) else (1, 2, 3)  # type: ignore[return-value]


def _origin(
    extent: QgsRasterMinMaxOrigin.Extent = QgsRasterMinMaxOrigin.Extent.CurrentCanvas,
) -> QgsRasterMinMaxOrigin:
    """What the properties of the layer say of the stretch: from what the map showed, not by QGIS itself."""
    origin = QgsRasterMinMaxOrigin()
    origin.setLimits(QgsRasterMinMaxOrigin.Limits.CumulativeCut)
    origin.setExtent(extent)
    origin.setCumulativeCutLower(LOW)
    origin.setCumulativeCutUpper(HIGH)
    return origin


def _stretch(provider: QgsRasterDataProvider, band: int, wanted: Range) -> QgsContrastEnhancement:
    stretch = QgsContrastEnhancement(provider.dataType(band))
    stretch.setMinimumValue(wanted.low)
    stretch.setMaximumValue(wanted.high)
    algorithm = QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
    stretch.setContrastEnhancementAlgorithm(algorithm)
    return stretch


def _index_renderer(
    provider: QgsRasterDataProvider, band: int, wanted: Range
) -> QgsSingleBandPseudoColorRenderer:
    renderer = QgsSingleBandPseudoColorRenderer(provider, band)
    _shade(renderer, wanted)
    renderer.setMinMaxOrigin(_origin())
    return renderer


def _shade(renderer: QgsSingleBandPseudoColorRenderer, wanted: Range) -> None:
    """Colours from the low end to the high one; what lies beyond has the colour of the end."""
    lowest, highest = _INDEX_LIMITS
    stops = [(wanted.low + share * (wanted.high - wanted.low), QColor(name)) for share, name in _RAMP]
    stops = [(min(lowest, wanted.low), stops[0][1]), *stops, (max(highest, wanted.high), stops[-1][1])]
    function = QgsColorRampShader(stops[0][0], stops[-1][0])
    function.setColorRampType(QgsColorRampShader.Type.Interpolated)
    function.setColorRampItemList(
        [QgsColorRampShader.ColorRampItem(value, colour, f"{value:.2f}") for value, colour in stops]
    )
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(function)
    renderer.setShader(shader)
    renderer.setClassificationMin(wanted.low)
    renderer.setClassificationMax(wanted.high)
