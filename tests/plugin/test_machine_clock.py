"""A machine whose clock is wrong by a day: the whole client runs under it, the real service does not."""

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
