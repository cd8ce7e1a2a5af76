"""What the text of a virtual raster says of its own grid and bands, without opening anything."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .layer_document import read_document

_SHORT_CODE = re.compile(r"EPSG:(\d{4,6})", re.IGNORECASE)


@dataclass(frozen=True)
class DocumentGrid:
    """Grid and bands of a virtual raster; what its text does not say is None.

    Attributes:
        shape: Rows and columns.
        transform: Six numbers in affine order.
        epsg: Code of the coordinate system, where it is written as one.
        system: Coordinate system as it is written, mostly WKT.
        band_count: Number of bands.
        data_type: GDAL's name of the type of the first band.
        nodata: Value of missing pixels of the first band.
    """

    shape: tuple[int, int] | None
    transform: tuple[float, ...] | None
    epsg: int | None
    system: str
    band_count: int
    data_type: str
    nodata: float | None


def grid_of(vrt: str) -> DocumentGrid:
    """Read the grid of a virtual raster.

    Raises:
        ValueError: It is not one, or has no bands, or a number in it is none.
    """
    root = read_document(vrt)
    bands = root.findall("VRTRasterBand")
    if not bands:
        raise ValueError(root.tag)
    size = root.get("rasterYSize"), root.get("rasterXSize")
    system = (root.findtext("SRS") or "").strip()
    code, nodata = _SHORT_CODE.fullmatch(system), bands[0].findtext("NoDataValue")
    return DocumentGrid(
        shape=(int(size[0]), int(size[1])) if size[0] and size[1] else None,
        transform=_affine(root.findtext("GeoTransform")),
        epsg=int(code[1]) if code else None,
        system=system,
        band_count=len(bands),
        data_type=bands[0].get("dataType", "Byte"),
        nodata=float(nodata) if nodata else None,
    )


def _affine(written: str | None) -> tuple[float, ...] | None:
    """The six numbers of GDAL in affine order."""
    if not written:
        return None
    left, across, skew, top, turn, down = map(float, written.split(","))
    return across, skew, left, turn, down, top
