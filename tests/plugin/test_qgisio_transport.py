"""Requests through QGIS's network manager: answers, faults, time-outs, cancel, streaming and the proxy."""

from __future__ import annotations

import gzip
import resource
import threading
import time

import pytest
import requests
from qgis.core import QgsNetworkAccessManager, QgsSettings

from dinamis_plugin.api.http import HttpClient
from dinamis_plugin.domain.errors import CancelledError, DinamisError, ServiceUnreachableError, TimedOutError
from dinamis_plugin.qgisio.transport import qgis_session

from .local_proxy import LocalProxy
from .waiting import BLOCKED_MS, Ticker, run_for, wait_until


@pytest.fixture
def in_task(runner):
    """Run a function in a task and give what it returns or raises."""

    def run(function):
        box = []

        def work(context):
            try:
                return ("value", function(context))
            except Exception as error:  # noqa: BLE001 -- handed to the test
                return ("error", error)

        runner.run("t", work, box.append, lambda error: box.append(("error", error)))
        wait_until(lambda: box, 30)
        kind, value = box[0]
        if kind == "error":
            raise value
        return value

    return run


@pytest.fixture
def session():
    return qgis_session()


def hold(seconds):
    """A route that says nothing for a while."""
    return lambda _request, _handler: (time.sleep(seconds), (200, {"late": True}))[1]


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 409, 422, 429, 500, 503])
def test_status_headers_and_body_come_through(in_task, session, server, status):
    body = b"" if status == 204 else b'{"detail": "oui \xc3\xa9"}'
    server.routes["/x"] = lambda r, h: (
        status,
        body,
        {"Retry-After": "7", "Content-Type": "application/json"},
    )
    answer = in_task(
        lambda c: session.post(f"{server.url}/x", json={"a": "é"}, headers={"X-Own": "1"}, timeout=5)
    )
    assert answer.status_code == status
    assert answer.headers["retry-after"] == "7"
    assert answer.content == body
    assert server.requests[0].json == {"a": "é"}
    assert server.requests[0].headers["X-Own"] == "1"
    assert server.requests[0].method == "POST"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_methods(in_task, session, server, method):
    server.routes["/x"] = lambda r, h: (200, b"abc")
    answer = in_task(lambda c: session.request(method, f"{server.url}/x", data=b"d", timeout=5))
    assert server.requests[0].method == method
    assert answer.content == (b"" if method == "HEAD" else b"abc")


def test_gzip_is_unpacked_once(in_task, session, server):
    server.routes["/x"] = lambda r, h: (200, gzip.compress(b"hello" * 100), {"Content-Encoding": "gzip"})
    answer = in_task(lambda c: session.get(f"{server.url}/x", timeout=5))
    assert answer.content == b"hello" * 100


def test_relative_redirect_is_followed_and_keeps_its_history(in_task, session, server):
    server.routes["/a"] = lambda r, h: (302, b"", {"Location": "/b"})
    server.routes["/b"] = lambda r, h: (200, b"there")
    answer = in_task(lambda c: session.get(f"{server.url}/a", timeout=5))
    assert answer.content == b"there"
    assert [step.status_code for step in answer.history] == [302]


def test_refused_connection_and_unknown_host(in_task, session):
    with pytest.raises(requests.ConnectionError):
        in_task(lambda c: session.get("http://127.0.0.1:9/", timeout=5))
    with pytest.raises(requests.ConnectionError):
        in_task(lambda c: session.get("http://nowhere.invalid/", timeout=5))


@pytest.mark.parametrize("where", ["headers", "body"])
def test_time_out_is_exact(in_task, session, server, where):
    def route(_request, handler):
        if where == "body":
            handler.send_response(200)
            handler.send_header("Content-Length", "10")
            handler.end_headers()
            handler.wfile.write(b"abc")
            handler.wfile.flush()
        time.sleep(3)
        return (200, b"") if where == "headers" else None

    server.routes["/x"] = route
    begun = time.monotonic()
    with pytest.raises(requests.Timeout):
        in_task(lambda c: session.get(f"{server.url}/x", timeout=0.5))
    assert 0.4 < time.monotonic() - begun < 2.5


def test_an_answer_cut_short_is_an_error(in_task, session, server):
    def route(_request, handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"abc")
        handler.close_connection = True

    server.routes["/x"] = route
    with pytest.raises(requests.RequestException):
        in_task(lambda c: session.get(f"{server.url}/x", timeout=5))


def test_our_time_outs_are_shorter_than_those_of_qgis(in_task, session, server):
    """QGIS tells a request that timed out in its message bar, with its whole address."""
    told = []
    manager = QgsNetworkAccessManager.instance()
    manager.requestTimedOut.connect(told.append)
    before = QgsNetworkAccessManager.timeout()
    QgsNetworkAccessManager.setTimeout(1500)
    server.routes["/x"] = hold(4)
    try:
        with pytest.raises(requests.Timeout):
            in_task(lambda c: session.get(f"{server.url}/x?X-Amz-Signature=abc", timeout=60))
        run_for(1.0)
    finally:
        QgsNetworkAccessManager.setTimeout(before)
        manager.requestTimedOut.disconnect(told.append)
    assert told == []


