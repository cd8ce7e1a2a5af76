"""Pages of a catalogue are read item by item, and plain footprints quickly: with the same outcome."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st
from shapely import wkb
from shapely.geometry import Polygon, shape

from dinamis_plugin.api.catalogue import PageReader, _loads_by_item
from dinamis_plugin.domain.aoi import polygonal, split_antimeridian
from dinamis_plugin.domain.scene import _footprint, _plain_polygon
from dinamis_plugin.domain.wkb import wkb_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["features", "id", "links", "a"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES, st.sampled_from([None, 1]))
@example({"features": [], "a": {"features": [1]}}, None)
@example({"a": {"features": [1]}, "features": [2]}, 1)
@example({"a": {"features": [1, {"features": []}]}}, None)
@example({"a": '"features": [1, 2]'}, None)
def test_a_page_is_what_json_reads(document, indent):
    text = json.dumps(document, indent=indent)
    assert _loads_by_item(text) == json.loads(text)


@given(VALUES, st.integers(0, 200), st.sampled_from(["", ",", "]", "}", "x", '"', "features"]))
@example({"features": [1, 2]}, 14, "")
def test_a_broken_page_is_refused_as_json_refuses_it(document, place, put):
    text = json.dumps({"features": [document, 1], "links": []})
    broken = text[:place] + put + text[place + 1 :]

    def read(how):
        try:
            return how(broken)
        except ValueError:
            return ValueError

    assert read(_loads_by_item) == read(json.loads)


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
    plain = _plain_polygon(geometry)
    if plain is not None:
        assert plain.equals_exact(split_antimeridian(polygonal(shape(geometry))), 0)


def test_strange_geometries_are_left_to_the_long_way():
    box = [-1.0, -1.0, 1.0, 1.0]
    for geometry in (None, 3, {}, {"type": "Polygon"}, {"type": "Polygon", "coordinates": 7}):
        assert not _footprint({"geometry": geometry, "bbox": box}).is_empty
    for ring in (7, [], [1, 2, 3, 1], [["a", "b"]] * 5, [[None, None]] * 5, "abca"):
        item = {"geometry": {"type": "Polygon", "coordinates": [ring]}, "bbox": box}
        assert not _footprint(item).is_empty


def test_a_geometry_as_binary_is_the_same_geometry():
    area = Polygon([(0, 0), (4, 0), (4, 4), (0, 0)], [[(2, 1), (3, 1), (3, 2), (2, 1)]])
    assert wkb.loads(wkb_of(area)).equals_exact(area, 0)
    assert wkb.loads(wkb_of(Polygon())).is_empty


def test_numbers_of_a_page_are_known_before_its_scenes_are_made():
    reader = PageReader()
    page = {"features": [{"id": "a", "properties": {"datetime": "2026-01-01"}}, 5], "numberMatched": 12}
    scenes = reader.scenes(page)
    assert (reader.received, reader.matched) == (2, 12)
    assert [scene.id for scene in scenes] == ["a"]
