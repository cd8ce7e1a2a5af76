"""What GDAL asks servers for when layers open and are drawn: nothing twice, nothing beside the image."""

from __future__ import annotations

import os
import subprocess
import sys

from osgeo import gdal

from dinamis_plugin.domain.layer_document import signed_source
from dinamis_plugin.qgisio.quiet_gdal import open_source, quiet

from .conftest import ROOT
from .images import make_cog

SIGNATURE = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=made-up"
NEEDED = 3
"""The length of an image, its header, its pixels."""
ENOUGH = 20
"""After so many requests an image is served no more: without an end GDAL goes on for minutes."""
MANY = 50
"""Images of 0.35 MB each: more than GDAL keeps by itself."""


def serve(server, path, data):
    """Serve an image by ranges, as a store does: every address with its path gives it."""

    def answer(request, _handler):
        if sum(other.path == path for other in server.requests) > ENOUGH:
            return 404, b""
        wanted = request.headers.get("Range")
        if wanted is None:
            return 200, data
        begin, end = (int(number) for number in wanted.removeprefix("bytes=").split("-"))
        end = min(end, len(data) - 1)
        return 206, data[begin : end + 1], {"Content-Range": f"bytes {begin}-{end}/{len(data)}"}

    server.routes[path] = answer


def test_nothing_is_looked_for_beside_an_image(server, cog):
    """A mask beside it would be the image itself again, and have another one, without an end."""
    serve(server, "/a.tif", cog[0].read_bytes())
    # GDAL forgets which files lie beside an image where several threads draw it
    gdal.SetThreadLocalConfigOption("GDAL_DISABLE_READDIR_ON_OPEN", "YES")
    try:
        with quiet():
            image = open_source(signed_source(f"{server.url}/a.tif?{SIGNATURE}"))
            band = image.GetRasterBand(1)
            assert band.GetMaskFlags() == gdal.GMF_NODATA
            assert band.GetOverviewCount() == 2
            assert band.ReadAsArray(buf_xsize=100, buf_ysize=100).any()
    finally:
        gdal.SetThreadLocalConfigOption("GDAL_DISABLE_READDIR_ON_OPEN", None)
    assert len(server.requests) <= NEEDED


CHILD = """
import sys
from dinamis_plugin.domain.layer_document import signed_source
from dinamis_plugin.qgisio.images import widen_cache
from osgeo import gdal

widen_cache()
sources = [signed_source(address) for address in sys.argv[1:]]
for _ in range(2):
    for source in sources:
        gdal.Open(source).ReadRaster()
"""


def test_headers_stay_at_hand_while_many_images_are_drawn(server, tmp_path):
    """In a process of its own: GDAL asks for the size of its memory once."""
    make_cog(tmp_path / "a.tif", size=256)
    data = (tmp_path / "a.tif").read_bytes()
    addresses = []
    for number in range(MANY):
        serve(server, f"/{number}.tif", data)
        addresses.append(f"{server.url}/{number}.tif?{SIGNATURE}")
    command = [sys.executable, "-c", CHILD, *addresses]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=240, check=True)
    assert len(server.requests) == NEEDED * MANY
