"""Keys that sign tokens: replaced by age and by command, without signing anybody out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from clocks import MovableClock
from code_flow import header_of
from fastapi.testclient import TestClient
from oauth import PROTOCOL, Browser, Device
from processes import ServiceProcess
from running import PASSWORD, SignedIn

from dinamis_service.app import create_context
from dinamis_service.cli import main
from dinamis_service.context import Context
from dinamis_service.identity.key_files import MARGIN, KeyFiles
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.registry.entities import add_entity
from dinamis_service.settings import Settings

START = datetime(2026, 1, 1, tzinfo=UTC)
AGE, LIFE = timedelta(days=90), timedelta(minutes=5)
ISSUER = f"http://testserver{REALM_PATH}"


def kids_of(client: httpx.Client) -> list[str]:
    return [key["kid"] for key in client.get(f"{PROTOCOL}/certs").json()["keys"]]


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    """One key, made at the start."""
    made = KeyFiles(tmp_path / "keys", AGE, LIFE)
    (first,) = made.keys(START)
    os.utime(first.path, (START.timestamp(), START.timestamp()))
    return KeyFiles(tmp_path / "keys", AGE, LIFE)


def test_a_key_is_replaced_by_age_and_its_tokens_live_on(files: KeyFiles) -> None:
    (first,) = files.keys(START)
    assert files.keys(START + AGE - timedelta(seconds=1)) == [first]
    old, new = files.keys(START + AGE)
    assert old == first
    assert new.kid != first.kid
    assert len(files.keys(START + AGE + LIFE)) == 2
    assert files.keys(START + AGE + LIFE + MARGIN) == [new]
    assert [path.name for path in new.path.parent.iterdir()] == [new.path.name]


def test_without_an_age_only_the_command_replaces_a_key(tmp_path: Path, files: KeyFiles) -> None:
    never = KeyFiles(tmp_path / "keys", None, LIFE)
    assert len(never.keys(START + 100 * AGE)) == 1


def test_processes_that_find_an_old_key_together_make_one(tmp_path: Path, files: KeyFiles) -> None:
    others = [KeyFiles(tmp_path / "keys", AGE, LIFE) for _ in range(4)]
    gate = threading.Barrier(len(others))

    def look(one: KeyFiles) -> None:
        gate.wait()
        one.keys(START + AGE)

    threads = [threading.Thread(target=look, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files.keys(START + AGE)) == 2
    assert len({one.keys(START + AGE)[-1].kid for one in others}) == 1


def test_keys_made_in_one_moment_or_by_a_clock_put_back_are_told_apart(files: KeyFiles) -> None:
    second, third = files.rotate(START), files.rotate(START)
    fourth = files.rotate(START - timedelta(days=1))
    assert [one.kid for one in files.keys(START)][1:] == [second.kid, third.kid, fourth.kid]


def test_a_new_key_signs_nobody_out(
    context: Context, client: TestClient, signed_in, clock: MovableClock
) -> None:
    person: SignedIn = signed_in()
    device = Device(client)
    tokens = context.identity.tokens.open(
        person.principal.sub, "dinamis-qgis", "openid offline_access", ISSUER
    ).answer()
    (before,) = kids_of(client)
    assert main(["keys", "rotate", "--data-dir", str(context.settings.data_dir)]) == 0
    assert device.me(tokens["access_token"]).status_code == 200
    fresh = device.refresh(tokens["refresh_token"]).json()
    old, new = kids_of(client)
    assert (old, header_of(tokens["access_token"])["kid"]) == (before, before)
    assert header_of(fresh["access_token"])["kid"] == header_of(fresh["id_token"])["kid"] == new
    clock.advance((LIFE + MARGIN).total_seconds())
    assert kids_of(client) == [new]
    assert device.refresh(fresh["refresh_token"]).status_code == 200


def test_dropping_a_stolen_key_voids_its_tokens_and_signs_nobody_out(
    context: Context, client: TestClient, signed_in
) -> None:
    person: SignedIn = signed_in()
    device = Device(client)
    tokens = context.identity.tokens.open(person.principal.sub, "dinamis-qgis", "openid", ISSUER).answer()
    assert main(["keys", "rotate", "--drop-old", "--data-dir", str(context.settings.data_dir)]) == 0
    assert device.me(tokens["access_token"]).status_code == 401
    fresh = device.refresh(tokens["refresh_token"]).json()
    assert device.me(fresh["access_token"]).status_code == 200


def test_the_command_lists_them(context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(context.settings.data_dir)
    main(["keys", "rotate", "--data-dir", folder])
    capsys.readouterr()
    assert main(["keys", "list", "--data-dir", folder]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("verifies")
    assert second.endswith("signs")


@pytest.fixture
def service(settings: Settings, fresh_data: Path) -> Iterator[ServiceProcess]:
    service = ServiceProcess(settings.data_dir, workers=2, DINAMIS_DEVICE_INTERVAL_S="1")
    yield service
    if service.process is not None and service.process.poll() is None:
        service.end(signal.SIGTERM)


def test_every_process_takes_a_new_key_without_a_restart(service: ServiceProcess, settings: Settings) -> None:
    context = create_context(settings)
    entity = add_entity(context.database, name="UMR Exemple", acronym="UMREX", category=2)
    email = "camille.martin@demo.example"
    names = {"given_name": "Camille", "family_name": "Martin"}
    context.identity.create_account(email=email, password=PASSWORD, entity_id=entity.id, **names)
    context.catalogue.close()
    context.database.close()
    url = service.start()
    with httpx.Client(base_url=url, timeout=30) as client:
        device = Device(client)
        codes = device.start()
        Browser(client).accept(codes["verification_uri_complete"], email)
        tokens = device.poll().json()
    command = [
        sys.executable,
        "-m",
        "dinamis_service",
        "keys",
        "rotate",
        "--data-dir",
        str(settings.data_dir),
    ]
    subprocess.run(command, check=True, timeout=60)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    for _ in range(20):  # a connection each, hence now one process and now the other
        assert httpx.get(f"{url}/api/me", headers=bearer, timeout=30).status_code == 200
        with httpx.Client(base_url=url, timeout=30) as client:
            assert len(kids_of(client)) == 2
            tokens = tokens | Device(client).refresh(tokens["refresh_token"]).json()
            assert header_of(tokens["access_token"])["kid"] == kids_of(client)[-1]
        fresh = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert httpx.get(f"{url}/api/me", headers=fresh, timeout=30).status_code == 200
