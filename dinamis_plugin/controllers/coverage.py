"""How much of the areas of interest each listed scene covers, measured in worker threads (CAT-24)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.aoi import Aoi, combine
from ..domain.cart import Key, key_of
from ..domain.coverage import AreaPieces
from ..domain.errors import CancelledError
from ..domain.scene import Scene
from ..qgisio.geometry import measure_on_ellipsoid
from ..tasks.courtesy import Courtesy
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner

translate = QCoreApplication.translate

_HANDFUL = 500
"""Scenes measured before the first ones are shown."""


class _Pieces:
    """The areas cut into pieces by the first worker thread that asks."""

    def __init__(self, aois: Sequence[Aoi]) -> None:
        self._aois = tuple(aois)
        self._lock = threading.Lock()
        self._made: AreaPieces | None = None

    def get(self) -> AreaPieces | None:
        """Give them; None where there is no area."""
        with self._lock:
            if self._made is None:
                whole = combine(self._aois)
                if whole is None or whole.is_empty:
                    return None
                self._made = AreaPieces(whole, measure_on_ellipsoid())
            return self._made


class CoverageController(QObject):
    """Measures scenes against the areas of a search; what was measured against others is forgotten.

    Signals:
        measured: the shares (of 1) that came to be known, by the key of the scene.
    """

    measured = pyqtSignal(object)

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._pieces: _Pieces | None = None
        self._shares: dict[Key, float] = {}
        self._waiting: list[Scene] = []
        self._held = False
        self._work: TaskHandle | None = None

    @property
    def shares(self) -> Mapping[Key, float]:
        """What is known, by the key of the scene."""
        return self._shares

    def start(self, aois: Sequence[Aoi]) -> None:
        """Measure against these areas from now on."""
        self._pieces = _Pieces(aois) if aois else None
        self._shares = {}
        self._waiting = []
        if self._work is not None:
            self._work.drop()
            self._work = None

    def measure(self, scenes: Sequence[Scene]) -> None:
        """Measure scenes; `measured` tells, in parts."""
        if self._pieces is not None:
            self._waiting.extend(scenes)
            self._go_on()

    def hold(self, held: bool) -> None:
        """Measure nothing while results come in: that has to be quick first."""
        self._held = held
        self._go_on()

    def _go_on(self) -> None:
        """Begin with what waits, unless something is being measured already."""
        pieces = self._pieces
        if pieces is None or not self._waiting or self._held or self._work is not None:
            return
        wanted, self._waiting = self._waiting, []
        courtesy = Courtesy()

        def work(context: TaskContext) -> None:
            try:
                _measure(pieces, wanted, courtesy, context)
            finally:
                courtesy.end()

        self._work = self._runner.run(
            translate("Dinamis", "Measuring how much of the area each scene covers"),
            work,
            lambda _nothing: self._ended(),
            lambda _error: self._ended(),
            on_part=lambda shares: self._came(pieces, shares),
        )

    def _ended(self) -> None:
        self._work = None
        self._go_on()

    def _came(self, pieces: _Pieces, shares: dict[Key, float]) -> None:
        if pieces is self._pieces:
            self._shares.update(shares)
            self.measured.emit(shares)


def _measure(pieces: _Pieces, wanted: Sequence[Scene], courtesy: Courtesy, context: TaskContext) -> None:
    area = pieces.get()
    if area is None:
        return
    for first in range(0, len(wanted), _HANDFUL):
        part: dict[Key, float] = {}
        for scene in wanted[first : first + _HANDFUL]:
            if context.cancelled():
                raise CancelledError("")
            courtesy.stand_back()
            part[key_of(scene)] = area.share(scene.footprint)
        context.tell(part)
