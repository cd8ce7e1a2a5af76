"""Deliveries of our own making, laid out and described as suppliers do: invented ground, invented numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.transform import from_bounds

NORTH, WEST = 4_800_000.0, 500_000.0  # UTM 31 north: 3 degrees east, 43.35 degrees north
LON, LAT = 3.0, 43.35


@dataclass(frozen=True)
class Kind:
    """What differs between the products that follow DIMAP version 2."""

    mission: str
    index: str
    profile: str
    dataset: str
    job: str
    spectral: str
    resolution: float
    bands: tuple[str, ...]


PHR_P = Kind("PHR", "1B", "PHR_ORTHO", "PHR1B_P_202306121044470_ORT_9001-001", "9001-001", "P", 0.5, ("P",))
PHR_MS = Kind(
    "PHR", "1B", "PHR_ORTHO", "PHR1B_MS_202306121044470_ORT_9001-002", "9001-002", "MS", 2.0,
    ("B2", "B1", "B0", "B3"),
)  # fmt: skip
PNEO_MS = Kind(
    "PNEO", "3", "PNEO_ORTHO", "PNEO3_202306121044470_MS-FS_ORT", "PWOI_000009_1_1_F_1", "MS-FS", 1.2,
    ("R", "G", "B", "NIR", "RE", "DB"),
)  # fmt: skip
SPOT6_PMS = Kind(
    "SPOT", "6", "S6_ORTHO", "SPOT6_PMS_202306121044470_ORT_77", "77", "PMS", 1.5, ("B2", "B1", "B0", "B3")
)


def deliver_v2(
    folder: Path,
    kind: Kind,
    *,
    tiles: int = 2,
    size: tuple[int, int] = (160, 240),
    driver: str = "GTiff",
    sensor: bool = False,
    cloud: str = "7.5",
    collar: int = 0,
) -> Path:
    """A product of DIMAP version 2 in `folder`: `tiles` images side by side and their metadata.

    Args:
        folder: made when missing.
        kind: the product.
        tiles: how many images the columns are shared by.
        size: rows and columns of the whole, columns a multiple of tiles.
        driver: of GDAL for the images.
        sensor: raw geometry with a sensor model, instead of a place on the ground.
        cloud: percent, as written.
        collar: columns without data at the left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = kind.dataset
    pixels = ground(len(kind.bands), *size)
    pixels[:, :, :collar] = 0
    suffix = "TIF" if driver == "GTiff" else "JP2"
    width = size[1] // tiles
    blocks = []
    for part, bands in (
        (("_RGB", slice(0, 3)), ("_NED", slice(3, 6))) if len(kind.bands) == 6 else (("", slice(None)),)
    ):
        files = []
        for column in range(tiles):
            name = f"IMG_{stem}{part}_R1C{column + 1}.{suffix}"
            left = WEST + column * width * kind.resolution
            place = Affine(kind.resolution, 0, left, 0, -kind.resolution, NORTH)
            tile = pixels[bands, :, column * width : (column + 1) * width]
            write(folder / name, tile, driver, None if sensor else place)
            files.append(
                f'<Data_File tile_R="1" tile_C="{column + 1}"><DATA_FILE_PATH href="{name}"/></Data_File>'
            )
        indexes = "".join(
            f"<Raster_Index><BAND_ID>{band}</BAND_ID><BAND_INDEX>{number}</BAND_INDEX></Raster_Index>"
            for number, band in enumerate(kind.bands[bands], 1)
        )
        listed = f"<Raster_Display><Raster_Index_List>{indexes}</Raster_Index_List></Raster_Display>"
        blocks.append(f"<Data_Files>{''.join(files)}{listed}</Data_Files>")
    model = ""
    if sensor:
        write_model(folder / f"RPC_{stem}.XML", size, kind.resolution)
        model = (
            "<Geoposition><Geoposition_Models><Rational_Function_Model><Component>"
            f'<COMPONENT_TYPE>DIMAP</COMPONENT_TYPE><COMPONENT_PATH href="RPC_{stem}.XML"/>'
            "</Component></Rational_Function_Model></Geoposition_Models></Geoposition>"
        )
    level = "SENSOR" if sensor else "ORTHO"
    path = folder / f"DIM_{stem}.XML"
    path.write_text(
        f"""<?xml version="1.0" encoding="UTF-8"?>
<Dimap_Document>
<Metadata_Identification><METADATA_FORMAT version="2.15">DIMAP</METADATA_FORMAT>
<METADATA_PROFILE>{kind.profile}</METADATA_PROFILE><METADATA_SUBPROFILE>PRODUCT</METADATA_SUBPROFILE>
</Metadata_Identification>
<Dataset_Identification><DATASET_NAME version="1.0">{kind.dataset}</DATASET_NAME></Dataset_Identification>
<Dataset_Content><CLOUD_COVERAGE unit="percent">{cloud}</CLOUD_COVERAGE>
<SNOW_COVERAGE unit="percent">0</SNOW_COVERAGE></Dataset_Content>
<Product_Information><Delivery_Identification><PRODUCTION_DATE>2023-06-20T08:00:00.5Z</PRODUCTION_DATE>
<JOB_ID>{kind.job}</JOB_ID></Delivery_Identification></Product_Information>
{model}
<Processing_Information><Production_Facility><SOFTWARE version="9.1">Atelier</SOFTWARE>
<PROCESSING_CENTER>Ici</PROCESSING_CENTER></Production_Facility>
<Product_Settings><PROCESSING_LEVEL>{level}</PROCESSING_LEVEL>
<SPECTRAL_PROCESSING>{kind.spectral}</SPECTRAL_PROCESSING>
<Radiometric_Settings><RADIOMETRIC_PROCESSING>REFLECTANCE</RADIOMETRIC_PROCESSING></Radiometric_Settings>
</Product_Settings></Processing_Information>
<Raster_Data><Raster_Dimensions><NROWS>{size[0]}</NROWS><NCOLS>{size[1]}</NCOLS>
<NBANDS>{len(kind.bands)}</NBANDS><Tile_Set><NTILES>{tiles}</NTILES><Regular_Tiling>
<NTILES_SIZE nrows="{size[0]}" ncols="{width}"/><NTILES_COUNT ntiles_R="1" ntiles_C="{tiles}"/>
<OVERLAP_ROW>0</OVERLAP_ROW><OVERLAP_COL>0</OVERLAP_COL></Regular_Tiling></Tile_Set></Raster_Dimensions>
<Data_Access><DATA_FILE_FORMAT>image/{"tiff" if driver == "GTiff" else "jp2"}</DATA_FILE_FORMAT>
{"".join(blocks)}</Data_Access>
<Raster_Display><Special_Value><SPECIAL_VALUE_TEXT>NODATA</SPECIAL_VALUE_TEXT>
<SPECIAL_VALUE_COUNT>0</SPECIAL_VALUE_COUNT></Special_Value></Raster_Display></Raster_Data>
<Geometric_Data><Use_Area>
<Located_Geometric_Values><LOCATION_TYPE>TopCenter</LOCATION_TYPE><Acquisition_Angles>
<INCIDENCE_ANGLE unit="deg">80</INCIDENCE_ANGLE></Acquisition_Angles></Located_Geometric_Values>
<Located_Geometric_Values><LOCATION_TYPE>Center</LOCATION_TYPE><Acquisition_Angles>
<AZIMUTH_ANGLE unit="deg">180.25</AZIMUTH_ANGLE><VIEWING_ANGLE unit="deg">11.5</VIEWING_ANGLE>
<INCIDENCE_ANGLE unit="deg">12.75</INCIDENCE_ANGLE></Acquisition_Angles>
<Solar_Incidences><SUN_AZIMUTH unit="deg">150.5</SUN_AZIMUTH><SUN_ELEVATION unit="deg">62</SUN_ELEVATION>
</Solar_Incidences></Located_Geometric_Values></Use_Area></Geometric_Data>
<Dataset_Sources><Source_Identification><SOURCE_ID>DS_1</SOURCE_ID><Strip_Source>
<MISSION>{kind.mission}</MISSION><MISSION_INDEX>{kind.index}</MISSION_INDEX>
<IMAGING_DATE>2023-06-12</IMAGING_DATE><IMAGING_TIME>10:44:47.0Z</IMAGING_TIME></Strip_Source>
</Source_Identification></Dataset_Sources>
</Dimap_Document>
""",
        encoding="utf-8",
    )
    return path


