"""The pages of one's own account, and what they refuse."""

from __future__ import annotations

import io
import logging
import re
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import httpx
import pyotp
import pytest
from browsing import Operator
from clocks import MovableClock
from fastapi.testclient import TestClient
from letterbox import letters, link_in
from oauth import Browser, Device
from running import PASSWORD, LiveService, SignedIn
from sqlalchemy import delete, select

from dinamis_service.context import Context
from dinamis_service.identity.tables import Account, BrowserSession, RecoveryCode
from dinamis_service.registry.erasure import is_forgotten
from dinamis_service.registry.tables import LegalText, Signature
from dinamis_service.web import password as password_pages

SignIn = Callable[..., SignedIn]
NEW = "quatre vaches bleues dorment"
PAGES = ("/account", "/account/security", "/account/texts", "/account/data")
FORMS = {
    "/account": {"given_name": "Mallory"},
    "/account/email": {"email": "mallory@organisme.fr", "current_password": PASSWORD},
    "/account/security/password": {"current_password": PASSWORD, "password": NEW, "password_again": NEW},
    "/account/security/second-factor": {"act": "propose", "current_password": PASSWORD},
    "/account/security/devices": {"place": "all"},
    "/account/security/keys": {"description": "x"},
    "/account/texts": {"attest_charter": "yes"},
    "/account/data/export": {},
    "/account/data/delete": {"current_password": PASSWORD, "sure": "yes"},
}
HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture(autouse=True)
def _answers_come_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_pages, "ANSWER_S", 0.0)


@pytest.fixture
def person(signed_in: SignIn) -> SignedIn:
    return signed_in()


@pytest.fixture
def pages(client: TestClient, person: SignedIn) -> Operator:
    return Operator(client, person)


def account_of(context: Context, person: SignedIn) -> Account:
    with context.database.reading() as session:
        return session.get_one(Account, person.principal.sub)


# Who may, and forged forms


def test_the_pages_ask_to_sign_in_and_lead_back(client: TestClient, person: SignedIn) -> None:
    for path in PAGES:
        client.cookies.clear()
        reader = Operator(client)
        assert 'name="password"' in reader.open(path)
        reader.send("/sign-in", login=person.principal.email, password=PASSWORD)
        assert (reader.page.url.path, reader.page.status_code) == (path, 200)


def test_a_forged_form_changes_nothing(
    context: Context, client: TestClient, person: SignedIn, pages: Operator
) -> None:
    before = account_of(context, person)
    for path, form in FORMS.items():
        for token in ("", "0" * 64, "é"):
            answer = client.post(path, data={**form, "form_token": token}, follow_redirects=False)
            assert answer.status_code == 403, path
            assert "périmée" in answer.text
    after = account_of(context, person)
    assert (after.given_name, after.password_hash, after.version) == (
        before.given_name,
        before.password_hash,
        before.version,
    )
    assert context.identity.api_keys.list(person.principal.sub) == []
    assert "Camille Martin" in pages.open("/account")


def test_nobody_signed_in_is_sent_to_sign_in(client: TestClient) -> None:
    for path, form in FORMS.items():
        answer = client.post(path, data=form, follow_redirects=False)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/sign-in?")


def test_a_sign_in_gets_a_fresh_secret_and_ends_the_one_of_before(
    context: Context, client: TestClient, person: SignedIn
) -> None:
    """Session fixation: what an attacker put into the browser, or knew of it, opens nothing after."""
    client.cookies.set("dinamis_browser", "chosen-by-an-attacker", domain="testserver.local", path="/")
    reader = Operator(client, person)
    first = client.cookies.get("dinamis_browser")
    assert first != "chosen-by-an-attacker"
    assert context.identity.browsers.principal("chosen-by-an-attacker") is None
    reader.open("/sign-in")
    reader.send("/sign-in", login=person.principal.email, password=PASSWORD)
    assert client.cookies.get("dinamis_browser") != first
    assert context.identity.browsers.principal(str(first)) is None


