"""Pages of a service whose people sign in at another issuer: nothing on them is about passwords."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import Operator
from fastapi.testclient import TestClient
from letterbox import letters
from referents import FORM, add_entity, add_person, boxes, mailed_link, notified
from running import SignedIn
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.identity.external_accounts import NO_PASSWORD, Person
from dinamis_service.identity.tables import Account
from dinamis_service.registry.tables import Entity
from dinamis_service.settings import Settings
from dinamis_service.web.pages import BROWSER_COOKIE

EMAIL = "ada@umr.example"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", issuer_url="https://issuer.invalid")


@pytest.fixture
def lab(context: Context) -> Entity:
    return add_entity(context, "UMR Tétis")


def signed_in(context: Context, client: TestClient, person: SignedIn) -> Operator:
    secret = context.identity.browsers.open(person.principal.sub, "", "x")
    client.cookies.set(BROWSER_COOKIE, secret)
    return Operator(client)


def test_pages_of_the_account_offer_no_passwords(context: Context, client: TestClient, lab: Entity) -> None:
    pages = signed_in(context, client, add_person(context, lab))
    for path in ("/", "/account", "/account/security", "/account/data"):
        text = pages.open(path)
        assert pages.page.status_code == 200, path
        assert 'type="password"' not in text, path
        assert 'href="/password"' not in text, path
        assert "/auth/realms/" not in text, path
    assert "the service that signs you in" in pages.open("/account/security")
    for path in ("/password", "/account/security/second-factor", "/account/email"):
        assert client.get(path).status_code == 404, path


def test_a_person_leaves_without_a_password(context: Context, client: TestClient, lab: Entity) -> None:
    person = add_person(context, lab)
    pages = signed_in(context, client, person)
    pages.open("/account/data")
    assert pages.page.status_code == 200
    pages.send("/account/data/delete", sure="yes")
    assert pages.page.status_code == 200
    with context.database.reading() as session:
        assert session.get_one(Account, person.principal.sub).state == "closed"


def test_the_form_of_an_account_asks_for_no_password(
    context: Context, client: TestClient, lab: Entity
) -> None:
    pages, secret = Operator(client), mailed_link(context, EMAIL)
    text = pages.open(f"/registry/account?link={secret}&entity={lab.id}")
    assert 'type="password"' not in text
    form = {name: value for name, value in FORM.items() if "password" not in name}
    pages.send("/registry/account", **form, texts=boxes(text), act="send")
    assert pages.page.url.path == "/registry/account/sent"
    with context.database.reading() as session:
        made = session.scalars(select(Account).where(Account.email == EMAIL)).one()
    assert (made.state, made.password_hash) == ("waiting", NO_PASSWORD)


def test_referents_are_told_of_somebody_new_at_the_issuer(context: Context, lab: Entity) -> None:
    referent = add_person(context, lab, "referent")
    external = context.identity.external
    assert external is not None
    person = Person("https://issuer.invalid 7", EMAIL, "ada", "Ada", "Noël", None, "")
    external.accounts.join(person, lab.id)
    assert len(letters(context, EMAIL)) == 1
    assert len(notified(context, referent.principal.sub)) == 1
    external.accounts.join(person, lab.id)  # again: nobody is told twice
    assert len(letters(context, EMAIL)) == 1