def deliver_spot5(folder: Path) -> Path:
    """A map-projected scene of SPOT 5 in DIMAP version 1: three bands, one image."""
    folder.mkdir(parents=True, exist_ok=True)
    place = Affine(10, 0, WEST, 0, -10, NORTH)
    write(folder / "IMAGERY.TIF", ground(3, 90, 120).astype(np.uint8), "GTiff", place)
    bands = "".join(
        f"<Spectral_Band_Info><BAND_INDEX>{number}</BAND_INDEX><BAND_DESCRIPTION>{name}</BAND_DESCRIPTION>"
        "</Spectral_Band_Info>"
        for number, name in enumerate(("XS3", "XS2", "XS1"), 1)
    )
    path = folder / "METADATA.DIM"
    path.write_text(
        f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<Dimap_Document>
<Metadata_Id><METADATA_FORMAT version="1.1">DIMAP</METADATA_FORMAT></Metadata_Id>
<Dataset_Id><DATASET_NAME>SCENE 5 040-261 03/07/25 10:48:20 2 J</DATASET_NAME></Dataset_Id>
<Raster_Dimensions><NCOLS>120</NCOLS><NROWS>90</NROWS><NBANDS>3</NBANDS></Raster_Dimensions>
<Raster_Encoding><NBITS>8</NBITS><DATA_TYPE>BYTE</DATA_TYPE></Raster_Encoding>
<Data_Access><DATA_FILE_FORMAT>GEOTIFF</DATA_FILE_FORMAT>
<Data_File><DATA_FILE_PATH href="IMAGERY.TIF"/></Data_File></Data_Access>
<Image_Interpretation>{bands}</Image_Interpretation>
<Image_Display><Special_Value><SPECIAL_VALUE_INDEX>0</SPECIAL_VALUE_INDEX>
<SPECIAL_VALUE_TEXT>NODATA</SPECIAL_VALUE_TEXT></Special_Value></Image_Display>
<Production><DATASET_PRODUCTION_DATE>2004-01-02T03:04:05</DATASET_PRODUCTION_DATE>
<JOB_ID>F1</JOB_ID></Production>
<Data_Processing><PROCESSING_LEVEL>2A</PROCESSING_LEVEL></Data_Processing>
<Dataset_Sources><Source_Information><Scene_Source>
<IMAGING_DATE>2003-07-25</IMAGING_DATE><IMAGING_TIME>10:48:20</IMAGING_TIME>
<MISSION>SPOT</MISSION><MISSION_INDEX>5</MISSION_INDEX><INSTRUMENT>HRG</INSTRUMENT>
<INSTRUMENT_INDEX>2</INSTRUMENT_INDEX><SENSOR_CODE>J</SENSOR_CODE>
<INCIDENCE_ANGLE>-15.5</INCIDENCE_ANGLE><SUN_AZIMUTH>151.9</SUN_AZIMUTH><SUN_ELEVATION>60.3</SUN_ELEVATION>
</Scene_Source></Source_Information></Dataset_Sources>
</Dimap_Document>
""",
        encoding="latin-1",
    )
    return path


def ground(bands: int, rows: int, columns: int) -> np.ndarray[Any, Any]:
    """Pixels that differ everywhere and are nowhere 0."""
    return np.random.default_rng(bands).integers(50, 200, (bands, rows, columns), dtype=np.uint16)


def write(path: Path, pixels: np.ndarray[Any, Any], driver: str, place: Affine | None) -> None:
    options: dict[str, Any] = {"crs": CRS.from_epsg(32631), "transform": place} if place else {}
    if driver == "JP2OpenJPEG":
        options |= {"quality": "100", "reversible": "YES"}
    count, height, width = pixels.shape
    profile = {"driver": driver, "count": count, "height": height, "width": width, "dtype": pixels.dtype}
    with rasterio.open(path, "w", **profile, **options) as image:
        image.write(pixels)


def write_model(path: Path, size: tuple[int, int], resolution: float) -> None:
    """A sensor model of a satellite that looks straight down, on a ground where heights move nothing."""
    rows, columns = size
    lat_scale = rows * resolution / 2 / 111_000
    lon_scale = columns * resolution / 2 / (111_320 * float(np.cos(np.radians(LAT))))
    terms = {
        "SAMP_NUM": {2: 1.0}, "SAMP_DEN": {1: 1.0}, "LINE_NUM": {3: -1.0}, "LINE_DEN": {1: 1.0},
    }  # fmt: skip
    coefficients = "".join(
        f"<{name}_COEFF_{index}>{chosen.get(index, 0)}</{name}_COEFF_{index}>"
        for name, chosen in terms.items()
        for index in range(1, 21)
    )
    scales = {
        "LONG_SCALE": lon_scale, "LONG_OFF": LON, "LAT_SCALE": lat_scale, "LAT_OFF": LAT,
        "HEIGHT_SCALE": 500, "HEIGHT_OFF": 100, "SAMP_SCALE": columns / 2, "SAMP_OFF": (columns + 1) / 2,
        "LINE_SCALE": rows / 2, "LINE_OFF": (rows + 1) / 2,
    }  # fmt: skip
    validity = "".join(f"<{name}>{value}</{name}>" for name, value in scales.items())
    path.write_text(
        "<Dimap_Document><Rational_Function_Model><Global_RFM>"
        f"<Inverse_Model>{coefficients}</Inverse_Model><RFM_Validity>{validity}</RFM_Validity>"
        "</Global_RFM></Rational_Function_Model></Dimap_Document>",
        encoding="utf-8",
    )


def image(path: Path, bands: int = 1) -> Path:
    """A small image that tells nothing but its place."""
    pixels = np.random.default_rng(1).integers(1, 4000, (bands, 300, 300), dtype=np.uint16)
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {
        "driver": "GTiff",
        "width": 300,
        "height": 300,
        "count": bands,
        "dtype": "uint16",
        "crs": "EPSG:4326",
        "transform": from_bounds(3.7, 43.5, 3.72, 43.52, 300, 300),
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(pixels)
    return path
