"""What people paste: told apart, and taken to pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dinamis_plugin.domain.pasted import PastedKind, PastedShape, kind_of, shapes_of

SQUARE = "POLYGON((3 43,4 43,4 44,3 43))"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (SQUARE, PastedKind.WKT),
        ("  \n srid=2154; MultiPolygon Z (((1 2 3,4 5 6,7 8 9,1 2 3)))", PastedKind.WKT),
        ("wkt_geom\tnom\nPolygon ((1 2))\tA", PastedKind.WKT),
        ('\ufeff{"type": "Polygon"}', PastedKind.JSON),
        ("<?xml version='1.0'?><kml/>", PastedKind.XML),
        ("Montpellier", PastedKind.OTHER),
        ("polygon of interest", PastedKind.OTHER),
        ("", PastedKind.OTHER),
    ],
)
def test_kinds(text, kind):
    assert kind_of(text) is kind


def test_codes_and_several_texts():
    assert shapes_of(f"SRID=2154;{SQUARE}\n{SQUARE.lower()} ; SRID = 4326 ; {SQUARE}") == [
        PastedShape(SQUARE, 2154),
        PastedShape(SQUARE.lower()),
        PastedShape(SQUARE, 4326),
    ]


def test_a_collection_is_one_shape_and_text_may_be_broken_into_lines():
    text = "GEOMETRYCOLLECTION (\n POLYGON ((0 0, 1 0,\n 1 1, 0 0)),\n POINT (1 1))"
    assert shapes_of(text) == [PastedShape(text)]


def test_rows_copied_in_qgis_have_their_names():
    rows = f"wkt_geom\tfid\tnom\n{SQUARE}\t1\tNord\n{SQUARE}\t2\tSud\n"
    assert [shape.name for shape in shapes_of(rows)] == ["Nord", "Sud"]
    assert [shape.name for shape in shapes_of(f"wkt_geom\tfid\n{SQUARE}\t1")] == [""]


@given(st.text(alphabet="POLYGON(),. 0123456789;SRID=\n\tMULTI", max_size=300))
def test_whatever_is_pasted_ends(text):
    shapes = shapes_of(text)
    assert all(shape.wkt in text for shape in shapes)
    assert sum(len(shape.wkt) for shape in shapes) <= len(text)
