"""Areas of interest from the features of one layer: their system, order of axes and names."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Callable, NamedTuple

from osgeo import ogr, osr
from qgis.core import QgsCoordinateReferenceSystem
from qgis.PyQt.QtCore import QCoreApplication
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

from ..domain.aoi import MAX_VERTICES, Aoi
from ..domain.errors import AoiError, AoiProblem, CancelledError
from ..domain.pasted import NAME_FIELDS
from .geometry import area_of, from_wkb, make_aois
from .reach import require_reach

translate = QCoreApplication.translate

PASTED = "pasted"
"""Name of a layer of text without a coordinate reference system: what may be degrees is."""
_UNDECLARED = ("utf-8", "cp1252")
_MOST_EAST, _MOST_NORTH = 540.0, 91.0
_WALK_GAP = 0.05
"""Part of its length by which a track may miss its start: nobody ends a walk on the very spot."""


def read_layer(
    layer: ogr.Layer,
    stem: str,
    crs: QgsCoordinateReferenceSystem | None,
    cancelled: Callable[[], bool],
    *,
    of_walks: bool = False,
) -> list[Aoi]:
    """Make areas of the features of a layer.

    Args:
        layer: Polygons and closed lines count, the rest is left out.
        stem: Name of what says none.
        crs: replaces the coordinate reference system of a layer that does not say its own.
        cancelled: asked between features.
        of_walks: whether a line that nearly meets its beginning is closed.

    Raises:
        AoiError: EMPTY, NO_CRS, NOT_AREA, INVALID, OUTSIDE, TOO_COMPLEX.
        CancelledError: it was asked to stop.
    """
    gap = _WALK_GAP if of_walks else 0.0
    swapped = _is_swapped(layer)
    move = None if swapped else _layer_move(layer, crs, stem)
    found = []
    for name, shape in _features(layer, move, cancelled):
        area = area_of(transform(_swap, shape) if swapped else shape, gap)
        if area is not None:
            found.append((name, area))
    if not found:
        raise AoiError(AoiProblem.EMPTY if not has_geometry(layer) else AoiProblem.NOT_AREA)
    note = translate("Dinamis", "Latitude came before longitude and was put behind it.") if swapped else ""
    return make_aois(stem, found, note)


def _swap(x: float, y: float, _z: float | None = None) -> tuple[float, ...]:
    return y, x


def has_geometry(layer: ogr.Layer) -> bool:
    """Tell whether any of its features has a geometry."""
    layer.ResetReading()
    return any(feature.GetGeometryRef() is not None for feature in layer)


class _Move(NamedTuple):
    """The way from a system to EPSG:4326, and that system."""

    transform: osr.CoordinateTransformation
    crs: QgsCoordinateReferenceSystem


def _layer_move(
    layer: ogr.Layer,
    given: QgsCoordinateReferenceSystem | None,
    name: str,
) -> _Move | None:
    own, extent = layer.GetSpatialRef(), _extent(layer)
    if own is not None and own.IsGeographic() and not _could_be_degrees(extent):
        own = None  # GeoJSON in metres without its `crs` member: the format's degrees cannot be true
    if own is None and given is not None and given.isValid():
        own = osr.SpatialReference()
        own.ImportFromWkt(given.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED_GDAL))
    if own is None and layer.GetName() == PASTED and _could_be_degrees(extent):
        own = system(4326)
    if own is None or own.IsLocal():
        raise AoiError(AoiProblem.NO_CRS, name)
    own = own.Clone()
    own.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    target = system(4326)
    if own.IsSame(target):
        return None
    crs = QgsCoordinateReferenceSystem.fromWkt(own.ExportToWkt())
    return _Move(osr.CoordinateTransformation(own, target), crs)


def _extent(layer: ogr.Layer) -> tuple[float, float, float, float]:
    """West, east, south and north.

    Raises:
        AoiError: INVALID when one of them is not a number.
    """
    try:
        west, east, south, north = layer.GetExtent()
    except RuntimeError:
        return 0.0, 0.0, 0.0, 0.0
    if not all(map(math.isfinite, (west, east, south, north))):
        raise AoiError(AoiProblem.INVALID, f"{west}, {east}, {south}, {north}")
    return west, east, south, north


def _could_be_degrees(extent: tuple[float, float, float, float]) -> bool:
    west, east, south, north = extent
    return west >= -_MOST_EAST and east <= _MOST_EAST and south >= -_MOST_NORTH and north <= _MOST_NORTH


def _is_swapped(layer: ogr.Layer) -> bool:
    """Tell whether degrees came in the wrong order: what should be latitudes goes beyond the poles."""
    own = layer.GetSpatialRef()
    west, east, south, north = _extent(layer)
    if own is not None and not own.IsGeographic():
        return False
    return not _could_be_degrees((west, east, south, north)) and _could_be_degrees((south, north, west, east))


def _features(
    layer: ogr.Layer,
    move: _Move | None,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[str, BaseGeometry]]:
    """Give the name and the geometry in EPSG:4326 of every feature that has one."""
    vertices = 0
    encodings = _encodings(layer)
    layer.ResetReading()
    for feature in layer:
        if cancelled():
            raise CancelledError("")
        geometry = feature.GetGeometryRef()
        if geometry is None or geometry.IsEmpty():
            continue
        vertices += geometry.WkbSize() // 16
        if vertices > MAX_VERTICES:
            raise AoiError(AoiProblem.TOO_COMPLEX, str(vertices))
        yield _feature_name(feature, encodings), _straight(geometry, move)


def _straight(geometry: ogr.Geometry, move: _Move | None) -> BaseGeometry:
    flat = geometry.Clone()
    flat.FlattenTo2D()
    flat = flat.GetLinearGeometry()
    shape = from_wkb(bytes(flat.ExportToWkb(ogr.wkbNDR)))
    if move is None:
        return shape
    if not _moved(flat, move):
        raise AoiError(AoiProblem.OUTSIDE)
    in_degrees = from_wkb(bytes(flat.ExportToWkb(ogr.wkbNDR)))
    if move.crs.isValid():
        require_reach(shape, in_degrees, move.crs)
    return in_degrees


def _moved(geometry: ogr.Geometry, move: _Move) -> bool:
    try:
        return geometry.Transform(move.transform) == ogr.OGRERR_NONE
    except RuntimeError:
        return False


def _encodings(layer: ogr.Layer) -> tuple[str, ...]:
    """The encodings of its texts, the most likely first.

    QGIS has GDAL hand out the texts of a shapefile as they lie in it, and decodes them itself.
    """
    if layer.TestCapability(ogr.OLCStringsAsUTF8):
        return _UNDECLARED
    facts = layer.GetMetadata("SHAPEFILE") or {}
    declared = facts.get("ENCODING_FROM_CPG") or facts.get("ENCODING_FROM_LDID")
    return (declared, *_UNDECLARED) if declared else _UNDECLARED


def _feature_name(feature: ogr.Feature, encodings: Sequence[str]) -> str:
    definition = feature.GetDefnRef()
    by_name = {definition.GetFieldDefn(n).GetName().lower(): n for n in range(definition.GetFieldCount())}
    for wanted in NAME_FIELDS:
        number = by_name.get(wanted)
        if number is None or not feature.IsFieldSetAndNotNull(number):
            continue
        if definition.GetFieldDefn(number).GetType() != ogr.OFTString:
            return str(feature.GetFieldAsString(number)).strip()
        return _decoded(bytes(feature.GetFieldAsBinary(number)), encodings).strip()
    return ""


def _decoded(raw: bytes, encodings: Sequence[str]) -> str:
    for encoding in encodings:
        # A declared one may be unknown to Python, or not be that of the texts.
        with contextlib.suppress(LookupError, UnicodeError):
            return raw.decode(encoding)
    return raw.decode(encodings[-1], "replace")


def system(code: int | None) -> osr.SpatialReference | None:
    """The system of an EPSG code, x to the east; None where there is none of that code."""
    if code is None:
        return None
    made = osr.SpatialReference()
    try:
        known = made.ImportFromEPSG(code) == ogr.OGRERR_NONE
    except RuntimeError:
        known = False
    if not known:
        return None
    made.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return made
