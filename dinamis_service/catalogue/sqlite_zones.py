"""Numbers kept beside the items, so that searches of the whole world or of a whole country need not count.

A zone is an area whose items are counted by kind, month, cloud cover and incidence angle, in the
transaction that changes an item. The world is always one, and so are the areas that the catalogue is told to
expect (pinned); other wide areas become one when they are searched again, and the one made first gives way.
Cloud cover is kept by steps of 10 % and incidence by steps of 5 degrees, what lies on a step apart from what
lies between two: so that `<` and `<=` are both exact there.

What changes while a zone is being counted is counted in it as well, so that nobody waits: until it is ready,
its numbers are what changed since, modulo 2**32.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dinamis_service.catalogue.sqlite_areas import Area
from dinamis_service.catalogue.sqlite_blocks import RECORD, Records
from dinamis_service.catalogue.sqlite_masks import (
    CLOUD_STEP,
    CLOUD_TOP,
    INCIDENCE_STEP,
    INCIDENCE_TOP,
    Filter,
)
from dinamis_service.catalogue.sqlite_tally import Tally, months_of

SCHEMA = """
CREATE TABLE IF NOT EXISTS zone (
  zone INTEGER PRIMARY KEY AUTOINCREMENT, area BLOB NOT NULL UNIQUE, pinned INTEGER NOT NULL DEFAULT 0,
  ready INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS cube (
  zone INTEGER NOT NULL, kind INTEGER NOT NULL, month INTEGER NOT NULL, numbers BLOB NOT NULL,
  PRIMARY KEY (zone, kind, month)
);
INSERT OR IGNORE INTO zone (zone, area) VALUES (1, x'');
"""
WORLD = 1
ZONES_MAX = 12
"""Zones beside the world and those that are pinned."""
_COUNT = np.dtype("<u4")


class _Scale:
    """Bins of a percentage or an angle: unknown, below 0, each step, between each two, beyond the last."""

    def __init__(self, name: str, step: int, top: int) -> None:
        self.name, self._step, self._top = name, step, top
        self.bins = 2 * (top // step) + 4
        inner = np.arange(self.bins - 3) * step / 2
        self.values = np.concatenate([[np.nan, -1.0], inner, [top + 1.0]])
        """A value of each bin, as good as any other for a comparison with a step."""
        self.floors = np.floor(self.values / step) * step

    def bin_of(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        known = np.nan_to_num(values, nan=0.0)
        steps = np.clip(known, -1, self._top + 1) / self._step
        bins = 2 + 2 * np.floor(steps) + (steps != np.floor(steps))
        bins[known < 0], bins[known > self._top] = 1, self.bins - 1
        bins[np.isnan(values)] = 0
        found: NDArray[np.int64] = bins.astype(np.int64)
        return found


_CLOUD = _Scale("cloud", CLOUD_STEP, CLOUD_TOP)
_INCIDENCE = _Scale("incidence", INCIDENCE_STEP, INCIDENCE_TOP)
CELLS = _CLOUD.bins * _INCIDENCE.bins


def cells_of(records: Records) -> NDArray[np.int64]:
    """Cell of each record within its kind and month."""
    return _CLOUD.bin_of(records["cloud"]) * _INCIDENCE.bins + _INCIDENCE.bin_of(records["incidence"])


class Cubes:
    """Numbers of many zones, kinds and months being changed, written all at once."""

    def __init__(self) -> None:
        self._changes: dict[tuple[int, int, int], NDArray[np.int64]] = {}

    def add(self, zone: int, records: Records, sign: int = 1) -> None:
        """Count records in a zone; a sign of -1 takes them back."""
        months, kinds, cells = months_of(records["moment"]), records["kind"], cells_of(records)
        keys = kinds.astype(np.int64) << 32 | (months + (1 << 20))
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
        for part in np.split(order, starts[1:]) if len(order) else ():
            key = (zone, int(kinds[part[0]]), int(months[part[0]]))
            numbers = self._changes.setdefault(key, np.zeros(CELLS, np.int64))
            numbers += sign * np.bincount(cells[part], minlength=CELLS)

    def write(self, connection: sqlite3.Connection) -> None:
        """Add the changes to what the catalogue holds."""
        for key, change in self._changes.items():
            if not change.any():
                continue
            sql = "SELECT numbers FROM cube WHERE zone = ? AND kind = ? AND month = ?"
            held = connection.execute(sql, key).fetchone()
            numbers = (change if held is None else change + np.frombuffer(held[0], _COUNT)).astype(_COUNT)
            if numbers.any():
                row = (*key, numbers.tobytes())
                connection.execute("INSERT OR REPLACE INTO cube VALUES (?, ?, ?, ?)", row)
            else:
                connection.execute("DELETE FROM cube WHERE zone = ? AND kind = ? AND month = ?", key)
        self._changes.clear()

    def differences(self, connection: sqlite3.Connection) -> Iterator[tuple[int, int, int]]:
        """Zone, kind and month of every sum of a change and what the catalogue holds that is not nothing.

        What is not a zone yet is left out.
        """
        unready = "SELECT zone FROM zone WHERE NOT ready"
        held = f"SELECT zone, kind, month, numbers FROM cube WHERE zone NOT IN ({unready})"  # noqa: S608
        for zone, kind, month, body in connection.execute(held):
            change = self._changes.pop((zone, kind, month), np.zeros(CELLS, np.int64))
            if (np.frombuffer(body, _COUNT) + change).any():
                yield zone, kind, month
        yield from (key for key, change in self._changes.items() if change.any())


def zone_of(connection: sqlite3.Connection, area: Area | None) -> int | None:
    """The zone that is exactly this area; without an area, the world."""
    if area is None:
        return WORLD
    row = connection.execute("SELECT zone FROM zone WHERE area = ? AND ready", [_key(area)]).fetchone()
    return None if row is None else int(row[0])


def read_zones(connection: sqlite3.Connection, known: dict[int, Area], *, ready: bool) -> None:
    """Bring `known` up to date with every zone but the world; those it holds already are not read again.

    Args:
        connection: to a snapshot of the catalogue, or within a transaction that has changed no zone.
        known: areas of zones.
        ready: leave out those that are still being counted.
    """
    sql = "SELECT zone FROM zone WHERE zone <> ? AND ready >= ?"
    zones = [row[0] for row in connection.execute(sql, [WORLD, ready])]
    for gone in set(known).difference(zones):
        del known[gone]
    for zone in set(zones).difference(known):
        body = connection.execute("SELECT area FROM zone WHERE zone = ?", [zone]).fetchone()[0]
        known[zone] = Area(shapely.from_wkb(body))


def is_kept(connection: sqlite3.Connection, area: Area, *, pinned: bool) -> bool:
    """Whether an area is a zone that is ready, and pinned where that is asked for."""
    sql = "SELECT 1 FROM zone WHERE area = ? AND ready AND pinned >= ?"
    return connection.execute(sql, [_key(area), pinned]).fetchone() is not None


def pinned_beside(connection: sqlite3.Connection, areas: Sequence[Area]) -> list[int]:
    """Zones that are pinned and none of these areas."""
    keys = {_key(area) for area in areas}
    return [
        zone
        for zone, key in connection.execute("SELECT zone, area FROM zone WHERE pinned")
        if key not in keys
    ]


def pin(connection: sqlite3.Connection, zone: int, *, pinned: bool = True) -> None:
    """Let a zone never give way, or let it again."""
    connection.execute("UPDATE zone SET pinned = ? WHERE zone = ?", [pinned, zone])


def add_zone(connection: sqlite3.Connection, area: Area, *, pinned: bool) -> int:
    """A new zone that is not ready, in place of those that never will be and of the oldest if too many."""
    leaving = "SELECT zone FROM zone WHERE NOT ready"
    oldest = (
        "SELECT zone FROM zone WHERE zone <> ? AND ready AND NOT pinned ORDER BY zone DESC LIMIT -1 OFFSET ?"
    )
    rows = connection.execute(leaving).fetchall()
    for row in rows + connection.execute(oldest, [WORLD, ZONES_MAX - (not pinned)]).fetchall():
        connection.execute("DELETE FROM cube WHERE zone = ?", row)
        connection.execute("DELETE FROM zone WHERE zone = ?", row)
    sql = "INSERT INTO zone (area, pinned, ready) VALUES (?, ?, 0)"
    return int(connection.execute(sql, [_key(area), pinned]).lastrowid or 0)


def finish_zone(connection: sqlite3.Connection, zone: int, counted: Cubes) -> None:
    """Add what was counted to what has changed since; from now on the zone answers searches.

    Nothing is written where the zone has given way meanwhile, as when someone deleted the lock of counts.
    """
    if connection.execute("UPDATE zone SET ready = 1 WHERE zone = ?", [zone]).rowcount:
        counted.write(connection)


def tally_months(  # noqa: PLR0917 - the parts of one question
    connection: sqlite3.Connection,
    zone: int,
    months: tuple[int | None, int | None],
    kinds: Sequence[int],
    condition: Filter | None,
    facets: Sequence[str],
) -> Tally | None:
    """Matches in whole months of a zone, counted from its numbers; None when they are too coarse to tell.

    Args:
        connection: to a snapshot of the catalogue.
        zone: the zone.
        months: first and last month since January 1970, None for no bound.
        kinds: kinds of items to count.
        condition: a stepwise filter.
        facets: what to count by.
    """
    first, last = (-(2**40) if months[0] is None else months[0]), (2**40 if months[1] is None else months[1])
    sql = "SELECT kind, month, numbers FROM cube WHERE zone = ? AND month BETWEEN ? AND ?"
    wanted = set(kinds)
    rows = [row for row in connection.execute(sql, [zone, first, last]) if row[0] in wanted]
    tally = Tally(facets)
    if not rows:
        return tally
    numbers = np.frombuffer(b"".join(row[2] for row in rows), _COUNT).reshape(len(rows), CELLS)
    if condition is not None:
        numbers = numbers * _weights(kinds, condition)[[row[0] for row in rows]]
    of_row = numbers.sum(axis=1).tolist()
    tally.matched = sum(of_row)
    tally.add_numbers("kind", [row[0] for row in rows], of_row, 1)
    if "month" in facets:
        tally.add_numbers("month", [row[1] for row in rows], of_row, 1)
    cells = numbers.sum(axis=0, dtype=np.int64).reshape(_CLOUD.bins, _INCIDENCE.bins)
    for axis, scale in ((1, _CLOUD), (0, _INCIDENCE)):
        if scale.name in facets:
            of_bin = cells.sum(axis=axis)
            if of_bin[1] or of_bin[-1]:
                return None
            floors = [None if np.isnan(floor) else int(floor) for floor in scale.floors]
            tally.add_numbers(scale.name, floors, of_bin.tolist(), 1)
    return tally


def _weights(kinds: Sequence[int], condition: Filter) -> NDArray[np.uint32]:
    """1 for each kind and cell whose items match, else 0."""
    samples = np.zeros((len(kinds), CELLS), RECORD)
    samples["cloud"] = np.repeat(_CLOUD.values, _INCIDENCE.bins)
    samples["incidence"] = np.tile(_INCIDENCE.values, _CLOUD.bins)
    samples["kind"] = np.array(kinds)[:, None]
    weights = np.zeros((max(kinds, default=0) + 1, CELLS), np.uint32)
    weights[kinds] = condition(samples.ravel()).reshape(len(kinds), CELLS)
    return weights


def _key(area: Area) -> Any:
    return shapely.to_wkb(area.geometry)
