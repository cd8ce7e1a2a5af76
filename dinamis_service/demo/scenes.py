"""Scenes known by their metadata alone: where and when satellites could have looked, made from a seed.

They are not downloadable, because there is no file: Pléiades, Pléiades Neo and SPOT 6/7 can be ordered,
Pléiades World Heritage can be produced on demand, and SPOT 1 to 5 and Sentinel-2 bear no product type.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dinamis_service.catalogue.engine import Item
from dinamis_service.catalogue.ingest import Scene, collection_of, scene_item
from dinamis_service.catalogue.missions import PWH
from dinamis_service.demo.names import scene_name

LAST_DAY = datetime(2026, 10, 31, tzinfo=UTC)
"""The demonstration ends here, whatever the day it is built on: same seed, same catalogue."""
ORDER_EXTENSION = "https://stac-extensions.github.io/order/v1.1.0/schema.json"

_KM_PER_DEGREE = 111.32
_IN_FRANCE = 0.5
_OVERSEAS = 0.22
_NO_CLOUD_COVER = 0.02
_MOST_NORTHERN = 72.0
_INCLINATION = math.radians(98.2)
_CHUNK = 10_000

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Program:
    """How one satellite worked: its share of the scenes, its life, its swath (km) and its widest angle."""

    platform: str
    mission: str
    share: float
    first: datetime
    last: datetime
    swath: float
    angle: float
    product_type: str | None


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


_PROGRAMS = [
    _Program("PHR1A", "PLEIADES", 0.11, _day("2011-12-17"), LAST_DAY, 20, 30, "orderable"),
    _Program("PHR1B", "PLEIADES", 0.10, _day("2012-12-02"), LAST_DAY, 20, 30, "orderable"),
    _Program("PNEO3", "PLEIADES NEO", 0.03, _day("2021-04-29"), LAST_DAY, 14, 30, "orderable"),
    _Program("PNEO4", "PLEIADES NEO", 0.03, _day("2021-08-17"), LAST_DAY, 14, 30, "orderable"),
    _Program("SPOT6", "SPOT 6/7", 0.08, _day("2012-09-09"), LAST_DAY, 60, 30, "orderable"),
    _Program("SPOT7", "SPOT 6/7", 0.05, _day("2014-06-30"), _day("2023-03-17"), 60, 30, "orderable"),
    _Program("SPOT5", "SPOT 5", 0.13, _day("2002-05-04"), _day("2015-03-31"), 60, 27, None),
    _Program("SPOT4", "SPOT 4", 0.12, _day("1998-03-24"), _day("2013-01-11"), 60, 27, None),
    _Program("SPOT3", "SPOT 3", 0.03, _day("1993-09-26"), _day("1996-11-14"), 60, 27, None),
    _Program("SPOT2", "SPOT 2", 0.12, _day("1990-01-22"), _day("2009-07-16"), 60, 27, None),
    _Program("SPOT1", "SPOT 1", 0.05, _day("1986-02-22"), _day("1990-12-31"), 60, 27, None),
    _Program("PHR1A", PWH, 0.04, _day("2012-03-01"), _day("2020-12-31"), 20, 30, "pwh"),
    _Program("PHR1B", PWH, 0.03, _day("2013-01-01"), _day("2020-12-31"), 20, 30, "pwh"),
    _Program("S2A", "SENTINEL 2", 0.04, _day("2015-06-23"), LAST_DAY, 109, 11, None),
    _Program("S2B", "SENTINEL 2", 0.03, _day("2017-03-07"), LAST_DAY, 109, 11, None),
    _Program("S2C", "SENTINEL 2", 0.01, _day("2024-09-05"), LAST_DAY, 109, 11, None),
]

_HEXAGON = (  # west, south, east, north of bands that make metropolitan France, degrees
    (-4.6, 47.8, 2.0, 48.9),
    (-1.6, 48.9, 7.6, 49.6),
    (1.6, 49.6, 4.2, 51.0),
    (-1.8, 46.0, 7.0, 48.0),
    (2.0, 48.0, 7.6, 48.9),
    (-1.2, 43.4, 6.9, 46.0),
    (-0.5, 42.8, 3.1, 43.5),
    (5.0, 43.1, 7.4, 44.2),
    (8.6, 41.4, 9.5, 43.0),
)
_BEYOND_THE_SEA = (
    (55.2, -21.4, 55.85, -20.85),  # La Réunion
    (-61.85, 15.8, -61.0, 16.5),  # Guadeloupe
    (-61.25, 14.4, -60.8, 14.9),  # Martinique
    (-54.6, 2.2, -51.7, 5.8),  # French Guiana
    (45.0, -13.0, 45.3, -12.6),  # Mayotte
    (163.6, -22.7, 167.5, -19.6),  # New Caledonia
    (-149.9, -17.9, -149.1, -17.4),  # Tahiti
    (-56.5, 46.7, -56.1, 47.15),  # Saint-Pierre-et-Miquelon
)
_WORLD = (
    (-9, 36, 3, 43),
    (7, 38, 18, 46),
    (4, 47, 24, 55),
    (-8, 50, 1, 58),
    (10, 56, 30, 68),
    (-10, 28, 12, 36),
    (-16, 5, 15, 17),
    (10, -12, 35, 10),
    (14, -34, 35, -14),
    (43, -25, 50, -12),
    (35, 25, 58, 40),
    (68, 8, 90, 32),
    (78, 30, 120, 50),
    (95, 0, 120, 20),
    (128, 31, 145, 45),
    (115, -38, 152, -16),
    (-124, 30, -70, 50),
    (-110, 15, -85, 30),
    (-80, -5, -40, 10),
    (-72, -45, -45, -5),
    (35, 48, 100, 65),
)


def generated_items(seed: int, count: int) -> Iterator[Item]:
    """Items of `count` scenes, neighbours close together so that the index keeps them so."""
    rng = np.random.default_rng((seed, 1))
    shares = np.array([program.share for program in _PROGRAMS])
    which = rng.choice(len(_PROGRAMS), count, p=shares / shares.sum())
    longitude, latitude = _places(rng, count)
    angle = np.abs(rng.normal(0, 0.42, count)).clip(0, 1)
    incidence = np.round(angle * np.array([program.angle for program in _PROGRAMS])[which], 1)
    cloud = np.round(100 * rng.beta(0.42, 1.5, count), 1)
    cloud[rng.random(count) < _NO_CLOUD_COVER] = np.nan
    life, drift, delay = rng.random(count), rng.normal(0, 0.14, count), rng.uniform(0.5, 9, count)
    order = np.lexsort((longitude, np.floor(latitude), np.floor(longitude / 2)))
    for first in range(0, count, _CHUNK):
        part = order[first : first + _CHUNK]
        swath = np.array([program.swath for program in _PROGRAMS])[which[part]]
        along_meridian = np.array([program.mission == "SENTINEL 2" for program in _PROGRAMS])[which[part]]
        rings = footprints(swath, longitude[part], latitude[part], incidence[part], along_meridian)
        columns = (which, longitude, latitude, incidence, cloud, life, drift, delay)
        rows = zip(rings.tolist(), *(column[part].tolist() for column in columns), strict=True)
        for serial, (ring, kind, east, north, aside, clouds, age, late, wait) in enumerate(rows, first):
            program = _PROGRAMS[kind]
            moment = _moment(program, age, east, late)
            scene = Scene(
                id=scene_name(program.platform, moment, east, north, serial),
                collection=collection_of(program.platform, program.mission),
                platform=program.platform,
                mission=program.mission,
                moment=moment,
                cloud=None if math.isnan(clouds) else clouds,
                incidence=aside,
            )
            yield _item(scene, program, ring, moment + timedelta(days=wait))


def _item(scene: Scene, program: _Program, corners: list[list[float]], created: datetime) -> Item:
    extra: dict[str, Any] = {}
    if program.product_type:
        extra["dinamis:product_type"] = program.product_type
    if program.product_type == "orderable":
        extra["order:status"] = "orderable"
    longitudes, latitudes = [corner[0] for corner in corners], [corner[1] for corner in corners]
    bbox = [min(longitudes), min(latitudes), max(longitudes), max(latitudes)]
    item = scene_item(scene, created, {"type": "Polygon", "coordinates": [corners]}, bbox, extra)
    if program.product_type == "orderable":
        item["stac_extensions"] = [*item["stac_extensions"], ORDER_EXTENSION]
    return item


def _places(rng: np.random.Generator, count: int) -> tuple[Numbers, Numbers]:
    """Centres: half over France (a fifth of those overseas), the rest over the continents."""
    chance = rng.random(count)
    longitude, latitude = np.empty(count), np.empty(count)
    groups = (
        (_BEYOND_THE_SEA, chance < _IN_FRANCE * _OVERSEAS),
        (_HEXAGON, (chance >= _IN_FRANCE * _OVERSEAS) & (chance < _IN_FRANCE)),
        (_WORLD, chance >= _IN_FRANCE),
    )
    for boxes, mask in groups:
        number = int(mask.sum())
        sides = np.array(boxes, float)
        area = (sides[:, 2] - sides[:, 0]) * (sides[:, 3] - sides[:, 1])
        weight = np.sqrt(area) if boxes is _BEYOND_THE_SEA else area
        box = sides[rng.choice(len(sides), number, p=weight / weight.sum())]
        longitude[mask] = rng.uniform(box[:, 0], box[:, 2])
        latitude[mask] = rng.uniform(box[:, 1], box[:, 3])
    return longitude, latitude


def _moment(program: _Program, life: float, longitude: float, drift: float) -> datetime:
    """A day of the satellite's life, at about half past ten of the sun's time there."""
    days = int(life * (program.last - program.first).days)
    seconds = round(3600 * (10.5 - longitude / 15 + drift), 3)
    return min(program.first + timedelta(days=days, seconds=seconds), LAST_DAY + timedelta(hours=23))


def footprints(
    swath: Numbers,
    longitude: Numbers,
    latitude: Numbers,
    incidence: Numbers,
    along_meridian: NDArray[np.bool_],
) -> Numbers:
    """Rings (scene, corner, longitude and latitude) of scenes along descending orbits.

    Args:
        swath: sides of the scenes looking straight down, in kilometres; looking aside they widen across.
        longitude: of the centres, degrees east.
        latitude: of the centres, degrees north.
        incidence: degrees from the vertical.
        along_meridian: scenes cut along the meridians, not along the orbit.
    """
    phi = np.radians(np.clip(latitude, -_MOST_NORTHERN, _MOST_NORTHERN))
    tilt = np.where(along_meridian, 0.0, np.arcsin(-math.cos(_INCLINATION) / np.cos(phi)))
    across, along = swath / 2 / np.cos(np.radians(incidence)), swath / 2
    ring = np.empty((len(swath), 5, 2))
    for corner, (right, ahead) in enumerate(((-1, 1), (-1, -1), (1, -1), (1, 1), (-1, 1))):
        east = right * across * np.cos(tilt) + ahead * along * np.sin(tilt)
        north = ahead * along * np.cos(tilt) - right * across * np.sin(tilt)
        ring[:, corner, 0] = longitude + east / (_KM_PER_DEGREE * np.cos(phi))
        ring[:, corner, 1] = latitude + north / _KM_PER_DEGREE
    return np.round(ring, 6)
