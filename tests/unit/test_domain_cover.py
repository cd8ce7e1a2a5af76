"""The choice of scenes that cover an area, beside brute force and a greedy choice."""

from __future__ import annotations

import itertools
import random
import time
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate
from shapely.geometry import MultiPolygon, Point, Polygon, box
from shapely.ops import unary_union

from dinamis_plugin.domain.cover import LOSS, Footprint, cover_area
from dinamis_plugin.domain.errors import CancelledError
from dinamis_plugin.domain.set_cover import cheapest_cover
from dinamis_plugin.domain.spheroid import ellipsoidal_km2

DAY = datetime(2026, 1, 1, tzinfo=timezone.utc)
SIDE = 8
AREA = box(0, 44, SIDE, 44 + SIDE)


def footprint(geometry, cloud=0.0, age=0):
    return Footprint(geometry, cloud, DAY - timedelta(days=age))


def clouds(one):
    return 100.0 if one.cloud is None else one.cloud


def cost(chosen, scenes):
    """Number, clouds and age of a choice, in the order in which they matter."""
    picked = [scenes[number] for number in chosen]
    return (
        len(picked),
        round(sum(map(clouds, picked)), 3),
        sum((DAY - one.acquired).total_seconds() for one in picked),
    )


def open_share(chosen, scenes, area=AREA):
    """What a choice leaves open of what all scenes show, in the plane."""
    reachable = area.intersection(unary_union([one.geometry for one in scenes]))
    return reachable.difference(unary_union([scenes[number].geometry for number in chosen])).area / area.area


def brute_force(scenes):
    choices = itertools.chain.from_iterable(
        itertools.combinations(range(len(scenes)), size) for size in range(len(scenes) + 1)
    )
    best = None
    for chosen in choices:
        if best is not None and len(chosen) > best[0]:
            break
        if open_share(chosen, scenes) < 1e-9:
            told = cost(chosen, scenes)
            best = told if best is None else min(best, told)
    return best


def greedy(scenes):
    """The textbook's: most new area first, until no more is left open than a cover may leave."""
    chosen = []
    rest = reachable = AREA.intersection(unary_union([one.geometry for one in scenes]))
    while ellipsoidal_km2(rest) > LOSS * ellipsoidal_km2(reachable):
        gains = [rest.intersection(one.geometry).area for one in scenes]
        best = max(range(len(scenes)), key=lambda number: gains[number])
        chosen.append(best)
        rest = rest.difference(scenes[best].geometry)
    return chosen


corner = st.tuples(st.integers(-2, SIDE), st.integers(42, 44 + SIDE))
rectangles = st.builds(
    lambda at, width, height: box(*at, at[0] + width, at[1] + height),
    corner,
    st.integers(1, 7),
    st.integers(1, 7),
)
triangles = st.builds(
    lambda at, width, height: Polygon([at, (at[0] + width, at[1]), (at[0], at[1] + height)]),
    corner,
    st.integers(1, 9),
    st.integers(1, 9),
)
scenes_of = st.builds(
    footprint,
    st.one_of(rectangles, triangles),
    st.one_of(st.none(), st.integers(0, 3).map(float)),
    st.integers(0, 3),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(scenes_of, max_size=8))
def test_the_choice_is_that_of_brute_force(scenes):
    found = cover_area(AREA, scenes)
    assert found.proven
    assert open_share(found.chosen, scenes) <= LOSS
    assert cost(found.chosen, scenes) == brute_force(scenes)


@pytest.mark.parametrize("seed", range(3))
def test_twelve_scenes_too(seed):
    rng = random.Random(seed)
    scenes = [
        footprint(
            box(x, y, x + rng.randint(3, 6), y + rng.randint(3, 6)),
            float(rng.randint(0, 3)),
            rng.randint(0, 9),
        )
        for x, y in ((rng.randint(-2, 6), rng.randint(42, 50)) for _ in range(12))
    ]
    assert cost(cover_area(AREA, scenes).chosen, scenes) == brute_force(scenes)


@settings(max_examples=25, deadline=None)
@given(st.lists(scenes_of, max_size=40))
def test_never_more_scenes_than_a_greedy_choice(scenes):
    found = cover_area(AREA, scenes)
    assert len(found.chosen) <= len(greedy(scenes))
    assert open_share(found.chosen, scenes) <= LOSS


@settings(max_examples=25, deadline=None)
@given(st.lists(scenes_of, max_size=15))
def test_gaps_are_what_no_chosen_scene_covers(scenes):
    found = cover_area(AREA, scenes)
    shown = unary_union([scenes[number].geometry for number in found.chosen])
    assert found.gaps.symmetric_difference(AREA.difference(shown)).area < 1e-9
    assert found.gap_share == pytest.approx(
        ellipsoidal_km2(AREA.difference(shown)) / ellipsoidal_km2(AREA), abs=1e-3
    )


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sets(st.integers(0, 9), min_size=1), min_size=1, max_size=10),
    st.lists(st.integers(1, 9), min_size=10, max_size=10),
)
def test_the_cheapest_sets_are_those_of_brute_force(sets, costs):
    members = {number: sum(1 << one for one in chosen) for number, chosen in enumerate(sets)}
    price = dict(enumerate(costs))
    whole = set().union(*sets)
    best = min(
        sum(price[number] for number in chosen)
        for size in range(len(sets) + 1)
        for chosen in itertools.combinations(range(len(sets)), size)
        if set().union(*(sets[number] for number in chosen)) == whole
    )
    found, proven = cheapest_cover(members, price)
    assert proven
    assert set().union(*(sets[number] for number in found)) == whole
    assert sum(price[number] for number in found) == best


