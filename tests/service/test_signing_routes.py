"""Signing, by the paths and fields of the published clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from running import SignedIn
from stored import CONTENT, end_of, journal, put, put_item

from dinamis_service.app import create_app
from dinamis_service.context import Context
from dinamis_service.settings import Settings

BASE = "http://testserver"
PAN = f"{BASE}/objects/pleiades/DS_1/pan.tif"
THUMBNAIL = f"{BASE}/objects/pleiades/DS_1/thumbnail.png"
SignIn = Callable[..., SignedIn]


@pytest.fixture
def member(context: Context, signed_in: SignIn) -> SignedIn:
    put_item(context, "DS_1")
    return signed_in()


def sign(client: TestClient, urls: list[str], who: SignedIn | None = None, **more: Any) -> Any:
    return client.post("/sign_urls", json={"urls": urls, **more}, headers=who.headers if who else {})


def recorded(context: Context) -> list[str]:
    """Every key in the journal."""
    return [key for batch in journal(context) for group in batch.objects for key in group["keys"]]


def test_a_member_gets_urls_that_work(client: TestClient, member: SignedIn) -> None:
    before = datetime.now(UTC)
    answer = sign(client, [PAN, THUMBNAIL], member, duration_seconds=3600)
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"expiry", "hrefs"}
    assert body["hrefs"].keys() == {PAN, THUMBNAIL}
    for url, href in body["hrefs"].items():
        assert href.startswith(url + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=")
        assert "&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=" in href
        assert client.get(href).status_code == 200
    expiry = datetime.fromisoformat(body["expiry"])
    assert timedelta(seconds=3598) < expiry - before < timedelta(seconds=3602)
    assert expiry.utcoffset() == timedelta(0)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_default_life_is_eight_hours(client: TestClient, member: SignedIn) -> None:
    assert "X-Amz-Expires=28800&" in sign(client, [PAN], member).json()["hrefs"][PAN]


def test_an_expired_signed_url_is_signed_afresh(
    client: TestClient, member: SignedIn, context: Context
) -> None:
    old = context.objects.presign(PAN, "GET", context.clock() - timedelta(days=2), 3600)
    href = sign(client, [old], member).json()["hrefs"][old]
    assert href.count("X-Amz-Signature") == 1
    assert client.get(href).status_code == 200


def test_the_same_url_twice_is_one_key(client: TestClient, member: SignedIn, context: Context) -> None:
    assert list(sign(client, [PAN, PAN], member).json()["hrefs"]) == [PAN]
    assert recorded(context) == ["pleiades/DS_1/pan.tif"]


def test_a_refused_url_does_not_fail_its_batch(client: TestClient, member: SignedIn) -> None:
    missing = f"{BASE}/objects/pleiades/none.tif"
    outside = f"{BASE}/objects/../state.sqlite"
    foreign = "https://elsewhere.example/objects/pleiades/DS_1/pan.tif"
    lookalike = "http://testserver.example/objects/pleiades/DS_1/pan.tif"
    page = f"{BASE}/healthz"
    fragment = f"{PAN}#part"
    urls = [PAN, missing, outside, foreign, lookalike, page, fragment, "not a url"]
    body = sign(client, urls, member).json()
    assert list(body["hrefs"]) == [PAN]
    assert {url: refusal["code"] for url, refusal in body["refused"].items()} == {
        missing: "not-found",
        outside: "not-found",
        foreign: "invalid",
        lookalike: "invalid",
        page: "invalid",
        fragment: "invalid",
        "not a url": "invalid",
    }
    assert "n'existe pas" in body["refused"][missing]["detail"]


def test_signed_out_only_what_is_public_is_signed(
    client: TestClient, member: SignedIn, context: Context
) -> None:
    put_item(context, "open", access="open")
    open_image = f"{BASE}/objects/pleiades/open/pan.tif"
    body = sign(client, [PAN, THUMBNAIL, open_image]).json()
    assert set(body["hrefs"]) == {THUMBNAIL, open_image}
    assert body["refused"][PAN]["code"] == "not-signed-in"
    assert client.get(body["hrefs"][open_image]).status_code == 200


def test_signed_out_with_nothing_public_says_sign_in(client: TestClient, member: SignedIn) -> None:
    answer = sign(client, [PAN])
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "not-signed-in"


def test_a_token_that_is_not_valid_is_not_taken_for_none(client: TestClient, member: SignedIn) -> None:
    answer = client.post("/sign_urls", json={"urls": [THUMBNAIL]}, headers={"Authorization": "Bearer x.y.z"})
    assert answer.status_code == 401


def test_an_api_key_signs_too(client: TestClient, member: SignedIn, context: Context) -> None:
    access, secret = context.identity.api_keys.create(member.principal.sub, "tests")
    headers = {"access-key": access, "secret-key": secret}
    answer = client.post("/sign_urls", json={"urls": [PAN]}, headers=headers)
    assert list(answer.json()["hrefs"]) == [PAN]
    assert (
        client.post("/sign_urls", json={"urls": [PAN]}, headers=headers | {"secret-key": "x"}).status_code
        == 401
    )


def test_every_route_takes_a_token_or_a_key(client: TestClient, signed_in: SignIn, context: Context) -> None:
    put_item(context, "DS_1")
    operator = signed_in("operator")
    access, secret = context.identity.api_keys.create(operator.principal.sub, "tests")
    for headers in (operator.headers, {"access-key": access, "secret-key": secret}):
        for route in ("/sign_urls", "/sign_urls_put"):
            answer = client.post(route, json={"urls": [PAN], "duration_seconds": 60}, headers=headers)
            assert answer.json()["hrefs"].keys() == {PAN}
        assert client.get("/sign", params={"url": PAN}, headers=headers).json()["href"].startswith(f"{PAN}?")


@pytest.mark.parametrize("route", ["/sign_urls", "/sign_urls_put"])
def test_a_batch_has_one_expiry(client: TestClient, signed_in: SignIn, context: Context, route: str) -> None:
    put(context, "many")
    urls = [f"{BASE}/objects/many?version={number}" for number in range(64)]
    body = {"urls": urls, "duration_seconds": 3600}
    answer = client.post(route, json=body, headers=signed_in("operator").headers).json()
    assert answer.keys() == {"expiry", "hrefs"}
    assert list(answer["hrefs"]) == urls
    assert {end_of(href) for href in answer["hrefs"].values()} == {datetime.fromisoformat(answer["expiry"])}


def test_uploads_are_bounded_as_readings_are(client: TestClient, signed_in: SignIn) -> None:
    headers = signed_in("operator").headers
    url = f"{BASE}/objects/incoming/new.tif"
    many = {"urls": [f"{url}?n={number}" for number in range(65)]}
    for field, body in (("urls", many), ("duration_seconds", {"urls": [url], "duration_seconds": 518401})):
        answer = client.post("/sign_urls_put", json=body, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_sixty_four_at_most(client: TestClient, member: SignedIn, context: Context) -> None:
    put(context, "many")
    urls = [f"{BASE}/objects/many?version={number}" for number in range(65)]
    assert len(sign(client, urls[:64], member).json()["hrefs"]) == 64
    answer = sign(client, urls, member)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "urls"
    assert len(recorded(context)) == 64


@pytest.mark.parametrize("duration", [0, -1, 6 * 86400 + 1, 10**12, "soon"])
def test_the_life_is_bounded(client: TestClient, member: SignedIn, duration: object) -> None:
    answer = sign(client, [PAN], member, duration_seconds=duration)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "duration_seconds"
    assert sign(client, [PAN], member, duration_seconds=6 * 86400).status_code == 200


@pytest.mark.parametrize("body", [{}, {"urls": []}, {"urls": PAN}, {"urls": [1]}, {"urls": ["x" * 5000]}, []])
def test_a_body_that_is_not_a_batch_is_refused(client: TestClient, member: SignedIn, body: object) -> None:
    assert client.post("/sign_urls", json=body, headers=member.headers).status_code == 422


def test_one_url_by_get(client: TestClient, member: SignedIn) -> None:
    body = client.get("/sign", params={"url": PAN}, headers=member.headers).json()
    assert body.keys() == {"href", "expiry"}
    assert client.get(body["href"]).status_code == 200
    missing = f"{BASE}/objects/none.tif"
    assert client.get("/sign", params={"url": missing}, headers=member.headers).status_code == 404
    assert client.get("/sign", params={"url": "http://x/y"}, headers=member.headers).status_code == 422
    assert client.get("/sign", params={"url": PAN}).status_code == 401


def test_uploads_are_signed_for_operators_only(
    client: TestClient, member: SignedIn, signed_in: SignIn
) -> None:
    url = f"{BASE}/objects/incoming/new.tif"
    nowhere = ["https://elsewhere.example/x"]
    nowhere += [f"{BASE}/objects/{key}" for key in ("", ".hidden", "a/../../x", "a//b", "%00")]
    body = {"urls": [url, *nowhere]}
    assert client.post("/sign_urls_put", json=body).status_code == 401
    assert client.post("/sign_urls_put", json=body, headers=member.headers).status_code == 403
    answer = client.post("/sign_urls_put", json=body, headers=signed_in("operator").headers).json()
    assert list(answer["refused"]) == nowhere
    assert {one["code"] for one in answer["refused"].values()} == {"invalid"}
    assert client.get(answer["hrefs"][url]).status_code == 403
    assert client.put(answer["hrefs"][url], content=CONTENT).status_code == 200
    assert sign(client, [url], member).json()["hrefs"].keys() == {url}


def test_every_signature_is_in_the_journal_with_who_what_and_when(
    client: TestClient, member: SignedIn, context: Context
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    sign(client, [PAN, THUMBNAIL, f"{BASE}/objects/none.tif"], member, duration_seconds=60)
    sign(client, [THUMBNAIL])
    alike = {"collection": "pleiades", "mission": "PLEIADES"}
    image = {**alike, "access": "member", "keys": ["pleiades/DS_1/pan.tif"]}
    picture = {**alike, "access": "picture", "keys": ["pleiades/DS_1/thumbnail.png"]}
    found = [(batch.sub, batch.entity_id, batch.method, batch.objects) for batch in journal(context)]
    assert found == [
        (member.principal.sub, member.principal.entity_id, "GET", [image, picture]),
        (None, None, "GET", [picture]),
    ]
    for batch in journal(context):
        assert before <= batch.at <= datetime.now(UTC)
    assert journal(context)[0].expires_at - journal(context)[0].at == timedelta(seconds=60)


class TestPace:
    """A service that lets a person sign ten URLs in a minute."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"sign_rate_max": 10})

    def test_too_fast_says_when_to_come_back(
        self, client: TestClient, member: SignedIn, signed_in: SignIn, context: Context
    ) -> None:
        urls = [f"{PAN}?n={number}" for number in range(10)]
        assert sign(client, urls, member).status_code == 200
        answer = sign(client, urls[:1], member)
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 6
        assert answer.json()["code"] == "too-many-requests"
        assert len(recorded(context)) == 10
        assert sign(client, urls, signed_in()).status_code == 200

    @pytest.mark.parametrize(
        ("one", "other"),
        [("2001:db8::1", "2001:db8::ffff:1"), ("::ffff:192.0.2.7", "192.0.2.7")],
    )
    def test_who_is_not_signed_in_has_one_pace_for_all_its_addresses(
        self, app: FastAPI, context: Context, one: str, other: str
    ) -> None:
        put_item(context, "DS_1")
        urls = [f"{THUMBNAIL}?n={number}" for number in range(10)]
        answers = [
            sign(TestClient(app, BASE, client=(address, 50000)), urls).status_code
            for address in (one, other, "2001:db8:0:1::1")
        ]
        assert answers == [200, 429, 200]

    def test_a_refused_batch_counts_and_uploads_do(
        self, client: TestClient, member: SignedIn, signed_in: SignIn
    ) -> None:
        foreign = [f"https://elsewhere.example/{number}" for number in range(10)]
        assert len(sign(client, foreign, member).json()["refused"]) == 10
        assert sign(client, [PAN], member).status_code == 429
        operator = signed_in("operator")
        body = {"urls": [f"{BASE}/objects/incoming/{number}.tif" for number in range(10)]}
        answers = [client.post("/sign_urls_put", json=body, headers=operator.headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 429]


class TestBehindAProxy:
    """A service that its clients know by another address and under a path."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"public_url": "https://images.example/dinamis/"})

    @pytest.fixture
    def inside(self, context: Context) -> Iterator[tuple[TestClient, Context]]:
        with TestClient(create_app(context), BASE) as client:
            yield client, context

    def test_urls_are_signed_for_the_public_address(
        self, inside: tuple[TestClient, Context], signed_in: SignIn
    ) -> None:
        client, context = inside
        put_item(context, "DS_1", access="open")
        public = "https://images.example/dinamis/objects/pleiades/DS_1/pan.tif"
        body = sign(client, [public, PAN]).json()
        assert list(body["refused"]) == [PAN]
        path = body["hrefs"][public].removeprefix("https://images.example/dinamis")
        assert client.get(path, headers={"Host": "images.example"}).status_code == 200
        assert client.get(path).status_code == 403
