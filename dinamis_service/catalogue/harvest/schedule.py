"""When a harvest runs: never twice at once, and again after a while that differs a little each time."""

from __future__ import annotations

import fcntl
import random
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SHORTEST_S = 60
_SPREAD = 0.1
"""Part of the interval by which a run comes sooner or later, so that many services do not ask at once."""


class AlreadyRunningError(Exception):
    """Another process holds the lock."""


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock for the time of the block; it is free again when the process ends, however it ends.

    Raises:
        AlreadyRunningError: somebody else holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError from error
        yield


def interval(written: str) -> float:
    """Seconds of an interval such as `30m`, `6h` or `1d`.

    Raises:
        ValueError: it is none, or shorter than a minute.
    """
    found = re.fullmatch(r"(\d{1,6})([smhd])", written)
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if seconds < _SHORTEST_S:
        msg = f"{written!r} is no interval of a minute or more, such as 30m, 6h or 1d"
        raise ValueError(msg)
    return seconds


def repeat(run: Callable[[], int], every_s: float, stop: threading.Event) -> int:
    """Run again and again until told to stop; the code of the last run."""
    code = run()
    while not stop.wait(every_s * random.uniform(1 - _SPREAD, 1 + _SPREAD)):  # noqa: S311 - no secret
        code = run()
    return code
