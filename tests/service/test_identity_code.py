"""Authorization code with PKCE: what a client gets, what it is told, and what nobody gets."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from clocks import MovableClock
from code_flow import (
    AUTHORIZATION,
    CALLBACK,
    SECRET,
    TOKEN,
    Walker,
    WebApplication,
    answer_of,
    claims_of,
    write_clients,
)
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from oauth import PROTOCOL, Device
from running import PASSWORD, LiveService, SignedIn, sign_in

from dinamis_service.app import create_app, create_context
from dinamis_service.cli import main
from dinamis_service.context import Context
from dinamis_service.identity.authorization import read_request
from dinamis_service.identity.oauth_errors import OAuthError
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.identity.signer import InvalidTokenError
from dinamis_service.identity.tables import Account
from dinamis_service.settings import Settings

ISSUER = f"http://testserver{REALM_PATH}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", clients_file=write_clients(tmp_path / "clients.json"))


@pytest.fixture
def person(signed_in) -> SignedIn:
    return signed_in()


@pytest.fixture
def walker(client: TestClient) -> Walker:
    return Walker(client)


@pytest.fixture(scope="module")
def visited_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service where nobody is signed in, for requests that leave nothing behind."""
    folder = tmp_path_factory.mktemp("visited")
    listed = write_clients(folder / "clients.json")
    with TestClient(
        create_app(create_context(Settings(data_dir=folder / "data", clients_file=listed)))
    ) as client:
        yield client


@pytest.fixture
def visitor(visited_client: TestClient) -> Walker:
    """Somebody who is not signed in."""
    return Walker(visited_client)


@pytest.fixture
def portal() -> WebApplication:
    return WebApplication()


@pytest.fixture
def code(walker: Walker, portal: WebApplication, person: SignedIn) -> str:
    """A code of a person who has just consented."""
    return get_code(walker, portal, person)


def get_code(walker: Walker, portal: WebApplication, person: SignedIn, **changed: str) -> str:
    walker.open(AUTHORIZATION, **portal.asks(**changed))
    if 'name="password"' in walker.page.text:
        walker.sign_in(person.principal.email)
    walker.send("decision", decision="accept")
    return walker.answer()["code"]


def refused(answer: httpx.Response) -> str:
    assert answer.status_code in (400, 401), answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["error"])


def test_the_whole_walk_gives_tokens_of_the_person(
    client: TestClient, walker: Walker, portal: WebApplication, person: SignedIn, clock: MovableClock
) -> None:
    page = walker.open(AUTHORIZATION, **portal.asks())
    assert page.url.path == "/sign-in"
    page = walker.sign_in(person.principal.email)
    assert "Portail &lt;b&gt;Exemple&lt;/b&gt;" in page.text
    assert "portal.example" in page.text
    assert person.principal.email in page.text
    walker.send("decision", decision="accept")
    assert walker.page.headers["location"].startswith(f"{CALLBACK}&code=")
    answer = walker.answer()
    assert (answer["state"], answer["iss"]) == (portal.state, ISSUER)
    exchanged = portal.exchange(client, answer["code"])
    assert exchanged.headers["cache-control"] == "no-store"
    tokens = exchanged.json()
    assert Device(client).me(tokens["access_token"]).json()["sub"] == person.principal.sub
    identity = claims_of(tokens["id_token"])
    assert (identity["aud"], identity["nonce"]) == ("portal", portal.nonce)
    assert 0 <= clock().timestamp() - identity["auth_time"] < 60
    fresh = client.post(
        TOKEN,
        data={
            "grant_type": "refresh_token",
            "client_id": "portal",
            "client_secret": SECRET,
            "refresh_token": tokens["refresh_token"],
        },
    ).json()
    assert "nonce" not in claims_of(fresh["id_token"])


def test_a_code_serves_once_and_its_second_use_ends_the_sign_in(
    client: TestClient, portal: WebApplication, code: str
) -> None:
    tokens = portal.exchange(client, code).json()
    assert refused(portal.exchange(client, code)) == "invalid_grant"
    assert Device(client).me(tokens["access_token"]).status_code == 401
    refresh = {"grant_type": "refresh_token", "client_id": "portal", "client_secret": SECRET}
    assert (
        refused(client.post(TOKEN, data={**refresh, "refresh_token": tokens["refresh_token"]}))
        == "invalid_grant"
    )


STOLEN: tuple[dict[str, str | None], ...] = (
    {"code_verifier": "x" * 43},
    {"code_verifier": None},
    {"code_verifier": ""},
    {"code_verifier": "short"},
    {"redirect_uri": "https://portal.example/callback"},
    {"redirect_uri": None},
    {"code": "x"},
)


