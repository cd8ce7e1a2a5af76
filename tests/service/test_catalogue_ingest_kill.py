"""A run of ingestion that is killed loses nothing that it said, and is taken up again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from deliveries import PHR_MS, deliver_v2

from dinamis_service import cli
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from dinamis_service.storage.local import LocalObjectStore


@pytest.mark.long
@pytest.mark.parametrize("after", [1, 3, 6])
def test_killed_run_is_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    deliveries, data = tmp_path / "deliveries", tmp_path / "data"
    for number in range(8):
        kind = replace(
            PHR_MS, job=f"{number:04d}-001", dataset=f"PHR1B_MS_20230612104447{number}_ORT_{number}"
        )
        deliver_v2(deliveries / str(number), kind, tiles=2, size=(600, 800))
    command = [sys.executable, "-m", "dinamis_service", "ingest", str(deliveries), "--data-dir", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while stored(data) < after:
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL
    assert after <= stored(data) < 8
    monkeypatch.setenv("DINAMIS_DATA_DIR", str(data))
    assert cli.main(["ingest", str(deliveries)]) == 0
    catalogue = SqliteCatalogue(data / "catalogue.sqlite")
    objects = LocalObjectStore(data / "objects", data / "keys")
    try:
        assert catalogue.count() == 8
        assert catalogue.check() == []
        for folder in (data / "objects" / "pleiades").iterdir():
            item = catalogue.get("pleiades", folder.name)
            assert item is not None
            for asset in item["assets"].values():
                assert objects.size(asset["href"].removeprefix("objects:")) == asset["file:size"]
    finally:
        catalogue.close()


def stored(data: Path) -> int:
    """Scenes that the catalogue of a running process has."""
    if not (data / "catalogue.sqlite").exists():
        return 0
    catalogue = SqliteCatalogue(data / "catalogue.sqlite")
    try:
        return catalogue.count()
    finally:
        catalogue.close()
