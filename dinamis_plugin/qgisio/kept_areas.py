"""Areas that were kept for later: a GeoJSON file in the profile of QGIS, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shapely.geometry import mapping, shape

from ..domain.aoi import UNREADABLE_GEOMETRY, Aoi
from .geometry import make_aoi
from .whole_file import profile_file, write_whole


def kept_path() -> Path:
    """Where the areas lie."""
    return profile_file("areas.geojson")


def read_kept(path: Path) -> list[Aoi]:
    """Read the areas; what a person broke with an editor is left out, a missing file is an empty one."""
    try:
        features = json.loads(path.read_text("utf-8"))["features"]
    except (OSError, ValueError, LookupError, TypeError):
        return []
    found = [_readable(feature) for feature in features] if isinstance(features, list) else []
    return [aoi for aoi in found if aoi is not None]


def _readable(feature: Any) -> Aoi | None:
    try:
        facts = feature["properties"]
        place = str(facts.get("place") or "")
        return make_aoi(str(facts["name"]), shape(feature["geometry"]), place=place)
    except UNREADABLE_GEOMETRY:
        return None


def write_kept(aois: Iterable[Aoi], path: Path) -> None:
    """Write the areas.

    Raises:
        OSError: the disk refuses; the earlier file is still there.
    """
    features = [
        {
            "type": "Feature",
            "properties": {"name": aoi.name, "place": aoi.place},
            "geometry": mapping(aoi.geometry),
        }
        for aoi in aois
    ]
    write_whole(path, json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False))
