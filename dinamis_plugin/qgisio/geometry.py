"""Areas of interest from drawings, selections and extents; measures on the ellipsoid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Callable

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsDistanceArea,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QByteArray, QCoreApplication, QThread
from shapely import wkb
from shapely.errors import ShapelyError
from shapely.geometry import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from ..domain.aoi import Aoi, combine, extent_polygon, repair
from ..domain.errors import AoiError, AoiProblem
from .reach import require_reach

translate = QCoreApplication.translate

WGS84 = "EPSG:4326"
MAX_SEPARATE = 20
"""More areas become one: a list of hundreds helps nobody."""
_CLOSED_RING = 4


# Between QGIS and shapely


def to_qgs(geometry: BaseGeometry) -> QgsGeometry:
    """Make a QGIS geometry."""
    result = QgsGeometry()
    result.fromWkb(QByteArray(geometry.wkb))
    return result


def from_qgs(geometry: QgsGeometry) -> BaseGeometry:
    """Make a shapely geometry; curves become lines.

    Raises:
        AoiError: UNREADABLE when shapely does not take it.
    """
    plain = QgsGeometry(geometry)
    plain.convertToStraightSegment()
    return from_wkb(bytes(plain.asWkb()))


def from_wkb(data: bytes) -> BaseGeometry:
    """Make a shapely geometry; the same errors."""
    try:
        return wkb.loads(data)
    except (ShapelyError, ValueError) as error:
        raise AoiError(AoiProblem.UNREADABLE, str(error)) from None


def area_km2(geometry: BaseGeometry) -> float:
    """Measure an area in EPSG:4326 on the WGS 84 ellipsoid, in square kilometres."""
    return measure_on_ellipsoid()(geometry)


def measure_on_ellipsoid() -> Callable[[BaseGeometry], float]:
    """Give what measures many areas as `area_km2` measures one, for the thread that asks."""
    measure = QgsDistanceArea()
    measure.setEllipsoid("WGS84")
    measure.setSourceCrs(QgsCoordinateReferenceSystem(WGS84), QgsCoordinateTransformContext())
    return lambda geometry: float(measure.measureArea(to_qgs(geometry))) / 1e6


# Areas from QGIS


def aoi_from_qgs(geometry: QgsGeometry, crs: QgsCoordinateReferenceSystem, name: str) -> Aoi:
    """Make an area of interest from a drawn or selected geometry.

    Raises:
        AoiError: see `domain.aoi.repair`; NO_CRS without a valid coordinate reference system, OUTSIDE beyond
            its reach.
    """
    if geometry.isNull() or geometry.isEmpty():
        raise AoiError(AoiProblem.EMPTY)
    return make_aoi(name, to_wgs84(from_qgs(geometry), crs))


def aoi_from_extent(extent: QgsRectangle, crs: QgsCoordinateReferenceSystem, name: str) -> Aoi:
    """Make an area of interest from an extent, such as the one of the map canvas.

    Raises:
        AoiError: EMPTY, INVALID, OUTSIDE, or NO_CRS.
    """
    if extent.isEmpty() or not extent.isFinite():
        raise AoiError(AoiProblem.EMPTY)
    if not crs.isValid():
        raise AoiError(AoiProblem.NO_CRS)
    if not crs.isGeographic():
        # The straight sides bend in degrees: follow them point by point.
        dense = QgsGeometry.fromRect(extent).densifyByCount(20)
        return aoi_from_qgs(dense, crs, name)
    geometry = extent_polygon(extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum())
    return Aoi(name, geometry, area_km2(geometry))


def to_wgs84(drawn: BaseGeometry, crs: QgsCoordinateReferenceSystem) -> BaseGeometry:
    """Bring a geometry to EPSG:4326.

    Raises:
        AoiError: NO_CRS without a valid coordinate reference system, OUTSIDE beyond its reach.
    """
    if not crs.isValid():
        raise AoiError(AoiProblem.NO_CRS)
    if crs.authid() == WGS84:
        return drawn
    moved = to_qgs(drawn)
    transform = QgsCoordinateTransform(crs, QgsCoordinateReferenceSystem(WGS84), _transform_context())
    try:
        moved.transform(transform)
    except QgsCsException:
        raise AoiError(AoiProblem.OUTSIDE) from None
    in_degrees = from_qgs(moved)
    require_reach(drawn, in_degrees, crs)
    return in_degrees


def _transform_context() -> QgsCoordinateTransformContext:
    """The project's choice of transformations, which only the GUI thread may read."""
    if QThread.currentThread() == QCoreApplication.instance().thread():
        return QgsProject.instance().transformContext()
    return QgsCoordinateTransformContext()


def make_aoi(name: str, geometry: BaseGeometry, note: str = "", place: str = "") -> Aoi:
    """Make an area of interest from a geometry in EPSG:4326, repaired where that is needed, and say so.

    Raises:
        AoiError: see `domain.aoi.repair`.
    """
    area, repaired = repair(geometry)
    said = translate("Dinamis", "Its outline crossed itself and was repaired.") if repaired else ""
    return Aoi(name, area, area_km2(area), " ".join(part for part in (note, said) if part), place)


def make_aois(stem: str, found: Sequence[tuple[str, BaseGeometry]], note: str = "") -> list[Aoi]:
    """Make one area of each named geometry in EPSG:4326, or one of all where there are many.

    Raises:
        AoiError: see `domain.aoi.repair`.
    """
    if len(found) > MAX_SEPARATE:
        return [_merged(stem, [geometry for _, geometry in found], note)]
    return [
        make_aoi(name or _numbered(stem, number, len(found)), geometry, note)
        for number, (name, geometry) in enumerate(found, 1)
    ]


def area_of(shape: BaseGeometry, gap: float = 0.0) -> BaseGeometry | None:
    """Keep what is an area: polygons, and lines that close.

    Args:
        shape: Any geometry.
        gap: Part of its length by which a line may miss its beginning and still be closed.
    """
    if isinstance(shape, (Polygon, MultiPolygon)):
        return shape
    polygons: list[Polygon] = []
    for part in getattr(shape, "geoms", [shape]):
        if isinstance(part, (Polygon, MultiPolygon)):
            polygons.extend(getattr(part, "geoms", [part]))
        elif isinstance(part, LineString) and _closes(part, gap):
            polygons.append(Polygon(part.coords))
    return MultiPolygon(polygons) if polygons else None


def _closes(line: LineString, gap: float) -> bool:
    if len(line.coords) < _CLOSED_RING:
        return False
    (x, y), (end_x, end_y) = line.coords[0][:2], line.coords[-1][:2]
    return line.is_closed or math.hypot(end_x - x, end_y - y) <= gap * line.length


def _numbered(stem: str, number: int, count: int) -> str:
    return stem if count == 1 else f"{stem} {number}"


def _merged(stem: str, geometries: Sequence[BaseGeometry], note: str) -> Aoi:
    parts = [repair(geometry) for geometry in geometries]
    whole = combine([Aoi("", area, 0.0) for area, _ in parts])
    if whole is None or whole.is_empty:
        raise AoiError(AoiProblem.EMPTY)
    notes = [note, translate("Dinamis", "{count} areas joined into one.").format(count=len(parts))]
    repaired = sum(1 for _, was_repaired in parts if was_repaired)
    if repaired:
        notes.append(translate("Dinamis", "{count} outlines were repaired.").format(count=repaired))
    return Aoi(stem, whole, area_km2(whole), " ".join(said for said in notes if said))
