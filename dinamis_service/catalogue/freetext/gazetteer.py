"""The gazetteer as the service reads it: places by name, by its beginning, and in spite of a slip."""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import shapely
from rapidfuzz.distance import OSA
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.freetext.folding import key_of
from dinamis_service.catalogue.freetext.typos import SHORTEST, deletions

Box = tuple[float, float, float, float]

STARTS = 6
"""Letters up to which the file keeps the best places for the beginnings that many names have."""
_EXACT = 1.5
"""What a name that is all that is written adds to its rank."""
_WORTH_A_SLIP = 5.0
"""Rank from which a place is suggested in spite of a slip."""
KINDS = {
    "commune": ("commune", "commune"),
    "former-commune": ("commune déléguée ou associée", "former commune"),
    "arrondissement": ("arrondissement", "arrondissement"),
    "departement": ("département", "département"),
    "region": ("région", "région"),
    "former-region": ("ancienne région", "former région"),
    "country": ("pays", "country"),
    "city": ("ville", "town"),
    "area": ("territoire", "territory"),
    "point": ("coordonnées", "coordinates"),
}
"""What sorts of places there are, in French and English."""
_COLUMNS = "p.id, p.key, p.name, p.name_en, p.within, p.population, p.west, p.south, p.east, p.north"
_FEW = 5
_MANY = 400
"""Names compared letter by letter for one slip."""


@dataclass(frozen=True)
class Place:
    """A place with its bounds (west, south, east, north in degrees; west > east across the antimeridian).

    Args:
        id: in the gazetteer's file.
        key: `kind/code`, such as `commune/34172`.
        within: ids of the places that hold it, the nearest first.
        rank: how likely it is meant, under the name it was found by.
    """

    id: int
    key: str
    name: str
    name_en: str
    bbox: Box
    within: tuple[int, ...] = ()
    population: int = 0
    rank: float = 0.0

    @property
    def kind(self) -> str:
        """One of `KINDS`."""
        return self.key.partition("/")[0]


class Gazetteer(Protocol):
    """What reading a text needs of the names of places."""

    def named(self, keys: Sequence[str]) -> dict[str, list[Place]]:
        """Places of each of these keys (`folding.key_of`), the likeliest first; keys of none are left out."""
        ...

    def first_word(self, word: str) -> list[Place]:
        """Places of several words of which this is the first, the likeliest first ("Chamonix")."""
        ...

    def starting(self, key: str, limit: int) -> list[Place]:
        """Places whose name begins with a key, the likeliest first, each once."""
        ...

    def beginning(self, text: str, limit: int) -> list[Place]:
        """Places whose name begins so, or nearly so, the likeliest first, each once."""
        ...

    def of(self, ids: Iterable[int]) -> list[Place]:
        """Places by id, in that order."""
        ...

    def outline(self, place: Place) -> BaseGeometry:
        """Outline of a place, EPSG:4326; a point where only the centre is known."""
        ...

    def coast(self, place: Place) -> BaseGeometry | None:
        """The strip of a place along the sea, EPSG:4326; None for one that is not at the sea."""
        ...


