"""API keys, as the published command line makes and uses them."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from running import SignedIn


@pytest.fixture
def person(signed_in) -> SignedIn:
    return signed_in()


def create(client: TestClient, person: SignedIn, description: str = "") -> dict[str, str]:
    answer = client.get("/create_api_key", params={"description": description}, headers=person.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_key_opens_a_protected_route(client: TestClient, person: SignedIn) -> None:
    key = create(client, person)
    assert set(key) == {"access-key", "secret-key"}
    assert client.get("/api/me", headers=key).json()["sub"] == person.principal.sub


def test_a_wrong_key_opens_nothing(client: TestClient, person: SignedIn) -> None:
    key = create(client, person)
    for wrong in (
        {**key, "secret-key": key["secret-key"][:-1]},
        {**key, "access-key": "X" * 20},
        {"access-key": key["access-key"]},
        {"secret-key": key["secret-key"]},
        {"access-key": "", "secret-key": ""},
    ):
        answer = client.get("/api/me", headers=wrong)
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in"), wrong
        assert answer.headers["www-authenticate"] == "Bearer"


def test_keys_are_listed_without_their_secret(client: TestClient, person: SignedIn, signed_in) -> None:
    first, second = create(client, person, "poste de travail"), create(client, person)
    create(client, signed_in(), "of someone else")
    listed = client.get("/list_api_keys_with_metadata", headers=person.headers).json()
    assert [key["access-key"] for key in listed] == [first["access-key"], second["access-key"]]
    assert [key["description"] for key in listed] == ["poste de travail", ""]
    for key in listed:
        assert set(key) == {"access-key", "created", "description"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", key["created"])


def test_a_revoked_key_opens_nothing(client: TestClient, person: SignedIn) -> None:
    key = create(client, person)
    name = {"access_key": key["access-key"]}
    assert client.get("/revoke_api_key", params=name, headers=person.headers).status_code == 200
    assert client.get("/api/me", headers=key).status_code == 401
    assert client.get("/revoke_api_key", params=name, headers=person.headers).status_code == 404


def test_nobody_revokes_the_key_of_another(client: TestClient, person: SignedIn, signed_in) -> None:
    key = create(client, person)
    name = {"access_key": key["access-key"]}
    assert client.get("/revoke_api_key", params=name, headers=signed_in().headers).status_code == 404
    assert client.get("/api/me", headers=key).status_code == 200


@pytest.mark.parametrize(
    "path", ["/create_api_key", "/list_api_keys_with_metadata", "/revoke_api_key?access_key=x"]
)
def test_keys_are_managed_with_a_token_only(client: TestClient, person: SignedIn, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers=create(client, person)).status_code == 401


def test_who_is_not_signed_in_is_told_in_his_language(client: TestClient) -> None:
    assert client.get("/api/me").json()["detail"] == "Connectez-vous d'abord."
    english = client.get("/api/me", headers={"Accept-Language": "en-GB"})
    assert english.json()["detail"] == "Sign in first."
