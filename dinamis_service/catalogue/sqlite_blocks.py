"""Blocks of the catalogue: what is filtered by, of some hundreds of neighbouring items, as one array.

A search reads the few blocks that its area and period touch and looks at all their records at once with
numpy, a hundred times faster than SQLite looks at as many rows. Blocks belong to a shard (a collection in a
cell of five degrees) and are cut like a k-d tree, in space and time alike. New items go to the shard's open
tail, whose blocks are as they came; when the tail has grown, the whole shard is cut again, in the
transaction that made it grow.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Records = NDArray[np.void]
"""An array of `RECORD`."""

RECORD = np.dtype(
    [
        ("rid", "<i8"),
        ("moment", "<i8"),
        ("last", "<i8"),
        ("x0", "<f4"),
        ("x1", "<f4"),
        ("y0", "<f4"),
        ("y1", "<f4"),
        ("cloud", "<f8"),
        ("incidence", "<f8"),
        ("kind", "<u4"),
        ("quad", "<u4"),
        ("corners", "<f4", (4, 2)),
    ]
)
"""An item in a block: microseconds since 1970, a box that contains the footprint, NaN for unknown.

Where `quad` is 1 the footprint is a convex quadrilateral, with these corners counter-clockwise to within 2e-5
degrees: most are, and need not be read to be compared with an area.
"""

SCHEMA = """
CREATE TABLE IF NOT EXISTS block (
  block INTEGER PRIMARY KEY, shard INTEGER NOT NULL, tail INTEGER NOT NULL, n INTEGER NOT NULL,
  records BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS block_shard ON block (shard, tail, n);
CREATE VIRTUAL TABLE IF NOT EXISTS span USING rtree(block, x0, x1, y0, y1, t0, t1);
"""
BLOCK = 512
_OPEN = 256
"""Records of a block that is still written to: each insert writes it again."""
_TAIL = 2048
_TAIL_SHARE = 32
_CELL = 5.0
_CELLS = 2592
_COLUMNS = 72
_READ = 64
"""Blocks looked at together: as much as the processor's cache holds."""
_CORNERS = 4
_NEXT = [1, 2, 3, 0]
_FLAT = 1e-9
"""Square degrees below which a triangle of corners is no triangle: beyond what rounding makes of nothing."""
_YEAR_US = 365.25 * 86400e6
_SCALES = (0.5, 0.5, 2.0)
"""Extents that weigh the same when a shard is cut: degrees, degrees, years."""


def time_axis(moment: int) -> float:
    """Place of a moment (microseconds since 1970) on the third axis of `span`, in years."""
    return moment / _YEAR_US


@dataclass(frozen=True)
class Reach:
    """Blocks that a search must look at: boxes (x0, y0, x1, y1), period (microseconds) and collections."""

    boxes: tuple[tuple[float, float, float, float], ...] = ()
    start: int | None = None
    end: int | None = None
    colls: frozenset[int] | None = None

    def holds(self, records: Records) -> NDArray[np.bool_]:
        """Which records the boxes and the period touch."""
        hit = np.ones(len(records), bool)
        if self.boxes:
            hit = np.zeros(len(records), bool)
            sides = [records[name] for name in ("x0", "x1", "y0", "y1")]
            for x0, y0, x1, y1 in self.boxes:
                hit |= (sides[0] <= x1) & (sides[1] >= x0) & (sides[2] <= y1) & (sides[3] >= y0)
        if self.end is not None:
            hit &= records["moment"] <= self.end
        if self.start is not None:
            hit &= records["last"] >= self.start
        return hit


def shards_of(colls: NDArray[np.int64], records: Records) -> NDArray[np.int64]:
    """The shards of records, whose items are of these collections."""
    columns = np.clip(((records["x0"] + records["x1"]) / 2 + 180) // _CELL, 0, _COLUMNS - 1)
    rows = np.clip(((records["y0"] + records["y1"]) / 2 + 90) // _CELL, 0, _CELLS // _COLUMNS - 1)
    shards: NDArray[np.int64] = (colls * _CELLS + rows * _COLUMNS + columns).astype(np.int64)
    return shards


def make_records(columns: Mapping[str, Sequence[Any]], footprints: NDArray[np.object_]) -> Records:
    """Records of columns (all but where the items lie) and footprints; boxes are rounded outwards."""
    records = np.zeros(len(footprints), RECORD)
    for name, values in columns.items():
        records[name] = np.array(values, RECORD[name])
    bounds = shapely.bounds(footprints)
    for name, place, beyond in (("x0", 0, -np.inf), ("y0", 1, -np.inf), ("x1", 2, np.inf), ("y1", 3, np.inf)):
        rounded = bounds[:, place].astype(np.float32)
        inward = rounded > bounds[:, place] if beyond < 0 else rounded < bounds[:, place]
        records[name] = np.where(inward, np.nextafter(rounded, np.float32(beyond)), rounded)
    simple = (
        (shapely.get_type_id(footprints) == shapely.GeometryType.POLYGON)
        & (shapely.get_num_coordinates(footprints) == _CORNERS + 1)
        & (shapely.get_num_interior_rings(footprints) == 0)
    )
    rings = shapely.get_coordinates(footprints[simple]).reshape(-1, _CORNERS + 1, 2)[:, :_CORNERS]
    clockwise = ~shapely.is_ccw(shapely.get_exterior_ring(footprints[simple]))
    turned = rings[:, ::-1]
    corners = np.where(clockwise[:, None, None], turned, rings).astype(np.float32)
    records["corners"][simple] = corners
    records["quad"][simple] = _are_convex(corners)
    return records


def lines_of(corners: NDArray[np.float32]) -> NDArray[np.float64]:
    """The sides of quadrilaterals as lines (a, b, c), by line, side and quadrilateral.

    A point lies inside of a side where a*x + b*y - c is positive: by its distance times the side's length.
    """
    ends = np.ascontiguousarray(corners.transpose(2, 1, 0), float)
    x, y = ends
    lines = np.empty((3, _CORNERS, len(corners)))
    np.subtract(y, y[_NEXT], out=lines[0])
    np.subtract(x[_NEXT], x, out=lines[1])
    np.multiply(lines[0], x, out=lines[2])
    lines[2] += lines[1] * y
    return lines


def _are_convex(corners: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether every corner lies inside of the sides that do not end in it."""
    a, b, c = lines_of(corners)
    convex = np.ones(len(corners), bool)
    for corner in range(_CORNERS):
        x, y = corners[:, corner].astype(float).T
        for side in ((corner + 1) % _CORNERS, (corner + 2) % _CORNERS):
            convex &= a[side] * x + b[side] * y - c[side] > _FLAT
    return convex


def find_blocks(connection: sqlite3.Connection, reach: Reach) -> list[int]:
    """Numbers of the blocks that a search must look at."""
    times, bound = "", []
    if reach.end is not None:
        times += " AND t0 <= ?"
        bound.append(time_axis(reach.end))
    if reach.start is not None:
        times += " AND t1 >= ?"
        bound.append(time_axis(reach.start))
    near = f"SELECT block FROM span WHERE x0 <= ? AND x1 >= ? AND y0 <= ? AND y1 >= ?{times}"  # noqa: S608
    found: set[int] = set()
    for x0, y0, x1, y1 in reach.boxes or ((-1e9, -1e9, 1e9, 1e9),):
        found.update(row[0] for row in connection.execute(near, [x1, x0, y1, y0, *bound]))
    return sorted(found)


def read_blocks(connection: sqlite3.Connection, blocks: Sequence[int], reach: Reach) -> Iterator[Records]:
    """The records of these blocks that the search's boxes and period touch, some blocks at a time.

    Nothing may be left of some blocks: the caller gets the empty array, and a moment to pause.
    """
    colls = ""
    if reach.colls is not None:
        colls = f" AND shard / {_CELLS} IN ({','.join(map(str, map(int, reach.colls)))})"
    for first in range(0, len(blocks), _READ):
        chosen = ",".join(map(str, blocks[first : first + _READ]))
        sql = f"SELECT records FROM block WHERE block IN ({chosen}){colls}"  # noqa: S608 - whole numbers
        records = np.frombuffer(b"".join([row[0] for row in connection.execute(sql)]), RECORD)
        yield records[reach.holds(records)]


def add_records(connection: sqlite3.Connection, shard: int, records: Records) -> None:
    """Put new records into the tail of their shard, which is cut again when its tail has grown."""
    sizes = dict(connection.execute("SELECT tail, sum(n) FROM block WHERE shard = ? GROUP BY tail", (shard,)))
    tail = sizes.get(1, 0) + len(records)
    if tail > max(_TAIL, (sizes.get(0, 0) + tail) // _TAIL_SHARE):
        _cut_again(connection, shard, records)
        return
    sql = "SELECT block, records FROM block WHERE shard = ? AND tail = 1 AND n < ? LIMIT 1"
    last = connection.execute(sql, (shard, _OPEN)).fetchone()
    if last is not None:
        _remove_block(connection, last[0])
        records = np.concatenate([np.frombuffer(last[1], RECORD), records])
    for first in range(0, len(records), _OPEN):
        _write(connection, shard, 1, records[first : first + _OPEN])


def remove_record(connection: sqlite3.Connection, shard: int, record: Records) -> None:
    """Take out a record (an array of one), whose box and period lead to its block."""
    one = record[0]
    rid = int(one["rid"])
    inside = [float(one[name]) for name in ("x0", "x1", "y0", "y1")]
    sql = (
        "SELECT b.block, b.tail, b.records FROM span s CROSS JOIN block b ON b.block = s.block"
        " WHERE x0 <= ? AND x1 >= ? AND y0 <= ? AND y1 >= ? AND t0 <= ? AND t1 >= ? AND b.shard = ?"
    )
    times = [time_axis(int(one["moment"])), time_axis(int(one["last"]))]
    # all at once: an R*Tree cannot be written to while it is read
    for block, tail, body in connection.execute(sql, [*inside, *times, shard]).fetchall():
        held = np.frombuffer(body, RECORD)
        kept = held["rid"] != rid
        if not kept.all():
            _remove_block(connection, block)
            if kept.any():
                _write(connection, shard, tail, held[kept])
            return
    msg = f"row {rid} is in no block of the shard {shard}"
    raise sqlite3.IntegrityError(msg)


def cut(records: Records) -> Iterator[Records]:
    """The records in blocks of neighbours."""
    places = np.empty((3, len(records)))
    places[0] = (records["x0"] + records["x1"]) / (2 * _SCALES[0])
    places[1] = (records["y0"] + records["y1"]) / (2 * _SCALES[1])
    places[2] = records["moment"] / (_YEAR_US * _SCALES[2])
    parts = [np.arange(len(records))]
    while parts:
        part = parts.pop()
        if len(part) <= BLOCK:
            yield records[part]
            continue
        here = places[:, part]
        axis = int(np.argmax(here.max(axis=1) - here.min(axis=1)))
        middle = -(-len(part) // (2 * BLOCK)) * BLOCK  # whole blocks on this side
        order = np.argpartition(here[axis], middle)
        parts += [part[order[middle:]], part[order[:middle]]]


def write_cut(connection: sqlite3.Connection, shard: int, records: Records) -> None:
    """Write a shard that has no blocks yet."""
    for part in cut(records):
        _write(connection, shard, 0, part)


def _cut_again(connection: sqlite3.Connection, shard: int, added: Records) -> None:
    rows = connection.execute("SELECT block, records FROM block WHERE shard = ?", (shard,)).fetchall()
    for block, _ in rows:
        _remove_block(connection, block)
    old = np.frombuffer(b"".join(body for _, body in rows), RECORD)
    write_cut(connection, shard, np.concatenate([old, added]))


def _write(connection: sqlite3.Connection, shard: int, tail: int, records: Records) -> None:
    made = connection.execute(
        "INSERT INTO block (shard, tail, n, records) VALUES (?, ?, ?, ?)",
        (shard, tail, len(records), records.tobytes()),
    )
    box = [records["x0"].min(), records["x1"].max(), records["y0"].min(), records["y1"].max()]
    times = [time_axis(int(records["moment"].min())), time_axis(int(records["last"].max()))]
    connection.execute(
        "INSERT INTO span VALUES (?, ?, ?, ?, ?, ?, ?)", [made.lastrowid, *map(float, box), *times]
    )


def _remove_block(connection: sqlite3.Connection, block: int) -> None:
    connection.execute("DELETE FROM block WHERE block = ?", (block,))
    connection.execute("DELETE FROM span WHERE block = ?", (block,))
