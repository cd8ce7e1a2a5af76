"""Drafts, sendings and the follow-up of requests on the real service: cables pulled, QGIS killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from datetime import datetime, timedelta, timezone

import pytest
from shapely.geometry import box

from dinamis_plugin.controllers import drafts as drafting
from dinamis_plugin.controllers import submissions as sending
from dinamis_plugin.domain.follow_up import MessageDraft
from dinamis_plugin.domain.order import OrderState
from dinamis_plugin.domain.order_draft import OrderDraft

from .conftest import ROOT, member
from .local_proxy import LocalProxy, qgis_uses
from .people_support import scientific_draft
from .waiting import Caught, run_for, wait_until

PATIENCE_S = 30


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Do not wait as long as with a person."""
    monkeypatch.setattr(drafting, "ACCOUNT_PAUSE_MS", 50)
    monkeypatch.setattr(sending, "AGAIN_MS", 300)
    monkeypatch.setattr(sending, "PAUSES_S", (0.1, 0.1))


def project_of(controllers):
    """A project of the person."""
    created = Caught(controllers.projects.created)
    controllers.projects.create(scientific_draft(title="Littoral"), str(uuid.uuid4()))
    return created.wait(1, PATIENCE_S)


def programming(project, **changes):
    today = datetime.now(timezone.utc).date()
    values = {
        "product_id": "pleiades-programming",
        "geometry": box(3.7, 43.5, 3.9, 43.7),
        "start": today + timedelta(days=10),
        "end": today + timedelta(days=60),
        "max_cloud": 10,
        "max_incidence": 30,
        "parameters": {"project_id": project.id, "purpose": "Essai"},
    }
    return OrderDraft(**{**values, **changes})


def orders_of(controllers):
    """The requests as the service has them now."""
    changed = Caught(controllers.orders.changed, controllers.orders.failed)
    controllers.orders._tag = ""
    controllers.orders.refresh()
    return changed.wait(1, PATIENCE_S)


@pytest.fixture
def here(controllers, sign_in_live):
    """Controllers signed in to the real service."""
    sign_in_live(controllers)
    wait_until(lambda: not controllers.runner.busy, PATIENCE_S)
    return controllers


def test_a_draft_is_in_the_account_and_gone_once_it_is_sent(here):
    draft = programming(project_of(here))
    here.drafts.keep(draft, "Brouillon", ())
    wait_until(lambda: here.drafts.get(draft.idempotency_key).saved, PATIENCE_S)
    changed = draft.changed(max_cloud=5)
    here.drafts.keep(changed, "Brouillon", ())
    wait_until(lambda: here.drafts.get(draft.idempotency_key).saved, PATIENCE_S)
    client = here.session.service.drafts
    there = Caught()
    here.runner.run("", lambda _c: client.all(here.drafts.owner), there.values.append)
    wait_until(lambda: there.values, PATIENCE_S)
    [kept] = [one for one in there.values[0] if one.id == draft.idempotency_key]
    assert kept.draft.max_cloud == 5
    assert kept.draft.geometry.equals(draft.geometry)
    settled = Caught(here.submissions.settled)
    assert here.submissions.submit(changed)
    key, order = settled.wait(1, PATIENCE_S)
    assert key == draft.idempotency_key
    assert order.state is OrderState.SUBMITTED
    here.runner.run("", lambda _c: client.all(here.drafts.owner), there.values.append)
    wait_until(lambda: len(there.values) == 2, PATIENCE_S)
    assert key not in [one.id for one in there.values[1]]
    assert here.drafts.get(key) is None


def test_a_draft_deleted_here_is_gone_in_the_account(here):
    draft = programming(project_of(here))
    here.drafts.keep(draft, "Brouillon", ())
    wait_until(lambda: here.drafts.get(draft.idempotency_key).saved, PATIENCE_S)
    here.drafts.delete(draft.idempotency_key)
    client, there = here.session.service.drafts, []
    assert draft.idempotency_key not in [one.id for one in here.drafts.drafts]
    wait_until(lambda: here.drafts.get(draft.idempotency_key) is None, PATIENCE_S)
    here.runner.run("", lambda _c: client.all(here.drafts.owner), there.append)
    wait_until(lambda: there, PATIENCE_S)
    assert draft.idempotency_key not in [one.id for one in there[0]]


def test_a_cable_pulled_after_sending_ends_with_exactly_one_request(here):
    """The answer is lost on the way, attempt after attempt; then the cable is put back."""
    project = project_of(here)
    before = len(orders_of(here))
    unanswered, settled = Caught(here.submissions.unanswered), Caught(here.submissions.settled)
    with LocalProxy() as proxy, qgis_uses(proxy):
        proxy.cut = "/pleiades-programming/orders"
        draft = programming(project)
        assert here.submissions.submit(draft, "Demande")
        key, _notice = unanswered.wait(1, PATIENCE_S)
        assert here.drafts.get(key).sending is not None
        assert proxy.lost >= 1
        assert not settled.values
        proxy.cut = ""
        _key, order = settled.wait(1, PATIENCE_S)
        assert here.drafts.get(key) is None
        assert here.orders.order(order.id) is not None
    orders = orders_of(here)
    assert len(orders) == before + 1
    assert [one.id for one in orders].count(order.id) == 1


