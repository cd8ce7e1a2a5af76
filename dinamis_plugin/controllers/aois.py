"""The areas of interest of the search and of requests (CAT-11 to CAT-14)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Callable

from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QObject, pyqtSignal

from ..domain.aoi import Aoi, AreaGeometry, combine, covered_part, degrees_in_metres, query_area
from ..domain.errors import AoiError, AoiProblem, CancelledError, DinamisError
from ..qgisio.area_files import SeveralLayersError, import_aoi_file, import_aoi_text
from ..qgisio.geometry import aoi_from_extent, aoi_from_qgs, area_km2
from ..qgisio.projections import forget_worker_systems
from ..qgisio.selection import SelectedFeatures, areas_of_selections
from ..tasks.runner import TaskContext, TaskHandle, TaskRunner
from .messages import Notice, NoticeLevel, notice_for

translate = QCoreApplication.translate


class _Union:
    """The areas as one, joined by the first worker thread that asks."""

    def __init__(self, aois: Sequence[Aoi]) -> None:
        self._aois = tuple(aois)
        self._lock = threading.Lock()
        self._joined: AreaGeometry | None = None

    def geometry(self) -> AreaGeometry | None:
        """Join them, each place counted once; None when there is no area."""
        with self._lock:
            if self._joined is None:
                self._joined = combine(self._aois)
            return self._joined

    def area_km2(self) -> float:
        """Measure them together, on the WGS 84 ellipsoid."""
        whole = self.geometry()
        return 0.0 if whole is None else area_km2(whole)

    def tolerance_m(self) -> float:
        """How many metres the search goes beyond them, where they are too detailed to be sent."""
        return degrees_in_metres(query_area(self._aois)[1])


class AoiController(QObject):
    """Holds the list of areas; files are read, and areas joined, in tasks.

    Signals:
        changed: the list is another one; the sum of several areas follows as `measured`.
        measured: area of all of them in km2 on the WGS 84 ellipsoid, each place counted once.
        simplified: metres by which the search goes beyond them because they are very detailed; 0 for exactly.
        whole_ready: the areas as one, before they are cut to the footprints that `find_zone` was given.
        zone_ready: the zone asked by `find_zone`; None when there is none.
        zone_failed: a Notice, when it could not be made.
        failed: a Notice; nothing was added, what was there is still there.
        notice: a Notice about something added, such as a repair.
        came: index of the first of the areas that were read from somewhere, when they are in the list.
        importing: True when a file starts being read, False when it ended.
        layer_needed: path and list of LayerInfo; answer with `import_file(path, layer=name)`.
        crs_needed: path and layer name (or ""); answer with `import_file(path, layer, crs)`.
        text_crs_needed: the pasted text; answer with `import_text(text, crs)`.
    """

    changed = pyqtSignal()
    measured = pyqtSignal(float)
    simplified = pyqtSignal(float)
    whole_ready = pyqtSignal(object)
    zone_ready = pyqtSignal(object)
    zone_failed = pyqtSignal(object)
    failed = pyqtSignal(object)
    notice = pyqtSignal(object)
    came = pyqtSignal(int)
    importing = pyqtSignal(bool)
    layer_needed = pyqtSignal(str, object)
    crs_needed = pyqtSignal(str, str)
    text_crs_needed = pyqtSignal(str)

    def __init__(self, runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._aois: list[Aoi] = []
        self._union = _Union(())
        self._total_km2: float | None = 0.0
        self._reading: TaskHandle | None = None

    @property
    def aois(self) -> list[Aoi]:
        """The areas, in the order in which they were added."""
        return list(self._aois)

    @property
    def total_area_km2(self) -> float | None:
        """Area of all of them on the WGS 84 ellipsoid, each place counted once; None until it is known."""
        return self._total_km2

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
        self._take_in(
            lambda context: import_aoi_file(path, layer, given, context.cancelled),
            lambda error: self._import_failed(path, layer, error),
        )

    def import_text(self, text: str, crs: QgsCoordinateReferenceSystem | None = None) -> None:
        """Read a pasted text in a task and add its areas."""
        given, name = None if crs is None else QgsCoordinateReferenceSystem(crs), self._new_name()
        self._take_in(
            lambda context: import_aoi_text(text, name, given, context.cancelled),
            lambda error: self._paste_failed(text, error),
        )

    def add_selection(self, layers: Sequence[QgsVectorLayer]) -> None:
        """Read the selected features of layers in a task and add those that are areas."""
        selections = [SelectedFeatures.of(layer) for layer in layers]
        self._take_in(
            lambda context: areas_of_selections(selections, context.cancelled),
            lambda error: self.failed.emit(notice_for(error)),
        )

    def add_areas(self, aois: Sequence[Aoi]) -> None:
        """Add areas that were made elsewhere, such as a place or one that was kept."""
        self._add(list(aois))

    def cancel_import(self) -> None:
        """Stop reading; nothing is added."""
        if self._reading is not None:
            self._reading.cancel()

    def _take_in(
        self, work: Callable[[TaskContext], list[Aoi]], refused: Callable[[DinamisError], None]
    ) -> None:
        def failed(error: DinamisError) -> None:
            self._reading = None
            self.importing.emit(False)
            if not isinstance(error, CancelledError):
                refused(error)

        def done(aois: list[Aoi]) -> None:
            self._reading = None
            forget_worker_systems()
            self.importing.emit(False)
            first = len(self._aois)
            self._add(aois)
            self.came.emit(first)

        self.importing.emit(True)
        self._reading = self._runner.run(
            translate("Dinamis", "Reading areas"), work, done, failed, cancel_previous="aoi"
        )

    def replace(self, index: int, geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> bool:
        """Give an area another shape; False, and `failed`, when that is not an area."""
        if not 0 <= index < len(self._aois):
            return False
        try:
            self._aois[index] = aoi_from_qgs(geometry, crs, self._aois[index].name)
        except AoiError as error:
            self.failed.emit(notice_for(error))
            return False
        self._list_changed()
        return True

    def rename(self, index: int, name: str) -> None:
        """Give an area another name; an empty one changes nothing."""
        name = " ".join(name.split())
        if 0 <= index < len(self._aois) and name and name != self._aois[index].name:
            self._aois[index] = self._aois[index].renamed(name)
            self.changed.emit()
            if self._total_km2 is not None:
                self.measured.emit(self._total_km2)

    def area_of(self, geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> Aoi | None:
        """Make an area that is not put into the list; None, and `failed`, when it is none."""
        try:
            return aoi_from_qgs(geometry, crs, "")
        except AoiError as error:
            self.failed.emit(notice_for(error))
            return None

    def find_zone(self, footprints: Sequence[AreaGeometry] = (), drawn: Sequence[Aoi] = ()) -> None:
        """Join the areas, or those drawn for one request, within footprints where some are given.

        `whole_ready` and `zone_ready` tell, of the latest call.
        """
        union, within = _Union(drawn) if drawn else self._union, tuple(footprints)

        def work(context: TaskContext) -> AreaGeometry | None:
            whole = union.geometry()
            context.tell(whole)
            return covered_part(whole, within) if whole is not None and within else whole

        self._runner.run(
            translate("Dinamis", "Joining the areas of interest"),
            work,
            self.zone_ready.emit,
            lambda error: self.zone_failed.emit(notice_for(error)),
            cancel_previous="zone",
            on_part=self.whole_ready.emit,
        )

    def find_text(self, ready: Callable[[str], None]) -> None:
        """Join the areas and hand them to `ready` as one WKT in EPSG:4326; empty when there is none."""
        union = self._union

        def work(_context: TaskContext) -> str:
            whole = union.geometry()
            return "" if whole is None else str(whole.wkt)

        self._runner.run(
            translate("Dinamis", "Joining the areas of interest"),
            work,
            ready,
            lambda error: self.failed.emit(notice_for(error)),
            cancel_previous="zone text",
        )

    def remove(self, index: int) -> None:
        """Take one area out of the list."""
        if 0 <= index < len(self._aois):
            del self._aois[index]
            self._list_changed()

    def clear(self) -> None:
        """Take all areas out of the list."""
        if self._aois:
            self._aois.clear()
            self._list_changed()

    def _add(self, aois: list[Aoi]) -> None:
        self._aois.extend(aois)
        self._list_changed()
        notes = [f"{aoi.name}: {aoi.note}" for aoi in aois if aoi.note]
        if notes:
            title = translate("Dinamis", "Area imported")
            self.notice.emit(Notice(NoticeLevel.INFO, title, " ".join(notes)))

    def _list_changed(self) -> None:
        union = self._union = _Union(self._aois)
        sizes = [aoi.area_km2 for aoi in self._aois]
        self._total_km2 = sum(sizes) if len(sizes) <= 1 else None
        self.changed.emit()
        if self._aois:
            self._look_closer(union)

    def _look_closer(self, union: _Union) -> None:
        """Measure several areas together, then find out how exactly they are searched."""
        known = self._total_km2 is not None

        def work(context: TaskContext) -> float:
            if not known:
                context.tell(union.area_km2())
            return union.tolerance_m()

        self._runner.run(
            translate("Dinamis", "Joining the areas of interest"),
            work,
            lambda metres: self._simplified(union, metres),
            lambda error: self.failed.emit(notice_for(error)),
            cancel_previous="total",
            on_part=lambda km2: self._measured(union, km2),
        )

    def _measured(self, union: _Union, km2: float) -> None:
        if union is self._union:
            self._total_km2 = km2
            self.measured.emit(km2)

    def _simplified(self, union: _Union, metres: float) -> None:
        if union is self._union:
            self.simplified.emit(metres)

    def _import_failed(self, path: str, layer: str | None, error: DinamisError) -> None:
        if isinstance(error, SeveralLayersError):
            self.layer_needed.emit(path, error.layers)
        elif isinstance(error, AoiError) and error.kind is AoiProblem.NO_CRS:
            self.crs_needed.emit(path, layer or "")
        else:
            self.failed.emit(notice_for(error))

    def _paste_failed(self, text: str, error: DinamisError) -> None:
        if isinstance(error, AoiError) and error.kind is AoiProblem.NO_CRS:
            self.text_crs_needed.emit(text)
        elif isinstance(error, SeveralLayersError):
            self.failed.emit(notice_for(AoiError(AoiProblem.NOT_TEXT, error.detail)))
        else:
            self.failed.emit(notice_for(error))

    def _new_name(self) -> str:
        return translate("Dinamis", "Area {number}").format(number=len(self._aois) + 1)
