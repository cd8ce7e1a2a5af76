"""The client of each resource, against the contract and against what breaks it."""

from __future__ import annotations

import json
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from operator import attrgetter
from urllib.parse import parse_qs

import pytest
import requests
from scripted_server import answer, cut, page, problem, truncated
from shapely.geometry import box
from test_domain_order import FEATURE
from test_domain_scene import ITEM
from test_domain_session import DEVICE, QUOTAS
from test_domain_signed_url import signature

from dinamis_plugin.api.catalogue import ROOT_S
from dinamis_plugin.api.download import download
from dinamis_plugin.api.http import HttpClient
from dinamis_plugin.api.service import Service
from dinamis_plugin.domain.device import PollOutcome
from dinamis_plugin.domain.errors import (
    BadAnswerError,
    CancelledError,
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    NotSignedInError,
    ServiceUnreachableError,
    SignInExpiredError,
    UnavailableError,
)
from dinamis_plugin.domain.order import Order, OrderState
from dinamis_plugin.domain.order_draft import OrderDraft
from dinamis_plugin.domain.project import ProjectDraft
from dinamis_plugin.domain.search import SearchQuery

OIDC = "/auth/realms/dinamis/protocol/openid-connect"
TOKENS = {"access_token": "a2", "refresh_token": "r2", "expires_in": 300, "token_type": "Bearer"}
DRAFT = OrderDraft("pleiades-archive", box(3, 43, 4, 44), ("A",), parameters={"project_id": "P"})


class SignedIn:
    """A person who is signed in and whose session cannot be renewed."""

    def access_token(self) -> str | None:
        return "t1"

    def renew_rejected(self) -> bool:
        return False


def discovery(base: str) -> dict[str, object]:
    return {
        "service": "dinamis",
        "version": "0.1.0",
        "title": "DINAMIS",
        "demo": True,
        "client_id": "dinamis-qgis",
        "issuer": f"{base}/auth/realms/dinamis",
        "stac": f"{base}/stac",
        "stapi": f"{base}/stapi",
        "api": f"{base}/api",
        "signing": base,
        "objects": f"{base}/objects",
    }


@pytest.fixture
def service(server) -> Service:
    base = server.url
    server.on("/.well-known/dinamis", answer(discovery(base)))
    made = Service(requests.Session, base, "en", SignedIn())
    made.http._sleep = lambda _seconds: None
    return made


def oauth_error(code: str, status: int = 400):
    return answer({"error": code, "error_description": f"About {code}"}, status)


def form(seen) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(seen.body.decode()).items()}


# Service


def test_a_service_is_asked_once_where_its_parts_are(server, service):
    threads = [threading.Thread(target=lambda: service.endpoints) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [seen.path for seen in server.seen] == ["/.well-known/dinamis"]
    assert server.seen[0].headers["Accept-Language"] == "en"


def test_a_service_that_was_away_is_asked_again(server, service):
    found = server.scripts["/.well-known/dinamis"][0]
    server.on("/.well-known/dinamis", problem(503, "unavailable", Retry_After="100"), found)
    with pytest.raises(UnavailableError):
        _ = service.endpoints
    assert service.endpoints.demo


# Sign-in


def test_another_issuer_is_asked_once_where_it_signs_people_in(server, service):
    base = server.url
    server.on("/.well-known/dinamis", answer({**discovery(base), "issuer_document": f"{base}/issuer"}))
    told = {"device_authorization_endpoint": f"{base}/o/device/", "token_endpoint": f"{base}/o/token/"}
    server.on("/issuer", answer(told))
    server.on("/o/device/", answer(DEVICE))
    server.on("/o/token/", answer(TOKENS))
    assert service.auth.start().user_code == "ABCD-EFGH"
    assert service.auth.refresh("r1").refresh_token == "r2"
    service.auth.revoke("r2")  # the issuer has no endpoint for it
    assert [seen.path for seen in server.seen].count("/issuer") == 1
    assert "Authorization" not in server.seen[1].headers
    server.on("/api/me", answer({"sub": "1", "given_name": "Camille", "family_name": "Martin"}))
    assert service.auth.account().full_name == "Camille Martin"


def test_a_sign_in_starts(server, service):
    server.on(f"{OIDC}/auth/device", answer(DEVICE))
    assert service.auth.start().user_code == "ABCD-EFGH"
    assert form(server.seen[-1]) == {"client_id": "dinamis-qgis", "scope": "openid offline_access"}
    assert "Authorization" not in server.seen[-1].headers


@pytest.mark.parametrize("reply", [page(), answer([]), answer({"device_code": "x"})])
def test_a_sign_in_that_cannot_start_is_a_bad_answer(server, service, reply):
    server.on(f"{OIDC}/auth/device", reply)
    with pytest.raises(BadAnswerError):
        service.auth.start()


def test_every_answer_while_waiting_is_told_apart(server, service):
    codes = ["authorization_pending", "slow_down", "access_denied", "expired_token", "invalid_grant"]
    server.on(f"{OIDC}/token", *map(oauth_error, codes), answer(TOKENS))
    answers = [service.auth.poll("d1") for _ in range(6)]
    assert [outcome for outcome, _ in answers] == [
        PollOutcome.PENDING,
        PollOutcome.SLOW_DOWN,
        PollOutcome.DENIED,
        PollOutcome.EXPIRED,
        PollOutcome.EXPIRED,
        PollOutcome.GRANTED,
    ]
    assert [tokens is None for _, tokens in answers] == [True] * 5 + [False]
    assert answers[-1][1].refresh_token == "r2"
    assert form(server.seen[-1])["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (cut, ServiceUnreachableError),
        (oauth_error("invalid_client", 401), NotSignedInError),
        (oauth_error("unsupported_grant_type"), InvalidRequestError),
        (problem(503, "unavailable"), UnavailableError),
        (page(), BadAnswerError),
        (answer({"access_token": "a"}), BadAnswerError),
    ],
)
def test_a_question_that_fails_is_not_an_answer(server, service, reply, error):
    server.on(f"{OIDC}/token", reply)
    _ = service.endpoints
    before = len(server.seen)
    with pytest.raises(error):
        service.auth.poll("d1")
    assert len(server.seen) == before + 1


