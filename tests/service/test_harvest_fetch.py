"""Answers from the web come within bounds, faults that pass are waited out, others are told."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scripted_server import Handler, ScriptedServer, answer, cut, drip, page, problem, silent, truncated

from dinamis_service.catalogue.harvest.fetch import Bounds, Fetcher, FetchError, _seconds, trusted_hosts

GOOD = {"features": []}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


class Waits:
    """Fetches with tight bounds and notes for how long it would have waited."""

    def __init__(self, url: str, **bounds: Any) -> None:
        self.waited: list[float] = []
        tight = Bounds(
            **{"connect_s": 0.3, "total_s": 1, "pause_s": 1, "tries": 3, "bytes": 100_000, **bounds}
        )
        self.fetcher = Fetcher(trusted_hosts(url), tight, sleep=self.waited.append)

    def get(self, url: str) -> Any:
        try:
            return self.fetcher.get(url).document
        finally:
            self.fetcher.close()


@pytest.mark.parametrize(
    "fault",
    [
        cut,
        truncated(GOOD),
        silent(1),
        problem(500, "x"),
        problem(502, "x"),
        problem(503, "x"),
        problem(429, "x"),
    ],
    ids=["cut", "truncated", "silent", "500", "502", "503", "429"],
)
def test_faults_that_pass_are_waited_out(server: ScriptedServer, fault: Any) -> None:
    url = server.on("/a", fault, fault, answer(GOOD))
    waits = Waits(url)
    assert waits.get(url) == GOOD
    assert len(server.seen) == 3
    assert 0.75 <= waits.waited[0] <= 1.25
    assert 1.5 <= waits.waited[1] <= 2.5


@pytest.mark.parametrize("fault", [cut, truncated(GOOD), problem(503, "x")], ids=["cut", "truncated", "503"])
def test_faults_that_stay_are_told_after_some_tries(server: ScriptedServer, fault: Any) -> None:
    url = server.on("/a", fault)
    with pytest.raises(FetchError, match=url):
        Waits(url).get(url)
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_refusals_are_not_tried_again(server: ScriptedServer, status: int) -> None:
    url = server.on("/a", problem(status, "x"))
    with pytest.raises(FetchError) as refusal:
        Waits(url).get(url)
    assert refusal.value.status == status
    assert len(server.seen) == 1


def test_the_server_says_how_long_to_wait(server: ScriptedServer) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    url = server.on(
        "/a",
        problem(429, "x", Retry_After="7"),
        problem(429, "x", Retry_After=later),
        problem(503, "x", Retry_After="86400"),
        answer(GOOD),
    )
    waits = Waits(url, tries=4)
    assert waits.get(url) == GOOD
    assert waits.waited[0] == 7
    assert 90 < waits.waited[1] <= 100
    assert waits.waited[2] == 300, "however long it asks"


def test_large_answers_are_left_off(server: ScriptedServer) -> None:
    url = server.on("/a", answer(["x" * 200_000]))
    with pytest.raises(FetchError, match="more than 100000 bytes"):
        Waits(url).get(url)
    packed = gzip.compress(json.dumps(["x" * 5_000_000]).encode())
    assert len(packed) < 50_000
    bomb = server.on("/b", lambda handler: handler.send(200, packed, {"Content-Encoding": "gzip"}))
    with pytest.raises(FetchError, match="more than 100000 bytes"):
        Waits(bomb).get(bomb)


def test_slow_answers_are_left_off(server: ScriptedServer) -> None:
    url = server.on("/a", drip(100, 10, 0.1))
    began = time.monotonic()
    with pytest.raises(FetchError, match="not answered whole"):
        Waits(url, total_s=0.4, tries=2).get(url)
    assert time.monotonic() - began < 3


def test_pages_and_nonsense_are_no_answers(server: ScriptedServer) -> None:
    for reply in (
        page(),
        lambda handler: handler.send(200, b"{"),
        lambda handler: handler.send(200, b"[" * 90_000),
    ):
        url = server.on("/a", reply)
        with pytest.raises(FetchError, match="no JSON"):
            Waits(url).get(url)


def redirect(place: str) -> Any:
    return lambda handler: handler.send(302, b"", {"Location": place})


@pytest.mark.parametrize(
    "place",
    ["http://localhost:1/x", "http://169.254.169.254/latest", "http://10.0.0.1/", "http://[::1]/", "file:///etc/x",
     "gopher://x/", "http://[fe80::1%25lo]/", "http://0.0.0.0/", "http://[::ffff:10.0.0.1]/"],
)  # fmt: skip
def test_nobody_leads_us_into_a_private_network(server: ScriptedServer, place: str) -> None:
    """The operator named 127.0.0.1, which is hence allowed; nothing else of the kind is."""
    url = server.on("/a", redirect(place))
    with pytest.raises(FetchError, match=r"private network|no address of the web|not found"):
        Waits(url).get(url)
    assert len(server.seen) == 1


def test_redirections_are_followed_and_counted(server: ScriptedServer) -> None:
    server.on("/b", answer(GOOD))
    url = server.on("/a", redirect("/b"))
    assert Waits(url).get(url) == GOOD
    loop = server.on("/c", redirect("/c"))
    with pytest.raises(FetchError, match="redirections"):
        Waits(loop).get(loop)


def test_credentials_are_renewed_once_and_stay_with_their_host(server: ScriptedServer) -> None:
    asked: list[bool] = []

    def credentials(renew: bool) -> dict[str, str]:
        asked.append(renew)
        return {"Authorization": f"Bearer {len(asked)}"}

    def guarded(handler: Handler) -> None:
        reply = answer(GOOD) if handler.headers.get("Authorization") == "Bearer 2" else problem(401, "x")
        reply(handler)

    url = server.on("/a", guarded)
    fetcher = Fetcher(trusted_hosts(url), Bounds(tries=3), credentials, sleep=lambda _: None)
    assert fetcher.get(url).document == GOOD
    assert asked == [False, True]
    server.on("/a", problem(401, "x"))
    with pytest.raises(FetchError, match="401"):
        fetcher.get(url)
    fetcher.trusted = frozenset()
    with pytest.raises(FetchError, match="private"):
        fetcher.get(url)
    fetcher.close()


@given(st.text(max_size=40))
@example("²")  # a digit, but not a number
def test_any_retry_after_is_understood_or_ignored(value: str) -> None:
    found = _seconds(value)
    assert found is None or found >= 0
