"""Files that are there whole or not at all, also after a power cut."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def partial_file(folder: Path) -> Iterator[IO[bytes]]:
    """A hidden file in `folder`, for the service's user only; it goes unless `give_name` gave it a name."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".partial-", delete=False) as file:
        try:
            yield file
        finally:
            Path(file.name).unlink(missing_ok=True)


def give_name(file: IO[bytes], target: Path) -> None:
    """Let a partial file take the name `target`, in its folder or below, once it is on the disk."""
    file.flush()
    os.fsync(file.fileno())
    folder = Path(file.name).parent
    target.parent.mkdir(mode=0o700, exist_ok=True)
    Path(file.name).replace(target)
    for parent in {target.parent, folder}:
        _sync(parent)


def _sync(folder: Path) -> None:
    """Let the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