def test_a_stolen_code_is_worth_nothing(
    client: TestClient, walker: Walker, portal: WebApplication, person: SignedIn
) -> None:
    for changed in STOLEN:
        given = {"code": get_code(walker, portal, person), **changed}
        assert refused(portal.exchange(client, given.pop("code") or "", **given)) == "invalid_grant", changed


def test_a_code_serves_only_the_client_that_got_it(
    client: TestClient, portal: WebApplication, code: str
) -> None:
    other = portal.exchange(client, code, client_id="page", client_secret=None)
    assert refused(other) == "invalid_grant"
    assert portal.exchange(client, code).status_code == 200


def test_a_code_ends_after_a_minute(
    client: TestClient, portal: WebApplication, code: str, clock: MovableClock
) -> None:
    clock.advance(60)
    assert refused(portal.exchange(client, code)) == "invalid_grant"


def test_a_client_with_a_secret_has_to_know_it(client: TestClient, portal: WebApplication, code: str) -> None:
    for secret in (None, "", "wrong", SECRET + " "):
        answer = portal.exchange(client, code, client_secret=secret)
        assert (refused(answer), answer.status_code) == ("invalid_client", 401)
        assert answer.headers["www-authenticate"] == "Basic"
    assert portal.exchange(client, code).status_code == 200


def test_a_client_may_say_who_it_is_by_basic_but_not_twice(
    client: TestClient, portal: WebApplication, code: str
) -> None:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    form["code_verifier"] = portal.verifier
    basic = httpx.BasicAuth("portal", SECRET.replace(" ", "+"))
    assert (
        refused(client.post(TOKEN, data={**form, "client_secret": SECRET}, auth=basic)) == "invalid_request"
    )
    assert refused(client.post(TOKEN, data={**form, "client_id": "page"}, auth=basic)) == "invalid_request"
    assert refused(client.post(TOKEN, data=form, headers={"Authorization": "Basic %"})) == "invalid_client"
    assert client.post(TOKEN, data=form, auth=basic).status_code == 200


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "",
        "https://portal.example/callback",
        "https://portal.example/callback?from=dinamis&x=1",
        "https://portal.example/callback?from=dinamis#x",
        "https://portal.example.evil.example/callback?from=dinamis",
        "https://portal.example@evil.example/callback?from=dinamis",
        "https://PORTAL.example/callback?from=dinamis",
        "http://portal.example/callback?from=dinamis",
        "https://portal.example:443/callback?from=dinamis",
        "https://portal.example/./callback?from=dinamis",
        "https://portal.example/callback?from=dinamis\r\nSet-Cookie: a=b",
        "//evil.example/",
        "javascript:alert(1)",
        "http://127.0.0.1:8000/callback",
    ],
)
def test_nothing_is_sent_to_an_address_that_is_not_the_clients(
    visitor: Walker, portal: WebApplication, redirect_uri: str
) -> None:
    page = visitor.open(AUTHORIZATION, **portal.asks(redirect_uri=redirect_uri))
    assert page.status_code == 400
    assert "location" not in page.headers
    assert "evil" not in page.text.split("</header>")[1]


def test_an_unknown_client_is_answered_on_a_page(visitor: Walker, portal: WebApplication) -> None:
    assert visitor.open(AUTHORIZATION, **portal.asks(client_id="stranger")).status_code == 400
    assert visitor.open(AUTHORIZATION).status_code == 400


@pytest.mark.parametrize(
    ("redirect_uri", "status"),
    [
        ("http://127.0.0.1:51234/callback", 200),
        ("http://[::1]:51234/callback", 200),
        ("http://127.0.0.1/callback", 200),
        ("http://127.0.0.1:51234/other", 400),
        ("http://localhost:51234/callback", 400),
        ("http://127.0.0.1:51234@evil.example/callback", 400),
        ("http://evil.example@127.0.0.1:51234/callback", 400),
        ("http://127.0.0.1:51234\\@evil.example/callback", 400),
        ("http://127.0.0.1:x/callback", 400),
        ("https://127.0.0.1:51234/callback", 400),
    ],
)
def test_a_native_client_may_listen_on_any_port_of_the_loopback(
    visitor: Walker, redirect_uri: str, status: int
) -> None:
    native = WebApplication("dinamis-qgis", redirect_uri, None)
    assert visitor.open(AUTHORIZATION, **native.asks()).status_code == status


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"nonce": "x" * 201}, "invalid_request"),
        ({"nonce": "a\0b"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/"}, "request_uri_not_supported"),
    ],
)
def test_refusals_are_told_to_the_client(
    visitor: Walker, portal: WebApplication, changed: dict[str, str | None], error: str
) -> None:
    visitor.open(AUTHORIZATION, **portal.asks(**changed))
    assert visitor.page.headers["location"].startswith(f"{CALLBACK}&error=")
    answer = visitor.answer()
    assert (answer["error"], answer["state"], answer["iss"]) == (error, portal.state, ISSUER)
    assert answer["error_description"].isascii()


