"""Runs work in QGIS's background tasks and brings the result back to the GUI thread."""

from __future__ import annotations

from typing import Any, Callable, Generic, TypeVar

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt.QtCore import QTimer, pyqtSignal

from ..domain.errors import CancelledError, DinamisError
from ..qgisio import compat, log
from ..qgisio.transport import current_proxy, request_scope

T = TypeVar("T")
NUDGE_MS = 500
ErrorCallback = Callable[[DinamisError], None]


class TaskContext:
    """What running work may ask and tell."""

    def __init__(self, task: _WorkTask[Any]) -> None:
        self._task = task

    def cancelled(self) -> bool:
        """Tell whether the work should stop."""
        return self._task.isCanceled()

    def progress(self, percent: float) -> None:
        """Show progress, 0 to 100."""
        self._task.setProgress(percent)

    def tell(self, part: Any) -> None:
        """Hand a part of the result to `on_part` on the GUI thread, while the work goes on."""
        self._task.part_ready.emit(part)


class TaskHandle:
    """Lets the one who started some work end it."""

    def __init__(self, task: _WorkTask[Any]) -> None:
        self._task: _WorkTask[Any] | None = task

    def cancel(self) -> None:
        """Ask the work to stop; `on_error` is then called with a CancelledError."""
        if self._task is not None:
            self._task.cancel()

    def drop(self) -> None:
        """Ask the work to stop and call nothing back."""
        if self._task is not None:
            self._task.silent = True
            self._task.cancel()

    @property
    def running(self) -> bool:
        """Whether the end of the work was not told yet."""
        return self._task is not None

    def _forget(self) -> None:
        self._task = None


class _WorkTask(QgsTask, Generic[T]):
    """One piece of work; keeps its result or error until QGIS calls `finished` on the GUI thread."""

    part_ready = pyqtSignal(object)

    def __init__(
        self,
        description: str,
        work: Callable[[TaskContext], T],
        on_done: Callable[[T], None],
        on_error: ErrorCallback | None,
        on_part: Callable[[Any], None] | None,
    ) -> None:
        super().__init__(description, QgsTask.Flag.CanCancel)
        self._on_part = on_part
        self.part_ready.connect(self._hand_on)
        self._proxy = current_proxy()
        self._work: Callable[[TaskContext], T] | None = work
        self._on_done: Callable[[T], None] | None = on_done
        self._on_error = on_error
        self._result: T | None = None
        self._error: DinamisError | None = None
        self.silent = False
        self.on_end: Callable[[], None] = lambda: None

    def run(self) -> bool:
        """Do the work in a worker thread; no exception leaves, since that would end QGIS."""
        # The work mostly waits for the network, while other tasks need threads: lend them ours.
        pool = compat.task_pool()
        pool.releaseThread()
        try:
            with request_scope(self.isCanceled, self._proxy):
                self._result = self._work(TaskContext(self))  # type: ignore[misc]
        except DinamisError as error:
            self._error = _bare(error)
        except Exception as error:  # noqa: BLE001 - an exception that leaves a task aborts QGIS
            log.fault(self.description(), error)
            self._error = DinamisError(f"{type(error).__name__}: {log.redact(str(error))}")
        finally:
            pool.reserveThread()
        return self._error is None

    def _hand_on(self, part: Any) -> None:
        if self.silent or self._on_part is None:
            return
        try:
            self._on_part(part)
        except Exception as fault:  # noqa: BLE001 - called from C++: nothing may leave
            log.fault(self.description(), fault)

    def finished(self, result: bool) -> None:
        """Call back on the GUI thread, then let everything go."""
        done, failed, value, error = self._on_done, self._on_error, self._result, self._error
        self._work = self._on_done = self._on_error = self._on_part = self._result = self._error = None
        self.on_end()
        if self.silent:
            return
        if self.isCanceled():
            error = CancelledError("")
        try:
            if result and error is None and done is not None:
                done(value)  # type: ignore[arg-type]
            elif failed is not None:
                failed(error or CancelledError(""))
        except Exception as fault:  # noqa: BLE001 - called from C++: nothing may leave
            log.fault(self.description(), fault)


def _bare(error: DinamisError) -> DinamisError:
    """Cut an error off from the frames and requests it came from, which hold tokens."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


class TaskRunner:
    """Starts work, keeps its task alive while it runs, and ends what is left at shutdown."""

    def __init__(self) -> None:
        self._tasks: dict[int, _WorkTask[Any]] = {}
        self._named: dict[str, TaskHandle] = {}
        self._next = 0
        self._open = True
        self._nudge = QTimer()
        self._nudge.setInterval(NUDGE_MS)
        self._nudge.timeout.connect(self._start_what_waits)

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
            description: what QGIS shows beside the progress of the task.
            work: called with a TaskContext in the worker; may raise any DinamisError.
            on_done: called with the result of the work.
            on_error: called with the error; with a CancelledError after a cancel.
            cancel_previous: a name; earlier work of that name is dropped and calls nothing back.
            on_part: called with what the work hands on by `TaskContext.tell`.
        """
        task = _WorkTask(description, work, on_done, on_error, on_part)
        handle = TaskHandle(task)
        if not self._open:
            return handle
        if cancel_previous is not None:
            earlier = self._named.get(cancel_previous)
            if earlier is not None:
                earlier.drop()
            self._named[cancel_previous] = handle
        number = self._next = self._next + 1
        self._tasks[number] = task  # without a Python reference a task never runs

        def forget() -> None:
            handle._forget()
            self._tasks.pop(number, None)
            if not self._tasks:
                self._nudge.stop()
            if cancel_previous is not None and self._named.get(cancel_previous) is handle:
                del self._named[cancel_previous]

        task.on_end = forget
        QgsApplication.taskManager().addTask(task)
        self._nudge.start()
        return handle

    def _start_what_waits(self) -> None:
        """Have Qt look at its queue again: a lent thread may end without doing so and leave a task there."""
        pool = compat.task_pool()
        pool.releaseThread()
        pool.reserveThread()

    @property
    def busy(self) -> bool:
        """Whether some work has not ended yet."""
        return bool(self._tasks)

    def shutdown(self, timeout_ms: int = 3000) -> None:
        """Drop all work and wait for it to leave the worker threads."""
        self._open = False
        self._nudge.stop()
        waiting = list(self._tasks.values())
        for task in waiting:
            task.silent = True
            task.cancel()
        for task in waiting:
            if task.isActive():
                task.waitForFinished(timeout_ms)
        self._tasks.clear()
        self._named.clear()
