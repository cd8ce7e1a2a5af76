"""Sign-out at the wish of a client (OpenID Connect RP-Initiated Logout)."""

from __future__ import annotations

from pathlib import Path

import pytest
from code_flow import AFTER_LOGOUT, AUTHORIZATION, LOGOUT, Walker, WebApplication, write_clients
from fastapi.testclient import TestClient
from oauth import Device
from running import SignedIn

from dinamis_service.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", clients_file=write_clients(tmp_path / "clients.json"))


@pytest.fixture
def walker(client: TestClient) -> Walker:
    return Walker(client)


@pytest.fixture
def person(signed_in) -> SignedIn:
    return signed_in()


@pytest.fixture
def tokens(client: TestClient, walker: Walker, person: SignedIn) -> dict[str, str]:
    return sign_in(client, walker, person)


def sign_in(client: TestClient, walker: Walker, person: SignedIn, scope: str = "openid") -> dict[str, str]:
    portal = WebApplication()
    walker.open(AUTHORIZATION, **portal.asks(scope=scope))
    walker.sign_in(person.principal.email)
    walker.send("decision", decision="accept")
    return portal.exchange(client, walker.answer()["code"]).json()


def is_signed_in(client: TestClient) -> bool:
    return "/sign-out" in client.get("/").text


def test_who_is_meant_is_signed_out_and_led_back(
    client: TestClient, walker: Walker, tokens: dict[str, str]
) -> None:
    wish = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTER_LOGOUT, "state": "a&b"}
    page = walker.open(LOGOUT, **wish)
    assert page.headers["location"] == f"{AFTER_LOGOUT}?state=a%26b"
    assert not is_signed_in(client)
    assert Device(client).me(tokens["access_token"]).status_code == 401


def test_a_client_that_was_to_stay_signed_in_stays(
    client: TestClient, walker: Walker, person: SignedIn
) -> None:
    tokens = sign_in(client, walker, person, "openid offline_access")
    walker.open(LOGOUT, id_token_hint=tokens["id_token"])
    assert "Vous êtes déconnecté" in walker.page.text
    assert Device(client).me(tokens["access_token"]).status_code == 200


@pytest.mark.parametrize(
    "address", ["https://evil.example/", AFTER_LOGOUT + "/x", "//evil.example", "/operator/"]
)
def test_nobody_is_led_to_an_address_that_is_not_registered(
    walker: Walker, tokens: dict[str, str], address: str
) -> None:
    page = walker.open(LOGOUT, id_token_hint=tokens["id_token"], post_logout_redirect_uri=address)
    assert (page.status_code, "location" in page.headers) == (200, False)


@pytest.mark.parametrize("hint", ["", "x", "a.b.c", "of another person", "of another client"])
def test_who_is_not_certainly_meant_is_asked(
    client: TestClient, walker: Walker, tokens: dict[str, str], signed_in, hint: str
) -> None:
    wish = {"id_token_hint": hint, "client_id": "portal", "post_logout_redirect_uri": AFTER_LOGOUT}
    if hint == "of another person":
        client.cookies.clear()
        sign_in(client, walker, signed_in(kind="PUB"))
        wish["id_token_hint"] = tokens["id_token"]
    if hint == "of another client":
        wish |= {"id_token_hint": tokens["id_token"], "client_id": "page"}
        assert "location" not in walker.open(LOGOUT, **wish).headers
        return
    page = walker.open(LOGOUT, **wish)
    assert "Se déconnecter\N{NARROW NO-BREAK SPACE}?" in page.text
    assert is_signed_in(client)
    assert "form-action 'self' https://portal.example;" in page.headers["content-security-policy"]
    assert walker.send("id_token_hint").headers["location"] == AFTER_LOGOUT
    assert not is_signed_in(client)


def test_another_site_cannot_sign_anybody_out(client: TestClient, tokens: dict[str, str]) -> None:
    for form_token in ("", "x" * 64):
        client.post(LOGOUT, data={"client_id": "portal", "form_token": form_token})
        assert is_signed_in(client)


def test_an_identity_token_that_has_expired_still_says_who_is_meant(
    client: TestClient, walker: Walker, tokens: dict[str, str], clock
) -> None:
    clock.advance(400)
    walker.open(LOGOUT, id_token_hint=tokens["id_token"])
    assert not is_signed_in(client)


def test_an_access_token_is_no_hint(client: TestClient, walker: Walker, tokens: dict[str, str]) -> None:
    walker.open(LOGOUT, id_token_hint=tokens["access_token"])
    assert is_signed_in(client)
