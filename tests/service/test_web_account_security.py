"""Password, second factor, devices and keys on the pages of one's own account."""

from __future__ import annotations

import re
from html import unescape

import pytest
from browsing import Operator
from clocks import MovableClock
from fastapi.testclient import TestClient
from letterbox import letters
from oauth import Browser, Device
from own_pages import HOSTILE, NEW, SignIn, turn_on
from running import PASSWORD, SignedIn
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.identity.tables import BrowserSession, RecoveryCode


@pytest.fixture
def person(signed_in: SignIn) -> SignedIn:
    return signed_in()


@pytest.fixture
def pages(client: TestClient, person: SignedIn) -> Operator:
    return Operator(client, person)


def test_a_changed_password_signs_out_elsewhere_and_renews_this_browser(
    context: Context, client: TestClient, person: SignedIn, pages: Operator
) -> None:
    elsewhere = context.identity.browsers.open(person.principal.sub)
    here = client.cookies["dinamis_browser"]
    pages.open("/account/security")
    pages.send("/account/security/password", current_password=PASSWORD, password=NEW, password_again=NEW)
    assert "Your password has changed" in pages.page.text
    assert context.identity.browsers.principal(elsewhere) is None
    assert context.identity.browsers.principal(here) is None
    assert client.get("/api/me", headers=person.headers).status_code == 401
    assert "Camille Martin" in pages.open("/account")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"current_password": "wrong", "password": NEW, "password_again": NEW}, "password-current"),
        ({"current_password": PASSWORD, "password": "short", "password_again": "short"}, "password"),
        ({"current_password": PASSWORD, "password": NEW, "password_again": "x"}, "password_again"),
    ],
)
def test_a_refused_password_says_where_and_shows_none(
    pages: Operator, form: dict[str, str], field: str
) -> None:
    pages.open("/account/security")
    answer = pages.send("/account/security/password", **form)
    assert answer.status_code == 422
    assert f'id="{field}-problem"' in answer.text
    assert NEW not in answer.text
    assert PASSWORD not in answer.text


def test_asking_for_the_password_again_is_slowed_down(pages: Operator) -> None:
    form = {"current_password": "wrong", "password": NEW, "password_again": NEW}
    codes = []
    for _ in range(7):
        pages.open("/account/security")
        codes.append(pages.send("/account/security/password", **form).status_code)
    assert codes[0] == 422
    assert codes[-1] == 429
    assert int(pages.page.headers["Retry-After"]) >= 1


def test_devices_are_listed_and_ended(
    context: Context, client: TestClient, person: SignedIn, pages: Operator
) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    other = context.identity.browsers.open(person.principal.sub, agent + HOSTILE)
    text = pages.open("/account/security")
    assert "QGIS (DINAMIS)" in text
    assert "Firefox on Linux" in text
    assert "<script>alert" not in text
    places = context.identity.sessions.of(person.principal.sub)
    [browser] = [one for one in places if one.name.startswith("Mozilla/5.0 (X11")]
    [program] = [one for one in places if one.kind == "program"]
    pages.send("/account/security/devices", place=browser.id)
    assert context.identity.browsers.principal(other) is None
    pages.send("/account/security/devices", place=program.id)
    assert client.get("/api/me", headers=person.headers).status_code == 401
    assert pages.send("/account/security/devices", place=program.id).status_code == 404


def test_nobody_ends_the_sign_ins_of_another(
    context: Context, client: TestClient, signed_in: SignIn, pages: Operator
) -> None:
    other = signed_in()
    for place in context.identity.sessions.of(other.principal.sub):
        pages.open("/account/security")
        assert pages.send("/account/security/devices", place=place.id).status_code == 404
    assert client.get("/api/me", headers=other.headers).status_code == 200


