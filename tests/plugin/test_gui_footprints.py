"""Footprints on the canvas, also many of them."""

from __future__ import annotations

import gc
import time
from dataclasses import replace

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsPointXY
from qgis.PyQt.QtGui import QColor, QImage, QPainter
from shapely.geometry import MultiPolygon, Polygon, box

from dinamis_plugin.gui.footprints import FootprintsItem
from dinamis_plugin.gui.hover_watch import HoverWatch

from .gui_support import canvas, make_scene, pointer, window  # noqa: F401
from .waiting import BLOCKED_MS, Ticker, wait_until


@pytest.fixture
def item(canvas):  # noqa: F811
    made = FootprintsItem(canvas)
    yield made
    made.remove()


def painted(item):
    picture = QImage(600, 600, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(QColor(0, 0, 0, 0))
    painter = QPainter(picture)
    item.paint(painter)
    painter.end()
    return picture


def inked(picture, x, y, reach=3):
    around = range(-reach, reach + 1)
    return any(picture.pixelColor(x + dx, y + dy).alpha() for dx in around for dy in around)


def add(item, scenes):
    item.add(scenes)
    wait_until(lambda: item.ready)


def test_a_footprint_is_painted_where_it_lies(item, canvas):  # noqa: F811
    add(item, [make_scene(lon=3.6, lat=43.5)])
    picture = painted(item)
    corner = canvas.getCoordinateTransform().transform(QgsPointXY(400750.1, 5388214.0))
    assert inked(picture, round(corner.x()), round(corner.y()))
    middle = canvas.getCoordinateTransform().transform(QgsPointXY(406316, 5395880))
    assert not inked(picture, round(middle.x()), round(middle.y()))


def test_the_selected_one_is_filled(item, canvas):  # noqa: F811
    scene = make_scene(lon=3.6, lat=43.5)
    add(item, [scene])
    item.select([scene])
    middle = canvas.getCoordinateTransform().transform(QgsPointXY(406316, 5395880))
    assert painted(item).pixelColor(round(middle.x()), round(middle.y())).alpha() > 30
    item.select([])
    item.hover(scene)
    assert painted(item).pixelColor(round(middle.x()), round(middle.y())).alpha() > 10


def test_no_ground_is_tinted_where_a_picture_lies(item, canvas):  # noqa: F811
    scene = make_scene(lon=3.6, lat=43.5)
    add(item, [scene])
    item.select([scene])
    middle = canvas.getCoordinateTransform().transform(QgsPointXY(406316, 5395880))
    item.show_through([scene])
    assert painted(item).pixelColor(round(middle.x()), round(middle.y())).alpha() == 0
    item.show_through([])
    assert painted(item).pixelColor(round(middle.x()), round(middle.y())).alpha() > 30


def test_several_selected_over_each_other_tint_the_map_once(item, canvas):  # noqa: F811
    scene = make_scene(2, lon=3.6, lat=43.5)
    turned = replace(scene, footprint=Polygon(list(scene.footprint.exterior.coords)[::-1]))
    scenes = [make_scene(1, lon=3.6, lat=43.5), turned, make_scene(3, lon=3.6, lat=43.5)]
    add(item, scenes)
    middle = canvas.getCoordinateTransform().transform(QgsPointXY(406316, 5395880))
    tints = []
    for chosen in (scenes[:1], scenes):
        item.select(chosen)
        tints.append(painted(item).pixelColor(round(middle.x()), round(middle.y())).alpha())
    assert tints[0] == tints[1]


def test_very_many_selected_look_like_a_few(item, canvas):  # noqa: F811
    scenes = [make_scene(number, lon=3.6, lat=43.5) for number in range(300)]
    add(item, scenes)
    middle = canvas.getCoordinateTransform().transform(QgsPointXY(406316, 5395880))
    seen = []
    for chosen in (scenes[:150], scenes):
        item.select(chosen)
        wait_until(lambda: item.ready)
        picture = painted(item)
        seen.append([picture.pixelColor(round(middle.x()), y).alpha() for y in range(picture.height())])
    assert seen[0][round(middle.y())] == seen[1][round(middle.y())] > 30
    assert [alpha > 200 for alpha in seen[0]] == [alpha > 200 for alpha in seen[1]]


def test_very_many_selected_follow_the_map_and_pictures_on_it(item, canvas):  # noqa: F811
    scenes = [make_scene(number, lon=3.6, lat=43.5) for number in range(300)]
    add(item, scenes)
    item.select(scenes)
    item.show_through(scenes)
    wait_until(lambda: item.ready)
    middle = canvas.getCoordinateTransform().transform(QgsPointXY(406316, 5395880))
    assert painted(item).pixelColor(round(middle.x()), round(middle.y())).alpha() == 0
    item.show_through([])
    canvas.zoomByFactor(0.9)
    wait_until(lambda: item.ready)
    middle = canvas.getCoordinateTransform().transform(QgsPointXY(406316, 5395880))
    assert painted(item).pixelColor(round(middle.x()), round(middle.y())).alpha() > 30
    item.select([])
    assert painted(item).pixelColor(round(middle.x()), round(middle.y())).alpha() == 0


def test_it_follows_zoom_and_crs(item, canvas):  # noqa: F811
    scene = make_scene(lon=3.6, lat=43.5)
    add(item, [scene])
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:2154"))
    wait_until(lambda: item.ready and item.extent_of([scene]).isValid())
    assert 740_000 < item.extent_of([scene]).left() < 760_000


def test_a_footprint_too_small_to_be_seen_gets_a_frame(item, canvas):  # noqa: F811
    scene = replace(make_scene(), footprint=box(3.7, 43.55, 3.7001, 43.5501))
    add(item, [scene])
    middle = canvas.getCoordinateTransform().transform(QgsPointXY(item.extent_of([scene]).center()))
    picture = painted(item)
    assert inked(picture, round(middle.x()), round(middle.y()))
    inked_pixels = sum(picture.pixelColor(x, y).alpha() > 0 for x in range(600) for y in range(600))
    assert inked_pixels == 16, "the border of five pixels by five"


def test_scenes_under_a_point_come_smallest_first(item):
    small = make_scene(1, lon=3.6, lat=43.5)
    large = replace(make_scene(2), footprint=box(3.5, 43.4, 3.9, 43.7))
    elsewhere = make_scene(3, lon=5.0, lat=43.5)
    add(item, [large, small, elsewhere])
    found = item.scenes_at(QgsPointXY(403000, 5390000))
    assert [scene.id for scene in found] == ["scene-1", "scene-2"]
    assert not item.scenes_at(QgsPointXY(0, 0))


def test_a_footprint_in_two_parts(item):

    parts = MultiPolygon([box(3.6, 43.5, 3.65, 43.6), box(3.75, 43.5, 3.8, 43.6)])
    scene = replace(make_scene(), footprint=parts)
    add(item, [scene])
    assert item.scenes_at(QgsPointXY(401500, 5390000)) == [scene]
    assert item.scenes_at(QgsPointXY(411500, 5390000)) == []
    assert item.scenes_at(QgsPointXY(420000, 5390000)) == [scene]


def test_clear_takes_all_away(item):
    add(item, [make_scene(lon=3.6, lat=43.5)])
    item.clear()
    assert not item.scenes_at(QgsPointXY(403000, 5390000))
    assert not any(inked(painted(item), x, y) for x in range(20, 600, 40) for y in range(20, 600, 40))


def test_the_pointer_tells_the_scene_below_it(item, canvas, pointer):  # noqa: F811
    scene = make_scene(lon=3.6, lat=43.5)
    add(item, [scene])
    told = []
    watch = HoverWatch(canvas, item, told.append)
    inside = pointer.pixel(406316, 5395880)
    pointer.move(inside.x(), inside.y())
    wait_until(lambda: told)
    pointer.move(5, 5)
    wait_until(lambda: len(told) == 2)
    watch.remove()
    assert told == [scene, None]


@pytest.fixture
def heap_of_its_own():
    """Leave what the test process holds out of Python's collections, whose pauses grow with it."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def test_ten_thousand_footprints_stay_quick(item, canvas, heap_of_its_own):  # noqa: F811
    scenes = [make_scene(n, lon=3.3 + (n % 100) * 0.01, lat=43.2 + (n // 100) * 0.01) for n in range(10_000)]
    with Ticker() as ticker:
        item.add(scenes)
        wait_until(lambda: item.ready, 60)
    assert ticker.longest_ms < BLOCKED_MS
    with Ticker() as ticker:
        canvas.zoomByFactor(1.1)
        wait_until(lambda: item.ready, 60)
    assert ticker.longest_ms < BLOCKED_MS
    item.hover(scenes[5])
    start = time.thread_time()
    for _ in range(10):
        painted(item)
    assert (time.thread_time() - start) / 10 < 0.02
    start = time.thread_time()
    item.scenes_at(QgsPointXY(403000, 5390000))
    assert time.thread_time() - start < 0.05