def test_malformed_values_are_refused_without_a_fault(pages: Operator) -> None:
    values = ("\0", "x" * 20_000, "\ud7ff\uffff", "\u202e" * 50, HOSTILE)
    pages.open("/account/security")
    token = pages.hidden("/account/security/password")["form_token"]
    for path, form in FORMS.items():
        for name, value in ((name, value) for name in form for value in values if name != "place"):
            answer = pages.post(path, {**form, name: value, "form_token": token})
            assert answer.status_code < 500, (path, name)
            assert "<script>alert" not in answer.text


# Profile


def test_the_profile_is_changed_field_by_field(context: Context, person: SignedIn, pages: Operator) -> None:
    pages.open("/account")
    wanted = {
        "given_name": "  Anaïs ",
        "family_name": "O'Neill <b>",
        "function": "Géomaticienne",
        "phone": "+33 (0)4 67 00 00 00",
        "nationality": "CH",
        "address": "500, rue J.-F. Breton",
        "postcode": "34093",
        "town": "Montpellier",
    }
    answer = pages.send("/account", **wanted)
    assert pages.said("status") == "" or "recorded" in answer.text
    account = account_of(context, person)
    kept = {name: getattr(account, name) for name in wanted}
    assert kept == {name: value.strip() for name, value in wanted.items()}
    assert "O&#39;Neill &lt;b&gt;" in pages.open("/account")
    assert "Anaïs O&#39;Neill" in pages.open("/")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("given_name", "", "value missing"),
        ("function", "   ", "value missing"),
        ("phone", "call me", "telephone"),
        ("nationality", "XX", "country"),
        ("town", "x" * 121, "at most 120"),
    ],
)
def test_a_refused_profile_says_where_and_keeps_what_was_typed(  # noqa: PLR0917 (fixtures)
    context: Context, person: SignedIn, pages: Operator, field: str, value: str, told: str
) -> None:
    pages.open("/account")
    form = {"given_name": "Zoé", "family_name": "M", "function": "f", "phone": "04", "nationality": "FR"}
    answer = pages.send("/account", **{**form, field: value})
    assert answer.status_code == 422
    found = re.search(rf'id="{field}-problem">([^<]*)<', answer.text)
    assert found is not None
    assert told in unescape(found[1])
    assert f'aria-describedby="{field}-problem"' in answer.text
    if field != "given_name":
        assert 'value="Zoé"' in answer.text
    assert account_of(context, person).given_name == "Camille"


def test_a_profile_that_changed_meanwhile_is_not_overwritten(
    context: Context, person: SignedIn, pages: Operator
) -> None:
    pages.open("/account")
    with context.database.session() as session:
        account = session.get_one(Account, person.principal.sub)
        account.town, account.version = "Sète", account.version + 1
    form = {"given_name": "Zoé", "family_name": "M", "function": "f", "phone": "04", "nationality": "FR"}
    answer = pages.send("/account", **form)
    assert answer.status_code == 412
    assert account_of(context, person).town == "Sète"
    pages.page = answer
    assert pages.send("/account", **form).status_code == 200


def test_the_address_changes_by_a_link_to_the_new_one(
    context: Context, client: TestClient, person: SignedIn, pages: Operator
) -> None:
    new, old = "camille@organisme.fr", person.principal.email
    pages.open("/account")
    pages.send("/account/email", email=new.upper(), current_password="wrong")
    assert letters(context, new) == []
    pages.send("/account/email", email=new.upper(), current_password=PASSWORD)
    assert "leaves for the new address" in pages.page.text
    link = link_in(letters(context, new)[0])
    assert account_of(context, person).email == old
    pages.open(link)
    assert account_of(context, person).email == old, "looking at the page changes nothing"
    assert new in pages.page.text
    pages.send("/account/email")
    assert account_of(context, person).email == new
    assert account_of(context, person).username == new
    assert (
        "désormais" in letters(context, old)[0].get_content() or new in letters(context, old)[0].get_content()
    )
    assert pages.open(link)
    assert pages.page.status_code == 404, "a link works once"
    assert context.identity.accounts.authenticate(new, PASSWORD, "192.0.2.1")


