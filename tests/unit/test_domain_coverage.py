"""How much of an area a footprint covers: the pieces give what one intersection gives."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate
from shapely.geometry import MultiPolygon, Point, Polygon, box

from dinamis_plugin.domain.coverage import AreaPieces


def planar(geometry):
    return geometry.area


def wavy(count, radius=1.0):
    """A ring of many vertices with bays."""
    angles = [2 * math.pi * number / count for number in range(count)]
    reach = [radius * (1 + 0.3 * math.sin(17 * angle)) for angle in angles]
    return Polygon([(r * math.cos(a), r * math.sin(a)) for r, a in zip(reach, angles)])


AREAS = {
    "square": box(0, 0, 1, 1),
    "region": wavy(1500),
    "with a hole": wavy(900).difference(Point(0, 0).buffer(0.4)),
    "islands": MultiPolygon([box(-1, -1, -0.5, -0.5), box(0.2, 0.2, 1, 1)]),
}
PIECES = {name: AreaPieces(area, planar) for name, area in AREAS.items()}


@pytest.mark.parametrize("name", AREAS)
@settings(max_examples=25, deadline=None)
@given(
    place=st.tuples(st.floats(-2, 2), st.floats(-2, 2)),
    size=st.tuples(st.floats(0.01, 3), st.floats(0.01, 3)),
    turn=st.floats(0, 180),
)
def test_the_pieces_give_what_one_intersection_gives(name, place, size, turn):
    area = AREAS[name]
    (x, y), (width, height) = place, size
    footprint = rotate(box(x, y, x + width, y + height), turn)
    share = PIECES[name].share(footprint)
    assert share == pytest.approx(area.intersection(footprint).area / area.area, abs=1e-9)
    assert 0.0 <= share <= 1.0


def test_all_and_nothing():
    pieces = PIECES["region"]
    assert pieces.share(box(-9, -9, 9, 9)) == pytest.approx(1.0)
    assert pieces.share(box(5, 5, 6, 6)) == 0.0
    assert pieces.share(Polygon()) == 0.0


def test_a_footprint_that_crosses_itself_is_measured_all_the_same():
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert AreaPieces(box(0, 0, 1, 1), planar).share(bow) == pytest.approx(0.5, abs=0.01)


def test_many_footprints_meet_an_area_of_many_vertices_quickly():
    measured = []

    def counting(geometry):
        measured.append(geometry)
        return geometry.area

    pieces = AreaPieces(wavy(8_000), counting)
    measured.clear()
    pieces.share(box(-0.05, -0.05, 0.05, 0.05))
    vertices = sum(len(part.exterior.coords) for part in measured if isinstance(part, Polygon))
    assert vertices < 500
