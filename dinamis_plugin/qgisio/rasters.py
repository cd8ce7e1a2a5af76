"""Signed images as raster layers: opened and styled in worker threads, swapped on the GUI thread."""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from typing import Callable

import requests
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsContrastEnhancement,
    QgsDataProvider,
    QgsMapLayer,
    QgsMultiBandColorRenderer,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsSettings,
    QgsSingleBandGrayRenderer,
)

from ..domain.errors import (
    CancelledError,
    CorruptImageError,
    DinamisError,
    FileGoneError,
    ForbiddenError,
    ServiceUnreachableError,
    TimedOutError,
)
from ..domain.layer_document import signed_source
from ..domain.layer_source import LayerIdentity
from . import compat
from .layer_paths import identity_in, is_placeholder
from .transport import qgis_session

PROPERTY = "dinamis/source"
"""Custom property of a layer of ours: its source as it is saved, without a signature."""

PARALLEL_OPENS = 6
_SAMPLE_PIXELS = 250_000
_LOW, _HIGH = 0.02, 0.98
_PROBE_S = 15.0

_GDAL_PROXY = "GDAL_HTTP_PROXY"

_COLOURS = (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand)

STAC_TYPES = {
    "Byte": "uint8",
    "UInt16": "uint16",
    "Int16": "int16",
    "UInt32": "uint32",
    "Int32": "int32",
    "Float32": "float32",
    "Float64": "float64",
}


# GDAL


@contextmanager
def no_side_files() -> Iterator[None]:
    """Let what is opened in the block, in this thread, keep no statistics beside it.

    GDAL writes the statistics of an image on a server to a file in the profile, and lists there the address
    it was read from, signature and all.
    """
    gdal.SetThreadLocalConfigOption("GDAL_PAM_ENABLED", "NO")
    try:
        yield
    finally:
        gdal.SetThreadLocalConfigOption("GDAL_PAM_ENABLED", None)


def follow_proxy() -> None:
    """Have GDAL use the proxy that QGIS uses now, or none.

    QGIS hands it over whenever it makes a provider, which here would come after GDAL's first request, and
    does not take it back when the proxy is switched off.
    """
    if gdal.GetConfigOption(_GDAL_PROXY) and not QgsSettings().value("proxy/proxyEnabled", False, type=bool):
        gdal.SetConfigOption(_GDAL_PROXY, None)
        gdal.SetConfigOption(f"{_GDAL_PROXY}USERPWD", None)
    QgsProviderRegistry.instance().createProvider("gdal", "", QgsDataProvider.ProviderOptions())


def forget_addresses() -> None:
    """Let GDAL forget every address and what it read from there, and Python the addresses it took apart."""
    gdal.VSICurlClearCache()
    urllib.parse.clear_cache()  # type: ignore[attr-defined] # missing in the stubs


# Opening, in worker threads


def open_header(identity: LayerIdentity, signed_href: str) -> LayerIdentity:
    """Read the header of an image, so that GDAL has it at hand when a layer opens the same address.

    Returns:
        The identity, completed by what the file itself says.

    Raises:
        CorruptImageError: the image cannot be opened; `explain` tells more.
    """
    source = signed_source(signed_href)
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        dataset = gdal.Open(source)
        if dataset is None:
            raise CorruptImageError("")  # noqa: TRY301 - the cache is cleaned below for both
        bands = [dataset.GetRasterBand(number) for number in range(1, dataset.RasterCount + 1)]
        for band in bands:
            band.GetMaskFlags()
            band.GetOverviewCount()
        return _completed(identity, dataset, bands)
    except CorruptImageError:
        gdal.VSICurlPartialClearCache(source)  # GDAL remembers failures too
        raise
    finally:
        gdal.PopErrorHandler()


def _completed(identity: LayerIdentity, dataset: gdal.Dataset, bands: list[gdal.Band]) -> LayerIdentity:
    a = dataset.GetGeoTransform()
    reference = dataset.GetSpatialRef()
    code = reference.GetAuthorityCode(None) if reference is not None else None
    own_epsg = int(code) if code and code.isdigit() else None
    return replace(
        identity,
        epsg=own_epsg or identity.epsg,
        shape=(dataset.RasterYSize, dataset.RasterXSize),
        transform=(a[1], a[2], a[0], a[4], a[5], a[3]),
        band_count=len(bands),
        data_type=STAC_TYPES.get(gdal.GetDataTypeName(bands[0].DataType), identity.data_type),
        nodata=bands[0].GetNoDataValue(),
    )


def open_headers(
    hrefs: dict[LayerIdentity, str],
    cancelled: Callable[[], bool],
) -> Iterator[tuple[LayerIdentity, LayerIdentity | DinamisError]]:
    """Open many headers side by side; gives each identity with its completed form or the reason why not."""
    follow_proxy()
    with ThreadPoolExecutor(PARALLEL_OPENS) as pool:
        waiting: dict[Future[LayerIdentity], LayerIdentity] = {
            pool.submit(open_header, identity, signed): identity for identity, signed in hrefs.items()
        }
        for future in as_completed(waiting):
            identity = waiting[future]
            if cancelled():
                for other in waiting:
                    other.cancel()
                raise CancelledError("")
            try:
                yield identity, future.result()
            except CorruptImageError:
                yield identity, explain(hrefs[identity])


def explain(signed_href: str) -> DinamisError:
    """Find out why an image could not be opened, with one small request through QGIS."""
    try:
        answer = qgis_session().get(
            signed_href,
            headers={"Range": "bytes=0-15"},
            timeout=_PROBE_S,
            allow_redirects=True,
            stream=True,
        )
        answer.close()
    except requests.Timeout:
        return TimedOutError("")
    except requests.RequestException:
        return ServiceUnreachableError("")
    if answer.status_code in (401, 403):
        return ForbiddenError("")
    if answer.status_code in (404, 410):
        return FileGoneError("")
    return CorruptImageError("")


def make_layer(identity: LayerIdentity, signed_href: str, saved: str) -> QgsRasterLayer:
    """Make a styled layer in a worker thread, ready to be added to the project on the GUI thread.

    Raises:
        CorruptImageError: its header is fine and QGIS cannot read it all the same.
    """
    options = QgsRasterLayer.LayerOptions(loadDefaultStyle=False)
    with no_side_files():
        layer = QgsRasterLayer(signed_source(signed_href), identity.title, "gdal", options)
        if not layer.isValid():
            raise CorruptImageError("")
        layer.setCustomProperty(PROPERTY, saved)
        apply_default_style(layer)
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
    return identity_in(layer.customProperty(PROPERTY, ""))


def waits(layer: QgsRasterLayer) -> bool:
    """Tell whether a layer of ours shows its placeholder, or nothing at all."""
    return is_placeholder(layer.source()) or not layer.isValid()


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
