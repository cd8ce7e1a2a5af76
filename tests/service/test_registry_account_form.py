"""The form by which a person asks for an account: what it asks, keeps and refuses, and who is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from browsing import Operator
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from referents import (
    FORM,
    account,
    add_entity,
    add_person,
    asked_for,
    boxes,
    letters,
    mailed_link,
    notified,
)
from running import LiveService
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.identity.accounts import is_open
from dinamis_service.identity.tables import Account
from dinamis_service.registry.account_form import FIELDS, problems
from dinamis_service.registry.tables import Entity, LegalText, MailedLink, Signature

EMAIL = "ada@umr.example"


@pytest.fixture
def lab(context: Context) -> Entity:
    return add_entity(context, "UMR Tétis")


@pytest.fixture
def pages(client: TestClient) -> Operator:
    return Operator(client, language="fr")


def made(context: Context) -> Account | None:
    with context.database.reading() as session:
        return session.scalar(select(Account).where(Account.email == EMAIL))


def test_an_account_waits_for_the_referents_who_are_told(
    context: Context, pages: Operator, lab: Entity
) -> None:
    referents = [add_person(context, lab, "referent"), add_person(context, lab, "referent")]
    closed = add_person(context, lab, "referent", state="closed")
    pages.open(f"/registry/account?link={mailed_link(context)}")
    assert "Rechercher une entité..." in pages.page.text
    secret = mailed_link(context)
    pages.open(f"/registry/account?link={secret}&choose=1&text=tetis")  # accents do not count
    assert f"entity={lab.id}" in pages.page.text
    answer = asked_for(pages, secret, lab)
    assert answer.url.path == "/registry/account/sent"
    assert "En attente de validation" in answer.text
    new = made(context)
    assert new is not None
    assert (new.state, new.entity_id, new.phone, new.town) == (
        "waiting",
        lab.id,
        "06 01 02 03 04",
        "Montpellier",
    )
    assert not is_open(new, context.clock())
    assert [one.role for one in new.roles] == ["user"]
    assert new.password_hash.startswith("$argon2id$")
    with context.database.reading() as session:
        signed = session.scalars(select(Signature).where(Signature.account_id == new.id)).all()
    assert {one.code for one in signed} == {
        "charter", "licence-spot67", "licence-pleiades-cat1", "licence-pleiades-pwh", "licence-pneo",
    }  # fmt: skip
    assert {one.signer for one in signed} == {"Ada Lovelace"}
    for referent in referents:
        [letter] = letters(context, referent.principal.email)
        assert letter["Subject"] == "[DINAMIS] Compte à valider : Ada Lovelace"
        assert f"/entity/accounts/{new.id}" in letter.get_content()
        assert notified(context, referent.principal.sub) == ["Compte à valider : Ada Lovelace"]
    assert letters(context, closed.principal.email) == []
    [own] = letters(context, EMAIL)
    assert "en attente de validation" in own.get_content()


def test_a_link_is_used_once_and_ends(
    context: Context, pages: Operator, lab: Entity, clock: MovableClock
) -> None:
    secret = mailed_link(context, about_id=lab.id)
    assert asked_for(pages, secret, lab).url.path.endswith("/sent")
    for address in (f"/registry/account?link={secret}", "/registry/account?link=x", "/registry/account"):
        pages.open(address)
        assert pages.page.status_code == 410
        assert "Ce lien n'ouvre plus rien" in pages.page.text.replace("&#39;", "'")
    other = mailed_link(context, "bob@umr.example", lab.id)
    pages.open(f"/registry/account?link={other}")
    clock.advance(timedelta(days=8).total_seconds())
    answer = pages.send("/registry/account", **FORM | {"act": "send", "texts": boxes(pages.page.text)})
    assert answer.status_code == 410


def test_what_was_typed_is_kept_but_for_the_passwords(context: Context, pages: Operator, lab: Entity) -> None:
    secret = mailed_link(context, about_id=lab.id)
    answer = asked_for(pages, secret, lab, phone="", given_name=" Ada  Augusta ", texts=["licence-pneo/1"])
    assert answer.status_code == 422
    assert "Téléphone" in pages.said()
    for label in ("Charte", "SPOT", "PWH"):
        assert label in pages.said()
    assert "Néo" not in pages.said()
    assert FORM["password"] not in answer.text
    again = Operator(pages.client, language="fr")  # the next day, from the mail
    again.open(f"/registry/account?link={secret}")
    text = again.page.text
    assert 'name="given_name" type="text" value="Ada Augusta"' in text
    assert 'value="Géomaticienne"' in text
    assert 'value="licence-pneo/1" checked' in text
    assert text.count(" checked") == 1
    with context.database.reading() as session:
        [kept] = session.scalars(select(MailedLink).where(MailedLink.about_id == lab.id))
    assert FORM["password"] not in str(kept.draft)
    assert again.send("/registry/account", act="keep", given_name="Augusta").url.params["kept"] == "1"
    assert 'value="Augusta"' in again.page.text
    back = again.send("/registry/account", act="back", given_name="Ada")
    assert "Rechercher une entité..." in back.text
    again.open(f"/registry/account?link={mailed_link(context)}")
    assert 'value="Ada"' in again.page.text, "under another link of the same mailbox"
    assert asked_for(again, secret, lab).url.path.endswith("/sent")
    with context.database.reading() as session:
        assert [one.draft for one in session.scalars(select(MailedLink))] == [None, None]


WRONG: list[tuple[str, str, str]] = [
    ("given_name", "", "À remplir."),
    ("given_name", "x" * 121, "Au plus 120 caractères."),
    ("family_name", "a\u202eb", "Contient des signes"),
    ("function", "a\0b", "Contient des signes"),
    ("phone", "call me", "pas un numéro"),
    ("email", "eve@umr.example", "L'adresse vérifiée est ada@umr.example"),
    ("email_again", "eve@umr.example", "Les deux adresses diffèrent."),
    ("nationality", "XX", "Choisissez dans la liste."),
    ("password", "short", "12"),
    ("password", "lovelace lovelace", "mot de passe"),
    ("password_again", "another phrase", "Les deux mots de passe diffèrent."),
    ("address", "x" * 201, "Au plus 200 caractères."),
]


def test_each_field_is_checked_and_its_error_stands_beside_it(
    context: Context, pages: Operator, lab: Entity
) -> None:
    secret = mailed_link(context)
    for name, value, told in WRONG:
        answer = asked_for(pages, secret, lab, **{name: value})
        assert answer.status_code == 422, (name, value)
        found = answer.text.replace("&#39;", "'")
        problem = found.split(f'id="{name}-problem">')[1].split("</p>")[0]
        assert told in problem, (name, value)
        assert f'aria-describedby="{name}-problem"' in answer.text
    assert made(context) is None


def test_licences_follow_the_nationality_of_the_entity_and_their_newest_version(
    context: Context, pages: Operator
) -> None:
    foreign = add_entity(context, "Institut de Genève", 9, nationality="CH")
    secret = mailed_link(context)
    pages.open(f"/registry/account?link={secret}&entity={foreign.id}")
    assert "images Pléiades ISIS" in pages.page.text
    assert "images Pléiades CAT1" not in pages.page.text
    seen = boxes(pages.page.text)
    with context.database.session() as session:
        text = session.get_one(LegalText, ("licence-pneo", 1))
        session.add(
            LegalText(
                code=text.code,
                version=2,
                title=text.title,
                body=text.body,
                published_at=context.clock(),
                author="x",
            )
        )
    answer = pages.send("/registry/account", **FORM | {"act": "send", "texts": seen})
    assert answer.status_code == 422, "a text that changed meanwhile is read first"
    assert asked_for(pages, secret, foreign).url.path.endswith("/sent")


def test_only_who_was_refused_asks_again(context: Context, pages: Operator, lab: Entity) -> None:
    known = add_person(context, lab)
    taken = mailed_link(context, known.principal.email)
    answer = asked_for(pages, taken, lab, email=known.principal.email, email_again=known.principal.email)
    assert answer.status_code == 422
    assert "Un compte existe déjà" in pages.said()
    assert account(context, known.principal.sub).given_name == "Paul", "nothing of it was changed"
    assert asked_for(pages, mailed_link(context), lab).url.path.endswith("/sent")
    assert "existe déjà" in asked_for(pages, mailed_link(context), lab).text
    first = made(context)
    assert first is not None
    with context.database.session() as session:
        session.get_one(Account, first.id).state = "refused"
    assert asked_for(pages, mailed_link(context), lab, town="Nîmes").url.path.endswith("/sent")
    second = account(context, first.id)
    assert (second.state, second.town) == ("waiting", "Nîmes")


def test_forms_of_elsewhere_and_closed_entities_make_nothing(
    context: Context, pages: Operator, lab: Entity
) -> None:
    secret = mailed_link(context)
    assert asked_for(pages, secret, lab, form_token="forged").status_code == 403
    assert made(context) is None
    closed = add_entity(context, "Ancienne", state="closed")
    pages.open(f"/registry/account?link={secret}&entity={closed.id}")
    assert "Rechercher une entité..." in pages.page.text
    assert "Ancienne" not in pages.page.text
    pages.open(f"/registry/account?link={secret}&entity={lab.id}")
    answer = pages.send("/registry/account", **FORM | {"act": "send", "entity": closed.id})
    assert "Rechercher une entité..." in answer.text
    assert made(context) is None


def test_names_are_text_on_pages_and_one_line_in_mails(
    context: Context, pages: Operator, lab: Entity
) -> None:
    referent = add_person(context, lab, "referent")
    name = "<script>alert(1)</script>"
    asked_for(pages, mailed_link(context), lab, given_name=name, family_name="L\r\nBcc: eve@evil.example")
    [letter] = letters(context, referent.principal.email)
    assert letter["Bcc"] is None
    assert "Bcc: eve@evil.example" in letter["Subject"], "as text of the line"
    assert "\n" not in letter["Subject"]
    desk = Operator(pages.client, referent, "fr")
    for path in ("/entity/", "/entity/accounts", "/entity/requests"):
        desk.open(path)
        assert name not in desk.page.text
        assert "&lt;script&gt;" in desk.page.text


def test_a_flood_of_fields_is_refused_and_not_kept(context: Context, pages: Operator, lab: Entity) -> None:
    secret = mailed_link(context, about_id=lab.id)
    answer = asked_for(pages, secret, lab, address="x" * 500_000, texts=["x" * 1000] * 500, more=["y"] * 50)
    assert answer.status_code == 422
    with context.database.reading() as session:
        [kept] = session.scalars(select(MailedLink).where(MailedLink.about_id == lab.id))
    assert len(str(kept.draft)) < 2000
    assert asked_for(pages, secret, lab, given_name=["Ada", "Eve"]).status_code == 422


def test_two_who_use_one_link_at_once_make_one_account(on_either: LiveService) -> None:
    context = on_either.context
    lab = add_entity(context, "UMR Tétis")
    secret = mailed_link(context)

    def ask(_: int) -> Any:
        with httpx.Client(base_url=on_either.url, timeout=60) as client:
            return asked_for(Operator(client, language="fr"), secret, lab).status_code

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(ask, range(4)))
    assert told == [200, 410, 410, 410]
    links = [mailed_link(context, "bob@umr.example") for _ in range(3)]

    def ask_by(secret: str) -> Any:
        with httpx.Client(base_url=on_either.url, timeout=60) as client:
            bob = {"email": "bob@umr.example", "email_again": "bob@umr.example"}
            return asked_for(Operator(client, language="fr"), secret, lab, **bob).status_code

    with ThreadPoolExecutor(3) as pool:
        told = sorted(pool.map(ask_by, links))
    assert told == [200, 422, 422]


@given(st.fixed_dictionaries({one.name: st.text(max_size=300) for one in FIELDS}))
def test_whatever_is_typed_has_an_answer(values: dict[str, str]) -> None:
    found = problems(values, EMAIL)
    assert set(found) <= {one.name for one in FIELDS}
    sound = {**FORM, "email": EMAIL, "email_again": EMAIL}
    assert problems(sound, EMAIL) == {}
    for field in FIELDS:
        assert (field.name in problems({**sound, field.name: ""}, EMAIL)) == field.required
