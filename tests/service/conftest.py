"""What the tests of the service share: a service on an empty folder, and people signed in to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clocks import MovableClock
from fastapi import FastAPI
from fastapi.testclient import TestClient
from running import TEST_CLIENT_URL, LiveService, SignedIn, sign_in

from dinamis_service.app import create_app, create_context
from dinamis_service.context import Context
from dinamis_service.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def clock() -> MovableClock:
    """Clock of the service; put it forward to let things expire."""
    return MovableClock()


@pytest.fixture(scope="session")
def fresh_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
