"""Areas by the name of a place: suggestions while a person types, and the outline of the one meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable

from qgis.PyQt.QtCore import QCoreApplication, QObject, QTimer, pyqtSignal

from ..domain.aoi import Aoi
from ..domain.errors import CancelledError, DinamisError, NotFoundError
from ..domain.free_text import LEAST_LETTERS
from ..domain.place import Place, outline_from_json
from ..qgisio.geometry import make_aoi
from ..tasks.runner import TaskContext, TaskRunner
from .messages import Notice, NoticeLevel
from .session import SessionController
from .session_notices import no_service

translate = QCoreApplication.translate

PAUSE_MS = 180
"""Suggestions are asked when the person stops typing for so long."""


class PlacesController(QObject):
    """Asks the gazetteer of the service; nobody needs to be signed in.

    Signals:
        suggested: the text, and the list of Places for it; answers to earlier texts are dropped.
        found: the Aoi of a chosen place.
        failed: a Notice.
    """

    suggested = pyqtSignal(str, object)
    found = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(self, runner: TaskRunner, session: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session
        self._text = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._ask)

    def suggest(self, text: str) -> None:
        """Ask for places whose name begins so, once the person pauses; a short text has none."""
        self._text = text.strip()
        if len(self._text) < LEAST_LETTERS:
            self._timer.stop()
            self.suggested.emit(self._text, [])
        else:
            self._timer.start()

    def choose(self, place: Place) -> None:
        """Make an area of a place; its bounds, where the service does not tell outlines."""
        service = self._session.service
        if service is None:
            self.failed.emit(no_service(self._session.why_not, self._session.connect_service))
            return

        def work(context: TaskContext) -> Aoi:
            try:
                outline = outline_from_json(service.places.document(place.id, context.cancelled))
            except NotFoundError:
                return make_aoi(place.name, place.box())
            return make_aoi(place.name, outline, place=place.id)

        self._run(work, self.found.emit)

    def look_up(self, text: str) -> None:
        """Make an area of the likeliest place of this name."""
        service = self._session.service
        if service is None:
            self.failed.emit(no_service(self._session.why_not, self._session.connect_service))
            return

        def done(places: Sequence[Place]) -> None:
            if places:
                self.choose(places[0])
            else:
                self.failed.emit(_unknown(text))

        self._run(lambda context: service.places.beginning(text, 1, context.cancelled), done)

    def _ask(self) -> None:
        service, text = self._session.service, self._text
        if service is None:
            self.suggested.emit(text, [])
            return
        self._runner.run(
            translate("Dinamis", "Looking for places"),
            lambda context: service.places.beginning(text, cancel=context.cancelled),
            lambda places: self.suggested.emit(text, places),
            lambda _error: self.suggested.emit(text, []),
            cancel_previous="places",
        )

    def _run(self, work: Callable[[TaskContext], Any], done: Callable[[Any], None]) -> None:
        self._runner.run(
            translate("Dinamis", "Looking for places"), work, done, self._failed, cancel_previous="place"
        )

    def _failed(self, error: DinamisError) -> None:
        if isinstance(error, NotFoundError):
            self.failed.emit(
                Notice(
                    NoticeLevel.WARNING,
                    translate("Dinamis", "No places"),
                    translate("Dinamis", "This service knows no places by name."),
                    translate("Dinamis", "Draw the area on the map instead."),
                )
            )
        elif not isinstance(error, CancelledError):
            self.failed.emit(self._session.notice_for(error))


def _unknown(text: str) -> Notice:
    return Notice(
        NoticeLevel.WARNING,
        translate("Dinamis", "Place not found"),
        translate("Dinamis", "No place is called “{text}”.").format(text=text),
        translate("Dinamis", "Try another spelling, or draw the area on the map."),
    )
