"""What was acknowledged survives a restart, also a brutal one."""

from __future__ import annotations

import signal
import socket
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from processes import ServiceProcess
from running import SignedIn, sign_in
from sqlalchemy import func, select
from stored import put_item

from dinamis_service.app import create_context
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.settings import Settings
from dinamis_service.signing.tables import SignatureBatch

TOKEN = f"{REALM_PATH}/protocol/openid-connect/token"
PROJECT = {
    "title": "Trait de côte",
    "themes": ["Littoral"],
    "end_date": "2099-12-31",
    "description": "Suivi du trait de côte",
    "objectives": "Mesurer",
    "methodology": "Comparer",
    "expected_results": "Des cartes",
    "publications": "",
}
ZONE = {"type": "Polygon", "coordinates": [[[3.7, 43.5], [4, 43.5], [4, 43.7], [3.7, 43.7], [3.7, 43.5]]]}


@pytest.fixture
def service(settings: Settings) -> Iterator[ServiceProcess]:
    """A service that keeps its port, which is part of every signature and token."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    service = ServiceProcess(settings.data_dir, port)
    yield service
    if service.process is not None and service.process.poll() is None:
        service.end(signal.SIGKILL)


@pytest.fixture
def person(settings: Settings, service: ServiceProcess) -> SignedIn:
    """Someone signed in to the service that is about to start, where an image waits."""
    context = create_context(settings)
    try:
        put_item(context, "DS_1")
        return sign_in(context, base=f"http://127.0.0.1:{service.port}")
    finally:
        context.catalogue.close()
        context.database.close()


def order_body(project_id: str) -> dict[str, Any]:
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=30)
    return {
        "datetime": f"{start.isoformat()}/{(start + timedelta(days=30)).isoformat()}",
        "geometry": ZONE,
        "order_parameters": {"project_id": project_id},
    }


def journal_length(settings: Settings) -> int:
    context = create_context(settings)
    try:
        with context.database.session() as session:
            return session.scalar(select(func.count()).select_from(SignatureBatch)) or 0
    finally:
        context.catalogue.close()
        context.database.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_restart_loses_nothing(
    service: ServiceProcess, person: SignedIn, settings: Settings, number: signal.Signals
) -> None:
    url = service.start()
    with httpx.Client(base_url=url, headers=person.headers, timeout=20) as http:
        project = http.post("/api/projects", json=PROJECT).raise_for_status().json()
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        body = order_body(project["id"])
        path = "/stapi/products/pleiades-programming/orders"
        made = http.post(path, json=body, headers=headers)
        assert made.status_code == 201, made.text
        image = f"{url}/objects/pleiades/DS_1/pan.tif"
        signed = http.post("/sign_urls", json={"urls": [image]}).raise_for_status().json()["hrefs"][image]
        key = http.get("/create_api_key", params={"description": "before"}).raise_for_status().json()
        pages = ("/api/me", "/api/projects", "/stapi/orders", "/api/quotas")
        before = {page: http.get(page).json() for page in pages}
    code, output = service.end(number)
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0), output
    assert "Traceback" not in output
    assert journal_length(settings) == 1

    assert service.start() == url
    with httpx.Client(base_url=url, timeout=20) as http:
        assert httpx.get(signed, timeout=20).content.startswith(b"pan.tif")
        for way in (person.headers, key):
            assert {page: http.get(page, headers=way).json() for page in pages} == before
        again = http.post(path, json=body, headers=headers | person.headers)
        assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])


def test_the_ready_file_goes_when_the_service_stops(service: ServiceProcess, settings: Settings) -> None:
    service.start()
    ready = settings.data_dir.parent / "ready.json"
    assert ready.exists()
    code, output = service.end(signal.SIGINT)
    assert (code, "Traceback" in output) == (0, False), output
    assert not ready.exists()


def test_a_port_that_is_taken_is_said_in_one_line(service: ServiceProcess) -> None:
    taken = closing(socket.create_server(("127.0.0.1", service.port)))
    with taken, pytest.raises(AssertionError) as refusal:
        service.start()
    assert "Traceback" not in str(refusal.value)
    assert "Address already in use" in str(refusal.value)
