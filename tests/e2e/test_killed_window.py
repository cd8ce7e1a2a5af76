"""The window of QGIS is killed (SIGKILL) in the middle of a large download and opened again, twice."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import rasterio
import requests
from rasterio.transform import from_origin

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests" / "unit"), str(ROOT / "tools")]

from live_service import LiveService  # noqa: E402 - lies with the tests that need no QGIS
from package import package  # noqa: E402
from qgis_desktop import PROFILE, Config, display, environment, make_profile, running  # noqa: E402

SIDE = 5000
"""Pixels of a side of the image, of 4 bytes each: 100 MB, and its overviews."""
BYTES_A_SECOND = 10_000_000
KILLED_AT = (20, 60)
"""Percentages of the file."""
LONGEST_S = 300

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("qgis") is None, reason="QGIS is not installed"),
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed"),
]


class SlowWire:
    """A relay of connections that lets so many bytes a second through, all of them together."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._turn = threading.Lock()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                with self._turn:
                    time.sleep(len(piece) / BYTES_A_SECOND)
                sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LiveService]:
    """A real service with a large image."""
    folder = tmp_path / "service"
    folder.mkdir()
    running_service = LiveService(folder)
    about = {
        "driver": "COG",
        "width": SIDE,
        "height": SIDE,
        "count": 4,
        "dtype": "uint8",
        "crs": "EPSG:2154",
        "transform": from_origin(770_000, 6_280_000, 0.5, 0.5),
        "compress": "NONE",
    }
    with rasterio.open(folder / "large.tif", "w", **about) as image:
        image.write(np.random.default_rng(1).integers(0, 255, (4, SIDE, SIDE), np.uint8))
    words = ["--collection", "pleiades", "--mission", "PLEIADES", "--platform", "PHR1B", "--title", "Large"]
    running_service.run("ingest", str(folder / "large.tif"), *words, "--datetime", "2025-08-05T10:42:19Z")
    yield running_service
    running_service.stop()


@pytest.fixture
def wire(service: LiveService) -> Iterator[SlowWire]:
    """A slow way to the service."""
    made = SlowWire(service.url)
    yield made
    made.close()


@pytest.fixture
def config(service: LiveService, wire: SlowWire, tmp_path: Path) -> Config:
    """What the windows are opened with: all of them with the same profile."""
    out, person = tmp_path / "window", service.scientist()
    out.mkdir()
    (out / "person.json").write_text(json.dumps([person]), encoding="utf-8")
    item = requests.get(f"{service.url}/stac/collections/pleiades/items/large", timeout=20).json()
    scenario = {
        "bbox": item["bbox"],
        "name": person["name"],
        "master_password": secrets.token_urlsafe(24),
    }
    return Config(
        mode="journey",
        archive=package(),
        out=out,
        service_url=wire.url,
        accounts=out / "person.json",
        language="en",
        timeout_s=LONGEST_S,
        realdata="",
        scenario=scenario,
    )


def window(config: Config, profile: Path, *, first: bool, kill_at: int) -> int:
    """Open the window, until it is killed at a percentage or closes; gives the code of its end."""
    about = dataclasses.replace(config, scenario={**config.scenario, "first": first, "kill_at": kill_at})
    flags = ["--nologo", "--noversioncheck", "--profiles-path", str(profile), "--profile", PROFILE]
    flags += ["--code", str(ROOT / "tests" / "e2e" / "interrupted_driver.py")]
    with display(about) as name:
        variables = environment(about, name)
        with running("qgis", *flags, log=about.out / "qgis.log", env=variables, cwd=about.out) as qgis:
            try:
                return qgis.wait(LONGEST_S)
            except subprocess.TimeoutExpired:
                picture = ["import", "-window", "root", str(about.out / "end.png")]
                subprocess.run(picture, env=variables, check=False)
                raise


def said(config: Config) -> str:
    """What the last window told, for a failure."""
    result = config.out / "result.json"
    told = result.read_text("utf-8") if result.exists() else "no result"
    return told + (config.out / "qgis.log").read_text("utf-8", "replace")[-2000:]


def test_the_queue_is_offered_again_and_the_file_ends_whole(service: LiveService, config: Config) -> None:
    """What is on the disk is not fetched again, and nothing but the whole file bears its name."""
    profile, folder, kept = make_profile(config), config.out / "downloads", [0]
    for number, kill_at in enumerate(KILLED_AT):
        assert window(config, profile, first=number == 0, kill_at=kill_at) in {-signal.SIGKILL, 137}, said(
            config
        )
        [part] = folder.glob("*.part")
        assert not list(folder.glob("*.tif"))
        [journal] = [path for path in folder.iterdir() if path != part]
        kept.append(sum(end - begin for begin, end in json.loads(journal.read_text("utf-8"))["done"]))
    assert kept == sorted(set(kept)), kept
    assert window(config, profile, first=False, kill_at=1000) == 0, said(config)
    [step] = json.loads((config.out / "result.json").read_text("utf-8"))["steps"]
    assert step["state"] == "ok", said(config)
    assert dict(step["facts"])["Offered"].startswith("1 download")
    [image] = folder.iterdir()
    assert image.suffix == ".tif"
    item = requests.get(f"{service.url}/stac/collections/pleiades/items/large", timeout=20).json()
    [told] = {one["file:checksum"] for one in item["assets"].values() if "data" in one["roles"]}
    assert told == f"1220{hashlib.sha256(image.read_bytes()).hexdigest()}"
