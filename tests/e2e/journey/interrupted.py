"""A large download in a window that is killed meanwhile, and what the next window offers."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication
from qgis.utils import iface

from .account import answer, open_dock, use_browser
from .hands import Act, check, choose, click, click_row, find, rows, tab, text, wait, write
from .play import Journey
from .search import row_text, run_search, show_place

LONGEST_S = 240
TAKEN_AT = "10:42"
"""When the large image was acquired."""
NOTICES = 6


def prepare() -> None:
    """Give the person a large window, and the master password that they always give."""
    scenario = json.loads(os.environ["DINAMIS_JOURNEY"])["scenario"]
    iface.mainWindow().showMaximized()
    QgsApplication.authManager().setMasterPassword(scenario["master_password"], True)


def begin(journey: Journey) -> Iterator[None]:
    """Sign in and start the download of the large image."""
    yield from open_dock()
    yield from show_place(journey, journey.scenario["bbox"])
    yield from write("serviceUrlEdit", journey.service_url)
    yield from answer(journey, "accept")
    yield from click("signInButton")
    yield from wait(lambda: text("deviceCodeLabel"), "the code of the device")
    yield from use_browser(journey, seen=0)
    yield from wait(lambda: journey.scenario["name"] in text("accountLabel"), "the name of the person")
    yield from tab("filtersTab")
    yield from choose("productTypeCombo", lambda data, _: data == "downloadable")
    yield from click("canvasExtentButton")
    yield from run_search()
    found = [row for row in range(rows("resultsView")) if TAKEN_AT in row_text("resultsView", row)]
    check(found, "the large image in the list")
    yield from click_row("resultsView", found[0])
    yield from click("downloadButton")
    yield from write("downloadFolderEdit", str(_folder(journey)))
    yield from click("downloadStartButton")
    yield from until_the_end(journey)


def go_on(journey: Journey) -> Iterator[None]:
    """Take up the session and the downloads of the window before."""
    yield from open_dock()
    yield from turn_to("Downloads interrupted")
    journey.fact("Offered", f"{text('noticeTextLabel')} {text('noticeDetailsLabel')}")
    yield from journey.picture("the downloads of the window that was killed are offered")
    yield from turn_to("A session is kept on this computer")
    yield from click("noticeActionButton")
    yield from wait(lambda: journey.scenario["name"] in text("accountLabel"), "the name of the person")
    yield from turn_to("Downloads interrupted")
    yield from click("noticeActionButton")
    yield from until_the_end(journey)


def turn_to(title: str) -> Act:
    """Turn the pages of the messages until one has this title."""
    yield from wait(lambda: find("noticeLabel"), "a message")
    for _ in range(NOTICES):
        if title in text("noticeLabel"):
            return
        yield from click("noticeNextButton")
    check(False, f"the message: {title}")


def until_the_end(journey: Journey) -> Iterator[None]:
    """Watch the progress: the window is killed at a percentage, or the file is there."""
    if find("downloadProgress") is None:
        yield from click("downloadsToggle")
    yield from wait(lambda: find("downloadProgress"), "the progress of the download")
    yield from wait(
        lambda: _percent() >= journey.scenario["kill_at"] or _images(journey), "progress", LONGEST_S
    )
    if not _images(journey):
        os.kill(os.getpid(), signal.SIGKILL)
    journey.fact("Downloaded", text("downloadStateLabel"))
    yield from journey.picture("the download has ended")


def _percent() -> float:
    bar: Any = find("downloadProgress")
    return 0.0 if bar is None else 100.0 * bar.value() / max(bar.maximum(), 1)


def _folder(journey: Journey) -> Path:
    folder = journey.out / "downloads"
    folder.mkdir(exist_ok=True)
    return folder


def _images(journey: Journey) -> list[Path]:
    return list(_folder(journey).glob("*.tif"))


_FIRST = ("Start a large download", "Commencer un grand téléchargement", begin)
_LATER = ("Go on with it", "Le reprendre", go_on)
STEPS = [_FIRST if json.loads(os.environ["DINAMIS_JOURNEY"])["scenario"]["first"] else _LATER]
