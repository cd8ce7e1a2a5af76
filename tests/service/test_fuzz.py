"""Every operation of the service under generated requests, by every kind of caller (schemathesis)."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import LiveService
from stored import put_item

from dinamis_service.app import create_context
from dinamis_service.identity.service import REALM_PATH
from dinamis_service.registry import demo_accounts
from dinamis_service.settings import Settings

EXAMPLES = os.environ.get("DINAMIS_FUZZ_EXAMPLES", "200")
"""Requests generated for each operation and caller, beside those that the document itself suggests."""
CALLERS = ("visitor", "user", "referent", "legal_representative", "operator")

_CONFIG = """
# A request that fits the schema may still be refused: no schema says what CQL2, a geometry or a code is.
[checks.positive_data_acceptance]
expected-statuses = [
  "2xx", "3xx", "400", "401", "403", "404", "409", "412", "413", "416", "422", "428", "429",
]
"""


@pytest.fixture(scope="module")
def service(fresh_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    """A service with a few scenes, whose tokens hold and whose limits allow as long as the fuzzing takes."""
    folder = tmp_path_factory.mktemp("fuzzed") / "data"
    shutil.copytree(fresh_data, folder)
    context = create_context(Settings(data_dir=folder, access_lifetime_s=86400, sign_rate_max=0))
    for number in range(3):
        put_item(context, f"SCENE-{number}")
    live = LiveService(context)
    live.start()
    yield live
    live.stop()


def headers_of(service: LiveService, caller: str) -> str:
    """Lines of the configuration that sign an example account of that role in; none for a visitor."""
    if caller == "visitor":
        return ""
    people = {one["role"]: one for one in demo_accounts.seed(service.context, random.Random(1))}
    identity = service.context.identity
    person = identity.principal_by_email(people[caller]["email"])
    assert person is not None
    tokens = identity.tokens.open(person.sub, "dinamis-qgis", "openid", service.url + REALM_PATH)
    return f'[headers]\nAuthorization = "Bearer {tokens.access_token}"\n'


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("caller", CALLERS)
def test_no_operation_breaks_or_contradicts_its_description(
    service: LiveService, caller: str, tmp_path: Path
) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(headers_of(service, caller) + _CONFIG, encoding="utf-8")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
        *("run", f"{service.url}/openapi.json", "--checks", "all", "--max-examples", EXAMPLES),
        *("--continue-on-failure", "--no-color", "--generation-database", "none"),
    ]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    report = run.stdout + run.stderr
    assert run.returncode == 0, report[-20_000:]
    assert "Server error" not in report
    assert ("- GET /api/me\n" in report) == (caller == "visitor"), "the caller was not signed in"
