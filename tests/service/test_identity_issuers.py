"""The same sign-ins by our own issuer, by another service of ours and by django-oauth-toolkit."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from clocks import MovableClock
from issuers import (
    ENTITY,
    Endpoints,
    Issuer,
    OtherService,
    OwnIssuer,
    Toolkit,
    add_account,
    service_of,
    walk,
)
from running import LiveService
from sqlalchemy import select

from dinamis_plugin.api.service import Service
from dinamis_plugin.domain.device import PollOutcome, Tokens
from dinamis_plugin.domain.errors import SignInExpiredError
from dinamis_service.identity.tables import Account
from dinamis_service.registry.tables import Entity

ALL = (
    "own",
    *(pytest.param(one, marks=pytest.mark.long) for one in ("other service", "toolkit", "toolkit with JWT")),
)
OTHERS = ALL[1:]


@pytest.fixture(scope="module")
def other_service(fresh_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherService]:
    issuer = OtherService(fresh_data, tmp_path_factory.mktemp("issuer"))
    yield issuer
    issuer.stop()


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toolkit]:
    issuer = Toolkit(tmp_path_factory.mktemp("toolkit"))
    yield issuer
    issuer.stop()


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def issuer(request: pytest.FixtureRequest) -> Issuer:
    """The issuer of the parameter."""
    if request.param == "own":
        return OwnIssuer()
    if request.param == "other service":
        return request.getfixturevalue("other_service")
    toolkit: Toolkit = request.getfixturevalue("toolkit")
    return toolkit.of("jwt-") if "JWT" in request.param else toolkit


@pytest.fixture(scope="module")
def service(
    issuer: Issuer, fresh_data: Path, tmp_path_factory: pytest.TempPathFactory, clock: MovableClock
) -> Iterator[LiveService]:
    """A service that many people come to, each with an address of their own."""
    with service_of(issuer, fresh_data, tmp_path_factory.mktemp("service") / "data", clock) as service:
        yield service


@pytest.fixture
def email() -> str:
    return f"camille.{uuid.uuid4().hex[:8]}@demo.example"


def me(service: LiveService, token: str) -> httpx.Response:
    return httpx.get(f"{service.url}/api/me", headers={"Authorization": f"Bearer {token}"}, timeout=30)


def account_of(service: LiveService, email: str) -> Account:
    with service.context.database.reading() as session:
        return session.scalars(select(Account).where(Account.email == email)).one()


def open_page(service: LiveService, browser: httpx.Client, email: str, path: str) -> httpx.Response:
    """Ask for a page, and sign in on the way."""
    return walk(browser, service.url + path, email, f"{service.url}{path}")


@pytest.mark.parametrize("issuer", ALL, indirect=True)
def test_a_device_signs_in_and_stays(service: LiveService, issuer: Issuer, email: str) -> None:
    issuer.add_person(service.context, email)
    endpoints = Endpoints(service.url)
    tokens = endpoints.sign_in(email)
    told = me(service, tokens["access_token"]).json()
    assert (told["email"], told["entity"]["name"], told["roles"]) == (email, ENTITY, ["user"])
    fresh = endpoints.post(
        endpoints.token, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    ).json()
    assert fresh["access_token"] != tokens["access_token"]
    assert me(service, fresh["access_token"]).json() == told
    used = endpoints.post(endpoints.token, grant_type="refresh_token", refresh_token="x")
    assert used.json()["error"] == "invalid_grant"


class Session:
    """The session of the plugin, as far as its client needs one."""

    tokens: Tokens | None = None

    def access_token(self) -> str | None:
        return self.tokens.access_token if self.tokens else None

    def renew_rejected(self) -> bool:
        return False


@pytest.mark.parametrize("issuer", ALL, indirect=True)
def test_the_client_of_the_plugin_signs_in_refreshes_and_signs_out(
    service: LiveService, issuer: Issuer, email: str
) -> None:
    issuer.add_person(service.context, email)
    session = Session()
    plugin = Service(requests.Session, service.url, "fr", session)
    codes = plugin.auth.start()
    with httpx.Client(timeout=30) as browser:
        walk(browser, codes.verification_uri, email, user_code=codes.user_code)
    outcome, session.tokens = plugin.auth.poll(codes.device_code)
    assert outcome is PollOutcome.GRANTED
    assert plugin.auth.account().email == email
    session.tokens = plugin.auth.refresh(session.tokens.refresh_token)
    assert plugin.auth.account().entity.name == ENTITY
    plugin.auth.revoke(session.tokens.refresh_token)
    with pytest.raises(SignInExpiredError):
        plugin.auth.refresh(session.tokens.refresh_token)


@pytest.mark.parametrize("issuer", ALL, indirect=True)
def test_an_operator_signs_in_to_the_pages(service: LiveService, issuer: Issuer, email: str) -> None:
    issuer.add_person(service.context, email, ("operator",))
    with httpx.Client(timeout=30) as browser:
        page = open_page(service, browser, email, "/operator/projects")
        assert (page.status_code, page.url.path) == (200, "/operator/projects")
        assert "Camille Martin" in page.text
        assert "secure" not in str(browser.cookies)


@pytest.mark.parametrize("issuer", ALL, indirect=True)
def test_pages_and_devices_know_one_account(service: LiveService, issuer: Issuer, email: str) -> None:
    issuer.add_person(service.context, email)
    with httpx.Client(timeout=30) as browser:
        assert open_page(service, browser, email, "/operator/").status_code == 403  # not an operator
    tokens = Endpoints(service.url).sign_in(email)
    assert me(service, tokens["access_token"]).json()["sub"] == account_of(service, email).id


@pytest.mark.parametrize("issuer", ALL, indirect=True)
def test_strange_tokens_open_nothing(service: LiveService, issuer: Issuer, email: str) -> None:
    issuer.add_person(service.context, email)
    tokens = Endpoints(service.url).sign_in(email)
    head, _, signature = tokens["access_token"].rpartition(".")
    forged = ["x", "a.b.c", f"{head}.{signature[::-1]}", tokens["refresh_token"], "é", "x" * 20_000]
    for token in filter(None, [*forged, tokens.get("id_token")]):
        if token.isascii():
            assert me(service, token).status_code == 401, token[:40]


@pytest.mark.parametrize("issuer", ALL, indirect=True)
def test_an_account_that_is_closed_here_is_closed(service: LiveService, issuer: Issuer, email: str) -> None:
    issuer.add_person(service.context, email)
    tokens = Endpoints(service.url).sign_in(email)
    assert me(service, tokens["access_token"]).status_code == 200
    with service.context.database.session() as session:
        session.get_one(Account, account_of(service, email).id).state = "closed"
    assert me(service, tokens["access_token"]).status_code in (401, 403)


@pytest.mark.parametrize("issuer", OTHERS, indirect=True)
def test_an_account_of_before_is_linked_by_its_verified_address(
    service: LiveService, issuer: Issuer, email: str
) -> None:
    add_account(service.context, email, ("referent",), ENTITY)
    before = account_of(service, email).id
    issuer.add_person(service.context, email, entity="")
    tokens = Endpoints(service.url).sign_in(email)
    told = me(service, tokens["access_token"]).json()
    assert told["sub"] == before
    assert account_of(service, email).external_subject.startswith(service.context.settings.issuer_url)


@pytest.mark.parametrize("issuer", OTHERS, indirect=True)
def test_somebody_new_names_their_entity_and_waits(service: LiveService, issuer: Issuer, email: str) -> None:
    issuer.add_person(service.context, email, entity="")
    tokens = Endpoints(service.url).sign_in(email)
    refused = me(service, tokens["access_token"])
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "organisme" in refused.json()["detail"]
    with service.context.database.reading() as session:
        entity = session.scalars(select(Entity.id).where(Entity.name == ENTITY)).one()
    with httpx.Client(timeout=30) as browser:
        page = walk(browser, f"{service.url}/sign-in", email, f"{service.url}/sign-in/entity")
        assert email in page.text
        page = walk(browser, str(page.url), email, entity=entity)
        assert "attend d&#39;être validé" in page.text
        assert "/sign-out" not in page.text
    account = account_of(service, email)
    assert (account.state, account.entity_id, account.validated_at) == ("waiting", entity, None)
    assert "attend" in me(service, tokens["access_token"]).json()["detail"]
    with service.context.database.session() as session:
        session.get_one(Account, account.id).state = "active"
    assert me(service, tokens["access_token"]).json()["entity"]["id"] == entity


@pytest.mark.parametrize("issuer", OTHERS, indirect=True)
def test_passwords_and_our_own_provider_are_gone(service: LiveService, issuer: Issuer, email: str) -> None:
    realm = "/auth/realms/dinamis"
    for method, path in (
        ("GET", f"{realm}/.well-known/openid-configuration"),
        ("GET", f"{realm}/device"),
        ("POST", f"{realm}/protocol/openid-connect/token"),
        ("GET", f"{realm}/protocol/openid-connect/auth"),
    ):
        assert httpx.request(method, service.url + path, timeout=30).status_code == 404, path
    assert httpx.post(f"{service.url}/sign-in", data={"login": email}, timeout=30).status_code == 405
    schemes = httpx.get(f"{service.url}/openapi.json", timeout=30).json()["components"]["securitySchemes"]
    assert schemes["OAuth2PasswordBearer"]["flows"]["password"]["tokenUrl"] == Endpoints(service.url).token


@pytest.mark.parametrize("issuer", OTHERS, indirect=True)
def test_an_answer_serves_once_and_only_the_browser_that_asked(
    service: LiveService, issuer: Issuer, email: str
) -> None:
    issuer.add_person(service.context, email)
    with httpx.Client(timeout=30) as browser, httpx.Client(timeout=30) as victim:
        started = browser.get(f"{service.url}/sign-in")
        victim.get(f"{service.url}/sign-in")
        callback = f"{service.url}/sign-in/callback"
        answer = _answer_at(browser, started.headers["location"], email, callback)
        stolen = victim.get(answer)
        assert (stolen.status_code, "/sign-out" in stolen.text) == (400, False)
        assert browser.get(answer).status_code == 303
        assert browser.get(answer).status_code == 400
        forged = browser.get(callback, params={"code": "x", "state": "y", "iss": "https://evil.example"})
        assert forged.status_code == 400


def _answer_at(browser: httpx.Client, address: str, email: str, callback: str) -> str:
    """The address that the issuer sends the browser to, not opened."""
    kept: list[str] = []

    class Stops(httpx.Client):
        def get(self, url: Any, **asked: Any) -> httpx.Response:
            if str(url).startswith(callback):
                kept.append(str(url))
                return httpx.Response(200, request=httpx.Request("GET", url))
            return super().get(url, **asked)

    with Stops(timeout=30) as stopping:
        walk(stopping, address, email, callback)
    return kept[0]


@pytest.mark.parametrize("issuer", OTHERS, indirect=True)
@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_sign_in_leads_to_pages_of_the_service_only(
    service: LiveService, issuer: Issuer, email: str, wanted: str
) -> None:
    issuer.add_person(service.context, email)
    with httpx.Client(timeout=30) as browser:
        started = browser.get(f"{service.url}/sign-in", params={"next": wanted})
        answer = _answer_at(browser, started.headers["location"], email, f"{service.url}/sign-in/callback")
        assert browser.get(answer).headers["location"] == "/"


@pytest.mark.parametrize("issuer", OTHERS, indirect=True)
def test_signing_out_tells_where_to_sign_out_of_the_issuer(
    service: LiveService, issuer: Issuer, email: str
) -> None:
    issuer.add_person(service.context, email, ("operator",))
    with httpx.Client(timeout=30) as browser:
        page = open_page(service, browser, email, "/operator/")
        token = page.text.split('name="form_token" value="')[1].split('"')[0]
        browser.post(f"{service.url}/sign-out", data={"form_token": token})
        assert "/sign-out" not in browser.get(f"{service.url}/").text
        assert "logout" in browser.get(f"{service.url}/signed-out").text


@pytest.mark.parametrize("issuer", ["toolkit"], indirect=True)
def test_roles_come_and_go_with_their_claim(
    service: LiveService, issuer: Toolkit, clock: MovableClock, email: str
) -> None:
    issuer.add_person(service.context, email, ("operator",))
    token = Endpoints(service.url).sign_in(email)["access_token"]
    assert me(service, token).json()["roles"] == ["operator", "user"]
    with service.context.database.session() as session:  # a role that the registry decides on
        account = session.get_one(Account, account_of(service, email).id)
        account.roles.append(type(account.roles[0])(role="referent"))
    issuer.tell(email, groups=[])
    assert "operator" in me(service, token).json()["roles"]  # what was said a moment ago stands
    clock.advance(61)
    assert me(service, token).json()["roles"] == ["referent", "user"]


@pytest.mark.parametrize(
    "claims", [{"email_verified": False}, {"email_verified": "true"}, {"email": "no address"}]
)
@pytest.mark.parametrize("issuer", ["toolkit"], indirect=True)
def test_an_address_that_nobody_vouches_for_links_and_makes_nothing(
    service: LiveService, issuer: Toolkit, clock: MovableClock, email: str, claims: dict[str, Any]
) -> None:
    add_account(service.context, email, ("operator",), ENTITY)
    issuer.add_person(service.context, email)
    issuer.tell(email, **claims)
    refused = me(service, Endpoints(service.url).sign_in(email)["access_token"])
    assert (refused.status_code, "vérifiée" in refused.json()["detail"]) == (403, True)
    assert account_of(service, email).external_subject is None


@pytest.mark.parametrize("issuer", ["toolkit"], indirect=True)
def test_an_address_that_went_to_somebody_else_is_not_theirs_here(
    service: LiveService, issuer: Toolkit, clock: MovableClock, email: str
) -> None:
    issuer.add_person(service.context, email)
    assert me(service, Endpoints(service.url).sign_in(email)["access_token"]).status_code == 200
    issuer.add_person(service.context, f"other.{email}")
    issuer.tell(f"other.{email}", email=email)
    token = Endpoints(service.url).sign_in(f"other.{email}")["access_token"]
    assert "autre compte" in me(service, token).json()["detail"]


@pytest.mark.parametrize("issuer", ["toolkit", "toolkit with JWT"], indirect=True)
def test_a_token_of_another_client_opens_nothing(service: LiveService, issuer: Toolkit, email: str) -> None:
    issuer.add_person(service.context, email)
    endpoints = Endpoints(service.url)
    endpoints.client_id = f"{issuer.prefix}other-dinamis-qgis"
    assert me(service, endpoints.sign_in(email)["access_token"]).status_code == 401


@pytest.mark.parametrize("issuer", ["toolkit"], indirect=True)
def test_a_token_that_the_issuer_took_back_ends_within_the_time_of_the_cache(
    service: LiveService, issuer: Toolkit, clock: MovableClock, email: str
) -> None:
    issuer.add_person(service.context, email)
    endpoints = Endpoints(service.url)
    token = endpoints.sign_in(email)["access_token"]
    assert me(service, token).status_code == 200
    assert endpoints.post(endpoints.revocation, token=token).status_code == 200
    clock.advance(61)
    assert me(service, token).status_code == 401


def test_user_information_alone_will_do_where_the_operator_says_so(
    toolkit: Toolkit, fresh_data: Path, tmp_path: Path, clock: MovableClock, email: str
) -> None:
    with service_of(toolkit, fresh_data, tmp_path / "data", clock, issuer_tokens="userinfo") as service:
        toolkit.add_person(service.context, email)
        token = Endpoints(service.url).sign_in(email)["access_token"]
        assert me(service, token).json()["email"] == email
        assert me(service, token[:-1]).status_code == 401
