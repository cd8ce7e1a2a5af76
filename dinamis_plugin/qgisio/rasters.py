"""Signed images as raster layers: styled in worker threads, swapped on the GUI thread."""

from __future__ import annotations

from typing import Callable

from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsContrastEnhancement,
    QgsDataProvider,
    QgsMapLayer,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsSingleBandGrayRenderer,
)

from ..domain.errors import CorruptImageError
from ..domain.layer_source import LayerIdentity
from . import compat
from .images import no_side_files
from .layer_paths import identity_in, is_live, is_placeholder

PROPERTY = "dinamis/source"
"""Custom property of a layer of ours: its source as it is saved, without a signature."""

_SAMPLE_PIXELS = 250_000
_LOW, _HIGH = 0.02, 0.98

_COLOURS = (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand)


def make_layer(
    title: str, source: str, saved: str, dress: Callable[[QgsRasterLayer], None]
) -> QgsRasterLayer:
    """Make a styled layer in a worker thread, ready to be added to the project on the GUI thread.

    Args:
        title: its name.
        source: what GDAL opens.
        saved: its source as it is saved.
        dress: gives it its style, such as `apply_default_style`.

    Raises:
        CorruptImageError: its header is fine and QGIS cannot read it all the same.
    """
    options = QgsRasterLayer.LayerOptions(loadDefaultStyle=False)
    with no_side_files():
        layer = QgsRasterLayer(source, title, "gdal", options)
        if not layer.isValid():
            raise CorruptImageError("")
        layer.setCustomProperty(PROPERTY, saved)
        dress(layer)
    layer.moveToThread(QgsApplication.instance().thread())
    return layer


# Style


def apply_default_style(layer: QgsRasterLayer) -> None:
    """Natural colours, or grey, stretched from the 2nd to the 98th percent; reads pixels, so for workers."""
    provider = layer.dataProvider()
    if provider.bandCount() >= len(_COLOURS):
        bands = _natural_colours(provider)
        renderer = QgsMultiBandColorRenderer(provider, *bands)
        setters = (
            renderer.setRedContrastEnhancement,
            renderer.setGreenContrastEnhancement,
            renderer.setBlueContrastEnhancement,
        )
        for band, setter in zip(bands, setters):
            stretch = _stretch(provider, band)
            if stretch is not None:
                setter(stretch)
    else:
        renderer = QgsSingleBandGrayRenderer(provider, 1)
        stretch = _stretch(provider, 1)
        if stretch is not None:
            renderer.setContrastEnhancement(stretch)
    origin = QgsRasterMinMaxOrigin()
    origin.setLimits(QgsRasterMinMaxOrigin.Limits.CumulativeCut)
    origin.setCumulativeCutLower(_LOW)
    origin.setCumulativeCutUpper(_HIGH)
    renderer.setMinMaxOrigin(origin)
    layer.setRenderer(renderer)


def _natural_colours(provider: QgsDataProvider) -> tuple[int, int, int]:
    """The bands that the file names red, green and blue, else the first three (the order of DIMAP)."""
    wanted = dict.fromkeys(_COLOURS, 0)
    for band in range(1, provider.bandCount() + 1):
        kind = compat.enum_value(provider.colorInterpretation(band))
        if wanted.get(kind) == 0:
            wanted[kind] = band
    named = tuple(wanted.values())
    return named if all(named) else (1, 2, 3)  # type: ignore[return-value]


def _stretch(provider: QgsDataProvider, band: int) -> QgsContrastEnhancement | None:
    """The stretch of a band; none for bytes, which are meant to be shown as they are."""
    data_type = provider.dataType(band)
    if compat.enum_value(data_type) == gdal.GDT_Byte:
        return None
    low, high = provider.cumulativeCut(band, _LOW, _HIGH, provider.extent(), _SAMPLE_PIXELS)
    if not low < high:
        return None
    stretch = QgsContrastEnhancement(data_type)
    stretch.setMinimumValue(low)
    stretch.setMaximumValue(high)
    algorithm = QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
    stretch.setContrastEnhancementAlgorithm(algorithm)
    return stretch


# Layers of the project, on the GUI thread


def identity_of(layer: QgsMapLayer) -> LayerIdentity | None:
    """Give the identity of a layer of ours, None for any other layer."""
    if not isinstance(layer, QgsRasterLayer):
        return None
    saved = layer.customProperty(PROPERTY, "")
    return identity_in(saved) if isinstance(saved, str) else None


def waits(layer: QgsRasterLayer) -> bool:
    """Tell whether a layer of ours shows its placeholder, or nothing at all."""
    return is_placeholder(layer.source()) or not layer.isValid()


def lives(layer: QgsRasterLayer) -> bool:
    """Tell whether a layer of ours draws from images that were signed for it."""
    return is_live(layer.source()) and bool(layer.isValid())


def swap_source(layer: QgsRasterLayer, source: str, *, quietly: bool = False) -> bool:
    """Let a layer read from elsewhere; style, opacity, name, id and order stay. True when it is valid then.

    Args:
        layer: a layer of the project.
        source: what GDAL opens.
        quietly: tell nobody, for a new signature of what is drawn already: nothing is drawn again.
    """
    before = layer.blockSignals(quietly)
    try:
        with no_side_files():
            layer.setDataSource(source, layer.name(), "gdal", QgsDataProvider.ProviderOptions(), False)
    finally:
        layer.blockSignals(before)
    return bool(layer.isValid())
