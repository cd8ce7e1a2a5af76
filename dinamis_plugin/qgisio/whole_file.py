"""Files of the profile that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from qgis.core import QgsApplication


def profile_file(name: str) -> Path:
    """Where a file of the plugin lies in the profile of QGIS."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "dinamis" / name


def write_whole(path: Path, text: str) -> None:
    """Write a text; whatever happens, the file holds the new text or the one before.

    Raises:
        OSError: The disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
