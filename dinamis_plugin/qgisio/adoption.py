"""Layers that a person added by hand, whose images are of ours: they become signed layers like the others."""

from __future__ import annotations

from dataclasses import replace

from osgeo import gdal
from qgis.core import QgsMapLayer, QgsRasterLayer

from ..domain.layer_document import addresses_in, is_document
from ..domain.layer_source import LayerIdentity, from_source
from ..domain.signed_url import strip_signature
from . import compat
from .images import STAC_TYPES
from .layer_paths import LayerPaths, is_placeholder
from .rasters import PROPERTY


def adopt(layer: QgsMapLayer, paths: LayerPaths) -> bool:
    """Make a raster layer one of ours when every image of it is; True when it is now.

    Its source may be an address in either form of GDAL, the text of a VRT, a saved source that was opened
    without the plugin, or the placeholder of an address of which nothing else was known.
    """
    if not isinstance(layer, QgsRasterLayer) or layer.providerType() != "gdal":
        return False
    source = layer.source()
    identity = _behind(layer, source, paths)
    if identity is None or not all(paths.owns(href) for href in identity.hrefs):
        return False
    identity = replace(identity, title=identity.title or layer.name())
    layer.setCustomProperty(PROPERTY, paths.remember(identity))
    return True


def _behind(layer: QgsRasterLayer, source: str, paths: LayerPaths) -> LayerIdentity | None:
    if is_placeholder(source):
        return paths.identity_of(source)
    marked = from_source(source)
    if marked is not None:
        return marked
    return _identity(layer, source) if layer.isValid() else paths.unopened(source)


def _identity(layer: QgsRasterLayer, source: str) -> LayerIdentity | None:
    hrefs = addresses_in(source)
    if not hrefs:
        return None
    extent, provider = layer.extent(), layer.dataProvider()
    across, down = layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY()
    system, _, code = layer.crs().authid().partition(":")
    identity = LayerIdentity(
        href=strip_signature(hrefs[0]),
        item_id="",
        collection="",
        asset_key="",
        title=layer.name(),
        epsg=int(code) if system == "EPSG" and code.isdecimal() else None,
        shape=(layer.height(), layer.width()),
        transform=(across, 0.0, extent.xMinimum(), 0.0, -down, extent.yMaximum()),
        band_count=layer.bandCount(),
        data_type=STAC_TYPES.get(gdal.GetDataTypeName(compat.enum_value(provider.dataType(1))), "float64"),
        nodata=provider.sourceNoDataValue(1) if provider.sourceHasNoDataValue(1) else None,
    )
    try:
        return identity.composed(source) if is_document(source) else identity
    except ValueError:
        return None
