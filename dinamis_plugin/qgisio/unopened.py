"""Sources of projects of before, read without opening them: an address, or the text of a virtual raster."""

from __future__ import annotations

from osgeo import osr

from ..domain.document_grid import DocumentGrid, grid_of
from ..domain.layer_document import addresses_in, href_of, is_document
from ..domain.layer_source import LayerIdentity
from ..domain.signed_url import SignedUrl, strip_signature
from .images import STAC_TYPES
from .quiet_gdal import quiet

UNKNOWN_BANDS = 4
"""Bands of a placeholder of which nothing is known but the address: a style finds its bands."""


def unopened_identity(source: str) -> LayerIdentity | None:
    """Give the identity of the images of servers that a source reads; None when it reads anything else."""
    href = strip_signature(href_of(source) or "")
    if href:
        return LayerIdentity(href, "", "", "", title="", band_count=UNKNOWN_BANDS)
    if not is_document(source):
        return None
    try:
        return _composed(source, grid_of(source))
    except ValueError:
        return None


def signatures_in(source: str) -> dict[str, SignedUrl]:
    """The signed addresses in the source of a layer, by their unsigned address."""
    signed = [SignedUrl.read(href) for href in addresses_in(source)]
    return {strip_signature(url.href): url for url in signed if url.expires_at is not None}


def _composed(source: str, grid: DocumentGrid) -> LayerIdentity:
    identity = LayerIdentity(
        "",
        "",
        "",
        "",
        title="",
        epsg=grid.epsg or _code_of(grid.system),
        shape=grid.shape,
        transform=grid.transform,
        band_count=grid.band_count,
        data_type=STAC_TYPES.get(grid.data_type, "float64"),
        nodata=grid.nodata,
    )
    return identity.composed(source)


def _code_of(system: str) -> int | None:
    """Code of a coordinate system written as WKT; nothing else is read, since it might name a file."""
    reference = osr.SpatialReference()
    with quiet():
        try:
            failed = reference.ImportFromWkt(system)
        except RuntimeError:  # other plugins have GDAL raise
            return None
    code = None if failed else reference.GetAuthorityCode(None)
    return int(code) if code and code.isdecimal() else None
