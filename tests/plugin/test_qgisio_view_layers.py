"""WMS, WMTS and tiles of an item as layers of QGIS, from a real server on the loopback."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from qgis.core import QgsRectangle
from qgis.PyQt.QtCore import QBuffer, QByteArray, QIODevice, QSize
from qgis.PyQt.QtGui import QColor, QImage
from view_documents import WMS_130, WMTS

from dinamis_plugin.domain.errors import (
    BadAnswerError,
    ForbiddenError,
    NotFoundError,
    ServiceUnreachableError,
)
from dinamis_plugin.domain.view_service import ViewService
from dinamis_plugin.qgisio.view_layers import make_view_layer

from .waiting import wait_until

AREA = QgsRectangle(350_000, 5_350_000, 430_000, 5_430_000)


def picture(width, height):
    image = QImage(QSize(width, height), QImage.Format.Format_ARGB32)
    image.fill(QColor(200, 60, 20))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data)


@pytest.fixture
def maps(server):
    asked = []

    def answer(document):
        def route(request, _handler):
            fields = {key.upper(): values[0] for key, values in parse_qs(request.query).items()}
            asked.append(fields)
            if fields.get("REQUEST") == "GetCapabilities":
                return 200, document.replace(b"%URL%", (server.url + request.path).encode())
            size = int(fields.get("WIDTH", 256)), int(fields.get("HEIGHT", 256))
            return 200, picture(*size), {"Content-Type": "image/png"}

        return route

    server.routes["/wms"] = answer(WMS_130)
    server.routes["/wmts"] = answer(WMTS)
    server.routes["*"] = lambda request, _: (
        (200, picture(256, 256), {"Content-Type": "image/png"})
        if request.path.startswith("/tiles/")
        else (404, {})
    )
    return asked


def made(runner, service):
    """Make the layer in a worker thread, as the plugin does."""
    came, failed = [], []
    runner.run("view", lambda _: make_view_layer(service, "Ortho", "EPSG:3857"), came.append, failed.append)
    wait_until(lambda: came or failed, 30)
    if failed:
        raise failed[0]
    return came[0]


def drawn(layer):
    """The colour that the service gives in the middle of the area."""
    block = layer.dataProvider().block(1, AREA, 300, 300)
    assert block.isValid()
    return block.color(150, 150)


def colour_is_drawn(colour):
    image = QColor(colour)
    return (image.red(), image.green(), image.blue()) == (200, 60, 20)


@pytest.mark.parametrize("kind", ["wms", "wmts", "xyz"])
def test_a_service_becomes_a_layer_that_draws(runner, server, maps, kind):
    href = f"{server.url}/tiles/{{z}}/{{x}}/{{y}}.png" if kind == "xyz" else f"{server.url}/{kind}"
    layer = made(runner, ViewService(kind, href, layers=() if kind == "xyz" else ("ortho",)))
    assert layer.isValid()
    assert (layer.name(), layer.providerType(), layer.crs().authid()) == ("Ortho", "wms", "EPSG:3857")
    assert colour_is_drawn(drawn(layer))
    if kind != "xyz":
        assert {"GetCapabilities"} < {fields["REQUEST"] for fields in maps}


@pytest.mark.parametrize(
    ("route", "error"),
    [
        ((403, {}), ForbiddenError),
        ((404, {}), NotFoundError),
        ((200, b"<html/>"), BadAnswerError),
        (None, ServiceUnreachableError),
    ],
)
def test_why_a_service_cannot_be_shown_is_told_apart(runner, server, route, error):
    def answer(_request, handler):
        if route is None:
            handler.close_connection = True
            handler.connection.close()
        return route

    server.routes["/wms"] = answer
    with pytest.raises(error):
        made(runner, ViewService("wms", f"{server.url}/wms"))
