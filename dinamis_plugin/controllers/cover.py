"""Covering the areas by as few of the scenes found as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.aoi import Aoi, AreaGeometry, combine, outline_of
from ..domain.cover import Footprint, cover_area
from ..domain.errors import AoiError, AoiProblem, CancelledError, DinamisError
from ..domain.scene import Scene
from ..qgisio.geometry import area_km2
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .messages import notice_for

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Covering:
    """The scenes that were chosen, and what they leave open.

    Attributes:
        scenes: What covers most first.
        outline: What is drawn of the gaps, in EPSG:4326; empty when there are none.
        gap_share: Part of the areas that the gaps are, 0 to 1.
        gap_km2: Area of the gaps on the WGS 84 ellipsoid.
        fewest: Whether it is proven that fewer scenes do not do.
    """

    scenes: tuple[Scene, ...]
    outline: AreaGeometry
    gap_share: float
    gap_km2: float
    fewest: bool


class CoverController(QObject):
    """Has one choice made at a time.

    Signals:
        busy: whether a choice is being made.
        ready: the Covering.
        failed: a Notice.
    """

    busy = pyqtSignal(bool)
    ready = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._work: TaskHandle | None = None

    def run(self, aois: Sequence[Aoi], scenes: Sequence[Scene]) -> None:
        """Choose among scenes; the choice for earlier ones is dropped."""
        areas, found = tuple(aois), tuple(scenes)
        self.busy.emit(True)
        self._work = self._runner.run(
            translate("Dinamis", "Covering the area"),
            lambda context: _covering(areas, found, context),
            self._done,
            self._failed,
            cancel_previous="cover",
        )

    def cancel(self) -> None:
        """Give the choice up."""
        if self._work is not None:
            self._work.drop()
            self._work = None
            self.busy.emit(False)

    def _done(self, covering: Covering) -> None:
        self._work = None
        self.busy.emit(False)
        self.ready.emit(covering)

    def _failed(self, error: DinamisError) -> None:
        self._work = None
        self.busy.emit(False)
        if not isinstance(error, CancelledError):
            self.failed.emit(notice_for(error))


def _covering(aois: Sequence[Aoi], scenes: Sequence[Scene], context: TaskContext) -> Covering:
    area = combine(aois)
    if area is None:
        raise AoiError(AoiProblem.EMPTY)
    footprints = [Footprint(scene.footprint, scene.cloud, scene.acquired) for scene in scenes]
    cover = cover_area(area, footprints, context.cancelled)
    return Covering(
        scenes=tuple(scenes[number] for number in cover.chosen),
        outline=outline_of(cover.gaps),
        gap_share=cover.gap_share,
        gap_km2=0.0 if cover.gaps.is_empty else area_km2(cover.gaps),
        fewest=cover.proven,
    )
