"""The tutorial: a tour of the dock, at the first start and whenever it is asked for (ACC-13)."""

from __future__ import annotations

from typing import NamedTuple

from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer
from qgis.PyQt.QtWidgets import QTabWidget, QWidget

from ..controllers.app import Controllers
from .tour import Stop, Tour

translate = QCoreApplication.translate

WELCOME_AFTER_MS = 1500
"""QGIS stands then, and the dock has its place."""


class TourParts(NamedTuple):
    """Where the parts of the dock are that the tour shows."""

    account: QWidget
    tabs: QTabWidget
    areas: QWidget
    filters: QWidget
    results: QWidget
    projects: QWidget
    requests: QWidget
    quotas: QWidget


class Tutorial(QObject):
    """Shows the tour over the dock; by itself once only."""

    def __init__(self, dock: QWidget, controllers: Controllers, parts: TourParts) -> None:
        super().__init__(dock)
        self._dock = dock
        self._settings = controllers.settings
        self._parts = parts
        self._tab_before = 0
        self.tour: Tour | None = None

    def welcome(self, visible: bool) -> None:
        """Show the tour to who has not seen it, when the dock has been open for a moment."""
        if visible and not self._settings.tutorial_seen:
            QTimer.singleShot(WELCOME_AFTER_MS, self.begin_if_new)

    def begin_if_new(self) -> None:
        """Show the tour to who has not seen it, where the dock is open."""
        if not self._settings.tutorial_seen and self.tour is None and self._dock.isVisible():
            self.begin()

    def begin(self) -> None:
        """Show the tour from its beginning."""
        self.end()
        self._tab_before = self._parts.tabs.currentIndex()
        self.tour = Tour(self._dock.widget(), self._stops())
        self.tour.ended.connect(self._ended)

    def end(self) -> None:
        """Leave the tour, if there is one."""
        if self.tour is not None:
            self.tour.end()

    def _ended(self) -> None:
        self.tour = None
        self._settings.tutorial_seen = True
        self._parts.tabs.setCurrentIndex(self._tab_before)

    def _stops(self) -> list[Stop]:
        parts = self._parts
        return [
            self._stop(
                parts.account,
                translate("Dinamis", "Your account"),
                translate(
                    "Dinamis",
                    "Sign in here. The round button opens your menu: requests, notifications, preferences,"
                    " languages, this tutorial and the registry.",
                ),
            ),
            self._stop(
                parts.tabs.tabBar(),
                translate("Dinamis", "Four pages"),
                translate("Dinamis", "Filters, results, requests and account, in the order of your work."),
            ),
            self._stop(
                parts.areas,
                translate("Dinamis", "Where"),
                translate(
                    "Dinamis",
                    "Draw an area on the map, import one from a file, a layer or a selection, or find a place"
                    " by its name.",
                ),
                0,
            ),
            self._stop(
                parts.filters,
                translate("Dinamis", "What and when"),
                translate(
                    "Dinamis",
                    "Missions, dates, clouds and angle. The numbers follow each change, and so does the map.",
                ),
                0,
            ),
            self._stop(
                parts.results,
                translate("Dinamis", "The scenes found"),
                translate(
                    "Dinamis",
                    "As a list or as pictures. Tick some of them: the buttons below add them to the map,"
                    " download them or order them.",
                ),
                1,
            ),
            self._stop(
                parts.projects,
                translate("Dinamis", "Your projects"),
                translate(
                    "Dinamis",
                    "Images are requested within a project. The table of all projects opens in a window of"
                    " its own.",
                ),
                2,
            ),
            self._stop(
                parts.requests,
                translate("Dinamis", "Your requests"),
                translate(
                    "Dinamis",
                    "Ask for a new acquisition, follow each request, answer a quotation. Notifications tell"
                    " you what changed.",
                ),
                2,
            ),
            self._stop(
                parts.quotas,
                translate("Dinamis", "What is free"),
                translate(
                    "Dinamis",
                    "The free area of one request for each sensor, what more costs, and the calls that are"
                    " open.",
                ),
                3,
            ),
        ]

    def _stop(self, part: QWidget, title: str, text: str, tab: int | None = None) -> Stop:
        def prepare() -> None:
            if tab is not None:
                self._parts.tabs.setCurrentIndex(tab)

        return Stop(part, title, text, prepare)
