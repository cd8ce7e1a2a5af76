"""The queue of downloads: pause, restart, retry, names, proofs, cuts, local copies and offline packs."""

from __future__ import annotations

import hashlib
import json
import random
import re
import threading
import time
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from osgeo import gdal
from qgis.core import QgsProject, QgsRasterLayer
from shapely.geometry import box

from dinamis_plugin.api import answers
from dinamis_plugin.api.download import Promise, download
from dinamis_plugin.api.link import Link
from dinamis_plugin.controllers.app import Controllers
from dinamis_plugin.controllers.downloads import AT_ONCE
from dinamis_plugin.controllers.local_copies import REMOTE_PROPERTY
from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain.download import LEAST_SPAN
from dinamis_plugin.domain.download_job import (
    DownloadJob,
    DownloadOrder,
    JobState,
    queue_from_text,
    queue_text,
)
from dinamis_plugin.domain.errors import CancelledError
from dinamis_plugin.domain.scene import Scene
from dinamis_plugin.qgisio import rasters
from dinamis_plugin.qgisio.download_store import queue_path
from dinamis_plugin.qgisio.transport import qgis_session, spawn

from .images import make_cog, scene_of
from .test_qgisio_clips import to_degrees
from .waiting import BLOCKED_MS, Caught, Ticker, run_for, wait_until

SECRET = re.compile(rb"X-Amz|eyJhY2Nlc3M|refresh-\d")


def sign_in(controllers, scripted):
    controllers.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    controllers.session.sign_in()
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN)


@pytest.fixture
def member(controllers, scripted):
    sign_in(controllers, scripted)
    return controllers


class Slow:
    """An image that drips: with ranges, a pause after each piece, and resets on request."""

    def __init__(self, server, path: Path, name="slow"):
        self.data, self.pause, self.sent, self.requests = path.read_bytes(), 0.02, 0, []
        self.piece, self.fail = 32 * 1024, None
        self.url = f"{server.url}/objects/{name}.tif"
        server.routes[f"/objects/{name}.tif"] = self._answer

    def _answer(self, request, handler):
        self.requests.append(request)
        if self.fail is not None:
            return self.fail
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
        start, end = (int(found[1]), int(found[2]) + 1) if found else (0, len(self.data))
        handler.send_response(206 if found else 200)
        handler.send_header("ETag", f'"{hashlib.sha1(self.data).hexdigest()}"')
        handler.send_header("Content-Type", "image/tiff")
        handler.send_header("Content-Length", str(end - start))
        if found:
            handler.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(self.data)}")
        handler.end_headers()
        for place in range(start, end, self.piece):
            handler.wfile.write(self.data[place : min(place + self.piece, end)])
            self.sent += min(place + self.piece, end) - place
            time.sleep(self.pause)
        return None


@pytest.fixture(scope="session")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("pictures") / "source.tif"
    make_cog(path, size=1024)
    return path


@pytest.fixture
def slow(server, picture):
    return Slow(server, picture)


@pytest.fixture
def out(tmp_path):
    made = tmp_path / "out"
    made.mkdir()
    return made


def halfway(downloads):
    wait_until(lambda: downloads.jobs and downloads.jobs[0].done > 300_000, 20)
    return downloads.jobs[0]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_download_is_paused_and_goes_on_where_it_stopped(member, slow, out, picture):
    downloads = member.downloads
    downloads.download(scene_of(slow.url), None, out, add_to_map=False)
    job = halfway(downloads)
    assert job.rate > 0
    assert job.remaining_s > 0
    paused, finished = Caught(downloads.paused), Caught(downloads.finished)
    downloads.pause(job)
    paused.wait()
    assert job.state is JobState.PAUSED
    done = job.done
    assert names(out) == ["PHR1A_20261121_MTP_ms.tif.part", "PHR1A_20261121_MTP_ms.tif.part.json"]
    slow.pause = slow.sent = 0
    downloads.resume(job)
    finished.wait(seconds=20)
    assert Path(job.target).read_bytes() == picture.read_bytes()
    assert slow.sent <= len(slow.data) - done + 64 * 1024
    assert names(out) == ["PHR1A_20261121_MTP_ms.tif"]


