# environment: plugin  # noqa: ERA001 - read by tools/run_bench.py
"""Longest stall of QGIS's event loop while every answer of the service comes two seconds late (goal: 50 ms).

The real dock, driven through its widgets, on a real service behind a relay that answers late: a search of
2,000 results, an order, and the opening of a project with a signed layer. The same project without our layer
tells what QGIS itself takes to open one.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from _service import ROOT, LateRelay, demonstration
from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsProject, QgsRectangle, QgsVectorLayer
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEventLoop, Qt, QTimer
from qgis.PyQt.QtWidgets import QMainWindow

sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import browser
from journey import hands

DELAY_S = 2.0
RESULTS = 2000
TICK_MS = 5
STEP_MS = 50
"""Looking for widgets takes time itself: a person does not look more often either."""
GOAL_MS = 50
WORLD = "/usr/share/qgis/resources/data/world_map.gpkg|layername=countries"

Act = Iterator[None]


def play(act: Act, limit_s: float = 240) -> float:
    """Play an act in the event loop; gives the longest pause between two ticks of it, in milliseconds."""
    loop, longest, last = QEventLoop(), 0.0, time.perf_counter()
    errors: list[BaseException] = []

    def tick() -> None:
        nonlocal longest, last
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()

    def step() -> None:
        try:
            next(act)
        except StopIteration:
            loop.quit()
        except Exception as error:  # noqa: BLE001 - told after the loop, an exception in a slot ends Qt
            errors.append(error)
            loop.quit()

    ticker, stepper = QTimer(), QTimer()
    ticker.timeout.connect(tick)
    stepper.timeout.connect(step)
    QTimer.singleShot(int(limit_s * 1000), loop.quit)
    ticker.start(TICK_MS)
    stepper.start(STEP_MS)
    loop.exec()
    ticker.stop()
    stepper.stop()
    if errors:
        raise errors[0]
    return longest * 1000


class Bench:
    """The dock in a window, and what the acts need."""

    def __init__(self, url: str, account: dict[str, Any]) -> None:
        # Imported here: they need a running QGIS.
        from dinamis_plugin.controllers.app import Controllers  # noqa: PLC0415
        from dinamis_plugin.controllers.thumbnails import ThumbnailController  # noqa: PLC0415
        from dinamis_plugin.gui.dock import DinamisDock, DockParts  # noqa: PLC0415
        from dinamis_plugin.integrations.mime import scene_mime  # noqa: PLC0415
        from dinamis_plugin.plugin import _area_km2  # noqa: PLC0415

        self.account = account
        self.controllers = Controllers(open_url=self._approve)
        self.controllers.settings.service_url = url
        self.window, self.canvas = QMainWindow(), QgsMapCanvas()
        self.canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
        self.window.setCentralWidget(self.canvas)
        self.window.resize(1400, 900)
        thumbnails = ThumbnailController(self.controllers.runner, self.controllers.session, self.controllers)
        parts = DockParts(self.controllers, thumbnails, self.canvas, scene_mime, _area_km2)
        self.dock = DinamisDock(parts, self.window)
        self.window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.window.show()
        self.dock.show()
        self.canvas.setExtent(QgsRectangle(-6, 41, 10, 52))

    def _approve(self, address: str) -> bool:
        login = (self.account["username"], self.account["password"])
        threading.Thread(target=browser.walk, args=(address, "accept", *login), daemon=True).start()
        return True

    def sign_in(self) -> Act:
        """Sign in by the device flow."""
        session = self.controllers.session
        session.connect_service(self.controllers.settings.service_url)
        yield from hands.wait(lambda: session.endpoints is not None, "the service", 60)
        session.sign_in()
        yield from hands.wait(lambda: session.account is not None, "the account", 120)
        yield from hands.wait(lambda: self.controllers.requests.projects, "the projects", 60)

    def search(self) -> Act:
        """List and draw 2,000 results."""
        yield from hands.tab("filtersTab")
        yield from hands.click("searchButton")
        yield from hands.wait(lambda: hands.rows("resultsView") > 0, "the first page", 60)
        while (count := hands.rows("resultsView")) < RESULTS:
            yield from hands.click("loadMoreButton", seconds=60)
            yield from hands.wait(lambda count=count: hands.rows("resultsView") > count, "more results", 60)

    def order(self) -> Act:
        """Order the first orderable scene."""
        yield from hands.tab("filtersTab")
        yield from hands.choose("productTypeCombo", lambda data, _: data == "orderable")
        yield from hands.click("searchButton")
        yield from hands.wait(lambda: hands.rows("resultsView") > 0, "orderable scenes", 60)
        yield from hands.click_row("resultsView", 0)
        yield from hands.click("orderButton")
        yield from hands.shown("orderDialog")
        yield from hands.choose("orderProjectCombo", lambda data, _: data is not None)
        yield from hands.click("orderSubmitButton", seconds=60)
        before = len(self.controllers.requests.orders)
        yield from hands.wait(lambda: len(self.controllers.requests.orders) > before, "the order", 60)

    def load(self) -> Act:
        """Add a downloadable scene to the map."""
        yield from hands.tab("filtersTab")
        yield from hands.choose("productTypeCombo", lambda data, _: data == "downloadable")
        yield from hands.click("searchButton")
        yield from hands.wait(lambda: hands.rows("resultsView") > 0, "downloadable scenes", 60)
        yield from hands.click_row("resultsView", 0)
        yield from hands.click("addToMapButton")
        yield from hands.wait(self.controllers.layers.layers, "the layer", 120)

    def open_project(self, path: Path, ready: Callable[[], bool]) -> Act:
        """Open a project and wait until its layers are alive."""
        QgsProject.instance().read(str(path))
        yield
        yield from hands.wait(ready, "the layers of the project", 120)
        yield from hands.pause(1.0)

    def alive(self) -> bool:
        """Whether the signed layer draws from its signed source."""
        layers = self.controllers.layers.layers()
        return bool(layers) and not self.controllers.layers.waiting()


def main() -> int:
    """Measure, print the table, write the figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        demonstration(6000) as (url, accounts),
        LateRelay(url) as relay,
    ):
        os.environ["QGIS_CUSTOM_CONFIG_PATH"] = folder
        application = QgsApplication([], True)
        application.initQgis()
        QgsApplication.authManager().setMasterPassword("a-bench-password", True)
        bench = Bench(relay.url, next(entry for entry in accounts if entry["role"] == "user"))
        world = QgsVectorLayer(WORLD, "world", "ogr")
        QgsProject.instance().addMapLayer(world)
        bench.canvas.setLayers([world])
        play(bench.sign_in())
        relay.answer_after(DELAY_S)
        figures = {"search of 2,000 results": play(bench.search()), "order": play(bench.order())}
        relay.answer_after(0.0)
        plain, signed = Path(folder) / "plain.qgz", Path(folder) / "signed.qgz"
        QgsProject.instance().write(str(plain))
        play(bench.load())
        QgsProject.instance().write(str(signed))
        relay.answer_after(DELAY_S)
        nothing = lambda: True  # noqa: E731
        figures["project without our layer (QGIS alone)"] = play(bench.open_project(plain, nothing))
        figures["project with a signed layer"] = play(bench.open_project(signed, bench.alive))
        bench.dock.shut_down()
        bench.controllers.shutdown()
        report(figures)
        QgsProject.instance().clear()
    return 0


def report(figures: dict[str, float]) -> None:
    """Print the table and write the figures."""
    load = os.getloadavg()[0]
    heading = f"Longest stall of the event loop, every answer {DELAY_S:g} s late"
    print(f"{heading} (goal {GOAL_MS} ms), load {load:.1f}")
    for name, stall in figures.items():
        print(f"  {name:<42}{stall:8.1f} ms")
    target = ROOT / "build" / "bench" / "gui_stall.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    content = {"delay_s": DELAY_S, "goal_ms": GOAL_MS, "load": load, "stall_ms": figures}
    target.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # the teardown of QGIS is not measured
