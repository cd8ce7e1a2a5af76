"""Fixtures of the plugin tests: QGIS without a screen, small HTTP servers, and the real service.

The real service runs from its own environment. Inside the second QGIS (`make test-qgis344`) that environment
is not there: start the service outside and hand it in as DINAMIS_TEST_SERVICE="<url> <accounts.json>", the
file by its whole path as the tests see it.
"""

from __future__ import annotations

import gc
import json
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from qgis.core import Qgis, QgsApplication, QgsProject, QgsSettings

from dinamis_plugin.controllers.app import Controllers
from dinamis_plugin.controllers.session import SessionState
from dinamis_plugin.domain import device
from dinamis_plugin.qgisio.download_store import queue_path
from dinamis_plugin.tasks.runner import TaskRunner

from .images import make_cog
from .local_http import LocalServer
from .scripted_people import ScriptedPeople
from .scripted_service import ScriptedService
from .waiting import wait_until

os.environ.pop("DINAMIS_SERVICE_URL", None)

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "unit"))

from live_service import PYTHON, LiveService, decide  # noqa: E402 -- lies with the tests that need no QGIS

REALDATA = Path(os.environ.get("DINAMIS_REALDATA", ROOT.parent / "shared" / "realdata"))


@pytest.fixture(scope="session", autouse=True)
def garbage_goes_before_qgis_does(qgis_app):
    """Collect what cycles still hold: a GDAL dataset that ends after QGIS ends the process."""
    yield
    gc.collect()


@pytest.fixture(scope="session", autouse=True)
def quick_sign_ins():
    """Hundreds of tests sign in: let the scripted service have itself asked more often than a real one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device, "SHORTEST_INTERVAL_S", 0.05)
        yield


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


@pytest.fixture(autouse=True)
def no_downloads_of_others(qgis_app):
    """Start every test without downloads that an earlier one left."""
    queue_path().unlink(missing_ok=True)
    yield
    queue_path().unlink(missing_ok=True)


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

    def open_url(url):
        opened_urls.append(url)
        return True

    made = Controllers(open_url=open_url)
    yield made
    made.shutdown()
    made.deleteLater()


@pytest.fixture
def project(qgis_app):
    """The project of QGIS, emptied before and after."""
    QgsProject.instance().clear()
    yield QgsProject.instance()
    QgsProject.instance().clear()


@pytest.fixture(scope="session")
def cog(tmp_path_factory):
    """A small image: its path and its pixels."""
    path = tmp_path_factory.mktemp("cog") / "image.tif"
    return path, make_cog(path)


@pytest.fixture
def signed_in(controllers, scripted):
    """All controllers, signed in to the scripted service."""
    controllers.settings.service_url = scripted.url
    scripted.polls = ["granted"]
    controllers.session.sign_in()
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN)
    return controllers


@pytest.fixture
def people_there(scripted):
    """The scripted service, with projects, notifications and preferences of people."""
    return ScriptedPeople(scripted)


@pytest.fixture
def member_dock(dock, people_there, signed_in):
    """The dock (of gui_support) of somebody who is signed in there, with everything read once."""
    wait_until(lambda: signed_in.projects.projects and signed_in.notifications.notifications)
    return dock


@pytest.fixture
def hrefs(scripted, cog):
    """Publishes the small image under as many addresses as a test wants."""

    def publish(count=1, prefix="a"):
        paths = [f"/objects/{prefix}{number}.tif" for number in range(count)]
        data = cog[0].read_bytes()
        scripted.files.update(dict.fromkeys(paths, data))
        return [scripted.url + path for path in paths]

    return publish


@pytest.fixture
def connected(scripted, controllers):
    """Controllers connected to the scripted service."""
    controllers.session.connect_service(scripted.url)
    wait_until(lambda: controllers.session.service is not None)
    return controllers


@pytest.fixture
def runner(qgis_app):
    """A task runner that is ended with the test."""
    running = TaskRunner()
    yield running
    running.shutdown()


@pytest.fixture
def no_master_password(qgis_app):
    """An authentication database for which no master password was ever set."""
    manager = QgsApplication.authManager()
    manager.clearMasterPassword()
    with closing(sqlite3.connect(QgsApplication.qgisAuthDatabaseFilePath())) as database, database:
        for table in ("auth_pass", "auth_settings"):
            database.execute(f"DELETE FROM {table}")
    return manager


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


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    """The real service with a small demonstration: started for the session, or handed in (see the top)."""
    given = os.environ.get("DINAMIS_TEST_SERVICE", "").split()
    if given:
        accounts = json.loads(Path(given[1]).read_text("utf-8"))
        yield SimpleNamespace(url=given[0], accounts={account["username"]: account for account in accounts})
        return
    if (
        not PYTHON.exists()
        or subprocess.run([str(PYTHON), "-c", "import fastapi"], capture_output=True, check=False).returncode
    ):
        pytest.skip("the service's environment is not usable here (set DINAMIS_TEST_SERVICE)")
    service = LiveService(tmp_path_factory.mktemp("service"))
    yield service
    service.stop()


def member(live):
    """The scientific user without any other role."""
    people = live.accounts.values()
    return next(one for one in people if one["role"] == "user" and one["user_kind"] == "SCI")


def sign_in_at(service, controllers, account=None):
    """Sign controllers in to a real service, with a browser that accepts."""
    who = account or member(service)

    def browser(url):
        threading.Thread(target=decide, args=(url, who, "accept"), daemon=True).start()
        return True

    controllers.settings.service_url = service.url
    controllers.session._device_flow._open_url = browser
    controllers.session.sign_in()
    wait_until(lambda: controllers.session.state is SessionState.SIGNED_IN, 60)


@pytest.fixture
def sign_in_live(live):
    """Sign controllers in to the real service of the session, as a member unless another is named."""
    return lambda controllers, account=None: sign_in_at(live, controllers, account)