def test_equally_few_are_the_cleanest_and_then_the_newest():
    left, right = box(0, 44, 5, 52), box(4, 44, 8, 52)
    scenes = [
        footprint(left, 9),
        footprint(left, 2, age=30),
        footprint(left, 2, age=3),
        footprint(right, None),
    ]
    scenes += [footprint(right, 40)]
    assert cover_area(AREA, scenes).chosen == (2, 4)


def test_tiles_that_share_their_edges_are_all_taken():
    tiles = [footprint(box(x, 44 + y, x + 2, 46 + y)) for x in range(0, 8, 2) for y in range(0, 8, 2)]
    found = cover_area(AREA, tiles)
    assert (len(found.chosen), found.proven, found.gaps.is_empty) == (16, True, True)
    wide = [footprint(box(x, 44, x + 4, 52)) for x in (0, 4)]
    middle = footprint(box(2, 44, 6, 52))
    assert sorted(cover_area(AREA, [*tiles, middle, *wide]).chosen) == [17, 18]


def test_no_scene_and_no_overlap_leave_all_open():
    assert cover_area(AREA, []).gap_share == 1.0
    beside = cover_area(AREA, [footprint(box(20, 44, 25, 50)), footprint(Polygon())])
    assert (beside.chosen, beside.gap_share) == ((), 1.0)
    assert beside.gaps.equals(AREA)


def test_a_sliver_is_worth_no_scene():
    most, rest = box(0, 44, 8 - 1e-5, 52), box(7, 44, 8, 52)
    found = cover_area(AREA, [footprint(most), footprint(rest)])
    assert found.chosen == (0,)
    assert 0 < found.gap_share < LOSS


def test_an_area_of_two_thousand_islands_is_covered_whole():
    islands = MultiPolygon(
        [box(x / 10, 44 + y / 10, x / 10 + 0.05, 44.05 + y / 10) for x in range(100) for y in range(20)]
    )
    scenes = [footprint(box(x, 44, x + 1, 54.1)) for x in range(10)]
    found = cover_area(islands, scenes)
    assert sorted(found.chosen) == list(range(10))
    assert found.gaps.is_empty


def test_hostile_shapes_are_repaired_or_left_out():
    bow_tie = Polygon([(0, 44), (8, 52), (8, 44), (0, 52)])
    spike = Polygon([(0, 44), (8, 44), (8, 48), (4, 48), (4, 90), (4, 48), (0, 48)])
    ring = Polygon(box(-1, 43, 9, 53).exterior.coords, [box(3, 47, 5, 49).exterior.coords])
    lines = [Point(1, 45), Polygon([(0, 44), (1, 45), (2, 46), (0, 44)])]
    scenes = [footprint(one) for one in (bow_tie, spike, ring, *lines)]
    found = cover_area(AREA, scenes)
    assert set(found.chosen) == {0, 1, 2}, "the ring, and what shows its hole"
    assert found.gaps.symmetric_difference(Polygon([(4, 48), (5, 49), (3, 49)])).area < 1e-9


def test_both_sides_of_the_antimeridian_are_one_area():
    area = MultiPolygon([box(178, -18, 180, -16), box(-180, -18, -179, -16)])
    west, east = footprint(box(177, -19, 180, -15)), footprint(box(-180, -19, -178, -15))
    across = footprint(MultiPolygon([box(177.5, -19, 180, -15), box(-180, -19, -178.5, -15)]), 50)
    assert cover_area(area, [west, east]).chosen == (0, 1)
    assert cover_area(area, [west, east, across]).chosen == (2,)


def test_areas_are_those_of_the_ellipsoid():
    """Against the published surface of the Earth; `test_controllers_cover` compares with QGIS."""
    assert ellipsoidal_km2(box(-180, -90, 180, 90)) == pytest.approx(510_065_621.7, rel=1e-8)
    holed = Polygon(box(0, 44, 8, 52).exterior.coords, [box(1, 45, 2, 46).exterior.coords])
    assert ellipsoidal_km2(holed) + ellipsoidal_km2(box(1, 45, 2, 46)) == pytest.approx(
        ellipsoidal_km2(box(0, 44, 8, 52)), rel=1e-9
    )


def crowd(count, side, seed=3):
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        x, y = rng.uniform(0, SIDE), rng.uniform(44, 44 + SIDE)
        tilted = rotate(box(x - side / 2, y - side / 2, x + side / 2, y + side / 2), rng.uniform(-12, -8))
        made.append(footprint(tilted, rng.uniform(0, 100), rng.randrange(2000)))
    return made


@pytest.mark.long
@pytest.mark.parametrize("side", [0.4, 1.0, 5.0])
def test_ten_thousand_scenes_take_bounded_time(side):
    scenes = crowd(10_000, side)
    began = time.monotonic()
    found = cover_area(AREA, scenes)
    assert time.monotonic() - began < 240
    assert open_share(found.chosen, scenes) <= 2 * LOSS


def test_a_thousand_equal_scenes_are_one():
    scenes = [footprint(AREA, age=number) for number in range(1000)]
    assert cover_area(AREA, scenes).chosen == (0,)


def test_cancelling_ends_the_choice():
    asked = itertools.count()
    with pytest.raises(CancelledError):
        cover_area(AREA, crowd(300, 1.0), lambda: next(asked) > 20)
