"""Areas that were kept for later: a GeoJSON file in the profile of QGIS, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shapely.geometry import mapping, shape

from ..domain.aoi import UNREADABLE_GEOMETRY, Aoi
from .geometry import make_aoi
from .whole_file import profile_file, put_aside, read_json, write_whole


def kept_path() -> Path:
    """Where the areas lie."""
    return profile_file("areas.geojson")


def read_kept(path: Path) -> list[Aoi]:
    """Read the areas, none where there is no file.

    A file that a person broke with an editor is put aside, and what can be read of it written anew.

    Raises:
        OSError: It cannot be read or put aside: nothing may be written in its place.
    """
    document = read_json(path)
    if document is None:
        return []
    features = document.get("features") if isinstance(document, dict) else None
    found = [_readable(feature) for feature in features] if isinstance(features, list) else [None]
    areas = [aoi for aoi in found if aoi is not None]
    if len(areas) < len(found):
        put_aside(path)
        if areas:
            write_kept(areas, path)
    return areas


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
