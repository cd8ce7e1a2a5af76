"""The queue of downloads on the disk: in the profile of QGIS, written whole or not at all."""

from __future__ import annotations

import contextlib
from pathlib import Path

from ..domain.download_job import DownloadJob, queue_from_text
from .whole_file import profile_file, write_whole


def queue_path() -> Path:
    """Where the queue lies."""
    return profile_file("downloads.json")


def write_queue(text: str, path: Path) -> None:
    """Write the queue; a disk that refuses costs the offer to resume after a restart, and nothing else."""
    with contextlib.suppress(OSError):
        write_whole(path, text)


def read_queue(path: Path) -> list[DownloadJob]:
    """Read the queue of the last session, empty when there is none."""
    try:
        return queue_from_text(path.read_text("utf-8"))
    except (OSError, ValueError):
        return []
