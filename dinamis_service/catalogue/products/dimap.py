"""DIMAP, the metadata of Pléiades, Pléiades Neo and SPOT, in its three dialects (CAT-03, CAT-32, CAT-55).

Version 2 comes with Pléiades, Pléiades Neo and SPOT 6/7, version 1 with SPOT 1 to 5, and the profile
DIMAP_PHR with the system products of Pléiades.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from dinamis_service.catalogue.missions import normal_platform
from dinamis_service.catalogue.moments import format_moment
from dinamis_service.catalogue.products import xml
from dinamis_service.catalogue.products.facts import Product, ProductError
from dinamis_service.catalogue.products.spot_metadata import has_model

_CENTRE = "Geometric_Data/Use_Area/Located_Geometric_Values"
_SETTINGS = "Processing_Information/Product_Settings"
_STRIP = "Dataset_Sources/Source_Identification/Strip_Source"
_SCENE = "Dataset_Sources/Source_Information/Scene_Source"
_RAW_V1 = "1A"
"""Level of the images that are in the geometry of the sensor; those of 1B are not any more."""
_PHR_IMAGE = "Product_Characteristics/Product_Image_Characteristics"
_PHR_HEADERS = "Data_Strip/Geometric_Header_List/Located_Geometric_Header"

Bounds = tuple[float, float]
_RANGES: dict[str, Bounds] = {
    "eo:cloud_cover": (0, 100),
    "eo:snow_cover": (0, 100),
    "view:incidence_angle": (0, 90),
    "view:off_nadir": (0, 90),
    "view:azimuth": (0, 360),
    "view:sun_azimuth": (0, 360),
    "view:sun_elevation": (-90, 90),
    "gsd": (0.01, 1000),
}
_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"\0\0\0\x0cjP  ", b"\xffO\xffQ")
"""How files of TIFF and JPEG 2000 begin."""
_UNSIGNED = ("view:incidence_angle", "view:off_nadir")
"""Angles that suppliers sign by the side of the track, and STAC does not."""


def read_product(path: Path, root: Path) -> Product | None:
    """The product that a DIMAP document describes; None for one that describes no image (volume, model ...).

    Args:
        path: the document.
        root: folder of the delivery, which its files do not leave.

    Raises:
        ProductError: the document is damaged, lacks what the catalogue needs, or names files that are not
            there or are outside of the delivery.
    """
    document = xml.read(path)
    files = list(_files(document))
    if not files:
        return None
    wanted = int(xml.number(document, ".//Tile_Set/NTILES", ".//Raster_Tiles/NTILES") or 1)
    if len(files) % max(1, wanted):
        raise ProductError(
            fr=f"{path.name} : {len(files)} tuiles sont nommées, il en faut {wanted}.",
            en=f"{path.name}: {len(files)} tiles are named, there must be {wanted}.",
        )
    version = document.find("Metadata_Identification/METADATA_FORMAT")
    if version is None:
        return _read_v1(path, root, document, files)
    if (version.text or "").strip() == "DIMAP_PHR":
        return _read_phr(path, root, document, files)
    return _read_v2(path, root, document, files)


def _read_v2(path: Path, root: Path, document: Element, files: list[str]) -> Product:
    centre = _located_at_centre(document)
    software = document.find("Processing_Information/Production_Facility/SOFTWARE")
    level = xml.text(document, f"{_SETTINGS}/PROCESSING_LEVEL").upper()
    properties = {
        "eo:cloud_cover": xml.number(document, "Dataset_Content/CLOUD_COVERAGE"),
        "eo:snow_cover": xml.number(document, "Dataset_Content/SNOW_COVERAGE"),
        "view:incidence_angle": xml.number(centre, "Acquisition_Angles/INCIDENCE_ANGLE"),
        "view:off_nadir": xml.number(centre, "Acquisition_Angles/VIEWING_ANGLE"),
        "view:azimuth": xml.number(centre, "Acquisition_Angles/AZIMUTH_ANGLE"),
        "view:sun_azimuth": xml.number(centre, "Solar_Incidences/SUN_AZIMUTH"),
        "view:sun_elevation": xml.number(centre, "Solar_Incidences/SUN_ELEVATION"),
        "processing:level": level,
        "processing:facility": xml.text(
            document, "Processing_Information/Production_Facility/PROCESSING_CENTER"
        ),
        "processing:software": _software(
            "" if software is None else software.text or "",
            "" if software is None else software.get("version", ""),
        ),
        "processing:datetime": _optional_moment(
            xml.text(document, "Product_Information/Delivery_Identification/PRODUCTION_DATE")
        ),
        "processing:lineage": _lineage(
            xml.text(document, f"{_SETTINGS}/Radiometric_Settings/RADIOMETRIC_PROCESSING")
        ),
    }
    moment = _moment(
        path,
        xml.needed(document, path, f"{_STRIP}/IMAGING_DATE"),
        xml.needed(document, path, f"{_STRIP}/IMAGING_TIME"),
    )
    model = _component(document, "RPC")
    return Product(
        path=path,
        name=xml.needed(document, path, "Dataset_Identification/DATASET_NAME"),
        job=xml.text(document, "Product_Information/Delivery_Identification/JOB_ID"),
        platform=_platform(path, document, f"{_STRIP}/MISSION", f"{_STRIP}/MISSION_INDEX"),
        moment=moment,
        spectral=xml.text(document, f"{_SETTINGS}/SPECTRAL_PROCESSING").upper(),
        tiles=_tiles(path, root, files),
        nodata=_nodata(document, "Raster_Data/Raster_Display/Special_Value", "SPECIAL_VALUE_COUNT"),
        bands=_if_all(document, _bands_v2(document)),
        level=level,
        properties=_sound(properties),
        model=_inside(path, root, model) if model else None,
    )


def _read_v1(path: Path, root: Path, document: Element, files: list[str]) -> Product:
    scene = document.find(_SCENE)
    if scene is None:
        raise ProductError(
            fr=f"{path.name} : « Scene_Source » manque dans les métadonnées.",
            en=f"{path.name}: 'Scene_Source' is missing in the metadata.",
        )
    level = xml.text(document, "Data_Processing/PROCESSING_LEVEL") or xml.text(
        scene, "SCENE_PROCESSING_LEVEL"
    )
    properties = {
        "view:incidence_angle": xml.number(scene, "INCIDENCE_ANGLE"),
        "view:off_nadir": xml.number(scene, "VIEWING_ANGLE"),
        "view:sun_azimuth": xml.number(scene, "SUN_AZIMUTH"),
        "view:sun_elevation": xml.number(scene, "SUN_ELEVATION"),
        "gsd": xml.number(scene, "THEORETICAL_RESOLUTION"),
        **_production(document),
        "processing:level": level,
    }
    instrument = xml.text(scene, "INSTRUMENT")
    return Product(
        path=path,
        name=xml.needed(document, path, "Dataset_Id/DATASET_NAME"),
        job=xml.text(document, "Production/JOB_ID"),
        platform=_platform(path, scene, "MISSION", "MISSION_INDEX"),
        moment=_moment(
            path, xml.needed(scene, path, "IMAGING_DATE"), xml.needed(scene, path, "IMAGING_TIME")
        ),
        spectral=xml.text(scene, "SENSOR_CODE").upper(),
        tiles=_tiles(path, root, files),
        nodata=_nodata(document, "Image_Display/Special_Value", "SPECIAL_VALUE_INDEX"),
        bands=_if_all(document, _interpreted(document, "BAND_DESCRIPTION")),
        level=level,
        properties=_sound(properties) | ({"instruments": [instrument.lower()]} if instrument else {}),
        physical=level == _RAW_V1 and has_model(document),
    )


def _read_phr(path: Path, root: Path, document: Element, files: list[str]) -> Product:
    headers = document.findall(_PHR_HEADERS)
    centre = headers[len(headers) // 2] if headers else Element("none")
    strip = "Data_Strip/Data_Strip_Identification"
    level = xml.text(document, "Product_Characteristics/PROCESSING_LEVEL").upper()
    cloud = "Catalog/Cloud_And_Quality_Notation/Data_Strip_Notation/CLOUD_NOTATION"
    properties = {
        "eo:cloud_cover": xml.number(document, cloud),
        "view:incidence_angle": xml.number(centre, "Incidences/GLOBAL_INCIDENCE"),
        "view:off_nadir": xml.number(centre, "Pointing_Angles/PSI_XY"),
        "view:sun_azimuth": xml.number(centre, "Solar_Incidences/SUN_AZIMUTH"),
        "view:sun_elevation": xml.number(centre, "Solar_Incidences/SUN_ELEVATION"),
        "gsd": xml.number(document, f"{_PHR_IMAGE}/THEORETICAL_RESOLUTION"),
        **_production(document),
        "processing:level": level,
    }
    start = xml.needed(document, path, "Data_Strip/UTC_Acquisition_Range/START")
    date, _, time = start.partition("T")
    spectral = xml.text(document, f"{_PHR_IMAGE}/SPECTRAL_PROCESSING").upper()
    return Product(
        path=path,
        name=xml.needed(document, path, "Dataset_Identification/DATASET_NAME"),
        job=xml.text(document, "Production/JOB_ID"),
        platform=_platform(path, document, f"{strip}/PLATFORM_NAME", f"{strip}/PLATFORM_SERIAL_NUMBER"),
        moment=_moment(path, date, time),
        spectral=spectral,
        tiles=_tiles(path, root, files),
        nodata=_nodata(document, f"{_PHR_IMAGE}/Special_Values", "SPECIAL_VALUE_INDEX"),
        bands=_if_all(document, _interpreted(document, "BAND_ID")),
        level=level,
        properties=_sound(properties),
    )


def _files(document: Element) -> Iterator[str]:
    """Image files that a document names, as it writes them."""
    for found in document.iterfind(".//Data_Access//DATA_FILE_PATH"):
        name = unquote(found.get("href") or (found.text or "")).strip()
        if name:
            yield name


def _tiles(path: Path, root: Path, names: list[str]) -> tuple[Path, ...]:
    tiles = tuple(_inside(path, root, name) for name in names)
    missing = [tile.name for tile in tiles if not tile.is_file()]
    if missing:
        raise ProductError(
            fr=f"{path.name} : il manque {', '.join(missing)}.",
            en=f"{path.name}: {', '.join(missing)} is missing.",
        )
    empty = [tile.name for tile in tiles if tile.stat().st_size == 0]
    if empty:
        raise ProductError(
            fr=f"{path.name} : {', '.join(empty)} est vide.", en=f"{path.name}: {', '.join(empty)} is empty."
        )
    for tile in tiles:
        with tile.open("rb") as file:
            if not file.read(8).startswith(_SIGNATURES):
                raise ProductError(
                    fr=f"{path.name} : {tile.name} n'est ni un TIFF ni un JPEG 2000.",
                    en=f"{path.name}: {tile.name} is neither TIFF nor JPEG 2000.",
                )
    return tiles


def _inside(path: Path, root: Path, name: str) -> Path:
    """The file that a document names, which must lie within the delivery."""
    found = path.parent / name
    if "://" in name or not found.resolve().is_relative_to(root.resolve()):
        raise ProductError(
            fr=f"{path.name} : « {name} » est en dehors de la livraison.",
            en=f"{path.name}: '{name}' is outside of the delivery.",
        )
    return found


def _component(document: Element, title: str) -> str:
    """Path of the first component whose file is of this kind (`RPC`), empty when there is none."""
    for component in document.iterfind(".//Component"):
        found = component.find("COMPONENT_PATH")
        href = "" if found is None else unquote(found.get("href", ""))
        if Path(href).name.upper().startswith(title):
            return href
    return ""


def _located_at_centre(document: Element) -> Element:
    """The geometric values at the centre of the image, else the first ones, else none."""
    found = document.findall(_CENTRE)
    centred = [values for values in found if xml.text(values, "LOCATION_TYPE").lower() == "center"]
    return (centred or found or [Element("none")])[0]


def _bands_v2(document: Element) -> tuple[str, ...]:
    """Names of the bands in the order of the file: as listed, else those displayed, then those measured."""
    listed = [
        sorted((xml.number(index, "BAND_INDEX") or 0, xml.text(index, "BAND_ID")) for index in found)
        for found in document.iterfind(".//Raster_Index_List")  # one for each file of six bands
    ]
    order = document.find("Raster_Data/Raster_Display/Band_Display_Order")
    names = [name for found in listed for _, name in found]
    if not names and order is not None:
        names = [xml.text(order, f"{colour}_CHANNEL") for colour in ("RED", "GREEN", "BLUE")]
        names += [xml.text(band, "BAND_ID") for band in document.iterfind(".//Band_Spectral_Range")]
    return tuple(dict.fromkeys(name for name in names if name))


def _interpreted(document: Element, name: str) -> tuple[str, ...]:
    """Names of the bands where version 1 tells them, in the order of the file."""
    found = document.iterfind("Image_Interpretation/Spectral_Band_Info")
    return tuple(xml.text(band, name) or f"B{number}" for number, band in enumerate(found, 1))


def _if_all(document: Element, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names when there is one for each band of the image, else none."""
    count = xml.number(document, ".//Raster_Dimensions/NBANDS")
    return names if count == len(names) else ()


