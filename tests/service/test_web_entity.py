"""The management platform of a referent: what is pending, who may see and do what, and what is kept of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import httpx
import pytest
from browsing import Operator
from clocks import MovableClock
from fastapi import FastAPI
from fastapi.testclient import TestClient
from referents import (
    account,
    add_adhesion,
    add_entity,
    add_mission,
    add_person,
    add_waiting,
    letters,
    notified,
)
from running import PASSWORD, TEST_CLIENT_URL, LiveService, SignedIn
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.identity.tables import AccessRecord, Account, AccountRole
from dinamis_service.registry import partnerships
from dinamis_service.registry.account_life import end_of
from dinamis_service.registry.tables import Adhesion, AdhesionEvent, Entity, Mission, RegistryEvent
from dinamis_service.registry.uploads import ProjectFiles
from dinamis_service.signing.tables import SignatureBatch

ROLES = ("nobody", "member", "referent", "of another", "operator")
TABLE = """
GET  /entity                                303 303 303 303 303
GET  /entity/                               303 403 200 200 403
GET  /entity/requests                       303 403 200 200 403
GET  /entity/help                           303 403 200 200 403
GET  /entity/nowhere                        303 403 404 404 403
GET  /entity/accounts                       303 403 200 200 403
GET  /entity/accounts/{account}             303 403 200 404 403
POST /entity/accounts/{account}             303 403 409 404 403
GET  /entity/accounts/{account}/validate    303 403 200 404 403
POST /entity/accounts/{account}/validate    303 403 303 404 403
GET  /entity/partnerships/{adhesion}        303 403 200 404 403
GET  /entity/partnerships/{adhesion}/file   303 403 404 404 403
POST /entity/partnerships/{adhesion}        303 403 303 404 403
GET  /entity/missions                       303 403 200 200 403
GET  /entity/missions/{mission}             303 403 200 404 403
POST /entity/missions/{mission}             303 403 303 404 403
GET  /entity/statistics                     303 403 200 200 403
GET  /entity/settings                       303 403 200 200 403
GET  /entity/settings/referent              303 403 200 200 403
POST /entity/settings/referent              303 403 422 422 403
GET  /entity/settings/referent/done         200 200 200 200 200
GET  /entity/settings/representative        303 403 200 200 403
POST /entity/settings/representative        303 403 422 422 403
"""
"""Answers without following them; 404 for what is of another entity: nobody learns that it exists."""
ROWS = [tuple(line.split()) for line in TABLE.strip().splitlines()]
SENT = {
    "/entity/accounts/{account}": {"act": "reopen"},
    "/entity/accounts/{account}/validate": {"answer": "yes"},
    "/entity/partnerships/{adhesion}": {"act": "accept"},
    "/entity/missions/{mission}": {"last": "2098-12-31", "reason": "Terminée"},
}

Desk = Callable[[SignedIn | None], Operator]


@pytest.fixture
def lab(context: Context) -> Entity:
    return add_entity(context, "UMR Tétis", address="500 rue du Lez", town="Montpellier")


@pytest.fixture
def referent(context: Context, lab: Entity) -> SignedIn:
    return add_person(context, lab, "referent")


@pytest.fixture
def desk_of(app: FastAPI) -> Iterator[Desk]:
    """A browser of its own for each person, in French."""
    clients = []

    def make(person: SignedIn | None) -> Operator:
        client = TestClient(app, TEST_CLIENT_URL)
        clients.append(client)
        return Operator(client, person, "fr")

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def desk(desk_of: Desk, referent: SignedIn) -> Operator:
    return desk_of(referent)


def test_each_role_on_each_page_by_each_method(
    context: Context, desk_of: Desk, lab: Entity, referent: SignedIn
) -> None:
    other = add_entity(context, "Autre")
    people: dict[str, SignedIn | None] = {
        "nobody": None,
        "member": add_person(context, lab),
        "referent": referent,
        "of another": add_person(context, other, "referent"),
        "operator": add_person(context, lab, "operator"),
    }
    contractor = add_entity(context, "Géo Prestations", 8)
    for role, person in people.items():
        mission = add_mission(context, contractor, lab, starts=date(2025, 1, 1), ends=date(2099, 1, 1))
        named = {
            "account": add_waiting(context, lab),
            "adhesion": add_adhesion(context, lab),
            "mission": mission,
        }
        pages = desk_of(person)
        pages.open("/")
        told = re.search(r'name="form_token" value="(\w+)"', pages.page.text)
        for method, path, *expected in ROWS:
            fields = {"form_token": told[1] if told else "", **SENT.get(path, {})}
            data = fields if method == "POST" else None
            answer = pages.client.request(method, path.format(**named), data=data, follow_redirects=False)
            assert answer.status_code == int(expected[ROLES.index(role)]), (role, method, path)
            if answer.status_code in {403, 404}:
                assert "Lovelace" not in answer.text


def test_forms_of_elsewhere_change_nothing(
    context: Context, desk: Operator, lab: Entity, referent: SignedIn
) -> None:
    one, adhesion = add_waiting(context, lab), add_adhesion(context, lab)
    contractor = add_entity(context, "Géo Prestations", 8)
    mission = add_mission(context, contractor, lab, starts=date(2025, 1, 1), ends=date(2099, 1, 1))
    successor = add_person(context, lab).principal.sub
    for path, fields in {
        f"/entity/accounts/{one}": {"act": "refuse", "reason": "x"},
        f"/entity/accounts/{one}/validate": {"answer": "yes"},
        f"/entity/partnerships/{adhesion}": {"act": "accept"},
        f"/entity/missions/{mission}": {"last": "2098-12-31", "reason": "x"},
        "/entity/settings/referent": {"account": successor, "permanent": "yes"},
        "/entity/settings/representative": NEW_REPRESENTATIVE,
    }.items():
        answer = desk.post(path, {**fields, "form_token": "forged"})
        assert answer.status_code == 403, path
        assert "périmée" in answer.text
    assert account(context, one).state == "waiting"
    assert letters(context) == []
    with context.database.reading() as session:
        assert session.get_one(Adhesion, adhesion).state == "partner"
        assert session.scalars(select(RegistryEvent)).all() == []


def test_an_account_is_validated_by_the_dialogue(
    context: Context, desk: Operator, lab: Entity, referent: SignedIn
) -> None:
    one = add_waiting(context, lab, postcode="34090", town="Montpellier")
    desk.open("/entity/")
    assert "Valider Compte" in desk.page.text
    assert "Ada Lovelace" in desk.page.text
    path = f"/entity/accounts/{one}/validate"
    desk.open(path)
    assert desk.send(path, answer="no").url.path == f"/entity/accounts/{one}"
    assert account(context, one).state == "waiting"
    day = context.clock().date() + timedelta(days=40)
    for wrong in ("2020-01-01", "31/02/2027", "soon", f"{day:%Y-%m-%d}T00:00"):
        desk.open(path)
        assert desk.send(path, answer="yes", expires=wrong).status_code == 422, wrong
        assert f'value="{wrong}"' in desk.page.text
    desk.open(path)
    answer = desk.send(path, answer="yes", expires=f"{day:%d/%m/%Y}")
    assert desk.said("status") == "Le compte est validé."
    assert f"{day:%d/%m/%Y}" in answer.text
    after = account(context, one)
    told = (after.state, after.expires_at, after.validated_by)
    assert told == ("active", end_of(day), referent.principal.sub)
    [letter] = letters(context, after.email)
    assert letter["Subject"] == "[DINAMIS] Votre compte est validé"
    assert f"jusqu'au {day:%d/%m/%Y} inclus (UTC)" in " ".join(letter.get_content().split())
    assert notified(context, one) == ["Votre compte est validé"]
    assert "Compte validé" in desk.page.text
    desk.open(path)
    assert desk.page.url.path == f"/entity/accounts/{one}", "there is nothing to ask any more"


def test_an_account_is_refused_with_a_reason_that_its_owner_reads(
    context: Context, desk: Operator, lab: Entity
) -> None:
    one = add_waiting(context, lab)
    path = f"/entity/accounts/{one}"
    for wrong in ("", " ", "x" * 2001, "a\0b"):
        desk.open(path)
        assert desk.send(path, reason=wrong).status_code == 422
    assert account(context, one).state == "waiting"
    desk.open(path)
    desk.send(path, reason="Vous n'êtes pas <b>chez nous</b>.")
    assert account(context, one).state == "refused"
    assert "&lt;b&gt;chez nous" in desk.page.text
    [letter] = letters(context, account(context, one).email)
    assert "Motif : Vous n'êtes pas <b>chez nous</b>." in letter.get_content()


def test_users_are_listed_searched_ended_closed_and_opened_again(
    context: Context, desk: Operator, lab: Entity, clock: MovableClock
) -> None:
    one = add_person(context, lab, given_name="Élise", family_name="Moreau", function="Chercheuse")
    other = add_person(context, add_entity(context, "Autre"), given_name="Eve", family_name="Ailleurs")
    for index in range(60):
        add_person(context, lab, given_name="Personne", family_name=f"Numéro {index:02}")
    desk.open("/entity/accounts")
    assert "62 utilisateurs, page 1 sur 2" in desk.page.text
    desk.open("/entity/accounts?page=2")
    assert "Numéro 59" in desk.page.text
    desk.open("/entity/accounts?text=elise%20cherch")
    assert "1 utilisateur" in desk.page.text
    assert "Élise Moreau" in desk.page.text
    assert "Ailleurs" not in desk.page.text
    desk.open("/entity/accounts?state=closed")
    assert "Aucun utilisateur ne correspond." in desk.page.text
    sub = one.principal.sub
    path = f"/entity/accounts/{sub}"
    day = context.clock().date() + timedelta(days=2)
    desk.open(path)
    desk.post(path, {**_hidden(desk), "act": "expiry", "expires": day.isoformat()})
    assert account(context, sub).expires_at == end_of(day)
    clock.advance(timedelta(days=3).total_seconds())
    again = _again(desk, context, lab)
    again.open("/entity/accounts?state=expired")
    assert "Élise Moreau" in again.page.text
    again.open(path)
    again.post(path, {**_hidden(again), "act": "expiry", "expires": ""})
    assert account(context, sub).expires_at is None
    again.open(path)
    again.post(path, {**_hidden(again), "act": "close", "reason": "Départ"})
    assert account(context, sub).state == "closed"
    again.open(path)
    again.send(path)
    assert account(context, sub).state == "active"
    subjects = [letter["Subject"] for letter in letters(context, one.principal.email)]
    assert subjects == [
        "[DINAMIS] Date d'expiration de votre compte",
        "[DINAMIS] Date d'expiration de votre compte",
        "[DINAMIS] Votre compte est fermé",
        "[DINAMIS] Votre compte est rouvert",
    ]
    with context.database.reading() as session:
        told = session.scalars(select(RegistryEvent).where(RegistryEvent.about_id == sub)).all()
    assert [one.event for one in told] == ["expiry", "expiry", "close", "reopen"]
    assert {one.author for one in told} == {"Paul Durand"}
    again.open(f"/entity/accounts/{other.principal.sub}")
    assert again.page.status_code == 404


def _again(desk: Operator, context: Context, lab: Entity) -> Operator:
    """Another referent, who signs in now."""
    desk.client.cookies.clear()
    return Operator(desk.client, add_person(context, lab, "referent"), "fr")


def _hidden(desk: Operator) -> dict[str, str]:
    return {"form_token": desk.page.text.split('name="form_token" value="')[1].split('"')[0]}


def test_who_looks_at_a_sheet_is_written_down(
    context: Context, desk: Operator, lab: Entity, referent: SignedIn
) -> None:
    one, adhesion = add_waiting(context, lab), add_adhesion(context, lab)
    desk.open(f"/entity/accounts/{one}")
    desk.open(f"/entity/partnerships/{adhesion}")
    desk.open("/entity/settings")
    with context.database.reading() as session:
        seen = session.scalars(select(AccessRecord).order_by(AccessRecord.id)).all()
    assert [(row.actor_id, row.about_kind, row.about_id, row.action) for row in seen] == [
        (referent.principal.sub, "account", one, "sheet"),
        (referent.principal.sub, "adhesion", adhesion, "partnership"),
        (referent.principal.sub, "entity", lab.id, "settings"),
    ]


def test_a_referent_touches_neither_their_own_account_nor_an_operator(
    context: Context, desk: Operator, lab: Entity, referent: SignedIn
) -> None:
    operator = add_person(context, lab, "operator")
    for person, told in ((referent, "votre compte"), (operator, "opérateur de DINAMIS")):
        path = f"/entity/accounts/{person.principal.sub}"
        desk.open(path)
        assert told in desk.page.text
        for act in ("close", "expiry"):
            fields = {"act": act, "reason": "x", "expires": ""}
            assert desk.post(path, {**_hidden(desk), **fields}).status_code == 403
        assert account(context, person.principal.sub).state == "active"
    assert desk.post(path, {**_hidden(desk), "act": "promote"}).status_code == 403


def test_a_partnership_is_seen_whole_and_accepted_once(
    context: Context, desk: Operator, lab: Entity, referent: SignedIn
) -> None:
    one = add_adhesion(context, lab)
    with context.database.session() as session:
        partnerships.announce(session, session.get_one(Adhesion, one), context.clock())
    assert notified(context, referent.principal.sub) == ["Partenariat à valider : Géo Prestations <SARL>"]
    assert f"/entity/partnerships/{one}" in letters(context, referent.principal.email)[0].get_content()
    desk.open("/entity/")
    assert "Valider le partenariat" in desk.page.text
    path = f"/entity/partnerships/{one}"
    desk.open(path)
    text = desk.page.text
    for told in (
        "MaMission", "Prestataire de la commande publique", "30/10/2025", "01/11/2099", "43,7129", "3,6872",
        "SPOT 6/7", "31/12/2022", "31/12/2024", "UMR Tétis", "<svg", "Fichier de description",
    ):  # fmt: skip
        assert told in text, told
    assert "<SARL>" not in text
    desk.send(path, act="accept")
    assert "le partenariat est validé" in desk.said("status").lower()
    with context.database.reading() as session:
        adhesion = session.get_one(Adhesion, one)
        assert (adhesion.state, adhesion.partnership) == ("instruction", "accepted")
        [event] = session.scalars(select(AdhesionEvent)).all()
    assert event.author == "Paul Durand"
    for address in ("remi@geopro.example", "rose@geopro.example"):
        [letter] = letters(context, address)
        assert letter["Subject"] == "[DINAMIS] Partenariat validé"
    answer = desk.post(path, {**_hidden(desk), "act": "refuse", "reason": "x"})
    assert answer.status_code == 409
    assert "Rien n'a été changé" in answer.text.replace("&#39;", "'")


def test_the_description_file_of_a_partnership_is_read(context: Context, desk: Operator, lab: Entity) -> None:
    kept = {"name": "projet.pdf", "size": 5, "sha256": "0" * 64}
    one = add_adhesion(context, lab, project_file=kept)
    path = ProjectFiles(context.settings).path(one, kept["sha256"])
    path.parent.mkdir(parents=True)
    path.write_bytes(b"%PDF-")
    desk.open(f"/entity/partnerships/{one}")
    assert f'href="/entity/partnerships/{one}/file"' in desk.page.text
    answer = desk.client.get(f"/entity/partnerships/{one}/file")
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF-", "application/pdf")
    other = add_adhesion(context, add_entity(context, "Autre"), project_file=kept)
    assert desk.client.get(f"/entity/partnerships/{other}/file").status_code == 404


def test_a_refused_partnership_ends_the_request_with_a_letter(
    context: Context, desk: Operator, lab: Entity
) -> None:
    one = add_adhesion(context, lab)
    path = f"/entity/partnerships/{one}"
    desk.open(path)
    assert desk.send(path, act="refuse", reason="").status_code == 422
    assert desk.send(path, act="ruin", reason="x").status_code == 422
    desk.send(path, act="refuse", reason="Aucun marché avec cette société.")
    with context.database.reading() as session:
        adhesion = session.get_one(Adhesion, one)
        assert (adhesion.state, adhesion.partnership) == ("refused", "refused")
        assert adhesion.decided_at is not None
    for address in ("remi@geopro.example", "rose@geopro.example"):
        assert "Aucun marché avec cette société." in letters(context, address)[0].get_content()


def test_an_unsigned_adhesion_shows_itself_to_nobody(context: Context, desk: Operator, lab: Entity) -> None:
    one = add_adhesion(context, lab, signed_at=None, state="draft", partnership="")
    desk.open("/entity/requests")
    assert "MaMission" not in desk.page.text
    desk.open(f"/entity/partnerships/{one}")
    assert desk.page.status_code == 404


def test_of_two_answers_to_a_partnership_at_once_one_is_refused(on_either: LiveService) -> None:
    context = on_either.context
    lab = add_entity(context, "UMR Tétis")
    people = [add_person(context, lab, "referent") for _ in range(2)]
    one = add_adhesion(context, lab)
    together = Barrier(2)

    def answer(index: int) -> int:
        with httpx.Client(base_url=on_either.url, timeout=60) as client:
            desk = Operator(client, people[index], "fr")
            path = f"/entity/partnerships/{one}"
            desk.open(path)
            together.wait(20)
            return desk.send(path, act=("accept", "refuse")[index], reason="Parce que").status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, range(2))) == [200, 409]
    assert len(letters(context, "remi@geopro.example")) == 1


def test_the_role_of_referent_is_handed_over_and_its_history_kept(
    context: Context, desk: Operator, desk_of: Desk, lab: Entity, referent: SignedIn
) -> None:
    successor = add_person(context, lab, given_name="Nadia", family_name="Benali")
    stranger = add_person(context, add_entity(context, "Autre"))
    waiting = add_waiting(context, lab)
    path = "/entity/settings/referent"
    for fields in (
        {"account": "", "permanent": "yes"},
        {"account": successor.principal.sub},
        {"account": successor.principal.sub, "permanent": "no"},
    ):
        desk.open(path)
        assert desk.send(path, **fields).status_code == 422
    for sub in (stranger.principal.sub, waiting, referent.principal.sub, "x"):
        desk.open(path)
        assert desk.send(path, account=sub, permanent="yes").status_code == 409
    desk.open(path)
    assert "Lovelace" not in desk.page.text
    answer = desk.send(path, account=successor.principal.sub, permanent="yes")
    assert answer.url.path == path + "/done"
    desk.open("/entity/")
    assert desk.page.status_code == 403, "at once"
    with context.database.reading() as session:
        roles = session.scalars(select(AccountRole.account_id).where(AccountRole.role == "referent"))
        assert list(roles) == [successor.principal.sub]
    for person in (referent, successor):
        [letter] = letters(context, person.principal.email)
        told = (
            "Nadia Benali est maintenant référent DINAMIS de l'entité UMR Tétis, à la place de Paul Durand."
        )
        assert told in " ".join(letter.get_content().split())
    new = desk_of(successor)
    new.open("/entity/settings")
    assert "Référent DINAMIS : Nadia Benali à la place de Paul Durand" in new.page.text.replace("\u00a0", " ")


def test_of_two_successors_named_at_once_one_gets_the_role(on_either: LiveService) -> None:
    context = on_either.context
    lab = add_entity(context, "UMR Tétis")
    referent = add_person(context, lab, "referent")
    heirs = [add_person(context, lab).principal.sub for _ in range(2)]
    together = Barrier(2)
    with httpx.Client(base_url=on_either.url, timeout=60) as client:
        signed_in = Operator(client, referent, "fr")
        cookies = httpx.Cookies(signed_in.client.cookies)

    def hand_over(index: int) -> int:
        with httpx.Client(base_url=on_either.url, timeout=60, cookies=cookies) as client:
            desk = Operator(client, language="fr")
            desk.open("/entity/settings/referent")
            together.wait(20)
            told = {"account": heirs[index], "permanent": "yes"}
            return desk.send("/entity/settings/referent", **told).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(hand_over, range(2))) == [200, 403]
    with context.database.reading() as session:
        roles = session.scalars(select(AccountRole.account_id).where(AccountRole.role == "referent")).all()
    assert len(roles) == 1


NEW_REPRESENTATIVE = {
    "given_name": "Rose",
    "family_name": "Dupont",
    "function": "Directrice",
    "email": "rose@umr-tetis.fr",
    "email_again": "Rose@umr-tetis.fr",
    "nationality": "FR",
    "rank": "2",
}


def test_the_legal_representative_is_replaced_and_both_are_told(
    context: Context, desk: Operator, lab: Entity, referent: SignedIn
) -> None:
    former = {"given_name": "Élise", "family_name": "Moreau", "email": "elise@umr-tetis.fr", "function": "x"}
    with context.database.session() as session:
        session.get_one(Entity, lab.id).legal_representative = former
    path = "/entity/settings/representative"
    for name, wrong in {
        "given_name": "", "email": "rose@gmail.com", "email_again": "other@umr-tetis.fr", "nationality": "ZZ",
        "rank": "5", "function": "x" * 121,
    }.items():  # fmt: skip
        desk.open(path)
        answer = desk.send(path, **NEW_REPRESENTATIVE | {name: wrong})
        assert answer.status_code == 422, name
        assert f'id="{name}-problem"' in answer.text
        assert 'value="Dupont"' in answer.text, "what was typed is kept"
    desk.open(path)
    desk.send(path, **NEW_REPRESENTATIVE)
    assert desk.said("status") == "Le représentant légal est enregistré."
    assert "Rose Dupont, Directrice (Directeur/Directrice)" in desk.page.text
    with context.database.reading() as session:
        kept = session.get_one(Entity, lab.id)
    assert kept.legal_representative == {
        "given_name": "Rose", "family_name": "Dupont", "function": "Directrice", "email": "rose@umr-tetis.fr",
        "nationality": "FR", "rank": "2",
    }  # fmt: skip
    assert kept.version == 2
    for address in ("elise@umr-tetis.fr", "rose@umr-tetis.fr", referent.principal.email):
        assert "Rose Dupont" in letters(context, address)[0].get_content()
    assert "Représentant légal : Rose Dupont à la place de Élise Moreau" in desk.page.text.replace(
        "\u00a0", " "
    )


def test_a_mission_is_ended_early_by_its_commissioner_alone(
    context: Context, desk: Operator, desk_of: Desk, lab: Entity
) -> None:
    contractor = add_entity(context, "Géo Prestations", 8)
    theirs = add_person(context, contractor, "referent")
    today = context.clock().date()
    one = add_mission(context, contractor, lab, starts=date(2025, 1, 1), ends=today + timedelta(days=50))
    over = add_mission(context, contractor, lab, starts=date(2025, 1, 1), ends=today - timedelta(days=1))
    path = f"/entity/missions/{one}"
    desk.open("/entity/missions")
    assert "terminée" in desk.page.text
    other = desk_of(theirs)
    other.open(path)
    assert "Mettre fin" not in other.page.text
    sent = {"last": today.isoformat(), "reason": "x"}
    assert other.post(path, {**_hidden(other), **sent}).status_code == 403
    desk.open(path)
    for last in ("", "x", "2020-01-01", (today + timedelta(days=50)).isoformat()):
        assert desk.send(path, last=last, reason="Marché rompu").status_code in {409, 422}, last
    assert desk.send(path, last=today.isoformat(), reason="").status_code == 422
    desk.send(path, last=today.isoformat(), reason="Marché rompu")
    with context.database.reading() as session:
        assert session.get_one(Mission, one).ends == today
    [letter] = letters(context, theirs.principal.email)
    assert "Marché rompu" in letter.get_content()
    desk.open("/entity/settings")
    assert "Fin de la mission « MaMission »" in desk.page.text.replace("\u202f", " ")
    desk.open(f"/entity/missions/{over}")
    assert desk.post(f"/entity/missions/{over}", {**_hidden(desk), **sent}).status_code == 409


def test_figures_are_those_of_the_entity_and_of_this_year(
    context: Context, desk: Operator, lab: Entity
) -> None:
    now = context.clock()
    add_waiting(context, lab)
    other = add_entity(context, "Autre")
    add_person(context, other)
    group = {"collection": "pleiades", "mission": "PLEIADES", "access": "member", "keys": ["a", "b"]}
    with context.database.session() as session:
        for entity, at in ((lab, now), (other, now), (lab, now - timedelta(days=400))):
            session.add(
                SignatureBatch(
                    at=at, expires_at=at, sub="x", entity_id=entity.id, method="GET", objects=[group]
                )
            )
    desk.open("/entity/statistics")
    figures = re.findall(r"<dd>(\d+)</dd>", desk.page.text)
    assert figures == ["2", "0", "2"]
    assert f"{now:%Y-%m}" in desk.page.text
    assert "Pléiades" in desk.page.text


def test_a_referent_begins_at_home_and_finds_the_menu(desk: Operator) -> None:
    assert desk.page.url.path == "/entity/"
    menu = re.search(r'<nav class="sections".*?</nav>', desk.page.text, re.DOTALL)
    assert menu is not None
    assert re.findall(r">([^<>\n]+)</a>", menu[0]) == [
        "Accueil", "Demandes", "Statistiques", "Paramètres", "Aide", "Retour au portail",
    ]  # fmt: skip


def test_a_member_of_a_closed_entity_is_let_in_nowhere(context: Context, desk: Operator, lab: Entity) -> None:
    with context.database.session() as session:
        session.get_one(Entity, lab.id).state = "closed"
    desk.open("/entity/")
    assert desk.page.url.path == "/sign-in"
    with context.database.reading() as session:
        found: Any = session.scalars(select(Account)).first()
    assert found.state == "active"
    assert PASSWORD not in desk.page.text
