"""Runs work in threads of its own and brings the result back to the GUI thread.

QGIS's task manager is not used. It has as few threads as the machine has cores, in QGIS 3.22 the same that
draw maps, and our work mostly waits for the network. And when many short tasks follow each other, that of
QGIS 3.44 leaves one of them in its queue for ever, about once in a thousand.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import Any, Callable, TypeVar

from qgis.PyQt.QtCore import QObject, QThread, QTimer, pyqtSignal

from ..domain.errors import CancelledError, DinamisError
from ..qgisio import log
from ..qgisio.transport import Proxy, current_proxy, request_scope

T = TypeVar("T")
ErrorCallback = Callable[[DinamisError], None]

AT_ONCE = 6
_left_running: list[QThread] = []
"""Threads that did not end in time: to destroy a running thread would end QGIS."""


class TaskContext:
    """What running work may ask and tell."""

    def __init__(self, cancelled: Callable[[], bool], tell: Callable[[Any], None]) -> None:
        self.cancelled = cancelled
        self.tell = tell
        """Hands a part of the result to `on_part` on the GUI thread, while the work goes on."""


class _Bridge(QObject):
    """Carries results from the workers to the GUI thread; one connection for all work."""

    part = pyqtSignal(int, object)
    ended = pyqtSignal(int, object, object)


class _Work:
    """One piece of work with its callbacks; let go of when its end was told."""

    def __init__(
        self,
        number: int,
        description: str,
        work: Callable[[TaskContext], Any],
        callbacks: tuple[Callable[[Any], None], ErrorCallback | None, Callable[[Any], None] | None],
        proxy: Proxy,
    ) -> None:
        self.number = number
        self.description = description
        self.on_done, self.on_error, self.on_part = callbacks
        self.silent = False
        self._work: Callable[[TaskContext], Any] | None = work
        self._proxy = proxy
        self._cancel = threading.Event()
        self._claimed = threading.Lock()

    def claim(self) -> bool:
        """Take the work; only the first one who asks, a worker or who cancels it, gets it."""
        return self._claimed.acquire(blocking=False)

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._cancel.set()

    @property
    def cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._cancel.is_set()

    def execute(self, bridge: _Bridge) -> None:
        """Do the work in the thread of a worker; no exception leaves."""
        value: Any = None
        error: DinamisError | None = None
        context = TaskContext(self._cancel.is_set, lambda part: bridge.part.emit(self.number, part))
        work, self._work = self._work, None
        try:
            with request_scope(self._cancel.is_set, self._proxy):
                value = work(context)  # type: ignore[misc]
        except DinamisError as refusal:
            error = _bare(refusal)
        except Exception as fault:  # noqa: BLE001 - what a worker does not catch would end QGIS
            log.fault(self.description, fault)
            error = DinamisError(f"{type(fault).__name__}: {log.redact(str(fault))}")
        bridge.ended.emit(self.number, value, error)


class _Worker(QThread):
    """A thread that does one piece of work after the other until it is given None."""

    def __init__(self, waiting: queue.SimpleQueue[_Work | None], bridge: _Bridge) -> None:
        super().__init__()
        self._waiting = waiting
        self._bridge = bridge

    def run(self) -> None:
        """Work."""
        while True:
            work = self._waiting.get()
            if work is None:
                return
            if work.claim():
                work.execute(self._bridge)
            del work  # nothing of it may outlive its end


class TaskHandle:
    """Lets the one who started some work end it."""

    def __init__(self, work: _Work, stop: Callable[[_Work], None]) -> None:
        self._work: _Work | None = work
        self._stop = stop

    def cancel(self) -> None:
        """Ask the work to stop; `on_error` is then called with a CancelledError."""
        if self._work is not None:
            self._stop(self._work)

    def drop(self) -> None:
        """Ask the work to stop and call nothing back."""
        if self._work is not None:
            self._work.silent = True
            self._stop(self._work)

    @property
    def running(self) -> bool:
        """Whether the end of the work was not told yet."""
        return self._work is not None

    def forget(self) -> None:
        """Let go of work that has ended."""
        self._work = None


class TaskRunner:
    """Starts work, at most `AT_ONCE` at a time, and ends what is left at shutdown."""

    def __init__(self) -> None:
        self._bridge = _Bridge()
        self._bridge.part.connect(self._part_came)
        self._bridge.ended.connect(self._work_ended)
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._workers: list[_Worker] = []
        self._works: dict[int, tuple[_Work, TaskHandle]] = {}
        self._named: dict[str, TaskHandle] = {}
        self._next = 0
        self._open = True

    def run(
        self,
        description: str,
        work: Callable[[TaskContext], T],
        on_done: Callable[[T], None],
        on_error: ErrorCallback | None = None,
        *,
        cancel_previous: str | None = None,
        on_part: Callable[[Any], None] | None = None,
    ) -> TaskHandle:
        """Run `work` in a worker thread, then one of the callbacks on the GUI thread.

        Args:
            description: what it does, for the log.
            work: called with a TaskContext in the worker; may raise any DinamisError.
            on_done: called with the result of the work.
            on_error: called with the error; with a CancelledError after a cancel.
            cancel_previous: a name; earlier work of that name is dropped and calls nothing back.
            on_part: called with what the work hands on by `TaskContext.tell`.
        """
        number = self._next = self._next + 1
        job = _Work(number, description, work, (on_done, on_error, on_part), current_proxy())
        handle = TaskHandle(job, self._stop)
        if not self._open:
            handle.forget()
            return handle
        if cancel_previous is not None:
            earlier = self._named.get(cancel_previous)
            if earlier is not None:
                earlier.drop()
            self._named = {name: known for name, known in self._named.items() if known.running}
            self._named[cancel_previous] = handle
        self._works[number] = (job, handle)
        self._waiting.put(job)
        if len(self._workers) < min(AT_ONCE, len(self._works)):
            worker = _Worker(self._waiting, self._bridge)
            self._workers.append(worker)
            worker.start()
        return handle

    @property
    def busy(self) -> bool:
        """Whether some work has not ended yet."""
        return bool(self._works)

    def shutdown(self, timeout_ms: int = 3000) -> None:
        """Drop all work and wait for it to leave the worker threads."""
        self._open = False
        for work, handle in self._works.values():
            work.silent = True
            work.claim()
            work.cancel()
            handle.forget()
        for _ in self._workers:
            self._waiting.put(None)
        end = time.monotonic() + timeout_ms / 1000
        ended = [worker.wait(max(1, int((end - time.monotonic()) * 1000))) for worker in self._workers]
        _left_running.extend(worker for worker, done in zip(self._workers, ended) if not done)
        self._workers.clear()
        self._works.clear()
        self._named.clear()

    def _stop(self, work: _Work) -> None:
        work.cancel()
        if work.claim():  # no worker has begun it
            QTimer.singleShot(0, lambda: self._work_ended(work.number, None, None))

    def _part_came(self, number: int, part: Any) -> None:
        work, _ = self._works.get(number, (None, None))
        if work is None or work.silent or work.on_part is None:
            return
        try:
            work.on_part(part)
        except Exception as fault:  # noqa: BLE001 - a slot: what leaves it would end QGIS
            log.fault(work.description, fault)

    def _work_ended(self, number: int, value: Any, error: DinamisError | None) -> None:
        work, handle = self._works.pop(number, (None, None))
        if work is None or handle is None:
            return
        handle.forget()
        if work.silent:
            return
        if work.cancelled:
            error = CancelledError("")
        try:
            if error is None:
                work.on_done(value)
            elif work.on_error is not None:
                work.on_error(error)
        except Exception as fault:  # noqa: BLE001 - a slot: what leaves it would end QGIS
            log.fault(work.description, fault)


def _bare(error: DinamisError) -> DinamisError:
    """Cut an error off from the frames and requests it came from, which hold tokens."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
