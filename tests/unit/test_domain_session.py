"""Sign-in by device code, endpoints, account, quotas and projects: what is read and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_domain_scene import JSON

from dinamis_plugin.domain.account import Account
from dinamis_plugin.domain.device import (
    DeviceAuthorization,
    PollOutcome,
    Tokens,
    next_interval,
    outcome_of,
)
from dinamis_plugin.domain.endpoints import Endpoints, service_address
from dinamis_plugin.domain.errors import BadAnswerError, InvalidRequestError, NotDinamisError
from dinamis_plugin.domain.project import Project, ProjectDraft, ProjectStatus
from dinamis_plugin.domain.quota import quotas_from_json

DEVICE = {
    "device_code": "d-secret",
    "user_code": "ABCD-EFGH",
    "verification_uri": "https://h.example/device",
    "verification_uri_complete": "https://h.example/device?user_code=ABCD-EFGH",
    "expires_in": 600,
    "interval": 5,
}
DISCOVERY = {
    "service": "dinamis",
    "version": "0.1.0",
    "title": "DINAMIS",
    "demo": True,
    "client_id": "dinamis-qgis",
    "issuer": "http://h/auth/realms/dinamis",
    "stac": "http://h/stac/",
    "stapi": "http://h/stapi",
    "api": "http://h/api",
    "signing": "http://h",
    "objects": "http://h/objects",
}
QUOTAS = {
    "year": 2026,
    "user_kind": "SCI",
    "sensors": [
        {
            "sensor": "PLEIADES",
            "title": "Pléiades",
            "quota_km2": 1500,
            "quota_credits": None,
            "km2_per_credit": None,
            "minimum_km2": 100,
            "requested_km2": 12.5,
            "prices": {"archive": {"unit": "km2", "eur": 1.4}, "programming": {"unit": "km2", "eur": 1.8}},
            "tranches": [],
            "note": "",
        },
        {
            "sensor": "PNEO",
            "quota_km2": None,
            "tranches": [{"credits": 5, "eur": None}, {"credits": 20, "eur": 20000}],
        },
    ],
}


def test_a_device_authorization_is_read_and_hides_its_secret():
    device = DeviceAuthorization.from_json(DEVICE)
    assert (device.user_code, device.expires_in_s, device.interval_s) == ("ABCD-EFGH", 600, 5)
    assert "d-secret" not in repr(device)
    bare = {key: DEVICE[key] for key in ("device_code", "user_code", "verification_uri", "expires_in")}
    assert DeviceAuthorization.from_json(bare).interval_s == 5
    assert DeviceAuthorization.from_json(bare).verification_uri_complete == "https://h.example/device"


@pytest.mark.parametrize(
    "change",
    [
        {"device_code": ""},
        {"user_code": None},
        {"expires_in": "soon"},
        {"verification_uri": "file:///etc/passwd"},
        {"verification_uri_complete": "javascript:alert(1)"},
    ],
)
def test_a_bad_device_authorization_is_refused(change):
    with pytest.raises(BadAnswerError):
        DeviceAuthorization.from_json({**DEVICE, **change})


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("authorization_pending", PollOutcome.PENDING),
        ("slow_down", PollOutcome.SLOW_DOWN),
        ("access_denied", PollOutcome.DENIED),
        ("expired_token", PollOutcome.EXPIRED),
        ("invalid_grant", PollOutcome.EXPIRED),
        ("invalid_client", None),
        ("granted", None),
        ("", None),
    ],
)
def test_every_state_of_the_waiting_is_told_apart(error, outcome):
    assert outcome_of(error) is outcome


@given(st.floats(1, 300), st.none() | st.sampled_from(PollOutcome))
def test_pauses_never_shrink(interval, outcome):
    following = next_interval(interval, outcome)
    assert following >= interval
    if outcome is PollOutcome.SLOW_DOWN:
        assert following == interval + 5
    if outcome is PollOutcome.PENDING:
        assert following == interval
    if outcome is None:
        assert following == max(interval, min(2 * interval, 60))


def test_tokens_do_not_show():
    tokens = Tokens.from_json(
        {
            "access_token": "aaa-secret",
            "refresh_token": "rrr-secret",
            "expires_in": 60,
            "refresh_expires_in": 0,
        }
    )
    assert "secret" not in repr(tokens)
    assert (tokens.expires_in_s, tokens.refresh_expires_in_s) == (60, None)
    with pytest.raises(BadAnswerError):
        Tokens.from_json({"access_token": "a"})


def test_endpoints_follow_the_layout_of_keycloak():
    endpoints = Endpoints.from_discovery("http://h", DISCOVERY)
    assert endpoints.token == "http://h/auth/realms/dinamis/protocol/openid-connect/token"
    assert endpoints.device_authorization.endswith("/protocol/openid-connect/auth/device")
    assert endpoints.stac == "http://h/stac"
    assert endpoints.demo


def test_the_endpoints_of_another_issuer_are_taken_as_it_tells_them():
    told = {"device_authorization_endpoint": "http://i/device/", "token_endpoint": "http://i/token/?a=b"}
    ours = Endpoints.from_discovery("http://h", {**DISCOVERY, "issuer_document": "http://h/issuer"})
    endpoints = ours.at_issuer({**told, "revocation_endpoint": "http://i/revoke/", "issuer": "http://i"})
    assert (endpoints.device_authorization, endpoints.token, endpoints.revoke) == (
        "http://i/device/",
        "http://i/token/?a=b",
        "http://i/revoke/",
    )
    assert endpoints.userinfo == f"{endpoints.api}/me"
    assert ours.at_issuer(told).revoke == ""


@pytest.mark.parametrize("document", [None, [], {}, {"token_endpoint": "http://i/token"}])
def test_an_issuer_without_a_device_grant_is_a_bad_answer(document):
    with pytest.raises(BadAnswerError):
        Endpoints.from_discovery("http://h", DISCOVERY).at_issuer(document)


@given(JSON)
def test_another_kind_of_service_is_not_dinamis(document):
    with pytest.raises(NotDinamisError):
        Endpoints.from_discovery("http://h", document)


@pytest.mark.parametrize("change", [{"stac": None}, {"issuer": "ftp://h"}, {"client_id": ""}, {"api": 3}])
def test_an_incomplete_discovery_is_a_bad_answer(change):
    with pytest.raises(BadAnswerError):
        Endpoints.from_discovery("http://h", {**DISCOVERY, **change})


def test_an_encrypted_service_may_not_send_elsewhere_in_clear():
    with pytest.raises(BadAnswerError):
        Endpoints.from_discovery("https://h", DISCOVERY)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" dinamis.example ", "https://dinamis.example"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("https://h.example/base/?x=1#y", "https://h.example/base"),
        ("https://h.example/.well-known/dinamis", "https://h.example"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("H.Example", "https://h.example"),
    ],
)
def test_typed_addresses_are_cleaned(typed, address):
    assert service_address(typed) == address
    assert service_address(address) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "ftp://h",
        "http://",
        "http://h:99999",
        "https://user:pw@h",
        "a b.example",
        "http://[::1",
        "file:///etc/passwd",
        "javascript://h",
    ],
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(InvalidRequestError):
        service_address(typed)


@given(st.text())
def test_any_text_is_an_address_or_refused(typed):
    try:
        address = service_address(typed)
    except InvalidRequestError:
        return
    assert address.startswith(("http://", "https://"))
    assert service_address(address) == address


def test_an_account_is_read():
    account = Account.from_json(
        {
            "sub": "1",
            "given_name": "Camille",
            "family_name": "Martin",
            "email": "c@demo.example",
            "roles": ["user", 3],
            "user_kind": "SCI",
            "entity": {"id": "e", "name": "UMR Exemple", "acronym": "UMR"},
        }
    )
    assert account.full_name == "Camille Martin"
    assert str(account.entity) == "UMR Exemple"
    assert account.roles == ("user",)
    assert account.is_scientific
    assert (
        Account.from_json({"sub": "1", "email": "c@demo.example", "entity": None}).full_name
        == "c@demo.example"
    )
    with pytest.raises(BadAnswerError):
        Account.from_json({})


def test_quotas_tell_zero_from_not_defined():
    pleiades, neo = quotas_from_json(QUOTAS)
    assert (pleiades.quota_km2, pleiades.minimum_km2, pleiades.archive.eur, pleiades.programming.eur) == (
        1500,
        100,
        1.4,
        1.8,
    )
    assert (pleiades.year, pleiades.user_kind) == (2026, "SCI")
    assert neo.quota_km2 is None
    assert neo.archive.eur is None
    assert [(tranche.credits, tranche.eur) for tranche in neo.tranches] == [(5, None), (20, 20000)]
    zero = {**QUOTAS, "sensors": [{"sensor": "SPOT", "quota_km2": 0}]}
    assert quotas_from_json(zero)[0].quota_km2 == 0
    assert quotas_from_json({"sensors": []}) == ()
    with pytest.raises(BadAnswerError):
        quotas_from_json({})


def test_projects_are_read_and_written():
    project = Project.from_json(
        {
            "id": "2026-001-SCI",
            "title": "Littoral",
            "end_date": "2027-06-30",
            "status": "closed",
            "request_count": 3,
            "themes": ["eau"],
        }
    )
    assert (project.end_date, project.status, project.request_count) == (
        date(2027, 6, 30),
        ProjectStatus.CLOSED,
        3,
    )
    draft = ProjectDraft(" Littoral ", ("eau ", " "), date(2027, 6, 30), "texte", objectives="o")
    assert draft.to_json() == {
        "title": "Littoral",
        "themes": ["eau"],
        "end_date": "2027-06-30",
        "description": "texte",
        "objectives": "o",
        "methodology": "",
        "expected_results": "",
        "publications": "",
        "shared": False,
        "budget": None,
    }
