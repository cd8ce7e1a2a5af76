"""Maps that the service draws: all of the zone is on them, wherever it lies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer
from dinamis_service.web.land import Land
from dinamis_service.web.maps import HEIGHT, WIDTH, draw

FIJI = MultiPolygon([box(179.5, -18, 180, -17), box(-180, -18, -179.5, -17)])


def nothing(_box: object) -> list[Polygon]:
    return []


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path)]


@settings(max_examples=150, deadline=None)
@given(st.floats(-179, 179), st.floats(-85, 84), st.floats(0.001, 60), st.floats(0.001, 40))
def test_a_zone_is_whole_on_its_map_and_fills_it(x: float, y: float, width: float, height: float) -> None:
    zone = box(x, y, min(x + width, 180), min(y + height, 89))
    drawing = draw(zone, [], nothing, "fr")
    drawn = points(drawing.zone)
    assert len(drawn) >= 4
    assert all(-0.1 <= px <= WIDTH + 0.1 and -0.1 <= py <= HEIGHT + 0.1 for px, py in drawn)
    frame = drawing.frame
    assert frame.west < frame.east <= frame.west + 360
    assert -90 <= frame.south < frame.north <= 90
    assert 1 <= len(drawing.lines) <= 20
    assert 0 < drawing.bar_units <= WIDTH
    assert float(drawing.bar_km.replace("\u202f", "").replace(",", ".")) > 0


def test_a_zone_across_the_antimeridian_is_drawn_in_one_piece() -> None:
    asked = []

    def land(bounds: tuple[float, float, float, float]) -> list[Polygon]:
        asked.append(bounds)
        return [box(*bounds)]

    drawing = draw(FIJI, [("1", box(-180, -18, -179.8, -17.5))], land, "en")
    across = [x for x, _ in points(drawing.zone)]
    assert max(across) - min(across) < WIDTH
    assert drawing.frame.west < 180 < drawing.frame.east
    assert sorted(round(bounds[0]) for bounds in asked) == [-180, 179]
    assert len(drawing.land) == 2
    assert {"180°", "179.5°\u00a0E", "179.5°\u00a0W"} <= {line.label for line in drawing.lines}
    assert 0 < drawing.scenes[0].x < WIDTH


def test_holes_stay_holes_and_specks_are_left_out() -> None:
    ring = Polygon(box(0, 0, 10, 10).exterior, [box(4, 4, 6, 6).exterior])
    drawing = draw(ring, [], lambda _box: [Point(1, 1).buffer(0.001), box(-1, -1, 3, 3)], "fr")
    assert drawing.zone.count("M") == 2
    assert len(drawing.land) == 1


def test_a_service_without_a_gazetteer_draws_no_land(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert list(Land(SqliteGazetteer(tmp_path / "none.sqlite")).outlines((0, 0, 1, 1))) == []
    (tmp_path / "bad.sqlite").write_bytes(b"no database at all")
    assert list(Land(SqliteGazetteer(tmp_path / "bad.sqlite")).outlines((0, 0, 1, 1))) == []
    assert "maps are drawn without land" in caplog.text
