"""Large downloads through QGIS in a process of its own: memory, and a kill at every tenth of the file."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import requests
from live_service import LiveService
from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem

from dinamis_plugin.api.part import Part
from dinamis_plugin.domain.download import length
from dinamis_plugin.domain.download_job import JobState
from dinamis_plugin.domain.scene import Scene

from .conftest import sign_in_at
from .waiting import Caught, wait_until

ROOT = Path(__file__).resolve().parents[2]
MB = 1_000_000
SIDE = 6000
"""Pixels of a side of the large image: 144 MB, and its overviews."""

CHILD = """
import sys
from pathlib import Path
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QEventLoop
application = QgsApplication([], True)
application.initQgis()
from dinamis_plugin.api import transfer
from dinamis_plugin.api.download import download
from dinamis_plugin.api.link import Link
from dinamis_plugin.qgisio.transport import qgis_session, spawn
from dinamis_plugin.tasks.runner import TaskRunner

url, target, stop_at = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
transfer.KEEP_S = 0.2

def memory(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) // 1000

def work(context):
    link = Link(qgis_session(), lambda: url, lambda *c: context.tell(c), context.cancelled, spawn=spawn)
    download(link, target)

def part(counts):
    if stop_at and counts[0] >= stop_at:
        print("here", flush=True)

runner, loop = TaskRunner(), QEventLoop()
Path("/proc/self/clear_refs").write_text("5")
before = memory("VmRSS")
runner.run("download", work, lambda _: loop.quit(), lambda error: (print(error), loop.quit()), on_part=part)
loop.exec()
print("grown", memory("VmHWM") - before, flush=True)
runner.shutdown()
import os
os._exit(0)
"""


@contextmanager
def serving(folder: Path, rate: float):
    """The file server of the benchmark; gives its address without a limit and the one with it."""
    command = [sys.executable, str(ROOT / "bench" / "_slow_proxy.py"), str(folder), str(rate), "0"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip(), process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(15)


def start(url: str, target: Path, stop_at: int = 0) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, url, str(target), str(stop_at)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
    )


@pytest.mark.long
def test_two_gigabytes_take_little_memory(tmp_path):
    source = tmp_path / "source.tif"
    with source.open("wb") as file:
        file.write(os.urandom(MB))
        file.truncate(2000 * MB)
    with serving(tmp_path, 1e12) as (direct, _):
        process = start(f"{direct}/source.tif", tmp_path / "target.tif")
        out, _ = process.communicate(timeout=600)
    assert (tmp_path / "target.tif").stat().st_size == 2000 * MB
    assert int(out.split()[-1]) < 60


@pytest.mark.long
def test_a_kill_at_every_tenth_of_the_file_does_no_harm(tmp_path):
    source, target = tmp_path / "source.tif", tmp_path / "target.tif"
    source.write_bytes(os.urandom(80 * MB))
    kept = []
    with serving(tmp_path, 5 * MB) as (_, slow):
        for tenth in range(1, 10):
            process = start(f"{slow}/source.tif", target, 8 * MB * tenth)
            assert process.stdout.readline() == "here\n"
            process.kill()
            process.communicate()
            assert not target.exists()
            journal = Part(target).journal(f"{slow}/source.tif")
            kept.append(sum(end - begin for begin, end in journal.done) if journal else 0)
        process = start(f"{slow}/source.tif", target)
        process.communicate(timeout=120)
    assert kept == sorted(kept)
    assert kept[-1] > 60 * MB
    assert hashlib.sha256(target.read_bytes()).digest() == hashlib.sha256(source.read_bytes()).digest()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.tif", "target.tif"]


@pytest.fixture
def fragile(tmp_path_factory):
    """A real service of its own, with one large image of random pixels."""
    folder = tmp_path_factory.mktemp("fragile")
    service = LiveService(folder)
    noise = gdal.GetDriverByName("MEM").Create("", SIDE, SIDE, 4, gdal.GDT_Byte)
    noise.SetProjection(QgsCoordinateReferenceSystem("EPSG:2154").toWkt())
    noise.SetGeoTransform((770_000.0, 0.5, 0.0, 6_280_000.0, 0.0, -0.5))
    for band in range(1, 5):
        pixels = np.frombuffer(os.urandom(SIDE * SIDE), np.uint8).reshape(SIDE, SIDE)
        noise.GetRasterBand(band).WriteArray(pixels)
    gdal.GetDriverByName("COG").CreateCopy(str(folder / "large.tif"), noise, options=["COMPRESS=NONE"])
    about = ["--collection", "pleiades", "--mission", "PLEIADES", "--platform", "PHR1B", "--title", "Large"]
    service.run("ingest", str(folder / "large.tif"), *about, "--datetime", "2025-08-05T10:42:19Z")
    yield service
    service.stop()


@pytest.mark.long
def test_a_real_service_that_is_killed_and_started_again(fragile, controllers, tmp_path):
    sign_in_at(fragile, controllers)
    item = requests.get(f"{fragile.url}/stac/collections/pleiades/items/large", timeout=20).json()
    failed, finished = Caught(controllers.downloads.failed), Caught(controllers.downloads.finished)
    progress = Caught(controllers.downloads.progress)
    controllers.downloads.download(Scene.from_stac(item), None, tmp_path, add_to_map=False)
    progress.wait()
    fragile.kill()
    failed.wait(seconds=60)
    [job] = controllers.downloads.jobs
    assert job.state is JobState.FAILED
    assert not Path(job.target).exists()
    kept = Part(Path(job.target)).journal(job.order.href)
    assert kept is not None
    assert 0 < length(kept.done) < job.order.size
    fragile.start_again()
    controllers.downloads.resume(job)
    wait_until(lambda: finished.values, 60)
    whole = hashlib.sha256(Path(job.target).read_bytes()).hexdigest()
    assert job.order.checksum == f"1220{whole}"
    assert [path.name for path in tmp_path.iterdir()] == [Path(job.target).name]
