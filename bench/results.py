# environment: plugin  # noqa: ERA001 - read by tools/run_bench.py
"""10,000 results listed and drawn by the dock, beside pystac-client, requests and QGIS 3.44's own search.

All ask the same service in the same run. Goals: at most 1.2 times what pystac-client takes to receive and
parse the same pages, no stall of the event loop over 50 ms, our handlers and painting within 16 ms at p95,
at most 150 MB more memory. A stall is told twice: as it was, and without the time in which the GUI thread was
ready to run but the machine ran others.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from _figures import keep
from _service import ROOT, catalogue
from qgis.core import QgsApplication, QgsPointXY, QgsProject, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QApplication, QSlider

sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tools"))
sys.path.insert(0, str(ROOT))
import qgis344
from gui_stall import WORLD, Bench
from plugin.waiting import waited_for_a_core_s

from dinamis_plugin.gui.results_groups import Grouping
from dinamis_plugin.tasks.runner import TaskContext

RESULTS, CATALOGUE, PAGE = 10_000, 10_400, 1000
RUNS = 3
TICK_MS = 2
GOAL_RATIO, GOAL_STALL_MS, GOAL_HANDLER_MS, GOAL_MB = 1.2, 50, 16, 150
HANDLES = 150
"""Times that each handler is measured."""
WAYS = ("requests", "pystac-client", "pystac-client items")
OURS = "the client of the plugin"


class Stall(QObject):
    """The longest pause of the event loop: as it was, and without the time in which others ran."""

    def __init__(self) -> None:
        super().__init__()
        self.longest_ms = self.ours_ms = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def __enter__(self) -> Stall:
        self._last = (time.perf_counter(), waited_for_a_core_s())
        self._timer.start(TICK_MS)
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()

    def _tick(self) -> None:
        now = (time.perf_counter(), waited_for_a_core_s())
        pause = (now[0] - self._last[0]) * 1000
        self.longest_ms = max(self.longest_ms, pause)
        self.ours_ms = max(self.ours_ms, pause - (now[1] - self._last[1]) * 1000)
        self._last = now


class Painted(QObject):
    """Remembers when a widget was first painted with rows in it."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.at: float | None = None
        self._model = bench.dock.results.model
        bench.dock.results.view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Note the moment; the event goes on to the widget."""
        if self.at is None and event.type() == QEvent.Type.Paint and self._model.rowCount():
            self.at = time.perf_counter()
        return super().eventFilter(watched, event)


def until(condition: Callable[[], Any], limit_s: float = 180) -> None:
    """Run the event loop until something is true."""
    loop, look, end = QEventLoop(), QTimer(), time.monotonic() + limit_s

    def ask() -> None:
        if condition() or time.monotonic() > end:
            loop.quit()

    look.timeout.connect(ask)
    look.start(10)
    loop.exec()
    look.stop()
    if not condition():
        raise RuntimeError("the bench waited too long")


def memory_mb() -> float:
    """Memory of this process."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def list_all(bench: Bench) -> dict[str, float]:
    """Search, list and draw everything, the canvas at the place where it is."""
    search, found = bench.controllers.search, bench.dock.found.footprints
    memory, painted = memory_mb(), Painted(bench)
    cpu = time.thread_time()
    with Stall() as stall:
        began = time.perf_counter()
        bench.dock.search.run()
        until(lambda: not search.busy)
        search.load_all()
        until(lambda: not search.busy and bench.dock.results.model.rowCount() >= RESULTS and found.ready)
        seconds = time.perf_counter() - began
    assert painted.at is not None
    return {
        "seconds": seconds,
        "first_page_s": painted.at - began,
        "stall_ms": stall.longest_ms,
        "stall_without_others_ms": stall.ours_ms,
        "gui_thread_s": time.thread_time() - cpu,
        "more_mb": memory_mb() - memory,
    }


