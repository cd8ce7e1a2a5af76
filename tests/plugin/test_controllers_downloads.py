"""Downloads into a folder: whole or not at all, each fault with its words."""

from __future__ import annotations

import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import QgsRasterLayer

from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.file_names import file_name
from dinamis_plugin.domain.signing_store import SigningStore

from .images import make_cog, scene_of
from .local_http import LocalServer
from .scripted_service import ScriptedService
from .waiting import BLOCKED_MS, Caught, Ticker, run_for, wait_until


@pytest.fixture
def scene(controllers, scripted, tmp_path):
    controllers.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    controllers.session.sign_in()
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN)
    image = tmp_path / "source.tif"
    make_cog(image, size=2048)
    scripted.files["/objects/a.tif"] = image.read_bytes()
    return scene_of(f"{scripted.url}/objects/a.tif", scene_id="PHR/1A:x é")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "out"
    made.mkdir()
    return made


def test_a_download_is_whole_styled_and_leaves_the_window_alive(
    controllers, scripted, scene, folder, project
):
    finished, layers = Caught(controllers.downloads.finished), Caught(controllers.downloads.layer_added)
    progress = Caught(controllers.downloads.progress)
    scripted.object_delay_s = 0.3
    with Ticker() as ticker:
        assert controllers.downloads.download(scene, None, folder)
        job = finished.wait(seconds=30)
    assert ticker.longest_ms < BLOCKED_MS
    assert Path(job.target).read_bytes() == scripted.files["/objects/a.tif"]
    assert [file.name for file in folder.iterdir()] == ["PHR_1A_x_é_ms.tif"]
    layer = layers.wait()
    assert isinstance(layer, QgsRasterLayer)
    assert layer.source() == job.target
    assert project.mapLayer(layer.id()) is layer
    assert layer.renderer().redContrastEnhancement() is not None
    assert progress.values[-1][1] == pytest.approx(100)
    assert controllers.downloads.running == []


def test_an_image_of_another_store_is_signed_by_the_service_of_that_store(
    controllers, scripted, scene, folder
):
    """The connected service does not know it."""
    with LocalServer() as server:
        store = ScriptedService(server)
        store.files["/objects/b.tif"] = scripted.files["/objects/a.tif"]
        href, now = f"{store.url}/objects/b.tif", datetime.now(timezone.utc)
        answer = {"expiry": (now + timedelta(hours=8)).isoformat(), "hrefs": {href: store.signed(href, now)}}
        store.documents["/sign_urls"] = answer
        controllers.use_signing_store(SigningStore(f"{store.url}/objects", store.url, ""))
        finished, failed = Caught(controllers.downloads.finished), Caught(controllers.downloads.failed)
        before = scripted.signings
        assert controllers.downloads.download(scene_of(href), None, folder)
        wait_until(lambda: finished.values or failed.values, 30)
        assert failed.values == []
        assert (scripted.signings, store.signings) == (before, 1)
        assert Path(finished.values[0].target).read_bytes() == store.files["/objects/b.tif"]
        store.documents["/sign_urls"] = {**answer, "hrefs": {}, "refused": {href: {"code": "forbidden"}}}
        controllers.downloads.clear_finished()
        Path(finished.values[0].target).unlink()
        assert controllers.downloads.download(scene_of(href), None, folder)
        _, notice = failed.wait(seconds=60)
        assert notice.title == "Not allowed"
        assert list(folder.iterdir()) == []


def test_cancel_leaves_nothing(controllers, scripted, scene, folder):
    scripted.object_delay_s = 2
    started, cancelled = Caught(controllers.downloads.started), Caught(controllers.downloads.cancelled)
    controllers.downloads.download(scene, None, folder)
    run_for(0.2)
    controllers.downloads.cancel(started.values[0])
    cancelled.wait(seconds=5)
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root")
def test_a_full_disk_is_told_and_the_next_try_works(controllers, scripted, scene, folder, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        failed = Caught(controllers.downloads.failed)
        controllers.downloads.download(scene, None, small)
        _scene, notice = failed.wait(seconds=20)
        assert notice.title == "Disk full"
        assert notice.action is not None
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", small], check=True)
    finished = Caught(controllers.downloads.finished)
    notice.action.run()  # there is room now
    finished.wait(seconds=20)


def test_a_folder_that_is_gone_and_an_image_that_is_gone(controllers, scripted, scene, folder):
    failed = Caught(controllers.downloads.failed)
    controllers.downloads.download(scene, None, folder / "gone")
    assert failed.wait(seconds=20)[1].title == "File not reachable"
    scripted.files.clear()
    controllers.downloads.download(scene, None, folder)
    assert failed.wait(2, seconds=20)[1].title == "Not found"
    assert [file for file in folder.iterdir() if file.suffix == ".tif"] == []


@pytest.fixture
def jpeg2000(scripted, scene, tmp_path):
    """A scene whose image is JPEG 2000, which says nowhere in its head where its parts lie."""
    driver = gdal.GetDriverByName("JP2OpenJPEG")
    if driver is None:
        pytest.skip("this GDAL writes no JPEG 2000")
    driver.CreateCopy(str(tmp_path / "a.jp2"), gdal.Open(str(tmp_path / "source.tif")))
    scripted.files["/objects/a.jp2"] = (tmp_path / "a.jp2").read_bytes()
    return scene_of(f"{scripted.url}/objects/a.jp2", scene_id="S2")


AREA = "POLYGON((-180 -80, 180 -80, 180 80, -180 80, -180 -80))"


def test_of_an_image_without_parts_the_whole_is_offered(controllers, scripted, jpeg2000, folder):
    failed, finished = Caught(controllers.downloads.failed), Caught(controllers.downloads.finished)
    layers = Caught(controllers.downloads.layer_added)
    controllers.downloads.download(jpeg2000, None, folder, area=AREA, add_to_map=False)
    _scene, notice = failed.wait(seconds=20)
    assert notice.text == "No part of this image can be fetched alone."
    assert (notice.action.label, list(folder.iterdir())) == ("Whole image", [])
    notice.action.run()
    job = finished.wait(seconds=20)
    assert (job.order.area, Path(job.target).name) == ("", "S2_ms.jp2")
    assert Path(job.target).read_bytes() == scripted.files["/objects/a.jp2"]
    wait_until(lambda: controllers.downloads.jobs == [job])  # the part is wanted no more
    assert layers.values == []


def test_of_an_image_without_parts_the_estimate_says_so(controllers, jpeg2000, folder):
    ready = Caught(controllers.estimates.ready)
    controllers.estimates.ask([jpeg2000], AREA, str(folder))
    found = ready.wait(seconds=20)
    assert (found.count, found.problems) == (
        0,
        ((jpeg2000.title, "No part of this image can be fetched alone."),),
    )


def test_signed_out_nothing_starts_and_it_says_why(controllers, scene, folder):
    controllers.session.sign_out()
    failed = Caught(controllers.downloads.failed)
    assert not controllers.downloads.download(scene, None, folder)
    assert failed.values[0][1].title == "Sign-in needed"


def test_names_are_safe_on_every_file_system():
    scene = scene_of("http://h/objects/x.JP2?X-Amz-Signature=1", scene_id="../..\\CON:*?", key="a/b")
    name = file_name(scene, scene.assets[0])
    assert name == "CON__a_b.jp2"
    long = scene_of("http://h/x", scene_id="x" * 400)
    assert len(file_name(long, long.assets[0])) < 160
