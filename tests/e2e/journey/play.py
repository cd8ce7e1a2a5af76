"""Plays the steps one after the other, keeps a picture and the facts of each, and ends QGIS."""

from __future__ import annotations

import json
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsProject, QgsRectangle
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import QApplication, QMessageBox
from qgis.utils import iface

TICK_MS = 20
FRANCE = QgsRectangle(-6, 41, 10, 52)
SETTLE_S = 0.4


@dataclass
class Record:
    """What the report tells of one step."""

    name: str
    name_fr: str
    state: str = "running"
    seconds: float = 0.0
    error: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)


class Journey:
    """What the steps share: the setting, the facts found on the way and the pictures."""

    def __init__(self, setting: dict[str, Any]) -> None:
        self.out = Path(setting["out"])
        self.service_url: str = setting["service_url"]
        self.realdata = Path(setting["realdata"]) if setting["realdata"] else None
        self.scenario: dict[str, Any] = setting["scenario"]
        self.tests = Path(setting["tests"])
        self.faults: list[str] = []
        self.records: list[Record] = []

    def hear(self, message: str, _tag: str, _level: object) -> None:
        """Take note of a Python exception in QGIS's log: the journey does not go on after it."""
        if "Traceback (most recent call last)" in message:
            print(message, file=sys.stderr)
            self.faults.append(" ".join(re.sub(r"<[^>]+>", " ", message).split()))

    @property
    def canvas(self) -> Any:
        """The map canvas of QGIS."""
        return iface.mapCanvas()

    def fact(self, label: str, value: object) -> None:
        """Tell a fact in the report."""
        self.records[-1].facts.append((label, str(value)))

    def picture(self, title: str) -> Iterator[None]:
        """Let the window be drawn, then keep a picture of the whole screen."""
        end = time.monotonic() + SETTLE_S
        while time.monotonic() < end:
            yield
        record = self.records[-1]
        name = f"{len(self.records):02d}-{len(record.pictures) + 1}.png"
        if not QGuiApplication.primaryScreen().grabWindow(0).save(str(self.out / name)):
            message = f"the picture {name} cannot be saved"
            raise OSError(message)
        record.pictures.append((name, title))

    def save(self, *, finished: bool) -> None:
        """Write what is known, so that a crash of QGIS loses nothing."""
        passed = finished and all(record.state in {"ok", "skipped"} for record in self.records)
        outcome = {
            "finished": finished,
            "passed": passed,
            "steps": [asdict(record) for record in self.records],
        }
        partial = self.out / "result.json.part"
        partial.write_text(json.dumps(outcome, ensure_ascii=False, indent=1), encoding="utf-8")
        partial.replace(self.out / "result.json")


class Skip(Exception):  # noqa: N818 - not an error
    """A step has nothing to do here; the message says why."""


Step = tuple[str, str, Callable[[Journey], Iterator[None]]]


class Player:
    """Drives the generators from a timer, one small part per tick."""

    def __init__(self, journey: Journey, steps: list[Step]) -> None:
        self._journey = journey
        self._steps = list(steps)
        self._current: Iterator[None] | None = None
        self._since = 0.0
        self._busy = False
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def _tick(self) -> None:
        # A call of a step may spin the event loop itself: the step goes on when that call is done.
        if self._busy:
            return
        self._busy = True
        try:
            self._advance()
        finally:
            self._busy = False

    def _advance(self) -> None:
        if self._current is None:
            if not self._steps:
                self._finish()
                return
            name, name_fr, make = self._steps.pop(0)
            self._journey.records.append(Record(name, name_fr))
            self._journey.save(finished=False)
            self._since = time.monotonic()
            self._current = make(self._journey)
        try:
            self._raise_faults()
            next(self._current)
        except StopIteration:
            self._close("ok")
        except Skip as reason:
            self._close("skipped", str(reason))
        except Exception as error:  # noqa: BLE001 - every failure ends in the report
            print(traceback.format_exc(), file=sys.stderr)
            self._steps = []
            self._close("failed", str(error) or type(error).__name__)
            self._current = self._journey.picture("what was on the screen")

    def _raise_faults(self) -> None:
        self._journey.faults += _boxes_of_qgis()
        if self._journey.faults and self._journey.records[-1].state == "running":
            message = f"an exception in QGIS: {self._journey.faults[0]}"
            raise RuntimeError(message)

    def _close(self, state: str, said: str = "") -> None:
        self._current = None
        record = self._journey.records[-1]
        if record.state == "running":  # the last picture of a failed step ends here too
            record.state, record.error = state, said
            record.seconds = round(time.monotonic() - self._since, 2)
        self._journey.save(finished=False)

    def _finish(self) -> None:
        self._timer.stop()
        self._journey.save(finished=True)
        QgsProject.instance().setDirty(False)
        # A dialog left open by a failure would keep QGIS from ending by itself.
        QTimer.singleShot(0, iface.actionExit().trigger)


def _boxes_of_qgis() -> list[str]:
    """What QGIS tells in a box of its own about an exception; a box keeps the pointer from all the rest."""
    boxes = [box for box in QApplication.topLevelWidgets() if isinstance(box, QMessageBox)]
    return [box.text() for box in boxes if box.isVisible() and box.icon() == QMessageBox.Icon.Critical]


def start(steps: list[Step], prepare: Callable[[], None]) -> None:
    """Play steps once the window stands and was prepared."""
    journey = Journey(json.loads(os.environ["DINAMIS_JOURNEY"]))

    def begin() -> None:
        # The first layer has given the project its CRS by now. QGIS 3.44 fails where it draws the world in
        # this one from far beyond its poles, which the preview of the parts around the map does.
        journey.canvas.setExtent(FRANCE)
        QgsProject.instance().setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
        journey.player = Player(journey, steps)  # type: ignore[attr-defined]

    QgsApplication.messageLog().messageReceived.connect(journey.hear)
    iface.journey = journey  # the timer lives as long as something refers to it
    QTimer.singleShot(1500, prepare)
    QTimer.singleShot(3000, begin)
