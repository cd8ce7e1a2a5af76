"""What a layer of ours keeps of itself beside its source: bands, style, base, time, credit."""

from __future__ import annotations

from datetime import datetime

from qgis.core import (
    QgsDateTimeRange,
    QgsLayerMetadata,
    QgsMapLayer,
    QgsProject,
    QgsRasterLayer,
    QgsRasterLayerTemporalProperties,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QDateTime

from ..domain.credit import Credit
from ..domain.layer_source import LayerIdentity, from_source, to_source
from ..domain.styles import Recipe, StyleKind, recipes_of
from .rasters import identity_of

_BANDS = "dinamis/bands"
_BASE = "dinamis/base"
_STRETCH = "dinamis/stretch"
_GROUP = "dinamis/group"
_VISIBLE = "visible"


# Styles


def note_bands(layer: QgsRasterLayer, names: tuple[str, ...]) -> None:
    """Keep what the bands of a layer are, before anything is computed of them."""
    layer.setCustomProperty(_BANDS, ",".join(names))


def recipes_for(layer: QgsMapLayer) -> dict[StyleKind, Recipe]:
    """The ready styles that a layer can have; none where its bands are not known."""
    kept = str(layer.customProperty(_BANDS, ""))
    return recipes_of(tuple(kept.split(","))) if kept else {}


def stretch_for(layer: QgsRasterLayer, kind: StyleKind) -> None:
    """Have a layer of a style stretched: all but an index follow what the map shows, until told otherwise."""
    set_follows_map(layer, follows=kind is not StyleKind.NDVI)


def set_follows_map(layer: QgsRasterLayer, *, follows: bool) -> None:
    """Have a layer stretched on what the map shows, or not."""
    layer.setCustomProperty(_STRETCH, _VISIBLE if follows else "")


def follows_map(layer: QgsMapLayer) -> bool:
    """Whether a layer is stretched on what the map shows."""
    return bool(layer.customProperty(_STRETCH, "") == _VISIBLE)


def note_base(layer: QgsRasterLayer, base: LayerIdentity) -> None:
    """Keep the image that the bands of a layer are computed from, unsigned."""
    layer.setCustomProperty(_BASE, to_source(base))


def base_of(layer: QgsRasterLayer) -> LayerIdentity | None:
    """The image that a layer is made from: that of its own where nothing is computed."""
    kept = str(layer.customProperty(_BASE, ""))
    return from_source(kept) if kept else identity_of(layer)


def note_group(layer: QgsRasterLayer, title: str) -> None:
    """Keep the title of the group of layers that a layer belongs to."""
    layer.setCustomProperty(_GROUP, title)


def group_of(layer: QgsMapLayer) -> str:
    """The title of the group of layers that a layer belongs to, empty for none."""
    return str(layer.customProperty(_GROUP, ""))


# Time


def set_time(layer: QgsRasterLayer, begin: datetime, end: datetime) -> None:
    """Show a layer from one aware time up to another, where the map is one of a time."""
    properties = layer.temporalProperties()
    properties.setMode(QgsRasterLayerTemporalProperties.ModeFixedTemporalRange)
    properties.setFixedTemporalRange(QgsDateTimeRange(_qt(begin), _qt(end), True, False))
    properties.setIsActive(True)


def time_of(layer: QgsMapLayer) -> QgsDateTimeRange | None:
    """The time of a layer, None for one without."""
    if not isinstance(layer, QgsRasterLayer) or not layer.temporalProperties().isActive():
        return None
    return layer.temporalProperties().fixedTemporalRange()


def set_project_time(project: QgsProject, layers: list[QgsRasterLayer]) -> QgsDateTimeRange | None:
    """Let the time of a project reach over that of layers; gives it, None where no layer has one."""
    times = [time for time in map(time_of, layers) if time is not None]
    if not times:
        return None
    begin, end = min(time.begin() for time in times), max(time.end() for time in times)
    whole = QgsDateTimeRange(begin, end)
    settings = project.timeSettings()
    settings.setTemporalRange(whole)
    settings.setTimeStepUnit(QgsUnitTypes.TemporalMonths)
    settings.setTimeStep(1.0)
    return whole


def _qt(when: datetime) -> QDateTime:
    return QDateTime.fromMSecsSinceEpoch(int(when.timestamp() * 1000)).toUTC()


# Credit


def set_credit(layer: QgsMapLayer, credit: Credit) -> None:
    """Write attribution and licence into the metadata of a layer, and have maps show the attribution."""
    metadata = layer.metadata()
    if credit.attribution:
        metadata.setRights([credit.attribution])
        _set_attribution(layer, credit.attribution)
    metadata.setLicenses(list(credit.licences))
    if credit.licence_href:
        link = QgsLayerMetadata.Link("license", "WWW:LINK", credit.licence_href)
        link.description = credit.licence_title
        metadata.setLinks([link])
    if not metadata.title():
        metadata.setTitle(layer.name())
    if credit.collection_title:
        metadata.setParentIdentifier(credit.collection_title)
    if credit.description:
        metadata.setAbstract(credit.description)
    metadata.setType("dataset")
    layer.setMetadata(metadata)


def _set_attribution(layer: QgsMapLayer, text: str) -> None:
    properties = layer.serverProperties()
    holder = properties if hasattr(properties, "setAttribution") else layer
    holder.setAttribution(text)
