"""The saved source of a signed layer says all that its placeholder needs, and holds no signature."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_domain_signed_url import HREFS, signature

from dinamis_plugin.domain.layer_document import href_of, signed_source
from dinamis_plugin.domain.layer_source import (
    LayerIdentity,
    from_source,
    placeholder_vrt,
    saved_in_resting,
    to_resting,
    to_source,
)
from dinamis_plugin.domain.signed_url import is_signed

TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=30).filter(
    lambda t: "amz" not in t.lower()
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
IDENTITIES = st.builds(
    LayerIdentity,
    href=HREFS,
    item_id=TEXTS,
    collection=TEXTS,
    asset_key=TEXTS,
    title=TEXTS,
    epsg=st.none() | st.integers(1, 40000),
    shape=st.none() | st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
    transform=st.none() | st.tuples(*[NUMBERS] * 6),
    band_count=st.integers(1, 20),
    data_type=st.sampled_from(["uint8", "uint16", "int16", "float32", "float64"]),
    nodata=st.none() | NUMBERS,
)
VENTOUX = LayerIdentity(
    href="http://h.example/objects/ventoux.tif",
    item_id="DS_PHR1B/2013",
    collection="pleiades",
    asset_key="PAN/1",
    title="Mont Ventoux; été | 50 %",
    epsg=2154,
    shape=(400, 520),
    transform=(0.5, 0.0, 872000.0, 0.0, -0.5, 6350000.0),
    band_count=2,
    data_type="uint16",
    nodata=0.0,
)


@given(IDENTITIES)
def test_round_trip(identity):
    source = to_source(identity)
    assert from_source(source) == identity
    assert source.startswith(f"/vsicurl/{identity.href}#dinamis:v1;")


@given(IDENTITIES)
def test_a_resting_source_is_a_placeholder_that_keeps_all_of_the_layer(identity):
    resting = to_resting(identity)
    assert from_source(saved_in_resting(resting)) == identity
    assert "\n" not in resting
    assert not is_signed(resting)
    root = ET.fromstring(resting)
    assert len(root.findall("VRTRasterBand")) == identity.band_count
    assert saved_in_resting(to_source(identity)) == saved_in_resting(placeholder_vrt(identity)) == ""


@given(IDENTITIES)
def test_a_source_is_one_word_that_qgis_and_xml_leave_as_it_is(identity):
    assert not set(to_source(identity)) & set(" \t\n\"'<>|&\\")


@given(IDENTITIES)
def test_a_signature_never_gets_in(identity):
    signed = LayerIdentity(**{**identity.__dict__, "href": f"{identity.href}?{signature()}"})
    assert not is_signed(to_source(signed))
    assert from_source(to_source(signed)) == identity
    assert from_source(to_source(identity).replace("#dinamis", f"?{signature()}#dinamis")) == identity


@given(st.text())
def test_foreign_sources_are_not_ours(text):
    assert from_source(text) is None


@given(st.data())
def test_a_damaged_source_is_none_or_whole(data):
    source = to_source(VENTOUX)
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    damaged = source[:start] + data.draw(st.text(max_size=3)) + source[end:]
    result = from_source(damaged)
    assert result is None or result.band_count >= 1


@pytest.mark.parametrize(
    "change",
    [
        ("bands=2", "bands=0"),
        ("shape=400%2C520", "shape=0%2C520"),
        (";item", ";atem"),
        ("epsg=2154", "epsg=x"),
    ],
)
def test_impossible_values_are_refused(change):
    assert from_source(to_source(VENTOUX).replace(*change)) is None


def test_the_signed_source_is_what_gdal_opens():
    href = "http://h/a%20b.tif?X-Amz-Date=1&X-Amz-Credential=k%2Fs3"
    source = signed_source(href)
    assert source.startswith("/vsicurl?")
    assert "&url=http%3A%2F%2Fh%2Fa%2520b.tif%3FX-Amz-Date%3D1%26X-Amz-Credential%3Dk%252Fs3%23" in source
    assert source.rpartition("/")[2] == "image"  # what GDAL calls it in its errors
    assert href_of(source) == href
    assert href_of(f"/vsicurl/{href}") == href
    assert href_of("/vsicurl?list_dir=no") is None
    assert href_of("/data/a.tif") is None


@given(IDENTITIES)
def test_the_placeholder_is_a_raster_of_the_same_size_bands_and_place(identity):
    root = ET.fromstring(placeholder_vrt(identity))
    rows, columns = identity.shape or (1, 1)
    assert (root.get("rasterYSize"), root.get("rasterXSize")) == (str(rows), str(columns))
    assert len(root.findall("VRTRasterBand")) == identity.band_count
    if identity.transform:
        a, b, c, d, e, f = identity.transform
        terms = [float(term) for term in root.findtext("GeoTransform").split(",")]
        assert terms == [c, a, b, f, d, e]
    assert (root.findtext("SRS") or "") == ("" if identity.epsg is None else f"EPSG:{identity.epsg}")


@pytest.mark.parametrize(("nodata", "missing"), [(0.0, 0), (-9.0, -9), (None, 0)])
def test_the_placeholder_keeps_the_type_and_draws_nothing(nodata, missing):
    band = ET.fromstring(placeholder_vrt(replace(VENTOUX, nodata=nodata))).find("VRTRasterBand")
    assert band.get("dataType") == "UInt16"
    assert float(band.findtext("NoDataValue")) == missing
