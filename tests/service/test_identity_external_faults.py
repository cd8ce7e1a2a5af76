"""Another issuer that is down, slow, lies or changes its keys, and tokens that it never made."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from clocks import MovableClock
from fastapi.testclient import TestClient
from joserfc.jwk import ECKey, OctKey, RSAKey
from postgres import server
from running import TEST_CLIENT_URL
from scripted_issuer import PERSON, ScriptedIssuer
from sqlalchemy import select

from dinamis_service.app import create_app, create_context
from dinamis_service.context import Context
from dinamis_service.identity.external_accounts import ExternalAccounts, read_person
from dinamis_service.identity.external_issuer import OPEN_MAX
from dinamis_service.identity.tables import Account
from dinamis_service.registry.entities import add_entity
from dinamis_service.settings import Settings

Ask = Callable[[str], httpx.Response]


@pytest.fixture
def issuer() -> Iterator[ScriptedIssuer]:
    issuer = ScriptedIssuer()
    issuer.told["/userinfo"]["entity"] = "UMREX"
    yield issuer
    issuer.stop()


@pytest.fixture
def changed() -> dict[str, Any]:
    """Settings besides those of every test."""
    return {}


@pytest.fixture
def settings(issuer: ScriptedIssuer, changed: dict[str, Any], tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        **{"issuer_url": issuer.url, "issuer_entity_claim": "entity", "issuer_timeout_s": 0.5, **changed},
    )


@pytest.fixture
def me(client: TestClient, context: Context) -> Ask:
    """Asks who a token speaks for."""
    add_entity(context.database, name="UMR Exemple", acronym="UMREX", category=2)
    return lambda token: client.get("/api/me", headers={"Authorization": f"Bearer {token}"})


def test_a_token_of_the_issuer_opens_the_service(me: Ask, issuer: ScriptedIssuer) -> None:
    answer = me(issuer.token())
    assert answer.json()["email"] == PERSON["email"]
    assert me(issuer.token(aud=["another", "dinamis"])).status_code == 200
    assert me(issuer.token(header={"typ": "JWT"})).status_code == 200  # as Keycloak writes it


NOT_FOR_US: tuple[dict[str, Any], ...] = (
    {"iss": "http://127.0.0.1:1"},
    {"iss": None},
    {"aud": "another"},
    {"aud": "dinamis-web"},
    {"aud": None},
    {"aud": ["dinamis-qgis"]},
    {"exp": 1},
    {"exp": None},
    {"exp": "tomorrow"},
    {"nbf": 9_999_999_999},
    {"iat": 9_999_999_999},
    {"sub": None},
    {"sub": "x" * 500},
    {"nonce": "of an identity token"},
    {"at_hash": "of an identity token"},
    {"typ": "ID"},
    {"typ": "Refresh"},
)


def test_a_token_that_is_not_for_us_now_opens_nothing(me: Ask, issuer: ScriptedIssuer) -> None:
    for changed_claims in NOT_FOR_US:
        assert me(issuer.token(**changed_claims)).status_code == 401, changed_claims


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def signed_by_secret(header: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    """A token of HS256, also by what no library takes for a secret."""
    signed = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(claims)}"
    mac = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_forged_tokens_open_nothing(me: Ask, issuer: ScriptedIssuer) -> None:
    genuine = issuer.token()
    _, body, signature = genuine.split(".")
    public = issuer.key.as_dict(private=False)
    stranger = RSAKey.generate_key(2048)
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    header = {"kid": issuer.key.kid, "typ": "at+jwt"}
    secrets = (issuer.key.as_pem(private=False), json.dumps(public).encode(), b"")
    confused = [signed_by_secret(header, claims, secret) for secret in secrets]
    forged = [
        *confused,
        issuer.token(stranger, {"kid": issuer.key.kid}),
        f"{encoded({'alg': 'none'})}.{body}.",
        f"{encoded({'alg': 'none', 'kid': issuer.key.kid})}.{body}.{signature}",
        f"{encoded({'alg': 'RS256', 'kid': issuer.key.kid})}.{encoded({**claims, 'sub': 'x'})}.{signature}",
        issuer.token(stranger, {"jwk": stranger.as_dict(private=False), "kid": issuer.key.kid}),
        issuer.token(header={"typ": "logout+jwt"}),
        issuer.token(header={"typ": "dpop+jwt"}),
    ]
    for token in forged:
        assert me(token).status_code == 401, token
    assert me(genuine).status_code == 200


def test_keys_other_than_rsa_do_too_and_secrets_in_the_key_set_do_not(
    me: Ask, issuer: ScriptedIssuer
) -> None:
    curve, secret = ECKey.generate_key("P-256", auto_kid=True), OctKey.generate_key(256, auto_kid=True)
    issuer.keys = [issuer.key, curve, secret]
    assert me(issuer.token(curve, {"alg": "ES256"})).status_code == 200
    assert me(issuer.token(secret, {"alg": "HS256"})).status_code == 401


def test_new_keys_are_fetched_when_they_are_met_but_not_for_every_strange_token(
    me: Ask, issuer: ScriptedIssuer, clock: MovableClock
) -> None:
    assert me(issuer.token()).status_code == 200
    old, new = issuer.token(), RSAKey.generate_key(2048, auto_kid=True)
    issuer.keys = [issuer.key, new]
    clock.advance(11)
    assert me(issuer.token(new)).status_code == 200
    assert me(old).status_code == 200
    issuer.keys = [new]
    asked = issuer.asked.count("/keys")
    stranger = RSAKey.generate_key(2048, auto_kid=True)
    for number in range(20):
        assert me(issuer.token(stranger, jti=str(number))).status_code == 401
    assert issuer.asked.count("/keys") - asked <= 1
    clock.advance(3601)
    assert me(issuer.token(exp=int(time.time()) + 9999)).status_code == 401  # its key is gone from the set


def test_who_was_let_in_stays_in_while_the_issuer_is_down(
    me: Ask, issuer: ScriptedIssuer, clock: MovableClock
) -> None:
    token = issuer.token(exp=int(time.time()) + 9999)
    assert me(token).status_code == 200
    issuer.stop()
    clock.advance(4000)  # longer than the document and the keys are taken for true without asking
    assert me(token).status_code == 200


def test_while_the_issuer_is_down_nobody_waits_long_and_the_rest_works(
    me: Ask, client: TestClient, issuer: ScriptedIssuer
) -> None:
    token = issuer.token()
    issuer.stop()
    refused = me(token)
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"] == "10"
    assert client.get("/.well-known/dinamis").json()["issuer"] == issuer.url
    assert client.get("/.well-known/dinamis-issuer").status_code == 503
    assert client.get("/stac/search").status_code == 200
    assert client.get("/openapi.json").status_code == 200
    page = client.get("/sign-in", follow_redirects=False)
    assert (page.status_code, page.headers["retry-after"]) == (503, "10")
    assert "ne répond pas" in page.text


def test_it_is_asked_again_a_moment_after_it_failed(
    me: Ask, issuer: ScriptedIssuer, clock: MovableClock
) -> None:
    issuer.delay_s = 1.0
    token = issuer.token()
    assert me(token).status_code == 503
    issuer.delay_s = 0.0
    assert me(token).status_code == 503
    clock.advance(6)
    assert me(token).status_code == 200


def test_a_slow_issuer_holds_up_few_and_not_for_long(
    me: Ask, issuer: ScriptedIssuer, client: TestClient
) -> None:
    assert me(issuer.token()).status_code == 200  # document and keys are known
    issuer.delay_s = 2.0
    answers: list[int] = []
    tokens = [issuer.token(sub=f"somebody{number}") for number in range(3 * OPEN_MAX)]

    def ask(token: str) -> None:
        answers.append(me(token).status_code)

    threads = [threading.Thread(target=ask, args=(token,)) for token in tokens]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    assert client.get("/stac/search").status_code == 200
    for thread in threads:
        thread.join(30)
    assert answers == [503] * len(tokens)
    assert (
        time.monotonic() - start < 15
    )  # 24 times the time-out would be 12 s without the pause, 48 without both


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"token_endpoint": 5},
        {"jwks_uri": "http://127.0.0.1:1/keys"},
    ],
    ids=str,
)
def test_a_document_that_does_not_hold_together_is_not_taken(
    me: Ask, issuer: ScriptedIssuer, document: dict[str, Any]
) -> None:
    issuer.document = document
    assert me(issuer.token()).status_code == 503


@pytest.mark.parametrize("fault", ["status", "endless", "no keys"])
def test_faults_of_the_issuer_are_not_faults_of_the_person(
    me: Ask, issuer: ScriptedIssuer, fault: str
) -> None:
    if fault == "status":
        issuer.status = 500
    elif fault == "endless":
        issuer.endless = True
    else:
        issuer.keys = []
    assert me(issuer.token()).status_code == 503


def test_user_information_of_somebody_else_is_not_taken(me: Ask, issuer: ScriptedIssuer) -> None:
    issuer.told["/userinfo"]["sub"] = "another"
    assert me(issuer.token()).status_code == 401


class TestIntrospection:
    """Opaque tokens, asked about."""

    @pytest.fixture
    def changed(self) -> dict[str, Any]:
        return {"issuer_tokens": "introspection", "issuer_client_secret": "x"}  # pragma: allowlist secret

    def test_what_was_said_is_kept_for_a_while(
        self, me: Ask, issuer: ScriptedIssuer, clock: MovableClock
    ) -> None:
        issuer.told["/introspection"] = {"active": True, "client_id": "dinamis-qgis", "sub": "camille"}
        assert [me("opaque").status_code for _ in range(5)] == [200] * 5
        assert issuer.asked.count("/introspection") == 1
        issuer.told["/introspection"] = {"active": False}
        assert me("opaque").status_code == 200
        clock.advance(61)
        assert [me("opaque").status_code for _ in range(5)] == [401] * 5
        assert issuer.asked.count("/introspection") == 2
        clock.advance(11)
        issuer.told["/introspection"] = {"active": True, "client_id": "dinamis-qgis", "sub": "camille"}
        assert me("opaque").status_code == 200

    NOT_FOR_US: tuple[dict[str, Any], ...] = (
        {"active": False, "client_id": "dinamis-qgis"},
        {"active": "true", "client_id": "dinamis-qgis"},
        {"client_id": "dinamis-qgis"},
        {"active": True},
        {"active": True, "client_id": "another"},
        {"active": True, "client_id": "dinamis-qgis", "aud": "another"},
        {"active": True, "client_id": "dinamis-qgis", "aud": ["another"]},
        {"active": True, "client_id": "dinamis-qgis", "iss": "http://127.0.0.1:1"},
        {"active": True, "client_id": "dinamis-qgis", "sub": "another"},
    )

    def test_a_token_that_is_not_for_us_opens_nothing(self, me: Ask, issuer: ScriptedIssuer) -> None:
        for number, told in enumerate(self.NOT_FOR_US):
            issuer.told["/introspection"] = {"sub": "camille", **told}
            assert me(f"opaque{number}").status_code == 401, told

    def test_nothing_is_kept_longer_than_the_token_lives(
        self, me: Ask, issuer: ScriptedIssuer, clock: MovableClock
    ) -> None:
        told = {"active": True, "client_id": "dinamis-qgis", "sub": "camille", "exp": int(time.time()) + 20}
        issuer.told["/introspection"] = told
        assert me("opaque").status_code == 200
        issuer.told["/introspection"] = {"active": False}
        clock.advance(21)
        assert me("opaque").status_code == 401


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_one_account_is_made_however_many_processes_let_somebody_in(tmp_path: Path, kind: str) -> None:
    address = None
    if kind == "postgresql":
        address = server().new_database().replace("postgresql:", "postgresql+psycopg:")
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url=address,
        issuer_url="https://issuer.example",
        issuer_entity_claim="entity",
    )
    context = create_context(settings)
    add_entity(context.database, name="UMR Exemple", acronym="UMREX", category=2)
    person = read_person(settings, {"sub": "camille", "entity": "UMREX", **PERSON})
    accounts = ExternalAccounts(context.database, settings, context.clock)
    made: list[str] = []
    gate = threading.Barrier(8)

    def come() -> None:
        gate.wait()
        made.append(accounts.admit(person))

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with context.database.reading() as session:
        (account,) = session.scalars(select(Account))
    assert made == [account.id] * 8
    context.catalogue.close()
    context.database.close()


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"issuer_url": "http://issuer.example"}, "https"),
        ({"issuer_audience": "dinamis-web"}, "identity tokens"),
        ({"issuer_roles": "admins=king"}, "NAME=ROLE"),
        ({"issuer_roles": "operator"}, "NAME=ROLE"),
    ],
)
def test_settings_that_would_open_the_service_are_refused(changed: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Settings(**{"issuer_url": "https://issuer.example", **changed})


def test_nobody_of_our_own_gets_in_by_the_tokens_that_we_made_before(
    fresh_data: Path, settings: Settings, issuer: ScriptedIssuer
) -> None:
    own = create_context(settings.model_copy(update={"issuer_url": None}))
    entity = add_entity(own.database, name="UMR Exemple", acronym="UMREX", category=2)
    names = {
        "given_name": "Camille",
        "family_name": "Martin",
        "password": "correct horse battery",
    }  # pragma: allowlist secret
    person = own.identity.create_account(email="camille@demo.example", entity_id=entity.id, **names)
    tokens = own.identity.tokens.open(
        person.sub, "dinamis-qgis", "openid", f"{TEST_CLIENT_URL}/auth/realms/dinamis"
    )
    own.catalogue.close()
    own.database.close()
    with TestClient(create_app(create_context(settings)), TEST_CLIENT_URL) as client:
        bearer = {"Authorization": f"Bearer {tokens.access_token}"}
        assert client.get("/api/me", headers=bearer).status_code == 401
