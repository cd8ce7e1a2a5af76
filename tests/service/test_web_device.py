"""The page where a person lets a device sign in, walked as a browser does."""

from __future__ import annotations

import re

import pytest
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from oauth import DEVICE_PAGE, Browser, Device
from running import PASSWORD, SignedIn

from dinamis_service.context import Context
from dinamis_service.identity.accounts import FROM_ONE_ADDRESS
from dinamis_service.identity.devices import CODES_FROM_ONE_ADDRESS
from dinamis_service.settings import Settings


@pytest.fixture
def person(signed_in) -> SignedIn:
    return signed_in()


@pytest.fixture
def device(client: TestClient) -> Device:
    device = Device(client)
    device.start()
    return device


@pytest.fixture
def browser(client: TestClient) -> Browser:
    return Browser(client)


def to_sign_in(browser: Browser, device: Device) -> None:
    browser.open(device.codes["verification_uri_complete"])
    browser.send("code", user_code=device.codes["user_code"])


def problem(page: str) -> str:
    found = re.search(r'role="alert">([^<]*)<', page)
    return found[1].replace("&#39;", "'") if found else ""


def test_the_whole_walk_signs_the_device_in(browser: Browser, device: Device, person: SignedIn) -> None:
    page = browser.open(device.codes["verification_uri_complete"]).text
    assert f'value="{device.codes["user_code"]}"' in page
    page = browser.send("code", user_code=device.codes["user_code"].lower()).text
    assert "QGIS (DINAMIS)" in page
    page = browser.send("sign-in", login=person.principal.email, password=PASSWORD).text
    for shown in ("Camille Martin", person.principal.email, "UMR Exemple SCI", device.codes["user_code"]):
        assert shown in page
    assert device.poll().json()["error"] == "authorization_pending"
    assert "Application autorisée" in browser.send("decision", decision="accept").text
    assert device.poll().json()["scope"] == "openid offline_access"


def test_a_refusal_gives_nothing(browser: Browser, device: Device, person: SignedIn) -> None:
    browser.accept(device.codes["verification_uri_complete"], person.principal.email, decision="refuse")
    assert "Connexion refusée" in browser.page.text
    assert device.poll().json()["error"] == "access_denied"


def test_who_is_signed_in_in_the_browser_is_asked_again_for_each_device(
    browser: Browser, device: Device, client: TestClient, person: SignedIn
) -> None:
    browser.accept(device.codes["verification_uri_complete"], person.principal.email)
    other = Device(client, "gdal")
    other.start("openid")
    browser.open(other.codes["verification_uri_complete"])
    page = browser.send("code", user_code=other.codes["user_code"]).text
    assert "teledetection" in page
    assert "rester connectée" not in page  # offline_access was not asked for
    assert other.poll().json()["error"] == "authorization_pending"


def test_signing_out_of_the_browser_asks_for_the_password_again(
    browser: Browser, device: Device, client: TestClient, person: SignedIn
) -> None:
    browser.accept(device.codes["verification_uri_complete"], person.principal.email)
    cookie = client.cookies["dinamis_browser"]
    browser.send("sign-out")
    assert client.cookies["dinamis_browser"] != cookie
    device.start()
    to_sign_in(browser, device)
    assert 'name="password"' in browser.page.text
    client.cookies.set("dinamis_browser", cookie)  # a copy of the cookie is worth nothing either
    assert 'name="password"' in browser.open(str(browser.page.url)).text


def test_another_account_may_be_taken_on_the_way(
    browser: Browser, device: Device, person: SignedIn, signed_in
) -> None:
    to_sign_in(browser, device)
    browser.send("sign-in", login=person.principal.email, password=PASSWORD)
    browser.send("sign-out")
    other = signed_in(kind="PUB").principal
    browser.send("sign-in", login=other.email, password=PASSWORD)
    browser.send("decision", decision="accept")
    assert device.me(device.poll().json()["access_token"]).json()["sub"] == other.sub


def test_a_browser_is_signed_out_after_its_time(
    browser: Browser, device: Device, client: TestClient, person: SignedIn, clock: MovableClock
) -> None:
    browser.accept(device.codes["verification_uri_complete"], person.principal.email)
    clock.advance(3601)
    device.start()
    to_sign_in(browser, device)
    assert 'name="password"' in browser.page.text