def test_an_address_of_another_account_is_told_to_its_mailbox_only(
    context: Context, client: TestClient, signed_in: SignIn, pages: Operator
) -> None:
    other = signed_in().principal.sub
    with context.database.session() as session:
        session.get_one(Account, other).email = "taken@organisme.fr"
    told = []
    for address in ("taken@organisme.fr", "free@organisme.fr"):
        pages.open("/account")
        pages.send("/account/email", email=address, current_password=PASSWORD)
        told.append((pages.page.status_code, pages.said("status")))
    assert told[0] == told[1]
    pages.open(link_in(letters(context, "taken@organisme.fr")[0]))
    assert pages.send("/account/email").status_code == 409


@pytest.mark.parametrize(
    "address", ["", "x", "a@b", "a@gmail.com", "a@x.fr\r\nBcc: b@y.fr", "a b@x.fr", HOSTILE]
)
def test_only_a_professional_address_is_taken(context: Context, pages: Operator, address: str) -> None:
    pages.open("/account")
    answer = pages.send("/account/email", email=address, current_password=PASSWORD)
    assert answer.status_code == 422
    assert 'id="email-problem"' in answer.text


def test_the_link_of_another_opens_nothing(
    context: Context, client: TestClient, signed_in: SignIn, pages: Operator
) -> None:
    pages.open("/account")
    pages.send("/account/email", email="camille@organisme.fr", current_password=PASSWORD)
    link = link_in(letters(context, "camille@organisme.fr")[0])
    client.cookies.clear()
    other = signed_in()
    stranger = Operator(client, other)
    stranger.open(link)
    assert stranger.send("/account/email").status_code == 404
    assert account_of(context, other).email == other.principal.email


# Security


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


def turn_on(context: Context, pages: Operator) -> tuple[pyotp.TOTP, list[str]]:
    """Turn the second factor on as a person does."""
    pages.open("/account/security")
    pages.send("/account/security/second-factor", act="propose", current_password=PASSWORD)
    secret = re.search(r'<p class="address"><code>([^<]+)</code>', pages.page.text)
    picture = re.search(r'<img class="qr" src="([^"]+)"', pages.page.text)
    assert secret is not None
    assert picture is not None
    kept = pages.page
    drawn = pages.open(unescape(picture[1]))
    assert drawn.startswith("<?xml")
    assert secret[1].replace(" ", "") not in drawn
    pages.page = kept
    application = pyotp.TOTP(secret[1].replace(" ", ""))
    pages.send("/account/security/second-factor", act="confirm", code="000000")
    assert pages.page.status_code == 422
    assert pages.said() != ""
    pages.send("/account/security/second-factor", act="confirm", code=application.at(context.clock()))
    codes = re.findall(r"<li><code>([^<]+)</code></li>", pages.page.text)
    assert len(codes) == 8, pages.page.text
    return application, codes


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


# Charter and licences


@pytest.fixture
def unsigned(context: Context, pages: Operator) -> Operator:
    with context.database.session() as session:
        session.execute(delete(Signature))
    pages.open("/account/texts")
    return pages


def ticks(pages: Operator) -> dict[str, str]:
    return dict.fromkeys(re.findall(r'name="(attest_[\w-]+)"', pages.page.text), "yes")


