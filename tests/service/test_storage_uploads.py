"""Uploads to signed addresses over a real socket: whole or not at all, whatever happens on the way."""

from __future__ import annotations

import logging
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from processes import ServiceProcess
from running import LiveService
from stored import CONTENT, put

from dinamis_service.app import create_context
from dinamis_service.context import Context
from dinamis_service.settings import Settings

KEY = "incoming/a.tif"


def address(context: Context, base: str) -> str:
    return context.objects.presign(f"{base}/objects/{KEY}", "PUT", context.clock(), 600)


def connected(url: str, *headers: str) -> socket.socket:
    """A connection on which the head of the upload was sent."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=10)
    head = [f"PUT {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}", *headers, "", ""]
    connection.sendall("\r\n".join(head).encode())
    return connection


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def stored(context: Context) -> dict[str, bytes]:
    """Every file among the objects, hidden ones too."""
    root = context.settings.objects_root
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def wait_for_the_end(caplog: pytest.LogCaptureFixture) -> None:
    deadline = time.monotonic() + 10
    while not any("a.tif" in line for line in caplog.messages):
        assert time.monotonic() < deadline, "the request does not end"
        time.sleep(0.01)


@pytest.fixture
def context_with_object(live_service: LiveService, caplog: pytest.LogCaptureFixture) -> Context:
    put(live_service.context, KEY, b"the old one")
    caplog.set_level(logging.INFO, "dinamis.access")
    return live_service.context


@pytest.mark.parametrize("headers", [["Content-Length: 1000"], ["Transfer-Encoding: chunked"]])
@pytest.mark.parametrize("end", [socket.socket.close, reset])
def test_a_connection_that_is_cut_changes_nothing(
    live_service: LiveService,
    context_with_object: Context,
    caplog: pytest.LogCaptureFixture,
    headers: list[str],
    end: object,
) -> None:
    connection = connected(address(context_with_object, live_service.url), *headers)
    connection.sendall(b"3\r\nabc\r\n" if "chunked" in headers[0] else b"abc")
    assert callable(end)
    end(connection)
    wait_for_the_end(caplog)
    assert stored(context_with_object) == {KEY: b"the old one"}
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_what_comes_after_the_announced_length_is_not_part_of_the_object(
    live_service: LiveService, context_with_object: Context
) -> None:
    with connected(address(context_with_object, live_service.url), "Content-Length: 3") as connection:
        connection.sendall(b"abcdef\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert stored(context_with_object) == {KEY: b"abc"}


@pytest.mark.parametrize("length", ["-1", "abc", "3, 4"])
def test_a_length_that_is_none_is_refused(
    live_service: LiveService, context_with_object: Context, length: str
) -> None:
    with connected(address(context_with_object, live_service.url), f"Content-Length: {length}") as connection:
        connection.sendall(b"abc")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert stored(context_with_object) == {KEY: b"the old one"}


def test_an_upload_in_chunks_is_stored_when_its_last_one_has_come(
    live_service: LiveService, context_with_object: Context
) -> None:
    def pieces() -> Iterator[bytes]:
        for start in range(0, len(CONTENT), 100_000):
            assert stored(context_with_object)[KEY] == b"the old one"
            yield CONTENT[start : start + 100_000]

    answer = httpx.put(address(context_with_object, live_service.url), content=pieces(), timeout=20)
    assert answer.status_code == 200
    assert stored(context_with_object) == {KEY: CONTENT}


def test_of_two_uploads_at_once_one_stays_whole(
    live_service: LiveService, context_with_object: Context
) -> None:
    bodies = [bytes([number]) * 3_000_000 for number in (1, 2)]
    url = address(context_with_object, live_service.url)
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda b=body: answers.append(httpx.put(url, content=b, timeout=30).status_code)
        )
        for body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200, 200]
    assert list(stored(context_with_object)) == [KEY]
    assert stored(context_with_object)[KEY] in bodies


class TestFullDisk:
    """A store on a file system of one megabyte."""

    @pytest.fixture
    def settings(self, settings: Settings, tmp_path: Path) -> Iterator[Settings]:
        small = tmp_path / "small"
        small.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("a small file system needs the right to mount one")
        yield settings.model_copy(update={"objects_dir": small})
        subprocess.run(["umount", "-l", str(small)], check=True)

    def test_an_upload_without_room_changes_nothing(
        self, live_service: LiveService, context_with_object: Context
    ) -> None:
        url = address(context_with_object, live_service.url)
        answer = httpx.put(url, content=CONTENT * 2, timeout=20, headers={"Accept-Language": "en"})
        assert (answer.status_code, answer.json()["code"]) == (507, "storage-full")
        assert "no room" in answer.json()["detail"]
        assert stored(context_with_object) == {KEY: b"the old one"}
        assert httpx.put(url, content=b"a small one", timeout=20).status_code == 200
        assert stored(context_with_object) == {KEY: b"the small one".replace(b"the", b"a")}


def test_a_service_that_is_killed_in_the_middle_has_the_old_object(settings: Settings) -> None:
    service = ServiceProcess(settings.data_dir)
    url = service.start()
    context = create_context(settings)
    try:
        put(context, KEY, b"the old one")
        with connected(address(context, url), "Content-Length: 1000") as connection:
            connection.sendall(b"x" * 500)
            deadline = time.monotonic() + 10
            while len(stored(context)) < 2:
                assert time.monotonic() < deadline, "the upload does not begin"
                time.sleep(0.01)
            service.end(signal.SIGKILL)
        with context.objects.open(KEY) as file:
            assert file.read() == b"the old one"
        (left,) = set(stored(context)) - {KEY}
        assert not context.objects.exists(left)
    finally:
        context.catalogue.close()
        context.database.close()
