"""Drafts, sendings and the list of requests on a service whose answers the test decides; real sockets."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from shapely.geometry import box

from dinamis_plugin.controllers import drafts as drafting
from dinamis_plugin.controllers import submissions as sending
from dinamis_plugin.controllers.app import Controllers
from dinamis_plugin.controllers.orders import HIDDEN_FACTOR
from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.follow_up import MessageDraft
from dinamis_plugin.domain.kept_draft import KeptDraft
from dinamis_plugin.domain.order import Order, OrderState
from dinamis_plugin.domain.order_draft import OrderDraft
from dinamis_plugin.qgisio.draft_store import DraftStore
from dinamis_plugin.qgisio.seen_orders import SeenOrders

from .requests_service import RequestsService, cut, paths
from .waiting import Caught, run_for, wait_until

ZONE = box(3.7, 43.5, 3.9, 43.7)
PLACE = "/stapi/products/pleiades-programming/orders"


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    """Do not wait as long as with a person, and use a profile of the test's own."""
    monkeypatch.setattr(drafting, "WRITE_PAUSE_MS", 20)
    monkeypatch.setattr(drafting, "ACCOUNT_PAUSE_MS", 60)
    monkeypatch.setattr(sending, "AGAIN_MS", 200)
    monkeypatch.setattr(sending, "PAUSES_S", (0.05, 0.05))
    monkeypatch.setattr(drafting, "DraftStore", lambda: DraftStore(tmp_path / "drafts"))
    monkeypatch.setattr(
        "dinamis_plugin.controllers.orders.SeenOrders", lambda: SeenOrders(tmp_path / "seen.json")
    )


@pytest.fixture
def service(scripted):
    return RequestsService(scripted)


@pytest.fixture
def here(service, quick, signed_in):
    """Controllers signed in to that service, at rest."""
    wait_until(lambda: not signed_in.runner.busy)
    return signed_in


def session_again(controllers, scripted):
    """What a restart of QGIS makes of the same profile."""
    controllers.shutdown()
    made = Controllers(open_url=lambda _url: True)
    made.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    made.session.sign_in()
    wait_until(lambda: made.session.state is SessionState.SIGNED_IN and not made.runner.busy)
    return made


def draft(**changes):
    values = {"max_cloud": 10, "parameters": {"project_id": "2026-001-SCI"}, **changes}
    return OrderDraft("pleiades-programming", ZONE, **values)


# Drafts


def test_a_draft_is_on_the_disk_at_once_and_in_the_account_soon(here, service, tmp_path):
    one = draft()
    here.drafts.keep(one, "Étang", ({"id": "s"},))
    wait_until(lambda: here.drafts.is_written(one.idempotency_key))
    path = tmp_path / "drafts" / f"{one.idempotency_key}.json"
    assert json.loads(path.read_text("utf-8"))["scenes"] == [{"id": "s"}]
    wait_until(lambda: one.idempotency_key in service.drafts)
    wait_until(lambda: here.drafts.get(one.idempotency_key).saved)
    here.drafts.keep(one.changed(max_cloud=4), "Étang")
    wait_until(lambda: "4" in str(service.drafts[one.idempotency_key]["content"]["filter"]))
    assert here.drafts.get(one.idempotency_key).scenes == ({"id": "s"},)


def test_many_changes_are_written_together(here, scripted):
    one = draft()
    for cloud in range(50):
        here.drafts.keep(one.changed(max_cloud=cloud), "Étang")
    wait_until(lambda: here.drafts.get(one.idempotency_key).saved)
    assert len(paths(scripted, r"(POST|PUT) /api/drafts.*")) <= 2


def test_drafts_come_back_after_a_restart_and_belong_to_who_made_them(here, scripted, service, tmp_path):
    one = draft()
    here.drafts.keep(one, "Étang")
    wait_until(lambda: here.drafts.get(one.idempotency_key).saved)
    DraftStore(tmp_path / "drafts").put(
        KeptDraft("other", "spot-programming", "x", {}, here.drafts.drafts[0].changed, owner="somebody")
    )
    again = session_again(here, scripted)
    wait_until(lambda: again.drafts.drafts)
    assert [kept.id for kept in again.drafts.drafts] == [one.idempotency_key]
    assert again.drafts.drafts[0].draft.geometry.equals(ZONE)
    again.session.sign_out()
    assert again.drafts.drafts == []
    again.shutdown()


def test_what_was_typed_last_is_written_when_qgis_ends(here, tmp_path):
    here.drafts.keep(draft(), "Étang")
    here.shutdown()
    assert len(list((tmp_path / "drafts").glob("*.json"))) == 1


