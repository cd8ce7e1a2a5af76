"""Clients that are not ours sign in unchanged, against a running service and through its pages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from oauth import DEVICE_GRANT, PROTOCOL, Browser
from running import LiveService

from dinamis_service.settings import Settings

PUBLISHED_CLIENT = """
import datetime, json
from teledetection.sdk import http
first = http.get_username()
session = http.session.get_method().oauth2_session
refresh_token = session.jwt.refresh_token
session.jwt_issuance = datetime.datetime(2000, 1, 1)  # as if the token had expired
second = http.get_username()
print(json.dumps([first, second, session.jwt.refresh_token != refresh_token]))
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", device_interval_s=1)


@pytest.fixture
def browser() -> Iterator[Browser]:
    with httpx.Client(timeout=20) as client:
        yield Browser(client)


def test_the_published_client_signs_in_and_refreshes(
    live_service: LiveService, browser: Browser, tmp_path: Path
) -> None:
    person = live_service.sign_in().principal
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TLD_CONFIG_DIR": str(home),
        "TLD_SIGNING_ENDPOINT": live_service.url,
    }
    client = subprocess.Popen(
        [sys.executable, "-u", "-c", PUBLISHED_CLIENT],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert client.stderr is not None
        shown = (re.search(r"http\S+user_code=[A-Z-]+", line) for line in client.stderr)
        browser.accept(next(found for found in shown if found)[0], person.email)
        output, errors = client.communicate(timeout=60)
    finally:
        client.kill()
        client.wait(10)
    assert client.returncode == 0, errors
    assert json.loads(output.strip().splitlines()[-1]) == [person.username, person.username, True]


def test_authlib_signs_in_refreshes_and_revokes(live_service: LiveService, browser: Browser) -> None:
    person = live_service.sign_in().principal
    base = live_service.url + PROTOCOL
    with OAuth2Client(
        "dinamis-qgis",
        scope="openid offline_access",
        token_endpoint=f"{base}/token",
        token_endpoint_auth_method="none",
        timeout=20,
    ) as client:
        codes = httpx.post(
            f"{base}/auth/device", data={"client_id": "dinamis-qgis", "scope": "openid offline_access"}
        ).json()
        browser.accept(codes["verification_uri_complete"], person.email)
        client.fetch_token(grant_type=DEVICE_GRANT, device_code=codes["device_code"])
        first = client.token["access_token"]
        client.refresh_token()
        assert client.token["access_token"] != first
        assert client.get(f"{base}/userinfo").json()["email"] == person.email
        revoked = client.revoke_token(f"{base}/revoke", token=client.token["refresh_token"])
        assert revoked.status_code == 200
        assert client.get(f"{base}/userinfo").status_code == 401
