"""The task runner: results and errors come back on the GUI thread, nothing gets out, nothing is left."""

from __future__ import annotations

import threading
import time

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt.QtCore import QCoreApplication, QThread

from dinamis_plugin.api.http import HttpClient
from dinamis_plugin.domain.errors import CancelledError, DinamisError, ForbiddenError, NotSignedInError
from dinamis_plugin.qgisio.transport import qgis_session
from dinamis_plugin.tasks.runner import AT_ONCE, TaskRunner

from .waiting import run_for, wait_until


def on_gui_thread():
    return QThread.currentThread() == QCoreApplication.instance().thread()


def test_work_runs_in_a_worker_and_its_result_comes_back_on_the_gui_thread(runner):
    seen = []

    def work(context):
        seen.append(("work", on_gui_thread()))
        context.tell("half")
        return 42

    runner.run(
        "t",
        work,
        lambda r: seen.append((r, on_gui_thread())),
        on_part=lambda p: seen.append((p, on_gui_thread())),
    )
    wait_until(lambda: len(seen) == 3)
    assert seen == [("work", False), ("half", True), (42, True)]
    assert not runner.busy


def test_a_domain_error_comes_back_without_the_frames_it_came_from(runner):
    errors = []

    def work(_context):
        try:
            int("Bearer secret")
        except ValueError:
            raise ForbiddenError("no") from None

    runner.run("t", work, lambda _r: errors.append("done"), errors.append)
    wait_until(lambda: errors)
    assert isinstance(errors[0], ForbiddenError)
    assert errors[0].__traceback__ is None
    assert errors[0].__context__ is None


def test_an_unforeseen_exception_becomes_an_error_and_does_not_end_qgis(runner, faults_seen):
    errors = []
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

    def work(_context):
        message = f"Authorization: Bearer {token}"
        raise RuntimeError(message)

    runner.run("t", work, lambda _r: None, errors.append)
    wait_until(lambda: errors)
    assert type(errors[0]) is DinamisError
    assert token not in errors[0].detail
    assert faults_seen
    assert token not in faults_seen.pop()


def test_cancel_is_seen_by_the_work_and_told_once(runner):
    errors = []

    def work(context):
        while not context.cancelled():
            time.sleep(0.01)
        raise CancelledError

    handle = runner.run("t", work, lambda _r: errors.append("done"), errors.append)
    run_for(0.1)
    handle.cancel()
    wait_until(lambda: not runner.busy)
    run_for(0.05)
    assert [type(error) for error in errors] == [CancelledError]


def test_newer_work_of_a_name_silences_the_older(runner):
    seen = []
    gate = threading.Event()
    runner.run("a", lambda _c: gate.wait(5), lambda _r: seen.append("old"), seen.append, cancel_previous="n")
    runner.run("b", lambda _c: "new", seen.append, seen.append, cancel_previous="n")
    gate.set()
    wait_until(lambda: not runner.busy)
    assert seen == ["new"]


def test_waiting_work_leaves_the_threads_of_qgis_free(runner):
    """QGIS has as many threads as cores, in 3.22 the same for tasks and for maps."""
    gate = threading.Event()
    done, ran = [], []
    for _ in range(AT_ONCE + 3):
        runner.run("waits", lambda _c: gate.wait(10), done.append)
    task = QgsTask.fromFunction("of another plugin", lambda _task: ran.append(True))
    QgsApplication.taskManager().addTask(task)
    wait_until(lambda: ran, 5)
    assert done == []
    gate.set()
    wait_until(lambda: len(done) == AT_ONCE + 3)


def test_work_that_waits_for_a_thread_can_be_cancelled(runner):
    gate = threading.Event()
    begun, errors = [], []
    for _ in range(AT_ONCE):
        runner.run("waits", lambda _c: gate.wait(10), lambda _r: None)
    handle = runner.run("later", lambda _c: begun.append(True), lambda _r: None, errors.append)
    handle.cancel()
    wait_until(lambda: errors, 2)
    assert isinstance(errors[0], CancelledError)
    gate.set()
    wait_until(lambda: not runner.busy)
    assert begun == []


def test_hundreds_of_requests_in_a_row_all_come_back(runner, server):
    server.routes["/x"] = lambda r, h: (200, {"ok": [1] * 200})
    server.routes["/n"] = lambda r, h: (401, {"code": "not-signed-in"})
    http = HttpClient(qgis_session(), timeout_s=5)
    answers = []
    for number in range(300):
        url = server.url + ("/n" if number % 6 == 5 else "/x")
        runner.run("t", lambda c, url=url: http.get_json(url), answers.append, answers.append)
        if number % 6 == 5:
            wait_until(lambda number=number: len(answers) == number + 1)
    assert sum(isinstance(answer, NotSignedInError) for answer in answers) == 50
    assert sum(isinstance(answer, dict) for answer in answers) == 250


def test_shutdown_ends_everything_and_calls_nothing_back(qgis_app):
    runner = TaskRunner()
    seen = []
    ended = threading.Event()

    def work(context):
        while not context.cancelled():
            time.sleep(0.01)
        ended.set()

    runner.run("t", work, seen.append, seen.append)
    run_for(0.1)
    runner.shutdown()
    assert ended.is_set()
    runner.run("late", lambda _c: 1, seen.append)
    run_for(0.1)
    assert seen == []