def test_a_draft_made_elsewhere_comes_and_one_sent_elsewhere_goes(here, service):
    one = draft()
    service.put_draft({"id": one.idempotency_key, "product_id": one.product_id, "title": "x", "content": {}})
    here.drafts.sync()
    wait_until(lambda: here.drafts.get(one.idempotency_key) is not None)
    service.drafts.clear()
    here.drafts.sync()
    wait_until(lambda: here.drafts.get(one.idempotency_key) is None)


def test_a_draft_changed_in_both_places_is_there_twice(here, service):
    one = draft()
    here.drafts.keep(one, "Étang")
    wait_until(lambda: here.drafts.get(one.idempotency_key).saved)
    there = dict(service.drafts[one.idempotency_key])
    service.put_draft({**there, "content": {"order_parameters": {"comment": "there"}}})
    here.drafts.keep(one.changed(max_cloud=3), "Étang")
    wait_until(lambda: len(here.drafts.drafts) == 2 and all(kept.saved for kept in here.drafts.drafts))
    comments = {str(kept.draft.parameters.get("comment")) for kept in here.drafts.drafts}
    assert comments == {"None", "there"}
    assert here.drafts.get(one.idempotency_key).draft.max_cloud == 3


def test_a_draft_deleted_offline_is_forgotten_in_the_account_later(here, service, scripted):
    one = draft()
    here.drafts.keep(one, "Étang")
    wait_until(lambda: here.drafts.get(one.idempotency_key).saved)
    scripted.down.add("/api/drafts")
    scripted.server.routes.pop("/api/drafts")
    here.drafts.delete(one.idempotency_key)
    assert here.drafts.drafts == []
    wait_until(lambda: not here.runner.busy)
    scripted.down.clear()
    scripted.server.routes["/api/drafts"] = service._drafts
    again = session_again(here, scripted)
    wait_until(lambda: not service.drafts)
    assert again.drafts.drafts == []
    again.shutdown()


def test_a_service_without_drafts_leaves_them_in_the_profile(here, scripted):
    scripted.server.routes["/api/drafts"] = lambda *_: (404, {"code": "not-found", "detail": "no"})
    failed = Caught(here.drafts.failed)
    one = draft()
    here.drafts.keep(one, "Étang")
    wait_until(lambda: here.drafts.is_written(one.idempotency_key))
    run_for(0.3)
    assert [kept.id for kept in here.drafts.drafts] == [one.idempotency_key]
    assert failed.values == []


def test_a_draft_that_the_account_refuses_stays_and_says_why(here, scripted):
    problem = {"code": "conflict", "detail": "Cent brouillons au plus."}
    scripted.server.routes["/api/drafts"] = lambda request, _h: (
        (200, {"drafts": []}) if request.method == "GET" else (409, problem)
    )
    failed = Caught(here.drafts.failed)
    one = draft()
    here.drafts.keep(one, "Étang")
    assert "Cent brouillons" in failed.wait().text
    assert here.drafts.get(one.idempotency_key) is not None


def test_a_broken_file_is_put_aside_and_the_others_are_read(tmp_path):
    store = DraftStore(tmp_path / "d")
    kept = KeptDraft("a", "spot-programming", "x", {}, Order.from_stapi(_feature()).created, owner="me")
    store.put(kept)
    (tmp_path / "d" / "b.json").write_text("{", "utf-8")
    assert store.all("me") == [kept]
    assert (tmp_path / "d" / "b.json.broken").exists()
    store.put(replace(kept, id="../../x"))
    assert sorted(path.name for path in tmp_path.rglob("*.json")) == ["a.json"]


def _feature():
    return {"id": "x", "properties": {"created": "2026-11-01T10:00:00Z"}}


# Sending


def test_an_order_takes_its_draft_along(here, service):
    one = draft()
    here.drafts.keep(one, "Étang")
    wait_until(lambda: here.drafts.get(one.idempotency_key).saved)
    settled = Caught(here.submissions.settled)
    here.submissions.submit(one, "Étang")
    key, order = settled.wait()
    assert key == one.idempotency_key
    assert here.drafts.drafts == []
    assert service.drafts == {}
    assert here.orders.order(order.id) is not None


def test_a_lost_answer_ends_with_one_order_and_who_sent_it_knows_it(here, service):
    service.break_orders = cut
    unanswered, settled = Caught(here.submissions.unanswered), Caught(here.submissions.settled)
    one = draft()
    assert here.submissions.submit(one, "Étang")
    unanswered.wait()
    assert here.drafts.keep(one.changed(max_cloud=1), "Étang").draft.max_cloud == 10  # as it was sent
    service.break_orders = None
    settled.wait()
    assert len(service.orders) == 1
    assert service.posts > 1
    assert here.drafts.drafts == []


