"""Counting the matches of a search, by what was asked for, and keeping those that may be on its page."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dinamis_service.catalogue.engine import UNKNOWN, Facets
from dinamis_service.catalogue.sqlite_blocks import Records
from dinamis_service.catalogue.sqlite_masks import CLOUD_STEP, COLUMNS, INCIDENCE_STEP

SHARED_FACETS = ("collection", "mission", "platform", "product_type", "access")
"""Facets that are columns of the table `kind`."""
_STEPS = {"cloud": CLOUD_STEP, "incidence": INCIDENCE_STEP}
_CLOSE = 1_000_000
_KEPT = 5000
"""Candidates for the page from which on the last ones are dropped."""


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


class Keeper:
    """Rows that may be on the page, by the first key of its order; SQLite settles the rest."""

    def __init__(self, column: str, *, descending: bool, last: Sequence[Any] | None, limit: int) -> None:
        """Keep what the page needs.

        Args:
            column: of the first key (SQL); any other than those of `COLUMNS` keeps every row.
            descending: its direction; unknown values come last in either.
            last: sort values of the last row of the page before, None without one.
            limit: rows wanted.
        """
        self._name = COLUMNS.get(column)
        self._descending = descending
        self._after = -np.inf
        if last is not None and self._name is not None:
            self._after = float(self._order_of(np.array([last[0]], float))[0])
        self._limit = limit
        self._rids = np.empty(0, np.int64)
        self._order = np.empty(0)

    def add(self, records: Records) -> None:
        """Take matches in."""
        if not self._limit:
            return
        if self._name is None:
            self._rids = np.concatenate([self._rids, records["rid"]])
            return
        order = self._order_of(records[self._name].astype(float))
        kept = order >= self._after
        self._rids = np.concatenate([self._rids, records["rid"][kept]])
        self._order = np.concatenate([self._order, order[kept]])
        if len(self._rids) > _KEPT + 2 * self._limit:
            self._drop_last()

    def rids(self) -> list[int]:
        """Rows among which the page is."""
        if self._name is not None:
            self._drop_last()
        kept: list[int] = self._rids.tolist()
        return kept

    def _order_of(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        order = -values if self._descending else values
        return np.where(np.isnan(order), np.inf, order)

    def _drop_last(self) -> None:
        """Drop rows beyond the page; those that tie with the page before are not counted, some were on it."""
        beyond = self._order[self._order > self._after]
        if len(beyond) > self._limit:
            worst = np.partition(beyond, self._limit - 1)[self._limit - 1]
            kept = self._order <= worst
            self._rids, self._order = self._rids[kept], self._order[kept]
