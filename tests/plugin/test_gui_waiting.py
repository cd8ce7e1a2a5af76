"""Images that wait are outlined on the canvas, and each says why."""

from __future__ import annotations

import pytest
from qgis.core import QgsRectangle
from qgis.gui import QgsMapCanvas
from qgis.PyQt import sip
from qgis.PyQt.QtGui import QColor, QImage, QPainter

from dinamis_plugin.gui.map_gate import MapGate
from dinamis_plugin.gui.waiting_item import WaitingItem
from dinamis_plugin.qgisio import rasters

from .layer_support import add
from .waiting import run_for, wait_until


@pytest.fixture
def canvas(qgis_app):
    made = QgsMapCanvas()
    made.resize(400, 400)
    made.show()
    yield made
    sip.delete(made)


def painted(item):
    picture = QImage(400, 400, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(QColor(0, 0, 0, 0))
    painter = QPainter(picture)
    item.paint(painter)
    painter.end()
    return picture


def inked(picture, left, top, width, height):
    return sum(
        picture.pixelColor(x, y).alpha() > 0
        for x in range(int(left), int(left + width))
        for y in range(int(top), int(top + height))
    )


def test_what_waits_is_outlined_until_it_comes_alive(signed_in, hrefs, scripted, project, tmp_path, canvas):  # noqa: PLR0917
    [layer] = add(signed_in, hrefs())
    canvas.setDestinationCrs(layer.crs())
    canvas.setLayers([layer])
    extent = QgsRectangle(layer.extent())
    extent.scale(2)
    canvas.setExtent(extent)
    gate = MapGate(canvas, signed_in.layers, canvas)
    item = WaitingItem(canvas, signed_in.layers, gate.layer_ids)
    assert list(item.outlines()) == []
    assert inked(painted(item), 0, 0, 400, 400) == 0
    signed_in.session.sign_out()
    wait_until(lambda: list(item.outlines()))
    [(waiting, outline)] = item.outlines()
    assert waiting is layer
    box = outline.boundingRect()
    assert box.width() == pytest.approx(200, abs=8)
    picture = painted(item)
    assert inked(picture, box.left() - 2, box.top() - 2, box.width() + 4, 5) > box.width() / 2
    assert inked(picture, box.left() + 20, box.center().y() - 10, box.width() - 40, 20) > 20  # the word
    assert inked(picture, 0, 0, box.left() - 5, 400) == 0
    assert signed_in.layers.why_waiting(layer) == "Waits for your sign-in"
    canvas.setLayers([])  # hidden by the person
    run_for(0.1)
    assert list(item.outlines()) == []
    canvas.setLayers([layer])
    # The project holds nothing of it.
    assert project.write(str(tmp_path / "p.qgs"))
    assert "Waits" not in (tmp_path / "p.qgs").read_text("utf-8")
    scripted.polls = ["granted"]
    signed_in.session.sign_in()
    wait_until(lambda: rasters.lives(layer), 20)
    assert list(item.outlines()) == []
    item.remove()
    gate.remove()


def test_it_says_why(signed_in, hrefs, scripted, project, tmp_path):
    urls = hrefs(2)
    add(signed_in, urls)
    path = str(tmp_path / "p.qgz")
    assert project.write(path)
    project.clear()
    scripted.refusals[urls[0]] = {"code": "forbidden", "detail": "Not yours."}
    scripted.down.add("/sign_urls")
    assert project.read(path)
    why = signed_in.layers.why_waiting
    layers = {rasters.identity_of(layer).href: layer for layer in signed_in.layers.layers()}
    assert {why(layer) for layer in layers.values()} == {"Is being opened"}
    run_for(2)
    scripted.down.clear()
    signed_in.layers.try_again()
    wait_until(lambda: rasters.lives(layers[urls[1]]), 30)
    wait_until(lambda: why(layers[urls[0]]) == "Not available", 10)
