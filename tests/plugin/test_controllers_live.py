"""The controllers against the real service: one journey, step by step, then the scan after sign-out."""

from __future__ import annotations

import gc
import re
import sqlite3
import types
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import pytest
from osgeo import gdal
from qgis.core import QgsApplication, QgsProject, QgsSettings
from shapely.geometry import box

from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.aoi import Aoi
from dinamis_plugin.domain.order_draft import OrderDraft
from dinamis_plugin.domain.search import ProductType, SearchQuery
from dinamis_plugin.qgisio import rasters
from dinamis_plugin.qgisio.geometry import area_km2

from .images import addresses_of
from .local_proxy import LocalProxy, qgis_uses
from .people_support import scientific_draft
from .waiting import BLOCKED_MS, Caught, Ticker, run_for, wait_until

AROUND = box(3.6, 43.4, 4.2, 43.8)
MONTPELLIER = Aoi("Montpellier", AROUND, area_km2(AROUND))


@pytest.fixture
def member(controllers, sign_in_live):
    sign_in_live(controllers)
    return controllers


def search(controllers, **filters):
    pages, failed = Caught(controllers.search.page_ready), Caught(controllers.search.failed)
    controllers.search.run(SearchQuery(**filters))
    wait_until(lambda: pages.values or failed.values, 30)
    assert failed.values == []
    return pages.values[-1]


def test_anyone_searches_page_by_page_and_the_window_lives(controllers, live):
    controllers.settings.service_url = live.url
    connected = Caught(controllers.session.state_changed)
    controllers.session.connect_service()
    connected.wait(2)
    assert controllers.session.state is SessionState.SIGNED_OUT
    pages, finished = Caught(controllers.search.page_ready), Caught(controllers.search.finished)
    with Ticker() as ticker:
        controllers.search.run(SearchQuery())
        pages.wait()
        controllers.search.load_more()
        pages.wait(2)
    scenes = [scene for page, _ in pages.values for scene in page]
    matched = pages.values[-1][1]
    assert (
        len({(scene.collection, scene.id) for scene in scenes})
        == len(scenes)
        == 2 * controllers.search.page_size
    )
    assert matched >= 2000
    assert finished.values[-1] == (matched, len(scenes))
    assert [scene.acquired for scene in scenes] == sorted((scene.acquired for scene in scenes), reverse=True)
    assert ticker.longest_ms < BLOCKED_MS


def test_the_requests_of_the_plugin_pass_through_the_proxy_of_qgis(controllers, live, sign_in_live):
    with LocalProxy() as proxy:
        with qgis_uses(proxy):
            sign_in_live(controllers)
            scenes, _ = search(controllers, product_type=ProductType.DOWNLOADABLE)
            added = Caught(controllers.layers.layer_added)
            controllers.loading.load([scenes[0]])
            added.wait(seconds=30)
        passed = "\n".join(proxy.seen)
    assert gdal.GetConfigOption("GDAL_HTTP_PROXY") == f"127.0.0.1:{proxy.port}"
    for path in (
        "/.well-known/dinamis",
        "/auth/device",
        "/token",
        "/userinfo",
        "/stac/search",
        "/sign_urls",
        "/objects/",
    ):
        assert path in passed, path


def test_a_scene_is_loaded_and_downloaded(member, live, project, tmp_path):
    scenes, matched = search(member, product_type=ProductType.DOWNLOADABLE, aois=(MONTPELLIER,))
    assert matched >= 1
    scene = next(scene for scene in scenes if scene.synthetic)
    added, failed = Caught(member.layers.layer_added), Caught(member.layers.failed)
    with Ticker() as ticker:
        member.loading.load([scene])
        wait_until(lambda: added.values or failed.values, 30)
    assert failed.values == []
    assert ticker.longest_ms < BLOCKED_MS
    layer = added.values[0]
    block = layer.dataProvider().block(1, layer.extent(), 64, 64)
    assert len({block.value(row, column) for row in range(64) for column in range(64)}) > 5

    # Downloads want a folder.
    failed = Caught(member.downloads.failed)
    assert not member.downloads.download_to_project(scene)
    assert failed.values[0][1].hint
    path = tmp_path / "project.qgz"
    assert project.write(str(path))
    finished, local = Caught(member.downloads.finished), Caught(member.downloads.layer_added)
    assert member.downloads.download_to_project(scene)
    assert not member.downloads.download_to_project(scene)  # it is on its way already
    job = finished.wait(seconds=60)
    target = Path(job.target)
    assert target.parent == tmp_path
    assert target.stat().st_size == job.order.size
    assert local.wait().isValid()
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([target.name, "project.qgz"])


