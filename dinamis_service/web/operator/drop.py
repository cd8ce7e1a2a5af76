"""What the form of a delivery offers: folders and archives that suppliers dropped, and satellites."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dinamis_service.catalogue.missions import PLATFORMS
from dinamis_service.catalogue.products.archives import is_archive
from dinamis_service.context import Context
from dinamis_service.requests.parcels import ACCEPTED, IMAGE_SUFFIXES, archives_in


@dataclass(frozen=True)
class Dropped:
    """A folder, or an archive, that a supplier put into the drop folder."""

    name: str
    images: int
    archives: int
    octets: int


def dropped(drop_dir: Path | None) -> list[Dropped]:
    """Archives, and folders with images or archives; links that lead elsewhere are left out."""
    if drop_dir is None or not drop_dir.is_dir():
        return []
    told = []
    for place in sorted(one for one in drop_dir.iterdir() if not one.is_symlink()):
        if place.is_file() and is_archive(place):
            told.append(Dropped(place.name, 0, 1, place.stat().st_size))
        elif place.is_dir():
            images = [
                one for one in place.rglob("*") if one.suffix.lower() in IMAGE_SUFFIXES and one.is_file()
            ]
            archives = archives_in(place)
            if images or archives:
                octets = sum(one.stat().st_size for one in (*images, *archives))
                told.append(Dropped(place.name, len(images), len(archives), octets))
    return told


def platforms_of(collection: str) -> list[str]:
    """Satellites whose images a collection holds."""
    return [name for name, platform in PLATFORMS.items() if platform.collection == collection]


def describe_delivery(context: Context, collection: str) -> dict[str, Any]:
    """What the form of a delivery offers."""
    return {
        "drop_dir": context.settings.drop_dir is not None,
        "dropped": dropped(context.settings.drop_dir),
        "platforms": platforms_of(collection),
        "terrain": context.settings.dem_path is not None,
        "accepted": ",".join(ACCEPTED),
    }
