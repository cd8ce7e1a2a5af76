"""Nothing secret lies in clear in the data folder."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

from fastapi.testclient import TestClient
from oauth import Browser, Device
from running import PASSWORD

from dinamis_service.clock import utc_now
from dinamis_service.context import Context
from dinamis_service.identity.key_files import KeyFiles
from dinamis_service.identity.signer import Signer
from dinamis_service.secret_files import read_or_create
from dinamis_service.settings import Settings


def test_no_token_code_key_or_password_is_stored_in_clear(
    context: Context, client: TestClient, settings: Settings, signed_in
) -> None:
    person = signed_in()
    device = Device(client)
    codes = device.start()
    browser = Browser(client)
    browser.accept(codes["verification_uri_complete"], person.principal.email)
    tokens = device.poll().json()
    fresh = device.refresh(tokens["refresh_token"]).json()
    headers = {"Authorization": f"Bearer {fresh['access_token']}"}
    key = client.get("/create_api_key", headers=headers).json()
    secrets = {
        "password": PASSWORD,
        "device code": codes["device_code"],
        "user code": codes["user_code"],
        "refresh token": tokens["refresh_token"],
        "second refresh token": fresh["refresh_token"],
        "access token": fresh["access_token"],
        "identity token": fresh["id_token"],
        "signature": fresh["access_token"].split(".")[2],
        "API secret": key["secret-key"],
        "cookie": client.cookies["dinamis_browser"],
    }
    stored = {path: path.read_bytes() for path in settings.data_dir.rglob("state.sqlite*")}
    everything = b"".join(stored.values())
    assert person.principal.email.encode() in everything  # the scan does see what is stored
    assert key["access-key"].encode() in everything
    found = [name for name, secret in secrets.items() if secret.encode() in everything]
    assert found == []


def test_key_files_are_for_the_service_alone(context: Context, settings: Settings) -> None:
    folder = settings.data_dir / "keys"
    assert {"oidc.json", "forms.txt"} <= {path.name for path in folder.iterdir()}
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_signing_key_is_made_once(tmp_path: Path) -> None:
    first, second = (Signer(KeyFiles(tmp_path, None, timedelta())) for _ in range(2))
    assert first.public_keys(utc_now()) == second.public_keys(utc_now())
    assert [path.name for path in tmp_path.iterdir()] == ["oidc.json"]


def test_a_process_that_loses_the_race_takes_the_winner(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"

    def make_slowly() -> str:
        path.write_text("of the other process", encoding="utf-8")
        return "ours"

    assert read_or_create(path, make_slowly) == "of the other process"
    assert [left.name for left in tmp_path.iterdir()] == ["secret.txt"]
