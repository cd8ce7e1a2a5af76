"""Projects by table, page and form."""

from __future__ import annotations

import pytest
from qgis.PyQt.QtCore import QDate, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QMessageBox

from dinamis_plugin.controllers.messages import Notice, NoticeLevel
from dinamis_plugin.domain.project import ProjectStatus
from dinamis_plugin.gui.project_dialog import ProjectDialog
from dinamis_plugin.gui.projects_models import END, ID, REQUESTS, START, STATUS, TITLE, ProjectsModel
from dinamis_plugin.gui.projects_window import ProjectsWindow

from . import people_support as people
from .gui_support import canvas, child, click, dock, window  # noqa: F401
from .people_support import trigger
from .waiting import Caught, wait_until

FAULT = Notice(NoticeLevel.ERROR, "No answer in time", "The service took too long.", "Try again.")
KEY = Qt.Key


def answer_next_question(*, yes):
    """Press a button of the message box that comes."""

    def answer():
        box = next(
            one for one in QApplication.topLevelWidgets() if isinstance(one, QMessageBox) and one.isVisible()
        )
        wanted = next(one for one in box.buttons() if (one is not box.escapeButton()) is yes)
        QTest.mouseClick(wanted, Qt.MouseButton.LeftButton)

    QTimer.singleShot(100, answer)


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
def test_closing_is_asked_twice(member_dock, people_there, sure):
    member_dock.projects.show_window("2026-034-SCI")
    answer_next_question(yes=sure)
    trigger(member_dock.projects.window, "projectCloseAction")
    if sure:
        wait_until(lambda: people_there.projects["2026-034-SCI"]["status"] == "closed")
        wait_until(member_dock.projects.window.page._reopen.isVisible)
    else:
        QApplication.processEvents()
        assert people_there.projects["2026-034-SCI"]["status"] == "open"
    member_dock.projects.close()


def test_the_list_of_the_dock_leads_to_the_page_with_requests_and_history(member_dock):
    view = child(member_dock, "projectsView")
    view.setCurrentIndex(view.model().index(0, TITLE))
    QTest.keyClick(view, KEY.Key_Return)
    page = member_dock.projects.window.page
    assert page.project.id == "2026-034-SCI"
    wait_until(page._history.isVisible)
    assert child(page, "noProjectOrders").isVisible()
    trigger(member_dock.projects.window, "projectRequestAction")
    request = member_dock.ordering.dialogs._request
    assert child(request, "programmingProjectCombo").currentData() == "2026-034-SCI"
    member_dock.ordering.dialogs.close()
    member_dock.projects.close()


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


def test_changing_a_project_that_somebody_else_changed_keeps_what_was_typed(member_dock, people_there):
    member_dock.projects.show_window("2026-034-SCI")
    trigger(member_dock.projects.window, "projectEditAction")
    dialog = member_dock.projects._dialog
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
    wait_until(lambda: child(member_dock.projects.window, "projectPageTitle").text() == "Mon titre")
    member_dock.projects.close()
