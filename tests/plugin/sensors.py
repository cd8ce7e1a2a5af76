"""Test scenes of every sensor: four fields of known ground, as each sensor would see them."""

from __future__ import annotations

import numpy as np
from osgeo import gdal, osr
from qgis.core import QgsMapRendererSequentialJob, QgsMapSettings
from qgis.PyQt.QtCore import QSize, Qt

from .waiting import wait_until

# Reflectance in thousandths of what each field sends back, band by band.
GROUND = {
    "water": {
        "coastal": 90,
        "blue": 80,
        "green": 40,
        "red": 20,
        "rededge": 20,
        "nir": 10,
        "swir16": 5,
        "pan": 38,
    },
    "forest": {
        "coastal": 20,
        "blue": 30,
        "green": 70,
        "red": 30,
        "rededge": 180,
        "nir": 450,
        "swir16": 150,
        "pan": 145,
    },
    "soil": {
        "coastal": 80,
        "blue": 100,
        "green": 150,
        "red": 220,
        "rededge": 250,
        "nir": 280,
        "swir16": 350,
        "pan": 188,
    },
    "roofs": {
        "coastal": 300,
        "blue": 310,
        "green": 320,
        "red": 340,
        "rededge": 350,
        "nir": 360,
        "swir16": 380,
        "pan": 333,
    },
}
FIELDS = tuple(GROUND)
"""From left to right."""

MISSIONS = {
    "SPOT 1": (("nir", "red", "green"), 20.0, 10.0),
    "SPOT 2": (("nir", "red", "green"), 20.0, 10.0),
    "SPOT 3": (("nir", "red", "green"), 20.0, 10.0),
    "SPOT 4": (("nir", "red", "green", "swir16"), 20.0, 10.0),
    "SPOT 5": (("nir", "red", "green", "swir16"), 10.0, 2.5),
    "SPOT 6/7": (("red", "green", "blue", "nir"), 6.0, 1.5),
    "PLEIADES": (("red", "green", "blue", "nir"), 2.0, 0.5),
    "PWH": (("red", "green", "blue", "nir"), 2.0, 0.5),
    "PLEIADES NEO": (("red", "green", "blue", "nir", "rededge", "coastal"), 1.2, 0.3),
    "SENTINEL 2": (("blue", "green", "red", "nir"), 10.0, None),
}
"""Bands in the order of the supplier, and metres of a multispectral and of a panchromatic pixel."""

SIZE = 64
COLLAR = 4
"""Lines without data at the top."""


def values(field, bands):
    """What the image holds in a field."""
    return [GROUND[field][band] * 10 for band in bands]


def write_scene(path, bands, pixel, *, size=SIZE, west=770_000.0, epsg=2154, scale=1.0, byte=False):
    """Write a COG of the four fields side by side, with a collar without data at its top."""
    pixels = np.zeros((len(bands), size, size))
    for place, field in enumerate(FIELDS):
        columns = slice(place * size // len(FIELDS), (place + 1) * size // len(FIELDS))
        pixels[:, :, columns] = np.array(values(field, bands))[:, None, None] * scale
    pixels[:, : COLLAR * size // SIZE] = 0
    kind = gdal.GDT_Byte if byte else gdal.GDT_UInt16
    memory = gdal.GetDriverByName("MEM").Create("", size, size, len(bands), kind)
    memory.SetGeoTransform((west, pixel, 0, 6_280_000, 0, -pixel))
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(epsg)
    memory.SetProjection(reference.ExportToWkt())
    for number, band in enumerate(pixels, 1):
        memory.GetRasterBand(number).WriteArray(band / 20 if byte else band)
        memory.GetRasterBand(number).SetNoDataValue(0)
    gdal.GetDriverByName("COG").CreateCopy(str(path), memory, options=["COMPRESS=DEFLATE", "BLOCKSIZE=128"])
    return path


def drawn(layers, extent=None, time=None):
    """Draw layers on nothing, one pixel of the picture for one of a scene; with a time, as at that time."""
    layers = layers if isinstance(layers, list) else [layers]
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(layers[0].crs())
    settings.setExtent(extent or layers[0].extent())
    settings.setOutputSize(QSize(SIZE, SIZE))
    settings.setBackgroundColor(Qt.GlobalColor.transparent)
    if time is not None:
        settings.setIsTemporal(True)
        settings.setTemporalRange(time)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    wait_until(lambda: not job.isActive(), 30)
    assert not job.errors(), [error.message for error in job.errors()]
    return job.renderedImage()


def colour_of(image, field):
    """Red, green, blue and alpha in the middle of a field."""
    colour = image.pixelColor((2 * FIELDS.index(field) + 1) * SIZE // (2 * len(FIELDS)), SIZE // 2)
    return colour.red(), colour.green(), colour.blue(), colour.alpha()
