"""Pages of the operators about the registry: what they show, refuse and keep to themselves."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from browsing import Operator
from fastapi.testclient import TestClient
from pydantic import SecretStr
from registry_people import AREA, RND, account, adhesion, entity
from running import SignedIn
from sqlalchemy import select

from dinamis_service.context import Context
from dinamis_service.identity.tables import AccessRecord, Account
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.mail import HIDDEN
from dinamis_service.notifications.outbox import Outbox
from dinamis_service.notifications.posting import write
from dinamis_service.notifications.tables import OutgoingMail
from dinamis_service.registry.links import Purpose, issue, secret_of
from dinamis_service.registry.tables import Adhesion, Entity, SuperEntity
from dinamis_service.registry.uploads import ProjectFiles

SignIn = Callable[..., SignedIn]
EVIL = '<script>alert("x")</script>'


@pytest.fixture
def operator(client: TestClient, signed_in: SignIn) -> Operator:
    return Operator(client, signed_in("operator", "ETR"))


def looks(context: Context) -> list[tuple[str, str]]:
    with context.database.reading() as session:
        return [(one.about_kind, one.action) for one in session.scalars(select(AccessRecord))]


def test_an_adhesion_is_read_and_validated(operator: Operator, context: Context) -> None:
    mission = {"title": "Littoral", "starts": "2026-01-01", "ends": "2026-12-31", "area": AREA, "wishes": []}
    wanted = adhesion(context, "Bureau d'Exemple", mission=mission, sector=RND)
    page = operator.open("/operator/adhesions")
    assert "Under instruction <b>1</b>" in page
    path = f"/operator/adhesions/{wanted}"
    assert f'href="{path}"' in page
    page = operator.open(path)
    for shown in (
        "Bureau d&#39;Exemple",
        "Agathe",
        "Rémi",
        "34090",
        "Littoral",
        '<path class="zone"',
        "version 1",
    ):
        assert shown in page, shown
    assert operator.send(path, decision="refuse").status_code == 422
    assert 'id="reason-problem"' in operator.page.text
    assert 'value="refuse" checked' in operator.page.text
    operator.send(path, decision="validate", reason="Complet")
    assert operator.said("status") == "The decision is recorded."
    assert "Validated" in operator.page.text
    assert "Adhesion validated" in operator.page.text
    assert ("adhesion", "view") in looks(context)
    assert "Bureau d&#39;Exemple" in operator.open("/operator/entities?words=bureau")


def test_a_decision_on_a_page_that_is_out_of_date_shows_what_changed(
    operator: Operator, context: Context, client: TestClient, signed_in: SignIn
) -> None:
    path = f"/operator/adhesions/{adhesion(context)}"
    operator.open(path)
    stale = operator.hidden(path)
    operator.send(path, decision="refuse", reason="Doublon")
    answer = operator.post(path, {**stale, "decision": "validate", "reason": "Complet"})
    assert answer.status_code == 412
    assert "What changed:" in answer.text
    assert "Adhesion refused (Doublon)" in answer.text


def test_the_project_file_is_taken_away_and_that_is_written_down(
    operator: Operator, context: Context
) -> None:
    wanted = adhesion(context)
    digest = "a" * 64
    path = ProjectFiles(context.settings).path(wanted, digest)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"%PDF-1.7 example")
    with context.database.session() as session:
        kept = session.get_one(Adhesion, wanted)
        kept.project_file = {"name": "Projet.pdf", "size": 16, "sha256": digest}
    operator.open(f"/operator/adhesions/{wanted}/file")
    assert operator.page.content == b"%PDF-1.7 example"
    assert "Projet.pdf" in operator.page.headers["content-disposition"]
    assert operator.page.headers["content-disposition"].startswith("attachment")
    assert ("adhesion", "download") in looks(context)


def test_names_are_text_wherever_they_stand(operator: Operator, context: Context) -> None:
    wanted = adhesion(context, EVIL)
    kept = entity(context, EVIL + "!", acronym=EVIL)
    person = account(context, kept.id, given_name=EVIL)
    with context.database.session() as session:
        session.add(SuperEntity(id=str(uuid.uuid4()), name=EVIL, created_at=context.clock()))
    for path in (
        "/operator/adhesions",
        f"/operator/adhesions/{wanted}",
        "/operator/entities",
        f"/operator/entities/{kept.id}",
        f"/operator/entities/{kept.id}/merge?words={EVIL[:5]}",
        "/operator/super-entities",
        "/operator/accounts",
        f"/operator/accounts/{person.id}",
        "/operator/access",
        "/operator/statistics",
        "/operator/home",
        f"/operator/accounts?words={EVIL}",
        f"/operator/access?words={EVIL}",
    ):
        page = operator.open(path)
        assert operator.page.status_code == 200, path
        assert EVIL not in page, path
    shown = operator.open("/operator/texts/charter")
    body = f"# Titre\n\n{EVIL}\n\n[lien](javascript:alert(1))"
    page = operator.post(
        "/operator/texts/charter",
        {**operator.hidden("/operator/texts/charter"), "fr": body, "en": body, "act": "preview"},
    ).text
    assert shown
    assert EVIL not in page
    assert 'href="javascript:' not in page


def test_an_entity_is_corrected_merged_and_grouped_by_forms(operator: Operator, context: Context) -> None:
    one, other = entity(context, "Vile A", town="Nîmes"), entity(context, "Ville B")
    path = f"/operator/entities/{one.id}"
    operator.open(path)
    fields = {
        "act": "edit", "acronym": "VA", "name": "Ville A", "nationality": "FR", "category": "4",
        "reason": "Faute",
    }  # fmt: skip
    hidden = {"form_token": operator.hidden_of(path, "edit")["form_token"], "version": "1"}
    assert operator.post(path, {**hidden, **fields, "name": ""}).status_code == 422
    assert operator.post(path, {**hidden, **fields}).status_code == 200
    with context.database.reading() as session:
        assert session.get_one(Entity, one.id).name == "Ville A"
    operator.open("/operator/super-entities")
    operator.send("/operator/super-entities", name="Région")
    assert "Région" in operator.page.text
    page = operator.open(f"{path}/merge?into={other.id}")
    assert "What goes from Ville A to Ville B" in page
    operator.send(f"{path}/merge", reason="La même")
    assert operator.page.url.path == f"/operator/entities/{other.id}"
    assert "Took Ville A over" in operator.page.text
    page = operator.open(path)
    assert "merged with" in page
    assert f"{path}/merge" not in page


def test_the_reference_list_opens_in_a_spreadsheet(operator: Operator, context: Context) -> None:
    entity(context, "=1+1", town="Nîmes")
    text = operator.open("/operator/entities.csv")
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))
    assert {one["Name"]: one["Town"] for one in rows}["'=1+1"] == "Nîmes"
    assert ("entity", "export") in looks(context)
    figures = operator.open("/operator/statistics.csv")
    assert "Members" in figures


def test_an_account_is_closed_by_a_form_and_its_looks_are_listed(
    operator: Operator, context: Context
) -> None:
    person = account(context, entity(context, "Une").id, function="Géomaticien", phone="+33 4")
    path = f"/operator/accounts/{person.id}"
    page = operator.open(path)
    for shown in ("Géomaticien", "+33 4", person.email, "Validated"):
        assert shown in page, shown
    token = operator.hidden_of(path, "close")["form_token"]
    page = operator.post(path, {"form_token": token, "act": "close", "version": "1", "reason": "Départ"}).text
    assert "Closed" in page
    with context.database.reading() as session:
        assert session.get_one(Account, person.id).state == "closed"
    page = operator.open(f"/operator/access?kind=account&about={person.id}")
    assert "looked at" in page
    assert "closed" in page


def test_a_text_is_previewed_then_published(operator: Operator, context: Context) -> None:
    path = "/operator/texts/charter"
    operator.open(path)
    hidden = operator.hidden(path)
    bodies = {"fr": "# Charte\n\nUn mot.", "en": "# Charter\n\nA word."}
    page = operator.post(path, {**hidden, **bodies, "act": "preview"}).text
    assert "1 people will have to sign again." in page
    assert "<ins>" in page
    assert "<h2>Charter</h2>" in page
    page = operator.post(path, {**hidden, **bodies, "act": "publish"}).text
    assert "The new version is published." in page
    assert operator.post(path, {**hidden, **bodies, "act": "publish"}).status_code == 412
    assert "A word." in operator.open(f"{path}/2")
    assert "Differences from version 1" in operator.page.text


def test_the_home_page_counts_what_waits(operator: Operator, context: Context) -> None:
    adhesion(context)
    account(
        context, entity(context, "Une").id, state="waiting", created_at=context.clock() - timedelta(days=9)
    )
    page = operator.open("/operator/home")
    for words in ("adhesions to instruct", "waited for their contact for more than 7 days", "mails given up"):
        assert words in page
    assert page.count('<span class="count">1</span>') == 2


def test_the_menu_follows_the_role(client: TestClient, signed_in: SignIn) -> None:
    def menu(person: SignedIn | None, path: str = "/help") -> str:
        client.cookies.clear()
        page = Operator(client, person, "fr").open(path)
        return page.partition('<nav class="sections"')[2].partition("</nav>")[0]

    operators = menu(signed_in("operator"))
    for name in ("Accueil", "Demandes", "Statistiques", "Paramètres", "Aide", "Retour au portail"):
        assert f">{name}</a>" in operators, name
    assert "/operator" not in menu(signed_in("referent"))
    assert 'href="/entity/"' in menu(signed_in("referent"))
    assert 'href="/account"' in menu(signed_in())
    stranger = menu(None)
    for address in ("/registry", "/documents", "/contact", "/help"):
        assert f'href="{address}"' in stranger
    client.cookies.clear()
    page = Operator(client, signed_in("operator"), "fr").open("/operator/adhesions")
    assert '<a href="/operator/adhesions" aria-current="page">Adhésions</a>' in page
    assert '<a href="/operator/" aria-current="true">Demandes</a>' in page


def letter(context: Context, purpose: Purpose) -> tuple[int, str]:
    """A letter with a link, and the secret of the link."""
    now = context.clock()
    with context.database.session() as session:
        link = issue(session, purpose, "jeanne@example.org", now)
        facts = {"link": link.id, "purpose": purpose.value, "path": "/registry/adhesion"}
        write(
            session, Letter.CHECK_ADDRESS, address="jeanne@example.org", name="", language="en", moment=now,
            facts=facts,
        )  # fmt: skip
        session.flush()
        mail_id = session.scalars(select(OutgoingMail.id).order_by(OutgoingMail.id.desc())).first()
    assert mail_id is not None
    return mail_id, secret_of(context.settings, link.id, purpose)


def test_letters_of_a_demonstration_are_read_with_their_links(operator: Operator, context: Context) -> None:
    mail_id, secret = letter(context, Purpose.ADHESION)
    page = operator.open(f"/operator/outbox/{mail_id}")
    assert f'href="/registry/adhesion?link={secret}"' in page
    assert ("mail", "view") in looks(context)
    mail_id, secret = letter(context, Purpose.PASSWORD)
    page = operator.open(f"/operator/outbox/{mail_id}")
    assert secret not in page
    assert HIDDEN in page
    assert "shown to its addressee only" in page


def test_where_mails_really_leave_no_link_is_shown(context: Context) -> None:
    mail_id, secret = letter(context, Purpose.VALIDATION)
    smtp = context.settings.model_copy(update={"smtp_url": SecretStr("smtp://mail.example.org")})
    outbox = Outbox(context.database, smtp, context.clock)
    shown = outbox.message(outbox.page(1, mail_id + 1)[0]).get_content()
    assert secret not in shown
    assert f"?link={HIDDEN}" in shown


STRANGE = (
    "/operator/adhesions/%00",
    "/operator/entities/x'--",
    "/operator/accounts/" + "9" * 500,
    "/operator/super-entities/nothing",
    "/operator/texts/../settings",
    "/operator/texts/charter/0",
    "/operator/texts/nothing",
    "/operator/statistics/nothing.svg",
    "/operator/statistics?year=99999999999999999999",
    "/operator/statistics?year=٣",
    "/operator/access?page=99999999999999&kind=%00&words=%00",
    "/operator/entities?page=-1&category=x&state=y&words=%00%25",
    "/operator/accounts?role=root&state=x&entity=%00",
    "/operator/contact?before=-5",
    "/operator/entities/x/merge?into=%00",
)


def test_addresses_that_make_no_sense_are_no_fault_of_ours(operator: Operator) -> None:
    for address in STRANGE:
        operator.open(address)
        assert operator.page.status_code in {200, 404, 422}, address


def test_a_form_of_another_site_changes_nothing(operator: Operator, context: Context) -> None:
    kept = entity(context, "Une")
    person = account(context, kept.id)
    fields = {
        "act": "close", "reason": "x", "version": "1", "decision": "validate", "name": "x", "fr": "# x",
        "en": "# x", "form_token": "0" * 64,
    }  # fmt: skip
    for path in (
        f"adhesions/{adhesion(context)}",
        f"entities/{kept.id}",
        f"accounts/{person.id}",
        "texts/charter",
        "super-entities",
        "home",
    ):
        assert operator.post(f"/operator/{path}", fields).status_code == 403, path
    with context.database.reading() as session:
        assert session.get_one(Entity, kept.id).state == "member"
        assert session.get_one(Account, person.id).state == "active"
        assert session.scalars(select(SuperEntity)).all() == []


def test_oversized_fields_are_refused(operator: Operator, context: Context) -> None:
    path = f"/operator/entities/{entity(context, 'Une').id}"
    operator.open(path)
    token = operator.hidden_of(path, "edit")["form_token"]
    fields = {"act": "edit", "version": "1", "acronym": "x" * 41, "name": "x" * 201, "nationality": "France"}
    answer = operator.post(path, {**fields, "form_token": token, "category": "99", "reason": "x"})
    assert answer.status_code == 422
    for name in ("acronym", "name", "nationality", "category"):
        assert f'id="{name}-problem"' in answer.text, name


def test_the_extension_of_a_licence_is_shown_to_the_people_of_the_entity(
    client: TestClient, context: Context, signed_in: SignIn
) -> None:
    person = signed_in()
    operator = Operator(client, signed_in("operator", "ETR"))
    path = f"/operator/entities/{person.principal.entity_id}"
    operator.open(path)
    token = operator.hidden_of(path, "extend")["form_token"]
    today = context.clock().date().isoformat()
    fields = {
        "act": "extend",
        "region": "76",
        "starts": today,
        "ends": "",
        "form_token": token,
        "version": "1",
    }
    assert "Occitanie" in operator.post(path, fields).text
    client.cookies.clear()
    assert "Occitanie" in Operator(client, person).open("/")
    client.cookies.clear()
    assert "Occitanie" not in Operator(client).open("/")