def test_a_session_is_renewed(server, service):
    server.on(f"{OIDC}/token", answer(TOKENS))
    tokens = service.auth.refresh("r1")
    assert (tokens.access_token, tokens.refresh_token) == ("a2", "r2")
    assert form(server.seen[-1])["refresh_token"] == "r1"


@pytest.mark.parametrize("status", [400, 401])
def test_a_session_that_is_over_is_told(server, service, status):
    server.on(f"{OIDC}/token", oauth_error("invalid_grant", status))
    with pytest.raises(SignInExpiredError):
        service.auth.refresh("r1")


@pytest.mark.parametrize("fault", [cut, truncated(TOKENS), problem(502, "x"), problem(503, "x")])
def test_a_lost_answer_to_a_renewal_is_asked_for_again(server, service, fault):
    server.on(f"{OIDC}/token", fault, answer(TOKENS))
    assert service.auth.refresh("r1").refresh_token == "r2"
    assert [form(seen)["refresh_token"] for seen in server.seen if seen.path == f"{OIDC}/token"] == [
        "r1",
        "r1",
    ]


def test_a_session_is_revoked(server, service):
    server.on(f"{OIDC}/revoke", lambda handler: handler.send(200, b""))
    service.auth.revoke("r1")
    assert form(server.seen[-1])["token"] == "r1"
    server.on(f"{OIDC}/revoke", cut, problem(503, "unavailable", Retry_After="60"))
    with pytest.raises(UnavailableError):
        service.auth.revoke("r1")


def test_the_account_is_read_with_the_token(server, service):
    server.on(f"{OIDC}/userinfo", answer({"sub": "1", "given_name": "Camille", "family_name": "Martin"}))
    assert service.auth.account().full_name == "Camille Martin"
    assert server.seen[-1].headers["Authorization"] == "Bearer t1"
    server.on(f"{OIDC}/userinfo", problem(401, "not-signed-in"))
    with pytest.raises(NotSignedInError):
        service.auth.account()


# Catalogue


def root(base: str) -> dict:
    return {
        "type": "Catalog",
        "id": "dinamis",
        "description": "d",
        "stac_version": "1.0.0",
        "conformsTo": ["https://api.stacspec.org/v1.0.0/core", "https://api.stacspec.org/v1.0.0/item-search"],
        "links": [
            {"rel": "self", "href": f"{base}/stac"},
            {"rel": "root", "href": f"{base}/stac"},
            {
                "rel": "search",
                "href": f"{base}/stac/search",
                "method": "POST",
                "type": "application/geo+json",
            },
        ],
    }


