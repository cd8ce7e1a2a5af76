"""Several processes answer on one address, on one state and one catalogue."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from catalogue_model import make_item
from processes import ServiceProcess, children

from dinamis_service.app import create_context
from dinamis_service.settings import Settings


@pytest.fixture
def service(settings: Settings) -> Iterator[ServiceProcess]:
    service = ServiceProcess(settings.data_dir, workers=2)
    yield service
    if service.process is not None and service.process.poll() is None:
        service.end(signal.SIGTERM)


def wait_until_gone(processes: list[int]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{process}").exists() for process in processes):
            return True
        time.sleep(0.1)
    return False


def test_what_one_process_is_told_the_others_know(service: ServiceProcess, settings: Settings) -> None:
    url = service.start()
    assert service.process is not None
    assert len(children(service.process.pid)) == 2
    context = create_context(settings)
    for number in range(20):
        context.catalogue.upsert([make_item(number)])
        told = httpx.get(f"{url}/stac/search", timeout=20).raise_for_status().json()  # a connection each
        assert told["numberMatched"] == number + 1
    context.catalogue.close()
    context.database.close()
    code, output = service.end(signal.SIGTERM)
    assert (code, "Traceback" in output) == (0, False), output


def test_a_process_that_dies_is_replaced(service: ServiceProcess) -> None:
    url = service.start()
    assert service.process is not None
    first, _ = children(service.process.pid)
    os.kill(first, signal.SIGKILL)
    assert wait_until_gone([first])
    deadline = time.monotonic() + 20
    while len(children(service.process.pid)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    httpx.get(f"{url}/stac/search", timeout=20).raise_for_status()


def test_none_stays_when_the_first_process_is_killed(service: ServiceProcess) -> None:
    service.start()
    assert service.process is not None
    answering = children(service.process.pid)
    service.process.send_signal(signal.SIGKILL)
    assert wait_until_gone(answering)
    service.process.communicate()
