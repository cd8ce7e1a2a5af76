"""QGIS 3.44's own STAC search: `_qgis344_stac.py URL ITEMS PAGE`, run inside the environment of 3.44.

Prints seconds, longest stall of the event loop, and memory as JSON. Nothing is listed or drawn.
"""

from __future__ import annotations

import json
import os
import sys
import time

from qgis.core import QgsApplication, QgsStacController
from qgis.PyQt.QtCore import QEventLoop, Qt, QTimer, QUrl

TICK_MS = 2


def memory_mb() -> float:
    """Memory of this process."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(url: str, items: int, page: int) -> int:
    """Follow the links to the next page until there are enough."""
    application = QgsApplication([], True)
    application.initQgis()
    controller, loop, kept = QgsStacController(), QEventLoop(), []
    longest, received, problem = 0.0, 0, ""
    last = began = time.perf_counter()
    memory = memory_mb()

    def tick() -> None:
        nonlocal longest, last
        now = time.perf_counter()
        longest, last = max(longest, now - last), now

    def came(number: int, error: str) -> None:
        nonlocal received, problem
        collection = controller.takeItemCollection(number)
        if collection is None:
            problem = error or "no page"
            loop.quit()
            return
        kept.append(collection)
        received += len(collection.items())
        follow = collection.nextUrl()
        if received >= items or not follow.isValid() or follow.isEmpty():
            loop.quit()
        else:
            controller.fetchItemCollectionAsync(follow)

    ticker = QTimer()
    ticker.setTimerType(Qt.TimerType.PreciseTimer)
    ticker.timeout.connect(tick)
    controller.finishedItemCollectionRequest.connect(came)
    ticker.start(TICK_MS)
    controller.fetchItemCollectionAsync(QUrl(f"{url}/stac/search?limit={page}&sortby=-datetime"))
    loop.exec()
    ticker.stop()
    figures = {
        "seconds": time.perf_counter() - began,
        "items": received,
        "stall_ms": longest * 1000,
        "more_mb": memory_mb() - memory,
    }
    print(json.dumps({"failed": problem} if problem else figures), flush=True)
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.flush()
    os._exit(code)