def results(server, ids, matched, following=""):
    features = [{**ITEM, "id": scene_id} for scene_id in ids]
    document = {"type": "FeatureCollection", "features": features, "numberMatched": matched, "links": []}
    if following:
        link = {
            "rel": "next",
            "href": f"{server.url}/stac/search",
            "method": "POST",
            "merge": True,
            "body": {"token": following},
        }
        document["links"].append(link)
    return answer(document)


@pytest.fixture
def catalogue(server, service):
    server.on("/stac", answer(root(server.url)))
    return service.catalogue


def test_a_search_comes_page_by_page(server, catalogue):
    server.on(
        "/stac/search",
        results(server, ["a", "b"], 5, "n1"),
        results(server, ["c", "d"], 5, "n2"),
        results(server, ["e"], 5),
    )
    pages = catalogue.pages(SearchQuery(missions=("PLEIADES",)), page_size=2)
    first = next(pages)
    assert ([scene.id for scene in first.scenes], first.matched) == (["a", "b"], 5)
    assert [seen.path for seen in server.seen if seen.method == "POST"] == ["/stac/search"]
    assert [scene.id for part in pages for scene in part.scenes] == ["c", "d", "e"]
    bodies = [seen.json for seen in server.seen if seen.method == "POST"]
    assert [body.get("token") for body in bodies] == [None, "n1", "n2"]
    assert {json.dumps(body["filter"]) for body in bodies} == {json.dumps(bodies[0]["filter"])}
    assert bodies[0]["limit"] == 2


def test_a_search_without_results_is_one_empty_page(server, catalogue):
    server.on("/stac/search", results(server, [], 0))
    (empty,) = catalogue.pages(SearchQuery())
    assert (empty.scenes, empty.matched) == ((), 0)


def test_items_that_cannot_be_shown_are_counted(server, catalogue):
    document = {
        "type": "FeatureCollection",
        "features": [ITEM, {"id": "x"}, 3],
        "numberMatched": 3,
        "links": [],
    }
    server.on("/stac/search", answer(document))
    (only,) = catalogue.pages(SearchQuery())
    assert (len(only.scenes), only.matched, only.unreadable) == (1, 3, 2)


def test_older_catalogues_count_elsewhere_or_not_at_all(server, catalogue):
    server.on("/stac/search", answer({"features": [ITEM], "context": {"matched": 41}, "links": []}))
    assert next(catalogue.pages(SearchQuery())).matched == 41
    server.on("/stac/search", answer({"features": [ITEM], "links": []}))
    assert next(catalogue.pages(SearchQuery())).matched == 1


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (problem(400, "bad-request"), InvalidRequestError),
        (problem(401, "not-signed-in"), NotSignedInError),
        (problem(404, "not-found"), NotFoundError),
        (problem(503, "unavailable", Retry_After="99"), UnavailableError),
        (page(), BadAnswerError),
        (answer([1]), BadAnswerError),
        (cut, ServiceUnreachableError),
        (truncated({"features": []}), ServiceUnreachableError),
    ],
)
def test_faults_of_a_search_are_told_like_any_other(server, catalogue, reply, error):
    server.on("/stac/search", reply)
    with pytest.raises(error):
        list(catalogue.pages(SearchQuery()))


@pytest.mark.parametrize(
    "links", [[{"href": "x"}], [{"rel": "next"}], ["next"], {"rel": "next"}, [{"rel": "next", "href": 3}]]
)
def test_links_that_make_no_sense_are_a_bad_answer(server, catalogue, links):
    server.on("/stac/search", answer({"features": [ITEM], "links": links}))
    pages = catalogue.pages(SearchQuery())
    assert next(pages).scenes
    with pytest.raises(BadAnswerError):
        list(pages)


@pytest.mark.parametrize(
    "reply", [answer({"type": "Catalog"}), answer({"hello": 1}), answer({"type": "Feature"})]
)
def test_a_root_that_is_no_stac_api_is_a_bad_answer(server, catalogue, reply):
    server.on("/stac", reply)
    with pytest.raises(BadAnswerError):
        list(catalogue.pages(SearchQuery()))


def test_the_root_is_asked_for_once_and_again_after_a_fault_or_a_while(server, catalogue, monkeypatch):
    server.on("/stac/search", results(server, ["a"], 1))

    def asked():
        before = len(server.seen)
        list(catalogue.pages(SearchQuery()))
        return sum(seen.path == "/stac" for seen in server.seen[before:])

    assert asked() > 0
    assert asked() == 0
    server.on("/stac/search", problem(404, "not-found"), results(server, ["a"], 1))
    with pytest.raises(NotFoundError):
        asked()
    assert asked() > 0
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + ROOT_S + 1)
    assert asked() > 0


