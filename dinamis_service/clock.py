"""The one place that reads the clock, so that tests and rules can be given another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment, aware, in UTC."""


def utc_now() -> datetime:
    """Present moment, aware, in UTC."""
    return datetime.now(UTC)
