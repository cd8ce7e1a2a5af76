# environment: plugin  # noqa: ERA001 - read by tools/run_bench.py
"""Downloads of the plugin beside curl: one large file through a proxy of 20 MB/s a connection.

Goals: 0.95 times curl's speed with one connection; with each request 50 ms late and four connections twice
curl's speed; for a file of 2 GB less than 60 MB of memory more than before. Without a limit the ratio is
reported only. The plugin downloads as it does in QGIS: in a task, through QGIS's network manager.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from _figures import keep
from _service import ROOT
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QEventLoop

MB = 1_000_000
RATE = 20 * MB
LIMITED, LARGE = 200 * MB, 2000 * MB
DELAY_S = 0.05
ROUNDS = 3
PLAIN_GOAL, RANGES_GOAL, MEMORY_GOAL_MB = 0.95, 2.0, 60.0


@contextmanager
def serving(folder: Path, delay_s: float = 0.0) -> Iterator[tuple[str, str]]:
    """Serve a folder; gives the address without a limit and the one with it."""
    command = [sys.executable, str(ROOT / "bench" / "_slow_proxy.py"), str(folder), str(RATE), str(delay_s)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(15)


def by_curl(url: str, target: Path) -> float:
    """Seconds that curl takes."""
    began = time.monotonic()
    subprocess.run(["curl", "-sf", "-o", str(target), url], check=True)
    return time.monotonic() - began


def by_plugin(url: str, target: Path, lines: int) -> float:
    """Seconds that the plugin takes, in a task while the event loop of QGIS turns."""
    from dinamis_plugin.api.download import download  # noqa: PLC0415 - needs a running QGIS
    from dinamis_plugin.api.link import Link  # noqa: PLC0415
    from dinamis_plugin.qgisio.transport import qgis_session, spawn  # noqa: PLC0415
    from dinamis_plugin.tasks.runner import TaskRunner  # noqa: PLC0415

    runner, loop, faults = TaskRunner(), QEventLoop(), []

    def failed(error: Exception) -> None:
        faults.append(error)
        loop.quit()

    def work(context) -> None:
        link = Link(
            qgis_session(),
            lambda: url,
            lambda *counts: context.tell(counts),
            context.cancelled,
            lines=lines,
            spawn=spawn,
        )
        download(link, target)

    began = time.monotonic()
    runner.run("download", work, lambda _: loop.quit(), failed, on_part=lambda _: None)
    loop.exec()
    taken = time.monotonic() - began
    runner.shutdown()
    if faults:
        raise faults[0]
    return taken


def compare(url: str, folder: Path, lines: int, rounds: int = ROUNDS) -> tuple[float, float]:
    """Seconds of curl and of the plugin, each the best of some rounds, in turns."""
    curl, ours = [], []
    for _ in range(rounds):
        curl.append(by_curl(url, folder / "curl.tif"))
        ours.append(by_plugin(url, folder / "ours.tif", lines))
        (folder / "curl.tif").unlink()
        (folder / "ours.tif").unlink()
    return min(curl), min(ours)


def memory_mb(field: str) -> float:
    """A figure of the memory of this process, from the kernel."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / 1000


def memory_growth(url: str, folder: Path) -> float:
    """MB that a download takes at most beyond what the process took before."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the highest so far
    before = memory_mb("VmRSS")
    by_plugin(url, folder / "ours.tif", 4)
    (folder / "ours.tif").unlink()
    return memory_mb("VmHWM") - before


def make_file(path: Path, size: int) -> None:
    """Make a file of random bytes."""
    with path.open("wb") as file:
        for _ in range(size // MB):
            file.write(os.urandom(MB))


def main() -> int:
    """Measure, print the table, write the figures."""
    if shutil.which("curl") is None:
        print("curl is not installed")
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["QGIS_CUSTOM_CONFIG_PATH"] = name
        application = QgsApplication([], True)
        application.initQgis()
        sys.path.insert(0, str(ROOT))
        make_file(folder / "limited.tif", LIMITED)
        make_file(folder / "large.tif", LARGE)
        with serving(folder) as (direct, limited):
            growth = memory_growth(f"{direct}/large.tif", folder)  # first, before anything was downloaded
            plain = compare(f"{limited}/limited.tif", folder, 1)
            free = compare(f"{direct}/large.tif", folder, 4)
        with serving(folder, DELAY_S) as (_, late):
            ranges = compare(f"{late}/limited.tif", folder, 4)
        application.exitQgis()
    return report(plain, ranges, free, growth)


def report(
    plain: tuple[float, float], ranges: tuple[float, float], free: tuple[float, float], growth: float
) -> int:
    """Print the table and write the figures; gives 1 when a goal is missed."""
    figures = {
        "one_connection_ratio": plain[0] / plain[1],
        "four_connections_ratio": ranges[0] / ranges[1],
        "unlimited_ratio": free[0] / free[1],
        "memory_growth_mb": growth,
        "seconds": {"plain": plain, "ranges": ranges, "unlimited": free},
    }
    rows = (
        ("20 MB/s a connection, one connection", plain, LIMITED, f">= {PLAIN_GOAL}"),
        ("the same, 50 ms a request, four connections", ranges, LIMITED, f">= {RANGES_GOAL}"),
        ("no limit, four connections", free, LARGE, "reported"),
    )
    for name, (curl, ours), size, goal in rows:
        speeds = f"curl {size / MB / curl:7.1f} MB/s  plugin {size / MB / ours:7.1f} MB/s"
        print(f"{name:45} {speeds}  ratio {curl / ours:5.2f}  ({goal})")
    print(f"{'memory beyond before, 2 GB':45} {growth:.0f} MB (< {MEMORY_GOAL_MB:.0f})")
    keep("download", figures)
    met = (
        figures["one_connection_ratio"] >= PLAIN_GOAL,
        figures["four_connections_ratio"] >= RANGES_GOAL,
        growth < MEMORY_GOAL_MB,
    )
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
