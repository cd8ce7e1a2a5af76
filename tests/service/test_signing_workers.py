"""Signing by several processes: one journal, one pace for each caller."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from processes import ServiceProcess
from running import sign_in
from sqlalchemy import select
from stored import put_item

from dinamis_service.app import create_context
from dinamis_service.settings import Settings
from dinamis_service.signing.tables import SignatureBatch

LIMIT = 40


@pytest.fixture
def service(settings: Settings) -> Iterator[ServiceProcess]:
    service = ServiceProcess(settings.data_dir, workers=2, DINAMIS_SIGN_RATE_MAX=str(LIMIT))
    yield service
    if service.process is not None and service.process.poll() is None:
        service.end(signal.SIGTERM)


def test_the_limit_of_a_caller_holds_whichever_process_answers(
    service: ServiceProcess, settings: Settings
) -> None:
    url = service.start()
    context = create_context(settings)
    put_item(context, "a")
    person = sign_in(context, base=url)
    body = {"urls": [f"{url}/objects/pleiades/a/pan.tif?n={number}" for number in range(4)]}

    def call(_number: int) -> httpx.Response:
        return httpx.post(
            f"{url}/sign_urls", json=body, headers=person.headers, timeout=30
        )  # a connection each

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(40)))
    with context.database.reading() as session:
        batches = session.scalars(select(SignatureBatch)).all()
    context.catalogue.close()
    context.database.close()
    accepted = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(accepted) + len(refused) == len(answers)
    assert sum(len(batch.objects[0]["keys"]) for batch in batches) == 4 * len(accepted)
    # 40 URLs at once, and what flows back meanwhile: one URL in a second and a half
    assert LIMIT <= 4 * len(accepted) <= LIMIT + 20
    assert all(1 <= int(answer.headers["Retry-After"]) <= 6 for answer in refused)
    code, output = service.end(signal.SIGTERM)
    assert (code, "Traceback" in output, "locked" in output) == (0, False, False), output
