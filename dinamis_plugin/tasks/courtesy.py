"""Long work in Python that lets the GUI thread go first: both need Python's lock."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from qgis.PyQt.QtCore import QAbstractEventDispatcher, QObject

_LONGEST_WAIT_S = 0.003
"""A GUI thread that never rests does not stop the work: it goes on after so long."""
_LET_GO_S = 0.00002

_counting = threading.Lock()
_uncollected = 0
_was_enabled = False


@contextmanager
def no_collections() -> Iterator[None]:
    """Make many objects without searches of all objects for cycles, each of which holds the lock for 100 ms.

    Those that there are at the end are left out of later searches too, until `collect_again`.
    """
    global _uncollected, _was_enabled  # noqa: PLW0603 - the collector is one for the process
    with _counting:
        if not _uncollected:
            _was_enabled = gc.isenabled()
            gc.disable()
        _uncollected += 1
    try:
        yield
    finally:
        with _counting:
            _uncollected -= 1
            if not _uncollected:
                gc.freeze()
                if _was_enabled:
                    gc.enable()


def collect_again() -> None:
    """Let the collector see all objects again, now that those of `no_collections` are let go of."""
    gc.unfreeze()


class Courtesy(QObject):
    """Knows whether the GUI thread rests; made there, asked by a worker thread.

    A worker that lets go of Python's lock for a moment only makes the GUI thread wait again at its next call
    of Python, of which there may be a thousand in a turn: it has to stand back until the turn is over.
    """

    def __init__(self) -> None:
        super().__init__()
        self._resting = threading.Event()
        self._resting.set()
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.aboutToBlock.connect(self._rests)
        dispatcher.awake.connect(self._works)

    def stand_back(self) -> None:
        """Let the GUI thread finish what it does; to be called by a worker every millisecond or so."""
        if not self._resting.wait(_LONGEST_WAIT_S):
            return
        time.sleep(_LET_GO_S)

    def end(self) -> None:
        """Listen no more; from any thread."""
        self.deleteLater()

    def _rests(self) -> None:
        self._resting.set()

    def _works(self) -> None:
        self._resting.clear()
