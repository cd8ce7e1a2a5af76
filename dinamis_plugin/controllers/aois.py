"""The areas of interest of the search and of requests (CAT-11 to CAT-13)."""

from __future__ import annotations

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsRectangle
from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.aoi import Aoi, combine
from ..domain.errors import AoiError, AoiProblem, CancelledError, DinamisError
from ..qgisio.geometry import (
    SeveralLayersError,
    aoi_from_extent,
    aoi_from_qgs,
    area_km2,
    import_aoi_file,
)
from ..qgisio.projections import forget_worker_systems
from ..tasks.runner import TaskContext, TaskRunner
from .messages import Notice, NoticeLevel, notice_for

translate = QCoreApplication.translate


class AoiController(QObject):
    """Holds the list of areas; files are read in a task.

    Signals:
        changed: the list is another one.
        failed: a Notice; nothing was added, what was there is still there.
        notice: a Notice about something added, such as a repair.
        importing: True when a file starts being read, False when it ended.
        layer_needed: path and list of LayerInfo; answer with `import_file(path, layer=name)`.
        crs_needed: path and layer name (or ""); answer with `import_file(path, layer, crs)`.
    """

    changed = pyqtSignal()
    failed = pyqtSignal(object)
    notice = pyqtSignal(object)
    importing = pyqtSignal(bool)
    layer_needed = pyqtSignal(str, object)
    crs_needed = pyqtSignal(str, str)

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._aois: list[Aoi] = []

    @property
    def aois(self) -> list[Aoi]:
        """The areas, in the order in which they were added."""
        return list(self._aois)

    @property
    def total_area_km2(self) -> float:
        """Area of all of them on the WGS 84 ellipsoid, each place counted once."""
        if len(self._aois) == 1:
            return self._aois[0].area_km2
        whole = combine(self._aois)
        return 0.0 if whole is None else area_km2(whole)

    def add_geometry(self, geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem, name: str = "") -> bool:
        """Add a drawn or selected geometry; False, and `failed`, when it is not an area."""
        try:
            aoi = aoi_from_qgs(geometry, crs, name or self._new_name())
        except AoiError as error:
            self.failed.emit(notice_for(error))
            return False
        self._add([aoi])
        return True

    def add_extent(self, extent: QgsRectangle, crs: QgsCoordinateReferenceSystem, name: str = "") -> bool:
        """Add an extent, such as the one of the canvas; False, and `failed`, when it has no area."""
        label = name or translate("Dinamis", "Map extent")
        try:
            aoi = aoi_from_extent(extent, crs, label)
        except AoiError as error:
            self.failed.emit(notice_for(error))
            return False
        self._add([aoi])
        return True

    def import_file(
        self,
        path: str,
        layer: str | None = None,
        crs: QgsCoordinateReferenceSystem | None = None,
    ) -> None:
        """Read a file in a task and add its areas."""
        given = None if crs is None else QgsCoordinateReferenceSystem(crs)

        def work(context: TaskContext) -> list[Aoi]:
            return import_aoi_file(path, layer, given, context.cancelled)

        def failed(error: DinamisError) -> None:
            self.importing.emit(False)
            self._import_failed(path, layer, error)

        def done(aois: list[Aoi]) -> None:
            forget_worker_systems()
            self.importing.emit(False)
            self._add(aois)

        self.importing.emit(True)
        self._runner.run(
            translate("Dinamis", "Reading the area file"), work, done, failed, cancel_previous="aoi"
        )

    def remove(self, index: int) -> None:
        """Take one area out of the list."""
        if 0 <= index < len(self._aois):
            del self._aois[index]
            self.changed.emit()

    def clear(self) -> None:
        """Take all areas out of the list."""
        if self._aois:
            self._aois.clear()
            self.changed.emit()

    def _add(self, aois: list[Aoi]) -> None:
        self._aois.extend(aois)
        self.changed.emit()
        notes = [f"{aoi.name}: {aoi.note}" for aoi in aois if aoi.note]
        if notes:
            title = translate("Dinamis", "Area imported")
            self.notice.emit(Notice(NoticeLevel.INFO, title, " ".join(notes)))

    def _import_failed(self, path: str, layer: str | None, error: DinamisError) -> None:
        if isinstance(error, CancelledError):
            return
        if isinstance(error, SeveralLayersError):
            self.layer_needed.emit(path, error.layers)
        elif isinstance(error, AoiError) and error.kind is AoiProblem.NO_CRS:
            self.crs_needed.emit(path, layer or "")
        else:
            self.failed.emit(notice_for(error))

    def _new_name(self) -> str:
        return translate("Dinamis", "Area {number}").format(number=len(self._aois) + 1)
