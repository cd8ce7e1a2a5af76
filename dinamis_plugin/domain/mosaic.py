"""Which images go together into one layer, and which of them lies on top."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .scene import Asset, Scene

_CLOUD_STEP = 5.0
"""Percent of clouds by which a scene must be cleaner to lie above a newer one."""
_UNKNOWN_CLOUD = 100.0
_PAN_KEYS = ("pan", "p", "panchromatic")
_MS_KEYS = ("ms", "xs", "multispectral")
_COLOURS = 3


class Picked(NamedTuple):
    """One image of a scene."""

    scene: Scene
    asset: Asset


def pan_and_ms(scene: Scene) -> tuple[Asset, Asset] | None:
    """The panchromatic image of a scene and the multispectral one that it sharpens, None without both."""
    pan = next((image for image in scene.images if _is_pan(image)), None)
    ms = min((image for image in scene.images if _is_ms(image)), key=_ms_rank, default=None)
    if pan is None or ms is None:
        return None
    finer = not (pan.resolution_m and ms.resolution_m) or pan.resolution_m < ms.resolution_m
    return (pan, ms) if finer else None


def ms_of(scene: Scene) -> Asset | None:
    """The image of a scene with most to style: the multispectral one, else the one a person expects."""
    found = min((image for image in scene.images if _is_ms(image)), key=_ms_rank, default=None)
    return found or scene.preferred_asset()


def mosaics(images: Iterable[Picked]) -> list[tuple[Picked, ...]]:
    """Gather images that can lie in one layer, each lot from the lowest to the topmost.

    One layer takes one coordinate system, one kind of pixel and the same bands. On top lies what hides least:
    the cleanest scene, and the newest among equally clean ones.
    """
    lots: dict[tuple[object, ...], list[Picked]] = {}
    for picked in images:
        lots.setdefault(_layout(picked), []).append(picked)
    return [tuple(sorted(lot, key=_height)) for lot in lots.values()]


def _layout(picked: Picked) -> tuple[object, ...]:
    scene, asset = picked
    return (scene.mission, asset.epsg, asset.band_count, asset.data_type, asset.nodata, asset.bands)


def _height(picked: Picked) -> tuple[float, float, str]:
    scene = picked.scene
    cloud = _UNKNOWN_CLOUD if scene.cloud is None else scene.cloud
    return (-(cloud // _CLOUD_STEP), scene.acquired.timestamp(), scene.id)


def _is_pan(image: Asset) -> bool:
    return image.band_count == 1 or (image.band_count is None and image.key.lower() in _PAN_KEYS)


def _is_ms(image: Asset) -> bool:
    if image.band_count is None:
        return image.key.lower() in _MS_KEYS
    return image.band_count >= _COLOURS


def _ms_rank(image: Asset) -> tuple[bool, int]:
    """The file called multispectral first, else the one with most bands."""
    return image.key.lower() not in _MS_KEYS, -(image.band_count or 0)
