"""The features that a person selected in layers of QGIS, read in a worker thread (CAT-13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Callable

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)
from shapely.geometry.base import BaseGeometry

from ..domain.aoi import MAX_VERTICES, Aoi
from ..domain.errors import AoiError, AoiProblem, CancelledError
from ..domain.pasted import NAME_FIELDS
from .geometry import area_of, from_qgs, make_aois, to_wgs84


@dataclass(frozen=True)
class SelectedFeatures:
    """A copy of what is selected in a layer, which a worker thread may read while the layer lives on.

    Attributes:
        name: Name of the layer.
        source: Its features, changes that are not saved among them.
        ids: Those that are selected.
        crs: Its coordinate reference system.
    """

    name: str
    source: QgsVectorLayerFeatureSource
    ids: tuple[int, ...]
    crs: QgsCoordinateReferenceSystem

    @classmethod
    def of(cls, layer: QgsVectorLayer) -> SelectedFeatures:
        """Copy the selection of a layer; in the GUI thread."""
        return cls(
            layer.name(),
            QgsVectorLayerFeatureSource(layer),
            tuple(layer.selectedFeatureIds()),
            QgsCoordinateReferenceSystem(layer.crs()),
        )


def areas_of_selections(
    selections: Sequence[SelectedFeatures], cancelled: Callable[[], bool] = lambda: False
) -> list[Aoi]:
    """Make areas of the selected features that are polygons or closed lines, of all layers together.

    Raises:
        AoiError: NO_SELECTION, NOT_AREA when nothing selected is an area, and as `geometry.make_aois`.
    """
    if not any(selection.ids for selection in selections):
        raise AoiError(AoiProblem.NO_SELECTION)
    found = []
    for selection in selections:
        # Some providers give features in no order of theirs.
        found += [area for _, area in sorted(_areas(selection, cancelled), key=lambda one: one[0])]
    if not found:
        raise AoiError(AoiProblem.NOT_AREA)
    return make_aois(selections[0].name, found)


def _areas(
    selection: SelectedFeatures, cancelled: Callable[[], bool]
) -> Iterator[tuple[int, tuple[str, BaseGeometry]]]:
    vertices = 0
    request = QgsFeatureRequest().setFilterFids(list(selection.ids))
    for feature in selection.source.getFeatures(request):
        if cancelled():
            raise CancelledError("")
        if not feature.hasGeometry() or feature.geometry().isEmpty():
            continue
        vertices += feature.geometry().constGet().nCoordinates()
        if vertices > MAX_VERTICES:
            raise AoiError(AoiProblem.TOO_COMPLEX, str(vertices))
        area = area_of(from_qgs(feature.geometry()))
        if area is not None:
            yield feature.id(), (_name(feature), to_wgs84(area, selection.crs))


def _name(feature: QgsFeature) -> str:
    by_name = {field.name().lower(): number for number, field in enumerate(feature.fields())}
    for wanted in NAME_FIELDS:
        value = feature.attribute(by_name[wanted]) if wanted in by_name else None
        if value:
            return str(value).strip()
    return ""
