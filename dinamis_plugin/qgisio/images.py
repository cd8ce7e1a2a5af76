"""Images on servers as GDAL reads them: headers in worker threads, and virtual rasters that open at once."""

from __future__ import annotations

import urllib.parse
import uuid
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Callable

import requests
from osgeo import gdal
from qgis.core import QgsDataProvider, QgsProviderRegistry, QgsSettings

from ..api.faults import error_of_answer, error_of_exception
from ..domain.errors import (
    CancelledError,
    CorruptImageError,
    DinamisError,
    FileGoneError,
    ForbiddenError,
    NotFoundError,
    NotSignedInError,
    TimedOutError,
    UntrustedCertificateError,
)
from ..domain.layer_document import signed_document, signed_source, unsigned_document, with_overviews
from ..domain.layer_source import LayerIdentity
from ..domain.secret import Secret
from .certificates import check_certificate, follow_certificates
from .quiet_gdal import open_source, opened, quiet
from .transport import qgis_session, spawn

PARALLEL_OPENS = 8
"""Each waits for two answers in turn, the length and the header: on the network, not on the processor."""
CACHE_BYTES = 128_000_000
"""What GDAL keeps of images on servers; with its 16 MB, 40 images drawn push the headers of others out."""
_PROBE_S = 15.0
_GDAL_PROXY = "GDAL_HTTP_PROXY"
_GDAL_CACHE = "CPL_VSIL_CURL_CACHE_SIZE"

STAC_TYPES = {
    "Byte": "uint8",
    "UInt16": "uint16",
    "Int16": "int16",
    "UInt32": "uint32",
    "Int32": "int32",
    "Float32": "float32",
    "Float64": "float64",
}


@dataclass(frozen=True)
class Header:
    """What an image says of itself.

    Attributes:
        epsg: Code of its coordinate system, None when it has another one.
        shape: Rows and columns.
        transform: Six numbers in affine order.
        band_count: Number of bands.
        data_type: Of STAC; empty for a type that STAC does not have.
        nodata: Value of missing pixels.
        vrt: Virtual raster that shows the image, its signed address in it.
    """

    epsg: int | None
    shape: tuple[int, int]
    transform: tuple[float, ...]
    band_count: int
    data_type: str
    nodata: float | None
    vrt: str = field(repr=False)

    def complete(self, identity: LayerIdentity) -> LayerIdentity:
        """Put what the image says in place of what the catalogue said."""
        return replace(
            identity,
            epsg=self.epsg or identity.epsg,
            shape=self.shape,
            transform=self.transform,
            band_count=self.band_count,
            data_type=self.data_type or identity.data_type,
            nodata=self.nodata,
        )


# Settings of GDAL


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


def widen_cache() -> None:
    """Have GDAL keep more of images on servers, unless the person has chosen. It reads this once.

    A header that went is read again, and by QGIS on the GUI thread when it opens a mosaic.
    """
    if not gdal.GetConfigOption(_GDAL_CACHE):
        gdal.SetConfigOption(_GDAL_CACHE, str(CACHE_BYTES))


def kept_bytes() -> int:
    """How much GDAL keeps of images on servers."""
    chosen = gdal.GetConfigOption(_GDAL_CACHE) or ""
    return int(chosen) if chosen.isdecimal() else CACHE_BYTES


def forget_addresses() -> None:
    """Let GDAL forget every address and what it read from there, and Python the addresses it took apart."""
    gdal.VSICurlClearCache()
    urllib.parse.clear_cache()  # type: ignore[attr-defined] # missing in the stubs


# Headers, in worker threads


def open_header(signed_href: str) -> Header:
    """Read the header of an image, so that GDAL has it at hand when a layer draws from the same address.

    Raises:
        CorruptImageError: The image cannot be opened; `explain` tells more.
    """
    source = signed_source(signed_href)
    with quiet():
        dataset = open_source(source)
        if dataset is None:
            gdal.VSICurlPartialClearCache(source)  # GDAL remembers failures too
            raise CorruptImageError("")
        try:
            document, parts = unsigned_document(_vrt_of(dataset))
            return _header(dataset, signed_document(document, dict.fromkeys(parts, signed_href)))
        except (AttributeError, LookupError, RuntimeError, ValueError):  # no bands, or a VRT of others
            raise CorruptImageError("") from None