def test_pages_asked_for_by_get_are_no_part_of_the_root(server, catalogue):
    link = {"rel": "next", "href": f"{server.url}/more", "method": "GET"}
    server.on("/stac/search", answer({"features": [ITEM], "links": [link], "numberReturned": 1}))
    server.on("/more", answer({"features": [ITEM], "links": []}))
    for _ in range(2):
        before = len(server.seen)
        assert len(list(catalogue.pages(SearchQuery(), 1))) == 2
        assert [seen.path for seen in server.seen[before:]][-1] == "/more"


def test_a_page_that_breaks_within_its_items_is_a_bad_answer(server, catalogue):
    text = json.dumps({"features": [ITEM, ITEM], "links": [], "numberReturned": 2})
    broken = text.replace('"properties"', "properties", 2).replace("properties", '"properties"', 1)
    server.on("/stac/search", page(broken))
    with pytest.raises(BadAnswerError):
        list(catalogue.pages(SearchQuery()))


def test_pages_before_a_fault_stay_good(server, catalogue):
    server.on("/stac/search", results(server, ["a"], 2, "n1"), problem(500, "internal"))
    pages = catalogue.pages(SearchQuery(), 1)
    assert next(pages).scenes[0].id == "a"
    with pytest.raises(Exception, match="Une phrase"):
        next(pages)


def test_a_passing_fault_in_the_middle_of_a_search_is_not_seen(server, catalogue):
    server.on(
        "/stac/search", results(server, ["a"], 2, "n1"), cut, problem(502, "x"), results(server, ["b"], 2)
    )
    assert [scene.id for part in catalogue.pages(SearchQuery(), 1) for scene in part.scenes] == ["a", "b"]


def test_a_search_is_cancelled_between_pages(server, catalogue):
    server.on("/stac/search", results(server, ["a"], 9, "n1"))
    given_up = threading.Event()
    pages = catalogue.pages(SearchQuery(), 1, given_up.is_set)
    next(pages)
    given_up.set()
    with pytest.raises(CancelledError):
        next(pages)


def test_one_scene_is_found_again(server, catalogue):
    server.on("/stac/search", results(server, ["a"], 1), results(server, [], 0))
    assert catalogue.scene("pleiades", "a").id == "a"
    assert server.seen[-1].json["ids"] == ["a"]
    assert catalogue.scene("pleiades", "a") is None


def test_a_next_page_elsewhere_gets_no_token(server, catalogue):
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    link = {"rel": "next", "href": f"{elsewhere}/other", "method": "GET"}
    server.on("/stac/search", answer({"features": [ITEM], "links": [link], "numberMatched": 2}))
    server.on("/other", answer({"features": [ITEM], "links": []}))
    list(catalogue.pages(SearchQuery(), 1))
    assert [seen.headers.get("Authorization") for seen in server.seen[-2:]] == ["Bearer t1", None]


# Signing


def sign(handler):
    urls = json.loads(handler.server.owner.seen[-1].body)["urls"]
    now = datetime.now(timezone.utc)
    hrefs = {
        url: f"{url}?{signature(now, 3600)}" for url in urls if "refused" not in url and "open" not in url
    }
    hrefs.update({url: url for url in urls if "open" in url})
    refused = {url: {"code": "forbidden", "detail": "Non."} for url in urls if "refused" in url}
    expiry = (now + timedelta(hours=1)).isoformat()
    answer({"expiry": expiry, "hrefs": hrefs, "refused": refused})(handler)


def test_addresses_are_signed_in_batches(server, service):
    server.on("/sign_urls", sign)
    urls = [f"http://h.example/o/{n}.tif" for n in range(150)]
    result = service.signing.sign([*urls, urls[0], urls[1] + "?" + signature()])
    assert list(result.signed) == urls
    assert [len(seen.json["urls"]) for seen in server.seen if seen.path == "/sign_urls"] == [64, 64, 22]
    left = result.signed[urls[0]].expires_at - datetime.now(timezone.utc)
    assert left.total_seconds() == pytest.approx(3600, abs=5)
    assert "duration_seconds" not in server.seen[-1].json
    service.signing.sign(urls[:1], duration_s=60)
    assert server.seen[-1].json["duration_seconds"] == 60


