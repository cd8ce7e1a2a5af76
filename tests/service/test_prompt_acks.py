"""A request whose body comes after its head, as Qt sends it, does not wait for the clock of the kernel."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

import pytest

KERNEL_WAITS_S = 0.04
QUESTIONS = 40
HEAD = b"POST /stac/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"


def _connect(service) -> socket.socket:
    parts = urlsplit(service.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=20)


def _ask(connection: socket.socket) -> None:
    """Send head and body apart, and read the answer."""
    connection.sendall(HEAD)
    connection.sendall(b"[]")
    answer = b""
    while not answer.endswith(b"}"):
        piece = connection.recv(65536)
        assert piece, answer
        answer += piece
    assert answer.startswith(b"HTTP/1.1 4")


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="only Linux has TCP_QUICKACK")
def test_a_body_after_its_head_is_not_held_up(live_service):
    """On a fresh connection the kernel is quick by itself: the later questions tell."""
    took = []
    with _connect(live_service) as connection:
        for _ in range(QUESTIONS):
            began = time.perf_counter()
            _ask(connection)
            took.append(time.perf_counter() - began)
    assert min(took[QUESTIONS // 2 :]) < 0.75 * KERNEL_WAITS_S


def test_a_client_that_leaves_between_head_and_body_harms_nobody(live_service):
    with _connect(live_service) as connection:
        connection.sendall(HEAD)
    with _connect(live_service) as connection:
        _ask(connection)
