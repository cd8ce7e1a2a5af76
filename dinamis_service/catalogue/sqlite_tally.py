"""Counting the matches of a search, by what was asked for."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dinamis_service.catalogue.engine import UNKNOWN, Facets
from dinamis_service.catalogue.sqlite_blocks import Records
from dinamis_service.catalogue.sqlite_masks import CLOUD_STEP, INCIDENCE_STEP

SHARED_FACETS = ("collection", "mission", "platform", "product_type", "access")
"""Facets that are columns of the table `kind`."""
_STEPS = {"cloud": CLOUD_STEP, "incidence": INCIDENCE_STEP}
_CLOSE = 1_000_000


def months_of(moments: NDArray[np.int64]) -> NDArray[np.int64]:
    """Months since January 1970 (UTC) of moments in microseconds."""
    months: NDArray[np.int64] = moments.astype("M8[us]").astype("M8[M]").astype(np.int64)
    return months


class Tally:
    """Number of matches, and their number by each value of the facets asked for."""

    def __init__(self, facets: Sequence[str]) -> None:
        """Count by these facets."""
        self.matched = 0
        self._facets = facets
        self._numbers: dict[str, Counter[int | None]] = {"kind": Counter()}
        self._numbers |= {name: Counter() for name in facets if name not in SHARED_FACETS}

    def add(self, records: Records, sign: int = 1) -> None:
        """Count matches; a sign of -1 takes them back."""
        self.matched += sign * len(records)
        if not self._facets:
            return
        self.add_numbers("kind", *_counted(records["kind"].astype(np.int64)), sign)
        for name in self._numbers:
            if name == "month":
                self.add_numbers(name, *_counted(months_of(records["moment"])), sign)
            elif name in _STEPS:
                values = records[name]
                unknown = np.isnan(values)
                floors = np.floor(values[~unknown] / _STEPS[name]).astype(np.int64) * _STEPS[name]
                self.add_numbers(name, *_counted(floors), sign)
                self._numbers[name][None] += sign * int(unknown.sum())

    def add_numbers(self, name: str, values: Sequence[int | None], numbers: Sequence[int], sign: int) -> None:
        """Count by one facet (`kind` for all that items share), without changing the total."""
        counter = self._numbers[name]
        for value, number in zip(values, numbers, strict=True):
            counter[value] += sign * number

    def facets(self, connection: sqlite3.Connection) -> Facets:
        """The numbers by facet and value."""
        told: Facets = {}
        for name in self._facets:
            if name in SHARED_FACETS:
                told[name] = self._shared(connection, name)
            else:
                write = _month_name if name == "month" else _step_name
                told[name] = {write(value): n for value, n in _in_order(self._numbers[name]) if n}
        return told

    def _shared(self, connection: sqlite3.Connection, name: str) -> dict[str, int]:
        values = dict(connection.execute(f"SELECT kind, {name} FROM kind"))  # noqa: S608 - names above
        found: Counter[str] = Counter()
        for kind, number in self._numbers["kind"].items():
            value = values[kind]
            found[UNKNOWN if value is None else str(value)] += number
        return {value: number for value, number in sorted(found.items()) if number}


def _counted(values: NDArray[np.int64]) -> tuple[list[int], list[int]]:
    """Distinct values and how often each occurs; they lie close together."""
    if not len(values):
        return [], []
    low = int(values.min())
    if int(values.max()) - low > _CLOSE:
        distinct, often = np.unique(values, return_counts=True)
        return distinct.tolist(), often.tolist()
    numbers = np.bincount(values - low)
    present = np.flatnonzero(numbers)
    return (present + low).tolist(), numbers[present].tolist()


def _in_order(numbers: Counter[int | None]) -> list[tuple[int | None, int]]:
    return sorted(numbers.items(), key=lambda pair: (pair[0] is not None, pair[0] or 0))


def _month_name(month: int | None) -> str:
    number = month or 0
    return f"{1970 + number // 12:04d}-{number % 12 + 1:02d}"


def _step_name(value: int | None) -> str:
    return UNKNOWN if value is None else str(value)
