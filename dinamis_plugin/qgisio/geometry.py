"""Areas of interest from files, drawings and extents; measures on the ellipsoid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Callable, NamedTuple

from osgeo import gdal, ogr, osr
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

from ..domain.aoi import MAX_VERTICES, Aoi, combine, extent_polygon, repair
from ..domain.errors import AoiError, AoiProblem, CancelledError, DinamisError
from .quiet_gdal import open_source, quiet
from .reach import require_reach

translate = QCoreApplication.translate

WGS84 = "EPSG:4326"
MAX_SEPARATE = 20
"""Files of more areas become one area: a list of hundreds helps nobody."""

_NAME_FIELDS = ("nom", "name", "nom_com", "nom_commune", "libelle", "label", "title", "id")
_MOST_EAST, _MOST_NORTH = 540.0, 91.0
_CLOSED_RING = 4
_ARCHIVES = {".zip": "/vsizip/", ".kmz": ""}


class LayerInfo(NamedTuple):
    """A layer of a file that may hold areas."""

    name: str
    feature_count: int


class SeveralLayersError(DinamisError):
    """The file has several layers with areas, and one must be chosen.

    Attributes:
        layers: the layers to choose from.
    """

    def __init__(self, layers: list[LayerInfo]) -> None:
        super().__init__(", ".join(layer.name for layer in layers))
        self.layers = layers


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
    return _from_wkb(bytes(plain.asWkb()))


def _from_wkb(data: bytes) -> BaseGeometry:
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
    return _aoi(name, _to_wgs84(from_qgs(geometry), crs))


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


def _to_wgs84(drawn: BaseGeometry, crs: QgsCoordinateReferenceSystem) -> BaseGeometry:
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


def _aoi(name: str, geometry: BaseGeometry) -> Aoi:
    area, repaired = repair(geometry)
    note = translate("Dinamis", "Its outline crossed itself and was repaired.") if repaired else ""
    return Aoi(name, area, area_km2(area), note)


# Areas from files


def import_aoi_file(
    path: str,
    layer_name: str | None = None,
    crs: QgsCoordinateReferenceSystem | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Aoi]:
    """Read the areas of a file of any format that GDAL knows; meant for a worker thread.

    One area per feature, or one for all when there are more than `MAX_SEPARATE`. Closed lines count as areas,
    so that a GPX track around a field does.

    Args:
        path: file, also a zip or KMZ.
        layer_name: the layer to read; may be left out when only one holds areas.
        crs: replaces the coordinate reference system of a file that does not say its own.
        cancelled: asked between features.

    Raises:
        AoiError: UNREADABLE, EMPTY, NO_CRS, NOT_AREA, INVALID, OUTSIDE, TOO_COMPLEX.
        SeveralLayersError: several layers hold areas, and `layer_name` says none.
    """
    with quiet():
        dataset = _open(path)
        layer = _choose(dataset, layer_name)
        found = list(_areas(layer, _layer_move(layer, crs, path), cancelled))
    if not found:
        raise AoiError(AoiProblem.EMPTY if layer.GetFeatureCount() == 0 else AoiProblem.NOT_AREA)
    stem = layer_name or Path(path).stem
    if len(found) > MAX_SEPARATE:
        return [_merged(stem, [geometry for _, geometry in found])]
    return [
        _aoi(name or _numbered(stem, number, len(found)), geom)
        for number, (name, geom) in enumerate(found, 1)
    ]


def _numbered(stem: str, number: int, count: int) -> str:
    return stem if count == 1 else f"{stem} {number}"


def _merged(stem: str, geometries: list[BaseGeometry]) -> Aoi:
    parts = [repair(geometry) for geometry in geometries]
    whole = combine(Aoi("", area, 0.0) for area, _ in parts)
    if whole is None or whole.is_empty:
        raise AoiError(AoiProblem.EMPTY)
    note = translate("Dinamis", "{count} areas joined into one.").format(count=len(parts))
    repaired = sum(1 for _, was_repaired in parts if was_repaired)
    if repaired:
        note += " " + translate("Dinamis", "{count} outlines were repaired.").format(count=repaired)
    return Aoi(stem, whole, area_km2(whole), note)


def _open(path: str) -> gdal.Dataset:
    file = Path(path)
    if not file.is_file() or not file.stat().st_size:
        raise AoiError(AoiProblem.UNREADABLE, file.name)
    prefix = _ARCHIVES.get(file.suffix.lower(), "")
    name = f"{prefix}{file.resolve()}" if prefix else str(file)
    dataset = open_source(name, gdal.OF_VECTOR | gdal.OF_READONLY)
    if dataset is None and file.suffix.lower() == ".kmz":
        dataset = open_source(f"/vsizip/{file.resolve()}/doc.kml", gdal.OF_VECTOR)
    if dataset is None:
        raise AoiError(AoiProblem.UNREADABLE, file.name)
    return dataset


def _choose(dataset: gdal.Dataset, layer_name: str | None) -> ogr.Layer:
    layers = [dataset.GetLayer(number) for number in range(dataset.GetLayerCount())]
    if layer_name is not None:
        for layer in layers:
            if layer.GetName() == layer_name:
                return layer
        raise AoiError(AoiProblem.UNREADABLE, layer_name)
    useful = [layer for layer in layers if _may_hold_areas(layer)]
    if not useful:
        raise AoiError(AoiProblem.NOT_AREA if any(len(layer) for layer in layers) else AoiProblem.EMPTY)
    if len(useful) > 1:
        raise SeveralLayersError([LayerInfo(layer.GetName(), layer.GetFeatureCount()) for layer in useful])
    return useful[0]


def _may_hold_areas(layer: ogr.Layer) -> bool:
    kind = ogr.GT_Flatten(layer.GetGeomType())
    return kind not in (ogr.wkbPoint, ogr.wkbMultiPoint, ogr.wkbNone) and layer.GetFeatureCount() > 0


class _Move(NamedTuple):
    """The way from a system to EPSG:4326, and that system."""

    transform: osr.CoordinateTransformation
    crs: QgsCoordinateReferenceSystem


def _layer_move(
    layer: ogr.Layer,
    given: QgsCoordinateReferenceSystem | None,
    path: str,
) -> _Move | None:
    own = layer.GetSpatialRef()
    if own is not None and own.IsGeographic() and not _could_be_degrees(layer.GetExtent()):
        own = None  # GeoJSON in metres without its `crs` member: the format's degrees cannot be true
    if own is None and given is not None and given.isValid():
        own = osr.SpatialReference()
        own.ImportFromWkt(given.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED_GDAL))
    if own is None or own.IsLocal():
        raise AoiError(AoiProblem.NO_CRS, Path(path).name)
    own.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    target = osr.SpatialReference()
    target.ImportFromEPSG(4326)
    target.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    if own.IsSame(target):
        return None
    crs = QgsCoordinateReferenceSystem.fromWkt(own.ExportToWkt())
    return _Move(osr.CoordinateTransformation(own, target), crs)


def _could_be_degrees(extent: tuple[float, float, float, float]) -> bool:
    west, east, south, north = extent
    return west >= -_MOST_EAST and east <= _MOST_EAST and south >= -_MOST_NORTH and north <= _MOST_NORTH


def _areas(
    layer: ogr.Layer,
    move: _Move | None,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[str, BaseGeometry]]:
    """Give the name and the geometry in EPSG:4326 of every feature that is an area."""
    vertices = 0
    for feature in layer:
        if cancelled():
            raise CancelledError("")
        geometry = feature.GetGeometryRef()
        if geometry is None or geometry.IsEmpty():
            continue
        shape = _area_of(_straight(geometry, move))
        if shape is None:
            continue
        vertices += geometry.WkbSize() // 16
        if vertices > MAX_VERTICES:
            raise AoiError(AoiProblem.TOO_COMPLEX, str(vertices))
        yield _feature_name(feature), shape


def _straight(geometry: ogr.Geometry, move: _Move | None) -> BaseGeometry:
    flat = geometry.Clone()
    flat.FlattenTo2D()
    flat = flat.GetLinearGeometry()
    shape = _from_wkb(bytes(flat.ExportToWkb(ogr.wkbNDR)))
    if move is None:
        return shape
    if flat.Transform(move.transform) != ogr.OGRERR_NONE:
        raise AoiError(AoiProblem.OUTSIDE)
    in_degrees = _from_wkb(bytes(flat.ExportToWkb(ogr.wkbNDR)))
    if move.crs.isValid():
        require_reach(shape, in_degrees, move.crs)
    return in_degrees


def _area_of(shape: BaseGeometry) -> BaseGeometry | None:
    """Keep what is an area: polygons, and lines that close."""
    if isinstance(shape, (Polygon, MultiPolygon)):
        return shape
    parts = list(getattr(shape, "geoms", [shape]))
    polygons: list[Polygon] = []
    for part in parts:
        if isinstance(part, Polygon):
            polygons.append(part)
        elif isinstance(part, MultiPolygon):
            polygons.extend(part.geoms)
        elif isinstance(part, LineString) and part.is_closed and len(part.coords) >= _CLOSED_RING:
            polygons.append(Polygon(part.coords))
    return MultiPolygon(polygons) if polygons else None


def _feature_name(feature: ogr.Feature) -> str:
    definition = feature.GetDefnRef()
    by_name = {definition.GetFieldDefn(n).GetName().lower(): n for n in range(definition.GetFieldCount())}
    for wanted in _NAME_FIELDS:
        number = by_name.get(wanted)
        if number is not None and feature.IsFieldSetAndNotNull(number):
            return str(feature.GetFieldAsString(number)).strip()
    return ""
