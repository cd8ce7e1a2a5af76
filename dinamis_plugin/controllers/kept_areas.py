"""Named areas that are kept for later, in the profile of the person."""

from __future__ import annotations

import threading
from dataclasses import replace

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.aoi import Aoi
from ..domain.errors import DinamisError, FileGoneError
from ..qgisio.kept_areas import kept_path, read_kept, write_kept
from ..qgisio.projections import forget_worker_systems
from ..tasks.runner import TaskContext, TaskRunner
from .messages import Notice, NoticeLevel, notice_for

translate = QCoreApplication.translate


class KeptAreas(QObject):
    """Reads the kept areas once, and writes them whenever they change.

    Signals:
        changed: the list is another one.
        notice: a Notice about an area that was kept.
        failed: a Notice, when they could not be written.
    """

    changed = pyqtSignal()
    notice = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._kept: dict[str, Aoi] = {}
        self._path = kept_path()
        self._write_lock = threading.Lock()
        self._changes = self._written = 0
        self._read = self._reading = False

    @property
    def names(self) -> list[str]:
        """Names of the kept areas, in the order of the alphabet."""
        return sorted(self._kept, key=str.casefold)

    def load(self) -> None:
        """Read the file in a task; what was kept meanwhile stays."""
        if self._reading:
            return
        self._reading = True
        self._runner.run(
            translate("Dinamis", "Reading the kept areas"), self._read_file, self._loaded, self._not_read
        )

    def area(self, name: str) -> Aoi | None:
        """The kept area of this name."""
        return self._kept.get(name)

    def keep(self, aoi: Aoi) -> None:
        """Keep an area under its name; one of that name gives way."""
        self._kept[aoi.name] = aoi
        self._changed()
        self.notice.emit(
            Notice(
                NoticeLevel.SUCCESS,
                translate("Dinamis", "Area kept"),
                translate("Dinamis", "“{name}” is among your kept areas.").format(name=aoi.name),
            )
        )

    def forget(self, name: str) -> None:
        """Keep an area no longer."""
        if self._kept.pop(name, None) is not None:
            self._changed()

    def _read_file(self, _context: TaskContext) -> list[Aoi]:
        try:
            return read_kept(self._path)
        except OSError as error:
            raise FileGoneError(str(error.strerror or "")) from None

    def _not_read(self, error: DinamisError) -> None:
        self._reading = False
        self.failed.emit(
            replace(
                notice_for(error),
                text=translate("Dinamis", "Your kept areas cannot be read: {path}").format(path=self._path),
                hint=translate("Dinamis", "Nothing is written there until they can."),
            )
        )

    def _loaded(self, aois: list[Aoi]) -> None:
        forget_worker_systems()
        self._kept = {**{aoi.name: aoi for aoi in aois}, **self._kept}
        self._read, self._reading = True, False
        self.changed.emit()
        if self._changes:
            self._changed()

    def _changed(self) -> None:
        self._changes += 1
        self.changed.emit()
        if not self._read:
            self.load()  # and written once the file is known: what it holds would be lost
            return
        number, areas = self._changes, list(self._kept.values())

        def work(_context: TaskContext) -> None:
            with self._write_lock:
                if number <= self._written:
                    return
                try:
                    write_kept(areas, self._path)
                except OSError as error:
                    raise FileGoneError(str(error.strerror or "")) from None
                self._written = number

        self._runner.run(
            translate("Dinamis", "Writing the kept areas"),
            work,
            lambda _nothing: None,
            lambda error: self.failed.emit(notice_for(error)),
        )
