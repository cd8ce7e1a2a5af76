"""Every fault of the service gives its message inside the dialogs of requests, and nothing typed is lost.

Real sockets, the real controllers and the dock: what a person fills in, sends, reads, and sends again.
"""

from __future__ import annotations

import pytest
from qgis.PyQt.QtWidgets import QDialog
from shapely.geometry import box, mapping

from dinamis_plugin.controllers import submissions
from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.aoi import Aoi

from .gui_support import canvas, child, click, dock, flush_deletions, make_scene, window  # noqa: F401
from .test_gui_faults import DETAIL, TITLES, TOLD, break_route, impatient, joined  # noqa: F401
from .waiting import wait_until

PRODUCT = {"order": "pleiades-archive", "programming": "pleiades-programming"}
KINDS = pytest.mark.parametrize("kind", ["order", "programming"])
FORM = {
    "required": ["purpose"],
    "properties": {"purpose": {"type": "string", "title": "Finalité", "x-widget": "multiline"}},
}
ESTIMATE = {"year": 2026, "sensor": "PLEIADES", "area_km2": 90, "quota_km2": 1500, "acceptable": True}
PROJECTS = {"projects": [{"id": "2026-001-SCI", "title": "Littoral", "status": "open"}]}
TYPED = "Suivi du littoral"
#: 401 ends the session: it has tests of its own.
FAULTS = [fault for fault in TITLES if fault != 401]


class Desk:
    """The part of a service that takes requests; orders are kept by their key."""

    def __init__(self, scripted):
        self.orders = {}
        self.posts = 0
        self._scripted = scripted
        self.mend()

    def mend(self):
        """Let everything work from now on."""
        routes = self._scripted.server.routes
        self._scripted.down.clear()
        routes["/stapi/products"] = lambda *_: (200, {"products": [{"id": one} for one in PRODUCT.values()]})
        routes["/api/projects"] = self._projects
        routes["/api/estimate"] = lambda *_: (200, ESTIMATE)
        for product in PRODUCT.values():
            routes[f"/stapi/products/{product}/order-parameters"] = lambda *_: (200, FORM)
            routes[f"/stapi/products/{product}/orders"] = self.take

    def take(self, request, _handler):
        """Make the order of this key, once."""
        self.posts += 1
        made = {
            "id": f"2026-001-SCI-2026-A-{len(self.orders) + 1:03d}-PLEIADES",
            "geometry": mapping(box(3.6, 43.5, 3.7, 43.6)),
            "properties": {"order_parameters": request.json["order_parameters"]},
        }
        return 201, self.orders.setdefault(request.headers["Idempotency-Key"], made)

    def lose_answers(self, product):
        """Take orders, and cut the line before the answer."""

        def cut(request, handler):
            self.take(request, handler)
            handler.close_connection = True
            handler.connection.close()

        self._scripted.server.routes[f"/stapi/products/{product}/orders"] = cut

    @staticmethod
    def _projects(request, _handler):
        if request.method == "POST":
            return 201, {**request.json, "id": "2026-002-SCI", "status": "open"}
        return 200, PROJECTS


@pytest.fixture
def desk(joined, controllers, scripted, monkeypatch):  # noqa: F811
    """A desk for the signed-in dock, which knows its products and projects; attempts follow soon."""
    monkeypatch.setattr(submissions, "PAUSES_S", (0.05, 0.05))
    made = Desk(scripted)
    controllers.requests.refresh_products()
    controllers.projects.refresh()
    wait_until(lambda: controllers.requests.products and controllers.projects.projects)
    controllers.aois._add([Aoi("Zone", box(3.6, 43.5, 3.7, 43.6), 90.0)])
    impatient(controllers)
    return made


def opened(dock, kind):  # noqa: F811
    if kind == "order":
        dock.ordering.dialogs.order([make_scene(1, "PLEIADES", "orderable")])
    else:
        dock.ordering.dialogs.new_programming()
    return dock.ordering.dialogs._request


def filled(dock, kind):  # noqa: F811
    """An open dialog that can be sent."""
    dialog = opened(dock, kind)
    wait_until(lambda: "purpose" in dialog.form.values())
    child(dialog, "field_purpose").setPlainText(TYPED)
    wait_until(child(dialog, f"{kind}SubmitButton").isEnabled)
    return dialog


def said(dialog, name, title):
    """Wait until the dialog says this; gives all that it says."""
    shown = child(dialog, name)
    wait_until(lambda: shown.isVisible() and title in shown.text(), 20)
    return shown.text()


def test_a_form_that_cannot_be_read_says_why_and_can_be_asked_again(joined, scripted, desk):  # noqa: F811
    kind = "order"
    path = f"/stapi/products/{PRODUCT[kind]}/order-parameters"
    break_route(scripted, path, FAULTS[0])
    dialog = opened(joined, kind)
    for fault in FAULTS:
        break_route(scripted, path, fault)
        dialog.ask_form()
        text = said(dialog, f"{kind}Messages", TITLES[fault])
        if fault in TOLD:
            assert DETAIL in text or fault in (429, 500, 503), fault
        assert not child(dialog, f"{kind}SubmitButton").isEnabled()
        assert "could not be read" in child(dialog, f"{kind}HintLabel").text()
        scripted.down.clear()
    desk.mend()
    click(child(dialog, f"{kind}ActionButton"))
    wait_until(child(dialog, f"{kind}SubmitButton").isEnabled)
    assert not child(dialog, f"{kind}Messages").isVisible()