CHILD = """
import json, os, signal, sys
from qgis.core import QgsApplication
application = QgsApplication([], True)
application.initQgis()
from dinamis_plugin.controllers import submissions as sending
from dinamis_plugin.controllers.app import Controllers
from dinamis_plugin.domain.order_draft import OrderDraft
from tests.plugin.conftest import sign_in_at
from tests.plugin.local_proxy import LocalProxy, lead_through
from tests.plugin.waiting import Caught, run_for, wait_until
from datetime import date, timedelta
from shapely.geometry import box

told = json.loads(sys.argv[1])


class Service:
    url, accounts = told["url"], {"member": told["account"]}


controllers = Controllers(open_url=lambda _url: True)
sign_in_at(Service, controllers, told["account"])
wait_until(lambda: not controllers.runner.busy, 60)
today = date.today()
draft = OrderDraft("pleiades-programming", box(3.7, 43.5, 3.9, 43.7), start=today + timedelta(days=10),
    end=today + timedelta(days=60), max_cloud=10, max_incidence=30,
    parameters={"project_id": told["project"], "purpose": "Essai"}, idempotency_key=told["key"])
if told["act"] == "draft":
    controllers.drafts.keep(draft, "Brouillon", ())
    wait_until(lambda: controllers.drafts.is_written(told["key"]), 20)
    os.kill(os.getpid(), signal.SIGKILL)
if told["act"] == "send":
    with LocalProxy() as proxy:
        lead_through(proxy)
        proxy.cut = "/pleiades-programming/orders"
        proxy.on_lost = lambda: os.kill(os.getpid(), signal.SIGKILL)
        controllers.submissions.submit(draft, "Demande")
        run_for(30)
kept = [one.id for one in controllers.drafts.drafts]
listed = Caught(controllers.orders.changed)
if told["act"] == "settle":
    wait_until(lambda: controllers.drafts.get(told["key"]) is None and controllers.orders.orders, 60)
run_for(0.5)
print(json.dumps({"drafts": [one.id for one in controllers.drafts.drafts], "at_start": kept,
    "orders": [one.id for one in controllers.orders.orders]}), flush=True)
controllers.drafts.write_now()
os._exit(0)
"""


def run_child(service, profile, **told):
    """One session of QGIS in a profile."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "unit")]),
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "QGIS_AUTH_DB_DIR_PATH": str(profile),
    }
    told = {"url": service.url, "account": member(service), **told}
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, json.dumps(told)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    if told["act"] in ("draft", "send"):
        assert ended.returncode == -signal.SIGKILL, ended.stdout[-2000:] + ended.stderr[-3000:]
        return None
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.long
def test_qgis_killed_while_a_draft_is_filled_in_has_it_at_the_next_start(here, live, tmp_path):
    key = str(uuid.uuid4())
    project = project_of(here).id
    run_child(live, tmp_path, act="draft", key=key, project=project)
    told = run_child(live, tmp_path, act="look", key=key, project=project)
    assert key in told["drafts"]


@pytest.mark.long
def test_qgis_killed_before_the_answer_knows_its_one_request_after_the_restart(here, live, tmp_path):
    key = str(uuid.uuid4())
    project = project_of(here).id
    before = {order.id for order in orders_of(here)}
    run_child(live, tmp_path, act="send", key=key, project=project)
    told = run_child(live, tmp_path, act="settle", key=key, project=project)
    assert key not in told["drafts"]
    made = {order.id for order in orders_of(here)} - before
    assert len(made) == 1
    assert made <= set(told["orders"])


def test_states_messages_and_a_cancellation_are_followed(here, tmp_path):
    draft = programming(project_of(here))
    settled = Caught(here.submissions.settled)
    here.submissions.submit(draft, "Demande")
    _key, order = settled.wait(1, PATIENCE_S)
    assert order.requester.email
    assert order.zone_id
    assert order.task.text
    assert order.assessment is not None
    assert order.assessment.area_km2 == order.area_km2
    details = Caught(here.order_page.details)
    failed = Caught(here.order_page.failed, here.order_page.not_sent, here.order_page.details_failed)
    note = tmp_path / "note.txt"
    note.write_text("Bonjour", "utf-8")
    here.order_page.send_message(order.id, MessageDraft("Une question", (str(note),), str(uuid.uuid4())))
    wait_until(lambda: details.values or failed.values, PATIENCE_S)
    assert failed.values == []
    shown = details.values[0]
    assert [change.state for change in shown.history] == [OrderState.SUBMITTED]
    [message] = shown.messages
    assert (message.text, message.own, message.attachments[0].name) == ("Une question", True, "note.txt")
    saved = Caught(here.order_page.saved)
    target = tmp_path / "back.txt"
    here.order_page.save_attachment(order.id, message.attachments[0], str(target))
    saved.wait(1, PATIENCE_S)
    assert target.read_text("utf-8") == "Bonjour"
    table = tmp_path / "demandes.csv"
    here.order_page.save_table(str(table))
    saved.wait(2, PATIENCE_S)
    assert order.id in table.read_text("utf-8-sig")
    here.order_page.cancel(shown.order)
    wait_until(lambda: here.orders.order(order.id).state is OrderState.CANCELLED, PATIENCE_S)
    assert failed.values == []


def test_what_an_operator_decides_is_told_once(here, live):
    if not hasattr(live, "run"):
        pytest.skip("the commands of a service that was handed in cannot be run")
    settled, news = Caught(here.submissions.settled), Caught(here.orders.news)
    here.submissions.submit(programming(project_of(here)), "Demande")
    _key, order = settled.wait(1, PATIENCE_S)
    orders_of(here)
    live.run("operator", "refuse", order.id, "--reason", "Zone hors du mandat.")
    here.orders._poll()
    [found] = news.wait(1, PATIENCE_S)
    assert (found.order.id, found.order.state) == (order.id, OrderState.REJECTED)
    assert found.order.reason == "Zone hors du mandat."
    here.orders._poll()
    run_for(1)
    assert len(news.values) == 1
