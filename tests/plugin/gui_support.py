"""What the tests of the widgets share: values as the service gives them, a canvas, and events."""

from __future__ import annotations

import gc
from datetime import datetime, timedelta, timezone

import pytest
from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsPointXY, QgsRectangle
from qgis.gui import QgsMapCanvas, QgsMapToolPan
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QMainWindow, QWidget
from shapely.geometry import box, mapping

from dinamis_plugin.controllers.thumbnails import ThumbnailController
from dinamis_plugin.domain.account import Account
from dinamis_plugin.domain.aoi import Aoi
from dinamis_plugin.domain.estimate import Estimate
from dinamis_plugin.domain.form import fields_of
from dinamis_plugin.domain.order import Order, Product
from dinamis_plugin.domain.project import Project
from dinamis_plugin.domain.quota import quotas_from_json
from dinamis_plugin.domain.scene import Scene
from dinamis_plugin.gui.dock import DinamisDock, DockParts
from dinamis_plugin.integrations.mime import scene_mime
from dinamis_plugin.plugin import _area_km2

from .waiting import wait_until

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def make_scene(number=0, mission="PLEIADES", kind="downloadable", lon=3.6, lat=43.5, **properties):
    """A scene of 0.1 by 0.1 degrees, one day older for each number."""
    acquired = datetime(2026, 11, 1, 10, 40, tzinfo=timezone.utc) - timedelta(days=number)
    image = {"href": f"http://127.0.0.1:9/objects/{number}/ms.tif", "type": "image/tiff; application=geotiff"}
    return Scene.from_stac(
        {
            "id": f"scene-{number}",
            "collection": "pleiades",
            "geometry": mapping(box(lon, lat, lon + 0.1, lat + 0.1)),
            "properties": {
                "datetime": acquired.isoformat(),
                "title": f"{mission} over Montpellier {number}",
                "dinamis:mission": mission,
                "dinamis:product_type": kind,
                "eo:cloud_cover": number % 50,
                "view:incidence_angle": 10.5,
                **properties,
            },
            "assets": {"ms": image} if kind == "downloadable" else {},
        }
    )


def make_aoi(name="Zone 1", west=3.6, south=43.5, side=0.1, km2=90.0):
    return Aoi(name, box(west, south, west + side, south + side), km2)


ACCOUNT = Account.from_json(
    {
        "sub": "u1",
        "given_name": "Camille",
        "family_name": "Martin",
        "email": "camille.martin@demo.example",
        "user_kind": "SCI",
        "roles": ["user"],
        "entity": {"name": "UMR Exemple"},
    }
)

PROJECT = Project.from_json(
    {
        "id": "2026-001-SCI",
        "title": "Suivi du littoral",
        "status": "open",
        "request_count": 2,
        "end_date": "2027-12-31",
    }
)
CLOSED_PROJECT = Project.from_json({"id": "2025-004-SCI", "title": "Ancien projet", "status": "closed"})

PRODUCTS = [
    Product("pleiades-programming", "Pléiades"),
    Product("spot-programming", "SPOT 6/7"),
    Product("pleiades-archive", "Pléiades archive"),
]

FIELDS = fields_of(
    {
        "required": ["processing_level", "purpose"],
        "properties": {
            "project_id": {"type": "string", "x-widget": "project"},
            "processing_level": {
                "type": "string",
                "title": "Niveau de traitement",
                "enum": ["primary", "ortho"],
                "x-enum-titles": ["Primaire", "Ortho"],
                "default": "ortho",
                "x-section": "production",
            },
            "purpose": {
                "type": "string",
                "title": "Finalité",
                "x-widget": "multiline",
                "x-section": "request",
            },
            "radiometry": {
                "type": "string",
                "title": "Traitement radiométrique",
                "enum": ["reflectance", "display"],
                "default": "reflectance",
                "x-section": "production",
            },
            "coding": {
                "type": "string",
                "title": "Codage des pixels",
                "enum": ["12bits", "8bits"],
                "default": "12bits",
                "x-section": "production",
            },
            "copies": {"type": "integer", "title": "Nombre", "minimum": 1, "maximum": 3, "default": 1},
            "urgent": {"type": "boolean", "title": "Urgent"},
        },
        "allOf": [
            {
                "if": {"properties": {"radiometry": {"enum": [radiometry]}}, "required": ["radiometry"]},
                "then": {"properties": {"coding": {"enum": [coding], "x-reason": f"{coding} seulement."}}},
            }
            for radiometry, coding in (("display", "8bits"), ("reflectance", "12bits"))
        ],
    }
)


def make_estimate(**changes):
    document = {
        "year": 2026,
        "sensor": "PLEIADES",
        "area_km2": 123.4,
        "quota_km2": 1500,
        "share": 0.08,
        "excess_km2": 0,
        "minimum_km2": 100,
        "price": {"unit": "km2", "quantity": 0, "eur": 0},
        "messages": [],
        "acceptable": True,
    }
    return Estimate.from_json({**document, **changes})


_ACTIONS = {
    "submitted": ("cancel", "messages"),
    "quotation": ("cancel", "accept", "decline", "messages"),
    "delivered": ("messages",),
}


