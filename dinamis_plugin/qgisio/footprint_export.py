"""Footprints as a layer of QGIS, and as files that take their name when they are whole."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable

from osgeo import gdal, ogr, osr
from qgis.core import QgsApplication, QgsFeature, QgsVectorLayer
from qgis.PyQt.QtCore import QDateTime, Qt
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from ..api.part import disk
from ..domain.cart import Key
from ..domain.errors import CancelledError, FileGoneError
from ..domain.footprint_table import Format, Kind, Value, item_collection, kinds, row
from ..domain.scene import Scene
from ..domain.signed_url import strip_signature
from .geometry import WGS84, to_qgs
from .quiet_gdal import quiet

_LAYER = "footprints"
_OGR_TYPES = {
    Kind.TEXT: (ogr.OFTString, ogr.OFSTNone),
    Kind.REAL: (ogr.OFTReal, ogr.OFSTNone),
    Kind.MOMENT: (ogr.OFTDateTime, ogr.OFSTNone),
    Kind.FLAG: (ogr.OFTInteger, ogr.OFSTBoolean),
}
_MEMORY_TYPES = {Kind.TEXT: "string", Kind.REAL: "double", Kind.MOMENT: "datetime", Kind.FLAG: "bool"}
_LOOK_EVERY = 200
"""Footprints written between two looks at whether the person has cancelled."""

_UTC = 100
"""How OGR writes that a time is in UTC."""

Cancelled = Callable[[], bool]


_DRIVERS = {
    Format.GPKG: ("GPKG", []),
    Format.GEOJSON: ("GeoJSON", ["RFC7946=YES", "WRITE_NAME=NO"]),
    Format.CSV: ("CSV", ["GEOMETRY=AS_WKT"]),
}


def footprint_layer(
    scenes: Sequence[Scene], shares: Mapping[Key, float], title: str, cancelled: Cancelled
) -> QgsVectorLayer:
    """Make a layer in memory, one feature for each scene, in EPSG:4326; for worker threads.

    `adopt_system` has to be called on it by the GUI thread, to which it is handed over.

    Raises:
        CancelledError: `cancelled` says so.
    """
    fields = "".join(f"&field={name}:{_MEMORY_TYPES[kind]}" for name, kind in kinds().items())
    options = QgsVectorLayer.LayerOptions(loadDefaultStyle=False)
    layer = QgsVectorLayer(f"MultiPolygon?crs={WGS84}{fields}", title, "memory", options)
    columns = layer.fields()
    features = []
    for scene in _watched(scenes, cancelled):
        feature = QgsFeature(columns)
        feature.setAttributes([_for_qt(value) for value in row(scene, shares).values()])
        feature.setGeometry(to_qgs(_multi(scene)))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    layer.moveToThread(QgsApplication.instance().thread())
    return layer


def write_table(
    path: Path, form: Format, scenes: Sequence[Scene], shares: Mapping[Key, float], cancelled: Cancelled
) -> None:
    """Write footprints to a GeoPackage, GeoJSON or CSV (its geometry as WKT); what was there is replaced.

    Raises:
        CancelledError: `cancelled` says so; what was there before is still there.
        FileGoneError: the place cannot be written to.
        DiskFullError: there is no room.
    """
    with _arriving(path) as fresh:
        try:
            with quiet():
                _fill(fresh, form, scenes, shares, cancelled)
        except RuntimeError as error:  # what GDAL says where some plugin switched its exceptions on
            detail = f"{path}: {error}"
            raise FileGoneError(detail) from None


def write_items(path: Path, documents: list[Mapping[str, Any]]) -> None:
    """Write a STAC ItemCollection, without signatures; raises as `write_table`."""
    text = json.dumps(item_collection(documents), ensure_ascii=False, indent=1)
    with _arriving(path) as fresh:
        fresh.write_text(strip_signature(text), encoding="utf-8")


@contextlib.contextmanager
def _arriving(path: Path) -> Iterator[Path]:
    """A file in a folder of its own beside the target, which takes its name at the end of the block."""
    with disk(path), tempfile.TemporaryDirectory(dir=path.parent, prefix=".dinamis-") as folder:
        fresh = Path(folder) / path.name
        yield fresh
        with open(fresh, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(fresh, path)


def _fill(
    path: Path, form: Format, scenes: Sequence[Scene], shares: Mapping[Key, float], cancelled: Cancelled
) -> None:
    driver, options = _DRIVERS[form]
    dataset = gdal.GetDriverByName(driver).Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
    if dataset is None:
        raise FileGoneError(str(path))
    system = osr.SpatialReference()
    system.ImportFromEPSG(4326)
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    layer = dataset.CreateLayer(_LAYER, system, ogr.wkbMultiPolygon, options)
    for name, kind in kinds().items():
        number, subtype = _OGR_TYPES[kind]
        field = ogr.FieldDefn("item_id" if form is Format.GEOJSON and name == "id" else name, number)
        field.SetSubType(subtype)
        layer.CreateField(field)
    dataset.StartTransaction()
    for scene in _watched(scenes, cancelled):
        if layer.CreateFeature(_feature(layer.GetLayerDefn(), scene, shares)) != ogr.OGRERR_NONE:
            raise FileGoneError(str(path))
    dataset.CommitTransaction()
    dataset.FlushCache()
    if gdal.GetLastErrorType() >= gdal.CE_Failure:
        detail = f"{path}: {gdal.GetLastErrorMsg()}"
        raise FileGoneError(detail)


def _feature(definition: ogr.FeatureDefn, scene: Scene, shares: Mapping[Key, float]) -> ogr.Feature:
    feature = ogr.Feature(definition)
    for number, value in enumerate(row(scene, shares).values()):
        if value is None:
            feature.SetFieldNull(number)
        elif isinstance(value, datetime):
            utc = value.astimezone(timezone.utc)
            second = utc.second + utc.microsecond / 1e6
            feature.SetField(number, utc.year, utc.month, utc.day, utc.hour, utc.minute, second, _UTC)
        else:
            feature.SetField(number, int(value) if isinstance(value, bool) else value)
    feature.SetGeometry(ogr.CreateGeometryFromWkb(_multi(scene).wkb))
    return feature


def _watched(scenes: Sequence[Scene], cancelled: Cancelled) -> Iterator[Scene]:
    for number, scene in enumerate(scenes):
        if number % _LOOK_EVERY == 0 and cancelled():
            raise CancelledError("")
        yield scene


def _multi(scene: Scene) -> BaseGeometry:
    footprint = scene.footprint
    if footprint.is_empty or isinstance(footprint, MultiPolygon):
        return footprint if not footprint.is_empty else MultiPolygon()
    return MultiPolygon([footprint])


def _for_qt(value: Value) -> Any:
    if not isinstance(value, datetime):
        return value
    return QDateTime.fromMSecsSinceEpoch(round(value.timestamp() * 1000), Qt.TimeSpec.UTC)