def test_a_sending_that_qgis_did_not_survive_is_settled_after_the_restart(here, service, scripted):
    service.break_orders = cut
    unanswered = Caught(here.submissions.unanswered)
    one = draft()
    here.submissions.submit(one, "Étang")
    unanswered.wait()
    here.submissions._again.stop()
    service.break_orders = None
    again = session_again(here, scripted)
    wait_until(lambda: again.orders.orders)
    wait_until(lambda: not again.drafts.drafts)
    assert len(service.orders) == 1
    again.shutdown()


@pytest.mark.parametrize("status", [401, 403, 404, 429])
def test_who_is_turned_away_after_a_lost_answer_still_does_not_know(here, service, status):
    """The first attempt arrived: a later one that is not even looked at proves nothing."""
    here.submissions._again.setInterval(60_000)
    service.break_orders = cut
    unanswered, refused = Caught(here.submissions.unanswered), Caught(here.submissions.refused)
    one = draft()
    here.submissions.submit(one, "Étang")
    unanswered.wait()
    service.break_orders = lambda *_: (status, {"code": "x", "detail": "no"})
    here.submissions.settle()
    unanswered.wait(2)
    assert refused.values == []
    assert here.drafts.store.get(one.idempotency_key).sending is not None


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("geometry", "La surface de la zone est nulle."),
        ("geometry", "La zone se croise elle-même."),
        ("geometry", "La zone ne touche pas les emprises des scènes."),
        ("datetime", "La fenêtre est passée."),
        ("pixel_coding", "8 bits seulement."),
        ("project_id", "Ce projet n'est pas le vôtre."),
        ("project_id", "Ce projet est clos."),
    ],
)
def test_what_the_service_refuses_comes_with_its_reason_and_the_draft_is_kept(here, service, field, said):
    problem = {"code": "invalid", "detail": said, "errors": [{"field": field, "message": said}]}
    service.refuses = (422, problem)
    refused = Caught(here.submissions.refused)
    one = draft()
    here.submissions.submit(one, "Étang")
    key, notice = refused.wait()
    assert key == one.idempotency_key
    assert said in notice.text
    assert dict(notice.fields) == {field: said}
    kept = here.drafts.store.get(key)
    assert kept.sending is None
    assert kept.draft.to_stapi() == one.to_stapi()
    service.refuses = None
    settled = Caught(here.submissions.settled)
    here.submissions.submit(one.changed(max_cloud=2), "Étang")  # mended, under the same key
    settled.wait()
    assert len(service.orders) == 1


def test_signed_out_nothing_is_sent(connected, service):
    refused = Caught(connected.submissions.refused)
    assert not connected.submissions.submit(draft(), "Étang")
    assert refused.values
    assert service.posts == 0


# The list


def test_a_list_that_did_not_change_is_not_sent_again(here, service, scripted):
    service.order(1)
    changed = Caught(here.orders.changed)
    here.orders.refresh()
    changed.wait()
    reading = Caught(here.orders.reading)
    here.orders.refresh()
    wait_until(lambda: reading.values == [True, False])
    assert len(changed.values) == 1
    last = [one for one in scripted.server.requests if one.path == "/stapi/orders"][-1]
    assert last.headers["If-None-Match"] == f'"{service.version}"'


def test_the_list_is_looked_at_in_the_background_longer_while_nobody_sees_it(here, service, scripted):
    here.settings.requests_refresh_s = 60
    assert here.orders.pause_ms == 60_000
    here.orders.is_hidden = lambda: True
    assert here.orders.pause_ms == 60_000 * HIDDEN_FACTOR
    changed = Caught(here.orders.changed)
    service.order(1)
    here.orders._clock.start(10)
    assert changed.wait()[0].state is OrderState.SUBMITTED
    assert here.orders._clock.remainingTime() > 60_000


def test_signed_out_nobody_asks(here, scripted):
    here.session.sign_out()
    assert not here.orders._clock.isActive()
    asked = len(paths(scripted, "GET /stapi/orders"))
    here.orders._poll()
    run_for(0.1)
    assert len(paths(scripted, "GET /stapi/orders")) == asked
    assert here.orders.orders == []


