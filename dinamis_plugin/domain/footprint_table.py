"""Footprints as a table with typed columns: what a layer of them and every export have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Callable, Optional, Union

from .cart import Key, key_of
from .scene import Scene
from .search import MISSIONS
from .signed_url import strip_signature

Value = Optional[Union[str, float, bool, datetime]]


class Kind(Enum):
    """Type of a column."""

    TEXT = "text"
    REAL = "real"
    MOMENT = "moment"
    FLAG = "flag"


class Format(Enum):
    """A file that footprints are written to; the value is its suffix."""

    GPKG = ".gpkg"
    GEOJSON = ".geojson"
    CSV = ".csv"
    STAC = ".json"


@dataclass(frozen=True)
class Column:
    """One column: its name in a file, its type, and where its value comes from."""

    name: str
    kind: Kind
    value: Callable[[Scene], Value]


_MISSION_NAMES = dict(MISSIONS)
COVERAGE = "aoi_coverage"
"""Column of the share of the area of interest that a scene covers, in percent."""


def _image(scene: Scene) -> Value:
    asset = scene.preferred_asset()
    return None if asset is None else strip_signature(asset.href)


COLUMNS: tuple[Column, ...] = (
    Column("id", Kind.TEXT, lambda scene: scene.id),
    Column("collection", Kind.TEXT, lambda scene: scene.collection),
    Column("title", Kind.TEXT, lambda scene: scene.title),
    Column("sensor", Kind.TEXT, lambda scene: _MISSION_NAMES.get(scene.mission, scene.mission) or None),
    Column("platform", Kind.TEXT, lambda scene: scene.platform or None),
    Column("datetime", Kind.MOMENT, lambda scene: scene.acquired),
    Column("cloud_cover", Kind.REAL, lambda scene: scene.cloud),
    Column("incidence_angle", Kind.REAL, lambda scene: scene.incidence),
    Column("gsd", Kind.REAL, lambda scene: scene.gsd),
    Column("product_type", Kind.TEXT, lambda scene: scene.product_type and scene.product_type.value),
    Column("open_data", Kind.FLAG, lambda scene: scene.open_data),
    Column("quicklook", Kind.TEXT, lambda scene: strip_signature(scene.thumbnail_href) or None),
    Column("image", Kind.TEXT, _image),
)
"""Angles in degrees, cloud cover in percent, ground sampling distance in metres, times in UTC."""


def row(scene: Scene, shares: Mapping[Key, float]) -> dict[str, Value]:
    """The values of a scene by column; shares are of 1, by scene, and may be missing."""
    share = shares.get(key_of(scene))
    values = {column.name: column.value(scene) for column in COLUMNS}
    return {**values, COVERAGE: None if share is None else round(share * 100, 2)}


def kinds() -> dict[str, Kind]:
    """The columns with their types, in their order."""
    return {**{column.name: column.kind for column in COLUMNS}, COVERAGE: Kind.REAL}


def item_collection(documents: list[Mapping[str, Any]]) -> dict[str, Any]:
    """A STAC ItemCollection of items as the catalogue writes them."""
    return {"type": "FeatureCollection", "features": documents}
