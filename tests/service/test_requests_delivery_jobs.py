"""Deliveries that go on when nobody waits for them: kept, resumed after a kill, failed without a loss."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from browsing import Operator
from deliveries import PHR_P, SPOT6_PMS, deliver_v2, image
from fastapi import FastAPI
from fastapi.testclient import TestClient
from requesters import Requester
from running import SignedIn
from sqlalchemy import delete
from test_requests_delivery import zipped
from test_web_operator import decide, page_of, state

from dinamis_service.app import create_context
from dinamis_service.context import Context
from dinamis_service.errors import ConflictError
from dinamis_service.identity.tables import AccountRole
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.deliverer import MAX_TRIES, Deliverer
from dinamis_service.requests.delivery_jobs import FAILED, WAITING, DeliveryJobs, Job, Progress
from dinamis_service.settings import Settings

SignIn = Callable[..., SignedIn]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "drop").mkdir()
    return Settings(data_dir=tmp_path / "data", drop_dir=tmp_path / "drop")


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """The service without its threads: what waits stays until `look`."""
    return TestClient(app)


@pytest.fixture
def requester(client: TestClient, signed_in: SignIn) -> Requester:
    return Requester(client, signed_in())


@pytest.fixture
def person(signed_in: SignIn) -> SignedIn:
    return signed_in("operator")


@pytest.fixture
def jobs(context: Context) -> DeliveryJobs:
    return DeliveryJobs(context.settings.data_dir)


@pytest.fixture
def operator(client: TestClient, person: SignedIn, monkeypatch: pytest.MonkeyPatch) -> Operator:
    monkeypatch.setattr("dinamis_service.web.operator.delivery.SOON_S", 0.2)
    return Operator(client, person)


def accepted(requester: Requester, operator: Operator) -> str:
    order_id = str(requester.submit()["id"])
    decide(operator, order_id, "accept")
    return order_id


def dropped(context: Context, name: str = "DS") -> None:
    assert context.settings.drop_dir is not None
    deliver_v2(context.settings.drop_dir / name, PHR_P)


def refreshes(page: str) -> bool:
    return 'http-equiv="refresh"' in page


def test_the_page_tells_how_a_delivery_goes_on_and_reads_itself_again_meanwhile(
    requester: Requester, operator: Operator, context: Context, jobs: DeliveryJobs
) -> None:
    order_id = accepted(requester, operator)
    dropped(context)
    operator.send(f"{page_of(order_id)}/delivery", folder="DS")
    assert "Delivery running" in operator.page.text
    assert "Opening what was received" in operator.page.text
    assert refreshes(operator.page.text)
    assert operator.said("status") == ""
    assert f'action="{page_of(order_id)}/delivery"' not in operator.page.text
    job = jobs.of(order_id)
    assert job is not None
    jobs.tell(job, Progress(1, 3))
    assert "1 of 3 scene(s) in the catalogue" in operator.open(page_of(order_id))
    assert 'value="1" max="3"' in operator.page.text
    Deliverer(context).look()
    operator.open(f"{page_of(order_id)}?done=deliver")
    assert operator.said("status") == "The delivery is in the catalogue, for every member."
    assert not refreshes(operator.page.text)
    assert state(requester, order_id) == "delivered"
    assert jobs.of(order_id) is None


def test_what_failed_is_told_kept_and_tried_again(
    requester: Requester, operator: Operator, context: Context, jobs: DeliveryJobs, tmp_path: Path
) -> None:
    order_id = accepted(requester, operator)
    deliver_v2(tmp_path / "raw", PHR_P, tiles=1, sensor=True)
    packed = zipped(tmp_path / "raw", tmp_path / "raw").read_bytes()
    delivery = f"{page_of(order_id)}/delivery"
    operator.send(delivery, [("files", ("raw.zip", packed))], reason="With thanks")
    Deliverer(context).look()
    operator.open(page_of(order_id))
    assert "ask for its orthorectification" in operator.said()
    assert "raw.zip" in operator.page.text
    assert not refreshes(operator.page.text)
    assert state(requester, order_id) == "accepted"
    job = jobs.of(order_id)
    assert job is not None
    assert [path.read_bytes() == packed for path in jobs.files(job)] == [True]
    jobs.keep(replace(job, ortho=True, height=100.0))  # as if what was lacking came meanwhile
    operator.send(f"{delivery}/again", act="retry")
    assert "Delivery running" in operator.page.text
    Deliverer(context).look()
    assert state(requester, order_id) == "delivered"
    assert "With thanks" in operator.open(page_of(order_id))


def test_a_delivery_that_failed_can_be_forgotten_or_replaced(
    requester: Requester, operator: Operator, context: Context, jobs: DeliveryJobs
) -> None:
    order_id = accepted(requester, operator)
    assert context.settings.drop_dir is not None
    deliver_v2(context.settings.drop_dir / "spot", SPOT6_PMS)
    delivery = f"{page_of(order_id)}/delivery"
    for _ in range(2):  # the second one takes the place of the first
        operator.send(delivery, folder="spot")
        Deliverer(context).look()
        operator.open(page_of(order_id))
        assert "is a product of SPOT6" in operator.said()
    forged = {**operator.hidden(f"{delivery}/again"), "form_token": "0" * 64, "act": "drop"}
    assert operator.post(f"{delivery}/again", forged).status_code == 403
    assert jobs.of(order_id) is not None
    operator.open(page_of(order_id))
    operator.send(f"{delivery}/again", act="drop")
    assert jobs.of(order_id) is None
    assert operator.said() == ""
    assert f'action="{delivery}"' in operator.page.text


def test_a_second_delivery_waits_for_nothing_and_is_refused(
    requester: Requester, operator: Operator, context: Context, jobs: DeliveryJobs, person: SignedIn
) -> None:
    order_id = accepted(requester, operator)
    dropped(context)
    form = operator.hidden(f"{page_of(order_id)}/delivery")
    operator.send(f"{page_of(order_id)}/delivery", folder="DS")
    again = operator.post(f"{page_of(order_id)}/delivery", {**form, "folder": "DS"})
    assert again.status_code == 409
    assert "under way already" in again.text
    with jobs.alone() as first, jobs.alone() as second:
        assert (first, second) == (True, False)
        Deliverer(context).look()
    assert state(requester, order_id) == "accepted", "another process delivers"


def test_who_is_no_operator_any_more_delivers_nothing(
    requester: Requester, operator: Operator, context: Context, jobs: DeliveryJobs, person: SignedIn
) -> None:
    order_id = accepted(requester, operator)
    dropped(context)
    operator.send(f"{page_of(order_id)}/delivery", folder="DS")
    with context.database.session() as session:
        session.execute(
            delete(AccountRole).where(
                AccountRole.account_id == person.principal.sub, AccountRole.role == "operator"
            )
        )
    Deliverer(context).look()
    job = jobs.of(order_id)
    assert job is not None
    assert job.state == FAILED
    assert state(requester, order_id) == "accepted"


def test_a_delivery_in_which_the_service_always_dies_ends(
    requester: Requester, operator: Operator, context: Context, jobs: DeliveryJobs
) -> None:
    order_id = accepted(requester, operator)
    dropped(context)
    operator.send(f"{page_of(order_id)}/delivery", folder="DS")
    job = jobs.of(order_id)
    assert job is not None
    jobs.keep(replace(job, tries=MAX_TRIES))
    Deliverer(context).look()
    operator.open(page_of(order_id))
    assert "cut short several times" in operator.said()


def test_one_that_was_delivered_just_before_the_kill_is_not_told_as_failed(
    requester: Requester, operator: Operator, context: Context, jobs: DeliveryJobs
) -> None:
    order_id = accepted(requester, operator)
    dropped(context)
    operator.send(f"{page_of(order_id)}/delivery", folder="DS")
    job = jobs.of(order_id)
    assert job is not None
    Deliverer(context).look()
    with jobs.receiving() as folder:
        jobs.add(job, folder, Caller(None, "en"))  # type: ignore[arg-type]
    Deliverer(context).look()
    assert jobs.of(order_id) is None


def make_all(data_dir: Path, drop_dir: Path) -> None:
    """What a process of the service does."""
    Deliverer(create_context(Settings(data_dir=data_dir, drop_dir=drop_dir))).look()


def test_a_delivery_goes_on_after_a_kill(
    requester: Requester, operator: Operator, context: Context, jobs: DeliveryJobs
) -> None:
    order_id = accepted(requester, operator)
    assert context.settings.drop_dir is not None
    deliver_v2(context.settings.drop_dir / "DS", PHR_P, size=(3000, 3000))
    operator.send(f"{page_of(order_id)}/delivery", folder="DS")
    process = multiprocessing.get_context("spawn").Process(
        target=make_all, args=(context.settings.data_dir, context.settings.drop_dir)
    )
    process.start()
    job = jobs.of(order_id)
    assert job is not None
    end = time.monotonic() + 60
    while jobs.progress(job).scenes == 0:
        assert time.monotonic() < end
        time.sleep(0.005)
    with jobs.alone() as alone:
        assert not alone, "it delivers"
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    job = jobs.of(order_id)
    assert job is not None
    assert (job.state, job.tries) == (WAITING, 1)
    assert state(requester, order_id) == "accepted"
    Deliverer(context).look()
    assert state(requester, order_id) == "delivered"
    assert context.catalogue.get("pleiades", order_id) is not None


def test_what_was_being_received_goes_after_a_day(jobs: DeliveryJobs, context: Context) -> None:
    with jobs.receiving() as folder:
        (folder / "half.zip").write_bytes(b"PK")
        jobs.sweep()
        assert folder.exists()
        os.utime(folder.parent, (0, 0))
        jobs.sweep()
        assert not folder.exists()


def test_several_come_in_their_order_and_one_of_a_request_at_a_time(
    jobs: DeliveryJobs, context: Context
) -> None:
    now = context.clock()
    for number, order_id in enumerate(("2026/A 1", "..", "b")):
        with jobs.receiving() as folder:
            image(folder / "pan.tif")
            job = Job(order_id, "x", "fr", now.replace(microsecond=9 - number), files=["pan.tif"])
            jobs.add(job, folder, Caller(None, "fr"))  # type: ignore[arg-type]
        assert jobs.of(order_id) == job
        assert all(path.is_file() for path in jobs.files(job))
    assert [job.order_id for job in jobs.waiting()] == ["b", "..", "2026/A 1"]
    with jobs.receiving() as folder, pytest.raises(ConflictError, match=re.escape("déjà en cours")):
        jobs.add(job, folder, Caller(None, "fr"))  # type: ignore[arg-type]
