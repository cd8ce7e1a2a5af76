"""One search over one snapshot of the catalogue: exact count, facets and page.

Three ways lead to the matches, and the cheapest one that is exact is taken: numbers kept for a zone, blocks
of records, rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from dinamis_service.catalogue.engine import Facets, SearchRequest
from dinamis_service.catalogue.moments import month_begin, month_number, to_microseconds
from dinamis_service.catalogue.sqlite_areas import Area
from dinamis_service.catalogue.sqlite_blocks import BLOCK, RECORD, Reach, Records, find_blocks, read_blocks
from dinamis_service.catalogue.sqlite_masks import compile_filter
from dinamis_service.catalogue.sqlite_months import within_its_months
from dinamis_service.catalogue.sqlite_page import Keeper
from dinamis_service.catalogue.sqlite_search import CROSSING_SQL, EDGE_SQL, plan
from dinamis_service.catalogue.sqlite_tally import Tally
from dinamis_service.catalogue.sqlite_zones import tally_months, zone_of

_ROWS = 5000
"""Rows looked at together."""
_WALKED = 20_000
"""Rows that are walked through in the order of time before another way is taken."""
_WALK_SHARE = 64
"""Records of a block that are looked at while one row is walked to."""
_WIDE_BLOCKS = 400
"""Blocks from which on the page is first looked for in the order of time."""
_WALK_CHUNK = 400

Period = tuple[int, int, int]
"""First and last moment (microseconds) of a part of a month, and 1 to add it or -1 to take it away."""


@dataclass(frozen=True)
class Answer:
    """The rows of the page (row id, sort values), and what was counted; blocks that were read for it."""

    rows: list[Any]
    next_token: str | None
    matched: int | None
    facets: Facets
    blocks_read: int


class Search:
    """Answers one request from one snapshot."""

    def __init__(
        self, connection: sqlite3.Connection, request: SearchRequest, pause: Callable[[], None]
    ) -> None:
        """Understand the request; `SearchError` when that cannot be done.

        Args:
            connection: to a snapshot of the catalogue.
            request: the request.
            pause: called now and then in a long search, whose error ends it.
        """
        self._pause = pause
        self._connection = connection
        spans = connection.execute("SELECT EXISTS (SELECT 1 FROM item WHERE moment_end IS NOT NULL)")
        self._any_span = bool(spans.fetchone()[0])
        self._request = request = within_its_months(connection, request, any_span=self._any_span)
        self._plan = plan(request, any_span=self._any_span)
        self._filter = None if request.filter is None else compile_filter(connection, request.filter)
        self._by_rows = bool(request.ids) or (
            request.filter is not None and self._filter is None and request.geometry is None
        )
        self.area = None if request.geometry is None else Area(request.geometry)
        self._start = None if request.start is None else to_microseconds(request.start)
        self._end = None if request.end is None else to_microseconds(request.end)
        self._colls = self._kinds = None
        if request.collections:
            asked = [json.dumps(request.collections)]
            named = "IN (SELECT value FROM json_each(?))"
            colls = connection.execute(f"SELECT coll FROM collection WHERE id {named}", asked)  # noqa: S608
            kinds = connection.execute(f"SELECT kind FROM kind WHERE collection {named}", asked)  # noqa: S608
            self._colls, self._kinds = frozenset(row[0] for row in colls), [row[0] for row in kinds]
        self._blocks: list[int] | None = None
        self._blocks_read = 0

    def answer(self) -> Answer:
        """The page, and count and facets where they are asked for."""
        request = self._request
        counting = request.counted or bool(request.facets)
        tally = self._from_zone() if counting else None
        rows: list[Any] | None = None
        if request.limit and (tally is not None or (not counting and self._is_wide())):
            rows = [] if tally is not None and not tally.matched else self._walk_far()
        if (counting and tally is None) or (request.limit and rows is None):
            tally, rows = self._from_matches(tally)
        rows = rows or []
        page = rows[: request.limit]
        more = len(rows) > request.limit and bool(page)
        return Answer(
            rows=page,
            next_token=self._plan.token_of(page[-1]) if more else None,
            matched=tally.matched if tally is not None and request.counted else None,
            facets=tally.facets(self._connection) if tally is not None else {},
            blocks_read=self._blocks_read,
        )

    def _from_matches(self, counted: Tally | None) -> tuple[Tally | None, list[Any]]:
        """Count and page by looking at every match; only the page where it is counted already."""
        request = self._request
        counting = counted is None and (request.counted or bool(request.facets))
        tally = Tally(request.facets) if counting else counted
        wanted = request.limit + 1 if request.limit else 0
        keeper = Keeper(self._connection, self._plan.keys, last=self._plan.last, limit=wanted)
        # What is counted must be looked at as a whole; else only what is not behind the page.
        promising = None if counting else keeper.promising
        for records in self._rows() if self._by_rows else self._matches(promising):
            if counting and tally is not None:
                tally.add(records)
            keeper.add(records)
        if not wanted:
            return tally, []
        values = [json.dumps(keeper.rids()), *self._plan.after_values, wanted]
        return tally, self._connection.execute(self._plan.chosen_sql, values).fetchall()

    def _matches(self, promising: Callable[[Records], Records] | None) -> Iterator[Records]:
        """Every match, or those that are promising, found through blocks."""
        blocks, reach = self._find_blocks(), self._reach()
        self._blocks_read = len(blocks)
        for found in read_blocks(self._connection, blocks, reach):
            records = found if self._filter is None else found[self._filter(found)]
            records = records if promising is None else promising(records)
            if self._request.filter is not None and self._filter is None:
                records = records[self._passing(records)]
            if self.area is not None:
                records = records[self.area.meets_records(self._connection, records, self._pause)]
            if len(records):
                yield records
            self._pause()

    def _passing(self, records: Records) -> Any:
        """Which records' rows pass a filter that records cannot answer."""
        values = [json.dumps(records["rid"].tolist()), *self._plan.filter_values]
        passing = [row[0] for row in self._connection.execute(self._plan.rest_sql, values)]
        return np.isin(records["rid"], passing)

    def _rows(self) -> Iterator[Records]:
        """Every match, found through the rows."""
        return self._read_rows(self._plan.rows_sql, self._plan.values)

    def _read_rows(self, sql: str, values: list[Any]) -> Iterator[Records]:
        """Records of the rows that a statement gives and the area meets."""
        # closed whatever happens: a statement that is still open would hold its snapshot
        with closing(self._connection.execute(sql, values)) as cursor:
            while rows := cursor.fetchmany(_ROWS):
                records = np.zeros(len(rows), RECORD)
                rids, kinds, moments, ends, clouds, angles, shapes = zip(*rows, strict=True)
                records["rid"], records["kind"], records["moment"] = rids, kinds, moments
                lasts = zip(moments, ends, strict=True)
                records["last"] = [moment if end is None else end for moment, end in lasts]
                records["cloud"] = np.array(clouds, float)
                records["incidence"] = np.array(angles, float)
                yield records if self.area is None else records[self.area.meets(list(shapes), self._pause)]
                self._pause()

    def _reach(self) -> Reach:
        boxes = () if self.area is None else self.area.boxes
        return Reach(boxes, self._start, self._end, self._colls)

    def _find_blocks(self) -> list[int]:
        if self._blocks is None:
            self._blocks = find_blocks(self._connection, self._reach())
        return self._blocks

    def _is_wide(self) -> bool:
        return not self._by_rows and (self.area is None or len(self._find_blocks()) > _WIDE_BLOCKS)

    def _walk_far(self) -> list[Any] | None:
        """The page by walking through time, as long as that is shorter than looking at every block."""
        rows = self._walk(_WALKED)
        if rows is None and self._plan.by_time and not self._by_rows:
            further = len(self._find_blocks()) * BLOCK // _WALK_SHARE
            rows = self._walk(further) if further > _WALKED else None
        return rows

    def _walk(self, walked: int) -> list[Any] | None:
        """The page among the next rows in the order of time; None when it is not full by then."""
        request, searched = self._request, self._plan
        if not searched.by_time or self._by_rows:
            return None
        stop = self._connection.execute(searched.stop_sql, [*searched.stop_values, walked]).fetchone()
        backwards = searched.keys[0][1]
        furthest = -(2**62) if backwards else 2**62
        values = [*searched.values, *searched.after_values, furthest if stop is None else stop[0]]
        page: list[Any] = []
        with closing(self._connection.execute(searched.walk_sql, values)) as cursor:
            while len(page) <= request.limit and (rows := cursor.fetchmany(_WALK_CHUNK)):
                if self.area is not None:
                    met = self.area.meets([row[1] for row in rows], self._pause)
                    rows = [row for row, is_met in zip(rows, met, strict=True) if is_met]
                page.extend((row[0], *row[2:]) for row in rows)
                self._pause()
        return page[: request.limit + 1] if len(page) > request.limit or stop is None else None

    def _from_zone(self) -> Tally | None:
        """Count and facets from the numbers of a zone for whole months, from rows for parts of months."""
        stepwise = self._request.filter is None or (self._filter is not None and self._filter.stepwise)
        if self._by_rows or not stepwise:
            return None
        zone = zone_of(self._connection, self.area)
        if zone is None:
            return None
        months, parts = _months_and_parts(self._start, self._end)
        kinds = self._kinds
        if kinds is None:
            kinds = [row[0] for row in self._connection.execute("SELECT kind FROM kind")]
        if months is None:
            tally: Tally | None = Tally(self._request.facets)
        else:
            tally = tally_months(self._connection, zone, months, kinds, self._filter, self._request.facets)
        if tally is None:
            return None
        for start, end, sign in parts:
            self._add_rows(tally, EDGE_SQL, [start, end], sign)
        if self._any_span and self._start is not None:
            self._add_rows(tally, CROSSING_SQL, [self._start, self._start], 1)
        return tally

    def _add_rows(self, tally: Tally, sql: str, values: list[Any], sign: int) -> None:
        for found in self._read_rows(sql, values):
            records = found if self._kinds is None else found[np.isin(found["kind"], self._kinds)]
            tally.add(records if self._filter is None else records[self._filter(records)], sign)


def _months_and_parts(
    start: int | None, end: int | None
) -> tuple[tuple[int | None, int | None] | None, list[Period]]:
    """A period as whole months (None for none) and parts of months to add or to take away, the shorter."""
    first = None if start is None else month_number(start)
    last = None if end is None else month_number(end)
    if start is not None and end is not None and first == last:
        whole = start == month_begin(first or 0) and end == month_begin((first or 0) + 1) - 1
        return ((first, last), []) if whole else (None, [(start, end, 1)])
    parts: list[Period] = []
    if start is not None and first is not None:
        begin, after = month_begin(first), month_begin(first + 1)
        if start - begin <= after - start:
            parts += [(begin, start - 1, -1)] if start > begin else []
        else:
            parts.append((start, after - 1, 1))
            first += 1
    if end is not None and last is not None:
        begin, after = month_begin(last), month_begin(last + 1)
        if after - 1 - end <= end - begin:
            parts += [(end + 1, after - 1, -1)] if end < after - 1 else []
        else:
            parts.append((begin, end, 1))
            last -= 1
    if first is not None and last is not None and first > last:
        return None, parts
    return (first, last), parts
