"""What the words that a person types mean to the service, and the places they may become (CAT-06)."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..api.service import Service
from ..domain.errors import DinamisError
from ..domain.free_text import Chip, Reading
from ..domain.place import Place
from ..tasks.runner import TaskContext, TaskRunner
from .session import SessionController

translate = QCoreApplication.translate

Answer = tuple[Reading, str, tuple[Place, ...]]


class FreeTextController(QObject):
    """Has texts read; an answer to an earlier text is dropped, a failure shows nothing.

    Signals:
        read: the `Reading` of the text asked last.
        rewritten: a text, and the same without the words of a chip that was taken away.
        suggested: the end of the text that may be a place, and the list of `Place`.
    """

    read = pyqtSignal(object)
    rewritten = pyqtSignal(str, str)
    suggested = pyqtSignal(str, object)

    def __init__(self, runner: TaskRunner, session: SessionController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._session = session

    def ask(self, text: str, *, suggest: bool) -> None:
        """Have a text read, and with `suggest` places looked for that its end may become."""
        service = self._session.service

        def work(context: TaskContext) -> Answer:
            if service is None or not text.strip():
                return Reading(), "", ()
            return _answer(service, text, context, suggest=suggest)

        def done(answer: Answer) -> None:
            reading, end, places = answer
            self.read.emit(reading)
            self.suggested.emit(end, places)

        def failed(_error: DinamisError) -> None:
            self.read.emit(Reading())

        self._runner.run(translate("Dinamis", "Reading a text"), work, done, failed, cancel_previous="text")

    def take_away(self, text: str, chip: Chip) -> None:
        """Have the words taken out of a text that mean a chip."""
        service = self._session.service
        if service is not None:
            self._runner.run(
                translate("Dinamis", "Reading a text"),
                lambda context: service.free_text.without(text, chip, context.cancelled),
                lambda left: self.rewritten.emit(text, left),
                lambda _error: None,
                cancel_previous="text",
            )


def _answer(service: Service, text: str, context: TaskContext, *, suggest: bool) -> Answer:
    reading = service.free_text.read(text, context.cancelled)
    end, places = service.places.at_end_of(text, context.cancelled) if suggest else ("", ())
    return reading, end, places
