"""What the catalogue acknowledged is there after its process was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dinamis_service.catalogue.sqlite import SqliteCatalogue

WRITER = """
import sys
from pathlib import Path
from dinamis_service.catalogue import collections
from dinamis_service.catalogue.sqlite import SqliteCatalogue
from catalogue_model import make_item

catalogue = SqliteCatalogue(Path(sys.argv[1]))
collections.install(catalogue)
for number in range(int(sys.argv[2]), 10**6):
    assets = {"pan": {"href": f"objects:{number}.tif"}}
    item = make_item(number % 4000, id=f"ITEM-{number:06d}", assets=assets)
    catalogue.upsert([item])
    print(number, flush=True)
"""


@pytest.mark.parametrize("round_", range(3))
def test_kill_9_while_writing_loses_no_acknowledged_item(tmp_path: Path, round_: int) -> None:
    path = tmp_path / "catalogue.sqlite"
    acknowledged = -1
    for _ in range(2):
        acknowledged = _write_until_killed(path, acknowledged + 1, 0.15 + 0.1 * round_)
    catalogue = SqliteCatalogue(path)
    try:
        assert catalogue.check() == []
        for number in range(acknowledged + 1):
            assert catalogue.get("pleiades", f"ITEM-{number:06d}") is not None
            assert catalogue.item_of_object(f"{number}.tif") is not None
    finally:
        catalogue.close()


def _write_until_killed(path: Path, first: int, seconds: float) -> int:
    """Number of the last item that the writer said was in, before it was killed."""
    root = Path(__file__).parents[2]
    places = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{Path(__file__).parent}"}
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(first)], stdout=subprocess.PIPE, text=True, env=places
    )
    assert writer.stdout is not None
    told = [writer.stdout.readline()]
    time.sleep(seconds)
    writer.send_signal(signal.SIGKILL)
    told += writer.stdout.read().splitlines()
    writer.wait(10)
    writer.stdout.close()
    whole = [line.strip() for line in told if line.strip()]
    assert len(whole) > 1
    return int(whole[-1])
