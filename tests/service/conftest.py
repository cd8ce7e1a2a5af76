"""What the tests of the service share: a service on an empty folder, and people signed in to it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from clocks import MovableClock
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import settings as hypothesis_settings
from joserfc.jwk import RSAKey
from operators import Terminal
from postgres import server
from running import TEST_CLIENT_URL, LiveService, SignedIn, sign_in

from dinamis_service.app import create_app, create_context
from dinamis_service.context import Context
from dinamis_service.identity import accounts, key_files
from dinamis_service.settings import Settings

sys.path.append(str(Path(__file__).parents[1] / "unit"))  # the scripted HTTP server

# a machine with other work to do is late now and then: how long one example takes proves nothing
hypothesis_settings.register_profile("any_machine", deadline=None)
hypothesis_settings.load_profile("any_machine")


@pytest.fixture(scope="session", autouse=True)
def _passwords_are_cheap() -> Iterator[None]:
    """A hash dear to crack is dear to make, often in each test; processes that tests start keep the cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "ROUNDS", 1)
        patch.setattr(accounts, "MEMORY_KIB", 64)
        yield


@pytest.fixture(scope="session", autouse=True)
def _keys_are_read_once() -> Iterator[None]:
    """Proving that a key's factors are primes takes longer than most tests; each text is proven once."""
    proven: dict[str, RSAKey] = {}
    prove = RSAKey.import_key

    def read(value: dict[str, Any], *more: Any, **named: Any) -> RSAKey:
        text = json.dumps(value, sort_keys=True)
        if text not in proven:
            proven[text] = prove(value, *more, **named)
        return proven[text]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(key_files.RSAKey, "import_key", read)
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def clock() -> MovableClock:
    """Clock of the service; put it forward to let things expire."""
    return MovableClock()


@pytest.fixture(scope="session")
def fresh_data(_keys_are_read_once: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of a service that has started once: making schema and keys takes longer than a copy."""
    folder = tmp_path_factory.mktemp("fresh") / "data"
    context = create_context(Settings(data_dir=folder))
    context.catalogue.close()
    context.database.close()
    return folder


@pytest.fixture
def context(settings: Settings, clock: MovableClock, fresh_data: Path) -> Iterator[Context]:
    shutil.copytree(fresh_data, settings.data_dir, dirs_exist_ok=True)
    context = create_context(settings, clock)
    yield context
    context.catalogue.close()
    context.database.close()


@pytest.fixture
def app(context: Context) -> FastAPI:
    return create_app(context)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Calls the service without a socket, as someone not signed in."""
    with TestClient(app, TEST_CLIENT_URL) as client:
        yield client


@pytest.fixture
def signed_in(context: Context) -> Callable[..., SignedIn]:
    """Call it with a role and a kind of user: a new person, signed in for `client`."""

    def make(role: str = "user", kind: str = "SCI") -> SignedIn:
        return sign_in(context, role, kind)

    return make


@pytest.fixture
def live_service(context: Context) -> Iterator[LiveService]:
    """The service on a real socket."""
    service = LiveService(context)
    service.start()
    yield service
    service.stop()


@pytest.fixture
def terminal(
    context: Context, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """The terminal of an operator, nadia, who reads English."""
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("LOGNAME", "nadia")
    return Terminal(context.settings.data_dir, capsys)


@pytest.fixture(params=["sqlite", "postgresql"])
def on_either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiveService]:
    """The service on a real socket, its state in each kind of database."""
    address = None
    if request.param == "postgresql":
        address = server().new_database().replace("postgresql:", "postgresql+psycopg:")
    context = create_context(Settings(data_dir=tmp_path / "data", database_url=address))
    service = LiveService(context)
    service.start()
    yield service
    service.stop()
    context.catalogue.close()
    context.database.close()