def test_what_is_not_signed_says_why(server, service):
    server.on("/sign_urls", sign)
    result = service.signing.sign(["http://h/refused.tif", "http://h/open.tif", "http://h/a.tif"])
    assert (result.refused["http://h/refused.tif"].code, result.refused["http://h/refused.tif"].detail) == (
        "forbidden",
        "Non.",
    )
    assert result.signed["http://h/open.tif"].expires_at is None
    assert set(result.signed) == {"http://h/open.tif", "http://h/a.tif"}
    server.on("/sign_urls", answer({"expiry": "2026-01-01T00:00:00Z", "hrefs": {}}))
    assert service.signing.sign(["http://h/a.tif"]).refused["http://h/a.tif"].code == "unanswered"


def test_nothing_to_sign_asks_nothing(server, service):
    assert service.signing.sign([]).signed == {}
    assert all(seen.path != "/sign_urls" for seen in server.seen)


@pytest.mark.parametrize("document", [[], {}, {"hrefs": []}, "x"])
def test_a_signing_answer_without_addresses_is_a_bad_answer(server, service, document):
    server.on("/sign_urls", answer(document))
    with pytest.raises(BadAnswerError):
        service.signing.sign(["http://h/a.tif"])


@pytest.mark.parametrize("fault", [cut, problem(502, "x"), truncated({"hrefs": {}})])
def test_signing_is_repeated_after_a_passing_fault(server, service, fault):
    server.on("/sign_urls", fault, sign)
    assert len(service.signing.sign(["http://h/a.tif"]).signed) == 1


def test_expiry_is_told_by_the_clock_of_this_machine(server, service):
    ahead = datetime.now(timezone.utc) + timedelta(hours=3)

    def sign_ahead(handler):
        body = json.dumps(
            {
                "expiry": (ahead + timedelta(hours=1)).isoformat(),
                "hrefs": {"http://h/a.tif": f"http://h/a.tif?{signature(ahead, 3600)}"},
            }
        ).encode()
        handler.send_response_only(200)
        handler.send_header("Date", format_datetime(ahead, usegmt=True))
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    server.on("/sign_urls", sign_ahead)
    left = service.signing.sign(["http://h/a.tif"]).signed["http://h/a.tif"].expires_at - datetime.now(
        timezone.utc
    )
    assert left.total_seconds() == pytest.approx(3600, abs=5)


def test_a_file_is_signed_and_downloaded(server, service, tmp_path):
    server.on("/sign_urls", sign)
    server.on("/objects/a.tif", lambda handler: handler.send(200, b"image", {"Content-Type": "image/tiff"}))
    path = download(service.link(f"{server.url}/objects/a.tif"), tmp_path / "a.tif")
    assert path.read_bytes() == b"image"
    assert "X-Amz-Signature=" in server.seen[-1].path
    assert "Authorization" not in server.seen[-1].headers
    with pytest.raises(ForbiddenError):
        download(service.link(f"{server.url}/objects/refused.tif"), tmp_path / "b.tif")
    assert not (tmp_path / "b.tif").exists()


# Requests


def test_quotas_projects_and_products_are_listed(server, service):
    server.on("/api/quotas", answer(QUOTAS))
    server.on("/api/projects", answer({"projects": [{"id": "2026-001-SCI", "title": "Littoral"}]}))
    server.on("/stapi/products", answer({"products": [{"id": "spot-archive", "title": "SPOT"}]}))
    server.on(
        "/stapi/products/spot-archive/order-parameters", answer({"properties": {"a": {"type": "string"}}})
    )
    assert [quota.sensor for quota in service.quotas.quotas()] == ["PLEIADES", "PNEO"]
    assert [project.id for project in service.projects.all()] == ["2026-001-SCI"]
    assert [product.sensor for product in service.requests.products()] == ["SPOT"]
    assert [field.name for field in service.requests.order_parameters("spot-archive")] == ["a"]


def test_a_project_is_made_once(server, service):
    server.on("/api/projects", problem(503, "unavailable"), answer({"id": "2026-001-SCI", "title": "T"}, 201))
    _ = service.endpoints
    assert service.projects.create(ProjectDraft("T", (), None, "d"), "key").id == "2026-001-SCI"
    sent = [seen.headers["Idempotency-Key"] for seen in server.seen if seen.method == "POST"]
    assert sent == ["key", "key"]  # 503 first: sent again under its key, it makes one project
    server.on("/api/projects", problem(422, "invalid", errors=[{"field": "title", "message": "Requis."}]))
    with pytest.raises(InvalidRequestError) as caught:
        service.projects.create(ProjectDraft("", (), None, ""), "another")
    assert caught.value.fields == {"title": "Requis."}


