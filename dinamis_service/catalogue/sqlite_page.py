"""Keeping the rows that may be on the page of a search, while all that matches is looked at."""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dinamis_service.catalogue.paging import Keys
from dinamis_service.catalogue.sqlite_blocks import Records
from dinamis_service.catalogue.sqlite_masks import COLUMNS

_KEPT = 5000
"""Candidates from which on the last ones are dropped."""


class Keeper:
    """Rows that may be on the page, by the first keys of its order: those that records tell.

    SQLite settles the rest. Values are kept as numbers that grow along the order, those of kinds by their
    rank, unknown ones last.
    """

    def __init__(
        self, connection: sqlite3.Connection, keys: Keys, *, last: Sequence[Any] | None, limit: int
    ) -> None:
        """Keep what the page needs; where records do not tell the first key, every row.

        Args:
            connection: to a snapshot of the catalogue.
            keys: the order, made total.
            last: sort values of the last row of the page before, None without one.
            limit: rows wanted.
        """
        self._columns: list[_Column] = []
        for key, descending in keys:
            column = _column(connection, key.column, descending=descending)
            if column is None:
                break
            self._columns.append(column)
        self._after = None if last is None else [c.of(value) for c, value in zip(self._columns, last)]
        self._worst: list[float] | None = None
        self._limit = limit
        self._rids = np.empty(0, np.int64)
        self._order = [np.empty(0) for _ in self._columns]

    def add(self, records: Records) -> None:
        """Take matches in."""
        if not self._limit:
            return
        if not self._columns:
            self._rids = np.concatenate([self._rids, records["rid"]])
            return
        records = self.promising(records)
        order = [column.read(records) for column in self._columns]
        self._rids = np.concatenate([self._rids, records["rid"]])
        self._order = [np.concatenate(pair) for pair in zip(self._order, order, strict=True)]
        if len(self._rids) > _KEPT + 2 * self._limit:
            self._drop_last()

    def promising(self, records: Records) -> Records:
        """Those that may be on the page, as far as is known by now."""
        for bound, sign in ((self._worst, -1), (self._after, 1)):
            if bound and len(records):
                first = self._columns[0].read(records)
                records = records[sign * first >= sign * bound[0]]  # most fall here
                order = [column.read(records) for column in self._columns]
                records = records[sign * _compared(order, bound) >= 0]
        return records

    def rids(self) -> list[int]:
        """Rows among which the page is."""
        if self._columns:
            self._drop_last()
        kept: list[int] = self._rids.tolist()
        return kept

    def _drop_last(self) -> None:
        """Drop rows beyond the page; those that tie with the page before are not counted, some were on it."""
        beyond = self._order
        if self._after is not None:
            behind = _compared(self._order, self._after) > 0
            beyond = [values[behind] for values in self._order]
        if len(beyond[0]) <= self._limit:
            return
        place = np.lexsort(beyond[::-1])[self._limit - 1]
        worst = [float(values[place]) for values in beyond]
        kept = _compared(self._order, worst) <= 0
        self._rids, self._order = self._rids[kept], [values[kept] for values in self._order]
        self._worst = worst


@dataclass(frozen=True)
class _Column:
    """One key of an order as numbers that grow along it; the unknown is infinite.

    Args:
        name: of the value in records; `kind` stands for what kinds share.
        descending: the direction.
        ranks: of a value of kinds: those that occur, in order, and the number of each kind's, NaN for none.
    """

    name: str
    descending: bool
    ranks: tuple[list[Any], NDArray[np.float64]] | None = None

    def read(self, records: Records) -> NDArray[np.float64]:
        """The numbers of records."""
        values = records[self.name]
        return self._along(values.astype(float) if self.ranks is None else self.ranks[1][values])

    def of(self, value: Any) -> float:
        """The number of one value, which kinds may not have any more."""
        if self.ranks is not None and value is not None:
            known = self.ranks[0]
            place = bisect_left(known, value)
            value = place if place < len(known) and known[place] == value else place - 0.5
        return float(self._along(np.array([value], float))[0])

    def _along(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        order = -values if self.descending else values
        return np.where(np.isnan(order), np.inf, order)


def _column(connection: sqlite3.Connection, column: str, *, descending: bool) -> _Column | None:
    """What records tell of a column (SQL), None where they do not."""
    if column in COLUMNS:
        return _Column(COLUMNS[column], descending)
    if not column.startswith("k."):
        return None
    rows = connection.execute(f"SELECT kind, {column} FROM kind AS k").fetchall()  # noqa: S608 - see queryables
    known = sorted({value for _, value in rows if value is not None})
    places = {value: place for place, value in enumerate(known)}
    ranks = np.full(max((kind for kind, _ in rows), default=0) + 1, np.nan)
    for kind, value in rows:
        ranks[kind] = places.get(value, np.nan)
    return _Column("kind", descending, (known, ranks))


def _compared(order: Sequence[NDArray[np.float64]], values: Sequence[float]) -> NDArray[np.int8]:
    """Where rows stand to one: -1 before it, 0 beside it, 1 behind it."""
    sign = np.zeros(len(order[0]), np.int8)
    for own, value in zip(order, values, strict=True):
        here = (own > value).astype(np.int8) - (own < value).astype(np.int8)
        sign = np.where(sign == 0, here, sign)
    return sign
