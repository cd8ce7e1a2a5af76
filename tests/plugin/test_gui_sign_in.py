"""Signing in through the dock, against a service that answers as told."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtTest import QTest

from dinamis_plugin._vendor import segno
from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.device import DeviceAuthorization
from dinamis_plugin.gui.qr import QrLabel
from dinamis_plugin.gui.sign_in import SignInPanel

from .gui_support import canvas, child, click, dock, pointer, window  # noqa: F401
from .waiting import Caught, wait_until

DEVICE = DeviceAuthorization(
    "secret",
    "ABCD-EFGH",
    "https://demo.example/device",
    "https://demo.example/device?user_code=ABCD-EFGH",
    600,
)

#: A sign-in takes several rounds of one second each, on a machine that may be busy.
PATIENCE_S = 30


@pytest.fixture
def panel(qtbot):
    made = SignInPanel()
    qtbot.addWidget(made)
    made.resize(480, 500)
    made.show()
    made.show_device(DEVICE)
    return made


def test_the_panel_shows_code_and_address(panel):
    assert child(panel, "deviceCodeLabel").text() == "ABCD-EFGH"
    assert 'href="https://demo.example/device"' in child(panel, "deviceUrlLabel").text()


def test_an_address_never_becomes_markup(panel):
    panel.show_device(DeviceAuthorization("s", "A", 'https://x/"><b>', "https://x/", 600))
    assert "<b>" not in child(panel, "deviceUrlLabel").text()


def test_the_copy_button_puts_the_code_on_the_clipboard(panel):
    click(child(panel, "copyCodeButton"))
    assert QGuiApplication.clipboard().text() == "ABCD-EFGH"
    assert child(panel, "codeCopiedLabel").text()


@pytest.mark.parametrize("width", [300, 500])
def test_nothing_overlaps_at_any_width(panel, width):
    panel.resize(width, 300)
    QTest.qWait(50)
    names = ("deviceCodeLabel", "deviceUrlLabel", "deviceQrLabel", "pollStatusLabel", "openBrowserButton")
    placed = []
    for name in names:
        widget = child(panel, name)
        corner = widget.mapTo(panel.widget(), widget.rect().topLeft())
        placed.append(widget.rect().translated(corner))
    for number, rect in enumerate(placed):
        assert panel.widget().rect().contains(rect), names[number]
        assert not any(rect.intersects(other) for other in placed[number + 1 :]), names[number]


def test_the_picture_is_the_qr_code_of_the_complete_address(qtbot):
    label = QrLabel()
    qtbot.addWidget(label)
    label.set_content(DEVICE.verification_uri_complete)
    picture = label.grab().toImage()
    matrix = list(segno.make(DEVICE.verification_uri_complete, error="m", micro=False).matrix)
    side = 144 // (len(matrix) + 6)
    offset = (144 - side * len(matrix)) // 2
    drawn = [
        [
            picture.pixelColor(offset + x * side + side // 2, offset + y * side + side // 2).lightness() < 128
            for x in range(len(matrix))
        ]
        for y in range(len(matrix))
    ]
    assert drawn == [[bool(bit) for bit in line] for line in matrix]


def sign_in(dock, url):  # noqa: F811
    edit = child(dock, "serviceUrlEdit")
    edit.clear()
    QTest.keyClicks(edit, url)
    click(child(dock, "signInButton"))


def test_one_click_connects_and_signs_in(dock, controllers, scripted, opened_urls):  # noqa: F811
    scripted.polls = ["authorization_pending", "granted"]
    codes = Caught(controllers.session.device_code_ready)
    sign_in(dock, scripted.url)
    codes.wait(1, PATIENCE_S)
    assert child(dock, "deviceCodeLabel").isVisible()
    assert child(dock, "deviceCodeLabel").text() == "ABCD-EFGH"
    assert opened_urls == [f"{scripted.url}/device?user_code=ABCD-EFGH"]
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN, PATIENCE_S)
    assert child(dock, "accountLabel").whole_text() == "Camille Martin"
    assert child(dock, "entityLabel").whole_text() == "UMR Exemple"
    assert not child(dock, "deviceCodeLabel").isVisible()
    assert not child(dock, "signInButton").isVisible()
    assert not child(dock, "serviceUrlEdit").isVisible()
    assert child(dock, "mainTabs").isVisible()


def test_enter_in_the_address_connects_only(dock, controllers, scripted):  # noqa: F811
    edit = child(dock, "serviceUrlEdit")
    QTest.keyClicks(edit, scripted.url)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    wait_until(lambda: controllers.session.service is not None)
    assert controllers.session.state is SessionState.SIGNED_OUT
    assert not child(dock, "deviceCodeLabel").isVisible()


@pytest.mark.parametrize(
    ("answer", "said"),
    [("access_denied", "refused"), ("expired_token", "expired")],
)
def test_denied_and_expired_are_told_apart_and_offer_another_try(dock, controllers, scripted, answer, said):  # noqa: F811
    scripted.polls = [answer]
    sign_in(dock, scripted.url)
    title = child(dock, "noticeLabel")
    wait_until(title.isVisible, PATIENCE_S)
    assert said in title.text()
    codes = Caught(controllers.session.device_code_ready)
    scripted.polls = ["granted"]
    click(child(dock, "noticeActionButton"))
    codes.wait(1, PATIENCE_S)
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN, PATIENCE_S)
    assert not title.isVisible() or said not in title.text()


def test_slow_down_and_lost_network_show_in_the_status_line(dock, controllers, scripted):  # noqa: F811
    status = Caught(controllers.session.poll_status)
    scripted.polls = ["slow_down"]
    sign_in(dock, scripted.url)
    wait_until(lambda: any("less often" in text for text in status.values))
    assert "less often" in child(dock, "pollStatusLabel").text()


def test_cancel_gives_the_pages_back(dock, controllers, scripted):  # noqa: F811
    codes = Caught(controllers.session.device_code_ready)
    sign_in(dock, scripted.url)
    codes.wait(1, PATIENCE_S)
    click(child(dock, "cancelSignInButton"))
    assert controllers.session.state is SessionState.SIGNED_OUT
    assert child(dock, "mainTabs").isVisible()
    assert child(dock, "signInButton").isEnabled()


def test_a_wrong_address_is_said_and_keeps_what_was_typed(dock):  # noqa: F811
    sign_in(dock, "http://")
    assert child(dock, "noticeLabel").isVisible()
    assert child(dock, "serviceUrlEdit").text() == "http://"


def test_sign_out_empties_header_and_pages(dock, controllers, scripted):  # noqa: F811
    scripted.polls = ["granted"]
    sign_in(dock, scripted.url)
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN, PATIENCE_S)
    click(child(dock, "signOutButton"))
    assert child(dock, "accountLabel").whole_text() == "DINAMIS"
    assert child(dock, "signInButton").isVisible()
    assert child(dock, "accountSignedOut").isVisibleTo(dock.account)
    wait_until(lambda: scripted.revoked)