def test_every_box_is_needed_also_without_a_script(
    context: Context, person: SignedIn, unsigned: Operator
) -> None:
    boxes = ticks(unsigned)
    assert list(boxes) == [
        "attest_charter",
        "attest_licence-spot67",
        "attest_licence-pleiades-cat1",
        "attest_licence-pleiades-pwh",
        "attest_licence-pneo",
    ]
    for missing in boxes:
        sent = {name: value for name, value in boxes.items() if name != missing}
        answer = unsigned.send("/account/texts", **sent)
        assert answer.status_code == 422
        assert "tick the box at the end of each document" in unsigned.said()
        assert f'id="{missing}-problem"' in answer.text
        assert answer.text.count(" checked") == len(boxes) - 1, "what was ticked stays"
    with context.database.reading() as session:
        assert session.scalars(select(Signature)).all() == []
    unsigned.send("/account/texts", **boxes)
    assert "everything is signed" in unsigned.said("status")
    with context.database.reading() as session:
        signed = session.scalars(select(Signature).order_by(Signature.id)).all()
    assert [(one.signer, one.version) for one in signed] == [("Camille Martin", 1)] * 5
    assert {one.account_id for one in signed} == {person.principal.sub}


def test_a_text_published_meanwhile_is_read_first(context: Context, unsigned: Operator) -> None:
    boxes = ticks(unsigned)
    with context.database.session() as session:
        old = session.scalars(select(LegalText).where(LegalText.code == "charter")).one()
        body = {"fr": "# Charte\n\nNouveau texte " + HOSTILE, "en": "# Charter\n\nNew text " + HOSTILE}
        fresh = {"title": old.title, "body": body, "published_at": context.clock(), "author": "x"}
        session.add(LegalText(code="charter", version=2, **fresh))
    answer = unsigned.send("/account/texts", **boxes)
    assert answer.status_code == 412
    assert "New text" in answer.text
    assert "<script>alert" not in answer.text
    with context.database.reading() as session:
        assert session.scalars(select(Signature)).all() == []
    unsigned.page = answer
    unsigned.send("/account/texts", **boxes)
    assert "everything is signed" in unsigned.said("status")


def test_who_sends_twice_at_once_signs_once(on_either: LiveService) -> None:
    context, person = on_either.context, on_either.sign_in()
    with context.database.session() as session:
        session.execute(delete(Signature))
    with httpx.Client(base_url=on_either.url, timeout=30) as client:
        pages = Operator(client, person)
        pages.open("/account/texts")
        form = pages.hidden("/account/texts") | ticks(pages)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _number: pages.post("/account/texts", form), range(4)))
    with context.database.reading() as session:
        assert len(session.scalars(select(Signature)).all()) == 5


# Data


def test_the_data_are_taken_away_and_that_is_written_down(person: SignedIn, pages: Operator) -> None:
    pages.open("/account/data")
    answer = pages.send("/account/data/export")
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        assert person.principal.email in zipped.read("account.json").decode()
    assert "Taken away" in pages.open("/account/data")


def test_an_account_is_deleted_with_its_password_and_a_tick(
    context: Context, client: TestClient, person: SignedIn, pages: Operator
) -> None:
    for form in ({"current_password": PASSWORD}, {"current_password": "wrong", "sure": "yes"}):
        pages.open("/account/data")
        assert pages.send("/account/data/delete", **form).status_code == 422
    pages.open("/account/data")
    answer = pages.send("/account/data/delete", current_password=PASSWORD, sure="yes")
    assert "Your account is deleted" in answer.text
    assert is_forgotten(account_of(context, person))
    assert 'name="password"' in pages.open("/account")
    assert client.get("/api/me", headers=person.headers).status_code == 401
    assert "deleted" in letters(context, person.principal.email)[0]["Subject"]


def test_the_only_referent_is_not_deleted(context: Context, client: TestClient, signed_in: SignIn) -> None:
    referent = signed_in("referent")
    pages = Operator(client, referent)
    pages.open("/account/data")
    assert pages.send("/account/data/delete", current_password=PASSWORD, sure="yes").status_code == 409
    assert "name your successor first" in pages.said()
    assert not is_forgotten(account_of(context, referent))


# A forgotten password


