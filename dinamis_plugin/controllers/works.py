"""Work in the background for layers of the project: busy until the last has ended, dropped together."""

from __future__ import annotations

from typing import Any, Callable

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..domain.errors import DinamisError
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .turns import Turns


class Works(QObject):
    """Runs work whose parts take steps in turns.

    Signals:
        busy: True when the first work begins, False when the last has ended.
    """

    busy = pyqtSignal(bool)

    def __init__(self, runner: TaskRunner, turns: Turns, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._turns = turns
        self._running: dict[int, TaskHandle | None] = {}
        self._number = 0

    def run(
        self,
        text: str,
        work: Callable[[TaskContext], None],
        done: Callable[[], None],
        failed: Callable[[DinamisError], None],
        on_part: Callable[[Any], None],
    ) -> None:
        """Run work in a thread; `done` is called after the steps that its parts asked for."""
        self._number += 1
        number = self._number

        def ended() -> None:
            if self._end(number):
                done()

        def stopped(error: DinamisError) -> None:
            if self._end(number):
                failed(error)

        self._running[number] = None
        if len(self._running) == 1:
            self.busy.emit(True)
        handle = self._runner.run(text, work, lambda _: self._turns.later(ended), stopped, on_part=on_part)
        if number in self._running:
            self._running[number] = handle

    def drop(self) -> None:
        """Let go of all work; nobody is told of its end."""
        running, self._running = self._running, {}
        for handle in filter(None, running.values()):
            handle.drop()
        if running:
            self.busy.emit(False)

    def _end(self, number: int) -> bool:
        """Count a work out; False when it was let go before."""
        if number not in self._running:
            return False
        del self._running[number]
        if not self._running:
            self.busy.emit(False)
        return True
