"""The device flow as a device sees it (RFC 8628): each state told apart, in the right order."""

from __future__ import annotations

import re

import pytest
from clocks import MovableClock
from fastapi.testclient import TestClient
from oauth import PROTOCOL, Device
from running import SignedIn

from dinamis_service.context import Context
from dinamis_service.identity.devices import ExpiredCodeError, UnknownCodeError


@pytest.fixture
def device(client: TestClient) -> Device:
    device = Device(client)
    device.start()
    return device


@pytest.fixture
def person(signed_in) -> SignedIn:
    return signed_in()


def error_of(answer) -> str:
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()["error"]


def decide(context: Context, device: Device, person: SignedIn, accepted: bool) -> None:
    context.identity.devices.decide(device.codes["user_code"], person.principal.sub, accepted=accepted)


def test_codes_have_the_published_shape(device: Device, client: TestClient) -> None:
    codes = device.codes
    assert re.fullmatch(r"[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}", codes["user_code"])
    assert codes["verification_uri"] == "http://testserver/auth/realms/dinamis/device"
    assert codes["verification_uri_complete"] == f"{codes['verification_uri']}?user_code={codes['user_code']}"
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    assert len(codes["device_code"]) >= 43


def test_discovery_names_endpoints_that_answer(client: TestClient) -> None:
    document = client.get("/auth/realms/dinamis/.well-known/openid-configuration").json()
    assert document["issuer"] == "http://testserver/auth/realms/dinamis"
    for name in ("device_authorization_endpoint", "token_endpoint", "revocation_endpoint"):
        assert client.post(document[name]).json()["error"] == "invalid_client", name
    assert client.get(document["userinfo_endpoint"]).status_code == 401
    (key,) = client.get(document["jwks_uri"]).json()["keys"]
    assert key["alg"] in document["id_token_signing_alg_values_supported"]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


def test_waits_while_the_person_has_not_decided(device: Device, clock: MovableClock) -> None:
    assert error_of(device.poll()) == "authorization_pending"
    clock.advance(5)
    assert error_of(device.poll()) == "authorization_pending"


def test_a_fast_device_is_slowed_down_and_its_interval_grows(device: Device, clock: MovableClock) -> None:
    assert error_of(device.poll()) == "authorization_pending"
    assert error_of(device.poll()) == "slow_down"
    clock.advance(6)  # enough at first, no longer: the interval is 10 s now
    assert error_of(device.poll()) == "slow_down"
    clock.advance(15)
    assert error_of(device.poll()) == "authorization_pending"
    clock.advance(10)
    assert error_of(device.poll()) == "slow_down"


def test_a_decision_is_told_also_to_a_fast_device(device: Device, context: Context, person: SignedIn) -> None:
    assert error_of(device.poll()) == "authorization_pending"
    assert error_of(device.poll()) == "slow_down"
    decide(context, device, person, accepted=True)
    assert device.poll().status_code == 200


def test_a_refusal_is_told_and_stays(device: Device, context: Context, person: SignedIn) -> None:
    decide(context, device, person, accepted=False)
    assert error_of(device.poll()) == "access_denied"
    assert error_of(device.poll()) == "access_denied"


def test_an_expired_code_is_told_before_anything_else(
    device: Device, context: Context, person: SignedIn, clock: MovableClock
) -> None:
    device.poll()
    decide(context, device, person, accepted=True)
    clock.advance(601)
    assert error_of(device.poll()) == "expired_token"
    with pytest.raises(UnknownCodeError):  # it was decided
        context.identity.devices.find(device.codes["user_code"], "here")


def test_nobody_can_decide_an_expired_or_decided_request(
    device: Device, context: Context, person: SignedIn, clock: MovableClock
) -> None:
    clock.advance(600)
    with pytest.raises(ExpiredCodeError):
        decide(context, device, person, accepted=True)
    device.start()
    decide(context, device, person, accepted=False)
    with pytest.raises(UnknownCodeError):
        decide(context, device, person, accepted=True)
    assert error_of(device.poll()) == "access_denied"


def test_an_expired_code_is_forgotten_after_an_hour(device: Device, clock: MovableClock) -> None:
    old = dict(device.codes)
    clock.advance(600 + 3601)
    device.start()
    device.codes = old
    assert error_of(device.poll()) == "invalid_grant"


def test_acceptance_gives_the_tokens_that_were_asked(
    device: Device, context: Context, person: SignedIn
) -> None:
    decide(context, device, person, accepted=True)
    answer = device.poll()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer"
    assert (tokens["expires_in"], tokens["refresh_expires_in"]) == (300, 30 * 86400)
    assert tokens["scope"] == "openid offline_access"
    assert tokens["id_token"].count(".") == 2
    assert device.me(tokens["access_token"]).json()["sub"] == person.principal.sub


def test_a_lost_answer_may_be_asked_for_again_for_a_while(
    device: Device, context: Context, person: SignedIn, clock: MovableClock
) -> None:
    decide(context, device, person, accepted=True)
    lost = device.poll().json()
    clock.advance(30)
    again = device.poll().json()
    assert device.me(lost["access_token"]).status_code == 401
    assert error_of(device.refresh(lost["refresh_token"])) == "invalid_grant"
    assert device.me(again["access_token"]).status_code == 200
    clock.advance(31)
    assert error_of(device.poll()) == "invalid_grant"
    assert device.me(again["access_token"]).status_code == 200


@pytest.mark.parametrize("code", ["", "x", "é" * 50, "' OR 1=1 --"])
def test_an_unknown_device_code_is_an_invalid_grant(device: Device, code: str) -> None:
    device.codes["device_code"] = code
    assert error_of(device.poll()) == "invalid_grant"


def test_a_device_code_serves_only_the_client_that_got_it(
    device: Device, client: TestClient, context: Context, person: SignedIn
) -> None:
    decide(context, device, person, accepted=True)
    other = Device(client, "gdal")
    other.codes = device.codes
    assert error_of(other.poll()) == "invalid_grant"
    assert device.poll().status_code == 200


def test_unknown_clients_and_grants_are_refused(client: TestClient) -> None:
    stranger = Device(client, "stranger").post("/auth/device")
    assert (stranger.status_code, stranger.json()["error"]) == (401, "invalid_client")
    assert error_of(Device(client).post("/token", grant_type="password")) == "unsupported_grant_type"
    as_json = client.post(f"{PROTOCOL}/token", json={"client_id": "gdal"})
    assert as_json.json()["error"] == "invalid_client"


def test_a_code_is_found_however_it_is_typed(device: Device, context: Context) -> None:
    code = device.codes["user_code"]
    spaced, dashed = f" {code.replace('-', ' ')} ", code.replace("-", "\N{EN DASH}")
    for typed in (code, code.lower(), code.replace("-", ""), spaced, dashed):
        assert context.identity.devices.find(typed, "here").user_code == code
