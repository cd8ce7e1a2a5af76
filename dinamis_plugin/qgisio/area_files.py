"""Areas of interest from files of any format that GDAL knows, from archives of them, and from pasted text."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Callable, NamedTuple

from osgeo import gdal, ogr
from qgis.core import QgsCoordinateReferenceSystem

from ..domain.aoi import Aoi
from ..domain.errors import AoiError, AoiProblem, DinamisError
from ..domain.pasted import MAX_CHARACTERS, PastedKind, kind_of, shapes_of
from .area_archives import Member, is_archive, members
from .area_layers import PASTED, has_geometry, read_layer, system
from .quiet_gdal import quiet

MAX_TEXT_BYTES = 256_000_000
"""Formats of text are read from end to end before the first area is known; the others are not."""

_INDEXED = {
    "ESRI Shapefile", "GPKG", "FlatGeobuf", "SQLite", "OpenFileGDB", "MapInfo File", "Parquet", "Arrow"
}  # fmt: skip
_ELSEWHERE = {
    "OGR_VRT", "WFS", "OAPIF", "CSW", "WCS", "GMLAS", "Carto", "AmigoCloud", "Elastic", "NGW", "PLScenes",
    "EEDA", "DAAS", "GPSBabel", "HTTP", "MySQL", "PostgreSQL", "MSSQLSpatial", "ODBC", "PGeo", "OCI",
    "MongoDBv3",
}  # fmt: skip
"""Drivers that a file can send to a server, another file or a program: an area comes from the file alone."""


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


class _Layer(NamedTuple):
    """A layer under the name that a person is told; the dataset must live as long."""

    name: str
    layer: ogr.Layer
    dataset: gdal.Dataset


def import_aoi_file(
    path: str,
    layer_name: str | None = None,
    crs: QgsCoordinateReferenceSystem | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Aoi]:
    """Read the areas of a file of any format that GDAL knows; meant for a worker thread (CAT-13).

    One area per feature, or one for all when there are many. Closed lines count as areas, so that a GPX track
    around a field does.

    Args:
        path: file, also a zip or KMZ with layers in any folder.
        layer_name: the layer to read; may be left out when only one holds areas.
        crs: replaces the coordinate reference system of a file that does not say its own.
        cancelled: asked between features.

    Raises:
        AoiError: UNREADABLE, EMPTY, NO_CRS, NOT_AREA, INVALID, OUTSIDE, TOO_COMPLEX, TOO_LARGE.
        SeveralLayersError: several layers hold areas, and `layer_name` says none.
    """
    with quiet():
        chosen = _choose(_layers(Path(path)), layer_name)
        return _read(chosen, layer_name or Path(path).stem, crs, cancelled)


def import_aoi_text(
    text: str,
    name: str,
    crs: QgsCoordinateReferenceSystem | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Aoi]:
    """Read the areas of a pasted text: WKT, EWKT, rows copied in QGIS, GeoJSON, KML or GPX.

    Args:
        text: What was pasted.
        name: Name of what says none.
        crs: coordinate reference system of WKT that says none; degrees are taken for EPSG:4326.
        cancelled: asked between features.

    Raises:
        AoiError: NOT_TEXT, and as `import_aoi_file`.
        SeveralLayersError: as `import_aoi_file`.
    """
    if len(text) > MAX_CHARACTERS:
        raise AoiError(AoiProblem.TOO_LARGE)
    kind = kind_of(text)
    with quiet():
        if kind is PastedKind.WKT:
            return _read(_wkt_layer(text), name, crs, cancelled)
        if kind is PastedKind.OTHER:
            raise AoiError(AoiProblem.NOT_TEXT)
        path = f"/vsimem/dinamis-{uuid.uuid4().hex}"
        gdal.FileFromMemBuffer(path, text.lstrip("\ufeff \t\r\n").encode("utf-8", "replace"))
        try:
            dataset = _opened(path)
            if dataset is None:
                raise AoiError(AoiProblem.NOT_TEXT)
            return _read(_choose(_layers_of(dataset), None), name, crs, cancelled)
        finally:
            gdal.Unlink(path)


def _read(
    chosen: _Layer, stem: str, crs: QgsCoordinateReferenceSystem | None, cancelled: Callable[[], bool]
) -> list[Aoi]:
    walks = chosen.dataset.GetDriver().ShortName == "GPX"
    return read_layer(chosen.layer, stem, crs, cancelled, of_walks=walks)


# Opening


def _layers(file: Path) -> list[_Layer]:
    try:
        size = file.stat().st_size if file.is_file() else 0
    except OSError:
        size = 0
    if not size:
        raise AoiError(AoiProblem.UNREADABLE, file.name)
    if is_archive(file):
        found = _archive_layers(members(file))
        if found is not None:
            return found
    _require_size(str(file), size)
    dataset = _opened(str(file))
    if dataset is None:
        raise AoiError(AoiProblem.UNREADABLE, file.name)
    return _layers_of(dataset)


def _archive_layers(found: list[Member]) -> list[_Layer] | None:
    """Open each file of an archive; None where none of them is a layer."""
    layers: list[_Layer] = []
    opened = False
    for member in found:
        _require_size(member.source, member.bytes)
        dataset = _opened(member.source)
        if dataset is None:
            continue
        opened = True
        own = _layers_of(dataset)
        prefix = f"{member.label}: " if len(own) > 1 else ""
        layers += [
            _Layer(f"{prefix}{one.name}" if prefix else member.label, one.layer, dataset) for one in own
        ]
    return layers if opened else None


def _opened(source: str) -> gdal.Dataset | None:
    try:
        return gdal.OpenEx(source, gdal.OF_VECTOR | gdal.OF_READONLY, allowed_drivers=_drivers())
    except RuntimeError:
        return None


def _drivers() -> list[str]:
    """Name the drivers that read areas from a file and ask nobody else."""
    all_of = (gdal.GetDriver(number) for number in range(gdal.GetDriverCount()))
    return [
        one.ShortName
        for one in all_of
        if one.GetMetadataItem("DCAP_VECTOR") and one.ShortName not in _ELSEWHERE
    ]


def _require_size(source: str, size: int) -> None:
    if size <= MAX_TEXT_BYTES:
        return
    driver = gdal.IdentifyDriverEx(source, gdal.OF_VECTOR, _drivers())
    if driver is not None and driver.ShortName not in _INDEXED:
        raise AoiError(AoiProblem.TOO_LARGE, Path(source).name)


def _layers_of(dataset: gdal.Dataset) -> list[_Layer]:
    layers = [dataset.GetLayer(number) for number in range(dataset.GetLayerCount())]
    return [_Layer(layer.GetName(), layer, dataset) for layer in layers if layer is not None]


def _choose(layers: list[_Layer], wanted: str | None) -> _Layer:
    if wanted is not None:
        for one in layers:
            if one.name == wanted:
                return one
        raise AoiError(AoiProblem.UNREADABLE, wanted)
    useful = [one for one in layers if _may_hold_areas(one.layer)]
    if not useful:
        filled = any(one.layer.GetFeatureCount() and has_geometry(one.layer) for one in layers)
        raise AoiError(AoiProblem.NOT_AREA if filled else AoiProblem.EMPTY)
    if len(useful) > 1:
        raise SeveralLayersError([LayerInfo(one.name, one.layer.GetFeatureCount()) for one in useful])
    return useful[0]


def _may_hold_areas(layer: ogr.Layer) -> bool:
    kind = ogr.GT_Flatten(layer.GetGeomType())
    return kind not in (ogr.wkbPoint, ogr.wkbMultiPoint, ogr.wkbNone) and layer.GetFeatureCount() > 0


def _wkt_layer(text: str) -> _Layer:
    """Put the well-known texts of a pasted text into a layer in memory, all in the system of the first.

    Raises:
        AoiError: UNREADABLE when one of them is broken, NO_CRS when a code is unknown.
    """
    shapes = shapes_of(text)
    driver = gdal.GetDriverByName("Memory") or gdal.GetDriverByName("MEM")
    dataset = driver.Create(PASTED, 0, 0, 0, gdal.GDT_Unknown)
    first = system(shapes[0].srid) if shapes else None
    layer = dataset.CreateLayer(PASTED, first, ogr.wkbUnknown)
    layer.CreateField(ogr.FieldDefn("name", ogr.OFTString))
    for shape in shapes:
        geometry = _geometry(shape.wkt)
        if geometry is None:
            raise AoiError(AoiProblem.NOT_TEXT, shape.wkt[:80])
        if shape.srid is not None and shape.srid != shapes[0].srid:
            geometry.AssignSpatialReference(system(shape.srid))
            if first is None or geometry.TransformTo(first) != ogr.OGRERR_NONE:
                raise AoiError(AoiProblem.NO_CRS)
        row = ogr.Feature(layer.GetLayerDefn())
        row.SetField("name", shape.name)
        row.SetGeometry(geometry)
        layer.CreateFeature(row)
    return _Layer(PASTED, layer, dataset)


def _geometry(wkt: str) -> ogr.Geometry | None:
    try:
        return ogr.CreateGeometryFromWkt(wkt)
    except RuntimeError:
        return None
