"""Areas by the name of a place: suggested while typing, signed out."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtTest import QTest
from shapely.geometry import box, mapping

from dinamis_plugin.controllers.session import SessionState

from .gui_support import canvas, child, dock, window  # noqa: F401
from .waiting import run_for, wait_until

MONTPELLIER = box(3.8, 43.5, 3.9, 43.7)


def names(controllers):
    return [aoi.name for aoi in controllers.aois.aois]


@pytest.fixture
def gazetteer(scripted):
    """Two places, the second of them without an outline."""
    found = [
        {"id": number, "name": name, "title": f"{name} (commune)", "bbox": bounds}
        for number, name, bounds in (
            ("commune/34172", "Montpellier", [3, 43, 4, 44]),
            ("commune/1", "Montpon", [0.1, 45, 0.2, 45.1]),
        )
    ]
    scripted.documents["/places"] = {"places": found, "attribution": "IGN"}
    scripted.documents["/places/commune/34172"] = {**found[0], "geometry": mapping(MONTPELLIER)}
    return scripted


@pytest.fixture
def connected(gazetteer, dock, controllers, window):  # noqa: F811
    """The line for places, signed out, with the keyboard."""
    controllers.settings.service_url = gazetteer.url
    controllers.session.connect_service()
    wait_until(lambda: controllers.session.service is not None)
    assert controllers.session.state is SessionState.SIGNED_OUT
    edit = child(dock, "aoiPathEdit")
    window.activateWindow()
    edit.setFocus()
    return edit


def test_a_place_is_suggested_and_its_outline_taken(connected, controllers):
    QTest.keyClicks(connected, "montp")
    popup = connected.completer().popup()
    wait_until(popup.isVisible)
    assert popup.model().rowCount() == 2
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    wait_until(lambda: controllers.aois.aois)
    run_for(0.1)
    [aoi] = controllers.aois.aois
    assert (aoi.name, aoi.place) == ("Montpellier", "commune/34172")
    assert aoi.geometry.equals(MONTPELLIER)
    assert connected.text() == ""


def test_enter_takes_the_first_place(connected, controllers):
    QTest.keyClicks(connected, "montpellier")
    QTest.keyClick(connected, Qt.Key.Key_Return)
    wait_until(lambda: names(controllers) == ["Montpellier"])


def test_a_place_without_an_outline_is_its_box(connected, controllers):
    QTest.keyClicks(connected, "montp")
    popup = connected.completer().popup()
    wait_until(popup.isVisible)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(popup, key)
    wait_until(lambda: names(controllers) == ["Montpon"])
    assert controllers.aois.aois[0].geometry.bounds == pytest.approx((0.1, 45, 0.2, 45.1))
    assert controllers.aois.aois[0].place == ""


def test_a_place_that_nobody_knows_is_said(connected, gazetteer, controllers, dock):  # noqa: F811
    gazetteer.documents["/places"] = {"places": []}
    QTest.keyClicks(connected, "zblurp")
    QTest.keyClick(connected, Qt.Key.Key_Return)
    wait_until(child(dock, "noticeLabel").isVisible)
    assert connected.text() == "zblurp"
    assert not controllers.aois.aois


def test_without_a_service_it_is_said(dock, controllers):  # noqa: F811
    edit = child(dock, "aoiPathEdit")
    QTest.keyClicks(edit, "montp")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    wait_until(child(dock, "noticeLabel").isVisible)
