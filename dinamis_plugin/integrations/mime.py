"""Scenes in a drag: what they are, never a signature."""

from __future__ import annotations

import json
from collections.abc import Iterable

from qgis.core import QgsMimeDataUtils
from qgis.PyQt.QtCore import QMimeData

from ..domain.scene import Scene
from ..domain.signed_url import strip_signature

PROVIDER_KEY = "dinamis"
LAYER_TYPE = "custom"


def scene_mime(scenes: Iterable[Scene], asset_key: str = "") -> QMimeData:
    """Make the data of a drag of scenes onto the canvas or the layer tree."""
    return QgsMimeDataUtils.encodeUriList([scene_uri(scene, asset_key) for scene in scenes])


def scene_uri(scene: Scene, asset_key: str = "") -> QgsMimeDataUtils.Uri:
    """Make the entry of one scene: its collection, its id, and the file wanted."""
    uri = QgsMimeDataUtils.Uri()
    uri.layerType = LAYER_TYPE
    uri.providerKey = PROVIDER_KEY
    uri.name = scene.title
    names = {"collection": scene.collection, "item": scene.id, "asset": asset_key}
    uri.uri = strip_signature(json.dumps(names, sort_keys=True))
    return uri


def dragged_names(uri: str) -> dict[str, str] | None:
    """Read an entry made by `scene_uri`; None when it is not one."""
    try:
        names = json.loads(uri)
    except ValueError:
        return None
    if not isinstance(names, dict) or not all(
        isinstance(names.get(key), str) for key in ("collection", "item")
    ):
        return None
    return {key: str(names.get(key, "")) for key in ("collection", "item", "asset")}