def test_sign_out_everywhere_ends_this_browser_too(
    context: Context, client: TestClient, person: SignedIn, pages: Operator
) -> None:
    pages.open("/account/security")
    pages.send("/account/security/devices", place="all")
    assert pages.page.url.path == "/sign-in"
    assert client.get("/api/me", headers=person.headers).status_code == 401
    with context.database.reading() as session:
        assert session.scalars(select(BrowserSession)).all() == []


def test_a_key_is_made_shown_once_and_revoked(client: TestClient, pages: Operator) -> None:
    pages.open("/account/security")
    shown = pages.post(
        "/account/security/keys",
        {"form_token": pages.hidden("/account/security/password")["form_token"], "description": HOSTILE},
    ).text
    access_key, secret_key = re.findall(r'<dd class="code">([^<]+)</dd>', shown)
    keys = {"access-key": access_key, "secret-key": secret_key}
    assert client.get("/api/me", headers=keys).status_code == 200
    listed = pages.open("/account/security")
    assert access_key in listed
    assert secret_key not in listed
    assert "<script>alert" not in listed
    token = pages.hidden("/account/security/password")["form_token"]
    pages.post("/account/security/keys", {"form_token": token, "revoke": access_key})
    assert client.get("/api/me", headers=keys).status_code == 401
    assert (
        pages.post("/account/security/keys", {"form_token": token, "revoke": access_key}).status_code == 404
    )


def test_the_second_factor_from_on_to_off(
    context: Context, client: TestClient, person: SignedIn, pages: Operator, clock: MovableClock
) -> None:
    application, codes = turn_on(context, pages)
    assert "Second factor" in pages.open("/account/security")
    pages.open("/account")
    pages.send("/sign-out")
    pages.open("/sign-in?next=/account/data")
    pages.send("/sign-in", login=person.principal.email, password=PASSWORD)
    assert 'name="code"' in pages.page.text
    assert context.identity.browsers.principal(client.cookies["dinamis_browser"]) is None
    pages.send("/sign-in", code="000000")
    assert pages.page.status_code == 401
    clock.advance(30)
    pages.send("/sign-in", code=application.at(context.clock()))
    assert pages.page.url.path == "/account/data"
    pages.open("/account/security")
    pages.send("/account/security/second-factor", act="off", current_password="wrong")
    assert context.identity.second_factor.is_on(person.principal.sub)
    pages.open("/account/security")
    pages.send("/account/security/second-factor", act="off", current_password=PASSWORD)
    assert not context.identity.second_factor.is_on(person.principal.sub)
    subjects = [one["Subject"] for one in letters(context, person.principal.email)]
    assert [one.rpartition("] ")[2] for one in subjects] == [
        "Double authentification désactivée",
        "Double authentification activée",
    ]
    assert codes


def test_a_device_asks_for_the_second_factor_too(
    context: Context, client: TestClient, person: SignedIn, pages: Operator
) -> None:
    _application, codes = turn_on(context, pages)
    client.cookies.clear()
    device, browser = Device(client), Browser(client)
    browser.open(device.start()["verification_uri_complete"])
    browser.send("code", user_code=device.codes["user_code"])
    browser.send("sign-in", login=person.principal.email, password=PASSWORD)
    assert 'name="code"' in browser.page.text
    assert device.poll().json()["error"] == "authorization_pending"
    browser.send("sign-in", code=codes[0])
    browser.send("decision", decision="accept")
    with context.database.reading() as session:
        assert session.scalars(select(RecoveryCode.used_at).where(RecoveryCode.used_at.is_not(None))).all()


def test_another_person_sees_no_picture_of_a_secret(
    client: TestClient, signed_in: SignIn, pages: Operator
) -> None:
    pages.open("/account/security")
    pages.send("/account/security/second-factor", act="propose", current_password=PASSWORD)
    picture = re.search(r'<img class="qr" src="([^"]+)"', pages.page.text)
    assert picture is not None
    client.cookies.clear()
    stranger = Operator(client, signed_in())
    stranger.open(unescape(picture[1]))
    assert stranger.page.status_code == 404
