"""Items for the catalogue benchmark: whole STAC documents of about 1.5 kB, by the ten thousand from a seed.

`batch(seed, number)` depends on its arguments alone: processes can make batches side by side, and any
engine can be given the same items.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dinamis_service.catalogue.missions import MISSIONS, PLATFORMS, PWH
from dinamis_service.demo.scenes import footprints

BATCH = 10_000
Item = dict[str, Any]
Numbers = NDArray[np.float64]

FRANCE = shapely.from_wkt(
    """
    MULTIPOLYGON (((2.4 51.05, 1.85 50.95, 1.6 50.7, 1.55 50.2, 1.1 49.93, 0.1 49.5, -0.25 49.3, -1.2
    49.36, -1.26 49.68, -1.94 49.72, -1.6 48.84, -1.5 48.63, -2.02 48.65, -3.05 48.8, -3.98 48.72, -4.77
    48.4, -4.73 48.04, -4.37 47.8, -3.1 47.48, -2.2 47.25, -2.3 47.0, -1.8 46.5, -1.2 46.15, -1.05 45.6,
    -1.2 45.0, -1.25 44.65, -1.3 44.2, -1.57 43.48, -1.78 43.36, -1.3 43.05, -0.5 42.8, 0.0 42.7, 0.65
    42.7, 1.45 42.6, 2.0 42.4, 3.17 42.43, 3.04 42.8, 3.2 43.15, 3.7 43.4, 4.6 43.37, 5.35 43.2, 5.95
    43.05, 6.68 43.2, 7.3 43.69, 7.53 43.78, 7.6 44.15, 7.0 44.7, 6.7 45.1, 7.1 45.3, 6.9 45.9, 6.8
    46.4, 6.1 46.15, 6.1 46.6, 6.6 47.0, 7.58 47.58, 7.58 48.05, 7.8 48.6, 8.2 48.97, 7.4 49.17, 6.7
    49.2, 5.8 49.55, 4.85 50.15, 4.0 50.35, 3.2 50.75, 2.4 51.05)), ((9.4 43.0, 9.3 42.7, 8.7 42.55,
    8.55 42.3, 8.65 41.9, 9.2 41.36, 9.4 41.9, 9.55 42.1, 9.5 42.8, 9.4 43.0)))
    """
)
"""Metropolitan France within some ten kilometres, EPSG:4326."""
shapely.prepare(FRANCE)
OVERSEAS = (
    (55.2, -21.4, 55.85, -20.85),
    (-61.85, 15.8, -61.0, 16.5),
    (-61.25, 14.4, -60.8, 14.9),
    (-54.6, 2.2, -51.7, 5.8),
    (45.0, -13.0, 45.3, -12.6),
)
"""La Réunion, Guadeloupe, Martinique, French Guiana, Mayotte: west, south, east, north."""
_LANDS = (
    (-125, 25, -65, 55),
    (-80, -50, -35, 10),
    (-15, -30, 50, 60),
    (50, 5, 145, 65),
    (112, -40, 154, -10),
)
_METROPOLE, _OVERSEAS = 0.4, 0.1


@dataclass(frozen=True)
class _Program:
    platform: str
    mission: str
    share: float
    first: int
    last: int
    swath: float
    level: str
    product_type: str | None


_PROGRAMS = (
    _Program("PHR1A", "PLEIADES", 11, 2012, 2026, 20, "SENSOR", "orderable"),
    _Program("PHR1B", "PLEIADES", 10, 2013, 2026, 20, "SENSOR", "orderable"),
    _Program("PHR1A", "PLEIADES", 2, 2012, 2026, 20, "ORTHO", "downloadable"),
    _Program("PNEO3", "PLEIADES NEO", 3, 2021, 2026, 14, "SENSOR", "orderable"),
    _Program("PNEO4", "PLEIADES NEO", 3, 2021, 2026, 14, "SENSOR", "orderable"),
    _Program("SPOT6", "SPOT 6/7", 8, 2012, 2026, 60, "SENSOR", "orderable"),
    _Program("SPOT6", "SPOT 6/7", 2, 2013, 2026, 60, "ORTHO", "downloadable"),
    _Program("SPOT7", "SPOT 6/7", 5, 2014, 2023, 60, "SENSOR", "orderable"),
    _Program("SPOT5", "SPOT 5", 13, 2002, 2015, 60, "1A", None),
    _Program("SPOT4", "SPOT 4", 12, 1998, 2013, 60, "1A", None),
    _Program("SPOT3", "SPOT 3", 3, 1993, 1996, 60, "1A", None),
    _Program("SPOT2", "SPOT 2", 12, 1990, 2009, 60, "1A", None),
    _Program("SPOT1", "SPOT 1", 5, 1986, 1990, 60, "1A", None),
    _Program("PHR1A", PWH, 4, 2012, 2020, 20, "IAP", "pwh"),
    _Program("PHR1B", PWH, 3, 2013, 2020, 20, "IAP", "pwh"),
    _Program("S2A", "SENTINEL 2", 2, 2015, 2026, 109, "L2A", None),
    _Program("S2B", "SENTINEL 2", 2, 2017, 2026, 109, "L2A", None),
)
_SHARES = np.array([program.share for program in _PROGRAMS]) / sum(program.share for program in _PROGRAMS)
_SWATHS = np.array([program.swath for program in _PROGRAMS], float)
_FIRST = np.array([datetime(program.first, 1, 1, tzinfo=UTC).timestamp() for program in _PROGRAMS])
_LAST = np.array([datetime(program.last, 11, 1, tzinfo=UTC).timestamp() for program in _PROGRAMS])
_EXTENSIONS = [
    f"https://stac-extensions.github.io/{name}/schema.json"
    for name in ("eo/v1.1.0", "view/v1.0.0", "projection/v1.1.0", "processing/v1.2.0", "order/v1.1.0")
]


def batches(count: int) -> list[tuple[int, int]]:
    """Number and size of each batch that makes `count` items."""
    return [(first // BATCH, min(BATCH, count - first)) for first in range(0, count, BATCH)]


def batch(seed: int, number: int, size: int = BATCH) -> list[Item]:
    """The items of one batch."""
    rng = np.random.default_rng((seed, number))
    which = rng.choice(len(_PROGRAMS), size, p=_SHARES)
    longitude, latitude = places(rng, size)
    incidence = np.round(np.abs(rng.normal(0, 12, size)).clip(0, 35), 1)
    cloud = np.round(100 * rng.beta(0.42, 1.5, size), 1)
    unknown = rng.random(size) < 0.02
    moment = np.round(_FIRST[which] + rng.random(size) * (_LAST - _FIRST)[which], 3)
    delay = rng.integers(3_600, 900_000, size)
    azimuth, sun = np.round(rng.uniform(0, 360, size), 2), np.round(rng.uniform(15, 65, size), 2)
    meridian = np.array([program.mission == "SENTINEL 2" for program in _PROGRAMS])[which]
    rings = footprints(_SWATHS[which], longitude, latitude, incidence, meridian)
    west, south = rings.min(axis=1).T.tolist()
    east, north = rings.max(axis=1).T.tolist()
    columns = (which, longitude, latitude, incidence, cloud, unknown, moment, delay, azimuth, sun)
    rows = zip(
        *(column.tolist() for column in columns), rings.tolist(), west, south, east, north, strict=True
    )
    return [_item(number * BATCH + index, *row) for index, row in enumerate(rows)]


def places(rng: np.random.Generator, size: int) -> tuple[Numbers, Numbers]:
    """Centres of scenes: longitudes and latitudes."""
    chance = rng.random(size)
    longitude, latitude = np.empty(size), np.empty(size)
    inside = chance < _METROPOLE
    longitude[inside], latitude[inside] = _in_france(rng, int(inside.sum()))
    for mask, boxes in (
        (~inside & (chance < _METROPOLE + _OVERSEAS), OVERSEAS),
        (chance >= _METROPOLE + _OVERSEAS, _LANDS),
    ):
        sides = np.array(boxes, float)[rng.integers(0, len(boxes), int(mask.sum()))]
        longitude[mask] = rng.uniform(sides[:, 0], sides[:, 2])
        latitude[mask] = rng.uniform(sides[:, 1], sides[:, 3])
    return longitude, latitude


def _in_france(rng: np.random.Generator, size: int) -> tuple[Numbers, Numbers]:
    west, south, east, north = FRANCE.bounds
    tries = int(size * 2.6) + 100
    longitude, latitude = rng.uniform(west, east, tries), rng.uniform(south, north, tries)
    inside = np.flatnonzero(shapely.contains_xy(FRANCE, longitude, latitude))[:size]
    return longitude[inside], latitude[inside]


def _item(  # noqa: PLR0917 - one argument for each column
    serial: int,
    which: int,
    longitude: float,
    latitude: float,
    incidence: float,
    cloud: float,
    unknown: bool,
    moment: float,
    delay: int,
    azimuth: float,
    sun: float,
    ring: list[list[float]],
    west: float,
    south: float,
    east: float,
    north: float,
) -> Item:
    program = _PROGRAMS[which]
    platform = PLATFORMS[program.platform]
    acquired = datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
    stamp = f"{acquired:%Y%m%d%H%M%S}"
    side = "E" if longitude >= 0 else "W"
    name = f"DS_{program.platform}_{stamp}_{serial:08d}_{side}{abs(longitude):06.2f}"
    image = f"https://archive.example/{platform.collection}/{acquired:%Y/%m}/{name}"
    properties: Item = {
        "datetime": f"{acquired.isoformat(timespec='milliseconds')}Z",
        "created": f"{(acquired + timedelta(seconds=delay)).isoformat(timespec='seconds')}Z",
        "title": f"{program.mission} {acquired:%Y-%m-%d} {program.platform}",
        "platform": program.platform,
        "constellation": platform.constellation,
        "instruments": list(platform.instruments),
        "gsd": platform.gsd,
        "dinamis:mission": program.mission,
        "view:incidence_angle": incidence,
        "view:azimuth": azimuth,
        "view:sun_elevation": sun,
        "processing:level": program.level,
        "proj:epsg": (32601 if latitude >= 0 else 32701) + int((longitude + 180) // 6),
    }
    if not unknown:
        properties["eo:cloud_cover"] = cloud
    if program.product_type:
        properties["dinamis:product_type"] = program.product_type
    if program.product_type == "orderable":
        properties["order:status"] = "orderable"
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": _EXTENSIONS,
        "id": name,
        "collection": MISSIONS[program.mission],
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [west, south, east, north],
        "properties": properties,
        "assets": {
            "thumbnail": {
                "href": f"{image}/thumbnail.jpg",
                "type": "image/jpeg",
                "roles": ["thumbnail"],
                "title": "Aperçu",
            },
            "overview": {
                "href": f"{image}/quicklook.tif",
                "type": "image/tiff; application=geotiff; profile=cloud-optimized",
                "roles": ["overview"],
                "title": "Image réduite",
            },
            "metadata": {"href": f"{image}/DIM_{name}.XML", "type": "application/xml", "roles": ["metadata"]},
        },
        "links": [],
    }
