"""Texts to sign, one's own data and a forgotten password, on the pages; what logs and letters never hold."""

from __future__ import annotations

import io
import logging
import re
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from browsing import Operator
from fastapi.testclient import TestClient
from letterbox import letters, link_in
from own_pages import HOSTILE, NEW, SignIn, account_of, turn_on
from running import PASSWORD, LiveService, SignedIn
from sqlalchemy import delete, select

from dinamis_service.context import Context
from dinamis_service.identity.tables import Account
from dinamis_service.registry.erasure import is_forgotten
from dinamis_service.registry.tables import LegalText, Signature
from dinamis_service.web import password as password_pages

# Charter and licences


@pytest.fixture
def person(signed_in: SignIn) -> SignedIn:
    return signed_in()


@pytest.fixture
def pages(client: TestClient, person: SignedIn) -> Operator:
    return Operator(client, person)


@pytest.fixture(autouse=True)
def _answers_come_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_pages, "ANSWER_S", 0.0)


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
