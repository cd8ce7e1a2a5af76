"""Zones: measured as QGIS measures them, repaired or refused with the reason."""

from __future__ import annotations

import json
import os
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box, mapping, shape

from dinamis_service.quotas.geometry import (
    MAX_VERTICES,
    ZoneError,
    area_km2,
    read_footprint,
    read_zone,
    within_footprints,
)

REALDATA = Path(os.environ.get("DINAMIS_REALDATA", Path(__file__).parents[2] / "../shared/realdata"))
QGIS_PYTHON = os.environ.get("DINAMIS_QGIS_PYTHON", "/usr/bin/python3")
ONE_DEGREE_AT_45 = Decimal("8762.1639")

MEASURE_IN_QGIS = """
import json, sys
from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransformContext
from qgis.core import QgsDistanceArea, QgsGeometry
measure = QgsDistanceArea()
measure.setEllipsoid("WGS84")
measure.setSourceCrs(QgsCoordinateReferenceSystem("EPSG:4326"), QgsCoordinateTransformContext())
print(json.dumps([measure.measureArea(QgsGeometry.fromWkt(wkt)) / 1e6 for wkt in json.load(sys.stdin)]))
"""


def polygon(*rings: list[list[float]]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def reason(geometry: Any) -> str:
    with pytest.raises(ZoneError) as refused:
        read_zone(geometry)
    assert refused.value.words.fr != refused.value.words.en
    return refused.value.words.en


def test_surfaces_agree_with_qgis() -> None:
    zones = [
        box(3, 44.5, 4, 45.5),
        box(-10, 40, 10, 50),
        box(55.4, -21.2, 55.41, -21.19),
        box(3, 43, 4, 44).difference(box(3.2, 43.2, 3.8, 43.8)),
        shapely.MultiPolygon([box(0, 0, 1, 1), box(20, 60, 21, 61)]),
        shapely.Point(4, 44).buffer(0.3, quad_segs=32),
    ]
    command = [QGIS_PYTHON, "-c", MEASURE_IN_QGIS]
    try:
        done = subprocess.run(
            command,
            check=False,
            input=json.dumps([zone.wkt for zone in zones]),
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
    except FileNotFoundError:
        pytest.skip(f"{QGIS_PYTHON} is not there")
    if "No module named 'qgis'" in done.stderr:
        pytest.skip(f"{QGIS_PYTHON} has no QGIS")
    assert done.returncode == 0, done.stderr
    for zone, expected in zip(zones, json.loads(done.stdout), strict=True):
        assert float(read_zone(mapping(zone)).area_km2) == pytest.approx(expected, rel=1e-3), zone.wkt


def test_holes_are_not_counted_and_overlaps_are_counted_once() -> None:
    whole = read_zone(mapping(box(3, 44.5, 4, 45.5)))
    hole = box(3.2, 44.7, 3.8, 45.3)
    holed = read_zone(mapping(whole.shape.difference(hole)))
    assert whole.area_km2 == ONE_DEGREE_AT_45
    assert holed.area_km2 + area_km2(hole) == pytest.approx(whole.area_km2, abs=Decimal("0.0002"))
    twice = {"type": "MultiPolygon", "coordinates": [mapping(whole.shape)["coordinates"]] * 2}
    assert read_zone(twice).area_km2 == whole.area_km2


@given(st.integers(-170, 168), st.integers(-80, 78), st.booleans())
def test_the_surface_does_not_depend_on_orientation_or_first_point(x: int, y: int, turned: bool) -> None:
    ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1]]
    other = ring[1:] + ring[:1]
    first = read_zone(polygon(ring)).area_km2
    assert first > 0
    assert read_zone(polygon(other[::-1] if turned else other)).area_km2 == first


def test_a_zone_counts_within_the_footprints_only_overlaps_once() -> None:
    zone = read_zone(mapping(box(3, 44.5, 4, 45.5)))
    half = read_footprint(mapping(box(2, 44, 3.5, 46)))
    covered = within_footprints(zone, [half, half, read_footprint(mapping(box(2, 44, 3.25, 46)))])
    assert covered is not None
    assert covered.area_km2 == area_km2(box(3, 44.5, 3.5, 45.5))
    assert within_footprints(zone, [read_footprint(mapping(box(4, 44, 5, 45)))]) is None, "a shared edge"
    assert within_footprints(zone, [read_footprint(mapping(box(8, 44, 9, 45)))]) is None


ACROSS = Decimal("23854.2142")


@pytest.mark.parametrize(
    "geometry",
    [
        polygon([[179, -15], [-179, -15], [-179, -14], [179, -14], [179, -15]]),
        polygon([[179, -15], [181, -15], [181, -14], [179, -14], [179, -15]]),
        polygon([[-181, -15], [-179, -15], [-179, -14], [-181, -14], [-181, -15]]),
    ],
)
def test_a_zone_across_the_antimeridian_is_cut_there(geometry: dict[str, Any]) -> None:
    zone = read_zone(geometry)
    assert zone.area_km2 == ACROSS
    assert [part.bounds[0] for part in zone.shape.geoms] in ([-180, 179], [179, -180])
    assert "180th meridian" in zone.repairs[0].en


