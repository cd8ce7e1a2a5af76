"""Orders, programming requests and projects."""

from __future__ import annotations

from dataclasses import replace

import pytest
from qgis.PyQt.QtCore import QDate, QPoint, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QMessageBox

from dinamis_plugin.controllers.messages import Notice, NoticeLevel
from dinamis_plugin.domain.form import fields_of
from dinamis_plugin.domain.order import OrderState
from dinamis_plugin.domain.project import Budget
from dinamis_plugin.gui import formats
from dinamis_plugin.gui.order_dialog import OrderDialog
from dinamis_plugin.gui.programming_dialog import ProgrammingDialog
from dinamis_plugin.gui.quota_bar import QuotaBar
from dinamis_plugin.gui.request_words import state_label
from dinamis_plugin.gui.requests_page import RequestsPage

from .gui_support import (
    CLOSED_PROJECT,
    FIELDS,
    PRODUCTS,
    PROJECT,
    child,
    click,
    flush_deletions,
    hold,
    make_aoi,
    make_estimate,
    make_order,
    make_scene,
)
from .waiting import Caught

FAULT = Notice(NoticeLevel.ERROR, "No answer in time", "The service took too long.", "Try again.")


def orderable(number, mission="PLEIADES"):
    return make_scene(number, mission, "orderable")


def opened(qtbot, dialog):
    hold(qtbot, dialog)
    dialog.set_projects([PROJECT, CLOSED_PROJECT])
    dialog.begin()
    dialog.set_form(FIELDS)
    dialog.show()
    child(dialog, "field_purpose").setPlainText("Suivi du littoral")
    return dialog


@pytest.fixture
def order(qtbot):
    dialog = opened(qtbot, OrderDialog([orderable(1), orderable(2)], has_areas=True))
    dialog.set_zone(make_aoi(side=0.05).geometry)
    return dialog


@pytest.fixture
def programming(qtbot):
    dialog = ProgrammingDialog(has_areas=True)
    dialog.set_products(PRODUCTS)
    opened(qtbot, dialog).set_zone(make_aoi().geometry)
    return dialog


# Archive order


def test_only_open_projects_are_offered(order):
    combo = child(order, "orderProjectCombo")
    assert [combo.itemData(number) for number in range(combo.count())] == [PROJECT.id]


