"""The pages of one's own account: who may, forged and malformed forms, the profile."""

from __future__ import annotations

import re
from html import unescape

import pytest
from browsing import Operator
from fastapi.testclient import TestClient
from letterbox import letters, link_in
from own_pages import HOSTILE, NEW, SignIn, account_of
from running import PASSWORD, SignedIn

from dinamis_service.context import Context
from dinamis_service.identity.tables import Account

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


@pytest.fixture
def person(signed_in: SignIn) -> SignedIn:
    return signed_in()


@pytest.fixture
def pages(client: TestClient, person: SignedIn) -> Operator:
    return Operator(client, person)


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
