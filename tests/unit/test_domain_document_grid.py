"""The grid of a virtual raster, read from its text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_plugin.domain.document_grid import grid_of
from dinamis_plugin.domain.layer_source import LayerIdentity, placeholder_vrt

NUMBERS = st.floats(-1e7, 1e7, allow_nan=False)


@given(
    epsg=st.one_of(st.none(), st.integers(1024, 32767)),
    shape=st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
    transform=st.one_of(st.none(), st.tuples(*[NUMBERS] * 6)),
    bands=st.integers(1, 12),
    nodata=st.one_of(st.none(), st.integers(-32768, 65535).map(float)),
)
def test_what_a_placeholder_is_written_of_is_read_again(epsg, shape, transform, bands, nodata):
    identity = LayerIdentity(
        "https://x/a.tif", "", "", "", "", epsg, shape, transform, bands, "uint16", nodata
    )
    grid = grid_of(placeholder_vrt(identity))
    assert (grid.epsg, grid.shape, grid.transform, grid.band_count) == (epsg, shape, transform, bands)
    assert (grid.data_type, grid.nodata) == ("UInt16", nodata or 0.0)


def test_what_is_not_written_is_not_known():
    grid = grid_of('<VRTDataset subClass="VRTPansharpenedDataset"><VRTRasterBand/></VRTDataset>')
    assert (grid.shape, grid.transform, grid.epsg, grid.system, grid.nodata) == (None, None, None, "", None)
    assert (grid.band_count, grid.data_type) == (1, "Byte")


@pytest.mark.parametrize(
    "text",
    [
        "<VRTDataset/>",
        "<Other><VRTRasterBand/></Other>",
        "<VRTDataset><VRTRasterBand>",
        '<VRTDataset rasterXSize="a" rasterYSize="1"><VRTRasterBand/></VRTDataset>',
        "<VRTDataset><GeoTransform>1,2,3</GeoTransform><VRTRasterBand/></VRTDataset>",
        "<VRTDataset><GeoTransform>1,2,3,4,5,x</GeoTransform><VRTRasterBand/></VRTDataset>",
        "<VRTDataset><VRTRasterBand><NoDataValue>none</NoDataValue></VRTRasterBand></VRTDataset>",
    ],
)
def test_damaged_text_has_no_grid(text):
    with pytest.raises(ValueError):
        grid_of(text)
