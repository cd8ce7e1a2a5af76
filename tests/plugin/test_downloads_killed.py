"""QGIS killed (SIGKILL) while it downloads, started again with the same profile, killed again, resumed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from .conftest import ROOT, member
from .test_downloads_long import fragile  # noqa: F401 - a fixture

CHILD = """
import json, os, signal, sys
from pathlib import Path
from qgis.core import QgsApplication
application = QgsApplication([], True)
application.initQgis()
from dinamis_plugin.api import transfer
from dinamis_plugin.controllers.app import Controllers
from dinamis_plugin.domain.download_job import JobState
from dinamis_plugin.domain.scene import Scene
from dinamis_plugin.qgisio.download_store import queue_path
from tests.plugin.conftest import sign_in_at
from tests.plugin.waiting import wait_until

told = json.loads(sys.argv[1])
transfer.KEEP_S = 0.1


class Service:
    url, accounts = told["url"], {"member": told["account"]}


controllers = Controllers(open_url=lambda _url: True)
downloads, failed = controllers.downloads, []
downloads.failed.connect(lambda _job, notice: failed.append(notice.text))
sign_in_at(Service, controllers, told["account"])


def progress(_job, percent):
    if told["kill_at"] <= percent and queue_path().exists():
        os.kill(os.getpid(), signal.SIGKILL)


downloads.progress.connect(progress)
if told["first"]:
    downloads.download(Scene.from_stac(told["item"]), None, Path(told["folder"]), add_to_map=False)
else:
    offered = []
    downloads.interrupted.connect(offered.append)
    downloads.restore()
    wait_until(lambda: offered, 60)
    assert [job.state for job in downloads.jobs] != [JobState.DONE]
    downloads.resume_all()
wait_until(lambda: failed or [job.state for job in downloads.jobs] == [JobState.DONE], 240)
print(json.dumps({"failed": failed, "checksum": downloads.jobs[0].order.checksum}), flush=True)
os._exit(0)
"""


def run(service, folder, profile, *, first=False, kill_at=1000):
    """One session of QGIS, until it is killed at a percentage or the file is there."""
    item = requests.get(f"{service.url}/stac/collections/pleiades/items/large", timeout=20).json()
    told = {
        "url": service.url,
        "account": member(service),
        "item": item,
        "folder": str(folder),
        "first": first,
        "kill_at": kill_at,
    }
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "unit")]),
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "QGIS_AUTH_DB_DIR_PATH": str(profile),
    }
    command = [sys.executable, "-c", CHILD, json.dumps(told)]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400, check=False
    )


@pytest.mark.long
def test_qgis_killed_while_it_downloads_resumes_after_each_restart(fragile, tmp_path):  # noqa: F811
    folder, profile = tmp_path / "images", tmp_path / "profile"
    folder.mkdir()
    profile.mkdir()
    kept = []
    for number, kill_at in enumerate((20, 50, 80)):
        ended = run(fragile, folder, profile, first=number == 0, kill_at=kill_at)
        assert ended.returncode == -signal.SIGKILL, ended.stdout[-2000:] + ended.stderr[-3000:]
        assert not [path for path in folder.iterdir() if path.suffix == ".tif"]
        [part] = folder.glob("*.part")
        [journal] = [path for path in folder.iterdir() if path != part]
        done = json.loads(journal.read_text("utf-8"))["done"]
        kept.append(sum(end - begin for begin, end in done))
    assert kept[0] > 0
    assert kept == sorted(kept)  # what was safely on the disk is never fetched again
    ended = run(fragile, folder, profile)
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-3000:]
    told = json.loads(ended.stdout.splitlines()[-1])
    assert not told["failed"]
    [image] = folder.iterdir()
    assert image.suffix == ".tif"
    assert told["checksum"] == f"1220{hashlib.sha256(Path(image).read_bytes()).hexdigest()}"