def receive(how: str, url: str, page: int = PAGE) -> dict[str, Any]:
    """Receive and parse the pages in a process of its own."""
    command = [sys.executable, str(ROOT / "bench" / "_receive.py"), how, url, str(RESULTS), str(page)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def receive_by_plugin(bench: Bench) -> dict[str, Any]:
    """Receive and parse the pages as the plugin does, over QGIS's network, without scenes."""
    catalogue_client = bench.controllers.session.service.catalogue
    query = bench.dock.filters.query(())
    told: list[dict[str, Any]] = []

    def work(context: TaskContext) -> dict[str, Any]:
        began, received = time.perf_counter(), 0
        for document in catalogue_client.documents(query, PAGE, context.cancelled):
            received += sum(1 for _ in document["features"])
            if received >= RESULTS:
                break
        return {"seconds": time.perf_counter() - began, "items": received}

    bench.controllers.runner.run("Receiving", work, told.append, told.append)
    until(lambda: told)
    return told[0]


def core(url: str) -> dict[str, Any] | None:
    """QGIS 3.44's own STAC search on the same service; None where there is no QGIS 3.44."""
    if not os.access(qgis344.TOOL, os.X_OK) or os.geteuid() != 0:
        return None
    command = [str(qgis344.TOOL), "/usr/bin/python3", "bench/_qgis344_stac.py", url, str(RESULTS), str(PAGE)]
    variables = {**os.environ, "QGIS344_PIP": " ".join(qgis344.packages())}
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=300
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return dict(json.loads(lines[-1])) if lines else {"failed": done.stderr[-500:]}


def p95(times: list[float]) -> float:
    """The 95th percentile in milliseconds."""
    return statistics.quantiles(times, n=20)[-1] * 1000


def timed(act: Callable[[int], object]) -> float:
    """The p95 of an act, with the painting that it causes."""
    times = []
    for number in range(HANDLES):
        began = time.perf_counter()
        act(number)
        QApplication.processEvents()
        times.append(time.perf_counter() - began)
    return p95(times)


def handlers(bench: Bench) -> dict[str, float]:
    """Milliseconds at p95 of what a person does in a full list and over a full map."""
    view, canvas = bench.dock.results.view, bench.canvas
    model, found = bench.dock.results.model, bench.dock.found.footprints
    bar = view.verticalScrollBar()
    extent = canvas.extent()

    def point(number: int) -> QgsPointXY:
        share = (number + 0.5) / HANDLES
        x = extent.xMinimum() + extent.width() * share
        return QgsPointXY(x, extent.yMinimum() + extent.height() * (1 - share))

    def hover_map(number: int) -> None:
        under = found.scenes_at(point(number))
        found.hover(under[0] if under else None)

    rows = model.rowCount()
    figures = {
        "scrolling the list": timed(lambda number: bar.setValue(bar.maximum() * number // HANDLES)),
        "hovering over the list": timed(
            lambda number: (
                QTest.mouseMove(
                    view.viewport(), view.visualRect(view.indexAt(view.viewport().rect().center())).center()
                )
                or view.hovered.emit(model.scene(number * rows // HANDLES))
            )
        ),
        "hovering over the map": timed(hover_map),
        "choosing a row": timed(lambda number: view.choose(model.scene(number * rows // HANDLES))),
        "finding scenes at a click": timed(lambda number: found.scenes_at(point(number))),
    }
    columns = (1, 2, 3, 4, 0)
    orders = (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder)
    figures["sorting by a column"] = timed(
        lambda number: view.sortByColumn(columns[number % 5], orders[number // 5 % 2])
    )
    figures["scrolling the thumbnails"] = scrolled_thumbnails(bench)
    figures["changing a filter"] = filtered(bench)
    return figures


def scrolled_thumbnails(bench: Bench) -> float:
    """The p95 of a step through the thumbnails, in milliseconds."""
    head, bar = bench.dock.results.head, bench.dock.results.thumbnails.verticalScrollBar()
    head.show_as(thumbnails=True)
    QApplication.processEvents()
    took = timed(lambda number: bar.setValue(bar.maximum() * number // HANDLES))
    head.show_as(thumbnails=False)
    return took


def filtered(bench: Bench) -> float:
    """The p95 of a change of the cloud limit, in milliseconds; the search that follows it comes later."""
    bench.dock.search.page_wanted.emit(bench.dock.filters)
    slider = bench.dock.findChild(QSlider, "cloudSlider")
    return timed(lambda number: slider.setValue(number % 2 * 40 + number // 2 % 40))


def grouped(bench: Bench) -> dict[str, float]:
    """Milliseconds for which the window stands still when all rows are grouped, the longest of five times."""
    model = bench.dock.results.model
    longest: dict[str, float] = {}
    for grouping in (Grouping.DAY, Grouping.NONE, Grouping.ACQUISITION, Grouping.NONE) * 5:
        began = time.perf_counter()
        model.set_grouping(grouping)
        took = (time.perf_counter() - began) * 1000
        longest[grouping.value] = max(took, longest.get(grouping.value, 0.0))
    return longest


def main() -> int:
    """Measure, print the table, write the figures."""
    with tempfile.TemporaryDirectory() as folder, catalogue(CATALOGUE) as url:
        os.environ["QGIS_CUSTOM_CONFIG_PATH"] = folder
        application = QgsApplication([], True)
        application.initQgis()
        bench = Bench(url, {})
        world = QgsVectorLayer(WORLD, "world", "ogr")
        QgsProject.instance().addMapLayer(world)
        bench.canvas.setLayers([world])
        bench.canvas.setExtent(QgsRectangle(-130, -55, 155, 70))
        bench.controllers.session.connect_service(url)
        until(lambda: bench.controllers.session.endpoints is not None)
        receive("requests", url)  # warms the service
        received: dict[str, list[dict[str, Any]]] = {way: [] for way in (*WAYS, OURS)}
        listed = []
        for _ in range(RUNS):
            for way in WAYS:
                received[way].append(receive(way, url))
            received[OURS].append(receive_by_plugin(bench))
            listed.append(list_all(bench))
        figures = {
            "results": RESULTS,
            "page": PAGE,
            "listed": listed,
            "received": received,
            "grouping_ms": grouped(bench),
            "handlers_ms": handlers(bench),
            "qgis344": core(url),
            "load": os.getloadavg()[0],
        }
        report(figures)
        bench.dock.shut_down()
        bench.controllers.shutdown()
        QgsProject.instance().clear()
    return 0


def lines(figures: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The table."""
    listed = figures["listed"]
    middle = {name: statistics.median(run[name] for run in listed) for name in listed[0]}
    received = figures["received"].items()
    took = {way: statistics.median(run["seconds"] for run in runs) for way, runs in received}
    figures["ratio"] = middle["seconds"] / took["pystac-client"]
    for way, seconds in took.items():
        yield f"received and parsed by {way}", f"{seconds:8.2f} s"
    yield "listed and drawn by the dock", f"{middle['seconds']:8.2f} s"
    yield "... against pystac-client", f"{figures['ratio']:8.2f}   (goal {GOAL_RATIO})"
    yield "first page on the screen after", f"{middle['first_page_s']:8.2f} s"
    yield "GUI thread busy for", f"{middle['gui_thread_s']:8.2f} s"
    longest = max(run["stall_ms"] for run in listed)
    ours = max(run["stall_without_others_ms"] for run in listed)
    yield "longest stall of all runs", f"{longest:8.1f} ms  (goal {GOAL_STALL_MS} ms)"
    yield "... without the time of other programs", f"{ours:8.1f} ms"
    yield "more memory after the first run", f"{listed[0]['more_mb']:8.1f} MB  (goal {GOAL_MB} MB)"
    for name, milliseconds in figures["handlers_ms"].items():
        yield f"{name}, p95", f"{milliseconds:8.1f} ms  (goal {GOAL_HANDLER_MS} ms)"
    for name, milliseconds in figures["grouping_ms"].items():
        yield f"grouping all rows, {name}", f"{milliseconds:8.1f} ms"
    theirs = figures["qgis344"]
    if theirs and "seconds" in theirs:
        yield "QGIS 3.44's own search, nothing drawn", f"{theirs['seconds']:8.2f} s"
        yield "... its longest stall", f"{theirs['stall_ms']:8.1f} ms"
        yield "... its memory", f"{theirs['more_mb']:8.1f} MB"
    else:
        yield "QGIS 3.44's own search", f"not measured{': ' + theirs['failed'] if theirs else ''}"


def report(figures: dict[str, Any]) -> None:
    """Print the table and write the figures."""
    print(f"{RESULTS:,} results in pages of {PAGE}, median of {RUNS}, load {figures['load']:.1f}")
    for name, value in lines(figures):
        print(f"  {name:<44}{value}")
    keep("results", figures)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # the teardown of QGIS is not measured
