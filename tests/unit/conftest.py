"""Fixtures of the unit tests, which run without QGIS."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from scripted_server import ScriptedServer

ROOT = Path(__file__).resolve().parents[2]

settings.register_profile(
    "unit", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unit")


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real data; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("DINAMIS_REALDATA", ROOT / "../shared/realdata")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no real data: DINAMIS_REALDATA is not a folder ({folder.name})")
    return folder


@pytest.fixture
def server():
    """A server that answers as the test tells it."""
    scripted = ScriptedServer()
    yield scripted
    scripted.close()


@pytest.fixture
def closed_port() -> int:
    """A port of the loopback where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
