"""The demonstration, in its small profile: whole, honest, and the same from the same seed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from stac_schemas import needs_schemas, stac_faults

from dinamis_service.app import create_context
from dinamis_service.catalogue.documents import Addresses, item_document
from dinamis_service.catalogue.engine import Item, SearchRequest, SortKey
from dinamis_service.catalogue.filters import parse_filter
from dinamis_service.catalogue.missions import MISSIONS
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.demo.build import Built, Plan, prepare
from dinamis_service.demo.images import sites
from dinamis_service.demo.scenes import generated_items
from dinamis_service.errors import ConflictError
from dinamis_service.settings import Settings

PLAN = Plan(seed=3, scenes=2000, images="small")
DOWNLOADABLE = "\"dinamis:product_type\" = 'downloadable'"


def quiet(_line: str) -> None:
    """Nobody listens to the progress."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(data_dir=tmp_path_factory.mktemp("demo"))
    assert prepare(settings, PLAN, quiet).fresh
    return settings


@pytest.fixture(scope="module")
def images(demo: Settings) -> list[Item]:
    return found(demo, DOWNLOADABLE)


def found(settings: Settings, text: str) -> list[Item]:
    catalogue = SqliteCatalogue(settings.catalogue_file)
    try:
        request = SearchRequest(filter=parse_filter(text), sort=(SortKey("datetime"),), limit=1000)
        return catalogue.search(request).items
    finally:
        catalogue.close()


def pixels(settings: Settings, item: Item, asset: str) -> Any:
    key = item["assets"][asset]["href"].removeprefix("objects:")
    with rasterio.open(settings.objects_root / key) as image:
        return image.read()


def test_every_mission_is_there_and_half_of_it_over_france(demo: Settings) -> None:
    catalogue = SqliteCatalogue(demo.catalogue_file)
    try:
        assert catalogue.count() == PLAN.scenes + 4
        assert catalogue.check() == []
        scenes = list(generated_items(PLAN.seed, PLAN.scenes))
    finally:
        catalogue.close()
    coming = {"CO3D", "RAPIDEYE", "COSMO-SKYMED", "ASTER", "PLANET", "JILIN", "TERRASAR-X"}
    assert {scene["properties"]["dinamis:mission"] for scene in scenes} == set(MISSIONS) - coming
    assert len({scene["id"] for scene in scenes}) == PLAN.scenes
    assert all(scene["id"] == scene["id"].upper() for scene in scenes)
    near = [scene for scene in scenes if -5.5 < scene["bbox"][0] < 9.6 and 41 < scene["bbox"][1] < 51.2]
    assert 0.38 < len(near) / PLAN.scenes < 0.62


def test_no_scene_claims_a_file_that_is_not_there(demo: Settings, images: list[Item]) -> None:
    assert len(images) == 4
    for item in images:
        for asset in item["assets"].values():
            assert (demo.objects_root / asset["href"].removeprefix("objects:")).is_file()
    for scene in generated_items(PLAN.seed, PLAN.scenes):
        properties = scene["properties"]
        kind = properties.get("dinamis:product_type")
        wanted = {"PWH": "pwh"}.get(properties["dinamis:mission"])
        if properties["dinamis:mission"] in ("PLEIADES", "PLEIADES NEO", "SPOT 6/7"):
            wanted = "orderable"
        assert kind == wanted
        assert (properties.get("order:status") == "orderable") == (kind == "orderable")
        assert scene["assets"] == {}


def test_images_are_marked_synthetic_and_some_are_open(images: list[Item]) -> None:
    assert all(item["properties"]["dinamis:synthetic"] for item in images)
    assert {item["properties"].get("dinamis:access") for item in images} == {None, "open"}


def test_images_are_cogs_of_the_same_ground(demo: Settings, images: list[Item]) -> None:
    for item in (item for item in images if "pan" in item["assets"]):
        pan, ms = item["assets"]["pan"], item["assets"]["ms"]
        assert pan["proj:epsg"] == 2154
        assert pan["proj:shape"] == [512, 512]
        assert ms["proj:shape"] == [128, 128]
        assert ms["proj:transform"][0] == 4 * pan["proj:transform"][0] == 2
        sharp, colours = pixels(demo, item, "pan")[0], pixels(demo, item, "ms").astype(float)
        coarse = sharp.reshape(128, 4, 128, 4).mean(axis=(1, 3))
        weighted = np.tensordot([0.34, 0.31, 0.2, 0.15], colours, 1)
        assert np.abs(coarse - weighted).max() < 12  # counts: noise alone tells them apart
        assert sharp.std() > 1.05 * coarse.std()  # it shows what the multispectral image cannot
    for item in images:
        for asset in ("pan", "ms"):
            if asset in item["assets"]:
                path = demo.objects_root / item["assets"][asset]["href"].removeprefix("objects:")
                with rasterio.open(path) as image:
                    assert image.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
                    assert image.tags()["DINAMIS_SYNTHETIC"] == "yes"


def test_the_ground_changes_between_dates(demo: Settings, images: list[Item]) -> None:
    by_place: dict[tuple[float, ...], list[Item]] = {}
    for item in images:
        by_place.setdefault(tuple(item["assets"]["ms"]["proj:transform"]), []).append(item)
    (pair,) = (items for items in by_place.values() if len(items) > 1)
    before, after = (pixels(demo, item, "ms")[:3].astype(float) for item in pair)
    likeness = np.corrcoef(before.ravel(), after.ravel())[0, 1]
    assert 0.3 < likeness < 0.97


