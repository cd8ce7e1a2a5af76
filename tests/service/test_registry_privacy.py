"""What is kept about a person: taken away, forgotten, deleted in time, and who looked at it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import httpx
import pytest
from clocks import MovableClock
from fastapi.testclient import TestClient
from letterbox import letters
from requesters import Requester
from running import PASSWORD, LiveService, SignedIn
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from dinamis_service.cli import main
from dinamis_service.context import Context
from dinamis_service.errors import ConflictError
from dinamis_service.identity.access_records import ACCOUNT, Action, about_account, record
from dinamis_service.identity.accounts import WrongCredentialsError, locked
from dinamis_service.identity.tables import AccessRecord, Account, ApiKey, SignIn
from dinamis_service.notifications.tables import Notification, OutgoingMail
from dinamis_service.registry import erasure, retention
from dinamis_service.registry.erasure import FORGOTTEN, forget
from dinamis_service.registry.events import note
from dinamis_service.registry.privacy import archive
from dinamis_service.registry.tables import Adhesion, ContactMessage, Entity, MailedLink, Signature
from dinamis_service.registry.upkeep import Upkeep
from dinamis_service.registry.uploads import ProjectFiles
from dinamis_service.requests.attachments import AttachmentStore
from dinamis_service.requests.caller import Caller
from dinamis_service.requests.tables import Order, Project, ProjectChange, StatusChange
from dinamis_service.signing.tables import SignatureBatch

NAME = "Camille Martin"


@pytest.fixture
def requester(client: TestClient, signed_in) -> Requester:
    """Somebody with a project, a request, a message with a file, a key, a draft and a search."""
    made = Requester(client, signed_in())
    order = made.submit()
    made.post("/api/drafts", {"id": "4b2c1a52-1111-4111-8111-111111111111", "content": {}})
    client.get("/create_api_key", params={"description": "script"}, headers=made.headers)
    answer = client.post(
        f"/api/orders/{order['id']}/messages",
        data={"text": "Voici la zone."},
        files={"files": ("zone.txt", b"la zone", "text/plain")},
        headers=made.headers,
    )
    assert answer.status_code == 201, answer.text
    client.patch(
        f"/api/projects/{made.project}", json={"title": "Renamed"}, headers=made.headers | {"If-Match": "*"}
    )
    return made


def exported(context: Context, sub: str) -> dict[str, Any]:
    """The parts of an export by name: JSON read, files as bytes."""
    store = AttachmentStore(context.settings.attachments_dir)
    whole = b"".join(archive(context.database, store, sub))
    with zipfile.ZipFile(io.BytesIO(whole)) as zipped:
        assert zipped.testzip() is None
        return {
            name: json.loads(zipped.read(name)) if name.endswith(".json") else zipped.read(name)
            for name in zipped.namelist()
        }


def test_everything_about_a_person_is_in_the_export_and_no_secret(
    context: Context, requester: Requester
) -> None:
    parts = exported(context, requester.principal.sub)
    [account] = parts["account.json"]
    assert account["email"] == requester.principal.email
    filled = {
        "roles",
        "signatures_of_texts",
        "sign_ins",
        "api_keys",
        "projects",
        "changes_of_projects",
        "requests",
        "changes_of_requests",
        "drafts",
        "messages",
    }
    assert {name for name in filled if not parts[f"{name}.json"]} == set()
    assert [name for name in parts if name.startswith("attachments/")]
    assert b"la zone" in parts.values()
    with context.database.reading() as session:
        stored = session.get_one(Account, requester.principal.sub)
        key = session.scalars(select(ApiKey)).one()
    written = json.dumps({name: part for name, part in parts.items() if name.endswith(".json")})
    for secret in (stored.password_hash, key.secret_hash, "$argon2"):
        assert secret not in written


def test_the_export_holds_nothing_of_another(context: Context, requester: Requester, signed_in) -> None:
    other: SignedIn = signed_in()
    parts = exported(context, other.principal.sub)
    written = json.dumps({name: part for name, part in parts.items() if name.endswith(".json")})
    assert requester.principal.sub not in written
    assert requester.principal.email not in written
    assert parts["requests.json"] == []


def everything(context: Context) -> str:
    """Every row of every table, as text."""
    with context.database.engine.connect() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()
        return "\n".join(
            f"{table}: {tuple(row)}"
            for table in tables.all()
            for row in connection.execute(text(f'SELECT * FROM "{table}"'))
        )


def erase(context: Context, sub: str) -> None:
    with context.database.session() as session:
        forget(session, locked(session, sub), context.clock())


def test_a_forgotten_person_is_nowhere_but_in_what_they_wrote(context: Context, requester: Requester) -> None:
    sub, email = requester.principal.sub, requester.principal.email
    with context.database.session() as session:
        session.execute(update(OutgoingMail).values(state="sent"))
    assert NAME in everything(context)
    erase(context, sub)
    left = everything(context)
    assert email not in left
    assert "Martin" not in left, [line for line in left.splitlines() if "Martin" in line]
    with context.database.reading() as session:
        assert session.scalars(select(Order.owner_name)).one() == FORGOTTEN
        assert session.scalars(select(Project.owner_name)).one() == FORGOTTEN
        assert set(session.scalars(select(StatusChange.author))) == {FORGOTTEN}
        assert set(session.scalars(select(ProjectChange.author))) == {FORGOTTEN}
        assert session.scalars(select(Signature).where(Signature.account_id == sub)).all()
        assert session.scalars(select(ApiKey)).all() == []
        assert session.scalars(select(SignIn).where(SignIn.account_id == sub)).all() == []
    with pytest.raises(WrongCredentialsError):
        context.identity.accounts.authenticate(email, PASSWORD, "192.0.2.1")
    assert requester.get("/api/me").status_code == 401


def test_operators_see_the_request_of_a_forgotten_person(
    context: Context, client: TestClient, requester: Requester, signed_in
) -> None:
    operator = signed_in("operator")
    order = requester.submit()
    erase(context, requester.principal.sub)
    answer = client.get(f"/stapi/orders/{order['id']}", headers=operator.headers)
    assert answer.status_code == 200
    assert "Martin" not in answer.text
    assert requester.principal.email not in answer.text


def test_the_history_forgets_a_name_and_nothing_else(on_either: LiveService) -> None:
    context = on_either.context
    with httpx.Client(base_url=on_either.url, timeout=30) as client:
        made = Requester(client, on_either.sign_in())
        made.submit()
        client.patch(
            f"/api/projects/{made.project}", json={"title": "x"}, headers=made.headers | {"If-Match": "*"}
        )
    for table, change in ((StatusChange, {"state": "delivered"}), (ProjectChange, {"text_fr": "x"})):
        for values in (change, {"author": "Somebody else"}, {"author": FORGOTTEN, **change}):
            with (
                pytest.raises(DBAPIError, match="cannot be rewritten"),
                context.database.session() as session,
            ):
                session.execute(update(table).values(**values))
    erase(context, made.principal.sub)
    with context.database.reading() as session:
        assert set(session.scalars(select(StatusChange.author))) == {FORGOTTEN}
        assert set(session.scalars(select(ProjectChange.author))) == {FORGOTTEN}


@pytest.mark.parametrize("role", ["referent", "operator"])
def test_who_would_be_missed_stays(context: Context, signed_in, role: str) -> None:
    only = signed_in(role)
    with context.database.reading() as session, pytest.raises(ConflictError):
        erasure.must_not_be_missed(session, Caller(only.principal, "en"))
    signed_in(role)
    with context.database.reading() as session:
        erasure.must_not_be_missed(session, Caller(only.principal, "en"))


# In time


def filled(context: Context, person: SignedIn) -> None:
    """One of each thing that is kept for a while."""
    now, sub = context.clock(), person.principal.sub
    mail = {"address": "a@b.example", "name": "x", "language": "fr", "facts": {}, "attempts": 1}
    with context.database.session() as session:
        session.add_all(
            [
                OutgoingMail(moment=now, topic="state", state="sent", next_attempt=now, **mail),
                OutgoingMail(moment=now, topic="state", state="waiting", next_attempt=now, **mail),
                Notification(account_id=sub, moment=now, kind="state", topic="state", facts={}),
                ContactMessage(moment=now, purpose="x", name="x", email="x@y", language="fr", text="x"),
                MailedLink(id="1", purpose="email", email="x", about_id=sub, created_at=now, expires_at=now),
                SignatureBatch(at=now, expires_at=now, sub=sub, entity_id="e", method="GET", objects=[]),
            ]
        )
        record(session, None, ACCOUNT, sub, Action.VIEWED, now)


def kept(context: Context) -> dict[str, int]:
    with context.database.reading() as session:
        return {
            "mails": len(session.scalars(select(OutgoingMail)).all()),
            "news": len(session.scalars(select(Notification)).all()),
            "contact": len(session.scalars(select(ContactMessage)).all()),
            "links": len(session.scalars(select(MailedLink)).all()),
            "looks": len(session.scalars(select(AccessRecord)).all()),
            "journal": len(
                session.scalars(select(SignatureBatch.sub).where(SignatureBatch.sub.is_not(None))).all()
            ),
        }


@pytest.mark.parametrize(
    ("what", "setting"),
    [
        ("mails", "keep_mails_days"),
        ("news", "keep_news_days"),
        ("contact", "keep_contact_days"),
        ("looks", "keep_access_days"),
        ("journal", "keep_journal_days"),
    ],
)
def test_each_thing_lives_as_long_as_its_setting_says(
    context: Context, signed_in, clock: MovableClock, what: str, setting: str
) -> None:
    filled(context, signed_in())
    days = getattr(context.settings, setting)
    full = kept(context)[what]
    clock.advance(days * 86400 - 60)
    with context.database.session() as session:
        retention.apply(session, context.settings, clock())
    assert kept(context)[what] == full
    clock.advance(120)
    with context.database.session() as session:
        retention.apply(session, context.settings, clock())
    assert kept(context)[what] == (1 if what == "mails" else 0), "only what still waits stays"


def test_a_closed_account_is_forgotten_in_time_and_one_opened_again_is_not(
    context: Context, signed_in, clock: MovableClock
) -> None:
    gone, back, ended = (signed_in().principal.sub for _ in range(3))
    with context.database.session() as session:
        for sub in (gone, back):
            session.get_one(Account, sub).state = "closed"
        session.get_one(Account, ended).expires_at = clock() - timedelta(seconds=1)
        retention.apply(session, context.settings, clock())
    clock.advance(86400)
    with context.database.session() as session:
        session.get_one(Account, back).state = "active"
        retention.apply(session, context.settings, clock())
        session.get_one(Account, back).state = "closed"
    clock.advance(context.settings.keep_closed_days * 86400)
    with context.database.session() as session:
        assert retention.apply(session, context.settings, clock())["accounts"] == 2
    with context.database.reading() as session:
        forgotten = {sub: erasure.is_forgotten(session.get_one(Account, sub)) for sub in (gone, back, ended)}
    assert forgotten == {gone: True, back: False, ended: True}


def test_the_service_and_the_command_do_it(
    context: Context, signed_in, clock: MovableClock, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(context, signed_in())
    clock.advance(10_000 * 86400)
    Upkeep(context).turn()
    assert kept(context) == {"mails": 1, "news": 0, "contact": 0, "links": 0, "looks": 0, "journal": 0}
    assert main(["retention", "--data-dir", str(context.settings.data_dir)]) == 0
    assert "accounts" in capsys.readouterr().out


def test_who_looked_is_told_the_newest_first(context: Context, signed_in, clock: MovableClock) -> None:
    person, referent = signed_in(), signed_in("referent")
    with context.database.session() as session:
        record(session, referent.principal, ACCOUNT, person.principal.sub, Action.VIEWED, clock())
        record(session, referent.principal, ACCOUNT, referent.principal.sub, Action.VIEWED, clock())
        record(session, None, ACCOUNT, person.principal.sub, Action.EXPORTED, clock())
    with context.database.reading() as session:
        found = [(one.actor, one.action) for one in about_account(session, person.principal.sub, 10)]
    assert found == [("", "exported"), (NAME, "viewed")]
    assert letters(context, person.principal.email) == []


def test_drafts_of_adhesions_go_in_time_with_their_files(context: Context, clock: MovableClock) -> None:
    files = ProjectFiles(context.settings)
    with context.database.session() as session:
        for state in ("draft", "instruction"):
            about = {"id": state, "email": "x@y.example", "language": "fr", "form": {}}
            session.add(Adhesion(state=state, created_at=clock(), **about))
        used = {"purpose": "account", "email": "x", "about_id": "", "draft": {"given_name": "Ada"}}
        ends = clock() + timedelta(days=365)
        session.add(MailedLink(id="1", created_at=clock(), expires_at=ends, used_at=clock(), **used))
    for state in ("draft", "instruction"):
        files.path(state, "0" * 64).parent.mkdir(parents=True)
        files.path(state, "0" * 64).write_bytes(b"%PDF-")
    for days, left in ((1, {"draft", "instruction"}), (95, {"instruction"})):
        clock.advance(days * 86400)
        Upkeep(context).turn()
        assert set(files.adhesions()) == left
        with context.database.reading() as session:
            assert set(session.scalars(select(Adhesion.id))) == left
            assert (session.get(MailedLink, "1") is None) == (days > 30)


@pytest.mark.parametrize(("state", "is_kept"), [("refused", False), ("draft", False), ("validated", True)])
def test_the_registry_forgets_a_name_but_for_deeds(
    context: Context, signed_in, state: str, is_kept: bool
) -> None:
    person: SignedIn = signed_in()
    sub, entity, now = person.principal.sub, person.principal.entity_id, context.clock()
    told = {"given_name": "Camille", "family_name": "Martin", "email": person.principal.email}
    with context.database.session() as session:
        form = {"legal_representative": told, "referent": {"given_name": "Rémi", "family_name": "Faure"}}
        about = {"id": "1", "email": "remi@y.example", "language": "fr", "form": form}
        session.add(Adhesion(state=state, created_at=now, **about))
        session.get_one(Entity, entity).legal_representative = told
        note(session, ("entity", entity), "referent_changed", author=NAME, now=now, name="X", former=NAME)
    parts = exported(context, sub)
    for name in ("adhesions", "represented", "events_of_the_registry"):
        assert len(parts[f"{name}.json"]) == 1, name
    erase(context, sub)
    left = [line for line in everything(context).splitlines() if "Martin" in line]
    assert [line.split(":")[0] for line in left] == ["adhesions"] * is_kept
    assert "Faure" in everything(context)
