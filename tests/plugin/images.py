"""Small real images and the scenes they belong to."""

from __future__ import annotations

from datetime import datetime, timezone

import numpy as np
from osgeo import gdal, osr
from shapely.geometry import box

from dinamis_plugin.domain.layer_document import addresses_in
from dinamis_plugin.domain.scene import Scene


def make_cog(path, *, bands=4, size=1024, seed=1, west=770000, north=6280000):
    """Write a tiled UInt16 COG in Lambert 93 whose pixels are known; gives its array."""
    random = np.random.default_rng(seed)
    ground = np.add.outer(np.arange(size), np.arange(size)) % 800 + 200
    pixels = np.stack([ground + 50 * band + random.integers(0, 60, (size, size)) for band in range(bands)])
    memory = gdal.GetDriverByName("MEM").Create("", size, size, bands, gdal.GDT_UInt16)
    memory.SetGeoTransform((west, 2, 0, north, 0, -2))
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(2154)
    memory.SetProjection(reference.ExportToWkt())
    for band in range(bands):
        memory.GetRasterBand(band + 1).WriteArray(pixels[band].astype("uint16"))
        memory.GetRasterBand(band + 1).SetNoDataValue(0)
    gdal.GetDriverByName("COG").CreateCopy(str(path), memory, options=["COMPRESS=DEFLATE", "BLOCKSIZE=256"])
    return pixels.astype("uint16")


def scene_of(href, *, scene_id="PHR1A_20261121_MTP", key="ms", open_data=False, title="Pléiades 2026-11-21"):
    """A downloadable scene with one image."""
    asset = {
        "href": href,
        "type": "image/tiff; application=geotiff; profile=cloud-optimized",
        "roles": ["data"],
        "title": "Multispectral",
    }
    properties = {
        "datetime": datetime(2026, 11, 21, 10, 30, tzinfo=timezone.utc).isoformat(),
        "title": title,
        "platform": "PHR1A",
        "dinamis:mission": "PLEIADES",
        "dinamis:product_type": "downloadable",
        "dinamis:access": "open" if open_data else "member",
    }
    footprint = box(3.86, 43.6, 3.9, 43.64).__geo_interface__
    return Scene.from_stac(
        {
            "id": scene_id,
            "collection": "pleiades",
            "properties": properties,
            "geometry": footprint,
            "assets": {key: asset},
        }
    )


def addresses_of(layer):
    """The signed addresses that a live layer reads: they are in the memory of GDAL, not in its source."""
    file = gdal.VSIFOpenL(layer.source(), "rb")
    if file is None:
        return []
    try:
        return addresses_in(bytes(gdal.VSIFReadL(1, gdal.VSIStatL(layer.source()).size, file)).decode())
    finally:
        gdal.VSIFCloseL(file)


def compose_mosaic(sources):
    """Write the VRT that shows several images as one, as `add_identities` wants it."""
    path = "/vsimem/composing.vrt"
    gdal.BuildVRT(path, list(sources.values())).FlushCache()
    file = gdal.VSIFOpenL(path, "rb")
    try:
        return bytes(gdal.VSIFReadL(1, gdal.VSIStatL(path).size, file)).decode()
    finally:
        gdal.VSIFCloseL(file)
        gdal.Unlink(path)
