"""Tokens of a sign-in: rotation, reuse, revocation, and what is not a token of ours."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from clocks import MovableClock
from fastapi.testclient import TestClient
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from oauth import PROTOCOL, Device
from running import PASSWORD, SignedIn

from dinamis_service import migrations
from dinamis_service.clock import utc_now
from dinamis_service.context import Context
from dinamis_service.db import Database
from dinamis_service.identity.key_files import KeyFiles
from dinamis_service.identity.oauth_errors import OAuthError
from dinamis_service.identity.service import REALM_PATH, Identity
from dinamis_service.identity.signer import ACCESS_TYPE, InvalidTokenError, Signer
from dinamis_service.registry.entities import add_entity
from dinamis_service.settings import Settings

ISSUER = f"http://testserver{REALM_PATH}"
GRACE_S = 60


@pytest.fixture
def device(client: TestClient) -> Device:
    return Device(client)


@pytest.fixture
def person(signed_in) -> SignedIn:
    return signed_in()


@pytest.fixture
def tokens(context: Context, person: SignedIn) -> dict[str, str]:
    return context.identity.tokens.open(person.principal.sub, "dinamis-qgis", "openid", ISSUER).answer()


def claims_of(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_an_access_token_says_what_it_is(
    tokens: dict[str, str], person: SignedIn, client: TestClient
) -> None:
    keys = RSAKey.import_key(client.get(f"{PROTOCOL}/certs").json()["keys"][0])
    decoded = jwt.decode(tokens["access_token"], keys, algorithms=["RS256"])
    assert decoded.header["typ"] == "at+jwt"
    assert decoded.header["kid"] == keys.kid
    claims = decoded.claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, "dinamis", person.principal.sub)
    assert claims["exp"] - claims["iat"] == 300
    assert claims["jti"] != claims["sid"]
    identity = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"]).claims
    assert (identity["aud"], identity["name"]) == ("dinamis-qgis", "Camille Martin")


def test_userinfo_names_the_person_and_the_entity(
    tokens: dict[str, str], person: SignedIn, client: TestClient
) -> None:
    headers = {"Authorization": f"bearer {tokens['access_token']}"}  # as the published client writes it
    for ask in (client.get, client.post):
        assert ask(f"{PROTOCOL}/userinfo", headers=headers).json() == {
            "sub": person.principal.sub,
            "preferred_username": person.principal.username,
            "given_name": "Camille",
            "family_name": "Martin",
            "name": "Camille Martin",
            "email": person.principal.email,
            "email_verified": True,
            "roles": ["user"],
            "user_kind": "SCI",
            "entity": {"id": person.principal.entity_id, "name": "UMR Exemple SCI", "acronym": "EXSCI"},
        }


def test_refreshing_replaces_both_tokens(device: Device, tokens: dict[str, str]) -> None:
    fresh = device.refresh(tokens["refresh_token"]).json()
    assert fresh["refresh_token"] != tokens["refresh_token"]
    assert device.me(fresh["access_token"]).status_code == 200
    assert claims_of(fresh["access_token"])["sid"] == claims_of(tokens["access_token"])["sid"]


def test_a_token_used_again_ends_the_whole_sign_in(
    device: Device, tokens: dict[str, str], clock: MovableClock
) -> None:
    fresh = device.refresh(tokens["refresh_token"]).json()
    clock.advance(GRACE_S + 1)
    refused = device.refresh(tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert device.me(fresh["access_token"]).status_code == 401
    assert device.refresh(fresh["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_lost_answer_does_not_sign_out(device: Device, tokens: dict[str, str], clock: MovableClock) -> None:
    device.refresh(tokens["refresh_token"])  # its answer is lost
    clock.advance(20)
    second = device.refresh(tokens["refresh_token"]).json()
    assert device.me(second["access_token"]).status_code == 200
    assert device.refresh(second["refresh_token"]).status_code == 200


def test_the_answer_taken_for_lost_ends_the_sign_in_when_it_turns_up(
    device: Device, tokens: dict[str, str]
) -> None:
    stolen = device.refresh(tokens["refresh_token"]).json()
    owner = device.refresh(tokens["refresh_token"]).json()
    assert device.refresh(stolen["refresh_token"]).status_code == 400
    assert device.refresh(owner["refresh_token"]).status_code == 400


def test_no_grace_once_the_answer_was_used(device: Device, tokens: dict[str, str]) -> None:
    second = device.refresh(tokens["refresh_token"]).json()
    third = device.refresh(second["refresh_token"]).json()
    assert device.refresh(tokens["refresh_token"]).status_code == 400
    assert device.me(third["access_token"]).status_code == 401


def test_a_refresh_token_expires(device: Device, tokens: dict[str, str], clock: MovableClock) -> None:
    clock.advance(30 * 86400)
    assert device.refresh(tokens["refresh_token"]).json()["error_description"].endswith("has expired")


def test_a_refresh_token_serves_only_its_client(
    device: Device, client: TestClient, tokens: dict[str, str]
) -> None:
    assert Device(client, "gdal").refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    Device(client, "gdal").revoke(tokens["refresh_token"])
    assert device.refresh(tokens["refresh_token"]).status_code == 200


@pytest.mark.parametrize("which", ["refresh_token", "access_token"])
def test_revoking_ends_access_tokens_too(device: Device, tokens: dict[str, str], which: str) -> None:
    answer = device.revoke(tokens[which])
    assert (answer.status_code, answer.json()) == (200, {})
    refused = device.me(tokens["access_token"])
    assert refused.status_code == 401
    assert refused.json()["code"] == "not-signed-in"
    assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert device.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert device.revoke(tokens[which]).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 300, "\x00"])
def test_revoking_something_else_is_no_error(device: Device, token: str) -> None:
    assert device.revoke(token).status_code == 200


def test_revoking_one_sign_in_leaves_the_others(
    device: Device, context: Context, person: SignedIn, tokens: dict[str, str]
) -> None:
    other = context.identity.tokens.open(person.principal.sub, "dinamis-qgis", "openid", ISSUER)
    device.revoke(tokens["refresh_token"])
    assert device.me(other.access_token).status_code == 200


def test_an_access_token_expires(device: Device, tokens: dict[str, str], clock: MovableClock) -> None:
    clock.advance(298)
    assert device.me(tokens["access_token"]).status_code == 200
    clock.advance(3)
    assert device.me(tokens["access_token"]).status_code == 401


def test_an_identity_token_opens_nothing(device: Device, tokens: dict[str, str]) -> None:
    assert device.me(tokens["id_token"]).status_code == 401


def test_only_the_access_type_is_an_access_token(tmp_path: Path, tokens: dict[str, str]) -> None:
    signer, claims = Signer(KeyFiles(tmp_path, None, timedelta())), claims_of(tokens["access_token"])
    now = utc_now()
    assert signer.verify(signer.sign(claims, ACCESS_TYPE, now), now, audience="dinamis") == claims
    with pytest.raises(InvalidTokenError, match="not an access token"):
        signer.verify(signer.sign(claims, "JWT", now), now, audience="dinamis")


def test_a_token_of_another_address_opens_nothing(device: Device, context: Context, person: SignedIn) -> None:
    other = context.identity.tokens.open(
        person.principal.sub, "dinamis-qgis", "openid", f"http://elsewhere{REALM_PATH}"
    )
    assert device.me(other.access_token).status_code == 401


def test_forged_tokens_open_nothing(device: Device, tokens: dict[str, str], client: TestClient) -> None:
    genuine = tokens["access_token"]
    claims = claims_of(genuine)
    public = client.get(f"{PROTOCOL}/certs").json()["keys"][0]
    header = {"alg": "RS256", "kid": public["kid"], "typ": "at+jwt"}
    stranger = jwt.encode(header, claims, RSAKey.generate_key(2048), algorithms=["RS256"])
    hmac_key = OctKey.import_key(json.dumps(public))
    confused = jwt.encode({**header, "alg": "HS256"}, claims, hmac_key, algorithms=["HS256"])
    head, body, signature = genuine.split(".")
    plain, changed = encoded({"alg": "none", "typ": "at+jwt"}), encoded({**claims, "sub": "x"})
    forged = (stranger, confused, f"{plain}.{body}.", f"{head}.{changed}.{signature}", f"{head}.{body}.", "x")
    for token in forged:
        assert device.me(token).status_code == 401, token
    assert device.me(genuine).status_code == 200


def test_tokens_outlive_a_restart(
    device: Device, tokens: dict[str, str], settings: Settings, context: Context
) -> None:
    database = Database(settings.state_url)
    restarted = Identity(database, settings, context.clock)
    assert restarted.tokens.principal(tokens["access_token"], ISSUER).name == "Camille Martin"
    fresh = restarted.tokens.refresh(tokens["refresh_token"], "dinamis-qgis", ISSUER)
    assert device.me(fresh.access_token).status_code == 200
    database.close()


class Family(RuleBasedStateMachine):
    """Against a model: a live sign-in has one heir; a used token is forgiven while its answer is unused."""

    identity: Identity
    clock: MovableClock
    sub: str

    def __init__(self) -> None:
        super().__init__()
        first = self.identity.tokens.open(self.sub, "gdal", "openid", ISSUER)
        self.issued = [first.refresh_token]
        self.access = first.access_token
        self.heir = 0
        self.parent: int | None = None  # the token that the heir answered
        self.parent_used_at = 0.0
        self.now = 0.0
        self.alive = True

    @rule(seconds=st.sampled_from([0, 10, 70]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.now += seconds

    @precondition(lambda self: len(self.issued) < 8)
    @rule(pick=st.integers(0, 7))
    def refresh(self, pick: int) -> None:
        which = pick % len(self.issued)
        forgiven = which == self.parent and self.now - self.parent_used_at < GRACE_S
        if not self.alive or not (which == self.heir or forgiven):
            with pytest.raises(OAuthError, match="invalid_grant"):
                self.identity.tokens.refresh(self.issued[which], "gdal", ISSUER)
            self.alive = False
            return
        fresh = self.identity.tokens.refresh(self.issued[which], "gdal", ISSUER)
        if which == self.heir:
            self.parent, self.parent_used_at = which, self.now
        self.issued.append(fresh.refresh_token)
        self.heir, self.access = len(self.issued) - 1, fresh.access_token

    @precondition(lambda self: self.clock().timestamp() < float(claims_of(self.access)["exp"]) - 1)
    @rule()
    def look(self) -> None:
        if self.alive:
            assert self.identity.tokens.principal(self.access, ISSUER).sub == self.sub
        else:
            with pytest.raises(InvalidTokenError):
                self.identity.tokens.principal(self.access, ISSUER)


def test_any_order_of_refreshes_keeps_one_heir(tmp_path: Path) -> None:
    settings, clock = Settings(data_dir=tmp_path), MovableClock()
    database = Database(settings.state_url)
    migrations.upgrade(database)
    identity = Identity(database, settings, clock)
    entity = add_entity(database, name="UMR Exemple", acronym="UMREX", category=2)
    person = identity.create_account(
        email="camille.martin@demo.example",
        given_name="Camille",
        family_name="Martin",
        password=PASSWORD,
        entity_id=entity.id,
    )
    Family.identity, Family.clock, Family.sub = identity, clock, person.sub
    run_state_machine_as_test(
        Family, settings=hypothesis_settings(max_examples=40, stateful_step_count=12, deadline=None)
    )
    database.close()
