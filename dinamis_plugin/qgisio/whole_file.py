"""Files of the profile that are written whole or not at all, and kept when somebody broke them."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from qgis.core import QgsApplication

from . import log


def profile_file(name: str) -> Path:
    """Where a file of the plugin lies in the profile of QGIS."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "dinamis" / name


def write_whole(path: Path, text: str) -> None:
    """Write a text; whatever happens, the file holds the new text or the one before.

    Another QGIS may write the same file meanwhile: one of the two texts stays, as a whole.

    Raises:
        OSError: The disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{uuid4().hex}.new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink()


def read_json(path: Path) -> Any:
    """Read a JSON document, None where there is none; a file that somebody broke is put aside.

    Raises:
        OSError: It is there and cannot be read.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError):
        put_aside(path)
        return None


def put_aside(path: Path) -> None:
    """Keep a broken file under another name: it may still be mended by hand.

    Raises:
        OSError: It cannot be moved; nothing may be written in its place.
    """
    number, aside = 1, path.with_name(f"{path.name}.broken")
    while aside.exists():
        number, aside = number + 1, path.with_name(f"{path.name}.broken{number + 1}")
    path.replace(aside)
    log.warning(f"{path.name} cannot be read and is kept as {aside.name}")
