"""Signing in and out, and what an account shows."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Iterator
from pathlib import Path

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt
from qgis.utils import iface

from .hands import check, click, click_row, find, number, rows, shown, tab, text, usable, wait, write
from .leaks import Needle, in_files, in_objects
from .play import Journey
from .search import show_place, signed_rasters

RESOURCE_BUTTONS = ("addToMapButton", "downloadButton", "orderButton")
BROWSER_S = 5
DOCK_WIDTH = 440
SENSORS = ("PLEIADES", "SPOT", "PNEO")


def sign_in(journey: Journey) -> Iterator[None]:
    """Connect to the service, be refused once, then be let in."""
    yield from open_dock()
    yield from take_tour(journey)
    yield from show_place(journey, journey.scenario["bbox"])
    yield from write("serviceUrlEdit", journey.service_url)
    yield from click("connectButton")
    yield from wait(lambda: usable("connectButton"), "the end of the connection")
    yield from search_something(journey)
    yield from buttons_say_why()
    yield from journey.picture("without a sign-in the buttons are disabled and say why")

    yield from answer(journey, "refuse")
    yield from click("signInButton")
    yield from wait(lambda: text("deviceCodeLabel"), "the code of the device")
    check(find("deviceQrLabel"), "the QR code is shown")
    check(journey.service_url in text("deviceUrlLabel"), "the address to open is shown")
    yield from journey.picture("code, address and QR code while the browser waits for the person")
    yield from use_browser(journey, seen=0)
    yield from wait(lambda: find("signInButton") and text("noticeLabel"), "the refusal told in the dock", 30)
    journey.fact("Refused in the browser", f"{text('noticeLabel')} {text('noticeTextLabel')}")
    yield from journey.picture("the refusal is told")

    yield from answer(journey, "accept")
    yield from click("signInButton")
    yield from wait(lambda: text("deviceCodeLabel"), "the code of the device")
    yield from use_browser(journey, seen=1)
    account = journey.scenario["account"]
    yield from wait(lambda: account["name"] in text("accountLabel"), "the name of the person", 30)
    check(account["entity"] in text("entityLabel"), f"the entity {account['entity']} is shown")
    journey.fact("Signed in as", f"{text('accountLabel')}, {text('entityLabel')}")
    titles = [page[0].split(" · ")[0] for page in visits(journey)[-1]["pages"] if page]
    journey.fact("Pages of the browser", " → ".join(titles))
    yield from journey.picture("first and last name and entity")


def open_dock() -> Iterator[None]:
    """Open the dock from the toolbar when it is hidden, as it is on a first start."""
    if find("DinamisDock") is None:
        buttons = [w for w in _tool_buttons() if "dinamis" in w.defaultAction().objectName().lower()]
        check(buttons, "the toolbar has the button of the plugin")
        buttons[0].setObjectName("openDockButton")
        yield from click("openDockButton")
    dock = yield from shown("DinamisDock")
    iface.mainWindow().resizeDocks([dock], [DOCK_WIDTH], Qt.Orientation.Horizontal)


def take_tour(journey: Journey) -> Iterator[None]:
    """Walk the tutorial that comes by itself at a first start, to its end."""
    titles = []
    yield from shown("tutorialNextButton")
    yield from journey.picture("the tutorial at the first start")
    while find("tutorialNextButton"):
        titles.append(text("tutorialTitle"))
        yield from click("tutorialNextButton")
    check(len(set(titles)) == len(titles) > 1, f"each stop of the tutorial shows another part: {titles}")


def _tool_buttons() -> list:
    from qgis.PyQt.QtWidgets import QApplication, QToolButton  # noqa: PLC0415

    buttons = [w for w in QApplication.allWidgets() if isinstance(w, QToolButton) and w.isVisible()]
    return [button for button in buttons if button.defaultAction() is not None]


def use_browser(journey: Journey, seen: int) -> Iterator[None]:
    """Use the browser that the dock opened; one that did not come is opened by the button."""
    end = time.monotonic() + BROWSER_S
    while len(visits(journey)) == seen and time.monotonic() < end:
        yield
    if len(visits(journey)) == seen:
        yield from click("openBrowserButton")
        yield from wait(lambda: len(visits(journey)) > seen, "the browser")


def answer(journey: Journey, what: str) -> Iterator[None]:
    """Decide what the person will answer in the browser."""
    folder = journey.out / "browser"
    folder.mkdir(exist_ok=True)
    (folder / "answer").write_text(what, encoding="utf-8")
    yield


def visits(journey: Journey) -> list[dict]:
    """What the browser has seen so far."""
    path = Path(journey.out / "browser" / "visits.jsonl")
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )


def search_something(journey: Journey) -> Iterator[None]:
    """Search without a sign-in: everyone may."""
    yield from tab("filtersTab")
    yield from wait(lambda: find("searchButton"), "the button that searches")
    yield from click("searchButton")
    yield from tab("resultsTab")
    yield from wait(lambda: rows("resultsView") > 0, "results without a sign-in", 60)
    yield from click_row("resultsView", 0)


def buttons_say_why() -> Iterator[None]:
    """Each button that needs an account is disabled and says why."""
    for name in RESOURCE_BUTTONS:
        button = yield from shown(name)
        check(not button.isEnabled(), f"{name} is disabled without a sign-in")
        check(len(button.toolTip()) > len(button.text()), f"{name} says why")
    check(text("resourcesHintLabel"), "the page says why the buttons are disabled")


def quotas(journey: Journey) -> Iterator[None]:
    """Look at the account."""
    yield from tab("accountTab")
    for sensor in SENSORS:
        row = yield from shown(f"quotaRow_{sensor}")
        words = " · ".join(_words(row))
        check(words, f"the quota of {sensor} says something")
        journey.fact(f"Quota {sensor}", words)
        if sensor != "PNEO":
            check(number(words) is not None, f"the quota of {sensor} is a number")
    yield from journey.picture("quota of each sensor")


def _words(widget) -> list[str]:
    from qgis.PyQt.QtWidgets import QLabel  # noqa: PLC0415

    labels = widget.findChildren(QLabel) or [widget]
    return [label.text() for label in labels if hasattr(label, "text") and label.isVisible() and label.text()]


def sign_out(journey: Journey) -> Iterator[None]:
    """End the session; then look everywhere for what should be gone."""
    needle = Needle(_kept_tokens())
    check(needle.tokens, "the refresh token was kept encrypted until now")
    yield from tab("resultsTab")
    yield from click("signOutButton")
    yield from wait(lambda: find("signInButton"), "the button that signs in, again")
    yield from wait(lambda: not _auth_keys(), "no stored entry of the plugin", 20)
    yield from wait(lambda: not signed_rasters(), "no layer with a signature")
    yield from buttons_say_why()
    yield from journey.picture("signed out")
    gc.collect()
    yield from wait(lambda: not in_objects(needle), f"no secret in live objects: {in_objects(needle)}", 20)
    found = in_files(needle, [journey.out])
    check(not found, f"no secret in files: {found}")
    journey.fact("Live Python objects with a token or a signature", 0)
    journey.fact("Settings and files with a token or a signature", 0)


def _auth_keys() -> list[str]:
    """Keys of the settings that the plugin keeps in the authentication database."""
    import sqlite3  # noqa: PLC0415

    manager = QgsApplication.authManager()
    path = manager.authenticationDatabasePath()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = []
        for table in tables:
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            if "setting" in columns:
                query = f"SELECT setting FROM {table} WHERE setting LIKE 'dinamis/%'"
                found += [key for (key,) in database.execute(query)]
    return found


def _kept_tokens() -> list[str]:
    manager = QgsApplication.authManager()
    values = [manager.authSetting(key, "", True) for key in _auth_keys()]
    return [str(value) for value in values if value]
