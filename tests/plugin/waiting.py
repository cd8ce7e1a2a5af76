"""Waiting in tests without blocking the event loop, and measuring how long it was blocked."""

from __future__ import annotations

import ctypes
import os
import time
from functools import lru_cache

from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, QObject, QTimer

BLOCKED_MS = 250
"""A window that stands still for so long waits for something; how smoothly it moves is told by bench/."""


def wait_until(condition, seconds=10.0):
    """Run the event loop until the condition holds; fails after the time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        loop = QEventLoop()
        QTimer.singleShot(5, loop.quit)
        loop.exec()


def run_for(seconds):
    """Run the event loop for a while."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


class Caught:
    """Collects what signals carry."""

    def __init__(self, *signals):
        self.values = []
        for signal in signals:
            signal.connect(self._note)

    def _note(self, *values):
        self.values.append(values[0] if len(values) == 1 else values)

    def wait(self, count=1, seconds=10.0):
        """Wait until so many came; gives the last one."""
        wait_until(lambda: len(self.values) >= count, seconds)
        return self.values[-1]


def waited_for_a_core_s():
    """Seconds for which this thread, the only one to ask, was ready to run, but the machine ran others.

    It is read without letting go of Python's lock: a worker that took it each time would be measured too.
    """
    file, read = _schedstat()
    told = ctypes.create_string_buffer(96)
    return int(told.value.split()[1]) / 1e9 if read(file, told, 95, 0) > 0 else 0.0


@lru_cache(maxsize=1)
def _schedstat():
    try:
        file = os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return -1, lambda *_: 0
    read = ctypes.PyDLL(None).pread
    read.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_long)
    read.restype = ctypes.c_ssize_t
    return file, read


class Ticker(QObject):
    """Measures the longest time for which the event loop did not turn, with a tick every 5 ms.

    The time in which the machine ran something else does not count: that is the machine's doing, not ours.
    """

    def __init__(self):
        super().__init__()
        self.longest_ms = 0.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)

    def __enter__(self):
        QCoreApplication.processEvents()
        self.longest_ms = 0.0
        self._last = self._clock()
        self._timer.start(5)
        return self

    def __exit__(self, *_):
        self._timer.stop()

    @staticmethod
    def _clock():
        return time.perf_counter() - waited_for_a_core_s()

    def _tick(self):
        now = self._clock()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1000 - 5)
        self._last = now