def test_a_parameter_may_not_come_twice(visitor: Walker, portal: WebApplication) -> None:
    asked = urlencode(portal.asks())
    visitor.open(f"{AUTHORIZATION}?{asked}&scope=email")
    assert visitor.answer()["error"] == "invalid_request"
    assert visitor.open(f"{AUTHORIZATION}?{asked}&redirect_uri=https://evil.example/").status_code == 400


def test_prompt_none_never_shows_a_page(walker: Walker, portal: WebApplication, person: SignedIn) -> None:
    walker.open(AUTHORIZATION, **portal.asks(prompt="none"))
    assert walker.answer()["error"] == "login_required"
    get_code(walker, portal, person)
    walker.open(AUTHORIZATION, **portal.asks(prompt="none"))
    assert walker.answer()["error"] == "consent_required"


def test_a_client_of_ours_gets_its_code_without_consent_unless_it_wants_it(
    tmp_path: Path, fresh_data: Path
) -> None:
    shutil.copytree(fresh_data, tmp_path / "data")
    listed = write_clients(tmp_path / "clients.json", trusted=True)
    context = create_context(Settings(data_dir=tmp_path / "data", clients_file=listed))
    person, portal = sign_in(context), WebApplication()
    with TestClient(create_app(context)) as client:
        walker = Walker(client)
        walker.open(AUTHORIZATION, **portal.asks())
        walker.sign_in(person.principal.email)
        assert portal.exchange(client, walker.answer()["code"]).status_code == 200
        walker.open(AUTHORIZATION, **portal.asks(prompt="none"))
        assert "code" in walker.answer()
        assert "Autoriser" in walker.open(AUTHORIZATION, **portal.asks(prompt="consent")).text


@pytest.mark.parametrize("wish", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "select_account"}])
def test_who_is_signed_in_signs_in_again_where_the_client_wants_it(
    client: TestClient,
    walker: Walker,
    *,
    portal: WebApplication,
    person: SignedIn,
    clock: MovableClock,
    wish: dict[str, str],
) -> None:
    get_code(walker, portal, person)
    clock.advance(100)
    assert 'name="password"' in walker.open(AUTHORIZATION, **portal.asks(**wish)).text
    before = clock().timestamp()
    walker.sign_in(person.principal.email)
    walker.send("decision", decision="accept")
    tokens = portal.exchange(client, walker.answer()["code"]).json()
    assert claims_of(tokens["id_token"])["auth_time"] >= int(before)


def test_a_sign_in_that_is_recent_enough_is_taken(
    walker: Walker, portal: WebApplication, person: SignedIn, clock: MovableClock
) -> None:
    get_code(walker, portal, person)
    clock.advance(100)
    assert "Autoriser" in walker.open(AUTHORIZATION, **portal.asks(max_age="200")).text
    assert 'name="password"' in walker.open(AUTHORIZATION, **portal.asks(max_age="50")).text


def test_the_person_that_the_client_means_is_asked(
    client: TestClient, walker: Walker, portal: WebApplication, person: SignedIn, signed_in
) -> None:
    tokens = portal.exchange(client, get_code(walker, portal, person)).json()
    assert "Autoriser" in walker.open(AUTHORIZATION, **portal.asks(id_token_hint=tokens["id_token"])).text
    walker.send("other", decision="other")
    walker.sign_in(signed_in(kind="PUB").principal.email)
    asked = portal.asks(id_token_hint=tokens["id_token"], prompt="none")
    walker.open(AUTHORIZATION, **asked)
    assert walker.answer()["error"] == "login_required"


def test_a_refusal_of_the_person_is_told(walker: Walker, portal: WebApplication, person: SignedIn) -> None:
    walker.open(AUTHORIZATION, **portal.asks())
    walker.sign_in(person.principal.email)
    walker.send("decision", decision="refuse")
    assert walker.answer()["error"] == "access_denied"