def test_a_zone_across_the_antimeridian_may_have_a_hole() -> None:
    outer = [[178, -16], [-178, -16], [-178, -12], [178, -12], [178, -16]]
    hole = [[-179.5, -14], [-179, -14], [-179, -13], [-179.5, -13], [-179.5, -14]]
    with_hole, without = read_zone(polygon(outer, hole)), read_zone(polygon(outer))
    lost = without.area_km2 - with_hole.area_km2
    assert lost == pytest.approx(read_zone(polygon(hole)).area_km2, abs=Decimal("0.0002"))


def test_a_zone_already_cut_is_left_alone() -> None:
    parts = [box(179, -15, 180, -14), box(-180, -15, -179, -14)]
    zone = read_zone(mapping(shapely.MultiPolygon(parts)))
    assert zone.area_km2 == ACROSS
    assert not zone.repairs


def test_a_ring_that_touches_itself_is_repaired_and_said_so() -> None:
    bow = [[0, 0], [2, 0], [1, 1], [2, 2], [0, 2], [1, 1], [0, 0]]
    zone = read_zone(polygon(bow))
    assert zone.shape.is_valid
    assert zone.area_km2 == pytest.approx(area_km2(shape(polygon(bow)).buffer(0)), abs=Decimal("0.001"))
    assert "touches itself" in zone.repairs[0].en


def test_rings_left_open_heights_and_repeated_points_are_harmless() -> None:
    ring = [[3, 44.5, 120], [4, 44.5, 80], [4, 44.5, 80], [4, 45.5, 0], [3, 45.5, 3]]
    assert read_zone(polygon(ring)).area_km2 == ONE_DEGREE_AT_45


@pytest.mark.parametrize(
    ("geometry", "why"),
    [
        (None, 'not "None"'),
        ({"type": "Point", "coordinates": [3, 43]}, 'not "Point"'),
        ({"type": "LineString", "coordinates": [[3, 43], [4, 44]]}, 'not "LineString"'),
        ({"type": "Feature", "geometry": None}, 'not "Feature"'),
        ({"type": "Polygon"}, "empty or badly written"),
        ({"type": "Polygon", "coordinates": []}, "empty or badly written"),
        ({"type": "Polygon", "coordinates": "abc"}, "empty or badly written"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "empty or badly written"),
        (polygon([[0, 0], [1, 1]]), "fewer than three distinct points"),
        (polygon([[0, 0], [1, 1], [2, 2], [0, 0]]), "no surface"),
        (polygon([[0, 0], [0.00001, 0], [0, 0.00001], [0, 0]]), "no surface"),
        (polygon([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]), "crosses itself or another one, near 0.5 0.5"),
        (
            polygon([[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]], [[5, 5], [6, 5], [6, 6], [5, 5]]),
            "another one, near",
        ),
        (polygon([[0, 0], [1, "x"], [2, 2], [0, 0]]), "cannot be read: [1, 'x']"),
        (polygon([[0, 0], [1, float("nan")], [2, 2], [0, 0]]), "cannot be read: [1, nan]"),
        (polygon([[0, 0], [1, True], [2, 2], [0, 0]]), "cannot be read: [1, True]"),
        (polygon([[0, 0], [1], [2, 2], [0, 0]]), "cannot be read: [1]"),
        (polygon([[700000, 6e6], [700100, 6e6], [700100, 6.1e6], [700000, 6e6]]), "not on the globe"),
        (polygon([[0, 80], [120, 80], [-120, 80], [0, 80]]), "goes around the globe or a pole"),
        (polygon([[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]), "no surface"),
    ],
)
def test_what_cannot_be_a_zone_is_refused_with_the_reason(geometry: Any, why: str) -> None:
    assert why in reason(geometry)


def test_too_many_vertices_are_refused_with_their_number() -> None:
    circle = shapely.Point(3, 43).buffer(1, quad_segs=MAX_VERTICES // 4)
    assert f"has {MAX_VERTICES + 1:,} vertices, the maximum is {MAX_VERTICES:,}" in reason(mapping(circle))


@pytest.mark.parametrize(
    ("name", "square_km", "repaired"),
    [
        ("departement-84-vaucluse.geojson", 3578, False),
        ("departement-974-la-reunion.geojson", 2504, False),
        ("commune-14174-conde-en-normandie_INVALID_ring_self_intersection.geojson", 63.2, True),
    ],
)
def test_real_administrative_zones(name: str, square_km: float, repaired: bool) -> None:
    source = REALDATA / "aoi" / name
    if not source.exists():
        pytest.skip(f"no real data in {REALDATA}")
    document = json.loads(source.read_text())
    geometry = document.get("geometry") or document["features"][0]["geometry"]
    zone = read_zone(geometry)
    assert float(zone.area_km2) == pytest.approx(square_km, rel=1e-3)
    assert bool(zone.repairs) is repaired
