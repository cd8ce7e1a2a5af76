"""The whole service on PostgreSQL: its state and its catalogue."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pystac_client
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from catalogue_model import make_item
from fastapi.testclient import TestClient
from oauth import Browser, Device
from postgres import PostgresServer, server
from requesters import ARCHIVE, Requester, archive, scene
from running import TEST_CLIENT_URL, LiveService, SignedIn
from shapely.geometry import box
from sqlalchemy import select
from stored import put_item

from dinamis_service import migrations
from dinamis_service.app import create_context
from dinamis_service.cli import main
from dinamis_service.context import Context
from dinamis_service.db import Base
from dinamis_service.settings import Settings
from dinamis_service.signing.rate import RateLimit
from dinamis_service.signing.statistics import downloads
from dinamis_service.signing.tables import Pace

EVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    state = server().new_database().replace("postgresql:", "postgresql+psycopg:")
    catalogue = server().new_database(pgstac=True)
    return Settings(
        data_dir=tmp_path / "data", database_url=state, catalogue_url=catalogue, sign_rate_max=100
    )


def test_a_person_signs_in_searches_and_orders(
    client: TestClient, context: Context, signed_in: Callable[..., SignedIn]
) -> None:
    context.catalogue.upsert([scene(f"PHR-{number}", box(3.6, 43.4, 3.9, 43.8)) for number in range(3)])
    person = signed_in()
    device = Device(client)
    Browser(client).accept(device.start()["verification_uri_complete"], person.principal.email)
    assert device.me(device.poll().json()["access_token"]).json()["email"] == person.principal.email
    found = client.post("/stac/search", json={"bbox": [3.7, 43.5, 3.8, 43.6], "limit": 2}).json()
    assert (found["numberMatched"], found["numberReturned"]) == (3, 2)
    requester = Requester(client, person)
    answer = requester.post(ARCHIVE, archive(requester.project, [found["features"][0]["id"]]))
    assert answer.status_code == 201, answer.text
    order = answer.json()
    assert requester.get(f"/stapi/orders/{order['id']}").json() == order
    assert client.get("/", headers={"Accept": "text/html"}).status_code == 200


def test_migrations_make_the_tables_of_the_program(context: Context) -> None:
    assert migrations.version(context.database) == migrations.newest()
    with context.database.engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(found, Base.metadata) == []


def test_urls_are_signed_at_a_pace_that_calls_at_once_share(
    live_service: LiveService, context: Context
) -> None:
    put_item(context, "a")
    person = live_service.sign_in()
    body = {"urls": [f"{live_service.url}/objects/pleiades/a/pan.tif?n={number}" for number in range(30)]}

    def call(_number: int) -> int:
        url = f"{live_service.url}/sign_urls"
        return httpx.post(url, json=body, headers=person.headers, timeout=30).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(call, range(8)))
    assert sorted(answers) == [200] * 3 + [429] * 5
    with context.database.session() as session:
        RateLimit(100).forget(session, context.clock() + timedelta(minutes=2))
    with context.database.reading() as session:
        assert list(session.scalars(select(Pace))) == []
        ((month, *_),) = (astuple(line) for line in downloads(session, *EVER))
    assert month == f"{context.clock():%Y-%m}"


def test_what_is_there_outlives_the_service(context: Context, settings: Settings) -> None:
    context.catalogue.upsert([make_item(1)])
    again = create_context(settings)
    try:
        assert again.catalogue.get("pleiades", "ITEM-0001") == make_item(1)
        assert len(again.catalogue.collections()) == len(context.catalogue.collections())
    finally:
        again.catalogue.close()
        again.database.close()


def test_pystac_client_walks_every_page(context: Context, live_service: LiveService) -> None:
    context.catalogue.upsert(
        make_item(number, properties={"eo:cloud_cover": number % 100}) for number in range(250)
    )
    found = pystac_client.Client.open(f"{live_service.url}/stac").search(
        collections=["pleiades"],
        filter={"op": "<", "args": [{"property": "eo:cloud_cover"}, 60]},
        sortby=["-eo:cloud_cover", "+id"],
        limit=60,
    )
    clouds = [item.properties["eo:cloud_cover"] for item in found.items()]
    assert found.matched() == len(clouds) == 170
    assert clouds == sorted(clouds, reverse=True)


def test_checking_says_what_is_wrong_without_passwords(
    context: Context,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DINAMIS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DINAMIS_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("DINAMIS_CATALOGUE_URL", str(settings.catalogue_url))
    main(["check"])
    assert {"ok       state", "ok       catalogue"} <= set(capsys.readouterr().out.splitlines())
    nowhere = f"postgresql://camille:hunter2@127.0.0.1:{server().port}/nowhere"  # pragma: allowlist secret
    monkeypatch.setenv("DINAMIS_CATALOGUE_URL", nowhere)
    assert main(["check"]) == 1
    said = capsys.readouterr()
    assert "PROBLEM  catalogue: " in said.out
    assert main(["serve", "--port", "0"]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("dinamis-service: ")
    assert "hunter2" not in "".join([*said, *told])


def test_searches_are_told_when_the_catalogue_is_down(
    tmp_path: Path, fresh_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dinamis_service.app import create_app  # noqa: PLC0415
    from dinamis_service.catalogue import pgstac  # noqa: PLC0415

    monkeypatch.setattr(pgstac, "WAITING_S", 0.5)
    alone = PostgresServer()
    try:
        context = create_context(Settings(data_dir=tmp_path / "data", catalogue_url=alone.new_database()))
        with TestClient(create_app(context), TEST_CLIENT_URL) as client:
            assert client.get("/stac/search").status_code == 200
            alone.pause()
            answer = client.get("/stac/search", headers={"Accept-Language": "en"})
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert answer.headers["retry-after"]
            alone.start()
            assert client.get("/stac/search").status_code == 200
    finally:
        alone.stop()
