"""Files that GDAL cannot open are told in our words, also where another plugin switched its exceptions on."""

from __future__ import annotations

import pytest
from osgeo import gdal

from dinamis_plugin.domain.errors import AoiError, CorruptImageError
from dinamis_plugin.qgisio import clips, images, vrt
from dinamis_plugin.qgisio.area_files import import_aoi_file

from .layer_support import add, shows_pixels

NOWHERE = "http://127.0.0.1:9/a.tif?X-Amz-Signature=5ec7e7"


@pytest.fixture(params=[False, True], ids=["errors", "exceptions"])
def either_way(request):
    """GDAL as it is, and as some plugins make it for the whole process."""
    if request.param:
        gdal.UseExceptions()
    yield
    gdal.DontUseExceptions()


@pytest.mark.usefixtures("either_way")
def test_what_cannot_be_opened_is_told_without_its_address(qgis_app, tmp_path, capfd):
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"II*\0 no image")
    for act in (
        lambda: images.open_header(NOWHERE),
        lambda: images.open_document("<VRTDataset"),
        lambda: vrt.sharpened(str(broken), str(broken)),
        lambda: vrt.mosaic([str(broken)]),
        lambda: clips.check_readable(broken),
    ):
        with pytest.raises(CorruptImageError) as raised:
            act()
        assert "5ec7e7" not in str(raised.value)
    area = tmp_path / "broken.gpkg"
    area.write_bytes(b"no areas")
    with pytest.raises(AoiError):
        import_aoi_file(str(area))
    assert "5ec7e7" not in "".join(capfd.readouterr())


@pytest.mark.usefixtures("either_way")
def test_signed_layers_come_all_the_same(signed_in, hrefs, project):
    [layer] = add(signed_in, hrefs())
    assert shows_pixels(layer)
