"""What the form of a delivery offers: folders that suppliers dropped, and satellites."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dinamis_service.catalogue.missions import PLATFORMS
from dinamis_service.context import Context
from dinamis_service.requests.delivery import IMAGE_SUFFIXES


@dataclass(frozen=True)
class Dropped:
    """A folder that a supplier put into the drop folder."""

    name: str
    images: int
    octets: int


def dropped_folders(drop_dir: Path | None) -> list[Dropped]:
    """Folders with images in the drop folder, by name; links that lead elsewhere are left out."""
    if drop_dir is None or not drop_dir.is_dir():
        return []
    folders = sorted(one for one in drop_dir.iterdir() if one.is_dir() and not one.is_symlink())
    told = []
    for folder in folders:
        images = [one for one in folder.rglob("*") if one.suffix.lower() in IMAGE_SUFFIXES and one.is_file()]
        if images:
            told.append(Dropped(folder.name, len(images), sum(one.stat().st_size for one in images)))
    return told


def platforms_of(collection: str) -> list[str]:
    """Satellites whose images a collection holds."""
    return [name for name, platform in PLATFORMS.items() if platform.collection == collection]


def describe_delivery(context: Context, collection: str) -> dict[str, Any]:
    """What the form of a delivery offers."""
    return {
        "drop_dir": context.settings.drop_dir is not None,
        "folders": dropped_folders(context.settings.drop_dir),
        "platforms": platforms_of(collection),
        "accepted": ",".join(IMAGE_SUFFIXES),
    }