def test_the_secret_of_the_browser_changes_when_someone_signs_in(
    browser: Browser, device: Device, client: TestClient, person: SignedIn
) -> None:
    to_sign_in(browser, device)
    before = client.cookies["dinamis_browser"]
    browser.send("sign-in", login=person.principal.email, password=PASSWORD)
    assert client.cookies["dinamis_browser"] != before


def test_a_wrong_password_and_an_unknown_account_look_alike(
    browser: Browser, device: Device, person: SignedIn
) -> None:
    to_sign_in(browser, device)
    wrong = browser.send("sign-in", login=person.principal.email, password="wrong")
    to_sign_in(browser, device)
    unknown = browser.send("sign-in", login="nobody@demo.example", password="wrong")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert problem(wrong.text) == "L'adresse ou le mot de passe ne convient pas."
    assert wrong.text.replace(person.principal.email, "nobody@demo.example") == unknown.text
    assert 'aria-describedby="problem"' in wrong.text
    assert "wrong" not in wrong.text  # a password is never sent back


def test_too_many_passwords_are_told_when_to_come_back(
    browser: Browser, device: Device, person: SignedIn
) -> None:
    to_sign_in(browser, device)
    for _ in range(FROM_ONE_ADDRESS.free + 1):
        assert browser.send("sign-in", login=person.principal.email, password="wrong").status_code == 401
    slowed = browser.send("sign-in", login=person.principal.email, password=PASSWORD)
    assert slowed.status_code == 429
    assert int(slowed.headers["retry-after"]) in (1, 2)
    assert "attendez" in problem(slowed.text)


def test_too_many_codes_are_told_when_to_come_back(browser: Browser, device: Device) -> None:
    browser.open(DEVICE_PAGE)
    for _ in range(CODES_FROM_ONE_ADDRESS.free + 1):
        assert browser.send("code", user_code="BBBB-BBBB").status_code == 400
    slowed = browser.send("code", user_code=device.codes["user_code"])
    assert slowed.status_code == 429
    assert int(slowed.headers["retry-after"]) in (1, 2)


def test_an_expired_code_says_so(browser: Browser, device: Device, clock: MovableClock) -> None:
    browser.open(device.codes["verification_uri_complete"])
    clock.advance(601)
    answer = browser.send("code", user_code=device.codes["user_code"])
    assert answer.status_code == 410
    assert "expiré" in problem(answer.text)


def test_a_code_that_expires_before_the_decision_says_so(
    browser: Browser, device: Device, person: SignedIn, clock: MovableClock
) -> None:
    to_sign_in(browser, device)
    browser.send("sign-in", login=person.principal.email, password=PASSWORD)
    clock.advance(601)
    answer = browser.send("decision", decision="accept")
    assert answer.status_code == 410
    assert device.poll().json()["error"] == "expired_token"


def test_a_code_serves_once(browser: Browser, device: Device, person: SignedIn) -> None:
    browser.accept(device.codes["verification_uri_complete"], person.principal.email)
    browser.open(device.codes["verification_uri_complete"])
    answer = browser.send("code", user_code=device.codes["user_code"])
    assert answer.status_code == 400
    assert "a déjà servi" in problem(answer.text)


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_of_another_site_is_refused(
    browser: Browser, client: TestClient, device: Device, person: SignedIn, token: str
) -> None:
    to_sign_in(browser, device)
    browser.send("sign-in", login=person.principal.email, password=PASSWORD)
    forged = {"step": "decision", "user_code": device.codes["user_code"], "decision": "accept"}
    answer = client.post(DEVICE_PAGE, data=forged | {"form_token": token})
    assert answer.status_code == 403
    assert device.codes["user_code"] in answer.text  # the person may go on from there
    assert device.poll().json()["error"] == "authorization_pending"


def test_the_form_token_of_another_browser_is_refused(
    browser: Browser, client: TestClient, device: Device, person: SignedIn
) -> None:
    to_sign_in(browser, device)
    stolen = re.search(r'name="form_token" value="([^"]+)"', browser.page.text)
    assert stolen is not None
    client.cookies.clear()
    form = {
        "step": "sign-in",
        "user_code": device.codes["user_code"],
        "login": person.principal.email,
        "password": PASSWORD,
        "form_token": stolen[1],
    }
    assert client.post(DEVICE_PAGE, data=form).status_code == 403


