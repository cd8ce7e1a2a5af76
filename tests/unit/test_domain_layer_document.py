"""Virtual rasters over several images: unsigned when saved, and reading nothing but those images."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_domain_layer_source import VENTOUX
from test_domain_signed_url import HREFS, signature

from dinamis_plugin.domain import layer_document
from dinamis_plugin.domain.layer_document import (
    addresses_in,
    packed,
    signed_document,
    signed_source,
    unpacked,
    unsigned_document,
    with_overviews,
)
from dinamis_plugin.domain.layer_source import from_source, to_source
from dinamis_plugin.domain.signed_url import is_signed


def vrt_over(sources):
    root = ET.Element("VRTDataset", {"rasterXSize": "20", "rasterYSize": "10"})
    for number, source in enumerate(sources, 1):
        band = ET.SubElement(root, "VRTRasterBand", {"dataType": "Byte", "band": str(number)})
        simple = ET.SubElement(band, "SimpleSource")
        ET.SubElement(simple, "SourceFilename", {"relativeToVRT": "1"}).text = source
        ET.SubElement(simple, "SourceProperties", {"RasterXSize": "20"})
    return ET.tostring(root, encoding="unicode")


FORMS = [
    lambda href: f"/vsicurl/{href}",
    lambda href: f"/vsicurl/{href}?{signature()}",
    lambda href: signed_source(f"{href}?{signature()}"),
]


@given(st.lists(st.tuples(HREFS, st.sampled_from(FORMS)), min_size=1, max_size=5))
def test_a_document_holds_no_signature_and_gets_each_one_back(images):
    document, parts = unsigned_document(vrt_over([form(href) for href, form in images]))
    assert parts == tuple(dict.fromkeys(href for href, _ in images))
    assert not is_signed(document)
    signed = {href: f"{href}?{signature()}" for href in parts}
    written = ET.fromstring(signed_document(document, signed))
    names = [element.text for element in written.iter("SourceFilename")]
    assert names == [signed_source(signed[href]) for href, _ in images]
    assert {element.get("relativeToVRT") for element in written.iter("SourceFilename")} == {"0"}
    assert not list(written.iter("SourceProperties"))  # with them GDAL opens under a lock of all its threads
    assert unsigned_document(ET.tostring(written, encoding="unicode")) == (document, parts)


@given(st.lists(HREFS, min_size=1, max_size=4))
def test_a_layer_of_several_images_is_saved_as_one_marked_source(hrefs):
    identity = VENTOUX.composed(vrt_over([signed_source(f"{href}?{signature()}") for href in hrefs]))
    source = to_source(identity)
    assert from_source(source) == identity
    assert not is_signed(source)
    assert not set(source) & set(" \t\n\"'<>|&\\")
    assert identity.hrefs == tuple(dict.fromkeys(hrefs))
    assert identity.key != VENTOUX.key


def test_a_document_may_read_another_one():
    href, other = "https://h/a.tif", "https://h/b.tif"
    inner = vrt_over([f"/vsicurl/{href}?{signature()}"])
    document, parts = unsigned_document(vrt_over([vrt_over([inner]), f"/vsicurl/{other}", inner]))
    assert parts == (href, other)
    assert not is_signed(document)
    signed = {part: f"{part}?{signature()}" for part in parts}
    written = signed_document(document, signed)
    assert unsigned_document(written) == (document, parts)
    first, second, third = ET.fromstring(written).iter("SourceFilename")
    assert second.text == signed_source(signed[other])
    innermost = ET.fromstring(ET.fromstring(first.text).findtext(".//SourceFilename"))
    assert innermost.findtext(".//SourceFilename") == signed_source(signed[href])
    assert ET.fromstring(third.text).findtext(".//SourceFilename") == signed_source(signed[href])


@pytest.mark.parametrize(
    "vrt",
    [
        "no XML",
        vrt_over([vrt_over(["/etc/passwd"])]),
        "<GDAL_WMS/>",
        vrt_over([]),
        vrt_over(["/etc/passwd"]),
        vrt_over(["/vsicurl/file:///etc/passwd"]),
        vrt_over(["/vsicurl/https://h/a.tif", "b.tif"]),
        '<!DOCTYPE x [<!ENTITY a "b">]>' + vrt_over(["/vsicurl/https://h/a.tif"]),
        vrt_over(["/vsicurl/https://h/a.tif"]).replace(
            "<SimpleSource>", "<PixelFunctionCode>import os</PixelFunctionCode><SimpleSource>"
        ),
    ],
)
def test_a_document_reads_images_of_servers_and_nothing_else(vrt):
    with pytest.raises(ValueError, match=r"^"):
        unsigned_document(vrt)


def test_an_image_that_was_not_signed_is_not_opened():
    document, _ = unsigned_document(vrt_over(["/vsicurl/https://h/a.tif", "/vsicurl/https://h/b.tif"]))
    with pytest.raises(ValueError, match="SourceFilename"):
        signed_document(document, {"https://h/a.tif": "https://h/a.tif?x"})


@given(st.text(max_size=200))
def test_a_packed_text_comes_back(text):
    assert unpacked(packed(text)) == text


@given(st.text(max_size=50))
def test_what_is_not_packed_is_refused(word):
    with pytest.raises(ValueError, match=r"^"):
        unpacked(word)


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(layer_document, "LARGEST_BYTES", 1000)
    assert len(unpacked(packed("x" * 999))) == 999
    with pytest.raises(ValueError, match=r"^"):
        unpacked(packed("x" * 1001))


def test_overviews_are_told_once():
    told = with_overviews(vrt_over(["/vsicurl/https://h/a.tif"]), [2, 4])
    assert ET.fromstring(told).findtext("OverviewList") == "2 4"
    assert with_overviews(told, [8]) == told


@given(st.lists(HREFS, min_size=1, max_size=4, unique=True), st.integers(0, 3))
def test_the_addresses_within_any_depth_of_documents_are_found(hrefs, depth):
    signed = [f"{href}?{signature()}" for href in hrefs]
    vrt = vrt_over([signed_source(url) for url in signed])
    for _ in range(depth):
        vrt = vrt_over([vrt])
    assert addresses_in(vrt) == signed
