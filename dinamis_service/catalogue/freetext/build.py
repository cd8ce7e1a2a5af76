"""Making the gazetteer: one compact SQLite file from the packages of `sources`."""

from __future__ import annotations

import hashlib
import math
import os
import re
import sqlite3
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from zipfile import ZipFile

import shapely
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.freetext import france, sources, world
from dinamis_service.catalogue.freetext.folding import key_of
from dinamis_service.catalogue.freetext.gazetteer import STARTS
from dinamis_service.catalogue.freetext.raw import RawPlace, box_of, lighter
from dinamis_service.catalogue.freetext.typos import deletions

FORMAT = 1
"""Goes up when files made before can no longer be read."""
_BEST = 40
_OTHER_NAME = 1.2
"""What a name that is not a place's own takes from its rank."""
_FOREIGN_NAME = 1.8
"""What a name in another language takes: it may be any language, in any spelling of it."""
_DIGIT = re.compile(r"\d")
_TYPO_POPULATION = 2_000
"""Inhabitants from which a name is found in spite of a slip."""

_SCHEMA = """
CREATE TABLE place (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_en TEXT NOT NULL,
  within TEXT NOT NULL, population INTEGER NOT NULL, rank REAL NOT NULL,
  west REAL NOT NULL, south REAL NOT NULL, east REAL NOT NULL, north REAL NOT NULL
);
CREATE TABLE shape (place INTEGER PRIMARY KEY, outline BLOB NOT NULL, coast BLOB);
CREATE TABLE name (key TEXT NOT NULL, place INTEGER NOT NULL, rank REAL NOT NULL,
  PRIMARY KEY (key, place)) WITHOUT ROWID;
CREATE TABLE start (beginning TEXT NOT NULL, place INTEGER NOT NULL, rank REAL NOT NULL,
  PRIMARY KEY (beginning, place)) WITHOUT ROWID;
CREATE TABLE slip (hash INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (hash, key)) WITHOUT ROWID;
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def fingerprint() -> str:
    """What a file was made from: it changes with the packages and with the format."""
    told = " ".join(f"{package.name}=={package.version}:{package.sha256}" for package in sources.PACKAGES)
    return hashlib.sha256(f"{FORMAT} {told}".encode()).hexdigest()


def is_current(path: Path) -> bool:
    """Whether the file is a gazetteer made from today's packages."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            row = database.execute("SELECT value FROM about WHERE name = 'fingerprint'").fetchone()
    except sqlite3.DatabaseError:
        return False
    return row is not None and row[0] == fingerprint()


def build(wheels: Path, path: Path) -> int:
    """Make the gazetteer at `path` from the wheels of a folder; the number of its places.

    The file takes its name when it is whole.

    Raises:
        UnavailableError: a wheel is missing or damaged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        opened = sources.open_all(wheels, stack)
        places = list(_with_coasts([*world.countries(opened[sources.COUNTRIES])], opened[sources.FRANCE]))
        places += world.cities(opened[sources.CITIES])
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=path.parent)))
        with closing(sqlite3.connect(folder / "gazetteer.sqlite")) as database:
            _write(database, places)
        os.replace(folder / "gazetteer.sqlite", path)
    return len(places)


def _with_coasts(countries: Sequence[RawPlace], wheel: ZipFile) -> Iterator[RawPlace]:
    """Countries and the places of France, each with what of the country's coastal strip belongs to it."""
    yield from countries
    strip = next(country.coast for country in countries if country.key == "country/FR")
    shapely.prepare(strip)
    for place in france.places(wheel):
        yield _on_coast(place, strip)


def _on_coast(place: RawPlace, strip: BaseGeometry | None) -> RawPlace:
    land = place.coast if place.coast is not None else place.outline
    if strip is None or not land.area or not strip.intersects(land):
        return _replace(place, None)
    near = shapely.intersection(shapely.buffer(land, world.COAST_DEG, quad_segs=3), strip)
    return _replace(place, None if near.is_empty else lighter(near, 1_500))


def _replace(place: RawPlace, coast: BaseGeometry | None) -> RawPlace:
    return RawPlace(**{**vars(place), "coast": coast})


def _write(database: sqlite3.Connection, places: Sequence[RawPlace]) -> None:
    database.executescript(_SCHEMA)
    ids = {place.key: number for number, place in enumerate(places, 1)}
    names: dict[tuple[str, int], float] = {}
    slips: set[tuple[int, str]] = set()
    for place in places:
        number, rank = ids[place.key], _rank(place)
        database.execute(
            "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                place.key,
                place.name,
                place.name_en or place.name,
                " ".join(str(ids[key]) for key in place.within if key in ids),
                place.population,
                rank,
                *box_of(place.outline),
            ),
        )
        database.execute(
            "INSERT INTO shape VALUES (?, ?, ?)", (number, _pack(place.outline), _pack(place.coast))
        )
        for key, weight in _keys(place, rank):
            names[key, number] = max(weight, names.get((key, number), -1))
            if (
                place.population >= _TYPO_POPULATION
                and weight > rank - _FOREIGN_NAME
                and not _DIGIT.search(key)
            ):
                slips.update((one, key) for one in deletions(key))
    database.executemany(
        "INSERT INTO name VALUES (?, ?, ?)", [(key, number, rank) for (key, number), rank in names.items()]
    )
    database.executemany("INSERT INTO start VALUES (?, ?, ?)", _starts(names))
    database.executemany("INSERT INTO slip VALUES (?, ?)", sorted(slips))
    database.executemany(
        "INSERT INTO about VALUES (?, ?)",
        [("fingerprint", fingerprint()), ("attribution", sources.ATTRIBUTION)],
    )
    database.commit()
    database.execute("ANALYZE")
    database.execute("VACUUM")


def _rank(place: RawPlace) -> float:
    """How likely a person means the place: its population (logarithm) and what it is."""
    return math.log10(place.population + 10) + place.weight


def _keys(place: RawPlace, rank: float) -> Iterable[tuple[str, float]]:
    """Names that the place is found by, with its rank under each."""
    for name in {place.name, place.name_en, *place.proper}:
        if key := key_of(name):
            yield key, rank
    for name in place.others:
        if key := key_of(name):
            yield key, rank - (_FOREIGN_NAME if place.kind == "city" else _OTHER_NAME)


def _starts(names: Mapping[tuple[str, int], float]) -> Iterator[tuple[str, int, float]]:
    """The best places for each beginning of many names, so that it is answered without sorting all."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for (key, number), rank in names.items():
        for length in range(1, min(STARTS, len(key)) + 1):
            bucket = found[key[:length]]
            bucket[number] = max(rank, bucket.get(number, -1))
    for beginning, bucket in found.items():
        if len(bucket) <= _BEST:
            continue
        best = sorted(bucket.items(), key=lambda entry: -entry[1])[:_BEST]
        yield from ((beginning, number, rank) for number, rank in best)


def _pack(geometry: BaseGeometry | None) -> bytes | None:
    if geometry is None:
        return None
    return zlib.compress(shapely.to_wkb(shapely.set_precision(geometry, 1e-6, mode="pointwise")), 6)
