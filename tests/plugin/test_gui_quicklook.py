"""Quicklooks on the whole screen and on the map, over real HTTP."""

from __future__ import annotations

from dataclasses import replace

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsPointXY, QgsProject
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QColor, QImage, QPainter, QWheelEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication
from shapely.geometry import Polygon

from dinamis_plugin.controllers.cart import CartController
from dinamis_plugin.domain.search import SearchQuery
from dinamis_plugin.gui.previews import MOST_ON_MAP, Previews

from .gui_support import canvas, child, click, dock, flush_deletions, make_scene, window  # noqa: F401
from .waiting import Caught, wait_until


def jpeg(colours=("red", "green", "blue", "yellow")):
    """A picture in four quarters: upper left, upper right, lower left, lower right."""
    image = QImage(80, 60, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for number, colour in enumerate(colours):
        painter.fillRect(40 * (number % 2), 30 * (number // 2), 40, 30, QColor(colour))
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data)


@pytest.fixture
def scenes(signed_in, scripted, server):
    """Four scenes, the pictures of the first three on a server; the third is no picture."""
    found = []
    for number in range(4):
        href = f"{server.url}/pictures/{number}.png"
        found.append(replace(make_scene(number), thumbnail_href=href if number < 3 else ""))
    answers = {f"/pictures/{number}.png": jpeg() for number in range(2)}
    answers["/pictures/2.png"] = b"no picture"
    for path, data in answers.items():
        server.routes[path] = lambda _request, _handler, data=data: (200, data)
    return found


@pytest.fixture
def previews(window, canvas, signed_in):  # noqa: F811
    made = Previews(window, canvas, signed_in.quicklooks, signed_in.cart)
    yield made
    made.shut_down()
    sip.delete(made)
    del made
    flush_deletions()  # what lay on the canvas goes before it


def shown(previews):
    return previews._window


def picture_there(previews):
    return (
        not shown(previews)._view.sceneRect().isEmpty()
        and not child(shown(previews), "quicklookMessage").isVisible()
    )


def test_the_arrows_go_on_and_escape_closes(previews, scenes):
    current = Caught(previews.current_changed)
    previews.look_at(scenes, scenes[1])
    wait_until(lambda: picture_there(previews))
    view = shown(previews)
    assert view.isFullScreen()
    assert scenes[1].title in child(view, "quicklookTitle").whole_text()
    QTest.keyClick(view._view, Qt.Key.Key_Left)
    assert view.current is scenes[0]
    assert not child(view, "quicklookPrevious").isEnabled()
    QTest.keyClick(view._view, Qt.Key.Key_Left)
    assert view.current is scenes[0]
    QTest.keyClick(view._view, Qt.Key.Key_Right)
    QTest.keyClick(view._view, Qt.Key.Key_Right)
    assert view.current is scenes[2]
    QTest.keyClick(view._view, Qt.Key.Key_Escape)
    assert not view.isVisible()
    assert current.values == [scenes[1], scenes[0], scenes[1], scenes[2], None]


def test_what_is_no_picture_or_missing_is_said(previews, scenes):
    previews.look_at(scenes, scenes[2])
    message = child(shown(previews), "quicklookMessage")
    loading = message.text()
    assert loading
    wait_until(lambda: message.text() != loading)
    assert message.isVisible()
    QTest.keyClick(shown(previews)._view, Qt.Key.Key_Right)
    assert scenes[3].title in message.text()


def test_the_wheel_and_keys_zoom_and_the_whole_comes_back(previews, scenes):
    previews.look_at(scenes, scenes[0])
    wait_until(lambda: picture_there(previews))
    view = shown(previews)._view
    whole = view.transform().m11()
    centre = QPointF(view.viewport().rect().center())
    turn = QWheelEvent(
        centre,
        QPointF(view.viewport().mapToGlobal(centre.toPoint())),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), turn)
    assert view.transform().m11() > whole
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.transform().m11() == pytest.approx(whole)
    for _ in range(60):
        QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.transform().m11() <= 16
    for _ in range(60):
        QTest.keyClick(view, Qt.Key.Key_Minus)
    assert view.transform().m11() == pytest.approx(whole)


def test_space_ticks_what_is_looked_at(previews, scenes, signed_in):
    previews.look_at(scenes, scenes[0])
    QTest.keyClick(shown(previews)._view, Qt.Key.Key_Space)
    assert list(signed_in.cart.cart) == [scenes[0]]
    assert child(shown(previews), "quicklookTick").isChecked()
    click(child(shown(previews), "quicklookTick"))
    assert list(signed_in.cart.cart) == []


# On the map


def painted(item):
    picture = QImage(600, 600, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(QColor(0, 0, 0, 0))
    painter = QPainter(picture)
    try:
        item.paint(painter)
    finally:
        painter.end()
    return picture


def colour_at(canvas, item, lon, lat):  # noqa: F811
    point = to_pixel(canvas, lon, lat)
    return painted(item).pixelColor(point).name()


def to_pixel(canvas, lon, lat):  # noqa: F811
    move = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:4326"),
        canvas.mapSettings().destinationCrs(),
        QgsProject.instance(),
    )
    place = canvas.getCoordinateTransform().transform(move.transform(QgsPointXY(lon, lat)))
    return QPoint(round(place.x()), round(place.y()))


def test_a_quicklook_is_laid_on_its_footprint_and_never_in_the_project(
    previews,
    scenes,
    canvas,  # noqa: F811
    project,
    tmp_path,
):
    on_map = Caught(previews.on_map)
    previews.toggle_on_map([scenes[0]])
    on_map.wait()
    drapes = previews.drapes
    assert colour_at(canvas, drapes, 3.62, 43.58) == "#ff0000"
    assert colour_at(canvas, drapes, 3.68, 43.58) == "#008000"
    assert colour_at(canvas, drapes, 3.62, 43.52) == "#0000ff"
    assert colour_at(canvas, drapes, 3.68, 43.52) == "#ffff00"
    assert painted(drapes).pixelColor(to_pixel(canvas, 3.75, 43.55)).alpha() == 0
    assert not project.mapLayers()
    assert project.write(str(tmp_path / "a.qgs"))
    assert "pictures" not in (tmp_path / "a.qgs").read_text("utf-8")
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:32631"))
    assert drapes.holds(scenes[0])
    previews.toggle_on_map([scenes[0]])
    assert on_map.values[-1] == 0
    assert not drapes.holds(scenes[0])


def test_a_tilted_footprint_turns_the_picture(previews, scenes, canvas):  # noqa: F811
    ring = [(3.62, 43.6), (3.7, 43.58), (3.68, 43.5), (3.6, 43.52)]
    tilted = replace(scenes[0], footprint=Polygon(ring), assets=())
    on_map = Caught(previews.on_map)
    previews.toggle_on_map([tilted])
    on_map.wait()
    assert colour_at(canvas, previews.drapes, 3.627, 43.589) == "#ff0000"
    assert painted(previews.drapes).pixelColor(to_pixel(canvas, 3.605, 43.595)).alpha() == 0


def test_one_click_takes_all_quicklooks_from_the_map(dock, scenes):  # noqa: F811
    dock.results.start(SearchQuery())
    dock.results.add_scenes(scenes)
    child(dock, "mainTabs").setCurrentWidget(dock.results)
    dock.results.view.selectRow(0)
    click(child(dock, "drapeButton"))
    wait_until(lambda: len(dock.found.previews.drapes) == 1)
    assert child(dock, "quicklooksOnMapLabel").isVisible()
    click(child(dock, "quicklooksClearButton"))
    assert len(dock.found.previews.drapes) == 0
    assert not child(dock, "quicklooksOnMapLabel").isVisible()


def test_too_many_quicklooks_are_refused(previews, scenes, server):
    many = [replace(scenes[0], id=f"many-{number}") for number in range(MOST_ON_MAP + 3)]
    failed, on_map = Caught(previews.failed), Caught(previews.on_map)
    previews.toggle_on_map(many)
    assert len(failed.values) == 1
    on_map.wait(MOST_ON_MAP, 20)
    assert len(previews.drapes) == MOST_ON_MAP


def test_a_cart_needs_no_service(qgis_app):
    cart = CartController()
    told = Caught(cart.changed)
    cart.put([make_scene(1)], ticked=True)
    cart.put([make_scene(1)], ticked=True)
    cart.clear()
    cart.clear()
    assert len(told.values) == 2