def test_a_decision_needs_someone_signed_in(browser: Browser, device: Device) -> None:
    to_sign_in(browser, device)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', browser.page.text))
    form = hidden | {"step": "decision", "decision": "accept"}
    page = browser._client.post(DEVICE_PAGE, data=form, follow_redirects=True).text
    assert 'name="password"' in page
    assert device.poll().json()["error"] == "authorization_pending"


@pytest.mark.parametrize(
    "code",
    [
        '"><script>alert(1)</script>',
        "'; DROP TABLE accounts; --",
        "{{7*7}}",
        "../../etc",
        "\x00",
        "\r\nSet-Cookie: x=1",
    ],
)
def test_what_is_put_in_the_code_stays_text(client: TestClient, code: str) -> None:
    for query in ({"user_code": code}, {"user_code": code, "step": "consent"}):
        answer = client.get(DEVICE_PAGE, params=query)
        assert answer.status_code in (200, 400)
        assert "<script" not in answer.text
        assert "alert(1)" not in answer.text
        assert "49" not in re.findall(r'name="user_code" value="([^"]*)"', answer.text)[0]
        assert "x" not in client.cookies


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=60))
def test_any_code_gives_a_page(client: TestClient, code: str) -> None:
    page = client.get(DEVICE_PAGE, params={"user_code": code}).text
    shown = re.findall(r'name="user_code" value="([^"]*)"', page)
    assert re.fullmatch(r"([A-Z0-9]{0,4}-[A-Z0-9]{0,16})?", shown[0]), (code, shown)


def test_a_name_typed_at_sign_in_comes_back_as_text(browser: Browser, device: Device) -> None:
    to_sign_in(browser, device)
    page = browser.send("sign-in", login='"><img src=x onerror=alert(1)>', password="x").text
    assert "<img src=x" not in page


def test_the_page_speaks_the_language_of_the_browser_or_the_one_chosen(
    browser: Browser, client: TestClient, device: Device
) -> None:
    client.headers["Accept-Language"] = "en-US,en;q=0.9"
    page = browser.open(device.codes["verification_uri_complete"]).text
    assert '<html lang="en">' in page
    assert "Connect an application" in page
    switch = re.search(r'<a class="language" href="([^"]+)"', page)
    assert switch is not None
    chosen = browser.open(str(browser.page.url.join(switch[1].replace("&amp;", "&")))).text
    assert '<html lang="fr">' in chosen
    assert device.codes["user_code"] in chosen
    browser.send("code", user_code=device.codes["user_code"])
    assert '<html lang="fr">' in browser.page.text  # it is remembered


def test_pages_let_nothing_in(client: TestClient) -> None:
    answer = client.get(DEVICE_PAGE)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script|<style|style=|\son\w+=|http://(?!testserver)|https://", answer.text)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie


@pytest.mark.parametrize("settings", [{"public_url": "https://dinamis.example"}], indirect=True)
def test_the_cookie_is_for_https_only_where_there_is_https(client: TestClient) -> None:
    assert "secure" in client.get(DEVICE_PAGE).headers["set-cookie"].lower()
    codes = Device(client).start()
    assert codes["verification_uri"] == "https://dinamis.example/auth/realms/dinamis/device"


@pytest.fixture
def settings(tmp_path, request) -> Settings:
    return Settings(data_dir=tmp_path / "data", **getattr(request, "param", {}))


def test_every_field_has_a_label_and_every_page_a_title(
    browser: Browser, device: Device, person: SignedIn, context: Context
) -> None:
    pages = [browser.open(device.codes["verification_uri_complete"]).text]
    pages.append(browser.send("code", user_code=device.codes["user_code"]).text)
    pages.append(browser.send("sign-in", login=person.principal.email, password=PASSWORD).text)
    pages.append(browser.send("decision", decision="accept").text)
    titles = [re.search(r"<title>(.+?)</title>", page)[1] for page in pages]
    assert len(set(titles)) == len(pages)
    for page in pages:
        assert len(re.findall("<h1>", page)) == 1
        fields = re.findall(r'<input (?!type="hidden")[^>]*id="(\w+)"', page)
        assert fields == re.findall(r'<label for="(\w+)"', page)
        assert len(re.findall(r'<input (?!type="hidden")', page)) == len(fields)