def test_faults_in_the_background_are_quiet_and_leave_the_list(here, service, scripted):
    service.order(1)
    here.orders.refresh()
    wait_until(lambda: here.orders.orders)
    scripted.server.routes["/stapi/orders"] = lambda *_: (500, {"detail": "x"})
    failed = Caught(here.orders.failed)
    here.orders._poll()
    wait_until(lambda: not here.runner.busy)
    assert failed.values == []
    assert len(here.orders.orders) == 1
    here.orders.refresh()
    failed.wait()


def test_a_change_by_somebody_else_is_told_once_also_after_a_restart(here, service, scripted):
    service.order(1)
    here.orders.refresh()
    wait_until(lambda: here.orders.orders)
    news = Caught(here.orders.news)
    service.order(1, "arbitration")
    here.orders._poll()
    [found] = news.wait()
    assert (found.before, found.order.state) == (OrderState.SUBMITTED, OrderState.ARBITRATION)
    service.order(1, "delivered")
    here.shutdown()
    again = Controllers(open_url=lambda _url: True)
    told = Caught(again.orders.news)
    again.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    again.session.sign_in()
    [found] = told.wait()
    assert (found.before, found.order.state) == (OrderState.ARBITRATION, OrderState.DELIVERED)
    again.orders._poll()
    wait_until(lambda: not again.runner.busy)
    assert len(told.values) == 1
    again.shutdown()


def test_what_one_does_oneself_is_no_news(here, service):
    service.order(1)
    here.orders.refresh()
    wait_until(lambda: here.orders.orders)
    news = Caught(here.orders.news)
    here.order_page.cancel(here.orders.orders[0])
    wait_until(lambda: here.orders.orders[0].state is OrderState.CANCELLED)
    here.orders._poll()
    wait_until(lambda: not here.runner.busy)
    assert news.values == []


# One request


def test_a_message_whose_answer_was_lost_is_there_once(here, service, scripted, tmp_path):
    order = Order.from_stapi(service.order(1))
    note = tmp_path / "note.csv"
    note.write_text("a;b", "utf-8")
    thread, lose = f"/api/orders/{order.id}/messages", [True]

    def once(request, handler):
        answer = service._thread(request, handler)
        return cut(request, handler) if request.method == "POST" and lose and lose.pop() else answer

    scripted.server.routes[thread] = once
    sent, details = Caught(here.order_page.sent), Caught(here.order_page.details)
    here.order_page.send_message(order.id, MessageDraft("Bonjour", (str(note),), "key-1"))
    sent.wait()
    [message] = details.wait().messages
    [file] = message.attachments
    assert (message.text, file.name, file.size) == ("Bonjour", "note.csv", 3)
    assert len(paths(scripted, f"POST {thread}")) == 2


def test_a_file_of_a_false_type_is_refused_with_its_reason(here, service, tmp_path):
    order = Order.from_stapi(service.order(1))
    false = tmp_path / "refused.pdf"
    false.write_text("no pdf", "utf-8")
    refused = Caught(here.order_page.not_sent)
    here.order_page.send_message(order.id, MessageDraft("Bonjour", (str(false),), "key-2"))
    assert dict(refused.wait().fields) == {"files": "Ce n'est pas un PDF."}
    large = tmp_path / "large.zip"
    with large.open("wb") as file:
        file.truncate(30_000_000)
    here.order_page.send_message(order.id, MessageDraft("Bonjour", (str(large),), "key-3"))
    assert dict(refused.wait(2).fields) == {"files": "file_size"}


def test_the_list_is_saved_as_a_table(here, service, tmp_path):
    saved, failed = Caught(here.order_page.saved), Caught(here.order_page.failed)
    here.order_page.save_table(str(tmp_path / "demandes.csv"))
    saved.wait()
    assert (tmp_path / "demandes.csv").read_text("utf-8-sig").startswith("id;")
    here.order_page.save_table(str(tmp_path / "nowhere" / "demandes.csv"))
    failed.wait()


def test_a_service_without_messages_is_said_to_have_none(here, service, scripted):
    order = Order.from_stapi(service.order(1))
    scripted.server.routes.pop(f"/api/orders/{order.id}/messages")
    details = Caught(here.order_page.details)
    here.order_page.open(order.id)
    assert details.wait().messages is None


def test_the_window_never_waits_for_requests(here, service, scripted):
    """Keeping and sending a very detailed zone takes no time of the thread that draws."""
    detailed = ZONE.buffer(0.1, 2000)
    one = draft().changed(geometry=detailed)
    here.drafts.keep(one, "Étang")
    began = time.perf_counter()
    for cloud in range(20):
        here.drafts.keep(one.changed(max_cloud=cloud), "Étang")
    assert (time.perf_counter() - began) / 20 < 0.1