def test_what_is_paused_goes_on_when_it_is_asked_for_again(member, slow, out, picture):
    member.downloads.download(scene_of(slow.url), None, out)
    job = halfway(member.downloads)
    paused, finished = Caught(member.downloads.paused), Caught(member.downloads.finished)
    member.downloads.pause(job)
    paused.wait()
    slow.pause = 0
    assert not member.downloads.download(scene_of(slow.url), None, out)
    assert member.downloads.jobs == [job]  # two would write one file
    assert finished.wait(seconds=20) is job
    assert Path(job.target).read_bytes() == picture.read_bytes()
    assert names(out) == [Path(job.target).name]


def test_a_download_that_is_being_cancelled_is_not_started(member, slow, out):
    cancelled = Caught(member.downloads.cancelled)
    for number in range(AT_ONCE + 1):
        (out / str(number)).mkdir()
        member.downloads.download(scene_of(slow.url), None, out / str(number), add_to_map=False)
    waiting = member.downloads.jobs[-1]
    assert waiting.state is JobState.WAITING
    member.downloads.cancel(waiting)
    for job in member.downloads.running:
        member.downloads.cancel(job)
        member.downloads.cancel(job)
    cancelled.wait(AT_ONCE + 1)
    assert member.downloads.jobs == []
    run_for(0.2)
    assert len(cancelled.values) == AT_ONCE + 1
    assert waiting.target == ""


def test_a_restart_of_qgis_offers_to_go_on(member, scripted, slow, out, picture):
    member.downloads.download(scene_of(slow.url), None, out, add_to_map=False)
    halfway(member.downloads)
    member.shutdown()
    assert not SECRET.search(queue_path().read_bytes())
    later = Controllers()
    try:
        interrupted, finished = Caught(later.downloads.interrupted), Caught(later.downloads.finished)
        later.downloads.restore()
        assert interrupted.wait() == 1
        job = later.downloads.jobs[0]
        assert job.state is JobState.PAUSED
        assert 0 < job.done < job.total == len(slow.data)
        failed = Caught(later.downloads.failed)
        later.downloads.resume(job)
        assert failed.wait()[1].title == "Sign-in needed"
        sign_in(later, scripted)
        slow.pause = slow.sent = 0
        later.downloads.resume_all()
        finished.wait(seconds=20)
        assert Path(job.target).read_bytes() == picture.read_bytes()
        assert slow.sent < len(slow.data)
    finally:
        later.shutdown()
        later.deleteLater()


def test_signing_out_pauses_and_a_cancel_leaves_nothing(member, slow, out):
    member.downloads.download(scene_of(slow.url), None, out)
    job = halfway(member.downloads)
    paused, cancelled = Caught(member.downloads.paused), Caught(member.downloads.cancelled)
    member.session.sign_out()
    paused.wait()
    member.downloads.cancel(job)
    cancelled.wait()
    assert names(out) == []
    assert member.downloads.jobs == []


def test_no_more_than_a_few_run_at_once_and_names_do_not_clash(member, server, picture, out):
    finished = Caught(member.downloads.finished)
    images = [Slow(server, picture, f"slow{n}") for n in range(AT_ONCE + 2)]
    for image in images:
        image.pause = 0.004
    for image in images:
        assert member.downloads.download(scene_of(image.url), None, out, add_to_map=False)
    assert not member.downloads.download(scene_of(images[0].url), None, out)  # it is on its way
    states = [job.state for job in member.downloads.jobs]
    assert states == [JobState.RUNNING] * AT_ONCE + [JobState.WAITING] * 2
    finished.wait(len(images), 40)
    assert len(names(out)) == len(images)
    assert "PHR1A_20261121_MTP_ms-2.tif" in names(out)
    member.downloads.clear_finished()
    assert member.downloads.jobs == []
    assert len(names(out)) == len(images)


def test_a_failed_download_is_tried_again_where_it_stopped(member, slow, out, picture):
    failed, finished = Caught(member.downloads.failed), Caught(member.downloads.finished)
    member.downloads.download(scene_of(slow.url), None, out, add_to_map=False)
    job = halfway(member.downloads)
    slow.fail = (404, b"gone")
    member.downloads.pause(job)
    wait_until(lambda: job.state is JobState.PAUSED)
    member.downloads.resume(job)
    notice = failed.wait()[1]
    assert (job.state, job.reason) == (JobState.FAILED, "Not found")
    slow.fail, slow.pause = None, 0
    notice.action.run()
    finished.wait(seconds=20)
    assert Path(job.target).read_bytes() == picture.read_bytes()


