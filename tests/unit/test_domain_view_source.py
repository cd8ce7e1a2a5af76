"""View services: where they tell what they can do, and what QGIS is told of it."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from view_documents import WMS_111, WMS_130, WMTS

from dinamis_plugin.domain.errors import BadAnswerError
from dinamis_plugin.domain.view_service import ViewService
from dinamis_plugin.domain.view_source import capabilities_address, view_source

URL = "https://w.example/ows?map=a"


def asked(service, capabilities, system="EPSG:2154"):
    return parse_qs(view_source(service, capabilities, system), keep_blank_values=True)


@pytest.mark.parametrize(
    ("kind", "href", "address"),
    [
        ("wms", "https://w.example/ows", "https://w.example/ows?SERVICE=WMS&REQUEST=GetCapabilities"),
        ("wms", URL, f"{URL}&SERVICE=WMS&REQUEST=GetCapabilities"),
        ("wms", "https://w.example/ows?", "https://w.example/ows?SERVICE=WMS&REQUEST=GetCapabilities"),
        ("wmts", "https://w.example/t", "https://w.example/t?SERVICE=WMTS&REQUEST=GetCapabilities"),
        ("wmts", "https://w.example/1.0.0/WMTSCapabilities.xml", None),
        ("wmts", "https://w.example/t?service=WMTS&request=GetCapabilities", None),
        ("xyz", "https://t.example/{z}/{x}/{y}.png", ""),
    ],
)
def test_where_capabilities_are(kind, href, address):
    assert capabilities_address(ViewService(kind, href)) == (href if address is None else address)


def test_a_wms_in_the_system_of_the_map():
    fields = asked(ViewService("wms", URL, layers=("ortho",)), WMS_130)
    assert fields["crs"] == ["EPSG:2154"]
    assert fields["layers"] == ["ortho"]
    assert fields["styles"] == [""]
    assert fields["format"] == ["image/png"]
    assert fields["url"] == [URL]


def test_a_wms_of_several_layers_takes_a_system_of_all_of_them():
    both = ViewService("wms", URL, layers=("ortho", "limits"), styles=("x", "y"), media_type="image/jpeg")
    fields = asked(both, WMS_130)
    assert fields["crs"] == ["EPSG:3857"]
    assert (fields["layers"], fields["styles"]) == (["ortho", "limits"], ["x", "y"])
    assert fields["format"] == ["image/jpeg"]


def test_an_older_wms_with_what_it_has():
    fields = asked(ViewService("wms", URL), WMS_111, "EPSG:27572")
    assert (fields["layers"], fields["crs"], fields["format"]) == (["a"], ["EPSG:4326"], ["image/gif"])


def test_a_wmts():
    fields = asked(ViewService("wmts", "https://w.example/t", layers=("ortho",)), WMTS)
    assert fields["tileMatrixSet"] == ["PM"]
    assert fields["crs"] == ["EPSG:3857"]
    assert fields["styles"] == ["normal"]
    assert fields["format"] == ["image/jpeg"]
    assert fields["url"] == ["https://w.example/t?SERVICE=WMTS&REQUEST=GetCapabilities"]
    geographic = asked(ViewService("wmts", "https://w.example/t"), WMTS, "CRS:84")
    assert geographic["tileMatrixSet"] == ["WGS"]


def test_tiles():
    fields = asked(ViewService("xyz", "https://t.example/{z}/{x}/{y}.png?k=a&b"), b"")
    assert fields["type"] == ["xyz"]
    assert fields["url"] == ["https://t.example/{z}/{x}/{y}.png?k=a&b"]


@pytest.mark.parametrize(
    ("kind", "capabilities"),
    [
        ("wms", b""),
        ("wms", b"<html>no</html>"),
        ("wms", WMTS),
        ("wmts", WMS_130),
        ("wms", b'<!DOCTYPE x [<!ENTITY a "b">]><WMS_Capabilities/>'),
        (
            "wms",
            WMS_130.replace(b"<CRS>EPSG:2154</CRS>", b"")
            .replace(b"<CRS>", b"<!-- ")
            .replace(b"</CRS>", b"-->"),
        ),
        ("wmts", WMTS.replace(b"<Format>image/jpeg</Format>", b"")),
        (
            "wmts",
            WMTS.replace(b"<TileMatrixSetLink>", b"<Other>").replace(b"</TileMatrixSetLink>", b"</Other>"),
        ),
    ],
)
def test_what_cannot_be_shown_is_said(kind, capabilities):
    with pytest.raises(BadAnswerError):
        view_source(ViewService(kind, URL, layers=("ortho",)), capabilities, "EPSG:2154")


def test_a_layer_that_is_not_there_is_said():
    for kind, document in (("wms", WMS_130), ("wmts", WMTS)):
        with pytest.raises(BadAnswerError, match="gone"):
            view_source(ViewService(kind, URL, layers=("gone",)), document, "")


@given(st.binary(max_size=300))
def test_any_answer_is_read_or_refused(capabilities):
    with pytest.raises(BadAnswerError):
        view_source(ViewService("wms", URL), capabilities, "")