def test_a_request_may_come_in_a_body(client: TestClient, portal: WebApplication) -> None:
    led = client.post(AUTHORIZATION, data=portal.asks(), follow_redirects=False)
    assert led.status_code == 303
    assert led.headers["location"].startswith(f"{AUTHORIZATION}?response_type=code&client_id=portal&")


def test_consent_cannot_be_given_by_another_site(
    client: TestClient, walker: Walker, portal: WebApplication, person: SignedIn
) -> None:
    get_code(walker, portal, person)
    forged = {"asked": urlencode(portal.asks()), "decision": "accept"}
    for token in ("", "x" * 64):
        answer = client.post(
            f"{REALM_PATH}/consent", data={**forged, "form_token": token}, follow_redirects=False
        )
        assert (answer.status_code, "location" in answer.headers) == (403, False)


def test_consent_is_read_anew(walker: Walker, portal: WebApplication, person: SignedIn) -> None:
    walker.open(AUTHORIZATION, **portal.asks())
    walker.sign_in(person.principal.email)
    changed = urlencode(portal.asks(redirect_uri="https://evil.example/"))
    assert walker.send("decision", decision="accept", asked=changed).status_code == 400


def test_pages_of_the_sign_in_cannot_be_framed(
    walker: Walker, portal: WebApplication, person: SignedIn
) -> None:
    pages = [walker.open(AUTHORIZATION, **portal.asks()), walker.sign_in(person.principal.email)]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self'" in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "no-referrer"
    assert "form-action 'self' https://portal.example;" in pages[1].headers["content-security-policy"]


@pytest.mark.parametrize("change", ["state", "expiry", "entity"])
def test_an_account_that_is_no_longer_open_gets_nothing(
    client: TestClient,
    context: Context,
    walker: Walker,
    *,
    portal: WebApplication,
    person: SignedIn,
    clock: MovableClock,
    change: str,
) -> None:
    first = portal.exchange(client, get_code(walker, portal, person)).json()
    code = get_code(walker, portal, person)
    with context.database.session() as session:
        account = session.get_one(Account, person.principal.sub)
        if change == "state":
            account.state = "closed"
        elif change == "expiry":
            account.expires_at = clock()
        else:
            account.entity.state = "closed"
    assert refused(portal.exchange(client, code)) == "invalid_grant"
    assert Device(client).me(first["access_token"]).status_code == 401
    refresh = {"grant_type": "refresh_token", "client_id": "portal", "client_secret": SECRET}
    assert (
        refused(client.post(TOKEN, data={**refresh, "refresh_token": first["refresh_token"]}))
        == "invalid_grant"
    )


def test_without_offline_access_a_sign_in_ends_as_one_on_the_pages(
    client: TestClient, portal: WebApplication, code: str, clock: MovableClock
) -> None:
    tokens = portal.exchange(client, code).json()
    assert tokens["refresh_expires_in"] <= 3600
    refresh = {"grant_type": "refresh_token", "client_id": "portal", "client_secret": SECRET}
    clock.advance(3000)
    tokens = client.post(TOKEN, data={**refresh, "refresh_token": tokens["refresh_token"]}).json()
    assert tokens["refresh_expires_in"] <= 600
    clock.advance(601)
    assert (
        refused(client.post(TOKEN, data={**refresh, "refresh_token": tokens["refresh_token"]}))
        == "invalid_grant"
    )


def test_with_offline_access_it_lasts(
    client: TestClient, walker: Walker, portal: WebApplication, person: SignedIn
) -> None:
    walker.open(AUTHORIZATION, **portal.asks(scope="openid offline_access"))
    walker.sign_in(person.principal.email)
    assert "rester connectée" in walker.page.text
    walker.send("decision", decision="accept")
    tokens = portal.exchange(client, walker.answer()["code"]).json()
    assert tokens["refresh_expires_in"] == 30 * 86400


def test_web_applications_get_no_device_codes(client: TestClient) -> None:
    form = {"client_id": "portal", "client_secret": SECRET}
    assert refused(client.post(f"{PROTOCOL}/auth/device", data=form)) == "unauthorized_client"


@hypothesis_settings(max_examples=60)
@given(
    sent=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "client_id",
                    "redirect_uri",
                    "scope",
                    "state",
                    "prompt",
                    "max_age",
                    "code_challenge",
                    "nonce",
                    "response_type",
                    "dinamis_after",
                    "dinamis_back",
                    "id_token_hint",
                    "login_hint",
                ]
            ),
            st.text(max_size=30) | st.sampled_from(["portal", CALLBACK, "code", "S256", "none", "x" * 43]),
        ),
        max_size=12,
    )
)
def test_whatever_is_sent_nothing_leaves_but_to_the_client(
    visited_client: TestClient, sent: list[tuple[str, str]]
) -> None:
    portal = WebApplication()
    query = urlencode([*portal.asks().items(), *sent], errors="replace")
    answer = visited_client.get(f"{AUTHORIZATION}?{query}", follow_redirects=False)
    assert answer.status_code in (200, 303, 400)
    location = answer.headers.get("location", "/")
    assert location.startswith(("/sign-in?", CALLBACK)) or answer.status_code != 303


