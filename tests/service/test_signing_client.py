"""The published client of the signing, unchanged, against our service."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from running import LiveService
from stored import put_item

from dinamis_service.settings import Settings

PUBLIC = "https://s3-data.meso.umontpellier.fr"  # the client asks for signatures of this domain only
SIGN = """
import json, sys
from teledetection.sdk.signing import sign_urls
print(json.dumps(sign_urls(json.loads(sys.argv[1]))))
"""
DEVICE_FLOW = """
import json, sys
from teledetection.sdk import http, signing
signing.S3_STORAGE_DOMAIN = sys.argv[2]
print(json.dumps([http.get_username(), signing.sign_urls(json.loads(sys.argv[1]))]))
"""


def environment(endpoint: str, home: Path, **more: str) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    own = {
        "HOME": str(home),
        "TLD_CONFIG_DIR": str(home),
        "TLD_SIGNING_ENDPOINT": endpoint,
        "TLD_RETRY_TOTAL": "1",
    }
    return kept | own | more


class TestApiKey:
    """A service whose objects have an address that the client signs."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"public_url": PUBLIC})

    def test_the_client_signs_a_batch_with_its_key(self, live_service: LiveService, tmp_path: Path) -> None:
        context = live_service.context
        put_item(context, "DS_1")
        person = live_service.sign_in()
        access, secret = context.identity.api_keys.create(person.principal.sub, "published client")
        url = f"{PUBLIC}/objects/pleiades/DS_1/pan.tif"
        elsewhere = "https://elsewhere.example/a.tif"
        result = subprocess.run(
            [sys.executable, "-c", SIGN, json.dumps([url, elsewhere])],
            env=environment(
                live_service.url, tmp_path / "home", TLD_ACCESS_KEY=access, TLD_SECRET_KEY=secret
            ),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        signed = json.loads(result.stdout)
        assert signed[elsewhere] == elsewhere
        assert "X-Amz-Signature=" in signed[url]
        reached = signed[url].replace(PUBLIC, live_service.url)
        answer = httpx.get(reached, headers={"Host": "s3-data.meso.umontpellier.fr"}, timeout=10)
        assert answer.content.startswith(b"pan.tif")


class TestDeviceFlow:
    """A service polled every second."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"device_interval_s": 1})

    def test_the_client_finds_its_way_from_the_openapi_document_to_a_signed_url(
        self, live_service: LiveService, tmp_path: Path
    ) -> None:
        context = live_service.context
        put_item(context, "DS_1")
        person = live_service.sign_in()
        url = f"{live_service.url}/objects/pleiades/DS_1/pan.tif"
        host = live_service.url.removeprefix("http://")
        client = subprocess.Popen(
            [sys.executable, "-u", "-c", DEVICE_FLOW, json.dumps([url]), host],
            env=environment(live_service.url, tmp_path / "home"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert client.stderr is not None
            line = next(line for line in client.stderr if "user_code=" in line)
            found = re.search(r"user_code=([A-Z0-9-]+)", line)
            assert found is not None
            context.identity.devices.decide(found[1], person.principal.sub, accepted=True)
            output, errors = client.communicate(timeout=60)
        finally:
            client.kill()
            client.wait(10)
        assert client.returncode == 0, errors
        username, signed = json.loads(output.strip().splitlines()[-1])
        assert username == person.principal.username
        assert "X-Amz-Signature=" in signed[url]
        assert httpx.get(signed[url], timeout=10).content.startswith(b"pan.tif")
