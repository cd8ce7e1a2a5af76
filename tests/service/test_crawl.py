"""Everybody follows every link and sends every form, also full of junk, over a registry of hostile names."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hostile import Walker, World, hostile_world
from running import TEST_CLIENT_URL

from dinamis_service.app import create_app, create_context
from dinamis_service.settings import Settings

ROLES = ("anonymous", "member", "referent", "referent of another", "legal_representative", "operator")
BEGIN = (
    "/", "/help", "/contact", "/sign-in", "/password", "/account", "/account/security", "/account/texts",
    "/account/data", "/registry", "/registry/email", "/registry/verify", "/documents", "/entity/",
    "/operator/home", "/operator/", "/auth/realms/dinamis/device",
)  # fmt: skip


@pytest.fixture
def world(fresh_data: Path, tmp_path: Path) -> Iterator[tuple[World, TestClient]]:
    folder = tmp_path / "crawled"
    shutil.copytree(fresh_data, folder)
    context = create_context(Settings(data_dir=folder))
    with TestClient(create_app(context), TEST_CLIENT_URL, raise_server_exceptions=False) as client:
        yield hostile_world(context, client), client
    context.catalogue.close()
    context.database.close()


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("role", ROLES)
def test_no_page_breaks_or_lets_anything_through(
    world: tuple[World, TestClient], role: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):  # the client of this test, in the same process
        logging.getLogger(name).setLevel(logging.CRITICAL)
    made, client = world
    found = Walker(client, made.people[role], "fr").walk(*BEGIN, *made.links)
    print(role, len(found.pages), found.sent)
    assert not found.faults, "\n".join(found.faults)
    assert len(found.pages) > 20
    assert found.sent > 100
    assert caplog.text
    assert [secret for secret in made.secrets if secret in caplog.text] == []