def make_order(number=1, state="submitted", **changes):
    properties = {
        "product_id": "pleiades-archive",
        "created": "2026-11-01T10:00:00Z",
        "status": {"timestamp": "2026-11-02T10:00:00Z", "status_code": "received"},
        "dinamis:state": state,
        "dinamis:area_km2": 123.4,
        **changes,
    }
    return Order.from_stapi(
        {
            "id": f"2026-001-SCI-2026-A-{number:03d}-PLEIADES",
            "geometry": mapping(box(3.6, 43.5, 3.7, 43.6)),
            "properties": properties,
            "links": [{"rel": action, "href": "http://127.0.0.1:9/"} for action in _ACTIONS.get(state, ())],
        }
    )


def make_quotas(**pleiades):
    price = {"unit": "km2", "eur": 2}
    sensors = [
        {
            "sensor": "PLEIADES",
            "title": "Pléiades",
            "quota_km2": 1500,
            "requested_km2": 750,
            "minimum_km2": 100,
        },
        {
            "sensor": "SPOT",
            "title": "SPOT 6/7",
            "quota_km2": 18000,
            "quota_credits": 5,
            "km2_per_credit": 3600,
        },
        {"sensor": "PNEO", "title": "Pléiades Neo", "quota_km2": None},
    ]
    sensors[0].update(pleiades)
    for sensor in sensors:
        sensor["prices"] = {"archive": price, "programming": {"unit": "km2", "eur": None}}
    return list(quotas_from_json({"year": 2026, "user_kind": "SCI", "sensors": sensors}))


def no_mime(_scenes):
    return QMimeData()


def child(widget, name):
    """The one widget of this name below another."""
    found = widget.findChildren(QWidget, name)
    assert len(found) == 1, f"{len(found)} widgets are named {name}"
    return found[0]


def click(widget, position=None):
    assert widget.isEnabled(), f"{widget.objectName()} is disabled"
    QTest.mouseClick(widget, LEFT, Qt.KeyboardModifier.NoModifier, position or widget.rect().center())


def flush_deletions():
    """Delete here and now what Python's collector and Qt's event loop would delete later.

    Later may be in a thread of a server or a task, while the event loop deletes too: PyQt 5 does not lock
    what it keeps of Python slots then, and crashes.
    """
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def hold(qtbot, widget):
    """Have a widget closed when the test is over, and kept until then.

    qtbot alone keeps none: Python's collector may take a dialog that has left its test while Qt paints it.
    """
    qtbot.addWidget(widget, before_close_func=lambda _widget: widget)
    return widget


@pytest.fixture
def window(qgis_app):
    """A main window to put widgets in, deleted with what it holds."""
    flush_deletions()
    made = QMainWindow()
    made.resize(900, 900)
    made.setCentralWidget(QWidget())
    made.show()
    yield made
    made.close()
    sip.delete(made)
    flush_deletions()


@pytest.fixture
def canvas(window):
    """A map of 600 by 600 pixels around Montpellier, in Web Mercator, with the pan tool."""
    made = QgsMapCanvas(window)
    made.resize(600, 600)
    made.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    made.setExtent(QgsRectangle(390000, 5380000, 440000, 5430000))
    pan = QgsMapToolPan(made)
    made.setMapTool(pan)
    made.show()
    yield made
    made.unsetMapTool(made.mapTool())
    sip.delete(pan)


class Pointer:
    """Moves and clicks on a canvas, by map coordinates or by pixels."""

    def __init__(self, canvas):
        self._canvas = canvas
        self._viewport = canvas.viewport()

    def pixel(self, x, y):
        point = self._canvas.getCoordinateTransform().transform(QgsPointXY(x, y))
        return QPoint(round(point.x()), round(point.y()))

    def move(self, x, y, buttons=Qt.MouseButton.NoButton):
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(x, y),
            QPointF(self._viewport.mapToGlobal(QPoint(x, y))),
            Qt.MouseButton.NoButton,
            buttons,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(self._viewport, event)

    def press(self, x, y, button=LEFT):
        QTest.mousePress(self._viewport, button, Qt.KeyboardModifier.NoModifier, QPoint(x, y))

    def release(self, x, y, button=LEFT):
        QTest.mouseRelease(self._viewport, button, Qt.KeyboardModifier.NoModifier, QPoint(x, y))

    def click(self, x, y, button=LEFT, modifiers=Qt.KeyboardModifier.NoModifier):
        QTest.mouseClick(self._viewport, button, modifiers, QPoint(x, y))

    def drag(self, start, end):
        self.press(*start)
        self.move(*end, buttons=LEFT)
        self.release(*end)

    def double_click(self, x, y):
        """As a window system sends it: press, release, double click, release."""
        self.click(x, y)
        QTest.mouseDClick(self._viewport, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(x, y))
        self.release(x, y)

    def key(self, key):
        QTest.keyClick(self._canvas, key)


@pytest.fixture
def pointer(canvas):
    return Pointer(canvas)


@pytest.fixture
def dock(window, canvas, controllers):
    """The dock as the plugin puts it together, on real controllers."""

    thumbnails = ThumbnailController(controllers.runner, controllers.session, controllers)
    made = DinamisDock(DockParts(controllers, thumbnails, canvas, scene_mime, _area_km2), window)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, made)
    made.show()
    QApplication.processEvents()
    yield made
    made.shut_down()
    controllers.runner.shutdown()
    wait_until(lambda: QgsApplication.taskManager().count() == 0, 5)
    window.removeDockWidget(made)
    sip.delete(made)
    flush_deletions()