def open_document(vrt: str) -> Header:
    """Read what a virtual raster shows; the headers of its images should be at hand.

    Raises:
        CorruptImageError: GDAL does not understand it.
    """
    with quiet():
        return _header(opened(vrt), vrt)


def open_headers(
    signed: Mapping[str, str], cancelled: Callable[[], bool]
) -> Iterator[tuple[str, Header | DinamisError]]:
    """Open many headers side by side; gives each unsigned address with its header or the reason why not.

    The reasons come last: to find one takes as long as a server takes not to answer.

    Raises:
        CancelledError: Nobody waits for it any more.
    """
    failed: list[str] = []
    follow_proxy()
    follow_certificates()
    with ThreadPoolExecutor(PARALLEL_OPENS) as pool:
        waiting: dict[Future[Header], str] = {
            pool.submit(open_header, signed_href): href for href, signed_href in signed.items()
        }
        for future in as_completed(waiting):
            href = waiting[future]
            if cancelled():
                for other in waiting:
                    other.cancel()
                raise CancelledError("")
            try:
                yield href, future.result()
            except CorruptImageError:
                failed.append(href)
    yield from _explained({href: signed[href] for href in failed}, cancelled).items()


def _explained(signed: Mapping[str, str], cancelled: Callable[[], bool]) -> dict[str, DinamisError]:
    """Find out side by side why images could not be opened."""
    found: dict[str, DinamisError] = {href: CorruptImageError("") for href in signed}
    left = deque(signed)

    def work() -> None:
        with suppress(IndexError, CancelledError):
            while True:
                href = left.popleft()
                found[href] = explain(signed[href], cancelled)

    for wait in [spawn(work) for _ in range(min(PARALLEL_OPENS, len(signed)))]:
        wait()
    if signed and cancelled():
        raise CancelledError("")
    return found


def explain(signed_href: str, cancelled: Callable[[], bool] = lambda: False) -> DinamisError:
    """Find out why an image could not be opened, with one small request through QGIS.

    Raises:
        CancelledError: Nobody waits for it any more.
    """
    try:
        check_certificate(signed_href, _PROBE_S, cancelled)
        answer = qgis_session().get(
            signed_href,
            headers={"Range": "bytes=0-15"},
            timeout=_PROBE_S,
            allow_redirects=True,
            stream=True,
        )
        answer.close()
    except (UntrustedCertificateError, TimedOutError) as error:
        return error
    except requests.RequestException as error:
        return type(error_of_exception(error))("")
    if answer.ok:
        return CorruptImageError("")
    told = error_of_answer(answer.status_code, answer.headers, None)
    if isinstance(told, NotSignedInError):  # a store knows signatures, no sessions
        return ForbiddenError("")
    return FileGoneError("") if isinstance(told, NotFoundError) else told


def _vrt_of(dataset: gdal.Dataset) -> Secret:
    """Write the virtual raster of an image: it keeps bands, colours, masks and metadata."""
    path = f"/vsimem/{uuid.uuid4()}.vrt"
    try:
        gdal.GetDriverByName("VRT").CreateCopy(path, dataset).FlushCache()
        file = gdal.VSIFOpenL(path, "rb")
        try:
            return Secret(gdal.VSIFReadL(1, gdal.VSIStatL(path).size, file), "utf-8")
        finally:
            gdal.VSIFCloseL(file)
    finally:
        gdal.Unlink(path)


def _header(dataset: gdal.Dataset, vrt: str) -> Header:
    bands = [dataset.GetRasterBand(number) for number in range(1, dataset.RasterCount + 1)]
    a = dataset.GetGeoTransform()
    reference = dataset.GetSpatialRef()
    code = reference.GetAuthorityCode(None) if reference is not None else None
    reduced = [bands[0].GetOverview(number) for number in range(bands[0].GetOverviewCount())]
    factors = [round(dataset.RasterXSize / overview.XSize) for overview in reduced]
    return Header(
        epsg=int(code) if code and code.isdecimal() else None,
        shape=(dataset.RasterYSize, dataset.RasterXSize),
        transform=(a[1], a[2], a[0], a[4], a[5], a[3]),
        band_count=len(bands),
        data_type=STAC_TYPES.get(gdal.GetDataTypeName(bands[0].DataType), ""),
        nodata=bands[0].GetNoDataValue(),
        vrt=with_overviews(vrt, factors),
    )
