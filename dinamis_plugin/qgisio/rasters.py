"""Images as raster layers: made in worker threads, swapped on the GUI thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from qgis.core import QgsApplication, QgsDataProvider, QgsMapLayer, QgsRasterLayer

from ..domain.errors import CorruptImageError
from ..domain.layer_source import LayerIdentity
from .images import no_side_files
from .layer_paths import identity_in, is_live, is_placeholder

PROPERTY = "dinamis/source"
"""Custom property of a layer of ours: its source as it is saved, without a signature."""


@contextmanager
def new_layer(source: str, title: str = "", detail: str = "") -> Iterator[QgsRasterLayer]:
    """A layer just opened, to be read or styled in the block; for worker threads.

    QGIS gives it no style of its own, for which it would read pixels.

    Args:
        source: what GDAL opens.
        title: its name.
        detail: what the error says of it.

    Raises:
        CorruptImageError: QGIS cannot read it.
    """
    options = QgsRasterLayer.LayerOptions(loadDefaultStyle=False)
    with no_side_files():
        layer = QgsRasterLayer(source, title, "gdal", options)
        if not layer.isValid():
            raise CorruptImageError(detail)
        yield layer


def handed_over(layer: QgsRasterLayer) -> QgsRasterLayer:
    """Give a layer that a worker thread made to the GUI thread, where it can be added to the project."""
    layer.moveToThread(QgsApplication.instance().thread())
    return layer


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