def _nodata(document: Element, path: str, value: str) -> float | None:
    """Value of pixels without data."""
    for special in document.iterfind(path):
        if xml.text(special, "SPECIAL_VALUE_TEXT").upper() == "NODATA":
            return xml.number(special, value)
    return None


def _production(document: Element) -> dict[str, Any]:
    """Who made the product, where version 1 tells it."""
    facility = "Production/Production_Facility"
    return {
        "processing:facility": xml.text(document, f"{facility}/PROCESSING_CENTER"),
        "processing:software": _software(
            xml.text(document, f"{facility}/SOFTWARE_NAME"),
            xml.text(document, f"{facility}/SOFTWARE_VERSION"),
        ),
        "processing:datetime": _optional_moment(xml.text(document, "Production/DATASET_PRODUCTION_DATE")),
    }


def _lineage(radiometry: str) -> str:
    return f"Radiometric processing: {radiometry}" if radiometry else ""


def _software(name: str, version: str) -> dict[str, str] | None:
    return {name.strip(): version.strip()} if name.strip() else None


def _sound(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties that are told and within their range; a value out of range is left out, as not known."""
    sound = {}
    for key, value in properties.items():
        if value in (None, "", {}):
            continue
        told = abs(value) if key in _UNSIGNED else value
        least, most = _RANGES.get(key, (None, None))
        if least is None or most is None or least <= told <= most:
            sound[key] = told
    return sound


def _platform(path: Path, root: Element, mission: str, index: str) -> str:
    written = xml.needed(root, path, mission) + xml.text(root, index)
    platform = normal_platform(written)
    if platform is None:
        raise ProductError(
            fr=f"{path.name} : satellite inconnu « {written} ».",
            en=f"{path.name}: unknown satellite '{written}'.",
        )
    return platform


def _moment(path: Path, date: str, time: str) -> datetime:
    """A moment of UTC, to the microsecond at most."""
    clock, _, fraction = time.strip().rstrip("Z").partition(".")
    try:
        whole = datetime.fromisoformat(f"{date.strip()}T{clock}").replace(tzinfo=UTC)
        return whole.replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")))
    except ValueError as error:
        raise ProductError(
            fr=f"{path.name} : « {date} {time} » n'est pas une date.",
            en=f"{path.name}: '{date} {time}' is not a date.",
        ) from error


def _optional_moment(written: str) -> str | None:
    """A moment as STAC writes it, in UTC where no zone is told; None for what is no date."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return format_moment(found if found.tzinfo else found.replace(tzinfo=UTC))
