"""How fast one person may have URLs signed."""

from __future__ import annotations

import threading
from datetime import datetime

_FORGET_AT = 10_000  # callers remembered before those whose bucket is full again are dropped


class RateLimit:
    """A bucket of tokens for each caller, filled at a steady pace.

    Args:
        per_minute: tokens of a full bucket, which fills in one minute; 0 sets no limit.
    """

    def __init__(self, per_minute: int) -> None:
        self._size = per_minute
        self._buckets: dict[str, tuple[float, datetime]] = {}
        self._lock = threading.Lock()

    def take(self, caller: str, tokens: int, now: datetime) -> float:
        """Take `tokens` from the caller's bucket; 0.0 when they were there, else the seconds to wait.

        A batch larger than a full bucket passes when the bucket is full, and empties it.
        """
        if self._size == 0:
            return 0.0
        tokens = min(tokens, self._size)
        with self._lock:
            left = self._left(caller, now)
            if left < tokens:
                return (tokens - left) * 60 / self._size
            self._buckets[caller] = (left - tokens, now)
            if len(self._buckets) > _FORGET_AT:
                self._buckets = {
                    name: bucket
                    for name, bucket in self._buckets.items()
                    if self._left(name, now) < self._size
                }
        return 0.0

    def _left(self, caller: str, now: datetime) -> float:
        """Tokens in the caller's bucket."""
        left, then = self._buckets.get(caller, (float(self._size), now))
        return min(self._size, left + max(0.0, (now - then).total_seconds()) * self._size / 60)