class SqliteGazetteer:
    """The gazetteer's file, read by several threads; a missing file is an empty gazetteer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()

    @property
    def present(self) -> bool:
        """Whether there is a file."""
        return self._path.exists()

    @property
    def attribution(self) -> str:
        """Whom the names and outlines come from."""
        return "".join(row[0] for row in self._rows("SELECT value FROM about WHERE name = 'attribution'"))

    def named(self, keys: Sequence[str]) -> dict[str, list[Place]]:
        """See `Gazetteer`."""
        marks = ",".join("?" * len(keys))
        rows = self._rows(
            f"SELECT {_COLUMNS}, n.rank, n.key FROM name n JOIN place p ON p.id = n.place"  # noqa: S608 - marks only
            f" WHERE n.key IN ({marks}) ORDER BY n.rank DESC, p.id",
            keys,
        )
        found: dict[str, list[Place]] = {}
        for row in rows:
            found.setdefault(row[-1], []).append(_place(row))
        return found

    def first_word(self, word: str) -> list[Place]:
        """See `Gazetteer`."""
        return self._ranked("name", "n.key >= ? AND n.key < ?", [f"{word} ", f"{word}!"], _FEW)

    def beginning(self, text: str, limit: int) -> list[Place]:
        """See `Gazetteer`; slips are looked for when too few names begin so."""
        key = key_of(text)
        if not key:
            return []
        found = {place.id: place for place in self._beginning(key, limit)}
        if len(found) < limit and len(key) >= SHORTEST:
            for place in self._nearly(key, limit):
                found.setdefault(place.id, place)
        return list(found.values())[:limit]

    def of(self, ids: Iterable[int]) -> list[Place]:
        """See `Gazetteer`."""
        wanted = list(ids)
        marks = ",".join("?" * len(wanted))
        rows = self._rows(f"SELECT {_COLUMNS}, p.rank FROM place p WHERE p.id IN ({marks})", wanted)  # noqa: S608
        found = {row[0]: _place(row) for row in rows}
        return [found[one] for one in wanted if one in found]

    def by_key(self, key: str) -> Place | None:
        """The place of a `kind/code`; None when there is none."""
        rows = self._rows(f"SELECT {_COLUMNS}, p.rank FROM place p WHERE p.key = ?", [key])  # noqa: S608
        return _place(rows[0]) if rows else None

    def of_kinds(self, kinds: Sequence[str]) -> list[Place]:
        """Every place of these `KINDS`."""
        marks = ",".join("?" * len(kinds))
        kind = "substr(p.key, 1, instr(p.key, '/') - 1)"
        sql = f"SELECT {_COLUMNS}, p.rank FROM place p WHERE {kind} IN ({marks}) ORDER BY p.id"  # noqa: S608
        return [_place(row) for row in self._rows(sql, kinds)]

    def outline(self, place: Place) -> BaseGeometry:
        """See `Gazetteer`."""
        (packed,) = self._rows("SELECT outline FROM shape WHERE place = ?", [place.id])
        return shapely.from_wkb(zlib.decompress(packed[0]))

    def coast(self, place: Place) -> BaseGeometry | None:
        """See `Gazetteer`."""
        (packed,) = self._rows("SELECT coast FROM shape WHERE place = ?", [place.id])
        return shapely.from_wkb(zlib.decompress(packed[0])) if packed[0] else None

    def close(self) -> None:
        """Close the connection of this thread; those of others close with them."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            del self._local.connection

    def _beginning(self, key: str, limit: int) -> list[Place]:
        """Places whose name begins with the key, those whose name it is pushed up."""
        found = self.named([key]).get(key, [])
        ranks = {place.id: place.rank + _EXACT for place in found}
        for place in self.starting(key, limit):
            found += [] if place.id in ranks else [place]
            ranks[place.id] = max(place.rank, ranks.get(place.id, place.rank))
        return sorted(found, key=lambda place: -ranks[place.id])

    def starting(self, key: str, limit: int) -> list[Place]:
        """See `Gazetteer`."""
        short = self._ranked("start", "n.beginning = ?", [key], limit) if len(key) <= STARTS else []
        return short or self._ranked("name", "n.key >= ? AND n.key < ?", [key, key + "\x7f"], limit)

    def _ranked(self, table: str, condition: str, values: Sequence[str], limit: int) -> list[Place]:
        """Places of the names that meet a condition, the likeliest first."""
        rows = self._rows(
            f"SELECT {_COLUMNS}, max(n.rank) AS best FROM {table} n JOIN place p ON p.id = n.place"  # noqa: S608
            f" WHERE {condition} GROUP BY p.id ORDER BY best DESC, p.id LIMIT ?",
            [*values, limit],
        )
        return [_place(row) for row in rows]

    def _nearly(self, key: str, limit: int) -> list[Place]:
        """Names whose beginning is one slip away from the key: two from nine letters on."""
        hashes = list(deletions(key))
        marks = ",".join("?" * len(hashes))
        rows = self._rows(f"SELECT DISTINCT key FROM slip WHERE hash IN ({marks}) LIMIT ?", [*hashes, _MANY])  # noqa: S608
        allowed = 1 if len(key) < 9 else 2  # noqa: PLR2004 - said above
        close = [(slips_between(key, row[0]), row[0]) for row in rows]
        chosen = [name for slips, name in sorted(close) if slips <= allowed][: 4 * limit]
        places = [
            (slips_between(key, name), -place.rank, place.id, place)
            for name, found in self.named(chosen).items()
            for place in found
            if place.rank >= _WORTH_A_SLIP
        ]
        return [entry[-1] for entry in sorted(places, key=lambda entry: entry[:3])]

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        if not self.present:
            return []
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
            self._local.connection = connection
        return list(connection.execute(statement, values))


def slips_between(written: str, name: str) -> int:
    """Letters left out, put in, changed or swapped between what is written and the beginning of a name."""
    heads = {name, name[: len(written)], name[: len(written) + 1], name[: max(1, len(written) - 1)]}
    return min(OSA.distance(written, head) for head in heads)


def _place(row: Sequence[Any]) -> Place:
    number, key, name, name_en, within, population, west, south, east, north, rank, *_ = row
    return Place(
        id=int(number),
        key=str(key),
        name=str(name),
        name_en=str(name_en),
        bbox=(float(west), float(south), float(east), float(north)),
        within=tuple(map(int, str(within).split())),
        population=int(population),
        rank=float(rank),
    )
