"""A machine whose clock is wrong, or jumps: the whole client runs under it, once the real service too."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT

LIBRARIES = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")]


@pytest.mark.long
@pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed")
@pytest.mark.parametrize("wrong_by", ["+1d", "-1d"])
def test_layers_and_downloads_work_with_a_wrong_clock(live, tmp_path, wrong_by):
    """The journey through QGIS of `test_controllers_live`, in a process that reads another time."""
    accounts = tmp_path / "accounts.json"
    accounts.write_text(json.dumps(list(live.accounts.values())), "utf-8")
    environment = {
        **os.environ,
        "DINAMIS_TEST_SERVICE": f"{live.url} {accounts}",
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME": wrong_by,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    clock = [sys.executable, "-c", "import time; print(time.time())"]
    read = float(subprocess.run(clock, env=environment, capture_output=True, check=True).stdout)
    right = float(subprocess.run(clock, capture_output=True, check=True).stdout)
    assert abs(abs(read - right) - 86_400) < 60
    name = "test_a_scene_is_loaded_and_downloaded"
    command = [sys.executable, "-m", "pytest", "-q", f"tests/plugin/test_controllers_live.py::{name}"]
    command += ["--basetemp", str(tmp_path / "inner"), "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "1 passed" in done.stdout


@pytest.mark.long
@pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed")
@pytest.mark.parametrize(
    ("name", "for_the_service_too"),
    [("test_after_nine_hours_of_sleep", True), ("test_after_the_clock_is_set_back_and_forward", False)],
)
def test_open_layers_live_on_when_the_clock_jumps(live, tmp_path, name, for_the_service_too):
    """The journeys of `clock_jump`, which sets the clock that it and, if so, the service read."""
    clock, log, seen = tmp_path / "clock", live.folder / "service.log", 0
    clock.write_text("+0\n", "ascii")
    environment = {
        **os.environ,
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "NO_FAKE_STAT": "1",
    }
    if not for_the_service_too:
        accounts = tmp_path / "accounts.json"
        accounts.write_text(json.dumps(list(live.accounts.values())), "utf-8")
        environment["DINAMIS_TEST_SERVICE"] = f"{live.url} {accounts}"
        environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
        seen = log.stat().st_size
    command = [sys.executable, "-m", "pytest", "-q", f"tests/plugin/clock_jump.py::{name}"]
    command += ["--basetemp", str(tmp_path / "inner"), "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "1 passed" in done.stdout
    if not for_the_service_too:
        told = log.read_text("utf-8", "replace")[seen:]
        assert "GET /objects/" in told
        assert " 403 " not in told
