"""Steps that only the GUI thread may take, a few a turn of the event loop, so that the window stays alive."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from typing import Callable

from qgis.PyQt.QtCore import QObject, QTimer

from ..qgisio import log

PAUSE_MS = 5
FAREWELL_MS, FAREWELLS, FAREWELL_S = 20, 50, 0.002
GATHER_MS, GATHER_MOST_S = 250, 8.0
AT_ONCE = 24
"""Layers drawn together for the first time: the map is shown each time when so many more are drawn."""
BUDGET_S = 0.012
"""A turn takes no further step after so long: opening a file takes QGIS 2 to 20 ms, its header at hand."""


class Turns(QObject):
    """Takes steps in order, as many a turn as the budget allows; one that fails does not stop the others."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: deque[Callable[[], None]] = deque()
        self._stepping = False
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._turn)

    def later(self, step: Callable[[], None]) -> None:
        """Take this step after those that wait already."""
        self._steps.append(step)
        self._timer.start()

    def clear(self) -> None:
        """Take none of the steps that wait."""
        self._steps.clear()
        self._timer.stop()

    def _turn(self) -> None:
        if self._stepping:  # QGIS turns the event loop itself while it adds a layer
            return
        self._stepping = True
        end = time.perf_counter() + BUDGET_S
        while self._steps and time.perf_counter() < end:
            step = self._steps.popleft()
            try:
                step()
            except Exception as error:  # noqa: BLE001 - the steps of other layers are to be taken
                log.fault("A step of layers", error)
        self._stepping = False
        if not self._steps:
            self._timer.stop()


class Farewell(QObject):
    """Lets go of many objects a few at a time: to free 10,000 scenes and their geometries takes 50 ms."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._leaving: deque[object] = deque()
        self._timer = QTimer(self)
        self._timer.setInterval(FAREWELL_MS)
        self._timer.timeout.connect(self._turn)

    def take(self, objects: Iterable[object]) -> None:
        """Hold these, which others let go of now, and let go of them in turns."""
        self._leaving.extend(objects)
        self._timer.start()

    def _turn(self) -> None:
        end = time.perf_counter() + FAREWELL_S
        while self._leaving and time.perf_counter() < end:
            for _ in range(min(FAREWELLS, len(self._leaving))):
                self._leaving.pop()
        if not self._leaving:
            self._timer.stop()


class Gathering(QObject):
    """Gathers layers that came within a moment, and hands on a few together, when those before are drawn.

    A map that is drawn for longer than some seconds, by layers of others, is not waited for.
    """

    def __init__(self, hand_on: Callable[[list[str]], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hand_on = hand_on
        self._gathered: deque[str] = deque()
        self._since_s = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(GATHER_MS // 5)
        self._timer.timeout.connect(self._look)
        self.is_busy: Callable[[], bool] = lambda: False

    def waiting(self) -> set[str]:
        """What was not handed on yet."""
        return set(self._gathered)

    def add(self, name: str) -> None:
        """Hand this on in a while, once."""
        self._gathered.append(name)
        if not self._timer.isActive():
            self._begin()

    def finish(self) -> None:
        """Nothing more comes for now: hand on what there is, without waiting for more."""
        self._since_s -= GATHER_MS / 1000
        self._look()

    def clear(self) -> None:
        """Hand on nothing."""
        self._gathered.clear()
        self._timer.stop()

    def _begin(self) -> None:
        self._since_s = time.monotonic()
        self._timer.start()

    def _look(self) -> None:
        waited_s = time.monotonic() - self._since_s
        enough = len(self._gathered) >= AT_ONCE or waited_s >= GATHER_MS / 1000
        if not enough or (waited_s < GATHER_MOST_S and self.is_busy()):
            return
        several = [self._gathered.popleft() for _ in range(min(AT_ONCE, len(self._gathered)))]
        self._timer.stop()
        if self._gathered:
            self._begin()
        if several:
            self._hand_on(several)