def test_cancel_ends_a_request_at_once(runner, session, server):
    server.routes["/x"] = hold(5)
    errors = []
    begun = time.monotonic()
    handle = runner.run(
        "t", lambda c: session.get(f"{server.url}/x", timeout=20), lambda r: None, errors.append
    )
    wait_until(lambda: server.requests)
    handle.cancel()
    wait_until(lambda: not runner.busy)
    assert time.monotonic() - begun < 2
    assert isinstance(errors[0], CancelledError)


def test_the_gui_thread_is_refused(session, server):
    with pytest.raises(RuntimeError, match="GUI thread"):
        session.get(server.url, timeout=1)
    assert server.requests == []


def test_the_gui_thread_goes_on_while_the_service_is_slow(runner, session, server):
    server.routes["/x"] = hold(1)
    done = []
    with Ticker() as ticker:
        runner.run("t", lambda c: session.get(f"{server.url}/x", timeout=5).status_code, done.append)
        wait_until(lambda: done)
    assert done == [200]
    assert ticker.longest_ms < BLOCKED_MS


def test_a_large_body_is_streamed_not_held(in_task, session, server):
    size, piece = 200 * 1024 * 1024, bytes(1024 * 1024)

    def route(_request, handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(size))
        handler.end_headers()
        for _ in range(size // len(piece)):
            handler.wfile.write(piece)

    server.routes["/x"] = route
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def read(_context):
        with session.get(f"{server.url}/x", stream=True, timeout=10) as answer:
            return sum(len(part) for part in answer.iter_content(256 * 1024))

    assert in_task(read) == size
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 60


def test_a_stream_that_is_left_early_ends_the_transfer(in_task, session, server):
    ended = threading.Event()

    def route(_request, handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**9))
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(bytes(65536))
        except OSError:
            ended.set()

    server.routes["/x"] = route

    def read(_context):
        with session.get(f"{server.url}/x", stream=True, timeout=10) as answer:
            return next(answer.iter_content(1000))

    assert len(in_task(read)) == 1000
    assert ended.wait(5)


def test_ranges_come_through(in_task, session, server):
    server.routes["/x"] = lambda r, h: (206, b"cd", {"Content-Range": "bytes 2-3/6"})
    answer = in_task(
        lambda c: session.get(
            f"{server.url}/x",
            headers={"Range": "bytes=2-3", "If-Range": '"e"', "Accept-Encoding": "identity"},
            timeout=5,
        )
    )
    sent = server.requests[0].headers
    assert (sent["Range"], sent["If-Range"], sent["Accept-Encoding"]) == ("bytes=2-3", '"e"', "identity")
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == "bytes 2-3/6"


def test_an_address_is_sent_as_it_is_signed(in_task, session, server):
    """One changed percent sign and a signature does not hold any more."""
    target = "/a%20b/c%2Bd.tif?X-Amz-Credential=k%2F2026%2Fs3&X-Amz-Date=20261121T000000Z&x=%7E~"
    server.routes["*"] = lambda r, h: (200, b"")
    in_task(lambda c: session.get(server.url + target, timeout=5))
    assert server.requests[0].target == target.replace(
        "%7E", "~"
    )  # requests itself unquotes what needs no quoting


def test_the_client_of_the_service_tells_its_faults_apart(in_task, server):
    http = HttpClient(qgis_session(), timeout_s=0.5, sleep=lambda _s: None)
    server.routes["/slow"] = hold(2)
    server.routes["/json"] = lambda r, h: (200, {"ok": True})
    assert in_task(lambda c: http.get_json(f"{server.url}/json")) == {"ok": True}
    with pytest.raises(TimedOutError):
        in_task(lambda c: http.get_json(f"{server.url}/slow"))
    with pytest.raises(ServiceUnreachableError):
        in_task(lambda c: http.get_json("http://127.0.0.1:9/"))
    with pytest.raises(DinamisError):
        in_task(lambda c: http.get_json(f"{server.url}/nothing"))


@pytest.fixture
def proxy():
    """A real proxy that QGIS is told to use, for one test."""
    with LocalProxy() as running:
        settings = QgsSettings()
        values = {
            "proxyEnabled": True,
            "proxyType": "HttpProxy",
            "proxyHost": "127.0.0.1",
            "proxyPort": running.port,
        }
        for key, value in values.items():
            settings.setValue(f"proxy/{key}", value)
        QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()
        yield running
        settings.remove("proxy")
        QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()


def test_requests_pass_through_the_proxy_of_qgis(in_task, proxy, server):
    server.routes["/json"] = lambda r, h: (200, {"ok": True})
    http = HttpClient(qgis_session())
    assert in_task(lambda c: http.get_json(f"{server.url}/json")) == {"ok": True}
    assert proxy.seen == [f"GET {server.url}/json HTTP/1.1"]
