"""Fixtures of the plugin tests: QGIS without a screen, small HTTP servers, and the real service.

The real service runs from its own environment. Inside the second QGIS (`make test-qgis344`) that environment is not
there: start the service outside and hand it in as DINAMIS_TEST_SERVICE="<url> <path of accounts.json>".
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from qgis.core import Qgis, QgsApplication, QgsProject, QgsSettings

from .local_http import LocalServer
from .scripted_service import ScriptedService
from .waiting import wait_until

os.environ.pop("DINAMIS_SERVICE_URL", None)

ROOT = Path(__file__).resolve().parents[2]
REALDATA = Path(os.environ.get("DINAMIS_REALDATA", ROOT.parent / "shared" / "realdata"))


@pytest.fixture(scope="session", autouse=True)
def garbage_goes_before_qgis_does(qgis_app):
    """Collect what cycles still hold: a GDAL dataset that ends after QGIS ends the process."""
    yield
    gc.collect()


@pytest.fixture
def faults_seen():
    """What our code logged as its own faults; a test that provokes some takes them out."""
    return []


@pytest.fixture(autouse=True)
def nothing_went_wrong_unseen(qgis_app, faults_seen):
    """Fail a test in which our code logged a fault of its own."""
    faults = faults_seen

    def note(message, tab, level):
        if tab == "DINAMIS" and level == Qgis.MessageLevel.Critical:
            faults.append(message)

    log = QgsApplication.messageLog()
    # From 3.24 on two signals have this name; the one with the level is meant.
    log.messageReceived[str, str, Qgis.MessageLevel].connect(note)
    yield
    log.messageReceived[str, str, Qgis.MessageLevel].disconnect(note)
    assert not faults, faults[0]


@pytest.fixture(autouse=True)
def clean_settings():
    """Start every test with the settings of a new profile."""
    QgsSettings().remove("plugins/dinamis")
    yield
    QgsSettings().remove("plugins/dinamis")


@pytest.fixture
def server():
    """A real HTTP server on a free port of the loopback; routes are set by the test."""
    with LocalServer() as running:
        yield running


@pytest.fixture
def scripted(server):
    """A service whose answers the test decides."""
    return ScriptedService(server)


@pytest.fixture
def opened_urls():
    """The addresses that the plugin opened in the browser."""
    return []


@pytest.fixture
def controllers(qgis_app, project, opened_urls):
    """All controllers, as the plugin builds them, but without a browser."""
    from dinamis_plugin.controllers.app import Controllers

    def open_url(url):
        opened_urls.append(url)
        return True

    made = Controllers(open_url=open_url)
    yield made
    made.shutdown()
    made.deleteLater()
    wait_until(lambda: QgsApplication.taskManager().count() == 0, 5)


@pytest.fixture
def project(qgis_app):
    """The project of QGIS, emptied before and after."""
    QgsProject.instance().clear()
    yield QgsProject.instance()
    QgsProject.instance().clear()


@pytest.fixture
def runner(qgis_app):
    """A task runner that is ended with the test."""
    from dinamis_plugin.tasks.runner import TaskRunner

    running = TaskRunner()
    yield running
    running.shutdown()
    wait_until(lambda: QgsApplication.taskManager().count() == 0, 5)


@pytest.fixture
def no_master_password(qgis_app):
    """An authentication database for which no master password was ever set."""
    manager = QgsApplication.authManager()
    manager.clearMasterPassword()
    with closing(sqlite3.connect(QgsApplication.qgisAuthDatabaseFilePath())) as database, database:
        for table in ("auth_pass", "auth_settings"):
            database.execute(f"DELETE FROM {table}")
    yield manager


@pytest.fixture
def master_password(no_master_password):
    """An empty authentication database, open."""
    assert no_master_password.setMasterPassword("a-test-password", True)
    yield no_master_password
    no_master_password.clearMasterPassword()


@pytest.fixture(scope="session")
def realdata():
    """The folder of real data; the test is skipped where it is absent."""
    if not REALDATA.is_dir():
        pytest.skip(f"real data not found at {REALDATA} (set DINAMIS_REALDATA)")
    return REALDATA


class LiveService:
    """A running service and its accounts."""

    def __init__(self, url, accounts):
        self.url = url
        self.accounts = accounts

    def account(self, role="user"):
        """The first account with a role."""
        return next(entry for entry in self.accounts if entry["role"] == role)


@pytest.fixture(scope="session")
def live_service(tmp_path_factory):
    """The real service with a small demonstration, started for the session or handed in."""
    given = os.environ.get("DINAMIS_TEST_SERVICE", "").split()
    if given:
        yield LiveService(given[0], json.loads(Path(given[1]).read_text("utf-8")))
        return
    python = ROOT / ".venv" / "service" / "bin" / "python"
    if subprocess.run([str(python), "-c", "import fastapi"], capture_output=True, check=False).returncode if python.exists() else True:
        pytest.skip("the service's environment is not usable here (set DINAMIS_TEST_SERVICE)")
    folder = tmp_path_factory.mktemp("service")
    ready = folder / "ready.json"
    command = [str(python), "-m", "dinamis_service.cli", "demo", "--scenes", "2000", "--images", "small", "--port", "0"]
    command += ["--ready-file", str(ready), "--data-dir", str(folder / "data")]
    output = (folder / "service.log").open("wb")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env=environment)
    try:
        end = time.monotonic() + 240
        while not ready.exists() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.2)
        log = (folder / "service.log").read_text("utf-8", "replace")[-3000:]
        assert ready.exists(), f"the service did not start:\n{log}"
        accounts = json.loads((folder / "data" / "accounts.json").read_text("utf-8"))
        yield LiveService(json.loads(ready.read_text("utf-8"))["url"], accounts)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        output.close()
