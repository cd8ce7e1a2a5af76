"""Images cut to an area: the right pixels, and no more bytes than the blocks that the area touches."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest
import requests
from osgeo import gdal, osr
from shapely.affinity import rotate
from shapely.geometry import Polygon, box
from shapely.ops import transform, unary_union

from dinamis_plugin.api import part as part_module
from dinamis_plugin.api.link import Link
from dinamis_plugin.domain.errors import (
    CancelledError,
    CorruptImageError,
    DiskFullError,
    NotClippableError,
    OutsideImageError,
)
from dinamis_plugin.domain.tiff import read_layout
from dinamis_plugin.qgisio.clips import check_readable, clip, estimate

SIDE, BLOCK = 2048, 256
WEST, NORTH, PIXEL = 770000, 6280000, 2
FORMS = {
    "cog": ("COG", ["COMPRESS=DEFLATE", f"BLOCKSIZE={BLOCK}"], 4, 0),
    "no missing value": ("COG", ["COMPRESS=DEFLATE", f"BLOCKSIZE={BLOCK}"], 3, None),
    "bands apart": (
        "GTiff",
        ["INTERLEAVE=BAND", "TILED=YES", f"BLOCKXSIZE={BLOCK}", f"BLOCKYSIZE={BLOCK}"],
        2,
        0,
    ),
    "strips": ("GTiff", ["COMPRESS=DEFLATE"], 2, 0),
    "big": ("COG", ["BIGTIFF=YES", f"BLOCKSIZE={BLOCK}"], 1, 0),
}


def write_image(path: Path, form: str):
    """Write an image of known pixels in Lambert 93; gives its array."""
    driver, options, bands, nodata = FORMS[form]
    random = np.random.default_rng(7)
    pixels = random.integers(1, 4000, (bands, SIDE, SIDE), dtype="uint16")
    memory = gdal.GetDriverByName("MEM").Create("", SIDE, SIDE, bands, gdal.GDT_UInt16)
    memory.SetGeoTransform((WEST, PIXEL, 0, NORTH, 0, -PIXEL))
    system = osr.SpatialReference()
    system.ImportFromEPSG(2154)
    memory.SetProjection(system.ExportToWkt())
    for band in range(bands):
        memory.GetRasterBand(band + 1).WriteArray(pixels[band])
        if nodata is not None:
            memory.GetRasterBand(band + 1).SetNoDataValue(nodata)
    gdal.GetDriverByName(driver).CreateCopy(str(path), memory, options=options)
    return pixels


@pytest.fixture(params=list(FORMS))
def form(request):
    return request.param


class Counted:
    """A file with ranges that counts the bytes it gives."""

    def __init__(self, server, data: bytes):
        self.data, self.given, self.etag = data, 0, '"v1"'
        self.url = f"{server.url}/image.tif"
        server.routes["/image.tif"] = self._answer

    def _answer(self, request, _handler):
        headers = {"ETag": self.etag, "Content-Type": "image/tiff"}
        asked = request.headers.get("Range")
        if not asked:
            self.given += len(self.data)
            return 200, self.data, headers
        start, end = (int(one) for one in asked[len("bytes=") :].split("-"))
        if start >= len(self.data):
            return 416, b"", {"Content-Range": f"bytes */{len(self.data)}"}
        body = self.data[start : end + 1]
        self.given += len(body)
        headers["Content-Range"] = f"bytes {start}-{start + len(body) - 1}/{len(self.data)}"
        return 206, body, headers


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """The bytes and pixels of each form, written once."""
    known = {}

    def give(form):
        if form not in known:
            path = tmp_path_factory.mktemp("forms") / "source.tif"
            pixels = write_image(path, form)
            known[form] = (path.read_bytes(), pixels)
        return known[form]

    return give


@pytest.fixture
def image(server, written, form):
    data, pixels = written(form)
    counted = Counted(server, data)
    counted.pixels = pixels
    return counted


def link_to(image, **options):
    return Link(requests.Session(), lambda: image.url, **options)


def to_degrees(pixel_shape):
    """The WKT in EPSG:4326 of a shape in columns and rows."""
    lambert, degrees = osr.SpatialReference(), osr.SpatialReference()
    lambert.ImportFromEPSG(2154)
    degrees.ImportFromEPSG(4326)
    for one in (lambert, degrees):
        one.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    there = osr.CoordinateTransformation(lambert, degrees)

    def move(xs, ys):
        points = [there.TransformPoint(WEST + x * PIXEL, NORTH - y * PIXEL)[:2] for x, y in zip(xs, ys)]
        return tuple(zip(*points))

    dense = pixel_shape.segmentize(16) if hasattr(pixel_shape, "segmentize") else pixel_shape
    return transform(lambda x, y, z=None: move(x, y), dense).wkt


SQUARE = box(300, 420, 900, 700)
DIAGONAL = rotate(box(100, 1000, 1950, 1060), 40)
L_SHAPE = unary_union([box(100, 100, 160, 1900), box(100, 1840, 1900, 1900)])


@pytest.mark.parametrize("area", [SQUARE, DIAGONAL, L_SHAPE], ids=["square", "diagonal", "L"])
def test_the_right_pixels_come_and_few_bytes(image, tmp_path, area):
    target = tmp_path / "cut.tif"
    expected = estimate(link_to(image), to_degrees(area))
    image.given = 0
    clip(link_to(image), target, to_degrees(area))
    layout = read_layout(lambda start, count: image.data[start : start + count])
    needed = sum(end - start for start, end in layout.spans(layout.pixels.touching(area), len(image.data)))
    assert expected.bytes_read == pytest.approx(needed, rel=0.05)
    assert expected.whole_bytes == len(image.data)
    assert image.given <= 1.3 * needed
    made = gdal.Open(str(target))
    assert (made.RasterXSize, made.RasterYSize) == (expected.width, expected.height)
    left = round((made.GetGeoTransform()[0] - WEST) / PIXEL)
    top = round((NORTH - made.GetGeoTransform()[3]) / PIXEL)
    window = image.pixels[:, top : top + made.RasterYSize, left : left + made.RasterXSize]
    read = made.ReadAsArray().reshape(window.shape)
    seen = made.GetRasterBand(1).GetMaskBand().ReadAsArray() > 0
    assert (read[:, seen] == window[:, seen]).all()
    assert seen.sum() == pytest.approx(area.area, rel=0.01)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut.tif"]


@pytest.mark.parametrize("form", ["cog"], indirect=True)
def test_an_area_elsewhere_is_told(image, tmp_path):
    for area in (box(5000, 5000, 6000, 6000), box(-900, 0, -10, 500)):
        with pytest.raises(OutsideImageError):
            clip(link_to(image), tmp_path / "cut.tif", to_degrees(area))
    assert image.given < 200_000


@pytest.mark.parametrize("form", ["cog"], indirect=True)
def test_a_cut_that_was_stopped_goes_on(image, tmp_path, form):
    stop = threading.Event()
    needed = estimate(link_to(image), to_degrees(SQUARE)).bytes_read

    def progress(done, _total):
        if done > needed // 3:
            stop.set()

    with pytest.raises(CancelledError):
        clip(link_to(image, progress=progress, cancel=stop.is_set), tmp_path / "cut.tif", to_degrees(SQUARE))
    assert not (tmp_path / "cut.tif").exists()
    image.given = 0
    clip(link_to(image), tmp_path / "cut.tif", to_degrees(SQUARE))
    assert image.given < needed
    check_readable(tmp_path / "cut.tif")


@pytest.mark.parametrize("form", ["cog"], indirect=True)
def test_an_image_that_changes_while_it_is_cut_is_never_mixed(image, tmp_path, form):
    write_image(tmp_path / "other.tif", "cog")
    other = bytearray((tmp_path / "other.tif").read_bytes())
    changed = threading.Event()

    def progress(done, _total):
        if not changed.is_set():
            changed.set()
            image.data, image.etag = bytes(other), '"v2"'

    clip(link_to(image, progress=progress), tmp_path / "cut.tif", to_degrees(SQUARE))
    assert changed.is_set()
    check_readable(tmp_path / "cut.tif")


@pytest.mark.parametrize(
    "data", [b"", b"not an image" * 900, b"II*\0" + b"\xff" * 5000, b"MM\0*" + bytes(200)]
)
def test_what_is_no_tiff_is_told(server, tmp_path, data):
    image = Counted(server, data)
    with pytest.raises((NotClippableError, CorruptImageError)):
        clip(link_to(image), tmp_path / "cut.tif", to_degrees(SQUARE))
    assert list(tmp_path.iterdir()) == []


def test_a_polygon_of_no_area_touches_nothing(server, written, tmp_path):
    image = Counted(server, written("strips")[0])
    with pytest.raises(OutsideImageError):
        clip(link_to(image), tmp_path / "cut.tif", Polygon().wkt)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")
@pytest.mark.parametrize("form", ["cog"], indirect=True)
def test_a_full_disk_is_told_and_leaves_nothing(image, tmp_path, monkeypatch, form):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", small], check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        with pytest.raises(DiskFullError):  # told before anything comes
            clip(link_to(image), small / "cut.tif", to_degrees(SQUARE))
        monkeypatch.setattr(part_module, "SPARE_BYTES", -(2**40))  # it seemed to be there, and is gone
        with pytest.raises(DiskFullError):
            clip(link_to(image), small / "cut.tif", to_degrees(SQUARE))
        assert [path.name for path in small.iterdir() if path.suffix == ".tif"] == []
    finally:
        subprocess.run(["umount", "--lazy", small], check=True)