class OrderDesk:
    """Makes one order per key, as the contract says, and may lose its answer."""

    def __init__(self, *losses) -> None:
        self.losses = list(losses)
        self.orders: dict[str, dict] = {}

    def __call__(self, handler) -> None:
        seen = handler.server.owner.seen[-1]
        key = next(value for name, value in seen.headers.items() if name.lower() == "idempotency-key")
        known = key in self.orders
        if known and self.orders[key] != seen.json:
            problem(409, "conflict")(handler)
            return
        self.orders[key] = seen.json
        reply = self.losses.pop(0) if self.losses else answer({**FEATURE, "id": key}, 200 if known else 201)
        reply(handler)


PATH = "/stapi/products/pleiades-archive/orders"


@pytest.mark.parametrize(
    "loss", [cut, truncated(FEATURE, 40), problem(502, "x"), problem(503, "x"), problem(504, "x")]
)
def test_an_order_whose_answer_was_lost_is_made_once(server, service, loss):
    desk = OrderDesk(loss, loss)
    server.on(PATH, desk)
    order = service.requests.submit(DRAFT)
    assert order.id == DRAFT.idempotency_key
    sent = [seen for seen in server.seen if seen.path == PATH]
    assert len(sent) == 3
    assert {seen.headers["Idempotency-Key"] for seen in sent} == {DRAFT.idempotency_key}
    assert list(desk.orders) == [DRAFT.idempotency_key]


def test_a_draft_submitted_again_is_the_same_order_and_a_changed_one_another(server, service):
    desk = OrderDesk()
    server.on(PATH, desk)
    assert service.requests.submit(DRAFT).id == service.requests.submit(DRAFT).id
    assert len(desk.orders) == 1
    service.requests.submit(DRAFT.as_new().changed(parameters={"project_id": "Q"}))
    assert len(desk.orders) == 2
    stolen = DRAFT.changed(parameters={"project_id": "R"})
    with pytest.raises(ConflictError):
        service.requests.submit(stolen)


def test_an_estimate_is_asked_for(server, service):
    server.on("/api/estimate", cut, answer({"area_km2": 12.5, "sensor": "PLEIADES", "year": 2026}))
    assert service.requests.estimate(DRAFT).area_km2 == 12.5
    assert server.seen[-1].json["item_ids"] == ["A"]


def test_orders_come_from_all_pages(server, service):
    following = [{"rel": "next", "href": f"{server.url}/stapi/orders?token=2"}]
    server.on(
        "/stapi/orders",
        answer({"features": [{**FEATURE, "id": "1"}], "links": following}),
        answer({"features": [{**FEATURE, "id": "2"}], "links": []}),
    )
    assert [order.id for order in service.follow_up.orders().orders] == ["1", "2"]


def test_an_order_is_given_up(server, service):
    done = {**FEATURE, "properties": {**FEATURE["properties"], "dinamis:state": "cancelled"}}
    server.on("/stapi/orders/a%2Fb/cancel", cut, answer(done), problem(409, "conflict"))
    assert service.follow_up.cancel(Order.from_stapi({**FEATURE, "id": "a/b"})).state is OrderState.CANCELLED
    with pytest.raises(ConflictError):
        service.follow_up.cancel(Order.from_stapi({**FEATURE, "id": "a/b"}))


def test_a_quotation_is_accepted(server, service):
    done = {**FEATURE, "properties": {**FEATURE["properties"], "dinamis:state": "accepted"}}
    server.on("/stapi/orders/a/accept", answer(done))
    assert service.follow_up.accept(Order.from_stapi({**FEATURE, "id": "a"})).state is OrderState.ACCEPTED


@pytest.mark.parametrize("call", ["quotas.quotas", "projects.all", "requests.products", "follow_up.orders"])
@pytest.mark.parametrize("reply", [page(), lambda handler: handler.send(200, b"\x00")])
def test_lists_that_are_not_json_are_bad_answers(server, service, call, reply):
    for path in ("/api/quotas", "/api/projects", "/stapi/products", "/stapi/orders"):
        server.on(path, reply)
    with pytest.raises(BadAnswerError):
        attrgetter(call)(service)()


def test_a_client_without_session_sends_no_token(server):
    http = HttpClient(requests.Session())
    http.trust([server.url])
    http.get_json(server.on("/x", answer(1)))
    assert "Authorization" not in server.seen[-1].headers