def test_products_that_cannot_be_read_are_asked_again_from_the_dialog(joined, controllers, scripted, desk):  # noqa: F811
    controllers.requests._set_products([])
    for fault in FAULTS:
        break_route(scripted, "/stapi/products", fault)
        dialog = opened(joined, "programming")
        said(dialog, "programmingMessages", TITLES[fault])
        assert not child(dialog, "programmingSubmitButton").isEnabled()
        scripted.down.clear()
        if fault != FAULTS[-1]:
            dialog.reject()
            flush_deletions()
    desk.mend()
    click(child(dialog, "programmingActionButton"))
    wait_until(child(dialog, "programmingSubmitButton").isEnabled)


@KINDS
def test_a_request_that_fails_says_why_and_is_made_once_when_sent_again(joined, scripted, desk, kind):  # noqa: F811
    dialog = filled(joined, kind)
    submit = child(dialog, f"{kind}SubmitButton")
    keys = set()
    path = f"/stapi/products/{PRODUCT[kind]}/orders"
    for fault in FAULTS:
        break_route(scripted, path, fault)
        click(submit)
        assert not submit.isEnabled()
        text = said(dialog, f"{kind}Messages", TITLES[fault])
        if fault in (403, 404, 409, 422):
            assert DETAIL in text
        wait_until(submit.isEnabled)
        assert child(dialog, "field_purpose").toPlainText() == TYPED
        scripted.down.clear()
    desk.lose_answers(PRODUCT[kind])
    click(submit)
    said(dialog, f"{kind}Messages", TITLES["nobody"])
    wait_until(submit.isEnabled)
    desk.mend()
    click(submit)
    wait_until(child(dialog, f"{kind}IdLabel").isVisible)
    sent = [one for one in scripted.server.requests if one.path == path and one.method == "POST"]
    keys = {one.headers["Idempotency-Key"] for one in sent}
    assert len(keys) == len(desk.orders) == 1
    assert desk.posts > 1
    [made] = desk.orders.values()
    assert made["properties"]["order_parameters"]["purpose"] == TYPED
    assert child(dialog, f"{kind}IdLabel").text() == made["id"]


@KINDS
def test_after_a_lost_session_one_signs_in_from_the_dialog(joined, controllers, scripted, desk, kind):  # noqa: F811
    dialog = filled(joined, kind)
    break_route(scripted, f"/stapi/products/{PRODUCT[kind]}/orders", 401)
    scripted.refresh_valid.clear()
    click(child(dialog, f"{kind}SubmitButton"))
    said(dialog, f"{kind}Messages", TITLES[401])
    desk.mend()
    scripted.polls = ["granted"]
    click(child(dialog, f"{kind}ActionButton"))
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN, 20)
    wait_until(child(dialog, f"{kind}SubmitButton").isEnabled)
    assert child(dialog, "field_purpose").toPlainText() == TYPED
    click(child(dialog, f"{kind}SubmitButton"))
    wait_until(child(dialog, f"{kind}IdLabel").isVisible)
    assert len(desk.orders) == 1


def test_an_estimate_that_fails_says_why_and_does_not_keep_from_sending(joined, scripted, desk):  # noqa: F811
    kind = "order"
    dialog = filled(joined, kind)
    for fault in (409, 503, "html", "nobody"):
        break_route(scripted, "/api/estimate", fault)
        dialog.draft_changed()
        said(dialog, f"{kind}Messages", TITLES[fault])
        assert child(dialog, f"{kind}SubmitButton").isEnabled()
        scripted.down.clear()
    click(child(dialog, f"{kind}SubmitButton"))
    wait_until(child(dialog, f"{kind}IdLabel").isVisible)


def test_an_estimate_that_comes_late_does_not_wipe_out_why_the_request_failed(joined, scripted, desk):  # noqa: F811
    dialog = filled(joined, "order")
    break_route(scripted, "/stapi/products/pleiades-archive/orders", 409)
    click(child(dialog, "orderSubmitButton"))
    said(dialog, "orderMessages", TITLES[409])
    dialog._ask_estimate()
    wait_until(lambda: dialog._estimate is not None)
    assert DETAIL in child(dialog, "orderMessages").text()


def test_a_project_that_fails_says_why_and_keeps_what_was_typed(joined, controllers, scripted, desk):  # noqa: F811
    joined.projects.new_project()
    dialog = joined.projects._dialog
    typed = {"projectTitleEdit": "Dunes", "projectDescriptionEdit": "Recul du trait de côte"}
    science = ("projectObjectivesEdit", "projectMethodologyEdit", "projectResultsEdit")
    child(dialog, "projectTitleEdit").setText(typed["projectTitleEdit"])
    for name in ("projectDescriptionEdit", *science):
        child(dialog, name).setPlainText(typed["projectDescriptionEdit"])
    before, submit = dialog.draft(), child(dialog, "projectSubmitButton")
    for fault in [*FAULTS, 401]:
        break_route(scripted, "/api/projects", fault)
        if fault == 401:
            scripted.refresh_valid.clear()
        click(submit)
        said(dialog, "projectErrorLabel", TITLES[fault])
        assert submit.isEnabled()
        assert dialog.draft() == before
        assert child(dialog, "projectActionButton").isVisible() == (fault == 401)
        scripted.down.clear()
    desk.mend()
    scripted.polls = ["granted"]
    click(child(dialog, "projectActionButton"))
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN, 20)
    created = []
    controllers.projects.created.connect(created.append)
    ended = []
    dialog.finished.connect(ended.append)
    click(submit)
    wait_until(lambda: ended)
    assert (ended[0], created[0].title) == (QDialog.DialogCode.Accepted, "Dunes")
