"""What is searched for in the catalogue, and how it is said to a STAC API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any
from unicodedata import normalize

from shapely.geometry import mapping

from .aoi import Aoi, query_area
from .errors import InvalidRequestError
from .parsing import interval


class ProductType(Enum):
    """What can be done with a scene (CAT-05)."""

    ALL = "all"
    DOWNLOADABLE = "downloadable"
    ORDERABLE = "orderable"
    PWH = "pwh"


MISSIONS: tuple[tuple[str, str], ...] = (
    ("PLEIADES NEO", "Pléiades Neo"),
    ("PLEIADES", "Pléiades"),
    ("PWH", "Pléiades World Heritage"),
    ("SPOT 6/7", "SPOT 6/7"),
    ("SPOT 5", "SPOT 5"),
    ("SPOT 4", "SPOT 4"),
    ("SPOT 3", "SPOT 3"),
    ("SPOT 2", "SPOT 2"),
    ("SPOT 1", "SPOT 1"),
    ("SENTINEL 2", "Sentinel-2"),
)
"""Code in the catalogue and name for a person, the finest resolution first (CAT-07)."""

_NAMES = dict(MISSIONS)

FIRST_DAY = date(1986, 1, 1)
"""The year of the first image of SPOT 1; nothing in the catalogue is older."""

_DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?")
_ANY_CLOUD, _ANY_INCIDENCE = 100, 90
CLOUD_STEP, INCIDENCE_STEP = 10, 5
"""Percent and degrees: the steps of the service's numbers."""

NEWEST_FIRST = [{"field": "datetime", "direction": "desc"}, {"field": "id", "direction": "asc"}]


class SortBy(Enum):
    """What a catalogue can sort by; the value is the name of the property."""

    DATE = "datetime"
    MISSION = "dinamis:mission"
    TYPE = "dinamis:product_type"
    CLOUD = "eo:cloud_cover"
    ANGLE = "view:incidence_angle"


@dataclass(frozen=True)
class Sorting:
    """The order of all that matches; ties stand with the newest first, unknown values last (CAT-24)."""

    by: SortBy = SortBy.DATE
    descending: bool = True

    def to_stac(self) -> list[dict[str, str]]:
        """Give the `sortby` of a STAC API."""
        first = {"field": self.by.value, "direction": "desc" if self.descending else "asc"}
        return [first, *(dict(key) for key in NEWEST_FIRST if key["field"] != self.by.value)]


@dataclass(frozen=True)
class SearchQuery:
    """One search; every filter narrows it, an empty one leaves everything in (CAT-19).

    Attributes:
        aois: Areas that a footprint must meet (CAT-15), none for the whole world.
        start: First day of acquisition in UTC.
        end: Last day of acquisition in UTC, included.
        missions: Codes of missions, as in `MISSIONS`, that are wanted alone; none for every mission.
        without_missions: Codes of missions that are left out (CAT-08).
        product_type: What must be possible with the scene.
        max_cloud: Largest cloud cover in percent; 100 or None also keeps scenes whose cloud cover is unknown.
        max_incidence: Largest incidence angle in degrees; 90 or None also keeps scenes without an angle.
        text: Words as a person types them: where the catalogue reads no texts, all of them must be in the
            identifier, satellite or mission (CAT-06).
        uncovered: Only what can be ordered where nothing downloadable covers the areas (CAT-36).
        sort: In which order the matches come; how they are looked at, so it is kept with no search.
    """

    aois: tuple[Aoi, ...] = ()
    start: date | None = None
    end: date | None = None
    missions: tuple[str, ...] = ()
    without_missions: tuple[str, ...] = ()
    product_type: ProductType = ProductType.ALL
    max_cloud: int | None = None
    max_incidence: int | None = None
    text: str = ""
    uncovered: bool = False
    sort: Sorting = Sorting()

    @property
    def between_steps(self) -> bool:
        """Whether a limit lies between the steps by which a service keeps its numbers.

        Of millions of scenes such are counted one by one, in seconds; the first page comes at once all the
        same.
        """
        return (self.max_cloud or 0) % CLOUD_STEP != 0 or (self.max_incidence or 0) % INCIDENCE_STEP != 0

    def to_stac(self, *, words: bool = True) -> dict[str, Any]:
        """Give the keyword arguments of `pystac_client.Client.search` (the page size is the client's).

        Args:
            words: Whether the text is said as conditions; not for a catalogue that reads texts itself.

        Raises:
            InvalidRequestError: The first day comes after the last one.
        """
        if self.start and self.end and self.start > self.end:
            raise InvalidRequestError("start after end", {"start": "after_end"})
        arguments: dict[str, Any] = {"sortby": self.sort.to_stac()}
        area, _ = query_area(self.aois)
        if area is not None:
            arguments["intersects"] = mapping(area)
        if self.start or self.end:
            arguments["datetime"] = interval(self.start, self.end)
        conditions = self._conditions()
        if words:
            conditions.extend(_names(word) for word in self.text.split())
        if conditions:
            arguments["filter"] = conditions[0] if len(conditions) == 1 else {"op": "and", "args": conditions}
            arguments["filter_lang"] = "cql2-json"
        return arguments

    def _conditions(self) -> list[dict[str, Any]]:
        conditions: list[dict[str, Any]] = []
        if self.missions:
            conditions.append(_mission_in(self.missions))
        if self.without_missions:
            conditions.append({"op": "not", "args": [_mission_in(self.without_missions)]})
        if self.product_type is not ProductType.ALL:
            conditions.append(_compare("=", "dinamis:product_type", self.product_type.value))
        if self.max_cloud is not None and self.max_cloud < _ANY_CLOUD:
            conditions.append(at_most("eo:cloud_cover", self.max_cloud))
        if self.max_incidence is not None and self.max_incidence < _ANY_INCIDENCE:
            conditions.append(at_most("view:incidence_angle", self.max_incidence))
        return conditions


def mission_name(code: str) -> str:
    """Name a mission for a person; one that we do not know by its code."""
    return _NAMES.get(code) or code.capitalize()


def _mission_in(codes: tuple[str, ...]) -> dict[str, Any]:
    return {"op": "in", "args": [{"property": "dinamis:mission"}, list(codes)]}


def at_most(name: str, value: float) -> dict[str, Any]:
    """Write the CQL2 condition that a property is at most a value."""
    return _compare("<=", name, value)


def _compare(operator: str, name: str, value: object) -> dict[str, Any]:
    return {"op": operator, "args": [{"property": name}, value]}


def _names(word: str) -> dict[str, Any]:
    """Write the CQL2 condition that a word is in what names a scene: identifier, satellite or mission.

    The comparison of CQL2 heeds case, and these are written in capitals without accents. Days are written in
    identifiers without hyphens.
    """
    plain = normalize("NFKD", word).encode("ascii", "ignore").decode().upper() or word
    as_day = plain.replace("-", "") if _DAY.fullmatch(plain) else plain
    wanted = [("id", word), ("id", as_day), ("platform", plain), ("dinamis:mission", plain)]
    tests = [
        {"op": "like", "args": [{"property": name}, f"%{_literally(text)}%"]}
        for name, text in dict.fromkeys(wanted)
    ]
    return {"op": "or", "args": tests}


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
