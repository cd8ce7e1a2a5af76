"""The columns of the list of results: what each is called, says and sorts by (CAT-24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

from qgis.PyQt.QtCore import QCoreApplication

from ..domain.cart import Key, key_of
from ..domain.scene import Scene
from ..domain.search import MISSIONS, SortBy
from . import formats
from .crumbs import type_label

translate = QCoreApplication.translate

TYPE, SENSOR, DATE, CLOUD, ANGLE, COVERAGE, PRODUCT = range(7)
NAMES = ("type", "sensor", "date", "cloud", "angle", "coverage", "product")
"""What the columns are called in the settings, in the order of their numbers."""

ALWAYS = (TYPE, SENSOR, DATE, CLOUD, ANGLE)
"""Shown until the person chooses; the others join them where there is room."""

SORTED_BY = {
    TYPE: SortBy.TYPE,
    SENSOR: SortBy.MISSION,
    DATE: SortBy.DATE,
    CLOUD: SortBy.CLOUD,
    ANGLE: SortBy.ANGLE,
    PRODUCT: SortBy.TYPE,
}
"""What a catalogue sorts by for a column; the share of the area is known here alone."""

NUMBERS = (CLOUD, ANGLE, COVERAGE)
UNKNOWN = formats.DASH
_MISSION_NAMES = dict(MISSIONS)


def titles(*, compact: bool) -> tuple[str, ...]:
    """Titles of the columns, as they are where there is little room or enough."""
    return (
        "",
        translate("Dinamis", "Sensor"),
        translate("Dinamis", "Date"),
        translate("Dinamis", "Cloud") if compact else translate("Dinamis", "Cloud %"),
        translate("Dinamis", "Angle") if compact else translate("Dinamis", "Angle °"),
        translate("Dinamis", "Area") if compact else translate("Dinamis", "Area %"),
        translate("Dinamis", "Product type"),
    )


def long_titles() -> tuple[str, ...]:
    """What the columns are, in full."""
    return (
        translate("Dinamis", "Choice and product type"),
        translate("Dinamis", "Satellite mission"),
        translate("Dinamis", "Acquisition, in local time"),
        translate("Dinamis", "Cloud cover in percent"),
        translate("Dinamis", "Incidence angle in degrees"),
        translate("Dinamis", "Share of my area that the scene covers, in percent"),
        translate("Dinamis", "Product type"),
    )


def sensor_name(scene: Scene, *, compact: bool = False) -> str:
    """The mission for a person, or the satellite's short code."""
    if compact and scene.platform:
        return scene.platform
    return _MISSION_NAMES.get(scene.mission) or scene.mission or scene.platform or UNKNOWN


def type_name(scene: Scene) -> str:
    """What can be done with a scene, for a person."""
    return metadata_only() if scene.product_type is None else type_label(scene.product_type)


def metadata_only() -> str:
    """What is said of a scene whose product type the service does not tell."""
    return translate("Dinamis", "Metadata only")


def cell_text(scene: Scene, column: int, share: float | None, *, compact: bool) -> str:
    """What a cell says; `share` of 1 is how much of the area the scene covers, None when not known."""
    if column == SENSOR:
        return sensor_name(scene, compact=compact)
    if column == DATE:
        return formats.moment(scene.acquired, short=compact)
    if column == CLOUD:
        return UNKNOWN if scene.cloud is None else formats.number(scene.cloud)
    if column == ANGLE:
        return UNKNOWN if scene.incidence is None else formats.number(scene.incidence, 1)
    if column == COVERAGE:
        return UNKNOWN if share is None else percent_text(share)
    return type_name(scene) if column == PRODUCT else ""


def percent_text(share: float) -> str:
    """A share in percent that says 0 of nothing only, and 100 of all only."""
    percent = share * 100
    if 0 < percent < 1:
        return f"<{formats.number(1)}"
    return formats.number(min(percent, 99) if percent < 99.95 else 100)  # noqa: PLR2004 - rounds to 100.0


def sorted_scenes(
    scenes: Sequence[Scene], column: int, *, descending: bool, shares: Mapping[Key, float] | None = None
) -> list[Scene]:
    """The scenes in the order of a column, as a catalogue sorts; unknown values last, ties newest first."""
    newest = sorted(scenes, key=attrgetter("acquired"), reverse=True)
    if column == DATE:
        return newest if descending else newest[::-1]
    known_shares = shares or {}
    values: dict[int, Any] = {
        TYPE: _type_code,
        PRODUCT: _type_code,
        SENSOR: lambda scene: scene.mission or None,
        CLOUD: attrgetter("cloud"),
        ANGLE: attrgetter("incidence"),
        COVERAGE: lambda scene: known_shares.get(key_of(scene)),
    }
    told = list(map(values[column], newest))
    known = [number for number, value in enumerate(told) if value is not None]
    known.sort(key=told.__getitem__, reverse=descending)
    unknown = [scene for value, scene in zip(told, newest) if value is None]
    return [newest[number] for number in known] + unknown


def _type_code(scene: Scene) -> str | None:
    return None if scene.product_type is None else scene.product_type.value
