"""The sensor model of raw products: rational functions (RPC) in the XML files beside the image."""

from __future__ import annotations

from pathlib import Path

from rasterio.rpc import RPC

from dinamis_service.catalogue.products import xml
from dinamis_service.catalogue.products.facts import ProductError

_TERMS = 20
_FIRST_PIXEL = 1
"""Row and column of the centre of the first pixel in DIMAP; the models of GDAL count from 0."""


def read_model(path: Path) -> RPC:
    """The model that gives row and column for longitude, latitude (degrees) and height (metres, ellipsoid).

    Raises:
        ProductError: the file holds no such model.
    """
    root = xml.read(path)
    inverse = root.find(".//Global_RFM/Inverse_Model")
    validity = root.find(".//Global_RFM/RFM_Validity")
    if inverse is None or validity is None:
        raise ProductError(
            fr=f"{path.name} : aucun modèle de capteur (RPC) dans ce fichier.",
            en=f"{path.name}: there is no sensor model (RPC) in this file.",
        )

    def value(name: str) -> float:
        return xml.needed_number(validity, path, name)

    def terms(name: str) -> list[float]:
        return [xml.needed_number(inverse, path, f"{name}_COEFF_{index}") for index in range(1, _TERMS + 1)]

    return RPC(
        height_off=value("HEIGHT_OFF"),
        height_scale=value("HEIGHT_SCALE"),
        lat_off=value("LAT_OFF"),
        lat_scale=value("LAT_SCALE"),
        long_off=value("LONG_OFF"),
        long_scale=value("LONG_SCALE"),
        line_off=value("LINE_OFF") - _FIRST_PIXEL,
        line_scale=value("LINE_SCALE"),
        samp_off=value("SAMP_OFF") - _FIRST_PIXEL,
        samp_scale=value("SAMP_SCALE"),
        line_num_coeff=terms("LINE_NUM"),
        line_den_coeff=terms("LINE_DEN"),
        samp_num_coeff=terms("SAMP_NUM"),
        samp_den_coeff=terms("SAMP_DEN"),
    )