@pytest.mark.parametrize("said", ["file:checksum", "file:size"])
def test_a_file_that_is_not_the_one_described_is_never_done(member, scripted, picture, out, said):
    data = picture.read_bytes()
    scripted.files["/objects/a.tif"] = data[:-1] + bytes([data[-1] ^ 1])
    digest = {"file:checksum": f"1220{hashlib.sha256(data).hexdigest()}", "file:size": len(data) + 1}[said]
    scene = scene_of(f"{scripted.url}/objects/a.tif")
    asset = {"href": scene.assets[0].href, "type": "image/tiff; application=geotiff", said: digest}
    described = Scene.from_stac(
        {
            "id": "x",
            "collection": "c",
            "properties": {"datetime": "2026-11-21T10:30:00Z"},
            "geometry": None,
            "assets": {"ms": asset},
        }
    )
    failed = Caught(member.downloads.failed)
    member.downloads.download(described, None, out)
    assert failed.wait(seconds=20)[1].title == "File not as promised"
    assert names(out) == []


def test_a_file_that_is_no_image_is_never_done(member, scripted, out):
    scripted.files["/objects/a.tif"] = b"no image" * 999
    failed = Caught(member.downloads.failed)
    member.downloads.download(scene_of(f"{scripted.url}/objects/a.tif"), None, out, add_to_map=False)
    assert failed.wait(seconds=20)[1].title == "Image not readable"
    assert names(out) == []


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_wrong_clock_does_no_harm(member, scripted, slow, out, hours):
    """Signatures bear the clock of the service, which here is more than a day away from this machine's."""
    real = scripted.signed
    scripted.signed = lambda url, now: real(url, now + timedelta(hours=hours))
    slow.pause = 0
    finished = Caught(member.downloads.finished)
    member.downloads.download(scene_of(slow.url), None, out, add_to_map=False)
    finished.wait(seconds=20)
    stamp = re.search(r"X-Amz-Date=(\d{8}T\d{6}Z)", slow.requests[0].query)[1]
    signed = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    assert abs((signed - datetime.now(timezone.utc)).total_seconds()) > 86_400


def test_a_drip_is_given_up_and_what_came_stays(member, slow, out, monkeypatch):
    monkeypatch.setattr(answers, "SLOW_WINDOW_S", 0.3)
    monkeypatch.setattr(answers, "FIRST_PAUSE_S", 0.01)
    slow.piece, slow.pause = 100, 0.1
    failed = Caught(member.downloads.failed)
    member.downloads.download(scene_of(slow.url), None, out)
    assert failed.wait(seconds=20)[1].title == "No answer in time"
    assert len(names(out)) == 2


def test_the_window_stays_alive_while_a_file_comes(member, slow, out):
    slow.pause = 0.005
    finished = Caught(member.downloads.finished)
    with Ticker() as ticker:
        member.downloads.download(scene_of(slow.url), None, out, add_to_map=False)
        finished.wait(seconds=30)
    assert ticker.longest_ms < BLOCKED_MS


@pytest.mark.parametrize("cancelled", [False, True])
def test_several_connections_of_qgis_share_a_large_file(runner, server, out, cancelled):
    data = random.Random(5).randbytes(5 * LEAST_SPAN)
    (out.parent / "large.bin").write_bytes(data)
    slow = Slow(server, out.parent / "large.bin")
    slow.pause, slow.piece = 0.002, 256 * 1024
    threads, ended = set(), []

    def work(context):
        def progress(done, _total):
            threads.add(threading.get_ident())
            if cancelled and done > LEAST_SPAN:
                handle.cancel()

        link = Link(qgis_session(), lambda: slow.url, progress, context.cancelled, spawn=spawn)
        return download(link, out / "large.tif", Promise(len(data)))

    handle = runner.run("large", work, ended.append, ended.append)
    wait_until(lambda: ended, 30)
    assert len({request.headers.get("Range") for request in slow.requests}) >= 3
    if cancelled:
        assert isinstance(ended[0], CancelledError)
        assert names(out) == ["large.tif.part", "large.tif.part.json"]
        return
    assert (out / "large.tif").read_bytes() == data
    assert len(threads) > 1


# Cut


