"""Areas of every shape against footprints of every shape: the embedded engine tells what GEOS tells."""

from __future__ import annotations

import sqlite3
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from test_catalogue_sqlite import STANDARD, part_of

from dinamis_service.catalogue import sqlite_load
from dinamis_service.catalogue.engine import SearchError, SearchRequest
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.catalogue.sqlite_areas import Area
from dinamis_service.catalogue.sqlite_blocks import make_records

Shapes = NDArray[np.object_]


def told(area: BaseGeometry, footprints: Shapes) -> NDArray[np.bool_]:
    """Which of these footprints an area meets, by their records."""
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE item (rid INTEGER PRIMARY KEY, geom BLOB)")
        connection.executemany("INSERT INTO item VALUES (?, ?)", enumerate(shapely.to_wkb(footprints)))
        numbers = dict.fromkeys(("moment", "last", "cloud", "incidence", "kind"), np.zeros(len(footprints)))
        columns = {"rid": np.arange(len(footprints)), **numbers}
        return Area(area).meets_records(connection, make_records(columns, footprints))


def squares(x: NDArray[np.float64], y: NDArray[np.float64], size: float) -> Shapes:
    made: Shapes = shapely.box(x, y, x + size, y + size)
    return made


@pytest.mark.parametrize("west", [100.2, 100.1, -61.3, 150.123])
def test_footprints_that_only_just_reach_an_area_meet_it(west: float) -> None:
    """The area ends some decimetres before a line of its grid, where single precision is too coarse."""
    rng, south, number = np.random.default_rng(1), 40.0, 3000
    lines = west + np.array([20, 40, 60, 80, 100]) / 128
    frame = shapely.box(west, south, west + 1, south + 1).boundary.buffer(0.001)
    bars = shapely.box(lines - 0.004, south, lines - 3e-6, south + 1)
    area = shapely.union_all([frame.intersection(shapely.box(west, south, west + 1, south + 1)), *bars])
    begin = rng.choice(lines, number) - rng.uniform(1e-6, 5e-6, number)
    footprints = squares(begin, south + rng.uniform(0.1, 0.9, number), 0.002)
    wanted = shapely.intersects(area, footprints)
    assert 0 < wanted.sum() < number
    assert (told(area, footprints) == wanted).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), parts=st.integers(1, 40), size=st.sampled_from([0.01, 0.3, 2.0]))
def test_areas_in_parts_are_met_as_a_whole(seed: int, parts: int, size: float) -> None:
    """Parts far apart and on both sides of the antimeridian, parts with holes, parts that touch."""
    rng = np.random.default_rng(seed)
    middles = np.column_stack([rng.uniform(-180, 180, parts), rng.uniform(-60, 60, parts)]).round(2)
    rounds = shapely.buffer(shapely.points(middles), rng.uniform(0.5, 3, parts))
    holed = shapely.difference(rounds, shapely.buffer(shapely.points(middles), rng.uniform(0.1, 0.4, parts)))
    corners = shapely.box(*(middles + 3).T, *(middles + 4).T)
    seam = shapely.union_all([shapely.box(178, -5, 180, 5), shapely.box(-180, -5, -178, 5)])
    area = shapely.union_all([*holed, *corners, seam]).intersection(shapely.box(-180, -90, 180, 90))
    around = middles[rng.integers(parts, size=3000)] + rng.uniform(-4, 4, (3000, 2)).round(2)
    footprints = np.concatenate(
        [
            squares(around[:, 0].clip(-180, 180 - size), around[:, 1], size),
            squares(rng.uniform(177, 180 - size, 100), rng.uniform(-6, 6, 100), size),
            [shapely.MultiPolygon([shapely.box(179, y, 180, y + 1), shapely.box(-180, y, -179, y + 1)])
             for y in rng.uniform(-7, 7, 20)],
        ]
    )  # fmt: skip
    assert (told(area, footprints) == shapely.intersects(area, footprints)).all()


def hairy(number: int) -> shapely.Polygon:
    """A star that is slow to compare with: its rays meet near the middle of the items of `part_of`."""
    angles, radius = (
        np.linspace(0, 2 * np.pi, number, endpoint=False),
        np.where(np.arange(number) % 2, 5, 0.001),
    )
    return shapely.Polygon(np.array([3, 43]) + (radius * [np.cos(angles), np.sin(angles)]).T)


@pytest.mark.parametrize("within_filter", [False, True])
def test_intricate_areas_do_not_outlast_the_time_of_a_search(tmp_path: Path, within_filter: bool) -> None:
    path = tmp_path / "catalogue.sqlite"
    sqlite_load.load(path, STANDARD, [partial(part_of, 26, 6000)], processes=1)
    area = hairy(5000)
    condition = {"op": "s_intersects", "args": [{"property": "geometry"}, shapely.geometry.mapping(area)]}
    asked = {"filter": {"op": "not", "args": [condition]}} if within_filter else {"geometry": area}
    engine = SqliteCatalogue(path, search_s=0.2)
    try:
        began = time.monotonic()
        with pytest.raises(SearchError, match="too long"):
            engine.search(SearchRequest(limit=0, **asked))
        assert time.monotonic() - began < 10
    finally:
        engine.close()