def test_a_forgotten_password_is_replaced(context: Context, client: TestClient, person: SignedIn) -> None:
    reader = Operator(client)
    reader.open("/sign-in")
    assert 'href="/password"' in reader.page.text
    reader.open("/password")
    reader.send("/password", email=person.principal.email)
    link = link_in(letters(context, person.principal.email)[0])
    reader.open(link)
    answer = reader.send("/password/new", password=NEW, password_again=NEW + "x")
    assert answer.status_code == 422
    reader.send("/password/new", password=NEW, password_again=NEW)
    assert "Your password has changed" in reader.said("status")
    reader.send("/sign-in", login=person.principal.email, password=NEW)
    assert "Camille Martin" in reader.page.text
    reader.open(link)
    assert reader.page.status_code == 404


def test_known_and_unknown_addresses_get_the_same_page(
    context: Context, client: TestClient, person: SignedIn
) -> None:
    texts = []
    for email in (person.principal.email, "nobody@organisme.fr", "not an address", "x" * 3000, "\0"):
        reader = Operator(client)
        reader.open("/password")
        answer = reader.send("/password", email=email)
        texts.append((answer.status_code, str(answer.url), re.sub(r'value="[0-9a-f]{64}"', "", answer.text)))
    assert len(set(texts)) == 1


def test_the_page_takes_its_time_whether_the_address_is_known_or_not(
    client: TestClient, person: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password_pages, "ANSWER_S", 0.5)
    for email in (person.principal.email, "nobody@organisme.fr"):
        reader = Operator(client)
        reader.open("/password")
        form = reader.hidden("/password") | {"email": email}
        began = time.monotonic()
        client.post("/password", data=form, follow_redirects=False)
        assert time.monotonic() - began >= 0.5


def test_a_forged_reset_is_refused(context: Context, client: TestClient, person: SignedIn) -> None:
    context.identity.passwords.ask_reset(person.principal.email, "192.0.2.1", "fr")
    secret = link_in(letters(context, person.principal.email)[0]).partition("=")[2]
    form = {"link": secret, "password": NEW, "password_again": NEW, "form_token": "x"}
    assert client.post("/password/new", data=form).status_code == 403
    assert client.post("/password", data={"email": "x", "form_token": "x"}).status_code == 403
    assert context.identity.passwords.is_alive(secret)


@pytest.mark.parametrize("name", ["Camille\r\nBcc: mallory@evil.example", "=?utf-8?q?x?=", HOSTILE])
def test_a_name_becomes_no_header(context: Context, person: SignedIn, name: str) -> None:
    with context.database.session() as session:
        session.get_one(Account, person.principal.sub).given_name = name
    context.identity.passwords.ask_reset(person.principal.email, "192.0.2.1", "fr")
    letter = letters(context, person.principal.email)[0]
    assert letter["Bcc"] is None
    assert letter.as_string().count("\nTo:") == 1
    assert "mallory@evil.example>" not in str(letter["To"])


def test_no_secret_is_in_a_log(
    context: Context, client: TestClient, person: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pages = Operator(client, person)
    application, codes = turn_on(context, pages)
    pages.open("/password")
    pages.send("/password", email=person.principal.email)
    link = link_in(letters(context, person.principal.email)[0])
    pages.open(link)
    pages.send("/password/new", password=NEW, password_again=NEW)
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("dinamis"))
    assert "/password/new" in logged
    for secret in (PASSWORD, NEW, link.partition("=")[2], application.secret, *codes):
        assert secret not in logged
    assert client.cookies["dinamis_browser"] not in logged


def test_too_many_sign_ins_at_once_are_asked_to_come_back(
    context: Context, client: TestClient, person: SignedIn
) -> None:
    reader = Operator(client)
    reader.open("/sign-in")
    places = context.identity.accounts._hashing._places
    taken = 0
    while places.acquire(blocking=False):
        taken += 1
    try:
        answer = reader.send("/sign-in", login=person.principal.email, password=PASSWORD)
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) >= 1
        assert "Too many sign-ins" in reader.said()
    finally:
        places.release(taken)
    assert reader.send("/sign-in", login=person.principal.email, password=PASSWORD).status_code == 200
