"""The wide areas that people search as a whole, as the gazetteer draws them: France and its large parts."""

from __future__ import annotations

import logging
import sqlite3
import zlib
from pathlib import Path

from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from dinamis_service.catalogue.freetext.gazetteer import SqliteGazetteer

log = logging.getLogger("dinamis")

_COUNTRIES = ("country/FR",)
_KINDS = ("area", "region")


def wide_areas(file: Path) -> list[BaseGeometry]:
    """Outlines (EPSG:4326) of France, of its parts that have a name of their own, and of each region.

    They are those that `/freetext` and `q` search for these names. None without the gazetteer's file, or
    where it cannot be read: the service starts, for these numbers only make searches faster.
    """
    gazetteer = SqliteGazetteer(file)
    try:
        places = [place for place in gazetteer.of_kinds(["country"]) if place.key in _COUNTRIES]
        return [gazetteer.outline(place) for place in [*places, *gazetteer.of_kinds(_KINDS)]]
    except (sqlite3.Error, zlib.error, ValueError, ShapelyError) as error:
        log.warning("%s cannot be read (%s): the numbers of wide areas are not kept", file, error)
        return []
    finally:
        gazetteer.close()
