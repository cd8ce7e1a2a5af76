"""The menu of the person and what it opens; quotas at one look."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QPushButton, QToolButton, QWidget

from dinamis_plugin.controllers.session_state import SessionState
from dinamis_plugin.gui.account_page import AccountPage
from dinamis_plugin.gui.quota_bar import QuotaBar, QuotaGauge

from . import people_support as people
from .gui_support import ACCOUNT, canvas, child, click, dock, flush_deletions, window  # noqa: F401
from .people_support import trigger
from .test_gui_theme import clipped, french, usual_font  # noqa: F401
from .waiting import Caught, wait_until

KEY = Qt.Key


# Menu


def test_each_entry_of_the_menu_does_what_it_says(member_dock, opened_urls):
    menu = member_dock.header.menu
    trigger(menu, "acquisitionRequestAction")
    assert member_dock.ordering.dialogs._request.objectName() == "programmingDialog"
    member_dock.ordering.dialogs.close()
    trigger(menu, "notificationsAction")
    assert member_dock.desk.notifications.isVisible()
    trigger(menu, "preferencesAction")
    assert child(member_dock.window(), "preferencesDialog").isVisible()
    member_dock.desk.close()
    trigger(menu, "registryAction")
    assert opened_urls[-1] == f"{member_dock._do.session.service_url}/"
    trigger(menu, "tutorialAction")
    assert member_dock.tutorial.tour.isVisible()
    member_dock.tutorial.end()
    wanted = Caught(member_dock.desk.language_wanted)
    trigger(menu, "language_en")  # that is the one in use
    trigger(menu, "language_fr")
    assert wanted.values == ["fr"]


def test_a_registry_that_the_service_names_is_the_one_that_opens(scripted, connected, opened_urls):
    assert connected.open_registry()
    discovery = scripted._discovery(None)[1]
    scripted.documents["/.well-known/dinamis"] = {**discovery, "registry": f"{scripted.url}/registre"}
    connected.session.connect_service(scripted.url)
    wait_until(lambda: connected.session.endpoints.registry.endswith("/registre"))
    connected.open_registry()
    assert opened_urls == [f"{scripted.url}/", f"{scripted.url}/registre"]


def test_the_profile_is_edited_in_the_browser(member_dock, opened_urls):
    child(member_dock.account, "editProfileButton").click()
    assert opened_urls[-1] == f"{member_dock._do.session.service_url}/account"


def test_without_a_service_the_profile_says_so(dock):  # noqa: F811
    dock.account.profile_requested.emit()
    assert dock.notices.subjects == ("account",)


def test_signed_out_the_menu_says_why_and_still_helps(dock):  # noqa: F811
    menu = dock.header.menu
    for name in ("_request", "_notifications"):
        action = getattr(menu, name)
        assert not action.isEnabled()
        assert action.toolTip()
    trigger(menu, "registryAction")
    assert dock.notices.subjects == ("registry",)
    trigger(menu, "preferencesAction")
    dialog = child(dock.window(), "preferencesDialog")
    assert not child(dialog, "mail_state").isEnabled()
    assert child(dialog, "mailStateLabel").text()
    assert child(dialog, "refreshPauseCombo").isEnabled()
    dock.desk.close()


def test_the_button_tells_who_it_is_and_how_much_is_unread(member_dock):
    button = child(member_dock, "userMenuButton")
    assert isinstance(button, QToolButton)
    assert "Camille Martin" in button.accessibleName()
    assert "3" in button.accessibleName()
    picture = button.grab()
    member_dock._do.notifications.mark_all_read()
    assert "3" not in button.accessibleName()
    assert button.grab().toImage() != picture.toImage()
    button.setFocus()
    assert button.menu() is member_dock.header.menu


# Notifications


def test_taking_a_notification_in_hand_reads_it_and_opens_its_request(member_dock, people_there):
    opened = Caught(member_dock.desk.order_opened)
    trigger(member_dock.header.menu, "notificationsAction")
    view = child(member_dock, "notificationsView")
    assert all(not one["read"] for one in people_there.notifications[:3])
    QTest.keyClick(view, KEY.Key_Down)
    wait_until(lambda: people_there.notifications[view.currentIndex().row()]["read"])
    assert people.ORDER_ID in child(member_dock, "notificationTextLabel").text()
    click(child(member_dock, "openNotificationButton"))
    assert opened.values == [people.ORDER_ID]
    assert not member_dock.desk.notifications.isVisible()
    assert child(member_dock, "mainTabs").currentWidget() is member_dock.requests


def test_a_notification_of_a_project_opens_its_page(member_dock):
    page = member_dock.desk.notifications
    member_dock.desk.show_notifications()
    page._view.setCurrentIndex(page.model.index(page.model.row_of("n2"), 0))
    click(child(member_dock, "openNotificationButton"))
    assert member_dock.projects.window.page.project.id == people.FULL["id"]
    member_dock.projects.close()


def test_unread_ones_can_be_seen_alone_and_all_marked(member_dock, people_there):
    page = member_dock.desk.notifications
    member_dock.desk.show_notifications()
    check = child(member_dock, "unreadOnlyCheck")
    click(check, QPoint(8, check.height() // 2))
    assert page.model.rowCount() == 3
    page._view.setCurrentIndex(page.model.index(0, 0))
    wait_until(lambda: people_there.notifications[0]["read"])
    assert page.model.rowCount() == 3  # the one in hand is not taken away
    click(child(member_dock, "markAllReadButton"))
    wait_until(lambda: all(one["read"] for one in people_there.notifications))
    page._view.clearSelection()
    page._view.setCurrentIndex(page._view.rootIndex())
    page._fill()
    assert child(member_dock, "notificationsEmpty").isVisible()
    assert not child(member_dock, "markAllReadButton").isEnabled()
    QTest.keyClick(page, KEY.Key_Escape)
    assert not page.isVisible()


# Preferences


def test_preferences_are_shown_changed_and_kept(member_dock, people_there):
    trigger(member_dock.header.menu, "preferencesAction")
    dialog = child(member_dock.window(), "preferencesDialog")
    message = child(dialog, "mail_message")
    wait_until(message.isEnabled)
    assert (child(dialog, "mail_state").isChecked(), message.isChecked()) == (True, False)
    message.setChecked(True)
    child(dialog, "mailLanguageCombo").setCurrentIndex(2)
    pause = child(dialog, "refreshPauseCombo")
    pause.setCurrentIndex(pause.findData(300))
    usual = child(dialog, "defaultProjectCombo")
    assert [usual.itemData(number) for number in range(usual.count())] == ["", "2026-034-SCI", "2026-012-PUB"]
    usual.setCurrentIndex(2)
    child(dialog, "announceCheck").setChecked(False)
    ended = Caught(dialog.finished)
    click(child(dialog, "preferencesSaveButton"))
    ended.wait()
    assert people_there.preferences["language"] == "en"
    assert people_there.preferences["emails"]["message"] is True
    settings = member_dock._do.settings
    assert (settings.requests_refresh_s, settings.notifications_announced) == (300, False)
    member_dock.ordering.dialogs.new_programming()
    assert (
        child(member_dock.ordering.dialogs._request, "programmingProjectCombo").currentData()
        == "2026-012-PUB"
    )
    member_dock.ordering.dialogs.close()


def test_preferences_changed_meanwhile_keep_what_was_chosen(member_dock, people_there):
    trigger(member_dock.header.menu, "preferencesAction")
    dialog = child(member_dock.window(), "preferencesDialog")
    wait_until(child(dialog, "mail_message").isEnabled)
    people_there.preferences = {"language": "fr", "emails": {"delivery": False}, "etag": '"9"'}
    child(dialog, "mail_state").setChecked(False)
    click(child(dialog, "preferencesSaveButton"))
    wait_until(lambda: not child(dialog, "mail_delivery").isChecked())
    assert child(dialog, "preferencesErrorLabel").isVisible()
    assert not child(dialog, "mail_state").isChecked()
    assert child(dialog, "mailLanguageCombo").currentData() == "fr"
    ended = Caught(dialog.finished)
    click(child(dialog, "preferencesSaveButton"))
    ended.wait()
    assert people_there.preferences["emails"]["state"] is False
    assert people_there.preferences["emails"]["delivery"] is False


# The tour


def test_the_tour_is_walked_by_keyboard_and_shown_once(dock):  # noqa: F811
    tabs = child(dock, "mainTabs")
    tabs.setCurrentIndex(1)
    dock.tutorial.begin_if_new()
    tour = dock.tutorial.tour
    seen = []
    for _ in range(3):
        seen.append(child(tour, "tutorialTitle").text())
        QTest.keyClick(tour, KEY.Key_Right)
    QTest.keyClick(tour, KEY.Key_Left)
    assert child(tour, "tutorialTitle").text() == seen[2]
    assert len(set(seen)) == 3
    QTest.keyClick(tour, KEY.Key_Escape)
    assert dock.tutorial.tour is None
    assert dock._do.settings.tutorial_seen
    assert tabs.currentIndex() == 1
    dock.tutorial.begin_if_new()
    assert dock.tutorial.tour is None
    dock.tutorial.begin()
    assert child(dock.tutorial.tour, "tutorialTitle").text() == seen[0]


def test_the_tour_shows_each_part_and_its_bubble_stays_inside(dock, window):  # noqa: F811
    window.resizeDocks([dock], [320], Qt.Orientation.Horizontal)
    dock.tutorial.begin()
    tour = dock.tutorial.tour
    steps = len(tour._stops)
    for number in range(steps):
        QApplication.processEvents()
        bubble = child(tour, "tutorialBubble").geometry()
        assert tour.rect().contains(bubble), f"the bubble of stop {number} is cut off"
        assert not tour.spot().isEmpty(), f"stop {number} shows nothing"
        for button in tour.findChildren(QPushButton):
            assert button.sizeHint().width() <= button.width() + 1
        click(child(tour, "tutorialNextButton"))
    assert dock.tutorial.tour is None


def test_the_tour_can_be_skipped_and_lets_no_click_through(dock):  # noqa: F811
    dock.tutorial.begin()
    wanted = Caught(dock.header.sign_in_requested)
    place = child(dock, "signInButton").mapTo(dock.widget(), QPoint(4, 4))
    assert dock.widget().childAt(place) is dock.tutorial.tour
    QTest.mouseClick(dock.tutorial.tour, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert not wanted.values
    click(child(dock, "tutorialSkipButton"))
    assert dock.tutorial.tour is None
    flush_deletions()


# Account and quotas


def test_the_account_page_shows_person_quotas_and_calls(qtbot):
    page = AccountPage()
    qtbot.addWidget(page)
    page.show()
    assert child(page, "accountSignedOut").isVisible()
    page.set_account(ACCOUNT)
    page.set_quotas(people.quotas())
    page.set_calls(people.calls())
    QApplication.processEvents()
    assert child(page, "accountNameLabel").text() == "Camille Martin"
    gauge = child(page, "quotaRow_PLEIADES").findChild(QuotaGauge)
    assert (gauge.quota_km2, gauge.asked_km2) == (1500, 612.4)
    assert child(page, "quotaRow_PNEO").findChild(QuotaGauge) is None
    assert child(page, "call_permanent").isVisible()
    assert page.findChild(type(page), "call_2025") is None
    page.set_quotas(people.quotas())
    page.set_account(None)
    assert child(page, "quotaRow_PLEIADES")
    assert child(page, "accountSignedOut").isVisible()


def hues(bar, places):
    bar.resize(200, bar.height())
    picture = bar.grab().toImage()
    return [picture.pixelColor(x, bar.height() // 2) for x in places]


def test_the_bar_warns_of_an_excess_but_the_gauge_does_not(qtbot):
    bar, gauge = QuotaBar(), QuotaGauge(1500, 3000)
    for widget in (bar, gauge):
        qtbot.addWidget(widget)
    bar.set_share(1.5)
    within, beyond = (colour.hue() for colour in hues(bar, (20, 190)))
    assert within != beyond
    within, beyond = (colour.rgb() for colour in hues(gauge, (20, 180)))
    assert within == beyond  # the bar of what was asked goes on in its colour


def test_the_gauge_draws_quota_and_request_to_one_scale(qtbot):
    gauge = QuotaGauge(1000, 250)
    qtbot.addWidget(gauge)
    asked, left = (colour.rgb() for colour in hues(gauge, (20, 120)))
    assert asked != left
    none = QuotaGauge(1000, 0)
    qtbot.addWidget(none)
    assert hues(none, (20,))[0].rgb() == left


# In French, in a narrow dock


@pytest.fixture
def narrow(usual_font, french, dock, window):  # noqa: F811
    """The dock in French, 320 pixels wide, with all that a person can have."""
    dock.header.set_account(ACCOUNT)
    dock.header.set_state(SessionState.SIGNED_IN)
    dock.account.set_account(ACCOUNT)
    dock.account.set_quotas(people.quotas())
    dock.account.set_calls(people.calls())
    dock._do.notifications._show(people.notifications())
    window.resize(1200, 1000)
    window.resizeDocks([dock], [320], Qt.Orientation.Horizontal)
    return dock


def clipped_texts(root):
    return [one.text() for one in root.findChildren(QWidget) if one.isVisible() and clipped(one)]


@pytest.mark.parametrize("place", ["account", "notifications", "tour"])
def test_no_french_text_is_clipped_in_a_narrow_dock(narrow, place):
    child(narrow, "mainTabs").setCurrentWidget(narrow.account)
    if place == "notifications":
        narrow._pages.setCurrentWidget(narrow.desk.notifications)
        narrow.desk.notifications._view.setCurrentIndex(narrow.desk.notifications.model.index(3, 0))
    elif place == "tour":
        narrow.tutorial.begin()
    for _ in range(3):
        QApplication.processEvents()
    assert abs(narrow.width() - 320) <= 4
    assert clipped_texts(narrow.widget()) == []
