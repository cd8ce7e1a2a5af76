"""A clock that tests may put forward."""

from __future__ import annotations

from datetime import datetime, timedelta

from dinamis_service.clock import utc_now


class MovableClock:
    """Runs as the true one does, ahead of it by what it was put forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)
