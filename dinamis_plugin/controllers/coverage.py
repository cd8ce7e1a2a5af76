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
from ..tasks.runner import TaskContext, TaskRunner

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

    @property
    def shares(self) -> Mapping[Key, float]:
        """What is known, by the key of the scene."""
        return self._shares

    @property
    def has_area(self) -> bool:
        """Whether there are areas to measure against."""
        return self._pieces is not None

    def start(self, aois: Sequence[Aoi]) -> None:
        """Measure against these areas from now on."""
        self._pieces = _Pieces(aois) if aois else None
        self._shares = {}

    def measure(self, scenes: Sequence[Scene]) -> None:
        """Measure scenes; `measured` tells, in parts."""
        pieces, wanted = self._pieces, list(scenes)
        if pieces is None or not wanted:
            return

        def work(context: TaskContext) -> None:
            area = pieces.get()
            if area is None:
                return
            for first in range(0, len(wanted), _HANDFUL):
                if context.cancelled():
                    raise CancelledError("")
                part = wanted[first : first + _HANDFUL]
                context.tell({key_of(scene): area.share(scene.footprint) for scene in part})

        self._runner.run(
            translate("Dinamis", "Measuring how much of the area each scene covers"),
            work,
            lambda _nothing: None,
            on_part=lambda shares: self._came(pieces, shares),
        )

    def _came(self, pieces: _Pieces, shares: dict[Key, float]) -> None:
        if pieces is self._pieces:
            self._shares.update(shares)
            self.measured.emit(shares)
