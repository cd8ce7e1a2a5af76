"""Attacks on many routes: forged forms, frames, other hosts, links of another purpose, more fields."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import Operator
from fastapi.testclient import TestClient
from letterbox import body
from referents import letters
from registry_people import adhesion
from running import TEST_CLIENT_URL, SignedIn
from sqlalchemy import select
from test_rights import FIELDS, OF_BROWSERS, ROWS, Stage

from dinamis_service.app import create_app, create_context
from dinamis_service.context import Context
from dinamis_service.db import Base
from dinamis_service.identity.tables import Account
from dinamis_service.notifications.letters import Letter
from dinamis_service.notifications.mail import composed
from dinamis_service.notifications.tables import OutgoingMail
from dinamis_service.registry.links import Purpose, issue, secret_of
from dinamis_service.settings import Settings

SignIn = Callable[..., SignedIn]
ALLOWED = ("owner", "operator")
"""Between them they may send every form but those of referents, of which `test_web_entity` tells."""
KEPT_ALIKE = {"attempts", "access_records", "leases", "outgoing_mails"}
"""Tables that change all the same: of attempts, of who looked at a page, and of mails on their way."""
UNMOVED = {
    "/auth/realms/dinamis/protocol/openid-connect/auth": 303,
    "/auth/realms/dinamis/protocol/openid-connect/logout": 200,
    "/sign-out": 303,
}
"""Answers that are no refusal: one leads on to the same request by GET, one asks first, one does nothing."""
BY_LINK = ("/registry/adhesion", "/registry/validation", "/registry/account")
"""Pages that show nothing at all without a living link."""
NEW = "quatre vaches bleues dorment"
HEADER = "Zoe\r\nBcc: x@evil.example\nX-Evil: 1\u2028X-Evil: 2\x00\x0bX-Evil: 3"
OPENED_BY_LINKS = {
    Purpose.ADHESION: "/registry/adhesion",
    Purpose.ACCOUNT: "/registry/account",
    Purpose.VALIDATION: "/registry/validation",
    Purpose.PASSWORD: "/password/new",
    Purpose.EMAIL: "/account/email",
}
EVIL_HOST = "evil.example"


@pytest.fixture(scope="module")
def stage(fresh_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("attacked") / "data"
    shutil.copytree(fresh_data, folder)
    context = create_context(Settings(data_dir=folder))
    with TestClient(create_app(context), TEST_CLIENT_URL, raise_server_exceptions=False) as client:
        yield Stage(context, client)
    context.catalogue.close()
    context.database.close()


def kept(context: Context) -> dict[str, list[Any]]:
    """All that the state holds."""
    with context.database.reading() as session:
        rows = {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables
            if table.name not in KEPT_ALIKE
        }
        return {**rows, "mails": list(session.scalars(select(OutgoingMail.id).order_by(OutgoingMail.id)))}


def of_pages(path: str) -> bool:
    """Whether browsers go there; one route for programs begins as a page does."""
    return path.startswith(OF_BROWSERS) and not path.endswith("/auth/device")


def address_of(stage: Stage, path: str) -> str:
    """The address of something that was made for it."""
    for name, value in stage.made(path).items():
        path = path.replace(f"{{{name}}}", str(value))
    return path


def ask(stage: Stage, role: str, method: str, address: str, **more: Any) -> httpx.Response:
    """The answer on a page to somebody with their cookie."""
    stage.client.cookies = stage.pages[role]
    return stage.client.request(method, address, follow_redirects=False, **more)


@pytest.mark.long
def test_no_form_of_another_site_is_done(stage: Stage) -> None:
    """CSRF: every form of every page, without a token and with the one of another browser."""
    paths = [path for method, path, *_ in ROWS if method == "POST" and of_pages(path)]
    assert len(paths) > 40
    for path in paths:
        address = address_of(stage, path)
        before = kept(stage.context)
        for role in ALLOWED:
            for token in ("", stage.tokens["member"], "\u00e9"):
                answer = ask(stage, role, "POST", address, data={"form_token": token} | FIELDS.get(path, {}))
                expected = 410 if path.startswith(BY_LINK) else UNMOVED.get(path, 403)
                assert answer.status_code == expected, (role, path, token)
        assert kept(stage.context) == before, path
    for role in ALLOWED:
        assert "/sign-out" in ask(stage, role, "GET", "/").text, "another site has signed somebody out"


def test_no_form_of_another_site_is_done_with_a_link(stage: Stage) -> None:
    """CSRF, on the pages that a mailed link opens: who knows the link needs the token of the browser too."""
    context = stage.context
    for purpose, path in OPENED_BY_LINKS.items():
        about = stage.owner.principal.sub if purpose in {Purpose.PASSWORD, Purpose.EMAIL} else ""
        if purpose is Purpose.VALIDATION:
            about = adhesion(context, "Commune d'un lien", state="accepted")
        secret = link_for(context, purpose, about)
        before = kept(context)
        data = {"link": secret, "form_token": "0" * 64, "password": NEW, "password_again": NEW}
        data["entity"] = stage.owner.principal.entity_id
        answer = ask(stage, "owner", "POST", f"{path}?link={secret}", data=data)
        assert answer.status_code == 403, path
        assert kept(context) == before, path


def link_for(context: Context, purpose: Purpose, about: str = "") -> str:
    with context.database.session() as session:
        link = issue(session, purpose, "somebody@umr.example", context.clock(), about)
        return secret_of(context.settings, link.id, link.purpose)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_opens_nothing_of_another_purpose(stage: Stage, purpose: Purpose) -> None:
    """Neither as it is, nor for the purposes that its id is not of."""
    context, person = stage.context, stage.owner.principal
    with context.database.session() as session:
        link = issue(session, purpose, person.email, context.clock(), person.sub)
    for other, path in OPENED_BY_LINKS.items():
        if other is purpose:
            continue
        for secret in (
            secret_of(context.settings, link.id, purpose),
            secret_of(context.settings, link.id, other),
        ):
            answer = ask(stage, "owner", "GET", path, params={"link": secret})
            assert answer.status_code in {404, 410}, (purpose, other)


@pytest.mark.long
def test_no_page_can_be_framed_or_kept(stage: Stage) -> None:
    """Clickjacking: every page, and what a browser keeps of it after somebody has left."""
    for method, path, *_ in ROWS:
        if method != "GET" or not (of_pages(path) or path == "/"):
            continue
        address = address_of(stage, path)
        for role in ("anonymous", "owner", "operator"):
            answer = ask(stage, role, "GET", address)
            assert answer.headers["X-Frame-Options"] == "DENY", path
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            assert answer.headers["Referrer-Policy"] == "no-referrer", path
            policy = answer.headers["Content-Security-Policy"]
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert "frame-ancestors 'none'" in policy, path
                assert "unsafe" not in policy, path
                assert path == "/" or "no-store" in answer.headers["Cache-Control"], path


def test_mailed_addresses_never_follow_the_host_of_a_request(
    context: Context, client: TestClient, signed_in: SignIn
) -> None:
    """Host header: whoever makes the service write to somebody else does not choose where its link leads."""
    person = signed_in()
    headers = {"Host": EVIL_HOST, "X-Forwarded-Host": EVIL_HOST, "Forwarded": f"host={EVIL_HOST}"}
    client.headers.update(headers)
    client.base_url = httpx.URL(f"http://{EVIL_HOST}")
    pages = Operator(client, language="fr")
    for path, email in (("/password", person.principal.email), ("/registry/email", "lea@labo.example")):
        pages.open(path)
        assert pages.send(path, email=email).status_code == 200
    sent = letters(context)
    assert len(sent) == 2
    for letter in sent:
        assert "?link=" in body(letter)
        assert f"{context.settings.own_url}/" in body(letter)
        assert EVIL_HOST not in letter.as_string()


MORE: tuple[dict[str, Any], ...] = (
    {"roles": ["operator"]},
    {"role": "operator"},
    {"entity_id": "x"},
    {"entity": {"id": "x"}},
    {"email": "other@umr.example"},
    {"username": "other"},
    {"state": "active"},
    {"expires_at": None},
    {"password_hash": "x"},
    {"totp_secret": None},
    {"external_subject": "x"},
    {"sub": "x"},
    {"version": 9},
)


def test_nobody_gives_themselves_more(context: Context, client: TestClient, signed_in: SignIn) -> None:
    """Mass assignment: a profile takes what it shows, by the route and by the form."""
    person = signed_in()
    before = account(context, person)
    pages = Operator(client, person)
    for more in MORE:
        headers = {**person.headers, "If-Match": "*"}
        answer = client.patch("/api/me", json={"town": "Lyon", **more}, headers=headers)
        assert answer.status_code == 422, more
        pages.open("/account")
        fields = re.findall(r'name="([a-z_]+)" value="([^"]*)"', pages.form("/account"))
        pages.send("/account", **dict(fields) | {name: str(value) for name, value in more.items()})
    after = account(context, person)
    for name in ("email", "username", "state", "expires_at", "password_hash", "totp_secret", "entity_id"):
        assert getattr(after, name) == getattr(before, name), name
    assert {one.role for one in after.roles} == {"user"}
    assert after.external_subject is None


def account(context: Context, person: SignedIn) -> Account:
    with context.database.reading() as session:
        return session.get_one(Account, person.principal.sub)


class Hostile(dict[str, Any]):
    """Facts of a letter; all that somebody may have typed wants to be a header."""

    def __getitem__(self, name: str) -> str:
        return {"day": "2026-01-01", "purpose": "problem"}.get(name, HEADER)

    def get(self, name: str, otherwise: Any = None) -> str:
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name not in {"link", "path", "reply_to"}


@pytest.mark.parametrize("letter", Letter)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_fact_of_any_letter_becomes_a_header(letter: Letter, language: str) -> None:
    """Mail header injection, in every field that any letter tells."""
    mail = OutgoingMail(
        id=1, topic=letter.value, address="a@umr.example", name=HEADER, language=language,
        moment=datetime(2026, 1, 1, tzinfo=UTC), facts=Hostile(), order_id=None,
    )  # fmt: skip
    arrived = message_from_bytes(composed(mail, Settings()).as_bytes(), policy=policy.SMTP)
    assert {"Bcc", "X-Evil"} & set(arrived.keys()) == set()
    assert [one.addr_spec for one in arrived["To"].addresses] == ["a@umr.example"]
    assert len(arrived.get_all("Subject", [])) == 1


NUMBERS = ("020261", "99999", "9" * 30, "9" * 5000, "\u0662\u0660\u0662\u0666", "\u00b2", "-1", "2026.5")


@pytest.mark.parametrize("number", NUMBERS, ids=range(len(NUMBERS)))
def test_no_number_breaks_a_page(stage: Stage, number: str) -> None:
    """Malformed and oversized numbers: more digits than can be read, digits that are none."""
    for path in ("/operator/statistics", "/operator/statistics.csv", "/operator/", "/operator/entities"):
        answer = ask(stage, "operator", "GET", path, params={"year": number, "page": number})
        assert answer.status_code == 200, path
    fields = dict.fromkeys(("seen", "base", "version", "message", "SPOT.tranches.0.credits"), number)
    for path in (
        "/operator/requests/{order_id}/delivery",
        "/operator/projects/{project_id}",
        "/operator/tariffs/{year}/edit",
        "/operator/entities/{entity_id}",
    ):
        data = {**fields, "form_token": stage.tokens["operator"]}
        answer = ask(stage, "operator", "POST", address_of(stage, path), data=data)
        assert 400 <= answer.status_code < 500, path


def test_no_request_becomes_an_endless_address(stage: Stage) -> None:
    path = "/auth/realms/dinamis/protocol/openid-connect/auth"
    assert ask(stage, "owner", "POST", path, data={"state": "x" * 100_000}).status_code == 413
