"""Areas of interest: repair, antimeridian, union and simplification."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiPolygon,
    Point,
    Polygon,
    box,
    shape,
)
from shapely.ops import unary_union
from shapely.prepared import prep
from shapely.validation import make_valid

from dinamis_plugin.domain import aoi as aoi_module
from dinamis_plugin.domain.aoi import (
    Aoi,
    combine,
    count_vertices,
    covered_part,
    extent_polygon,
    outline_of,
    query_area,
    repair,
    simplify_for_query,
    split_antimeridian,
)
from dinamis_plugin.domain.errors import AoiError, AoiProblem

WORLD = box(-180, -90, 180, 90)


@st.composite
def stars(draw, most_vertices=60):
    """A polygon round a centre: simple, often concave, of any size."""
    x, y = draw(st.floats(-170, 170)), draw(st.floats(-70, 70))
    size = draw(st.floats(0.001, 8))
    count = draw(st.integers(3, most_vertices))
    radii = draw(st.lists(st.floats(0.2, 1), min_size=count, max_size=count))
    turn = 2 * math.pi / count
    return Polygon(
        [(x + size * r * math.cos(i * turn), y + size * r * math.sin(i * turn)) for i, r in enumerate(radii)]
    )


@st.composite
def scribbles(draw):
    """A ring that crosses itself as it likes."""
    points = draw(st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=4, max_size=12))
    assume(len(set(points)) >= 3)
    return Polygon(points)


@settings(deadline=None)
@given(stars(200), st.integers(12, 100))
def test_simplified_areas_keep_the_budget_cover_the_original_and_stay_near(area, budget):
    simple, tolerance = simplify_for_query(area, budget)
    assert count_vertices(simple) <= budget
    assert simple.is_valid
    assert simple.covers(area)
    assert area.buffer(tolerance + 1e-9).covers(simple)
    if count_vertices(area) <= budget:
        assert simple.equals(area)
        assert tolerance == 0


@pytest.mark.parametrize(("inner", "size"), [(0.2, 20), (0.9, 0.5)])
def test_areas_with_thousands_of_spikes_are_covered_within_the_tolerance(inner, size):
    spikes = 5_001
    radii = [size if index % 2 else size * inner for index in range(2 * spikes)]
    turn = math.pi / spikes
    area = Polygon([(r * math.cos(i * turn), r * math.sin(i * turn)) for i, r in enumerate(radii)])
    simple, tolerance = simplify_for_query(area)
    assert count_vertices(simple) <= 500
    covered = prep(simple)
    assert all(covered.covers(Point(vertex)) for vertex in area.exterior.coords)
    disc = Point(0, 0).buffer(size, 256)
    assert disc.buffer(tolerance).covers(simple)
    assert 0 < tolerance < size


def test_many_scattered_parts_fit_in_the_budget():
    parts = MultiPolygon(
        [box(x, y, x + 0.2, y + 0.2) for x in range(-170, 170, 10) for y in range(-80, 80, 10)]
    )
    simple, tolerance = simplify_for_query(parts, 100)
    assert count_vertices(simple) <= 100
    assert simple.covers(parts)
    assert WORLD.covers(simple)
    assert tolerance > 1


def geometries(path):
    document = json.loads(path.read_text("utf-8"))
    return [shape(feature["geometry"]) for feature in document.get("features", [document])]


@pytest.mark.parametrize(
    "name",
    ["departement-26-drome", "departement-29-finistere", "departement-974-la-reunion", "communes-34-herault"],
)
def test_real_areas_fit_in_a_search(realdata, name):
    area, _ = repair(unary_union(geometries(realdata / "aoi" / f"{name}.geojson")))
    simple, tolerance = simplify_for_query(area)
    assert count_vertices(simple) <= 500
    assert simple.covers(area)
    assert tolerance < 0.1


def test_the_real_invalid_commune_is_repaired(realdata):
    name = "commune-14174-conde-en-normandie_INVALID_ring_self_intersection.geojson"
    (commune,) = geometries(realdata / "aoi" / name)
    assert not commune.is_valid
    area, repaired = repair(commune)
    assert repaired
    assert area.is_valid
    assert area.area == pytest.approx(commune.buffer(0).area, rel=0.05)


@given(scribbles())
def test_whatever_was_scribbled_is_a_valid_area_or_is_said_to_be_empty(polygon):
    if make_valid(polygon).area == 0:
        with pytest.raises(AoiError) as caught:
            repair(polygon)
        assert caught.value.kind is AoiProblem.EMPTY
    else:
        area, repaired = repair(polygon)
        assert area.is_valid
        assert area.area > 0
        assert repaired == (not polygon.is_valid)
        assert polygon.convex_hull.buffer(1e-9).covers(area)


@given(stars())
def test_a_good_area_is_not_touched(area):
    result, repaired = repair(area)
    assert not repaired
    assert result.equals(area)


@pytest.mark.parametrize(
    ("make", "kind"),
    [  # made in the test: shapely 1.8 crashes at exit when a geometry outlives its library
        (Polygon, AoiProblem.EMPTY),
        (GeometryCollection, AoiProblem.EMPTY),
        (lambda: Point(1, 2), AoiProblem.NOT_AREA),
        (lambda: LineString([(0, 0), (1, 1)]), AoiProblem.NOT_AREA),
        (lambda: Polygon([(0, 0), (1, 1), (2, 2)]), AoiProblem.EMPTY),
        (lambda: box(0, 80, 1, 100), AoiProblem.OUTSIDE),
        (lambda: box(700000, 6000000, 710000, 6010000), AoiProblem.OUTSIDE),
        (lambda: Polygon([(0, 0), (1, 0), (float("nan"), 1)]), AoiProblem.INVALID),
    ],
)
def test_what_cannot_be_an_area_says_why(make, kind):
    with pytest.raises(AoiError) as caught:
        repair(make())
    assert caught.value.kind is kind


def test_too_many_vertices_are_refused_before_any_work(monkeypatch):
    monkeypatch.setattr(aoi_module, "MAX_VERTICES", 100)
    with pytest.raises(AoiError) as caught:
        repair(Point(0, 0).buffer(1, 64))
    assert caught.value.kind is AoiProblem.TOO_COMPLEX


def test_heights_points_and_lines_are_left_out():
    mixed = GeometryCollection(
        [Point(5, 5), LineString([(0, 0), (9, 9)]), Polygon([(0, 0, 9), (1, 0, 9), (1, 1, 9)])]
    )
    area, _ = repair(mixed)
    assert not area.has_z
    assert area.equals(Polygon([(0, 0), (1, 0), (1, 1)]))


@given(st.floats(150, 179.9), st.floats(0.2, 40), st.floats(-80, 70), st.floats(0.5, 9))
def test_an_area_across_the_antimeridian_is_cut_whichever_way_it_is_written(west, width, south, height):
    east = west + width
    assume(east > 180.1)
    beyond = box(west, south, east, south + height)
    jumping = Polygon(
        [(west, south), (east - 360, south), (east - 360, south + height), (west, south + height)]
    )
    expected = unary_union(
        [box(west, south, 180, south + height), box(-180, south, east - 360, south + height)]
    )
    for written in (beyond, jumping):
        cut = split_antimeridian(written)
        assert WORLD.covers(cut)
        assert cut.is_valid
        assert cut.symmetric_difference(expected).area < 1e-6
        assert cut.area == pytest.approx(width * height)


def test_a_hole_across_the_antimeridian_stays_a_hole():
    ring = Polygon(
        [(170, 0), (-170, 0), (-170, 10), (170, 10)],
        [[(178, 4), (-178, 4), (-178, 6), (178, 6)]],
    )
    cut = split_antimeridian(ring)
    assert cut.area == pytest.approx(20 * 10 - 4 * 2)
    assert not cut.contains(Point(179, 5))
    assert not cut.contains(Point(-179, 5))
    assert cut.contains(Point(175, 5))


@given(stars())
def test_an_area_that_does_not_cross_is_the_same_object(area):
    assume(WORLD.covers(area))
    assert split_antimeridian(area) is area


def test_the_whole_world_is_not_taken_for_a_crossing():
    assert split_antimeridian(WORLD) is WORLD
    assert extent_polygon(-180, -90, 180, 90).equals(WORLD)
    assert extent_polygon(-400, -95, 400, 95).equals(WORLD)
    assert extent_polygon(-170, -60, 170, 60).area == pytest.approx(340 * 120)


def test_an_extent_from_east_to_west_crosses_the_antimeridian():
    area = extent_polygon(170, -20, -170, 20)
    assert area.area == pytest.approx(20 * 40)
    assert area.contains(Point(179.5, 0))
    assert not area.contains(Point(0, 0))


@pytest.mark.parametrize("bounds", [(0, 0, 0, 1), (0, 1, 1, 1), (2, 3, 2, 3)])
def test_an_extent_without_area_is_empty(bounds):
    with pytest.raises(AoiError) as caught:
        extent_polygon(*bounds)
    assert caught.value.kind is AoiProblem.EMPTY


@given(st.lists(stars(), min_size=1, max_size=4))
def test_combined_areas_count_each_place_once(parts):
    joined = combine([Aoi(str(n), part, 1.0) for n, part in enumerate(parts)])
    assert joined.is_valid
    assert all(joined.buffer(1e-9).covers(part) for part in parts)
    assert joined.area <= sum(part.area for part in parts) + 1e-9


@settings(deadline=None)
@given(stars(200), st.integers(3, 100))
def test_outlines_keep_the_budget_and_lie_where_the_area_does(area, budget):
    outline = outline_of(area, budget)
    assert count_vertices(outline) <= max(budget, 5)
    assert box(*area.bounds).buffer(1e-9).covers(outline)
    if count_vertices(area) <= budget:
        assert outline is area


def test_a_huge_area_is_drawn_by_its_outline():
    circle = Point(3, 43).buffer(1, 50_000)
    aoi = Aoi("a", circle, 1.0)
    assert count_vertices(aoi.outline) <= aoi_module.MAX_OUTLINE_VERTICES
    assert aoi.outline.hausdorff_distance(box(*circle.bounds)) > 0.1
    assert aoi.outline.symmetric_difference(circle).area < 1e-3
    assert aoi.geometry is circle


@given(stars(), st.lists(stars(), min_size=1, max_size=4))
def test_the_covered_part_lies_in_the_area_and_in_a_footprint(area, footprints):
    part = covered_part(area, footprints)
    expected = area.intersection(unary_union(footprints)).area
    assert (0.0 if part is None else part.area) == pytest.approx(expected)


def test_an_extent_more_than_a_turn_beside_the_globe_is_refused():
    assert extent_polygon(520, 0, 530, 1).bounds == pytest.approx((160, 0, 170, 1))
    for west, east in ((1e9, 1e9 + 1), (541, 545), (-1e6, -541)):
        with pytest.raises(AoiError) as caught:
            extent_polygon(west, 0, east, 1)
        assert caught.value.kind is AoiProblem.OUTSIDE


def test_nothing_combined_is_nothing():
    assert combine([]) is None


def coast(parts):
    """An outline of so many vertices that does not simplify to less without being changed."""
    turn = 2 * math.pi / parts
    return Polygon(
        [
            ((1 + 0.1 * (i % 2)) * math.cos(i * turn), (1 + 0.1 * (i % 2)) * math.sin(i * turn))
            for i in range(parts)
        ]
    )


def test_a_place_of_the_gazetteer_is_searched_as_it_came_and_others_are_simplified():
    place = Aoi("Guyane", coast(2000), 1.0, place="region/03")
    assert query_area([place]) == (place.geometry, 0.0)
    simple, tolerance = query_area([Aoi("file", place.geometry, 1.0)])
    assert count_vertices(simple) <= 500
    assert tolerance > 0
    joined, _ = query_area([place, Aoi("b", box(5, 5, 6, 6), 1.0)])
    assert count_vertices(joined) <= 500
    assert query_area([]) == (None, 0.0)


def test_the_areas_asked_for_last_are_not_simplified_twice(monkeypatch):
    calls = []
    real = aoi_module.simplify_for_query
    monkeypatch.setattr(aoi_module, "simplify_for_query", lambda area: calls.append(1) or real(area))
    one, other = Aoi("a", coast(600), 1.0), Aoi("b", coast(700), 1.0)
    assert query_area([one])[0] is query_area([one])[0]
    query_area([other])
    query_area([one])
    assert len(calls) == 3


def test_a_renamed_area_keeps_its_outline():
    first = Aoi("a", coast(100), 1.0, "note", "region/03")
    second = first.renamed("b")
    assert (second.name, second.note, second.place) == ("b", "note", "region/03")
    assert second.outline is first.outline
    assert first.name == "a"