def test_authlib_signs_in_by_code(live_service: LiveService) -> None:
    person = live_service.sign_in()
    base = live_service.url + PROTOCOL
    with (
        OAuth2Client(
            "portal",
            SECRET,
            scope="openid",
            redirect_uri=CALLBACK,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_post",
            timeout=20,
        ) as authlib,
        httpx.Client(base_url=live_service.url, timeout=20) as browser,
    ):
        verifier = "v" * 64
        address, state = authlib.create_authorization_url(f"{base}/auth", code_verifier=verifier)
        walker = Walker(browser)
        walker.open(address)
        walker.sign_in(person.principal.email)
        walker.send("decision", decision="accept")
        location = walker.page.headers["location"]
        assert answer_of(location)["state"] == state
        authlib.fetch_token(f"{base}/token", authorization_response=location, code_verifier=verifier)
        assert authlib.get(f"{base}/userinfo").json()["email"] == person.principal.email


def test_of_many_uses_of_a_code_at_once_one_gets_tokens_and_they_end(on_either: LiveService) -> None:
    identity, person = on_either.context.identity, on_either.sign_in().principal
    native = WebApplication("dinamis-qgis", "http://127.0.0.1:1/callback", None)
    wanted = read_request(identity.clients, list(native.asks().items()))
    code = identity.codes.issue(wanted, person.sub, on_either.context.clock())
    issuer = on_either.url + REALM_PATH
    gate, got = threading.Barrier(6), []

    def use() -> None:
        gate.wait()
        with suppress(OAuthError):
            got.append(
                identity.codes.redeem(code, wanted.client, native.redirect_uri, native.verifier, issuer)
            )

    threads = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    (tokens,) = got
    with pytest.raises(InvalidTokenError):
        identity.tokens.principal(tokens.access_token, issuer)


def test_no_token_is_taken_from_an_address_or_a_body(
    client: TestClient, portal: WebApplication, code: str
) -> None:
    token = portal.exchange(client, code).json()["access_token"]
    assert client.get("/api/me", params={"access_token": token}).status_code == 401
    assert client.post(f"{PROTOCOL}/userinfo", data={"access_token": token}).status_code == 401


def test_passwords_get_no_tokens(client: TestClient, person: SignedIn) -> None:
    form = {"username": person.principal.email, "password": PASSWORD, "client_id": "dinamis-qgis"}
    for grant in ("password", "client_credentials", "implicit", ""):
        assert refused(client.post(TOKEN, data={**form, "grant_type": grant})) == "unsupported_grant_type"


@pytest.mark.parametrize(
    ("clients", "fault"),
    [
        ("[", "not JSON"),
        ('[{"client_id": "a"}]', "name"),
        ('[{"client_id": "gdal", "name": "x"}]', "twice"),
        ('[{"client_id": "a", "name": "x", "trusted": true}]', "secret_sha256"),
        ('[{"client_id": "a", "name": "x", "secret_sha256": "x"}]', "secret_sha256"),
        ('[{"client_id": "a", "name": "x", "redirect_uris": ["http://portal.example/"]}]', "https"),
        ('[{"client_id": "a", "name": "x", "redirect_uris": ["https://*.example/"]}]', "https"),
        ('[{"client_id": "a", "name": "x", "redirect_uris": ["https://a.example/#b"]}]', "https"),
        ('[{"client_id": "a", "name": "x", "redirect_uris": ["https://u@a.example/"]}]', "https"),
        ('[{"client_id": "a", "name": "x", "redirect_uris": ["javascript:alert(1)"]}]', "https"),
        ('[{"client_id": "a", "name": "x", "more": 1}]', "more"),
    ],
)
def test_a_file_of_clients_that_is_not_safe_stops_every_command(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    clients: str,
    fault: str,
) -> None:
    (tmp_path / "clients.json").write_text(clients, encoding="utf-8")
    monkeypatch.setenv("DINAMIS_CLIENTS_FILE", str(tmp_path / "clients.json"))
    assert main(["check"]) == 2
    said = capsys.readouterr().err
    assert "DINAMIS_CLIENTS_FILE" in said
    assert fault in said