def test_an_image_is_cut_and_said_how_much_will_come(member, slow, out):
    slow.pause = 0
    area = box(3.8721, 43.6085, 3.8728, 43.6090).wkt
    scene = scene_of(slow.url)
    ready = Caught(member.estimates.ready)
    member.estimates.ask([scene], _area_of(slow), str(out))
    found = ready.wait(seconds=20)
    assert 0 < found.size < found.whole == len(slow.data)
    assert found.free > 0
    finished, failed = Caught(member.downloads.finished), Caught(member.downloads.failed)
    member.downloads.download(scene, None, out, area=_area_of(slow))
    job = finished.wait(seconds=20)
    assert names(out) == ["PHR1A_20261121_MTP_ms_clip.tif"]
    assert gdal.Open(job.target).RasterXSize < 1024
    member.downloads.download(scene, None, out, area=area.replace("3.87", "9.87"))
    assert failed.wait(seconds=20)[1].title == "Outside the image"


def _area_of(_image) -> str:
    """A square in the middle of the test image, in EPSG:4326."""
    return to_degrees(box(300, 300, 500, 480))


# Local copies


def test_a_layer_reads_the_file_and_keeps_all_it_had(member, scripted, picture, out, project):
    scripted.files["/objects/a.tif"] = picture.read_bytes()
    scene = scene_of(f"{scripted.url}/objects/a.tif")
    added, finished = Caught(member.layers.layer_added), Caught(member.downloads.finished)
    member.loading.load([scene])
    layer = added.wait(seconds=20)
    layer.setName("mine")
    layer.setOpacity(0.4)
    layer.renderer().setRedBand(3)
    before = (layer.id(), layer.renderer().redContrastEnhancement().minimumValue())
    switched = Caught(member.copies.switched)
    member.downloads.download(scene, None, out, add_to_map=False, switch_layers=True)
    job = finished.wait(seconds=20)
    assert switched.wait() is layer
    assert layer.source() == job.target
    assert layer.isValid()
    assert (layer.id(), layer.renderer().redContrastEnhancement().minimumValue()) == before
    assert (layer.name(), layer.opacity(), layer.renderer().redBand()) == ("mine", 0.4, 3)
    assert rasters.identity_of(layer) is None
    assert "objects/a.tif" in layer.customProperty(REMOTE_PROPERTY)
    member.session.sign_out()
    run_for(0.2)
    assert layer.source() == job.target  # it is nobody's signed layer any more
    assert member.copies.layers_of(scene.assets[0].href) == []


def test_a_layer_reads_from_the_server_again_also_when_its_file_is_gone(
    member, scripted, picture, out, project
):
    scripted.files["/objects/a.tif"] = picture.read_bytes()
    href = f"{scripted.url}/objects/a.tif"
    added, finished = Caught(member.layers.layer_added), Caught(member.downloads.finished)
    member.loading.load([scene_of(href)])
    layer = added.wait(seconds=20)
    layer.setName("mine")
    layer.renderer().setRedBand(3)
    assert not member.copies.read_remote(layer)
    member.downloads.download(scene_of(href), None, out, add_to_map=False, switch_layers=True)
    job = finished.wait(seconds=20)
    wait_until(lambda: layer.source() == job.target)
    assert member.copies.copies_of(href) == [layer]
    path = str(out / "p.qgz")
    assert project.write(path)
    Path(job.target).unlink()
    project.clear()
    assert project.read(path)
    [again] = project.mapLayers().values()
    assert not again.isValid()
    switched = Caught(member.copies.switched)
    member.copies.switch_back(job)
    assert switched.values == [again]
    assert member.copies.copies_of(href) == []
    wait_until(lambda: rasters.lives(again), 20)
    assert (again.name(), again.renderer().redBand()) == ("mine", 3)
    assert project.isDirty()


# Packs


@pytest.fixture
def catalogue(server, scripted, picture):
    """The items and the collection of two scenes, as the catalogue gives them."""
    scenes = []
    for number in range(2):
        scripted.files[f"/objects/{number}.tif"] = picture.read_bytes()
        href = f"{scripted.url}/objects/{number}.tif"
        scene = scene_of(href, scene_id=f"scene-{number}", title=f"Scene {number}")
        item = {
            "type": "Feature",
            "id": scene.id,
            "collection": "pleiades",
            "properties": {"datetime": "2026-11-21T10:30:00Z"},
            "assets": {"ms": {"href": href + "?X-Amz-Signature=ab", "file:size": 5}, "other": {"href": href}},
            "links": [],
        }
        server.routes[f"/stac/collections/pleiades/items/{scene.id}"] = lambda *_, item=item: (200, item)
        scenes.append(scene)
    collection = {"id": "pleiades", "license": "other", "providers": [{"name": "CNES"}]}
    collection["links"] = [{"rel": "license", "href": "https://example.org/licence"}]
    server.routes["/stac/collections/pleiades"] = lambda *_: (200, collection)
    return scenes


