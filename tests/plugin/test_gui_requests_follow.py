"""Requests in the dock: the calendar, the map, one request in full, drafts that are resumed."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from qgis.core import QgsProject, QgsVectorLayer
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QPoint, Qt, QTimer
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QInputDialog, QLabel, QMessageBox, QTableView, QWidget
from shapely.geometry import MultiPolygon, box

from dinamis_plugin.controllers.messages import Notice, NoticeLevel
from dinamis_plugin.domain.follow_up import Message
from dinamis_plugin.domain.kept_draft import KeptDraft, document_of
from dinamis_plugin.domain.order_draft import OrderDraft
from dinamis_plugin.gui.messages_panel import MessagesPanel
from dinamis_plugin.gui.order_view import OrderView
from dinamis_plugin.gui.requests_page import RequestsPage
from dinamis_plugin.gui.window_calendar import WindowCalendar
from dinamis_plugin.gui.zone_map import ZoneMap

from .gui_support import (  # noqa: F401 - fixtures among them
    Pointer,
    canvas,
    child,
    click,
    dock,
    hold,
    make_order,
    make_scene,
    window,
)
from .requests_service import RequestsService
from .waiting import Caught, wait_until

FAULT = Notice(NoticeLevel.ERROR, "No answer in time", "The service took too long.", "Try again.")
QUOTED = make_order(4, "quotation", **{"dinamis:price_eur": 1234.5, "dinamis:excess_km2": 23.4})


# The calendar


@pytest.fixture
def calendar(qtbot):
    made = WindowCalendar()
    hold(qtbot, made)
    made.resize(420, 320)
    made.set_today(date(2026, 11, 25))
    made.setCurrentPage(2026, 12)
    made.show()
    QApplication.processEvents()
    return made


def place_of(calendar, day):
    """Where a day of the shown month is, within the table of days."""
    table = calendar.findChild(QTableView, "qt_calendar_calendarview")
    model = table.model()
    cells = [model.index(row, column) for row in range(1, 7) for column in range(model.columnCount())]
    first = next(number for number, cell in enumerate(cells) if cell.data() == 1)
    return table.viewport(), table.visualRect(cells[first + day - 1]).center()


def press(calendar, day):
    viewport, place = place_of(calendar, day)
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def test_a_window_is_picked_by_two_clicks(calendar):
    picked = Caught(calendar.picked)
    press(calendar, 3)
    assert "9" in calendar.hint()  # 3 and six days: the earliest end, with its reason
    assert "7" in calendar.hint()
    press(calendar, 20)
    assert picked.values == [(date(2026, 12, 3), date(2026, 12, 20))]


def test_days_that_would_make_the_window_too_short_are_off(calendar):
    picked = Caught(calendar.picked)
    press(calendar, 3)
    press(calendar, 8)
    assert picked.values == []
    press(calendar, 9)
    assert picked.values == [(date(2026, 12, 3), date(2026, 12, 9))]


def test_a_day_before_the_first_one_begins_anew(calendar):
    picked = Caught(calendar.picked)
    press(calendar, 20)
    press(calendar, 3)
    press(calendar, 12)
    assert picked.values == [(date(2026, 12, 3), date(2026, 12, 12))]


def test_a_window_is_picked_by_the_keyboard(calendar):
    picked = Caught(calendar.picked)
    table = calendar.findChild(QTableView, "qt_calendar_calendarview")
    calendar.setSelectedDate(calendar.selectedDate().addDays(0))
    calendar.set_days(date(2026, 12, 1), date(2026, 12, 31))
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Return)
    for _ in range(2):
        QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert picked.values == [(date(2026, 12, 1), date(2026, 12, 15))]


def test_all_six_weeks_are_seen_at_the_least_height(calendar):
    calendar.setStyleSheet("QTableView { border: 2px solid black; }")
    calendar.resize(420, calendar.minimumSizeHint().height())
    QApplication.processEvents()
    table = calendar.findChild(QTableView, "qt_calendar_calendarview")
    last = table.model().index(table.model().rowCount() - 1, 0)
    assert table.viewport().rect().contains(table.visualRect(last))


def test_days_that_are_over_cannot_be_picked(calendar):
    picked = Caught(calendar.picked)
    calendar.setCurrentPage(2026, 11)
    QApplication.processEvents()
    press(calendar, 10)
    press(calendar, 28)
    assert picked.values == []
    assert calendar.minimumDate().toString("yyyy-MM-dd") == "2026-11-25"


# The map


def test_the_map_shows_what_of_the_zone_no_scene_shows_and_takes_drawings(qtbot):
    zone_map = ZoneMap("order")
    hold(qtbot, zone_map)
    zone_map.resize(400, 300)
    zone_map.show()
    zone_map.show_zone(box(3.6, 43.5, 3.9, 43.6), [box(3.6, 43.4, 3.7, 43.7)])
    assert zone_map.missing.bounds == pytest.approx((3.7, 43.5, 3.9, 43.6))
    zone_map.show_zone(box(3.6, 43.5, 3.65, 43.6), [box(3.6, 43.4, 3.7, 43.7)])
    assert zone_map.missing is None
    drawn = Caught(zone_map.drawn)
    click(child(zone_map, "orderRectangleButton"))
    pointer = Pointer(zone_map.canvas)
    pointer.drag((60, 60), (160, 140))
    assert drawn.values[0].area() > 0
    assert not child(zone_map, "orderRectangleButton").isChecked()
    zone_map.let_go()


def test_the_map_has_the_layers_of_the_project_as_they_are_now(qtbot):
    model = QgsMapCanvas()
    hold(qtbot, model)
    model.setCanvasColor(QColor("#203040"))
    zone_map = ZoneMap("order", model, drawing=False)
    hold(qtbot, zone_map)
    assert zone_map.canvas.canvasColor().name() == "#203040"
    first, second = (QgsVectorLayer("Polygon?crs=EPSG:4326", name, "memory") for name in ("a", "b"))
    QgsProject.instance().addMapLayers([first, second], False)
    model.setLayers([first])
    assert zone_map.canvas.layers() == [], "nothing is drawn out of view"
    zone_map.show()
    assert zone_map.canvas.layers() == [first]
    model.setLayers([first, second])
    model.setCanvasColor(QColor("#ffffff"))
    assert zone_map.canvas.layers() == [first, second]
    assert zone_map.canvas.canvasColor().name() == "#ffffff"
    zone_map.let_go()
    QgsProject.instance().removeMapLayers([first.id(), second.id()])


def test_scenes_all_over_the_world_are_seen_by_marks(qtbot):
    zone_map = ZoneMap("order", drawing=False)
    hold(qtbot, zone_map)
    zone_map.resize(320, 300)
    zone_map.show()
    places = [(3.6, 43.5), (-70.0, -33.0), (150.0, -30.0), (10.0, 60.0)]
    zone_map.show_zone(MultiPolygon([box(x, y, x + 0.1, y + 0.1) for x, y in places]))
    marked = sorted(round(mark.center().x() / 111319.5) for mark in zone_map._marks)
    assert marked == [-70, 4, 10, 150]
    zone_map.show_zone(box(3.6, 43.5, 3.7, 43.6))
    assert not zone_map._marks, "what fills the map needs none"
    zone_map.let_go()


# One request in full


@pytest.fixture
def view(qtbot):
    made = OrderView()
    hold(qtbot, made)
    made.resize(320, 800)
    made.show()
    return made


def answer_box(kind, *, yes):
    """Press a button of the question that comes."""

    def answer():
        box_ = next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible())
        if isinstance(box_, QInputDialog):
            box_.setTextValue("Trop cher.")
            (box_.accept if yes else box_.reject)()
        else:
            no = box_.buttonRole(box_.escapeButton())
            wanted = next(button for button in box_.buttons() if (box_.buttonRole(button) != no) is yes)
            QTest.mouseClick(wanted, Qt.MouseButton.LeftButton)

    QTimer.singleShot(100, answer)


@pytest.mark.parametrize("sure", [True, False])
def test_a_quotation_is_accepted_after_a_question(view, sure):
    view.set_order(QUOTED)
    accepted = Caught(view.accept_requested)
    answer_box(QMessageBox, yes=sure)
    click(child(view, "acceptQuotationButton"))
    assert [order.id for order in accepted.values] == ([QUOTED.id] if sure else [])


@pytest.mark.parametrize("sure", [True, False])
def test_a_quotation_is_declined_with_a_reason(view, sure):
    view.set_order(QUOTED)
    declined = Caught(view.decline_requested)
    answer_box(QInputDialog, yes=sure)
    click(child(view, "declineQuotationButton"))
    told = [(order.id, why) for order, why in declined.values]
    assert told == ([(QUOTED.id, "Trop cher.")] if sure else [])


@pytest.mark.parametrize("sure", [True, False])
def test_cancelling_is_asked_twice(view, sure):
    view.set_order(make_order(2))
    cancelled = Caught(view.cancel_requested)
    answer_box(QMessageBox, yes=sure)
    click(child(view, "cancelOrderButton"))
    assert [order.id for order in cancelled.values] == ([make_order(2).id] if sure else [])


def test_why_a_request_cannot_be_cancelled_is_true(view):
    """Under way is not over, and what the operator said of a refusal is not hidden."""
    view.set_order(make_order(1, "rejected", status={"reason_text": "Zone hors du mandat."}))
    hint = child(view, "requestsHintLabel")
    over = hint.text()
    assert child(view, "orderReasonLabel").text() == "Zone hors du mandat."
    assert not child(view, "cancelOrderButton").isEnabled()
    view.set_order(make_order(2, "production"))
    assert hint.text() not in ("", over)
    view.set_order(make_order(3, "production", **{"dinamis:own": False}))
    assert "requester" in hint.text()


def test_what_is_being_written_stays_when_the_request_is_read_again(view):
    view.set_order(make_order(1))
    view.set_details(make_order(1), [], [])
    child(view, "messageEdit").setPlainText("Bonjour")
    view.set_details(make_order(1, "arbitration"), [], [])
    assert child(view, "messageEdit").toPlainText() == "Bonjour"
    view.set_order(make_order(2))
    assert child(view, "messageEdit").toPlainText() == ""


def test_another_request_is_shown_from_its_top(view):
    """Its state and its quotation come first, wherever the one before was scrolled to."""
    view.set_order(make_order(1))
    wait_until(lambda: view._area.verticalScrollBar().maximum() > 0)
    view._area.verticalScrollBar().setValue(view._area.verticalScrollBar().maximum())
    view.set_order(make_order(1, "arbitration"))
    assert view._area.verticalScrollBar().value() > 0
    view.set_order(QUOTED)
    assert view._area.verticalScrollBar().value() == 0


def test_images_can_be_had_as_soon_as_they_are_delivered(view):
    view.set_order(make_order(1))
    assert not child(view, "orderImagesButton").isVisible()
    delivered = make_order(1, "delivered", **{"dinamis:delivered_items": [{"collection": "c", "id": "x"}]})
    view.set_order(delivered)
    wanted = Caught(view.images_requested)
    click(child(view, "orderImagesButton"))
    assert [order.id for order in wanted.values] == [delivered.id]


# Messages


@pytest.fixture
def panel(qtbot):
    made = MessagesPanel()
    hold(qtbot, made)
    made.set_messages([], writable=True)
    made.show()
    return made


def test_a_message_that_is_not_taken_stays_with_its_files_and_its_key(panel, tmp_path):
    note = tmp_path / "note.pdf"
    note.write_text("%PDF-1.4", "utf-8")
    panel.attach([str(note)])
    child(panel, "messageEdit").setPlainText("Bonjour")
    sent = Caught(panel.send_requested)
    click(child(panel, "messageSendButton"))
    assert not child(panel, "messageSendButton").isEnabled()  # a double click sends one message
    panel.set_refusal(FAULT)
    assert "too long" in child(panel, "messageProblemLabel").text()
    assert child(panel, "messageEdit").toPlainText() == "Bonjour"
    click(child(panel, "messageSendButton"))
    assert sent.values[0] == sent.values[1]
    panel.set_refusal(FAULT)
    child(panel, "messageEdit").setPlainText("Autre")
    click(child(panel, "messageSendButton"))
    assert sent.values[2].key != sent.values[0].key
    panel.set_sent()
    assert child(panel, "messageEdit").toPlainText() == ""


def test_files_that_cannot_be_attached_are_refused_with_their_reason(panel, tmp_path):
    large, strange, empty = tmp_path / "a.zip", tmp_path / "a.exe", tmp_path / "a.csv"
    with large.open("wb") as file:
        file.truncate(30_000_000)
    strange.write_text("x", "utf-8")
    empty.touch()
    panel.attach([str(large), str(strange), str(empty)])
    said = child(panel, "messageProblemLabel").text()
    assert said.count("\n") == 2
    assert "25" in said
    many = []
    for number in range(7):
        path = tmp_path / f"{number}.txt"
        path.write_text("x", "utf-8")
        many.append(str(path))
    panel.attach(many)
    assert child(panel, "messageProblemLabel").text().startswith("5.txt")
    child(panel, "messageEdit").setPlainText("x")
    sent = Caught(panel.send_requested)
    click(child(panel, "messageSendButton"))
    assert list(sent.values[0].files) == many[:5]


def test_nothing_is_sent_without_a_text(panel):
    assert not child(panel, "messageSendButton").isEnabled()
    assert child(panel, "messageSendButton").toolTip()
    child(panel, "messageEdit").setPlainText("x" * 10_001)
    assert not child(panel, "messageSendButton").isEnabled()


def test_messages_of_others_are_plain_text(panel):
    entry = {"id": 1, "side": "operator", "author": "<b>D</b>", "text": "<img src=x>", "own": False}
    panel.set_messages([Message.from_json(entry)], writable=False)
    texts = [one.text() for one in child(panel, "messageCard").findChildren(QLabel)]
    assert "<img src=x>" in texts
    assert not child(panel, "messageEdit").isVisible()


# The list


@pytest.fixture
def page(qtbot):
    made = RequestsPage()
    hold(qtbot, made)
    made.resize(320, 800)
    made.set_why_not("")
    made.show()
    return made


def kept(draft_id="draft-1", sending=None, **content):
    now = datetime.now(timezone.utc)
    return KeptDraft(draft_id, "pleiades-programming", "Étang", content, now, sending=sending)


def test_drafts_are_listed_as_such_resumed_and_deleted_after_a_question(page):
    page.set_orders([make_order(1)])
    page.set_drafts([kept()])
    page.choose("draft-1")
    assert child(page, "ordersView").currentIndex().data() == "Étang"
    assert page.orders.index(page.orders.row_of("draft-1"), 1).data() == "Draft"
    resumed, deleted = Caught(page.resumed), Caught(page.draft_deleted)
    click(child(page, "openOrderButton"))
    assert [draft.id for draft in resumed.values] == ["draft-1"]
    for sure in (False, True):
        answer_box(QMessageBox, yes=sure)
        click(child(page, "deleteDraftButton"))
        assert deleted.values == (["draft-1"] if sure else [])


def test_a_draft_that_is_being_sent_can_be_neither_changed_nor_deleted(page):
    page.set_drafts([kept(sending={"geometry": None})])
    page.choose("draft-1")
    assert "no answer" in page.orders.index(0, 1).data()
    assert not child(page, "openOrderButton").isEnabled()
    assert not child(page, "deleteDraftButton").isEnabled()


def test_the_list_is_narrowed_and_shown_whole_again(page):
    page.set_orders([make_order(1), make_order(2, "delivered")])
    child(page, "requestsSearchEdit").setText("002")
    assert [page.orders.index(row, 0).data() for row in range(page.orders.rowCount())] == [make_order(2).id]
    child(page, "requestsSearchEdit").setText("nothing like this")
    assert page.orders.rowCount() == 0
    click(child(page, "ordersEmptyButton"))
    assert page.orders.rowCount() == 2


def test_an_empty_list_says_whether_it_is_read_or_refused(page):
    said = child(page, "ordersEmptyText")
    page.set_reading(True)
    assert "being read" in said.text()
    page.set_reading(False)
    page.set_refusal(FAULT)
    assert FAULT.title in said.text()
    again = Caught(page.refresh_requested)
    click(child(page, "ordersEmptyButton"))
    assert len(again.values) == 1
    page.set_orders([])
    assert "No request yet" in said.text()


def test_a_row_opens_by_enter_and_the_list_comes_back(page):
    page.set_orders([make_order(1)])
    page.choose(make_order(1).id)
    opened = Caught(page.opened)
    QTest.keyClick(child(page, "ordersView"), Qt.Key.Key_Return)
    assert [order.id for order in opened.values] == [make_order(1).id]
    assert page.view.isVisible()
    click(child(page, "orderBackButton"))
    assert child(page, "ordersView").isVisible()


# The dock


@pytest.fixture
def desk(dock, controllers, scripted):  # noqa: F811
    """The dock, signed in to a service of requests."""
    service = RequestsService(scripted)
    controllers.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    controllers.session.sign_in()
    wait_until(lambda: controllers.session.account is not None and not controllers.runner.busy, 20)
    dock._tabs.setCurrentWidget(dock.requests)
    yield dock, service
    dock.ordering.shut_down()
    for draft in list(controllers.drafts.drafts):
        controllers.drafts.store.forget(draft.id)


def test_what_is_filled_in_is_kept_and_resumed_as_it_was(desk, controllers):
    dock_, service = desk
    dock_.ordering.dialogs.new_programming()
    dialog = dock_.ordering.dialogs._request
    wait_until(lambda: "purpose" in dialog.form.names)
    child(dialog, "programmingCloudSpin").setValue(7)
    child(dialog, "field_purpose").setText("Suivi")
    key = dialog.key
    wait_until(lambda: controllers.drafts.is_written(key))
    dialog.reject()
    wait_until(lambda: dock_.requests.orders.row_of(key) >= 0)
    dock_.requests.choose(key)
    click(child(dock_.requests, "openOrderButton"))
    again = dock_.ordering.dialogs._request
    assert again.key == key
    wait_until(lambda: "purpose" in again.form.names)
    assert child(again, "programmingCloudSpin").value() == 7
    assert child(again, "field_purpose").text() == "Suivi"
    assert service.posts == 0  # nothing is ordered before it is sent
    again.reject()


def test_looking_at_an_order_leaves_no_draft(desk, controllers):
    dock_, _service = desk
    dock_.ordering.dialogs.order([make_scene(1, "PLEIADES", "orderable")])
    dialog = dock_.ordering.dialogs._request
    wait_until(lambda: "purpose" in dialog.form.names)
    dialog.reject()
    assert controllers.drafts.drafts == []


def test_an_archive_draft_comes_back_with_its_scenes_and_its_zone(desk, controllers):
    dock_, _service = desk
    scenes = [make_scene(1, "PLEIADES", "orderable")]
    draft = OrderDraft.for_scenes(scenes, box(3.62, 43.52, 3.65, 43.55), {"purpose": "x"})
    controllers.drafts.keep(draft, "Étang", [document_of(scene) for scene in scenes])
    dock_.ordering.dialogs.resume(controllers.drafts.get(draft.idempotency_key))
    dialog = dock_.ordering.dialogs._request
    wait_until(lambda: not dialog._waits_for_zone and "purpose" in dialog.form.names)
    made = dialog.make_draft()
    assert made.geometry.bounds == pytest.approx((3.62, 43.52, 3.65, 43.55))
    assert made.item_ids == draft.item_ids
    assert child(dialog, "field_purpose").text() == "x"
    dialog.reject()


def test_a_zone_is_drawn_in_the_dialog(desk):
    dock_, _service = desk
    dock_.ordering.dialogs.new_programming()
    dialog = dock_.ordering.dialogs._request
    wait_until(lambda: "purpose" in dialog.form.names)
    assert "Draw the area" in child(dialog, "programmingHintLabel").text()
    canvas_ = dialog.summary.map.canvas
    click(child(dialog, "programmingRectangleButton"))
    Pointer(canvas_).drag((80, 60), (160, 140))
    wait_until(lambda: dialog.make_draft() is not None)
    wait_until(child(dialog, "programmingSubmitButton").isEnabled)
    click(child(dialog, "programmingClearZoneButton"), QPoint(4, 4))
    assert dialog.make_draft() is None
    dialog.reject()


def test_a_change_by_an_operator_is_announced_and_leads_to_the_request(desk, controllers):
    dock_, service = desk
    service.order(1)
    controllers.orders.refresh()
    wait_until(lambda: controllers.orders.orders)
    announced = Caught(dock_.ordering.announced)
    service.order(1, "arbitration")
    controllers.orders._poll()
    text, order_id = announced.wait()
    assert order_id in text
    dock_.show_requests(order_id)
    wait_until(lambda: len(dock_.requests.view.timeline.findChildren(QWidget, "orderTimelineStep")) == 2)
    assert dock_.requests.view.isVisible()


@pytest.mark.usefixtures("desk")
def test_what_was_sent_is_counted_with_its_project(controllers, qtbot):
    with qtbot.waitSignal(controllers.projects.changed, timeout=20_000):
        controllers.submissions.submitted.emit(make_order(1))


def test_refreshing_the_requests_reads_the_notifications_too(desk, scripted):
    """A state that changed on the screen is announced at once, not a minute later."""
    dock_, _service = desk
    asked = []
    scripted.server.routes["/api/notifications"] = lambda *_: (asked.append(1), (404, {}))[1]
    click(child(dock_, "refreshOrdersButton"))
    wait_until(lambda: asked, 20)


def test_a_request_is_duplicated_into_a_dialog(desk, controllers):
    dock_, service = desk
    document = service.order(1)
    document["properties"].update({"product_id": "pleiades-programming", "dinamis:kind": "programming"})
    controllers.orders.refresh()
    wait_until(lambda: controllers.orders.orders)
    dock_.ordering.show_order(controllers.orders.orders[0].id)
    click(child(dock_.requests.view, "orderDuplicateButton"))
    wait_until(lambda: dock_.ordering.dialogs._request is not None)
    dialog = dock_.ordering.dialogs._request
    wait_until(lambda: dialog.make_draft() is not None)
    assert dialog.make_draft().geometry.bounds == pytest.approx((3.6, 43.5, 3.7, 43.6))
    dialog.reject()


def test_a_window_in_the_past_is_refused_with_its_reason_and_the_draft_kept(desk, controllers):
    dock_, service = desk
    today = datetime.now(timezone.utc).date()
    draft = OrderDraft(
        "pleiades-programming",
        box(3.6, 43.5, 3.7, 43.6),
        start=today - timedelta(days=30),
        end=today + timedelta(days=3),
    )
    controllers.drafts.keep(draft, "Étang")
    dock_.ordering.dialogs.resume(controllers.drafts.get(draft.idempotency_key))
    dialog = dock_.ordering.dialogs._request
    wait_until(lambda: "purpose" in dialog.form.names and dialog.make_draft() is not None)
    assert "7" in child(dialog, "programmingHintLabel").text()  # begins today at the earliest, and is short
    assert not child(dialog, "programmingSubmitButton").isEnabled()
    dialog.reject()
    assert service.posts == 0
    assert controllers.drafts.get(draft.idempotency_key) is not None