def test_a_request_sent_twice_is_one_order(member):
    quotas, projects = Caught(member.quotas.changed), Caught(member.projects.changed)
    refusals = Caught(member.quotas.failed)
    member.quotas.refresh()
    member.projects.refresh()
    wait_until(lambda: quotas.values or refusals.values, 30)
    assert refusals.values == []
    assert {quota.sensor for quota in quotas.wait()} == {"PLEIADES", "SPOT", "PNEO"}
    projects.wait()
    created = Caught(member.projects.created)
    member.projects.create(scientific_draft(), str(uuid4()))
    own = created.wait()
    orderable, _ = search(member, product_type=ProductType.ORDERABLE, missions=("PLEIADES",))
    wanted = orderable[0]
    forms = Caught(member.requests.form_ready)
    member.requests.load_form("pleiades-archive")
    product, fields = forms.wait()
    assert product == "pleiades-archive"
    defaults = {field.name: field.default for field in fields if field.default is not None}
    parameters = {**defaults, **required_texts(fields), "project_id": own.id}
    draft = OrderDraft.for_scenes([wanted], parameters=parameters)
    estimates = Caught(member.requests.estimate_ready)
    member.requests.estimate(draft)
    estimate = estimates.wait()
    assert estimate.area_km2 > 0
    submitted, refused = Caught(member.submissions.submitted), Caught(member.submissions.refused)
    assert member.submissions.submit(draft)
    assert not member.submissions.submit(draft)  # a double click
    wait_until(lambda: submitted.values or refused.values, 30)
    assert refused.values == [], refused.values
    assert member.submissions.submit(draft)  # again, as after a lost answer
    submitted.wait(2, 30)
    assert submitted.values[0].id == submitted.values[1].id
    orders = Caught(member.orders.changed)
    member.orders.refresh()
    assert [order.id for order in orders.wait()].count(submitted.values[0].id) == 1


def required_texts(fields):
    """Fill in what the form asks for and has no default for."""
    filled = {}
    for field in fields:
        if field.required and field.default is None and field.name not in ("project_id", "item_ids"):
            filled[field.name] = field.choices[0].value if field.choices else "Essai"
    return filled


SECRET = re.compile(r"X-Amz-Signature(?:=|%3D|%253D)[0-9a-f]{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")


def everything_python_holds():
    """Every string and bytes that a live container, frame or object refers to."""
    gc.collect()
    seen = set()
    waiting = list(gc.get_objects())
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, str):
            yield one
        elif isinstance(one, (bytes, bytearray)):
            yield bytes(one).decode("latin-1")
        elif not isinstance(one, types.ModuleType):
            waiting.extend(gc.get_referents(one))


def test_after_sign_out_no_token_or_signature_is_anywhere(member, live, project, tmp_path, master_password):
    secrets = []
    scenes, _ = search(member, product_type=ProductType.DOWNLOADABLE, aois=(MONTPELLIER,))
    added = Caught(member.layers.layer_added)
    member.loading.load(scenes[:2])
    added.wait(2, 60)
    path = tmp_path / "project.qgz"
    assert project.write(str(path))
    keeper = member.session._keeping.tokens
    # Only parts are kept, reversed, so that this test does not find itself.
    for secret in (
        keeper.refresh_value,
        keeper.access_token(),
        *addresses_of(added.values[0])[:1],
        *addresses_of(added.values[1])[:1],
    ):
        assert secret
        secrets.append(secret[-24:][::-1])
    del secret
    assert any(
        unmarked in text for text in everything_python_holds() for unmarked in [keeper.refresh_value[-24:]]
    )
    layers = added.values
    revoked = Caught(member.session.notice)
    del keeper
    member.session.sign_out()
    wait_until(lambda: not member.runner.busy and len(member.layers.waiting()) == len(layers), 20)
    run_for(0.1)
    assert revoked.values == []
    assert not any(rasters.lives(layer) or addresses_of(layer) for layer in layers)
    assert project.write(str(path))
    tails = [part[::-1] for part in secrets]
    found = [
        text[:80]
        for text in everything_python_holds()
        if any(tail in text for tail in tails) and text not in tails
    ]
    assert found == []
    found = [text for text in everything_python_holds() if SECRET.search(text)]
    assert found == []
    profile = Path(QgsApplication.qgisSettingsDirPath())
    files = [file for folder in (profile, tmp_path) for file in folder.rglob("*") if file.is_file()]
    assert any(file.name == "qgis-auth.db" for file in files)
    for file in files:
        data = file.read_bytes().decode("latin-1")
        assert not any(tail in data for tail in tails), file
        assert not SECRET.search(unquote(data)), file
    with closing(sqlite3.connect(QgsApplication.qgisAuthDatabaseFilePath())) as database:
        assert database.execute("SELECT count(*) FROM auth_settings").fetchone() == (0,)
    settings = QgsSettings()
    for key in settings.allKeys():
        assert not any(tail in str(settings.value(key)) for tail in tails), key
    assert QgsProject.instance().mapLayers()