@needs_schemas
def test_items_are_valid_stac(demo: Settings, images: list[Item]) -> None:
    orderable = next(
        item for item in generated_items(PLAN.seed, 50) if item["properties"].get("order:status")
    )
    for item in (*images, orderable):
        assert stac_faults(item_document(item, Addresses.seen_from("http://127.0.0.1", demo)), "item") == []


def test_same_seed_same_demonstration(demo: Settings, tmp_path: Path) -> None:
    again = Settings(data_dir=tmp_path / "again")
    prepare(again, PLAN, quiet)

    def digest(settings: Settings) -> dict[str, str]:
        files = {
            str(path.relative_to(settings.objects_root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in settings.objects_root.rglob("*")
            if path.is_file()
        }
        with sqlite3.connect(settings.catalogue_file) as connection:
            bodies = connection.execute("SELECT body FROM doc ORDER BY rid").fetchall()
        return {**files, "catalogue": hashlib.sha256(b"".join(row[0] for row in bodies)).hexdigest()}

    assert digest(demo) == digest(again)
    other = list(generated_items(PLAN.seed + 1, 10))
    assert other != list(generated_items(PLAN.seed, 10))


def test_second_start_reuses_what_is_there(demo: Settings) -> None:
    stamp = demo.catalogue_file.stat().st_mtime_ns
    built = prepare(demo, Plan(seed=99, scenes=5, images="none"), quiet)
    assert built == Built(fresh=False, seconds=built.seconds, plan=PLAN)
    assert built.seconds < 2
    assert demo.catalogue_file.stat().st_mtime_ns == stamp


def test_catalogue_of_someone_else_is_left_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    SqliteCatalogue(settings.catalogue_file).close()
    with pytest.raises(ConflictError):
        prepare(settings, PLAN, quiet)


def test_interrupted_build_is_taken_up_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    command = [sys.executable, "-m", "dinamis_service", "demo", "--build-only", "--data-dir", str(data)]
    options = ["--scenes", "30000", "--images", "small", "--seed", "3"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    build = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True, env=environment)
    assert build.stdout is not None
    assert "10000/30000" in build.stdout.readline()
    build.send_signal(signal.SIGKILL)
    build.wait(10)
    build.stdout.close()
    settings = Settings(data_dir=data)
    assert not settings.catalogue_file.exists()
    image = next(settings.objects_root.rglob("*.tif"))
    kept = image.stat().st_mtime_ns
    built = prepare(settings, Plan(seed=3, scenes=30_000, images="small"), quiet)
    assert built.fresh
    assert image.stat().st_mtime_ns == kept  # whole images are not made twice
    catalogue = SqliteCatalogue(settings.catalogue_file)
    assert catalogue.count() == 30_004
    catalogue.close()
    assert not list(data.glob("*building*"))


def test_another_plan_does_not_inherit_half_a_build(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    settings.objects_root.mkdir(parents=True)
    (settings.objects_root / "left-over.tif").touch()
    (tmp_path / "demo.building.json").write_text(json.dumps({"seed": 1, "scenes": 1, "images": "none"}))
    prepare(settings, Plan(seed=3, scenes=10, images="none"), quiet)
    assert not (settings.objects_root / "left-over.tif").exists()


def test_full_profile_is_as_promised() -> None:
    """What the issue asks of the images, read from the plan that the full build follows."""
    full = sites("full")
    sharp = [site for site in full if site.window.resolution == 0.5]
    assert all(site.window.rows >= 4000 and site.window.columns >= 4000 for site in sharp)
    assert sum(len(site.looks) for site in sharp) >= 24
    assert all(len({look.when for look in site.looks}) >= 4 for site in sharp)
    seams = {(site.window.west, site.window.north): site for site in sharp}
    assert any((west + 2000, north) in seams for west, north in seams)
    platforms = {look.platform for site in full for look in site.looks}
    assert {"PNEO3", "SPOT6", "SPOT5", "S2B"} <= platforms


def test_served_demonstration_tells_its_accounts(tmp_path: Path) -> None:
    ready, data = tmp_path / "ready.json", tmp_path / "data"
    command = [sys.executable, "-m", "dinamis_service", "demo", "--data-dir", str(data), "--port", "0"]
    options = ["--scenes", "50", "--images", "none", "--ready-file", str(ready)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    server = subprocess.Popen([*command, *options], env=environment, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while not ready.exists() and time.monotonic() < end:
            assert server.poll() is None
            time.sleep(0.1)
        assert json.loads(ready.read_text())["url"].startswith("http://127.0.0.1:")
    finally:
        server.terminate()
        assert server.wait(20) == 0
    accounts = data / "accounts.json"
    assert accounts.stat().st_mode & 0o777 == 0o600
    assert {account["user_kind"] for account in json.loads(accounts.read_text())} == {
        "SCI",
        "PUB",
        "RND",
        "PCP",
        "ETR",
    }
    context = create_context(Settings(data_dir=data))
    assert context.catalogue.count() == 50
    context.catalogue.close()
    context.database.close()
