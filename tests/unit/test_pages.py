"""Pages of a catalogue are read item by item, and plain footprints quickly: with the same outcome."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st
from shapely import wkb
from shapely.geometry import shape

from dinamis_plugin.api.catalogue import PageReader
from dinamis_plugin.api.item_pages import Items, read_page
from dinamis_plugin.domain.aoi import UNREADABLE_GEOMETRY, polygonal, split_antimeridian
from dinamis_plugin.domain.errors import BadAnswerError
from dinamis_plugin.domain.item_footprint import footprint_wkb, plain_polygon

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["features", "id", "links", "a"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def read_whole(text):
    """A document with its items read, however it came."""
    document = read_page(text)
    if isinstance(document, dict) and isinstance(document.get("features"), Items):
        return {**document, "features": list(document["features"])}
    return document


@given(VALUES, st.sampled_from([None, 1]))
@example({"features": [], "a": {"features": [1]}}, None)
@example({"a": {"features": [1]}, "features": [2]}, 1)
@example({"a": {"features": [1, {"features": []}]}}, None)
@example({"a": '"features": [1, 2]'}, None)
def test_a_page_is_what_json_reads(document, indent):
    text = json.dumps(document, indent=indent)
    assert read_whole(text) == json.loads(text)


@given(
    st.lists(VALUES, max_size=4),
    st.lists(VALUES, max_size=2),
    st.dictionaries(st.sampled_from(["facets", "links", "a", "features"]), VALUES, max_size=3),
    st.sampled_from([None, 1]),
)
@example([{"links": []}], [], {}, None)
@example([1], [], {"a": {"features": [1], "links": [2]}}, None)
def test_a_page_that_ends_with_its_links_is_what_json_reads(items, links, more, indent):
    document = {"features": items, "links": links, "numberReturned": len(items), "more": more}
    text = json.dumps(document, indent=indent)
    assert read_whole(text) == document
    if "links" not in f"{links}{more}":
        assert len(read_page(text)["features"]) == len(items)
        assert isinstance(read_page(text)["features"], Items) == bool(items)


def test_members_between_items_and_links_are_not_lost():
    text = '{"features": [1, 2], "more": [3], "links": [], "numberReturned": 2}'
    assert read_whole(text)["features"] == [1, 2]
    text = '{"features": [1, 2], "context": {"matched": 5}, "links": [], "numberReturned": 2}'
    assert read_whole(text) == json.loads(text)


@given(VALUES, st.integers(0, 200), st.sampled_from(["", ",", "]", "}", "x", '"', "features"]))
@example({"features": [1, 2]}, 14, "")
@example(7, 12, "")
@example(7, 17, "]")
def test_a_broken_page_is_refused_as_json_refuses_it(document, place, put):
    text = json.dumps({"features": [document, 1], "links": [], "numberReturned": 2})
    broken = text[:place] + put + text[place + 1 :]

    def read(how):
        try:
            return how(broken)
        except (ValueError, BadAnswerError):
            return ValueError

    assert read(read_whole) == read(json.loads)


DEGREES = st.floats(-200, 200) | st.sampled_from([-180.0, 180.0, float("nan"), float("inf")])
RINGS = st.lists(st.lists(DEGREES, min_size=2, max_size=3), min_size=2, max_size=6).map(
    lambda ring: [*ring, ring[0]]
)


@given(RINGS)
@example([[0, 0], [1, 0], [1, 1], [0, 0]])
@example([[170, 0], [-170, 0], [-170, 1], [170, 0]])
@example([[-180, 0], [180, 0], [180, 1], [-180, 0]])
def test_a_plain_footprint_is_what_the_long_way_makes_of_it(ring):
    geometry = {"type": "Polygon", "coordinates": [ring]}
    try:
        plain = plain_polygon(geometry)
    except UNREADABLE_GEOMETRY:
        return
    if plain is not None:
        assert wkb.loads(plain).equals_exact(split_antimeridian(polygonal(shape(geometry))), 0)


def test_strange_geometries_are_left_to_the_long_way():
    box = [-1.0, -1.0, 1.0, 1.0]
    for geometry in (None, 3, {}, {"type": "Polygon"}, {"type": "Polygon", "coordinates": 7}):
        assert not wkb.loads(footprint_wkb({"geometry": geometry, "bbox": box})).is_empty
    for ring in (7, [], [1, 2, 3, 1], [["a", "b"]] * 5, [[None, None]] * 5, "abca"):
        item = {"geometry": {"type": "Polygon", "coordinates": [ring]}, "bbox": box}
        assert not wkb.loads(footprint_wkb(item)).is_empty


def test_numbers_of_a_page_are_known_before_its_scenes_are_made():
    reader = PageReader()
    page = {"features": [{"id": "a", "properties": {"datetime": "2026-01-01"}}, 5], "numberMatched": 12}
    scenes = reader.scenes(page)
    assert (reader.received, reader.matched) == (2, 12)
    assert [scene.id for scene in scenes] == ["a"]
