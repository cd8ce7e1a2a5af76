"""Faults of the network and of services, each with its error, against a real server."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
import requests
from scripted_server import answer, cut, drip, page, problem, silent, truncated

from dinamis_plugin.api.discovery import discover
from dinamis_plugin.api.http import ATTEMPTS, HttpClient
from dinamis_plugin.domain.errors import (
    BadAnswerError,
    CancelledError,
    ConflictError,
    DinamisError,
    ForbiddenError,
    InvalidRequestError,
    NotDinamisError,
    NotFoundError,
    NotSignedInError,
    ServiceFailureError,
    ServiceUnreachableError,
    TimedOutError,
    TooManyRequestsError,
    UnavailableError,
)


class Sleeper:
    """Counts the seconds that would have been slept."""

    def __init__(self) -> None:
        self.slept = 0.0

    def __call__(self, seconds: float) -> None:
        self.slept += seconds


class Session:
    """The tokens of a person."""

    def __init__(self, *values: str) -> None:
        self.values = list(values)
        self.renewals = 0

    def value(self) -> str | None:
        return self.values[0] if self.values else None

    def renew(self) -> bool:
        self.renewals += 1
        if len(self.values) > 1:
            self.values.pop(0)
            return True
        return False


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
def http(sleeper) -> HttpClient:
    return HttpClient(requests.Session(), timeout_s=0.5, sleep=sleeper)


def with_tokens(server, *values: str) -> tuple[HttpClient, Session]:
    tokens = Session(*values)
    client = HttpClient(
        requests.Session(),
        timeout_s=1,
        access_token=tokens.value,
        on_unauthorized=tokens.renew,
        sleep=Sleeper(),
    )
    client.trust([server.url])
    return client, tokens


def test_json_comes_back(server, http):
    url = server.on("/x", answer({"a": ["é", 1]}))
    assert http.get_json(url, params={"q": "a b"}) == {"a": ["é", 1]}
    (seen,) = server.seen
    assert seen.path == "/x?q=a+b"
    assert seen.headers["Accept-Language"] == "fr"
    assert "Authorization" not in seen.headers


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "bad-request", InvalidRequestError),
        (401, "not-signed-in", NotSignedInError),
        (403, "forbidden", ForbiddenError),
        (404, "not-found", NotFoundError),
        (409, "conflict", ConflictError),
        (413, "too-large", InvalidRequestError),
        (418, "teapot", ServiceFailureError),
        (422, "invalid", InvalidRequestError),
        (429, "too-many-requests", TooManyRequestsError),
        (500, "internal", ServiceFailureError),
        (502, "bad-gateway", ServiceFailureError),
        (503, "unavailable", UnavailableError),
    ],
)
def test_every_refusal_has_its_error_and_keeps_its_sentence(server, http, status, code, error):
    url = server.on("/x", problem(status, code, "Voici pourquoi."))
    with pytest.raises(error) as caught:
        http.get_json(url)
    assert type(caught.value) is error
    assert caught.value.detail == "Voici pourquoi."
    if error is ServiceFailureError:
        assert caught.value.status == status


def test_fields_of_a_refused_form_are_named(server, http):
    ours = server.on(
        "/ours", problem(422, "invalid", errors=[{"field": "title", "message": "Trop court."}, {"field": 3}])
    )
    with pytest.raises(InvalidRequestError) as caught:
        http.post_json(ours, {})
    assert caught.value.fields == {"title": "Trop court."}
    theirs = server.on(
        "/theirs", answer({"detail": [{"loc": ["body", "geometry"], "msg": "Field required"}]}, 422)
    )
    with pytest.raises(InvalidRequestError) as caught:
        http.post_json(theirs, {})
    assert caught.value.fields == {"geometry": "Field required"}
    assert caught.value.detail == "Field required"


@pytest.mark.parametrize("status", [401, 403, 404, 409, 422, 500])
def test_a_refusal_that_is_a_page_is_still_told_by_its_status(server, http, status):
    url = server.on("/x", page("<html>nginx</html>", status))
    with pytest.raises(DinamisError) as caught:
        http.get_json(url)
    assert not isinstance(caught.value, BadAnswerError)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 500])
def test_refusals_are_not_repeated(server, http, sleeper, status):
    url = server.on("/x", problem(status, "x"))
    with pytest.raises(DinamisError):
        http.get_json(url)
    assert len(server.seen) == 1
    assert sleeper.slept == 0


@pytest.mark.parametrize(
    "fault",
    [problem(502, "x"), problem(503, "x"), problem(504, "x"), problem(429, "x"), cut, truncated({"a": 1})],
)
def test_passing_faults_are_repeated_for_calls_that_may_be(server, http, fault):
    url = server.on("/x", fault, fault, answer({"ok": True}))
    assert http.get_json(url) == {"ok": True}
    assert len(server.seen) == 3


@pytest.mark.parametrize("fault", [problem(503, "x"), cut])
def test_a_post_is_sent_once_unless_it_may_be_repeated(server, http, fault):
    url = server.on("/x", fault, answer({"ok": True}))
    with pytest.raises(DinamisError):
        http.post_json(url, {})
    assert len(server.seen) == 1
    server.on("/x", fault, answer({"ok": True}))
    assert http.post_json(url, {}, repeatable=True) == {"ok": True}


def test_repeating_ends_and_its_pauses_grow(server, http, sleeper):
    url = server.on("/x", cut)
    with pytest.raises(ServiceUnreachableError):
        http.get_json(url)
    assert len(server.seen) == ATTEMPTS
    assert sleeper.slept == pytest.approx(0.4 + 0.8 + 1.6)


def test_the_pause_that_the_service_asks_for_is_kept(server, http, sleeper):
    url = server.on("/x", problem(429, "x", Retry_After="3"), problem(503, "x", Retry_After="2"), answer(1))
    assert http.get_json(url) == 1
    assert sleeper.slept == pytest.approx(5)


def test_a_pause_may_be_a_date_by_the_clock_of_the_service(server, http, sleeper):
    sent = datetime(2020, 1, 1, tzinfo=timezone.utc)

    def busy(handler):
        handler.send_response_only(503)
        handler.send_header("Date", format_datetime(sent, usegmt=True))
        handler.send_header("Retry-After", format_datetime(sent + timedelta(seconds=4), usegmt=True))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    url = server.on("/x", busy, answer(1))
    assert http.get_json(url) == 1
    assert sleeper.slept == pytest.approx(4)


@pytest.mark.parametrize("error", [(429, TooManyRequestsError), (503, UnavailableError)])
def test_a_long_pause_is_told_to_the_person_instead(server, http, sleeper, error):
    url = server.on("/x", problem(error[0], "x", Retry_After="3600"))
    with pytest.raises(error[1]) as caught:
        http.get_json(url)
    assert caught.value.retry_after_s == 3600
    assert (len(server.seen), sleeper.slept) == (1, 0)


def test_nobody_there(http, closed_port):
    with pytest.raises(ServiceUnreachableError) as caught:
        http.get_json(f"http://127.0.0.1:{closed_port}/x")
    assert not isinstance(caught.value, TimedOutError)


def test_an_unknown_host(http):
    with pytest.raises(ServiceUnreachableError):
        http.get_json("http://nowhere.invalid/x")


@pytest.mark.parametrize("url", ["http://", "nonsense", "http://[::1/x"])
def test_no_address_at_all(http, url):
    with pytest.raises(InvalidRequestError):
        http.get_json(url)


def test_silence_ends_by_the_time_limit_and_is_not_repeated(server, http):
    url = server.on("/x", silent(5))
    began = time.monotonic()
    with pytest.raises(TimedOutError):
        http.get_json(url)
    assert time.monotonic() - began < 3
    assert len(server.seen) == 1


def test_silence_in_the_middle_of_a_body_is_a_time_out_too(server, http):
    def stops(handler):
        handler.send(200, b"[" + b" " * 5000, length=10_000)
        handler.wait(5)

    with pytest.raises(TimedOutError):
        http.get_json(server.on("/x", stops))


def test_a_slow_drip_ends_by_the_deadline(server):
    http = HttpClient(requests.Session(), timeout_s=1, deadline_s=0.6)
    began = time.monotonic()
    with pytest.raises(TimedOutError):
        http.get_json(server.on("/x", drip(pieces=200, size=2048, pause=0.05)))
    assert time.monotonic() - began < 4


def test_an_endless_answer_is_refused(server, http, monkeypatch):
    monkeypatch.setattr("dinamis_plugin.api.http.LARGEST_ANSWER_BYTES", 10_000)
    with pytest.raises(BadAnswerError):
        http.get_json(server.on("/x", answer("x" * 20_000)))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"<html>", b"\xff\xfe\x00", b"[" * 100_000],
    ids=["empty", "cut", "html", "bytes", "deep"],
)
def test_what_is_not_json_is_a_bad_answer(server, http, body):
    with pytest.raises(BadAnswerError):
        http.get_json(server.on("/x", lambda handler: handler.send(200, body)))


def test_endless_redirections_are_a_bad_answer(server, http):
    url = server.on("/x", lambda handler: handler.send(302, b"", {"Location": "/x"}))
    with pytest.raises(BadAnswerError):
        http.get_json(url)


def test_a_form_with_secrets_is_not_redirected(server, http):
    url = server.on("/x", lambda handler: handler.send(307, b"", {"Location": server.url + "/elsewhere"}))
    with pytest.raises(ServiceFailureError) as caught:
        http.post_form(url, {"token": "t"})
    assert caught.value.status == 307
    assert [seen.path for seen in server.seen] == ["/x"]


def test_the_token_goes_to_trusted_origins_only(server):
    client, _ = with_tokens(server, "t1")
    client.get_json(server.on("/x", answer(1)))
    assert server.seen[-1].headers["Authorization"] == "Bearer t1"
    client.get_json(server.url + "/x", authorized=False)
    assert "Authorization" not in server.seen[-1].headers
    client.get_json(server.url.replace("127.0.0.1", "localhost") + "/x")
    assert "Authorization" not in server.seen[-1].headers


def test_a_redirection_elsewhere_does_not_take_the_token_along(server):
    client, _ = with_tokens(server, "t1")
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    server.on("/there", answer(1))
    client.get_json(
        server.on("/x", lambda handler: handler.send(302, b"", {"Location": elsewhere + "/there"}))
    )
    assert server.seen[-1].path == "/there"
    assert "Authorization" not in server.seen[-1].headers


def test_a_refused_token_is_renewed_once(server):
    client, tokens = with_tokens(server, "old", "new")
    url = server.on("/x", problem(401, "not-signed-in"), answer(1))
    assert client.get_json(url) == 1
    assert [seen.headers["Authorization"] for seen in server.seen] == ["Bearer old", "Bearer new"]
    server.on("/x", problem(401, "not-signed-in"))
    tokens.values = ["a", "b", "c"]
    tokens.renewals = 0
    with pytest.raises(NotSignedInError):
        client.get_json(url)
    assert tokens.renewals == 1


def test_a_post_is_renewed_too_since_a_401_did_nothing(server):
    client, _ = with_tokens(server, "old", "new")
    assert client.post_json(server.on("/x", problem(401, "x"), answer(1)), {"a": 1}) == 1
    assert [seen.json for seen in server.seen] == [{"a": 1}, {"a": 1}]


def test_a_session_that_cannot_be_renewed_is_told(server):
    client, tokens = with_tokens(server, "old")
    with pytest.raises(NotSignedInError):
        client.get_json(server.on("/x", problem(401, "not-signed-in")))
    assert (tokens.renewals, len(server.seen)) == (1, 1)


def test_cookies_are_not_kept(server, http):
    url = server.on("/x", answer(1, Set_Cookie="id=1"))
    http.get_json(url)
    http.get_json(url)
    assert "Cookie" not in server.seen[-1].headers


def test_cancelling_ends_a_running_answer_within_a_second(server):
    http = HttpClient(requests.Session(), timeout_s=20)
    given_up = threading.Event()
    threading.Timer(0.3, given_up.set).start()
    began = time.monotonic()
    with pytest.raises(CancelledError):
        http.get_json(server.on("/x", drip(200, 4096, 0.05)), cancel=given_up.is_set)
    assert time.monotonic() - began < 3


def test_cancelling_ends_a_pause_within_a_second(server):
    http = HttpClient(requests.Session())
    given_up = threading.Event()
    threading.Timer(0.2, given_up.set).start()
    began = time.monotonic()
    with pytest.raises(CancelledError):
        http.get_json(server.on("/x", problem(503, "x", Retry_After="7")), cancel=given_up.is_set)
    assert time.monotonic() - began < 3


def test_nothing_is_sent_for_work_that_was_given_up(server, http):
    with pytest.raises(CancelledError):
        http.get_json(server.on("/x", answer(1)), cancel=lambda: True)
    assert server.seen == []


def test_signatures_do_not_show_in_errors(http, closed_port):
    url = f"http://127.0.0.1:{closed_port}/a.tif?X-Amz-Date=20260427T123526Z&X-Amz-Signature=00be02"
    with pytest.raises(ServiceUnreachableError) as caught:
        http.get_json(url)
    assert "a.tif" in caught.value.detail
    assert "00be02" not in str(caught.value)


def test_the_clock_of_the_service_is_compared(server, http):
    def ahead(handler):
        handler.send_response_only(200)
        handler.send_header(
            "Date", format_datetime(datetime.now(timezone.utc) + timedelta(hours=1), usegmt=True)
        )
        handler.send_header("Content-Length", "1")
        handler.end_headers()
        handler.wfile.write(b"1")

    http.get_json(server.on("/x", ahead))
    assert http.clock_offset.total_seconds() == pytest.approx(3600, abs=3)


GOOD = {
    "service": "dinamis",
    "version": "0.1.0",
    "title": "DINAMIS",
    "demo": False,
    "client_id": "dinamis-qgis",
    "issuer": "http://h/auth",
    "stac": "http://h/stac",
    "stapi": "http://h/stapi",
    "api": "http://h/api",
    "signing": "http://h",
    "objects": "http://h/objects",
}


def test_a_service_is_discovered_without_a_token(server):
    client, _ = with_tokens(server, "t1")
    server.on("/.well-known/dinamis", answer(GOOD))
    endpoints = discover(client, server.url + "/")
    assert endpoints.service == server.url
    assert endpoints.stac == "http://h/stac"
    assert "Authorization" not in server.seen[0].headers


@pytest.mark.parametrize(
    "reply",
    [
        page(),
        page("<html>nginx</html>", 404),
        page("", 403),
        problem(401, "x"),
        problem(404, "x"),
        answer([]),
        answer({"service": "geonode"}),
        answer({"swagger": "2.0"}),
        answer("dinamis"),
        lambda handler: handler.send(200, b"\x89PNG"),
        problem(400, "x"),
    ],
)
def test_another_kind_of_service_is_told(server, http, reply):
    server.on("/.well-known/dinamis", reply)
    with pytest.raises(NotDinamisError):
        discover(http, server.url)


def test_a_dinamis_in_trouble_is_not_taken_for_another_service(server, http, closed_port):
    server.on("/.well-known/dinamis", problem(503, "unavailable", Retry_After="600"))
    with pytest.raises(UnavailableError):
        discover(http, server.url)
    with pytest.raises(ServiceUnreachableError):
        discover(http, f"http://127.0.0.1:{closed_port}")
    with pytest.raises(InvalidRequestError):
        discover(http, "not an address")
