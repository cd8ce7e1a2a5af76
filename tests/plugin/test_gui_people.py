"""The menu of the person and what it opens; projects by table, page and form; quotas at one look."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtCore import QDate, QPoint, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QApplication, QMessageBox, QPushButton, QToolButton, QWidget

from dinamis_plugin.controllers.messages import Notice, NoticeLevel
from dinamis_plugin.controllers.session_state import SessionState
from dinamis_plugin.domain.project import ProjectStatus
from dinamis_plugin.gui.account_page import AccountPage
from dinamis_plugin.gui.project_dialog import ProjectDialog
from dinamis_plugin.gui.projects_models import END, ID, REQUESTS, START, STATUS, TITLE, ProjectsModel
from dinamis_plugin.gui.projects_window import ProjectsWindow
from dinamis_plugin.gui.quota_bar import QuotaBar, QuotaGauge

from . import people_support as people
from .gui_support import ACCOUNT, canvas, child, click, dock, flush_deletions, window  # noqa: F401
from .scripted_people import ScriptedPeople
from .test_gui_theme import clipped, french, usual_font  # noqa: F401
from .waiting import Caught, wait_until

FAULT = Notice(NoticeLevel.ERROR, "No answer in time", "The service took too long.", "Try again.")
KEY = Qt.Key


@pytest.fixture
def people_there(scripted):
    return ScriptedPeople(scripted)


@pytest.fixture
def member(dock, people_there, signed_in):  # noqa: F811
    """The dock of somebody who is signed in, with everything read once."""
    wait_until(lambda: signed_in.projects.projects and signed_in.notifications.notifications)
    return dock


def trigger(owner, name):
    """Choose an entry of a menu that can be chosen."""
    action = owner.findChild(QAction, name)
    assert action.isEnabled(), f"{name} is disabled"
    action.trigger()


def answer_next_question(*, yes):
    """Press a button of the message box that comes."""

    def answer():
        box = next(
            one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox) and one.isVisible()
        )
        wanted = next(one for one in box.buttons() if (one is not box.escapeButton()) is yes)
        QTest.mouseClick(wanted, Qt.MouseButton.LeftButton)

    QTimer.singleShot(100, answer)


# Menu


def test_each_entry_of_the_menu_does_what_it_says(member, opened_urls):
    menu = member.header.menu
    trigger(menu, "acquisitionRequestAction")
    assert member.ordering.dialogs._request.objectName() == "programmingDialog"
    member.ordering.dialogs.close()
    trigger(menu, "notificationsAction")
    assert member.desk.notifications.isVisible()
    trigger(menu, "preferencesAction")
    assert child(member.window(), "preferencesDialog").isVisible()
    member.desk.close()
    trigger(menu, "registryAction")
    assert opened_urls[-1] == f"{member._do.session.service_url}/"
    trigger(menu, "tutorialAction")
    assert member.tutorial.tour.isVisible()
    member.tutorial.end()
    wanted = Caught(member.desk.language_wanted)
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


def test_the_button_tells_who_it_is_and_how_much_is_unread(member):
    button = child(member, "userMenuButton")
    assert isinstance(button, QToolButton)
    assert "Camille Martin" in button.accessibleName()
    assert "3" in button.accessibleName()
    picture = button.grab()
    member._do.notifications.mark_all_read()
    assert "3" not in button.accessibleName()
    assert button.grab().toImage() != picture.toImage()
    button.setFocus()
    assert button.menu() is member.header.menu


# Notifications


def test_taking_a_notification_in_hand_reads_it_and_opens_its_request(member, people_there):
    opened = Caught(member.desk.order_opened)
    trigger(member.header.menu, "notificationsAction")
    view = child(member, "notificationsView")
    assert all(not one["read"] for one in people_there.notifications[:3])
    QTest.keyClick(view, KEY.Key_Down)
    wait_until(lambda: people_there.notifications[view.currentIndex().row()]["read"])
    assert people.ORDER_ID in child(member, "notificationTextLabel").text()
    click(child(member, "openNotificationButton"))
    assert opened.values == [people.ORDER_ID]
    assert not member.desk.notifications.isVisible()
    assert child(member, "mainTabs").currentWidget() is member.requests


def test_a_notification_of_a_project_opens_its_page(member):
    page = member.desk.notifications
    member.desk.show_notifications()
    page._view.setCurrentIndex(page.model.index(page.model.row_of("n2"), 0))
    click(child(member, "openNotificationButton"))
    assert member.projects.window.page.project.id == people.FULL["id"]
    member.projects.close()


def test_unread_ones_can_be_seen_alone_and_all_marked(member, people_there):
    page = member.desk.notifications
    member.desk.show_notifications()
    check = child(member, "unreadOnlyCheck")
    click(check, QPoint(8, check.height() // 2))
    assert page.model.rowCount() == 3
    page._view.setCurrentIndex(page.model.index(0, 0))
    wait_until(lambda: people_there.notifications[0]["read"])
    assert page.model.rowCount() == 3  # the one in hand is not taken away
    click(child(member, "markAllReadButton"))
    wait_until(lambda: all(one["read"] for one in people_there.notifications))
    page._view.clearSelection()
    page._view.setCurrentIndex(page._view.rootIndex())
    page._fill()
    assert child(member, "notificationsEmpty").isVisible()
    assert not child(member, "markAllReadButton").isEnabled()
    QTest.keyClick(page, KEY.Key_Escape)
    assert not page.isVisible()


# Preferences


def test_preferences_are_shown_changed_and_kept(member, people_there):
    trigger(member.header.menu, "preferencesAction")
    dialog = child(member.window(), "preferencesDialog")
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
    settings = member._do.settings
    assert (settings.requests_refresh_s, settings.notifications_announced) == (300, False)
    member.ordering.dialogs.new_programming()
    assert child(member.ordering.dialogs._request, "programmingProjectCombo").currentData() == "2026-012-PUB"
    member.ordering.dialogs.close()


def test_preferences_changed_meanwhile_keep_what_was_chosen(member, people_there):
    trigger(member.header.menu, "preferencesAction")
    dialog = child(member.window(), "preferencesDialog")
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


# The table and page of projects


@pytest.fixture
def table(qtbot):
    """The window of projects, apart from the dock."""
    model = ProjectsModel()
    model.set_projects(people.projects())
    made = ProjectsWindow(model)
    qtbot.addWidget(made)
    model.setParent(made)
    made.show()
    return made


def ids(table):
    shown = table._table.model()
    return [shown.index(row, ID).data() for row in range(shown.rowCount())]


@pytest.mark.parametrize(
    ("column", "first"),
    [
        (ID, "2025-004-SCI"),
        (TITLE, "2025-004-SCI"),  # Ancien projet
        (START, "2025-004-SCI"),
        (REQUESTS, "2025-004-SCI"),  # 0, 2 and 11: as numbers, not as words
        (STATUS, "2025-004-SCI"),
    ],
)
def test_the_table_is_sorted_by_what_its_cells_mean(table, column, first):
    table._table.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    up = ids(table)
    assert up[0] == first
    table._table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    assert set(ids(table)) == set(up)
    assert ids(table)[-1] == first
    if column == REQUESTS:
        assert up == ["2025-004-SCI", "2026-034-SCI", "2026-012-PUB"]
    assert table._table.model().columnCount() == END + 3


def test_the_table_is_filtered_by_words_and_status(table):
    QTest.keyClicks(child(table, "projectsSearchEdit"), "petit FRICHES")
    assert ids(table) == ["2026-012-PUB"]
    child(table, "projectsSearchEdit").setText("biodiversité")
    assert ids(table) == ["2026-034-SCI"]
    child(table, "projectsSearchEdit").clear()
    status = child(table, "projectsStatusCombo")
    status.setCurrentIndex(status.findData(ProjectStatus.CLOSED))
    assert ids(table) == ["2025-004-SCI"]
    child(table, "projectsSearchEdit").setText("nothing like this")
    assert child(table, "projectsTableEmpty").isVisible()
    click(child(table, "projectsTableEmptyButton"))
    assert len(ids(table)) == 3


def test_the_project_in_hand_stays_in_hand_when_the_list_is_read_again(table):
    table.choose("2026-012-PUB")
    renamed = [people.project(people.SHARED, title="Friches"), people.project()]
    table._model.set_projects(renamed)
    assert table._table.currentIndex().siblingAtColumn(ID).data() == "2026-012-PUB"
    assert child(table, "projectPageTitle").text() == "Friches"
    table._model.set_projects([people.project()])
    assert child(table, "noProjectChosen").isVisible()


def test_what_a_person_may_not_do_is_greyed_with_its_reason(table):
    table.choose("2026-012-PUB")
    page = table.page
    assert not page._edit.isEnabled()
    assert page._edit.toolTip()
    assert not page._close.isEnabled()
    assert page._request.isEnabled()
    table.choose("2025-004-SCI")
    assert not page._request.isEnabled()
    assert page._request.toolTip()
    assert page._reopen.isEnabled()
    page.show_project(people.project(people.CLOSED, end_date=people.PAST))
    assert not page._reopen.isEnabled()
    assert page._reopen.toolTip()


@pytest.mark.parametrize("sure", [True, False])
def test_closing_is_asked_twice(member, people_there, sure):
    member.projects.show_window("2026-034-SCI")
    answer_next_question(yes=sure)
    trigger(member.projects.window, "projectCloseAction")
    if sure:
        wait_until(lambda: people_there.projects["2026-034-SCI"]["status"] == "closed")
        wait_until(member.projects.window.page._reopen.isVisible)
    else:
        QApplication.processEvents()
        assert people_there.projects["2026-034-SCI"]["status"] == "open"
    member.projects.close()


def test_the_list_of_the_dock_leads_to_the_page_with_requests_and_history(member):
    view = child(member, "projectsView")
    view.setCurrentIndex(view.model().index(0, TITLE))
    QTest.keyClick(view, KEY.Key_Return)
    page = member.projects.window.page
    assert page.project.id == "2026-034-SCI"
    wait_until(page._history.isVisible)
    assert child(page, "noProjectOrders").isVisible()
    trigger(member.projects.window, "projectRequestAction")
    request = member.ordering.dialogs._request
    assert child(request, "programmingProjectCombo").currentData() == "2026-034-SCI"
    member.ordering.dialogs.close()
    member.projects.close()


# The form


@pytest.fixture
def form(qtbot):
    made = ProjectDialog(scientific=True)
    qtbot.addWidget(made)
    made.show()
    return made


def fill(dialog):
    for name in (
        "projectTitleEdit",
        "projectDescriptionEdit",
        "projectObjectivesEdit",
        "projectMethodologyEdit",
    ):
        assert not child(dialog, "projectSubmitButton").isEnabled()
        assert child(dialog, "projectHintLabel").text()
        QTest.keyClicks(child(dialog, name), "Littoral")
    QTest.keyClicks(child(dialog, "projectResultsEdit"), "Cartes")


def test_a_project_is_asked_for_in_full_of_scientists_and_sent_once(form):
    fill(form)
    child(form, "projectThemesEdit").setText("Littoral, Forêt, Littoral")
    child(form, "projectEndEdit").setDate(QDate.currentDate().addDays(100))
    form._has_budget.setChecked(True)
    assert not child(form, "projectSubmitButton").isEnabled()
    child(form, "projectBudgetSpin").setValue(1234.5)
    child(form, "projectBudgetReferenceEdit").setText(" ANR ")
    form._shared.setChecked(True)
    sent = Caught(form.create_requested)
    submit = child(form, "projectSubmitButton")
    for _ in range(2):
        QTest.mouseClick(submit, Qt.MouseButton.LeftButton)
    assert len(sent.values) == 1
    body = sent.values[0][0].to_json()
    assert body["themes"] == ["Littoral", "Forêt"]
    assert body["expected_results"] == "Cartes"
    assert body["shared"] is True
    assert body["budget"] == {"eur": 1234.5, "reference": "ANR"}


def test_the_key_is_the_same_for_every_sending(form):
    fill(form)
    sent = Caught(form.create_requested)
    for _ in range(2):
        click(child(form, "projectSubmitButton"))
        form.set_refusal(FAULT)
    assert "too long" in child(form, "projectErrorLabel").text()
    QTest.keyClicks(child(form, "projectTitleEdit"), " et dunes")
    click(child(form, "projectSubmitButton"))
    keys = {key for _draft, key in sent.values}
    assert (len(sent.values), len(keys)) == (3, 1)
    assert keys != {ProjectDialog(scientific=False)._key}


def test_themes_are_suggested_and_typed(form):
    form.set_themes(["Littoral", "Forêt & bois"])
    first, second = form._themes._buttons
    click(second)
    click(first)
    assert child(form, "projectThemesEdit").text() == "Forêt & bois, Littoral"
    assert second.isChecked()
    child(form, "projectThemesEdit").setText("littoral, Eau")
    assert (first.isChecked(), second.isChecked()) == (True, False)
    click(first)
    assert form.draft().themes == ("Eau",)


def test_others_are_asked_for_title_and_description_only(qtbot):
    dialog = ProjectDialog(scientific=False)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not child(dialog, "projectObjectivesEdit").isVisible()
    assert child(dialog, "projectPublicationsEdit").isVisible()
    QTest.keyClicks(child(dialog, "projectTitleEdit"), "Cadastre")
    QTest.keyClicks(child(dialog, "projectDescriptionEdit"), "Mise en jour")
    assert child(dialog, "projectSubmitButton").isEnabled()


def test_changing_a_project_that_somebody_else_changed_keeps_what_was_typed(member, people_there):
    member.projects.show_window("2026-034-SCI")
    trigger(member.projects.window, "projectEditAction")
    dialog = member.projects._dialog
    wait_until(lambda: len(dialog._themes._buttons) == 2)
    title = child(dialog, "projectTitleEdit")
    assert title.text() == people.FULL["title"]
    title.setText("Mon titre")
    people_there.change("2026-034-SCI", title="Titre d'un autre", themes=["Urbain"])
    click(child(dialog, "projectSubmitButton"))
    warning = child(dialog, "projectErrorLabel")
    wait_until(warning.isVisible)
    assert "Titre d'un autre" in warning.text()
    assert "Urbain" in warning.text()
    assert title.text() == "Mon titre"
    assert child(dialog, "projectThemesEdit").text() == "Urbain"
    ended = Caught(dialog.finished)
    click(child(dialog, "projectSubmitButton"))
    ended.wait()
    there = people_there.projects["2026-034-SCI"]
    assert (there["title"], there["themes"]) == ("Mon titre", ["Urbain"])
    wait_until(lambda: child(member.projects.window, "projectPageTitle").text() == "Mon titre")
    member.projects.close()


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