def test_the_estimate_is_asked_for_the_part_inside_the_areas(order, qtbot):
    with qtbot.waitSignal(order.estimate_requested) as caught:
        order.draft_changed()
    draft = caught.args[0]
    assert draft.product_id == "pleiades-archive"
    assert draft.item_ids == ("scene-1", "scene-2")
    assert draft.geometry.bounds == pytest.approx((3.6, 43.5, 3.65, 43.55))
    check = child(order, "orderClipCheck")
    with qtbot.waitSignal(order.estimate_requested) as caught:
        click(check, QPoint(8, check.height() // 2))
    assert caught.args[0].geometry.bounds == pytest.approx((3.6, 43.5, 3.7, 43.6))


def test_area_quota_and_share_are_shown(order):
    order.set_estimate(make_estimate())
    assert formats.area(123.4) in child(order, "orderAreaLabel").text()
    quota = child(order, "orderQuotaLabel").text()
    assert formats.area(1500) in quota
    assert formats.percent(0.08) in quota
    assert order.findChild(QuotaBar).share == pytest.approx(0.08)


def test_beyond_the_quota_the_price_and_the_warning_are_shown(order):
    order.set_estimate(
        make_estimate(
            area_km2=1800,
            share=1.2,
            excess_km2=300,
            price={"unit": "km2", "quantity": 300, "eur": 540},
            messages=[{"level": "warning", "text": "Quota dépassé."}],
        )
    )
    assert formats.area(300) in child(order, "orderExcessLabel").text()
    assert formats.euros(540) in child(order, "orderPriceLabel").text()
    assert child(order, "orderMessages").text() == "Quota dépassé."
    assert child(order, "orderSubmitButton").isEnabled()


def test_what_it_costs_stands_beside_the_button_that_sends(order):
    """Nobody has to scroll to the price before sending."""
    total, button = child(order, "orderTotalLabel"), child(order, "orderSubmitButton")
    assert not total.isVisible()
    order.set_estimate(
        make_estimate(area_km2=1800, share=1.2, price={"unit": "km2", "quantity": 300, "eur": 540})
    )
    assert total.isVisible()
    for told in (formats.area(1800), formats.percent(1.2), formats.euros(540)):
        assert told in total.text()
    assert total.mapTo(order, QPoint()).y() + total.height() > button.mapTo(order, QPoint()).y()
    assert not total.visibleRegion().isEmpty()
    child(order, "field_purpose").setPlainText("Autre chose")
    assert not total.isVisible()  # what is shown is of what is filled in


def test_a_request_that_would_be_refused_cannot_be_sent(order):
    order.set_estimate(make_estimate(acceptable=False, messages=[{"level": "error", "text": "Non."}]))
    button = child(order, "orderSubmitButton")
    assert not button.isEnabled()
    assert button.toolTip() == child(order, "orderHintLabel").text() == "Non."
    order.set_estimate(make_estimate(acceptable=False, messages=[]))
    assert child(order, "orderHintLabel").text() not in ("", "Non.")


def test_a_double_click_sends_one_request(order):
    sent = Caught(order.submit_requested)
    button = child(order, "orderSubmitButton")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(sent.values) == 1
    assert not button.isEnabled()
    assert sent.values[0][0].parameters["project_id"] == PROJECT.id
    assert sent.values[0][0].parameters["processing_level"] == "ortho"


def test_every_attempt_has_the_key_of_the_draft(order):
    sent = Caught(order.submit_requested)
    button = child(order, "orderSubmitButton")
    click(button)
    order.set_refusal(FAULT)
    assert "too long" in child(order, "orderMessages").text()
    child(order, "field_purpose").setPlainText("Autre chose")
    click(button)
    assert {draft.idempotency_key for draft, _title in sent.values} == {order.key}


def test_without_an_answer_nothing_may_be_changed_but_it_may_be_sent_again_or_left(order):
    sent = Caught(order.submit_requested)
    button = child(order, "orderSubmitButton")
    click(button)
    order.set_unanswered(FAULT)
    assert "not known" in child(order, "orderMessages").text()
    assert not child(order, "field_purpose").isEnabled()
    click(button)
    assert sent.values[0] == sent.values[1]
    order.set_unanswered(FAULT)
    click(child(order, "orderCancelButton"))
    assert not order.isVisible()


def test_the_dialog_stays_while_the_request_is_on_its_way(order):
    click(child(order, "orderSubmitButton"))
    order.reject()
    order.close()
    assert order.isVisible()
    assert not child(order, "orderCancelButton").isEnabled()
    order.set_refusal(FAULT)
    click(child(order, "orderCancelButton"))
    assert not order.isVisible()


def test_a_missing_field_is_marked_and_nothing_is_sent(order):
    sent = Caught(order.submit_requested)
    child(order, "field_purpose").clear()
    click(child(order, "orderSubmitButton"))
    assert not sent.values
    assert child(order, "problem_purpose").isVisible()
    child(order, "field_purpose").setPlainText("x")
    click(child(order, "orderSubmitButton"))
    assert len(sent.values) == 1


def test_what_the_service_says_of_a_field_is_shown_under_it(order):
    click(child(order, "orderSubmitButton"))
    order.set_refusal(replace(FAULT, fields=(("purpose", "Trop court."),)))
    assert child(order, "problem_purpose").text() == "Trop court."


@pytest.mark.parametrize("kind", ["order", "programming"])
def test_only_possible_combinations_of_options_can_be_chosen(kind, request):
    dialog = request.getfixturevalue(kind)
    dialog.set_estimate(make_estimate())
    radiometry, coding = child(dialog, "field_radiometry"), child(dialog, "field_coding")
    reason = child(dialog, "reason_coding")
    assert (coding.currentData(), reason.text()) == ("12bits", "12bits seulement.")
    QTest.keyClick(coding, Qt.Key.Key_Down)  # the other one is greyed
    assert coding.currentData() == "12bits"
    assert coding.itemData(1, Qt.ItemDataRole.ToolTipRole) == "12bits seulement."
    QTest.keyClick(radiometry, Qt.Key.Key_Down)
    assert (radiometry.currentData(), coding.currentData()) == ("display", "8bits")
    assert (reason.isVisibleTo(dialog), reason.text()) == (True, "8bits seulement.")
    QTest.keyClick(coding, Qt.Key.Key_Up)
    assert coding.currentData() == "8bits"
    dialog.set_form(FIELDS)  # read again: the choice stays, and so do its limits
    flush_deletions()
    assert (child(dialog, "field_radiometry").currentData(), child(dialog, "field_coding").currentData()) == (
        "display",
        "8bits",
    )
    sent = Caught(dialog.submit_requested)
    click(child(dialog, f"{kind}SubmitButton"))
    assert sent.values[0][0].parameters["coding"] == "8bits"


def test_the_identifier_is_shown_once_sent(order):
    click(child(order, "orderSubmitButton"))
    order.set_submitted(make_order(7))
    assert child(order, "orderIdLabel").isVisible()
    assert child(order, "orderIdLabel").text() == make_order(7).id
    click(child(order, "orderCloseButton"))
    assert not order.isVisible()


def test_several_sensors_make_several_requests(qtbot):
    scenes = [orderable(1), orderable(2, "SPOT 6/7"), orderable(3)]
    dialog = opened(qtbot, OrderDialog(scenes))
    sent = Caught(dialog.submit_requested)
    forms = Caught(dialog.form_requested)
    assert "2" in child(dialog, "orderSplitLabel").text()
    click(child(dialog, "orderSubmitButton"))
    dialog.set_submitted(make_order(1))
    assert dialog.focusWidget() is child(dialog, "orderNextButton")  # Enter leaves nothing unsent
    click(child(dialog, "orderNextButton"))
    assert forms.values == ["spot-archive"]
    assert not child(dialog, "orderSubmitButton").isEnabled()  # its own options come first
    dialog.set_form(FIELDS)
    flush_deletions()
    click(child(dialog, "orderSubmitButton"))
    dialog.set_submitted(make_order(2))
    assert not child(dialog, "orderNextButton").isVisible()
    assert dialog.focusWidget() is child(dialog, "orderCloseButton")
    assert [draft.item_ids for draft, _title in sent.values] == [("scene-1", "scene-3"), ("scene-2",)]
    assert sent.values[0][0].idempotency_key != sent.values[1][0].idempotency_key


def test_without_a_project_one_is_asked_for(qtbot):
    dialog = OrderDialog([orderable(1)])
    hold(qtbot, dialog)
    dialog.begin()
    dialog.show()
    assert not child(dialog, "orderSubmitButton").isEnabled()
    wanted = Caught(dialog.project_requested)
    click(child(dialog, "orderNewProjectButton"))
    assert len(wanted.values) == 1
    dialog.set_projects([PROJECT])
    assert "being read" in child(dialog, "orderHintLabel").text()
    dialog.set_form(FIELDS)
    assert child(dialog, "orderSubmitButton").isEnabled()


def test_a_project_just_created_is_chosen(order):
    fresh = replace(PROJECT, id="2026-002-SCI", title="Neuf")
    order.set_projects([PROJECT, fresh])
    assert child(order, "orderProjectCombo").currentData() == "2026-002-SCI"


def test_areas_that_no_scene_covers_do_not_clip(qtbot):
    dialog = OrderDialog([orderable(1)], has_areas=True)
    hold(qtbot, dialog)
    dialog.begin()
    dialog.set_zone(None)
    assert not child(dialog, "orderClipCheck").isEnabled()
    assert not child(dialog, "orderClipCheck").isChecked()


@pytest.mark.parametrize("kind", ["order", "programming"])
def test_until_the_areas_are_joined_nothing_can_be_sent(kind, request):
    dialog = request.getfixturevalue(kind)
    wanted = Caught(dialog.zone_requested)
    dialog.begin()
    footprints = [orderable(1).footprint, orderable(2).footprint] if kind == "order" else []
    assert [part.bounds for part in wanted.values[0][0]] == [part.bounds for part in footprints]
    assert not child(dialog, f"{kind}SubmitButton").isEnabled()
    assert "being joined" in child(dialog, f"{kind}HintLabel").text()
    assert dialog.make_draft() is None
    dialog.set_zone(make_aoi(side=0.03).geometry)
    assert child(dialog, f"{kind}SubmitButton").isEnabled()
    assert dialog.make_draft().geometry.bounds == pytest.approx((3.6, 43.5, 3.63, 43.53))


# Programming request


def test_only_programming_products_are_offered(programming):
    combo = child(programming, "programmingProductCombo")
    assert [combo.itemData(number) for number in range(combo.count())] == [
        "pleiades-programming",
        "spot-programming",
    ]


def test_window_cloud_and_angle_reach_the_request(programming):
    today = QDate.currentDate()
    child(programming, "programmingStartEdit").setDate(today.addDays(10))
    child(programming, "programmingEndEdit").setDate(today.addDays(40))
    child(programming, "programmingCloudSpin").setValue(5)
    child(programming, "programmingIncidenceSpin").setValue(20)
    sent = Caught(programming.submit_requested)
    click(child(programming, "programmingSubmitButton"))
    draft, _title = sent.values[0]
    assert (draft.end - draft.start).days == 30
    assert (draft.max_cloud, draft.max_incidence) == (5, 20)
    assert draft.geometry.bounds == pytest.approx((3.6, 43.5, 3.7, 43.6))


def test_a_single_precise_day_cannot_be_asked_for(programming):
    today = QDate.currentDate()
    child(programming, "programmingStartEdit").setDate(today.addDays(10))
    child(programming, "programmingEndEdit").setDate(today.addDays(15))
    assert not child(programming, "programmingSubmitButton").isEnabled()
    assert "7" in child(programming, "programmingHintLabel").text()
    child(programming, "programmingEndEdit").setDate(today.addDays(16))
    assert child(programming, "programmingSubmitButton").isEnabled()


def test_the_first_day_is_not_in_the_past(programming):
    edit = child(programming, "programmingStartEdit")
    edit.setDate(QDate.currentDate().addDays(-3))
    assert edit.date() >= QDate.currentDate()


def test_another_product_asks_its_form_and_a_new_estimate(programming, qtbot):
    forms = Caught(programming.form_requested)
    with qtbot.waitSignal(programming.estimate_requested) as caught:
        child(programming, "programmingProductCombo").setCurrentIndex(1)
    assert forms.values == ["spot-programming"]
    assert caught.args[0].product_id == "spot-programming"


def test_without_an_area_it_says_where_to_add_one(qtbot):
    dialog = ProgrammingDialog()
    dialog.set_products(PRODUCTS)
    opened(qtbot, dialog)
    assert not child(dialog, "programmingSubmitButton").isEnabled()
    assert "Draw the area" in child(dialog, "programmingAreaLabel").text()


# The page


@pytest.fixture
def page(qtbot):
    made = RequestsPage()
    hold(qtbot, made)
    made.resize(320, 700)
    made.set_why_not("")
    made.show()
    return made


def test_signed_out_it_offers_to_sign_in(page):
    page.set_why_not("Sign in first.")
    asked = Caught(page.sign_in_requested)
    click(child(page, "requestsSignedOutButton"))
    assert len(asked.values) == 1


def test_orders_show_identifier_state_and_day(page):
    page.set_orders([make_order(1, "production")])
    index = page.orders.index(0, 0)
    assert index.data() == make_order(1).id
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert state_label(OrderState.PRODUCTION) in spoken
    assert page.orders.index(0, 1).data() == state_label(OrderState.PRODUCTION)


def test_every_state_has_a_name_of_its_own():
    assert len({state_label(state) for state in OrderState}) == len(OrderState)


def test_the_order_in_hand_stays_in_hand_when_the_list_is_read_again(page):
    page.set_orders([make_order(1), make_order(2)])
    page.choose(make_order(2).id)
    page.set_orders([make_order(3), make_order(2, "production"), make_order(1)])
    view = child(page, "ordersView")
    assert view.currentIndex().row() == 1


def test_an_order_that_was_just_sent_is_taken_in_hand_when_it_is_listed(page):
    page.choose(make_order(2).id)
    page.set_orders([make_order(1)])
    view = child(page, "ordersView")
    assert not view.currentIndex().isValid()
    page.set_orders([make_order(1), make_order(2)])
    assert view.currentIndex().data() == make_order(2).id


def test_an_order_chosen_meanwhile_is_not_taken_from_the_hand(page):
    page.choose(make_order(3).id)
    page.set_orders([make_order(1), make_order(2)])
    page.choose(make_order(1).id)
    page.set_orders([make_order(1), make_order(2), make_order(3)])
    assert child(page, "ordersView").currentIndex().data() == make_order(1).id


def answer_the_question(*, yes):
    """Press a button of the message box that comes; gives what the box said."""
    said = []

    def answer():
        box = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible())
        said.append(f"{box.text()} {box.informativeText()}")
        no = box.buttonRole(box.escapeButton())
        wanted = next(button for button in box.buttons() if (box.buttonRole(button) != no) is yes)
        QTest.mouseClick(wanted, Qt.MouseButton.LeftButton)

    QTimer.singleShot(100, answer)
    return said


def test_rows_are_painted_with_their_dot(page):
    page.set_orders([make_order(1, "delivered"), make_order(2, "rejected")])
    QApplication.processEvents()
    view = child(page, "ordersView")
    picture = view.viewport().grab().toImage()
    hues = set()
    for row in (0, 1):
        rect = view.visualRect(page.orders.index(row, 0))
        colours = [picture.pixelColor(12, y) for y in range(rect.top(), rect.bottom())]
        hues.add(max(colours, key=lambda colour: colour.saturation()).hue())
    assert len(hues) == 2


def test_small_areas_keep_their_figures():
    assert formats.area(0.0017).startswith(("0.0017", "0,0017"))
    assert formats.area(0.0) == formats.area(0)


def test_only_a_project_with_a_budget_can_pay(order):
    payment = {
        "type": "string",
        "title": "Paiement",
        "enum": ["quotation", "project_budget"],
        "x-enum-titles": ["Sur devis", "Sur le budget du projet"],
        "default": "quotation",
        "x-section": "production",
    }
    rich = replace(PROJECT, id="rich", budget=Budget(1000.0))
    poor = replace(PROJECT, id="poor", budget=None)
    order.set_projects([rich, poor])
    order.set_form(fields_of({"properties": {"payment": payment}}))
    combo, projects = child(order, "field_payment"), child(order, "orderProjectCombo")
    reason = child(order, "reason_payment")

    def can_be_chosen():
        return combo.model().item(1).isEnabled()

    projects.setCurrentIndex(projects.findData("rich"))
    assert can_be_chosen()
    assert reason.isHidden()
    combo.setCurrentIndex(1)
    projects.setCurrentIndex(projects.findData("poor"))
    assert not can_be_chosen()
    assert combo.currentData() == "quotation"
    assert "no budget" in reason.text()
    assert not reason.isHidden()
    assert combo.itemData(1, Qt.ItemDataRole.ToolTipRole) == reason.text()
    order.set_projects([rich, replace(poor, budget=Budget(5.0))])
    assert can_be_chosen(), "it was given one meanwhile"
    assert reason.isHidden()
