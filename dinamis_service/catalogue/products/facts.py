"""What a supplier's metadata tell of a product, whatever its dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

_COMMON = {
    **dict.fromkeys(("P", "PA", "PAN", "HM", "HMA", "HMB", "M"), ("pan", None)),
    **dict.fromkeys(("DB", "DEEPBLUE"), ("coastal", 0.425)),
    **dict.fromkeys(("B0", "B", "BLUE"), ("blue", 0.48)),
    **dict.fromkeys(("B1", "G", "GREEN", "XS1"), ("green", 0.55)),
    **dict.fromkeys(("B2", "R", "RED", "XS2"), ("red", 0.65)),
    **dict.fromkeys(("RE", "REDEDGE"), ("rededge", 0.725)),
    **dict.fromkeys(("B3", "NIR", "XS3"), ("nir", 0.84)),
    **dict.fromkeys(("SWIR", "B4", "MIR"), ("swir16", 1.65)),
}
"""Common name of STAC and middle of the band in micrometres, by the suppliers' names of bands."""


class ProductError(ValueError):
    """A product that cannot be taken, said in both languages."""

    def __init__(self, *, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


class RawProductError(ProductError):
    """A product in the geometry of its sensor, while nobody asked to put it on the ground."""


@dataclass(frozen=True)
class Product:
    """One image of a delivery, as its metadata describe it.

    Args:
        path: file of the metadata.
        name: of the dataset, as the supplier wrote it.
        job: identifier of the production, may be empty.
        platform: a name of `missions.PLATFORMS`.
        moment: start of the acquisition, UTC.
        spectral: the supplier's word for the spectral processing (`P`, `MS`, `PMS-FS`, `J` ...).
        tiles: image files, all of them inside of the delivery and present.
        nodata: value of pixels without data, None when none is told.
        bands: the supplier's names of the bands in the order of the file, empty when not told.
        level: processing level as the supplier writes it (`SENSOR`, `ORTHO`, `1A` ...).
        properties: STAC properties that the metadata tell.
        model: file of the rational functions of the sensor, None when there is none.
        physical: whether the metadata tell orbit, attitudes and look angles of a raw image.
    """

    path: Path
    name: str
    job: str
    platform: str
    moment: datetime
    spectral: str
    tiles: tuple[Path, ...]
    nodata: float | None
    bands: tuple[str, ...]
    level: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    model: Path | None = None
    physical: bool = False


def eo_bands(names: tuple[str, ...]) -> list[dict[str, Any]]:
    """`eo:bands` of an asset whose bands have these names."""
    bands = []
    for name in names:
        common, centre = _COMMON.get(name.upper().replace("_", "").replace(" ", ""), (None, None))
        band: dict[str, Any] = {"name": name}
        if common is not None:
            band["common_name"] = common
        if centre is not None:
            band["center_wavelength"] = centre
        bands.append(band)
    return bands
