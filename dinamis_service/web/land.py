"""The ground of the maps that the service draws: countries and, close by, départements of the gazetteer."""

from __future__ import annotations

import logging
import sqlite3
import zlib
from collections.abc import Iterable

from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.freetext.gazetteer import Box, Place, SqliteGazetteer

log = logging.getLogger("dinamis")

_CLOSE = 6.0
"""Degrees of latitude of a map up to which départements are drawn; they are finer than countries."""
_FRANCE = "country/FR"


class Land:
    """Outlines from the gazetteer; none without its file, or where it cannot be read."""

    def __init__(self, gazetteer: SqliteGazetteer) -> None:
        self._gazetteer = gazetteer

    def outlines(self, box: Box) -> Iterable[BaseGeometry]:
        """Outlines (EPSG:4326) of what is in a box (west, south, east, north in degrees)."""
        try:
            return [self._gazetteer.outline(place) for place in self._places(box)]
        except (sqlite3.Error, zlib.error, ValueError, ShapelyError) as error:
            log.warning("the gazetteer cannot be read (%s): maps are drawn without land", error)
            return []

    def _places(self, box: Box) -> list[Place]:
        close = box[3] - box[1] <= _CLOSE
        parts = [one for one in self._gazetteer.of_kinds(["departement"]) if close and _meet(one.bbox, box)]
        countries = [one for one in self._gazetteer.of_kinds(["country"]) if _meet(one.bbox, box)]
        return [*(one for one in countries if not parts or one.key != _FRANCE), *parts]


def _meet(one: Box, other: Box) -> bool:
    """Whether two boxes meet; the first may lie across the antimeridian, its west then above its east."""
    across = one[0] > one[2] and (other[2] >= one[0] or other[0] <= one[2])
    aside = one[0] <= other[2] and other[0] <= one[2]
    return (across or aside) and one[1] <= other[3] and other[1] <= one[3]