@pytest.mark.parametrize("area", ["", "some"])
def test_a_pack_opens_elsewhere_without_a_network(member, catalogue, out, tmp_path, area):
    made, failed = Caught(member.packs.finished), Caught(member.packs.failed)
    with Ticker() as ticker:
        wkt = _area_of(None) if area else ""
        member.packs.make(catalogue, str(out), "field", wkt, zipped=True)
        wait_until(lambda: made.values or failed.values, 40)
    assert failed.values == []
    assert ticker.longest_ms < BLOCKED_MS
    assert names(out) == ["field.zip"]
    assert member.downloads.jobs == []
    with zipfile.ZipFile(made.values[0]) as archive:
        archive.extractall(tmp_path / "elsewhere")
        assert not any(SECRET.search(archive.read(name)) for name in archive.namelist())
    folder = tmp_path / "elsewhere" / "field"
    suffix = "_clip" if area else ""
    stems = [f"scene-{n}_ms{suffix}" for n in range(2)]
    assert names(folder / "images") == [f"{stem}.tif" for stem in stems]
    assert names(folder / "styles") == [f"{stem}.qml" for stem in stems]
    item = json.loads((folder / "metadata" / f"{stems[0]}.json").read_text("utf-8"))
    assert (folder / "metadata" / item["assets"]["ms"]["href"]).resolve().is_file()
    assert ("file:size" in item["assets"]["ms"]) is not bool(area)
    licence = (folder / "LICENCE.txt").read_text("utf-8")
    assert "CNES" in licence
    assert "https://example.org/licence" in licence
    opened = QgsProject()
    assert opened.read(str(folder / "pack.qgz"))
    layers = list(opened.mapLayers().values())
    assert len(layers) == 2
    assert all(layer.isValid() and str(folder) in layer.source() for layer in layers)
    assert all(isinstance(layer, QgsRasterLayer) for layer in layers)
    opened.clear()


def test_a_pack_whose_metadata_do_not_come_is_tried_again(member, server, catalogue, out):
    route = server.routes.pop("/stac/collections/pleiades/items/scene-1")
    made, failed = Caught(member.packs.finished), Caught(member.packs.failed)
    member.packs.make(catalogue, str(out), "field", "", zipped=False)
    notice = failed.wait(seconds=30)
    server.routes["/stac/collections/pleiades/items/scene-1"] = route
    notice.action.run()
    assert made.wait(seconds=30) == out / "field"
    member.packs.make(catalogue[:1], str(out), "field", "", zipped=False)
    assert made.wait(2, seconds=30) == out / "field-2"


def test_a_pack_in_a_folder_that_is_gone_is_told(member, catalogue, out):
    failed = Caught(member.packs.failed)
    member.packs.make(catalogue, str(out / "gone"), "field", "", zipped=False)
    assert failed.wait().title == "File not reachable"


# The note of the queue

TEXTS = st.text(max_size=20)


@given(st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(list(JobState)), st.booleans()), max_size=4))
def test_a_queue_comes_back_with_what_ran_paused(entries):
    jobs = [
        DownloadJob(
            DownloadOrder(f"i{n}", "http://h/a.tif", text, "c", "ms", title, "/f", "a.tif", add_to_map=flag),
            state,
        )
        for n, (text, title, state, flag) in enumerate(entries)
    ]
    back = queue_from_text(queue_text(jobs))
    assert [job.order for job in back] == [job.order for job in jobs]
    running = {JobState.WAITING, JobState.RUNNING}
    assert [job.state for job in back] == [
        JobState.PAUSED if job.state in running else job.state for job in jobs
    ]


def test_a_queue_that_comes_back_says_how_large_whole_images_are():
    orders = [
        DownloadOrder(f"i{n}", "http://h/a.tif", "a", "c", "ms", "A", "/f", "a.tif", size=7, area=area)
        for n, area in enumerate(("", "POLYGON((0 0,1 0,1 1,0 0))"))
    ]
    back = queue_from_text(queue_text([DownloadJob(order, JobState.DONE) for order in orders]))
    assert [job.total for job in back] == [7, None]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 9}', '{"version": 1, "downloads": [{"id": 3}]}']
)
def test_a_damaged_queue_is_empty(text):
    assert queue_from_text(text) == []
